"""Addresses, Chinese and English, by a small set of rules of our own.

A Chinese address is a chain: regions (省 市 区 县), a road, its number, a compound, building, unit,
room. A region alone is geography ("北京到上海要几天"); a chain is private when it leads to a door, or
when the words before it say that it is somebody's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from router.steps.privacy.digits import FOLLOWING, HOUSE, LEADING, Run
from router.steps.privacy.spans import Span
from router.steps.privacy.words import Hits

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
)
PROVINCES = _PROVINCES.split()

_H = r"[一-鿿]"
_PHONE = r"[(（]?0[0-9]{2,3}[)）]?[ \-—]?[2-8][0-9]{2,3}[ \-]?[0-9]{4}(?![0-9])|[0-9]{3,4}[\- ]?[0-9]{4}[\- ]?[0-9]{3,4}(?![0-9])"
"""A landline or a mobile right behind a door is no room of it: 90号 0571-88881234."""
_N = r"[0-9一二三四五六七八九十百]"
GATES = (
    re.compile(r"[0-9零〇一二三四五六七八九十百](?:号|弄|栋|幢|座|单元|室|楼|层|\#)"),
    re.compile(
        rf"[省市区县州旗盟]{_H}{{1,16}}?"
        r"(?:路|街|道|巷|里|镇|乡|村|苑|园|城|湾|府|庭|居|广场|大厦|公寓|小区|家园|[市区县旗])"
    ),
)
"""Without one of these in it, a text holds no Chinese address."""
CLAUSE_MARKS = "，,。;；！!？?\n\t|:："
CLAUSE_END = re.compile(r"[，,。;；！!？?\n\t|:：]")
LONGEST_HEAD, LONGEST_TAIL = 60, 240
"""Characters of a clause that are looked at before and behind the first sign of an address."""
HEAD_WORD = re.compile(
    r"(?:地址|住址|寄到|寄往|送到|送至|发到|发往|寄给|改成|改到|改为|住在|家住|位于|开户行在|搬到|邮寄到|配送到|上门到|现住)(?:是|为|在|改成|改为)?[\s:：]{0,2}"
)
REGION = re.compile(
    rf"(?:{'|'.join(PROVINCES)})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
    rf"|{_H}{{2,10}}?(?:自治州|自治县|自治旗|地区)|{_H}{{1,10}}?(?:市|盟|州|区|县|旗|行政委员会|海域)"
)
STREET = re.compile(
    rf"[\s,，]?(?:{_H}{{1,8}}?(?:街道|镇|乡|村|社区|开发区|工业区|园区))|[\s,，]?{_H}{{1,9}}?(?:大道|大街|路|街|巷|弄|胡同|道|里|环|线)(?:东段|西段|南段|北段|中段)?"
)
DOOR = re.compile(
    rf"(?:附近|旁|内)?[\s,，\-—]?(?:第)?(?:[A-Za-z]|{_N}{{1,6}})(?:[\-—之]{_N}{{1,4}}){{0,3}}(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层|门|户|#)(?:楼|院|内)?"
    rf"|(?<=[元号栋幢座楼#])[\s\-]?(?!{_PHONE})(?>[A-Za-z]?[0-9]{{1,5}}(?:[\-—][0-9]{{1,5}}){{0,3}})(?![0-9])|(?<=[一-鿿])(?!{_PHONE})(?>[0-9]{{1,3}}(?:[\-—][0-9]{{1,4}}){{1,3}})(?![0-9])"
)
COMPOUND = re.compile(
    rf"{_H}{{2,12}}?(?:小区|花园|花苑|家园|公寓|大厦|广场|中心|新村|新城|国际|科技园|产业园|宿舍|大楼|天街|名都|学校|大学|医院|[苑园城府湾庭居里])|[一-鿿]{{2,8}}(?=[0-9A-Za-z]{{1,4}}(?:号楼|栋|幢|座|单元|室|-))"
)
TRAILING = re.compile(rf"{_H}{{2,10}}")
STOPS = re.compile(
    r"谢谢|麻烦|请|的|了|吧|吗|呢|可以|怎么|什么|帮|我|你|您|不|电话|手机|收货|收件|联系|姓名|没|还|到|要|就|多久|几天|和|给|车牌|身份|邮编"
)
NAME_STOPS = re.compile(
    r"谢谢|麻烦|请|的|了|吧|吗|呢|可以|怎么|什么|我|你|您|电话|手机|收货|收件|联系|姓名|多久|几天|车牌|身份|邮编"
)
LABEL = re.compile(r"(?:地址|住址)(?:是|为|改成|改为)?\s{0,2}[:：]\s{0,2}$")
LABELLED_END = re.compile(rf"\s|(?<![0-9])(?:{_PHONE})|[0-9]{{7,}}|\[|{NAME_STOPS.pattern}")
NO_REGIONS = (
    "超市",
    "城市",
    "门市",
    "夜市",
    "股市",
    "都市",
    "市区",
    "郊区",
    "校区",
    "景区",
    "地区",
    "全市",
    "网上",
)
CUTS = "把到在成是为的我你您寄送发给了从住往至请叫用说有去"
"""Characters that seldom stand inside a place name: what is left of the last one is no address."""

_POSTCODE = r"(?:[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])(?![A-Za-z0-9])"
"""British and Canadian: LS1 4DY, M5V 2T6."""
ENGLISH_STREET = re.compile(
    r"[0-9]{1,5}[A-Za-z]?(?:[ \-][A-Z0-9][\w.'’]{0,24}){1,4}? "
    r"(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Way|Terrace|Ter|"
    r"Parkway|Pkwy|Highway|Hwy|Close|Crescent|Circle|Cir|Trail|Trl|Plaza|Row|Alley|Gardens|Gdns|Grove|Mews|Parade|Quay|Wharf)\b\.?(?: [NSEW](?![A-Za-z0-9]))?"
    r"(?:,? ?(?:Apt|Apartment|Suite|Ste|Unit|Floor|Room|#)\.? ?#?[A-Za-z0-9\-]{1,6})?"
    r"(?:,?\s{1,2}[A-Z][A-Za-z.'’\-]{1,24}(?![A-Za-z0-9])){0,3}(?:,?\s{1,2}[A-Z]{2}(?![A-Za-z0-9]))?"
    rf"(?:,?\s{{1,2}}(?:[0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])|{_POSTCODE}))?"
)
BRITISH = re.compile(
    rf"[0-9]{{1,5}}[A-Za-z]?(?:[\-/][0-9]{{1,4}})?,? (?:[A-Za-z][\w.'’\-]{{0,24}}(?:,? |,?\n)){{1,9}}?(?={_POSTCODE}){_POSTCODE}"
)
IN_CODE = re.compile(r"[0-9][A-Za-z]{2}(?![A-Za-z0-9])")
LONGEST_BRITISH = 100
STREET_WORD = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|square|way|terrace|close|crescent|gardens?|grove|mews|hill|row|house|cottages?|farm|"
    r"park|view|walk|green|rise|vale|gate|quay|wharf|parade|broadway|estate)\b"
)
FLAT_BEFORE = re.compile(
    r"\b(?:(?:flat|apt|apartment|unit|suite|ste|floor|room|studio|block|level)\b\.? ?#?[a-z0-9\-/]{1,6}|[0-9]{1,2}(?:st|nd|rd|th) floor)"
    r"(?:[,\s]{1,3}[a-z][\w'’.\-]{1,24}(?: [\w'’.\-]{2,24}){0,3} ?,)?[,\s]{1,3}$"
)
LONGEST_FLAT = 72
"""Characters before a house number in which the flat may stand."""
ENGLISH_FLAT = re.compile(
    r"[0-9]{1,5}[A-Za-z]? [^\W\d_][^\n,;:?!]{2,40}?[\s,]{1,4}(?:Apt|Apartment|Suite|Ste|Unit)\.? ?#?[A-Za-z0-9\-]{1,6}"
    r"(?:[,\s]{1,4}[^\W\d_][\w.'’\-]{1,24}){0,4}(?:[,\s]{1,4}[0-9]{4,6}(?:-[0-9]{4})?(?![0-9]))?"
)
BOX = re.compile(
    r"\bp\.?\s?o\.? ?box ?#?[0-9]{1,8}(?:(?:,?\s{1,2}[a-z][a-z.'\-]{1,24}){1,4},?\s{1,2}(?:[0-9]{5}(?:-[0-9]{4})?|[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2})(?![a-z0-9]))?"
)
ENGLISH_ANNOUNCED = re.compile(
    r"(?:address is|address:|address to|(?:ship|deliver|send) (?:it |this |them |the order |my order )?to|"
    r"lives? at|located at|office is at)"
    r"\s{1,3}([0-9]{1,5}[A-Za-z]? [^\n;?!]{4,90}?)(?=[\n;?!]|\. |\.?$|,? (?:and|please|but|not|instead)\b)"
)
LONGEST_ANNOUNCER = 24
"""Characters of the longest announcing words with the blanks behind them."""
ANNOUNCED_ENDS = (
    "address is",
    "address:",
    " to",
    "live at",
    "lives at",
    "located at",
    "office is at",
)
STREET_BEGINS = re.compile(r"[A-Za-z]?[ \-][A-Z0-9]")


def find_chinese_addresses(text: str) -> Iterator[Span]:
    """Chains of place words that lead to a door."""
    done = 0
    for sign in sorted(match.start() for gate in GATES for match in gate.finditer(text)):
        if sign < done:
            continue
        start, stop = max(done, _clause_start(text, sign)), clause_end(text, sign)
        while start < stop and (span := _chain(text, start, stop)) is not None:
            yield span
            start = span.end
        done = stop


def _clause_start(text: str, place: int) -> int:
    least = max(0, place - LONGEST_HEAD)
    return max(least, *(text.rfind(mark, least, place) + 1 for mark in CLAUSE_MARKS))


def clause_end(text: str, place: int) -> int:
    most = min(len(text), place + LONGEST_TAIL)
    end = CLAUSE_END.search(text, place, most)
    return end.start() if end else most


def _gate(text: str, start: int, stop: int) -> int | None:
    """Where the first sign of an address is."""
    found = [match.start() for gate in GATES if (match := gate.search(text, start, stop))]
    return min(found, default=None)


def _chain(text: str, start: int, stop: int) -> Span | None:
    """The first address between the two places, or None."""
    if LABEL.search(text, max(0, start - 12), start):
        return labelled_address(text, start, stop)
    announced = HEAD_WORD.search(text, start, stop)
    begin = announced.end() if announced else _begin(text, start, stop)
    found = _grow(text, begin, stop, is_announced=announced is not None)
    if found is None and announced is not None:
        begin = _begin(text, start, stop)
        found = _grow(text, begin, stop, is_announced=False)
    return found


def labelled_address(text: str, start: int, stop: int) -> Span | None:
    """What stands behind 地址： is an address up to the first word that cannot belong to one."""
    while start < stop and text[start].isspace():
        start += 1
    end = LABELLED_END.search(text, start, stop)
    stop = end.start() if end else stop
    return Span(start, stop, "address", 0.8) if stop - start >= 4 else None


def _begin(text: str, start: int, stop: int) -> int:
    """Where an address may begin: at a province, else after the last word that is no place."""
    known = _PROVINCE.search(text, start, stop)
    if known:
        return known.start()
    gate = _gate(text, start, stop)
    if gate is None:
        return stop
    cut = max(text.rfind(character, start, gate) for character in CUTS)
    begin = start if cut < 0 else cut + 1
    while begin < stop and not "一" <= text[begin] <= "鿿":
        begin += 1
    return begin


_PROVINCE = re.compile(
    rf"(?:{'|'.join(PROVINCES)})(?:省|市|[一-鿿]{{0,3}}自治区)?(?=[一-鿿]{{1,11}}?(?:市|区|县|州|盟|旗|路|街|道|镇))"
)


def _grow(text: str, begin: int, stop: int, *, is_announced: bool) -> Span | None:
    at = begin
    count = {"region": 0, "door": 0, "name": 0}
    while (part := _next_part(text, at, stop)) is not None:
        count[part[0]] += 1
        at = part[1]
    regions, doors, names = count["region"], count["door"], count["name"]
    if regions + names == 0:
        return None
    at, has_more = _trail(text, at, stop)
    # A compound at the end is certain only behind a chain of regions that is one for sure.
    is_chain = regions >= 3 or (regions >= 2 and _PROVINCE.match(text, begin) is not None)
    certain = doors > 0 or (regions >= 2 and names > 0) or (is_chain and has_more)
    if not certain and not (is_announced and regions + names + has_more >= 2):
        return None
    confidence = min(0.95, 0.5 + 0.1 * (regions + names + doors) + 0.1 * is_announced)
    return Span(begin, at, "address", confidence)


def _next_part(text: str, at: int, stop: int) -> tuple[str, int] | None:
    for kind, shape in (("door", DOOR), ("region", REGION), ("name", STREET), ("name", COMPOUND)):
        match = shape.match(text, at, stop)
        if match and match.end() > at and (kind == "door" or _is_place(match.group())):
            return kind, match.end()
    return None


def _is_place(found: str) -> bool:
    return not found.endswith(NO_REGIONS) and NAME_STOPS.search(found) is None


def _trail(text: str, at: int, stop: int) -> tuple[int, bool]:
    """A compound's name without any typical ending (翡翠湾, 碧桂园) closes many an address."""
    match = TRAILING.match(text, at, stop)
    if match is None:
        return at, False
    cut = STOPS.search(match.group())
    length = cut.start() if cut else len(match.group())
    if length < 2 or (match.end() < stop and cut is None and len(match.group()) == 10):
        return at, False
    return at + length, True


