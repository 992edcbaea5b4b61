"""Whether a customer asks for a person or a manager, or threatens to complain or to go to law.

A word alone says little ("律师费发票", "Attn: Manager"): it counts beside a verb that calls, complains or
threatens, in one clause, and not where that is denied; by itself only where it is the whole turn. The number of a
hotline counts beside such a verb. What is said must be the customer's own, now, to whom he talks: not what he quotes or
hands over to be worked on (`speaker.py`), not what a third does, not what he asks about the law.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from local_models.classifiers.courtesy import leave_courtesy_out
from local_models.classifiers.normalise import clip, translate
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.sample import Sample
from local_models.classifiers.speaker import drop_quotes, is_set_before
from local_models.classifiers.spelling import mend_spelling
from local_models.classifiers.word_groups import ESCALATION_HINT

CALL, THREAT = "call", "threat"
_BARE_THREAT = re.compile("投诉|12315")
_SENTENCES = re.compile(r"[^.!?;…~\n]+[.!?;…~\n]*")
_CLAUSES = re.compile(r"[^,:]+")
_MARKS = re.compile(r"[ \t,.!?;…~\"'()]+")
_EDGES = " .!?;…~\n\"'()"
_CALL_CHARS = 48
"""A turn or a clause that is nothing but a call for a person is no longer."""
_MENDED_CHARS = 120
"""Characters of a turn that is looked at once more with its slips mended: longer ones call in more words than one."""
_SET_DOWN = re.compile(r"[\n:：]")
"""What stands between speakers and their words: there a greeting belongs to the talk that was set down."""
_CLAUSE_CHARS = 240
"""Of a longer clause only head and tail are read."""
_REACH = 24
"""Characters before a call or a threat in which it may be denied."""

_WILL = "(?:要|会|就|去|准备|直接|只能|必须|一定|打算|马上|立刻|得|想|已经?|只好|肯定)"
_BOSS = "(?:领导|经理|主管|负责人|上级|老板|店长|总监|高层|管理层|管理人员|管事的|主事的|领班|组长|上司)(?!椅|桌|娘|推荐|签)"
_TRADES = (
    "智能|费|皮|湖|草|降|授|挑|审|检|成本|呼吸|合成|牙|耳|关节|心脏|晶|雪|岛|流产|受精|钻|宝石|林|饲|鱼|造|香|色素|调味|甜|取代|替代|代替|安装|打磨|搬"
    "|组装|操作|浇|种|养|核|充值|录|输入|确认|干预|喂|清洗|分拣|配|发货|包装|派|送|制|缝|编织|拆|调|开锁|翻译|阅|评|标注|单|票|拣|抽|雕|绘|手|保|修|价|多少|几|报酬|薪|工"
)
"""What is done by hand, or is no person: 人工 before it calls nobody."""
_HUMAN = f"(?:人工(?!{_TRADES})|真人(?!cs|发|演|秀|照|模特|版|电影|游戏|剧|实拍|拍|假|头|偶|手办|大小|比例|认证|试|出镜|视频|图|穿|广告)|活人)"
_DESK = "(?:客服|服务|坐席|座席|人员|专员|通道|窗口|热线|电话|处理|接听|接待|回复|解答|支持|帮忙|帮助|沟通|对话|聊天|来|在线)"
_BODY = (
    "(?:消协|消费者(?:协会|委员会)|消保(?:委|会|官)|消基会|公平(?:交易委员)?会|银监会|证监会|金管局|市监局|民航局|文旅局|网信办|邮管局|交通(?:运输)?局|海关(?!清关|编码|放行)|工商部门|消委会?|工商局?|市场?监管?局|市场监督管理局|工信部|银保监会?|金融?监管?局|(?<!\\d)315(?!\\d)|监管部门|邮政局|邮政管理局|"
    "物价局|税务局|质监局|黑猫|媒体|记者|电视台|法院|仲裁委?|派出所|公安局?|警察|有关部门|国家邮政|律师)(?!门口|旁|对面|附近)"
)
_PLACE = "(?:微博|抖音|小红书|朋友圈|网上|网络|全网|b站|知乎|ptt|dcard|论坛|贴吧|媒体|电视台)"
_HOTLINE = r"(?<![\da-z.#单号码编:-])(?:12315|12345|12305|12378|12300|12381)(?![\da-z-]|\s*[元块室号楼栋座份个件])"
_SETTLE = "(?:投诉|举报|(?<![报广警公布通忠转预原被])告(?!诉|知|别)|反映|反应|申诉|检举|客诉|曝光|维权|起诉|报案)"
_SUE = "起诉(?!状|书|离婚|流程|费|材料|期|人|程序|时效|意见)"
_PLEASE = "^(?:请|麻烦|帮我?|给我|我|你|您|你们|就|那|还是|先|能不能|可不可以|可以|能|快|赶紧|尽快|直接|马上|必须|要求?|想|需要|去|都){0,5}"
"""Before what is asked for, and not told of; nothing else stands before it in its clause."""

_ASKED_ZH = re.compile(
    r"(?:申请|要求|请求|请|让|叫|找|需要)(?:了|过|你们的?|一下){0,2}(?:平台|小二|官方|淘宝|京东|拼多多|天猫|闲鱼|美团|客服|专员|第三方){1,2}(?:来)?(?:介入|处理你|评理|裁决)(?!的?流程|需要|要多久|后|是什么|怎么)"
    r"|(?:转接?|接|换)(?:一下|个|到|给|成|位|你们的?){0,2}(?:专员|专人)(?!上门|取件)|(?:给|告诉|提供|把)(?:我)?(?:一下)?(?:你们?的?|贵司)?(?:总部|总公司|总监|上级|领导|老板)(?:的)?(?:电话|联系方式|号码)"
    r"|(?:让|找|叫|换|来|接|给我)(?:个|一个|位|接个|你们){0,2}(?:能|可以)(?:说了算|做主|做得了主|拍板|管事|负责)的|(?:请|让|叫)(?:你们?的?)?(?:主管|经理|领导|店长)(?:给我)?(?:回电|来电|致电)|(?:同|和|跟)真人(?:谈|讲|说)"
    r"|(?:转|找|接)(?:个|一下)?rg(?![a-z\d])|(?<![a-z\d])rg客服|(?:不要|别)再?给(?:机器|机械)人|有没真人|找消保官|"
    rf"(?:转|接|找|叫|要|换|让|由|派|来|切|联系|呼叫|安排|提供)(?:一下|通|到|成|一?个|位|给|回|你们的?|的|在线|换|名|我){{0,3}}{_HUMAN}"
    rf"|给(?:一?个|一?位){_HUMAN}(?:客服)?(?:$|我|跟|和)|有(?:没有)?(?:个|在线)?{_HUMAN}(?=$|吗|么|没|啊|呀|呢|能|可以|来|在|帮|客服|服务|坐席)"
    rf"|(?:需要|想|希望|请|能(?!够)|能不能|可不可以|可以|麻烦|帮我|给我|换)(?:你们?|帮我|给我|用|一?个|有|来|是|提供|直接){{0,2}}{_HUMAN}{_DESK}*(?:吗|么|吧|啊|呀|$|来|帮|给|跟|和|我)"
    rf"|{_HUMAN}{_DESK}*(?:在吗|在线吗|呢$|在不在|在哪|怎么(?:找|转|联系|接|打|进)|如何(?:转|联系|接)|有吗|呢\?|出来)"
    rf"|(?:找|接通?|转|联系|进入?)(?:不到|不了|不上|不通){_HUMAN}"
    rf"|(?:和|跟|与)(?:真|活)?人(?:工客服|工)?(?:直接)?(?:说|聊|沟通|讲|谈|对话)"
    r"|^(?:我|都|说了|拜托|请|快|就|可以|能){0,3}(?:不要|别|不想要|不需要)(?:你们的?|再|用|是|给我|跟|发|这个|叫|来){0,3}(?:机器人|机械人|ai|智能客服|自动回复)(?:了|啦|来|回复?|客服|回答|服务|聊天?|接待|应付|敷衍|糊弄|我|吗|行吗|好吗){0,3}$"
    rf"|(?:不想|不要|不愿意?|别)(?:再|和|跟|让|用){{1,3}}(?:你们的?)?(?:机器人|ai|智能客服)|(?:跟|和|与|(?<![合相不共赞])同|要求|由){_BOSS}(?:通话|说|谈|沟通|对话|讲|联系|反映)"
    r"|^(?:这个|破|垃圾|死|臭|你们的?|你个|你这|让|叫|把){0,3}(?:机器人|机械人)(?:给我|赶紧|快|都){0,2}(?:滚|爬|闪|走)(?:开|蛋|粗|远点|出去|啊|吧|一边去)?$|(?:叫|换|来|找)一?个人(?:来)?(?:$|同我|跟我|和我|回复|接待|处理|说)"
    r"|(?:给|帮|请|麻烦|快|要|直接)(?:我|你|帮我|给我){0,2}(?:转接?|接|转到|换)(?:一下|个|到|成|在线|一个|位){0,2}客服|^(?:转接?|接)(?:一下|个|到|在线)?客服"
    rf"|{_PLEASE}换(?:(?:一?个|一?位|一?名)(?:别的|其他|新的?|懂的?|专业的?|女|男)?|其他|别的)客服(?:人员)?(?:$|[吧吗来跟和给]|行|好|可以|处理|回|聊|谈|接待|服务|行不行)|{_PLEASE}换客服(?:$|[吧吗来])"
    rf"|{_PLEASE}(?:联系|联络|反映给|反馈给|上报|汇报给|交给|转给|转交|通知|升级[到给])(?:一?下|到|给|你们?的?|个){{0,2}}{_BOSS}(?:$|来|出|处理|解决|看|跟进|介入|协调|确认|[吧吗])(?!过|了|好)"
    r"|(?:让|请|由)(?:主管|经理|领导|负责人|上级|店长|总监|高层|管理层|管理人员)(?:来|出面|亲自)?(?:处理|解决|跟进|介入|看看|看一下)(?!过|了|的|好)"
    r"|(?:找|联系|联络|反映到|反映给|投诉到|投诉给|告到|上报|打给|打到)(?:一?下|给)?(?:你们?的?|贵司的?)?(?:总部|总公司)(?:$|[说谈问去了吧来]|反映|投诉|处理|解决|理论|评理|沟通|要说法)"
    r"|(?:请|麻烦|要求|申请|帮我?|给我|我要|需要|必须|尽快|马上|立即|直接|想|希望|^)(?:你们?)?(?:把|将)?(?:这个|我的|该|此|问题|投诉|工?单|事情?|案件|件事|诉求){0,3}再?升级(?:处理(?!器|系统|软件|什么|是|的|中|了|过|(?:到|成|为|至|.{0,4})(?:会员|套餐|版|房|舱|系统|固件|内存))|上报|工单|(?:到|给|至)(?:上级|主管|经理|领导|总部|高级客服|专员)(?!套餐|版|会员|服务包|计划|账号|权限|系统))"
    rf"|(?:找|叫|让|换|喊|请|转|见|跟|和|(?<![合相不共赞])同|向|(?<!访)问|把|给|联系|要|要求)(?:一下)?(?:你们?|您们?|贵)[^我]{{0,4}}{_BOSS}"
    rf"|(?:让|请|叫|喊|找|要求)(?:一下)?[^我他她]{{0,4}}{_BOSS}(?:.{{0,4}})(?:联系我|打?给我|跟我|和我|回我|回复我|找我|见我|出面|出来|过来|亲自)"
    rf"|(?:让)?管事的来|(?:谁|哪个|哪位)(?:是)?(?:管事|说了算|能做主|做主)|(?:找|叫|换|喊|转|见)(?:一下|个|位)?(?:值班|客服|店)?{_BOSS}(?:$|来|出|谈|说|处理|投诉|接|过|反映|理论)"
    rf"|(?:你们|你|贵)[^我]{{0,4}}{_BOSS}(?:呢|在吗|在不在|是谁|的?电话|出来|来|[在去](?:哪|边度)(?:里|儿|呢|啊|呀|了){{0,2}}$|人呢)"
    r"|(?:去|到|在|找|向|跟)(?:哪里?|哪儿|谁|什么(?:地方|部门))(?:可以|能|去)?投诉|投诉(?:应该)?(?:找谁|去哪|在哪|找哪|打哪|怎么投)|怎么投诉(?:$|你|客服|商家|卖家|店|快递|骑手|送餐|他们)"
)
_THREAT_ZH = re.compile(
    rf"(?:申请|提起|去)(?:消费|劳动)?仲裁(?!费|员|法|流程|机构|需要|多少|委)|(?:我|{_WILL})客诉(?!流程|怎么|电话)|(?:打|拨)(?:电话)?1950(?![\d元块折])|(?:去|向|找|打)市长热线(?!的|那)"
    rf"|等着?(?:你们?)?(?:上|被)(?:热搜|新闻|头条|电视)|等着?(?:你们?)?被[^的,]{{0,5}}(?:查|罚|约谈)|{_BODY}[^的不将已]{{0,4}}(?:我)?(?:也)?(?:会)?(?:去|要)?(?:投诉|反映|申诉|检举)|(?:爆料|捅)(?:给|到|上){_PLACE}|{_PLACE}见$|找(?:工商局?|市监局|记者)来?查|"
    rf"{_WILL}投诉(?!电话|渠道|入口|建议|怎么|进度|结果|信|邮箱|流程|处理|率|量|单)|投诉(?:你|贵|到|他们)|^(?:我)?投诉$|(?:我|就|直接)(?:们)?投诉(?:了|$)|投诉定了|(?:加|和|并|外加|\+){{1,2}}投诉$|投诉(?:伺候|走起|警告)|(?:要|得|逼)(?:我|我们|咱)去?(?:投诉|举报|起诉|曝光|报警)"
    rf"|{_WILL}举报(?:$|了|你|贵|商家|店|这|卖|他)|举报(?:你|贵)"
    rf"|{_SETTLE}(?:你们?)?(?:到|去|给|上)?[^不]{{0,4}}{_BODY}(?!的|费|证)|{_BODY}(?!的|费|证)[^的不将已]{{0,3}}(?:{_SETTLE}|见$|找你)"
    rf"|(?:找|请|联系|委托|咨询)(?:了|个|好|过)?{_BODY}(?:$|了|来|告|处理|解决|跟|和|评理|介入|给我)"
    rf"|(?:让|叫|由|请)(?:我们?的?)?律师.{{0,2}}(?:联系|找|跟|和|给|来|出面|处理|告)|律师.{{0,3}}(?:联系|找|跟|和|给)(?:你|贵)"
    rf"|(?:闹|捅|告)(?:到|上|去|给)[^不]{{0,3}}{_BODY}|(?:去|上|就)(?:找|打|去|上){{0,2}}{_HOTLINE}(?:$|了|吧)|(?:打|拨)(?:电话)?(?:给|到)?{_BODY}"
    rf"|(?:去|上|找)(?:消协|消费者协会|消委会?)(?!推荐|的)|(?:就|去|打|找)上?315(?:$|了|吧|见|晚会|投诉)|打官司(?!用)|吃官司"
    rf"|等着(?:你们|收|接|吃|看|被|挨){{0,2}}(?:起诉|曝光|投诉|举报|法院|传票|律师|官司|{_HOTLINE})|(?:我|保留|要|将|会|你们?的?|就|必|定|并|一定)[^的]{{0,4}}追究[^的]{{0,6}}责任|追究(?:你|贵)[^的]{{0,8}}责任"
    rf"|(?:我|就|马上|现在|这就)去{_BODY}$|(?:否则|不然|要么)(?:我|就|们|只能|只好|会|要|直接|将|立即|马上){{0,4}}(?:投诉|举报|{_SUE}|曝光|维权|报警|告|走法律|法律)"
    r"|(?:等|收|发|寄)[^的]{0,4}律师函|律师函(?:见|警告|会|马上|已|将|就|寄给|发给|在路上)"
    rf"|(?<![报广警公布通忠转预原被])告(?:死|定|倒)?(?:你(?!个)|贵|到底|上法|到法)|{_WILL}告(?!诉|知|别|白|辞|一段|示|退|急|老师|家长)"
    rf"|{_WILL}[^不]{{0,3}}{_SUE}|起诉(?:你|贵|到)"
    r"|(?:走|通过|采取|诉诸|拿起)法律(?!书|文)|法庭(?:上)?见|法院见|上法庭|对簿公堂"
    r"|(?:^|我|要|去|准备|只能|马上|打算|再.{1,8}就|不.{1,8}就)(?:就|要|会|已经?|去)*报(?:了)?[警案](?:$|[啊啦呀的]$|了|抓|处理|你|吧)"
    rf"|曝光(?:你|贵|这家|他们)|{_WILL}曝光$|{_PLACE}.{{0,6}}曝光|发(?:到|上|个|条)?{_PLACE}.{{0,6}}(?:看看|评评理|让大家|给大家|避雷|你们)"
    rf"|(?:你们?|这事|店)挂(?:到|在|上)?{_PLACE}|{_WILL}.{{0,4}}{_PLACE}.{{0,6}}(?:发帖|发视频|挂|爆料|避雷)"
    rf"|{_PLACE}.{{0,6}}(?:发帖|发视频|挂|爆料|避雷).{{0,8}}你们"
    rf"|{_WILL}(?:依法|合法)?维权(?!书|中心)|维权到底"
    rf"|(?:打|拨|致电|投诉|举报|反映)(?:了|过|打|到|给|去|电话|个|你| ){{0,3}}{_HOTLINE}|\b(?:call|calling|phone|ring|report you to|complain to) 12315\b"
    rf"|{_HOTLINE}\s*[^\d的]{{0,4}}(?:{_SETTLE}|见|等着$)|(?:打|拨|找)[^的]{{0,3}}(?:市长|消费者|投诉|举报|监管)热线"
)
_ALONE_ZH = re.compile(
    rf"(?:你好|您好|喂|在吗|客服|请问?|麻烦|快点?|帮我?|给我|我要?|要|你们?|能|可以|转|接|直接|换|找|的|下|一下|个|算了|不行|没用|hi|hello){{0,6}}"
    rf"(?:{_HUMAN}{_DESK}{{0,2}}(?:吧|啊|呀|谢谢|快点?|呢|吗|呀)?){{1,8}}|(?:我要?)?(?:12315|(?:投诉(?:你们?)?){{1,8}})(?:谢谢|吧|啊)?"
)
_DENIED_ZH = re.compile(
    r"(?<![能要可是行好还么啥])(?:不|没有?|别|无需|甭|未|取消|撤销)(?:是|想|要|会|用|必|需|打算|准备|给我?|麻烦|再|我|去|来|找你们?|帮我?|说|真的?)*$"
)
_DONE_ZH = re.compile(
    "(?:解决|处理|搞定|弄|办|修|退|答复|回答|帮我)(?:好|完|掉)?了.{0,12}(?:谢|好评|满意)|(?:谢谢|多谢|感谢|表扬)(?!.{0,4}(?:转|接))|耐心|已经.{0,8}(?:解决|处理好|搞定)"
)
"""A person was there already, and it went well."""
_NO_CALL_ZH = re.compile(
    rf"{_BOSS}[^,我]{{0,3}}(?:点个?赞|鼓个?掌|拜个?年|问个?好|(?:讲|说|道)(?:一?声|一?句|个)?(?:多谢|谢|感谢|辛苦|恭喜|新年|生日|你好)|(?:讲|说|道)一?声$|夸|送面?锦旗|(?:是|系)[^,]{{0,4}}(?:朋友|同学|亲戚|熟人|兄弟|老乡|同事|邻居|夫妻))"
    "|(?:需要|必须|问题要|单要|是不是)[^,]{0,8}升级(?:处理|上报|工单)?了?(?:吗|么)$|(?:要不要|用不用|需不需要|是否)[^,]{0,8}升级"
)
"""Kind words for those above, friends of theirs, and who asks whether his matter must go up."""
_MACHINE_ZH = re.compile(
    "[^,]{0,12}(?:机器人|机械人|ai|自动回复)(?!来?(?:回|客服|答|服务|聊|接待|应付|敷衍|糊弄|我))"
)
_GOODS_ZH = re.compile(
    "设置|设定|关闭|关掉|开启|扫地|拖地|吸尘|擦窗|洗地|割草|二合一|型号|玩具|换成(?!人|真人)|换(?:货|一?[台款])|退(?:货|掉|回)|取消(?:订单|发货)|(?:想|我)?要(?:一?[台个款只])"
)
"""Beside a machine that cleans or an answer that is to be set up, neither is what answers here."""
_PRAISE_ZH = re.compile("(?<![不难没])(?:好[看吃用听玩喝]|漂亮|喜欢|可爱|太美|绝美|好美|太棒|真棒|很棒|安利|种草|点赞|开心|惊艳)")  # fmt: skip
"""What is shown to others for joy."""
_FIRST_ZH = "我|俺|咱|本人|老子|老娘"
_PERSON_ZH = re.compile(
    rf"({_FIRST_ZH})|(?<!老)(?:客户|顾客|买家|用户|消费者|业主)(?!协会|权益|投诉|热线|保护|服务)|他|她|家长|学生|员工|原告|被告|男子|女子|市民|网友|朋友|同学|同事|邻居"
    "|有人|对方|别人|小[明红刚李王张]|[张李王赵][三四五某]|[甲乙丙丁]|某|俱乐部|球员|警方|检方|当事人|受害人|病人|患者|租客|房东|家属|嫌疑人|机构|政府|律师会|记者"
)
_OWN_ZH = re.compile(
    rf"{_FIRST_ZH}|你|您|贵公司|贵司|商家|店家|卖家|客服|快递员|骑手|平台|再不|不然|否则|等着|小心|信不信|走着瞧|不.{{1,10}}(?:就|的话)|^(?:今天|明天|再|要是|如果|若是?|还|敢)?不|差评|垃圾|骗|态度|太[差烂坑慢过离黑]|这种|什么破|忍无可忍"
)
"""A threat that names nobody is the customer's where one of these stands in its sentence, or nothing before it."""
_LEAD_ZH = re.compile(
    r"(?:那么?|向|所以|因此|既然|如果|已经?|早就|刚刚?|这就|今晚|明早|下周|月底|周[一二三四五六日]|晚点|待会|绝对|最后|警告|分钟|小时|就|都|也|还|又|只能|只好|必须|一定|直接|现在|马上|立刻|立即|今天|明天|真的?|再|要|会|去|准备|打算|肯定|必|得|好|行|继续|全网|坚决|决定|强烈|两?天后|等着|到时候|第一时间|这次|反正| )*"
)
_ASKS_ZH = re.compile(
    "吗|么$|什么(?!态度|破|垃圾|玩意|东西|服务|店|公司|素质)|怎么(?!还|回事|搞|这)|怎样|如何|多少|多久|哪|是否|能不能|可不可以|会不会|该不该|几[天年个]|谁(?!管|理|给)|区别|有用|为何|需要"
)
_PRESSED_ZH = re.compile(
    "你们|贵|(?:是不是|非|难道).{0,3}(?:要|得|逼)|才(?:处理|解决|退|给|肯|管|行|理)"
)
_OTHERS_ZH = re.compile(
    "(?:投诉|举报|起诉|状告|告|曝光)(?:了|一下)?(?:(?:我的?|我们的?|我家的?)(?!损失|问题|订单|钱|快递)|房东|邻居|前夫|前妻|物业|单位|学校|老师|医院|对方|室友|雇主|同事|包工头|开发商|政府|楼上|公司拖)"
    "|(?:房东|邻居|前夫|前妻|物业|单位|老师|医院|室友|雇主|同事|包工头|开发商|公司拖欠).{0,12}(?:投诉|举报|起诉|告|报警|追究)"
)
"""Against whom the customer does not talk to."""

