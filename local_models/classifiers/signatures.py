"""Which lines of a mail are a signature, a legal notice or what a mail program adds, and no words of the writer.

A signature follows a farewell ("Kind regards", "此致 敬礼") or a line of dashes, or is the last block of a mail with a
name and an address. Line by line only what looks like one goes: names, titles, companies, numbers; a sentence, a
postscript and an order number stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Lines = Sequence[str]

_THANKS = re.compile(
    r"(?:(?:many|kind) )?thanks?(?: (?:again|in advance|so much|a lot|very much))?|thank you(?: (?:very much|so much|in advance|again|kindly))?|thx|ta|谢谢(?:您|你|了)?|多谢|非常感谢|感谢"
)
_MARKS, _MEANT = " ,.!，。！~", ("!", "！")
_NAME = r"(?:(?:,| {1,2}|, {1,2})(?!to\b|for\b|from\b|and\b)[\w.\'<>&-]{1,24}(?: [\w.\'<>&-]{1,24}){0,2})?"
_FAREWELL = re.compile(
    rf"(?:(?:with (?:my |our )?)?(?:(?:kind|kindest|best|warm|warmest|many|my|thanks and|thank you and|very) ){{0,3}}(?:regards|wishes|greetings)|b?rgds|brgds|br|kr"
    rf"|yours(?: (?:sincerely|faithfully|truly|respectfully))){_NAME}[,.!]{{0,2}}|(?:yours|(?:very )?sincerely(?: yours)?|respectfully(?: yours)?|cordially|cheers|best|all the best)[,.!]{{0,2}}"
    r"|(?:此致[,，。 ]{0,2})?敬礼[!！。]{0,2}|此致|(?:顺?祝|敬祝)(?:您|你|贵司|好|商祺|工作顺利|生活愉快|一切顺利|万事如意|身体健康|安好|周末愉快|顺利|[,，!！。 ]){1,6}"
    r"|(?:以上[,，。、 ]{0,2})?(?:盼|望|静候|期待|敬请)(?:[您你]的?|早日|尽快|及时|贵司的?){0,2}(?:复|回复|答复|回音|佳音|知悉)(?:为盼|为感)?[,，。!！谢 ]{0,3}(?:谢谢[!！。]?)?|(?:以上|特此函告|特此说明|特此申请|请知悉|专此|如题)[,，。!！]{0,2}"
    r"|顺颂[一-鿿]{2}[!！。]{0,2}|谨[上启致]|敬上"
)
_SAID_IN_FORM = re.compile(r"\b(?:my|our|very|thanks?|you)\b|您|你")
_CONTACT = re.compile(
    r"@|<(?:email|phone|mobile|tel|url|link|address)|\bwww\.|https?:|(?:\b(?:tel|telephone|phone|fax|mobile|mob|cell|direct|office|web|e-?mail)|^[tmfpe]|电话|手机|邮箱|传真|网址|地址|邮编|微信|qq)\b ?[.:：]|\+\d[\d ().-]{7,20}\d|^[\d ().-]{9,20}$|\bp\.?o\.? box\b"
)
_SPEAKS = re.compile(
    r"\b(?:i|i'm|i've|me|my|mine|we|our|ours|you|your|please|pls|is|are|was|were|has|have|had|can|can't|could|would|will|do|does|did|don't|didn't|not|it|this|that|these|when|where|what|how|why|which|want"
    r"|need|still|also|but|if|ps|asap|very|unhappy|disappointed|angry|frustrated|furious|annoyed|former|loyal|fed up|refund(?= (?:me|now))|thanks?|cancel|urgent)\b|p\.s\."
    r"|[我你您请吗呢吧了没不什怎哪么谁几把被给想要]|附[:：]|另[,，:：外]|又及|ps[:：]"
)
"""What a sentence holds and a signature does not."""
_NUMBERED = re.compile(
    r"(?:\b(?:order|booking|ref|reference|case|ticket|account|acct|customer|client|member|membership|invoice|policy|serial|tracking|reservation|contract|flight|po)\b|订单|单号|客户号|会员|账号|合同|预订|预约|保单|编号)[^\n]{0,30}\d"
)
"""His own number stays, wherever it stands."""
_LONGEST, _LONGEST_CHINESE = 100, 40
_MOST_LINES, _REACH = 14, 40
"""Lines of a signature, and lines with the blank ones between."""
_HAN = re.compile("[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SMALL = frozenset(
    ["of", "the", "and", "for", "at", "in", "on", "de", "la", "le", "van", "von", "der", "du", "di", "da", "und", "y"]
)  # fmt: skip
_ASKS_ON = re.compile(r"[?？!！]")
_NAME_LINE = re.compile(
    r"(?:(?:[A-Z][\w.'-]{0,20}|<[A-Z]+_\d+>)(?: |$)){1,4}$|[\u4e00-\u9fff]{2,4}$"
)
_SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝安常"
    "乐于时傅卞齐康伍余顾孟黄穆萧尹姚邵汪毛狄米贝成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房丁邓洪包左石崔吉龚程裴陆荣翁侯段温庄晏柴瞿阎连易廖耿欧聂曾关白向叶涂丘简游詹赖甘古刘谭龙牛冉覃麦岳仇符武卓蒙乔佟匡]"
)
_SIGNED = re.compile(
    rf"(?![\u4e00-\u9fff]{{1,3}}[色号款码型版]$)(?:(?:[^\W\d_]{{2,10}}[ 　:：]{{1,2}})?(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}}|<(?:name|person)_\d+>)(?:[ 　]?(?:先生|女士|小姐|敬上|谨上|上|启|经理|主任))?(?:[ 　,，]{{1,3}}(?P<day>(?:19|20)?\d\d[-/.年][^\n]{{1,12}}))?"
)
"""A Chinese name, with the writer's department before it ("财务部 刘敏") and the day behind it, and nothing else."""
_SIGNED_EN = re.compile(
    r"(?:[A-Z][a-z'.-]{0,20}|[A-Z]\.)(?: (?:[A-Z][a-zA-Z'.-]{0,20}|(?:van|de|der|von|bin|al)\b)){1,3}|<NAME_\d+>"
)
_DAY_OF_SIGNING = re.compile(
    r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|(?:(?:19|20)\d\d|[一二〇零○]{4}) ?年 ?[\d一二三四五六七八九十]{1,3} ?月 ?[\d一二三四五六七八九十]{1,3} ?[日号]|\d{1,2}月\d{1,2}[日号]|<date_\d+>|\d{1,2}[/.]\d{1,2}[/.](?:19|20)?\d\d"
    r"|\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,? (?:19|20)\d\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)"
)
_EXTENSION = re.compile(
    r"(?:分机|内线|工号|ext\.?|extension)[ .:：]{0,2}[\d<][\w<>]{0,12}|[\u4e00-\u9fff]{2,14}(?:部|公司|科|组|中心|店|行|局|处)"
)
_NAMES_ASKED = re.compile(
    r"收件人|收货人|联系人|改成|改为|名字|姓名|抬头|户名|叫|写|署名|刻字|定制|印|乘客|旅客|\b(?:names?|recipient|engrav\w*|passengers?|to|for|as|is|are|print)\W{0,3}$"
)
"""Said before a name that is no signature but what was told."""
_THANKED = re.compile(
    r"(?:谢谢|多谢|感谢|拜托了|麻烦了|辛苦了|盼复|回复|答复|为盼|\bthanks|\bthank you|\bcheers|\bregards)(?:您|你|大家|[了啦])?[\s,.!，。！~]{0,4}$"
)
_MOST_SIGNED, _NEAR = 6, 24
"""Lines of such an end, blank ones too, and signs before it that are looked at."""
_ENDS = (".", "!", "?", "。", "！", "？", ")", "）", "…")

