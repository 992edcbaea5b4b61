"""Breadth from hand-written lines: openers, situations, closers, slips of the finger.

A customer seldom writes the bare wish. "退款多久到账" arrives as "你好，我上周买的那个电饭煲，退款多久
到账啊，谢谢". Composing teaches a head which parts carry the intent and which carry nothing, and
is deterministic: the same lines and seed give the same texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

NEUTRAL = ("other", "smalltalk")
"""Intents that yield to any other one that stands in the same turn."""
SHORTEST_WISH = 4
"""Characters; what is shorter is seldom said beside another wish."""


def _words(text: str, mark: str = " ") -> tuple[str, ...]:
    return tuple(text.split(mark))


OPENERS_ZH = _words(
    "你好 您好 亲 亲亲 在吗 请问 请问一下 我想问一下 想问下 问下 问一下 还想问下 我问下 想咨询一下 咨询下 帮我看下 "
    "你帮我看一下 麻烦帮我看下 麻烦看一下 帮我查一下 你看一下 你看看 看下 那个 那 那我 那你们 那就 就是 然后 对了 还有 "
    "哦 哦哦 嗯 嗯嗯 好的 好吧 行 对 是的 是啊 不是 没有 可以 喂 客服 你好客服 美女 老板 不好意思 打扰一下 麻烦问下 "
    "你们 你们这边 我这边 我这个 这个 我的意思是 我是说 我想知道 我就想问 我就是想问 也就是说 你是说 所以 但是 可是 不过 "
    "因为 如果 要是 现在 今天 昨天 刚才 刚刚 目前 另外 再问一下 顺便问下 最后问一下 我记得 我看 我发现 怎么 为什么 是不是 "
    "能不能 可不可以 麻烦 麻烦您 请 请帮我 请你们 帮忙 帮我 给我 我要 我想 我需要 需要 希望 客服说 商家说 快递说 "
    "他们说 之前客服说 页面上写 手机上 电脑上 上次 之前 每次 本来 其实 反正 到底 究竟 真的 直接 已经 还是 又"
)
SITUATIONS_ZH = (
    "我昨天买的{p}", "我上周在你们店买了个{p}", "我给我妈买的{p}", "这个{p}", "那台{p}", "刚买的{p}", "刚收到的{p}",
    "订单<ORDER_1>", "<ORDER_1>这个订单", "[ORDERID_1]", "之前那个{p}", "双十一买的{p}", "我买了两个{p}",
    "咨询订单号:<ORDER_1>", "上个月买的{p}", "我老公买了{p}", "公司订了一批{p}", "前天下的单", "那个{p}的订单",
    "我有一个订单", "我在你们这买了{p}", "活动的时候买的{p}", "买了三天了", "我一共买了[数字x]个{p}", "[日期x]买的{p}",
    "{p}", "我的{p}", "你们家{p}", "你们的{p}", "给孩子买的{p}", "帮朋友买的{p}", "送人的{p}", "我们单位买的{p}",
)  # fmt: skip
CLOSERS_ZH = _words(
    "谢谢 谢谢啦 麻烦了 麻烦你了 可以吗 好吗 行吗 是吗 对吗 是不是 呢 啊 吧 呀 哦 哈 嘛 啦 了 的 ? ?? ! !! ... ~ "
    "你看可以吗 这样可以吗 你看行不行 怎么办 怎么弄 怎么回事 什么情况 帮我看看 你帮我看看 帮我处理下 帮我弄一下 我看看 "
    "我不太懂 我不会弄 我不知道 我看不到 没找到 找不到在哪 你查一下 查一下 现在 今天 一下 吗亲 亲 不 不呢 没 没有 呢亲 "
    "我在上班 我在外地 我不在家 #E-s[数字x] 😊 😭 [数字x] 谢谢亲 辛苦了 我等你 快点回我"
)
MURMURS_ZH = _words(
    "谢谢 谢谢啦 麻烦了 麻烦你了 呢 啊 吧 呀 哦 哈 嘛 啦 了 的 ? ?? ! !! ... ~ 亲 呢亲 #E-s[数字x] 😊 😭 谢谢亲 辛苦了"
)
"""Closers that ask and say nothing, so that a greeting or a nod stays one."""
PRODUCTS_ZH = _words(
    "手机 手机壳 耳机 充电器 数据线 笔记本 电脑 平板 键盘 鼠标 显示器 路由器 硬盘 内存条 打印机 电视 冰箱 洗衣机 空调 "
    "热水器 油烟机 电饭煲 微波炉 扫地机器人 吸尘器 净水器 电风扇 电动车 轮胎 行车记录仪 衣服 裤子 鞋 羽绒服 连衣裙 内衣 "
    "包 手表 戒指 口红 面膜 洗面奶 洗发水 牙膏 纸尿裤 奶粉 奶瓶 玩具 积木 书 文具 书包 床垫 沙发 桌子 椅子 台灯 窗帘 "
    "被子 枕头 牛奶 大米 食用油 水果 苹果 车厘子 牛肉 海鲜 坚果 零食 茶叶 白酒 咖啡 狗粮 猫砂 药 口罩 血压计 跑步机 "
    "自行车 帐篷 钓鱼竿 吉他 门锁 灯泡 水龙头 马桶 机票 电影票 充值卡 东西 商品 货 宝贝"
)
_SLIPS = {
    "退款": ("退宽", "退钱款"), "发票": ("发飘", "法票", "发漂"), "快递": ("块递", "快弟"), "地址": ("地止", "地只"),
    "优惠券": ("优惠卷", "优会券"), "什么": ("神马", "啥", "什末"), "怎么": ("咋", "怎末", "肿么"), "没有": ("木有", "没"),
    "客服": ("可服", "客户"), "人工": ("人功",), "价保": ("保价", "价宝"), "物流": ("物留",), "订单": ("定单", "单子"),
    "付款": ("付宽", "付钱"), "到账": ("到帐",), "账号": ("帐号",), "登录": ("登陆",), "质量": ("质良",), "换货": ("换或",),
    "运费": ("邮费", "运废"), "电话": ("电化",), "保修": ("包修",), "什么时候": ("啥时候", "几时", "什么时侯"), "的": ("得", "地"),
    "为什么": ("为啥", "为毛"), "可以": ("能", "阔以"), "知道": ("造",), "在": ("再",), "吗": ("嘛", "么", "不"), "没": ("沒",),
}  # fmt: skip
JOINS_ZH = ("，", "，", "，", " ", "", "", "。", "；", ",", "\n")
CONNECTIVES_ZH = (
    "，还有", "，另外", "，顺便", "，顺便问下", "，然后", "，再", "，并且", "，同时", "，也", "。还有", "，还想问下",
    "；", "，", "。", "，对了", "，另外想问", "，还要", "，以及", " ", "，而且", "，最后",
)  # fmt: skip

OPENERS_EN = (
    "hi", "hello", "hey", "hi there", "good morning", "please", "can you please", "could you", "i want to know",
    "i need to know", "i was wondering", "quick question", "so", "ok", "well", "excuse me", "sorry but", "help",
    "i need help", "need assistance", "can you help me", "tell me", "i'd like to ask", "just wondering", "um", "listen",
    "look", "i have a question", "actually", "yes", "no", "also", "one more thing", "dear support", "hey team",
)  # fmt: skip
SITUATIONS_EN = (
    "i bought a {p} last week", "about my {p}", "for order <ORDER_1>", "regarding order <ORDER_1>", "my {p}", "the {p}",
    "the {p} i ordered", "i ordered two {p}s", "i got a {p} from your store", "it's about the {p}", "order #12345678",
    "i bought this {p} for my mom", "yesterday i ordered a {p}", "this is for my {p} order",
)  # fmt: skip
CLOSERS_EN = (
    "please", "thanks", "thank you", "asap", "thx", "?", "??", "!", "can you check", "help me out", "i don't know how",
    "any idea", "let me know", "right now", "today", "for me", "what should i do", "is that ok", "or not", "cheers",
)  # fmt: skip
MURMURS_EN = ("please", "thanks", "thank you", "thx", "?", "!", "!!", "cheers")
PRODUCTS_EN = _words(
    "phone|phone case|headset|charger|cable|laptop|computer|tablet|keyboard|mouse|monitor|router|printer|tv|fridge|"
    "washing machine|air conditioner|rice cooker|vacuum|fan|jacket|dress|shirt|pair of shoes|bag|watch|ring|lipstick|"
    "face mask|shampoo|toy|book|mattress|sofa|desk|chair|lamp|blanket|coffee maker|bike|tent|guitar|camera|speaker",
    "|",
)
JOINS_EN = (", ", ", ", " ", ". ", " - ", "; ")
CONNECTIVES_EN = (
    " and ", " and also ", ", also ", ". also, ", " and then ", ", and ", ". ", " plus ", ", then ", "; ", " as well as ",
    ". one more thing, ", ", by the way ", ". another question: ", ", ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled customer turn; several intents stand in the order in which they are said."""

    text: str
    intents: tuple[str, ...]
    language: str = "zh"
    origin: str = ""
    """The hand-written line that this one was made from; empty for that line itself."""
    second: str = ""
    """An intent that a labeller found just as fair as the only one; empty: none."""


