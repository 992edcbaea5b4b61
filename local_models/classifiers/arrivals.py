"""What a customer says has come, and whether it is what his call for a person or his threat was made for.

Goods settle a call for sending or delivery, money one for a refund, and neither what was said of broken goods, rude
staff or compensation.
"""

from __future__ import annotations

import re

_MOST_CHARS = 80
"""Who only says that something came says no more than that."""

_THING_EN = r"(?:refund|money|cash|parcels?|package|delivery|order|items?|goods|replacement|shipment|stuff|payment|compensation|credit|voucher|invoice|product|it all|everything)"
_TIME_EN = r"(?:today|yesterday|finally|at last|this (?:morning|afternoon|evening|week)|last night|earlier(?: today)?|just now|in the (?:mail|post)|an hour ago)"
_BEHIND_EN = rf"(?: (?:{_TIME_EN}|now|already|thanks?(?: you)?|thank you so much|cheers|ok|great|all good|perfect)){{0,4}}"
_AHEAD_EN = r"(?:yes|yeah|yep|yup|ok(?:ay)?|oh|ah|hi|hey|great|well|actually|finally|just|update|thanks?|thank you)"
_MET_EN = re.compile(
    rf"(?:{_AHEAD_EN} ){{0,4}}(?:(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|finally|already|now) ){{0,2}}(?:got|received)(?: back)? (?:(?:my|the|our|a|all my) )?(?:new |full |whole )?{_THING_EN}(?: back)?{_BEHIND_EN}"
    rf"|(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|already) ){{0,2}}(?:got|received) (?:it|them|that|mine) {_TIME_EN}{_BEHIND_EN}|(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|finally|already) ){{1,2}}(?:got|received) (?:it|them|mine){_BEHIND_EN}|(?:i|we)(?:'ve| have)? received (?:it|them){_BEHIND_EN}"
    rf"|(?:it|they|(?:my|the|our) (?:new )?{_THING_EN})(?:'s| is| are| has| have|'ve)?(?: (?:just|finally|already|now|been)){{0,2}} (?:arrived|here|came|come through|came through|come|delivered|showed up|turned up|received|(?:back )?in my account){_BEHIND_EN}"
    rf"|{_THING_EN} (?:received|arrived|came|came through){_BEHIND_EN})"
)
_THING_ZH = "(?:退款|钱款?|款项?|货|货物|商品|东西|快递|包裹|补发的?|赔偿|赔付|补偿|发票|外卖|餐|件|换的|新的)"
_WHEN_ZH = "(?:我|们|已经?|刚刚?|刚才|今天|昨天|现在|终于|都|也|是的|对|嗯|哦|好的?|有|谢谢?|您|你|了|啦|咯|的|哈|啊)"
_MET_ZH = re.compile(
    rf"{_WHEN_ZH}{{0,5}}(?:(?:收到|拿到|到)(?:了)?(?:你们?的?|的)?{_THING_ZH}|{_THING_ZH}{_WHEN_ZH}{{0,3}}(?:收到|拿到|到账?|退回?来?|回来)){_WHEN_ZH}{{0,5}}"
)
_CAME_ZH = re.compile(rf"{_WHEN_ZH}{{0,5}}(?:收到|拿到|到账?){_WHEN_ZH}{{0,5}}")
_WELL_ZH = re.compile(
    "(?:挺|很|蛮|还|都|也|非常|真|没有?问题|没毛病|就|好|不错|满意|喜欢|的|了|啊|哈|谢谢?|多谢|感谢|辛苦|您|你|可以|行|嗯|哦){1,8}"
)
_DONE_ZH = re.compile("[了啦咯已]")
_ASKS_WHETHER = re.compile(
    r"\b(?:did|has|have|is|are|was)\b[^.!;]{0,40}\b(?:arriv|receiv|got|get|deliver|come|came|refund|parcel|package)|(?:收到|到货|到账|送到|拿到)[^.!;]{0,6}(?:吗|没|了[?])"
)
_ASKS_MORE = re.compile(
    r"\b(?:when|what|where|which|who|how|code|e-?mail|sms|text|link|label|form)\b|什么|哪|几|多少|验证码|短信|邮件|链接|消息|通知|电话"
)


_CONDITION = re.compile(
    r"再不|[不没]\S{1,14}(?:就|的话)|否则|不然|要是|如果|\b(?:if|unless|until|or else|otherwise|by (?:\w+day|tomorrow|tonight|the end|today))\b|\bor i(?:'ll|'m| will)\b"
)

