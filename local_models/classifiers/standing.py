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

from local_models.classifiers.arrivals import is_there_now, leaves_open, names_condition
from local_models.classifiers.closings import closes_talk, makes_wait
from local_models.classifiers.compiled import lower
from local_models.classifiers.normalise import clip, translate
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.reproaches import is_reproach
from local_models.classifiers.traditional import simplify

MOVED_ON = 3
"""So many turns about other matters end a call."""
_READ_CHARS = 600
"""Of a longer message only head and tail are read."""
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSES = re.compile(r"[^,.!?;:\n]+")
_PIECES_ZH = re.compile(r"[^,.!?;:~\s]+")
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
    r"|\b(?:you have|you've|you are|you're) (?:now )?(?:reached|through to|entered) (?:a |an |our |the )?(?:live|human|real)\b|(?:^|[,.] ?)(?:transferring|connecting) you(?=$|[,.!])|\bagent \w+ (?:has )?joined\b|\bis now (?:in|on) (?:the|this) (?:chat|line)"
    r"|\b(?:you will|you'll) (?:receive|get|have) (?:a |the )?(?:call(?: ?back)?|phone call)"
    r"|\bjoined (?:the|this|our) (?:chat|conversation|call)\b"
    r"|\b(?:this is|i'm|i am|my name is)(?: [\w.]+){0,4},? (?:and i'm |and i am |i'm |i am )?(?:the|a|your|duty|shift|store|senior)(?: \w+){0,2} (?:manager|supervisor|team lead(?:er)?|director|real person|human)\b"
    r"|\bi(?:'m| am) (?:a )?(?:real (?:person|human)|human)\b|\b(?:i'll|i will|i'm|i am) tak(?:e|ing) over\b"
)
_NOT_YET_EN = re.compile(
    r"\b(?:if|once|after|before|when|until|unless|as soon as|provided) (?:you|i|we|your|that)\b|\b(?:not|cannot|can't|won't|unable|unfortunately|unavailable|nobody|no one|no (?:managers?|agents?|humans?|supervisors?|colleagues?)|isn't|aren't|don't|couldn't|first)\b"
    r"|\b(?:ai|virtual|automated|digital|robot) (?:agents?|assistants?|advis[eo]rs?|representatives?|operators?)\b"
    r"|\b(?:would you|shall|should i|do you want|want me|can i|may i|could i)\b|\?"
)
_STAFF_ZH = "(?:人工(?!智能|智慧)(?:客服|坐席|座席)?|高级客服|客服(?:人员|专员|经理|主管|同事|组长|代表)|经理|主管|专员|专人|同事|负责人|领导|店长(?!推荐|精选|力荐)|上级|工作人员|真人|组长)"
_NOW_ZH = "(?:正在|正|已经?|马上|这就|现在|立即|立刻|即刻|我会|我来|会|将|就|我)"
_TAKES_OVER_ZH = re.compile(
    rf"{_NOW_ZH}(?:为|帮|给|替)?(?:您|你)?(?:成功)?(?:转接?|接通|接入|进入|升级|上报|反馈|安排|通知|联系|转交|转给|移交|提交|申请|呼叫|请|叫)[^.!?;]{{0,10}}{_STAFF_ZH}"
    rf"|(?:为|帮|给|替)(?:您|你)(?:转接?|接通|接入)(?:到|至|给)?[^.!?;,]{{0,6}}{_STAFF_ZH}"
    rf"|{_NOW_ZH}(?:就)?(?:为|帮|给|替)(?:您|你)(?:转接?|转过去|接通|接入)(?:一下|中|了|过去|哈|哦|的){{0,2}}(?=$|[,.!;~ ])|(?:正在|已经?)(?:转接|接入|接通)(?:中|了)?(?=$|[,.!;~ ])"
    rf"|{_STAFF_ZH}[^.!?;]{{0,14}}(?:会|将|已经?|马上|稍后|尽快|立即|随后|正在)[^.!?;]{{0,14}}(?:联系|致电|回电|打给|给(?:您|你)(?:打|回)|跟进|回复|处理|接待|服务|接手|接入)"
    rf"|(?:我是|这里是|这边是)(?![^.!?;,]{{0,6}}(?:机器人|智能|ai|助手|虚拟))[^.!?;,]{{0,8}}(?:人工|经理|主管|店长(?!推荐|精选|力荐)|真人|负责人|组长)"
    rf"|(?:会|将)(?:有|由|请|让|安排)?[^.!?;,]{{0,4}}{_STAFF_ZH}[^.!?;,]{{0,6}}(?:联系|致电|回电|打给|给(?:您|你)(?!发|送|寄|补|推荐)|跟进|回复|接待|服务|接手)"
    rf"|(?:客服|专员|{_STAFF_ZH})[^.!?;,]{{0,10}}(?:接入|加入|进入)(?:了|到)?(?:会话|对话|聊天|服务|沟通|群聊)|(?:经理|主管|店长|组长|专员|人工客服|客服\d{{2,6}}号?)[^.!?;,]{{0,8}}为(?:您|你)服务"
    r"|人工(?:客服|坐席|座席)?[^.!?;]{0,8}(?:为(?:您|你)服务|已接入|已接通|上线|接入成功)|工号[^.!?;]{0,10}为(?:您|你)服务"
    r"|(?:会|将|稍后|马上|尽快)[^.!?;]{0,8}(?:给(?:您|你)(?:打|回)(?:个)?电话|(?:给(?:您|你))?回电|致电(?:给)?(?:您|你))|由我(?:来)?接手"
)
_NOT_YET_ZH = re.compile(
    "快递|骑手|师傅|司机|配送员|吗|么$|要不要|是否|如果|若是|的话|请先|先(?:提供|告诉|说|描述)|(?:后|之后|以后)(?:才|再|我|为|帮|给)|才能|无法|不能|没法|不可以|暂时|没有|繁忙|不在线|需要(?:您|你)|麻烦(?:您|你)?(?:先|提供)|请(?:您|你)?提供|不是|[?]"
    "|暂未|尚未|还未|未(?:上线|接入|接通|开通|在线)|还没|下线|下班|离线|失败|[点时分半\\d](?:钟|整|开始|后|才|准时){0,2}(?:上线|上班|在线)|(?:工作|服务|上班|在线)时间"
)
_MACHINE_ZH = re.compile(
    "(?:智能|智慧|机器人|机械人|(?<![a-z])ai(?![a-z])|虚拟|助手|小助理|自助)(?![^.!?;]{0,12}(?:转|切换|升级))"
)
"""Who serves is none, unless he puts the customer through."""
_OTHERS_ROOM_ZH = "(?:仓库|仓储|库房|物流|门店|店铺|配送|安装|维修|质检|产品|技术|财务|知识库|运营|采购|发货|搬运|取件|揽收)(?:部门?|组|中心|站|团队|那边|相关|的){0,2}"
_ERRAND_ZH = re.compile(
    rf"上门|{_OTHERS_ROOM_ZH}{_STAFF_ZH}(?![^.!?;]{{0,20}}(?:联系|致电|回电|打给|回复|给)(?:您|你)(?!留|发|送|寄|补))"
    rf"|{_STAFF_ZH}(?:给(?:您|你))?(?:取件|取货|安装|维修|回收|送货|补发|发券|发货|打包|催促|寄|送)"
)
"""Who is sent for the goods, or told of them, does not talk to the customer."""
_HOW_TO_HELP = re.compile(
    r"(?:请问|请讲)?(?:您|你)?(?:这边)?(?:是|有|遇到|碰到)?了?(?:什么|啥|哪些|怎么了?|何)[^.!?;,]{0,16}[?]|\b(?:how|what) (?:can|may|could) i (?:help|assist|do)\b[^.!?;]{0,30}[?]|\bwhat (?:seems to be|is|'s) the (?:problem|matter|issue)[?]"
)
"""What whoever took over asks first."""
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
    r"|(?:you|u) (?:can |could |may |just |then )*(?:do|handle|try|fix|sort|answer|take) (?:it|this|that)(?: out)?(?=$| (?:then|yourself|instead|please|for me|too))|(?:^|\b(?:you (?:can|could|may)|just|then) )(?:look|check|find|see) (?:it|this|that|for)(?: up| out)? ?(?:yourself|for me|me|then|instead)\b"
    r"|let's (?:try|do it|see|continue|go on)(?: with you| here| first| then| without)?|i(?:'ll| will| can) (?:just )?(?:try|ask|tell) (?:it )?(?:you|with you)|i take (?:it|that) back|leave it(?: then| there| at that)?$|scrap that|(?:oh |ah |ok )?(?:i(?:'ve)? )?(?:just )?found it\b|cancel (?:that|the (?:call|complaint|transfer|escalation))"
    r"|(?:it|that|this|everything|(?:the )?(?:problem|issue|matter)|all)(?:'s| is| has been| was| has)? (?:now |all |already |been |finally |just )?(?:sorted|solved|resolved|fixed|settled)\b|(?:it )?works (?:again )?now|(?:drop|withdraw|dropping|withdrawing) (?:it|my complaint|the complaint|the case|that))"
)
_PERSONS_ZH = (
    "(?:人工|真人|经理|主管|领导|负责人|老板|店长|上司|专员|专人|客服|律师|消协|记者|12315|警察)"
)
_WELL_ZH = "(?:ok|好的|哦|噢|喔|啊|嗯|好|行|吧|那就?|就|先|还是|要不|可以|算了|真的|现在|已经|都|也|了|啦|我|谢谢){0,5}"
_SOFT_ZH = "(?:抱歉|不好意思|对不起|了|啦|咯|吧|哈|啊|哦|呢|呀|谢谢?|多谢|您|你|先|先了|再见|麻烦|辛苦){0,4}"
_DROPS_ZH = re.compile(
    rf"^{_WELL_ZH}不(?:用|需要|必)(?:再)?(?:了|啦|咯){_SOFT_ZH}$"
    rf"|(?:不(?:用|需要|必|想)|别|甭)(?:再)?(?:给我|帮我)?(?:转接?|找|叫|联系|麻烦|喊|请)?(?:你们的?)?{_PERSONS_ZH}(?!.{{0,6}}(?:敷衍|忽悠|糊弄|搪塞|骗|说))"
    rf"|(?:不(?:用|需要|必|想)|别|甭)(?:再)?(?:转接?|找|叫|联系|麻烦|喊)(?:你们?|您|他们?|人)?(?:了|啦)?{_SOFT_ZH}$"
    rf"|不(?:找|转|叫|要){_PERSONS_ZH}了|^{_WELL_ZH}不(?:找|转|叫)(?:你们?|了|啦)"
    r"|(?<!谁说我)(?<!谁说)(?<!以为我)(?<!以为)不(?:再|想|打算|准备|用|需要)?(?:投诉|客诉|告|举报|起诉|曝光|追究)(?:你们?)?(?:了|啦)"
    r"|(?<!不)(?<!没)(?<!别)(?<!休想)(?<!逼我)(?<!让我)(?<!休想我)(?<!为什么)(?:撤销|取消|撤回|撤)(?:了)?(?:投诉|举报|转接|转人工)|^(?:我|已经?){0,2}撤诉了?$"
    rf"|^{_WELL_ZH}(?:由|让|先)?你(?:先|就|再)?(?:来|帮我|帮)(?:先)?(?:处理|弄|办|看|查|解决|回答|搞|说|试|找)?(?:一?下|看看?|试试|查|订单|物流|快递|单子|单号|退款|进度|原因|问题){{0,3}}(?:吧|好了|就行|也行|就好|呗|了)?$"
    rf"|^{_WELL_ZH}你(?:先)?给我(?:处理|弄|办|看|查|解决|回答|搞|说)?(?:一下|看|下|查)?(?:吧|好了|就行|也行|就好)$|^那?你(?:先)?(?:试试|来试)|^(?:那|好|行|吧|就|先|嗯|也){{0,4}}(?:就|先)这样(?:吧|了|好了|啦)?$"
    r"|我(?:自己)?再?(?:等等|想想|考虑)(?:吧|看)"
)
_GIVES_UP_ZH = re.compile(
    rf"^{_WELL_ZH}算[了啦]{_SOFT_ZH}(?:不.{{1,6}})?$|^(?:投诉|人工)(?:就)?算了吧?$"
)
_REPROACH_ZH = re.compile(
    "你们|(?:跟|和|同|对|与)(?:你|您|机器人|机械人|ai|客服)|说不(?:清|明|通)|每次|没用|白搭|浪费|踢皮球|懒得|敷衍|忽悠"
)
"""Who is tired of it gives nothing up."""
_TIRED_ZH = re.compile("没用|白搭|浪费时间|说不(?:清|明|通)")
_ON_IT_ZH = "(?:哦|噢|喔|啊|嗯|好像|我们?|已经?|刚刚?|刚才|现在|终于|突然|都|就|又|也|那个?|这个?|那边|问题|事情?|这事|自己|退款|钱|货|快递|包裹|订单|东西|外卖|骑手|快递员|师傅|物流|发票|券|的|全|帮我|您|你们|客服|经理|有人|行|可以|是){0,6}"
_SOLVED_ZH = re.compile(
    rf"^{_ON_IT_ZH}(?:解决|处理好?|搞定|弄好|办好|修好|整好|恢复|到账|退款成功|修复|登上|打开)(?:了|啦|咯){_SOFT_ZH}$"
    rf"|^(?:哦|噢|啊|现在|已经|自己|又|突然|重启|居然){{1,3}}(?:可以|能|好)(?:用|打开|登录?|登上|付|下单|看|了){{0,2}}了{_SOFT_ZH}$|^(?:哦|噢|啊|好了|行|那){{0,2}}没事儿?(?:了|啦){_SOFT_ZH}$"
    r"|^(?:哦|噢|啊|原来|就){1,2}在[^没不]{1,10}(?:里|里面|那|那里|那边|口|下|上|下面|底下|旁边|柜|站|处|家|楼)(?:了|呢)?$"
)
_SEEN_ZH = re.compile(
    rf"^{_ON_IT_ZH}(?:找到|找着|收到|退回|退|到|送到|送达|看到|看见|发货|(?:已经?|都)发|补发|退款)(?:了|啦|咯){_SOFT_ZH}$"
    r"|^(?:哦|噢|啊|刚|原来|我){0,3}(?:才|刚才|刚刚)?(?:看到|看见|收到|找到)(?:了|啦)?(?:你们?)?(?:的)?(?:发的|回的|物流|通知|短信|回复|消息|信息|发货|更新|快递|退款|邮件|提示|公告|包裹|货){0,2}(?:了|啦)?$"
)
"""What may as well be an answer: it says that all is well where a word of surprise or of thanks stands beside it, or
nothing else."""
_CUE_ZH = re.compile("[哦噢喔啊]|刚|终于|原来|突然|没事|谢|抱歉|不好意思|对不起|误会")
_POLITE_ZH = re.compile("^(?:谢谢?|多谢|感谢|好的?|嗯|行|辛苦|亲|不用|[了啦您你哈啊吧]){1,4}$")
_NOT_SO_ZH = re.compile("但|可是|不过|结果|却|根本|没有|还是不|骗|个屁|才怪")
"""What is solved but for this is not."""
_MISTAKEN_ZH = re.compile(
    r"(?<!不是)(?<!别说)(?<!难道)(?<!以为)(?<!怪)我(?:自己)?(?:看|搞|弄|记|填|点|拍|认|想|写|打|买|选|输)(?:错|混|漏|反)(?!没|误?吗)|^(?:哦|噢|啊|抱歉|不好意思|对不起|原来|是|好像){0,3}(?:看|搞|弄|记|认|找|进|想)错(?:了|人|群|店|家|地方|窗口|对话|号|单|行){0,3}$"
    r"|^[^你]{0,6}发错(?:人|群|店|家|地方|窗口|对话|对象|消息)(?:了|啦|抱歉|不好意思){0,2}$|^(?:哦|噢|啊|原来|抱歉|不好意思|应该){1,3}是我(?:们?)?(?:自己|家|不|没|忘|误|的(?:错|问题|原因|锅))|^原?来?是我自己|是我(?:的(?:错|问题|锅)|误会|没看清|没注意|不会用)"
    r"|误会(?:你们?|您|了|一场)(?!吗)|^(?:哦|啊|是|都|纯|一场){0,3}误会(?:了|啦)?$|(?:不是|没(?:有|在)?|没有在)(?:在)?(?:说|骂|讲|指)(?:你|您)|(?:说|骂|讲|指)的?不是(?:你|您)|^(?:哦|啊|这|这个|原来|好像){0,3}不是(?:你|您)们?(?:家|店)?(?:的|买的)?$|^(?:抱歉|不好意思)?撤回(?:一?下)?$"
    r"|说的?是气话|错怪(?:你|您)"
)
_MISTAKEN_EN = re.compile(
    r"\b(?:wrong (?:chat|person|shop|store|window|number|group|company|thread)|(?:my|it was my) (?:mistake|bad|fault|own (?:mistake|fault))|i (?:misread|was wrong|misunderstood|got it wrong|am mistaken|was mistaken|mixed (?:it|them|that|this|you) up|take it back)|false alarm|not (?:talking|directed) (?:to|at) you|didn't mean you|i meant (?:an?other|a different) (?:shop|store|company))\b"
    r"|^(?:oh|ah|ok|wait|sorry|oops|no)(?: (?:oh|ok|wait|sorry|just|now|i|i've|finally|never mind))* (?:found|see|saw|got|received|have) (?:it|them|that|the \w+)(?: now| sorry| thanks?| just now)*$"
    r"|^(?:(?:oh|ah|ok|wait|sorry|oops) )+(?:it|they|the \w+)?(?:'s| is| has| just)? ?(?:just |already |now )?(?:arrived|came|here|there|working|works|back|showed up|in (?:my|the) \w+|shipped|delivered)(?: now| just now| sorry)*$"
)
_SORRY = re.compile(
    r"抱歉|不好意思|对不起|打扰了|\b(?:sorry|my apologies|i apologi[sz]e|oops)\b|^(?:oh|哦|啊)$"
)
_PLACE_ZH = re.compile(
    r"在[^没不]{1,10}(?:里|里面|那|那里|那边|口|下|上|下面|底下|旁边|柜|站|处|家|楼)(?:了|呢)?$"
)
_ASKS = re.compile(
    "[?]|吗|呢$|什么|哪|多少|请(?:您|你)?(?:描述|说明|提供|选择|说|上传|输入|告|发)|几[天个月号位]|是否|麻烦(?:您|你)?(?:提供|说|发|描述)"
    r"|\b(?:please|kindly) (?:tell|provide|describe|select|give|share|enter|upload)|\b(?:what|which|when|where|who|how)\b"
)
_IS_QUESTION = re.compile(
    r"[?]|吗|么$|呢$|怎么|怎样|如何|什么|多少|多久|几[天个时点号]|哪|能不能|可不可以|能否|是否|凭什么|为什么|谁|\b(?:what|which|when|where|who|how|why|can i|could i|do you|is there)\b"
)
_YET = re.compile(r"但|可是|还是要|但是|不过|\b(?:but|still|yet|want|need|refund)\b|[?]|吗|呢")
_GLAD_WORDS = re.compile(
    "谢|太好|太棒|满意|感激|赞|真棒|很棒|好棒|开心|高兴|贴心|给力|好评|真好|很好|不错|辛苦|完美|惊喜|厉害|喜欢|爱了|靠谱|放心|nice"
    "|thank|great|wonderful|perfect|awesome|amazing|excellent|brilliant|love|happy|good|appreciate|helpful|fantastic|glad|lovely|superb|cheers|pleased|delighted|best|impressed|relie"
)
"""A fact may sound glad ("on Christmas Eve"); who is glad says so."""


