"""What an assistant's question asks for, and the value that answers it whatever its shape.

"88123" alone may be anything; after "Could you give me the order number, please?" it is the order number.
Only a short turn answers, and only with what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from local_models.classifiers.called import is_denied, is_of_a_thing, name_of, names_kept
from local_models.classifiers.sums import IN_WORDS_EN, IN_WORDS_ZH
from local_models.classifiers.traditional import simplify

Span = tuple[int, int]

_SENTENCE = re.compile(r"[^.!?。！？\n]{1,400}[.!?。！？]?")
_NAMES = {
    "order_number": re.compile(
        r"(?:order|tracking|booking|reservation|reference|confirmation|waybill|parcel|shipment|case|ticket|purchase)(?:'s)?\s(?:numbers?|nos?\b|nr\b|ids?\b|code|reference|#)"
        r"|order#|\bwhich (?:order|booking|parcel|shipment)\b|\breference\b(?! to)|订单的?(?:编?号|号码|id)|单号|订单尾号|预[订定]号|确认号|(?<!会员)(?<!客户)(?<!用户)(?<!员工)(?<!商品)(?<!产品)(?<!设备)(?<!证件)编号|哪(?:一|[个笔张份几]){0,2}(?:订单|单(?!位|品|独|元)|包裹|快件)"
    ),
    "phone": re.compile(
        r"\b(?:tele)?phone\b(?! (?:case|model))|\b(?:mobile|cell|contact|callback) (?:phone )?number|手机号|电话(?:号码?|是多少)|联系电话|联系方式"
    ),
    "date": re.compile(
        r"\b(?:what|which) (?:date|day)|\b(?:the|a) (?:\w{1,12} )?date\b|\bwhen (?:did|would|do|will|was|is|are|should)|什么时[候间]|哪[一]?天|几号|日期"
    ),
    "amount": re.compile(
        r"\bhow much (?:did|was|were|is|have|money)|\b(?:what|which|the) (?:exact |total |full )?(?:amount|sum|total)\b|\bwhat (?:did you pay|was the price)|金额|多少[钱元块]|(?:[付扣退充花收赔补]|实付|充值|支付)(?:[了款您]|的是|给您)?多少|总价|费用是多少"
    ),
}  # fmt: skip
_WANTS = re.compile(
    r"[?？]\s*$|\b(?:please|kindly|provide|send me|share|tell me|give me|let me (?:have|know)|i(?:'ll)? need|i (?:would|will) need|may i have|enter|confirm|what(?:'s| is))\b"
    r"|请|提供|告诉|告知|麻烦|输入|多少|是什么|哪[一个笔张份几]|需要(?:核对|核实|确认|[您你])|方便|出示|(?:有|记得|知道)(?:您|你|一下)?[^,.，。]{0,8}[吗么]"
    r"|(?:发|报|输|说|留|填|写|贴|打|给|念|查看|复制)(?:一?下|我|给我|一?个|上|来|过来|出来|到这里)"
)
_FINDS_NONE = re.compile(
    r"(?:查|搜|找|检索|查询)(?:找|询)?(?:不[到出]|不了|无)(?:此|该|这|那|这[个笔张条]|那[个笔张条]|您的|你的|您这个?|相关|任何|对应的?|的)?(?:订单|单号|单子|运单|包裹)|(?:没|未)(?:有)?(?:能)?(?:查|搜|找)(?:询|找)?[到出见](?:此|该|这个|这笔|您的|你的|相关|任何|对应的?)?(?:订单|单号|单子|运单|包裹)"
    r"|(?:订单|单)(?:编?号|号码)?(?:好像|似乎|可能|应该)?(?:不存在|有误|无效|查不到|查询不到|搜不到|找不到|不正确|不对|错误|没查到|格式不对)|(?<![帮为给][您你])(?<![已我在])(?:核对|核实|检查)(?:一?下)?(?:您的|你的)?(?:订单|单)(?:编?号|号码)"
    r"|\b(?:can't|cannot|can not|couldn't|could not|can’t|couldn’t|unable to|not able to|don't|do not|didn't|did not|not) (?:seem to |be able to )?(?:find|locate|see|track|match|get|pull up|look up|finding|seeing) (?:that|this|your|the|any|an|such an?|a)? ?(?:matching )?(?:order|parcel|package|booking|shipment|reservation|tracking|reference)(?: number)?\b"
    r"|\b(?:no|isn't an|is no|any) (?:such )?(?:matching )?(?:order|booking|parcel|shipment|record)s? (?:was |were |is )?(?:found|with|under|by|for|matching) (?:that|this|the|your)?|\b(?:order|tracking|booking|reference) (?:number|id|reference)(?: you (?:gave|sent|entered|provided)(?: me| us)?)? (?:doesn't|does not|isn't|is not|is in|didn't|did not|seems|appears|looks|comes? (?:up|back)|brings? up)\b"
    r"|(?<!let me )(?<!i'll )(?<!i will )(?<!we'll )(?<!we will )\b(?:check|double[- ]check|re-?check|verify|confirm|re-?enter|re-?send|retype) (?:the|that|your|this) (?:(?:order|tracking|booking|reference) (?:number|reference|id)|reference)\b"
)
"""Who cannot find an order asks for its number in truth."""
_DOUBTS = re.compile(
    r"(?<![帮为给][您你])(?<!我)(?<!这[边里])(?<!我们)(?:再|重新)(?:次)?(?:仔细)?(?:核对|核实|检查)(?:一?[下遍次])(?=[^\w]|$|吗|呢|哦|哈|吧|好|可以|呀|谢)"
    r"|(?<!let me )(?<!i'll )(?<!i will )(?<!we'll )(?<!we will )\b(?:check|double[- ]check|re-?check|verify|confirm|re-?enter|re-?send|retype) (?:the|that|your|this) number(?=\s?(?:[^\w\s]|$)| (?:again|please|you|and|once|for me|carefully))"
)
"""So does who doubts a number, unless he speaks of what is kept under another."""
_DOUBTS_ONE_OF_IT = re.compile(
    r"(?:没|未)(?:有)?(?:能)?(?:查|搜|找)(?:询|找)?[到出见](?:此|该|这个|您的|你的|相关|任何|对应的?)?号码"
    r"|\b(?:can't|cannot|can not|couldn't|could not|can’t|couldn’t|unable to|not able to|don't|do not|didn't|did not|not) (?:seem to |be able to )?(?:find|locate|see|track|match|get|pull up|look up|finding|seeing) (?:that|this|your|the) ?number\b(?! of)"
    r"|\b(?:that|this) (?:number|id)(?: you (?:gave|sent|entered|provided)(?: me| us)?)? (?:doesn't|does not|isn't|is not|is in|didn't|did not|seems|appears|looks|comes? (?:up|back)|brings? up)\b(?! supported)"
    r"|(?<!let me )(?<!i'll )(?<!i will )(?<!we'll )(?<!we will )\b(?:check|double[- ]check|re-?check|verify|confirm|re-?enter|re-?send|retype) (?:the|that|your|this) number\b(?! of)"
)
"""And here, where he speaks of an order besides."""
_MAY_DOUBT = ("number", "this id", "that id", "核", "检查", "号码")
"""Without one of these it cannot be so."""
_OF_AN_ORDER = re.compile(
    r"订单|单号|运单|包裹|快递|\b(?:(?<!in )orders?(?! to)|tracking|parcel|package|booking|reservation|shipment)(?![a-z])"
)
_SINGLE = "单(?![独据价品买位人反数元身鞋子身杯号])"
"""An order, said in short."""
_ANOTHER = re.compile(
    r"\b(?:another|a (?:different|new|second)|(?:the |my )?other|new|different|one more|the (?:second|third|fourth|2nd|3rd)|my (?:previous|earlier|older|last|second|first)) (?:\w{1,12} )?(?:orders?|parcel|package|booking|shipment)\b"
    r"|\bnot the (?:order|parcel|booking) i (?:meant|mean|asked)\b|\bnot (?:this|that)(?: one\b(?!'s)| (?:order|parcel|package|booking|shipment)\b)|\b(?:looked up|look(?:ing)? at|checked|checking|pulled up|opened|track(?:ed|ing)|found|have) the wrong (?:one|order|booking|parcel)\b|\bwrong (?:order|tracking|booking) (?:number|id)\b"
    r"|\b(?:what|how) about (?:the|my) (?:other|second|third|next|previous) one\b|\b(?:it's|it is|i mean|i meant|i'm asking about|about) the (?:order|one) (?:with|for|from|of|i placed)\b"
)
_ANOTHER_ZH = re.compile(
    rf"(?:另外?|别|其[他它]|新)(?:[的一那这个笔份件几两张]){{1,4}}(?:订单|包裹|快递|单子|{_SINGLE})|换(?:[一个笔份张]){{1,2}}(?:订单|单子|{_SINGLE})(?!的?(?:地址|电话))|(?:另外|其[他它]|新)(?:订单|包裹|单子)"
    rf"|第[一二三四五六2-6]个?[笔份张]?(?:订单|包裹|单子|{_SINGLE})(?!.{{0,4}}(?:半价|优惠|打折|立减|减|折|免))|(?:[上前]|之前的?|以前的?|早先的?)(?:[一那个笔的张]){{1,3}}(?:订单|包裹|{_SINGLE})"
    rf"|不是[问说指]?[这那](?:[一个笔份张]){{0,2}}(?:订单|包裹|单子|{_SINGLE})|(?:查|看|弄|搞|说|报|输|填|写|给|发)错(?:了)?(?:订单|单子|单号|单(?![位价])|号了|了?$)|(?:订单号|单号|编号)(?:[给发报说填写输搞弄])?(?:错|不对)"
    rf"|[还也]有(?:[一另两几三别个笔张份的]|其[他它]){{1,4}}(?:订单|包裹|快递|单子|{_SINGLE})|再[^，。,.!?！？]{{0,3}}[查看问](?:一?下|看)?(?:[一另个笔张外]){{1,4}}(?:订单|包裹|{_SINGLE})"
    rf"|[^\W\da-z_我你您他就到把在查看退取催对嗯是这刚才有](?<!我的)(?<!刚刚)那(?:[一个笔张]){{0,2}}(?:订单|包裹|{_SINGLE})"
)
"""Of another case than the one that was named: 另外那单, 第二单, 查错单了, 鞋子那单; but 刚才那单 is the same."""
_MOST_ASKED = 600
"""Characters of a message, from its end, that are looked at."""
_MOST_ANSWERED = 160
"""A longer turn tells something, and its numbers may be anything."""

_CODE = re.compile(
    r"(?<![a-z\d_.,$€£¥@<-])(?:(?=[a-z]{0,8}-?\d)[a-z]{1,8}-?\d[a-z0-9]{0,24}|\d[a-z0-9]{0,29}|[a-z]{2,8}(?:[-_/](?=[a-z0-9]{0,20}\d))[a-z0-9]{1,20})(?>(?:[-_/][a-z0-9]{1,20}){0,6})(?![a-z\d_>@]|[.,]\d|\s?[%％])"
)
_GROUPS = re.compile(r"(?<![a-z\d_.,$€£¥@<-])\d{1,8}(?> \d{1,8}){1,8}(?![a-z\d_>]|[.,]\d|\s?[%％])")
"""Digits in groups: "8 8 1 2 3", "114 3941689 8772232"."""
_UNIT = re.compile(
    r"\s?(?:[件个套箱台只双条张份元块万年月日号点天周楼室]|kgs?\b|km\b|pcs\b|units?\b|items?\b|pieces?\b|days?\b|weeks?\b|hours?\b|minutes?\b|months?\b|years?\b|dollars?\b|usd\b|euros?\b|pounds?\b|[ap]m\b|street\b|st\b|road\b|rd\b|avenue\b)"
)
_ELSEWHERE = re.compile(
    r"(?:\b(?:in|since|at|zip|postcode|post code|zip code|room|apt|apartment|flat|suite|size|model|version|iphone|ending in|for the last)|邮编|型号|尾号|房间)[\s:：]{0,2}$"
)
_DAY_IN_DIGITS = re.compile(
    r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:19|20)?\d\d|\d{1,2}/\d{1,2}"
)
_MEASURE = re.compile(
    r"\d{1,4}(?:st|nd|rd|th|ml|mg|g|kgs?|mah|gb|tb|cm|mm|m|km|w|h|x|pm|am|usd|hz)"
)
_NEXT = re.compile(r"\s?(?:[,，、;；/&+]\s?(?:and\s)?|and\s|or\s|和|跟|还有|以及)\s?#?")
_MOST_IN_A_LIST = 30

_PHONE = re.compile(r"(?<![a-z\d_.$€£¥<-])\+?\(?\d(?>[ .()/-]{0,2}\d){5,14}(?![a-z\d_>])")
_SUM = re.compile(
    r"(?<![a-z\d_.,<-])\d{1,7}(?>(?:,\d{3}){0,3})(?:\.\d{1,2})?(?![a-z\d_>]|[.,/:-]\d|\s?[%％])"
)
_ROUND_SUM = re.compile(
    r"(?<![a-z\d_.,<-])\d{1,6}(?:\.\d{1,2})?\s?(?:[kw](?![a-z\d])|[百千万](?>[\d一二两三四五六七八九十百千零]{0,8}))[多来]?"
)
"""Thousands as they are typed in a chat: "2k", "1.2w", "3百多"."""
_HAS_NONE = re.compile(
    r"没有|没了|没记|没找到|找不到|查不到|不记得|记不得|记不[住清]|忘了?|不知道|不清楚|丢了|\b(?:(?:don't|do not|dont|can't|cannot|cant|couldn't|didn't) (?:have|find|know|remember|recall|see|get)|no (?:order|idea|number)|lost|forgot|forgotten|without)\b"
)
"""Who has no number gives another thing by which he may be found."""
_TAIL = re.compile(
    r"(?<!手机)(?<!电话)(?<!卡)(?<!卡号)(?:尾号|末尾|(?:最后|后)(?:[三四五六]|\d)位)(?:数|数字)?[是为:： ]{0,2}\d{3,8}(?!\d)|\b(?:ending (?:in|with)|ends (?:in|with)|last (?:four|4|three|3|five|5|six|6)(?: digits)?(?: are| is)?:?) \d{3,8}(?!\d)"
)
"""An order that is named by its end."""
_DAY = re.compile(
    r"(?<![a-z\d_.,:<$€£¥/-])(?:(?:the )?(?:3[01]|[12]?\d)(?:st|nd|rd|th)\b|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?![a-z\d_/.-]))"
)
_DAY_ALONE = re.compile(r"(?:on |it was |maybe |around )?(?:the )?(3[01]|[12]\d|[1-9])[.!]?")


def read_asked(said: str) -> frozenset[str]:
    """The kinds of slot that a message asks for, in any case and script."""
    lower = simplify(said[-_MOST_ASKED:]).lower()
    asked: set[str] = set()
    for sentence in _SENTENCE.findall(lower):
        if _WANTS.search(sentence):
            asked.update(kind for kind, name in _NAMES.items() if name.search(sentence))
        if _FINDS_NONE.search(sentence):
            asked.add("order_number")
    if "order_number" not in asked and _doubts_an_order(lower):
        asked.add("order_number")
    return frozenset(asked)


def _doubts_an_order(lower: str) -> bool:
    """Whether a number that is called nothing is doubted, and it can only be an order's."""
    if not any(map(lower.__contains__, _MAY_DOUBT)):
        return False
    is_doubt = _DOUBTS.search(lower) is not None
    if not is_doubt and not (_DOUBTS_ONE_OF_IT.search(lower) and _OF_AN_ORDER.search(lower)):
        return False
    return not names_kept(lower)


