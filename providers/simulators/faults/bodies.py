"""Faults of an answer that comes in one piece."""

from __future__ import annotations

import gzip

from providers.simulators.faults.table import Scene, fault
from providers.simulators.steps import CLOSE, END, HEAD, Kind, Reply, Step, whole_reply


@fault("truncated-json", "Half of the JSON body, with the length of that half.", stream=False)
def _truncated_json(scene: Scene) -> Reply:
    body = scene.play().body
    return whole_reply(body[: len(body) // 2])


@fault("wrong-length", "A body shorter than its Content-Length, then the connection closes.",
       stream=False)  # fmt: skip
def _wrong_length(scene: Scene) -> Reply:
    reply = scene.play()
    longer = reply.with_header("content-length", str(len(reply.body) + 100))
    return longer.doing((*reply.steps[:-1], CLOSE))


@fault("short-length", "A Content-Length that leaves out the body's last bytes.", stream=False)
def _short_length(scene: Scene) -> Reply:
    reply = scene.play()
    shorter = reply.with_header("content-length", str(len(reply.body) - 20))
    return shorter.doing((*reply.steps[:-1], CLOSE))


@fault("truncated-gzip", "A gzip body that ends half way.", stream=False)
def _truncated_gzip(scene: Scene) -> Reply:
    reply = scene.play()
    packed = gzip.compress(reply.body)
    part = packed[: len(packed) // 2]
    zipped = reply.with_header("content-encoding", "gzip")
    steps = (HEAD, Step(Kind.BODY, part), END)
    return zipped.with_header("content-length", str(len(part))).doing(steps)


@fault("malformed-body", "A body that is nearly JSON: a comma is missing.", stream=False)
def _malformed_body(scene: Scene) -> Reply:
    return whole_reply(scene.play().body.replace(b'","', b'" "', 1))


@fault("stream-instead", "A stream although a whole answer was asked for.", stream=False)
def _stream_instead(scene: Scene) -> Reply:
    return scene.dialect.stream(scene.ask, scene.answer)


@fault("whole-instead", "A whole JSON answer although a stream was asked for.", whole=False)
def _whole_instead(scene: Scene) -> Reply:
    return scene.dialect.whole(scene.ask, scene.answer)
