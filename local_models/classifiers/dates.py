"""Dates and times in a turn, in digits and in words, Chinese and English.

Dates that depend on today ("明天", "last week") stay in the customer's own words. What may as well be a
fraction ("3/4") is a date only where a word beside it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.date_ranges import find_other_ends
from local_models.classifiers.named_days import (
    NAMED_ZH,
    STARTS_ZH,
    THINGS_EN,
    find_named_days,
)

Span = tuple[int, int]

GLANCE_CHARS = 600
"""Words for days, of which long texts are full, are looked for in head and tail alone."""

_MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:1[5-9]|20)\d\d"
_NUMBERED = (
    "楼|线|店|院|码|电池|汽油|柴油|厅|染|的?鞋|的?衣|的?裤|柜|机|车|门|仓|库|色|房|桌|字|球|键|位|针|样|款|尺"
    "|窗(?!帘|户|花)|座(?![椅垫套])|床(?![单上垫品])|栋|幢|弄|巷|路(?!上)|馆|台|摊|口(?![罩红香])|[出入]口|包[间厢]|单元|宿舍|公寓|教室|会议室|储物柜|快递柜|链接|公路|国道|病[房床区]|舱"
)
"""What has a number of its own: "5号电池" is no day."""
_NUMBERING = (
    "(?<![号第])(?<!号是)(?<!号为)(?<!号[:：])(?<!号 )(?<!房间)(?<!门牌)(?<!座位)(?<!窗口)(?<!柜台)(?<!工位)(?<!床位)(?<!铺位)(?<!车厢)(?<!单元)(?<!地铁)"
    "(?<!大道)(?<!胡同)(?<![栋幢座弄巷街])(?<![^线网半在]路)"
)
"""What does not stand before a day of the month: a word for something that has a number."""
_BESIDE_DATES = r"\s?(?:的?(?:活动|大促|促销|预售|那天|当天|[下付发到签][的了过](?:单|订单|款|货|收)|下单|买|订|拍|付款|发货|到货|签收|那单|那个订单|收到|收的|寄的|申请)|之?前|之后|以后|sale\b|deal)"
_OF_MONTH_ZH = "(?:底|初|份|[上中下]旬)"
_DATE = re.compile(
    rf"\d{{4}}\s?[年/.-]\s?(?:1[0-2]|0?[1-9])\s?[月/.-]\s?{_DAY}(?!\d|[.-]\d{{1,3}}(?!\d))[日号]?|(?<!\d)\d\d(?:\d\d)?年\d{{1,2}}月(?:\d{{1,2}}[日号]?|{_OF_MONTH_ZH})?"
    rf"|(?<!\d)\d{{1,2}}月(?:\d{{1,2}}[日号]?|{_OF_MONTH_ZH})"
    rf"|(?<!\d){_NUMBERING}{_DAY}(?:号(?!{_NUMBERED})|日(?!无理由|内|价保|保价|包|元|用|游))"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b(?:\.?,?\s+{_YEAR}(?!\d))?"
    rf"|\b{_DAY}-(?:{_MONTHS})\b(?:-\d\d(?:\d\d)?(?!\d))?"
    rf"|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b|(?<!\d){_DAY}(?:-{_DAY}-|\.\s?{_DAY}\.\s?){_YEAR}(?![.-]?\d)"
    rf"|(?<![\da-z_-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\da-z_-])"
    rf"|(?P<slashed>(?<![\d/.])(?:\d|[012]\d|3[01])/{_DAY}(?![\d/a-z]))"
    r"|\b(?:1[0-2]|0?[1-9])(?:[:.][0-5]\d)?\s?[ap](?:m\b|\.m\.)"
    r"|(?<=the )(?P<nth>(?:3[01]|[12]?\d)(?:st|nd|rd|th)\b)"
    rf"|(?<![\d.])(?:0?[1-9]|1[0-2])\.{_DAY}(?![\d.])(?:(?<=on \d\d\.\d\d)|(?={_BESIDE_DATES}))"
)
_FIGURES = re.compile(r"[\d\s./-]+")
_NUMBER_OF = re.compile(
    r"(?:\b(?:version|ver\.?|v|firmware|build|revision|rev\.?|serial|s/?n|model|part|sku|imei|ip|ipv4|id|ios|ipados|macos|android|harmonyos|driver|no\.?|number|code|(?:updat|upgrad)ed? to)"
    r"|版本|固件|系统|型号|序列|编码|条码|代码|[升更]级到|更新到|鸿蒙|安卓|号)\s?(?:is|[是为#:：])?\s?$"
)
"""Behind it stands a number of something that is no day, whatever it looks like."""
_VERSION = re.compile(r"\s?(?:版|固件|系统|version|firmware)")
_MONTH = re.compile(rf"(?:{_MONTHS})[.,]?$")
_SUBJECT = re.compile(r"\b(?:i|you|we|they|s?he|it|this|that|who|which|there|one)\s$")
"""Before "may", which is no month then."""
_MONTH_DAY = re.compile(
    rf"\b(?:{_MONTHS})(?:[.,]?\s+{_YEAR}(?!\d)|\.?\s+\d{{1,2}}(?!\d|%)(?:st|nd|rd|th)?(?:,?\s+{_YEAR}(?!\d))?)"
)

_CALCULATES_BEFORE = re.compile(
    r"[=+*^<>×÷·∶]\s?$|\b(?:ratio|fraction|probability|odds|score|scored)(?: is| of)? $|(?:概率|比[例率值]|分数)[是为约等于]{0,2}$|[的约占达过近增降升][至到了]?$"
)
_CALCULATES_AFTER = re.compile(
    r"\s?(?:[=+*^<>×÷%\"]|(?:inch|in\b|cups?|price|size|of\b|off\b|full|miles?|kg|lb|oz|hours?|mark|way|done|as\b|the\b|英?寸|would|service|stars?|score|rating|points?|分))"
)
_MATHS = re.compile(
    r"[=^\\]|概率|比例|分数|几分之|probability|ratio|fraction|odds|chance|equation|simplif|\bsum\b|product of|integer|triangle|polynomial"
)
_RARE_IN_FRACTIONS = frozenset([11, 13, 14, *range(17, 24), *range(26, 30), 31])
_MONTHS_IN_A_YEAR = 12
_NEAR = 12
_DATED_BEFORE = re.compile(
    r"(?:\b(?:on|by|since|until|till|before|after|dated?|ordered|placed|bought|paid|shipped|delivered|arrived?|arriving|arrives|leav(?:e|es|ing)|depart(?:ing)?|check[ -]?(?:in|out)|received|due|purchased|returned|booked|eta|est|date:?"
    r"|(?:from|between)(?!\s\d/\d\b))\s|[从在到于自至是买订付发收寄等截止改我您你号单])[:：]?\s?$"
)
_DATED_AFTER = re.compile(
    r"\s?(?:的?(?:活动|大促|订单|快递|那单|那天|当天|货)|下单|下的|买|订|拍|付|发|到|签收|收|寄|退|号|日(?!元)|之?前|之?后|以后|早|晚|上午|下午|开始|起|截止|开售|预售"
    r"|sale\b|deal\b|order\b|delivery\b|purchase\b|at \d|\d\d?[:点]\d|\(?(?:mon|tue|wed|thu|fri|sat|sun))"
)
_BETWEEN_DATES = re.compile(r"\s?(?:[-~～–—至到、和,]|to|and|or|through|or)\s?")
_ON_THE = re.compile(r"\b(?:on|by|before|since|until|till|from|after|around|due|for) (the )$")
_NTH_ENDS = re.compile(
    r"\s{0,4}(?:$|[.,;:!?)\n]|(?:i|we|you|he|she|it|they|my|the|and|but|at|is|was|or|to|because|when|with|still|yet|no|not|this|that|so|if|please|as|then)\b"
    rf"|of (?:this|last|next|the|each|every|{_MONTHS})\b)"
)

_PARTS_OF_DAY = "早上|上午|中午|下午|傍晚|晚上|夜里|凌晨"
_HOUR = r"(?:[012]?\d|[一二两三四五六七八九十]{1,3})(?:点(?:半|钟|\d{1,2}分?)?|[:：]\d{2})"
_NUMERALS = "一二三四五六七八九十"
_MONTH_ZH = f"(?:十[一二]?|[{_NUMERALS[:9]}])月"
_DAY_ZH = f"(?:[{_NUMERALS}]{{1,3}}[日号]|{_OF_MONTH_ZH})"
_SONG = "(?![^，。！？；,.!?;\\s听看唱读追]{0,5}(?:这首歌|这支歌|歌词|这首曲|这本小说|这部(?:电影|剧|片子)))"
"""A title of which a day is a part: "明天会更好这首歌"."""
_BAND = "(?!乐队|乐团|餐厅|餐吧|酒吧|书店|书房|咖啡|摄影|文化|传媒|工作室)"
"""What bears a day's name."""
_DATE_ZH = re.compile(
    rf"(?:(?:今|明|后|大后|昨|前|大前)天(?!会更好){_SONG}(?:{_PARTS_OF_DAY})?|今早|今晚|明早|明晚|昨晚|"
    rf"(?:这|本|上|下|上上|下下)个?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:周|星期|礼拜)[一二三四五六日天末]{_BAND}{_SONG})"
    rf"(?:{_PARTS_OF_DAY})?(?:{_HOUR})?|(?:{_PARTS_OF_DAY}){_HOUR}|"
    rf"(?:民国|令和|平成|昭和)(?:\d{{1,3}}|[{_NUMERALS}〇零百元]{{1,5}})年(?:(?:\d{{1,2}}月(?:\d{{1,2}}[日号]?)?)|{_MONTH_ZH}{_DAY_ZH}?)?|"
    rf"[零〇○{_NUMERALS[:9]}]{{2,4}}年{_MONTH_ZH}{_DAY_ZH}?|(?:今|明|去|前)年(?:\d{{1,2}}月(?:\d{{1,2}}[日号]?|{_OF_MONTH_ZH})?|{_MONTH_ZH}{_DAY_ZH}?)?|"
    rf"{_MONTH_ZH}{_DAY_ZH}|"
    r"(?:这|本|上|下)个?月(?:初|底|中)?(?:\d{1,2}[号日])?|月底|月初|"
    rf"{NAMED_ZH}|"
    r"[\d一二两三四五六七八九十半几][\d一二两三四五六七八九十半几多百]{0,11}(?:日|个?(?:天|周|星期|礼拜|月|小时|钟头|分钟)|年)(?:之?前|之?后|以?内)"
)
_STARTS_ZH = re.compile(
    f"[今明后昨前大这本上下周星礼早中傍晚夜凌民令平昭零〇○{_NUMERALS}去月\\d两半几{STARTS_ZH}]"
)
"""What a date in Chinese begins with."""
_WEEKDAY = "(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_OF_DAY = r"(?:\s+(?:night|morning|afternoon|evening))?"
_COUNT = (
    r"(?:\d+|half\s+an?|(?:a\s+)?few|(?:a\s+)?couple(?:\s+of)?|several|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
    r"|twenty|thirty)"
)
_PERIOD = r"(?:minute|hour|day|night|week|month|year)s?"
_DATE_EN = re.compile(
    rf"\b(?:(?:next|last|this|on|by)\s+(?:{_WEEKDAY}\b{_OF_DAY}|week(?:end)?|month|year)"
    rf"|(?:next|last|this)\s+(?:night|morning|afternoon|evening)"
    rf"|{_WEEKDAY}\b{_OF_DAY}|day (?:after tomorrow|before yesterday)|(?:today|tonight|tomorrow|yesterday)\b{_OF_DAY}|(?:black friday|thanksgiving|easter|christmas(?:\s+(?:eve|day))?)\b{THINGS_EN}"
    rf"|new\s+year'?s(?:\s+(?:eve|day))|valentine'?s\s+day"
    rf"|{_COUNT}\s+{_PERIOD}\s+ago|(?:in|within)\s+{_COUNT}\s+{_PERIOD}|(?:next|last|past)\s+{_COUNT}\s+{_PERIOD})\b"
)
_TIME_WORDS = (
    "day", "week", "month", "hour", "year", "minute", "night", "morning", "evening", "afternoon", "tomorrow",
    "christmas", "easter", "thanksgiving",
)  # fmt: skip
_WORDS_IN_A_TIME = 4
_TIME_STARTS = (
    "a ", "an ", "black", "by ", "christmas", "couple", "day ", "easter", "ei", "eleven", "few", "fi", "four", "fri",
    "half", "in ", "last", "mon", "new", "next", "nine", "on ", "one", "past", "satur", "seven", "several", "six", "sun",
    "ten", "thanksgiving", "thirty", "this", "three", "thurs", "today", "tomorrow", "tonight", "tue", "twelve", "twenty",
    "two", "valentine", "wednes", "within", "yesterday",
)  # fmt: skip
"""What the words begin with that a time can begin with. All of these stand in local_models/native/times.c, too."""
_OPENED = "《“‘「『\"'"
_CLOSED = "》”’」』\"'"


