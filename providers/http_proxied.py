"""Carries calls through aiohttp: it knows the proxies that an environment names."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from providers.http_base import BadHttpError, ConnectTimeoutError

_HEADER_LIMIT = 32 * 1024


class ProxiedCarrier:
    """A `Carrier` to the server behind `base_url`, through HTTP_PROXY and friends."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], *, idle_seconds: float, most: int
    ) -> None:
        self._base_url = base_url
        self._headers = headers
        self._idle_seconds = idle_seconds
        self._most_connections = most
        self._session: aiohttp.ClientSession | None = None

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
    ) -> ProxiedReply:
        """The answer to a request; see `Carrier`."""
        try:
            return ProxiedReply(
                await self._open().request(
                    method,
                    URL(self._base_url + path),
                    data=body,
                    headers={"Accept": accept},
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=connect_seconds),
                )
            )
        except aiohttp.ConnectionTimeoutError as error:
            raise ConnectTimeoutError from error
        except TimeoutError:
            raise
        except aiohttp.ClientError as error:
            raise BadHttpError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """End every connection. A later call opens a session anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._most_connections,
                    keepalive_timeout=self._idle_seconds,
                    ttl_dns_cache=60,
                ),
                headers=CIMultiDict({"Content-Type": "application/json", **self._headers}),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
                max_line_size=_HEADER_LIMIT,
                max_field_size=_HEADER_LIMIT,
            )
        return self._session


class ProxiedReply:
    """The `Reply` that came through aiohttp."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """Looked up by names in any case."""
        return self._response.headers

    @property
    def is_over(self) -> bool:
        """Whether the whole body has come and been read."""
        return self._response.content.at_eof()

    async def read(self) -> bytes:
        """Some more of the body as soon as there is any; empty at its end."""
        content = self._response.content
        try:
            return b"" if content.at_eof() else await content.readany()
        except TimeoutError:
            raise
        except aiohttp.ClientError as error:
            raise BadHttpError(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Be done with it. One that was read to its end has gone back to the pool."""
        self._response.close()
