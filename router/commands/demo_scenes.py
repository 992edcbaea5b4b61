"""The dozen requests that the demo sends, as real customers would write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_LONG_PARAGRAPHS = (
    "第{n}条 退换货受理。消费者自签收之日起七日内可以申请无理由退货，商品须保持完好，吊牌、配件、赠品与发票齐全；"
    "第{n}类商品因卫生原因拆封后不予退货，但存在质量问题的除外。",
    "第{n}条 运费承担。因质量问题、错发、漏发产生的退换货，往返运费由商家承担；因消费者个人原因退货的，寄回运费由消费者承担，"
    "订单实付满{m}元的，由商家补贴首重运费。",
    "第{n}条 退款时限。仓库收到退回商品并验收合格后，{k}个工作日内原路退回；使用优惠券的订单，券面金额按实付比例退还，过期券不补发。",
    "第{n}条 保修与维修。整机自开具发票之日起保修{y}个月，电池与充电器保修六个月；人为损坏、进液、私自拆机不在保修范围内，"
    "可以选择付费维修，检测费{m}元，维修后抵扣。",
)


def _long_document() -> str:
    clauses = [
        _LONG_PARAGRAPHS[n % 4].format(n=n + 1, m=20 + n % 7 * 10, k=1 + n % 5, y=12 + n % 3 * 6)
        for n in range(320)
    ]
    return "\n".join(clauses)


@dataclass(frozen=True, slots=True)
class Scene:
    """One request: how the table calls it, and what is sent."""

    title: str
    messages: tuple[dict[str, Any], ...]
    stream: bool = True
    caller: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def _say(title: str, text: str, *, stream: bool = True, **caller: str) -> Scene:
    return Scene(title, ({"role": "user", "content": text},), stream, caller)


ORDER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_order_status",
        "description": "Look up an order of the shop by its number.",
        "parameters": {
            "type": "object",
            "properties": {"order_number": {"type": "string"}},
            "required": ["order_number"],
        },
    },
}

SCENES = (
    _say("a parcel", "我的快递三天没动了，到哪了？", user="u-1001"),
    _say("a refund", "耳机不想要了，怎么申请退款？多久到账？", user="u-1002"),
    _say(
        "angry",
        "都催了五遍了还不给退款，你们到底管不管？太气人了，我要投诉！",
        user="u-1003",
        session="s-77",
    ),
    _say(
        "sarcastic", "Great, a third broken kettle in a row. You people are amazing.", user="u-1004"
    ),
    _say(
        "three wishes at once",
        "帮我查下订单到哪了，顺便把收货地址改成公司，再催一下发货",
        user="u-1005",
        order_number="JD20261120088",
    ),
    _say(
        "private data",
        "我叫王小明，身份证11010519491231002X，手机13812345678，帮我改一下实名信息。",
        user="u-1006",
    ),
    _say(
        "must stay in the house",
        "我体检报告的快递到哪了？",
        user="u-1014",
        must_stay_local="yes",
    ),
    Scene(
        "a long document",
        (
            {
                "role": "user",
                "content": "下面是我们的售后政策全文，请总结退款时限和运费由谁承担：\n"
                + _long_document(),
            },
        ),
        caller={"user": "u-1007"},
    ),
    Scene(
        "a function call",
        ({"role": "user", "content": "Where is my order JD20261120099? Please look it up."},),
        stream=False,
        caller={"user": "u-1008"},
        options={"tools": [ORDER_TOOL], "tool_choice": "auto"},
    ),
    _say("small talk", "你好呀，在吗？", user="u-1009"),
    _say(
        "a VIP",
        "I was charged twice for order 88213, please explain and fix it today.",
        user="u-1010",
        tier="vip",
    ),
    _say(
        "a hard one",
        "Our contract says: 3% rebate above 50,000 and 5% above 120,000, each only on the part above. "
        "We bought for 168,400 and returned 12,350 after a 10% restocking fee. "
        "Derive the rebate step by step and prove that the order of the two deductions matters.",
        user="u-1011",
    ),
    _say(
        "an invoice",
        "发票抬头开错了，能重开吗？税号发到 finance@example.com",
        stream=False,
        user="u-1012",
    ),
    _say("English, plain", "Do you ship to Berlin and what does it cost?", user="u-1013"),
)
