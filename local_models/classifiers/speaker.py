"""Whose words a turn holds: its writer's own, or a text to work on, a talk set down, an exam, somebody's story."""

from __future__ import annotations

import re

_SAID = 4
"""A quotation of no more signs, or of two words, is a word set off, not somebody's sentence."""

_QUOTES = re.compile(
    r"(?<![a-z0-9])\"([^\"]*)(?:(?<=[.!?,;])\"|\"(?![a-z0-9]))|(?<![a-z0-9])'([^'\n]*)'(?![a-z])|[「『]([^」』]*)[」』]"
    r"|```.*?(?:```|\Z)|^>[^\n]*",
    re.MULTILINE | re.DOTALL,
)

_MAY_QUOTE = re.compile(r"[\"「『`>]|(?<![a-z0-9])'")

_LABEL = re.compile(
    r"(?:^|[\n.!?;,。！？；，]) ?(?:agent|customer|user|assistant|bot|chatbot|client|operator|caller|representative|rep|support|buyer|seller|[ab]"
    r"|(?:人工|智能)?客服\d?|用户|顾客|客户|买家|卖家|店主|机器人|助手|甲|乙|坐席|来电人?) ?[:：]"
)
"""Before what somebody says in a talk that was set down."""
_OPTION = re.compile(r"(?:^|[\s(（])([bc])[.)）、．:：]")

