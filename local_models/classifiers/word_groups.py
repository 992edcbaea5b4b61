"""Every group of words that a reader asks for, in one table: a text's words are looked up once."""

from __future__ import annotations

from local_models.classifiers.words import open_words

TRAITS = {
    "order": "first second third fourth fifth last next previous initially finally",
    "compare": "more fewer less older younger taller longer greater smaller higher lower than larger",
    "as": "as",
    "share": "half third quarter fifth twice thrice double triple times fraction percent remainder",
    "money": "dollar dollars money cost costs price pay pays paid earn earns spend spends sell sells "
             "buy buys bought profit cents budget",
    "time": "hour hours minute minutes day days week weeks month months year years daily weekly",
    "rate": "per each every rate average ratio",
    "condition": "if when unless whether suppose assume given provided",
    "remains": "left remain remains remaining rest",
    "total": "total altogether all both together combined sum",
    "measure": "average ratio probability area volume speed distance mile miles feet inches pound pounds "
               "meters kg cm",
    "he": "he his him",
    "she": "she her hers",
    "they": "they their them",
    "i": "i my we our me",
    "number": "one two three four five six seven eight nine ten twelve dozen hundred thousand",
    "exist": "are there is",
    "have": "had has have get gets got gave give gives",
    "count": "number age ages old class students student people children items",
    "sequence": "after before then until while during later earlier",
    "but": "but only except although however unlike instead",
    "not": "not except never false incorrect least cannot no without neither nor",
    "calculate": "calculate compute find determine solve evaluate estimate derive simplify minimize "
                 "maximize optimize integrate differentiate factor",
    "prove": "prove proof show derive theorem lemma justify rigorous converge diverge bound",
    "write": "write draft compose design implement refactor debug analyze analyse compare summarize "
             "translate explain review plan outline negotiate",
    "code": "def class return function import algorithm python sql javascript java code program loop "
            "array string api regex thread async deadlock compile",
    "law": "contract clause liability statute court defendant plaintiff law legal agreement damages "
           "indemnity breach",
    "which": "which following",
    "what": "what",
    "why": "why because therefore thus hence reason",
    "how": "how",
    "much": "many much",
    "who": "who whom whose where",
    "truth": "true statement statements correct always must",
    "logic": "implies valid argument premise conclusion proposition iff",
    "algebra": "let function set group ring field matrix vector equation polynomial graph integer integers real",
    "hello": "hello hi hey thanks thank please bye ok okay yes sorry",
    "order_desk": "order package delivery refund shipping return cancel parcel account password coupon invoice",
}  # fmt: skip
"""What `traits.py` counts; the order is that of its numbers."""

MARKS = {
    "calculate": ("计算", "求", "多少", "算一下", "估算", "解方程", "概率"),
    "prove": ("证明", "推导", "论证", "严格", "定理"),
    "write": ("写一", "设计", "分析", "比较", "总结", "翻译", "起草", "制定", "评估", "规划", "方案", "详细"),
    "code": ("代码", "函数", "算法", "编程", "脚本", "数据库", "接口", "并发", "死锁"),
    "law": ("合同", "条款", "法律", "违约", "赔偿", "责任", "诉讼", "合规", "协议"),
    "why": ("为什么", "原因", "因为", "所以", "因此"),
    "condition": ("如果", "假设", "若", "已知", "设"),
    "rate": ("每", "平均", "利率", "比例", "%"),
    "not": ("不", "没", "除外", "错误"),
    "hello": ("你好", "谢谢", "在吗", "您好", "好的", "再见", "亲"),
    "order_desk": ("订单", "快递", "发货", "退款", "退货", "物流", "优惠券", "发票", "运费", "客服"),
    "total": ("一共", "总共", "合计", "总"),
    "order": ("首先", "其次", "第一", "第二", "最后", "步骤"),
}  # fmt: skip
"""Marks of Chinese text that count for the same groups. In a text of ASCII alone none counts, "%" neither."""

