"""Signals of the whole conversation: asked again, mood over turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.features import Features
from local_models.classifiers.impatience import ask_alike, calm_down

REASK_SIMILARITY = 0.6
"""Share of the shorter turn's n-grams from which on a slip of the pen may be one."""
REASK_CHARS = 4
"""Shorter turns ("ok", "yes") repeat each other without meaning to; of Chinese ones those that ask nothing."""
_LONGEST_WISH = 12
"""A short wish with all its marks ("退款！！！") is no longer than that."""
_UNITS_FOR_A_CHANGE = 9
"""One more word, or a changed one, is a slip of the pen only where so many words stand beside each."""
_UNITS_FOR_A_PART = 2
"""A question within a longer turn counts by itself from so many words on."""
_SHORTEST_MISSPELT = 4
_WORDINGS = {"parcel": ("parcel", "package", "shipment", "delivery", "order")}
"""Words that are read as one, a slip in any of which is a slip."""

_NUMBERS = re.compile(r"\d+")
_QUOTED = re.compile(r"[\"“”「『《]([^\"“”「」『』《》]{1,200})[\"“”」』》]")
_UNITS = re.compile(r"[a-zà-ɏ']+|[^\W\d_a-zà-ɏ\ue001-\ue003\ue010\ue011]")
_PARTS = re.compile(r"[^,.!?;:]+[,.!?;:]*")
_SAID_BEFORE_ZH = (
    "(?:你们?|您)?(?:还是?|一直|都|根本|也)*没(?:有)?(?:告诉|回答|回复|答复)(?:我|过)*(?:的问题)?|(?:我|都|已经|就|刚才?)*(?:说|问)(?:了|过|你们?|您){1,2}(?:[一两二三四五几好]+[遍次](?:了)?)?"
    "|再(?:问|说|讲)(?:你们?|您)?一[遍次下]|(?:我|都)*(?:让|叫)(?:你们?|您)(?=帮|给|取消|退|查|改|催|处理|转)|还是|仍然|依然|依旧"
)
"""By which somebody says that he says it again."""
_SAID_BEFORE = re.compile(_SAID_BEFORE_ZH)
_SAME_ZH = tuple(
    (re.compile(pattern), become)
    for pattern, become in (
        (_SAID_BEFORE_ZH, ""),
        (
            "(?:转接?|找|要|接|换|叫|联系)(?:一?个|到|下|一下|你们?的?)*(?:真人|人工|活人)(?:客服|服务|坐席)?",
            "求人工",
        ),
        ("把钱退(?:给)?(?:我)?|退(?:还)?(?:我|我的)?钱|还(?:我)?钱", "退款"),
        ("包裹|快件", "快递"),
        ("邮费|邮资|快递费|运送费|配送费", "运费"),
        (
            "(?:怎么样?|如何|咋)(?:去|来|才能)?(?:弄|办理|办|操作|搞|申请|处理)(?![^,.!?;]{0,4}[不没了])",
            "怎",
        ),
        (r"(?:怎么|为什么|为啥|咋)?还(?:没有?|不)", "时"),
        (r"([\u4e00-\u9fff])[不没]\1", r"\1"),
        (r"(?<=了)没有?(?=$|[,.!?])|没有?(?=[?])", ""),
        (r"无法|没法|没办法|不可以|不能", "不"),
        (r"不(?:了|上|动|成|通)", "不"),
        (r"(?:什么|啥)时候|何时|几时|几点|哪天|多久|多长时间|时候", "时"),
        (r"多少钱|(?:什么|啥|多少)价格?|价格(?:是|为)?(?:多少|怎样)?|几块钱|怎么卖", "价"),
        (r"为什么|为啥|怎么回事|咋(?=[^不没]{0,4}[不没])|怎么(?=被|会|[^不没]{0,4}[不没])", "因"),
        (r"怎么样?|如何|咋样?", "怎"),
        (r"[到在]了?哪(?:里|儿|个地方)?", "哪"),
        ("到账|到货", "到"),
        ("现货", "货"),
        ("使用", "用"),
        (
            "我(?:是)?(?:问|说)的是|我(?:就)?(?:想)?问(?:一?下|问)?|请问|到底|究竟|现在|目前|能够?|可以|支持|是否",
            "",
        ),
    )
)
_COURTESY_ZH = re.compile(
    "你好|您好|谢谢|感谢|麻烦|辛苦|好的|没错|是的|对的|知道|明白|收到|没问题|帮我|给我|一下|我们|你们"
)
_SAME_EN = tuple(
    (re.compile(pattern), become)
    for pattern, become in (
        (r"\bor not\b|\bstill no\b|\blike i said\b|\blet me\b", " "),
        (
            r"\b((?:is|are|was|were)(?: still| not| always){1,2}|keeps?) ([a-z]{3,20}?)ing\b",
            r"\1 \2",
        ),
        (
            r"\b(?:you|u)(?: guys| still| have| just)*(?:'ve| haven't| have not| didn't| did not| never)(?: even| yet| actually)* (?:told|answered|replied|said|explained|sent|given)(?: to)?(?: me| us)?(?: my question)?\b",
            " ",
        ),
        (r"\bi(?:'ve)?(?: have| had| already| just)* told (?:you|u)\b", " "),
        (
            r"\b(?:money|cash) back\b|\breimburse(?:d|ment)?\b|\breturn my money\b|\brefunded\b",
            " refund ",
        ),
        (
            r"\b(?:(?:speak|talk|chat)(?:ing)? (?:to|with)|(?:connect|transfer|put|pass|get)(?: me| us)?(?: through| over)?(?: to| with)?|need|want|ask(?:ed|ing)? for|said)"
            r" (?:a |an |the |some |any |your )?(?:real |live |actual |human )*(?:human(?: being)?|person|agent|representative|rep|operator|someone|somebody)\b",
            " person ",
        ),
        (
            r"\bhow (?:long|soon)(?: will it take| does it take)? (?:until|till|before|for)\b|\bhow soon\b",
            " when ",
        ),
        (r"\bwhen (?:will|do|can|am|shall) (?:i|we) (?:get|receive|have)\b", " when arrive "),
        (r"\b(when\b.{0,40}?)\bcom(?:e|es|ing)\b", r"\1 arrive "),
        (r"\bdoes the (?:store|shop)\b", " do you "),
        (
            r"\b(?:is there )?any (?:news|updates?|word|progress) (?:on|about|of|for)\b",
            " where ",
        ),
        (r"\b(?:packages?|shipments?|delivery|deliveries)\b", " parcel "),
        (r"\b(where(?:'?s| is| are)? *(?:my|the|our)? *)orders?\b", r"\1 parcel "),
        (
            r"\b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|would|could|should)n'?t\b|\bcannot\b|\bnever\b|\bno longer\b",
            " not ",
        ),
        (r"\b(where|what|when|how|who|it|that|there|here)'?s\b", r"\1"),
        (r"\bhow much(?: money)?\b|\bcosts?\b|\bprices?\b", " price "),
        (
            r"\b(?:get|gets) (?:here|to me)\b|\b(?:be |been |being )?delivered\b|\barriv(?:es?|ed|ing)\b|\bshow up\b",
            " arrive ",
        ),
        (
            r"\b(?:i|we)(?: still| really| just| only)* (?:need|want)\b|\b(?:would|'d|i'd|we'd) like\b|\b(?:can|could|would|will) you (?:please )?(?:send|give)\b|\b(?:send|give|get) (?:me|us)\b",
            " ",
        ),
    )
)
"""Wordings of one thing, and wordings of nothing."""
_ABOUT_WORDS = re.compile(
    r"翻译|怎么[说读写]|意思|造句|\btranslat|\bspell|\bmeans?\b|\bsay\b|\bpronounce"
)
"""Where a turn is about words, courtesy is one of them."""
_DENIALS = frozenset(("not", "no", "without", *"不没别未无非"))
_COURTESY_WORDS = "thanks thank hello hi hey sorry yes yeah no ok okay great fine good please"
_COURTESY = frozenset(_COURTESY_WORDS.split())
_IDLE_WORDS = (
    "a an the is are was were am be been do does did i you we my our your it its this that to of in on at for please "
    "and but can could will would shall should may just again still now asked asking said repeat told being me very much so "
    "i'm it's i've you're we're these about tell know want sure right what have has had there any some get got getting yet already really actually"
)
_IDLE = frozenset(
    (
        *_IDLE_WORDS.split(),
        *(
            "的了啊呀吗呢吧啦嘛哦喔哈哎喂呵嘿我你您它是在就也都再又请里儿能会好嗯行对亲很要想需有给帮让把这个款去来下点些得过着跟和么一期"
        ),
    )
)
_BARE = frozenset(
    (*"不没别未无非那还时哪怎因谁几价说什尽快", "pls", "plz", "please", "not", "no", "news")
)
"""Said with oaths or haste and no other word of weight, they ask of nothing in particular."""
_IDLE_OR_COURTESY = _IDLE | _COURTESY
_NOD_WORDS = (
    "continue next more go on another one haha hahaha hehe lol rofl wow cool nice perfect awesome morning afternoon evening "
    "night bye goodbye welcome problem worries keep going proceed ahead carry understood exactly indeed agreed alright super"
)
_NODS = frozenset(_NOD_WORDS.split())
"""Said twice, such words alone ask nothing twice, or ask for the next thing."""
_ASKS_ON_ZH = re.compile(
    "(?:请|你|那|就|麻烦){0,4}(?:再|多|继续|接着|接下来|往下|下一|换|还要|重新)(?:来|写|讲|说|给|生成|换|出|举|想|念|做|画|推荐|往下|我|一|下|几|两|些|点|个|次|遍|篇|段|首|条|题|步|章|页|种|批|例子?|笑话|故事|问题|吧|呗|啊)*"
    "|(?:还有|然后|后来|接着|更多|其他的?|别的)(?:呢|吗|么)?|[哈嘿呵嘻]+|(?:笑死|厉害|真棒|太棒|太好|不错)(?:我?了)?"
)
_ASKS = re.compile(
    r"[?吗时怎哪因价谁几]|什么|\b(?:where|when|why|how|who|which|price|is|are|does|do you|did|can|could|will)\b"
)
_ASKED = re.compile(
    r"[吗么没]\W*$|[?]|^(?:so |and |but |now )?(?:is|are|was|were|does|do|did|has|have|had)\b"
)
_TOLD = re.compile(
    r"^(?!.*(?:\b(?:wh\w+|how|not)\b|n't|[什怎哪谁几还]))(?:.*了[啊呀啦哦!.~]*$|(?:it|this|that|the|my|our|your|he|she|they|all|everything)\b)"
)
"""A statement is no question of the same words: "it works" and "does it work?"."""
_HEAD = re.compile(
    r"\W{0,3}(?:status|tracking|invoice|refund|eta|update|delivery|receipt|状态|物流|进度|发票|退款|单号|结果)(?=\W{0,8}[?])\W{1,12}"
)
"""The head of a question, which asks it again by itself: "status???"."""
_NOUN_ASKS = re.compile(
    r"(?:\W|那么?|所以|我的|我|你好|请问|喂|亲|\b(?:hello|hi|hey|and|so|my|the|our|any|where(?:'s| is)?)\b){0,6}"
    r"(快递|包裹|快件|货|东西|订单|单子|退款|钱|款|发票|退货|换货|物流|进度|人工|客服|赔偿|补偿|验证码|工单|师傅|骑手|结果"
    r"|(?:order|parcel|package|delivery|shipment|tracking|shipping|refund|return|invoice)(?: status| update| news)?|parcel|package|order|shipment|delivery|refund|money|invoice|receipt|replacement|agent|human|courier|driver)"
    r"(?>(?:[呢咧啊呀吶了]*))(?:(?<=[呢咧])\W{0,12}|\W{0,8}[?]\W{0,12})"
)
"""A noun and a mark or 呢, by which what was asked of it is asked again: "快递呢", "order status???"."""
_NOUN_MEANS = {
    "包裹": "快递", "快件": "快递", "货": "快递", "东西": "快递", "物流": "快递", "单子": "订单", "钱": "退款", "款": "退款",
    "package": "parcel", "order": "parcel", "shipment": "parcel", "delivery": "parcel", "tracking": "parcel", "shipping": "parcel",
    "money": "refund", "human": "person", "agent": "person",
}  # fmt: skip
_OF_ITS_STATE = re.compile(
    r"[时因]|哪(?![些种款家个类])|还|没|催|查|状态|进度|好了|[到退发开送来]了|求人工|\b(?:where|when|not|status|arrive|still|person|why|yet|track|how long|received)\b"
)
"""What may be asked again by the noun alone: where or when it is, not what kind of it."""
_WORDS_OF_A_QUESTION = 12
_WORDS_OF_ONE_MATTER = 6
_IN_ORDER = re.compile(r"\bfrom\b.{1,80}?\bto\b|\bthan\b|\bto\b.{1,80}?\bfrom\b|从.{1,40}?到|比")
_SHORT_WISH = re.compile("[\u3400-\u9fff]{2,3}")
_DEMAND = re.compile(
    "[退还]钱[了吧啊!！. ]{0,9}|快(?:退款|退钱|发货)[!！]{0,9}|(?:退款|退货|发货)[!！]{1,9}"
)
"""A wish of few signs that is pressed for, which no answer to a question is."""
_PARTICLES = "了的啊呀呢吧啦嘛哦吗么哈"
_NO_WISH_WORDS = (
    "没 没有 有 不 不是 不用 不要 不需要 不行 不会 不知道 不清楚 不好意思 要 需要 确定 确认 同意 没事 没关系 算 继续 再见 拜拜 "
    "晚安 早安 早 早上好 下午好 晚上好 呵呵 嘻嘻 下一个 懂 了解 同上 一样 都行 都可以 随便 真 真棒 厉害 对不起 抱歉 客气 不客气 "
    "对对 是是 行行 嗯嗯 好好 可以 在 在不在 有人 喜欢 满意 不错 还行 还好 一般 加油 刚刚 昨天 今天 明天 先生 女士 小姐 男 女 多谢 好滴 等等 稍等 在不"
)
_NO_WISHES = frozenset(_NO_WISH_WORDS.split())
"""Short Chinese turns that answer, greet or nod: said twice they ask nothing twice."""


