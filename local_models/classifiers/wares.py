"""Whether a text is about a book, a course or a toy on programming that somebody buys, and asks for no program."""

from __future__ import annotations

import re

_WARE = re.compile(
    r"《[^》\n]{1,40}》|(?<![图证])书(?![写记店城])|教材|课本|教程|题集|题库|第[\d一二三四五六七八九十]{1,2}版|从入门到|编程思想|高级程序设计|核心技术|必知必会|圣经|实战"
    r"|课程|网课|[编门堂套节期]课|课时|培训|训练营|辅导班|学习机|积木|玩具|机器人|电子版|正版"
    r"|\b(?:books?|textbooks?|cookbook|paperback|hardcover|hardback|kindle|ebooks?|editions?|volumes?|courses?|bootcamps?|toys?|kits?|mugs?|t-?shirts?|stickers?|posters?)\b"
)
_SHOPS = re.compile(
    r"有货|有没有[货卖]|还有[吗没么]|有[吗么]|[有没]货|卖[吗不么完]|多少钱|什么价|价[格钱位]|便宜|打折|折扣|优惠|包邮|库存|现货|到货|发货|快递|物流|送到|下单|[买购拍订退换寄送]|缺[页货]|几本|几号到|什么时候到|正版"
    r"|哪[本个套][^，。！？\n]{0,6}[好适]|推荐|报名|怎么卖|发票|赠品|签名|开封|印刷|封面|破了|坏了|少了|漏"
    r"|\bin stock\b|\bout of stock\b|\bprices?\b|\bhow much (?:is|are|does|do|for)\b|\b(?:buy|bought|order(?:ed)?|ship(?:ped|ping|s)?|deliver(?:y|ed)?|return(?:ed)?|refund(?:ed)?|exchange|sell|sold|cost|cheaper|discount|available|availability|recommend|arrived?|received|missing|damaged)\b"
    r"|\b(?:do|does) you (?:have|carry|stock)\b|\bdo you (?:have|carry|stock)\b|\bis there an?\b"
)
_PROGRAMS = re.compile(
    r"怎么(?![买退卖选换还没样下收寄开报付找])|如何(?!购买|下单|报名|退|付)|怎样|为什么(?!还|没|不发|这么)|报错|(?:写|编写|实现|调试|重构|运行|编译)(?!错)|代码|脚本|函[数式]|爬虫|里的|举例|原理|解释|什么意思|区别"
    r"|\bhow (?:do|does|can|to|would|should)\b|\bwhy (?:is|does|do|am)\b|\b(?:write|implement|debug|refactor|fix|explain|build|create|scripts?|functions?|errors?|bugs?|code that|source code|program that|algorithm)\b"
)


def shops_for_wares(lower: str) -> bool:
    """Whether a text in lower case names such a thing, says something of buying it, and asks for nothing that is
    programmed."""
    return (
        _WARE.search(lower) is not None
        and _SHOPS.search(lower) is not None
        and _PROGRAMS.search(lower) is None
    )
