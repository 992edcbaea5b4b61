"""Values that stand alone because the assistant asked for them; see `questions.py`.

What was asked for decides what digits are, by how many there are. A name is what the answer begins with, an
address what leads from a house to the end of the clause. Polite openings ("sure, it's ...") are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from local_models.classifiers.announced import announced_before
from router.steps.privacy.identifiers import DAY
from router.steps.privacy.names import (
    LONG_SURNAMES,
    NOT_CHINESE_NAMES,
    NOT_NAMES,
    SURNAMES,
    chinese_name_at,
)
from router.steps.privacy.parts import HAN_DIGITS, SPELLED_NUMBER
from router.steps.privacy.places import GATES, clause_end, labelled_address
from router.steps.privacy.questions import Asked
from router.steps.privacy.spans import Span

_MOST_READ = 1_500
"""Characters of an answer that are looked at: a longer one is no mere value."""

NUMBER = re.compile(
    r"(?<![0-9A-Za-z$€£¥#./_])[+(]{0,2}[0-9](?:(?:[ \-()]{0,2}|\.)[0-9]){2,20}(?![0-9A-Za-z%元块]| ?(?:dollars?|pounds?|euros?|bucks|usd|gbp|rmb)\b)"
)
TOKEN = re.compile(
    r"(?<![0-9A-Za-z_\-])(?=[A-Za-z\-]{0,8}[0-9])(?=[0-9\-]{0,18}[A-Za-z])[A-Za-z0-9](?:-?[A-Za-z0-9]){3,18}(?![0-9A-Za-z_\-])"
)
INSURANCE = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}(?: ?[0-9]){6} ?[A-Da-d]?(?![0-9A-Za-z])")
SPELLED_EMAIL = re.compile(
    r"\b[a-z0-9][a-z0-9.\-]{0,30}(?: (?:dot )?[a-z0-9]{1,30}){0,2} ?[\[(]?(?:\bat\b|艾特)[\])]? ?[a-z0-9\-]{2,30}(?:(?: ?[\[(]?(?:dot|点)[\])]? ?|\.)[a-z]{2,10}){1,2}\b"
)
SECRET_WORD = re.compile(
    r"(?<![\w!@#$%^&*+=~.\-])(?=[\w!@#$%^&*+=~.\-]{0,60}[A-Za-z])(?=[A-Za-z.\-]{0,60}(?:[0-9]|[!@#$%^&*_+=~][A-Za-z0-9]))"
    r"[A-Za-z0-9!@#$%^&*_+=~.\-]{3,63}[A-Za-z0-9!@#$%^&*_+=~](?![\w])"
)
YEARS = re.compile(r"(?:19|20)[0-9]{2} ?[\-–] ?(?:19|20)[0-9]{2}")
_LENGTHS = (
    ("ssn", range(9, 10)),
    ("bank_card", range(12, 20)),
    ("bank_account", range(6, 20)),
    ("landline", range(7, 14)),
    ("phone", range(7, 16)),
    ("id_card", range(6, 19)),
    ("national_id", range(8, 17)),
    ("passport", range(6, 11)),
    ("code", range(3, 9)),
    ("company_code", range(8, 21)),
    ("account", range(5, 13)),
    ("password", range(4, 21)),
)
"""How many digits the answer to each has; of two that fit the first one is meant."""
_OF_LETTERS_TOO = (
    "passport", "national_id", "id_card", "code", "company_code", "bank_account", "password", "account",
)  # fmt: skip
_IN_PART = (
    "ssn",
    "id_card",
    "bank_card",
    "phone",
    "national_id",
    "passport",
    "bank_account",
    "account",
)
"""Of what the last digits are asked for; of two that were named the first one is meant."""
_PART_OF_ID = re.compile(
    r"(?<![0-9A-Za-z$€£¥#./_=\-])[0-9]{3,7}[0-9Xx](?![0-9A-Za-z]| ?[元块%次天年月]|[./\-][0-9]| ?(?:dollars?|pounds?|euros?|bucks|usd|gbp|rmb)\b)"
)
_ACCOUNT = re.compile(r"(?<![\w@.\-/\[])[A-Za-z][\w.\-]{4,29}(?![\w@\-])", re.ASCII)
_YEAR, _MONTH, _DAY = r"(?:19|20)[0-9]{2}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
BIRTHDAY = re.compile(
    rf"(?<![0-9])(?:(?:{_YEAR}|[0-9]{{2}}) ?[年./\- ] ?{_MONTH} ?[月./\- ] ?{_DAY}[日号]?|{_DAY}[./\- ]{_MONTH}[./\- ](?:{_YEAR}|[0-9]{{2}})"
    rf"|{_YEAR}[0-9]{{4}}|[0-9]{{6}}|{_MONTH}月{_DAY}[日号]?|{_DAY}(?:st|nd|rd|th)? (?:of )?{_MONTHS},? {_YEAR}|{_YEAR}年?)(?![0-9])"
    rf"|\b{_MONTHS} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}(?![0-9])|[零〇一二三四五六七八九十]{{2,4}}年[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}}[日号])?"
)
EXPIRY = re.compile(
    rf"(?<![0-9/\-.年月])(?:{_MONTH} ?[/\-年.] ?(?:20)?[0-9]{{2}}|20[0-9]{{2}} ?[/\-年.] ?{_MONTH}月?|(?:0[1-9]|1[0-2])[0-9]{{2}})(?![0-9]|[/\-.年月][0-9])"
)
SPELLED_CODE = re.compile(
    rf"(?<![{HAN_DIGITS}])[{HAN_DIGITS}](?:[ 、]?[{HAN_DIGITS}]){{3,7}}(?![{HAN_DIGITS}百千万十])"
)
BESIDE_A_THING = re.compile(
    r"(?:purchase|booking|reservation|flight|bill|receipt|case|claim|policy|seat|item|refund)s? ?(?:#|no\.?|number)?(?: is)? ?$"
)
RANK = re.compile(r"[0-9]{1,12}(?:st|nd|rd|th|k|am|pm|x|kg|gb|ml|cm|mm|g)", re.IGNORECASE)
"""A day or a quantity, which is no code."""
_MOST_WORDS = 9
"""A short secret is looked for in a short answer only; in a longer one digits are something else."""
_MOST_HAN = 16
_HAN = re.compile("[一-鿿]")
_SECRETS = frozenset({"code", "password"})
_MOST_OF_A_REPLY = 40
NO_REPLY = re.compile(
    r"忘|不记得|不知道|没设|没有|不方便|什么|怎么|为什么|[?？吗呢]|\b(?:forgot|forget|don't|dont|can't|cannot|not|no|what|why|how|never)\b"
)

_OPENING_WORDS = (
    r"it's|its|it is|that's|that is|this is|sure|yes|yeah|yep|ok|okay|of course|certainly|hi|hello|hey|thanks|thank you|here you go|here it is|here|"
    r"(?:my |the )?(?:full |first |last )?name(?:'s| is)?|i am|i'm|under|mr|mrs|ms|miss|(?:please )?(?:deliver|send|ship) (?:it |this )?to|"
    r"(?:my |the )?(?:new )?address(?: is)?|i live at|at|my password is|password|是的|好的?|可以|嗯|您好|你好|我叫|我是|姓名|名字[是叫]?|地址是?|收货人|收件人"
)
OPENING = re.compile(rf"\W*(?>(?:(?:{_OPENING_WORDS})(?![a-z'])[\s,.:;!，。：！\-]*)*)")
LINE = re.compile(rf"(?:^|\n)[\W\d]*(?>(?:(?:{_OPENING_WORDS})(?![a-z'])[\s,.:;!，。：！\-]*)*)")
"""Where a line's own words begin, behind its number and the opening: forms are answered line by line."""
LATIN_NAME = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*\.?(?: [^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*\.?){0,3}")  # fmt: skip
TURNED_NAME = re.compile(r"[^\W\d_][\w'’\-]{1,24}, [^\W\d_][\w'’\-]{0,24}(?: [^\W\d_][\w'’\-]{0,24})?(?=\s*[.!]?\s*$)")  # fmt: skip
NEVER_IN_NAME = re.compile(r"['’](?:ve|m|ll|re|d|t)\b|[一-鿿]")
HAN_NAME = re.compile(r"[一-鿿·•]{2,24}")
HAN_OPENING = re.compile(
    r"(?>(?:(?:您好|你好|好的?|嗯|哦|是的|就是|还是|是|就写|写|填|改成|改为|改到|换成|用|叫我|叫|我叫|我是|我姓|免贵|姓名|名字|户名|机主|本人|收货人|收件人|联系人|寄给|给|麻烦写|请写|登记的?是?|"
    r"(?:我|他|她)?(?:妈妈?|爸爸?|老公|老婆|媳妇|爱人|先生|太太|女儿|儿子|朋友|同事|哥哥?|姐姐?|弟弟?|妹妹?|男友|女友|男朋友|女朋友|对象|婆婆|公公|岳父|岳母|爷爷|奶奶|外婆|外公|室友|老板)(?:的名字)?|我们?)(?:是|叫|的)?[\s:：,，]{0,2})*)"
)
"""What a Chinese name is said behind: 还是刘桂芳, 我妈 刘桂芳, 收件人写我老公张伟."""
HAN_CLOSING = re.compile(
    r"(?:收件?|就行|就可以|就好|即可|可以|吧|哈|啊|呀|哦|呢|了|谢谢|这个|这个名字|就是|的|先生|女士|小姐|本人|亲收|转交|代收|好了){1,4}$"
)
SHORT_NAME = re.compile(r"[小老阿大](?=[一-鿿]$)")
SURNAME_ALONE = re.compile(r"(?:免贵)?姓([一-鿿]{1,2})(?![一-鿿])")
MINORITY_NAME = re.compile(r"[一-鿿]{2,8}[·•][一-鿿]{2,8}(?:[·•][一-鿿]{2,8})?")
_NO_NAME_WORDS = (
    "i you he she we they me him her us them it this that these those my your his our their mine a an the and or but if so because as of to in on at by for "
    "with from about into over after before under again is am are was were be been being do does did done have has had can could will would shall should may "
    "might must not no nope none never nothing yes yeah yep sure ok okay fine good great right correct wrong same previous above below already told said gave "
    "give given send sent see seen look check wait hold stop help please sorry thanks thank hello hi hey bye what why who whom which when where how whatever "
    "need want would like prefer rather cancel cancelled refund return returned order orders ordered parcel package delivery item product account phone number "
    "email mail address name password code card money payment invoice agent human person someone anyone nobody manager representative operator support service "
    "bot robot chat later now today tomorrow yesterday tonight soon still just only also too very really actually here there one two three first last next "
    "don't dont can't cant won't wont didn't isn't forgot forget remember know knew think guess maybe perhaps idea unsure private secret skip test problem issue "
    "damn hell lol haha hmm um uh well let go going come came back get got up out down more less any some all every many much other another different new old "
    "update change edit modify use share sync find show make set book add remove open close create delete download track transfer pay paid buy bought purchase "
    "problems issues assistance information trouble currently everytime every since either visa mastercard paypal amazon bored traveling went approved middle "
    "perfect nice awesome excellent cool alright absolutely definitely exactly correct apparently unfortunately actually somewhere overall app website site page "
    "airlines airways airport seat ticket booking reservation sir madam "
    "broken missing late lost found track tracking status question answer thing stuff anonymous guest customer speaking mr mrs ms miss dr urgent asap dear"
)
_NO_NAME = NOT_NAMES | frozenset(_NO_NAME_WORDS.split())
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "la",
        "da",
        "di",
        "del",
        "al",
        "bin",
        "el",
        "dos",
        "do",
        "bint",
    ]
)
_BEHIND_NAME = frozenset({"and", "here", "speaking"})
NO_BEGINNING = re.compile(r"[a-z]{1,20}(?:ing|tions?|ments?|ances?|ity)|https?|www")
"""What a lower-case answer begins with that is no name."""

