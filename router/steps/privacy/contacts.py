"""Where people are reached, and what opens their doors: emails, chat accounts, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from router.steps.privacy.spans import Span

# Bounded repeats and a look behind keep every pattern here linear on hostile input.
DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![A-Za-z])"
)
LOCAL_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
LONGEST_LOCAL = 64
ACCOUNT = re.compile(
    r"(?:微信|威信|薇信|v信|wechat|weixin|(?<![a-z])[vw]x|扣扣|(?<![a-z])qq)"
    r"[^a-z0-9\n，,。;；]{0,3}(?:号码?|账号|id|number|is|是|为|:|：|\s){0,4}[ :：]{0,2}"
    r"([a-z][a-z0-9_\-]{5,19}|[1-9][0-9]{4,11})(?![a-z0-9_@\-])"
)
URL_CREDENTIALS = re.compile(r"://([^\s/:@]{1,200}:[^\s/@]{1,200})@")
KEYS = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_\-]{16,200}|(?:AKIA|ASIA)[0-9A-Z]{16}|LTAI[0-9A-Za-z]{12,26}"
    r"|AIza[0-9A-Za-z_\-]{35}|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_\-]{20,100}"
    r"|xox[abprs]-[A-Za-z0-9\-]{10,200}|(?:rk|sk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}|hf_[A-Za-z0-9]{30,100}"
    r"|eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,1000})"
)
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,\-]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----"
)
ANNOUNCED = re.compile(
    r"(?:password|passwd|pswd|\bpwd?|passphrase|api[_ \-]?key|access[_ \-]?token|secret[_ \-]?key|client[_ \-]?secret|bearer)"
    r"(?:\"?\s{0,3}(?:(?:is|was|should be|has been|changed to|(?:re)?set to|to|still|now)(?:\s{1,2}(?:still|now|set to|changed to))?(?=[\s:=\"'“])|=|:|：)?\s{0,3}[\"'“(\[]?)(?<![a-z])"
    r"([^\s，。；、,;\"'<>“”一-鿿]{4,128})"
)
ANNOUNCED_ZH = re.compile(
    r"(?:密码|口令|密钥|验证码)[\s:：=＝“”\"'「『(（\[【]{0,4}"
    r"(?>(?:(?:我?(?P<link>就是|还是|仍是|一直是|一直都?是|都是|应该是|好像是|可能是|是|为|叫|即|改成了?|改为了?|改到|改|换成了?|换为|换|变成了?|设成了?|设为了?|设置[成为]?了?|设定为"
    r"|重置[成为]|更新为|填的?是?|输入?的?是?|写的?是?|用的?是?|原来是|以前是|之前是|现在是|目前是|默认是?|初始是?|发的?是?|给的?是?|的|→|[-=]>))?[\s:：=＝“”\"'「『(（\[【]{0,4}){0,2})"
    r"(?!https?:|www\.)([!#-&*+\-./0-9:=?@A-Z\\^_`a-z{|}~]{4,128})(?![年月日位次元块]|个字)"
)
"""Chinese sets nothing between the word and its value, or a verb: 密码Abc12345, 密码改成Abc12345."""
_NO_SECRETS = frozenset(
    [
        "error",
        "wrong",
        "null",
        "none",
        "true",
        "false",
        "string",
        "login",
        "sign",
        "reset",
        "email",
        "phone",
        "wifi",
        "wlan",
        "token",
        "http",
        "https",
    ]
)


def find_emails(text: str) -> Iterator[Span]:
    """Email addresses: from every @ back over the local part and on over the domain. Addresses typed
    without a blank between them are one value: nobody can tell where the one ends."""
    start = end = 0
    at = text.find("@")
    while at >= 0:
        before = text[max(0, at - LONGEST_LOCAL) : at]
        local = before[len(before.rstrip(LOCAL_CHARACTERS)) :].lstrip("._%+-")
        domain = DOMAIN.match(text, at + 1) if local else None
        if domain is not None:
            if at - len(local) >= end:
                if end:
                    yield Span(start, end, "email", 0.98)
                start = at - len(local)
            end = domain.end()
        at = text.find("@", at + 1)
    if end:
        yield Span(start, end, "email", 0.98)


def find_accounts(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """WeChat and QQ accounts, where the words at `places` say that it is one."""
    for match in match_at(ACCOUNT, lower, places):
        yield Span(match.start(1), match.end(1), "account", 0.8)


def find_keys(text: str, places: Sequence[int]) -> Iterator[Span]:
    """API keys, tokens and private keys; `places` is where the known beginnings of keys stand."""
    for match in match_at(KEYS, text, places):
        yield Span(match.start(), match.end(), "secret", 0.97)
    if "-----BEGIN" in text:
        for match in PRIVATE_KEY.finditer(text):
            yield Span(match.start(), match.end(), "secret", 0.99)


def find_passwords(text: str, lower: str, places: Sequence[int]) -> Iterator[Span]:
    """What follows a word such as password, and user:password inside a URL."""
    if "@" in text and "://" in text:
        for match in URL_CREDENTIALS.finditer(text):
            yield Span(match.start(1), match.end(1), "secret", 0.99)
    for match in match_at(ANNOUNCED, lower, places):
        if _looks_secret(match.group(1)):
            yield Span(match.start(1), match.end(1), "secret", 0.7)
    for match in match_at(ANNOUNCED_ZH, lower, places):
        # Letters alone need a verb before them: 密码是sunshine, but 密码login.
        word = match.group(2).rstrip(".:?")
        is_said = match["link"] is not None and word.isalpha() and word not in _NO_SECRETS
        if _looks_secret(word) or is_said:
            yield Span(match.start(2), match.start(2) + len(word), "secret", 0.7)


def match_at(shape: re.Pattern[str], text: str, places: Sequence[int]) -> Iterator[re.Match[str]]:
    """What the shape matches at these places; a place inside an earlier match is passed over."""
    done = 0
    for place in places:
        if place >= done and (match := shape.match(text, place)) is not None:
            done = match.end()
            yield match


def _looks_secret(word: str) -> bool:
    """A password has a digit or a sign in it; `password reset` is a phrase."""
    return any(not character.isalpha() for character in word.rstrip(".!?:)")) and len(word) >= 4
