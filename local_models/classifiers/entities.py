"""Slots of a customer turn: order numbers, phone numbers, dates and amounts, Chinese and English.

A value that a privacy filter replaced already (`<PHONE_1>`) is a slot too: the placeholder is the
value. Dates that depend on today ("明天", "last week") stay in the customer's own words.

A text is not searched with patterns: runs of digits, and words that name a value, are looked for,
which is quick; a pattern is only tried at such a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of

Span = tuple[int, int]

_KINDS = {
    "order": "order_number", "phone": "phone", "mobile": "phone", "tel": "phone", "date": "date",
    "time": "date", "amount": "amount", "money": "amount",
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r"<(?:(order)(?:_?number|_?id)?|(phone|mobile|tel|date|time|amount|money))_?\d*>"
)

_ORDER_WORDS = ("order", "tracking", "purchase", "package", "订单", "单号", "运单", "编号")
_NUMBER = re.compile(r"\d\d\d")
_NEAR = 64
# What follows is written out once more in local_models/native/places.c, and the times in English in times.c.
_NAMED = re.compile(
    r"(?:(?:订单|运单)(?:号码?)?|单号码?|编号"
    r"|(?:order(?:'s)?|tracking)(?:\s+(?:no\.|(?:number|num|nr|no|id|reference|ref|code)(?![a-z])))?|purchase|package)"
    r"\s*(?:是|为|is)?\s*[:：#=]?\s*#?\s*((?=[A-Za-z0-9-]*\d{3})[A-Za-z0-9][A-Za-z0-9-]{4,29})(?![A-Za-z0-9-])"
)
_HASHED = re.compile(r"#(\d{4,20})(?!\d)")
_BARE = re.compile(r"(?<![\d.A-Za-z])(?:\d{12,20}|[a-z]{2,4}\d{8,16})(?![\d.A-Za-z])")
_PHONE = re.compile(
    r"(?<![\d-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
    r"|(?<![\d-])(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)"
)
_MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_DAYS = "mon|tues?|wednes|thurs?|fri|satur|sun"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_NUMBERED = "楼|线|店|院|码|电池|汽油|柴油|厅|染|的?鞋|的?衣|的?裤|柜|机|车|门|仓|库|色|房|桌|字|球|键|位|针|样|款|尺"
"""What has a number of its own: "5号电池" is no day."""
_SHARES = r"\s?(?:inch|in\b|cup|price|size|of\b|off\b|full|mile|kg|lb|oz|\"|英?寸|的|would|service|stars?|score|rating|points?|分)"
"""What a half or a mark out of ten is told of."""
_BESIDE_DATES = r"\s?(?:的?(?:活动|大促|促销|预售|那天|当天|下单|买|订|拍|付款|发货|到货|签收)|之?前|之后|以后|sale\b|deal)"
_DATE = re.compile(
    r"\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}[日号]?|\d{1,2}月(?:\d{1,2}[日号]?|底|初|份|[上中下]旬)"
    rf"|(?<!\d){_DAY}(?:号(?!{_NUMBERED})|日(?!无理由|内|价保|保价|包|元|用|游))"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"
    rf"|\b(?!24/7\b|10/10\b)(?:\d|[012]\d|3[01])/{_DAY}\b(?![/\d]|{_SHARES})"
    rf"|(?<![\d.])(?:0?[1-9]|1[0-2])\.{_DAY}(?![\d.])(?:(?<=on \d\d\.\d\d)|(?={_BESIDE_DATES}))"
)
_MONTH = re.compile(rf"(?:{_MONTHS})\.?$")
_MONTH_DAY = re.compile(rf"\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b")
_PARTS_OF_DAY = "早上|上午|中午|下午|傍晚|晚上|夜里|凌晨"
_HOUR = r"(?:[012]?\d|[一二两三四五六七八九十]{1,3})(?:点(?:半|钟|\d{1,2}分?)?|[:：]\d{2})"
_DATE_ZH = re.compile(
    rf"(?:(?:今|明|后|大后|昨|前|大前)天(?:{_PARTS_OF_DAY})?|今早|今晚|明早|明晚|昨晚|"
    r"(?:这|本|上|下|上上|下下)个?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:周|星期|礼拜)[一二三四五六日天末])"
    rf"(?:{_PARTS_OF_DAY})?(?:{_HOUR})?|(?:{_PARTS_OF_DAY}){_HOUR}|"
    r"(?:十[一二]?|[一二三四五六七八九])月(?:[一二三四五六七八九十]{1,3}[日号]|底|初|份|[上中下]旬)|"
    r"(?:这|本|上|下)个?月(?:初|底|中)?(?:\d{1,2}[号日])?|(?:今|明|去|前)年|月底|月初|双十一|双11|双十二|618|国庆|春节|中秋|元旦|"
    r"[\d一二两三四五六七八九十半][\d一二两三四五六七八九十半]{0,11}(?:日|个?(?:天|周|星期|月|小时|分钟))(?:之?前|之?后|以?内)"
)
_DATE_EN = re.compile(
    rf"\b(?:next|last|this|on|by)\s+(?:(?:{_DAYS})day|week(?:end)?|month|year)\b|\b(?:{_DAYS})day\b"
    r"|\bday (?:after tomorrow|before yesterday)\b|\b(?:to(?:day|night|morrow)|yesterday|black friday|christmas)\b"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|ten|a)\s+(?:days?|weeks?|months?|hours?)\s+ago\b"
    r"|\bin\s+(?:\d+|one|two|three|a)\s+(?:days?|weeks?|hours?)\b"
)
_TIME_WORDS = ("day", "week", "month", "hour", "year", "tonight", "tomorrow", "christmas")
_WORDS_IN_A_TIME = 3
_TIME_STARTS = (
    "a ", "black", "by ", "christmas", "day ", "fi", "four", "fri", "in ", "last", "mon", "next", "on ", "one", "satur",
    "seven", "six", "sun", "ten", "this", "three", "thurs", "today", "tomorrow", "tonight", "tue", "two", "wednes",
    "yesterday",
)  # fmt: skip
"""What the words begin with that a time can begin with."""
_PAID = re.compile(r"(?:[¥￥$€£]|rmb|cny|usd)\s?\d[\d,]*(?:\.\d{1,2})?")
_DOLLARS_OF = re.compile(r"(?<![a-z])(?:us|hk|nt|au|ca|sg|nz|[acs])$")
"""Whose dollars they are, right before the sign."""
_PIECES = (
    "(?:(?:[新旧坏大小好厚薄黑白红蓝绿金银真假]|备用|原装|一样|相同)的?)?(?:[手腕怀钟]?表|[牛羊猪鸡鱼腊]?肉|电(?!费|话)|布|屏|蛋糕|[瓷地]?砖|[冰软硬]?糖|巧克力|面包|饼|月饼|豆腐|"
    "玻璃|[钢木铁石滑主]?板|地(?!铁)|硬盘|内存|显卡|芯片|充电宝|[石木]头|石|玉|瓷|瓦|皮(?!肤)|毛巾|抹布|[地毛]?毯|垫|[肥香]?皂|奶酪|芝士|牛排|排骨|炸鸡|披萨|拼图|腹肌|奖?牌|表带)"
    "|多少|儿|都|碎|裂|坏"
)
"""What is counted in pieces, or said of pieces: "两块表都坏了"."""
_KUAI = rf"块(?:(?<=[\d.,]\d块)|(?<=[\d.,]\d\s块)|(?<=[十百千万]块)|(?<=[十百千万零〇][一二三四五六七八九]块)|(?!{_PIECES}))"
"""Money: nobody counts ten pieces of a thing, and of fewer ones the thing is named."""
_SPENT = "(?:(?<=[花付扣充缴欠])|(?<=[花付扣充缴欠]了)|(?<=[收扣花]了[我你您他她])|(?<=多收)|(?<=多收了))"
"""Right before what can only be money, how little it may be."""
_YUAN = "圆(?![桌形规领环筒点满珠通柱片圈盘球角心孔头])"
_PRICED = re.compile(
    rf"\d[\d,]{{0,23}}(?:\.\d{{1,2}})?\s?(?:(?:[十百千]?万|千|百)?(?:元|块钱|{_KUAI}|美元|美金|欧元|英镑|日元|港[币元]|人民币)|毛(?!绒|巾|衣|线|笔|毯|呢)|角(?!星|落|度|色|形)"
    r"|万(?!\s?[\da-z一-鿿])|万(?=[的了吧呢吗啊买退就才]|左右|以[上内下])"
    r"|€|£|(?:dollars?|bucks?|usd|rmb|yuan|euros?|pounds?|cents?)\b)"
)
_NUMERALS = "[一二两三四五六七八九十百千万零〇]"
_COUNTED = re.compile(
    rf"(?=[\d{_NUMERALS[1:]})(?:(?<![\d.])(?:{_NUMERALS}{{1,12}}(?:元|块钱|{_YUAN})|{_SPENT}{_NUMERALS}{{1,12}}块"
    rf"|(?!万一|一块(?!多(?!少)|[钱\d零二三四五六七八九半])){_NUMERALS}{{1,12}}(?<![一二两三四五六七八九]一){_KUAI})"
    rf"|{_SPENT}\d块|(?<![\d.])\d[\d,]{{0,23}}(?:\.\d{{1,2}})?\s?[百千万]?{_YUAN})"
)
"""Sums in words, and those in digits that are told by what stands before them or by a rarer sign.
"一块" alone is "together", or one piece."""
_SIGNS = "¥￥$€£"
_CODES = ("rmb", "cny", "usd")
_CODE_ENDS = frozenset("byd")
_UNITS = (
    *"元块毛角万美人千百欧英日港€£", "dollar", "buck", "usd", "rmb", "yuan", "euro", "pound", "cent",
)  # fmt: skip
_POINTS = frozenset(",.")
_MARK_SIGN = mask_of("<")
_NO_MARKS: dict[str, list[Span]] = {kind: [] for kind in _KINDS.values()}
_DATE_MARKS = frozenset("年/.-月号日")
_MONTH_STARTS = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)
_MONTHS_OR_OF = _MONTH_STARTS | {"of "}
_RUN = re.compile(r"\d\d*")
_LAST_WORD = re.compile(r"(\S+)\s*$")
_ORDINALS = frozenset("snrt")
_WIDE = re.compile("[０-９ａ-ｚ]")
_NARROW = {ord("０") + at: "0123456789"[at] for at in range(10)} | {
    ord("ａ") + at: chr(ord("a") + at) for at in range(26)
}
"""Full-width digits and letters, one for one: a value stands where it was typed."""
_GLANCE_CHARS = 600
"""Words for days, of which long texts are full, are looked for in head and tail alone."""


def find_slots(text: str | Sample) -> dict[str, tuple[str, ...]]:
    """Every entity by kind, in the order of the text and without repeats; kinds found only."""
    whole = Sample.of(text)
    typed, lower = whole.typed, whole.lower
    if len(lower) != len(typed):  # a letter that grows when lowered would shift what follows it
        typed = typed.lower()
    if not lower.isascii() and _WIDE.search(lower):
        lower = lower.translate(_NARROW)
    marks = _placeholders(lower) if whole.signs & _MARK_SIGN else _NO_MARKS
    at = find_places(lower)
    phones = _values(typed, marks["phone"] + _try_at(_PHONE, lower, at.phones))
    orders = _values(typed, marks["order_number"] + _orders(lower, at))
    if phones:
        orders = tuple([value for value in orders if value not in phones])
    slots = {
        "order_number": orders,
        "phone": phones,
        "date": _dates(typed, lower, marks["date"] + _dates_in_digits(lower, at)),
        "amount": _values(typed, marks["amount"] + _amounts(lower, at)),
    }
    return {kind: values for kind, values in slots.items() if values}


def _values(text: str, spans: list[Span]) -> tuple[str, ...]:
    """What stands at these places, in order, each once; of two that overlap the first one holds."""
    return tuple(_first_places(text, spans)) if spans else ()


def _first_places(text: str, spans: list[Span]) -> dict[str, int]:
    """The same with where each begins."""
    found: dict[str, int] = {}
    reach = 0
    spans.sort()
    for start, end in spans:
        if start >= reach:
            found.setdefault(text[start:end].strip(), start)
            reach = end
    return found


def _try_at(pattern: re.Pattern[str], text: str, starts: list[int]) -> list[Span]:
    """Where the pattern holds at one of these places; its group where it has one, else the whole."""
    if not starts:
        return []
    group, match = min(pattern.groups, 1), pattern.match
    return [found.span(group) for start in starts if start >= 0 and (found := match(text, start))]


def _places(text: str, words: Iterable[str]) -> list[int]:
    """Where any of the words begins."""
    found: list[int] = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            found.append(at)
            at = text.find(word, at + 1)
    return found


def _placeholders(lower: str) -> dict[str, list[Span]]:
    """What a privacy filter put, by kind of slot."""
    found: dict[str, list[Span]] = {kind: [] for kind in _KINDS.values()}
    for mark in _PLACEHOLDER.finditer(lower):
        found[_KINDS[mark.group(1) or mark.group(2)]].append(mark.span())
    return found


class Places(msgspec.Struct, frozen=True):
    """Where each kind of value may begin, in order."""

    phones: list[int]
    hashed: list[int]
    bare: list[int]
    dates: list[int]
    months: list[int]
    """Where a word that may be a month begins and where it ends, in turn."""
    paid: list[int]
    priced: list[int]
    named: list[Span]
    """The number behind a word for orders."""


def find_places(lower: str) -> Places:
    """What the characters beside each run of digits allow it to be, in a text in lower case."""
    return find_places_with_patterns(lower) if NATIVE is None else Places(*NATIVE.places(lower))


def find_places_with_patterns(lower: str) -> Places:
    """What the compiled pass does."""
    at = Places([], [], [], [], [], [], [], _try_at(_NAMED, lower, _named(lower)))
    for start, end in [found.span() for found in _RUN.finditer(lower)]:
        before, near, after = (
            lower[start - 1 : start],
            lower[end : end + 1],
            lower[end + 1 : end + 4],
        )
        # A phone number has ten digits at least, in one run or with signs between.
        if end - start >= 10 or after[:1].isdigit() or after[1:2].isdigit():
            at.phones.extend((start - 1, start) if before in ("+", "(") else (start,))
        if before == "#":
            at.hashed.append(start - 1)
        first = _letters_before(lower, start)
        if end - start >= 12 or (end - start >= 8 and start - first >= 2):
            at.bare.append(first)
        is_apart = near.isspace()
        follows = after if is_apart else near
        if follows[:1] in _DATE_MARKS or follows in _MONTHS_OR_OF or near in _ORDINALS:
            # The last digits of a longer run can be a year, a month or a day.
            at.dates.extend([start, *(p for p in (end - 4, end - 2, end - 1) if p > start)])
        if near in _POINTS or lower.startswith(_UNITS, end + is_apart):
            at.priced.append(start)
        _look_before(lower, start, before, at)
    return at


def _named(lower: str) -> list[int]:
    """Where a word for orders begins, with the next three digits in a row near behind it."""
    found = []
    for place in sorted(_places(lower, _ORDER_WORDS)):
        number = _NUMBER.search(lower, place)
        if number and number.start() - place <= _NEAR:
            found.append(place)
    return found


def _look_before(lower: str, start: int, before: str, at: Places) -> None:
    """A month or a currency before a number, with or without a space between."""
    if before.isspace():
        word = _LAST_WORD.search(lower, max(0, start - 12), start - 1)
        if word and word.group(1)[:3] in _MONTH_STARTS:
            at.months.extend(word.span(1))
        start, before = start - 1, lower[max(0, start - 2) : start - 1]
    if before and before in _SIGNS:
        at.paid.append(start - 1)
    elif before in _CODE_ENDS and lower[max(0, start - 3) : start] in _CODES:
        at.paid.append(start - 3)


def _letters_before(lower: str, start: int) -> int:
    """Where the letters begin, four at most, that stand right before a number."""
    first = start
    while first > 0 and start - first < 4 and "a" <= lower[first - 1] <= "z":
        first -= 1
    return first


def _orders(lower: str, at: Places) -> list[Span]:
    if not at.hashed and not at.bare:
        return at.named
    return at.named + _try_at(_HASHED, lower, at.hashed) + _try_at(_BARE, lower, at.bare)


def _dates_in_digits(lower: str, at: Places) -> list[Span]:
    found = _try_at(_DATE, lower, at.dates)
    if at.months:
        words = zip(at.months[::2], at.months[1::2], strict=True)
        months = [_MONTH.search(lower, start, end) for start, end in words]
        found += _try_at(_MONTH_DAY, lower, [month.start() for month in months if month])
    return found


def _dates(typed: str, lower: str, in_digits: list[Span]) -> tuple[str, ...]:
    """Dates in the order of the text; where two ways of reading overlap, the first one holds."""
    in_words = find_times(lower, _GLANCE_CHARS)
    if in_digits or not typed.isascii():
        if not typed.isascii():
            in_words = _dates_in_chinese(lower) + in_words
        found = _first_places(typed, in_digits) if in_digits else {}
        for start, value in sorted([(start, typed[start:end].strip()) for start, end in in_words]):
            found.setdefault(value, start)
        values = sorted(found, key=found.__getitem__)
    else:  # they come in order
        values = [typed[start:end].strip() for start, end in in_words]
    told: list[str] = []
    for value in values:
        if not [longer for longer in told if value in longer]:
            told.append(value)
    return tuple(told)


def _dates_in_chinese(lower: str) -> list[Span]:
    spans: list[Span] = []
    for start, end in _head_and_tail(len(lower), _GLANCE_CHARS):
        spans += [match.span() for match in _DATE_ZH.finditer(lower, start, end)]
    return spans


def _head_and_tail(size: int, most: int) -> list[Span]:
    """All of a text of that many characters, or where its head and its tail stand."""
    if size <= most:
        return [(0, size)]
    return [(0, most // 2), (size - most // 2, size)]


def find_times(lower: str, most: int) -> list[Span]:
    """Times in English, in a text in lower case: they begin at a word for times, or one or two words
    before it. Of a text longer than `most` only the head and the tail are read."""
    if NATIVE is None:
        return find_times_with_patterns(lower, most)
    return NATIVE.times(lower, most)


def find_times_with_patterns(lower: str, most: int) -> list[Span]:
    """What the compiled pass does."""
    found: list[Span] = []
    for first, last in _head_and_tail(len(lower), most):
        part = lower[first:last]
        spans = _try_at(_DATE_EN, part, _find_time_starts(part.replace("\n", " ")))
        found += [(first + start, first + end) for start, end in spans]
    return found


def _find_time_starts(lower: str) -> list[int]:
    starts: set[int] = set()
    for at in _places(lower, _TIME_WORDS):
        for _ in range(_WORDS_IN_A_TIME):
            start = lower.rfind(" ", 0, at) + 1
            # What is no letter or digit stands before the word, not in it.
            first = _first_letter(lower, start)
            if lower.startswith(_TIME_STARTS, first) or lower[first : first + 1].isdecimal():
                starts.add(first)
            if start < 2:
                break
            at = start - 1
    return sorted(starts)


def _first_letter(text: str, at: int) -> int:
    while at < len(text) and not text[at].isalnum():
        at += 1
    return at


def _amounts(lower: str, at: Places) -> list[Span]:
    found = [(_whose(lower, start), end) for start, end in _try_at(_PAID, lower, at.paid)]
    found += _try_at(_PRICED, lower, at.priced)
    if "元" in lower or "块" in lower or "圆" in lower:
        found += [counted.span() for counted in _COUNTED.finditer(lower)]
    return found


def _whose(lower: str, start: int) -> int:
    """Where the letters before a sign begin that say whose dollars it means; the sign where there are none."""
    if lower[start] != "$":
        return start
    whose = _DOLLARS_OF.search(lower, max(0, start - 3), start)
    return whose.start() if whose else start
