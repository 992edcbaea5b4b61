"""How long a connection may take to come about: the provider's own limit or the call's, the shorter."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from providers.calls import Deadline
from providers.errors import UpstreamTimeoutError
from providers.http import HttpClient, HttpOptions


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose waiting line is full, so that a further connection hangs while it is made."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = []
        for _ in range(4):
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
            waiting.append(each)
        yield port
        for each in waiting:
            each.close()


@pytest.mark.parametrize(("own", "asked", "told"), [(0.2, None, "0.2 s"), (5.0, 0.3, "0.3 s")])
async def test_the_shorter_of_both_limits_holds(
    deaf_port: int, own: float, asked: float | None, told: str
) -> None:
    options = HttpOptions(base_url=f"http://127.0.0.1:{deaf_port}", connect_seconds=own)
    client = HttpClient("deaf", options)
    deadline = Deadline.after(20)
    if asked is not None:
        deadline = deadline.connecting_within(asked)
    began = time.monotonic()
    try:
        with pytest.raises(UpstreamTimeoutError, match=f"within {told}"):
            await client.post("/x", b"{}", deadline=deadline, model="m")
    finally:
        await client.close()
    assert time.monotonic() - began < 5