def is_reask(now: Features, earlier: Sequence[Features]) -> bool:
    """Whether this turn asks what an earlier one asked, in the same words or others.

    What differs counts by what it says: "红色的有货吗" and "蓝色的有货吗" are two questions, and so are two order
    numbers; "我的快递到哪了" and "快递现在在哪里" are one. Mere thanks and consent ask nothing. A wish of two
    or three Chinese signs is one again where it is said word for word. What impatience adds ("where the hell",
    都三天了) is no part of it.
    """
    if _repeats(now, earlier):
        return True
    calm = calm_down(now)
    if read_matter(calm.text).words <= _BARE:
        return False
    calmed = [(each, calm_down(each)) for each in earlier]
    return _repeats(
        calm,
        [
            to
            for each, to in calmed
            if (calm is not now or to is not each) and ask_alike(calm.text, to.text)
        ],
    )


def _repeats(now: Features, earlier: Sequence[Features]) -> bool:
    wish = _read_short_wish(now.text)
    if wish and any(
        _read_short_wish(before.text) == wish
        and not _differ(_tell_form(now.text), _tell_form(before.text))
        for before in earlier
    ):
        return True
    if any(_is_asked_by_noun(now.text, before.text) for before in earlier):
        return True
    if _is_short(now):
        return False
    return any(
        _may_ask_the_same(now, before) and _asks_the_same(now, before)
        for before in earlier
        if not _is_short(before)
    )


