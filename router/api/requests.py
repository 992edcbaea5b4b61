"""What every door reads off a request besides its body: id, key, and hints about the caller."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import msgspec

from policies.hints import HINTS, WISH, list_wishes
from providers.messages import ChatRequest
from router.api.http import Scope
from router.errors import BadRequestError
from router.pipeline.calls import Call
from router.steps.access import read_wish

_POOL_BYTES = 4096
_ID_DIGITS = 32


def _random_ids() -> Iterator[str]:
    """Ids of 128 random bits, in hex. To ask the system costs more than an id, so many come at once."""
    while True:
        pool = os.urandom(_POOL_BYTES).hex()
        for start in range(0, len(pool), _ID_DIGITS):
            yield pool[start : start + _ID_DIGITS]


_new_ids = _random_ids()
_CACHE_WISHES = ("no-cache", "no-store")
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_WISH_HEADER = f"x-pointsman-{WISH.replace('_', '-')}".encode()
_HINT_HEADERS = {f"x-pointsman-{name.replace('_', '-')}".encode(): name for name in HINTS}


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers by name, the last of each; of the wish to stay local every one, behind commas."""
    raw: list[tuple[bytes, bytes]] = scope["headers"]
    headers = dict(raw)
    if len(headers) != len(raw) and _WISH_HEADER in headers:
        headers[_WISH_HEADER] = b",".join([said for name, said in raw if name == _WISH_HEADER])
    return headers


def request_id_of(headers: dict[bytes, bytes]) -> str:
    """The client's own `x-request-id` when it is sane, else a new one."""
    given = headers.get(b"x-request-id")
    if given is not None and _SANE_ID.fullmatch(sane := given.decode("latin-1")):
        return sane
    return next(_new_ids)


def credential_of(headers: dict[bytes, bytes]) -> str:
    """The API key, from `Authorization: Bearer` or `x-api-key`; empty when none came."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return headers.get(b"x-api-key", b"").decode("latin-1").strip()


def open_call(
    request: ChatRequest,
    headers: dict[bytes, bytes],
    request_id: str,
    deadline_seconds: float | None,
) -> Call:
    """The call behind a decoded request. `metadata` is for policies; no vendor gets to see it.

    Where header and `metadata` both say something about the caller, `metadata` counts; of two
    wishes to stay local the stricter one does.

    Raises:
        BadRequestError: a header is no text, or the wish to stay local is neither yes nor no.
    """
    hints = {}
    for header, name in _HINT_HEADERS.items():
        if header in headers:
            hints[name] = _decode_text(headers[header], header)
    metadata = request.metadata
    wishes = {_WISH_HEADER.decode(): hints.pop(WISH)} if WISH in hints else {}
    if metadata:
        hints.update({name: metadata[name] for name in HINTS if name in metadata})
        wishes |= {f"metadata.{name}": said for name, said in list_wishes(metadata).items()}
        request = msgspec.structs.replace(request, metadata={})
    if wishes:
        hints[WISH] = _strictest(wishes)
    if request.user and "user" not in hints:
        hints["user"] = request.user
    return Call(
        request_id=request_id,
        request=request,
        credential=credential_of(headers),
        hints=hints,
        metadata=metadata,
        deadline_seconds=deadline_seconds,
        cache_wish=_cache_wish(headers, metadata),
    )


def _strictest(wishes: dict[str, str]) -> str:
    """Yes when one of them says so; all are read, so that an unknown word is never passed over.

    Raises:
        BadRequestError: one of them is neither yes nor no.
    """
    answers = {read_wish(said, where) for where, said in wishes.items()}
    return "yes" if True in answers else "no"


def _cache_wish(headers: dict[bytes, bytes], metadata: dict[str, str]) -> str:
    """What the caller wants of the answer cache: HTTP's own header, or ours, or `metadata.cache`.

    Raises:
        BadRequestError: ours says something that we do not know; HTTP's has words for others too.
    """
    own = headers.get(b"x-pointsman-cache")
    wish = metadata.get("cache", "") if own is None else own.decode("latin-1").strip()
    if wish and wish not in _CACHE_WISHES:
        raise BadRequestError(
            f"The answer cache does not know '{wish[:40]}'. Say no-cache (ask a model anew) or "
            "no-store (nor keep its answer), or leave it out.",
            param="metadata.cache",
        )
    standard = headers.get(b"cache-control")
    if standard is not None:
        said = {word.strip() for word in standard.decode("latin-1").lower().split(",")}
        wishes = said | {wish}
        return next((each for each in ("no-store", "no-cache") if each in wishes), wish)
    return wish


def _decode_text(raw: bytes, header: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadRequestError(f"Header {header.decode()} is not valid UTF-8.") from None
