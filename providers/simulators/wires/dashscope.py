"""Alibaba's DashScope: the compatible mode, the native generation, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from providers.simulators.answers import Answer
from providers.simulators.asks import Ask, CacheUse
from providers.simulators.problems import STATUS, Problem
from providers.simulators.requests import Request
from providers.simulators.steps import Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.wires.base import Dialect, House, check_key, encode, too_long_numbers
from providers.simulators.wires.chat import read_ask
from providers.simulators.wires.chunks import Chunks
from providers.simulators.wires.completions import Completions

MODELS = ("qwen-max", "qwen-plus", "qwen-flash", "qwen-turbo", "qwen3-max", "qwen3.7-max",
          "qwen3.8-max", "qwen3.8-flash", "qwen-vl-max")  # fmt: skip
COMPATIBLE = "/compatible-mode/v1"
_SERVICES = "/api/v1/services/aigc"
_INVALID = "Required parameter(s) missing or invalid, please check the request parameters."

_ERRORS: Mapping[str, tuple[int, str, str, str]] = {
    # kind: status, native code, compatible code, message
    "bad_request": (400, "InvalidParameter", "invalid_parameter_error", _INVALID),
    "no_key": (401, "InvalidApiKey", "invalid_api_key", "No API-key provided."),
    "unauthorized": (401, "InvalidApiKey", "invalid_api_key", "Invalid API-key provided."),
    "payment": (400, "Arrearage", "Arrearage", "Access denied, please make sure your account is in good standing."),
    "forbidden": (403, "AccessDenied.Unpurchased", "access_denied", "Access to model denied."),
    "not_found": (404, "InvalidURL", "invalid_url", "The requested URL does not exist."),
    "model_not_found": (404, "ModelNotFound", "model_not_found", "Model not exist."),
    "timeout": (408, "RequestTimeOut", "request_timeout", "Request timed out, please try again later."),
    "context_too_long": (400, "InvalidParameter", "invalid_parameter_error", ""),
    "too_large": (413, "RequestTooLarge", "request_too_large", "The request body is too large."),
    "unprocessable": (422, "InvalidParameter", "invalid_parameter_error", "The request cannot be processed."),
    "rate_limited": (429, "Throttling.RateQuota", "limit_requests", "Requests rate limit exceeded, please try again later."),
    "quota": (429, "Throttling.AllocationQuota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
    "server_error": (500, "InternalError", "internal_error", "An internal error has occured, please try again later."),
    "unavailable": (503, "ServiceUnavailable", "service_unavailable", "The service is temporarily unavailable."),
    "gateway_timeout": (504, "GatewayTimeout", "gateway_timeout", "The gateway timed out."),
    "overloaded": (503, "ModelServingError", "model_serving_error", "Too many requests are being served, please try again later."),
    "content_filter": (400, "DataInspectionFailed", "data_inspection_failed", "Input data may contain inappropriate content."),
}  # fmt: skip


def _words(problem: Problem, window: int) -> str:
    """What the vendor says about a problem."""
    if problem.kind == "context_too_long":
        _, window = too_long_numbers(problem, window)
        return f"Range of input length should be [1, {window}]"
    if problem.kind == "model_not_found" and problem.message:
        return f"The model `{problem.message}` does not exist or you do not have access to it."
    return problem.message or _ERRORS[problem.kind][3]


class CompatibleChunks(Chunks):
    """Compatible mode sends no padding, shows the reasoning and repeats an empty call id."""

    extra = b'"system_fingerprint":null,'
    opening: ClassVar[dict[str, Any]] = {"role": "assistant", "content": ""}
    blurs = False
    shows_reasoning = True
    later_call_fields: ClassVar[dict[str, Any]] = {"id": "", "type": "function"}


class Compatible(Completions):
    """POST /compatible-mode/v1/chat/completions."""

    chunks = CompatibleChunks
    families = ("qwen", "qwq", "deepseek", "glm", "kimi")
    window_tokens = 129_024
    shows_reasoning = True
    statuses: ClassVar[Mapping[str, int]] = {kind: row[0] for kind, row in _ERRORS.items()}

    def continues(self, body: dict[str, Any]) -> bool:
        return _is_partial(body.get("messages"))

    def thinks(self, body: dict[str, Any]) -> bool:
        return bool(body.get("enable_thinking"))

    def use_cache(self, ask: Ask) -> CacheUse:
        """The implicit cache begins at 256 tokens; nothing is billed for writing."""
        return replace(self.use_automatic_cache(ask, 256, 64), written=0)

    def usage(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        usage = super().usage(ask, answer)
        usage["prompt_tokens_details"] = {"cached_tokens": ask.cache.read}
        if answer.reasoning:
            usage["completion_tokens_details"] = {"reasoning_tokens": answer.reasoning_tokens}
        return usage

    def headers(self, ask: Ask | None = None) -> tuple[tuple[str, str], ...]:
        return (("x-request-id", self.house.next_id("", 32)),)

    def error(self, problem: Problem) -> dict[str, Any]:
        _, _, code, _ = _ERRORS[problem.kind]
        kind = "invalid_request_error" if self.statuses[problem.kind] == 400 else code
        message = _words(problem, self.window)
        error = {"message": message, "type": kind, "param": problem.param, "code": code}
        return {"error": error, "request_id": self.house.next_id("", 32)}


class Native(Compatible):
    """POST …/text-generation/generation, and …/multimodal-generation/generation with `parts`."""

    def __init__(self, house: House, *, parts: bool = False) -> None:
        super().__init__(house)
        self._parts = parts

    def read(self, request: Request) -> Ask:
        ask = super().read(request)
        sse = request.headers.get("x-dashscope-sse", "").lower() == "enable"
        return replace(ask, stream=sse)

    def read_body(self, body: dict[str, Any], directives: tuple[str, ...]) -> Ask:
        given, options = body.get("input"), body.get("parameters") or {}
        if not isinstance(given, dict) or not ("messages" in given or "prompt" in given):
            raise Problem(
                "bad_request", 'Either "prompt" or "messages" must exist and cannot both be none'
            )
        messages = given.get("messages") or [{"role": "user", "content": given["prompt"]}]
        named = {"result_text"} if self._wants_text(options, given) else set()
        if not options.get("incremental_output"):
            named.add("cumulative")
        return read_ask(
            {**options, "model": body["model"]},
            messages,
            directives=directives,
            continues=_is_partial(messages),
            thinking=bool(options.get("enable_thinking")),
            options=frozenset(named),
        )

    def _wants_text(self, options: dict[str, Any], given: dict[str, Any]) -> bool:
        return not self._parts and options.get("result_format", "text") != "message"

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        output = self._output(ask, answer, answer.finish)
        return whole_reply(encode(self._body(ask, answer, output)), headers=self.headers())

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        request_id = self.house.next_id("", 32)
        steps = []
        for number, (kind, part, so_far) in enumerate(_parts_of(ask, answer), 1):
            finish = answer.finish if kind is Kind.FINISH else "null"
            body = self._body(ask, so_far, self._output(ask, part, finish), request_id)
            steps.append(Step(kind, _frame(number, "result", 200, body)))
        return stream_reply(steps, headers=self.headers())

    def _body(self, ask: Ask, sent: Answer, output: Any, request_id: str = "") -> dict[str, Any]:
        made = sent.completion_tokens
        usage: dict[str, Any] = {
            "total_tokens": ask.prompt_tokens + made,
            "output_tokens": made,
            "input_tokens": ask.prompt_tokens,
            "prompt_tokens_details": {"cached_tokens": ask.cache.read},
        }
        if sent.reasoning:
            usage["output_tokens_details"] = {"reasoning_tokens": sent.reasoning_tokens}
        return {
            "output": output,
            "usage": usage,
            "request_id": request_id or self.house.next_id("", 32),
        }

    def _output(self, ask: Ask, part: Answer, finish: str) -> dict[str, Any]:
        if "result_text" in ask.options and not part.calls:
            return {"text": part.text, "finish_reason": finish}
        content: Any = [{"text": part.text}] if self._parts else part.text
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if part.reasoning or ask.thinking:
            message["reasoning_content"] = "".join(part.reasoning)
        if part.calls:
            message["tool_calls"] = [
                {
                    "index": index,
                    "id": call.id and f"call_{call.id}",
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for index, call in enumerate(part.calls)
            ]
        return {"choices": [{"message": message, "finish_reason": finish}]}

    def error(self, problem: Problem) -> dict[str, Any]:
        code, message = _ERRORS[problem.kind][1], _words(problem, self.window)
        return {"code": code, "message": message, "request_id": self.house.next_id("", 32)}

    def error_frame(self, problem: Problem) -> bytes:
        status = self.statuses.get(problem.kind, STATUS[problem.kind])
        return _frame(9, "error", status, self.error(problem))

    def empty_frame(self) -> bytes:
        return _frame(1, "result", 200, {"output": {"choices": []}, "request_id": "empty"})

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        body = self._body(ask, answer, {"choices": []})
        return (Step(Kind.USAGE, _frame(1, "result", 200, body)),)


def _parts_of(ask: Ask, answer: Answer) -> list[tuple[Kind, Answer, Answer]]:
    """What each frame of a stream shows, and all that was said up to it."""
    grown: list[tuple[Kind, Answer, Answer]] = []
    so_far = Answer(())

    def add(kind: Kind, part: Answer, whole: Answer) -> None:
        nonlocal so_far
        so_far = whole
        grown.append((kind, whole if "cumulative" in ask.options else part, whole))

    for token in answer.reasoning:
        whole = replace(so_far, reasoning=(*so_far.reasoning, token))
        add(Kind.TOKEN, Answer((), reasoning=(token,)), whole)
    for token in answer.tokens:
        add(Kind.TOKEN, Answer((token,)), replace(so_far, tokens=(*so_far.tokens, token)))
    for call in answer.calls:
        begun = replace(call, pieces=())
        add(Kind.TOOL, Answer((), (begun,)), replace(so_far, calls=(begun,)))
        for count, piece in enumerate(call.pieces, 1):
            whole = replace(so_far, calls=(replace(call, pieces=call.pieces[:count]),))
            add(
                Kind.ARGUMENTS, Answer((), (replace(call, id="", name="", pieces=(piece,)),)), whole
            )
    add(Kind.FINISH, Answer(()), so_far)
    return grown


def _frame(number: int, event: str, status: int, body: Any) -> bytes:
    """One native event: unspaced fields, and the status in a comment."""
    return b"id:%d\nevent:%b\n:HTTP_STATUS/%d\ndata:%b\n\n" % (
        number,
        event.encode(),
        status,
        encode(body),
    )


def _is_partial(messages: Any) -> bool:
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and bool(last.get("partial"))


class DashScopeWire:
    """The paths of dashscope.aliyuncs.com that we simulate."""

    base_path = COMPATIBLE

    def __init__(self, house: House) -> None:
        self._compatible = Compatible(house)
        self._native = Native(house)
        self._dialects: dict[str, Dialect] = {
            f"{COMPATIBLE}/chat/completions": self._compatible,
            f"{_SERVICES}/text-generation/generation": self._native,
            f"{_SERVICES}/multimodal-generation/generation": Native(house, parts=True),
        }

    def dialect(self, request: Request) -> Dialect | None:
        return self._dialects.get(request.path) if request.method == "POST" else None

    def other(self, request: Request) -> Reply:
        check_key(request.bearer())
        if request.method == "GET" and request.path == f"{COMPATIBLE}/models":
            names = (*MODELS, *self._compatible.house.settings.models)
            cards = [{"id": name, "object": "model", "owned_by": "simulated"} for name in names]
            return whole_reply(encode({"object": "list", "data": cards}))
        raise Problem("not_found")

    def problem(self, problem: Problem) -> Reply:
        return self._native.problem(problem)
