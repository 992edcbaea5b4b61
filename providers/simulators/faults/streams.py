"""Faults of what a stream says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from providers.simulators.answers import Answer
from providers.simulators.faults.table import ANYWHERE, BEFORE, TOOL, Scene, fault
from providers.simulators.problems import Problem
from providers.simulators.steps import END, HANG, HEAD, PACED, Kind, Reply, Step

_ENDINGS = frozenset({Kind.FINISH, Kind.USAGE, Kind.SHUT})


def _strike(scene: Scene, change: Callable[[tuple[Step, ...], int], tuple[Step, ...]]) -> Reply:
    """The stream with its steps changed at the place that was asked for."""
    reply = scene.play()
    return reply.doing(change(reply.steps, scene.place(reply.steps)))


def _run_of(steps: tuple[Step, ...], at: int, most: float) -> int:
    """Where a run of tokens that begins here ends, so many of them at most."""
    end = at
    while end < len(steps) and steps[end].kind in PACED and end - at < most:
        end += 1
    return end


@fault("eof", "The stream ends properly for HTTP, in mid-answer and without a finish reason.",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _eof(scene: Scene) -> Reply:
    return _strike(scene, lambda steps, at: (*steps[:at], END))


@fault("done-early", "The wire's last frame comes in mid-answer, without a finish reason.",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _done_early(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        return (*steps[:at], *(step for step in steps if step.kind is Kind.DONE), END)

    return _strike(scene, change)


@fault("no-finish", "Every token comes, and the finish reason does not.", whole=False)
def _no_finish(scene: Scene) -> Reply:
    reply = scene.play()
    return reply.doing(step for step in reply.steps if step.kind not in _ENDINGS)


@fault("no-done", "Everything comes except the wire's last frame.", whole=False)
def _no_done(scene: Scene) -> Reply:
    reply = scene.play()
    return reply.doing(step for step in reply.steps if step.kind is not Kind.DONE)


@fault("malformed", "One frame holds broken JSON, the rest is well.", whole=False,
       positions=ANYWHERE)  # fmt: skip
def _malformed(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        whole = steps[at].data.rstrip(b"\n")
        broken = steps[at]._replace(data=whole[: len(whole) * 2 // 3] + b"\n\n")
        return (*steps[:at], broken, *steps[at + 1 :])

    return _strike(scene, change)


@fault("truncated-frame", "The stream ends properly for HTTP in the middle of a frame.",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _truncated_frame(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        part = steps[at]._replace(data=steps[at].data[: len(steps[at].data) // 2])
        return (*steps[:at], part, END)

    return _strike(scene, change)


@fault("bad-utf8", "One frame holds bytes that are no UTF-8.", whole=False, positions=ANYWHERE)
def _bad_utf8(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        data = steps[at].data
        middle = len(data) // 2
        spoilt = steps[at]._replace(data=data[:middle] + b"\xff\xfe" + data[middle:])
        return (*steps[:at], spoilt, *steps[at + 1 :])

    return _strike(scene, change)


@fault("error-event", "The vendor's error event inside the stream, then a proper end.",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _error_event(scene: Scene) -> Reply:
    frame = Step(Kind.NOISE, scene.dialect.error_frame(Problem("overloaded")))
    return _strike(scene, lambda steps, at: (*steps[:at], frame, END))


@fault("error-event-done", "The vendor's error event, and after it the wire's last frame.",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _error_event_done(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        frame = Step(Kind.NOISE, scene.dialect.error_frame(Problem("server_error")))
        return (*steps[:at], frame, *(step for step in steps if step.kind is Kind.DONE), END)

    return _strike(scene, change)


@fault("usage-only", "A stream with usage and no answer.", whole=False)
def _usage_only(scene: Scene) -> Reply:
    frames = scene.dialect.usage_frames(scene.ask, scene.answer)
    return scene.play().doing((HEAD, *frames, END))


@fault("empty-choices", "A stream of frames without choices, then its last frame.", whole=False)
def _empty_choices(scene: Scene) -> Reply:
    reply = scene.play()
    empty = [Step(Kind.NOISE, scene.dialect.empty_frame())] * 5
    done = (step for step in reply.steps if step.kind is Kind.DONE)
    return reply.doing((HEAD, *empty, *done, END))


@fault("duplicate", "The last frames come twice (`duplicate=8`).", whole=False,
       positions=(TOOL, "after"))  # fmt: skip
def _duplicate(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        again = [step for step in steps[:at] if step.kind in PACED][-int(scene.value(8)) :]
        return (*steps[:at], *again, *steps[at:])

    return _strike(scene, change)


@fault("restart", "The stream begins anew in the middle, with all that was said before.",
       whole=False, positions=(TOOL, "after"))  # fmt: skip
def _restart(scene: Scene) -> Reply:
    return _strike(scene, lambda steps, at: (*steps[:at], *steps[1:]))


@fault("reorder", "Some frames come in reversed order (`reorder=4`).", whole=False,
       positions=(TOOL, "after"))  # fmt: skip
def _reorder(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        end = _run_of(steps, at, scene.value(4))
        return (*steps[:at], *reversed(steps[at:end]), *steps[end:])

    return _strike(scene, change)


@fault("lost", "Some frames never come, and the rest does (`lost=4`).", whole=False,
       positions=(TOOL, "after"))  # fmt: skip
def _lost(scene: Scene) -> Reply:
    def change(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        return (*steps[:at], *steps[_run_of(steps, at, scene.value(4)) :])

    return _strike(scene, change)


@fault("pings-only", "Keep-alive comments and no token, for ever (`pings-only=0.5` seconds).",
       whole=False, positions=ANYWHERE)  # fmt: skip
def _pings_only(scene: Scene) -> Reply:
    reply = scene.play()
    ping = (Step(Kind.NOISE, b": ping\n\n"), Step(Kind.PAUSE, seconds=scene.value(0.5)))
    at = scene.place(reply.steps, BEFORE)
    return reply.doing((*reply.steps[:at], *(ping * 2_000), HANG))


@fault("odd-finish", "A finish reason that nobody knows.")
def _odd_finish(scene: Scene) -> Reply:
    return scene.play(replace(scene.answer, finish="malfunction"))


@fault("filtered-answer", "The vendor's filter ends the answer half way, and says so.")
def _filtered(scene: Scene) -> Reply:
    half = scene.answer.tokens[: len(scene.answer.tokens) // 2]
    return scene.play(Answer(half, (), scene.answer.reasoning, "content_filter"))


@fault("cut-arguments", "A tool call's arguments end half way, and it is called finished.",
       positions=(TOOL,))  # fmt: skip
def _cut_arguments(scene: Scene) -> Reply:
    calls = tuple(
        replace(call, pieces=call.pieces[: max(1, len(call.pieces) // 2)])
        for call in scene.answer.calls
    )
    return scene.play(replace(scene.answer, calls=calls))