def find_dates(
    typed: str, lower: str, starts: list[int], months: list[int], marks: Iterable[Span]
) -> tuple[str, ...]:
    """Dates in the order of the text, each once; where two ways of reading overlap, the first one holds.

    `starts` is where dates in digits may begin, `months` where words that may be months begin and end, in
    turn; `marks` are placeholders for dates.
    """
    found = {typed[start:end].strip(): start for start, end in sorted(marks, reverse=True)}
    reach = 0
    in_digits = _dates_in_digits(lower, starts, months)
    if in_digits:
        in_digits += find_other_ends(lower, in_digits)
    for start, end in sorted(in_digits):
        if start >= reach:
            found.setdefault(typed[start:end].strip(), start)
            reach = end
    in_words = find_times(lower)
    for first, last in _head_and_tail(len(lower), GLANCE_CHARS):
        in_words += find_named_days(lower, first, last)
    if not typed.isascii():
        in_words += _dates_in_chinese(lower)
    for start, end in sorted(in_words):
        if not _is_title(lower, start, end):
            found.setdefault(typed[start:end].strip(), start)
    told: list[str] = []
    for value in sorted(found, key=found.__getitem__):
        if not [longer for longer in told if value in longer]:
            told.append(value)
    return tuple(told)


def _is_title(lower: str, start: int, end: int) -> bool:
    """Whether it stands alone in quotation marks: "《后天》"."""
    if not start or lower[start - 1] not in _OPENED:
        return False
    after = lower[end : end + 1]
    return bool(after) and after in _CLOSED