@dataclass(frozen=True, slots=True)
class _Kit:
    openers: Sequence[str]
    situations: Sequence[str]
    closers: Sequence[str]
    murmurs: Sequence[str]
    products: Sequence[str]
    joins: Sequence[str]
    connectives: Sequence[str]


_KITS = {
    "zh": _Kit(
        OPENERS_ZH, SITUATIONS_ZH, CLOSERS_ZH, MURMURS_ZH, PRODUCTS_ZH, JOINS_ZH, CONNECTIVES_ZH
    ),
    "en": _Kit(
        OPENERS_EN, SITUATIONS_EN, CLOSERS_EN, MURMURS_EN, PRODUCTS_EN, JOINS_EN, CONNECTIVES_EN
    ),
}


def compose(lines: Sequence[Line], *, per_line: int, seed: int = 1) -> list[Line]:
    """The lines themselves and `per_line` dressed-up variants of each; labels stay."""
    rng = random.Random(seed)
    out = list(lines)
    for line in lines:
        out += [_dress(line, rng) for _ in range(per_line)]
    return out


def compose_emptiness(count: int, *, language: str = "zh", seed: int = 2) -> list[Line]:
    """Turns made of openers, situations and closers alone, which name an order or a thing at most.

    An order alone is an order query and a thing alone a question about it; what tells neither is
    `other`, which is as fair for the rest too.
    """
    rng, kit = random.Random(seed), _KITS[language]
    made: list[Line] = []
    for _ in range(count):
        pieces = [rng.choice(kit.openers)] if rng.random() < 0.5 else []
        situation = rng.choice(kit.situations)
        pieces.append(situation.format(p=rng.choice(kit.products)))
        intent = _named_by(situation)
        second = "" if intent == "other" else "other"
        text = rng.choice(kit.joins).join(pieces)
        made.append(Line(text, (intent,), language, second=second))
    return made


