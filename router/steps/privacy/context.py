"""What the words before a number say it is."""

from __future__ import annotations

import re

WINDOW_CHARACTERS = 28
"""How far back a word still speaks about a number: a short clause in either language."""

_WORDS = re.compile(
    r"(?P<order>(?:发票|订单|运单|快递|物流)(?:号码|单号)?|单号|流水|编号|货号|型号|批次|条码|商品|工单|金额|"
    r"order|tracking|invoice|ticket|\bsku\b|serial|parcel|amount|\bno\.|\bref\b)"
    r"|(?P<id>身份证|证件|居民证|id card|national id|\bid number)"
    r"|(?P<ssn>\bssn\b|social security)"
    r"|(?P<company>信用代码|税号|纳税人|tax id)"
    r"|(?P<passport>护照|通行证|passport)"
    r"|(?P<card>卡号|银行卡|信用卡|储蓄卡|这张卡|的卡|工行|建行|农行|招行|账户|账号|card|\bcc\b|\bvisa\b|mastercard"
    r"|amex|bank account)"
    r"|(?P<phone>电话|手机|号码|联系方式|联系我|座机|传真|打给|致电|phone|\btel\b|telephone|mobile|\bcell\b"
    r"|\bfax\b|whatsapp|call me|call us|\bcall\b|reach me|messages to|answering at|registered|contact|number is|dial|ring me|text me)"
)


def context_before(lower: str, start: int) -> str | None:
    """The kind of number that the nearest word before `start` announces, or None.

    One of: order, id, ssn, company, passport, card, phone. `lower` is the text in lower case.
    """
    nearest: str | None = None
    for match in _WORDS.finditer(lower, max(0, start - WINDOW_CHARACTERS), start):
        nearest = match.lastgroup
    return nearest
