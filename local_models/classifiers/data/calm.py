"""Calm lines that others are easily taken for: facts with a number in them, and a friendly yes.

In most moody lines a stretch of time, a sum or a count is what the anger is about, and "great" is praise or mockery. In daily
talk they mostly say what they say: "I bought it three weeks ago", "一共三百八十块", "Great, I'll wait for the call". A few that do
mock stand beside them ("Great, so I wait another three weeks"), so that it is the rest of the line that tells.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from local_models.classifiers.data.emotion_compose import Composed

_GAP = re.compile(r"\{(\w+)\}")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_PARTS = {
    "zh": {
        "few": _lines("一|两|三|四|五|六|七|八|九|十|2|3|4|5|6|7|8|10"),
        "many": _lines("十五|二十|三十|四十五|五十|六十|12|15|20|24|30|45|60|90"),
        "n": _lines("{few}|{few}|{many}"),
        "span": _lines(
            "{few}天|{many}天|{few}周|{few}个星期|{few}个月|{few}个小时|{many}分钟|{few}年|半天|半个月|半年|一年多|大半年|{few}个半月"
        ),
        "sum": _lines(
            "{n}块|{few}百块|{few}百{few}十块|{few}千元|{few}百元|{few}万|{few}千{few}百元|199元|59.9元|1280元|3699元|{many}块钱|一百二|两千五"
        ),
        "count": _lines("{few}件|{few}个|{few}双|{few}箱|{few}盒|{few}台|{few}份|{few}张|{few}套|{few}本"),
        "when": _lines(
            "今天|昨天|前天|上周|上周三|上个月|月初|周末|刚才|早上|{few}月{few}号|{few}月{many}号|国庆的时候|双十一"
        ),
        "soon": _lines("明天|后天|下周|周五|下周一|下个月|晚上|{few}号|{span}后"),
        "thing": _lines(
            "手机|空调|鞋子|衣服|书|药|票|机票|酒店|课程|会员|洗衣机|耳机|车位|房间|快递|礼物|奶粉|门锁|桌子|保险|话费|电脑"
        ),
        "who": _lines("我|我妈|我爸|我老公|我们公司|我朋友|孩子|我女儿|家里老人"),
        "d": _lines("1|2|3|4|5|6|7|8|9"),
        "dd": _lines("10|11|12|15|18|20|23|25|28"),
        "day": _lines("{d}|{dd}"),
        "date": _lines("2024-{dd}-{dd}|2025-0{d}-{dd}|2025/{d}/{day}|2025年{d}月{day}日|{d}月{day}日|{d}月{day}号|{d}.{dd}|{day}号"),
        "dec": _lines("{dd}{d}.00|{d}{dd}.50|{dd}.{dd}|{d}{d}{d}|{dd}00"),
        "digits": _lines("{dd}{dd}{dd}{dd}{dd}{dd}|{d}{d}{dd}{dd}{dd}|{dd}{d}{dd}{d}{dd}{dd}{dd}"),
        "figure": _lines(
            "{date}|{date}|{date}下的单|{date}买的|{date}到{date}|{date}下的单，现在{day}号了|从{date}开始|{date}之前到就行|{d}点到{dd}点送|明天{d}点到{dd}点送|上午{dd}点|{d}:30|大概{d}-{d}天|{d}到{d}天吧|"
            "{d}号楼{d}单元{d}0{d}|{dd}栋{d}0{d}室|{dd}路{dd}弄{d}号|付了{dec}元|付了{dec}元，退{dec}元对吗|原价{dec}，现价{dec}|一共{dec}元，运费{d}元|退了{dec}|订单{digits}|单号是{digits}|{digits}这个|型号{d}{d}{d}0|"
            "{dd}码的|{d}{d}码和{d}{d}码|{dd}0ml两瓶|{d}寸的|{d}XL|{dd}x{dd}厘米|{d}件{dec}元|满{dd}0减{dd}"
        ),
        "fact": _lines(
            "{when}买的|{when}下的单|我{when}付的款|买了{span}了|用了{span}了|用了{span}|住了{span}|下单{span}了|{span}前买的|{span}前下的单|我{span}前来过|"
            "一共{sum}|付了{sum}|我付了{sum}|花了{sum}|总共是{sum}|押金{sum}|预算{sum}左右|{sum}左右的|买了{count}|我买了{count}{thing}|我要{count}|再要{count}|拍了{count}|"
            "{thing}是{when}买的|{thing}用了{span}|{who}{when}买的{thing}|{who}买了{count}{thing}|第{few}次买了|第{few}次来|我是第{few}次买|{span}的老客户|我是{span}的会员|"
            "{who}{few}岁|{who}今年{many}岁|住{few}楼|我住{few}楼|{few}号楼{few}单元|我们有{many}个人|我们{few}个人|{soon}出发|我{soon}到|{soon}去拿|我要出差{span}|"
            "{soon}才有空|我{soon}在家|上午{few}点到下午{few}点|从{few}点到{few}点|尺寸是{many}乘{many}|身高一米{few}体重{many}公斤|还剩{count}|收到{count}|里面有{count}|"
            "订单是{when}下的|合同签了{span}|课还剩{few}节|会员还有{span}到期|{thing}一共{sum}|{when}交了{sum}|{few}百块的那个|{sum}那款|{span}那种|{few}个人，住{few}晚"
        ),
        "tail": _lines("||||，麻烦查一下|，请问怎么处理|，能退吗|，谢谢|。|，帮我看下|，可以开发票吗|，现在想换|，想问一下"),
        "head": _lines("||||你好，|您好，|嗯，|是的，|对，|我|就是|那个，"),
        "calm": _lines("{head}{fact}{tail}|{head}{fact}{tail}|{head}{fact}{tail}|{head}{figure}{tail}"),
        "yes": _lines("好的|行|可以|好|嗯好|好嘞|没问题|OK|那行|好的好的"),
        "glad": _lines("太好了|那太好了|真好|好极了|那就好|完美|不错|好的，太好了|棒|厉害"),
        "plan": _lines(
            "那我等电话|我等你们消息|我等通知|那我{soon}再看看|我{soon}再来|那我等{few}天|{soon}联系|我{soon}去取|就这样定了|帮我下单吧|就要这个|那我先等等|我去试试|我按你说的弄|"
            "那就麻烦你们了|等你们邮件|我{soon}过去|那我先忙|就按这个来|我跟家里说一声|那我准备一下材料"
        ),
        "done": _lines("收到了|问题解决了|好了|已经到账了|能用了|可以登录了|弄好了|退款收到了|换的到了|查到了|修好了"),
        "please": _lines("||，谢谢|，辛苦了|，麻烦了|，谢谢啦|。"),
        "agreed": _lines("{yes}，{plan}{please}|{yes}，{plan}|{plan}{please}"),
        "friendly": _lines("{glad}，{plan}{please}|{glad}，{done}{please}|{glad}{please}|{done}，{glad}|{yes}，{done}，谢谢"),
        "mocked": _lines(
            "{glad}，又要等{span}|{glad}，那我再等{few}个月呗|{glad}，{span}了还是没动静|{yes}，我再等{few}年好了|{glad}，第{few}次弄坏了|真好，{sum}买了个寂寞|太好了，又没人接|"
            "{glad}，拖了{span}就给我这个|完美，{span}了还没到|行，你们慢慢来，我再等{span}"
        ),
    },
    "en": {
        "few": _lines("two|three|four|five|six|seven|ten|2|3|4|5|6|7|10"),
        "many": _lines("twelve|fifteen|twenty|thirty|forty|12|15|20|25|30|45|60"),
        "n": _lines("{few}|{few}|{many}"),
        "nth": _lines("second|third|fourth|fifth|sixth|3rd|5th|10th|15th|20th"),
        "unit": _lines("days|weeks|months|years|hours"),
        "span": _lines("{few} {unit}|{few} {unit}|{many} minutes|{many} days|a week|a month|a year|half a year|a few days|a couple of weeks"),
        "sum": _lines("$20|$40|$59.99|$120|$250|$1,300|20 dollars|{many} dollars|300 euros|£35|€80|{few} hundred dollars|a hundred bucks"),
        "when": _lines("yesterday|last week|on Monday|last month|this morning|on March 3rd|in July|over the weekend|on the 15th|two weeks ago"),
        "soon": _lines("tomorrow|on Friday|next week|next Monday|tonight|in {few} days|in {span}|at {few}"),
        "thing": _lines(
            "phone|jacket|shoes|washing machine|book|ticket|room|subscription|headphones|laptop|table|course|insurance|hotel|flight|printer|coat|bike|router"
        ),
        "who": _lines("I|my mom|my wife|my husband|we|my company|my son|my daughter|a friend"),
        "d": _lines("1|2|3|4|5|6|7|8|9"),
        "dd": _lines("10|11|12|15|18|20|23|25|28"),
        "day": _lines("{d}|{dd}"),
        "month": _lines("January|February|March|April|May|June|July|August|October|November|Dec|Sept"),
        "date": _lines("2024-{dd}-{dd}|2025-0{d}-{dd}|{d}/{dd}/2025|{dd}/0{d}/2025|{d}/{dd}|{month} {day}|{day} {month}|{month} {dd}, 2025"),
        "dec": _lines("{dd}{d}.00|{d}{dd}.50|{dd}.{dd}|{d}{d}.99|{d},{dd}0.00"),
        "digits": _lines("{dd}{dd}{dd}{dd}{dd}{dd}|{d}{d}{dd}{dd}{dd}|{dd}{d}{dd}{d}{dd}{dd}"),
        "figure": _lines(
            "{date}|{date}|ordered {date}|it was {date}|from {date} to {date}|between {d} and {d} pm|{d} to {d} days|{d}-{d} business days|tomorrow {d}am to {dd}am|{d}:30|{dd}{d} Oak Street, apt {d}|{d}{d} Park Ave, unit {dd}|"
            "I paid ${dec}|I paid ${dec} and got ${dec} back|it was ${dec}, now ${dec}|order {digits}|order number {digits}|my number is {digits}|{digits}|model {d}{d}00|size {d}|size {dd}.5|{dd} x {dd} cm|{d} for ${dec}|"
            "{dd}0ml, two bottles|${dec} plus ${d}.50 shipping|zip {d}{d}{d}{dd}"
        ),
        "fact": _lines(
            "I bought it {when}|I bought it {span} ago|bought {span} ago|I ordered {span} ago|ordered it {when}|it has been {span} since I ordered|I've had it for {span}|I have used it for {span}|"
            "the order was placed {when}|I paid {sum}|I paid {sum} for it|it cost {sum}|the total was {sum}|my budget is {sum}|I was quoted {sum}|I bought {few} of them|I need {few} more|I ordered {few} {thing}s|"
            "there are {few} items in my cart|I have {few} accounts|we have {many} employees|it's for {few} people|this is the second time I order|this is my third order|I have been a customer for {span}|"
            "I've been a member for {span}|I live on the {nth} floor|I live on the second floor|my son is {few} years old|she is {many}|I work from nine to five|I will be away for {span}|my trip is in {span}|"
            "we leave {soon}|I'm home after {few}|the box weighs {few} pounds|it is {many} by {many} inches|{who} bought the {thing} {when}|the {thing} is {span} old|I received {few} of them|{few} days ago|"
            "{span} ago|about {span}|around {sum}|for {few} nights|from the {nth} to the {nth}|I moved {span} ago|my contract runs for {span}|I have {few} lessons left|the warranty ends in {span}|the deposit was {sum}"
        ),
        "tail": _lines("||||. Can you check?|, please check|. How do I return it?|. Thanks|.|, can I get an invoice?|, I'd like to change it|. What are my options?"),
        "head": _lines("||||Hi, |Hello, |Yes, |Well, |So |It's just that |OK, "),
        "calm": _lines("{head}{fact}{tail}|{head}{fact}{tail}|{head}{fact}{tail}|{head}{figure}{tail}"),
        "yes": _lines("OK|Okay|Sure|Alright|Yes please|Fine|Understood|Got it|Ok thanks"),
        "glad": _lines("Great|Perfect|Wonderful|Awesome|Excellent|Lovely|Super|Fantastic|Nice|Cool|Good|Brilliant"),
        "plan": _lines(
            "I'll wait for your call|I'll wait for the email|I will wait|I'll check {soon}|I'll try that now|see you {soon}|please go ahead|please send it|I'll come by {soon}|let's do that|that works for me|"
            "I'll wait {few} days then|I'll do that {soon}|then I'll take it|I'll look out for it|sign me up|I'll have it ready|I'll wait until Friday"
        ),
        "done": _lines("it works now|that fixed it|I received the refund|the replacement arrived|I can log in again|it's here|that was quick|I got the email|all sorted"),
        "please": _lines("||, thanks|, thank you|. Thanks!|!|."),
        "agreed": _lines("{yes}, {plan}{please}|{yes}, {plan}|{plan}{please}"),
        "friendly": _lines("{glad}, {plan}{please}|{glad}, {done}{please}|{glad}{please}|{done}, {glad}|{glad}, thanks, {plan}"),
        "mocked": _lines(
            "{glad}, so I wait another {span}|{glad}, another {span} of waiting|{glad}, {few} weeks and still nothing|{glad}, broken for the {nth} time|{glad}, nobody picks up again|"
            "{glad}, I'll just wait another {few} months then|{glad}, {sum} for a box of air|Sure, take another {span}, why not|{glad}, {span} late and the wrong one"
        ),
    },
}  # fmt: skip
_MOODS = (
    ("calm", "neutral", 0.0, False, 0.6), ("agreed", "neutral", 0.0, False, 0.75),
    ("friendly", "positive", 0.35, False, 0.92), ("mocked", "negative", 0.6, True, 1.0),
)  # fmt: skip
"""Kind, mood, how strong, whether it mocks, and the share of all lines that are of it or a kind before."""


def compose_calm(count: int, *, seed: int) -> list[Composed]:
    """So many lines of each language."""
    rng, made = random.Random(seed), []
    for language, parts in _PARTS.items():
        for _ in range(count):
            place = rng.random()
            kind, mood, strength, mocks, _ = next(each for each in _MOODS if place <= each[4])
            made.append(Composed(_fill(f"{{{kind}}}", parts, rng), mood, strength, mocks))
            if language == "en" and rng.random() < 0.5:
                last = made[-1]
                made[-1] = Composed(last.text.lower(), mood, strength, mocks)
    return made


def _fill(text: str, parts: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    while "{" in text:
        text = _GAP.sub(lambda gap: rng.choice(parts[gap[1]]), text)
    return text
