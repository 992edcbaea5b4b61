"""The words by which somebody speaks of a case of their own, and those by which anyone asks about the shop.

`OWN_…` tell a case by themselves: a wish, an order to do something, a thing that is pointed at, how far
something is. `MATTERS_…` are what cases are about: a case too, unless a word of `GENERAL_…` stands in the same
sentence ("how do refunds work", 退款一般多久到账). Texts are in lower case, with simplified characters.
"""

from __future__ import annotations

import re

_THING = (
    r"(?:orders?|parcels?|packages?|shipments?|refunds?|money|courier|driver|invoices?|receipts?|replacements?|transactions?|charges?|items?|stuff|thing"
    r"|account|tracking(?: number)?|(?:delivery|shipping) address|deliver(?:y|ies)|payments?)"
)
_OF_THE_SHOP = r"(?!\s+(?:polic|process|window|form|period|times?\b|fees?\b|costs?\b|options?\b|methods?\b|days?\b|areas?\b|charges?\b|page|button|rules?|terms|conditions|address\b(?! is| was)|i\b.{0,20}\bif\b))"
_DONE = (
    r"(?:ordered|bought|paid|purchased|received|returned|sent|got|charged|billed|refunded|cancell?ed|placed|booked|overcharged|debited"
    r"|wait(?:ed|ing)|missing|signed|subscribed|complained|contacted|called|emailed|lost|forgot|made|chose|selected|picked|entered|broke|opened|tried"
    r"|changed|moved|unable|locked|having|getting|trying)"
)
_DO = (
    r"(?:cancel|refund|exchange|replace|swap|track|change|update|modify|resend|reship|stop|hold|pause|escalate|connect|transfer|call|email|contact|reverse"
    r"|delete|close|reset|unlock|activate|expedite|hurry|rush|reschedule|redeliver|return|credit|reimburse|compensate)"
)
_ACT = rf"(?:{_DO}|correct|edit|check|look|find|issue|process|remove|fix|help|confirm|ship|send|deliver|repair)"
_ACT_FIRST = rf"(?:{_DO}|send|leave|drop|let\s+me|make\s+it|extend|deliver|install|unsubscribe)"
"""At the head of a sentence; "fix this code" and "find a rhyme" are no wishes to a shop."""
_OF_A_CASE = (
    r"(?:refund|return|cancel|exchang|replac|swap|chang|updat|modif|edit|track|order|parcel|package|deliver|shipment|invoice|receipt|money|compensat|complain"
    r"|speak|talk|agent|human|person|manager|help|password|account|address|escalat|dispute|claim|cash|reship|resend|repair|fix|unsubscrib|delet|clos)"
)
_IT = r"(?:it|they|them|this|that|these|those|he|she)"
_NOBODY = (
    r"(?!\s+(?:possible|ok|okay|allowed|necessary|required|true|better|mandatory|normal|common|permitted|legal|easy|cheaper|faster|free to|take|cost|matter|mean"
    r"|make|be possible)\b)"
)
"""It that stands for nothing: "is it possible to …", "how long does it take"."""
_NAMES = r"(?!\s+(?:polic|window|shipping|label|fees?\b|costs?\b|rates?\b|rules?|periods?|times?\b|process|conditions|options|terms|number|info|details|form|page|center|centre))"
"""What makes an act the name of something: "return policy", "exchange rate", "contact number"."""
_OPENERS = (
    r"(?:(?:hi|hello|hey|ok|okay|so|and|then|but|just|please|pls|plz|kindly|now|yes|no)[\s,]+){0,4}"
)

