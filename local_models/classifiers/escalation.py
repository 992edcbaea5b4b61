"""Whether a customer asks for a person or a manager, or threatens to complain or to go to law.

A word alone says little ("律师费发票", "the manager chair"): it counts beside a verb that calls, complains or
threatens, in one clause, and not where that is denied. A number is a hotline only where it stands by itself.
"""

from __future__ import annotations

import re

from local_models.classifiers.normalise import clip, translate
from local_models.classifiers.sample import Sample
from local_models.classifiers.word_groups import ESCALATION_HINT

_CLAUSES = re.compile(r"[,.!?;:…~]+")
_CALL_CHARS = 48
"""A clause that is nothing but a call for a person is no longer."""
_CLAUSE_CHARS = 240
"""Of a longer clause only head and tail are read."""
_REACH = 24
"""Characters before a call or a threat in which it may be denied."""

_WILL = "(?:要|会|就|去|准备|直接|只能|必须|一定|打算|马上|立刻|得|想|已经?|只好|肯定)"
_BOSS = "(?:领导|经理|主管|负责人|上级|老板|店长|总监|高层|管理层|管理人员|管事的|主事的|领班|组长)(?!椅|桌|娘|推荐|签)"
_HUMAN = "(?:人工(?!智能|费|皮|湖|草|降|授|挑|审|检|成本|呼吸|合成|牙|耳|关节)|真人(?!cs|发|秀|照|模特|版)|活人)"
_BODY = (
    "(?:消协|消费者协会|消委会?|工商局?|市场?监管?局|市场监督管理局|工信部|银保监会?|金融?监管?局|(?<!\\d)315(?!\\d)|监管部门|邮政局|邮政管理局|"
    "物价局|税务局|质监局|黑猫|媒体|记者|电视台|法院|仲裁委?|派出所|公安局?|警察|有关部门|国家邮政|律师)(?!门口|旁|对面|附近)"
)
_PLACE = "(?:微博|抖音|小红书|朋友圈|网上|网络|全网|b站|知乎|论坛|贴吧|媒体|电视台)"
_HOTLINE = (
    r"(?<![\da-z.#-])(?:12315|12345|12305|12378|12300|12381)(?![\da-z-]|\s*[元块室号楼栋座份个件])"
)
_SETTLE = "(?:投诉|举报|告(?!诉|知|别)|反映|曝光|维权|起诉|报案)"