_WHO = (
    "(?:human beings?|humans?|persons?|people|agents?|managers?|supervisors?|superiors?|representatives?|reps?|operators?|someone|somebody|boss|advisors?|advisers?"
    "|assistants?|employees?|team lead(?:er)?s?|(?:member of )?staff(?: member)?s?|director|ceo|management|whoever|(?:anyone|anybody)(?= (?:real|human|in charge|who)))"
)
_KIND = "(?:your|ur|a|an|the|any|another|some|real|live|actual|living|human|customer|service|support|senior|different|store|shop|duty|line|of|one|proper|bloody|goddamn|damn|fucking|freaking|breathing|flesh-and-blood)"
_ONE = rf"(?:{_KIND} )*{_WHO}\b(?!'s)"
_REAL = r"(?:(?:a|an|any|some|your|the|another) )?(?:(?:real|live|actual|living|human|customer|service|support|senior) )*"
_END = r"(?=$| (?:i|we|to (?:call|help|speak|talk|chat|assist|answer|contact|deal|reply|look)|who|that|please|pls|now|here|there|available|online|right|asap|on (?:the|this|your)|instead|not|and not|at all|around|left|today|working|back|for (?:this|help|my)|on)\b)"
_DESKS = "(?:support|help|assistance|contact|service|response|reply|answer|chat|interaction|intervention|attention)"
_ALONE_WORDS = (
    "please|hey|hello|hi|just|can|could|may|i|get|have|want|need|give|me|to|a|an|the|your|real|live|speak|talk|with|"
    "customer|service|care|support|no(?! need)|more|bots?|chat|actual|now|any|some|help|gimme|ok|thanks|connect|transfer"
)
_SHALL = r"(?:will|'ll|going to|gonna|i'm|i am|we're|we are|must|have to|might|about to|to|gotta|shall|should i)"
_LAWYER = "(?:lawyer|attorney|solicitor|barrister|legal (?:team|department|counsel|adviser|advisor|representative))s?"
_OFFICE = (
    "(?:bbb|better business bureau|ftc|trading standards|consumer (?:protection|affairs|rights|council|agency)|ombudsman|attorney general|"
    "small claims|regulators?|authorities|financial conduct authority)"
)
_SITES = "(?:twitter|facebook|instagram|social media|online|tiktok|youtube|reddit|everywhere|trustpilot|yelp|google reviews)"
_HEADS = "(?:(?:your |the )?(?:head ?office|headquarters|hq|corporate)|(?:your |the |a )?(?:\\w+ )?(?:manager|supervisor|boss|management|ceo|director|superior)s?)"
_WANT = "(?<!no )need|want|demand|would like|'d like|require|prefer|request|requesting|wanna|ask(?:ing|ed)(?: \\w+ times)? for"
_FILE = r"(?:fil|lodg|mak|submit|rais|open|plac|put(?: in)?|register|issu|send)(?:e|ing|ting|ter)?"
_FOR_ME = r"(?: out| back)?(?=$| (?:me|us|this|my|here|please|to (?:me|us|this|my)|with (?:me|us|this|my)|now|instead|at|into|back)\b)"
_MATTER = "(?:case|ticket|issue|complaint|matter|problem|claim|call|chat|request)"
_ANSWER = "(?:answer|help|call|contact|talk|speak|reply|respond|assist|take over|get back|phone|ring|email|write|deal|look|take a look|handle|reach)"
_ASKED_EN = re.compile(
    rf"\b(?:(?:speak|talk|(?<!had a )chat|deal|communicat|correspond)(?:e|ing)? (?:to|with)|(?:in touch|in contact|through|connected) (?:to|with)|get hold of|(?:call|call ?back|reply|response|answer|word|hear) from) {_ONE}(?! else's| (?:with|suffering|named) (?!author|power|some|more))"
    rf"|\breach(?:ing)? {_REAL}(?:human|agent|person|operator|representative|manager|supervisor)s?\b|\bwhere(?:'s| is| are) (?:all )?(?:the|your) (?:real |actual )?(?:humans?|people|real person|agents|staff)\b"
    r"|\bcontact(?:ing)? (?:a|an|your|some|with an?) (?:real |live |actual |human )*(?:human|person|agent|assistant|operator|manager|supervisor|representative)s?\b"
    r"|\bcontact(?:ing)? (?:with )?(?:someone|somebody)(?=$| (?:please|from|at|in|who)\b)"
    rf"|\b(?:get|give|send|bring|gimme) (?:me )?{_ONE}(?! \w+ (?:price|discount)){_END}"
    rf"|\b(?:get|give|send|bring) me {_ONE}(?! \w+ (?:price|discount))"
    rf"|\b(?:connect|transfer|put|pass|hand|switch|direct|forward|redirect) (?:me|us|this|my (?:case|call|chat)|it) (?:through |over |on |straight )?(?:to|with) {_ONE}"
    rf"|\b(?:{_WANT}|rather have|insist on|looking for)(?: to see)? {_REAL}(?:human|person|agent|manager|supervisor|representative|operator|superior|human being){_END}"
    rf"|\b(?:{_WANT}|get|give me|gimme|have) (?:to (?:get|have) )?(?:some |a |an |the |your )?(?:human|live|real[- ]person|live agent|in-person) {_DESKS}\b"
    rf"|^(?:hi |hello |hey |just |ok |any |some |please )*(?:a )?(?:(?:real|live|actual|human) )+(?:person|human|agent|representative|operator|being|{_DESKS})"
    r"(?: please| pls| now| asap)*$"
    rf"|\b(?:any|is there|are there|isn't there|do you have|have you|there) {_REAL}(?:human|humans|human beings?|agents?|operators?|representatives?|(?:real|live|actual) (?:person|people))"
    r"(?=$| (?:here|there|online|available|around|left|on (?:the|this|duty)|at all|alive|who|that|i|we|to (?:talk|speak|chat|help|assist)|can help|working|awake)\b)"
    rf"|\b(?:is|are|isn't|any) (?:there )?{_REAL}(?:person|people|somebody|someone|anybody|anyone) (?:online|available|around|on duty|(?:that |who |whom )?(?:i|we) (?:can|could|may) (?:talk|speak|chat|write))\b"
    rf"|\b(?:is|are|isn't|any) (?:there )?(?:a |an )?(?:real |actual |live )(?:person|people) (?:here|there)\b"
    rf"|\b(?:can|could|may|will|would|let|have|want|need|get|so) {_REAL}(?:human(?: being)?|person|agent|manager|supervisor|operator|representative|superior)"
    rf"(?: please)? (?:to )?(?:please )?{_ANSWER}{_FOR_ME}"
    r"|\b(?:can|could|may|will|would|have|want|need) (?:someone|somebody|anyone)(?: from [\w ]{2,24})? (?:to )?(?:please )?(?:call|phone|ring) (?:me|us)\b"
    r"|\b(?:where(?:'s| is|s) (?:your|ur|the) (?:\w+ )?(?:boss|manager|supervisor)(?=$| (?:i|at|now|then|when|who|hiding|already|please|right)\b)|where is your (?:boss|manager|supervisor)\b(?!'s)|who(?: is|'s) (?:your|ur) (?:manager|supervisor|boss)\b(?!'s))|\b(?:anyone|anybody|someone|somebody) (?:real|human)\b"
    r"|\bhave (?:a|an|your|the) (?:manager|supervisor|human|person|representative) (?:call|contact|phone|email|reach|write)"
    rf"|\b(?:want|(?<!no )need|like|have|get) (?:this|it|that|my {_MATTER}) (?:to be )?(?:(?:raised|elevated|passed|bumped|referred)(?: up| on| over)? to {_ONE}(?! else\b| (?:at|in) (?:the |your )?(?:reception|front|desk|lobby|gate|door|concierge|hotel|school|home))"
    rf"|(?:taken|moved|transferred|handed)(?: up| on| over)? to (?:{_KIND} )*(?:managers?|supervisors?|superiors?|boss|management|director|team lead(?:er)?|(?:real |live |actual )(?:person|agent|human)|humans?|representative)\b(?!'s| of my))"
    rf"|\b(?:want|need|like|have|get) my (?:call|chat|case|complaint) (?:to be )?transferred to {_ONE}(?! else's)"
    rf"|\b(?:put|get) {_ONE} (?:on|over|in here|now)\b|\b(?:human|person|agent|representative|manager) available\b|\bany (?:real |actual )(?:humans|people) (?:here|there)"
    r"|\b(?:whoever|(?:someone|somebody|anyone|the person|the one|person)(?: who| that)?) (?:is |'s )?(?:in charge|runs|responsible|manages)\b"
)
_MACHINE = r"(?:bots?|robots?|chatbots?|machines?|automated (?:replies|answers|messages|system))\b"
_TAKEN_UP_EN = re.compile(
    r"\bescalat(?:e|ing) (?:this|it)\b(?! (?:into|war|conflict))|\bescalat(?:e|ing) (?:my|the) (?:case|ticket|issue|complaint|matter|problem|request|order|chat|call|question|claim|situation)\b"
    r"|\b(?:want|(?<!no )need|like|please|must|going|have|can i|how do i|let me|will) (?:to )?escalate(?: (?:this|it))?(?=$| (?:to|please|now|further)\b)"
    r"|\b(?:want|(?<!no )need|like|have|get|getting) (?:this|it|that|(?:my|the) (?:case|ticket|issue|complaint|matter|problem|request|order)) (?:to be |to get )?escalated(?! into)"
    r"|\bescalat(?:e|ed) to (?:your|a|an|the|someone|management|upper|higher|senior)(?: \w+)?\b(?! (?:violence|war))"
    r"|\b(?:this|it|case|ticket|issue)(?: needs| has| must| should)? (?:to )?(?:be )?escalated$|\btransfer me$"
    rf"|\bcomplain(?:ing)? (?:to|with) {_HEADS}|\b(?:who(?:m)?|where) (?:can|could|do|should|must|may|to) (?:i|we) (?:complain|{_FILE} (?:a|an|my) (?:\w+ )?complaint)"
    r"|\b(?:wish|want|like|need|going|have|here|writing|write|calling|got) to complain\b(?! (?:to|about) (?:my|him|her|god))|\bi(?:'m| am| will|'ll)(?: be)? complain(?:ing)?\b|\bwho (?:can|do|should|could|must) (?:i|we) (?:speak|talk) (?:to|with)(?: to)?(?= about (?:a |my |making |filing |this )(?:a )?complain)"
    r"|\b(?:refuse|tired of|sick of|don't want|stop with|enough of|enough with|fed up with|no more|done with|hate)\b.{0,20}"
    rf"\b{_MACHINE}|\b(?:done|stop|not|tired of|finished) (?:talk|chat|speak|deal|argu)ing (?:to|with) (?:\w+ ){{0,2}}{_MACHINE}"
    r"|\b(?:connect|transfer|put|forward|pass|switch|direct) (?:me|this|us) (?:through |over |on )?(?:to|with) (?:\w+ ){0,2}(?:support|staff|customer (?:service|care)|department|team)\b|\bcomplaints (?:department|team)$"
    r"|^customer (?:service|support|care) (?:please|now)$"
)
"""A matter that is to go up, a complaint to those above, a way round the machine."""
_GRIEVANCE = r"(?:(?:formal|official|serious|customer|consumer|written|huge|bloody|damn|fucking|big) )*(?:complaint|grievance|(?:customer|consumer) (?:re)?cla(?:im|mation)|(?:re)?cla(?:im|mation) against (?:yo)?ur)"
_THREAT_EN = re.compile(
    rf"\b(?:sue|suing) (?:you|your|this|them)\b|{_SHALL} sue\b|\bsee (?:you|each other|you all) in (?:court|small)"
    r"|\b(?:take|taking) (?:you|this|it|ur company|your company) (?:all )?to (?:\w+ ){0,3}court"
    r"|\b(?:take|taking|pursue|pursuing|seek|seeking|start|starting|begin|threaten|consider|considering|initiate|initiating|commence|commencing|explore|exploring|face|expect|resort to|proceed with|proceeding with|forced to|choice but|option is|left with|before|prepare for) (?:to take )?legal(?! advice| help| terms| drama| studies)"
    r"|\blegal (?:action|proceedings|steps)(?: \w+)? (?:will|shall|is (?:next|coming|on)|against you|unless|if you)"
    rf"|\b(?:call|contact|hear(?:ing)? from|speak(?:ing)? (?:to|with)|talk(?:ing)? to|hire|involv|instruct|consult)(?:e|ing|ed)? (?:my|our|a|an) {_LAWYER}\b|\b(?:get|getting|bring|bringing|have|having) (?:my|our|a) {_LAWYER} (?:involved|in|on|onto|to|contact|call|write|deal)"
    rf"|\b(?:my|our) {_LAWYER} (?:will|is|shall|are|'ll) (?:be )?(?:contact|call|in touch|su[ei]|writ|send|going|tak|hear|deal|get|reach)"
    rf"|\b(?:this|it|matter|case)(?:'s| is| will)? (?:be )?(?:go|going|goes|handed|sent|forwarded) (?:over )?to (?:my|our|a) {_LAWYER}"
    rf"|\bnext (?:step|stop|call|email|letter) (?:is|will be) (?:to )?(?:the |my |our |a )?(?:{_OFFICE}|{_LAWYER})"
    rf"|\b(?:expect|file|filing|face|facing|start|bring)(?: \w+)? lawsuit|(?:{_SHALL}|or|want|please|need) (?:\w+ ){{0,2}}(?:fil|do|issu|initiat|start|request|open|rais|mak|claim|demand|get|tak|put)\w* (?:in )?(?:a |the |my )?chargeback"
    r"|\b(?:i|we)(?:'ll| will| am going to| are going to| shall|'m going to)? (?:go|going) to court\b|\bexpect (?:a|to get a|to receive a) (?:\w+ )?letter from (?:my|our)\b|\breport(?:ing)? (?:this|you|your \w+) to the (?:police|authorities)\b|\bor (?:my |a |i call my |i get my )?(?:lawyer|chargeback|court|police|legal action)s?$|\b(?:bank|card|paypal|visa|mastercard)(?: company)? (?:for|to do|to file|to start) (?:a |the )?chargeback|\b(?:i am|i'm|we are|we're) (?:filing|opening|raising|starting) a (?:payment )?dispute\b|\breport(?:ing|ed)? (?:you|them|your (?:company|store|shop)|this (?:company|store|shop|seller))\b"
    rf"|\b(?:report|contact|call|go|complain|complaint|fil|writ|tak|notif|sue|tell)\w*\b.{{0,30}}\b{_OFFICE}\b"
    r"|\b(?:go|going|talk|talking|write|tell|telling|contact|call) (?:(?:this |it |everything |that )?to )?the (?:press|media|papers|newspapers?|police|news|cops)\b"
    rf"|{_SHALL} (?:call|contact|tell)(?:ing)? the (?:press|police|media|cops)\b"
    r"|\b(?:file|filing|do|doing|issue|issuing|initiate|start|starting|request|open|opening) (?:a |the )?chargeback"
    r"|\b(?:dispute|disputing) (?:this|the|it|that|my)\b.{0,20}\b(?:bank|card|credit|paypal|charge)"
    rf"|\b{_FILE} (?:a |an |my |this |another )?{_GRIEVANCE}\b"
    r"|\b(?:go|going) public (?:with|about|on|unless|if|$)"
    rf"|{_SHALL} (?:be )?(?:leav|giv|writ)\w+ .{{0,12}}\b(?:one|1)[ -]star"
    rf"|^(?:(?:ok|fine|then|so|and|just|gonna|going to|time to) ){{0,3}}(?:put|putt|post|plaster|blast|splash)(?:ing)? (?:this|it|that|your \w+) all over {_SITES}\b"
    rf"|{_SHALL} (?:be )?(?:post|shar|tweet|put|writ|tell|make sure|let)\w* (?:this|it|all|about|every|what|how|your) ?.{{0,40}}\b{_SITES}\b"
)
_BARE = (
    rf"(?:(?:{_ALONE_WORDS}) )*(?:human|person|agent|representative|rep|operator|manager|supervisor|transfer me|escalate)"
    r"(?: (?:please|now|here|asap|thanks|human|agent|representative|operator|person|manager))*"
)
_ALONE_EN = re.compile(_BARE)
_BARE_EN = re.compile(
    rf"^(?=.{{1,{_CALL_CHARS}}}$)(?=.*\b(?:please|now|asap|get|want|need|give|gimme|speak|talk|chat|connect|transfer)\b){_BARE}$"
)
"""A clause of a longer turn that is nothing but a call: "agent please", but not "Attn: manager"."""
_DENIED_EN = re.compile(
    r"(?:\b(?:not|never|no need|no (?:intention|plans?|wish|desire|intent|reason)(?: of| to)?|without|nobody|am i|(?:did|do|does|wo|ca|would|should|could)nt)|n't)(?: (?:want|need|to|have|going|wish|yet|like|asking|ever|even|be|you|you to"
    r"|planning|plan|intend|intending|threatening|threaten|gonna|wanting|trying to|about to|looking (?:to|for)|really|actually|(?:say|saying|said|mean)(?: that)?(?: i(?:'d|'ll| will| would| want to|'m going to| am going to)?)?|please|me|a|for))* ?$"
)
_PERSON_EN = re.compile(
    r"\b(?:(i|i'll|i'm|i'd|i've|we|we'll|we're|we'd|we've|me|us|my|our|let's)|he|she|they|he's|she's|they're|he'll|she'll|they'll|he'd|she'd|they'd|him|them|his|their|who|people"
    r"|(?:customer|client|buyer|user|patient|neighbou?r|tenant|landlord|employee|employer|student|friend|colleague|coworker|guest|visitor|passenger|driver|caller|worker"
    r"|company|family|man|woman|boy|girl|plaintiff|defendant|victim|teacher|doctor|boss|court|judge|government|city|state|union|bank|firm|seller|owner|resident|player"
    r"|hero|villain|actor|singer|president|mayor|farmer|rancher|carpenter|trooper|sister-in-law|consumer|citizen|parent|child|kid|children)s?(?= (?!service|support|care|relations)|$))\b"
)
_LEAD_EN = re.compile(
    r"(?:(?:so|then|ok|okay|and|or|or else|else|otherwise|now|just|next|please|will|going to|gonna|about to|ready to|prepare|to|expect|time|thinking of|considering|might|want|wanna"
    r"|need|would like|trying|try|help|helpme|assistance|final warning|warning|last chance|have|got|shall|must|gotta|still|definitely|seriously|with|making|in|how)\b ?)*"
)
_OWN_EN = re.compile(
    r"\b(?:you|your|ur|or else|otherwise|unless|refund|scam(?:mers)?|fraud|ridiculous|unacceptable|disgusting|pathetic)\b"
)
_ASKS_EN = re.compile(
    r"(?:(?:so|and|but|or|hi|hello|hey|please|ok|well|also|just|question|quick question)[ -]+){0,4}(?:(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|does|did|should|would|has)\b|(?:can|could|may|do|have|shall|must) (?:i|we|you|they|he|she|it|the|a|an|my|people|someone|one|customers?|consumers?)\b|(?:i )?wonder)"
)
_PRESSED_EN = re.compile(
    r"\b(?:you (?:want|prefer|really want|wanna) (?:me|us)|(?:make|force|making|forcing) (?:me|us)|do (?:i|we) (?:really |seriously )?(?:have|need) to|must (?:i|we)|you rather (?:i|we))\b"
)
_VOWS_EN = re.compile(
    r"\b(?:i|we)(?:'ll| will| shall| am going to| are going to|'m going to|'re going to)\b"
)
_WISHES_EN = re.compile(
    rf"\b(?:i|we)\b.{{0,40}}\b{_FILE} (?:a |an |my |this |another )?{_GRIEVANCE}\b|\bhow to {_FILE} an? {_GRIEVANCE}\b"
)
"""Who asks how he may complain, complains."""
_ADVICE_EN = re.compile(
    r"(?:should (?:i|we|you|one)|when (?:should|do|can|must|to)|what (?:is|are|does|happens|if)|does|did|do (?:i|we) (?:need|have) to|is it (?:ethical|rude|wise|legal|weird|bad|common|normal|better|safe|true)|how (?:often|many|much|long)|why (?:do|does|is|are|did) (?!you|i\b|we\b|there|it)|which)\b"
)
_OTHERS_EN = re.compile(
    r"\b(?:sue|suing|against|report(?:ing)?|on) (?:my|our|his|her|their)\b(?! (?:orders?|parcels?|package|account|case|experience|purchase|money|refund|bill|treatment|card|visa|behalf|own|credit|bank))"
    r"|\b(?:with|about|by|to|against|sue|suing|at) (?:(?:my|our|his|her|their|the|a|an) )?(?:landlord|neighbou?rs?|employer|boss|ex-?(?:husband|wife|boyfriend|girlfriend)?|school|university|doctor|hospital|city|council|government|state|coworkers?|colleagues?|roommate|hoa|airline|tenants?|surgeon|professor|teacher)\b"
    r"|\bcomplaint (?:letter|form|procedure|process|handling)|\b(?:file|filing|make|making|lodge|lodging) (?:a |an )?(?:\w+ )?complaint (?:with|to) (?:the |a )?(?:ftc|bbb|police|court|ombudsman|regulator|cfpb|eeoc|osha)\b.{0,60}\b(?:need|require|cost|take)\b"
)
"""Against whom the customer does not talk to, or the word for a paper."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A call or a threat where it stands."""

    said: str
    """It, and what follows in its clause."""
    before: str
    """What stands before it in its clause."""
    clause: str
    earlier: str
    """What its sentence said before the clause."""
    around: str
    """The sentence, as far as it is near."""


