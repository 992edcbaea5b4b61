"""The texts that the shipped heads learn from: the project's own lines, and licensed public sets.

Public sets are optional and never part of the repository: `train_shipped --public FOLDER` reads
them where the user has put them. Only sets whose licence lets trained weights be shipped are used.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from local_models.classifiers.data.compose import Line

DATA = Path(__file__).parent / "data"
_GENERAL = "gen-"
"""Stands in the group of calm lines that are not said to a shop or an office."""
SECOND_SHARE = 0.3
"""What a line gives to a second intent, which its labeller found just as fair, when it is learned."""

BITEXT = {
    "cancel_order": "order_modify", "change_order": "order_modify",
    "change_shipping_address": "order_modify", "set_up_shipping_address": "account",
    "check_invoice": "invoice", "get_invoice": "invoice", "check_invoices": "invoice",
    "check_payment_methods": "payment", "payment_issue": "payment",
    "check_refund_policy": "refund", "get_refund": "refund", "track_refund": "refund",
    "complaint": "complaint", "contact_customer_service": "human_agent",
    "contact_human_agent": "human_agent", "create_account": "account",
    "delete_account": "account", "edit_account": "account", "recover_password": "account",
    "registration_problems": "account", "switch_account": "account",
    "delivery_options": "logistics", "delivery_period": "logistics",
    "track_order": "order_query", "newsletter_subscription": "promotion",
}  # fmt: skip
"""Bitext's customer-support intents (CDLA-Sharing-1.0) in our labels; what is left out has none."""

