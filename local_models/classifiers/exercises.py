"""Whether a text holds mathematics: a formula that is left open, or what is to be proved, solved or computed.

Shops speak of proofs, sums, areas and 积分 too. A proof counts only with what it is to be of; a sum told in words
where nobody's own matter is told: an exercise speaks of trains and of Tom, a customer of his order. What only names a
field ("calculus") is none where books are spoken of.
"""

from __future__ import annotations

import re

from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import (
    ASKS,
    BOOKS,
    DESK,
    GROUPS,
    MATH_HINT,
    OWN,
    WORDS,
)

_FORMULA = re.compile(
    r"\\(?:frac|sum|int|sqrt|begin\{|alpha|beta|theta|lim|cdot|times|leq|geq|mathbb|pi\b|angle|triangle|boxed|dots|lfloor|lceil|text\{|textbf\{|overline|binom|gcd|log)|\[asy\]"
    r"|\$[^$\n]{1,80}[=^_\\][^$\n]{0,80}(?<![\d\s])\$|\$[^$\n]{1,40}[a-z][^$\n]{0,40}[=^_\\][^$\n]{0,80}\$|\$-?\d{0,6}[a-z]{1,3}[,.?]?\$|\$\(-?\d{1,9}, ?-?\d{1,9}\)"
    r"|[∑∫√∞≠∀∃∈⊂∂∇]|\b[a-z]\s?[≤≥]\s?-?\d|\d\s?[≤≥]\s?[a-z]\b|[\d)\]xyzabnet]\s?\^\s?[-\d({nxk]|[a-z\d)][²³]"
    r"|\bd[xy]/d[xyt]\b|\b(?:f|g)\(x\)\s?=|\b[fy]\s?=\s?-?\d*x\b"
    r"|(?<![a-z\d])\d{0,6}[xyzabn]\s?[-+−*/]\s?\d{0,6}[xyzabn]?\s?=\s?-?\d|\b\d{1,6}\s?[-+*]\s?\d{0,6}[xyz]\s?=|(?<![a-z\d])\d{1,6}[xyz]\s?=\s?-?\d"
    r"|\d(?<!\d.)\d*(?:\s?[-+*/×÷x]\s?\d{1,12}){1,20}\s?=\s?(?:[?？]|$|多少|几|x\b)"
    r"|\d\s?\+\s?(?:\.{3}|…|⋯)\s?\+|\([-+\d]{0,6}[xyzabn]\s?[-+]\s?\d{1,6}\)\s?\(|(?<![a-z\d])[xyzabn]\s?[-+]\s?\d{0,6}/?[xyzabn]\s?的"
    r"|(?<![.\w])(?:sin|cos|tan|log\d{0,2}|ln|sqrt|arctan)\s?\("
)
_NUMBER = (
    r"(?:-?\d[\d.,]{0,12}|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)"
)
_WHAT = r"(?:calculate|compute|evaluate|what(?:'s| is|s)|how much is)"
_THING = (
    r"(?:irrational|integers?|primes?\b|divisib|divides|(?:is|are) (?:(?:even|odd)(?=[.,?]|$| if| for| when| and| iff)|cyclic|abelian|compact|continuous|differentiable|convex|bounded|countable|finite|infinite|injective|surjective|transitive|isosceles|perpendicular|parallel to|closed under)|"
    r"groups? of (?:prime )?order|every group|triangles?|converg|theorem|lemma|inequalit|infinitely|subsets?|rational numbers?|identity element|matri(?:x|ces)|polynom|"
    r"planar|topolog|square root|sum of (?:two|the (?:angles|first|squares)|three|any|all|squares|angles)|angles of|by (?:\w+ )?induction|by contradiction|pythagor|fermat|euclid|godel|gödel|riemann|np-|halting problem|eigen|vector space|"
    r"real numbers?|complex numbers?|natural numbers?|(?<![a-z])[a-z]\s?(?:\([a-z]\)\s?)?[=<>+^]|\d\s?[=<>+^]|attains|derivative|\$[^$\n]{1,40}\$|\\)"
)
_TASK = re.compile(
    rf"\b(?:{_WHAT} (?:the value of )?-?[(\d]{{1,12}}[\d.,]{{0,12}}\s?(?:(?:[-+*/÷^]|times|plus|minus|divided by|% of|percent of|multiplied by|mod(?:ulo)?\b|choose)\s?\(?\d{{1,12}}(?!\d|\s?(?:cm|mm|m\b|inch|in\b|px|[x×*]))|[x×]\s?\d{{1,12}}\s?(?:[=?.!+*/-]|$))"
    rf"|{_WHAT} (?:the )?(?:result of |answer to |sum of |product of |difference between )?{_NUMBER}(?: (?:hundred|thousand|million|and|{_NUMBER})){{0,6}} (?:times|plus|minus|divided by|multiplied by|percent of|to the power|to the \w{{3,12}} power|over) (?:of )?{_NUMBER}\b"
    rf"|^{_NUMBER} (?:times|plus|minus|divided by|multiplied by) {_NUMBER} (?:is|equals?)\b"
    rf"|{_WHAT} (?:the )?(?:square|cube|factorial|reciprocal|sum|product|prime factors?|factors|multiples) of (?:the )?(?:first \d|{_NUMBER}\b)|\d{{1,12}} (?:squared|cubed)\b|\d{{1,12}} (?:raised )?to the (?:power of|\w{{3,12}} power)"
    r"|\b(?:sin|cos|tan) ?\d{0,3}(?:x\b|°|θ)|\b(?:sin|cos|tan) (?:of )?\d{1,3}\b|\blog\d ?\d|\b(?:sine|cosine|tangent) of \d"
    r"|is -?\d[\d,]{0,12} (?:an? )?(?:(?:prime|composite|even|odd)(?: number)?\s?(?:\?|$|or\b)|divisible|perfect (?:square|cube|number)|multiple of|factor of)|factor(?:i[sz]e)? (?:the )?(?:number |expression |polynomial )?(?:\d{1,12}(?: into| completely|\s?[.?]?$)|\d{0,6}[xy]\b|\()|as a product of|(?:decimal places?|significant figures)\b|log base"
    r"|convert \d[\d./]{0,12}%? (?:degrees |radians )?(?:in)?to (?:an? )?(?:simplified )?(?:decimal|fraction|percent(?:age)?|radians?|degrees|binary|hexadecimal|octal|mixed number|base)\b|simplify (?:the )?(?:expression|fraction|[-(\d])|expand \("
    rf"|(?:prove|disprove|show(?= that)|proof|demonstrate) (?:that |of |the |by |using ){{0,2}}[^\n.?!]{{0,80}}?{_THING}|(?:prove|show|disprove) (?:that )?(?:every|for (?:all|every|any)|there (?:exists?|are infinitely))[^\n.?!]{{0,60}}?{_THING}"
    r"|let (?:[a-z](?:, ?[a-z])*(?:,? and [a-z])?|\$[^$\n]{1,60}\$|[a-z]\([a-z]\)) (?:be|denote) (?:an? |the |any |two |three |\w+ ){0,4}?(?:group|ring|field|matri|vector|function|integers?|primes?|real|complex|number|set|sequence|graph|space|subgroup|triangle|polynomial|point|random|circle|basis|metric|map)"
    r"|(?:solve (?:for|the|this)? ?(?:x|y|equations?|inequality|system)|solve for|integral of|derivative of|antiderivative|"
    r"theorem|polynomials?|eigenvalues?|eigenvectors?|probability (?:that|of (?:getting|rolling|drawing|two|at))|how many (?:different |distinct )?(?:ways (?:can|are there|could)|(?:positive |negative )?(?:integers|divisors|factors|primes|solutions|triangles|rectangles|diagonals|handshakes|subsets|permutations))\b|"
    r"(?:permutations|combinations) of|modulo|(?:quadratic|linear|differential|cubic) equations?|system of equations|"
    r"hypotenuse|right triangle|triangle (?:abc|has|with sides)|(?:area|perimeter|volume|circumference|surface area|diagonals?) of (?:a|an|the|this) (?:\w+ )?(?:triangle|circle|trapezoid|square|rectangle|sphere|cone|cylinder|cube|pyramid|prism|hexagon|pentagon|octagon|rhombus|polygon|parallelogram|semicircle|ellipse) (?:with|of|whose|is|if|has|in)|"
    r"(?:perimeter|area|length|width) of a (?:rectangle|square|triangle|rhombus) |(?:square|cube) root|logarithm of|prime (?:numbers?|factors?|factori[sz]ation)|factori[sz]e|greatest common (?:divisor|factor)|(?:gcd|lcm|covariance|variance) of|"
    r"least common multiple|arithmetic (?:sequence|progression|series|mean)|geometric (?:sequence|progression|series|mean)|irrational|calculus|standard deviation of|(?:sequence|series|integral|sum|it) converges?|converges? (?:to|absolutely|uniformly|if)|inverse of (?:a|the) matrix|determinant of|differentiate (?!between|from|your)\w|integrate (?:x|\d|sin|cos|e\^|the function)|"
    r"positive (?:integers?|divisors?)|natural numbers|real numbers|(?:consecutive|odd|even|negative|all|two|three|distinct) (?:positive |odd |even )?integers|odd numbers|even numbers|whole numbers?|complex numbers?|real (?:solutions|roots)|divisors of|divisible by|(?:relatively )?coprime|relatively prime|perfect (?:squares?|cubes?)\b(?! garden)|"
    r"remainder when|when divided by|(?:in|to) base[- ]\$?\d|base[- ]\d{1,2} (?:representation|number)|(?:coordinate|xy-?|\$xy\$-?) ?plane|lattice points?|(?:regular|convex) (?:hexagon|pentagon|octagon|polygon|\w{1,5}-gon)|(?:interior|exterior|acute|obtuse|congruent) angles?|"
    r"(?:isosceles|equilateral|scalene|congruent) triangles?|(?:circle|sphere|cylinder|cone) (?:of|with|has) (?:a )?radius|inscribed|circumscrib\w{1,5}|bisectors?|centroid|circumcenter|tangent to|abelian|cyclic (?:sub)?groups?|groups? of (?:prime )?order|subgroups?|homomorphisms?|isomorphi(?:c|sm)|vector spaces?|subspaces?|"
    r"(?:continuous|differentiable|bounded|bijective|injective) functions?|by (?:mathematical )?induction|asymptotes?|parabola|hyperbola|ordered (?:pairs|triples)|fair (?:die|dice|coins?)|six-sided|fibonacci|palindromes?|sum of (?:the )?(?:two|three|four|their|its) (?:\w+ )?(?:numbers|digits|cubes|squares)|limit of [^\n]{0,40}(?:as|when) [a-z]\b|binomial coefficients?|taylor series|fourier (?:series|transform)|laplace transform)\b"
    r"|\b\d{1,4}\s?(?:mph|km/h|miles per hour)\b[^\n]{0,80}\bhow (?:long|far|fast|many)\b|\bhow (?:long|far|fast|many)\b[^\n]{0,80}\b\d{1,4}\s?(?:mph|km/h))"
)
_A_VALUE = r" (?:the value of )?-?[(\d]"
_SUMS = (
    ("what", re.compile(rf"(?:'s| is|s){_A_VALUE}")),
    ("how much is", re.compile(_A_VALUE)),
)
"""Of the questions that begin so, those that the pattern before can be after by that alone."""
_LETS = re.compile(r"\blet (?:[a-z][ ,(]|\$)")
"""How a matter of mathematics begins that no word of it may follow: "let G be"."""
_DONE = re.compile(
    r"\b(?:solve|prove|compute|calculate|evaluate|how many|find the (?!book|text)|show that)\b|="
)
"""What is to be done with a matter, where books on it are spoken of too."""

