"""Replace private values by placeholders: find them in the whole request first, then write.

Two pens walk the same request. The `Finder` reads every text and notes what is private and what
looks like a placeholder; only when there is something to do, the `Writer` walks again. So a name
that is announced once ("我叫李娜") is replaced wherever it stands, before or behind.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property, lru_cache

from local_models.classifiers.traditional import simplify
from providers.messages import Message, TextPart
from router.steps.privacy.findings import NOTHING_FOUND, Findings
from router.steps.privacy.json_text import change_strings, is_json
from router.steps.privacy.names import SURNAMES
from router.steps.privacy.placeholders import ALIKE, Key, may_hold, write, write_bare
from router.steps.privacy.questions import NOTHING, Asked, asked_in
from router.steps.privacy.scan import lowered, scan
from router.steps.privacy.settings import PrivacySettings
from router.steps.privacy.spans import Span, unite
from router.steps.privacy.vault import Vault

_PERSONS = (
    "full real first last given family middle maiden customer client member guest visitor receiver recipient consignee sender "
    "shipper consignor contact passenger traveler traveller buyer payer payee beneficiary insured applicant borrower holder "
    "cardholder account patient student parent guardian driver owner employee staff person legal subscriber attendee pickup "
    "shipping billing delivery nominee tenant resident signer spouse father mother"
)
_PERSONS_ZH = (
    "姓名 收货人 收件人 寄件人 发件人 联系人 户名 持卡人 开户人 机主 乘机人 乘客 旅客 出行人 入住人 预订人 预定人 投保人 被保险人 受益人 就诊人 患者 "
    "学员 借款人 申请人 经办人 法人 车主 买家 取件人 签收人 户主 业主"
)
_NAME_KEY = re.compile(
    rf"(?:{_PERSONS.replace(' ', '|')})s?names?|(?:receiver|recipient|consignee|cardholder|accountholder|addressee|payee)$"
    rf"|(?:{_PERSONS_ZH.replace(' ', '|')})(?:姓名|名字|名称)?$"
)
_ADDRESS_KEY = re.compile(
    r"(?<!email)(?<!mail)(?<!ip)(?<!mac)(?<!web)(?<!server)(?<!host)(?<!wallet)(?<!contract)(?:address|addr)(?:details?|info|full|line\d?|\d)?$"
    r"|street(?:address|name)?(?:line)?\d?$|(?<!网络)(?<!邮件)(?<!邮箱)(?<!ip)(?:地址|住址)(?:详情|信息)?$"
)
_SECRET_KEY = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|apikey|(?:access|refresh|auth|api|bearer)token|secretkey|privatekey|clientsecret)$"
    r"|(?:密码|口令|密钥)$"
)
_NO_NAME_KEY = re.compile(
    r"(?:file|domain|host|company|shop|store|brand|product|item|column|table|class|group|display)names?$"
)
_PERSON_KEY = re.compile(
    rf"(?:(?:user)?name|nickname|contact|contactperson|{_PERSONS.replace(' ', '|')}|用户名|客户|顾客|会员)$"
)
"""Keys whose value is a name where it looks like a Chinese one; their value may be many things."""
_NO_VALUES = frozenset(
    [
        "true",
        "false",
        "null",
        "none",
        "yes",
        "no",
        "string",
        "required",
        "optional",
        "unknown",
        "n/a",
        "无",
        "未知",
        "空",
        "是",
        "否",
        "已设置",
        "未设置",
    ]
)
"""What stands beside such a key and is no value of it."""
_BETWEEN = re.compile(r"[_\-.\s]")
_MOST_OF_A_KEY = 80
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_FEW_VALUES = 16
"""Up to here each is looked for by itself."""

MOST_OF_A_NAME = 40
MOST_OF_AN_ADDRESS = 200


class Finder:
    """Notes every private value of a request; changes nothing."""

    def __init__(self, settings: PrivacySettings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self._known = tuple(vault.keys)
        self.values: dict[str, str] = {}
        """Value -> kind, in the order in which they appear."""
        self.literals: dict[str, None] = {}
        """Texts of the caller's own that mean something else in this conversation."""
        self.passed: set[str] = set()
        """Kinds of private data that is left as it stands."""
        self._questions: list[str] = []
        """What the assistant said last, in one message or several."""
        self._asked: Asked = NOTHING
        """What that asks for, while a user's own text is read."""
        self._is_answered = False
        self.has_known = False
        """A value of an earlier turn appears, or may: of many none is looked for here."""

    @property
    def findings(self) -> Findings:
        """How many values of each kind there are; the caller's literals are not private."""
        if not (self.values or self.passed):
            return NOTHING_FOUND
        return Findings(dict(Counter(self.values.values())), frozenset(self.passed))

    def turn(self, message: Message | None) -> None:
        """Remember what an assistant asks for until the next one speaks; a tool or a system asks nothing."""
        role = message.role if message is not None else ""
        if message is not None and role == "assistant" and (said := _said(message)):
            self._questions = [said] if self._is_answered else [*self._questions, said]
            self._is_answered = False
        self._asked = NOTHING
        if role == "user":
            self._is_answered = True
            if self._questions:
                self._asked = NOTHING.union(*map(asked_in, self._questions))

    def text(self, text: str) -> str:
        """Note what a running text holds."""
        if is_json(text):
            change_strings(text, self._note_field)
        else:
            self._note(text, asked=self._asked)
        return text

    def raw(self, text: str) -> str:
        """Note what a JSON text holds; one that is broken is read as running text."""
        if _is_any_json(text):
            change_strings(text, self._note_field)
        else:
            self._note(text)
        return text

    def tag(self, text: str, *, is_person: bool) -> str:
        """Note a short field; the name of a message's author is private as it stands."""
        if not (is_person and self._keep(text, "name")):
            self._note(text)
        return text

    def _keep(self, value: str, kind: str) -> bool:
        """Note a value that is private as a whole; False where it is left as it stands."""
        settings = self._settings
        if kind not in settings.found or value in settings.allow:
            return False
        if kind not in settings.watched:
            self.passed.add(kind)
            return False
        self.values.setdefault(value, kind)
        return True

    def _note_field(self, key: str, value: str) -> str:
        whole = _whole_value_kind(key, value)
        if whole and self._keep(value, whole):
            return value
        if key and not is_json(value):
            self._note(value, _said_by_key(key))
        else:
            self.text(value)
        return value

    def _note(self, text: str, before: str = "", asked: Asked = NOTHING) -> None:
        """`before` is what a JSON key says about the text, `asked` what the assistant wanted to hear; they are
        context, not content."""
        if may_hold(text):
            self._note_literals(text)
        if self._known and not self.has_known:
            self.has_known = len(self._known) > _FEW_VALUES or any(
                value in text for value in self._known
            )
        settings = self._settings
        whole = before + text
        for span in scan(whole, least_confidence=settings.counts_from, asked=asked):
            value = whole[max(span.start, len(before)) : span.end]
            if not value or value in settings.allow:
                continue
            if span.kind in settings.watched and span.confidence >= settings.least_confidence:
                self.values.setdefault(value, span.kind)
            elif span.kind in settings.found:
                self.passed.add(span.kind)

    def _note_literals(self, text: str) -> None:
        for match in ALIKE.finditer(lowered(text)):
            word, digits = match[1].upper(), match[2]
            # Every beginning of the digits counts: masking may replace the rest of them.
            numbers = {int(digits[:length]) for length in range(1, len(digits) + 1)}
            free = {number for number in numbers if self._vault.reserve((word, number))}
            if free != numbers:
                self.literals.setdefault(match.group())