_ASKED_ZH = re.compile(
    rf"(?:转|接|找|叫|要|换|让|由|派|跟|和|与|联系|呼叫)(?:一下|通|到|成|个|位|给|回|你们的?|的|在线){{0,2}}{_HUMAN}"
    rf"|有(?:没有)?(?:个|在线)?{_HUMAN}|{_HUMAN}(?:客服|服务)?(?:在吗|在线吗|呢|在不在)|(?:人工|真人)(?:客服|服务)|^{_HUMAN}$|真人客服"
    r"|(?:和|跟)(?:真|活)?人(?:说|聊|沟通|讲|谈|对话)"
    rf"|(?:不想|不要|不愿意?|别)(?:再|和|跟|让|用){{1,3}}(?:你们的?)?(?:机器人|ai|智能客服)|(?:跟|和|与|要求|由){_BOSS}(?:通话|说|谈|沟通|对话|讲|联系|反映)"
    r"|(?:叫|换|来)一?个人(?:来)?(?:$|跟我|和我|回复|接待|处理|说)"
    rf"|(?:找|叫|让|换|喊|请|转|见|跟|和|向|问|把|给|联系|要|要求)(?:一下)?(?:你们?|您们?|贵)[^我]{{0,4}}{_BOSS}"
    rf"|(?:让)?管事的来|(?:找|叫|换|喊|转|见)(?:一下|个|位)?(?:值班|客服|店)?{_BOSS}(?:$|来|出|谈|说|处理|投诉|接|过|反映|理论)"
    rf"|(?:你们|你|贵)[^我]{{0,4}}{_BOSS}(?:呢|在吗|在不在|是谁|的?电话|出来|来)"
)
_THREAT_ZH = re.compile(
    rf"{_WILL}投诉(?!电话|渠道|入口|建议|怎么|进度|结果)|投诉(?:你|贵|到|他们)|^(?:我)?投诉$"
    rf"|{_WILL}举报(?:$|了|你|贵|商家|店|这|卖|他)|举报(?:你|贵)"
    rf"|{_SETTLE}(?:你们?)?(?:到|去|给|上)?[^不]{{0,4}}{_BODY}(?!的|费|证)|{_BODY}(?!的|费|证)[^的不]{{0,4}}(?:{_SETTLE}|见$|找你)"
    rf"|(?:找|请|联系|委托|咨询)(?:了|个|好|过)?{_BODY}(?:$|了|来|告|处理|解决|跟|和|评理|介入|给我)"
    rf"|(?:闹|捅|告)(?:到|上|去|给)[^不]{{0,3}}{_BODY}|(?:去|上|就)(?:找)?{_HOTLINE}(?:$|了|吧)|(?:打|拨)(?:电话)?(?:给|到)?{_BODY}"
    rf"|(?:去|上|找)(?:消协|消费者协会|消委会?)(?!推荐|的)|打官司(?!用)|吃官司"
    rf"|等着(?:你们)?被?(?:起诉|曝光|投诉)|追究[^的]{{0,6}}责任|(?:我|就|马上|现在|这就)去{_BODY}$"
    r"|(?:等|收|发|寄)[^的]{0,4}律师函|律师函(?:见|警告|会|马上|已|将|就|寄给|发给)"
    rf"|(?<![报广警公布通忠转预原被])告(?:死|定|倒)?(?:你(?!个)|贵|到底|上法|到法)|{_WILL}告(?!诉|知|别|白|辞|一段|示)"
    rf"|{_WILL}[^不]{{0,3}}起诉(?!状|书)|起诉(?:你|贵|到)"
    r"|(?:走|通过|采取|诉诸|拿起)法律(?!书|文)|法庭(?:上)?见|法院见|上法庭|对簿公堂"
    r"|(?:^|我|要|去|准备|只能|马上|打算|再.{1,8}就|不.{1,8}就)(?:就|要|会|已经?|去)*报(?:了)?[警案](?:$|了|抓|处理|你|吧)"
    rf"|曝光(?:你|贵|这家|他们)|{_WILL}曝光$|{_PLACE}.{{0,6}}曝光"
    rf"|(?:你们?|这事|店)挂(?:到|在|上)?{_PLACE}|{_WILL}.{{0,4}}{_PLACE}.{{0,6}}(?:发帖|发视频|挂|爆料|避雷)"
    rf"|{_PLACE}.{{0,6}}(?:发帖|发视频|挂|爆料|避雷).{{0,8}}你们"
    rf"|{_WILL}(?:依法|合法)?维权(?!书|中心)|维权到底"
    rf"|(?:打|拨|致电|找|投诉|举报|反映|联系|call|calling|report)(?:了|过|打|到|给|去|电话|个|you|to| ){{0,3}}{_HOTLINE}"
    rf"|{_HOTLINE}\s*[^\d的]{{0,4}}(?:{_SETTLE}|见|热线|等着)|(?:打|拨|找)[^的]{{0,3}}(?:市长|消费者|投诉|举报|监管)热线"
)
_ALONE_ZH = re.compile(
    rf"(?:请|麻烦|快|帮我?|给我|我要?|要|你们?|能|可以|转|接|直接|换|的|下|一下){{0,5}}(?:{_HUMAN}|{_HOTLINE})(?:客服|服务|坐席|处理|接听|吧|啊|呀|谢谢)?"
)
_DENIED_ZH = re.compile(
    r"(?<![能要可是行好还么啥])(?:不|没有?|别|无需|甭|未)(?:是|想|要|会|用|必|需|打算|准备|给我?|麻烦|再|我|去|来|找你们?|帮我?|说|真的?)*$"
)