def _named_by(situation: str) -> str:
    if any(word in situation for word in ("ORDER", "订单")):
        return "order_query"
    return "product_consult" if len(situation) <= len("那台{p}") else "other"


QUESTIONS_EN = (
    "how tall is the {p}", "how heavy is the {p}", "how big is the {p}", "how long is the {p}", "how wide is the {p}", "how old is this model of {p}",
    "what is the weight of the {p}", "what are the dimensions of the {p}", "what size is the {p}", "what material is the {p}", "what is the {p} made of",
    "what materials is the {p} made of", "what colours does the {p} come in", "what colors is the {p} available in", "what voltage does the {p} use",
    "how much power does the {p} need", "how many watts is the {p}", "what is the capacity of the {p}", "how many people fit in the {p}",
    "how many pieces are in a pack of {p}s", "what is included with the {p}", "what comes in the box with the {p}", "what ingredients are in the {p}",
    "is the {p} vegan", "is the {p} waterproof", "is the {p} machine washable", "how do i clean the {p}", "how do i wash the {p}", "how do i set up the {p}",
    "how do i assemble the {p}", "how do i use the {p}", "how do i charge the {p}", "how long does the battery of the {p} last", "does the {p} work with windows",
    "does the {p} need batteries", "which {p} is better for a small flat", "which {p} do you recommend for a child", "what is the difference between the two {p}s",
    "explain the difference between your {p}s", "do you sell {p}s", "do you have a book about the {p}", "how much is the {p}", "how much are two {p}s",
    "how much for 100 pieces of the {p}", "what is the price of the {p}", "is the {p} still in stock", "when is the {p} back in stock", "can i see the {p} in a store near me",
    "what flavours does the {p} come in", "what age is the {p} for", "is the {p} safe for a baby", "where is the {p} made", "can the {p} be used outdoors", "how loud is the {p}",
    "compare the {p} with last year's", "what does the warranty of the {p} cover", "who makes the {p}", "can i return the {p} if it does not fit", "is your store open on monday",
    "explain the difference between your plans", "how many items can i return at once", "what is included in the kit",
)  # fmt: skip
_QUESTION_INTENTS = {"warranty": "warranty", "return": "return_exchange", "store open": "other"}
ANSWERS = {
    "zh": _words(
        "北京 上海 广州市 成都 杭州西湖区 张三 王伟 李娜 陈静 刘先生 王女士 耳机 一台笔记本 T恤 英语书 蓝色那件 黑色 大号的 M码 四十二码 上午 下午三点 周三 工作日 家里 公司 "
        "门卫 菜鸟驿站 邮箱 发邮件吧 微信 短信 电话里说 第一个 后面那个 两件 三个 一共五样 昨天晚上 上个月 去年 二楼 男款 儿童的 送人 自己用 全部 一半 中文 英文 安卓 苹果"
    ),
    "en": _words(
        "berlin|london|new york|san francisco|manchester|toronto|sydney|john smith|maria garcia|ms lee|anna|headphones|a laptop|t-shirt|the blue one|black|large|size m|medium|"
        "forty two|in the morning|at three|wednesday|weekdays|at home|my office|the front desk|by email|email please|by text|by post|over the phone|the first one|the last two|"
        "two of them|three|five in all|last night|last month|a year ago|second floor|men's|for a child|a gift|for myself|all of it|half|english|android|iphone|paypal account|visa|right|left|the second line",
        "|",
    ),
}
"""What answers an agent's question and says nothing by itself: places, names, things, sizes, times, ways."""