HOUSE = re.compile(
    r"(?:\b(?:flat|apt|apartment|unit|suite|studio|room|floor|p\.?\s?o\.?\s?box)\b\.? ?#?[0-9]|(?<![0-9A-Za-z#.,:$€£¥\-])[0-9]{1,5}[a-z]?(?:[\-/][0-9]{1,5})?(?=[ ,]{1,2}[^\W\d_]))(?![^\n]{0,12}\b(?:days?|weeks?|hours?|months?|years?|minutes?|times?|st|nd|rd|th|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|dollars?|pounds?|euros?|purchases?|orders?|items?|pieces?|pm|am|o'clock|percent)\b)"
)
STREET_WORD = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|court|ct|place|square|way|terrace|close|crescent|circle|gardens?|grove|mews|hill|row|house|cottage|farm|park|view)\b"
    r"|\b[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}\b"
)
ADDRESS_END = re.compile(
    r"[\n;?!@]|(?<=[a-z0-9]{4})\.(?=\s|$)|,? (?:and|please|but|not|instead|thanks|thank)\b"
    r"|(?<![0-9])(?![0-9]{5}-[0-9]{4}(?![0-9]))\+?[0-9](?:[ .\-()]{0,2}[0-9]){6}"
)
PLACE = re.compile(
    r"(?=[^，,。;；！!？?\n]{0,40}[省市区县路街村苑园城湾府庭座栋幢弄室期巷镇乡])(?![^，,。;；！!？?\n]{0,40}(?:[吗呢么没不想就同退买哪]|订单|发货|付款|日期|周期|到期|过期|延期|分期|时间))[一-鿿]{2}"
)
"""A clause of place words, where no chain of them says that it is one."""
LONGEST_ADDRESS = 140


