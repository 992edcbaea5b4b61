"""Which turns are about one person's case, and are never answered with what somebody else was told."""

from __future__ import annotations

import pytest

from router.steps.cache.cases import speaks_of_one_case

ONE_CASE_EN = [
    "can I return these shoes?", "can I return the shoes?", "can I exchange both shoes", "can I return one of the lamps?", "I want a refund", "I need a refund please", "I'd like to return these shoes", "I would like to cancel", "i wanna exchange it", "we need an invoice",
    "refund", "refund please", "Refund pls!", "cancel", "cancel my order", "cancel order", "please cancel the order", "can you cancel it?", "Could you please refund me?", "cancel it",
    "where is it", "where is my order", "where's the package", "Where are they?", "is it there yet?", "has it shipped", "has it been sent?", "did it go through", "when will it arrive?",
    "when will I get the money", "when is it coming", "when does it get here", "any update?", "any news on the refund", "what's the status", "order status", "track order", "track my parcel",
    "change address", "change the delivery address", "update the shipping address please", "can I change the address?", "can I cancel?", "can I still cancel?", "can I get a refund?", "may I return it",
    "it's broken", "it doesn't work", "it never came", "the box was damaged", "wrong size", "wrong item received", "item missing", "damaged", "parcel lost", "still nothing", "still not here",
    "you charged me twice", "charged twice", "why was I charged", "I was overcharged", "double charge", "payment failed", "I can't log in", "I cannot access the account", "reset password", "unlock the account",
    "talk to a human", "I want to speak to an agent", "help me", "help me track it", "send me the invoice", "what happened to my package", "this order is late", "return this item", "exchange for a larger size",
    "I want to know when my refund arrives", "I ordered the wrong size", "my shoes fell apart", "the courier left it outside", "still waiting", "no tracking number", "refund not received", "return request",
    "I’d like a refund", "where’s my refund", "it’s not here", "order is late", "how is the order going", "how long until it arrives?", "how long until I get it", "how much longer",
    "hi, cancel please", "hello where is it", "Hurry up with the delivery", "not delivered", "undelivered", "haven't received anything", "nothing arrived", "please stop the shipment", "reschedule delivery",
    "could I have my money back", "money back please", "Give me my money", "I received a cracked screen", "got the wrong colour", "you sent me two left shoes",
    "the zip is broken", "can someone call me", "need to change delivery date", "I moved, new address", "is there any way to get a refund", "any chance of a refund?",
    "would it be possible to cancel?", "is my parcel coming today", "has the seller shipped", "did you ship it", "seller not responding", "why is it taking so long",
    "why so long", "how come it's not delivered", "where", "when", "status?", "tracking?", "update?", "Can I swap for a medium", "refund status", "cancelation please",
    "I no longer want it", "don't want it anymore", "changed my mind", "it says delivered but I have nothing", "driver never rang the bell", "left at the wrong house",
    "promo code not applied", "discount was not applied", "coupon doesn't work", "my points are gone", "login not working", "verification code never arrives",
    "can't check out", "payment declined", "card declined", "please remove my data", "delete account", "unsubscribe me", "extend the warranty", "send a technician",
    "I want to file a complaint", "let me speak to your manager", "invoice please", "need invoice for order", "receipt?", "can I get a receipt", "is the refund done",
    "refund when?", "when do I get my refund", "when refund", "has the return been received", "return received?", "did you get the package I sent back",
    "can you ship it today", "please ship today", "make it faster", "deliver tomorrow please", "leave it at the door", "wrong name on the order", "one item short",
    "only got half", "the box is empty",
]  # fmt: skip
ONE_CASE_ZH = [
    "我要退款", "我想退货", "我要退货", "我要换货", "退款", "退货", "换货", "退款到账了吗", "退款到了没", "取消订单", "帮我取消", "麻烦取消一下", "把订单取消了", "改地址", "修改收货地址", "地址写错了", "帮忙改下地址",
    "我的订单", "我的快递呢", "到哪了", "快递到哪儿了", "快递在哪里", "包裹在哪", "发货了吗", "发了没", "什么时候发货", "啥时候发货", "什么时候到", "多久能到", "还要多久", "还有几天到", "几天能到账", "什么时候到账",
    "还没发货", "怎么还没到", "咋还不发", "怎么还不退款", "一直没收到", "没收到货", "没收到退款", "物流不动了", "物流没更新", "查物流", "查一下快递", "查订单", "催一下", "催发货", "快点发货", "加急",
    "坏了", "收到就坏了", "收到后发现是坏的", "少发了一件", "发错货了", "发错颜色了", "尺码不对", "漏发了", "破损", "质量有问题要退", "不想要了", "不要了", "买错了", "拍错了", "下错单了", "能退吗", "可以退货吗",
    "可以改地址吗", "能取消订单吗", "还能退吗", "这个能退吗", "这个订单", "那个快递", "扣了两次钱", "重复扣款", "付款失败", "支付不了", "钱没到账", "登录不上", "收不到验证码", "密码忘了", "账号被封了", "开发票", "帮我开发票",
    "要发票", "补开发票", "转人工", "人工客服", "我要投诉", "投诉", "申请售后", "申请退款", "补发", "重新发货", "拒收", "退差价", "保价", "赔偿", "签收了吗", "审核通过了吗", "处理好了吗", "有结果了吗", "进度怎么样了",
    "到底退不退", "你们什么时候给我退", "給我退款", "我要退貨", "退款到賬了嗎", "我買的東西呢", "它什么时候到", "货呢", "订单呢", "人呢", "怎么回事", "怎么退不了", "尺码不合适怎么办", "换大一码", "换个颜色", "改成红色",
    "快递员没打电话", "放门口就行", "送到隔壁了", "显示签收但没收到", "签收了但我没拿到", "谁签收的", "少了一个", "只收到一半", "盒子是空的", "颜色发错", "漏了赠品", "赠品呢", "优惠没减", "优惠券用不了", "券不能用", "价格不对", "降价了能补差吗", "刚买就降价",
    "能便宜点吗", "退款失败", "退到哪了", "退到哪个账户", "钱退回来了吗", "钱什么时候退", "多久退钱", "多久能退", "退款进度", "退货进度查询", "查询订单", "我要查单", "单号多少", "订单号多少", "给个单号", "发哪个快递了", "今天能发吗", "今天能到吗", "明天能到吗",
    "什么时候能送来", "师傅什么时候上门", "安装预约了吗", "预约安装", "改个时间", "改下电话", "电话写错了", "收件人改一下", "换个地址", "不想退了", "取消退款", "撤销申请", "确认收货点错了", "误点了", "点错了", "拍多了", "多拍了一件", "重复下单了", "合并发货",
    "一起发", "发顺丰", "能发顺丰吗", "备注一下", "加急处理", "超时了", "说好昨天发的", "骗人", "差评", "没反应", "打不开", "用不了", "充不进电", "开不了机", "屏幕碎了", "漏水", "有划痕", "缺配件", "说明书没有", "过敏了想退", "拆了还能退吗", "穿过了能退吗",
    "过了七天还能退吗", "号被封", "绑不上手机", "换绑手机", "注销账号", "会员没到账", "积分没到", "充值没到账", "帮我看看", "你帮我问问", "有人吗", "转接人工", "叫你们经理来", "给个说法", "怎么解决", "处理一下",
]  # fmt: skip
GENERAL_EN = [
    "Can I return shoes?", "can I return sale items?", "how long do refunds take?", "How long does a refund usually take?", "what is your return policy", "Return policy?", "refund policy", "Do you ship to Canada?", "do you ship abroad?", "how much is shipping?",
    "What payment methods do you accept?", "can I pay with PayPal?", "Can I pay by card?", "is it possible to pay by card?", "how long does it take to ship to Spain?", "how much does it cost to ship to France?", "do you offer free shipping",
    "do you accept returns?", "are returns free?", "who pays for return shipping?", "how do returns work?", "how do refunds work", "how many days do customers have to return something?", "what are the opening hours",
    "When do you open on Sundays?", "where is the shop?", "where is your store located?", "do you have gift cards?", "what sizes do you have?", "is the blue one waterproof?", "does the jacket run small?", "which laptop is best for video editing?",
    "iphone 15 or 14?", "tell me about your warranty", "how does the warranty work?", "what does the warranty cover?", "do you price match?", "are there student discounts?", "how do I use a coupon?", "do coupons stack?",
    "what is the delivery time to Germany?", "how long is the return window?", "how can customers track orders?", "do orders ship on weekends?", "What happens if an item arrives damaged?", "how do you handle lost parcels?",
    "do you repair phones?", "is there a minimum order?", "do you deliver on Saturdays?", "what couriers do you use?", "hello", "thanks", "good morning", "I want to know your return policy", "I'd like to know how long refunds take",
    "is there a fee for returns?", "do you sell cat food?", "how are you?", "what is your phone number?", "shipping cost?", "do you have a loyalty program?", "how do exchanges work?",
    "What's the difference between the two models?", "How much does express delivery cost?", "Do you have a store in Berlin?", "What is the warranty period?",
    "how can I contact customer service?", "Do you deliver to PO boxes?", "which countries do you ship to", "Are there any discounts for students?",
    "can i pay in installments?", "what is the processing time for orders?", "Do you restock sold out items?", "Is parking available at the shop?",
    "how do I create an account?", "how do I reset a password?", "what materials are used", "is the phone dual sim", "does the laptop have hdmi", "Do you gift wrap?",
    "How do pre-orders work?", "what's the best moisturizer for dry skin", "Is shipping free over $50?", "How many points do customers get per dollar?",
    "what is included in the box", "how to wash a wool sweater", "when is the next sale", "do refunds include shipping costs?",
    "what documents are needed for a warranty claim?", "Which credit cards do you accept?", "are gift cards refundable?",
]  # fmt: skip
GENERAL_ZH = [
    "退款一般多久到账", "退款通常几天到账", "退款正常多久到", "一般什么时候发货", "下单后多久发货", "下单后可以改地址吗", "发货后还能取消订单吗", "怎么退货", "如何申请退款", "退货流程是什么", "退货政策", "退换货规则", "怎么取消订单", "怎么查物流",
    "怎么改地址", "支持无理由退货吗", "支持货到付款吗", "是否支持换货", "可以用微信支付吗", "你们几点开门", "运费多少", "运费怎么算", "包邮吗", "满多少包邮", "发什么快递", "用什么快递", "能寄到新疆吗", "到北京一般几天", "退货运费谁出",
    "退货需要什么条件", "哪些商品不能退", "有什么颜色", "有没有大码", "这款防水吗", "尺码怎么选", "保修期多长", "质保多久", "保修政策", "优惠券怎么用", "优惠券可以叠加吗", "积分怎么用", "会员有什么权益", "怎么成为会员",
    "怎么开发票", "发票怎么开", "支持开专票吗", "可以开专票吗", "有实体店吗", "店铺在哪里", "客服几点上班", "你好", "谢谢", "在吗", "苹果15和14哪个好", "推荐一款防晒霜", "正品吗", "什么时候有活动", "怎么联系客服", "如果收到坏的怎么处理",
    "退貨流程是什麼", "運費多少", "退款一般多久到賬", "换货一般要几天", "快递丢了一般怎么赔", "忘记密码怎么找回", "怎么注销账号", "一般多久审核完",
    "运费险怎么赔", "哪些地区不发货", "偏远地区包邮吗", "支持七天无理由吗", "支持花呗分期吗", "有没有学生优惠", "尺码偏大吗", "纯棉的吗", "这款有黑色吗", "和上一代有什么区别", "保质期多久", "适合油皮吗", "能机洗吗", "怎么清洗", "产地是哪里", "多大尺寸", "充电要多久",
    "续航多长时间", "可以货到付款吗", "可以刷信用卡吗", "你们发货地是哪里", "满减活动怎么参加", "新用户有什么优惠", "怎么注册会员", "退款规则是什么", "换货流程", "一般用什么快递",
]  # fmt: skip
CHANGING_EN = [
    "is the outage fixed", "is the server back up", "are you open now", "are you open", "what is the current wait time", "was the transfer successful", "is the sale still on",
    "which gate", "what time is it", "is the pool open right now", "is the website down", "what's the current interest rate", "has the price changed", "did the technician come", "how busy are you at the moment",
    "are there any seats left on the train", "is the blue one sold out", "do you have it in stock", "what did the doctor say", "what's the weather delay",
]  # fmt: skip
CHANGING_ZH = [
    "有货吗", "现在有货吗", "有现货吗", "目前有什么活动", "现在排队要多久", "网络恢复了吗", "系统修好了吗", "审核通过了吗", "转账成功了吗", "今天营业吗", "航班延误了吗", "当前利率是多少",
    "还有房间吗", "活动还在吗",
]  # fmt: skip
ONESELF = [
    "am I approved", "am i insured", "how many points do I have", "do I have any vouchers", "how much do I owe", "have I been accepted", "was I charged", "do I still have access",
    "我有多少积分", "我的额度是多少", "我是会员吗", "我还有几次机会", "我通过面试了吗", "我还剩多少流量",
]  # fmt: skip
PLAIN = [
    "Are you open on Sundays?", "How many points do I get per euro?", "Am I allowed to bring a dog?", "What time is breakfast served?", "Do I have to pay customs?", "Is the blender dishwasher safe?", "How do I become a member?",
    "What is the baggage allowance?", "会员有什么权益", "积分怎么兑换", "你们有实体店吗", "早餐几点供应", "优惠券可以叠加吗", "怎么成为会员",
]  # fmt: skip