class Remark(NamedTuple):
    """One message of a talk."""

    is_customers: bool
    text: str


def still_stands(
    since: Sequence[Remark],
    *,
    is_other_matter: Callable[[str], bool],
    is_glad: Callable[[str], bool],
    call: str = "",
) -> bool:
    """Whether a `call` stands after what was said `since`, the oldest first, in which nothing calls anew."""
    answer = ""
    others = 0
    for remark in since:
        if not remark.is_customers:
            answer = remark.text
            if hands_over(answer):
                return False
            continue
        if drops_call(remark.text, answer, call=call):
            return False
        if is_glad(remark.text) and not _thanks_only(remark.text, answer, call):
            return False
        is_answer = asks(answer) and not _IS_QUESTION.search(_plain(remark.text))
        others += not is_answer and is_other_matter(remark.text)
        if others >= MOVED_ON:
            return False
    return True


def sounds_glad(turn: str) -> bool:
    """Whether a word of a turn says that its writer is glad; a mood that is only guessed from a fact needs one."""
    return _GLAD_WORDS.search(_plain(turn)) is not None and not is_reproach(turn)


def hands_over(answer: str) -> bool:
    """Whether an answer says that a person took over, or will call or write."""
    plain = _HOW_TO_HELP.sub("", _plain(answer))
    is_ascii = plain.isascii()
    for sentence in _SENTENCES.findall(plain):
        for part in _BUT.split(sentence):
            if _TAKES_OVER_EN.search(part.strip()) and not _NOT_YET_EN.search(part):
                return True
            if not is_ascii and _hands_over_in_chinese(part):
                return True
    return False