_PAPERS = (
    "收入", "在职", "离职", "身份", "购买", "购物", "付款", "支付", "消费", "收货", "签收", "发货", "检疫", "检测", "进口", "质量", "正品",
    "产地", "完税", "纳税", "居住", "死亡", "结婚", "工作", "学历", "学生", "财产", "资产", "存款", "保险", "退款", "退货", "物流", "银行",
    "病假", "医院", "诊断", "授权", "报关", "合格", "维修", "损坏", "转账", "关系", "户籍", "缴费", "交易", "订单", "资格", "相关", "开",
    "开个", "开张", "开具", "出具", "提供", "提交", "上传", "写个", "什么", "哪些", "要啥",
)  # fmt: skip
"""What stands before a proof that is a paper."""
_OF_PAPERS = (
    "材料", "文件", "书", "信件", "函件", "单据", "图片", "照片", "截图", "原件", "资料", "怎么开", "怎么弄", "怎么办", "怎么上", "怎么交", "吗", "呢",
    "丢", "在哪", "上传", "我是", "我没", "我买", "我付", "我收", "身份", "正品", "是正品", "没收", "收到", "签收", "购买", "付款",
)  # fmt: skip
"""What stands behind one, or behind what a customer shows rather than proves."""
_TERMS_OF_A_SHOP = (
    "保修", "质保", "售后", "服务", "使用", "会员", "退货", "退款", "换货", "隐私", "优惠", "活动",
)  # fmt: skip
_REASONS_OF_A_SHOP = (
    "退款", "退货", "取消", "拒签", "拒收", "驳回", "失败",
)  # fmt: skip
_DETAILS_OF_A_SHOP = (
    "保修", "质保", "退", "换", "运费", "邮费", "发货", "物流", "会员", "优惠", "积分", "售后", "活动",
)  # fmt: skip
_PLAINLY_OF_A_SHOP = (
    *(f"详细说明{softly}{what}" for what in _DETAILS_OF_A_SHOP for softly in ("", "一下")),
    *(f"{kind}证明" for kind in _PAPERS), *(f"证明{what}" for what in _OF_PAPERS),
    *(f"{kind}条款" for kind in _TERMS_OF_A_SHOP), *(f"{kind}原因" for kind in _REASONS_OF_A_SHOP),
    "详细地址", "详细信息", "详细参数", "详细尺寸", "详细资料", "解决方案", "处理方案", "赔偿方案", "补偿方案",
)  # fmt: skip
"""Marks that hold one of a hard task and are none: the longest mark that stands at a place counts alone."""
MARKS = {**MARKS, "order_desk": (*MARKS["order_desk"], *_PLAINLY_OF_A_SHOP)}

