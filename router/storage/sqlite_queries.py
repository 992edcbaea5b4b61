"""What is asked of the ledger's tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from providers.calls import Usage
from router.storage.entries import ASIDES, AttemptRow, Entry, RequestRow
from router.storage.reports import Answered, Grouping, Line, Question, Report, sort_lines

_NAMES: dict[Grouping, str] = {
    "all": "'all'",
    "model": "ifnull(a.model, r.model)",
    "provider": "ifnull(a.provider, r.provider)",
    "deployment": "ifnull(a.deployment, '')",
    "kind": "ifnull(a.kind, '')",
    "user": "r.user_id",
    "tenant": "r.tenant",
    "tier": "r.tier",
    "key": "r.key_name",
    "session": "r.session",
    "intent": "r.intent",
    "emotion": "r.emotion",
    "language": "r.language",
    "rule": "r.rule",
    "pool": "r.pool",
    "arm": "ifnull(arm.value, '')",
    "policy": "r.policy_version",
    "day": "date(r.started_at, 'unixepoch')",
}
_SUMS = """
    count(DISTINCT r.entry),
    count(DISTINCT CASE WHEN r.outcome <> 'answered' THEN r.entry END),
    count(a.number),
    count(CASE WHEN a.outcome IN ('failed', 'broken', 'unknown') THEN 1 END),
    count(CASE WHEN a.kind = 'fallback' THEN 1 END),
    ifnull(sum(a.prompt_tokens), 0),
    ifnull(sum(a.completion_tokens), 0),
    ifnull(decimal_sum(a.cost_usd), '0'),
    count(CASE WHEN a.number IS NOT NULL AND a.cost_usd IS NULL THEN 1 END),
    ifnull(sum(a.estimated), 0),
    count(DISTINCT CASE WHEN r.cache = 'hit' THEN r.entry END),
    count(DISTINCT CASE WHEN r.cache = 'hit' AND r.saved_usd IS NULL THEN r.entry END),
    ifnull(decimal_sum_once(r.entry, r.saved_usd), '0')
"""
_JOINED = "FROM requests r LEFT JOIN attempts a ON a.entry = r.entry"
_ARMS = " LEFT JOIN json_each(r.arms) arm"
_LAST_ANSWER = f"""
    SELECT max(b.number) FROM attempts b
    WHERE b.entry = r.entry AND b.outcome = 'answered' AND b.kind NOT IN {ASIDES}
"""
"""A first answer that was judged and not given out is not the one that answered."""
_REQUEST_COLUMNS = ", ".join(RequestRow.__struct_fields__)
_ATTEMPT_COLUMNS = ", ".join(AttemptRow.__struct_fields__)


def report(connection: sqlite3.Connection, question: Question) -> Report:
    """Sums by group, and over all; exact decimals."""
    where, values = _conditions(question)
    source = _JOINED + (_ARMS if question.by == "arm" else "")
    name = _NAMES[question.by]
    sql = f"SELECT {name}, {_SUMS} {source} {where} GROUP BY 1"
    lines = [_line(row) for row in connection.execute(sql, values)]
    total = connection.execute(f"SELECT 'total', {_SUMS} {_JOINED} {where}", values).fetchone()
    return Report(question.by, sort_lines(question.by, lines), _line(total))


def answered(connection: sqlite3.Connection, question: Question) -> Iterator[Answered]:
    """The call that answered each answered request, with its tokens."""
    where, values = _conditions(question)
    source = _JOINED + (_ARMS if question.by == "arm" else "")
    glue = "AND" if where else "WHERE"
    sql = f"""
        SELECT {_NAMES[question.by]}, a.model, r.started_at, a.prompt_tokens, a.completion_tokens,
               a.cache_read_tokens, a.cache_write_tokens, a.cache_write_1h_tokens,
               a.reasoning_tokens, a.service_tier, a.estimated
        {source} {where} {glue} r.outcome = 'answered' AND a.outcome = 'answered'
            AND a.prompt_tokens IS NOT NULL AND a.number = ({_LAST_ANSWER})
    """
    for name, model, at, *tokens, tier, estimated in connection.execute(sql, values):
        prompt, completion, read, written, long_written, reasoning = (n or 0 for n in tokens)
        usage = Usage(
            prompt_tokens=prompt,
            completion_tokens=completion,
            cache_read_tokens=read,
            cache_write_tokens=written,
            cache_write_1h_tokens=long_written,
            reasoning_tokens=reasoning,
            service_tier=tier,
            estimated=bool(estimated),
        )
        yield Answered(name, model, usage, at)


def entries(connection: sqlite3.Connection, question: Question) -> Iterator[Entry]:
    """Whole requests in the order they came."""
    where, values = _conditions(question)
    sql = f"SELECT DISTINCT r.entry, r.started_at {_JOINED} {where} ORDER BY r.started_at, r.entry"
    for entry, _ in connection.execute(sql, values):
        yield _read(connection, entry)


def find(
    connection: sqlite3.Connection, request_id: str, key_name: str | None = None
) -> Entry | None:
    """The latest request of that id, of one key or of any."""
    sql = """
        SELECT entry FROM requests WHERE request_id = ?1 AND (?2 IS NULL OR key_name = ?2)
        ORDER BY started_at DESC, entry DESC
    """
    found = connection.execute(sql, (request_id, key_name)).fetchone()
    return _read(connection, found[0]) if found else None


def keys_of(connection: sqlite3.Connection, request_id: str) -> list[str]:
    """The names of all keys that sent this id."""
    sql = "SELECT DISTINCT key_name FROM requests WHERE request_id = ? ORDER BY 1"
    return [name for (name,) in connection.execute(sql, (request_id,))]


def _read(connection: sqlite3.Connection, entry: int) -> Entry:
    request = connection.execute(
        f"SELECT {_REQUEST_COLUMNS} FROM requests WHERE entry = ?", (entry,)
    ).fetchone()
    attempts = connection.execute(
        f"SELECT {_ATTEMPT_COLUMNS} FROM attempts WHERE entry = ? ORDER BY number", (entry,)
    ).fetchall()
    return msgspec.convert((request, attempts), Entry, strict=False)


def _conditions(question: Question) -> tuple[str, list[object]]:
    """The WHERE clause and its values; names come from our own table, values are bound."""
    clauses: list[str] = []
    values: list[object] = []
    if question.since is not None:
        clauses.append("r.started_at >= ?")
        values.append(question.since)
    if question.until is not None:
        clauses.append("r.started_at < ?")
        values.append(question.until)
    for by, value in question.where:
        if by == "arm":
            clauses.append("EXISTS (SELECT 1 FROM json_each(r.arms) WHERE value = ?)")
        else:
            clauses.append(f"{_NAMES[by]} = ?")
        values.append(value)
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), values


def _line(row: tuple[object, ...]) -> Line:
    name, *numbers = row
    cost, saved = Decimal(str(numbers.pop(7))), Decimal(str(numbers.pop()))
    counts = [int(str(number)) for number in numbers]
    requests, failed, attempts, failed_attempts, fallbacks, prompt, completion = counts[:7]
    return Line(
        str(name),
        requests=requests,
        failed=failed,
        attempts=attempts,
        failed_attempts=failed_attempts,
        fallbacks=fallbacks,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_usd=cost,
        unknown=counts[7],
        estimated=counts[8],
        cache_hits=counts[9],
        saved_usd=saved,
        saved_unknown=counts[10],
    )
