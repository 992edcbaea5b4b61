"""Order numbers in a turn: named ("order no.", "单号"), behind a hash, or of a shape that says it.

What stands behind a bare "order" may as well be how many are ordered, so a number must be longer there
than behind "order number", and what is counted ("10000 units", "10000件") is none. Behind the first
number of a list the others are looked for: each must have the first one's shape. What is called something
else ("VAT number GB123456789", "工单号88123", a list of SKUs) is none, and where a number is said to be one
all groups in which it is typed are it ("订单号 8812 3456 7890").
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_LABEL = (
    r"(?:[\s_-]{0,3}(?:nos?\.|(?:numbers?|num|nos?|nr|ids?|reference|ref|code)(?![a-z])\.?|#)){1,2}"
)
_TYPOS = r"(?:or?d(?>r|re)|oder|orer|odrer|roder|orde|oredr|ordeer|orrder|orderr|ordder|ord(?=[.:#]|\s?(?:no|nr|id|num)))"
_NAME = re.compile(
    r"(?P<noun>订单|运单|包裹|单)(?P<label>编号|号码|号|码|id)?(?:的?(?:编号|号码))?|(?P<numbered>编号)"
    rf"|(?P<en>(?:order|tracking|purchase|package|parcel|shipment|waybill|{_TYPOS})(?:'s|s'?)?(?P<en_label>{_LABEL})?)"
)
MISSPELT = re.compile(rf"(?<![a-z]){_TYPOS}(?=s?(?:[\s_:#.-]|\d))")
"""A slip of the pen for "order", or its beginning with a mark behind it."""
_NOT_JUST_A_WORD = (
    r"(?:is|are|was|were|that|which|end|ends|ending|numbers?|num|nos?|nr|ids?|reference|ref|code)(?![a-z])"
    r"|with(?: number)?\s{1,3}end"
)
_NAMES_NONE = re.compile(
    r"(?:order|tracking|purchase|package|parcel|shipment|waybill)"
    rf"(?:s?\s(?!{_NOT_JUST_A_WORD})|(?!s?(?:(?![a-z])|{_NOT_JUST_A_WORD})))[a-z]+(?![a-z0-9_-])"
)
"""A word behind it with which nothing goes on that `_named` looks for: "parcel with the", "ordered a"."""
_SIGNS = r"[\s:：=#\"'“”‘’「『【\[(（<《—–|*`-]"
_LINK = re.compile(
    rf"{_SIGNS}{{0,6}}+(?:(?:分别|如下|是|为){{1,3}}|(?:is|are|was|were)(?![a-z]))?,?{_SIGNS}{{0,6}}+"
)
_TAIL = re.compile(
    r"(?:\s{1,3}(?:number|no\.?|id))?(?:\s{1,3}(?:that|which|with(?: number)?))?\s{1,3}((?:ending|ends|end)\s{1,3}(?:in|with|on)\s{1,3}#?\d{3,6})(?!\d)"
    r"|[的\s]?((?:尾号|[后末][四4五5六6三3]位|最后[四4]位)(?:数字?)?(?:是|为)?[\s:：]*\d{3,6})(?!\d)"
)
_TAIL_FIRST = re.compile(
    r"尾号(?:是|为)?[\s:：]*\d{3,6}(?!\d)(?=[那这]?的?(?:[那这][个笔一]?|一[个笔])?(?:订单|单|快递|包裹|运单))"
)
_TOKEN = re.compile(r"[a-z0-9]++(?>(?:[-_][a-z0-9]+)*)(?![a-z0-9]|[.,]\d|[%％])")
_GROUPS = re.compile(
    r"(?:1z(?> [a-z]{0,2}\d[a-z\d]{0,7}){1,8}|(?:[a-z]{1,4} )?\d{1,8}(?> \d{1,8}(?![a-z\d_]|[.,:/-]\d|\s?[%％])){0,8}(?: [a-z]{2}(?![a-z\d]))?)(?![a-z\d])"
)
"""Signs in groups: "8812 3456 7890", "SF 1234 5678", "RR 123 456 789 CN", "1Z 999 AA1 01 2345"."""
_FULL_NUMBER = re.compile(r"(?:[a-z]{1,4} )?\d{5,}")
"""Behind so many digits in one run another number begins: "order number 88123 2"."""
_WORD_BEHIND = re.compile(r"\s?[^\W\d_]")
_NO_LETTERS = frozenset(
    ["no", "nr", "id", "ids", "is", "in", "on", "at", "of", "to", "an", "or", "my", "the", "not", "and", "for", "was", "are", "it", "you", "we", "usd", "rmb", "cny", "eur", "gbp", "hkd", "inr", "aud", "cad", "sgd", "sku", "vat", "tax", "tel", "pin", "otp", "qty", "max", "min", "iso", "din"]
)  # fmt: skip
"""Letters that stand before a number and are no part of it."""
_NEXT = re.compile(
    r"[\"'”’」』】\])）>》*`]?\s?(?:[,，、;；/&+|]\s?(?:and\b|or\b|&|和|还有|以及)?|and\b|or\b|和|与|跟|及|以及|还有|或者?)\s?(?:and\b|or\b)?\s?"
    r"(?:no\.|number\b)?\s?[#\"'“‘「『【\[(（]?\s?"
)
_MOST_IN_A_LIST = 30
_COUNTED = re.compile(
    r"\s?(?:[件个套箱台只双条张份元块万亿多余人次天日年月米斤吨瓶盒包袋支把辆部本块]|公[斤里]|单(?!号)|分(?!别)|kgs?\b|km\b|m\b|units?\b|pcs\b|pieces?\b|items?\b|box(?:es)?\b"
    r"|bottles?\b|pairs?\b|sets?\b|copies\b|points?\b|dollars?\b|usd\b|rmb\b|yuan\b|people\b|customers?\b|shares?\b|tons?\b|miles?\b|dpi\b"
    r"|followers?\b|words?\b|bags?\b|sheets?\b|rolls?\b|tickets?\b|cases?\b|meters?\b|gallons?\b|lit(?:er|re)s?\b|masks?\b|x\b|of (?:them|these|those)\b)"
)
_PLURAL = re.compile(r"\s{1,3}(?!(?:is|was|has|does|its|this|yes|plus|status)\b)[a-z]{2,}s\b")
_VERB_LEAD = re.compile(
    r"(?:\b(?:to|i|we|you|they|can|could|will|would|should|must|may|might|let's|us|wanna|gonna|always|usually|often|minimum|also)|'ll|'d)\s+$"
)
_LONG_NUMBER = re.compile(r"\d{5,30}")
"""Right behind its word, with nothing between."""
_LAST_DIGITS = re.compile(r"last (?:four|4|three|3|five|5|six|6) (?:digits|numbers)")
_LONG_ENOUGH = 8
"""Half of its signs at least are digits or letters, which is more than any number needs."""
_OTHER_PAPERS = ("工", "保", "账", "帐", "罚", "病")
"""Before 单号 they make it the number of a ticket, a policy, a bill and the like."""
_NOT_ORDERS = re.compile(
    r"(?:工单|商品|产品|货品|物料|款式|型号|员工|学生|学号|座位|房间|设备|图书)的?$"
)
_MEASURE = re.compile(
    r"\d{1,4}[a-z]{1,3}|\d{1,9}(?:ml|mg|kgs?|mah|pcs|gb|tb|cm|mm|usd|rmb|days?|units?|sets?|hz|mhz|w|lm|st|nd|rd|th)"
)
_DAY_IN_DIGITS = re.compile(
    r"(?:19|20)\d\d-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-(?:19|20)\d\d"
)
_PHONE_SHAPE = re.compile(r"1[3-9]\d{9}")
_DAY_SHAPE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LETTERS = re.compile(r"[a-z]+")

_HASHED = re.compile(r"#(\d{4,20})(?![\da-z_])(?![^\s#]{1,40}#(?!\d))")
_NO_HASH = re.compile(
    r"(?:colou?r|颜色|色号?|hex|background|border|fill|stroke|room|apt|apartment|suite|unit|issue|issues|pr|bug|ticket|top|pull request|commit|channel|episode|page|case|claim|incident|complaint|invoice|sku|item|product|part|model|serial|policy|account|customer|member|user|coupon|voucher|工单|案件|商品|发票|型号|货号)s?(?: ?(?:numbers?|no\.?|ids?|编?号|编码))?[\s:：=\"'(]*$"
)
_BARE = re.compile(
    r"(?<![\d.A-Za-z])(?:\d{12,20}|[a-z]{2,4}\d{8,16})(?>(?:-[a-z0-9]+)*)(?![\d.A-Za-z])"
)
_BOOKS = re.compile(
    r"(?:isbn|ean|upc|imei|barcode|gtin|skus?|asin|s/?n|serial|vat|gst|tax|ein|abn|eori|tin|company|registration|vin|iban|swift|account|card|phone|customer|member(?:ship)?|user|case|claim|invoice|policy|model|part|product|item|article|batch|lot"
    r"|条形?码|书号|序列号|身份证号?码?|[卡账帐税]号|银行卡|(?:社会)?信用代码|识别号|执照号?|(?:商品|产品|货品|物料|设备|会员|客户|用户|工单|发票|流水|案件)(?:编?号|编码|代码|id)?|[型货款批]号|电话)"
    r"(?:-?1[03])?(?: ?(?:numbers?|nos?\.?|ids?|codes?|reg(?:istration)?)){0,2}(?:\s?(?:is|are|was))?[\s:：#是为=(（\"“]{0,6}$"
)
"""What has a number of the same shape, and is no order."""
_SAME_LIST = re.compile(r"[\s,，、;；/&+|和与及-]{1,4}(?:and |or )?")
_NAMES_REACH = 28
_BOOK = re.compile(r"97[89]\d{10}")


def find_order_numbers(
    typed: str, lower: str, named: list[int], hashed: list[int], bare: list[int]
) -> list[Span]:
    """Where they stand, in a text as it was typed and in lower case; places may repeat.

    `named` is where words for orders begin, `hashed` where a hash before digits stands, `bare` where what
    may be a number by its shape begins.
    """
    found: list[Span] = []
    reach = 0
    for place in named:
        if place >= reach:
            spans = _named(typed, lower, place)
            found += spans
            reach = spans[-1][1] if spans else reach
    found += _by_shape(lower, hashed, _HASHED, _NO_HASH)
    found += _by_shape(lower, bare, _BARE, _BOOKS)
    return found


def _by_shape(
    lower: str, places: list[int], shape: re.Pattern[str], no_order: re.Pattern[str]
) -> list[Span]:
    """What has the shape of a number and is not called that of something else, nor stands in a list of such."""
    found: list[Span] = []
    barred = 0
    for place in places:
        number = shape.match(lower, place)
        if number is None:
            continue
        start, end = number.span(number.lastindex or 0)
        is_listed = barred and _SAME_LIST.fullmatch(lower, barred, place)
        if is_listed or no_order.search(lower, max(0, place - _NAMES_REACH), place):
            barred = end
        elif not _BOOK.fullmatch(lower, start, end):
            found.append((start, end))
    return found


def _named(typed: str, lower: str, place: int) -> list[Span]:
    """The numbers that the name here names."""
    if lower.startswith("尾号", place):
        tail = _TAIL_FIRST.match(lower, place)
        return [tail.span()] if tail and lower[place - 1 : place] not in ("机", "卡") else []
    if _NAMES_NONE.match(lower, place):
        return []
    name = _NAME.match(lower, place)
    if name is None or not _is_name(lower, place, name):
        return []
    if tail := _TAIL.match(lower, name.end()):
        return [tail.span(tail.lastindex or 0)]
    link = _LINK.match(lower, name.end())
    start = link.end() if link else name.end()
    is_sure = (
        bool(name["label"] or name["numbered"] or name["en_label"])
        or "#" in lower[name.end() : start]
    )
    if is_sure and (groups := _groups_from(typed, lower, start)):
        return groups
    token = _TOKEN.match(lower, start)
    if token is None or token.group().isalpha():
        return []
    is_tail = len(token.group()) < _LONG_ENOUGH and _LAST_DIGITS.search(
        lower, max(0, place - 40), place
    )
    least = 3 if is_tail else 4 if is_sure else 5
    if not _is_number(typed, lower, token, least=least, is_sure=is_sure):
        return []
    is_glued = start == name.end() and lower[start - 1] != "#"
    if is_glued and name["en"] and not _LONG_NUMBER.fullmatch(token.group()):
        return []
    may_be_verb = bool(name["en"]) and not is_sure and not _is_named_by_verb(lower, token)
    if may_be_verb and _VERB_LEAD.search(lower, max(0, place - 12), place):
        return []
    return _list_from(typed, lower, token)


def _groups_from(typed: str, lower: str, start: int) -> list[Span]:
    """The number that is typed in groups there, and those of a list behind it; none where it is in one run."""
    found: list[Span] = []
    while groups := _GROUPS.match(lower, start):
        end = _end_of_groups(typed, lower, groups)
        if not end or (found and end - start != found[0][1] - found[0][0]):
            break
        found.append((start, end))
        sign = _NEXT.match(lower, end)
        if sign is None:
            break
        start = sign.end()
    return found


def _end_of_groups(typed: str, lower: str, groups: re.Match[str]) -> int:
    """Where the number ends; 0 where it is no more than its first group, or none at all."""
    start = groups.start()
    parts = groups.group().split(" ")
    if parts[-1].isalpha() and not (
        len(parts) > 2 and _is_in_capitals(typed, groups.end() - 2, groups.end())
    ):
        parts.pop()
    if len(parts) > 1 and _COUNTED.match(lower, start + len(" ".join(parts))):
        parts.pop()
    has_letters = parts[0].isalpha()
    if has_letters and (
        parts[0] in _NO_LETTERS or not _is_in_capitals(typed, start, start + len(parts[0]))
    ):
        return 0
    if _FULL_NUMBER.match(groups.group()):
        parts = parts[: 1 + has_letters]
    elif (
        not has_letters
        and len(parts) == 2
        and len(parts[0]) == 4
        and _is_beside(parts[1], lower, start + len(" ".join(parts)))
    ):
        return 0
    said = " ".join(parts)
    digits = sum(map(str.isdecimal, said))
    return start + len(said) if len(parts) > 1 and digits >= 4 else 0


def _is_beside(part: str, lower: str, end: int) -> bool:
    """Whether a second group is no part of a number: how many of what follows, or a year."""
    is_few = len(part) < 3 and _WORD_BEHIND.match(lower, end) is not None
    return is_few or (len(part) == 4 and part[:2] in ("19", "20"))


def _is_in_capitals(typed: str, start: int, end: int) -> bool:
    return typed[start:end].isupper()


def _is_named_by_verb(lower: str, token: re.Match[str]) -> bool:
    """Whether it is a number even behind "to order": no round one, and no product's name."""
    said = token.group()
    if not said.isdecimal():
        return len(said) >= 8
    return len(said) > 5 and not said.endswith("00") and not _PLURAL.match(lower, token.end())