class Writer:
    """Writes placeholders for the values that are in the vault."""

    def __init__(self, vault: Vault, values: dict[str, str], literals: dict[str, None]) -> None:
        self._vault = vault
        # The longest first: a value inside another one is part of it.
        self._values = sorted({*values, *vault.keys}, key=len, reverse=True)
        self._kinds = values
        self._literals = literals
        self.written: set[Key] = set()
        """Keys of the placeholders that were written."""

    def turn(self, message: Message | None) -> None:
        """A value is written over whoever says it."""

    def text(self, text: str) -> str:
        """A running text with placeholders."""
        return change_strings(text, self._field) if is_json(text) else self._write(text)

    def raw(self, text: str) -> str:
        """A JSON text with placeholders, still valid."""
        return change_strings(text, self._field) if _is_any_json(text) else self._write(text)

    def tag(self, text: str, *, is_person: bool) -> str:
        """A short field with bare placeholders."""
        return self._write(text, bare=True)

    def _field(self, key: str, value: str) -> str:
        return self.text(value)

    def _write(self, text: str, *, bare: bool = False) -> str:
        spans = [*self._occurrences(text), *self._literal_spans(text)]
        if not spans:
            return text
        form = write_bare if bare else write
        pieces: list[str] = []
        done = 0
        for span in unite(spans):
            value = text[span.start : span.end]
            key = self._vault.keep(value, span.kind)
            self.written.add(key)
            pieces += (text[done : span.start], form(key))
            done = span.end
        return "".join((*pieces, text[done:]))

    def _occurrences(self, text: str) -> list[Span]:
        if len(self._values) > _FEW_VALUES:
            return self._occurrences_of_many(text)
        found: list[Span] = []
        for value in self._values:
            at = text.find(value)
            while at >= 0:
                if not _is_inside_word(text, at, value):
                    # Longer values are surer: they win over what lies inside them.
                    found.append(Span(at, at + len(value), self._kind(value), float(len(value))))
                at = text.find(value, at + len(value))
        return found

    def _occurrences_of_many(self, text: str) -> list[Span]:
        """The same in one walk through the text, however many values there are."""
        begins, places, lengths = self._starts
        found: list[tuple[int, Span]] = []
        reach: dict[str, int] = {}
        for start in begins.finditer(text):
            at = start.start()
            for length in lengths[text[at]]:
                value = text[at : at + length]
                place = places.get(value)
                if place is None or at < reach.get(value, 0):
                    continue
                reach[value] = at + length
                if not _is_inside_word(text, at, value):
                    found.append((place, Span(at, at + length, self._kind(value), float(length))))
        found.sort()
        return [span for _, span in found]

    @cached_property
    def _starts(self) -> tuple[re.Pattern[str], dict[str, int], dict[str, list[int]]]:
        """What values begin with, the place of each in the order, and how long they are by that beginning."""
        places = {value: place for place, value in enumerate(self._values)}
        lengths: dict[str, dict[int, None]] = {}
        for value in self._values:
            lengths.setdefault(value[0], {}).setdefault(len(value))
        begins = re.compile(f"[{''.join(map(re.escape, lengths))}]")
        return begins, places, {first: list(each) for first, each in lengths.items()}

    def _kind(self, value: str) -> str:
        return self._kinds.get(value, "literal")

    def _literal_spans(self, text: str) -> list[Span]:
        if not self._literals or not may_hold(text):
            return []
        # Only the word is hidden, so that digits behind it can still be a value of their own.
        return [
            Span(match.start(), match.start(2), "literal", float(len(match.group())))
            for match in ALIKE.finditer(lowered(text))
            if match.group() in self._literals
        ]