ASKS_EN = re.compile(
    r"\b(?:want(?:ed)?|like|need|love|wish|trying)\s+to\s+(?:know|ask|learn|understand|find\s+out)\b"
)
"""A wish for nothing but an answer: it is left out before the others are looked for."""
OWN_EN = re.compile(
    r"\b(?:(?:my|mine|ours?)\b"
    rf"|(?:i|we)(?:'?ve|'?m|'?d|'re)?\s+(?:(?:have|had|was|were|am|are|been|just|already|never|only|still|recently|also|got|not|haven'?t)\s+){{0,3}}{_DONE}\b"
    rf"|(?:was|were|am|are|have|did|had)\s+(?:i|we)\s+(?:been\s+)?{_DONE}\b"
    r"|(?:i|we)\s+(?:can'?t|cannot|can\s+not|couldn'?t|didn'?t|did\s+not|don'?t\s+see|do\s+not\s+see|haven'?t|have\s+not|wasn'?t|was\s+not|won'?t|still|never)\b"
    rf"|(?:i|we)(?:'?d)?\s+(?:[a-z]{{1,12}}\s+){{0,2}}(?:want|need|wish|wanna|like|love|demand|insist|request|have)\b[^.?!\n]{{0,40}}?\b{_OF_A_CASE}"
    rf"|(?:can|could|would|will)\s+you\s+(?:please\s+|kindly\s+|just\s+|also\s+){{0,2}}{_ACT}\b|(?:please|pls|plz|kindly)\s+{_ACT}\b"
    r"|(?:can|could|may)\s+(?:i|we)\s+(?:still\s+|please\s+|also\s+|just\s+){0,2}(?:cancel|change|modify|update|stop|switch|swap|reschedule|speak|talk|track|claim|reset"
    r"|(?:get|have)\s+(?:an?\s+|the\s+|some\s+|full\s+){0,2}(?:refund|replacement|invoice|receipt|money|compensation|exchange|copy|update|credit))\b"
    rf"|where(?:'?s|\s+is|\s+are|\s+was)?\s+(?:{_IT}\b|the\s+{_THING}\b)"
    rf"|(?:has|have|had|did|was|were|is|isn'?t|does|doesn'?t|will|won'?t|can)\s+(?:it|they|he|she){_NOBODY}\b(?!\s*$)|(?:did|has|was)\s+(?:it|they)\b"
    r"|it(?:'?s|\s+is|\s+was|\s+has|\s+had|\s+isn'?t|\s+hasn'?t|\s+won'?t|\s+doesn'?t|\s+didn'?t|\s+never|\s+still|\s+keeps|\s+broke|\s+arrive[ds]|\s+came|\s+stopped|\s+fell)\b"
    rf"{_NOBODY}"
    rf"|(?:return|cancel|refund|exchange|track|change|send|ship|replace|fix|swap|receive|received|got|get|need|want|find|open|stop|deliver|keep|ordered)\s+{_IT}\b"
    rf"|(?:the|this|that|these|those)\s+(?:[a-z]{{1,12}}\s+)?{_THING}\b{_OF_THE_SHOP}|(?:this|that|these|those)\s+(?:ones?|products?|bill|code|issue|problem)\b"
    r"|any\s+(?:updates?|news|progress|way|chance)\b|what'?s?\s+(?:is\s+)?(?:the\s+)?(?:status|eta|delay|latest|progress)\b|what\s+(?:happened|is\s+going\s+on|is\s+happening|went\s+wrong)"
    r"|(?:refund|charged?|sen[dt]|call(?:ed)?|email(?:ed)?|give|gave|owe|pay|paid|help|deliver(?:ed)?|bill(?:ed)?|ship(?:ped)?|contact(?:ed)?|connect|transfer|got|ignor(?:ed?|ing))\s+(?:me|us)\b"
    r"|(?:charged?|billed|debited)\s+(?:twice|again|double|wrong)|double[\s-]charge"
    r"|how\s+long\s+until\b|how\s+much\s+longer\b|how\s+many\s+more\b|hurry\b|asap\b|urgent|still\s+(?:waiting|not|nothing|no|pending|processing|missing|haven'?t|hasn'?t)\b"
    r"|(?:hasn'?t|haven'?t|didn'?t|has\s+not|have\s+not|did\s+not|never|not|not\s+yet|nothing)\s+(?:[a-z]{1,12}\s+){0,2}(?:arrived?|come|came|ship(?:ped)?|deliver(?:ed)?|receive[d]?|show(?:ed)?\s+up|go(?:ne)?\s+through|working|here)\b"
    r"|undelivered\b|no\s+(?:tracking|refund|reply|response|answer|update|news|parcel|order|confirmation|email)\b"
    r"|(?:talk|speak)\s+(?:to|with)\s+(?:an?\s+|the\s+|some\s*)?(?:human|agent|person|one|representative|rep|manager|supervisor|real))"
)
CHANGING_EN = re.compile(
    r"\b(?:now|right\s+now|currently|current|at\s+(?:the\s+moment|present)|today|tonight|this\s+(?:morning|afternoon|evening|weekend)|so\s+far|these\s+days|any\s?more|still|yet|again|latest|live)\b"
    r"|\b(?:is|are|isn'?t|aren'?t|was|were|wasn'?t|has|have)\s+(?:the|your|this|that|there|any)\s+(?:[a-z]{1,15}\s+){1,4}?(?:back|up|down|out|off|over|on|in|fixed|working|ready|done|confirmed|successful|running|delayed|resolved|restored"
    r"|cancell?ed|finished|online|offline|closed|late|sold|full|left|free|approved|arrived|changed|gone|busy|complete|completed)\s*$"
    r"|\b(?:was|were|wasn'?t|weren'?t)\s+(?:the|there|your|it)\b|\bdid\s+(?:the|your|anyone|anybody|someone|somebody)\b|\b(?:has|have)\s+(?:the|your|anyone|anybody|someone|somebody|there)\b"
    r"|^\W*(?:has|have)\s+(?!you\b|i\b|we\b)[a-z]{2,15}s?\s+(?:[a-z]{2,12}\s+)?(?:been\s+)?(?:[a-z]{3,15}ed|resumed|gone|come|begun|started|risen|fallen|opened|dropped)\b|^\W*(?:are|is)\s+[a-z]{3,15}\s+(?:running|delayed|cancell?ed|suspended|restored|resumed|down|up|back|grounded)\b"
    r"|\bany\s+(?:[a-z]{1,15}\s+){1,2}left\b|\bare\s+you\s+(?:open|closed|there|busy|free)\s*$|\b(?:in|out\s+of|back\s+in)\s+stock\b|\b(?:is|are|it'?s)\s+(?:[a-z]{1,12}\s+){0,4}?sold\s+out\b|\bhow\s+busy\b"
    r"|\bwhat\s+time\s+is\s+it\b|\bwhat(?:'?s|\s+is)\s+the\s+(?:time|date|weather|score|wait|queue)\b|\bwhich\s+(?:gate|platform|terminal|queue)\b|\b(?:weather|outage|wait(?:ing)?\s+time|exchange\s+rate|interest\s+rate|share\s+price|stock\s+price)s?\b"
)
"""How something stands now, which another answer may be true of tomorrow."""
ONESELF_EN = re.compile(
    r"\b(?:am|was|were)\s+(?:i|we)\b(?!\s+(?:allowed|supposed|right|correct|able|required)\b)|\bhave\s+(?:i|we)\b|\bhave\s+been\s+(?:i|we)\b"
    r"|\b(?:do|did)\s+(?:i|we)\s+(?:still\s+|already\s+|even\s+)?(?:have|owe|qualify|exist|count|hold|own)\b(?!\s+to\b)|\bhow\s+much\s+(?:is\s+due|do\s+(?:i|we)\s+have\s+to\s+pay)\b"
)
"""How it stands with whoever asks."""
FIRST_EN = re.compile(
    rf"{_OPENERS}{_ACT_FIRST}\b{_NAMES}|(?:where|when|why)(?:\s+(?:so\s+)?[a-z]+)?\s*$"
)
"""A case where a sentence begins so."""
MATTERS_EN = re.compile(
    r"\b(?:refund|return|cancel|exchang|order|parcel|package|shipment|deliver|track|invoice|receipt|payment|charge|damaged|broken|defective|faulty|wrong|missing|lost|late\b|delayed"
    r"|stuck|overdue|cracked|complain|account|password|address|dispute|claim|failed|unlock|human|agent|representative|compensat|status|replacement|help|money\s+back"
    r"|seller|driver|courier|promo|coupon|voucher|discount|check\s?out|declined|unsubscribe|warranty|technician|ship\b|ship(?:ped|s)\b|not\b|never\b|nothing\b|[a-z]{1,10}n't\b|empty\b|only\s+got|short$)"
)
GENERAL_EN = re.compile(
    r"\b(?:what(?!\s+about)|which|who|how(?!\s+about)|do\s+(?:you|[a-z]{2,20}s)|does|are|is\s+there|polic(?:y|ies)|usually|normally|generally|typically|average|in\s+general|fees?|costs?|prices?|rates?"
    r"|minimum|customers|if\s+(?:an?|someone)|accept|offer|free|available|rules|terms|options|hours|tell\s+me\s+about|can\s+(?:i|we)\s+(?:pay|use|buy)"
    r"|(?:can|may)\s+(?:i|we)\s+(?:return|exchange|order)\s+(?!the\b|an?\b|some\b|all\b|two\b|both\b)(?:[a-z]{2,15}\s+)?[a-z]{2,15}s)\b"
)

