"""Carries calls over connections of our own, with nothing between us and the server."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from multidict import CIMultiDict
from yarl import URL

from providers.http_base import BadHttpError
from providers.http_connection import Connection
from providers.http_pool import Pool

_FORBIDDEN = ("\r", "\n", "\0")


class DirectCarrier:
    """A `Carrier` to the server behind `base_url`.

    A call is sent again only when that is harmless: it asks for something (GET), and the connection,
    used before, broke before anything of the answer came.
    """

    def __init__(
        self, base_url: str, headers: Mapping[str, str], *, idle_seconds: float, most: int
    ) -> None:
        self._base_url = base_url
        self._headers = headers
        self._idle_seconds = idle_seconds
        self._most_connections = most
        self._pool: Pool | None = None
        self._heads: dict[tuple[str, str, str], bytes] = {}

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        accept: str,
        *,
        seconds: float,
        connect_seconds: float,
        whole: bool,
    ) -> Connection:
        """The answer to a request; see `Carrier`."""
        head = self._heads.get((method, path, accept)) or self._write_head(method, path, accept)
        request = head if body is None else b"%b%d\r\n\r\n%b" % (head, len(body), body)
        pool = self._pool or self._open()
        due = pool.now() + seconds
        connection = pool.take()
        is_used = connection is not None
        while True:
            if connection is None:
                connection = await pool.connect(due - pool.now(), connect_seconds)
            pool.watch(connection, due)
            try:
                await connection.ask(request, whole=whole)
                return connection
            except TimeoutError:
                connection.close()
                raise
            except OSError:
                connection.close()
                if method != "GET" or not is_used or connection.has_begun:
                    raise
                connection, is_used = None, False
            except BaseException:
                connection.close()
                raise

    async def close(self) -> None:
        """End every connection. A later call opens the pool anew."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    def _open(self) -> Pool:
        url = self._url("")
        pool = self._pool = Pool(url, idle_seconds=self._idle_seconds, most=self._most_connections)
        return pool

    def _url(self, path: str) -> URL:
        try:
            url = URL(self._base_url + path)
        except ValueError as error:
            raise BadHttpError(f"no address: {error}") from None
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise BadHttpError("no address of a web server")
        return url

    def _write_head(self, method: str, path: str, accept: str) -> bytes:
        """A request up to the length of its body, or to its end if it has none; made once."""
        url = self._url(path)
        headers = CIMultiDict(
            {
                "Host": url.host_port_subcomponent or "",
                "User-Agent": "Pointsman",
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",
                **self._headers,
            }
        )
        headers["Accept"] = accept
        if url.user is not None and "Authorization" not in headers:
            said = f"{url.user}:{url.password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(said).decode()}"
        lines = [f"{method} {url.raw_path_qs} HTTP/1.1"]
        for name, value in headers.items():
            if any(each in name or each in value for each in _FORBIDDEN):
                raise BadHttpError(f"header {name[:40]!r} has a line break in it")
            lines.append(f"{name}: {value}")
        lines.append("Content-Length: " if method == "POST" else "\r\n")
        head = self._heads[method, path, accept] = "\r\n".join(lines).encode()
        return head