_WHO = "(?:human|person|agent|manager|supervisor|representative|rep|operator|someone|somebody|boss|advisor)"
_ONE = rf"(?:(?:your|a|an|the|any|another|some|real|live|actual|human|customer|service|support) )*{_WHO}\b(?!'s)"
_ALONE_WORDS = (
    "please|hey|hello|hi|just|can|could|may|i|get|have|want|need|give|me|to|a|an|the|your|real|live|speak|talk|with|"
    "customer|service|care|support|no|more|bots?|chat|actual"
)
_SHALL = r"(?:will|'ll|going to|gonna|i'm|i am|we're|we are|must|have to|might|about to|to|gotta)"
_LAWYER = "(?:lawyer|attorney|solicitor)s?"
_OFFICE = (
    "(?:bbb|better business bureau|ftc|trading standards|consumer (?:protection|affairs)|ombudsman|attorney general|"
    "small claims|regulator)"
)
_SITES = "(?:twitter|facebook|instagram|social media|online|tiktok|youtube|reddit|everywhere|trustpilot|yelp)"
_ASKED_EN = re.compile(
    rf"\b(?:speak|talk|chat)(?:ing)? (?:to|with) {_ONE}"
    rf"|\b(?:get|give|find|send|bring) me {_ONE}(?! \w+ (?:price|discount))"
    rf"|\b(?:connect|transfer|put|pass) (?:me|us|this|my (?:case|call|chat)|it) (?:through |over |on )?(?:to|with) {_ONE}"
    r"|\b(?:need|want|demand) (?:to see )?(?:a|an|your|the)(?: (?:real|live|human|actual))* (?:human|person|agent|manager|supervisor|representative|operator)(?=$| now| please| to (?:call|help|speak|talk)| who| right)"
    r"|\b(?:real|live|actual|human) (?:person|human|agent|representative|operator|being)(?=$| (?:i|to|who|please|that|now|here|available|there)\b)"
    r"|\b(?:who|where) is your (?:boss|manager|supervisor)|\bescalat(?:e|ing) (?:this|it|my|the)\b"
    r"|\b(?:this|it|case|ticket|issue) (?:to be )?escalated$|\btransfer me$"
    r"|\bhave (?:a|an|your|the) (?:manager|supervisor|human|person|representative) (?:call|contact|phone|email|reach|write)"
    rf"|\b(?:put|get) {_ONE} (?:on|over|in here|now)\b"
    r"|\b(?:anyone|anybody|someone) (?:real|human)\b|\bany (?:real |actual )?(?:humans|people) (?:here|there)"
    r"|\b(?:human|person|agent|representative|manager) available\b|\bcomplain to (?:your|a|the) (?:manager|supervisor|boss)"
    r"|\b(?:refuse|tired of|sick of|don't want)\b.{0,20}\b(?:bots?|robots?|chatbots?)\b"
    r"|\b(?:connect|transfer|put) me (?:through )?(?:to|with) (?:\w+ )?(?:support|staff|customer (?:service|care))"
    r"|^customer (?:service|support|care) (?:please|now)$"
)
_THREAT_EN = re.compile(
    rf"\b(?:sue|suing) (?:you|your|this|them)\b|{_SHALL} sue\b|\bsee (?:you|each other|you all) in (?:court|small)"
    r"|\b(?:take|taking) (?:you|this|it) to (?:\w+ ){0,2}court"
    r"|\b(?:take|taking|pursue|pursuing|seek|start|begin|threaten|consider|considering) legal"
    r"|\blegal (?:action|proceedings)"
    rf"|\b(?:call|contact|hear(?:ing)? from|speak(?:ing)? (?:to|with)|talk(?:ing)? to|hire|involve)(?:ing|ed)? (?:my|our|a|an) {_LAWYER}\b"
    rf"|\b(?:my|our) {_LAWYER} (?:will|is|shall|are) (?:be )?(?:contact|call|in touch|su|writ|send|going|tak)"
    rf"|\b(?:this|it|matter|case)(?:'s| is| will)? (?:be )?(?:go|going|goes|handed|sent|forwarded) (?:over )?to (?:my|our|a) {_LAWYER}"
    rf"|\bnext (?:step|stop|call|email|letter) (?:is|will be) (?:to )?(?:the |my |our |a )?(?:{_OFFICE}|{_LAWYER})"
    rf"|\b(?:expect|file|filing|face|facing|start|bring)(?: \w+)? lawsuit|{_SHALL} .{{0,30}}\bchargeback"
    r"|\breport(?:ing|ed)? (?:you|them|your (?:company|store|shop)|this (?:company|store|shop|seller))\b"
    rf"|\b(?:report|contact|call|go|complain|complaint|fil|writ|tak|notif|sue|tell)\w*\b.{{0,30}}\b{_OFFICE}\b"
    r"|\b(?:go|going|talk|talking|write) to the (?:press|media|papers|newspapers?|police|news)\b"
    rf"|{_SHALL} (?:call|contact|tell)(?:ing)? the (?:press|police|media|cops)\b"
    r"|\b(?:file|filing|do|doing|issue|issuing|initiate|start|starting|request|open|opening) (?:a |the )?chargeback"
    r"|\b(?:dispute|disputing) (?:this|the|it|that|my)\b.{0,20}\b(?:bank|card|credit|paypal|charge)"
    r"|\b(?:file|lodge|make|submit|raise|open|filing|lodging|making|submitting) (?:a |an |my )?(?:formal |official |serious )*complaint"
    r"|\b(?:go|going) public (?:with|about|on|unless|if|$)"
    rf"|{_SHALL} (?:be )?(?:leav|giv|writ)\w+ .{{0,12}}\b(?:one|1)[ -]star"
    rf"|{_SHALL} (?:be )?(?:post|shar|tweet|put|writ|tell)\w* (?:this|it|all|about|every|what|how|your) ?.{{0,30}}\b{_SITES}\b"
)
_ALONE_EN = re.compile(
    rf"(?:(?:{_ALONE_WORDS}) )*(?:human|person|agent|representative|rep|operator|manager|supervisor|transfer me|escalate)"
    r"(?: (?:please|now|here|asap))*"
)
_DENIED_EN = re.compile(
    r"(?:\b(?:not|never|no need|without|nobody)|n't)(?: (?:want|need|to|have|going|wish|yet|like|asking|ever|even|be|you|you to"
    r"|planning|intend|please|me|a|for))* ?$"
)


