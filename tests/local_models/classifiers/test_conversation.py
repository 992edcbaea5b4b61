"""Signals of a whole conversation."""

from __future__ import annotations

import pytest

from local_models.classifiers.conversation import is_reask, mood_trend
from local_models.classifiers.escalation import CALL, THREAT, is_escalation, tell_escalation
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


@pytest.mark.parametrize("text", """
I need human help
any human here?
can a person answer me
stop with the bot, gimme a human
I demand to speak to whoever is in charge
I want to escalate to your team lead
who can I complain to
I will complain to head office
I'll get my lawyer involved
hello? agent!
This is useless. Agent please.
How can I lodge a complaint against your company?
My wife wants to talk to a manager
I told your colleague, and now I will take legal action
人工在哪
人工人工人工
能人工吗
可以人工回复吗
麻烦给我安排一个人工坐席
给我接客服人员
让经理联系我
让我律师联系你们
等着收投诉吧
不解决我就给差评加投诉
不然我就上315
要求赔偿否则起诉
连续两天出问题，投诉！
怎么投诉你们
是不是要我投诉才处理
""".strip().splitlines())  # fmt: skip
def test_a_call_and_a_threat_are_heard_in_many_words(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize(
    "text",
    [
        "Order number: 12345", "订单号：12345", "邮编，12345", "房间号：12315", "12345", "ZIP: 12345",
        "Kind regards\nJohn Miller\nManager\nAcme", "Job title: Manager, company: Acme", "Delivered to: person",
        "SELECT manager, operator, person FROM staff;", "type: object, title: Person", "发票内容：人工，抬头：海天公司",
        "人工：200元，材料：300元", "配送方式：人工", "收货人：真人", "Human, elf or orc: which race is best?",
    ],
)  # fmt: skip
def test_a_number_or_a_person_beside_a_label_or_in_a_list_calls_nobody(text: str) -> None:
    assert not is_escalation(text)


@pytest.mark.parametrize(
    "text",
    [
        "Translate to French: I want to speak to the manager", "请把下面这句翻译成英文：我要投诉你们", "Proofread: I will file a complaint with the regulator.",
        'She told the shop "I will sue you if you do not pay". Was she right?', "客服问：“您要转人工吗”这句话怎么改得更礼貌",
        "Agent: Hello, how can I help?\nCustomer: I want to speak to a manager.", "客服：您好\n用户：转人工",
        "Can he win?\nA. I will sue you\nB. I will not\nC. Neither", "In the film, the hero says he will sue them. Who plays him?",
        "客户说要去12315投诉，我作为店主怎么回复？", "A buyer threatened to take legal action. What should our shop reply?",
    ],
)  # fmt: skip
def test_what_is_quoted_or_handed_over_to_be_worked_on_is_not_the_customers_own(text: str) -> None:
    assert not is_escalation(text)


@pytest.mark.parametrize("text", """
What are legal proceedings?
Who reports to the FTC?
How do I request a chargeback?
Can I sue my employer for unpaid wages?
I want to sue my landlord
The family took legal action against the airline.
Is it ethical to clone a human being?
Write an essay on what it means to be a human being.
can you help me find someone to look at my car's engine because the light is on
i didnt lodge a complaint
故意伤害要追究刑事责任吗
到法院起诉离婚需要什么材料
上法庭穿什么
公司拖欠工资怎么投诉
他准备起诉前东家并要求赔偿
昆明市民梁玉祥将卖主携程旅行网告上法院
刚才人工客服已经帮我解决了，谢谢
""".strip().splitlines())  # fmt: skip
def test_the_law_others_and_what_is_settled_are_no_threat_and_no_call(text: str) -> None:
    assert not is_escalation(text)


@pytest.mark.parametrize("text", """
我要搵真人
搵你哋主管同我講
可唔可以搵個真人同我講
我要搵律師
我要同你哋經理傾
你哋經理喺邊？叫佢出嚟！
唔該幫我轉真人
畀個真人我
叫你哋老細出嚟
我會報警㗎
向消费者委员会投诉
换个客服
換個客服
不要机器人
联系主管处理
帮我联系下经理
我要找你们总部
请升级处理
让主管处理
I'd like this escalated to tier 2
where's your manager
I want this raised to a supervisor
I'll put this on social media
打市长热线
机器人滚
機器人滾蛋
put this all over facebook
can I get my case moved to a supervisor
I'd like my complaint passed to someone senior
我不要机器人，叫人来
能帮我升级处理吗
不要机器人回复，我要退货
叫你们老板跟我说一声
我要发到小红书给大家看看
""".strip().splitlines())  # fmt: skip
def test_cantonese_and_further_ways_to_call_are_heard(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize("text", """
我唔係要投訴
唔係要投訴，只係想問下點解咁慢
唔使轉真人，你答我就得
唔駛叫經理
唔需要人工，話我知退款到未就得
冇話要投訴你哋
唔係要告你哋
唔洗轉人工
No need to escalate, just fix it
no need to escalate this
I'm not threatening to sue
not gonna report you, promise
I have no intention of suing you
不要机器人款式，要小汽车
你们总部在哪
请升级处理器
升级处理什么意思
想訪問你哋老細
升级会员怎么处理
已经联系主管处理过了
我想换个客服耳机
我司合同你们经理签了吗
where is your manager's office
Can I get my booking moved to someone else's name?
I'd like my ticket moved to someone else
Can I get my appointment moved to someone closer to me?
I need my keys handed to someone at reception
I want this moved to someone else's name
can I have it passed to someone at reception
不要自动回复，怎么设置
不要机器人，要扫地拖地二合一
我不要机器人了，换成吸尘器
机器人滚轮不转
希望升级到高级客服套餐
麻烦帮我升级处理到黄金会员
这个问题需要升级处理吗
同你們老闆講聲多謝
我同你老闆係朋友
发到小红书给大家看看，太好看了
給你們老闆點讚
""".strip().splitlines())  # fmt: skip
def test_denials_and_the_words_of_goods_call_nobody(text: str) -> None:
    assert not is_escalation(text)


def test_a_call_and_a_threat_are_told_apart() -> None:
    assert [tell_escalation(each) for each in ("转人工", "agent please", "搵個真人")] == [CALL] * 3
    assert [tell_escalation(each) for each in ("我要投诉", "12315", "I'll sue you")] == [THREAT] * 3
    assert tell_escalation("where is my parcel") == ""


def test_a_long_letter_full_of_hints_takes_no_time() -> None:
    parts = (
        "再不",
        "the agent ",
        "please ",
        "我要",
        "打12315",
        "不要不",
        "sue\u0027",
        "投诉",
        "transfer me, ",
        "'a \"b ",
        "agent: ",
    )
    for part in parts:
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


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("What does the premium plan cost?", "How much is the premium plan?"),
        ("I need an invoice for my purchase", "Can you send me the invoice for my purchase?"),
        ("When will it be delivered?", "But when will it arrive?"),
        ("where's my parcel", "I asked where my parcel is"),
        ("where is my order", "where is my oder"),
        ("where is my package", "where is my pacakge"),
        ("The app does not open", "the app won't open"),
        ("Where is my order?", "I have waited two weeks. Where is my order?"),
        ("优惠券怎么用不了", "为什么优惠券用不了"),
        ("这个有红色吗", "有没有红色的"),
        ("电脑开不了机", "电脑无法开机"),
        ("这款多少钱", "这款什么价格"),
        ("Where is my parcel?", "So where's my package?"),
        ("Where is my parcel?", "you still haven't told me where my parcel is"),
        ("where is my order 88123", "any news on order 88123?"),
        ("When will I get my refund?", "how long until my refund arrives"),
        ("I want a refund", "give me my money back"),
        ("can I speak to a human", "I asked for a human"),
        ("let me speak to a person", "I want to talk to a human"),
        ("What's the status of my order?", "status???"),
        ("Please send me the invoice", "I still need the invoice"),
        ("when does the store open", "when do you open"),
        ("my card was declined", "my card is still being declined"),
        ("the app crashes", "app is still crashing"),
        ("how do I change my password", "like I said, how do I change my password"),
        ("我的包裹什么时候到", "我的快递什么时候到"),
        ("我要退款", "我要退钱"),
        ("转人工", "我说了转人工"),
        ("我要找真人", "我要人工"),
        ("发票怎么开", "还是没告诉我发票怎么开"),
        ("我的订单到哪了", "你还没告诉我我的订单到哪了"),
        ("你们什么时候发货", "我都问了三遍了，什么时候发货"),
        ("屏幕是黑的", "屏幕还是黑的"),
        ("物流状态是什么", "状态？？？"),
    ],
)
def test_other_wordings_contractions_and_slips_of_the_pen_ask_again(before: str, now: str) -> None:
    assert is_reask(read_features(now), [read_features(before)])


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("I want to cancel", "I do not want to cancel"),
        ("How do I turn it on?", "How do I turn it off?"),
        ("Can I log in?", "Can I log out?"),
        ("it works", "it never works"),
        ("It works", "Does it work?"),
        ("Is it available?", "Is it not available?"),
        ("The parcel arrived", "The parcel arrived damaged"),
        ("Summarise the text", "Summarise the text in French"),
        ("Flights from Paris to Rome", "Flights from Rome to Paris"),
        ("translate hello", "translate thanks"),
        ("可以退货吗", "不可以退货吗"),
        ("能打开吗", "能打开了"),
        ("写一首诗", "写一首关于秋天的诗"),
        ("把“你好”翻译成英文", "把“谢谢”翻译成英文"),
        ("从北京到上海多久", "从上海到北京多久"),
        ("Where is my parcel?", "where is my refund"),
        ("can I speak to a human", "are you human"),
        ("I want a refund", "can I get the refund in cash"),
        ("my card was declined", "my card is lost"),
        ("What's the status of my order?", "status of my refund"),
        ("put me through to a representative", "put me through to sales"),
        ("I want my money back", "how much money is it"),
        ("when does the store open", "when does the store close"),
        ("我要退款", "我要退货"),
        ("转人工", "你是人工吗"),
        ("怎么退货", "怎么换货"),
        ("我的快递到哪了", "我的退款到哪了"),
        ("网连不上", "网连上了"),
    ],
)
def test_a_word_that_denies_or_adds_makes_another_question(before: str, now: str) -> None:
    assert not is_reask(read_features(now), [read_features(before)])