_ASKED = re.compile(
    r"\bhow (?:many|much(?= (?:money|more|less|longer|did|does|do|will|would|is|are|was|were|has|have|had|can|should|of|time|water|change|profit|\w+ (?:did|does|do|will|would|is|are|was|were|has|have|had|can|should)\b))|long|far|fast|old|tall|heavy|deep|high|wide|large)\b"
    r"|\bwhat (?:percent|percentage|fraction|number|distance|speed|amount|size|price)\b|\bby what\b"
    r"|\bwhat(?:'s| is| was| will be| would be| are| were| must be| should be) (?:the |his |her |its |their |tom's |\w{2,12}'s )?(?:\w{2,14} (?:of |in )?){0,3}(?:speed|velocity|average|mean|median|total|sum|difference|product|quotient|ratio|area|volume|perimeter|circumference|length|width|height|radius|diameter|distance|probability|percent|percentage|"
    r"fraction|number|value|costs?|price|age|weight|rate|profit|angle|measure|remainder|mass|force|pressure|energy|current|voltage|resistance|density|acceleration|momentum|frequency|wavelength|interest|maximum|minimum|largest|smallest|greatest|least|wage|salary|score|amount|income|balance|yield|efficiency|temperature|concentration|time|first|second|third|fourth|fifth|sixth|other (?:one|number)|larger|smaller|numbers?)\b"
    r"|\b(?:calculate|compute|determine|evaluate|find|express) (?:the|his|her|its|their|how|each|this|\w{1,2}\b)"
)
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|half|third|quarter|twice|double|triple|hundred|thousand)\b"
)
_FIGURES = re.compile(r"\d[\d.,]*")
_NUMBERS, _SHARE = map(GROUPS.index, ("number", "share"))
_TOLD = tuple(map(GROUPS.index, ("he", "she", "they", "rate", "time", "share", "measure", "total", "remains", "condition", "compare")))  # fmt: skip
_OTHERS = tuple(map(GROUPS.index, ("he", "she", "they")))
_ENOUGH, _MANY = 2, 3
"""Figures that a sum told in words has at least, and that prove one where more speaks against it."""