@dataclass(frozen=True, slots=True)
class _Reader:
    hint: re.Pattern[str]
    """What a clause must hold for the pattern to hold in it, which is quicker to see."""
    pattern: re.Pattern[str]
    denied: re.Pattern[str]
    """What stands before a match that is denied."""
    is_own: Callable[[_Found], bool]
    """Whether the customer says it himself, of those he talks to."""
    kind: str = CALL
    """What it finds."""


def is_escalation(text: str | Sample) -> bool:
    """Whether the customer asks for a person or a manager, or threatens to complain or to go to law."""
    return bool(tell_escalation(text))


def tell_escalation(text: str | Sample) -> str:
    """`CALL` where the customer asks for a person or a manager, `THREAT` where he threatens to complain or to go to law, else nothing.

    A short turn that does neither, as it was typed, is looked at again without its slips of the finger and its courtesies.
    """
    sample = Sample.of(text)
    lower = speak_mandarin(sample.lower)
    if told := _calls_or_threatens(sample, lower):
        return told
    if len(lower) > _MENDED_CHARS or _SET_DOWN.search(lower) or _NO_CALL_ZH.search(lower):
        return ""
    plain = leave_courtesy_out(mend_spelling(lower))
    return "" if plain == lower else _calls_or_threatens(Sample(plain), plain)


