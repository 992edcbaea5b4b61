"""What the assistant asked for: the announcing word of an answer that is nothing but the value.

"May I have your phone number?" - "4155552671". Only sentences that ask count, and what is listed behind one
that ends in a colon; where they name nothing themselves ("Please type it in."), numbers that the rest of the
message names. A sentence that warns ("never share your PIN") asks for nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from os import urandom

from router.steps.privacy.spelling import plain

Asked = frozenset[str]
"""What was asked for: kinds of private data, `part` (the last digits of a number), `birth` and `expiry` (days), `code`,
`password` and `reply` (secrets, the last one a whole sentence), or nothing."""
NOTHING: Asked = frozenset()

_MOST_READ = 4_000
"""Characters at the end of a message in which a question is looked for."""
_SENTENCE = re.compile(r"[^.?!。？！；\n]{1,600}[.?!。？！；\n]?")
_ASKS = re.compile(
    r"[?？]|:\s*$|：\s*$|\b(?:please|kindly|provide|could|can|may|need|what|which|where|who|enter|give|tell|share|confirm|send|type|let me know|"
    r"reply|verify|require|supply|input|fill|leave|state|spell|write|ask)|^\W*(?:and )?(?:your|last four)\b(?![^\n]{0,80} (?:is|are|was|were|has|have|had|will)\b)"
    r"|请|提供|麻烦|多少|什么|告诉|告知|需要|输入|发一下|发下|报一下|报下|填|留下|留个|留一下|核实|核对|确认|贵姓|大名|称呼|吗|呢|谁|哪|几位|发我|给我|说一下|说下|登记"
)
_WARNS = re.compile(
    r"never (?:share|ask|give|send|tell|enter|type)|(?:don't|do not|won't|will not|no need to|needn't) (?:need|share|send|give|post|tell|require|ask)"
    r"|(?:不要|切勿|请勿|无需|不用|不会|不能)(?:透露|告诉|告知|提供|发送|索要|泄露|向您|把)"
)
_NAMES = (
    r"(?P<thing>\b(?:order|tracking|booking|reservation|confirmation|reference|ticket|serial|claim|policy|case|membership|invoice|customer|model|item|product|"
    r"flight|receipt|transaction)(?: number| no\b| id\b| code\b)|(?:user|product|brand|item|file|domain|company|store|shop|business|model|app|event|hotel|restaurant) ?name"
    r"|name of (?:the|your) (?:product|item|shop|store|brand|model|app|hotel|restaurant)|(?:web|ip|mac) address|订单号码?|单号|商品名|产品名|店铺名|用户名|型号)"
    r"|(?P<parcel>(?:收货|收件|寄件|取件|联系|联系人|个人|客户|旅客|乘机人|入住人|身份)信息|(?:shipping|delivery|contact|personal|passenger) (?:details|information|info))"
    r"|(?P<bill>开票(?:信息|资料)|(?:billing|invoice) (?:details|information|info))"
    r"|(?P<email>e-?mail|邮箱|电邮|电子邮件|电子信箱)"
    r"|(?P<account>(?:微信|支付宝)(?!支付|付款|扫|公众|小程序|零钱|转账|群|客服|退款|余额)(?:账号|账户|号码?)?|(?<![a-z])qq(?:号码?)?|扣扣|wechat|weixin|alipay|paypal (?:account|id)|(?:line|telegram|skype) (?:id|handle|name))"
    r"|(?P<company_code>税号|税务登记|纳税人|信用代码|统一编号|统编|\b(?:tax|vat|ein)\b(?: id| number| no)?)"
    r"|(?P<reply>密保|安全问题|(?:security|secret|memorable) (?:question|answer|word)|maiden name)"
    r"|(?P<birth>出生|生日|date of birth|\bdob\b|birth ?da(?:te|y)|when were you born)"
    r"|(?P<expiry>有效期|到期日|expir(?:y|es|ation)|valid (?:until|thru|through))"
    r"|(?P<ssn>\bssn\b|social security)"
    r"|(?P<national_id>national insurance|\bni (?:number|no)|\bnino\b|aadhaa?r|adhaa?r|\bpan\b|social insurance|\bsin\b|社保|社会保障|医保|健保|(?:national|personal|government|identity|identification|\bid) (?:id|identity|card|number|document)|\bid\b)"
    r"|(?P<id_card>driv(?:er'?s?'?|ing) licen[cs]e|身份证|证件号|证件|居住证|军官证|士兵证|学生证|驾驶证|驾照)"
    r"|(?P<passport>passport|护照|通行证|台胞证|回乡证|居留证|港澳证)"
    r"|(?P<code>one[ \-]time|\botp\b|(?:verification|security|authentication|auth|login|sms|access|confirmation|digit) (?:pass)?code|passcode|\bcode (?:you|we|i|that|sent)|\bpin\b|cvv|cvc|验证码|动态码|动态密码|校验码|短信码|安全码)"
    r"|(?P<password>password|passphrase|\bpw\b|密码|口令)"
    r"|(?P<bank_card>(?:credit|debit|bank|payment|gift|card) ?card|card (?:number|no\b|you|used|ending)|\bcard\b|卡号|银行卡|信用卡|储蓄卡|借记卡)"
    r"|(?P<bank_account>account (?:number|no\b|and|details)|bank (?:account|details)|sort[ \-]?code|routing|\biban\b|\bbsb\b|银行账|账号|账户|开户行|开户账)"
    r"|(?P<landline>landline|固话|固定电话|座机)"
    r"|(?P<phone>(?:tele|smart|cell)?phone|mobile|\bcell|\btel\b|whatsapp|contact number|contact details|number (?:to|can|should|shall|where|for|we) |\breach you|\bcall you|callback|call[ \-]back"
    r"|(?:best|your|a) number\b|手机|电话|联系方式|门号|(?<![证照卡号账])号码)"
    r"|(?P<address>address|where (?:should|shall|do|can|would|to) (?:we|you|i) (?:deliver|ship|send|live|like it)|where (?:do you|you) live|postcode|地址|住址|寄到哪|送到哪)"
    r"|(?P<name>\b(?:sur)?names?\b|who am i (?:speaking|talking|chatting)|who i am (?:speaking|talking|chatting)|who is this|who's this|speaking (?:with|to)\?|姓名|名字|贵姓|大名|尊姓|姓什么|叫什么|(?:怎么|如何|咋|怎样)称呼|户名|机主|是谁|是哪一?位|哪位|(?:收货|收件|寄件|取件|联系|联络|乘机|出行|旅|入住|登记|预[订定]|投保|被?保险|受益|持卡|开户|就诊|借款|申请|经办|委托|签收|报案|参保)(?:人|客)|旅客|乘客|患者|学员|车主|户主|业主|法人|买家|谁的(?:名字|身份证)|用谁)"
)
_NAMED = re.compile(_NAMES)
_NAMED_IN_ENGLISH = re.compile(rf"(?<![a-z])(?:{_NAMES})")
"""Where words have blanks between them, names begin where words do: five times as fast, and no headphone is a phone."""
_STEMS = (
    "number", "code", "name", "address", "detail", "info", "mail", "qq", "wechat", "weixin",
    "alipay", "paypal", "handle", "security", "secret", "memorable", "birth", "born", "expir",
    "valid", "social", "insurance", "aadha", "adha", "card", "document", "identit", "licen",
    "passport", "time", "pass", "cvv", "cvc", "routing", "iban", "bsb", "sort", "bank",
    "account", "landline", "phone", "mobile", "cell", "whatsapp", "contact", "reach", "call",
    "where", "who", "speaking",
)  # fmt: skip
_SHORT = re.compile(r"\b(?:id|ni|nino|pan|sin|ssn|pin|pw|tel|otp|dob|ein|vat|tax|no)\b")
"""Without one of these no English sentence names anything of `_NAMED`, which takes a hundred times as long."""
_PART = re.compile(
    r"(?:last|final) (?:[3-8]|three|four|five|six|few)\b|[后末前](?:[三四五六八3-8]|几)位|尾号|尾数"
)
_LABEL_END = re.compile(r"(?:卡|证)?(?:号码?|字号|信息)?(?:最?[后末][四六46]位)?|(?:number|no)?")
_MOST_OF_A_LABEL = 24
_MOST_BEFORE = 6
_DONE = re.compile(
    r"[已了没]|不[是能要会用]|\b(?:is|are|was|has|have|had|will|not|we|changed|updated)\b"
)
_SEVERAL = {
    "parcel": {"name", "phone", "address", "id_card"},
    "bill": {"company_code", "bank_account", "address", "landline", "name"},
}
"""What asks for many things at once: 收货信息, 开票信息."""
_OF_SPACE_AND_LETTERS = frozenset(
    {"name", "address", "password", "thing", "email", "account", "reply", "birth", "expiry"}
)
"""Not heard outside of the asking sentences: their answers are words, as any other answer is."""

_AROUND = " \t\n.。:：!！*-"

_SALT = urandom(16)


def asked_in(text: str) -> Asked:
    """What this message of an assistant asks for."""
    # A hash stands for the text, so that no text is kept here.
    key = blake2b(text.encode("utf-8", "surrogatepass"), key=_SALT, digest_size=16).digest()
    known = _known(key)
    if not known:
        known.append(_read(plain(text[-_MOST_READ:]).lower()))
    return known[0]


@lru_cache(maxsize=4_096)
def _known(_key: bytes) -> list[Asked]:
    """A place for what a message asks, empty at first."""
    return []


def _read(lower: str) -> Asked:
    asked: set[str] = set()
    named: set[str] = set()
    others: list[str] = []
    is_list = is_asking = False
    for sentence in _SENTENCE.findall(lower):
        asks = is_list or _ASKS.search(sentence) is not None
        if not asks and len(sentence.strip(_AROUND)) > _MOST_OF_A_LABEL:
            others.append(sentence)
            continue
        if _WARNS.search(sentence):
            continue
        found = _find_named(sentence)
        asks = asks or _is_label(sentence, found)
        is_list = is_list or (asks and sentence.rstrip().endswith((":", "：")))
        is_asking = is_asking or asks
        (asked if asks else named).update(_kinds(sentence, found))
    if is_asking and not asked:
        # Only now does it matter what the other sentences name.
        for sentence in others:
            if not _WARNS.search(sentence):
                named |= _kinds(sentence, _find_named(sentence))
        asked = named - _OF_SPACE_AND_LETTERS
    return frozenset(asked - {"thing", *_SEVERAL})


def _find_named(sentence: str) -> list[re.Match[str]]:
    if not sentence.isascii():
        return list(_NAMED.finditer(sentence))
    if not (any(stem in sentence for stem in _STEMS) or _SHORT.search(sentence)):
        return []
    return list(_NAMED_IN_ENGLISH.finditer(sentence))


def _kinds(sentence: str, found: list[re.Match[str]]) -> set[str]:
    """What a sentence speaks of."""
    kinds = {match.lastgroup or "" for match in found}
    for several in _SEVERAL.keys() & kinds:
        kinds |= _SEVERAL[several]
    if _PART.search(sentence):
        # "尾号是多少" without a word for what it belongs to is said of phones.
        kinds |= {"part"} if kinds else {"part", "phone"}
    return kinds


def _is_label(sentence: str, found: list[re.Match[str]]) -> bool:
    """Whether a sentence is nothing but the name of what is wanted, as the field of a form: 会员姓名, 回乡证号码."""
    said = sentence.strip(_AROUND)
    if not found or len(said) > _MOST_OF_A_LABEL or _DONE.search(said):
        return False
    behind = sentence[found[-1].end() :].strip(_AROUND)
    before = sentence[: found[0].start()].strip(_AROUND)
    return len(before) <= _MOST_BEFORE and _LABEL_END.fullmatch(behind) is not None