def _is_short(turn: Features) -> bool:
    """By what was typed: a number is one sign in the normalised text."""
    typed = turn.typed or turn.text
    return len(typed) < REASK_CHARS and not _DEMAND.fullmatch(typed)


def _read_short_wish(plain: str) -> str:
    """What a turn of a few Chinese signs wants, in its own words; empty where it wants nothing, or says more."""
    if len(plain) > _LONGEST_WISH:
        return ""
    plain = plain if plain.isascii() else _SAID_BEFORE.sub("", plain)
    wish = "".join(_UNITS.findall(plain)).rstrip(_PARTICLES)
    is_idle = wish in _NO_WISHES or not read_matter(wish).words
    return "" if is_idle or not _SHORT_WISH.fullmatch(wish) else wish


def _may_ask_the_same(now: Features, before: Features) -> bool:
    """Whether two turns have enough n-grams in common, which is seen sooner than what they say. Short ones
    say the same with hardly any ("快递现在在哪里", "我的快递到哪了") or none ("my parcel?", "the package?")."""
    is_brief = min(len(now.text), len(before.text)) <= _BRIEF_CHARS
    return is_brief or similarity(now, before) >= _LEAST_IN_COMMON


_BRIEF_CHARS = 40
_LEAST_IN_COMMON = 0.45
"""Share of the n-grams of the shorter one."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a turn says, less what any turn may say."""

    units: tuple[str, ...]
    """Its words, or signs where it is Chinese, as they stand."""
    words: frozenset[str]
    parts: tuple[frozenset[str], ...]
    """The words of every question in it, where it says more than that."""
    keeps_order: bool
    """Whether another order of the words says another thing."""