def drops_call(turn: str, answer: str = "", *, call: str = "") -> bool:
    """Whether the customer gives up what he called for, or needs it no more, after an answer that may have offered it.

    `call`: how he called or threatened, which tells what he waits for.
    """
    plain = _plain(turn)
    bare = " ".join(_CLAUSES.findall(plain)).strip()
    offer = _plain(answer)
    called = _plain(call)
    is_open = leaves_open(plain, offer, called)
    if "?" not in plain and not is_open and _is_settled(" ".join(bare.split()), offer, called):
        return True
    if offer and _DECLINES.fullmatch(bare) and _offers_to_connect(offer):
        return True
    if offer and _CONSENTS.fullmatch(bare) and _ITSELF.search(offer):
        return not _OFFERS.search(offer)
    if any(_DROPS_EN.search(clause.strip()) for clause in _CLAUSES.findall(plain)):
        return True
    if not is_open and takes_back(turn, answer):
        return True
    return not plain.isascii() and _drops_in_chinese(plain)


def _thanks_only(turn: str, answer: str, call: str) -> bool:
    """Whether gladness is mere courtesy: to a wait, or as something comes that was not called for."""
    offer = _plain(answer)
    return makes_wait(offer) or leaves_open(_plain(turn), offer, _plain(call))


def _is_settled(said: str, offer: str, called: str) -> bool:
    """Whether the customer closes the talk, or says that what he waited for is there."""
    is_asked = _ASKS.search(offer) is not None
    is_conditional = is_asked and names_condition(called)
    if is_there_now(said, offer, is_asked=is_asked, was_waited_for=is_conditional):
        return True
    is_offered = is_asked and _offers_to_connect(offer)
    return closes_talk(said, offer, is_asked=is_asked, is_offered=is_offered)