_THREATENS = re.compile(
    r"投诉|举报|起诉|告你|告到|曝光|12315|12345|消协|律师|法院|报警|\b(?:sue|report(?:ing)? (?:you|this|it)|complain(?:t|ing)?|lawyers?|attorney|court|legal|bbb|trading standards|police|chargeback|ombudsman|solicitor)\b"
)
_KINDS = {
    "replacement": "补发|补寄|重发|重寄|换的|换货|更换|换新|新的|\\b(?:replac\\w+|resen[dt]|reship\\w*|exchang\\w+|new one)\\b",
    "compensation": "赔|补偿|\\b(?:compensat\\w+|vouchers?|store credit|damages)\\b",
    "invoice": "发票|开票|\\b(?:invoices?|receipts?)\\b",
    "money": "退款|退钱|还钱|还我|退我|[退返]差价|差价|返现|钱|到账|打款|款|[元块]|\\b(?:refund\\w*|money|cash|reimburs\\w+|pa(?:y|id) (?:me )?back|payments?|in my account|bank)\\b|[$£€¥]",
}
_OF_KIND = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
_NAMED = re.compile("|".join(_KINDS.values()))
_GOODS_WANTED = re.compile(
    r"发货|不发|没发|未发|送[到来货达]|[不没未]送|到货|[不没未]到|没收到|[不没]给我?寄|寄[出来]|派送|派件|[不没]来|出货"
    r"|\b(?:deliver(?:ed|ing)?|arriv\w+|ship(?:s|ped|ping)?|dispatch\w*|show(?:s|ed|n)? up|turn(?:s|ed)? up|not here|isn't here|ain't here|here by|hasn't come|doesn't come|(?:not|never|haven't|don't|didn't) (?:get|got|gotten|receive|received) (?:my|it|the|them|anything)|send (?:it|them|(?:me |us )?(?:my|the))|(?:get|want|where(?:'s| is)) my (?:order|parcel|package|delivery|item|stuff|goods|food))\b"
)
_GOODS_CAME = re.compile(
    r"货|商品|东西|快递|包裹|外卖|餐|[件送]|\b(?:parcels?|packages?|delivery|deliver(?:ed|y)|orders?|items?|goods|shipment|stuff|product|arrived?|showed up|turned up|here|food)\b"
)
_AMISS = re.compile(
    r"坏|破|碎|裂|洒|撒|漏|缺|少[了发件给送]|错|假|骗|欺|质量|凉|冷|馊|虫|变质|过期|骂|辱|态度|威胁|骚扰|道歉|解释|说法|取消|退货|换|修|停|降价|收费|扣"
    r"|\b(?:broken?|damag\w+|fault\w*|defect\w*|wrong|miss(?:ing|ed)|fake|counterfeit|scam\w*|rude\w*|insult\w*|abus\w+|threat\w*|harass\w*|swore|yell\w*|apolog\w+|cold|spill\w*|spilt|leak\w*|rotten|expired|cancel\w*|return\w*|collect\w*|repair\w*|stop|fix\w*|charg(?:e|ed|es|ing)|cracked|torn|smashed|ruined|explain|explanation|right (?:one|size|colou?r|item))\b"
)
"""What does not end as the goods come."""
_CONDUCT = re.compile(
    r"骂|辱|态度|威胁|骚扰|道歉|解释|说法|\b(?:rude\w*|insult\w*|abus\w+|harass\w*|swore|yell\w*|apolog\w+)\b"
)
"""Nor as the money does."""
_ARRIVES = re.compile(
    r"收到|拿到|到账|送到|送达|退回|到[了啦]|退款[了成]|退了|发货|补发|发了|\b(?:arrived?|came|come|here|got|received?|have|deliver\w*|showed up|shipped|back|in my)\b"
)
_MISUNDERSTOOD = re.compile(
    r"误会|抱歉|不好意思|对不起|错|撤回|\b(?:sorry|my (?:bad|mistake|fault)|mistaken?|misread|apologi[sz]e)\b"
)


def is_there_now(said: str, answer: str, *, is_asked: bool, was_waited_for: bool) -> bool:
    """Whether a turn says nothing but that goods or money have come, which settles what was called for.

    To a question it may be but an answer, unless the question is whether they have come and the call `was_waited_for` them.
    """
    if len(said) > _MOST_CHARS:
        return False
    if is_asked and not (
        was_waited_for and _ASKS_WHETHER.search(answer) and not _ASKS_MORE.search(answer)
    ):
        return False
    if said.isascii():
        return _MET_EN.fullmatch(said) is not None
    clauses = said.split(" ")
    patterns = (_MET_ZH, _CAME_ZH) if is_asked else (_MET_ZH,)
    met = [
        each
        for each in clauses
        if _DONE_ZH.search(each) and any(pattern.fullmatch(each) for pattern in patterns)
    ]
    return bool(met) and all(each in met or _WELL_ZH.fullmatch(each) for each in clauses)


def names_condition(call: str) -> bool:
    """Whether a call or a threat, in lower case and simplified, is made unless something comes."""
    return _CONDITION.search(call) is not None


def leaves_open(said: str, answer: str, call: str) -> bool:
    """Whether something is said to have come that is not what was called for, or not known to be.

    All in lower case and simplified. A bare call for a person says not what for: any goods or money will do that the
    answer does not tell from others.
    """
    if not call or not _ARRIVES.search(said) or _MISUNDERSTOOD.search(said):
        return False
    came = _kinds_that_came(said) or _kinds_that_came(answer)
    wanted = {kind for kind, pattern in _OF_KIND.items() if pattern.search(call)}
    wanted |= {"goods"} if _GOODS_WANTED.search(call) else set()
    if _CONDUCT.search(call) or ("money" not in came and _AMISS.search(call)):
        return True
    if not wanted:
        if names_condition(call) or _THREATENS.search(call):
            return True
        named = _kinds_that_came(answer)
        return bool(named) and not came & named
    if "money" in came and "money" in wanted:
        # Whose money is back waits for no goods.
        wanted -= {"goods", "replacement"}
    return not wanted <= came


def _kinds_that_came(text: str) -> set[str]:
    """What a report or a question names as having come; what is sent anew is no mere goods."""
    if not _NAMED.search(text):
        return {"goods"} if _GOODS_CAME.search(text) else set()
    return {kind for kind, pattern in _OF_KIND.items() if pattern.search(text)}
