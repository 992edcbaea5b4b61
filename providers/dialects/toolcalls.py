"""Pieces of tool calls, held to their order: 0, 1, 2, each whole before the next begins."""

from __future__ import annotations

import secrets

from providers.calls import ToolCallDelta
from providers.dialects.reading import disorder


class ToolCallOrder:
    """The tool calls of one choice so far."""

    __slots__ = ("_choice", "_ids")

    def __init__(self, choice: int) -> None:
        self._choice = choice
        self._ids: list[str] = []

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
        return ToolCallDelta(index, arguments or "", choice=self._choice)

    def _begin(
        self, index: int, call_id: str | None, name: str | None, arguments: str | None
    ) -> ToolCallDelta:
        if not name:
            raise disorder(f"tool call {index} began without a name")
        if call_id and call_id in self._ids:
            raise disorder(f"tool call {index} repeats the id of an earlier one")
        call_id = call_id or f"call_{secrets.token_hex(12)}"
        self._ids.append(call_id)
        return ToolCallDelta(index, arguments or "", call_id, name, self._choice)