_SENT_FROM = re.compile(
    r"(?:sent|gesendet|envoyé|enviado) (?:from|via|with|using|von|de|desde)\b[^\n]{0,80}|get outlook for \w{1,12}[^\n]{0,40}|(?:发自|发送自|从|来自)(?:我的)?[^\n]{0,24}(?:iphone|ipad|手机|安卓|android|outlook|邮箱|客户端|邮件|app)(?:[^\n]{0,12})?"
    r"|\*{0,3} ?(?:please )?(?:consider|think of) the environment before[^\n]{0,80}|(?:please )?(?:follow|like|connect with|find|visit) us (?:on|at)\b[^\n]{0,120}|\[?(?:cid|image):[^\n]{0,80}"
)
"""A line that a program or a company adds."""
_NOTICE = re.compile(
    r"[*_\[( ]{0,4}(?:confidentiality(?: notice| note| statement)?|legal (?:notice|disclaimer)|e-?mail disclaimer|disclaimer|privileged (?:and|&) confidential|(?:external|caution)[^\n]{0,40}e-?mail|caution) ?[:：\-*\])]"
    r"|[*_\[( ]{0,4}(?:this|the|any) (?:information|contents?|e-?mails?|electronic mail|(?:e-?mail )?messages?|communication|transmission|unauthori[sz]ed)\b(?=[^\n]{0,200}"
    r"(?:confidential|privileged|intended (?:only|solely|recipient|for)|addressee|legal action|legal proceedings|prohibited|virus))[^\n]{0,60}\b(?:is|are|may|contains?|and any|contained|has|transmitted|use|review|disclosure|in this|of this|or)\b"
    r"|[^\n]{0,300}(?:not the intended (?:recipient|addressee)|intended solely for the|received (?:this|it) (?:e-?mail|message|communication|in) ?[^\n]{0,20}error)"
    r"|(?:本|此|该|这封)(?:封)?(?:电子)?(?:邮件|信件)(?=[^\n]{0,120}(?:保密|机密|特权|仅供|仅限|专供|收件人|误收|错收))|[^\n]{0,200}(?:如果?您?(?:误收|错收|并非|不是)[^\n]{0,12}(?:邮件|收件人))"
    r"|[*【\[( ]{0,3}(?:保密声明|免责声明|保密提示|法律声明|声明)[】\])*]{0,3} ?[:：]"
)
"""How the notice begins that lawyers put beneath a mail."""
_NOTICE_HINT = re.compile(
    "confidential|disclaimer|privileged|intended|legal|unauthori|caution|error|保密|机密|免责|声明|收件人|误收|错收"
)
_NOTICE_GOES_ON = re.compile(
    r"[^\n]{0,200}(?:unauthori[sz]ed|any (?:review|disclosure|use|views?|opinions)|registered (?:in|office|number|company)|company (?:no|number|reg)|virus|copying|legal (?:action|proceedings)|disseminat|strictly prohibited|未经|禁止|病毒|法律责任)"
)


