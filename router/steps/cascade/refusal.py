"""Whether an answer says of itself that it cannot help.

A refusal has the assistant for its subject, something that it cannot, and an ability of its own:
"I cannot see your orders". A rule of the shop has none of its own ("opened boxes cannot be
returned"), and a condition is about the customer ("if you cannot sign in").
"""

from __future__ import annotations

import re

_LOOKED_AT = 300
"""Characters: who cannot help says so at once; later mentions are about something else."""
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_CLAUSE = r"(?:^|(?<=[，,。！!？?；;：:、\s]))"
_ROLE = r"(?:模型|客服|助手|助理|机器人|程序|人工智能|AI)"
_I = rf"(?:我(?!们)(?:这边|这里|这儿|自己|本身)?|(?:我(?:只)?是|作为)[^，,。]{{0,15}}{_ROLE}[，,]\s*)"
_REALLY = r"(?:也|还|真的|暂时|目前|现在|确实|实在|恐怕|并|都|可能|一时|暂|尚)*"
_CANNOT = r"(?:无法|不能|没有办法|没办法|没法|无权|无力|没能|未能|不支持|不具备)"
_NO_ABILITY = r"(?:保证|承诺|同意更多|再同意)"
_FOR_YOU = r"(?:(?:为|帮|给|替|向|协助)[您你])?(?:实时|直接|准确的?|确切的?|具体的?)?"
_DO = r"(?:回答|解答|答复|查询|查看|查到|处理|确认|判断|访问|获取|帮|协助|告诉|给出|完成|理解|识别)"
_SENSED = r"(?:查询|查看|查|看|做|找|回答|答|帮|听|识别|理解|办|处理|确认|获取|访问|给|解决)"
_SORRY = r"(?:(?:[很非常真]*(?:抱歉|遗憾|对不起|不好意思|可惜))[，,、。！!\s]*)"
_KNOWN = r"(?:信息|资料|数据|权限|功能|能力|头绪|渠道)"
_CHINESE = re.compile(
    "|".join(
        (
            rf"{_I}{_REALLY}{_CANNOT}(?!{_NO_ABILITY})",
            rf"{_CLAUSE}{_SORRY}?{_REALLY}(?:无法|不能|没有办法|没办法|没法){_FOR_YOU}{_DO}",
            rf"{_I}{_REALLY}{_SENSED}不(?:了|到|上|懂|出|明白)(?!的)",
            rf"{_CLAUSE}{_SORRY}?(?:这个)?{_REALLY}(?:帮不(?:了|上)|回?答不(?:了|上来?))(?!的)",
            rf"{_I}{_REALLY}不(?:太|大|是很)?(?:知道|清楚|了解|确定|明白|懂)(?![^，,。]{{0,8}}哪一?[个单件])",
            rf"{_CLAUSE}(?:这边)?{_REALLY}(?:查询?|查看|看)不到[您你]",
            rf"(?:{_I}|{_CLAUSE}{_SORRY}){_REALLY}不(?:便|方便|可以){_FOR_YOU}(?:{_DO}|透露|评论)",
            rf"{_CLAUSE}(?:这个|这件|这项)[^，,。您你]{{0,4}}我{_REALLY}{_SENSED}不(?:了|到|来)(?!的)",
            rf"{_I}{_REALLY}不(?:太)?会(?:[。！!，,]|$|回答|计算|算|处理|操作|翻译|做)",
            rf"(?:{_I}|{_CLAUSE}{_SORRY}?){_REALLY}没(?:能|有|太)*(?:听|看)?(?:理解|懂|明白)",
            rf"{_I}{_REALLY}没有(?!收到)[^，,。]{{0,14}}{_KNOWN}",
            rf"{_CLAUSE}{_REALLY}没有(?:查到|找到)?(?:相关|这方面|足够)的?{_KNOWN}",
            r"超出了?(?:我|本人)的?|不在我的?[^，,。]{0,6}范围|不掌握|我只(?:会|能)回答",
        )
    )
)
_CONDITION = re.compile(r"(?:如果|若|要是|假如|万一)[^，,。；;]*[，,]?")
_ADVERB = r"(?:(?:really|actually|currently|also|still|unfortunately|just|simply|honestly|personally|do) )*"
_OWN = r"(?! (?:see [^.;]*\byet\b|promise|guarantee|agree more|wait|stress|imagine|recommend .{0,40} enough))"
_CAN_NOT = r"(?:can[’']?t|cannot|can not|could not|couldn[’']?t)"
_AM = r"(?: am|[’']m)"
_BOT = r"(?:chatbot|bot|model|assistant|ai|program)"
_THINGS = r"(?:way|means|information|info|idea|access|data|knowledge|permissions?|ability|abilities|record)"
_ENGLISH = re.compile(
    r"(?<!when )(?<!if )\b(?:"
    + "|".join(
        (
            rf"i {_ADVERB}{_CAN_NOT}{_OWN}",
            rf"i{_AM} [^.,;!?]{{0,40}}{_BOT}(?:,? (?:and|so|but))? (?:i )?{_CAN_NOT}",
            rf"i{_AM} {_ADVERB}(?:unable to|not (?:able to|allowed|authori[sz]ed|permitted|equipped|qualified|in a position))",
            r"i(?: will not|[’']ll not| won[’']?t| would not| wouldn[’']?t) be able to",
            rf"i {_ADVERB}(?:do not|don[’']?t) {_ADVERB}(?:know|understand|have (?:(?:the|any|enough|that|this|sufficient|real-time|direct) )*{_THINGS})",
            rf"i {_ADVERB}(?:have no|lack) (?:(?:the|any|direct|real-time) )*(?:{_THINGS}|opinion)",
            rf"i{_AM} {_ADVERB}(?:not (?:quite |entirely )?sure|unsure)(?! (?:which|if you|whether you))",
            r"i (?:did not|didn[’']?t) (?:quite )?(?:understand|get that|catch)",
            r"not something (?:that )?i can|nothing (?:more |else )?(?:that )?i can do",
            r"i (?:was not|wasn[’']?t) able to (?:find|see|access|check|verify|locate|retrieve|answer)",
            rf"i (?:have not|haven[’']?t) (?:got )?(?:(?:any|the|enough) )?{_THINGS}",
            r"i (?:must|have to|need to) decline|not possible for me to",
            r"(?:beyond|outside(?: of)?) (?:me\b|my |the scope of (?:my|what i)|what i)",
            r"my (?:knowledge|training|data) (?:does not|doesn[’']?t) (?:cover|include|reach)",
            r"without data on|only answer (?:\w+ )?questions about",
        )
    )
    + r")|^(?:sorry[,.]? )?(?:unable to (?:help|answer|assist)|no information\b)",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether an answer begins by saying that it does not know, cannot see or may not do something.

    An apology alone is none, and neither is what a shop does not do ("cannot be returned"), what
    is said on a condition, or what stands in quotation marks.
    """
    beginning = _QUOTED.sub("", text.strip()[:_LOOKED_AT])
    chinese = _CONDITION.sub("", beginning)
    return bool(_CHINESE.search(chinese) or _ENGLISH.search(beginning))
