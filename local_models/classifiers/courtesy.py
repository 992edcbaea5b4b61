"""A message without the greeting, the thanks and the faces round it, which say nothing of what is wanted.

"亲，退款多久到啊，谢谢😊" wants what "退款多久到啊" wants. The heads met most matters undressed: "谢谢" behind one
turned every fourth reading, mostly into thanks and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MARKS = " \t\n\r\u3000,，.。!！~～、;；:：…-?？"
_GAP = r"[\s,，.。!！~～、;；:：…-]"
"""Between a greeting and what follows it."""
_RAGE = "[😡🤬👿😤💢🖕🤮😠👎]"
_HAN = r"[\u3040-\u9fff]"

_OPENING = re.compile(
    rf"""(?:
      (?:你|您|大家)好(?:[啊呀哦哈亲]|客服){{0,3}}(?:{_GAP}+|(?![慢烦坑笨差贵难傻狠凶黑懒多久])(?={_HAN}))
    | (?:早上|上午|中午|下午|晚上)好[啊呀哦]?{_GAP}+
    | (?:哈[喽啰罗]|嗨|喂|hello|hi|hiya|hey|howdy|good\ (?:morning|afternoon|evening|day))(?:\ (?:there|all|team|guys|again|sir|madam))?(?:{_GAP}+|(?={_HAN}))
    | dear\ (?:sirs?|madam|team|support|customer\ (?:service|support))(?:\ (?:or|and)\ (?:sirs?|madam))?{_GAP}+
    | 亲{{1,3}}(?:爱的)?(?:{_GAP}+|(?![戚子自肤友属人情身妈生密手爱口水测])(?=\w))
    | (?:客服|店家|掌柜的?|老板|小姐姐|小哥哥|美女|帅哥|小二)(?:你好|您好)?{_GAP}+
    | (?:在吗|在不在?|在么)亲{{0,3}}(?:{_GAP}|[?？])+
    | (?:我?(?:就|再|还)?(?:想|要)?(?:问|咨询|询问)(?:一下|下|一哈)|请问(?:一下|下|一哈)?|麻烦(?:你|您)?问一?下){_GAP}*
    | (?:不好意思|抱歉|打扰)(?:一下|下|了|啦|哈|啊)?(?:{_GAP}+|(?={_HAN}))
    | (?:那个|嗯{{1,3}}|哦{{1,3}}|额{{1,3}}|呃{{1,3}}|诶|欸|um|umm|uh|uhh|erm|well|so)(?:[,，、…~～]|\.\.)[,，、…~～.]*\s*
    | (?:excuse\ me|sorry\ to\ (?:bother|trouble|disturb)\ you(?:\ again)?|(?:just\ )?(?:a\ )?quick\ (?:question|one)){_GAP}+(?:but\ )?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_THANKS_ZH = (
    r"(?:(?:非常|十分|太|很)?(?:谢谢|感谢|多谢|谢[了啦过])(?:[你您亲了啦咯喽哈啊哦呀]|你们|客服|老板|大家){0,4}"
    r"|(?<![太很好真么挺够最不别更多嫌怕就])(?:麻烦|辛苦|劳烦|拜托)(?:你们|[你您亲])[你您亲了啦咯哈]{0,3})"
)
_THANKS_EN = (
    r"(?:many\ thanks|thank\ ?(?:you|u)|thanks|thanx|thn?x|th?ks|ty|cheers|much\ appreciated|(?:(?:kind|best|warm)\ )?regards|please|pls|plz|3q)"
    r"(?:,?\ (?:so\ much|very\ much|a\ lot|a\ bunch|a\ million|in\ advance|again|for\ (?:your|the|any)\ help|all|guys|you|team|mate)){0,3}"
)
_CLOSING = re.compile(
    rf"""(?:
      (?<![^\s,，.。!！~～、;；:：…?？-])(?:{_THANKS_ZH}|{_THANKS_EN}|(?:麻烦|辛苦)[了啦]|亲{{1,3}})
    | (?<={_HAN}){_THANKS_ZH}
    | (?<=[吗呢啊吧呀哦的了么不])亲{{1,3}}
    | (?:(?!{_RAGE})[\u2600-\u27bf\ufe0f\u200d\U0001f300-\U0001faff]){{1,12}} | \#e-[a-z](?:[\ue001-\ue003]|\[数字x\]|\d{{1,3}}) | \ue018
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Thanks are set off by a blank or a mark, or follow a Chinese character."""
_FELT = re.compile(
    r"[\u2600-\u27bf\ue018\U0001f300-\U0001faff]|#e-|非常|十分|太|很|感谢|谢[啦过]|谢谢你们|cheers|so much|very much|a lot|a bunch|a million|\ball|guys|team|mate|many|appreciate",
    re.IGNORECASE,
)
"""What in thanks is more than a manner."""
_IS_THERE = re.compile(r"(?:有?人)?(?:在吗|在不在?|在么)[ ?？]{1,8}")
_WORD = re.compile(r"\w")
_TAIL = 40
"""Characters at the end in which thanks are looked for."""
_LAYERS = 8
"""So many greetings, and as many thanks or faces, are taken off."""


def leave_courtesy_out(text: str) -> str:
    """The text without greetings and thanks round its matter, and without the mark at its end unless that asks.

    What is greeting or thanks and nothing else stays, without such a mark. For texts as they were typed and as
    `normalise` spells them.
    """
    rest = _leave_thanks_out(_leave_greetings_out(text), _keep_question)
    if _WORD.search(rest) is None:
        rest = text
    if _IS_THERE.fullmatch(rest):
        return rest.rstrip(" ?？")
    bare = rest.rstrip(" \t\n\r\u3000,，.。!！~～…")
    return bare if len(bare) > 1 and _WORD.search(bare) else rest


def leave_politeness_out(text: str) -> str:
    """The text without greetings and mere thanks round it: what is left shows how its writer feels.

    Marks at its end do that, faces do, and thanks that are more than a manner ("非常感谢", "thanks a million").
    """
    rest = _leave_thanks_out(_leave_greetings_out(text), _keep_feeling, _FELT)
    return rest if _WORD.search(rest) else text


def _leave_greetings_out(text: str) -> str:
    for _ in range(_LAYERS):
        opening = _OPENING.match(text)
        if opening is None or opening.end() == len(text):
            break
        text = text[opening.end() :]
    return text


def _leave_thanks_out(
    text: str, keep: Callable[[str], str], but: re.Pattern[str] | None = None
) -> str:
    """Without thanks and faces at the end, `but` for those that match; `keep` says which marks round them stay."""
    for _ in range(_LAYERS):
        core = text.rstrip(_MARKS)
        closing = _CLOSING.search(core, max(0, len(core) - _TAIL))
        if closing is None or (but is not None and but.search(closing.group())):
            break
        rest = core[: closing.start()].rstrip(_MARKS)
        if not rest:
            break
        text = rest + keep(core[len(rest) : closing.start()] + text[len(core) :])
    return text


def _keep_question(marks: str) -> str:
    return "?" if "?" in marks or "？" in marks else ""


def _keep_feeling(marks: str) -> str:
    return "".join(mark for mark in marks if mark in "!！?？~～")