def is_farewell(lower: str) -> bool:
    """Whether a line, in lower case, takes leave and says nothing else."""
    line = lower.strip()
    if len(line) >= _LONGEST:
        return False
    return _is_thanks(line) or (
        _FAREWELL.fullmatch(line) is not None and not _SPEAKS.search(_SAID_IN_FORM.sub("", line))
    )


def _is_thanks(line: str) -> bool:
    return _THANKS.fullmatch(line.rstrip(_MARKS)) is not None


def is_of_signature(line: str, lower: str, *, is_ruled: bool = False) -> bool:
    """Whether a line under a farewell is a name, a title, a company or an address, and no sentence.

    `is_ruled`: under a line of dashes small letters will do.
    """
    lower = lower.strip()
    if _NUMBERED.search(lower):
        return False
    if _SENT_FROM.fullmatch(lower):
        return True
    if len(lower) > _LONGEST or _SPEAKS.search(lower) or _ASKS_ON.search(lower):
        return False
    if _CONTACT.search(lower):
        return True
    han = len(_HAN.findall(lower))
    if han:
        return len(lower) <= _LONGEST_CHINESE
    words = [each for each in _LETTERS.findall(line) if each not in _SMALL]
    return is_ruled or not words or sum(each[0].isupper() for each in words) * 2 > len(words)


