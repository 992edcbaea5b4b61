"""What its owner calls a number, right beside it: an order's, a phone's, or that of something else.

"手机号13800138000", "my zip is 94107", "88123456 is the order number": such a number is what it is called,
whatever was asked for. Only a name that nothing but a link parts from the number says so: "I paid by card and
it's 88123" tells the number of no card.
"""

from __future__ import annotations

import re

_WINDOW = 48
"""Characters before a number in which its name and the link between them stand."""

_ORDERS = (
    r"订单|运单|单号|快递|物流|包裹|预[订定约]|编号"
    r"|\b(?:orders?|tracking|booking|reservation|reference|ref|waybill|parcel|package|shipment|confirmation|purchase)(?![a-z])"
)
_PHONES = (
    r"手机|电话|联系方式|座机|固话|传真|致电|热线|打给我?|拨打?"
    r"|\b(?:call(?: me| us| back| him| her)?|(?:cell|tele)?phone|tel|mobile|cell|whatsapp|fax|landline|hotline|dial|viber|contact|(?:reach|ring|text|phone|contact) (?:me|us|him|her))(?![a-z])"
)
_OTHERS = (
    r"身份证|证件|护照|通行证|驾照|驾驶证|社保号?|卡|会员|客户|用户名?|[账帐][号户]|昵称|qq|微信|邮箱|邮编|邮政编码|密码|口令|(?:验证|校验|动态|取件|提货|优惠|兑换|激活|邀请|核销|确认短信)码|短信"
    r"|发票|抬头|税号|信用代码|纳税人|流水|型号|货号|款号|条形?码|商品|产品|货品|物料|款式|sku|序列|设备|机身|imei|价格?|金额|总共|一共|实付|应付|(?:付|花|充|扣|收|退|转)了我?|支付|出生|生日|年份|工号|门牌号?|房间|房号|积分|余额|版本|车牌|学号"
    r"|\b(?:passports?|id cards?|national id|identity(?: card)?|ssn|social security|licen[cs]e(?: plate)?|(?:credit |debit |bank |gift |loyalty |member(?:ship)? )?cards?|visa|mastercard|amex|accounts?|acct|iban|sort code|routing|bank"
    r"|(?:area|country|security|verification|one[- ]?time|access|discount|promo|gate|door|entry|auth|sms|text) ?code|otp|pin|pass ?code|password|cvv|cvc|zip|post ?code|postal code|voucher|coupon|customer|client|member(?:ship)?|loyalty|user(?: ?name)?|login|e-?mail"
    r"|vat|tax|ein|gst|company|registration|invoice|serial|s/n|imei|model|skus?|upc|ean|barcode|article|catalog(?:ue)?|product|item|part|style|batch|lot|policy|price|total|amount|cost|paid|pay|charged|spent|worth|born|birth(?:day| date)?|dob|year|age|address|house|extension|ext|qq|wechat"
    r"|points|balance|version|firmware)(?![a-z])"
)
_LINK_EN = (
    r"(?:'?s)?(?:[ _-]?(?:numbers?|nos?\.?|num|nr|ids?|code|#)(?![a-z])){0,2}"
    r"(?:[ :：]{1,2}(?:is|was|are|were|on|at|in|of|with|under|ends?|ending|ended|it's|its|i used|used|now|me|us|the|last|four|4|digits|about|around|only|just|like|maybe)(?![a-z])){0,4}"
)
_LINK_ZH = r"(?:的?(?:号码?|编码|编号|数字|最?[后末][四4三3五5六6八8]位|尾号|尾数|末尾|数)){0,2}(?:我?[用填留写]的)?(?:好像|应该|可能|现在|大概|大约|也|还|就|都|才)?[是为系叫]?"
_SIGNS = r"[\s:：=＝#\"'“”‘’(（【\[-]{0,4}"
_BEFORE = re.compile(
    rf"(?:(?P<order>{_ORDERS})|(?P<phone>{_PHONES})|(?P<other>{_OTHERS}))(?:{_LINK_EN}|{_LINK_ZH}){_SIGNS}$"
)
_AFTER = re.compile(
    r"(?:[ (（]{0,2}(?:is|was|as|it's|that's|being|=|\()?\s?(?:also )?(?:my|our|the|his|her|your)\s(?:\w{1,12} )?|\s?(?:这个|那个|这是|就?是|也是|为)(?:我的?|他的?|她的?|你们?的?|那个|收货人?的?|下单的?|预留的?){0,2})"
    rf"(?:(?P<order>{_ORDERS})|(?P<phone>{_PHONES})|(?P<other>{_OTHERS}))"
    r"(?:\s?(?:numbers?|no\.|#|codes?|ids?| i (?:think|guess|believe)|\s(?:of|on|for))(?![a-z])|号|\s?(?:$|[.,;!?)，。；！？）]))"
)
_ANOTHER = re.compile(
    rf"{_PHONES}|{_OTHERS}"
    r"|地址|邮递区号|区号|分机|门锁|数量|件数|尺码|尺寸|码数|身高|体重|姓名|名字|日期|时间|尾号|[后末][三四五六八345678]位|楼|户号|开户|银行|航班|车次|座位"
    r"|\b(?:codes?|number of|quantit(?:y|ies)|qty|sizes?|height|weight|names?|street|dates?|(?<!this )(?<!first )(?<!last )times?|flight|seat|mileage|mine ends?|ends? (?:in|with)|ending|digits of)(?![a-z])"
)
"""Whatever has a number and is no order."""
_KEPT = re.compile(
    r"手机号|电话号|联系电话|身份证|证件|护照|驾照|驾驶证|社保|卡号|[行用员物值]卡|会员|客户号|客户编号|用户名|[账帐][号户]|qq|微信号|邮箱|邮编|邮政编码|邮递区号|密码|口令|(?:验证|校验|动态|取件|提货|优惠|兑换|激活|邀请|核销|确认|短信)码|短信"
    r"|发票|抬头|税号|信用代码|纳税人|流水号|参考号|退款(?:单|编)号|工单|型号|货号|款号|条形?码|序列号?|设备号|机身|imei|车牌|学号|工号|门牌|房间号|最?[后末][三四五六八345678]位"
    r"|\b(?:passports?|id cards?|national id|your id|identity|ssn|social security|licen[cs]e|cards?|accounts?|acct|iban|sort code|routing|codes?|otp|pin|pass ?code|password|passcode|cvv|cvc|zip|postal|vouchers?|coupons?"
    r"|(?:customer|client|user|case|ticket|refund|return|complaint|claim|callback|contact|mobile|cell|telephone|phone) (?:numbers?|ids?|no|reference|ref)|member(?:ship)?|loyalty|user ?name|login|e-?mail address|vat|tax|ein|gst|invoice|serial|s/n|imei|model number|skus?|upc|ean|barcode|policy number|date of birth|dob|texted|sms|text message)(?![a-z])"
)
"""What is kept under a number of its own, as a shop speaks of it: a card, a code, a membership."""
_A_THING = re.compile(
    r"\s?的(?!(?:[那这]|订|单|快|包|物流|货|退|状态|发|配送|查|进度|地址|号|尾|详情|信息|运|东西)|\s?(?:$|[，。,.!?！？;；、~～]))"
)
"""Behind it stands what costs so much or is called so: "12999 的冰箱"; but "88123 的物流"."""
_POINTED_AT = re.compile(
    r"(?:[那这]|买的|买了|价格?|花了?|付了?)[个台款件双只部把张条套箱]?[\s:：]{0,2}$"
)
_LEAST_OF_NO_PRICE = 6
"""Digits of a number that is no price, and of one that is bought or paid only as an order."""
_PRICE_OF_FIVE = re.compile(r"\d{1,4}|\d{3}(?:99|00|88|50|80)")
_MODEL = re.compile(r"[a-z]{1,8}-?\d{1,4}[a-z]{0,4}\d?")
_BOUGHT = re.compile(r"(?:商品|产品|货品|支付)\s{0,4}")
_DENIED_BEFORE = re.compile(
    r"(?:(?<!是)不是|并非|而非|\bnot|\b(?:is|was)n't|instead of|rather than)\s?(?:the |number |order |订单号?)?\s?$"
)
_DENIED_AFTER = re.compile(
    r"\s?(?:[是打写输发填报]?错|不对|(?:is|was) (?:wrong|incorrect|a typo|mistyped))"
)