def _offers_to_connect(offer: str) -> bool:
    """Whether one sentence offers it; "I can't transfer you. Anything else?" does not."""
    return any(_OFFERS.search(each) for each in _SENTENCES.findall(offer))


def asks(answer: str) -> bool:
    """Whether an answer asks the customer something."""
    return _ASKS.search(_plain(answer)) is not None


def takes_back(turn: str, answer: str = "") -> bool:
    """Whether the customer takes back what he was angry about: it was a mistake of his own, it was not meant for this
    shop, or what he missed is there. What was asked before it may be what it answers."""
    plain = _plain(turn)
    clauses = _said(plain)
    if _YET.search(plain):
        return False
    if _SORRY.search(plain) and _is_only_sorry(clauses):
        return True
    if plain.isascii():
        return any(_MISTAKEN_EN.search(each) for each in (*clauses, " ".join(clauses)))
    if _NOT_SO_ZH.search(plain):
        return False
    if any(_MISTAKEN_ZH.search(each) or _SOLVED_ZH.search(each) for each in clauses):
        return True
    if not any(_SEEN_ZH.search(each) for each in clauses):
        return False
    if _CUE_ZH.search(plain):
        return True
    is_all = all(_SEEN_ZH.search(each) or _POLITE_ZH.search(each) for each in clauses)
    return is_all and not asks(answer)


