"""What our own HTTP client does with whatever a server may send, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from providers.alarm import TICKS_A_SECOND
from providers.calls import Deadline
from providers.errors import (
    ConnectionFailedError,
    ProviderError,
    StreamBrokenError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from providers.http import FailedAnswer, HttpClient, HttpOptions
from providers.http_direct import DirectCarrier
from providers.http_pool import _trust

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A key of these tests' own and its certificate for localhost, good until 2126."""

GOOD = b'{"a": 1}'
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
WHOLE = JSON + b"Content-Length: 8\r\n\r\n" + GOOD
CUT = b"<cut>"
"""In an answer: the server hangs up here."""
HANG = b"<hang>"
"""In an answer: the server says nothing more."""


class Server:
    """Says to each request the next of its answers, and the last one again and again."""

    def __init__(self, *answers: bytes | list[bytes]) -> None:
        self._answers = [[one] if isinstance(one, bytes) else one for one in answers]
        self.requests: list[bytes] = []
        self.connections = 0
        self.left = asyncio.Event()
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        with contextlib.suppress(ConnectionError, EOFError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.requests.append(head + await reader.readexactly(int(length or 0)))
                if not await self._say(reader, writer):
                    break
        self.left.set()
        writer.close()

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        pieces = self._answers[min(len(self.requests), len(self._answers)) - 1]
        for piece in pieces:
            if piece == CUT:
                return False
            if piece == HANG:
                await reader.read()
                return False
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.005)
        return True


Ask = Callable[..., Awaitable[bytes]]


@contextlib.asynccontextmanager
async def serving(
    *answers: bytes | list[bytes], **options: float
) -> AsyncIterator[tuple[Server, HttpClient]]:
    """A server with these answers, and a client for it."""
    double = Server(*answers)
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{double.port}"
    client = HttpClient("p", HttpOptions(base_url=url, headers={"X-Own": "é"}, **options))  # type: ignore[arg-type]
    try:
        yield double, client
    finally:
        await client.close()
        server.close()
        await double.hang_up()


def _post(client: HttpClient, seconds: float = 10.0, body: bytes = b"{}") -> Awaitable[bytes]:
    return client.post("/x", body, deadline=Deadline.after(seconds), model="m")


def _chunked(*pieces: bytes) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nx-trailer: 1\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        [WHOLE],
        [JSON, b"Content-Length: 8\r\n\r\n", GOOD[:3], GOOD[3:]],
        [JSON + _chunked(GOOD[:3], GOOD[3:])],
        [JSON + b"Connection: close\r\n\r\n" + GOOD, CUT],
        [b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + GOOD, CUT],
        [b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", WHOLE],
        [JSON + b"Content-Encoding: gzip\r\n" + _chunked(gzip.compress(GOOD))],
        [JSON + b"Content-Encoding: deflate\r\n" + _chunked(zlib.compress(GOOD))],
        [JSON + b"Content-Encoding: deflate\r\n" + _chunked(zlib.compress(GOOD)[2:-4])],
        [WHOLE.replace(b"\r\n", b"\n")],
    ],
    ids=[
        "length",
        "pieces",
        "chunked",
        "until-closed",
        "http-1.0",
        "early-hints",
        "gzip",
        "deflate",
        "bare",
        "lf",
    ],
)
async def test_every_way_to_say_where_a_body_ends_is_understood(answer: list[bytes]) -> None:
    async with serving(answer) as (_, client):
        assert await _post(client) == GOOD


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ([CUT], ConnectionFailedError, "closed the connection"),
        ([b"SSH-2.0-OpenSSH\r\n"], ConnectionFailedError, "no HTTP"),
        ([JSON + b"X: " + b"y" * 40_000 + b"\r\n\r\n"], ConnectionFailedError, "too large"),
        ([JSON] + [b"X: " + b"y" * 9_000 + b"\r\n"] * 9, ConnectionFailedError, "too large"),
        ([JSON, CUT], ConnectionFailedError, "closed the connection"),
        ([JSON + b"Content-Length: 9\r\n\r\n" + GOOD, CUT], UpstreamFailedError, "cut after 8"),
        ([JSON + _chunked(GOOD)[:-20], CUT], UpstreamFailedError, "cut after"),
        ([JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], UpstreamFailedError, "no HTTP"),
        (
            [JSON + b"Content-Encoding: gzip\r\n" + _chunked(gzip.compress(GOOD)[:-9])],
            UpstreamFailedError,
            "half way",
        ),
        ([JSON + b"Content-Encoding: br\r\n" + _chunked(GOOD)], UpstreamFailedError, "nobody asked"),
        ([JSON + b"Content-Length: 8\r\nContent-Length: 9\r\n\r\n"], ConnectionFailedError, "no HTTP"),
    ],
)  # fmt: skip
async def test_what_is_no_whole_answer_is_an_error_that_says_so(
    answer: list[bytes], error: type[ProviderError], told: str
) -> None:
    async with serving(answer) as (_, client):
        with pytest.raises(error, match=told):
            await _post(client)