def _calls_or_threatens(sample: Sample, lower: str) -> str:
    """What a text does whose words are counted and which is told in lower case and in Mandarin."""
    is_hinted = sample.words.in_group[ESCALATION_HINT] > 0 or (
        " machine" in lower and any(words in lower for words in _TO_MACHINES)
    )
    readers: tuple[_Reader, ...] = _READERS_EN if is_hinted else ()
    if not lower.isascii():
        lower = translate(lower.replace("\n", ";"))
        readers = (*_READERS_ZH, *readers)
    elif "12315" in lower:
        readers = (*_READERS_ZH, *readers)
    elif len(lower) <= _CALL_CHARS and _PINYIN.fullmatch(lower.strip(_EDGES)):
        return CALL
    readers = tuple(each for each in readers if each.hint.search(lower))
    if not readers:
        return ""
    own = drop_quotes(lower)
    if len(own) <= _CALL_CHARS and _is_bare_call(own):
        return THREAT if _BARE_THREAT.search(own) else CALL
    told = _says_so(own, readers)
    return "" if told and is_set_before(sample.lower) else told


def _is_bare_call(turn: str) -> bool:
    plain = _MARKS.sub(" ", turn).strip()
    return bool(_ALONE_EN.fullmatch(plain) or _ALONE_ZH.fullmatch(plain.replace(" ", "")))


