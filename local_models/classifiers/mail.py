"""What somebody says himself in an e-mail: not what he quotes, nor his signature and what lawyers put beneath.

A quoted mail may be told by marks ("> ..."), by the line above it ("On Tue, 3 Nov 2026, Tom wrote:",
"在 2026年11月3日 Tom 写道："), by a rule ("-----Original Message-----", "原始邮件") or by its head ("From: ... Sent:
... Subject: ..."). Beneath a mail such a head is somebody else's; on top it is the mail's own, and its subject is said,
too. Answers may stand above, below or between what is quoted. Signatures and disclaimers are told in
`signatures.py`, the labels of a form in `forms.py`.

No word of his own is worth less than one of others too many: what nothing marks stays, and where nothing
would be left, or where the text is there to be worked on (to translate, to sum up), it is read as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_models.classifiers.forms import is_form, read_form
from local_models.classifiers.normalise import clip
from local_models.classifiers.signatures import drop_signatures, is_farewell, is_of_signature
from local_models.classifiers.speaker import is_set_before
from local_models.classifiers.traditional import simplify

Lines = Sequence[str]

_DATED = (
    r"\d|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|<date|<time"
)
_WROTE = re.compile(
    rf"[*_ ]{{0,3}}(?:(?:on|at) (?=[^\n]{{0,60}}(?:{_DATED}))[^\n]{{4,240}}\b(?:wrote|writes) ?[:：]"
    r"|[^\n]{2,160}[>@)\d] ?(?:wrote|writes) ?[:：]|(?:le|am|el|il|em) [^\n]{6,240}(?:a écrit|schrieb|escribió|ha scritto|escreveu)[^\n]{0,80}[:：]"
    r"|(?=[^\n]{0,160}(?:\d{4}|\d ?[月:：]|[@<]))[^\n]{4,240}写道 ?[:：;])[*_ ]{0,3}"
)
"""The line above a quotation: who wrote it and when, in lower case."""
_MAY_BE_WROTE = re.compile("wrote|writes|写道|écrit|schrieb|escribió|scritto|escreveu")
_WROTE_BEGINS = re.compile(r"[*_ ]{0,3}(?:(?:on|at|le|am|el|il|em) |在|[^\n]{0,80}(?:[<@]|20\d\d))")
_BY_PROGRAM = re.compile(r"[<@]|\d ?[:：] ?\d\d")
"""What a mail program writes into such a line: an address or the hour."""
_BY_HIMSELF = re.compile(r"\b(?:i|we|you)\b|[我你您]")
_WROTE_LINES = 3
"""So many lines one such line may be broken into."""
_RULE = re.compile(
    r"[-_=*~][-_=*~ ]{0,60}(?:original (?:message|e-?mail|appointment)|forwarded (?:message|by [^\n]{1,80})|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|(?:原始|原|转发的?|回复的?原?|被转发的?)邮件(?:信息|原件)?|邮件原件|原始信件)[-_=*~ :：]{0,60}"
    r"|begin forwarded message ?[:：]?|[-#]{0,3} ?please type your reply above this line ?[-#]{0,3}"
)
"""A line that sets off the mail beneath it."""
_HEAD = re.compile(
    r"[|*_> ]{0,4}(?:(from|发件人|寄件者|寄件人)|(sent|date|subject|发送时间|发送日期|寄件日期|主题|主旨|日期|时间)"
    r"|(to|cc|bcc|reply-to|importance|attachments?|收件人|收件者|抄送|抄送人|附件))[|*_ ]{0,4}[:：|] ?(.{0,400})"
)
"""One line of the head of a mail: who, when and about what, to whom."""
_SENT = frozenset(["sent", "发送时间", "发送日期", "寄件日期"])
_DATES, _SUBJECTS = frozenset(["date", "日期", "时间"]), frozenset(["subject", "主题", "主旨"])
_ADDRESS = re.compile(r"@|<email")
_SUBJECT = re.compile(r"[|*_> ]{0,4}(?:subject|主题|主旨)")
_REPLIED = re.compile(r"(?>(?:(?:re|aw|sv|fwd?|回复|答复|转发|转寄) ?[:：] ?)+)")
_RULED_OFF = re.compile(r"[-_=]{5,80}")

_PYTHON = re.compile(r">>>(?: |$)")
_MEASURE = re.compile(r"> {0,2}(?:[\d=$€£¥%.]|<[a-z])")
"""More than so much ("> 5 kg"): no quotation unless beside one."""
_CODE = re.compile(
    r"[;{}]$|<-|\w ?= ?[\w(\[\"']|^> ?(?:npm|pip|git|cd|ls|sudo|docker|curl|select)\b|\w\([^()\n]{0,60}[,.=\"'][^()\n]{0,60}\)$"
)

_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern|您好|你好|尊敬的|亲爱的|各位)\b[^\n.?!]{0,60}[,.!:：，。！]?$"
    r"|(?:hi|hello|hey|dear|您好|你好)\b[^\n]{0,30}[,，!！]"
    r"|(?:您好|你好|hi|hello)[,.!，。！：:]*"
)
_SALUTATION = re.compile(
    r"(?:(?:hi|hello|hey|dear|hiya|greetings|good (?:morning|afternoon|evening|day))(?:[ ,](?:there|all|team|support|sirs?|madam|or|and|everyone|folks|guys|customer|service|care|sir/madam|again|to|you)){0,6}[,:!.]{0,3}"
    r"|(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))(?: [\w.'<>/&-]{1,24}){1,6} ?[,:]|to whom it may concern[,:.]?"
    r"|(?:(?:尊敬|亲爱)的[^\n，,]{1,14}|(?:[^\W\d_]{1,6} ?)?(?:您好|你好|大家好|早上好|上午好|下午好|晚上好))[：:，,！!。 ]{0,3})"
)
"""A line that only greets."""
_POINTS = re.compile(
    r"(?>(?:\b(?:hi|hello|hey|dear|all|team|sir|madam|there|please|pls|kindly|see|find|read|check|my|the|as|per|e-?mails?|messages?|mail|below|above|attached|fyi|thread|forwarded|forwarding|advise"
    r"|thanks?|you|regards|best|kind|many|and|for your information)\b|请|见|看|查看|查收|参见|如|下面|下文|下方|以下|下|上|附件|原邮件|邮件|转发|供参考|您好|你好|谢谢|我的|的|[^\w])*)"
)
"""What says no more than "see below"."""
_WORD = re.compile(r"[^\W_]")
_WORKS_ON = re.compile(
    r"\b(?:key|main) points\b|\btl;?dr\b|\bgist\b|\baction items\b|\bbullet points\b|\b(?:scam|spam|phishing|sentiment|tone of)\b|\bsummar(?:y|i[sz]e)\b|\btranslat(?:e|ion)\b"
    r"|\b(?:draft|polite|professional|formal) (?:a |an )?(?:reply|response|answer|version|e-?mail|letter)\b|\b(?:draft|write|compose) (?:me )?(?:a|an|the) \b|\bproofread\b|\brewrite\b|\bthis (?:passage|poem|paragraph|text|quote|article|excerpt)\b"
    r"|\b(?:the )?(?:author|narrator|speaker|writer) (?:mean|impl|say|suggest|argue)|大意|要点|概要|摘要|总结|概括|翻译|译成|润色|改写|诈骗|钓鱼|语气|怎么回|如何回|回复这封|这段(?:话|文字)|这首诗|作者"
)
"""Beside what `is_set_before` knows: what is asked about a mail or a text beneath."""
_WROTE_CHARS = 300
_HEAD_LINES = 10
_MOST_CHARS = 24_000
"""Of a longer turn the readers see no more of the middle either."""


def read_own_words(turn: str) -> str:
    """What the writer of a turn says himself; the turn itself where it holds nothing else, or nothing of his own.

    Linear in the length of the turn, of which head and tail are looked at where it is very long. A turn of one
    line is no e-mail.
    """
    if "\n" not in turn:
        return turn
    typed = clip(turn, _MOST_CHARS).replace("\r\n", "\n")
    lines, lower = typed.split("\n"), simplify(typed).lower().split("\n")
    if len(lines) != len(lower) or (unquoted := _drop_quoted(lines, lower)) is None:
        return turn
    kept = drop_signatures(lines, lower, unquoted)
    said = _drop_salutation(lower, kept)
    left = {at for at in said if lower[at].strip()}
    if all(at in left or not line.strip() for at, line in enumerate(lower)) and not is_form(
        lower, said
    ):
        return turn
    own = "\n".join(read_form(lines, lower, said)).strip()
    if len(kept) < len(lines) and not _stands_alone(own.lower()):
        return turn
    return own


def _stands_alone(own: str) -> bool:
    """Whether something is said, in lower case, and not what to do with the text beneath."""
    if not _says_something(own):
        return False
    own = clip(own)
    return not (is_set_before(simplify(own)) or _WORKS_ON.search(own))


def _drop_salutation(lower: Lines, kept: list[int]) -> list[int]:
    """Less a first line that only greets, where more is said."""
    first = next((place for place, at in enumerate(kept) if lower[at].strip()), len(kept))
    if first + 1 >= len(kept) or not _SALUTATION.fullmatch(lower[kept[first]].strip()):
        return kept
    return kept[first + 1 :]


def _says_something(lower: str) -> bool:
    """Whether more is said than a greeting and "see below"."""
    return bool(_WORD.search(lower)) and not _POINTS.fullmatch(lower)


def _drop_quoted(
    lines: Lines, lower: Lines, start: int = 0, *, is_below: bool = False
) -> list[int] | None:
    """Which lines from `start` on are not quoted; None where nothing tells which are the writer's own.

    `is_below`: what was quoted stands above them.
    """
    kept: list[int] = []
    at = start
    while at < len(lower):
        line = lower[at]
        if _opens_quote(line) and _is_quoted(lower, at):
            at += 1
            continue
        count, is_rule = _count_opening(lower, at)
        if not count:
            kept.append(at)
            at += 1
        elif _is_quote_next(lower, at + count):
            at += count
        elif is_below or _says_something("\n".join(lower[each] for each in kept)):
            break
        elif is_rule:
            below = _find_answer(lines, lower, at + count)
            return None if below is None else _drop_quoted(lines, lower, below, is_below=True)
        else:
            # The mail's own head, on top of it.
            kept += [each for each in range(at, at + count) if _tells_subject(lower[each])]
            at, is_below = at + count, True
    while kept and (not lower[kept[-1]].strip() or _RULED_OFF.fullmatch(lower[kept[-1]].strip())):
        kept.pop()
    return kept


def _opens_quote(line: str) -> bool:
    return line.lstrip()[:4].startswith((">", "＞", "&gt;"))


def _is_quoted(lower: Lines, at: int) -> bool:
    """Whether a line that begins with > is somebody else's, and no prompt, program or measure."""
    line = lower[at].strip()
    beside = [lower[each].strip() for each in (at - 1, at + 1) if 0 <= each < len(lower)]
    marked = [each for each in beside if _opens_quote(each)]
    for other in (_PYTHON, _MEASURE):
        if other.match(line) and all(other.match(each) for each in marked):
            return False
    return not _CODE.search(line)