def _asks_the_same(now: Features, before: Features) -> bool:
    # What is seen soonest comes first.
    numbers, numbers_before = _find_all(_NUMBERS, now), _find_all(_NUMBERS, before)
    if numbers_before and numbers - numbers_before:
        return False
    quoted, quoted_before = _find_all(_QUOTED, now), _find_all(_QUOTED, before)
    if quoted and quoted_before and quoted != quoted_before:
        return False
    form, form_before = _tell_form(now.text), _tell_form(before.text)
    if _differ(form, form_before):
        return False
    if form_before == "asked" and _DEMAND.fullmatch(now.typed or now.text):
        return False  # what was asked about is wanted now
    said, said_before = read_matter(now.text), read_matter(before.text)
    words, words_before = said.words, said_before.words
    if not words or not words_before:
        return not words and not words_before and bool(numbers) and numbers == numbers_before
    if (
        _HEAD.fullmatch(now.text)
        and words < words_before
        and len(words_before) <= _WORDS_OF_ONE_MATTER
    ):
        return True
    if _say_one_thing(said, said_before) or _is_misspelt(now, before, words, words_before):
        return True
    return any(part == words_before for part in said.parts) or any(
        part == words for part in said_before.parts
    )


def _is_asked_by_noun(plain: str, before: str) -> bool:
    """Whether a turn only names, with a mark or 呢, what a question before it was about."""
    noun = _NOUN_ASKS.fullmatch(plain) if len(plain) <= _BRIEF_CHARS else None
    if noun is None:
        return False
    words_before = read_matter(before).words
    if len(words_before) > _WORDS_OF_A_QUESTION:
        return False
    name = noun.group(1).split(" ")[0]
    same = _unify(before, courtesy=False)
    if not _OF_ITS_STATE.search(same):
        return False
    meant = {name, _NOUN_MEANS.get(name, name)}
    if name.isascii():
        return not meant.isdisjoint(words_before)
    return any(set(each) - _IDLE <= words_before for each in meant)