def find_answers(text: str, lower: str, asked: Asked) -> Iterator[Span]:
    """What the answer gives of what was asked for."""
    text, lower = text[:_MOST_READ], lower[:_MOST_READ]
    yield from _find_numbers(text, lower, asked)
    opening = OPENING.match(lower)
    start = opening.end() if opening else 0
    if not asked.isdisjoint(_OF_LETTERS_TOO):
        yield from _find_tokens(text, lower, asked)
    if "phone" in asked or "landline" in asked:
        for match in SPELLED_NUMBER.finditer(lower):
            yield Span(match.start(), match.end(), "phone", 0.6)
    if not asked.isdisjoint(_SECRETS) and not _is_long(text):
        for match in SPELLED_CODE.finditer(lower):
            yield Span(match.start(), match.end(), "secret", 0.6)
    if "email" in asked:
        for match in SPELLED_EMAIL.finditer(lower):
            yield Span(match.start(), match.end(), "email", 0.6)
    if "password" in asked:
        yield from _find_password(text, lower, start)
    if "account" in asked:
        yield from _find_accounts(text, lower)
    if "birth" in asked:
        for match in BIRTHDAY.finditer(lower):
            yield Span(match.start(), match.end(), "id_card", 0.7)
    if "expiry" in asked and not _is_long(text):
        for match in EXPIRY.finditer(lower):
            yield Span(match.start(), match.end(), "bank_card", 0.7)
    if "reply" in asked:
        yield from _find_reply(text, lower, start)
    if "name" in asked:
        for line in LINE.finditer(lower):
            yield from _find_name(text, lower, line.end())
    if "address" in asked:
        yield from _find_address(text, lower, start)


