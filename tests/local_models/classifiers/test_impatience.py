"""A question that is asked again in anger, in haste or after waiting is the same question."""

from __future__ import annotations

import pytest

from local_models.classifiers.conversation import is_reask
from local_models.classifiers.features import read_features

AGAIN = """
where is my order: where the hell is my order; where the f is my order; where tf is my order; wtf where is my order; where the f**k is my order; where is my damn order; where is my freaking order???; where on earth is my order
where is my order: where's my order then; ok so where is my order then; seriously where is my order; bruh wheres my order; for the third time where is my order; answer me where is my order; i've been waiting 3 days where is my order; it's been two weeks, where is my order
where is order 88123: i've been waiting 3 days where is order 88123
where is my refund: where's my refund then; where the hell is my money; this is ridiculous where is my refund
I want a refund: i want a damn refund now; refund me immediately; i want my fucking money back; I demand a refund
when will it ship: when the hell will it ship; when exactly will it ship; so when will it ship then
我的包裹到哪了: 所以我的包裹到哪了; 那我的包裹到哪了; 他妈的我的包裹到哪了; 我的包裹tmd到哪了; 我操我的包裹到哪了; 我就想知道我的包裹到哪了; 快说我的包裹到哪了; 回答我，我的包裹到哪了; 我的破包裹到哪了
什么时候发货: 那什么时候发货; 所以什么时候发货; 具体什么时候发货; 你就说什么时候发货; 你还没说什么时候发货; 几号发货; 哪一天发货; 给个准话什么时候发货; 别扯了什么时候发货; 啥时候才发货; 那什麼時候發貨
怎么还没发货: 都三天了怎么还没发货; 都3天了怎么还没发货; 等了一个星期了怎么还没发货; 过了三天怎么还没发货; 都这么久了怎么还没发货; 下单半个月了还没发货
订单88123怎么还没发货: 都3天了订单88123怎么还没发货
我要退款: 马上给我退款; 赶紧退款; 立刻退款; 我说我要退款; 退钱！; 快退款; 必须退款; 我要求退款; 把我的钱退给我; 给老子退钱
退款什么时候到: 什么时候退钱; 钱什么时候退给我; 退款啥时候到账
我個包裹去咗邊: 個包裹到底去咗邊呀; 我個包裹而家喺邊度
幾時出貨: 到底什麼時候發貨
"""
OTHER = """
where is my order: so where is my refund; where the hell is my refund; where is my other order then; where is my damn order from
how much is it: how much is it for two then
can you ship it: can you ship it immediately?
我要退款: 那换货呢; 马上退货; 我要求退货; 退款什么时候到; 退货！
可以退款吗: 退款！; 退钱
处理了没有: 赶紧处理
解决了: 请尽快解决
运输中: 我知道运输中
商家会联系您的: 我马上联系商家
什么时候发货: 马上发货吗; 什么时候到货; 几号到; 什么时候退货; 发货！
发货吗: 马上发货吗
能退吗: 7天了能退吗; 过了7天能退吗; 那能退吗
有现货吗: 那有现货吗
这件多少钱: 那件多少钱
怎么还没发货: 怎么还没退款; 都三天了怎么还没到货
三天能到吗: 五天能到吗
我的包裹到哪了: 那我的退款到哪了; 他妈妈的包裹到哪了
鞋子什么时候发货: 鞋子穿几号
退款什么时候到: 钱什么时候付; 钱什么时候到期; 退款到了
"""


def pairs(lines: str) -> list[tuple[str, str]]:
    """A question before a colon, and each that is asked after it."""
    split = [line.split(": ", 1) for line in lines.strip().splitlines()]
    return [(first, then) for first, rest in split for then in rest.split("; ")]


@pytest.mark.parametrize(("first", "again"), pairs(AGAIN))
def test_oaths_haste_reproaches_and_waiting_are_no_part_of_a_question(
    first: str, again: str
) -> None:
    assert is_reask(read_features(again), [read_features("你好"), read_features(first)])


@pytest.mark.parametrize(("first", "then"), pairs(OTHER))
def test_what_names_another_thing_or_sets_a_condition_is_another_question(
    first: str, then: str
) -> None:
    assert not is_reask(read_features(then), [read_features(first)])


def test_two_matters_ago_it_is_still_the_same_question() -> None:
    earlier = [read_features(each) for each in ("where is my refund", "and where is my order")]
    assert is_reask(read_features("where's my refund then"), earlier)


@pytest.mark.parametrize(
    "text",
    [
        "wtf",
        "他妈的",
        "三天了",
        "then",
        "快点",
        "那么",
        "ffs!!",
        "那个快点",
        "给个说法",
        "那大概啥时候",
    ],
)
def test_impatience_alone_asks_nothing_of_what_was_asked(text: str) -> None:
    earlier = [read_features("where is my order"), read_features("什么时候发货")]
    assert not is_reask(read_features(text), earlier)