def _dates_in_digits(lower: str, starts: list[int], months: list[int]) -> list[Span]:
    found: list[Span] = []
    slashed = (0, 0)
    for start in starts:
        date = _DATE.match(lower, start)
        if date is None:
            continue
        first, end = date.span()
        if _FIGURES.fullmatch(lower, first, end) and _is_number(
            lower, first, end, found[-1][1] if found else 0
        ):
            continue
        if date["slashed"]:
            gap = lower[slashed[1] : first] if slashed[1] else ""
            if not _is_day_of_month(lower, first, end) and not _BETWEEN_DATES.fullmatch(gap):
                continue
            slashed = first, end
        elif date["nth"]:
            on_the = _ON_THE.search(lower, max(0, start - _NEAR), start)
            if on_the is None or not _NTH_ENDS.match(lower, end):
                continue
            first = on_the.start(1)
        found.append((first, end))
    for start, end in zip(months[::2], months[1::2], strict=True):
        month = _MONTH.search(lower, start, end)
        date = month and _MONTH_DAY.match(lower, month.start())
        if date and not _SUBJECT.search(lower, max(0, start - _NEAR), start):
            found.append(date.span())
    return found


def _is_number(lower: str, start: int, end: int, date_ended: int) -> bool:
    """Whether figures that look like a date are a version, a serial number, an address or a part of one.

    A date may follow another one behind a dash: "2024-1-5-2024-1-8".
    """
    if _NUMBER_OF.search(lower, max(0, start - _NEAR), start) or _VERSION.match(lower, end):
        return True
    before = lower[max(0, start - 2) : start]
    if before[-1:].isascii() and before[-1:].isalnum():
        return True
    return before[-1:] in (".", "-") and before[0].isalnum() and date_ended != start - 1