def name_of(lower: str, start: int, end: int) -> str:
    """What the number that stands there is called: `order`, `phone`, `other`, or nothing at all ("").

    `lower` is the text in lower case and simplified characters. `order` stands for all that may be asked for as
    one: bookings and parcels too.
    """
    name = _BEFORE.search(lower, max(0, start - _WINDOW), start)
    if name and _BOUGHT.fullmatch(name.group()) and _digits(lower[start:end]) >= _LEAST_OF_NO_PRICE:
        name = None  # "要退的商品88123456"
    name = name or _AFTER.match(lower, end)
    return (name.lastgroup or "") if name else ""


def names_another(lower: str) -> bool:
    """Whether a turn speaks of a phone or of anything else that has a number and is no order."""
    return _ANOTHER.search(lower) is not None


def names_kept(lower: str) -> bool:
    """Whether an answer speaks of what is kept under a number of its own: a card, a code, a membership."""
    return _KEPT.search(lower) is not None


def is_denied(lower: str, start: int, end: int) -> bool:
    """Whether it is said to be the wrong one: "not 88123", "不是88123", "88123打错了"."""
    return (
        _DENIED_BEFORE.search(lower, max(0, start - 24), start) is not None
        or _DENIED_AFTER.match(lower, end) is not None
    )


def is_of_a_thing(lower: str, start: int, end: int) -> bool:
    """Whether a thing follows that costs so much or is called so: "那个 12999 的冰箱", "RTX4090的显卡".

    Six digits are no price, nor are five that look like none and that no word points at: "88123456的耳机有杂音".
    """
    if not _A_THING.match(lower, end):
        return False
    number = lower[start:end]
    if not number.isdecimal():
        return _MODEL.fullmatch(number) is not None
    if len(number) >= _LEAST_OF_NO_PRICE:
        return False
    is_pointed_at = _POINTED_AT.search(lower, max(0, start - 8), start) is not None
    return is_pointed_at or _PRICE_OF_FIVE.fullmatch(number) is not None


def _digits(number: str) -> int:
    return sum(map(str.isdecimal, number))
