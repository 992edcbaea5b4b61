"""Which placeholder stands for which value, for as long as a conversation lives."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from router.steps.privacy.placeholders import MOST, Key
from router.steps.privacy.spans import LABELS


class Vault:
    """The placeholders of one conversation. Equal values share one, for good."""

    __slots__ = ("_next", "_reserved", "keys", "originals")

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        """Value -> its key."""
        self.originals: dict[Key, str] = {}
        """Key -> its value."""
        self._reserved: set[Key] = set()
        self._next: dict[str, int] = {}

    def keep(self, value: str, kind: str) -> Key:
        """The key of this value: the one it has had so far, or a new one."""
        key = self.keys.get(value)
        if key is None:
            key = self._new_key(LABELS[kind])
            self.keys[value] = key
            self.originals[key] = value
        return key

    def reserve(self, key: Key) -> bool:
        """Never give this key out, because the caller wrote it. False: it is given out already."""
        if key in self.originals:
            return False
        self._reserved.add(key)
        return True

    def _new_key(self, word: str) -> Key:
        number = self._next.get(word, 1)
        while (word, number) in self._reserved:
            number += 1
        if number > MOST:
            raise OverflowError(f"more than {MOST} values of one kind in one conversation")
        self._next[word] = number + 1
        return word, number


@dataclass(frozen=True, slots=True)
class Opened:
    """What one answer needs to be restored: values by key, and whether the answer is JSON."""

    originals: Mapping[Key, str]
    answers_json: bool = False

    def __bool__(self) -> bool:
        return bool(self.originals)

    def __repr__(self) -> str:
        return f"Opened({len(self.originals)} values)"


class VaultStore(Protocol):
    """Where conversations' vaults are kept. Masking is synchronous: a store answers from memory."""

    def open(self, scope: str) -> Vault:
        """The vault of this conversation, new if there is none."""
        ...

    def forget(self, scope: str) -> None:
        """Drop the conversation's vault."""
        ...


class MemoryVaults:
    """Vaults in this process. A vault unused for `ttl_seconds` is gone; at most `most` are kept."""

    def __init__(
        self,
        *,
        ttl_seconds: float = 86_400.0,
        most: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ttl_seconds = ttl_seconds
        self._most = most
        self._clock = clock
        self._vaults: OrderedDict[str, tuple[float, Vault]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._vaults)

    def open(self, scope: str) -> Vault:
        """The vault of this conversation; opening it renews its time."""
        now = self._clock()
        used_at, vault = self._vaults.pop(scope, (now, Vault()))
        if used_at + self._ttl_seconds <= now:
            vault = Vault()
        self._drop_old(now)
        self._vaults[scope] = (now, vault)
        return vault

    def forget(self, scope: str) -> None:
        """Drop the conversation's vault, if there is one."""
        self._vaults.pop(scope, None)

    def _drop_old(self, now: float) -> None:
        # Ordered by last use, so the oldest are always in front.
        while self._vaults:
            scope, (used_at, _) = next(iter(self._vaults.items()))
            if used_at + self._ttl_seconds > now and len(self._vaults) < self._most:
                return
            del self._vaults[scope]