@pytest.mark.parametrize(
    "text",
    [
        "continue", "next", "more please", "another one", "go on", "haha", "good morning", "no problem", "再来一个", "再讲一个笑话", "下一题", "换一个",
        "继续写", "还有吗", "太好了谢谢",
    ],
)  # fmt: skip
def test_asking_on_laughing_and_courtesy_ask_nothing_twice(text: str) -> None:
    assert not is_reask(read_features(text), [read_features(text)])


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


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("快递到哪了", "快递呢？"), ("快遞到哪了", "快遞呢？"), ("我的退款什么时候到账", "退款呢？？"), ("发票什么时候开", "发票呢"), ("我的快递怎么还没到", "货呢？"),
        ("where is my order", "parcel???"), ("where is my order", "order status???"), ("when will I get my refund", "money???"),
        ("邮费多少", "运费多少"), ("退货怎么弄", "怎么退货"), ("转人工", "人工呢？"),
    ],
)  # fmt: skip
def test_the_noun_alone_asks_again_where_it_is(first: str, again: str) -> None:
    assert is_reask(read_features(again), [read_features(first)])


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("发票可以开专票吗", "快递呢"), ("快递到哪了", "退款呢"), ("where is my order", "the invoice?"), ("运费多少", "邮费谁出"), ("怎么退货", "怎么退款"),
        ("怎么取消订单", "订单呢"), ("退货怎么弄", "换货怎么弄"), ("what does the parcel weigh", "parcel?"), ("怎么申请不了退款", "怎么申请退款"),
    ],
)  # fmt: skip
def test_another_noun_or_question_is_none(first: str, then: str) -> None:
    assert not is_reask(read_features(then), [read_features(first)])