def _say_one_thing(one: Matter, other: Matter) -> bool:
    return one.words == other.words and (
        one.units == other.units or not (one.keeps_order or other.keeps_order)
    )


def _is_misspelt(
    now: Features, before: Features, words: frozenset[str], words_before: frozenset[str]
) -> bool:
    """Whether what differs is a slip of the pen: never a word that denies, and not much."""
    new, old = words - words_before, words_before - words
    if not new | old or (new | old) & _DENIALS:
        return False
    if len(new) == len(old) == 1 and len(words) > 1:
        (one,), (other,) = new, old
        pairs = product(_WORDINGS.get(one, (one,)), _WORDINGS.get(other, (other,)))
        if any(_is_slip(*pair) for pair in pairs):
            return True
    if any(each.isascii() for each in new | old):
        return False
    fewer = min(len(words), len(words_before))
    changed = max(len(new), len(old))
    return changed * _UNITS_FOR_A_CHANGE < fewer and similarity(now, before) >= REASK_SIMILARITY


def _is_slip(one: str, other: str) -> bool:
    """Whether a word lost an inner letter, or two inner letters changed places."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) < _SHORTEST_MISSPELT or shorter[:1] + shorter[-1:] != longer[:1] + longer[-1:]:
        return False
    at = next((at for at, sign in enumerate(shorter) if sign != longer[at]), len(shorter))
    if len(longer) - len(shorter) == 1:
        return shorter[at:] == longer[at + 1 :]
    swapped = longer[at + 1 : at + 2] + longer[at : at + 1]
    return len(longer) == len(shorter) and shorter[at:] == swapped + longer[at + 2 :]


def _find_all(pattern: re.Pattern[str], turn: Features) -> frozenset[str]:
    """What a pattern finds in a turn as it was typed."""
    return frozenset(pattern.findall(turn.typed))


@lru_cache(maxsize=1024)
def read_matter(plain: str) -> Matter:
    """What a normalised turn says."""
    courtesy = not _ABOUT_WORDS.search(plain)
    same = _unify(plain, courtesy)
    units = _weigh(same, courtesy)
    words = frozenset(units)
    if words <= _NODS or _ASKS_ON_ZH.fullmatch("".join(_UNITS.findall(same))):
        units, words = (), frozenset()
    parts = [each.group() for each in _PARTS.finditer(same)]
    asked = (
        [frozenset(_weigh(each, courtesy)) for each in parts if _ASKS.search(each)]
        if len(parts) > 1
        else []
    )
    return Matter(
        units=units,
        words=words,
        parts=tuple(each for each in asked if len(each) >= _UNITS_FOR_A_PART),
        keeps_order=bool(_IN_ORDER.search(same)),
    )


def _differ(form: str, other: str) -> bool:
    return {form, other} == {"asked", "told"}


def _tell_form(plain: str) -> str:
    return "asked" if _ASKED.search(plain) else "told" if _TOLD.search(plain) else ""


def _unify(plain: str, courtesy: bool) -> str:
    """One wording for what means the same."""
    for pattern, become in _SAME_EN:
        plain = pattern.sub(become, plain)
    if plain.isascii():
        return plain
    for pattern, become in _SAME_ZH:
        plain = pattern.sub(become, plain)
    return _COURTESY_ZH.sub("", plain) if courtesy else plain


def _weigh(same: str, courtesy: bool) -> tuple[str, ...]:
    """The words of weight, without the s of plurals and of verbs."""
    idle = _IDLE_OR_COURTESY if courtesy else _IDLE
    units = [each for each in _UNITS.findall(same) if each not in idle]
    return tuple(map(_stem, units))


def _stem(word: str) -> str:
    if word.endswith(("shes", "ches", "sses", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word


def similarity(one: Features, other: Features) -> float:
    """Common n-grams over those of the shorter text, 0..1."""
    shorter = min(len(one.hashes), len(other.hashes))
    return count_shared(one, other) / shorter if shorter else 0.0


def count_shared(one: Features, other: Features) -> int:
    """How many n-grams two texts have in common."""
    if NATIVE is None:
        return count_shared_with_numpy(one, other)
    return NATIVE.shared(one.raw_hashes, other.raw_hashes)


def count_shared_with_numpy(one: Features, other: Features) -> int:
    """What the compiled loop does."""
    return len(np.intersect1d(one.hashes, other.hashes, assume_unique=True))


def mood_trend(moods: Sequence[float]) -> float:
    """The last third of the turns against those before it: below 0 worse, above 0 better, -1..1.

    Each mood runs from -1 (as angry as can be) to 1.
    """
    if len(moods) < 2:
        return 0.0
    last = max(1, len(moods) // 3)
    late, early = moods[-last:], moods[:-last]
    return max(-1.0, min(1.0, (sum(late) / len(late) - sum(early) / len(early)) / 2.0))
