"""Who is asking: API keys to callers.

A key fixes what its configuration names (user, tier, tenant); what it leaves open, the request may
say itself, because the holder of a key is a trusted back end that speaks for its own customers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from policies.hints import UnclearWishError
from policies.hints import read_wish as read_word_of_wish
from policies.signals import Caller
from router.errors import BadRequestError, ForbiddenError, UnauthorizedError

ANONYMOUS = "anonymous"
"""Who asks where no key is configured."""
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one API key allows. Empty strings leave the choice to the request."""

    name: str
    key_sha256: str
    user: str = ""
    tier: str = ""
    tenant: str = ""
    must_stay_local: bool = False
    models: frozenset[str] = frozenset()
    """Models, pools or `auto` that the key may name; empty: all."""


_ANYBODY = Grant(name=ANONYMOUS, key_sha256="")


def hash_key(key: str) -> str:
    """The form in which a key is kept: SHA-256 in hex. Keys are long and random, so no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_wish(said: str, where: str) -> bool:
    """Whether a word, or one of several behind commas, asks to stay in this house.

    Raises:
        BadRequestError: a word is no yes or no; what is not understood must not mean no.
    """
    try:
        return read_word_of_wish(said)
    except UnclearWishError as error:
        raise BadRequestError(f"{where}: {error}", param=where) from None


class Identity:
    """Knows every key. With no key configured everybody may ask, as `anybody`."""

    def __init__(
        self,
        grants: Sequence[Grant],
        anybody: Grant = _ANYBODY,
        *,
        aliases: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`aliases` gives the policy's other names of models and pools: a key may use those of what it may name."""
        self._anybody = anybody
        self._aliases = aliases
        self._by_hash = {grant.key_sha256.lower(): grant for grant in grants}
        self._plain: dict[str, Caller] = {}
        self._met: dict[str, Grant] = {}
        """Keys that came and were right, in this process's memory alone: hashing costs more than all else."""

    @property
    def is_open(self) -> bool:
        """Whether no key is asked for."""
        return not self._by_hash

    def identify(
        self,
        credential: str,
        hints: Mapping[str, str],
        requested: str = "auto",
        *,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> Caller:
        """The caller behind a key, with what the request itself says where the key leaves it open.

        Raises:
            UnauthorizedError: no key came, or one that is not configured.
            ForbiddenError: the key may not name this model, or a hint contradicts the key.
            BadRequestError: the wish to stay local is put in a word that nobody knows.
        """
        grant = self.recognise(credential)
        if grant.models and not self._may_name(grant, requested):
            allowed = ", ".join(sorted(grant.models))
            raise ForbiddenError(
                f"Key '{grant.name}' may not ask for '{requested}'; it may ask for: {allowed}.",
                param="model",
            )
        if hints or metadata:
            return _caller(grant, hints, metadata)
        # Most requests say nothing about themselves, and a caller is a frozen value.
        caller = self._plain.get(grant.key_sha256)
        if caller is None:
            caller = self._plain[grant.key_sha256] = _caller(grant, hints, metadata)
        return caller

    def _may_name(self, grant: Grant, requested: str) -> bool:
        return (
            requested in grant.models or self._aliases().get(requested, requested) in grant.models
        )

    def recognise(self, credential: str) -> Grant:
        """What a key allows, for whoever asks for no model.

        Raises:
            UnauthorizedError: no key came, or one that is not configured.
        """
        return self._find(credential) or self._anybody

    def _find(self, credential: str) -> Grant | None:
        if self.is_open:
            return None
        if not credential:
            raise UnauthorizedError(
                "No API key came with the request. Send it as 'Authorization: Bearer <key>'."
            )
        grant = self._met.get(credential) or self._by_hash.get(hash_key(credential))
        if grant is None:
            raise UnauthorizedError(
                f"The API key ending in '{credential[-4:]}' is not known here. "
                "Ask the gateway's operator for one (`main.py keys create`)."
                if len(credential) >= 12
                else "The API key is not known here."
            )
        self._met[credential] = grant
        return grant


def _caller(grant: Grant, hints: Mapping[str, str], metadata: Mapping[str, str]) -> Caller:
    wish = hints.get("must_stay_local")
    wants_home = wish is not None and read_wish(wish, "must_stay_local")
    return Caller(
        key_name=grant.name,
        user=_settle("user", grant.user, hints),
        tier=_settle("tier", grant.tier, hints) or "standard",
        tenant=_settle("tenant", grant.tenant, hints),
        session=_settle("session", "", hints),
        order_number=_settle("order_number", "", hints),
        must_stay_local=grant.must_stay_local or wants_home,
        metadata=metadata,
    )


def _settle(name: str, fixed: str, hints: Mapping[str, str]) -> str:
    said = hints.get(name, "").strip()
    if fixed and said and said != fixed:
        raise ForbiddenError(
            f"The request says {name} '{said[:40]}', but its key is bound to {name} '{fixed}'. "
            f"Leave {name} out, or use another key.",
            param=f"metadata.{name}",
        )
    if len(said) > _MOST_CHARACTERS:
        raise ForbiddenError(
            f"{name} is longer than {_MOST_CHARACTERS} characters.", param=f"metadata.{name}"
        )
    return fixed or said