_STAY = "[^，。！？；,.!?;\\s]"
_ACT_ZH = "(?:退|换|取消|改|投诉|查|催|开|发票|补|赔|人工|撤|拒收|注销|解绑|找回|修|售后|客服|差价|保价|钱|货|订单|单子|处理)"
_NO_QUESTION_ZH = "(?!问|知道|了解|咨询|请问|请教)"
_WHEN_ZH = "(?:什么时候|啥时候|何时|几时|哪天|几号|多久|多长时间|几天|多会)"
ASKS_ZH = re.compile(
    "(?<!帮我)(?<![帮替给])(?:我|俺|咱)?们?(?:就是?|还|也)?(?:想|要|来)?(?:问|咨询|了解|请问|请教|知道)(?:一下|下|问)?"
)
"""A wish for nothing but an answer."""
USUALLY_ZH = re.compile(
    "一般|通常|(?<!不)正常|普遍|平均|如果|要是|万一|假如|的话|规则|规定|政策|流程|标准|时效"
    "|(?:下单|付款|拍下|收到货?|签收|发货|拆封|退货|申请|寄回|购买|支付)(?:之|以)?后(?!发现)"
)
"""What makes a question about time or trouble one about anyone's."""
OWN_ZH = re.compile(
    f"(?:我|俺|咱|本人)(?:们|家)?(?:的|这|那|有|刚|昨|今|前|上)?{_STAY}{{0,6}}?"
    "(?:订单|快递|包裹|退款|退货|换货|账[户号]|帐[户号]|单子|运单|物流|货[物款]|余额|钱|款项|投诉|工单)"
    f"|(?:我|俺|咱){_STAY}{{0,8}}?(?:[买订付拍退寄充换](?:了|的|过)|收到(?!后)|收不到|登不|没收到|下了?的?单(?!后)|被[扣收]|多[付扣])"
    f"|(?:我|俺|咱|^)(?:们|现在|也|就|还|急)?(?:想|要|需要|得|打算|申请|准备|希望|必须){_NO_QUESTION_ZH}{_STAY}{{0,6}}?{_ACT_ZH}"
    f"|(?:帮|麻烦|劳烦|替|为(?!什)|给|(?<!申)请|快(?!递)|赶紧|马上|立刻|抓紧)(?:我|俺|咱|忙)?{_NO_QUESTION_ZH}{_STAY}{{0,5}}?(?:{_ACT_ZH}|看|问|跟进)|[帮替给]我问"
    "|怎么(?:点了|少了)|还(?:没|未|不(?!错)|在|要多|有[几多])|没(?:有)?(?:到|收到|发|退|动|更新|处理|反应|消息|回复|给)|迟迟|一直(?:没|不|在)|到底|[催急](?!诊)|快点|尽快"
    "|怎么(?:还|没|不[给发退到]|又|回事|退不|取消不|改不|付不|这么|样了|办)|咋(?:还|没|回事|办|样了)|为(?:什么|啥)(?:还|没|不[给发退到]|扣|取消|被|我)"
    "|(?:退[款货回]?|扣款?|付款?|充值?|寄|转账?|收[货到]?|发[货出]?|到[货账]?|签收|出库|揽收|处理|审核|通过|成功|取消|更新|受理|解决|送达?|换货?|改|修|下单)[好完]?了(?!解)"
    "|开[好完]?了(?:吗|没|么|嘛)|有结果|进度|到哪[了里儿]|(?:快递|包裹|订单|货|东西|件|物流)(?:现在|目前)?(?:在哪|去哪|走到)"
    "|怎么[^，。！？；,.!?;\\s]{0,4}不[了上开进出成]|^(?:订单|货|赠品|人|钱|快递|包裹|退款|东西|单子|客服|发票|退货)呢"
    "|[这那](?:个|笔|单|件|次|条)?(?:订单|快递|包裹|单子?|退款|东西|件|货|钱|还?能退|可以退|怎么退|什么时候)|它"
    "|[被多][扣收]了|(?:少|漏|错)发|[发拍买下写填选寄送弄搞](?:了|得)?错|重复(?:扣|付)|扣了?款?[两2]次|不(?:想|需)?要了|发现|[少多漏缺]了|说好|签收的|(?:单号|取件码|快递[员小哥]{0,2}(?:的)?电话)(?:是|为)?多少|(?:登录|登|支付|付|收|打)不[了上到开成进]"
)
CHANGING_ZH = re.compile(
    "现在|目前|当前|此刻|眼下|这会儿|今[天晚日早]|最新|几点了|还(?:有|在|剩|是)[^，。！？；,.!?;\\s]{0,8}(?:吗|么|没|嘛|几|多少)|(?:修好|恢复|通过|成功|结束|开始|延误|取消|更新|开门|关门|上架|下架|好|到|售罄|卖完|停)了(?:吗|没|么|嘛)|排队|等候?多久|要等|天气"
    "|(?:有|没)(?:现)?货(?:吗|么|没|了)|现货|库存|余票|空房|空位|汇率|利率是|在线吗|登机口"
    "|^(?!.{0,40}(?:怎么|什么|如何|为何|意思|是不是|只要|用了|装了|算是|就能|就可以|就行))[^，。！？；,.!?;]{1,40}[^\\s，,](?:了(?:吗|没有?|么|嘛|没)|(?<![有能会要是可])没(?:有)?)[啊呀呢哦]?\\s*$"
    "|(?:航班|列车|高铁|火车|地铁|公交|线路|网络|宽带|信号|服务器?|系统|网站|app|软件|道路|高速|水电|电|水|气|接口|通道|航线|车次)[^，。！？；,.!?;]{0,4}?(?:正常|通畅|畅通|稳定|恢复|准点|晚点|可用|堵|瘫痪|挂|崩|断)[^，。！？；,.!?;]{0,4}(?:吗|么|不|没|嘛|$)"
    "|[批退扣降涨赔补到剩放返下开](?:下来|出来)?(?:了|完)?多少(?!天|时间|久)(?<=[了来完]多少)|(?:欠费|停机|欠款|逾期|锁定|冻结|封停|停用)(?:吗|么|没|了吗)"
)
"""How something stands now, which another answer may be true of tomorrow."""
ONESELF_ZH = re.compile(
    "(?:我|俺|咱)(?:们)?(?:现在|目前|还|已经|一共|总共|账户里?|卡里?|的)*(?:有(?:多少|几|没有)|是(?:不是|否|什么(?:等级|级别|会员))|剩|欠|够|还有)|(?:我|俺|咱)们?(?:的)?(?:积分|额度|余额|等级|会员(?:等级|到期)?|信用分?|套餐|账单|合同|流量|名次|成绩|预约|申请)"
    "|(?:我|俺|咱)们?(?:被|通过|录取|中奖|获批|符合|算)|我是(?:会员|新用户|老用户|[vp]ip)?[^，。！？；,.!?;\\s]{0,6}(?:吗|么)"
)
"""How it stands with whoever asks."""
TROUBLE_ZH = re.compile(
    f"{_WHEN_ZH}{_STAY}{{0,5}}?(?:到(?!货通知|店|期)|发|退|送|寄|处理|给|修好|补|收到|恢复|解决|审|上门|揽|派)"
    "|[坏碎破裂丢]了|丢件|不见了|失败|破损|有问题|不对|不合适|不符|太[大小]了|被[封盗冻锁拒退]|怎么(?:解决|处理|弄|搞)$"
)
"""A case too, unless it is said of what is usual."""
MATTERS_ZH = re.compile(
    "退|换|取消|改|订单|快递|包裹|物流|发货(?!地)|到货|到账|签收|收货|派送|配送|售后|补发|重发|发票|账号|帐号|密码|验证码|余额|扣款|扣费|投诉|工单|人工|拒收|差价|保价|赔|维修|报修|注销|解绑"
    "|地址|撤销|充值|[大小]一码|赠品|优惠|券|降价|便宜|单号|安装|上门|师傅|顺丰|备注|超时|差评|骗人|今天|明天|能[发到送退寄](?:货|出|达)?[吗不么]|[漏缺]|划痕|门口|送到|收到"
    "|空的|多拍|拍多|一起发|绑|有人吗|经理|说法|解决|处理|问问|没有$|不[了上开进出成](?!本)|^.{0,12}(?<!谢)了$"
)
GENERAL_ZH = re.compile(
    "怎么(?!还|没|不|又|回事|办|这么|样了)|怎样|如何(?!了)|咋(?!还|没|回事|办|样了)|步骤|条款|须知|支持|是否|哪些|哪种|哪类|什么(?!时候|情况|原因|意思|进度)|多少|条件|要求|谁|范围|区别|教程|方法|方式|渠道|几点|叠加|(?<!不)(?:可以|能)(?:不能)?用|可否用|国外|海外|境外|港澳|偏远|全国|(?:可以?|能)(?:寄|发|送|配送)到|有没有(?![发到退收寄处人])"
)