async def test_a_kept_connection_is_used_again_and_the_request_says_who_asks_for_what() -> None:
    async with serving(WHOLE) as (server, client):
        assert [await _post(client), await _post(client)] == [GOOD, GOOD]
        await client.get("/models?a=b", deadline=Deadline.after(10))
        assert server.connections == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /x HTTP/1.1"
    assert {"Accept: application/json", "Accept-Encoding: identity", "X-Own: é"} < set(lines)
    assert (body, f"Host: 127.0.0.1:{server.port}" in lines) == (b"{}", True)
    assert server.requests[2].startswith(b"GET /models?a=b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "first",
    [
        [JSON + b"Connection: close\r\nContent-Length: 8\r\n\r\n" + GOOD],
        [WHOLE + WHOLE],
        [WHOLE, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"],
        [WHOLE, CUT],
    ],
    ids=["told-to", "two-answers", "unasked-answer", "closed-while-idle"],
)
async def test_a_connection_that_cannot_be_trusted_is_not_used_again(first: list[bytes]) -> None:
    async with serving(first, WHOLE) as (server, client):
        assert await _post(client) == GOOD
        await asyncio.sleep(0.05)
        assert await _post(client) == GOOD
        assert server.connections == 2


async def test_a_connection_that_waited_too_long_is_not_used_again() -> None:
    async with serving(WHOLE, idle_seconds=0.02) as (server, client):
        await _post(client)
        await asyncio.sleep(0.1)
        await _post(client)
        assert server.connections == 2


async def test_a_kept_connection_that_breaks_unanswered_costs_a_question_one_more_try() -> None:
    async with serving(WHOLE, [CUT], WHOLE) as (server, client):
        await _post(client)
        assert await client.get("/models", deadline=Deadline.after(10)) == GOOD
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_an_order_is_never_sent_twice() -> None:
    async with serving(WHOLE, [CUT], WHOLE) as (server, client):
        await _post(client)
        with pytest.raises(ConnectionFailedError):
            await _post(client)
        assert len(server.requests) == 2


@pytest.mark.parametrize("said", [[], [JSON], [JSON + b"Content-Length: 8\r\n\r\n", b'{"a']])
async def test_a_call_whose_time_is_over_ends_and_hangs_up(said: list[bytes]) -> None:
    async with serving([*said, HANG]) as (server, client):
        with pytest.raises(UpstreamTimeoutError):
            await _post(client, seconds=0.1)
        await asyncio.wait_for(server.left.wait(), 5)


async def test_each_call_has_its_own_time() -> None:
    late = [JSON + b"Content-Length: 8\r\n\r\n", HANG]
    async with serving(late) as (_, client):
        long = asyncio.ensure_future(_post(client, seconds=30))
        with pytest.raises(UpstreamTimeoutError):
            await _post(client, seconds=0.05)
        with pytest.raises(UpstreamTimeoutError):
            await _post(client, seconds=0.1)
        assert not long.done()
        long.cancel()
        await asyncio.wait([long])


async def test_a_cancelled_call_hangs_up_at_once() -> None:
    async with serving([JSON, HANG]) as (server, client):
        call = asyncio.ensure_future(_post(client))
        while not server.requests:
            await asyncio.sleep(0.005)
        call.cancel()
        await asyncio.wait_for(server.left.wait(), 5)
        assert call.cancelled() or (await asyncio.wait([call]) and call.cancelled())


async def test_no_more_connections_are_made_than_may_be() -> None:
    async with serving([b"", WHOLE], max_connections=2) as (server, client):
        answers = await asyncio.gather(*(_post(client) for _ in range(12)))
        assert answers == [GOOD] * 12
        assert server.connections == 2


async def test_who_waits_for_a_connection_waits_no_longer_than_its_time() -> None:
    async with serving([HANG], max_connections=1) as (server, client):
        first = asyncio.ensure_future(_post(client))
        while not server.requests:
            await asyncio.sleep(0.005)
        with pytest.raises(UpstreamTimeoutError):
            await _post(client, seconds=0.05)
        first.cancel()
        await asyncio.wait([first])
        with pytest.raises(UpstreamTimeoutError):
            await _post(client, seconds=0.2)
        assert len(server.requests) == 2


async def test_a_stream_comes_piece_by_piece_and_its_connection_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a busy machine the end may come later than a real call would wait for it.
    monkeypatch.setattr("providers.http._DRAIN_SECONDS", 5.0)
    pieces = [EVENTS + b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\none\r\n", b"3\r\ntwo\r\n"]
    async with serving([*pieces, b"0\r\n\r\n"], WHOLE) as (server, client):
        stream = await client.open("/x", b"{}", deadline=Deadline.after(10))
        assert [await stream.read(), await stream.read()] == [b"one", b"two"]
        await stream.drain()
        stream.close()
        stream.close()
        assert await _post(client) == GOOD
        assert server.connections == 1
        assert b"Accept: text/event-stream\r\n" in server.requests[0]


async def test_a_stream_that_is_left_or_cut_does_not_give_its_connection_back() -> None:
    begun = [EVENTS + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n"]
    async with serving([*begun, HANG], [*begun, CUT], WHOLE) as (server, client):
        stream = await client.open("/x", b"{}", deadline=Deadline.after(10))
        assert await stream.read() == b"one"
        stream.close()
        await asyncio.wait_for(server.left.wait(), 5)
        stream = await client.open("/x", b"{}", deadline=Deadline.after(10))
        assert await stream.read() == b"one"
        with pytest.raises(StreamBrokenError):
            await stream.read()
        stream.close()
        assert await _post(client) == GOOD
        assert server.connections == 3


async def test_a_slow_reader_makes_the_server_wait_and_gets_everything() -> None:
    total = 24 * 1024 * 1024
    async with serving([EVENTS + b"Content-Length: %d\r\n\r\n" % total, b"x" * total]) as (
        _,
        client,
    ):
        stream = await client.open("/x", b"{}", deadline=Deadline.after(30))
        await asyncio.sleep(0.2)
        sizes = []
        while piece := await stream.read():
            sizes.append(len(piece))
        stream.close()
    assert sum(sizes) == total
    assert max(sizes) < 2 * 1024 * 1024


async def test_an_answer_larger_than_memory_allows_is_refused() -> None:
    head = JSON + b"Content-Length: 99999999999\r\n\r\n"
    async with serving([head, *[b"{" * 4_000_000] * 20, HANG]) as (_, client):
        with pytest.raises(UpstreamFailedError, match="more than"):
            await _post(client)


async def test_another_status_is_an_answer_to_classify() -> None:
    body = b'{"error": {}}'
    said = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Type: application/json\r\n"
    async with serving(said + b"Content-Length: 13\r\n\r\n" + body) as (_, client):
        for _ in range(2):
            with pytest.raises(FailedAnswer) as caught:
                await _post(client)
            answer = caught.value.answer
            assert (answer.status, answer.body, answer.headers["retry-after"]) == (429, body, "7")


@pytest.mark.parametrize(
    ("url", "headers"),
    [("ftp://127.0.0.1", {}), ("http://", {}), ("http://127.0.0.1:1", {"X": "a\r\nY: b"})],
)
async def test_what_cannot_be_sent_fails_before_anything_is_sent(
    url: str, headers: dict[str, str]
) -> None:
    client = HttpClient("p", HttpOptions(base_url=url, headers=headers))
    with pytest.raises(ConnectionFailedError):
        await _post(client)
    await client.close()


async def test_time_spent_waiting_for_a_connection_counts() -> None:
    async with serving([HANG], max_connections=1) as (server, client):
        first = asyncio.ensure_future(_post(client))
        while not server.requests:
            await asyncio.sleep(0.005)
        second = asyncio.ensure_future(_post(client, seconds=30))
        await asyncio.sleep(0.05)
        asked_before = asyncio.get_running_loop().time()
        first.cancel()
        while len(server.requests) < 2:
            await asyncio.sleep(0.005)
        carrier = client._carrier
        assert isinstance(carrier, DirectCarrier) and carrier._pool is not None
        (connection,) = carrier._pool._made
        assert connection.tick / TICKS_A_SECOND < asked_before + 30
        second.cancel()
        await asyncio.wait([first, second])


@contextlib.asynccontextmanager
async def serving_tls(
    *answers: bytes | list[bytes], host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Server, str]]:
    """A server with a certificate for localhost that nobody but its own key vouches for."""
    double, context = Server(*answers), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(double.serve, host, 0, ssl=context)
    try:
        yield double, f"https://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await double.hang_up()


@pytest.fixture
def is_trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    _trust.cache_clear()
    yield
    _trust.cache_clear()


@pytest.mark.usefixtures("is_trusted")
async def test_calls_go_over_tls_to_a_server_that_proves_who_it_is() -> None:
    async with serving_tls(WHOLE, [JSON, CUT], WHOLE) as (server, url):
        client = HttpClient("p", HttpOptions(base_url=url))
        assert await _post(client) == GOOD
        with pytest.raises(ConnectionFailedError):
            await _post(client)
        assert await _post(client) == GOOD
        assert server.connections == 2
        await client.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    host: str, request: pytest.FixtureRequest
) -> None:
    if host == "127.0.0.2":  # whose certificate we trust, but it names another host
        request.getfixturevalue("is_trusted")
    async with serving_tls(WHOLE, host=host) as (server, url):
        client = HttpClient("p", HttpOptions(base_url=url))
        with pytest.raises(ConnectionFailedError, match="certificate"):
            await _post(client)
        assert server.requests == []
        await client.close()


async def test_a_name_is_looked_up_and_one_that_nobody_has_is_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(WHOLE) as (server, _):
        named = HttpClient("p", HttpOptions(base_url=f"http://localhost:{server.port}"))
        assert await _post(named) == GOOD
        await named.close()

    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    unknown = HttpClient("p", HttpOptions(base_url="http://nobody.invalid"))
    for _ in range(2):
        with pytest.raises(ConnectionFailedError, match="not known"):
            await _post(unknown)
    await unknown.close()


async def test_a_proxy_of_the_environment_carries_the_call_where_that_is_wished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(WHOLE) as (server, _):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
        options = HttpOptions(base_url="http://vendor.invalid/v1", trust_env=True)
        client = HttpClient("p", options)
        assert await _post(client) == GOOD
        await client.close()
        assert server.requests[0].startswith(b"POST http://vendor.invalid/v1/x HTTP/1.1\r\n")
