"""Pieces of tool calls, held to their order: 0, 1, 2, each whole before the next begins."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec

from providers.calls import ToolCallDelta
from providers.dialects.reading import disorder, malformed


class ToolCallOrder:
    """The tool calls of one choice so far."""

    __slots__ = ("_choice", "_ids", "_pieces")

    def __init__(self, choice: int = 0) -> None:
        self._choice = choice
        self._ids: list[str] = []
        self._pieces: list[list[str]] = []

    def __len__(self) -> int:
        return len(self._ids)

    def take(
        self, index: int | None, call_id: str | None, name: str | None, arguments: str | None
    ) -> ToolCallDelta:
        """One more piece. A vendor that sends no index means the current call, or a new id.

        Raises:
            StreamBrokenError: a call is repeated, skipped or gone back to.
        """
        current = len(self._ids) - 1
        if index is None:
            index = current + 1 if call_id and call_id not in self._ids else current
        if index == current + 1:
            return self._begin(index, call_id, name, arguments)
        if index != current:
            raise disorder(f"a piece of tool call {index} came during tool call {current}")
        if call_id and call_id != self._ids[index]:
            raise disorder(f"tool call {index} changed its id")
        self._pieces[index].append(arguments or "")
        return ToolCallDelta(index, arguments or "", choice=self._choice)

    def check_whole(self) -> None:
        """After an end that calls the tools: whether their arguments can be used at all.

        Raises:
            StreamBrokenError: the arguments of a call are no JSON, so something of them is missing.
        """
        at = first_broken("".join(pieces) for pieces in self._pieces)
        if at is not None:
            raise malformed(f"the arguments of tool call {at} are no whole JSON")

    def _begin(
        self, index: int, call_id: str | None, name: str | None, arguments: str | None
    ) -> ToolCallDelta:
        if not name:
            raise disorder(f"tool call {index} began without a name")
        if call_id and call_id in self._ids:
            raise disorder(f"tool call {index} repeats the id of an earlier one")
        call_id = call_id or f"call_{secrets.token_hex(12)}"
        self._ids.append(call_id)
        self._pieces.append([arguments or ""])
        return ToolCallDelta(index, arguments or "", call_id, name, self._choice)


def first_broken(arguments: Iterable[str]) -> int | None:
    """The first of these arguments that is no JSON; an empty one is a call without any."""
    for at, text in enumerate(arguments):
        try:
            if text.strip():
                msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return at
    return None