def _says_so(own: str, readers: Sequence[_Reader]) -> str:
    """What a clause does in the customer's own name: calls, threatens, or nothing."""
    seen: set[str] = set()
    for sentence in _SENTENCES.findall(own):
        for part in _CLAUSES.finditer(sentence):
            clause = clip(part.group().strip(_EDGES), _CLAUSE_CHARS)
            if clause in seen:
                continue
            seen.add(clause)
            for each in readers:
                if each.hint.search(clause) and any(
                    map(each.is_own, _find(each, clause, sentence, part))
                ):
                    return each.kind
    return ""


def _find(reader: _Reader, clause: str, sentence: str, part: re.Match[str]) -> Iterator[_Found]:
    """Every match in a clause, which is a part of a sentence, that is not denied."""
    for each in reader.pattern.finditer(clause):
        before = clause[: each.start()]
        if reader.denied.search(before[-_REACH:]):
            continue
        from_here = max(0, part.start() - _CLAUSE_CHARS)
        yield _Found(
            said=clause[each.start() :],
            before=before,
            clause=clause,
            earlier=sentence[from_here : part.start()],
            around=sentence[from_here : part.end() + _CLAUSE_CHARS],
        )


def _calls_in_chinese(found: _Found) -> bool:
    if _MACHINE_ZH.match(found.said) and _GOODS_ZH.search(found.around):
        return False
    return not (
        _NO_CALL_ZH.search(found.clause)
        or _is_anothers(_PERSON_ZH, found.before)
        or _DONE_ZH.search(found.around)
        or _OTHERS_ZH.search(found.around)
    )