def _kind_of(asked: str) -> str:
    return "secret" if asked in _SECRETS else asked


def _find_numbers(text: str, lower: str, asked: Asked) -> Iterator[Span]:
    if (
        "part" in asked
        and not _is_long(text)
        and (kind := next((each for each in _IN_PART if each in asked), None))
    ):
        for match in _PART_OF_ID.finditer(text):
            if not _is_of_a_thing(lower, match.start()):
                yield Span(match.start(), match.end(), kind, 0.6)
    for match in NUMBER.finditer(text):
        found = match.group()
        if DAY.fullmatch(found) or YEARS.fullmatch(found):
            continue
        count = sum(map(str.isdecimal, found))
        kind = _kind_by_length(count, asked)
        is_year = text[match.end() : match.end() + 1] == "年"
        if kind == "secret" and ("." in found or is_year or _is_long(text)):
            continue
        if kind is not None and not _is_of_a_thing(lower, match.start()):
            yield Span(match.start(), match.end(), kind, 0.65)


def _is_long(text: str) -> bool:
    has_many = len(text) > _MOST_HAN and len(_HAN.findall(text, 0, _MOST_READ)) > _MOST_HAN
    return has_many or len(text.split(None, _MOST_WORDS)) > _MOST_WORDS


def _is_of_a_thing(lower: str, place: int) -> bool:
    """Whether the answer says itself that the number is of an order or another thing."""
    if announced_before(lower, place) == "order":
        return True
    return BESIDE_A_THING.search(lower, max(0, place - 28), place) is not None


