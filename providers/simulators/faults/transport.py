"""Faults of the connection itself: nothing comes, or it ends where it should not."""

from __future__ import annotations

from providers.simulators.faults.table import ANYWHERE, BEFORE, Scene, fault
from providers.simulators.steps import CLOSE, HANG, HEAD, RESET, Kind, Reply, Step


def half(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a whole answer up to half its body."""
    return tuple(
        step._replace(data=step.data[: len(step.data) // 2]) if step.kind is Kind.BODY else step
        for step in steps
        if step.kind is not Kind.END
    )


def broken_off(scene: Scene, end: Step) -> Reply:
    """The answer up to the place that was asked for, then this end."""
    reply = scene.play()
    if not scene.ask.stream:
        return reply.doing((*half(reply.steps), end))
    return reply.doing((*reply.steps[: scene.place(reply.steps)], end))


@fault("close", "The connection closes before a byte of the answer.")
def _close(scene: Scene) -> Reply:
    return scene.play().doing((CLOSE,))


@fault("reset", "The connection is reset before a byte of the answer.")
def _reset(scene: Scene) -> Reply:
    return scene.play().doing((RESET,))


@fault("refuse", "A reset, and the port refuses connections for a while (`refuse=2` seconds).")
def _refuse(scene: Scene) -> Reply:
    return scene.play().doing((Step(Kind.REFUSE, seconds=scene.value(2)), RESET))


@fault("hang", "Nothing is sent, not even headers, until the client leaves.")
def _hang(scene: Scene) -> Reply:
    return scene.play().doing((HANG,))


@fault("hang-headers", "Headers are sent, and then nothing until the client leaves.")
def _hang_headers(scene: Scene) -> Reply:
    return scene.play().doing((HEAD, HANG))


@fault("cut", "The connection closes in mid-answer.", positions=ANYWHERE)
def _cut(scene: Scene) -> Reply:
    return broken_off(scene, CLOSE)


@fault("cut-reset", "The connection is reset in mid-answer.", positions=ANYWHERE)
def _cut_reset(scene: Scene) -> Reply:
    return broken_off(scene, RESET)


@fault("stall", "No byte for a while in mid-answer, then the rest (`stall=30` seconds; 60).",
       positions=ANYWHERE)  # fmt: skip
def _stall(scene: Scene) -> Reply:
    reply, pause = scene.play(), Step(Kind.PAUSE, seconds=scene.value(60))
    if scene.ask.stream:
        at = scene.place(reply.steps)
        return reply.doing((*reply.steps[:at], pause, *reply.steps[at:]))
    body = reply.body
    rest = Step(Kind.BODY, body[len(body) // 2 :])
    return reply.doing((*half(reply.steps), pause, rest, Step(Kind.END)))


@fault("stall-forever", "No further byte in mid-answer, the connection stays open.",
       positions=ANYWHERE)  # fmt: skip
def _stall_forever(scene: Scene) -> Reply:
    return broken_off(scene, HANG)


@fault("crawl", "Each token takes so many seconds (`crawl=1`).", whole=False, positions=ANYWHERE)
def _crawl(scene: Scene) -> Reply:
    reply, pause = scene.play(), Step(Kind.PAUSE, seconds=scene.value(1))
    at = scene.place(reply.steps, BEFORE)
    slow = (each for step in reply.steps[at:] for each in (pause, step))
    return reply.doing((*reply.steps[:at], *slow))


@fault("bad-chunk", "Bytes that are no HTTP chunk in the middle of the stream.", whole=False,
       positions=ANYWHERE)  # fmt: skip
def _bad_chunk(scene: Scene) -> Reply:
    rubbish = Step(Kind.RAW, b"zz\r\nnot a chunk\r\n")
    reply = scene.play()
    return reply.doing((*reply.steps[: scene.place(reply.steps)], rubbish, CLOSE))