_HAN_NUMBER = r"[\d零一二两三四五六七八九十百千万.]"
_TASK_ZH = re.compile(
    r"(?:计算|算一下|算下|求)\s?[:：]?\s?-?[(\d]{1,12}[\d.,]{0,12}\s?(?:[-+*/×÷x^]|的\d)\s?\(?\d{1,12}(?!\d|\s?(?:cm|mm|m\b|[x×*]))"
    r"|解方程|方程组|[一二三](?:元|次)[一二三]?次?方程|求导|导数|定积分|重积分|微积分|积分∫|微分方程|证明.{0,30}(?:无理数|有理数|素数|质数|奇数|偶数|整数|实数|自然数|倍数|函数|数列|三角形|平行|垂直|收敛|定理|根号|成立|整除|不等式|连续|可导|相等|全等|子群|循环群|同构|归纳|可逆|[a-z]\s?[=><+²^])"
    r"|求证|(?:骰|硬币|[红白黑蓝]球|扑克|随机变量|独立事件).{0,40}[概机]率|概率(?:分布|密度|论)|条件概率|(?:立体|平面|解析)几何|几何(?:题|证明|级数|平均|分布)|矩阵(?:乘|相乘|的(?:秩|逆|特征|转置|行列式))|(?:逆|转置|系数|对称|方)矩阵|行列式|"
    r"等差数列|等比数列|勾股|特征值|三角函数|求极限|极限.{0,6}(?:lim|→|x)|数学归纳|[一二三]次函数|鸡兔同笼|排列组合|最大公约数|最小公倍数|平方根|立方根|根号|因式分解|分解(?:质|素)?因[数式]|质因数|不等式|求.{0,8}(?:的(?:面积|体积|周长|半径|最大值|最小值|值域|解|根))|求.{0,20}(?:最大值|最小值|的值)|求[xy](?![a-z])|"
    r"小[明红华刚丽强][^\n]{0,60}\d[^\n]{0,80}(?:几|多少)|[\d一二三四五六七八九十百]{1,12}的(?:平方|立方|阶乘)(?!米|厘米|公里|分米)|除以.{0,6}余|"
    r"\d\s?(?:是不是|是否是|是否为|是|为)(?:一个)?(?:质数|素数|合数|完全平方数)|(?:以内|之内|之间|最小|最大)的?.{0,4}(?:质数|素数|合数)|(?:质数|素数)(?:有哪些|有几个|是什么|之和)|"
    rf"\d\s?的\s?[n\d]{{1,3}}\s?次[方幂]|{_HAN_NUMBER}{{1,12}}\s?(?:乘以|乘|除以|减去|减|加上|加|的平方加)\s?{_HAN_NUMBER}{{1,12}}\s?(?:等于|是几|是多少)|(?:求|从|计算|算)?\s?\d{{1,12}}\s?(?:加到|到)\s?\d{{1,12}}\s?(?:(?:之间)?(?:的|所有|全部)?[^\n，。]{{0,6}}的和|等于|的乘积|的平方和|之和)|一加到一百|"
    r"(?<![a-z])(?:sin|cos|tan|cot)\s?\d{1,3}\s?[度°]|"
    r"设\s?[a-z](?:\([a-z]\))?\s?(?:是|为|∈)[^\n]{0,12}(?:群|环|域|矩阵|函数|集|空间|实数|整数|自然数|数列|质数|素数|向量|变量|图)|已知(?:函数|数列|向量|椭圆|双曲线|抛物线|集合|三角形|圆|直线|复数|等差|等比|[a-z]\s?[=+>])"
)
_MATH_HINTS_ZH = (
    "方程", "求", "导数", "积分", "证明", "概率", "机率", "几何", "矩阵", "行列式", "数列", "勾股", "计算", "算", "特征值", "函数",
    "极限", "归纳", "鸡兔", "排列", "公约数", "公倍数", "平方", "立方", "根", "阶乘", "因式", "因数", "不等式", "小明", "小红", "小华",
    "小刚", "小丽", "小强", "余", "微分", "质数", "素数", "合数", "次方", "次幂", "等于", "是几", "是多少", "加到", "乘积", "之和", "一加", "除以", "sin", "cos", "tan", "°",
    "设", "已知",
)  # fmt: skip
_MATH_HINT_ZH = re.compile("|".join(map(re.escape, _MATH_HINTS_ZH)))
"""A pattern of plain words is quicker than a look for each of them."""
_BOOKS_ZH = re.compile(
    r"[这那]本|书|教材|课本|教辅|讲义|试卷|习题集|网课|课程|辅导|发货|快递|到货|有货|库存|正版|下单|订单|多少钱|第\d版|退|包邮|有[吗没货]|挂图"
)
_DONE_ZH = re.compile(
    r"求[出证解导值和积]|求[^\n]{1,12}(?:的|值|数|率)|解(?:出|得|方程)|怎么[解算证求]|计算(?!器)|证明[^\n]{0,30}(?:数|理|形|成立|收敛)|="
)