def _kind_by_length(count: int, asked: Asked) -> str | None:
    fitting = (kind for kind, lengths in _LENGTHS if kind in asked and count in lengths)
    kind = next(fitting, None)
    return kind and _kind_of(kind)


def _find_tokens(text: str, lower: str, asked: Asked) -> Iterator[Span]:
    kind = next(kind for kind in _OF_LETTERS_TOO if kind in asked)
    if kind != "code" or not _is_long(text):
        for match in TOKEN.finditer(text):
            found = match.group()
            is_one = sum(map(str.isdecimal, found)) >= 2 and not RANK.fullmatch(found)
            if is_one and not _is_of_a_thing(lower, match.start()):
                yield Span(match.start(), match.end(), _kind_of(kind), 0.6)
    if "national_id" in asked:
        for match in INSURANCE.finditer(text):
            yield Span(match.start(), match.end(), "national_id", 0.7)


def _find_accounts(text: str, lower: str) -> Iterator[Span]:
    """A word in Latin letters that has a sign or a digit in it, or is the whole answer."""
    if _is_long(text) or "://" in text:
        return
    for match in _ACCOUNT.finditer(text):
        found = lower[match.start() : match.end()].rstrip(".")
        around = lower[: match.start()] + lower[match.end() :]
        is_whole = found not in _NO_NAME and not any(map(str.isalnum, around))
        if (is_whole or not found.isalpha()) and not RANK.fullmatch(found):
            yield Span(match.start(), match.start() + len(found), "account", 0.6)


def _find_reply(text: str, lower: str, start: int) -> Iterator[Span]:
    """What answers a security question is private as a whole, unless it refuses."""
    said = text[start:].rstrip(" .!。！\n")
    if 2 <= len(said) <= _MOST_OF_A_REPLY and not NO_REPLY.search(lower, start):
        yield Span(start, start + len(said), "secret", 0.6)


def _find_password(text: str, lower: str, start: int) -> Iterator[Span]:
    """The one word that is the whole answer, or in a short one each that no dictionary has."""
    words = text[start:].split()
    if len(words) == 1:
        word = words[0]
        is_reply = lower[start:].strip().rstrip(".!?") in _NO_NAME
        if 4 <= len(word) <= 64 and word.isascii() and not is_reply and "://" not in word:
            place = text.index(word, start)
            yield Span(place, place + len(word), "secret", 0.6)
    elif not _is_long(text):
        for match in SECRET_WORD.finditer(text):
            if not RANK.fullmatch(match.group()) and not _is_of_a_thing(lower, match.start()):
                yield Span(match.start(), match.end(), "secret", 0.55)


def _find_name(text: str, lower: str, start: int) -> Iterator[Span]:
    if HAN_NAME.match(text, start) is not None:
        found = _han_name(text, start)
        if found is not None:
            yield Span(*found, "name", 0.6)
        return
    turned = TURNED_NAME.match(text, start)
    if turned is not None and not _holds_plain_word(turned.group()):
        yield Span(start, turned.end(), "name", 0.65)
        return
    name = LATIN_NAME.match(text, start)
    if name is None or len(name.group()) > 80 or NEVER_IN_NAME.search(name.group()):
        return
    length = _length_of_name(name.group(), lower[name.end() : name.end() + 12])
    if length >= 2:
        yield Span(start, start + length, "name", 0.6)