def _is_name(lower: str, place: int, name: re.Match[str]) -> bool:
    """Whether a word for orders is meant: not the end of "border", and no product's number."""
    if name["numbered"]:
        return not _NOT_ORDERS.search(lower, max(0, place - 3), place)
    if name["noun"] == "单" and lower[place - 1 : place] in _OTHER_PAPERS:
        return False
    before = lower[place - 1 : place]
    if not name["en"] or not ("a" <= before <= "z"):
        return True
    return lower[max(0, place - 4) : place].split(" ")[-1] in ("pre", "re")


def _is_number(typed: str, lower: str, token: re.Match[str], *, least: int, is_sure: bool) -> bool:
    """Whether this can be an order's number: digits, or letters and digits as no word has them."""
    said = token.group()
    is_plain = said.isdecimal()
    digits = len(said) if is_plain else sum(map(str.isdecimal, said))
    if digits < 2 or len(said) > _LONGEST or len(said) < 4 - (least == 3):
        return False
    end = token.end()
    if not is_sure and (
        _COUNTED.match(lower, end) or (said.endswith("000") and _PLURAL.match(lower, end))
    ):
        return False
    if is_plain:
        return digits >= least
    letters = _LETTERS.findall(said)
    if not letters:
        return digits >= least and not _DAY_IN_DIGITS.fullmatch(said)
    if _MEASURE.fullmatch(said):
        return False
    if is_sure:
        return digits >= 2 and len(said) >= 4 and (digits > 2 or len(said) > 5)
    if digits < 3 or len(said) < 5:
        return False
    longest = max(map(len, letters))
    return (
        longest < 4
        or typed[token.start() : end].upper() == typed[token.start() : end]
        or (longest < 6 and digits > 4 and "-" not in said)
    )


_LONGEST = 30


def _list_from(typed: str, lower: str, first: re.Match[str]) -> list[Span]:
    """The first number of a list and those behind it that look like it."""
    found = [first.span()]
    end = first.end()
    while len(found) < _MOST_IN_A_LIST:
        sign = _NEXT.match(lower, end)
        token = sign and _TOKEN.match(lower, sign.end())
        if not token or not _is_like(first.group(), token.group()):
            break
        if not _is_number(typed, lower, token, least=4, is_sure=False):
            break
        found.append(token.span())
        end = token.end()
    return found


def _is_like(first: str, other: str) -> bool:
    if first.isdecimal() != other.isdecimal() or abs(len(first) - len(other)) > 1:
        return False
    if not first.isdecimal():
        return first[0].isalpha() == other[0].isalpha()
    shapes = (_PHONE_SHAPE, _DAY_SHAPE)
    return not any(shape.fullmatch(other) and not shape.fullmatch(first) for shape in shapes)