_ASKED_ZH = re.compile(
    r"几[^\n，。]|几$|多少|多远|多大|多长|多重|多高|多深|(?<![要需追请恳讲])求(?![助发快职购退赔换个你])|各(?:是|有)"
)
_LAST_WORDS = 40
"""Characters at the end of a text, or before its answers to choose from, within which a Chinese exercise asks."""
_CHOICES = re.compile(r"\n\s?[(（]?a[.)）、．:：]")
_FIGURES_ZH = re.compile(r"\d+(?:\.\d+)?|(?<![一第统每])[二两三四五六七八九十百]{1,6}(?![方边])")
_SHAPE_ZH = re.compile(
    r"(?:圆|长方形|正方形|三角形|梯形|圆柱|圆锥|球|正方体|长方体|菱形|平行四边形|扇形)[^\n]{0,16}(?:半径|直径|边长|底|高|长|宽|棱长|面积|周长)[^\n]{0,30}(?:面积|体积|周长|高|长|宽|半径|圆心角)"
)
_STORY_ZH = re.compile(
    r"每[个支本人天时分千元行排箱盒只张次秒公件套棵辆年月袋瓶条块层页间台份队组车趟吨升亩小米]|平均|一共|共[有需要用花\d]|总共|还剩|剩下|剩余|相距|相向|相遇|同时出发|速度|行驶|\d\s?倍|几倍|的[二三四五六七八九十两]倍|几分之|分之[一二三四五六七八九\d]|"
    r"比[^\n]{1,12}[多少]|[甲乙丙]|两地|工程|水池|合作|分给|平均分|已知|如果|某(?:校|厂|班|人|商[店场]|工厂|公司|市|村)|年级|学生|男生|女生|同学|农场|果园|商店"
)
_PEOPLE_ZH = re.compile(
    r"[甲乙丙]|某(?:校|厂|班|人|商[店场]|工厂|公司|市|村)|小[\u4e00-\u9fff]{1,2}(?:有|买|家|和|从|把|给|用|每)|妈妈|爸爸|爷爷|奶奶|老师|学生|同学|年级|工人|农民|商店|超市有|学校|果园|师傅做"
)
_OWN_ZH = re.compile(
    r"我(?!国|军|校)|你|您|亲|咱|老板|客服|订单|下单|发货|快递|物流|运费|包邮|邮费|退|换货|优惠|满\d|打[\d一二三四五六七八九.]+折|折扣|定金|尾款|付款|支付|到账|到货|收到|收货|签收|限购|库存|有货|现货|尺码|预售|积分|红包|赠品|送货|配送|安装|保修|质保|"
    r"发票|价保|会员|分期|花呗|白条|每期|买\d+送|号楼|单元|几天[到能发送]|几点|几号|哪天|价格|便宜|下架|上架|拍[了下\d]|寄|放得下|能放|适合|几件(?:起|可以|能)"
)