def speaks_of_another(turn: str) -> bool:
    """Whether a turn speaks of another order than the one that was named before."""
    lower = simplify(turn).lower()
    if _ANOTHER.search(lower):
        return True
    return not lower.isascii() and _ANOTHER_ZH.search(lower) is not None


def find_answers(
    lower: str, asked: frozenset[str], taken: dict[str, bool], phones: Sequence[Span] = ()
) -> dict[str, list[Span]]:
    """Where the answers stand, by kind, in a turn in lower case; kinds found only.

    `taken` says of each kind that was asked for whether the turn has a value of it anyway: that one is the answer.
    `phones` is where what looks like a phone stands: it answers for an order only where nothing else does, and not
    where it is called a phone or the order's number is missing.
    """
    if len(lower) > _MOST_ANSWERED:
        return {}
    if not any(map(str.isdecimal, lower)):
        asks_sum = "amount" in asked and not taken["amount"]
        sums = _find_sums(lower) if asks_sum else []
        return {"amount": sums} if sums else {}
    found: dict[str, list[Span]] = {}
    if "phone" in asked and not taken["phone"]:
        kind, phone = _find_phone(lower)
        if phone and not taken[kind]:
            found[kind] = [phone]
            taken = {**taken, kind: True}
    if "order_number" in asked and not taken["order_number"]:
        beside = [*found.get("phone", []), *phones]
        numbers = _find_numbers(lower, beside)
        if not numbers and phones and "phone" not in asked and not _HAS_NONE.search(lower):
            numbers = _find_numbers(lower, ())
        tail = None if numbers else _find_tail(lower)
        found["order_number"] = [tail] if tail else numbers
    if "date" in asked and not taken["date"]:
        bare = lower.strip()
        start = lower.find(bare)
        day = _DAY_ALONE.fullmatch(lower, start, start + len(bare))
        found["date"] = [day.span(1)] if day else [each.span() for each in _DAY.finditer(lower)]
    if "amount" in asked and not (taken["amount"] or found.get("order_number")):
        found["amount"] = _find_sums(lower)
    return {kind: spans for kind, spans in found.items() if spans}