def compose_questions() -> list[Line]:
    """Questions about things, in English, each of two things; what they share with riddles and sums is only how they begin."""
    rng, made = random.Random(8), []
    for question in QUESTIONS_EN:
        intent = next(
            (name for mark, name in _QUESTION_INTENTS.items() if mark in question),
            "product_consult",
        )
        for product in rng.sample(PRODUCTS_EN, 6 if "{p}" in question else 1):
            mark = rng.choice(("?", "?", ""))
            made.append(Line(question.format(p=product) + mark, (intent,), "en"))
    return made


def compose_answers() -> list[Line]:
    """Bare answers to an agent's questions, which want nothing by themselves and are said to a shop all the same."""
    return [
        Line(text, ("other",), language) for language, texts in ANSWERS.items() for text in texts
    ]


def compose_several(lines: Sequence[Line], *, count: int, seed: int = 3) -> list[Line]:
    """Two or three wishes of different intents in one turn, joined as people join them."""
    rng = random.Random(seed)
    pools = {
        language: [line for line in lines if line.language == language and len(line.intents) == 1
                   and line.intents[0] not in NEUTRAL and len(line.text) >= SHORTEST_WISH]
        for language in _KITS
    }  # fmt: skip
    languages = [language for language, pool in pools.items() if pool]
    made: list[Line] = []
    while len(made) < count:
        language = rng.choice(languages)
        parts = rng.sample(pools[language], 3 if rng.random() < 0.2 else 2)
        intents = tuple(dict.fromkeys(part.intents[0] for part in parts))
        text = parts[0].text
        for part in parts[1:]:
            text += rng.choice(_KITS[language].connectives) + part.text
        made.append(_dress(Line(text, intents, language), rng, chance=0.3))
    return made


def _dress(line: Line, rng: random.Random, chance: float = 0.45) -> Line:
    kit, text = _KITS[line.language], line.text
    if line.intents[0] not in NEUTRAL and rng.random() < chance:
        text = _situation(kit, rng) + rng.choice(kit.joins) + text
    if rng.random() < chance:
        text = rng.choice(kit.openers) + rng.choice(kit.joins) + text
    if rng.random() < chance:
        join = rng.choice(kit.joins) if rng.random() < 0.5 else ""
        text += join + rng.choice(kit.murmurs if line.intents[0] == "smalltalk" else kit.closers)
    if rng.random() < 0.35:
        text = _slip(text, line.language, rng)
    return replace(line, text=text, origin=line.origin or line.text)


def _situation(kit: _Kit, rng: random.Random) -> str:
    return rng.choice(kit.situations).format(p=rng.choice(kit.products))


def _slip(text: str, language: str, rng: random.Random) -> str:
    """A homophone, a dropped character, or two swapped ones."""
    if language == "zh" and rng.random() < 0.6:
        wrong = [word for word in _SLIPS if word in text]
        if wrong:
            word = rng.choice(wrong)
            return text.replace(word, rng.choice(_SLIPS[word]), 1)
    if len(text) < 6 or "<" in text or "[" in text:
        return text
    at = rng.randrange(1, len(text) - 2)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def texts_and_intents(lines: Iterable[Line]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The two columns that training takes."""
    pairs = [(line.text, line.intents) for line in lines]
    return [text for text, _ in pairs], [intents for _, intents in pairs]