_BARE_SUM = re.compile(
    r"^(?:\(?-?\d[\d.]*\)?(?:\s?[+*×÷]\s?\(?-?\d[\d.]*\)?|\s[-/]\s\d[\d.]*|/\d{1,3}(?=\s?[+*]|\s-\s)){1,40}(?:/\d{1,3})?\s*=?\s*[?？]?\s*|\d{1,3}!\s*=?\s*[?？]?\s*)$"
)
_EQUALS_ZH = re.compile(
    r"(?<![a-z\d.-])[(（]?\d[\d.()（）]{0,16}(?:\s?[-+*/×÷x^]\s?[(（]?\d[\d.()（）]{0,16}){1,12}\s?等于\s?(?:多少|几|啥|什么)(?=$|[\s呢啊呀吗?？,，。.!！;；])"
    r"|^(?:\d[\d.]{0,12}(?:\s?[*×÷]\s?\d[\d.]{0,12}){1,12}\s?是(?:多少|几)|\d{1,12}\s?\+\s?\d{1,12}\s?是几)(?=[呢啊呀?？!！\s]{0,9}$)"
)
"""A sum in signs that is asked for in words; not what its parts may be the sizes of ("30x40等于多少寸")."""
_ASCENDS = re.compile(r"(\d{1,6})-(\d{1,6})(?![\d.])")
_LONGEST_SUM = 200
_FUNCTIONS = ("sin", "cos", "tan", "log", "ln", "sqrt", "log2", "log10", "sin ", "cos ", "f", "g")
_RARE_MATH_SIGN = re.compile("[×÷∑∫√∞≤≥≠∀∃∈⊂∂∇²³°⋯]|…\\s?\\+")
_SURE_SIGNS, _SIGNS_OF_TWO = mask_of("\\^="), mask_of("/($[")


