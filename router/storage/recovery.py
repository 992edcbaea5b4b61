"""What the journal says, and how the rows of a gateway that died are finished from it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter

import msgspec

from router.storage.entries import AttemptRow, Entry, RequestOutcome, RequestRow
from router.storage.journal import frame


class Begun(msgspec.Struct, frozen=True, tag="b", array_like=True):
    """A later upstream call is about to be made; its cost is what was estimated for it."""

    attempt: AttemptRow


class Asked(msgspec.Struct, frozen=True, tag="a", array_like=True):
    """A request is about to make its first upstream call, or its first since it was revised."""

    request: RequestRow
    attempt: AttemptRow


class Ended(msgspec.Struct, frozen=True, tag="e", array_like=True):
    """An upstream call ended."""

    attempt: AttemptRow


class Closed(msgspec.Struct, frozen=True, tag="c", array_like=True):
    """A request ended: the columns that were not known when it was opened."""

    entry: int
    finished_at: float | None
    seconds: float | None
    first_token_seconds: float | None
    outcome: RequestOutcome
    status: int | None
    model: str
    provider: str
    cost_usd: str | None
    known_usd: str


class Whole(msgspec.Struct, frozen=True, tag="w", array_like=True):
    """A request that was never opened here, or is corrected, with all its calls."""

    entry: Entry


Note = Begun | Asked | Ended | Closed | Whole
_CLOSING = Closed.__struct_fields__[1:]
_closing = attrgetter("entry", *_CLOSING)
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Note] = msgspec.msgpack.Decoder(Note)


def write_note(note: Note) -> bytes:
    """The note as a frame of the journal."""
    return frame(_encoder.encode(note))


def closing_of(row: RequestRow) -> Closed:
    """The note that closes this request."""
    return Closed(*_closing(row))


def rebuild(payloads: Iterable[bytes]) -> list[Entry]:
    """The requests that a journal tells of; what was still under way ends as `unknown`.

    Notes of the same request may come twice (a new file repeats what is open): the last one holds.
    """
    pending: dict[int, _Pending] = {}
    for payload in payloads:
        note = _decoder.decode(payload)
        pending.setdefault(_entry_of(note), _Pending()).take(note)
    return [entry for one in pending.values() if (entry := one.finish()) is not None]


class _Pending:
    """One request as far as the journal tells of it."""

    def __init__(self) -> None:
        self.request: RequestRow | None = None
        self.attempts: dict[int, AttemptRow] = {}
        self.closed = False

    def take(self, note: Note) -> None:
        if isinstance(note, Asked):
            if not self.closed:
                self.request = note.request
            self.closed = self.closed or note.request.outcome != "open"
            self.attempts.setdefault(note.attempt.number, note.attempt)
        elif isinstance(note, Begun):
            self.attempts.setdefault(note.attempt.number, note.attempt)
        elif isinstance(note, Ended):
            self.attempts[note.attempt.number] = note.attempt
        elif isinstance(note, Whole):
            self.request, self.closed = note.entry.request, True
            self.attempts = {attempt.number: attempt for attempt in note.entry.attempts}
        elif self.request is not None:
            changes = {name: getattr(note, name) for name in _CLOSING}
            self.request = msgspec.structs.replace(self.request, **changes)
            self.closed = True

    def finish(self) -> Entry | None:
        """None when the note that opened it is lost: then its calls were in an earlier file."""
        if self.request is None:
            return None
        attempts = tuple(close_open(self.attempts[number]) for number in sorted(self.attempts))
        if self.closed:
            return Entry(self.request, attempts)
        total, known = add_up(attempts)
        request = msgspec.structs.replace(
            self.request, outcome="unknown", cost_usd=total, known_usd=known
        )
        return Entry(request, attempts)


def close_open(attempt: AttemptRow) -> AttemptRow:
    """The attempt as it is kept when nobody saw its end: at the price estimated for it."""
    if attempt.outcome != "open":
        return attempt
    return msgspec.structs.replace(attempt, outcome="unknown")


def add_up(attempts: Iterable[AttemptRow]) -> tuple[str | None, str]:
    """The total in dollars, None if one part is unknown; and the sum of the known parts."""
    costs = [attempt.cost_usd for attempt in attempts]
    if len(costs) == 1 and costs[0] is not None:
        return costs[0], costs[0]
    known = [Decimal(cost) for cost in costs if cost is not None]
    total = f"{sum(known, Decimal(0)):f}"
    return (total if len(known) == len(costs) else None), total


def _entry_of(note: Note) -> int:
    if isinstance(note, Asked):
        return note.request.entry
    if isinstance(note, Closed):
        return note.entry
    if isinstance(note, Whole):
        return note.entry.request.entry
    return note.attempt.entry
