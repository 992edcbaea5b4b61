"""Whether a text holds code, mathematics or a long document.

Shops speak of codes, programs, classes, returns, 积分 and 证明 too, so a word alone never counts: code shows in
how a line is built, or in a wish for something that is programmed; mathematics in a formula that is left
open, or in what is to be proved or solved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import CODE_HINT, MATH_HINT

LONG_DOCUMENT_CHARS = 6_000
"""From here on a single text counts as a long document; Chinese from a third of it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What kind of matter a text holds besides prose."""

    has_code: bool
    has_math: bool
    has_long_document: bool


_HAN = re.compile(r"[\u3400-\u9fff]")
_FENCES = mask_of("`~")

_TYPE = r"(?:void|int|long|double|float|bool|boolean|char|string|class|interface|enum|auto|async|def|fn)"
_VALUE = r"(?:[\"'`\d\[{(]|new |await |async |function\b|require\(|[\w.]+[(\[]|true\b|false\b|null\b|none\b|[^\n]*;)"
_SURE_LINE = re.compile(
    r"^(?:(?:async )?def \w+[^\S\n]*\(|class \w+(?:\([\w., =]*\))?:[^\S\n]*$|(?:abstract |final |export )*class \w+[^\n{]{0,60}\{"
    r"|from [\w.]+ import [\w*(]|import (?:\{|\* as|\w+(?:, ?\{[^\n]*)? from [\"']|[\w.]+ as \w+[^\S\n]*$|\w+(?:\.\w+)+;?[^\S\n]*$"
    r"|(?:os|sys|re|json|math|time|random|numpy|pandas|torch|requests|collections|datetime)[^\S\n]*$)"
    rf"|(?:(?:public|private|protected|static|final|export|default)[^\S\n]+){{1,4}}(?:{_TYPE}|function|const|\w+(?:<[^\n>]*>)?[^\S\n]+\w+[^\S\n]*[=;(][^\n]*[;{{])\b"
    rf"|{_TYPE}[^\S\n]+\w+[^\S\n]*(?:\([^\n)]*\)[^\S\n]*[{{:-]|=[^\n]*;|\[\d*\])"
    r"|(?:export )?(?:async )?func(?:tion)?[^\S\n]+\w+[^\S\n]*\([^\n]*\)[^\n]*\{|(?:pub )?fn \w+[^\S\n]*[(<]"
    rf"|(?:export )?(?:let|const|var) \w+[^\S\n]*(?::[^\S\n]*[\w<>\[\]]+[^\S\n]*)?=[^\S\n]*{_VALUE}"
    r"|#include[^\S\n]*[<\"]|#!/|<\?(?:php|xml)|<!doctype|#define \w|traceback \(most|package [\w.]+;|using (?:namespace )?[\w.:]+;"
    r"|(?:if|for|while|switch|else if)[^\S\n]*\([^\n{]*(?:[<>=!&|;%]|\b(?:in|of)\b)[^\n{]*\)?[^\S\n]*\{"
    r"|(?:if|for|while|elif|with|except|try)\b[^\n]*\):?[^\S\n]*:$"
    r"|(?:console\.log|system\.out\.print(?:ln|f)?|fmt\.print(?:ln|f)?|printf|println!?|print|echo)\([^\n]*\)"
    r"|insert into \w+[^\n]*\bvalues\b|update \w+ set \w+[^\S\n]*=|create (?:table|index|view) \w|delete from \w+(?: where|;|$)|(?:alter|drop) table \w"
    r"|select\b[^\n]{1,300}\bfrom [\w.\"`]+[^\n]*(?:\bwhere\b|\bjoin\b|\bgroup by\b|\border by\b|\blimit \d|;)|select[^\S\n]+\*[^\S\n]+from \w"
    r"|</?(?:div|span|html|head|body|script|style|table|form|input|button|ul|svg|template|meta|link)\b[^<>\n]*>|<\w+ [\w-]+=[\"'][^<>\n]*>"
    r"|(?:\$ )?(?:curl -|docker (?:run|build|exec|ps|compose|pull)\b|pip3? install \w|npm (?:install|run|ci|i)\b|yarn add |git (?:commit|clone|push|pull|checkout|rebase|merge|log|add) "
    r"|sudo \w|apt(?:-get)? install |kubectl \w|python3? [\w./-]+\.py|cd [~./]|chmod [+\d])"
    r"|[{\[][^\S\n]*\{?[^\S\n]*\"[^\"\n]*\"[^\S\n]*:|\(?\w+(?:, ?\w+)*\)?[^\S\n]*=>[^\n]*[(){}+*/;]|[^\n]{0,80}\b(?:at|in) [\w./$<>]+\([\w.]+:\d+\)"
    r"|file \"[^\"\n]+\", line \d)",
    re.MULTILINE | re.IGNORECASE,
)
_LIKELY_LINE = re.compile(
    r"^(?:return\b[^\n;]*;[^\S\n]*$|return [\w.\[\]]+(?:[^\S\n]*[-+*/%<>=]=?[^\S\n]*[\w.\[\]]+)*[^\S\n]*$|import \w+;?[^\S\n]*$|[\w.]+\([^\n]*\)[^\S\n]*[;{]?[^\S\n]*$|[\w.\[\]]+[^\S\n]*[-+*/]?=[^\S\n]*[^\n]+;?[^\S\n]*$"
    r"|</?\w+[^<>\n]*>[^\S\n]*$|[}\])]+;?[^\S\n]*$|//[^\S\n]|(?:else|try|finally|do)[^\S\n]*[{:][^\S\n]*$|@\w+[^\S\n]*$|@\w+\([^\n]*\)[^\S\n]*$|<[\w-]+>[^\n]*</)",
    re.MULTILINE | re.IGNORECASE,
)
_LINE_BEGINNINGS = (
    "import ", "from ", "select", "update ", "create ", "delete ", "drop ", "alter ", "curl ", "docker ", "pip", "npm ", "yarn ",
    "git ", "sudo ", "apt", "kubectl ", "python", "cd ", "chmod ", "$ ", "return ", "class ", "#", "@", "<", "//",
)  # fmt: skip
"""What a line of code begins with that holds no bracket, brace or equals sign."""
_LINE_SIGNS = frozenset("({=[}")
_ENOUGH = 2
"""A line that is code for sure counts for two likely ones."""

_CAPITAL_SQL = re.compile(r"\bSELECT\b[^\n]{1,300}\bFROM\b")
_FAULTS = re.compile(
    r"\b(?:Type|Value|Key|Syntax|Name|Index|Attribute|Import|ModuleNotFound|Reference|Assertion|Recursion|Indentation|Runtime)Error\b"
    r"|\b[A-Z][a-z]+(?:[A-Z][a-z]+)*Exception\b|\bundefined is not\b|[Ss]egmentation fault|\bStackOverflow\b"
)
_LANGUAGES = r"(?:python|java|rust|golang|go|ruby|swift|kotlin|scala|perl|matlab|c|r|javascript|typescript|js|c\+\+|c#|php|sql|html|css|bash|shell|react|vue|node(?:\.?js)?|numpy|pandas|django)"
_MADE = (
    r"(?:code|functions?|scripts?|programs?|class(?:es)?|methods?|quer(?:y|ies)|lists?|dict(?:ionar(?:y|ies))?s?|arrays?|strings?|loops?|"
    r"decorators?|generators?|exceptions?|errors?|bugs?|modules?|librar(?:y|ies)|lambdas?|threads?|tuples?|regex(?:es)?|closures?|"
    r"interfaces?|pointers?|iterators?|snippets?|syntax|compiler|developer|tutorial|interview)"
)
_CODE_WISH = re.compile(
    # For lower case. A language beside something that is written in it, or at the end: "reverse a list in python".
    rf"\b(?:\b{_LANGUAGES}(?!\w) {_MADE}\b|\b{_MADE}\b[^\n.?!]{{0,40}}\b(?:in|with|using) {_LANGUAGES}(?![\w+#])"
    r"|\b(?:in|with|using) (?:python|javascript|typescript|golang|java|rust|c\+\+|c#|php|kotlin|sql|bash)(?:[?.!]|$)"
    rf"|\b(?:write|fix|debug|refactor|implement|optimi[sz]e|review|explain|convert|translate|rewrite)\b[^\n.?!]{{0,40}}(?:\b(?:javascript|typescript|golang|regex(?:es)?|numpy|pandas|django|sql|html|css|php)\b|\bc\+\+|\bc#)"
    r"|\b(?:write|fix|debug|refactor|implement|optimi[sz]e|test)\b[^\n.?!]{0,30}\b(?:functions?|scripts?|unit tests?|algorithm|parser|web scraper|compiler|rest api|endpoint|recursion)\b"
    r"|\b(?:sql|database) (?:query|injection|join)|\bregular expression|\bstack trace|\bsource code|\b(?:this|my|following) (?:code|function|snippet)\b[^\n]{0,30}(?::|\b(?:not work|doesn't|error|bug|wrong|slow|throws|compile|crash))"
    r"|\b(?:quick|merge|bubble|heap|insertion) ?sort\b|\bbinary (?:search|tree)|\blinked list|\bhash ?(?:map|table)\b|\blru cache|\bdynamic programming|\bbig o\b|\bdepth[- ]first|\bfizz ?buzz)"
)
_CODE_WISH_ZH = re.compile(
    r"(?<![小优])(?:写|改|调试|优化|实现|编写|重构|生成|解释|看看|看下|看一下)[^，。！？\n]{0,10}(?:(?<![惠证请换销折码])代码(?!券)|程式码|函[数式]|脚本|爬虫|正则|算法|sql|单元测试|递归|链表|排序|二叉树)"
    r"|(?:写|编写|编|开发)(?:一|1|几)?(?:个|段)[^，。！？\n]{0,10}(?<!小)程[序式](?!订单|里|的)"
    r"|(?:这|那|下面|以下|我的)(?:段|个|些)?(?:代码|程式码|函[数式]|脚本)|(?:代码|程式码)(?:报错|出错|怎么写|有什么问题|哪里)"
    r"|(?:用|写|学|看看|段|的)\s?(?:python|java|javascript|js|c\+\+|c#|c语言|go语言|golang|rust|php|sql|html|css|vue|react|shell|matlab)\s?(?:写|实现|代码|脚本|函[数式]|程[序式]|怎么|如何|里|中|为什么|报错|做|编)"
    r"|(?:python|javascript|js|c\+\+|c语言|golang|php|sql|numpy|pandas|vue|react|java)\s?(?:里|中|怎么|如何|为什么|报错|代码|程式码|脚本|函[数式]|语法|面试|爬虫|编程|语句|的?(?:列表|字典|数组|阵列|装饰器|多线程))"
    r"|快速排序|冒泡排序|归并排序|二分查找|二叉树|链表|动态规划|哈希表|正则表达式|空指针|时间复杂度",
)
_CODE_HINTS_ZH = (
    "代码", "函数", "函式", "脚本", "程序", "程式", "正则", "爬虫", "算法", "排序", "查找", "二叉树", "链表", "动态规划", "哈希",
    "空指针", "复杂度", "单元测试", "递归", "python", "java", "js", "c++", "c#", "c语言", "golang", "rust", "php", "sql", "html", "css", "vue",
    "react", "shell", "numpy", "pandas", "matlab", "go语言",
)  # fmt: skip
_ASKED_FOR = re.compile(
    r"\b(?:write|fix|debug|refactor|review|explain|optimi[sz]e)\b[^\n.?!]{0,20}\bcode\b|\bwrite\b[^\n.?!]{0,20}\b(?:a|an) [^\n.?!]{0,20}\bprogram\b"
)
"""Counts where nothing a shop has codes and programs for is spoken of."""
_CODES_OF_A_SHOP = re.compile(
    r"\b(?:coupon|promo|discount|voucher|gift|loyalty|member(?:ship)?|affiliate|reward|qr|bar|zip|postal|verification|"
    r"tracking|order|size|care|warranty|return|refund|delivery)s?\b"
)

_FORMULA = re.compile(
    r"\\(?:frac|sum|int|sqrt|begin\{|alpha|beta|theta|lim|cdot|times|leq|geq|mathbb)|\$[^$\n]{1,80}[=^_\\][^$\n]{0,80}(?<![\d\s])\$|\$[^$\n]{1,40}[a-z][^$\n]{0,40}[=^_\\][^$\n]{0,80}\$"
    r"|[∑∫√∞≠∀∃∈⊂∂∇]|\b[a-z]\s?[≤≥]\s?-?\d|\d\s?[≤≥]\s?[a-z]\b|[\d)\]xyzabnet]\s?\^\s?[-\d({nxk]|[a-z\d)][²³]"
    r"|\bd[xy]/d[xyt]\b|\b(?:f|g)\(x\)\s?=|\b[fy]\s?=\s?-?\d*x\b"
    r"|(?<![a-z\d])\d{0,6}[xyzabn]\s?[-+−*/]\s?\d{0,6}[xyzabn]?\s?=\s?-?\d|\b\d{1,6}\s?[-+*]\s?\d{0,6}[xyz]\s?=|(?<![a-z\d])\d{1,6}[xyz]\s?=\s?-?\d"
    r"|\d(?<!\d.)\d*(?:\s?[-+*/×÷x]\s?\d{1,12}){1,20}\s?=\s?(?:[?？]|$|多少|几|x\b)"
    r"|(?<![.\w])(?:sin|cos|tan|log\d{0,2}|ln|sqrt|arctan)\s?\("
)
_TASK = re.compile(
    r"\b(?:(?:calculate|compute|evaluate|what(?:'s| is)) (?:the value of )?-?[(\d]{1,12}[\d.,]{0,12}\s?(?:[-+*/×÷x^]|times|plus|minus|divided by|% of|multiplied by)\s?\(?\d{1,12}(?!\d|\s?(?:cm|mm|m\b|inch|in\b|px|[x×*]))"
    r"|\b(?:sin|cos|tan) ?\d{0,3}(?:x\b|°|θ)|\blog\d ?\d"
    r"|\b(?:prove (?:that|the)|proof (?:that|by|of)|solve (?:for|the|this)? ?(?:x|y|equations?|inequality|system)|solve for|integral of|derivative of|antiderivative|"
    r"theorem|polynomials?|eigenvalues?|eigenvectors?|probability (?:that|of (?:getting|rolling|drawing|two|at))|how many ways can|(?:permutations|combinations) of|modulo|(?:quadratic|linear|differential|cubic) equations?|system of equations|"
    r"hypotenuse|right triangle|triangle (?:abc|has|with sides)|area of (?:a|the) (?:triangle|circle|trapezoid|square|rectangle) (?:with|of|whose)|(?:square|cube) root|logarithm of|prime numbers?|factori[sz]e|greatest common divisor|"
    r"least common multiple|arithmetic (?:sequence|progression)|geometric series|irrational|calculus|standard deviation|converges?|inverse of (?:a|the) matrix|determinant|differentiate|integrate (?:x|\d|sin|cos|e\^|the function))\b"
    r"|\b\d{1,4}\s?(?:mph|km/h|miles per hour)\b[^\n]{0,80}\bhow (?:long|far|fast|many)\b|\bhow (?:long|far|fast|many)\b[^\n]{0,80}\b\d{1,4}\s?(?:mph|km/h))"
)
_WHAT_SUM = re.compile(r"what(?:'s| is) (?:the value of )?-?[(\d]")
"""Of the questions that begin with "what", those that the pattern before can be after by that alone."""
_TASK_ZH = re.compile(
    r"(?:计算|算一下|算下|求)\s?[:：]?\s?-?[(\d]{1,12}[\d.,]{0,12}\s?(?:[-+*/×÷x^]|的\d)\s?\(?\d{1,12}(?!\d|\s?(?:cm|mm|m\b|[x×*]))"
    r"|解方程|方程组|[一二三](?:元|次)[一二三]?次?方程|求导|导数|定积分|重积分|微积分|积分∫|微分方程|证明.{0,30}(?:无理数|有理数|素数|质数|奇数|偶数|整数|实数|自然数|倍数|函数|数列|三角形|平行|垂直|收敛|定理|根号|成立|整除|不等式|连续|可导|相等|全等|[a-z]\s?[=><+²^])"
    r"|求证|(?:骰|硬币|[红白黑蓝]球|扑克|随机变量|独立事件).{0,40}[概机]率|概率(?:分布|密度|论)|条件概率|(?:立体|平面|解析)几何|几何(?:题|证明|级数|平均|分布)|矩阵(?:乘|相乘|的(?:秩|逆|特征|转置|行列式))|(?:逆|转置|系数|对称|方)矩阵|行列式|"
    r"等差数列|等比数列|勾股|特征值|三角函数|求极限|极限.{0,6}(?:lim|→|x)|数学归纳|[一二三]次函数|鸡兔同笼|排列组合|最大公约数|最小公倍数|平方根|立方根|根号|因式分解|不等式|求.{0,8}(?:的(?:面积|体积|周长|半径|最大值|最小值|值域|解|根))|求[xy](?![a-z])|"
    r"小[明红华刚丽][^\n]{0,80}(?:几|多少)|\d{1,12}的(?:平方|立方|阶乘)|除以.{0,6}余"
)
_BARE_SUM = re.compile(
    r"^(?:\(?-?\d[\d.]*\)?(?:\s?[+*×÷]\s?\(?-?\d[\d.]*\)?|\s[-/]\s\d[\d.]*|/\d{1,3}(?=\s?[+*]|\s-\s)){1,40}(?:/\d{1,3})?\s*=?\s*[?？]?\s*|\d{1,3}!\s*=?\s*[?？]?\s*)$"
)
_LONGEST_SUM = 200
_FUNCTIONS = ("sin", "cos", "tan", "log", "ln", "sqrt", "log2", "log10", "sin ", "cos ", "f", "g")
_MATH_HINTS_ZH = (
    "方程", "求", "导数", "积分", "证明", "概率", "机率", "几何", "矩阵", "行列式", "数列", "勾股", "计算", "算", "特征值", "函数",
    "极限", "归纳", "鸡兔", "排列", "公约数", "公倍数", "平方", "立方", "根", "阶乘", "因式", "不等式", "小明", "小红", "小华",
    "小刚", "小丽", "余", "微分",
)  # fmt: skip
_RARE_MATH_SIGNS = "×÷∑∫√∞≤≥≠∀∃∈⊂∂∇²³°"
_SURE_SIGNS, _SIGNS_OF_TWO = mask_of("\\^="), mask_of("/($")


def tell_matter(text: str | Sample, *, reach: int | None = None) -> Matter:
    """Code, mathematics and length; long texts are sampled at head and tail.

    `reach` is how long the longest text of the request is, Chinese counted threefold, where that is known
    and not only this text counts.
    """
    sample = Sample.of(text)
    whole = sample.text
    size = sample.chars if reach is None else reach
    code = (
        _has_fence(sample) or _has_code_lines(whole) or _names_code(whole) or _wishes_code(sample)
    )
    limit = LONG_DOCUMENT_CHARS
    if (
        reach is None
        and size < limit
        and not whole.isascii()
        and len(_HAN.findall(whole)) * 3 > len(whole)
    ):
        limit //= 3
    return Matter(code, _holds_math(sample), size >= limit)


def _has_fence(sample: Sample) -> bool:
    return bool(sample.signs & _FENCES) and ("```" in sample.text or "~~~" in sample.text)


def _has_code_lines(text: str) -> bool:
    """A line that is code for sure, or two that are likely to be."""
    found = 0
    for line in text.split("\n"):
        start = line.lstrip()
        if not start or (
            _LINE_SIGNS.isdisjoint(start) and not start[:12].lower().startswith(_LINE_BEGINNINGS)
        ):
            continue
        if _SURE_LINE.match(start):
            return True
        found += _LIKELY_LINE.match(start) is not None
        if found >= _ENOUGH:
            return True
    return False


def _names_code(text: str) -> bool:
    """A query in capitals, or a fault that only programs have."""
    if "SELECT" in text and _CAPITAL_SQL.search(text):
        return True
    return any(
        word in text for word in ("Error", "Exception", "undefined", "egmentation", "Overflow")
    ) and (_FAULTS.search(text) is not None)


def _wishes_code(sample: Sample) -> bool:
    """Most texts have none of the words, which is quick to see."""
    lower = sample.lower
    if not lower.isascii() and any(word in lower for word in _CODE_HINTS_ZH):
        if _CODE_WISH_ZH.search(lower) or _CODE_WISH.search(lower):
            return True
    elif not sample.words.in_group[CODE_HINT]:
        return False
    elif _CODE_WISH.search(lower):
        return True
    return _ASKED_FOR.search(lower) is not None and not _CODES_OF_A_SHOP.search(lower)


def _holds_math(sample: Sample) -> bool:
    """Looking for single signs and words is quick; the patterns are not."""
    lower, signs = sample.lower, sample.signs
    is_ascii = lower.isascii()
    if (
        signs & _SURE_SIGNS
        or (signs & _SIGNS_OF_TWO and _has_signs_of_two(lower))
        or (not is_ascii and any(sign in lower for sign in _RARE_MATH_SIGNS))
    ) and _FORMULA.search(lower):
        return True
    may_ask = sample.words.in_group[MATH_HINT] > 0 or _WHAT_SUM.search(lower) is not None
    if may_ask and _TASK.search(lower):
        return True
    if not is_ascii and any(word in lower for word in _MATH_HINTS_ZH) and _TASK_ZH.search(lower):
        return True
    return len(lower) <= _LONGEST_SUM and _BARE_SUM.match(lower.strip()) is not None


def _has_signs_of_two(lower: str) -> bool:
    return "/d" in lower or "$" in lower or any(f"{name}(" in lower for name in _FUNCTIONS)