def find_english_addresses(
    text: str, lower: str, runs: Sequence[Run], hits: Hits
) -> Iterator[Span]:
    """A house number with a street, a P.O. box, or what follows `my address is`."""
    if streets := [run[0] for run in runs if run[4] & LEADING]:
        for span in _houses(ENGLISH_STREET, text, streets):
            yield span._replace(start=_with_flat(lower, span.start))
    if "flat" in hits:
        yield from _houses(ENGLISH_FLAT, text, [run[0] for run in runs if run[4] & HOUSE])
    if "box" in hits:
        for match in BOX.finditer(lower):
            yield Span(match.start(), match.end(), "address", 0.8)
    if announced := [run[0] for run in runs if run[4] & FOLLOWING]:
        yield from _announced(lower, announced)


def find_british_addresses(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    """From a house number to a postcode, with a street between them, in small letters too."""
    houses: list[int] = []
    done = 0
    for start, end, before, *_, clues in runs:
        is_code = end - start == 1 and IN_CODE.match(text, start) is not None
        if is_code:
            for house in houses:
                match = BRITISH.match(text, house) if house >= done else None
                if match is not None and match.end() == start + 3 and _is_british(match.group()):
                    done = match.end()
                    yield Span(_with_flat(lower, house), done, "address", 0.85)
                    break
        elif clues & HOUSE and not before.isalnum():
            houses = [each for each in houses if start - each <= LONGEST_BRITISH][-3:]
            houses.append(start)


def _is_british(found: str) -> bool:
    words = found.split()[1:]
    return STREET_WORD.search(found.lower()) is not None or all(
        word[:1].isupper() or word[:1].isdigit() for word in words
    )


def _with_flat(lower: str, house: int) -> int:
    """Where an address begins whose house number stands here: at the flat before it, if there is one."""
    flat = FLAT_BEFORE.search(lower, max(0, house - LONGEST_FLAT), house)
    return flat.start() if flat else house


def _houses(shape: re.Pattern[str], text: str, houses: Sequence[int]) -> Iterator[Span]:
    done = 0
    for start in houses:
        if start >= done and (match := shape.match(text, start)) is not None:
            done = match.end()
            yield Span(start, done, "address", 0.8)


def _announced(lower: str, houses: Sequence[int]) -> Iterator[Span]:
    done = 0
    for start in houses:
        begin = max(done, start - LONGEST_ANNOUNCER)
        if not lower[begin:start].rstrip().endswith(ANNOUNCED_ENDS):
            continue
        for place in range(begin, start):
            match = ENGLISH_ANNOUNCED.match(lower, place)
            if match is not None and match.start(1) == start:
                done = match.end()
                yield Span(start, match.end(1), "address", 0.75)
                break