_COMMON = {
    "english": (
        "the a an i you he she it we they my your his her its our their me him us them is am are was were be been do does "
        "did have has had can could will would should may might must not no yes and or but if so because to of in on at "
        "for with from by about as into up out off over this that these those there here what when where who why how "
        "which please thanks thank hello hi hey help want need get got order refund return cancel delivery package "
        "invoice payment account change address phone not don't can't didn't i'm i've it's more any some just very"
    ),
    "other_latin": (
        "je tu vous nous elle ils mes votre vos est sont une pas que qui pour avec dans sur c'est j'ai n'ai "
        "s'il suis veux voudrais pouvez comment quand pourquoi combien commande colis livraison remboursement facture "
        "bonjour merci salut plait toujours annuler encore bien notre leur cette ces aux peut ich wir ein "
        "eine einen einer meine meinen meiner ist sind nicht wo wie wann warum kann bitte danke geld bestellung "
        "rechnung und oder mit auf von habe haben lieferung hallo paket sie mir mich ihre ihr noch nach kein keine "
        "sehr zum zur wird werden wurde stornieren umtauschen kaputt mis una donde pedido factura necesito quiero "
        "gracias hola por favor para cuando como porque dinero reembolso tengo puedo quisiera llegado paquete cancelar "
        "devolver esta este pero muy su sus nada meu minha onde quero preciso obrigado obrigada uma pelo pela "
        "chegou nao dos isso gli mio mia voglio vorrei grazie ciao che sono rimborso fattura pacco arrivato della "
        "gdzie jest moja moje paczka nie chc kiedy zwrot faktura czy prosz dzi zam chce zwrotu przesy waar mijn "
        "bestelling het een niet graag ik bedankt pakket wanneer zijn naar deze voor nerede sipari iade istiyorum "
        "kargo zaman bir nasil saya pesanan tidak bisa tolong uang kembali itu belum kapan barang jag inte mitt hej "
        "jeg ikke hvor pakken och att det som har chci kdy kolik rendel csomagom unde comanda mea cand vreau geen "
        "ingen til flere ei nuevo nueva todos sin della delle degli nessun nessuna "
        "guten vielen funktioniert kostet wieviel versand hilfe frage kaufen bestellen funciona funcionan cuanto cuesta cuestan envio llega "
        "llego dias tardes noches ayuda precio tienda talla comprar entrega preco tamanho tarde noite quanto funziona spedizione ordine "
        "aiuto prezzo buongiorno buonasera perche dov' coute marche bonsoir journ probleme svp taille quando acheter livrer mau berapa harga ongkir "
        "kirim sampai terima kasih sudah dziekuje dzien dobry prosze ile kosztuje goedemorgen goedendag hoeveel retourneren merhaba tesekkurler "
        "selam iyi siparis kac dia ajuda tjena kostar hur koster hvad kiitos mange takk salut"
    ),
    "name_latin": "la le el los las les des du der das dem den de del di da un con van von",
    "speaks": (
        "i i'm i've i'd i'll im you you're he she we they my your his her our their me him them is isn't are aren't was wasn't were be been do don't "
        "does doesn't did didn't have haven't has hasn't had can can't cannot could will won't would should must not if because what what's "
        "when where where's who why how which this that these those there please want need get got help still yet never it it's"
    ),
    "matters": "order refund return cancel delivery package parcel invoice payment account change address phone wrong broken late missing received item items size color colour exchange shipping",
    "shared": "a an he me no do so as in on at to was will am is we or over hi hey hello ok yes order refund return cancel delivery package invoice payment account change address phone help",
}
"""By which `language.py` tells English, and short texts in other languages of the Latin alphabet: letters with accents
part a word, so that of some only a piece stands here. What is an English word or a name too is left out; what names
hold ("La Roche") counts only beside other words. Then words of English with which somebody speaks, what he may speak
about, and those that are words elsewhere too or are borrowed there ("no", "order")."""