def _said(message: Message) -> str:
    """The text of a message."""
    content = message.content
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join([part.text for part in content if isinstance(part, TextPart)])


def _said_by_key(key: str) -> str:
    """What a key says before its value, as a text would; the name of a thing announces nobody."""
    if _kind_of_key(key) is None and key.lower().endswith("name"):
        return ""
    return f"{_CAMEL.sub(' ', key).replace('_', ' ')}: "


def _whole_value_kind(key: str, value: str) -> str | None:
    kind = _kind_of_key(key) if key else None
    if kind is None or value.strip().lower() in _NO_VALUES:
        return None
    if kind == "person":
        is_name = 2 <= len(value) <= 4 and simplify(value[0]) in SURNAMES
        return "name" if is_name and all("一" <= each <= "鿿" for each in value) else None
    most = MOST_OF_AN_ADDRESS if kind == "address" else MOST_OF_A_NAME
    return kind if 2 <= len(value.strip()) <= most else None


@lru_cache(maxsize=1_024)
def _kind_of_key(key: str) -> str | None:
    """What a JSON key says that its value is as a whole: name, address, secret, `person` (a name if it looks like
    one), or None. `receiverName`, `receiver_name` and `Receiver-Name` are one key."""
    plain = _BETWEEN.sub("", simplify(key[:_MOST_OF_A_KEY]).lower())
    if _NAME_KEY.search(plain) and not _NO_NAME_KEY.search(plain):
        return "name"
    if _ADDRESS_KEY.search(plain):
        return "address"
    if _SECRET_KEY.search(plain):
        return "secret"
    return "person" if _PERSON_KEY.fullmatch(plain) else None


def _is_inside_word(text: str, at: int, value: str) -> bool:
    """A short value in Latin letters, such as Ann, is not meant inside Annual."""
    if len(value) >= 8 or not value.isascii():
        return False
    before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
    return (_is_word(before) and _is_word(value[0])) or (_is_word(after) and _is_word(value[-1]))


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_any_json(text: str) -> bool:
    return is_json(text) or text.lstrip()[:1] in ('"', "-") or text.lstrip()[:1].isdigit()
