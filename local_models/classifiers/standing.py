"""Whether a call for a person or a threat that was made earlier in a talk still stands.

It stands until it is settled: by the other side, who says that a person took over or will call; by the customer,
who drops it, declines to be connected, lets the machine try or is glad; or as he goes on to other matters. A
question ("shall I connect you?"), a condition ("I need your number before I can connect you") and a refusal settle
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from local_models.classifiers.compiled import lower
from local_models.classifiers.normalise import clip, translate
from local_models.classifiers.traditional import simplify

MOVED_ON = 3
"""So many turns about other matters end a call."""
_READ_CHARS = 600
"""Of a longer message only head and tail are read."""
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSES = re.compile(r"[^,.!?;:\n]+")
_BUT = re.compile(r"\bbut\b|但是?|不过")

_STAFF = (
    r"(?:colleagues?|humans?|persons?|agents?|managers?|supervisors?|team ?lead(?:er)?s?|representatives?|reps?|specialists?|advis[eo]rs?|operators?|someone|somebody"
    r"|boss|directors?|experts?|executives?|associates?|members? of (?:our|the|my) (?:\w+ )?(?:team|staff)|(?:our|the|my) (?:\w+ ){0,2}(?:team|staff|department))"
)
_CONTACTS = r"(?:call|contact|phone|ring|reach|get (?:back|in touch)|be (?:with|in touch)|join|take (?:over|care)|follow up|assist|help|reply|respond|e-?mail|write|look into|handle|deal|speak|talk)"
_TAKES_OVER_EN = re.compile(
    r"\b(?:i|we)(?:'m|'re|'ve|'ll| am| are| have| will)? (?:(?:now|just|already|be|been|also|gladly|immediately|right away) ){0,3}(?:connect|transfer|pass|forward|hand|escalat|put|rout|redirect|assign|refer)(?:e|ed|ing|r?ing|r?ed|t?ing)? "
    rf"(?:you\b|(?:this|it|that|(?:your|the|this) (?:\w+ )?(?:case|ticket|issue|matter|request|query|complaint|concern|chat|call|problem|message))\b[^,]{{0,20}}\b(?:{_STAFF}|complaints|management|human))"
    r"|(?:^|\b(?:let me|now|please hold|hold on|one moment|ok|okay|sure|certainly|of course|alright)[,: -]{0,3}(?:while i |i'm |i am )?)(?:connect|transferr?|putt?|pass|hand)(?:ing)? you (?:now|through|over|to)\b"
    rf"|\b(?:i|we)(?:'ve|'ll| have| will|'m| am) (?:now |just |already )?(?:ask|arrang|request|schedul|book|notif|inform|alert|get|hav)(?:e|ed|i?ed|ing|t)? .{{0,40}}\b{_CONTACTS}"
    rf"|\b{_STAFF}(?: \w+)? ?(?:will|is going to|are going to|'ll|shall|is about to)(?: \w+){{0,2}}? {_CONTACTS}\b"
    rf"|\b{_STAFF} (?:has|have|is|are) (?:now |just |already )?(?:joined|taken over|taking over|on (?:the|their|his|her) (?:way|line)|looking into|been (?:notified|informed|asked))"
    rf"|\b(?:case|ticket|issue|matter|request|complaint|concern)(?: has| have)?(?: now| just| already)? been (?:escalated|passed|forwarded|handed|referred|assigned|transferred)\b[^,]{{0,12}}\b{_STAFF}"
    rf"|\b(?:let|ask|tell|have) (?:my|our|the|a) (?:manager|supervisor|boss|team lead(?:er)?|colleague)(?: know)?(?: and| to|,)?(?: he| she| they)?(?: will|'ll)? {_CONTACTS}\b"
    r"|\byou(?:'re| are| will be|'ll be) (?:now |being )?(?:connected|speaking|talking|chatting|through|transferred|contacted|called)(?: back)?\b"
    r"|\b(?:you will|you'll) (?:receive|get|have) (?:a |the )?(?:call(?: ?back)?|phone call)"
    r"|\bjoined (?:the|this|our) (?:chat|conversation|call)\b"
    r"|\b(?:this is|i'm|i am|my name is)(?: [\w.]+){0,4},? (?:and i'm |and i am |i'm |i am )?(?:the|a|your|duty|shift|store|senior)(?: \w+){0,2} (?:manager|supervisor|team lead(?:er)?|director|real person|human)\b"
    r"|\bi(?:'m| am) (?:a )?(?:real (?:person|human)|human)\b|\b(?:i'll|i will|i'm|i am) tak(?:e|ing) over\b"
)
_NOT_YET_EN = re.compile(
    r"\b(?:if|once|after|before|when|until|unless|as soon as|provided) (?:you|i|we|your|that)\b|\b(?:not|cannot|can't|won't|unable|unfortunately|unavailable|nobody|no one|no (?:managers?|agents?|humans?|supervisors?|colleagues?)|isn't|aren't|don't|couldn't|first)\b"
    r"|\b(?:would you|shall|should i|do you want|want me|can i|may i|could i)\b|\?"
)
_STAFF_ZH = "(?:人工(?:客服|坐席|座席)?|高级客服|客服(?:人员|专员|经理|主管|同事)|经理|主管|专员|专人|同事|负责人|领导|店长|上级|工作人员|真人|组长)"
_TAKES_OVER_ZH = re.compile(
    rf"(?:正在|正|已经?|马上|这就|现在|立即|立刻|即刻|我会|会|将|我)(?:为|帮|给|替)?(?:您|你)?(?:转接?|接通|接入|升级|上报|反馈|安排|通知|联系|转交|转给|请|叫)[^.!?;]{{0,10}}{_STAFF_ZH}"
    rf"|(?:为|帮|给|替)(?:您|你)(?:转接?|接通|接入)(?:到|至|给)?[^.!?;,]{{0,6}}{_STAFF_ZH}"
    rf"|{_STAFF_ZH}[^.!?;]{{0,14}}(?:会|将|已经?|马上|稍后|尽快|立即|随后|正在)[^.!?;]{{0,14}}(?:联系|致电|回电|打给|给(?:您|你)(?:打|回)|跟进|回复|处理|接待|服务|接手|接入)"
    rf"|(?:我是|这里是|这边是)(?![^.!?;,]{{0,6}}(?:机器人|智能|ai|助手|虚拟))[^.!?;,]{{0,8}}(?:人工|经理|主管|店长|真人|负责人|组长)"
    rf"|(?:会|将)(?:有|由|请|让|安排)?[^.!?;,]{{0,4}}{_STAFF_ZH}[^.!?;,]{{0,6}}(?:联系|致电|回电|打给|给(?:您|你)|跟进|回复|接待|服务|接手)"
    r"|人工(?:客服|坐席|座席)?[^.!?;]{0,8}(?:为(?:您|你)服务|已接入|已接通|上线|接入成功)|工号[^.!?;]{0,10}为(?:您|你)服务"
    r"|(?:会|将|稍后|马上|尽快)[^.!?;]{0,8}(?:给(?:您|你)(?:打|回)(?:个)?电话|(?:给(?:您|你))?回电|致电(?:给)?(?:您|你))|由我(?:来)?接手"
)
_NOT_YET_ZH = re.compile(
    "快递|骑手|师傅|司机|配送员|吗|么$|要不要|是否|如果|若是|的话|请先|先(?:提供|告诉|说|描述)|(?:后|之后|以后)(?:才|再|我|为|帮|给)|才能|无法|不能|没法|不可以|暂时|没有|繁忙|不在线|需要(?:您|你)|麻烦(?:您|你)?(?:先|提供)|请(?:您|你)?提供|不是|[?]"
)
_OFFERS = re.compile(
    rf"(?:connect|transfer|put|pass|escalat|call)\w* .{{0,40}}[?]|\b{_STAFF}\b[^.!;]{{0,40}}[?]|(?:转|接|联系|安排|升级)[^.!;]{{0,14}}(?:吗|么|[?])"
)
_ITSELF = re.compile(
    r"\b(?:shall|can|may|could|should) i (?:\w+ ){0,3}?(?:try|help|look|check|sort|handle|see|fix|assist|do)\b[^.!;]{0,60}[?]|\b(?:let me|want me to|would you like me to|ok(?:ay)? if i|mind if i|how about i) (?:\w+ ){0,3}?(?:try|help|look|check|sort|handle|see|fix|assist|do)\b[^.!;]{0,60}[?]"
    r"|(?:我|由我|小助手)(?:先|来|先来)?(?:帮|为|给|替)?(?:您|你)?[^.!?;,]{0,6}(?:看看|看一下|查|处理|解决|试试|试一下)[^.!;]{0,8}(?:好吗|可以吗|行吗|好不好|吗|[?])"
)
_DECLINES = re.compile(
    r"(?:no|nope|nah|not now|not yet|not needed|no need|don't|please don't|rather not|it's ok(?:ay)?|不用|不要|不需要|不|不了|不必|先不用?|暂时不用?|暂不|没必要)(?:[, ]*(?:thanks|thank you|thx|谢谢|了|先))*"
)
_CONSENTS = re.compile(
    r"(?:yes|yeah|yep|ok|okay|sure|fine|alright|go ahead|please do|please|try|go on|可以|好|行|嗯+|恩|要|那?你?试试)(?:[, ]*(?:then|please|thanks|go ahead|try|the|吧|的|呀|啊|了|谢谢))*"
)
_DROPS_EN = re.compile(
    r"\b(?:never ?mind|nvm|forget (?:about )?(?:it|that|(?:the |a |calling )*(?:manager|human|agent|person|supervisor|call(?:back)?|complaint|lawyer))|no need(?: for (?:a |the )?\w+)?(?: any ?more| now| then)?(?=$| to (?:connect|call|transfer|escalate))|not needed(?: any ?more)?|\bno (?:manager|human|agent|person|supervisor)s? (?:is )?needed|no longer need"
    r"|(?:don't|do not|won't) (?:need|want|bother|have)(?: to)?\b.{0,30}\b(?:any ?more|any longer|person|human|manager|agent|supervisor|after all)"
    r"|(?:you|u) (?:can |could |may |just |then )*(?:do|handle|try|fix|sort|answer|take) (?:it|this|that)(?: out)?(?=$| (?:then|yourself|instead|please|for me|too))"
    r"|let's (?:try|do it|see|continue|go on)(?: with you| here| first| then| without)?|i(?:'ll| will| can) (?:just )?(?:try|ask|tell) (?:it )?(?:you|with you)|i take (?:it|that) back|leave it(?: then| there| at that)?$|scrap that|(?:oh |ah |ok )?(?:i(?:'ve)? )?(?:just )?found it\b|cancel (?:that|the (?:call|complaint|transfer|escalation))"
    r"|(?:it|that|this|everything|(?:the )?(?:problem|issue|matter)|all)(?:'s| is| has been| was| has)? (?:now |all |already |been |finally |just )?(?:sorted|solved|resolved|fixed|settled)\b|(?:it )?works (?:again )?now|(?:drop|withdraw|dropping|withdrawing) (?:it|my complaint|the complaint|the case|that))"
)
_DROPS_ZH = re.compile(
    "^(?:那|那就|还是|好吧|唉|哎)?算了|不用(?:了|转|找|叫|人工|麻烦|联系)|不需要(?:了|人工|转)|不必(?:了|转)|不(?:找|转|叫|要)(?:人工|经理|主管|真人|你们|客服)?了|不(?:投诉|告|举报|起诉|曝光)(?:你们?)?了|(?:撤销|取消|撤回|撤)(?:了)?(?:投诉|举报|转接|转人工)"
    "|^(?:那|行|好|还是|要不|先){0,3}(?:就)?(?:由|让|先)?你(?:先)?(?:来|帮我|给我|帮)(?:先)?(?:处理|弄|办|看|查|解决|回答|搞|说)?(?:一下|看|下|查)?(?:吧|好了|就行|也行|就好)|那?你(?:先)?(?:试试|来试)|没事了|(?<!没)找到了(?!吗|没|么|[?])|(?<!没)(?<!没有)(?<!不)(?:解决|处理好|搞定|弄好|办好)了(?!吗|没|么|[?])|我(?:自己)?再?(?:等等|想想|考虑)(?:吧|看)"
)


class Remark(NamedTuple):
    """One message of a talk."""

    is_customers: bool
    text: str


def still_stands(
    since: Sequence[Remark],
    *,
    is_other_matter: Callable[[str], bool],
    is_glad: Callable[[str], bool],
) -> bool:
    """Whether a call stands after what was said `since`, the oldest first, in which nothing calls anew."""
    answer = ""
    others = 0
    for remark in since:
        if not remark.is_customers:
            answer = remark.text
            if hands_over(answer):
                return False
            continue
        if drops_call(remark.text, answer) or is_glad(remark.text):
            return False
        others += is_other_matter(remark.text)
        if others >= MOVED_ON:
            return False
    return True


def hands_over(answer: str) -> bool:
    """Whether an answer says that a person took over, or will call or write."""
    plain = _plain(answer)
    is_ascii = plain.isascii()
    for sentence in _SENTENCES.findall(plain):
        for part in _BUT.split(sentence):
            if _TAKES_OVER_EN.search(part.strip()) and not _NOT_YET_EN.search(part):
                return True
            if not is_ascii and _TAKES_OVER_ZH.search(part) and not _NOT_YET_ZH.search(part):
                return True
    return False


def drops_call(turn: str, answer: str = "") -> bool:
    """Whether the customer gives up what he called for, after an answer that may have offered it."""
    plain = _plain(turn)
    bare = " ".join(_CLAUSES.findall(plain)).strip()
    offer = _plain(answer)
    if offer and _DECLINES.fullmatch(bare) and _OFFERS.search(offer):
        return True
    if offer and _CONSENTS.fullmatch(bare) and _ITSELF.search(offer):
        return not _OFFERS.search(offer)
    clauses = [clause.strip() for clause in _CLAUSES.findall(plain)]
    return any(_DROPS_EN.search(each) or _DROPS_ZH.search(each) for each in clauses)


def _plain(text: str) -> str:
    """In lower case, with simplified characters and plain marks."""
    return translate(lower(simplify(clip(text, _READ_CHARS)))).replace("’", "'")