@pytest.mark.parametrize("text", [*CHANGING_EN, *CHANGING_ZH, *ONESELF])
def test_what_changes_or_hangs_on_who_asks_is_never_answered_from_memory(text: str) -> None:
    assert speaks_of_one_case(text)


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_question_stays_one_for_everybody(text: str) -> None:
    assert not speaks_of_one_case(text)


@pytest.mark.parametrize("text", [*ONE_CASE_EN, *ONE_CASE_ZH])
def test_what_is_asked_of_one_s_own_case_is_told(text: str) -> None:
    assert speaks_of_one_case(text)
    assert speaks_of_one_case(f"{text}?") and speaks_of_one_case(text.upper())


@pytest.mark.parametrize("text", [*GENERAL_EN, *GENERAL_ZH])
def test_what_anyone_may_ask_is_no_case(text: str) -> None:
    assert not speaks_of_one_case(text)


def test_the_table_is_as_long_on_both_sides() -> None:
    for one, other in ((ONE_CASE_EN, GENERAL_EN), (ONE_CASE_ZH, GENERAL_ZH)):
        assert len(set(one)) >= len(set(other)) >= 60


@pytest.mark.parametrize(
    "text",
    [
        "号码停机了吗", "欠费了吗", "套餐生效了没", "解封了没", "补货了吗", "補貨了沒", "涨价了吗", "签证下来了吗", "起飞了没", "航班正常吗",
        "信号恢复没", "额度批了多少", "have flights resumed", "is parking back",
    ],
)  # fmt: skip
def test_how_something_stands_now_is_never_kept(text: str) -> None:
    assert speaks_of_one_case(text)


@pytest.mark.parametrize(
    "text",
    [
        "怎么知道号码停机了",
        "支持花呗吗",
        "周末营业吗",
        "会员有什么用",
        "有没有学生优惠",
        "用了会过敏吗",
        "is shipping free",
    ],
)
def test_what_is_so_for_everybody_is_kept(text: str) -> None:
    assert not speaks_of_one_case(text)