def _is_day_of_month(lower: str, start: int, end: int) -> bool:
    """Whether "5/20" here is a day: a word beside it says so, or it would be a rare fraction."""
    before = max(0, start - _NEAR), start
    if _CALCULATES_BEFORE.search(lower, *before) or _CALCULATES_AFTER.match(lower, end):
        return False
    if _DATED_BEFORE.search(lower, *before) or _DATED_AFTER.match(lower, end):
        return True
    over, under = lower[start:end].split("/")
    is_rare = int(under) in _RARE_IN_FRACTIONS and int(over) <= _MONTHS_IN_A_YEAR
    return (
        is_rare
        and (over, under) != ("9", "11")
        and not _MATHS.search(lower, max(0, start - 100), end + 100)
    )


def _dates_in_chinese(lower: str) -> list[Span]:
    spans: list[Span] = []
    for first, last in _head_and_tail(len(lower), GLANCE_CHARS):
        reach = first
        for start in _STARTS_ZH.finditer(lower, first, last):
            date = _DATE_ZH.match(lower, start.start(), last) if start.start() >= reach else None
            if date:
                spans.append(date.span())
                reach = date.end()
    return spans


def _head_and_tail(size: int, most: int) -> list[Span]:
    """All of a text of that many characters, or where its head and its tail stand."""
    if size <= most:
        return [(0, size)]
    return [(0, most // 2), (size - most // 2, size)]


def find_times(lower: str) -> list[Span]:
    """Times in English, in a text in lower case."""
    starts = find_time_starts(lower, GLANCE_CHARS)
    if not starts:
        return []
    found: list[Span] = []
    reach = 0
    head = _head_and_tail(len(lower), GLANCE_CHARS)[0][1]
    for start in starts:
        end = head if start < head else len(lower)
        if start >= reach and (time := _DATE_EN.match(lower, start, end)):
            found.append(time.span())
            reach = time.end()
    return found


def find_time_starts(lower: str, most: int) -> list[int]:
    """Where times in English may begin: at a word for times, or one to three words before it. Of a text
    longer than `most` only the head and the tail are looked at."""
    if NATIVE is None:
        return find_time_starts_with_patterns(lower, most)
    return NATIVE.times(lower, most)


def find_time_starts_with_patterns(lower: str, most: int) -> list[int]:
    """What the compiled pass does."""
    found: list[int] = []
    for first, last in _head_and_tail(len(lower), most):
        part = lower[first:last].replace("\n", " ")
        found += [first + start for start in _time_starts(part)]
    return found


def _time_starts(part: str) -> list[int]:
    starts: set[int] = set()
    for word in _TIME_WORDS:
        at = part.find(word)
        while at >= 0:
            starts.update(_look_back(part, at))
            at = part.find(word, at + 1)
    return sorted(starts)


def _look_back(part: str, at: int) -> Iterable[int]:
    for _ in range(_WORDS_IN_A_TIME):
        start = part.rfind(" ", 0, at) + 1
        # What is no letter or digit stands before the word, not in it.
        first = _first_letter(part, start)
        if part.startswith(_TIME_STARTS, first) or part[first : first + 1].isdecimal():
            yield first
        if start < 2:
            break
        at = start - 1


def _first_letter(text: str, at: int) -> int:
    while at < len(text) and not text[at].isalnum():
        at += 1
    return at
