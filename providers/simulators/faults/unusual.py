"""What is unusual and allowed: a good client gets the complete answer through all of these."""

from __future__ import annotations

from dataclasses import replace

from providers.simulators.faults.table import Scene, fault
from providers.simulators.steps import END, HEAD, Kind, Reply, Step

_SEPARATORS = ("\u2028", "\u0085", "\u2029", "\x1c", "\x0b")


@fault("separators", "U+2028, U+2029, U+0085 and other would-be line ends inside the text.",
       harmless=True)  # fmt: skip
def _separators(scene: Scene) -> Reply:
    tokens = scene.answer.tokens
    if not tokens or scene.ask.schema is not None or scene.ask.json_object:
        return scene.play()
    third = len(tokens) // 3
    return scene.play(
        replace(scene.answer, tokens=(*tokens[:third], *_SEPARATORS, *tokens[third:]))
    )


def _rewritten(scene: Scene, old: bytes, new: bytes) -> Reply:
    reply = scene.play()
    return reply.doing(step._replace(data=step.data.replace(old, new)) for step in reply.steps)


@fault("crlf", "Lines end with CR LF.", whole=False, harmless=True)
def _crlf(scene: Scene) -> Reply:
    return _rewritten(scene, b"\n", b"\r\n")


@fault("cr", "Lines end with CR alone.", whole=False, harmless=True)
def _cr(scene: Scene) -> Reply:
    return _rewritten(scene, b"\n", b"\r")


@fault("no-space", "No blank between `data:` and the JSON.", whole=False, harmless=True)
def _no_space(scene: Scene) -> Reply:
    return _rewritten(scene, b"data: ", b"data:")


@fault("bytewise", "Every byte is written by itself.", harmless=True)
def _bytewise(scene: Scene) -> Reply:
    return replace(scene.play(), unit=1)


@fault("merged", "All frames arrive in one piece.", whole=False, harmless=True)
def _merged(scene: Scene) -> Reply:
    reply = scene.play()
    return reply.doing((HEAD, Step(Kind.NOISE, reply.body), END))


@fault("comments", "A keep-alive comment before every frame.", whole=False, harmless=True)
def _comments(scene: Scene) -> Reply:
    reply, comment = scene.play(), Step(Kind.NOISE, b": keep-alive\n\n")
    framed = (each for step in reply.steps[1:-1] for each in (comment, step))
    return reply.doing((HEAD, *framed, END))


@fault("blank-lines", "Blank lines before the JSON body, as vendors under load send them.",
       stream=False, harmless=True)  # fmt: skip
def _blank_lines(scene: Scene) -> Reply:
    reply = scene.play()
    body = b"\n" * 12 + reply.body
    longer = reply.with_header("content-length", str(len(body)))
    return longer.doing((HEAD, Step(Kind.BODY, body), END))


@fault("slow", "The first token, or a whole answer's first byte, comes late (`slow=2` seconds).",
       harmless=True)  # fmt: skip
def _slow(scene: Scene) -> Reply:
    reply, pause = scene.play(), Step(Kind.PAUSE, seconds=scene.value(2))
    if scene.ask.stream:
        return reply.doing((HEAD, pause, *reply.steps[1:]))
    return reply.doing((pause, *reply.steps))
