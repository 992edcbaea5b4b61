"""Whether a text speaks of one case: an order, a payment, an account of somebody's own.

This is asked where an answer would be kept for equal requests, so it is careful: a cache that is not
looked up costs one call, and a stale answer about somebody's parcel costs trust.
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower as lower_of
from local_models.classifiers.traditional import simplify

_DIGITS = re.compile(r"\d{4}|\d\d[- ]\d\d[- ]\d\d")
"""Of an order, a card, a phone, a year: as many as a tail has that customers quote."""
_CODE = re.compile(r"(?<![a-z\d])(?=[a-z]{0,12}\d)[a-z\d]{6,40}(?![a-z\d])")
_DIGITS_IN_A_CODE = 3
_THINGS = (
    r"(?:orders?|parcels?|packages?|shipments?|deliver(?:y|ies)|refunds?|returns?|accounts?|payments?|purchases?|invoices?|receipts?|bills?"
    r"|subscriptions?|cards?|bookings?|reservations?|tickets?|claims?|cases?|complaints?|tracking|replacements?|exchanges?|money|cart|basket"
    r"|balance|membership|password|items?|products?|stuff|vouchers?|coupons?|points)"
)
_DONE = (
    r"(?:ordered|bought|paid|purchased|received|returned|sent|got|charged|billed|refunded|cancell?ed|placed|booked|overcharged|debited"
    r"|waiting|missing|signed|subscribed|complained|contacted|called|emailed)"
)
_MINE = re.compile(
    rf"\b(?:my|our|mine)\s+(?:[a-z'-]{{1,20}}\s+){{0,3}}{_THINGS}\b"
    rf"|\b(?:i|we)(?:'ve|'m|'d)?\s+(?:(?:have|had|was|were|am|are|been|just|already|never|only|still|recently|also|got|have not|haven't)\s+){{0,3}}{_DONE}\b"
    rf"|\b(?:was|were|am|are|have|did|had)\s+(?:i|we)\s+(?:been\s+)?{_DONE}\b"
    r"|\b(?:hasn't|haven't|didn't|has not|have not|did not|never|not yet)\s+(?:[a-z]{1,12}\s+){0,2}(?:arrived?|come|came|shipped|delivered|received|show(?:ed)? up|go(?:ne)? through)\b"
    r"|\bdid it go through\b|\bwhere(?:'s| is| are)\s+(?:it|they|the\s+(?:orders?|parcels?|packages?|deliver))|\bstill waiting\b"
)
_MINE_ZH = re.compile(
    "(?:我|俺|咱|本人)(?:们|家)?(?:的|这|那|有|刚|昨|今|前|上)?[^，。！？；,.!?;\\s]{0,6}?"
    "(?:订单|快递|包裹|退款|退货|换货|账[户号]|帐[户号]|单子|运单|物流|货[物款]|发票|余额|积分|会员|钱|款项|投诉|工单)"
    "|(?:我|俺|咱)[^，。！？；,.!?;\\s]{0,8}?(?:[买订付拍退寄充换](?:了|的|过)|收到(?!后)|没收到|下了?的?单(?!后)|被[扣收]|多[付扣])"
    "|(?:帮|给|替|为)(?:我|俺|咱)(?:再)?(?:查|看|催|问|改|取消|退|处理|跟进|催)"
    "|还(?:没|未)(?:有)?(?:到|收|发|退|送|更新|处理|动|出库|揽)|到哪[了里儿]|[被多][扣收]了"
)


def speaks_of_one_case(text: str) -> bool:
    """Whether it does: four digits in a row, a code of letters and digits, or "my order", "我的快递".

    Digits of any script count. How to do something with one's own order is one case too, for what is told
    of the order and what is asked in general can not be told apart by its words.
    """
    if _DIGITS.search(text):
        return True
    lower = lower_of(simplify(text))
    if _MINE.search(lower) or (not lower.isascii() and _MINE_ZH.search(lower)):
        return True
    return any(
        sum(map(str.isdecimal, code.group())) >= _DIGITS_IN_A_CODE for code in _CODE.finditer(lower)
    )
