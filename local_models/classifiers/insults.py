"""Words of abuse as they are typed, which the heads met seldom or never.

Like a sign of rage (`emoji.py`) such a word says how somebody feels whatever stands beside it. The list is
small and holds only what is hardly ever said of anything else; what is the name of a thing or a person's
condition ("废物利用", "智障人士", "脑残粉") is left out.
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower
from local_models.classifiers.emoji import is_in_fun
from local_models.classifiers.traditional import simplify

_LETTERS = re.compile(
    r"(?<![a-z\d])(?:w?cnm(?:b|lgb)?|nmsl|wsnd|tmd|nmd|nnd|wtf|stfu|gtfo|f[*#@]{1,3}k?(?:ing|in)?|f[*u][*c]?k(?:ing|ers?|ed)?|fck(?:ing|in)?|fkn|fking|sh[*!]t(?:ty)?|b[*]tch(?:es)?|a[*]{2}holes?|assholes?|arseholes?|dumbass(?:es)?"
    r"|bullshit|bastards?|morons?|imbeciles?|scumbags?|lowlifes?|retards?|dickheads?|wankers?|twats?|piece of (?:shit|crap)|screw you|go to hell|fraudsters|bunch of (?:crooks|thieves|idiots|liars|clowns|scammers)"
    r"|you(?:'re| are)? (?:all |guys )?(?:a bunch of )?(?:idiots?|crooks|thieves|liars|clowns|scammers|useless))(?![a-z\d])"
)
_BEGINS = re.compile(
    "[尼泥马妈特他煞傻沙杀脑智弱废狗滚操草操日去干艹爷神黑奸骗诈雷烂气蛋混畜渣败贱病脸良德耻垃靠仆扑冚戆屎食坑恶卧s]"
)
"""How the words begin; they are tried nowhere else."""
_WORD = re.compile(
    "尼[玛妹](?!县)|泥(?<=[草操艹日曹肏]泥)马(?!农|园|牧|毛绒|玩|公仔|抱枕|图)|操(?<!\\w操)(?=$|[,.!，。！ 你他她])|神经病(?!院|学|人|医|科|的?药)|[泥马](?<=[你泥])马(?:勒|的币|死)|妈(?<=[你他她]妈)(?:的(?![^，。,.!]{0,3}(?:手机|账号|号码|名字|地址|电话|生日|衣服|订单))|了?个?[逼比])|妈(?<![我你他她们大姨姑舅婆奶妈]妈)的(?=$|[,.!，。！~ ]|[还又都这怎什退骗快搞])"
    "|特[么喵](?<!模特么)|他[马玛码]的|[煞傻沙杀][笔逼比屄叉](?![记盒画])|[傻煞]b(?![a-z])|s(?<![a-z\\d]s)[.]?b(?:客服|商家|卖家|店家?|平台|快递|公司|东西|吧|们|了|玩意)"
    "|脑[残瘫](?!粉|儿|患|病|人|志|贴)|脑子(?:有病|进水|有问题|有坑|被驴)|智障(?!人士|人群|儿|者|孩|患|朋友|学校|残)|弱智(?!儿|者|人|患|学校|残)"
    "|废物(?!利|回|处|箱|桶|改|再|分|循|排|的|花|艺|管|焚|填)|狗(?:东西(?![都也]?(?:卖|吃|用|怎么|是什么|没|有|在|能|发|到|的|好))|屁(?!股)|娘养|杂种|逼|比东西|商家|平台|客服|卖家|店(?=$|[,.!，。！]))"
    "|[去滚操草干艹日]你(?:大爷|妈|二大爷|奶奶|老母|[玛吗]的?|全家|马)|爷(?<=你大爷)的|滚(?:蛋(?!卷|机)|粗|犊子|开(?!的|水|后))|滚(?=$|[!！])"
    "|黑店(?!白|老板|剧|游戏|小说)|[奸黑]商(?!事|务|标|投|品)|黑心(?:商|店|平台|企业|公司|卖|老板|钱)|骗子(?:集团|公司|平台|店|商|客服|一?群)|诈骗(?<![防反]诈骗)(?:集团|公司|平台|团伙|犯)(?!.{0,8}(?:怎么|如何|举报电话|识别|预防))"
    "|雷店|雷(?<=[很超真好的够太巨爆级]雷)(?![人同达克蛇鸣诺劈霆暴厉火朋神电锋射管])|[废烂雷]到(?:爆|极点?|家|无语|想哭|不行|可笑|离谱)|雷爆|烂透|烂爆|烂(?<=[超够很真的]烂)(?![漫熟泥])"
    "|气(?<=好气)(?=$|[啊呀哦喔噢!！,，。. ~]|人)|气(?:死(?!风)|炸(?!锅)|疯了|到爆)|蛋(?<=王八蛋)|混(?:账(?!东西不)|蛋)|畜(?:生(?!.{0,3}(?:饲|疫|养))|牲(?!.{0,3}(?:饲|疫|养)))|渣(?<=人渣)(?![^，。]{0,2}本)|败类|贱[人货]"
    "|病(?<=有病)(?=吧|啊$|是不是$)|脸(?<=不要脸)|良心(?<=[没丧]良心)|德(?<=缺德)(?!舅)|耻(?<=无耻)|垃圾(?:客服|平台|公司|店铺?|商家|卖家|服务|快递|玩意|东西(?=$|[!！])|软件|app)"
    "|靠[北杯腰]|[仆扑]街|冚家|戆[居鸠]|食屎|屎(?<=[吃]屎)(?!壳)|坑爹|坑死|恶心[死人](?<!恶心人)|操蛋|艹(?=$|[,.!，。！ 你])|卧槽(?!好|太好|真|牛|绝|也太好)"
)
"""In simplified characters and lower case."""


_BESIDE = 3
"""Letters beside an insult that say nothing of their own ("去你大" of "去你大爷的")."""
_LONGEST = 24


def has_insult(typed: str) -> bool:
    """Whether somebody abuses the other side in it, and not in fun."""
    plain = _plain(typed)
    return _find(plain) is not None and not is_in_fun(plain)


def is_insult_alone(typed: str) -> bool:
    """Whether a text says nothing else."""
    if len(typed) > _LONGEST:
        return False
    plain = _plain(typed)
    found = _find(plain)
    if found is None or is_in_fun(plain):
        return False
    beside = plain[: found.start()] + plain[found.end() :]
    return sum(map(str.isalnum, beside)) <= _BESIDE


def _plain(typed: str) -> str:
    return lower(typed) if typed.isascii() else lower(simplify(typed))


def _find(plain: str) -> re.Match[str] | None:
    """The first insult in a text in simplified characters and lower case."""
    found = _LETTERS.search(plain)
    if found is not None or plain.isascii():
        return found
    tried = (_WORD.match(plain, at.start()) for at in _BEGINS.finditer(plain))
    return next((each for each in tried if each is not None), None)
