"""What a simulator saw and did, for tests and for people."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import msgspec

from providers.simulators.requests import Request

_SECRET = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization"})


@dataclass(slots=True)
class Exchange:
    """One request and what became of it. Times are Unix seconds."""

    number: int
    request: Request
    connection: int
    started_at: float = field(default_factory=time.time)
    fault: str | None = None
    status: int | None = None
    """None: no status line was sent."""
    bytes_sent: int = 0
    tokens_sent: int = 0
    completed: bool = False
    """Every step was played, a fault's own end included."""
    ended_at: float | None = None
    disconnected_at: float | None = None
    """When the client left before that."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it: headers without keys, the body parsed where it is JSON."""
        kept = {name: v for name, v in self.request.headers.items() if name not in _SECRET}
        return {
            "number": self.number,
            "connection": self.connection,
            "method": self.request.method,
            "path": self.request.path,
            "headers": kept,
            "body": _parse(self.request.body),
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "fault": self.fault,
            "status": self.status,
            "bytes_sent": self.bytes_sent,
            "tokens_sent": self.tokens_sent,
            "completed": self.completed,
            "disconnected_at": self.disconnected_at,
        }


def _parse(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")


class Journal:
    """The last requests, and counters over all of them."""

    def __init__(self, size: int) -> None:
        self._kept: deque[Exchange] = deque(maxlen=size)
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.open_requests = 0
        self.open_connections = 0

    def begin(self, request: Request, connection: int) -> Exchange:
        """Note that a request arrived whole."""
        self.counts["requests"] += 1
        self.open_requests += 1
        exchange = Exchange(self.counts["requests"], request, connection)
        self._kept.append(exchange)
        return exchange

    def end(self, exchange: Exchange, *, left: bool) -> None:
        """Note that it was answered to the end, or that the client left before."""
        if exchange.ended_at is not None:
            return
        self.open_requests -= 1
        exchange.ended_at = time.time()
        exchange.completed = not left
        self.counts["disconnected" if left else "completed"] += 1
        self.counts["tokens_sent"] += exchange.tokens_sent
        if left:
            exchange.disconnected_at = exchange.ended_at

    def strike(self, exchange: Exchange, fault: str) -> None:
        """Note which fault the request met."""
        exchange.fault = fault
        self.faults[fault] += 1

    def exchanges(self, after: int = 0) -> list[dict[str, Any]]:
        """Requests with a higher number than `after`, oldest first."""
        return [exchange.to_dict() for exchange in self._kept if exchange.number > after]

    def counters(self) -> dict[str, Any]:
        """Totals since the start or the last reset; open ones are of this moment."""
        names = ("requests", "completed", "disconnected", "tokens_sent", "connections")
        totals: dict[str, Any] = {name: self.counts[name] for name in names}
        totals["open_requests"] = self.open_requests
        totals["open_connections"] = self.open_connections
        return {**totals, "faults": dict(self.faults)}

    def clear(self) -> None:
        """Forget what has ended; what is still open stays countable."""
        self._kept.clear()
        self.counts.clear()
        self.faults.clear()