_READERS_ZH = (
    (re.compile(f"{_HUMAN}|{_BOSS}|个人|[和跟]人|机器人|ai|智能客服"), _ASKED_ZH),
    (
        re.compile(
            "投诉|举报|告|诉|律师|法|公堂|报|曝光|挂|发帖|发视频|爆料|避雷|维权|热线|官司|123|消|媒体|记者|电视台|警|派出所|公安|追究|找|[见打拨]"
        ),
        _THREAT_ZH,
    ),
)
_READERS_EN = (
    (
        re.compile(
            "human|person|agent|manager|superv|rep|operator|some|advisor|escalat|transfer|any|customer|bot|support|staff|boss"
        ),
        _ASKED_EN,
    ),
    (
        re.compile(
            "su[ei]|court|legal|lawyer|attorney|solicitor|report|bbb|bureau|ftc|trading|consumer"
            "|ombuds|claims|regulat|press|media|paper|police|news|cops|chargeback|disput|complaint|public|star|lawsuit"
            "|twitter|facebook|instagram|online|tiktok|youtube|reddit|everywhere|trustpilot|yelp"
        ),
        _THREAT_EN,
    ),
)
"""What a clause must hold for a pattern to hold in it, which is quicker to see, with the pattern."""


def is_escalation(text: str | Sample) -> bool:
    """Whether the customer asks for a person or a manager, or threatens to complain or to go to law."""
    sample = Sample.of(text)
    lower = sample.lower
    has_hint = sample.words.in_group[ESCALATION_HINT] > 0
    if lower.isascii():
        if not has_hint and "123" not in lower:
            return False
    else:
        lower = translate(lower.replace("\n", ","))
    clauses = {
        clip(clause.strip(" \"'()"), _CLAUSE_CHARS)
        for clause in _CLAUSES.split(lower.replace("\n", ","))
    }
    return any(_is_in_chinese(each) or (has_hint and _is_in_english(each)) for each in clauses)


def _is_in_chinese(clause: str) -> bool:
    if clause.isascii() and "123" not in clause:
        return False
    if len(clause) <= _CALL_CHARS and _ALONE_ZH.fullmatch(clause):
        return True
    return any(_holds(*reader, _DENIED_ZH, clause) for reader in _READERS_ZH)


def _is_in_english(clause: str) -> bool:
    if len(clause) <= _CALL_CHARS and _ALONE_EN.fullmatch(clause):
        return True
    return any(_holds(*reader, _DENIED_EN, clause) for reader in _READERS_EN)


def _holds(
    hint: re.Pattern[str], pattern: re.Pattern[str], denied: re.Pattern[str], clause: str
) -> bool:
    """Whether the pattern holds somewhere in the clause where what stands before does not deny it."""
    if not hint.search(clause):
        return False
    found = pattern.finditer(clause)
    return any(
        not denied.search(clause[max(0, each.start() - _REACH) : each.start()]) for each in found
    )