def drop_signatures(lines: Lines, lower: Lines, kept: list[int]) -> list[int]:
    """The lines of `kept` that are neither signature nor notice nor added by a program.

    `lower` holds the same lines in simplified characters and lower case.
    """
    kept = _drop_notices(lower, kept)
    gone: set[int] = set()
    seen = False
    for place, at in enumerate(kept):
        line = lower[at].strip()
        if not line or at in gone:
            continue
        is_ruled = line in ("--", "—", "---", "-- ", "––")
        if seen and (is_ruled or is_farewell(line)):
            below = _find_signature(
                lines, lower, kept[place + 1 : place + 1 + _REACH], is_ruled=is_ruled
            )
            gone.update(below)
            # Above a name thanks are a mere form, unless they are meant ("Thanks!"); without one they are said.
            is_said = _is_thanks(line) and (not below or line.endswith(_MEANT))
            if (below or place + 1 == len(kept)) and not is_said:
                gone.add(at)
        elif _SENT_FROM.fullmatch(line):
            gone.add(at)
        else:
            seen = True
    left = [at for at in kept if at not in gone]
    left = left if len(left) < len(kept) else _drop_last_block(lines, lower, kept)
    return left if len(left) < len(kept) else _drop_signed(lines, lower, kept)


def _drop_signed(lines: Lines, lower: Lines, kept: list[int]) -> list[int]:
    """Less a name at the end with the day of signing, an extension or thanks beside it: no farewell is needed.

    A name alone may be what was told, unless it stands beneath thanks or 盼复.
    """
    end = len(kept)
    name_at, days, ways = -1, 0, 0
    while end and len(kept) - end < _MOST_SIGNED:
        typed, line = lines[kept[end - 1]].strip(), lower[kept[end - 1]].strip()
        signed = _SIGNED.fullmatch(line)
        if name_at < 0 and (signed or _SIGNED_EN.fullmatch(typed)):
            name_at, days = end - 1, days + bool(signed and signed["day"])
        elif _DAY_OF_SIGNING.fullmatch(line):
            days += 1
        elif _EXTENSION.fullmatch(line) or (_CONTACT.search(line) and is_of_signature(typed, line)):
            ways += 1
        elif line:
            break
        end -= 1
    before = lower[kept[end - 1]].strip() if end else ""
    if name_at < 0 or not before or _NAMES_ASKED.search(before[-_NEAR:]):
        return kept
    is_thanked = _THANKED.search(before[-_NEAR:]) is not None
    if not (is_thanked or before.endswith(_ENDS)):
        return kept
    return kept[:end] if days or ways or is_thanked else kept


def _find_signature(lines: Lines, lower: Lines, below: list[int], *, is_ruled: bool) -> list[int]:
    """The lines under a farewell that are the signature, to the first that is none.

    A name in small letters may stand right beneath.
    """
    found: list[int] = []
    for at in below:
        line = lower[at].strip()
        if not line:
            continue
        is_first = not found and line.count(" ") < 2 and not _SPEAKS.search(line) and line.isalpha()
        if len(found) >= _MOST_LINES or not (
            is_farewell(line) or is_first or is_of_signature(lines[at], line, is_ruled=is_ruled)
        ):
            break
        found.append(at)
    return found


def _drop_notices(lower: Lines, kept: list[int]) -> list[int]:
    """Less every paragraph that begins as a notice, or goes on with one, from the line where it does."""
    if not any(_NOTICE_HINT.search(lower[at]) for at in kept):
        return kept
    left: list[int] = []
    in_notice, was_notice = False, False
    for at in kept:
        line = lower[at].strip()
        if not line:
            in_notice = False
        elif not in_notice and (
            _NOTICE.match(line) or (was_notice and _NOTICE_GOES_ON.match(line))
        ):
            in_notice = was_notice = True
        if not in_notice:
            left.append(at)
    return left


def _drop_last_block(lines: Lines, lower: Lines, kept: list[int]) -> list[int]:
    """Less a last paragraph of a name and how to reach it, where no farewell stands before it."""
    end = len(kept)
    while end and not lower[kept[end - 1]].strip():
        end -= 1
    start = end
    while start and lower[kept[start - 1]].strip():
        start -= 1
    block = kept[start:end]
    before = next((lower[at].strip() for at in reversed(kept[:start]) if lower[at].strip()), "")
    if (
        len(block) < 2
        or not before.endswith(_ENDS)
        or not _NAME_LINE.match(lines[block[0]].strip())
    ):
        return kept
    if not all(is_of_signature(lines[at], lower[at]) for at in block):
        return kept
    return kept[:start] if any(_CONTACT.search(lower[at].strip()) for at in block) else kept
