"""The table that faults are entered in, and what a fault gets to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.simulators.answers import Answer
from providers.simulators.asks import Ask
from providers.simulators.steps import GENERATED, PACED, Kind, Reply, Step
from providers.simulators.wires.base import Dialect

if TYPE_CHECKING:
    from providers.simulators.faults.directives import Directive

BEFORE = "before"
AFTER = "after"
TOOL = "tool"
ANYWHERE = (BEFORE, AFTER, TOOL)


@dataclass(frozen=True, slots=True)
class Scene:
    """One request that a fault strikes: who answers, what was asked, what would be said."""

    dialect: Dialect
    ask: Ask
    answer: Answer
    directive: Directive

    def play(self, answer: Answer | None = None) -> Reply:
        """The reply as it would be without the fault, with another answer if one is given."""
        render = self.dialect.stream if self.ask.stream else self.dialect.whole
        return render(self.ask, answer or self.answer)

    def value(self, usual: float) -> float:
        """The directive's number, or the usual one."""
        return usual if self.directive.value is None else self.directive.value

    def place(self, steps: Sequence[Step], usual: str | int | None = None) -> int:
        """The index of the step before which the fault strikes."""
        at = self.directive.at if self.directive.at is not None else usual
        made = [index for index, step in enumerate(steps) if step.kind in PACED]
        if not made:
            return len(steps) - 1
        if at == BEFORE:
            return next(index for index, step in enumerate(steps) if step.kind in GENERATED)
        arguments = [index for index in made if steps[index].kind is Kind.ARGUMENTS]
        if at == TOOL and arguments:
            return arguments[len(arguments) // 2]
        count = at if isinstance(at, int) else max(1, len(made) // 2)
        return made[count] if count < len(made) else made[-1] + 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    `positions` are where it can strike: before the first token, after it, inside a tool call's
    arguments; empty when it strikes before any byte of the answer, wherever it was asked for.
    `harmless`: not an error at all; a good client gets the complete answer.
    """

    name: str
    says: str
    """One sentence for the docs."""
    spoil: Callable[[Scene], Reply]
    stream: bool
    whole: bool
    positions: tuple[str, ...] = ()
    harmless: bool = False

    def applies_to(self, *, stream: bool) -> bool:
        """Whether it can strike a streamed, or else a whole, answer."""
        return self.stream if stream else self.whole


FAULTS: dict[str, Fault] = {}
"""Every fault by its name."""


def fault(
    name: str,
    says: str,
    *,
    stream: bool = True,
    whole: bool = True,
    positions: tuple[str, ...] = (),
    harmless: bool = False,
) -> Callable[[Callable[[Scene], Reply]], Callable[[Scene], Reply]]:
    """Enter a function into the table."""

    def enter(spoil: Callable[[Scene], Reply]) -> Callable[[Scene], Reply]:
        FAULTS[name] = Fault(name, says, spoil, stream, whole, positions, harmless)
        return spoil

    return enter