def holds_math(sample: Sample) -> bool:
    """A formula or a sum that is left open, or something to be proved, solved or computed.

    Looking for single signs and words is quick; the patterns are not.
    """
    lower = sample.lower
    is_ascii = lower.isascii()
    if _may_hold_formula(sample, is_ascii) and _FORMULA.search(lower):
        return True
    if _sets_task(sample) or _tells_exercise(sample):
        return True
    if not is_ascii and (_sets_task_in_chinese(lower) or _tells_exercise_in_chinese(lower)):
        return True
    return len(lower) <= _LONGEST_SUM and _BARE_SUM.match(lower.strip()) is not None


def _may_hold_formula(sample: Sample, is_ascii: bool) -> bool:
    lower, signs = sample.lower, sample.signs
    return bool(
        signs & _SURE_SIGNS
        or (signs & _SIGNS_OF_TWO and _has_signs_of_two(lower))
        or ("..." in lower and "+" in lower)
        or (not is_ascii and _RARE_MATH_SIGN.search(lower) is not None)
    )


def _has_signs_of_two(lower: str) -> bool:
    return (
        "/d" in lower
        or "$" in lower
        or ")(" in lower
        or "[asy]" in lower
        or any(f"{name}(" in lower for name in _FUNCTIONS)
    )