def _threatens_in_chinese(found: _Found) -> bool:
    if _is_anothers(_PERSON_ZH, found.before) or _OTHERS_ZH.search(found.around):
        return False
    if found.said.startswith("发") and _PRAISE_ZH.search(found.around):
        return False
    if _ASKS_ZH.search(found.clause) and not _PRESSED_ZH.search(found.clause):
        return False
    if _OWN_ZH.search(found.before) or _OWN_ZH.search(found.said):
        return True
    if _LEAD_ZH.fullmatch(found.before):
        return not _ASKS_ZH.search(found.around)
    return bool(_OWN_ZH.search(found.around))


def _calls_in_english(found: _Found) -> bool:
    return not (
        _is_anothers(_PERSON_EN, found.before)
        or _ADVICE_EN.match(found.clause)
        or _OTHERS_EN.search(found.clause)
    )


def _threatens_in_english(found: _Found) -> bool:
    who = _PERSON_EN.match(found.said) or _VOWS_EN.match(found.said)
    told = found.earlier + found.before + (who.group() if who else "")
    if _is_anothers(_PERSON_EN, told) or _OTHERS_EN.search(found.clause):
        return False
    is_asked = _ASKS_EN.match(found.clause) and not _VOWS_EN.search(found.clause)
    if is_asked and not (_PRESSED_EN.search(found.clause) or _WISHES_EN.search(found.clause)):
        return False
    if _PERSON_EN.search(found.clause) or _LEAD_EN.fullmatch(found.before):
        return True
    return bool(_OWN_EN.search(found.around))