def _is_quote_next(lower: Lines, at: int) -> bool:
    """Whether the next line with anything in it begins with >."""
    following = next((line for line in lower[at : at + _WROTE_LINES] if line.strip()), "")
    return _opens_quote(following)


def _count_opening(lower: Lines, at: int) -> tuple[int, bool]:
    """How many lines set off a mail beneath them, and whether that one is surely another's; 0 for none."""
    line = lower[at].strip()
    if not line:
        return 0, False
    if count := _count_wrote(lower, at):
        return count, True
    if _RULE.fullmatch(line):
        under = next((each for each in range(at + 1, len(lower)) if lower[each].strip()), at + 1)
        return under - at + _count_head(lower, under), True
    return _count_head(lower, at), False


def _count_wrote(lower: Lines, at: int) -> int:
    """How many lines say who wrote what follows, and when."""
    said = ""
    for count, line in enumerate(lower[at : at + _WROTE_LINES], 1):
        said = f"{said} {line.strip()}".strip()
        if len(said) > _WROTE_CHARS or (count == 1 and not _WROTE_BEGINS.match(said)):
            return 0
        if _MAY_BE_WROTE.search(line) and _WROTE.fullmatch(said):
            is_sure = _BY_PROGRAM.search(said) and not _BY_HIMSELF.search(said)
            return count if is_sure or _is_quote_next(lower, at + count) else 0
    return 0