def _han_name(text: str, start: int) -> tuple[int, int] | None:
    """Where the Chinese name stands in an answer that says little besides."""
    line = text.find("\n", start)
    stop = line if line >= 0 else len(text)
    alone = SURNAME_ALONE.search(text, max(0, start - 3), min(stop, start + 8))
    if alone is not None and _is_surname(alone[1]):
        # One character is no value to look for elsewhere: 姓高 is one, 高 is not.
        return alone.span(1) if len(alone[1]) > 1 else (alone.start(1) - 1, alone.end(1))
    for begin in dict.fromkeys((start, _behind_opening(text, start))):
        run = HAN_NAME.match(text, begin, stop)
        if run is None or text[run.end() : run.end() + 1] in ("[", "元", "1"):
            continue
        said = HAN_CLOSING.sub("", run.group())
        if MINORITY_NAME.fullmatch(said) or _is_han_name(said):
            return begin, begin + len(said)
    return None


def _behind_opening(text: str, start: int) -> int:
    opening = HAN_OPENING.match(text, start)
    return opening.end() if opening else start


def _is_han_name(said: str) -> bool:
    if len(said) == 2 and SHORT_NAME.match(said):
        return _is_surname(said[1])
    return len(said) >= 2 and chinese_name_at(said) == said and said[:2] not in NOT_CHINESE_NAMES


def _is_surname(said: str) -> bool:
    return said in SURNAMES or said in LONG_SURNAMES


def _holds_plain_word(found: str) -> bool:
    return any(word.strip(".,") in _NO_NAME for word in found.lower().split())


def _length_of_name(run: str, behind: str) -> int:
    """How many characters of the words that an answer begins with are the name; 0: none is."""
    words = run.split(" ")
    taken: list[str] = []
    has_capitals = words[0][:1].isupper()
    stopped_by = ""
    for word in words:
        plain = word.lower().strip(".").removesuffix("'s").removesuffix("’s")
        is_odd = has_capitals and not word[:1].isupper() and plain not in _PARTICLES
        if plain in _NO_NAME or is_odd:
            stopped_by = plain
            break
        taken.append(word)
    while taken and taken[-1].lower() in _PARTICLES:
        taken.pop()
    if not taken or behind[:1] in tuple(":/@[_#$") or behind[:3] == "://":
        return 0
    if not has_capitals and (len(taken) > 3 or NO_BEGINNING.fullmatch(taken[0].lower())):
        return 0
    goes_on = stopped_by not in _BEHIND_NAME if stopped_by else behind[:1] == " " and behind[1:2].isalpha()  # fmt: skip
    if goes_on and not (has_capitals and len(taken) >= 2):
        return 0
    return len(" ".join(taken).rstrip("."))


def _find_address(text: str, lower: str, start: int) -> Iterator[Span]:
    for gate in GATES:
        sign = gate.search(text, start)
        if sign is not None:
            found = labelled_address(text, start, clause_end(text, sign.start()))
            if found is not None:
                yield found
            return
    if PLACE.match(text, start):
        stop = clause_end(text, start)
        yield Span(start, start + len(text[start:stop].rstrip()), "address", 0.6)
        return
    house = HOUSE.search(lower, start)
    begin = house.start() if house else start
    end = ADDRESS_END.search(lower, begin + 1, begin + LONGEST_ADDRESS)
    stop = end.start() if end else min(len(text), begin + LONGEST_ADDRESS)
    said = lower[begin:stop]
    before = lower[:begin].rstrip(" ")
    is_first = begin <= start or before.endswith((",", ":", "\n", " is", " at", " to", "。", "，"))
    words = len(said.split())
    is_place = STREET_WORD.search(said) is not None
    if house is None:
        is_place = is_place and words >= 2 and not _holds_plain_word(said)
    elif not is_place:
        is_place = is_first and 2 <= words <= _MOST_WORDS + 3
    if is_place:
        yield Span(begin, begin + len(text[begin:stop].rstrip(" .,")), "address", 0.85)
