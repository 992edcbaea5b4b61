"""A local model's text as stream events: answer, thinking, and calls of tools."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

from local_models.engine import EndReason
from local_models.outputs import OutputReader, Part
from providers.calls import Finished, FinishReason, ReasoningDelta, TextDelta, ToolCallDelta

ChoiceEvent = TextDelta | ReasoningDelta | ToolCallDelta | Finished


class CallReader:
    """Turns text into events; without an `OutputReader` all of it is the answer."""

    def __init__(self, reader: OutputReader | None, *, choice: int) -> None:
        self._reader = reader
        self._choice = choice
        self._calls = 0

    def feed(self, text: str) -> Iterator[ChoiceEvent]:
        """The events that this text completes."""
        if self._reader is None:
            yield TextDelta(text, self._choice)
            return
        for part in self._reader.feed(text):
            yield self._event(part)

    def finish(self, why: EndReason) -> Iterator[ChoiceEvent]:
        """What was held back, and the end."""
        for part in self._reader.finish() if self._reader else ():
            yield self._event(part)
        reason: FinishReason = "tool_calls" if self._calls and why == "stop" else why
        yield Finished(reason, self._choice)

    def _event(self, part: Part) -> ChoiceEvent:
        if part.kind == "thinking":
            return ReasoningDelta(part.text, self._choice)
        if part.kind == "text":
            return TextDelta(part.text, self._choice)
        return self._call(part.text)

    def _call(self, text: str) -> ChoiceEvent:
        """A call of a tool; what is no call after all is shown as the text that it is."""
        try:
            call = json.loads(text)
            name, arguments = call["name"], call.get("arguments", {})
        except (ValueError, KeyError, TypeError, AttributeError):
            return TextDelta(f"<tool_call>{text}</tool_call>", self._choice)
        if not isinstance(name, str):
            return TextDelta(f"<tool_call>{text}</tool_call>", self._choice)
        written = (
            arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        )
        index, self._calls = self._calls, self._calls + 1
        call_id = f"call_{uuid.uuid4().hex[:24]}"
        return ToolCallDelta(index, written, call_id, name, self._choice)