def _count_head(lower: Lines, at: int) -> int:
    """How many lines are the head of a mail, which says who wrote it and, at least, when or about what."""
    first = _HEAD.match(lower[at]) if at < len(lower) else None
    if first is None:
        return 0
    found: list[re.Match[str]] = []
    for line in lower[at : at + _HEAD_LINES]:
        if (one := _HEAD.match(line)) is None:
            break
        found.append(one)
    labels = [one.group(1) or one.group(2) or one.group(3) for one in found]
    if len(found) < 2 or not any(one.group(1) for one in found):
        return 0
    tells_time = any(each in _DATES for each in labels) and any(
        each in _SUBJECTS for each in labels
    )
    is_mail = (
        tells_time
        or any(each in _SENT for each in labels)
        or any(_ADDRESS.search(one.group(4)) for one in found)
    )
    return len(found) if is_mail else 0


def _tells_subject(line: str) -> bool:
    """Whether a line of the head says what the mail is about; that of a reply only where it has a number."""
    found = _SUBJECT.match(line)
    if found is None:
        return False
    subject = line[found.end() :].lstrip("|*_:： ")
    return not _REPLIED.match(subject) or any(sign.isdigit() for sign in subject)


def _find_answer(lines: Lines, lower: Lines, start: int) -> int | None:
    """Where under a mail that is quoted on top the answer to it begins: behind its signature, or with a
    greeting of its own; None where neither tells."""
    has_begun, is_apart = False, False
    for at in range(start, len(lower)):
        line = lower[at].strip()
        if line and has_begun:
            if is_apart and _GREETING.match(line):
                return at
            if is_farewell(line):
                return _skip_signature(lines, lower, at + 1)
        has_begun, is_apart = has_begun or bool(line), not line
    return None


def _skip_signature(lines: Lines, lower: Lines, start: int) -> int | None:
    """The first line behind a blank one that is none of a signature."""
    is_apart = False
    for at in range(start, len(lower)):
        line = lower[at].strip()
        if line and is_apart and not is_farewell(line) and not is_of_signature(lines[at], line):
            return at
        is_apart = is_apart or not line
    return None
