"""The words that announce private data, found in one pass whatever their number.

Every close look begins at one of these words or at a run of digits, so a calm text costs little
more than this pass. Words are looked for in the text in lower case and, but for those of names, inside others
too: whoever is handed a place still asks what stands around it.
"""

from __future__ import annotations

from operator import itemgetter

from local_models.classifiers.compiled import NATIVE

Hit = tuple[int, int, int]
"""Number of the word in its group's order, and where it begins and ends."""
Hits = dict[str, list[Hit]]
"""By what the words announce."""

_GROUPS: dict[str, tuple[str, ...]] = {
    "announcer": (
        "name", "customer", "cardholder", "recipient", "receiver", "consignee", "attention",
        "passenger", "signed", "sincerely", "regards", "contact person", "behalf of",
    ),
    "title": ("mr", "ms", "miss", "dr", "prof", "attn"),
    "self": ("i am", "i'm", "this is", "here is", "dear", "ship to", "deliver to"),
    "password": (
        "password", "passwd", "pswd", "pwd", "pw ", "pw:", "pw=", "passphrase", "bearer",
        *(f"{first}{between}{last}" for first, last in (
            ("api", "key"), ("access", "token"), ("secret", "key"), ("client", "secret"),
        ) for between in ("", "_", " ", "-")),
        "密码", "口令", "密钥", "验证码",
    ),
    "code": (
        "otp", "code", "pin ", "pin:", "pin码", "收到的码", "发的码", "发来的码", "安全码", "cvv", "cvc", "验证码", "动态码", "动态密码", "动态口令", "校验码", "短信码",
    ),
    "national": (
        "national i", "ni n", "nino", "aadhaar", "aadhar", "adhaar", "adhar", "pan ", "pan:", "social ins", "sin ", "sin:",
    ),
    "bank": (
        "sort code", "sort-code", "sort_code", "sortcode", "bsb", "routing", "transit", "aba ", "account", "acct", "a/c",
        "银行账", "对公账", "收款账", "开户账号",
    ),
    "key": (
        "sk-", "akia", "asia", "ltai", "aiza", *(f"gh{kind}_" for kind in "pousr"), "github_pat_",
        "glpat-", *(f"xox{kind}-" for kind in "abprs"),
        *(f"{kind}_{stage}_" for kind in ("rk", "sk", "pk") for stage in ("live", "test")),
        "hf_", "eyj",
    ),
    "account": ("微信", "威信", "薇信", "v信", "wechat", "weixin", "vx", "wx", "扣扣", "qq"),
    "document": (
        "passport", "护照", "通行证", "driver", "driving", "驾驶证", "驾照", "台胞证", "回乡证", "居住证", "居留证", "军官证", "士兵证", "社保卡", "社保号",
        "社会保障", "医保卡", "健保卡", "身份证",
    ),
    "tail": (
        "尾号", *(f"{side}{count}" for side in "后末" for count in "三四五六八34568"), "ending", "ends in", "ends with",
        *(f"{side} {count}" for side in ("last", "final") for count in ("3", "4", "5", "6", "three", "four", "five", "six")),
    ),
    "number": (
        "ssn", "social security",
        "电话", "手机", "号码", "联系方式", "联系我", "座机", "传真", "打给", "致电", "phone", "tel",
        "telephone", "mobile", "cell", "fax", "whatsapp", "call", "reach me", "messages to",
        "answering at", "registered", "contact", "number is", "dial", "ring me", "text me",
        "office",
    ),
    "flat": ("apt", "apartment", "suite", "ste", "unit"),
    "box": ("box",),
    "url": ("://",),
    "armour": ("-----begin",),
}  # fmt: skip
"""`number`: what makes any seven digits a phone or a social security number, before or behind them."""


_APART = frozenset({"announcer", "title", "self"})
"""Groups whose words count only where no letter or digit stands before them: `ms` is not meant in `items`."""

_LISTED = tuple((word, group) for group, words in _GROUPS.items() for word in words)
_NAMES = list(_GROUPS)
_COMPILED = None if NATIVE is None else NATIVE.Announcers(
    [(word, _NAMES.index(group), group in _APART) for word, group in _LISTED], _NAMES
)  # fmt: skip
_place = itemgetter(1)


def find_words(lower: str) -> Hits:
    """Where the announcing words stand in a text in lower case, by group, in no order to count on."""
    return find_words_one_by_one(lower) if _COMPILED is None else _COMPILED.find(lower)


def find_words_one_by_one(lower: str) -> Hits:
    """What the compiled pass does."""
    hits: Hits = {}
    for number, (word, group) in enumerate(_LISTED):
        start = lower.find(word)
        while start >= 0:
            if group not in _APART or not lower[start - 1 : start].isalnum():
                hits.setdefault(group, []).append((number, start, start + len(word)))
            start = lower.find(word, start + 1)
    return hits


def places_of(hits: Hits, group: str) -> list[int]:
    """Where the words of a group begin, in order."""
    found = hits.get(group)
    return [] if found is None else sorted(map(_place, found))
