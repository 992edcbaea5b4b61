"""What the words before a number say it is: asked when slots are read and when private data is masked, so
that both agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WINDOW_CHARACTERS = 28
"""How far back a word still speaks about a number: a short clause in either language."""

_LABEL = r"(?:numbers?\b|nos?\b\.?|num\b\.?|nr\b\.?|ids?\b|code\b|ref(?:erence)?\b\.?|#)"
_NUMBERED = (
    "booking reservation confirmation reference claim policy case membership part model "
    "product item receipt transaction purchase shipment package consignment waybill docket voucher coupon flight "
    "train seat quote quotation job batch lot return rma complaint incident contract warranty device "
    "vehicle article style catalogue catalog loyalty application enquiry inquiry request agreement"
)
"""What has a number that is nobody's phone; only with the word "number" beside it, since these words alone
say nothing ("in case 415-555-0134 does not answer")."""
_NUMBERED_ZH = (
    "订单 运单 快递 物流 发票 预订 预约 会员 保单 合同 参考 序列 产品 零件 配件 小票 票据 案件 取件 设备 机身 车票 航班 座位 "
    "房间 门牌 确认 退货 售后 维修"
)
_THINGS_ZH = "发票 票号 订单 运单 快递 物流 单号 流水 编号 货号 型号 批次 条码 商品 工单 金额"
_THINGS = r"order tracking invoice ticket \bsku\b serial parcel amount \bimei\b \bno\. \bref\b"
_CARDS = r"卡号 银行卡 信用卡 储蓄卡 这张卡 的卡 工行 建行 农行 招行 账户 账号 card \bcc\b \bvisa\b mastercard amex"
_PHONES = r"电话 手机 号码 联系方式 联系我 座机 传真 打给 致电 phone \btel\b telephone mobile \bcell\b \bfax\b whatsapp"
_WORDS = {
    "order": (
        *(f"{word}(?:号码|编号|单号|号|码)" for word in _NUMBERED_ZH.split()),
        *_THINGS_ZH.split(),
        *(rf"\b{word}[ _\-]?{_LABEL}" for word in _NUMBERED.split()),
        rf"number of (?:my|the|this|that|our|your) (?:{_NUMBERED.replace(' ', '|')})\b",
        *_THINGS.split(),
    ),
    "person": tuple(rf"\b{word}[ _\-]?{_LABEL}" for word in ("customer", "client", "member", "user")),
    "id": ("身份证", "证件", "居民证", "id card", "national id", r"\bid number"),
    "ssn": (r"\bssn\b", "social security"),
    "company": ("信用代码", "税号", "纳税人", "tax id"),
    "passport": ("护照", "通行证", "passport"),
    "card": (
        *_CARDS.split(),
        "bank account",
    ),
    "phone": (
        *_PHONES.split(),
        "call me", "call us", r"\bcall\b", "reach me", "messages to", "answering at", "registered", "contact", "number is",
        "dial", "ring me", "text me",
    ),
}  # fmt: skip


def _compile(words: Iterable[tuple[str, str]]) -> tuple[re.Pattern[str], list[str]]:
    """One pattern for all of them, and the kind that each of its groups stands for.

    What begins alike stands together: at most places the first letter settles it.
    """
    by_first: dict[str, dict[str, list[str]]] = {}
    for kind, word in words:
        is_apart = word.startswith("\\b")
        first, rest = (word[2], rf"(?<!\w.){word[3:]}") if is_apart else (word[0], word[1:])
        by_first.setdefault(first, {}).setdefault(kind, []).append(rest)
    kinds: list[str] = []
    letters: list[str] = []
    for first, rests in by_first.items():
        kinds += rests
        each = "|".join(f"({'|'.join(ends)})" for ends in rests.values())
        letters.append(f"{first}(?:{each})")
    # "order number is" and "phone no." are one word each: their own ends would say something else.
    ends = rf"(?:'s)?(?:[ _\-]?{_LABEL})?(?: (?:is|was|are)\b)?"
    return re.compile(f"(?:{'|'.join(letters)}){ends}"), kinds


_LISTED = [(kind, word) for kind, words in _WORDS.items() for word in words]
_ANY, _KINDS_OF_ANY = _compile(_LISTED)
_ASCII, _KINDS_OF_ASCII = _compile(each for each in _LISTED if each[1].isascii())


_OF_ORDERS = (
    r"order|tracking|booking|reservation|confirmation|reference|ticket|serial|claim|policy|case|membership|invoice|shipment|"
    r"consignment|waybill|parcel|package|receipt|transaction|purchase|return|rma|flight|train"
)
_RIGHT_BEFORE = re.compile(
    r"(?:(?:订单|运单|快递|物流|发票|预[订约]|会员|保单|合同|序列|小票|流水|交易|售后|退货|维修|工单|取件|案件|包裹|面单|取票|车票|机票|票)(?:编号|单号|号码|号|码)|(?<!手机)编号|单号|订单id"
    rf"|\b(?:{_OF_ORDERS})(?:'s)?[ _\-]?{_LABEL}|\b(?:order|tracking) ?#|number of (?:my|the|this|that|our|your) (?:{_OF_ORDERS}))"
    r"(?: ?(?:is|was)\b)?[是为]?[\s:：=＝#“”\"'(（\[【\-]{0,4}$"
)


def is_numbered_before(lower: str, start: int) -> bool:
    """Whether the label of a thing's number stands right before `start`, with nothing but a sign between.

    That is more than that a thing is spoken of: "订单 13812345678" may well hand over a phone, "订单号
    13812345678" does not, nor does "订单号忘了，13812345678" name an order.
    """
    return _RIGHT_BEFORE.search(lower, max(0, start - WINDOW_CHARACTERS), start) is not None


def announced_before(lower: str, start: int) -> str | None:
    """The kind of number that the nearest word before `start` announces, or None.

    One of: order, person, id, ssn, company, passport, card, phone; `order` stands for every number that
    identifies a thing, `person` for a customer's number, which may be a phone where it looks like one. `lower`
    is the text in lower case.
    """
    begin = start - WINDOW_CHARACTERS if start > WINDOW_CHARACTERS else 0
    is_ascii = lower[begin:start].isascii()
    pattern, kinds = (_ASCII, _KINDS_OF_ASCII) if is_ascii else (_ANY, _KINDS_OF_ANY)
    nearest: str | None = None
    for match in pattern.finditer(lower, begin, start):
        nearest = kinds[(match.lastindex or 0) - 1]
    return nearest
