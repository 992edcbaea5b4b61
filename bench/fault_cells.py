"""The cells of the fault matrix: every way to fail, on every wire, at every place it can strike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from providers.simulators.faults import FAULTS

WIRES = ("openai", "anthropic", "dashscope", "llama_server")
Help = Literal["alone", "fallback", "continue", "proven"]
"""Whether another model stands behind, and whether it may go on with a broken answer; or nobody, and
a policy that wants the order of every stream proven."""
HELPS: tuple[Help, ...] = ("alone", "fallback", "continue", "proven")

_VALUES = {"slow": "0.3", "refuse": "0.5", "429-date": "1", "stall": "120", "crawl": "0.3"}
"""Mostly shorter than the faults' own usual values, so that a run takes minutes."""
UNSEEN = {"reorder": frozenset({"openai", "anthropic", "dashscope"}), "lost": frozenset(WIRES)}
"""Where nothing in a stream can tell, as the vendors are usually asked: three number nothing, and a
count of tokens leaps in good answers too."""
DISTURBS_OTHERS = frozenset({"refuse"})
"""Faults of the whole server: their cells run by themselves."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One request and what shall go wrong with it."""

    number: int
    fault: str
    where: str
    """before, after (the first token) or tool; `before` for faults that strike no byte at all."""
    wire: str
    is_stream: bool
    help: Help

    @property
    def directive(self) -> str:
        """The fault as the simulator reads it."""
        value = f"={_VALUES[self.fault]}" if self.fault in _VALUES else ""
        has_place = bool(FAULTS[self.fault].positions)
        return f"{self.fault}{value}" + (f"@{self.where}" if has_place else "")

    @property
    def model(self) -> str:
        """Each cell has models of its own, so that no breaker carries over to the next one."""
        return f"case-{self.number:04d}"

    @property
    def spare(self) -> str:
        return f"spare-{self.number:04d}"

    @property
    def pool(self) -> str:
        return f"cell-{self.number:04d}"

    @property
    def may_be_unseen(self) -> bool:
        """Whether the answer may end cleanly and be wrong; never where its order must be proven."""
        return self.help != "proven" and self.wire in UNSEEN.get(self.fault, ())

    @property
    def is_harmless(self) -> bool:
        return FAULTS[self.fault].harmless

    @property
    def asks_for_tool(self) -> bool:
        return self.where == "tool"


def list_cells(
    faults: Sequence[str] = (), wires: Sequence[str] = WIRES, helps: Sequence[Help] = HELPS
) -> list[Cell]:
    """All cells, or those of some faults, wires and helps only."""
    shapes = [
        (name, where, wire, is_stream, helped)
        for name in faults or FAULTS
        for is_stream in (True, False)
        for where in _places(name, is_stream)
        for wire in wires
        for helped in helps
        if _is_meant(helped, where, is_stream)
    ]
    return [Cell(number, *shape) for number, shape in enumerate(shapes)]


def _is_meant(helped: Help, where: str, is_stream: bool) -> bool:
    if helped == "continue":
        return is_stream and where == "after"
    return is_stream or helped != "proven"


def _places(name: str, is_stream: bool) -> Iterator[str]:
    fault = FAULTS[name]
    if not fault.applies_to(stream=is_stream):
        return
    if not fault.positions:
        yield "before"
    for place in ("before", "after", "tool"):
        if place in fault.positions:
            yield place