def _is_anothers(persons: re.Pattern[str], before: str) -> bool:
    """Whether the last person named is another than the writer."""
    named = persons.findall(before)
    return bool(named) and not named[-1]


_PINYIN = re.compile(
    "(?:wo )?(?:yao )?(?:(?:zhuan|zhao|jie|zg) ?)?(?:ge )?(?:ren ?gong|rg)(?: ?(?:ke ?fu|kf|fu ?wu))?"
)
"""A call for a person as it is typed without Chinese letters."""
_TO_MACHINES = (" to a machine", " with a machine", " machines")
"""Beside coffee machines these are talked of."""
_CALLED_EN = re.compile(
    "human|person|agent|manager|superv|superior|repr|reps?\\b|operator|someone|somebody|anyone|anybody|whoever|people|boss|team lead|director|ceo|management"
    "|assistant|advis|staff|live (?:chat|help|support|assist)"
)
_READERS_ZH = (
    _Reader(
        re.compile("介入|升级|自动|专员|专人|总部|总公司|能.{0,4}的|可以.{0,4}的|rg|机械人|消保官|处理你|上司|回电|人工|真人|活人|一个人|个人|[和跟]人|[和跟]真人|机器人|ai|客服|投诉|管事|主事|领导|经理|主管|负责人|上级|老板|店长|总监|高层|管理|领班|组长"),
        _ASKED_ZH, _DENIED_ZH, _calls_in_chinese,
    ),
    _Reader(
        re.compile(
            "反映|检举|仲裁|1950|热搜|新闻|头条|查|罚|约谈|投诉|举报|告|诉|律师|法|公堂|报|曝光|挂|发|爆料|避雷|维权|热线|官司|123|315|消|媒体|记者|电视台|警|派出所|公安|追究|找|[见打拨]"
        ),
        _THREAT_ZH, _DENIED_ZH, _threatens_in_chinese, THREAT,
    ),
)  # fmt: skip
_READERS_EN = (
    _Reader(re.compile("human|person|agent|manager|supervisor|rep|operator|transfer me|escalate"), _BARE_EN, _DENIED_EN, lambda found: True),
    _Reader(_CALLED_EN, _ASKED_EN, _DENIED_EN, _calls_in_english),
    _Reader(
        re.compile("escalat|transfer me|complain|bot|robot|machine|automat|(?:to|with) (?:\\w+ )?(?:support|staff|customer|department)|customer (?:service|support|care) (?:please|now)|who "),
        _TAKEN_UP_EN, _DENIED_EN, _calls_in_english,
    ),
    _Reader(
        re.compile(
            "su[ei]|court|legal|lawyer|attorney|solicitor|barrister|authorit|grievance|google|report|bbb|bureau|ftc|trading|consumer"
            "|ombuds|claim|regulat|press|media|paper|police|news|cops|chargeback|disput|complaint|public|star|lawsuit"
            "|twitter|facebook|instagram|online|tiktok|youtube|reddit|everywhere|trustpilot|yelp"
        ),
        _THREAT_EN, _DENIED_EN, _threatens_in_english, THREAT,
    ),
)  # fmt: skip
