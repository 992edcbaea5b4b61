"""What the simulated models say: a few customer-service answers in Chinese and English.

The answer depends on the question alone, so that any simulated model can go on where another one
stopped, and a test can tell a seamless continuation from a broken one.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*_\d+>|\[[A-Z][A-Z_]*_\d+\]")
_NUMBER = re.compile(r"(?<![\w<])[A-Za-z]{0,3}\d{5,20}(?!\w)")


@dataclass(frozen=True, slots=True)
class Topic:
    """Words that lead to it, and what is said about it in both languages."""

    words: re.Pattern[str]
    chinese: str
    english: str


def _topic(words: str, chinese: str, english: str) -> Topic:
    return Topic(re.compile(words, re.IGNORECASE), chinese, english)


TOPICS = (
    _topic(
        "refund|money back|退款|退钱",
        "退款申请提交后，我们会在一个工作日内审核。审核通过后，款项按原支付方式退回，"
        "银行卡一般需要三到五个工作日，余额支付当天到账。您可以在“我的订单”里随时查看进度。",
        "Once you ask for a refund we review it within one working day. The money goes back the way "
        "it was paid: three to five working days for a card, the same day for store balance. "
        "You can follow every step under My Orders.",
    ),
    _topic(
        "return|exchange|退货|换货|退换",
        "签收后七天内，商品完好即可退货，十五天内可以换货。请在订单页选择“退换货”，"
        "我们会安排快递上门取件，质量问题的运费由我们承担。收到商品后两天内处理完毕。",
        "You can return an item within seven days and exchange it within fifteen, as long as it is "
        "complete and undamaged. Choose Return or Exchange on the order page and a courier will "
        "collect it; for a fault in quality we pay the freight.",
    ),
    _topic(
        "where is|track|deliver|shipping|shipped|logistics|courier|parcel|物流|快递|发货|到哪|催",
        "包裹正在运输途中，预计两天内送达。如果物流信息超过四十八小时没有更新，"
        "我们会主动联系快递公司核实，并把结果用短信告诉您。给您添麻烦了，请再稍等一下。",
        "Your parcel is on its way and should arrive within two days. If the tracking shows nothing "
        "new for forty-eight hours we will ask the courier ourselves and text you the result. "
        "Thank you for your patience.",
    ),
    _topic(
        "invoice|receipt|发票|报销",
        "电子发票在订单完成后就可以开具。请在订单详情页点击“申请发票”，填写抬头和税号，"
        "十分钟左右会发送到您的邮箱。抬头填错的话，三十天内可以重开一次。",
        "An electronic invoice is available as soon as the order is complete. Open the order, choose "
        "Request Invoice, and enter the name and tax number; it reaches your mailbox in about ten "
        "minutes and can be issued again once within thirty days.",
    ),
    _topic(
        "address|change.*order|cancel|地址|修改订单|取消",
        "订单还没有出库时，可以直接在订单页修改地址或取消。已经出库的话，"
        "我们可以帮您联系快递改派，大多数情况下当天就能改好，不另外收费。",
        "As long as the order has not left the warehouse you can change the address or cancel it on "
        "the order page. After that we can ask the courier to redirect it, which usually works on "
        "the same day and costs nothing.",
    ),
    _topic(
        "pay|charged|card|payment|支付|付款|扣款",
        "付款遇到问题时，请先不要重复支付。如果已经扣款而订单仍显示未付款，"
        "系统会在半小时内自动核对；没有核对上的款项，会在二十四小时内原路退回。",
        "If a payment seems stuck, please do not pay twice. When money has been taken and the order "
        "still shows as unpaid, the system compares both within half an hour; whatever does not "
        "match is sent back within twenty-four hours.",
    ),
    _topic(
        "complain|terrible|angry|awful|disappointed|投诉|太差|生气|差评|失望",
        "非常抱歉给您带来这样不愉快的体验。您反映的情况我已经记录下来，"
        "会由专门的同事在两小时内回电，并给出处理方案。感谢您告诉我们哪里没有做好。",
        "I am very sorry about this experience. I have written down what happened, and a colleague "
        "who handles such cases will call you back within two hours with a solution. Thank you for "
        "telling us where we fell short.",
    ),
    _topic(
        "human|agent|representative|人工|真人",
        "好的，我现在就为您转接人工客服。当前排队大约三分钟，服务时间是每天早上八点到晚上十点。"
        "等待的时候，您可以先把订单号和问题写下来，同事接入后会马上看到。",
        "Of course, I am passing you to a colleague now. The wait is about three minutes; the desk is "
        "open from eight in the morning to ten at night. If you write down the order number and the "
        "question meanwhile, they will see it at once.",
    ),
    _topic(
        "warranty|repair|broken|fault|保修|维修|坏了|故障",
        "商品自签收之日起保修一年，非人为损坏免费维修。请在订单页选择“申请售后”，"
        "上传一两张照片，工程师会在一天内判断，并安排寄修或上门。",
        "The product carries a one-year warranty from the day you received it, and faults that are "
        "not caused by misuse are repaired free of charge. Choose After-Sales on the order page, add "
        "one or two photos, and an engineer will reply within a day.",
    ),
    _topic(
        r"^\s*(hi|hello|hey|good (morning|evening)|你好|您好|在吗|早上好)",
        "您好，很高兴为您服务！我可以帮您查订单、查物流、办退款和开发票。请问您想了解哪一件事？",
        "Hello, and welcome! I can look up orders and parcels, help with refunds and invoices, and "
        "answer questions about our products. What can I do for you today?",
    ),
)

_GENERAL = (
    Topic(
        re.compile(""),
        "您的问题我已经了解了。一般来说，先核对订单状态，再确认商品情况，就能很快找到办法。"
        "如果方便，请补充一下订单号或者更多细节，我来为您逐项处理。",
        "I understand your question. Usually the quickest way is to check the state of the order "
        "first and then the item itself. If you can, please add the order number or a few more "
        "details, and I will go through it with you step by step.",
    ),
    Topic(
        re.compile(""),
        "感谢您的咨询。这件事可以分三步办：先在页面上确认信息，再提交申请，最后等待通知。"
        "整个过程通常不超过一天，有任何变化我们都会及时告诉您。",
        "Thank you for asking. This takes three steps: confirm the details on the page, send the "
        "request, and wait for our notice. The whole thing rarely takes more than a day, and we "
        "will tell you at once when anything changes.",
    ),
)


def is_chinese(text: str) -> bool:
    """Whether the text holds Chinese characters."""
    return _CHINESE.search(text) is not None


@functools.lru_cache(maxsize=4096)
def say(question: str) -> str:
    """The answer to a question: always the same one for the same words."""
    chinese = is_chinese(question)
    topic = next((topic for topic in TOPICS if topic.words.search(question)), None)
    if topic is None:
        topic = _GENERAL[hashlib.sha256(question.encode()).digest()[0] % len(_GENERAL)]
    body = topic.chinese if chinese else topic.english
    return _acknowledge(question, chinese=chinese) + body


def _acknowledge(question: str, *, chinese: bool) -> str:
    """Repeat the placeholders and numbers that the question names, as a good clerk does."""
    named = list(dict.fromkeys(_PLACEHOLDER.findall(question) + _NUMBER.findall(question)))[:8]
    if not named:
        return ""
    return f"已为您记下{'、'.join(named)}。" if chinese else f"I have noted {', '.join(named)}. "


def say_result(question: str, results: tuple[str, ...]) -> str:
    """An answer in words that uses what the tools returned."""
    found = "; ".join(result.strip()[:600] for result in results)
    if is_chinese(question + found):
        return f"已经为您查到结果：{found}。如果还有其他问题，请随时告诉我。"
    return f"Here is what I found: {found}. Please tell me if there is anything else."


def say_images(question: str, seen: tuple[str, ...]) -> str:
    """An answer that says which pictures arrived."""
    if is_chinese(question):
        return f"我收到了{len(seen)}张图片：{'；'.join(seen)}。" + say(question)
    noun = "image" if len(seen) == 1 else "images"
    return f"I received {len(seen)} {noun}: {'; '.join(seen)}. " + say(question)


def say_more(chinese: bool) -> str:
    """Something to go on with after words that are not ours."""
    if chinese:
        return "以上就是处理办法，如有需要请随时联系我们。"
    return " That is how we will handle it; please write again whenever you need us."