CALM_SETS = {
    "clinc150.jsonl.gz": "text", "hwu64.jsonl": "text", "multidogo_turn.jsonl.gz": "text",
    "routellm_gpt4_mixtral.jsonl.gz": "prompt", "zeroeval_gsm_crux_mathl5.jsonl.gz": "prompt",
    "mmlupro_29models.jsonl.gz": "question",
}  # fmt: skip
"""Public sets whose texts carry no mood, and the column of the text."""
TALK = frozenset({"multidogo_turn"})
"""Those of them that are customers' talk."""
SERVED_SETS = (
    "multidogo_turn.jsonl.gz", "banking77.jsonl", "nlupp_banking.jsonl", "nlupp_hotels.jsonl",
)  # fmt: skip
"""Public sets of what customers say to banks, hotels, airlines and the like (CDLA-Permissive, CC-BY)."""
_FOLDS_LEARNED = 15
"""Of the twenty folds of NLU++; the others are kept for measuring."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said before, and turns that may follow it."""

    user: str
    """The customer's turn before; empty: the agent speaks first."""
    agent: str
    """What was answered to it; empty: the customer goes on."""
    about: str | None
    """The matter, one of the intents; None: nothing but pleasantries."""
    turns: tuple[Line, ...]
    """Customer's turns that may come next, each with what it wants there."""
    language: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a talk."""

    is_customers: bool
    text: str
    intent: str = ""
    """What a customer's message wants after what was said before it."""
    second: str = ""
    """An intent that is just as fair; empty: none."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk of a customer with an agent, as it went."""

    messages: tuple[Message, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLINC_SMALLTALK = _words(
    "greeting goodbye thank_you how_old_are_you what_is_your_name tell_joke yes no "
    "where_are_you_from do_you_have_pets fun_fact meaning_of_life who_made_you what_are_your_hobbies"
)
CLINC_OURS = _words(
    "order_status order report_lost_card freeze_account account_blocked pin_change card_declined "
    "are_you_a_bot cancel return spending_history report_fraud maybe repeat change_accent "
    "redeem_rewards rewards_balance transactions pay_bill damaged_card"
)
"""CLINC150 intents (CC-BY-3.0) too close to ours to count as `other`."""
NOT_ELSEWHERE = CLINC_SMALLTALK | CLINC_OURS | _words(
    "takeaway_order takeaway_query transport_ticket transport_taxi "
    "insurance insurance_change application_status schedule_maintenance accept_reservations "
    "cancel_reservation confirm_reservation restaurant_reservation reset_settings sync_device"
)  # fmt: skip
"""What is asked of an assistant in CLINC150 and HWU64 and could be asked of a shop or an office too, ..."""
_SERVICES = frozenset({"banking", "credit_cards", "travel"})
"""... and whole domains of CLINC150 of the kind."""


def read_lines(language: str) -> list[Line]:
    """The project's own labelled wishes of one language, as they open a conversation."""
    return _lines(f"intents_{language}", language)


def read_turns(language: str) -> list[Line]:
    """The project's own turns from the middle of a conversation: replies, fragments, stories."""
    return _lines(f"turns_{language}", language)


def read_fragments(language: str) -> list[Line]:
    """The customers' messages of the project's talks, each labelled once more by somebody who saw nothing else of
    its talk. What one means there may be another matter: they teach what a message says by itself."""
    return _lines(f"fragments_{language}", language)


def read_places(language: str) -> list[Line]:
    """Messages as customers of many places write them, some of several wishes: learners of English, India, America, Britain;
    Hong Kong and Taiwan. Those of one wish were labelled by others than their writers."""
    return _lines(f"places_{language}", language)


def read_general(language: str) -> list[Line]:
    """The project's own texts of one language that are not said to a shop: exam questions, orders to an
    assistant, programs, letters, questions of knowledge."""
    written = [row["text"] for row in _rows(DATA / f"general_{language}.jsonl")]
    calm = [
        row["text"]
        for row in _rows(DATA / f"emotion_calm_{language}.jsonl")
        if _GENERAL in row["group"]
    ]
    return [Line(text, ("other",), language) for text in dict.fromkeys(written + calm)]


def read_moods(language: str, *, kind: str = "") -> list[tuple[str, str]]:
    """The project's own lines of moods of one language, each with its mood, sarcasm apart.

    Of kind `calm_`: calm lines of all walks of life, and the same matters told with feeling.
    """
    return [
        (row["text"], "sarcastic" if row["sarcastic"] else row["label"])
        for row in _rows(DATA / f"emotion_{kind}{language}.jsonl")
    ]


def read_troubles(language: str) -> list[str]:
    """The project's own lines in which something of one's everyday went wrong, told in any mood."""
    rows = _rows(DATA / f"emotion_calm_{language}.jsonl")
    return [row["text"] for row in rows if row["group"].startswith(f"calm-{language}prob")]


def read_grades(name: str = "own") -> list[tuple[str, str]]:
    """The project's own requests, each graded easy, medium or hard.

    Those of `further` are everyday turns that look hard, short ones that are, and questions with options. Those
    of `dev` and `blind` are never learned: they were written to measure by, the latter unread.
    """
    return [(row["text"], row["grade"]) for row in _rows(DATA / f"difficulty_{name}.jsonl")]


def read_exchanges(language: str) -> list[Exchange]:
    """The project's own exchanges of one language."""
    return [
        Exchange(
            row["user"], row["agent"], row["about"],
            tuple(_turn(language, *turn) for turn in row["turns"]), language,
        )
        for row in _rows(DATA / f"exchanges_{language}.jsonl")
    ]  # fmt: skip


def read_talks(name: str) -> list[Talk]:
    """The project's own talks of one language; those of `dev` were written by a stranger and are never learned."""
    return [
        Talk(tuple(Message(said[0] == "user", *said[1:]) for said in row["said"]))
        for row in _rows(DATA / f"talks_{name}.jsonl")
    ]


def _turn(language: str, text: str, intent: str, second: str = "") -> Line:
    return Line(text, (intent,), language, second=second)


def _lines(name: str, language: str) -> list[Line]:
    rows = _rows(DATA / f"{name}.jsonl")
    return [
        Line(row["text"], tuple(row["intents"]), language, second=row.get("or", "")) for row in rows
    ]


def read_calm(folders: Sequence[Path]) -> list[tuple[str, tuple[str, ...]]]:
    """Texts of public sets that carry no mood, set by set: commands, exam questions, sums, programs.

    CLINC150 and HWU64 (CC-BY), without what HWU64 says of the assistant's answers; MultiDoGO's turns
    (CDLA-Permissive), of which some do carry one; the prompts of RouteLLM and ZeroEval, and MMLU-Pro
    (MIT, Apache-2.0). A set that is not there is left out.
    """
    found = []
    for name, column in CALM_SETS.items():
        for path in (folder / name for folder in folders):
            texts = [row[column] for row in _rows(path) if _is_calm(row)]
            if texts:
                found.append((name.partition(".")[0], tuple(dict.fromkeys(texts))))
    return found


def read_served(folders: Sequence[Path]) -> list[tuple[str, tuple[str, ...]]]:
    """Texts that are said to shops, banks and offices of all kinds and that have no intent of ours, set by
    set: the project's own tales of all walks of life, and customers' talk of public sets."""
    own = [
        (f"{kind}{language}", [
            row["text"]
            for row in _rows(DATA / f"emotion_{kind}{language}.jsonl")
            if _GENERAL not in row["group"]
        ])
        for kind in ("calm_", "")
        for language in ("zh", "en")
    ]  # fmt: skip
    talk = [
        (name.partition(".")[0], [
            row["text"]
            for folder in folders
            for row in _rows(folder / name)
            if row.get("split", "train") == "train" and row.get("fold", 0) < _FOLDS_LEARNED
        ])
        for name in SERVED_SETS
    ]  # fmt: skip
    return [(name, tuple(dict.fromkeys(texts))) for name, texts in (*own, *talk) if texts]


def read_elsewhere(folders: Sequence[Path]) -> list[tuple[str, tuple[str, ...]]]:
    """Of the same sets those texts, set by set, that no shop would hear."""
    near = {
        row["text"]
        for folder in folders
        for name in ("clinc150.jsonl.gz", "hwu64.jsonl")
        for row in _rows(folder / name)
        if row["label"] in NOT_ELSEWHERE or row.get("domain") in _SERVICES
    }
    return [
        (name, tuple(text for text in texts if text not in near))
        for name, texts in read_calm(folders)
        if name not in TALK
    ]


def _is_calm(row: Mapping[str, Any]) -> bool:
    label = row.get("label", "")
    return row.get("split", "train") == "train" and not str(label).startswith("general_")


def read_public(folder: Path) -> list[Line]:
    """Bitext, and small talk of CLINC150, in our labels; nothing when a file is not there."""
    lines = []
    for row in _rows(folder / "bitext_cs.jsonl"):
        if row["label"] in BITEXT and row["split"] == "train":
            lines.append(Line(row["text"], (BITEXT[row["label"]],), "en"))
    for row in _rows(folder / "clinc150.jsonl.gz"):
        if row["split"] == "train" and row["label"] in CLINC_SMALLTALK:
            lines.append(Line(row["text"], ("smalltalk",), "en"))
    return lines


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with _open(path) as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")
