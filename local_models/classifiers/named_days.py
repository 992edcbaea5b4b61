"""Days that have a name, Chinese and English: holidays, and the days on which shops sell.

Which day is meant by "五一" hangs on today, so it stays in the customer's own words.
"""

from __future__ import annotations

import re

_NUMERALS = "一二三四五六七八九十"
_ONE_OF_MANY = f"(?<![{_NUMERALS}百千万零〇两半几第初期拜周月双加减比块元角毛点\\d.])"
"""Not within another number or day: 三五, 十五, 星期五, 初五, 三月五, 三块五."""
_NO_DAY = (
    f"(?![{_NUMERALS}百千万\\d]|[共起直样般定些点次天年月号个群条件块街村剧斤盒箱包瓶袋支份双套台张只桶片米克升]"
    "|下(?!单)|广场|路|大道|小学|中学)"
)
"""What 五一 begins and is no day: 五一个, 五一共, 五一路, 五一广场."""
_AHEAD = "(?=假|长假|小长假|黄金周|期间|国庆|放假|节?前[能会可发到送寄]|[之以]前)"
"""What says that 十一 is the day and no number."""
_THINGS_ZH = "(?!树|帽|老人|袜|服|装[扮饰]?|面具|月饼|礼盒|晚会|演唱会|歌|电影)"
NAMED_ZH = (
    "双十一|双11|双十二|双12|(?<![\\d¥￥$.,-])(?<![房室间号栋楼])618(?![\\d.,元块个件-]|号?[室房楼栋]|路|国道)|"
    f"国庆节?|春节|中秋节?{_THINGS_ZH}|元旦节?|除夕|大?年三十|大年初[{_NUMERALS[:7]}]|"
    f"正月(?:初[{_NUMERALS}]|十五)|元宵节|端午节?|清明节?(?!上河)|七夕|重阳节?|腊八(?![蒜粥豆])|圣诞节?{_THINGS_ZH}|平安夜|"
    f"跨年夜?{_THINGS_ZH}|(?:劳动|儿童|情人|母亲|父亲|妇女|教师|女神|女王|感恩|万圣|光棍)节(?!日){_THINGS_ZH}|"
    "黑五(?!类)|黑色星期五|网络星期一|三八(?=节|妇女|女神|女王|大促|活动)|"
    f"{_ONE_OF_MANY}五一(?:劳动节|小长假|黄金周|节)?{_NO_DAY}|{_ONE_OF_MANY}十一{_AHEAD}|"
    "过年(?=[前后时那这]|期间|[能会还]|[不没]?[发送放休停]|快递|物流|客服|正常|上班)"
)
"""A pattern of those in Chinese."""
STARTS_ZH = "双618国春中元除大年正端清七重腊圣平跨劳儿情母父妇教女感万光黑网三五十过"
"""What they begin with."""
THINGS_EN = r"(?!\s+(?:tree|light|ornament|sweater|jumper|stocking|card|decor|hat|costume|mask|cand|pajama|pyjama|carol|song|market|wreath|cracker|sock|mug|egg|bunny|basket|lilies|lily))"
"""What is called after a day and bought on any other."""
_NAMED_EN = re.compile(
    r"(?:cyber\s+(?:monday|week)|labou?r\s+day|memorial\s+day|independence\s+day|veterans'?\s+day|presidents'?\s+day|boxing\s+day|prime\s+day|singles'?\s+day"
    r"|(?:mother|father)s?'?s?\s+day|women'?s\s+day|children'?s\s+day|national\s+day|golden\s+week|fourth\s+of\s+july|halloween|xmas(?:\s+(?:eve|day))?"
    r"|(?:chinese|lunar)\s+new\s+year(?:'?s\s+(?:eve|day))?|spring\s+festival|mid-?\s?autumn(?:\s+festival)?|double\s+(?:eleven|twelve|1[12])(?!\d)"
    r"|hanukkah|diwali|ramadan|black\s+friday"
    r"|(?:before|by|until|till|after|around|over|since|past)\s+(?:the\s+)?(?P<year>new\s+year(?:'?s)?)(?!'?\s*(?:eve|day)))"
    rf"(?![a-z]){THINGS_EN}"
)
"""Those that no word for times stands in, or that begin with a word no time begins with."""

_WORDS_EN = (
    "day", "week", "year", "july", "halloween", "xmas", "festival", "autumn", "double", "hanukkah", "diwali", "ramadan",
)  # fmt: skip
"""Each of them holds one of these: what holds none is not looked through."""

Span = tuple[int, int]


def find_named_days(lower: str, first: int, last: int) -> list[Span]:
    """Days with a name in English, in a part of a text in lower case."""
    if not any(lower.find(word, first, last) >= 0 for word in _WORDS_EN):
        return []
    return [
        each.span("year") if each["year"] else each.span()
        for each in _NAMED_EN.finditer(lower, first, last)
        if not lower[each.start() - 1 : each.start()].isalpha()
    ]