def _sets_task(sample: Sample) -> bool:
    """Words that only mathematics has, but for books on it."""
    lower, in_group = sample.lower, sample.words.in_group
    if not (
        in_group[MATH_HINT]
        or any(_asks_for(lower, *asked) for asked in _SUMS)
        or ("let " in lower and _LETS.search(lower))
    ):
        return False
    if not _TASK.search(lower):
        return False
    return not in_group[BOOKS] or _DONE.search(lower) is not None


def _asks_for(lower: str, question: str, value: re.Pattern[str]) -> bool:
    """Whether the value stands behind the question, which most texts hold once or twice, if at all."""
    at = lower.find(question)
    while at >= 0:
        if value.match(lower, at + len(question)):
            return True
        at = lower.find(question, at + 1)
    return False


def _tells_exercise(sample: Sample) -> bool:
    """A sum that is told in words: figures, and then a question for another one, about nobody here."""
    in_group = sample.words.in_group
    if in_group[OWN] or not in_group[ASKS]:
        return False
    lower = sample.lower
    figures = in_group[_NUMBERS] + in_group[_SHARE] + len(_FIGURES.findall(lower))
    if figures < _ENOUGH:
        return False
    asked = max((each.start() for each in _ASKED.finditer(lower)), default=0)
    if not _FIGURE.search(lower, 0, asked):
        return False
    if not in_group[DESK]:
        return figures >= _MANY or "%" in lower or any(in_group[at] for at in _TOLD)
    return (
        figures >= _MANY
        and any(in_group[at] for at in _OTHERS)
        and not WORDS.read(lower[asked:]).in_group[DESK]
    )


def _sets_task_in_chinese(lower: str) -> bool:
    if not _MATH_HINT_ZH.search(lower):
        return False
    if not _TASK_ZH.search(lower):
        return _asks_for_sum(lower)
    return not _BOOKS_ZH.search(lower) or _DONE_ZH.search(lower) is not None


def _asks_for_sum(lower: str) -> bool:
    """ "25*4等于多少"; a range that ascends is one of sizes ("38-39等于多少")."""
    asked = _EQUALS_ZH.search(lower)
    return asked is not None and not any(
        int(each[1]) <= int(each[2]) for each in _ASCENDS.finditer(asked.group())
    )


def _tells_exercise_in_chinese(lower: str) -> bool:
    """The same in Chinese; a price is asked for in shops too, and then somebody has to be told of."""
    if not ("几" in lower or "多" in lower or "求" in lower or "各" in lower):
        return False
    choices = _CHOICES.search(lower)
    told = (lower[: choices.start()] if choices else lower).rstrip()
    if not _ASKED_ZH.search(told, max(0, len(told) - _LAST_WORDS)) or _OWN_ZH.search(lower):
        return False
    figures = len(_FIGURES_ZH.findall(lower))
    if figures and _SHAPE_ZH.search(lower):
        return True
    if figures < _ENOUGH or not _STORY_ZH.search(lower):
        return False
    is_bought = "多少钱" in lower or any(sign in lower for sign in "买箱件套瓶盒包")
    return not is_bought or _PEOPLE_ZH.search(lower) is not None
