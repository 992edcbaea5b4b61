"""Signals of a whole conversation."""

from __future__ import annotations

import pytest

from local_models.classifiers.conversation import is_reask, mood_trend
from local_models.classifiers.escalation import is_escalation
from local_models.classifiers.features import read_features


@pytest.mark.parametrize("text", """
转人工
转接人工
人工
有没有真人
能不能找个活人跟我说
怎么还不转人工
叫你们经理出来
把你们经理电话给我
我要打12315
拨打12345投诉你们
12315
银保监会投诉
不解决我就去消协投诉
客服態度好差，我要投訴
我要告你们
法庭见
再不退钱我就走法律程序
再不退款就报警了
保留追究法律责任的权利
怎么接通人工
I refuse to talk to a bot
我要在微博上曝光你们
let me speak to a manager
human please
representative
transfer me
escalate this
put me through to someone who can help
i will sue you
I will sue
see you in court
You will hear from my attorney
I'll dispute the charge with my bank
If you don't refund me I will contact the BBB
call 12315
""".strip().splitlines())  # fmt: skip
def test_asking_for_a_person_or_threatening_is_escalation(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize("text", """
退款多久到
谢谢你
经理推荐的款式
不用转人工了
不需要人工客服
我不是要投诉，就是问问
My order #12345 hasn't arrived
我的订单号是202412345678
SF1234567890123 这个单号查不到物流
寄到12345室可以吗
工商银行卡可以付款吗
相机的曝光时间怎么设置
多媒体音箱有货吗
报警器怎么安装
律师费发票怎么开
法院快递你们能送到吗
找不到领导签字的发票
人工智能音箱好用吗
要不要人工审核
问一下你们店长推荐哪款
我在法院门口见
我要告诉你们一个好消息
where is my order
How do I post this return?
please put the person's name on the gift card
a manager bought this for our team
no need to transfer me to an agent
I won't sue you
I need an agent for cleaning
Sue ordered it, not me
my lawyer needs the invoice by Friday
""".strip().splitlines())  # fmt: skip
def test_ordinary_turns_are_not_escalation(text: str) -> None:
    assert not is_escalation(text)


def test_a_long_letter_full_of_hints_takes_no_time() -> None:
    for part in ("再不", "the agent ", "please ", "我要", "打12315", "不要不", "sue\u0027"):
        assert is_escalation(part * 40_000) in (True, False)


def test_the_same_question_again_is_a_reask_even_when_reworded_a_little() -> None:
    before = [read_features("我的退款什么时候到账")]
    assert is_reask(read_features("我的退款到底什么时候到账啊"), before)
    assert not is_reask(read_features("发票可以开吗"), before)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("我的快递到哪了", "我的快递到哪了"),
        ("我的快递到哪了", "快递现在在哪里"),
        ("退款什么时候到账", "我问的是退款啥时候能到"),
        ("怎么还不发货", "到底什么时候发货"),
        ("Where is my order?", "I asked where my order is"),
        ("Track 123456", "track 123456 please"),
        ("1234567890", "1234567890"),
    ],
)
def test_the_same_matter_in_other_words_is_asked_again(before: str, now: str) -> None:
    assert is_reask(read_features(now), [read_features("你好啊你好"), read_features(before)])


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("红色的有货吗", "蓝色的有货吗"),
        ("XL码有货吗", "L码有货吗"),
        ("可以用支付宝付款吗", "可以用微信付款吗"),
        ("Do you ship to Canada?", "Do you ship to Mexico?"),
        ("查一下订单2024111122223333", "查一下订单2024999988887777"),
        ("Track 123456", "Track 654321"),
        ("1234567890", "9876543210"),
        ("yes please", "yes please"),
        ("是的没错", "是的没错"),
        ("thank you very much", "thank you very much"),
    ],
)
def test_another_word_of_weight_or_another_number_is_another_question(
    before: str, now: str
) -> None:
    assert not is_reask(read_features(now), [read_features(before)])


def test_short_acknowledgements_never_count_as_asked_again() -> None:
    assert not is_reask(read_features("好的"), [read_features("好的")])


def test_the_mood_falls_rises_or_stays() -> None:
    assert mood_trend([]) == mood_trend([-1.0]) == 0.0
    assert mood_trend([0.0, 0.0, -0.9]) < -0.3
    assert mood_trend([-0.9, -0.8, 0.5]) > 0.3
    assert mood_trend([0.2, 0.2]) == 0.0
    assert -1.0 <= mood_trend([1.0, -1.0]) <= 1.0


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("人工", "人工"), ("退款", "退款！"), ("退款？？", "退款"), ("发货", "发货"), ("到哪了", "到哪了"), ("催一下", "催一下"),
        ("还没到", "还没到"), ("發票", "发票"), ("多久", "多久？"), ("退货", "退货"), ("转人工", "转人工"), ("取消", "取消"), ("到哪", "到哪了"),
    ],
)  # fmt: skip
def test_a_short_chinese_wish_said_word_for_word_is_asked_again(now: str, before: str) -> None:
    assert is_reask(read_features(now), [read_features("你好"), read_features(before)])


@pytest.mark.parametrize(
    "text",
    [
        "好的", "嗯", "嗯嗯", "谢谢", "在吗", "你好", "您好", "可以", "是的", "对", "对的", "没有", "没有了", "不用了", "不是", "有", "有的", "要的",
        "好吧", "行", "收到", "明白了", "知道了", "哈哈", "哈哈哈", "算了", "继续", "拜拜", "早", "亲", "在么", "没事", "12", "3个", "ok", "yes", "😡", "？？", "",
    ],
)  # fmt: skip
def test_short_nods_greetings_and_answers_ask_nothing_twice(text: str) -> None:
    assert not is_reask(read_features(text), [read_features(text)])


@pytest.mark.parametrize(
    ("now", "before"), [("退款", "退货"), ("人工", "发货"), ("退款", "我要查一下我的退款到哪里了"), ("取消", "取消订单吧谢谢你")]
)  # fmt: skip
def test_another_short_wish_is_another_one(now: str, before: str) -> None:
    assert not is_reask(read_features(now), [read_features(before)])
