"""A ledger that lives and dies with the process: for tests, and for trying things out."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

import msgspec

from providers.calls import Usage
from router.storage.entries import ASIDES, AttemptRow, Entry, RequestRow
from router.storage.reports import Answered, Grouping, Line, Question, Report, sort_lines

Pair = tuple[RequestRow, AttemptRow | None]


class MemoryLedger:
    """Keeps the newest `capacity` requests; older ones are forgotten."""

    def __init__(self, *, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._numbers = itertools.count(1)
        self._entries: dict[int, Entry] = {}

    def next_entry(self) -> int:
        return next(self._numbers)

    def begin(self, request: RequestRow, attempt: AttemptRow, *, revised: bool = False) -> None:
        """Nothing to do: what dies with the process need not be noted before."""

    def finish(self, attempt: AttemptRow) -> None:
        """Nothing to do: `record` brings the attempt again."""

    def record(
        self, entry: Entry, *, revised: bool = False, ended: AttemptRow | None = None
    ) -> None:
        self._entries[entry.request.entry] = entry
        while len(self._entries) > self._capacity:
            self._entries.pop(next(iter(self._entries)))

    def waiting(self) -> int:
        return 0

    def trouble(self) -> str:
        return ""

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to let go of."""

    def find(self, request_id: str, key_name: str | None = None) -> Entry | None:
        rows = [e for e in self._entries.values() if e.request.request_id == request_id]
        found = [e for e in rows if key_name is None or e.request.key_name == key_name]
        return max(found, key=lambda entry: entry.request.entry, default=None)

    def report(self, question: Question) -> Report:
        groups: dict[str, list[Pair]] = {}
        pairs = list(self._pairs(question))
        for pair in pairs:
            for name in _names(question.by, pair):
                groups.setdefault(name, []).append(pair)
        lines = [_sum_up(name, members) for name, members in groups.items()]
        return Report(question.by, sort_lines(question.by, lines), _sum_up("total", pairs))

    def answered(self, question: Question) -> Iterator[Answered]:
        for request, attempt in self._pairs(question):
            if attempt is None or attempt is not self._answering(request.entry):
                continue
            if request.outcome != "answered" or attempt.prompt_tokens is None:
                continue
            for name in _names(question.by, (request, attempt)):
                yield Answered(name, attempt.model, usage_of(attempt), request.started_at)

    def _answering(self, entry: int) -> AttemptRow | None:
        """The last call that answered whole; a first answer that was judged may not be it."""
        rows = self._entries[entry].attempts
        whole = [row for row in rows if row.outcome == "answered" and row.kind not in ASIDES]
        return whole[-1] if whole else None

    def entries(self, question: Question) -> Iterator[Entry]:
        for entry in list(self._entries.values()):
            pairs = _pair_up(entry)
            if _in_time(question, entry.request) and any(_holds(question, p) for p in pairs):
                yield entry

    def _pairs(self, question: Question) -> Iterator[Pair]:
        for entry in list(self._entries.values()):
            if _in_time(question, entry.request):
                yield from (pair for pair in _pair_up(entry) if _holds(question, pair))


def usage_of(attempt: AttemptRow) -> Usage:
    """The tokens of a row as they came from the vendor."""
    return Usage(
        prompt_tokens=attempt.prompt_tokens or 0,
        completion_tokens=attempt.completion_tokens or 0,
        cache_read_tokens=attempt.cache_read_tokens or 0,
        cache_write_tokens=attempt.cache_write_tokens or 0,
        cache_write_1h_tokens=attempt.cache_write_1h_tokens or 0,
        reasoning_tokens=attempt.reasoning_tokens or 0,
        service_tier=attempt.service_tier,
        estimated=attempt.estimated,
    )


def _pair_up(entry: Entry) -> list[Pair]:
    """A request beside each of its calls; beside None when it called nobody."""
    return [(entry.request, attempt) for attempt in entry.attempts] or [(entry.request, None)]


def _in_time(question: Question, request: RequestRow) -> bool:
    since, until = question.since, question.until
    return (since is None or request.started_at >= since) and (
        until is None or request.started_at < until
    )


def _holds(question: Question, pair: Pair) -> bool:
    return all(value in _names(by, pair) for by, value in question.where)


def _names(by: Grouping, pair: Pair) -> list[str]:
    if by == "arm":
        return msgspec.json.decode(pair[0].arms, type=list[str]) or [""]
    return [_NAME_BY[by](pair)]


def _of_attempt(field: str) -> Callable[[Pair], str]:
    return lambda pair: "" if pair[1] is None else getattr(pair[1], field)


def _of_request(field: str) -> Callable[[Pair], str]:
    return lambda pair: getattr(pair[0], field)


def _day(pair: Pair) -> str:
    moment = datetime.datetime.fromtimestamp(pair[0].started_at, datetime.UTC)
    return moment.date().isoformat()


_NAME_BY: dict[Grouping, Callable[[Pair], str]] = {
    "all": lambda _: "all",
    "model": lambda pair: (pair[1] or pair[0]).model,
    "provider": lambda pair: (pair[1] or pair[0]).provider,
    "deployment": _of_attempt("deployment"),
    "kind": _of_attempt("kind"),
    "user": _of_request("user_id"),
    "tenant": _of_request("tenant"),
    "tier": _of_request("tier"),
    "key": _of_request("key_name"),
    "session": _of_request("session"),
    "intent": _of_request("intent"),
    "emotion": _of_request("emotion"),
    "language": _of_request("language"),
    "rule": _of_request("rule"),
    "pool": _of_request("pool"),
    "policy": _of_request("policy_version"),
    "day": _day,
}


def _sum_up(name: str, pairs: Iterable[Pair]) -> Line:
    pairs = list(pairs)
    attempts = [attempt for _, attempt in pairs if attempt is not None]
    hits = {request.entry: request for request, _ in pairs if request.cache == "hit"}.values()
    return Line(
        name,
        requests=len({request.entry for request, _ in pairs}),
        failed=len({request.entry for request, _ in pairs if request.outcome != "answered"}),
        attempts=len(attempts),
        failed_attempts=sum(a.outcome in ("failed", "broken", "unknown") for a in attempts),
        fallbacks=sum(attempt.kind == "fallback" for attempt in attempts),
        prompt_tokens=sum(attempt.prompt_tokens or 0 for attempt in attempts),
        completion_tokens=sum(attempt.completion_tokens or 0 for attempt in attempts),
        cost_usd=sum((Decimal(a.cost_usd) for a in attempts if a.cost_usd), Decimal(0)),
        unknown=sum(attempt.cost_usd is None for attempt in attempts),
        estimated=sum(attempt.estimated for attempt in attempts),
        cache_hits=len(hits),
        saved_usd=sum((Decimal(hit.saved_usd) for hit in hits if hit.saved_usd), Decimal(0)),
        saved_unknown=sum(hit.saved_usd is None for hit in hits),
    )