def find_numbers_of_any(lower: str, apart: Sequence[Span] = ()) -> Iterator[Span]:
    """Where numbers stand that may be an order's: none that is called something else, or is denied.

    `apart` is where other values stand.
    """
    others: set[int] = set()
    at = 0
    while code := _CODE.search(lower, at):
        groups = _GROUPS.match(lower, code.start())
        span = groups.span() if groups and _may_be_number(lower, groups.span()) else code.span()
        start, at = span
        if not _may_be_number(lower, span) or _reaches_into(span, apart):
            continue
        name = name_of(lower, start, at)
        if name in ("phone", "other") or is_of_a_thing(lower, start, at):
            others.add(at - start)
            continue
        # Beside "实付1299", or in a list of such, another of its shape is one of its kind: "退1179".
        is_alike = not name and others.intersection(range(at - start - 1, at - start + 2))
        if not (is_alike or is_denied(lower, start, at)):
            yield span


def _reaches_into(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _find_phone(lower: str) -> tuple[str, Span | None]:
    """The first that nobody calls something else, and its kind: who has no phone may tell an order's number."""
    for phone in _PHONE.finditer(lower):
        start, end = phone.span()
        name = name_of(lower, start, end)
        if name != "other" and not is_denied(lower, start, end):
            return ("order_number" if name == "order" else "phone"), (start, end)
    return "phone", None


def _find_tail(lower: str) -> Span | None:
    """The end by which an order is named, and no card."""
    for tail in _TAIL.finditer(lower):
        if name_of(lower, *tail.span()) in ("", "order"):
            return tail.span()
    return None


def _find_sums(lower: str) -> list[Span]:
    """The first sum of the turn, in digits or in words; what is counted is none."""
    for pattern in (_ROUND_SUM, IN_WORDS_ZH, IN_WORDS_EN, _SUM):
        for each in pattern.finditer(lower):
            if not _UNIT.match(lower, each.end()):
                return [each.span()]
    return []


def _find_numbers(lower: str, apart: Sequence[Span]) -> list[Span]:
    """The first number of an order in the turn, and those of a list behind it."""
    first = next(find_numbers_of_any(lower, apart), None)
    if first is None:
        return []
    found = [first]
    while len(found) < _MOST_IN_A_LIST and (sign := _NEXT.match(lower, found[-1][1])):
        code = _CODE.match(lower, sign.end())
        if code is None or not _may_be_number(lower, code.span()):
            break
        if _reaches_into(code.span(), apart) or name_of(lower, *code.span()) in ("phone", "other"):
            break
        found.append(code.span())
    return found


def _may_be_number(lower: str, span: Span) -> bool:
    """Four digits, or letters with two among five signs; no day, no measure, nothing that is counted."""
    start, end = span
    said = lower[start:end]
    digits = sum(map(str.isdecimal, said))
    letters = sum(map(str.isalpha, said))
    if digits < (2 if letters and len(said) >= 5 else 4):
        return False
    if _DAY_IN_DIGITS.fullmatch(said) or _MEASURE.fullmatch(said):
        return False
    if _UNIT.match(lower, end):
        return False
    return not _ELSEWHERE.search(lower, max(0, start - 16), start)