def _is_only_sorry(clauses: Sequence[str]) -> bool:
    """Whether somebody begs pardon and says where the thing was, if anything."""
    rest = [left for each in clauses if (left := _SORRY.sub("", each).strip())]
    return all(_PLACE_ZH.search(each) for each in rest)


def _hands_over_in_chinese(part: str) -> bool:
    return not (
        _TAKES_OVER_ZH.search(part) is None
        or _NOT_YET_ZH.search(part)
        or _MACHINE_ZH.search(part)
        or _ERRAND_ZH.search(part)
    )


def _drops_in_chinese(plain: str) -> bool:
    clauses = _said(plain)
    if any(_DROPS_ZH.search(each) for each in clauses):
        return not any(_TIRED_ZH.search(each) for each in clauses)
    return any(_GIVES_UP_ZH.search(each) for each in clauses) and not _REPROACH_ZH.search(plain)


def _said(plain: str) -> list[str]:
    """The clauses of a turn that are no questions; in Chinese a blank parts them too."""
    marks = _CLAUSES if plain.isascii() else _PIECES_ZH
    asked = (
        found.end() < len(plain) and plain[found.end()] == "?" for found in marks.finditer(plain)
    )
    pairs = zip(marks.findall(plain), asked, strict=True)
    return [clause.strip() for clause, is_asked in pairs if not is_asked and clause.strip()]


def _plain(text: str) -> str:
    """In lower case, with simplified characters, Mandarin's words and plain marks."""
    return speak_mandarin(translate(lower(simplify(clip(text, _READ_CHARS))))).replace("’", "'")
