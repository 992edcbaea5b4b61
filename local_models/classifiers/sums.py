"""Sums of money in a turn, as the customer wrote them, in digits and in words.

A number is read whole before anything is said of it: "1.299,00", "1,299.00" and "1千5百" are one number
each. It is a sum where a currency stands right before it ("￥", "Rs.", "港币") or behind it ("元",
"INR", "million dollars"). What cannot be read as one number is no sum: none is better than a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from local_models.classifiers.formulas import find_formulas

Span = tuple[int, int]

_BLANKS = "\u00a0\u202f\u2009"
"""Blanks that stand within numbers alone."""
_NUMBER = re.compile(
    rf"\d{{1,3}}(?>(?:[ {_BLANKS}]\d{{3}})+)(?:,\d{{1,2}}(?!\d)|(?=\s?(?:€|eur|zł|zl|kč|kr|₽|руб|sek|nok|dkk|pln|czk)))"
    rf"|\d{{1,3}}(?>(?:[{_BLANKS}]\d{{3}})+)(?![\d.,])|\d++(?>(?:[.,'’]\d++)*)"
)
"""Digits and what may stand within a number; whether that makes one number is asked afterwards. Groups are atomic, not
possessive: until Python 3.11.5 a possessive group keeps half of what it tried last."""
_ONE_NUMBER = re.compile(
    rf"\d+(?:\.\d+)?|\d{{1,3}},\d{{1,2}}|\d{{1,3}}(?:,\d{{2,3}})*,\d{{3}}(?:\.\d+)?|\d{{1,3}}(?:[. {_BLANKS}]\d{{3}})+(?:,\d{{1,2}})?"
    r"|\d{1,3}(?:['’]\d{3})+(?:[.,]\d{1,2})?"
)
"""Plain, or in groups as England, India, Europe and Switzerland write them."""
_WITH_COMMA = re.compile(r"\d{1,12},\d{1,2}")
_RANGE = re.compile(r"\s?[-~～–—至到]\s?[$￥¥€£]?(\d++(?>(?:[.,]\d++)*))")
_CHINESE_COMMAS = re.compile(r"(?>(?:，\d{3})+)(?:\.\d{1,2})?(?![\d个件人次年月日元块多万])")

_TIMES = re.compile(
    r"(?:k|m|b|bn|mm|mn|mio|mil)(?![a-z0-9])\+?|[\s-]?(?:hundred|thousand|million|billion|trillion|lakhs?|crores?|mio)(?![a-z])"
    r"|\s?[十百千万亿]++(?>(?:[零〇]?[\d一二两三四五六七八九]{1,4}[十百千万]?)*)[多余]?"
)
"""What a number is multiplied by."""

_CODES = "rmb|cny|usd|eur|gbp|hkd|jpy|inr|chf|aud|sgd|nzd|twd|ntd|krw|myr|thb|sek|nok|dkk|pln|czk|huf|brl|mxn|aed|idr|vnd"
_MORE_CODES = "cad|rub|zar|sar|ils"
"""Behind a number these are currencies; before one they are words and programs."""
_CHINESE = (
    "人民币|美元|美金|欧元|英镑|日元|日币|港币|港元|港纸|新?台币|澳元|澳币|加元|加币|新币|韩元|韩币|泰铢|卢布|卢比"
    "|瑞士法郎|澳门币|林吉特|越南盾"
)
_SIGNS = "¥￥$€£₹₩₽฿₫₺₴₪₱₦￡￦"
_BEFORE = re.compile(
    rf"(?:(?:(?<![a-z])(?:us|hk|nt|au|ca|sg|nz|mx|[acsr]))?[$＄]|[{_SIGNS}])\s?$|(?<![a-z\d])(?:(?:{_CODES}|kr)\s?|rs\.?\s?)$"
    rf"|(?:{_CHINESE})\s?[:：]?\s?$"
)
_LONGEST_BEFORE = 8
_BEFORE_ENDS = frozenset([*_SIGNS, *".:：币元金镑铢布比郎特盾纸", *"bydrpfnkts"])
"""What a currency before a number ends with."""
_THREE_LETTERS, _TWO_LETTERS = frozenset(_CODES.split("|")), ("kr", "rs")
"""Currencies that end with a letter of the Latin alphabet."""
_OF_SOMETHING_ELSE = re.compile(r"\s?(?:年|月|日|号|点|%|％|度|期|版|g?b(?![a-z]))")
"""Behind a number that does not count the currency before it: "美元2024年的汇率"."""
_BUSES = frozenset(["232", "422", "485"])
"""Not in rupees: "RS 485"."""

_YUAN = "元(?!素|旦|宵|件|论|[一二三]?次|[一二]元|方程|函数|组|音|化|宇宙|老|首|帅|气|朝|代|催化|环|桥|祖|曲|数据|认知|期权)"
_ROUND = "圆(?![桌形规领环筒点满珠通柱片圈盘球角心孔头])"
_PIECES = (
    "(?:(?:[新旧坏大小好厚薄黑白红蓝绿金银真假]|备用|原装|一样|相同)的?)?(?:[手腕怀钟]?表|[牛羊猪鸡鱼腊]?肉|电(?!费|话)|布|屏|蛋糕|[瓷地]?砖|[冰软硬]?糖|巧克力|面包|饼|月饼|豆腐|"
    "玻璃|[钢木铁石滑主]?板|地(?!铁)|硬盘|内存|显卡|芯片|充电宝|[石木]头|石|玉|瓷|瓦|皮(?!肤)|毛巾|抹布|[地毛]?毯|垫|[肥香]?皂|奶酪|芝士|牛排|排骨|炸鸡|披萨|拼图|腹肌|奖?牌|表带)"
    "|多少|儿|都|碎|裂|坏"
)
"""What is counted in pieces, or said of pieces: "两块表都坏了"."""
_KUAI = (
    r"块(?:(?<=[\d.,]\d块)|(?<=[\d.,]\d\s块)|(?<=[十百千万亿]块)|(?<=[十百千万零〇][一二三四五六七八九]块)"
    rf"|(?<=[\d十百千万][多余来几]块)|(?!{_PIECES}))"
)
"""Money: nobody counts ten pieces of a thing, and of fewer ones the thing is named."""
_DIGIT = "[一二两三四五六七八九\\d]"
_CHANGE = (
    rf"(?:零?{_DIGIT}{{1,2}}(?:[毛角](?![绒巾衣线笔毯呢星落度色形])(?:{_DIGIT}分?)?"
    r"|(?=$|[^\da-z一-鿿.:：/-]|[.:](?!\d)|[的了吗呢吧啊呀买卖包退就到也都才贵一每]))|多(?!少))?"
)
"""Less than one yuan, behind it: "99块9", "5元5角"; but "10块3个" buys three."""
_BEHIND = re.compile(
    rf"[多余来]?\s?(?:{_CHINESE}|[块元角毛分]钱(?!一分货)|美刀|[円￠]|日圆|{_ROUND}|(?:{_YUAN}|{_KUAI}){_CHANGE}"
    rf"|毛(?!绒|巾|衣|线|笔|毯|呢|利|孔|豆|肚)(?:{_DIGIT}(?!{_DIGIT}))?|角(?!星|落|度|色|形|函|铁|钢|尺|架|裤)|刀(?![具片法剑鞘刃锋口架]))"
    r"|[\s-]?(?:dollars?|bucks?|yuan|euros?(?!\s?(?:cup|20\d\d|champ))|cents?|rupees?|pesos?|rou?bles?|francs?|quid|baht|ringgit"
    r"|dirhams?|riyals?|yen|liras?|reais|kron(?:or|er|as?)|złot(?:y|e|ych)|zloty|zł|zl|kč|kr|rs|руб(?:лей|ля|ль)?"
    rf"|pounds?\ssterling|{_CODES}|{_MORE_CODES})(?![^\W_])|\s?(?:[€£¢₹₽₩¥￥₫฿]|\$(?!\s?\d|[\w$\\{{(]))"
)
"""A currency behind a number."""
_STOPS = frozenset(["", ".", ",", "?", "!", ";", ")"])
_UNIT_STARTS = frozenset(
    word[:2]
    for word in (
        "dollar buck yuan euro cent rupee peso rouble ruble franc quid baht ringgit dirham riyal yen lira reais kroner zloty zl kr rs "
        f"pound hundred thousand million billion trillion lakh crore mio {_CODES} {_MORE_CODES}"
    ).replace("|", " ").split()
)  # fmt: skip
"""How words begin that count a number before them, behind a blank."""
_BEFORE_A_WORD = re.compile(rf"(?<!\d)(\d++) (?!{'|'.join(sorted(_UNIT_STARTS))})[a-z]{{2}}")
"""Most numbers, seen sooner than what else may be one: plain digits, and a word that counts nothing."""
_TENS_OF_THOUSANDS = re.compile(
    r"万(?:(?!\s?[\da-z一-鿿])|(?=[的了吧呢吗啊买退就才]|左右|以[上内下]))"
)
_POUNDS = re.compile(r"[\s-]?pounds?(?![a-z])")

_ONES = "一二两三四五六七八九十几"
_ALL = f"{_ONES}零〇百千万亿"
_SPENT = "(?:(?<=[花付扣充缴欠])|(?<=[花付扣充缴欠]了)|(?<=[收扣花]了[我你您他她])|(?<=多收)|(?<=多收了))"
"""Right before what can only be money, how little it may be."""
_IN_CHINESE = re.compile(
    rf"(?<![\d.周期拜第{_ONES}])(?<!\d,)(?:[好大](?=几)|[数上近成](?=[十百千万亿])|(?=[\d{_ONES}]))(?=[\d.]{{0,24}}+[{_ALL}多余来])(?!一块(?!多(?!少)|[钱\d零二三四五六七八九半]))"
    rf"[\d.{_ALL}多余来]{{1,24}}+\s?(?:{_CHINESE}|[块元角毛分]钱(?!一分货)|美刀|[円]|日圆|{_ROUND}|{_YUAN}{_CHANGE}|(?<![一二两三四五六七八九]一){_KUAI}{_CHANGE})"
    rf"|{_SPENT}[\d{_ALL}]{{1,12}}+块{_CHANGE}"
)
"""Sums in Chinese numerals, alone or among digits. "一块" alone is "together", or one piece."""
_ENDS_IN_CHINESE = re.compile("[元块圆円钱镑币铢金]")
_NUMERAL = re.compile(f"[{_ALL}多余来\\d]")
_LONGEST_CURRENCY = 6
_LONGEST_IN_CHINESE = 30

_NUMERALS_ZH = "(?>[一二两三四五六七八九十几半百千万零〇]{1,12}[多来余]?)"
_HUNDREDS_ZH = f"(?:[好数近上成]|\\d{{1,4}}(?:\\.\\d)?)?(?=[一二两三四五六七八九几半]{{0,2}}[十百千万]){_NUMERALS_ZH}"
IN_WORDS_ZH = re.compile(
    rf"(?<![第周期拜月年初之分\d.一二两三四五六七八九十几半百千万零〇]){_HUNDREDS_ZH}(?![个件天次日号点秒小时分位名人条只双瓶包盒袋箱斤公克米度张页台部本回遍岁级寸级字句步种家层楼栋块元毛])"
)
"""Tens and more without a word for money, which are a sum where a sum was asked for: "两百九十九"."""
_PAID_ZH = re.compile(
    r"(?:[退扣充付收花赔补转交刷欠坑骗亏返划]|充值|支付|打给|还给)(?:[款值走掉还给错多少]){0,2}(?:[了过])?(?:我|你们?|您|他们?)?(?:整整|一共|总共|差不多|大概|大约|将近|才|只|就|足足|有){0,2}"
    rf"({_HUNDREDS_ZH})(?=$|[\s,.!?;:，。！？；、~…)）的了吗呢吧啊呀哦还却但可才就没不怎为凭给你我又也都是结到什去在]|左右|上下|以上|而已)"
)
"""Behind a verb for paying: "退了我一百二", "充了一百"."""
_HUNDREDS = frozenset("十百千万")
_COUNTED = ("dollar", "buck", "euro", "cent", "yuan", "pound", "rupee", "quid")
_ENGLISH_UNIT = re.compile(r"(?:dollars?|bucks?|euros?|cents?|yuan|pounds?|rupees?|quid)(?![a-z])")
_ENGLISH_NUMBER = (
    "(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|couple|few|several|dozen)"
)
_IN_ENGLISH = re.compile(
    rf"(?<![a-z\d.,-]){_ENGLISH_NUMBER}(?:[\s-]+(?:(?:and|of)\s+)?{_ENGLISH_NUMBER}){{0,8}}(?:\s+of)?[\s-]$"
)
IN_WORDS_EN = re.compile(
    rf"(?<![a-z\d.,-])(?:{_ENGLISH_NUMBER}[\s-](?:and )?){{0,3}}(?:hundred|thousand|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:thir|four|fif|six|seven|eigh|nine)teen)"
    rf"(?>(?:[\s-](?:and )?{_ENGLISH_NUMBER}\b){{0,6}})(?![a-z]|[\s-](?:days?|weeks?|months?|years?|hours?|minutes?|times?|items?|pieces?|units?|percent|people|orders?)\b)"
)
"""The same in English: "two hundred and ninety-nine"."""
_PAID_EN = re.compile(
    rf"\b(?:paid|charged|refunded|spent|cost|owe|took|billed)(?: you| me| us| back)?(?: only| about| over| almost| around| nearly)? ((?>{_ENGLISH_NUMBER}(?:[\s-](?:and )?{_ENGLISH_NUMBER}){{0,8}}))(?=\s?(?:$|[.,!?;])| (?:and (?:i|you|now|still)|but|for|already|instead|when|so)\b)"
)
_LONGEST_IN_ENGLISH = 64
_MOST_IN_ENGLISH = 12
_NO_SUM = re.compile(
    r"(?:an?|one)[\s-](?:(?:million|billion)[\s-])?[a-z]+\s(?:store|tree|general|shop|sign|bill|menu|question|baby|value|amount)|an?\s(?:cents?|pounds?|euros?)$"
)

_NEAR = 40
_WEIGHED = re.compile(
    r"\s{0,3}(?:of\b|lighter|heavier|overweight|in weight|dumbbell|kettlebell|barbell|plates?\b)"
)
_PRICED = re.compile(
    r"\s{0,3}(?:off|cheaper|more expensive|back\b|refund|each|an? (?:month|week|day|year|hour|piece|person)|per\b|voucher|note|fee|discount"
    r"|credit|deposit|fine\b|gift)"
)
_SPENDING = re.compile(
    r"\b(?:pa(?:id|ys?|ying)|costs?|charg\w+|refund\w*|pric\w+|fees?|bill\w*|spen[dt]\w*|ow(?:ed?|es|ing)|deposit\w*|worth|money|cash|fined?"
    r"|discount\w*|budget|salary|earn\w*|invoice\w*|transferr?\w*|balance|(?:bought|got|sold) (?:it|this|that|them)|compensat\w+|reimburs\w+"
    r"|overcharg\w+|debit\w*|credit\w*|donat\w+|withdr\w+|atm|cash ?point|gave me|top(?:ped)?[ -]?up|bank|account)\b|£"
)
_WEIGHING = re.compile(
    r"\b(?:weigh\w*|lift\w*|los[et]\w*|losing|gain\w*|drop\w*|carr\w+|bench\w*|deadlift\w*|squat\w*|dumbbells?|kettlebells?|shed)\b"
)

_POSITIONS = re.compile(
    r"\b(?:bash|shell|zsh|awk|sed|perl|grep|regexp?|argv|echo|scripts?|postgres\w*|sql|query|placeholders?|positional|printf|php|backreferences?"
    r"|(?:first|second|third|capturing|capture|function|command)[\s-](?:arguments?|parameters?|group|field)|select .{1,40} from|insert into)\b"
    r"|[`{}]|=~|&&|/\$\d|\w=\$\d{1,2}\b|脚本|变量|参数|命令行|正则|捕获组"
)
"""Where "$1" is the first of what a program was given."""
_POSITION = re.compile(r"\$\d{1,2}")
_GOES_ON = re.compile(
    r"(?!(?:usd|us|cad|aud|sgd|off|each|ea|per|mo|yr|hr|pp|ish|plus|and|or|to|for|from|in|on|refund|fee|was|is)(?![a-z]))[a-z]|[_^\\{|$\[]"
)
"""Behind the number of a dollar sign: what makes it a name or a formula."""

_DIGITS = "[\ue001-\ue003]"
_PLAIN_SUM = re.compile(
    rf"[$€£¥￥] ?{_DIGITS}(?:[.,]{_DIGITS}){{0,4}}"
    rf"|{_DIGITS}(?:[.,]{_DIGITS}){{0,4}} ?(?:dollars?|euros?|pounds?|bucks|usd|eur|gbp|rmb|€|元|块钱?)"
)
"""In a text as `normalise` spells it, whose digits are marks by their number."""


def find_sums(lower: str, starts: list[int], *, in_words: bool = True) -> list[Span]:
    """Where the sums of a text in lower case stand; some places may overlap. `starts` is where its
    numbers begin that something beside them may make a sum; without `in_words` no sum in English words is
    looked for."""
    found: list[Span] = []
    reach = 0
    for start in starts:
        if start < reach:
            continue
        before = None
        if _may_follow_currency(lower, start):
            before = _BEFORE.search(lower, max(0, start - _LONGEST_BEFORE), start)
        elif plain := _BEFORE_A_WORD.match(lower, start):
            reach = plain.end(1)
            continue
        number = _NUMBER.match(lower, start)
        if number is None:  # digits of a script that the pattern does not know
            continue
        end = number.end()
        if before is not None and before.start() >= reach:  # not that of the sum before
            span = _sum_behind_currency(lower, before.start(), start, end)
        else:
            span = _sum_before_currency(lower, start, end)
        if span is not None:
            found.append(span)
            end = max(end, span[1])
        reach = end
    if not lower.isascii():
        found += _sums_in_chinese(lower)
        if not _HUNDREDS.isdisjoint(lower):
            found += [paid.span(1) for paid in _PAID_ZH.finditer(lower)]
    if in_words:
        found += _sums_in_english(lower)
    if "hundred" in lower or "thousand" in lower:
        found += [
            paid.span(1)
            for paid in _PAID_EN.finditer(lower)
            if paid.group(1).endswith("d") or "d " in paid.group(1)
        ]
    return _leave_names(lower, found) if found and "$" in lower else found


def _may_follow_currency(lower: str, start: int) -> bool:
    """Whether the number that begins there may have a currency right before it, seen at a glance."""
    end = start - (lower[start - 1 : start] == " ")
    ended = lower[end - 1 : end]
    if ended not in _BEFORE_ENDS:
        return False
    return (
        not "a" <= ended <= "z"
        or lower[end - 3 : end] in _THREE_LETTERS
        or lower[end - 2 : end] in _TWO_LETTERS
    )


def _sum_behind_currency(lower: str, first: int, start: int, end: int) -> Span | None:
    """The sum whose number stands there, with the currency that begins at `first`."""
    number = lower[start:end]
    if commas := _CHINESE_COMMAS.match(lower, end):
        end = commas.end()
    if not _ONE_NUMBER.fullmatch(number) and not _WITH_COMMA.fullmatch(number):
        return None
    if lower[first : first + 2] == "rs" and (number in _BUSES or len(number) == 1):
        return None
    if (upper := _upper_end(lower, start, end)) is not None:
        end = upper
    if times := _TIMES.match(lower, end):
        end = times.end()
    elif lower[start - 1] not in _SIGNS and _OF_SOMETHING_ELSE.match(lower, end):
        return None
    sign = lower.find("$", first, start)
    if sign >= 0 and (_GOES_ON.match(lower, end) or lower[sign - 1 : sign] == "$"):
        return None
    return first, end


def _sum_before_currency(lower: str, start: int, end: int) -> Span | None:
    """The sum whose number stands there, where a currency is behind it."""
    if _stands_alone(lower, end):
        return None
    if lower[start - 1 : start] in "-_" and lower[start - 2 : start - 1].isalnum() and start > 1:
        return None  # the end of a name: "a-12元"
    upper = _upper_end(lower, start, end)
    last = end if upper is None else upper
    times = _TIMES.match(lower, last)
    behind = times.end() if times else last
    unit = _BEHIND.match(lower, behind)
    if unit is not None:
        if lower[start - 1 : start] == "第" and "块" in unit.group():
            return None
        return _one_number(lower, start, end, unit)
    if pounds := _POUNDS.match(lower, behind):
        return (start, pounds.end()) if _is_price(lower, start, pounds.end()) else None
    if thousands := _TENS_OF_THOUSANDS.match(lower, last):
        return (start, thousands.end()) if _ONE_NUMBER.fullmatch(lower, start, end) else None
    return None


def _stands_alone(lower: str, end: int) -> bool:
    """Whether the number that ends there is seen at a glance to have nothing behind it that counts it."""
    behind = lower[end : end + 1]
    if behind != " ":
        return behind in _STOPS
    following = lower[end + 1 : end + 3]
    return following.isascii() and following.isalpha() and following not in _UNIT_STARTS


def _one_number(lower: str, start: int, end: int, unit: re.Match[str]) -> Span | None:
    """The sum that ends with its unit; of numbers in a row, "12,35,99元", the last one is counted."""
    is_chinese = not unit.group().strip(" -").isascii()
    number = lower[start:end]
    if _ONE_NUMBER.fullmatch(number) or (_WITH_COMMA.fullmatch(number) and not is_chinese):
        return start, unit.end()
    last = number.rfind(",") + 1
    return (start + last, unit.end()) if is_chinese and last else None


def _upper_end(lower: str, start: int, end: int) -> int | None:
    """Where the second number of "100-200" ends, which must be the larger one."""
    upper = _RANGE.match(lower, end)
    if upper is None or "a" <= lower[start - 1 : start] <= "z":  # "a12-50元" begins with a name
        return None
    try:
        is_larger = float(lower[start:end].replace(",", "")) < float(upper[1].replace(",", ""))
    except ValueError:
        return None
    return upper.end() if is_larger else None


def _sums_in_chinese(lower: str) -> list[Span]:
    """Sums like "三百二十块五": each ends with a word for money, and has a numeral right before it."""
    found: list[Span] = []
    reach = 0
    for money in _ENDS_IN_CHINESE.finditer(lower):
        at = money.start()
        if at < reach or not _NUMERAL.search(lower, max(0, at - _LONGEST_CURRENCY), at):
            continue
        first = max(reach, at - _LONGEST_IN_CHINESE)
        if counted := _IN_CHINESE.search(lower, first, at + _LONGEST_IN_CHINESE):
            found.append(counted.span())
            reach = counted.end()
    return found


def _sums_in_english(lower: str) -> list[Span]:
    """Sums like "two hundred dollars"."""
    found: list[Span] = []
    for word in _COUNTED:
        at = lower.find(word)
        tries = _MOST_IN_ENGLISH
        while at >= 0 and tries:
            tries -= 1
            unit = _ENGLISH_UNIT.match(lower, at)
            number = unit and _IN_ENGLISH.search(lower, max(0, at - _LONGEST_IN_ENGLISH), at)
            if unit and number:
                start, end = number.start(), unit.end()
                is_sum = not _NO_SUM.match(lower, start, end + 10)
                if is_sum and (word != "pound" or _is_price(lower, start, end)):
                    found.append((start, end))
            at = lower.find(word, at + 1)
    return found


def _is_price(lower: str, start: int, end: int) -> bool:
    """Whether these pounds are paid rather than weighed: somebody pays, right before or behind."""
    if _WEIGHED.match(lower, end):
        return False
    if _PRICED.match(lower, end):
        return True
    before = max(0, start - _NEAR), start
    if _WEIGHING.search(lower, *before):
        return False
    if lower.endswith((" for ", " only ", " extra "), 0, start):
        return True
    return bool(_SPENDING.search(lower, *before) or _SPENDING.search(lower, end, end + _NEAR))


def _leave_names(lower: str, found: list[Span]) -> list[Span]:
    """Those whose dollar signs set off no formula ("$3x + 2$"), and name nothing that a program was given."""
    formulas = find_formulas(lower)
    firsts = [first for first, _ in formulas]
    is_program = _POSITIONS.search(lower) is not None
    kept = []
    for start, end in found:
        sign = lower.find("$", start, end)
        if sign >= 0:
            at = bisect_right(firsts, sign) - 1
            if at >= 0 and sign < formulas[at][1]:
                continue
            if is_program and _POSITION.fullmatch(lower, sign, end):
                continue
        kept.append((start, end))
    return kept


def leave_sums_out(plain: str) -> str:
    """A text as `normalise` spells it, without its sums of money."""
    return _PLAIN_SUM.sub("", plain)
