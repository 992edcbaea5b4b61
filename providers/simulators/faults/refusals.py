"""Faults that are an HTTP answer, only not the wanted one."""

from __future__ import annotations

import time
from email.utils import formatdate

from providers.simulators.faults.table import FAULTS, Fault, Scene, fault
from providers.simulators.problems import Problem
from providers.simulators.steps import Reply, whole_reply

_HTML = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>"
    "\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_STATUSES = (
    ("400", "bad_request", "400: the vendor calls the request invalid."),
    ("401", "unauthorized", "401: the vendor does not accept the key."),
    ("402", "payment", "402: the account has no credit left."),
    ("403", "forbidden", "403: the key lacks a right."),
    ("404", "model_not_found", "404: the vendor does not know the model."),
    ("408", "timeout", "408: the vendor gave up waiting."),
    ("413", "too_large", "413: the request is too large."),
    ("422", "unprocessable", "422: the request is well formed and cannot be processed."),
    ("quota", "quota", "429 in the vendor's words for an exhausted quota: waiting does not help."),
    ("500", "server_error", "500: the vendor failed."),
    ("503", "unavailable", "503: the vendor is overloaded or loading."),
    ("504", "gateway_timeout", "504: the vendor's own upstream did not answer."),
    ("529", "overloaded", "529: overloaded, as Anthropic says it."),
    ("context", "context_too_long", "The prompt does not fit, in the vendor's own words."),
    ("content-filter", "content_filter", "The vendor's filter refuses the prompt."),
)


def _refuse(kind: str, scene: Scene) -> Reply:
    param = scene.ask.model if kind == "model_not_found" else ""
    return scene.dialect.problem(Problem(kind, param))


def _enter(name: str, kind: str, says: str) -> None:
    FAULTS[name] = Fault(name, says, lambda scene: _refuse(kind, scene), stream=True, whole=True)


for _row in _STATUSES:
    _enter(*_row)


def _limit(scene: Scene, *headers: tuple[str, str]) -> Reply:
    return scene.dialect.problem(Problem("rate_limited", headers=headers))


@fault("429", "429 with Retry-After in seconds (`429=3`; 1 by default).")
def _limited(scene: Scene) -> Reply:
    return _limit(scene, ("retry-after", f"{scene.value(1):g}"))


@fault("429-ms", "429 with retry-after-ms (`429-ms=250`; 200 by default).")
def _limited_ms(scene: Scene) -> Reply:
    return _limit(scene, ("retry-after-ms", f"{scene.value(200):g}"))


@fault("429-date", "429 with Retry-After as an HTTP date (`429-date=5` from now; 2 by default).")
def _limited_date(scene: Scene) -> Reply:
    moment = formatdate(time.time() + scene.value(2), usegmt=True)
    return _limit(scene, ("retry-after", moment))


@fault("429-bare", "429 without Retry-After, as DashScope sends it.")
def _limited_bare(scene: Scene) -> Reply:
    return _limit(scene)


@fault("502", "502 with an HTML page, as a proxy in front of the vendor sends it.")
def _bad_gateway(scene: Scene) -> Reply:
    page = _HTML.format(title="502 Bad Gateway").encode()
    return whole_reply(page, status=502, content_type="text/html")


@fault("html", "200 with an HTML page, as a captive portal sends it.")
def _page(scene: Scene) -> Reply:
    return whole_reply(_HTML.format(title="Welcome").encode(), content_type="text/html")


@fault("wrong-type", "200 with a proxy's plain-text error in place of the answer.")
def _wrong_type(scene: Scene) -> Reply:
    text = b"upstream connect error or disconnect/reset before headers. reset reason: overflow"
    return whole_reply(text, content_type="text/plain")


@fault("wrong-label", "The right answer under the content type application/octet-stream.")
def _wrong_label(scene: Scene) -> Reply:
    return scene.play().with_header("content-type", "application/octet-stream")


@fault("empty", "200 with the right content type and an empty body.")
def _empty(scene: Scene) -> Reply:
    kind = "text/event-stream" if scene.ask.stream else "application/json"
    return whole_reply(b"", content_type=kind)


@fault("error-200", "An error object in a JSON body with status 200.")
def _error_in_body(scene: Scene) -> Reply:
    refused = scene.dialect.problem(Problem("server_error"))
    return whole_reply(refused.body)
