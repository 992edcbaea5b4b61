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

Asked = frozenset[str]
"""What was asked for: kinds of private data, `last_four`, `code` and `password` (of secrets), or nothing."""
NOTHING: Asked = frozenset()

_MOST_READ = 4_000
"""Characters at the end of a message in which a question is looked for."""
_SENTENCE = re.compile(r"[^.?!。？！；\n]{1,600}[.?!。？！；\n]?")
_ASKS = re.compile(
    r"[?？]|:\s*$|：\s*$|\b(?:please|kindly|provide|could|can|may|need|what|which|where|who|enter|give|tell|share|confirm|send|type|let me know|"
    r"reply|verify|require|supply|input|fill|leave|state|spell|write|ask)|^\W*(?:and )?(?:your|last four)\b(?![^\n]{0,80} (?:is|are|was|were|has|have|had|will)\b)"
    r"|请|提供|麻烦|多少|什么|告诉|告知|需要|输入|发一下|发下|报一下|报下|填|留下|留个|留一下|核实|核对|确认|贵姓|称呼|吗|呢"
)
_WARNS = re.compile(
    r"never (?:share|ask|give|send|tell|enter|type)|(?:don't|do not|won't|will not|no need to|needn't) (?:need|share|send|give|post|tell|require|ask)"
    r"|(?:不要|切勿|请勿|无需|不用|不会|不能)(?:透露|告诉|告知|提供|发送|索要|泄露|向您|把)"
)
_NAMED = re.compile(
    r"(?P<thing>\b(?:order|tracking|booking|reservation|confirmation|reference|ticket|serial|claim|policy|case|membership|invoice|customer|model|item|product|"
    r"flight|receipt|transaction)(?: number| no\b| id\b| code\b)|(?:user|product|brand|item|file|domain|company|store|shop|business|model|app|event|hotel|restaurant) ?name"
    r"|name of (?:the|your) (?:product|item|shop|store|brand|model|app|hotel|restaurant)|(?:web|ip|mac) address|订单号码?|单号|商品名|产品名|店铺名|用户名|型号)"
    r"|(?P<email>e-?mail|邮箱|电邮)"
    r"|(?P<ssn>\bssn\b|social security)"
    r"|(?P<national_id>national insurance|\bni (?:number|no)|\bnino\b|aadhaa?r|adhaa?r|\bpan\b|social insurance|\bsin\b|(?:national|personal|government|identity|identification|\bid) (?:id|identity|card|number|document)|\bid\b)"
    r"|(?P<id_card>driv(?:er'?s?'?|ing) licen[cs]e|身份证|证件号|驾驶证|驾照)"
    r"|(?P<passport>passport|护照|通行证)"
    r"|(?P<code>one[ \-]time|\botp\b|(?:verification|security|authentication|auth|login|sms|access|confirmation|digit) (?:pass)?code|passcode|\bcode (?:you|we|i|that|sent)|\bpin\b|cvv|cvc|验证码|动态码|动态密码|校验码|短信码)"
    r"|(?P<password>password|passphrase|\bpw\b|密码|口令)"
    r"|(?P<bank_card>(?:credit|debit|bank|payment|gift|card) ?card|card (?:number|no\b|you|used|ending)|\bcard\b|卡号|银行卡|信用卡)"
    r"|(?P<bank_account>account (?:number|no\b|and|details)|bank (?:account|details)|sort[ \-]?code|routing|\biban\b|\bbsb\b|银行账|账号|账户|开户)"
    r"|(?P<landline>landline|固话|固定电话|座机)"
    r"|(?P<phone>phone|mobile|\bcell|\btel\b|whatsapp|contact number|contact details|number (?:to|can|should|shall|where|for|we) |\breach you|\bcall you|callback|call[ \-]back"
    r"|(?:best|your|a) number\b|手机|电话|联系方式|号码)"
    r"|(?P<address>address|where (?:should|shall|do|can|would|to) (?:we|you|i) (?:deliver|ship|send|live|like it)|where (?:do you|you) live|postcode|地址|住址|寄到哪|送到哪|收货信息|收件信息)"
    r"|(?P<name>\b(?:sur)?names?\b|who am i (?:speaking|talking|chatting)|who i am (?:speaking|talking|chatting)|who is this|who's this|speaking (?:with|to)\?|姓名|名字|贵姓|怎么称呼|如何称呼|收货人|收件人|收货信息|收件信息)"
)
_LAST_FOUR = re.compile(r"last (?:four|4)|[后末][四4]位|尾号")
_OF_SPACE_AND_LETTERS = frozenset({"name", "address", "password", "thing", "email"})
"""Not heard outside of the asking sentences: their answers are words, as any other answer is."""

_SALT = urandom(16)


def asked_in(text: str) -> Asked:
    """What this message of an assistant asks for."""
    # A hash stands for the text, so that no text is kept here.
    key = blake2b(text.encode("utf-8", "surrogatepass"), key=_SALT, digest_size=16).digest()
    known = _known(key)
    if not known:
        known.append(_read(text[-_MOST_READ:].lower()))
    return known[0]


@lru_cache(maxsize=4_096)
def _known(_key: bytes) -> list[Asked]:
    """A place for what a message asks, empty at first."""
    return []


def _read(lower: str) -> Asked:
    asked: set[str] = set()
    named: set[str] = set()
    is_list = is_asking = False
    for sentence in _SENTENCE.findall(lower):
        if _WARNS.search(sentence):
            continue
        kinds = {match.lastgroup or "" for match in _NAMED.finditer(sentence)}
        if kinds and _LAST_FOUR.search(sentence):
            kinds.add("last_four")
        asks = is_list or _ASKS.search(sentence) is not None
        is_list = is_list or (asks and sentence.rstrip().endswith((":", "：")))
        is_asking = is_asking or asks
        (asked if asks else named).update(kinds)
    if is_asking and not asked:
        asked = named - _OF_SPACE_AND_LETTERS
    return frozenset(asked - {"thing"})