_HINTS = {
    "code": (
        "code function functions script scripts query program programs class bug error method unit sql regex regexes tests "
        "algorithm python java javascript typescript golang rust php bash html css js kotlin ruby swift react vue node numpy "
        "pandas django quicksort sort mergesort binary linked hashmap hash lru dynamic database regular expression stack "
        "source snippet recursion parser scraper endpoint api compiler list lists array arrays string decorator loop "
        "fizzbuzz fizz depth big refactor component components hooks hook usestate useeffect usememo useref usecallback docker dockerfile kubernetes "
        "git commit commits merge conflicts rebase vim async flexbox injection memory race null nullpointer div npm middleware angular "
        "flask haskell scala matlab powershell mysql postgres postgresql mongodb pytorch tensorflow tailwind latex vba spring assembly"
    ),
    "math": (
        "prove proof disprove show solve integral derivative antiderivative equation equations theorem polynomial polynomials eigenvalue "
        "eigenvalues eigenvectors eigenvector probability ways permutations combinations modulo mod triangle triangles logarithm calculate compute "
        "evaluate times plus minus divided multiplied percent hypotenuse area perimeter volume circumference diagonals rectangle square squares "
        "squared cube cubes cubed power root roots prime primes factorise factorize factor factors factorization factorisation divisor divisors divisible "
        "multiple multiples sequence progression series irrational calculus deviation converge converges inverse determinant differentiate "
        "integrate sin cos tan sine cosine tangent log ln sqrt mph km miles integer integers numbers number remainder coprime base plane "
        "lattice hexagon pentagon octagon polygon gon angle angles radius inscribed circumscribed circumscribes bisector bisectors "
        "centroid circumcenter abelian cyclic group groups subgroup subgroups homomorphism homomorphisms isomorphic isomorphism "
        "vector vectors subspace subspaces function functions induction asymptote asymptotes parabola hyperbola pairs triples fair sided "
        "fibonacci palindrome palindromes sum product limit binomial taylor fourier laplace decimal fraction radians binary simplify "
        "expand gcd lcm variance covariance even odd composite perfect solutions handshakes digits zeros subsets denote matrix factorial reciprocal convert mean"
    ),
    "asks": "how what what's whats calculate compute determine evaluate find express",
    "books": "book books textbook textbooks workbook edition paperback hardcover isbn course courses tutor tutoring",
    "own": (
        "i i'm i've i'd i'll im ive my me mine myself you your yours you're you've you'll u ur we've we're us our ours pls please"
    ),
    "desk": (
        "order orders ordered ordering shipping shipped ship ships shipment delivery deliveries delivered deliver refund refunds refunded refunding "
        "return returned returns returning package packages parcel parcels coupon coupons voucher vouchers account tracking invoice "
        "exchange warranty stock customer cancel card checkout website app online promo promotion subscription policy fee fees "
        "charge charges charged courier seller postage dispatch size sizes"
    ),
    "escalation": (
        "human person agent manager supervisor representative rep operator someone somebody boss advisor lawyer "
        "lawyers attorney attorneys solicitor solicitors sue suing court legal consumer bureau bbb ftc trading "
        "regulator lawsuit ombudsman bot bots robot robots chatbot chatbots support staff customer anyone anybody "
        "humans people chargeback claims complaint report reporting reported public press media police papers "
        "newspaper newspapers news cops transfer escalate escalated escalating dispute disputing star twitter "
        "facebook instagram social online tiktok youtube reddit everywhere trustpilot yelp google "
        "agents managers supervisors representatives reps operators superior superiors whoever persons being beings "
        "assistant assistants lead leader director ceo management adviser advisers complain complaining complaints "
        "grievance headquarters barrister barristers regulators authorities lawsuits chargebacks live charge automated"
    ),
    "sum": "dollar dollars buck bucks euro euros cent cents yuan pound pounds rupee rupees quid",
}
"""Words, or their possessives, without which a pattern cannot hold: most texts are spared the pattern."""

GROUPS = (*TRAITS, *_COMMON, *(f"{name}_hint" for name in _HINTS))
"""The name of each group."""


def _at() -> dict[str, tuple[int, ...]]:
    """The groups that each word is in."""
    hints = {
        name: " ".join(f"{word} {word}'s" for word in words.split())
        for name, words in _HINTS.items()
    }
    found: dict[str, tuple[int, ...]] = {}
    for group, words in enumerate([*TRAITS.values(), *_COMMON.values(), *hints.values()]):
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), group)
    return found


WORDS = open_words(_at(), {}, 0.0)
"""Counts the words of a text by group."""
NAME_LATIN, SPEAKS, MATTERS, SHARED = map(
    GROUPS.index, ("name_latin", "speaks", "matters", "shared")
)
ENGLISH, OTHER_LATIN, CODE_HINT, MATH_HINT, ESCALATION_HINT = map(
    GROUPS.index, ("english", "other_latin", "code_hint", "math_hint", "escalation_hint")
)
ASKS, BOOKS, OWN, DESK, SUM = map(
    GROUPS.index, ("asks_hint", "books_hint", "own_hint", "desk_hint", "sum_hint")
)

_PLACES = {name: at for at, name in enumerate(TRAITS)}
MARK_GROUPS = dict(
    sorted(
        ((mark, _PLACES[group]) for group, marks in MARKS.items() for mark in marks),
        key=lambda pair: len(pair[0]), reverse=True,
    )
)  # fmt: skip
"""The group of each mark, the longest marks first."""
ASKED = tuple(_PLACES[name] for name in ("much", "compare", "what", "count", "money", "time"))
"""Groups that the last sentence may ask for."""
