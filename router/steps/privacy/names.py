"""Names of people, where the words around them say so.

A name without any such word is left alone: 高兴 is a feeling and Grace a virtue. What is found once
is masked everywhere in the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from router.steps.privacy.brands import is_brand
from router.steps.privacy.digits import Run
from router.steps.privacy.spans import Span
from router.steps.privacy.words import Hits

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向"
    "汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕季裴"
    "霍涂成苗谷盛曲翁冉骆蓝游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车芦麦褚娄窦戚岑"
    "景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池麻苑迟邝封"
)
LONG_SURNAMES = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "慕容",
    "皇甫",
    "司徒",
    "令狐",
    "尉迟",
    "东方",
    "夏侯",
    "端木",
    "公孙",
    "南宫",
)
NEVER_GIVEN = frozenset(
    "的了是在我你您他她它们这那哪吗呢吧啊呀哦嗯和与或及要想买退货款卡号客户员店铺商品单订发快递寄送到给从把被让叫说"
    "问电话手机址地收件人不没有很都也就才再又还会能可以请帮忙查下看什么怎几多少个两年月日时候点分"
)
_WORDS = (
    "谢谢 安装 辛苦 麻烦 商家 米饭 米线 包装 华粉 白领 高手 金卡 高三 高中 白金 黄牛 安卓 安全 安排 高级 黄金 方便 高兴 明天 明白 "
    "成功 水果 毛巾 石头 马上 万一 沙拉 包邮 包裹 平台 平常 左右 满意 严重 温馨 童装 牛奶 花费 金额 江湖 鲁莽 文具 常见 关于 "
    "贵宾 管家 管理 顾客 房东 房客 房间 游客 施工 程序 车主 师傅 宁愿 尚未 向上 孔子 老师 司机 快递 白条 明细 唐诗 余额 费用 方式 方法 全部 全款 全额 华为 金色 白色 黄色 蓝色 常用 项目 项链 管道 路由 车票 任何 任意 解决 解释 应该 广告 祝福 于是 "
    "高铁 高速 毛病 卫生 钱包 石榴 花呗 时间"
)
NOT_CHINESE_NAMES = frozenset(_WORDS.split())
"""Words that begin like a name."""
ENDS = frozenset("的了是在我你您他她这那要想和与或及说电手地收身订购买有不也就，")

# Two patterns whose alternatives all begin with a plain character: the engine skips to those.
_WRITTEN_AFTER = r"(?:姓名|名字)?(?:是|为|叫|写|改成|改为)?[\s:：\"“”「]{0,3}"
BEFORE = re.compile(
    r"(?:姓\s?名|我叫|我的名字[是叫]|名字[是叫]|本人叫?|收货人|收件人|联系人|寄件人|发件人|户\s?名|持卡人|开户人|"
    r"经办人|申请人|预[订定]人|入住人|乘客|患者|投保人|车主|真实姓名|抬头写|改成给|顾客|业主|乘机人|出行人|取件人|签收人|被保险人|保险人|受益人|就诊人|参保人|借款人|贷款人|担保人|监护人|委托人|机主|户主)"
    + _WRITTEN_AFTER
)
AS_LABEL = re.compile(
    r"(?:旅客|买家|学员|学生|考生|员工|法人(?:代表)?|法定代表人|家长|病人|会员|负责人|领取人|提货人|接收人|租客|承租人)(?:姓名|名字)?(?:\s?[:：]|(?P<weak>是|为|叫|\s)?)[\s:：]{0,3}"
)
"""Words that stand in many a sentence: a colon makes a label of them, else the name must stand alone."""
BEFORE_WEAKLY = re.compile(r"(?:我是|这里是|叫|客户|会员)[\s:：]{0,2}")
AFTER = re.compile(r"(?:先生|女士|小姐|太太|同学|师傅|经理|老师|医生|阿姨|大哥)")
PHONE_START = re.compile(r"86|1[3-9]|0[0-9]")
MARKS_BEFORE_PHONE = "+(（"
BREAK_BEFORE_PHONE = re.compile(r"[\s,，;；、|]")
HAN_BEHIND = re.compile(r"(?:^|[\s,，;；、|:：])([一-鿿]{2,4})$")
HAN = re.compile(r"[一-鿿·]{1,8}")

GAP = re.compile(r"(?:'s| is)?(?:,?\s{1,3}|\s?[:=,]\s{0,3}\"?|\"\s?:\s?\")")
GAP_AFTER_TITLE = re.compile(r"s?\.?[ \n]{1,3}|:\s{0,3}")
ENGLISH_NAME = re.compile(
    r"[^\W\d_a-z][\w'’\-]{0,24}(?:(?: (?:van|von|de|der|den|la|da|di|del|al|bin|el)){0,2} [^\W\d_a-z](?:\.|[\w'’\-]{1,24})){0,3}"
)
_AFTER = {"announcer": GAP, "title": GAP_AFTER_TITLE, "self": GAP}
NAME_GROUPS = frozenset(_AFTER)
"""Words without which no English name is looked for."""
_NOT_NAMES = (
    "sir madam team customer support all there everyone friend friends the a an not so very sorry just your our my here "
    "i it is in on at from to now still also really waiting trying looking writing calling having getting using "
    "english chinese american british german french happy sad angry glad sure new apple amazon google microsoft windows "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december order hello hi hey yes no ok please thanks thank what why how when where who "
    "usa uk us china pointsman service agent manager hr it api json null none true false unknown"
)
NOT_NAMES = frozenset(_NOT_NAMES.split())


def find_chinese_names(text: str) -> Iterator[Span]:
    """Chinese names announced before (姓名：) or behind (…女士)."""
    for match in BEFORE.finditer(text):
        yield from _announced(text, match.end(), is_sure=True)
    for match in AS_LABEL.finditer(text):
        yield from _announced(text, match.end(), is_sure=match.group().rstrip()[-1] in ":：")
    for match in BEFORE_WEAKLY.finditer(text):
        yield from _announced(text, match.end(), is_sure=False)
    for match in AFTER.finditer(text):
        yield from _titled(text, match.start())


def find_listed_names(text: str, runs: Sequence[Run]) -> Iterator[Span]:
    """Chinese names in a list, right before a phone: 李娜，138…"""
    for start, *_ in runs:
        if not PHONE_START.match(text, start):
            continue
        marks = text[max(0, start - 3) : start]
        place = start - (len(marks) - len(marks.rstrip(MARKS_BEFORE_PHONE)))
        begin = place
        while begin > 0 and place - begin < 3 and BREAK_BEFORE_PHONE.match(text, begin - 1):
            begin -= 1
        if place == begin or start - place > 2:
            continue
        run = HAN_BEHIND.search(text[max(0, begin - 5) : begin])
        if run is not None and _is_name(run.group(1)):
            yield Span(begin - len(run.group(1)), begin, "name", 0.7)


def _announced(text: str, start: int, *, is_sure: bool) -> Iterator[Span]:
    run = HAN.match(text, start)
    if run is None:
        return
    found = chinese_name_at(run.group())
    if not found or found[:2] in NOT_CHINESE_NAMES:
        return
    stands_alone = len(found) == len(run.group()) or AFTER.match(text, start + len(found))
    if is_sure or stands_alone:
        yield Span(start, start + len(found), "name", 0.85 if is_sure else 0.6)


def chinese_name_at(run: str) -> str:
    """The name that a run of Han characters begins with, or an empty text."""
    surname = next((long for long in LONG_SURNAMES if run.startswith(long)), run[:1])
    if len(surname) == 1 and surname not in SURNAMES:
        return ""
    given = ""
    for character in run[len(surname) : len(surname) + 2]:
        if character in NEVER_GIVEN or character in ENDS:
            break
        given += character
    following = run[len(surname) + len(given) :]
    if given and AFTER.match(given + following):
        return surname
    if len(given) == 2 and AFTER.match(given[1] + following):
        return surname + given[0]
    return surname + given if given else ""


def _titled(text: str, end: int) -> Iterator[Span]:
    """欧阳若曦女士, 王先生: the longest name that ends where the title begins."""
    for length in (4, 3, 2, 1):
        start = end - length
        if start < 0:
            continue
        found = text[start:end]
        if length == 1:
            if found in SURNAMES and not _han_before(text, start):
                yield Span(start, end, "name", 0.6)
        elif _is_name(found) and (not _han_before(text, start) or length >= 2):
            yield Span(start, end, "name", 0.7)
            return


def _han_before(text: str, start: int) -> bool:
    return start > 0 and "一" <= text[start - 1] <= "鿿" and text[start - 1] not in NEVER_GIVEN


def _is_name(found: str) -> bool:
    if found in NOT_CHINESE_NAMES or found[-2:] in NOT_CHINESE_NAMES:
        return False
    for long in LONG_SURNAMES:
        if found.startswith(long):
            return 1 <= len(found) - 2 <= 2 and not NEVER_GIVEN & set(found[2:])
    return len(found) in (2, 3) and found[0] in SURNAMES and not NEVER_GIVEN & set(found[1:])


def find_english_names(text: str, lower: str, hits: Hits) -> Iterator[Span]:
    """Names after `my name is`, a title or an address line, written with capitals; of goods with a title
    none."""
    for group, between in _AFTER.items():
        if group not in hits:
            continue
        for _, start, end in sorted(hits[group]):
            gap = between.match(text, end)
            name = ENGLISH_NAME.match(text, gap.end()) if gap else None
            # Weaker: "I am French", "ship to Hungary". They need two words with capitals.
            if name is None or not _is_english_name(name.group(), is_weak=group == "self"):
                continue
            title = lower[start : end + (lower[end : end + 1] == "s")]  # "mr" is found in "mrs"
            if group == "self" or not is_brand(lower, title, *name.span()):
                yield Span(name.start(), name.end(), "name", 0.7)


def _is_english_name(found: str, *, is_weak: bool) -> bool:
    words = found.split()
    if len(words[0]) < 2 or words[0].lower().strip(".'’") in NOT_NAMES:
        return False
    return not is_weak or (len(words) >= 2 and not found.isupper())
