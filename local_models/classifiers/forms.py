"""A filled-in form ("Subject: Order 88123 / Body: where is it?") as what was written into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LABEL = re.compile(
    r"[*_ ]{0,3}(?:(subject|topic|title|body|message|comments?|description|details|question|problem|issue|request|wish|enquiry|inquiry|your (?:message|question|request)|主题|标题|内容|正文|留言|问题|问题描述|描述|诉求|需求|咨询内容|反馈内容)"
    r"|(name|first name|last name|full name|your name|e-?mail|e-?mail address|company|browser|ip|ip address|姓名|称呼|邮箱|电子邮箱|公司|联系人)"
    r"|(date|time|order|order (?:no\.?|number|id)|phone|telephone|mobile|country|category|department|product|article|reason|日期|时间|订单|订单号|电话|手机|联系电话|产品|商品|类别|国家))"
    r"[*_ ]{0,3}[:：]\s?"
)
_MAIL_DATE = re.compile(r"[*_ ]{0,3}(?:date|time|日期|时间)[*_ ]{0,3}[:：]")
_MAIL = re.compile(r"[*_ ]{0,3}(?:subject|body|主题|正文)[*_ ]{0,3}[:：]")
_LEAST_LABELS = 2


def is_form(lower: Sequence[str], kept: Sequence[int]) -> bool:
    """Whether lines, in lower case, are filled in behind labels of which one is for what is said; a subject on
    top is enough."""
    if kept and _MAIL.match(lower[kept[0]]):
        return True
    labels = [
        found
        for at in kept
        if ":" in lower[at] or "：" in lower[at]
        if (found := _LABEL.match(lower[at]))
    ]
    return len(labels) >= _LEAST_LABELS and any(found.group(1) for found in labels)


def read_form(lines: Sequence[str], lower: Sequence[str], kept: Sequence[int]) -> list[str]:
    """The lines of `kept`, of a form without the labels of what is said and without who fills it in.

    What else is told (an order number, a phone) stays with its label. `lower` holds the same lines in simplified
    characters and lower case.
    """
    if not is_form(lower, kept):
        return [lines[at] for at in kept]
    labels = {at: found for at in kept if (found := _LABEL.match(lower[at]))}
    is_mail = any(_MAIL.match(lower[at]) for at in labels)
    said = []
    for at in kept:
        found = labels.get(at)
        if found is not None:
            if found.group(2) or (is_mail and _MAIL_DATE.match(lower[at])):
                continue
            if found.group(1) and len(lines[at]) == len(lower[at]):
                said.append(lines[at][found.end() :])
                continue
        said.append(lines[at])
    return said