_PLEASE_EN = (
    r"(?:^|[\n.!?;:] ?|, ?)(?:(?:please|kindly|pls|hi|hello|hey|now|then|can you|could you|would you|will you|help me(?: to)?|i need you to|i want you to"
    r"|your task is to|let's|you should|you must|to|task|question|instruction)[ ,:]+){0,4}"
)
_TEXT_EN = (
    r"(?:text|sentences?|paragraphs?|passage|e-?mails?|letters?|grammar|spelling|conversation|chats?|transcript|reviews?|tickets?|messages?|tone|essay|story"
    r"|poem|article|dialogue|quote|lines?|phrases?|words?|utterances?|queries|query|comments?|posts?|tweets?|statements?|scenario|case study|document)"
)
_TONGUE = "(?:french|german|spanish|chinese|mandarin|english|italian|japanese|korean|russian|portuguese|arabic|hindi|dutch|polish|turkish|latin)"
_TASK_EN = re.compile(
    rf"{_PLEASE_EN}(?:translate|summari[sz]e|proofread|paraphrase|rephrase|rewrite|reword|classify|categori[sz]e|roleplay|role-play|imagine|pretend|transcribe)\b"
    r"|\b(?:translate|summari[sz]e|proofread|paraphrase|rephrase|rewrite|reword) (?:this|the following|the (?:text|sentence|passage|letter|e-?mail)|it (?:in)?to)\b"
    rf"|{_PLEASE_EN}(?:correct|edit|label|analy[sz]e|extract|continue|complete|identify|determine|fix|improve|shorten|convert|check|polish|expand|tag|read|rate|spell)"
    rf" (?:the|this|these|following|below|each|that|a|an|above|all) (?:\w+ ){{0,2}}{_TEXT_EN}\b"
    rf"|{_PLEASE_EN}(?:reply to|respond to|answer) (?:the|this|an?|these|following) (?:\w+ )?(?:reviews?|customers?|complaints?|tickets?|tweets?|comments?|clients?)\b"
    rf"|{_PLEASE_EN}(?:write|draft|compose) (?:me |us )?(?:a|an|the|some|two|three|\d+|one)\b"
    rf"|{_PLEASE_EN}(?:create|generate|invent|tell|give|make up) (?:me |us )?(?:\w+ ){{0,2}}(?:joke|sentence|story|quiz|dialogue|essay|poem|headline|synonym|title|example)s?\b"
    rf"|{_PLEASE_EN}(?:explain|define|describe|discuss|compare|conjugate|parse)\b"
    r"(?! (?:yourself|to me|why|this|that|how you|where|when|my|your|what happened|the (?:charge|delay|bill)))"
    r"|\bhow (?:do|would|can|should) (?:you|i|we|one) (?:say|spell|write|translate|pronounce|put)\b|\bwhat (?:is|are|does|do) [^.?!]{0,80}\bmean\b|\bmean(?:ing|s) of\b"
    rf"|\b(?:in|into|to) {_TONGUE} ?:|\b(?:summary|translation|synonyms?|sentiment|intent|tl;?dr|grammar|headline)(?: of[^.?!:]{{0,40}})? ?[:?]"
    r"|\b(?:what|how) (?:do|should|shall|would|must|to|could) ?(?:i|we|our \w+|my \w+|the \w+|a \w+|one)? ?(?:best |politely )?"
    r"(?:reply|respond|answer|say|write back|handle|react|deal with)\b|\bhow can (?:i|we) (?:reply|respond|handle)\b"
    r"|\bin (?:the|a|this|that|my|his|her) (?:\w+ )?(?:story|novel|film|movie|play|scene|episode|chapter|essay|poem|screenplay|sitcom|anime)\b"
    r"|\b(?:story|novel|poem|essay|scene|screenplay|lyrics|dialogue|film|movie) (?:about|where|in which|of|on)\b|\b(?:hero|protagonist|main character|narrator)\b"
    r"|\bas an? (?:\w+ )?(?:seller|shop owner|merchant|store owner|business owner)\b|\bi (?:run|own|manage) an? (?:\w+ )?(?:shop|store|business|boutique|restaurant|hotel)\b"
    r"|\b(?:i'm|i am|we're|we are) an? (?:\w+ )?(?:seller|merchant|shop owner|store owner|support agent|customer service agent|business owner|law student)\b"
)
_TASK_ZH = re.compile(
    "(?:翻译|译)(?:成|为|一下|下面|以下|这|到|:|：|,|，| |$)|用.{1,3}[语文](?:怎么|如何)?(?:说|写|讲|表达)|(?:英语|英文|日语|法语|德语|韩语|俄语)(?:怎么|如何)(?:说|写|讲)"
    "|(?:总结|概括|归纳|润色|改写|校对|校正|纠错|续写|扩写|缩写|仿写|造句|复述|转写)(?:一下|下面|以下|下列|这|上面|上述|全文|:|：|$|.{0,6}[:：])"
    "|(?:分析|解释|判断|修改|提取|识别|分类|标注|朗读|检查|回答|阅读)(?:一下)?(?:下面|以下|下列|下文|上面|上述|这(?:句|段|篇|条|则|封|个(?:句|段|案|词)))"
    "|(?:^|[,.;!?，。；！？] ?|帮我|请|给我|替我|麻烦|帮忙)(?:你)?(?:写|拟|起草|撰写|编写|生成|创作)(?!差评|评价|投诉我)(?:一|两|三|个|篇|封|首|段|份|句|条|则|关于)"
    "|(?:怎么|如何|怎样|该|应该)(?:去|来)?(?:回复|回应|答复|应对|应付|安抚|回他|回她|回客户|回顾客|回买家)|(?:作为|身为)(?:一名|一个)?(?:店主|商家|卖家|客服|店长|律师|老师|商户|法官|房东)"
    "|(?:我|我们)(?:是|开了?)(?:一名|一个|一家|个|做)?(?:店主|商家|卖家|客服|店长|网店|律师|法学|小店|电商|淘宝店)"
    "|(?:下列|以下|下面|下述)(?:关于|哪|各|选项|说法|行为|情形|情况|句|对话|文字|做法|案例|的|这)|正确的是|错误的是|不正确的|答案[:：]|____|[(（] {1,8}[)）]|可以得出|根据上述|案例分析|单选|多选|选择题|判断题|简答|论述"
    "|(?:小说|电影|电视剧|故事|剧本|课文|漫画|动漫|短文|新闻|报道|作文)(?:里|中|讲|说|的|里面|结局|标题|:|：)|男主|女主|主人公|主角"
    "|(?:投诉|人工|起诉|诉|函|维权|举报|途径|句话|个词|成语|单词)[^我你]{0,3}(?:什么|啥)意思|是什么(?:$|[,.?，。？]|机构|电话|部门|东西)|的(?:定义|概念|近义词|反义词|同义词|读音|拼音)|(?:顾客|客户|买家)(?:.{0,16})(?:怎么办|怎么处理|如何处理|怎么劝|怎么解决)"
)
_TALK_LABELS = 2


def drop_quotes(lower: str) -> str:
    """A text less what it quotes; all of it where it is nothing but a quotation."""
    if not _MAY_QUOTE.search(lower):
        return lower
    rest = _QUOTES.sub(_keep_words, lower)
    return rest if rest.strip(" \n.!?;:,") else lower


def _keep_words(found: re.Match[str]) -> str:
    """A word or two in quotation marks as it stands, of a sentence nothing."""
    said = found.group(1) or found.group(2) or found.group(3) or ""
    is_short = len(said) <= _SAID or (said.isascii() and said.count(" ") < 2)
    return f" {said} " if is_short else " "


def is_set_before(lower: str) -> bool:
    """Whether a turn, in lower case, sets a text or a case before its reader: to translate, sum up, mend, grade or
    answer for a third, an exam, a talk set down, a film."""
    if _TASK_EN.search(lower) or (not lower.isascii() and _TASK_ZH.search(lower)):
        return True
    if len(_LABEL.findall(lower)) >= _TALK_LABELS:
        return True
    return len(set(_OPTION.findall(lower))) == 2
