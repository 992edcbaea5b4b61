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
    return left if len(left) < len(kept) else _drop_last_block(lines, lower, kept)


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
