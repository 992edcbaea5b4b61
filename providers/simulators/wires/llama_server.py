"""llama.cpp's server: its OpenAI-like chat, its own completion, health and properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from providers.simulators.answers import Answer, read_continuation
from providers.simulators.asks import Ask, CacheUse, Turn, last_words, read_markers
from providers.simulators.problems import STATUS, Problem
from providers.simulators.requests import Request
from providers.simulators.steps import GENERATED, Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.tokens import count_tokens
from providers.simulators.wires.base import Dialect, House, encode, sse, too_long_numbers
from providers.simulators.wires.chat import count_prompt
from providers.simulators.wires.chunks import Chunks
from providers.simulators.wires.completions import Completions

MODEL = "qwen3-4b-instruct-q4_k_m.gguf"
_BUILD = "b7104-simulated"
TIMED = "timings_per_token"
_TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)(?:<\|im_end\|>|\Z)", re.DOTALL)

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    501: "not_supported_error",
    503: "unavailable_error",
}
_MESSAGES: Mapping[str, str] = {
    "no_key": "Invalid API Key",
    "unauthorized": "Invalid API Key",
    "not_found": "File Not Found",
    "model_not_found": "model not found",
    "server_error": "Failed to decode the batch",
    "unavailable": "Loading model",
}


class LlamaChunks(Chunks):
    """llama-server opens with a null content and sends no padding."""

    extra = f'"system_fingerprint":"{_BUILD}",'.encode()
    opening: ClassVar[dict[str, Any]] = {"role": "assistant", "content": None}
    blurs = False
    has_logprobs = False
    null_usage = False
    shows_reasoning = True

    def choice(self, index: int, answer: Answer) -> list[Step]:
        """With `timings_per_token`, every chunk but the last says how many tokens were made."""
        steps = super().choice(index, answer)
        if TIMED not in self._ask.options:
            return steps
        made = 0
        timed = []
        for step in steps[:-1]:
            made += step.kind in GENERATED
            timed.append(_with_timings(step, timings_at(self._ask, made)))
        return [*timed, steps[-1]]

    def finish(self, index: int, answer: Answer) -> Step:
        """Without usage to follow, the last chunk carries the timings."""
        step = super().finish(index, answer)
        if self._ask.include_usage:
            return step
        return _with_timings(step, timings(self._ask, answer))


def _with_timings(step: Step, timed: dict[str, Any]) -> Step:
    more = b',"timings":' + encode(timed) + b"}\n\n"
    return step._replace(data=step.data.removesuffix(b"}\n\n") + more)


class LlamaChat(Completions):
    """POST /v1/chat/completions, also without the /v1. Any model name is the loaded model."""

    chunks = LlamaChunks
    window_tokens = 8192
    shows_reasoning = True

    def check_key(self, request: Request) -> None:
        """Keys are optional; only the one that stands for a wrong key is refused."""
        if request.bearer() == "sk-invalid":
            raise Problem("unauthorized")

    def check_model(self, model: str) -> None:
        return

    def read_body(self, body: dict[str, Any], directives: tuple[str, ...]) -> Ask:
        body["model"] = body["model"] or MODEL
        ask = super().read_body(body, directives)
        return replace(ask, options=frozenset({TIMED})) if body.get(TIMED) else ask

    def continues(self, body: dict[str, Any]) -> bool:
        return True

    def thinks(self, body: dict[str, Any]) -> bool:
        return bool((body.get("chat_template_kwargs") or {}).get("enable_thinking"))

    def use_cache(self, ask: Ask) -> CacheUse:
        return self.use_automatic_cache(ask, 1, 1)

    def extra(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        return {"system_fingerprint": _BUILD, "timings": timings(ask, answer)}

    def usage_step(self, chunks: Chunks, ask: Ask, answer: Answer) -> Step:
        return chunks.usage(self.usage(ask, answer), timings=timings(ask, answer))

    def error(self, problem: Problem) -> dict[str, Any]:
        return make_error(problem, self.window)


class LlamaCompletion(LlamaChat):
    """POST /completion: a raw prompt in, its continuation out."""

    def read_body(self, body: dict[str, Any], directives: tuple[str, ...]) -> Ask:
        prompt = body.get("prompt")
        if not isinstance(prompt, str):
            raise Problem("bad_request", '"prompt" must be provided')
        text, marked = read_markers(prompt)
        turns = _read_prompt(text)
        limit = body.get("n_predict", -1)
        stop = body.get("stop") or []
        ask = Ask(
            model=body["model"] or MODEL,
            turns=turns,
            stream=bool(body.get("stream")),
            continues=True,
            schema=body.get("json_schema"),
            stop=(stop,) if isinstance(stop, str) else tuple(stop),
            max_tokens=limit if isinstance(limit, int) and limit > 0 else None,
            prompt_tokens=count_prompt(turns, (), None),
            question=last_words(turns),
            directives=(*marked, *directives),
        )
        return read_continuation(ask)

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        return whole_reply(encode(_ending(ask, answer, answer.text)))

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        steps = [_piece(place, token, ask) for place, token in enumerate(answer.tokens)]
        steps.append(Step(Kind.FINISH, sse(_ending(ask, answer, ""))))
        return stream_reply(steps)

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        return (Step(Kind.USAGE, sse({"content": "", "stop": False, **_counts(ask, answer)})),)

    def empty_frame(self) -> bytes:
        return sse({"index": 0, "content": "", "stop": False})


def _read_prompt(text: str) -> tuple[Turn, ...]:
    """The turns of a ChatML prompt; anything else is one user turn."""
    turns = tuple(Turn(role, words.strip("\n")) for role, words in _TURN.findall(text))
    if turns and turns[-1].role == "assistant":
        begun = _TURN.findall(text)[-1][1]
        # Qwen's template opens an empty thought when thinking is off.
        begun = re.sub(r"^<think>\s*</think>\s*", "", begun)
        turns = (*turns[:-1], Turn("assistant", begun))
    return turns or (Turn("user", text),)


def _piece(place: int, token: str, ask: Ask) -> Step:
    piece = {
        "index": 0,
        "content": token,
        "tokens": [],
        "stop": False,
        "id_slot": 0,
        "tokens_predicted": place + 1,
        "tokens_evaluated": ask.prompt_tokens,
    }
    return Step(Kind.TOKEN, sse(piece))


def _counts(ask: Ask, answer: Answer) -> dict[str, Any]:
    return {
        "tokens_predicted": answer.completion_tokens,
        "tokens_evaluated": ask.prompt_tokens,
        "tokens_cached": ask.cache.read,
        "timings": timings(ask, answer),
    }


def _ending(ask: Ask, answer: Answer, content: str) -> dict[str, Any]:
    """The whole object, which is also a stream's last frame with its content left empty."""
    kinds = {"stop": "eos", "length": "limit"}
    word = answer.stop_sequence
    return {
        "index": 0,
        "content": content,
        "tokens": [],
        "id_slot": 0,
        "stop": True,
        "model": ask.model,
        "has_new_line": "\n" in answer.text,
        "truncated": False,
        "stop_type": "word" if word else kinds.get(answer.finish, answer.finish),
        "stopping_word": word or "",
        **_counts(ask, answer),
    }


def timings(ask: Ask, answer: Answer) -> dict[str, Any]:
    """How long the whole answer took, in llama-server's words."""
    return timings_at(ask, max(1, answer.completion_tokens))


def timings_at(ask: Ask, made: int) -> dict[str, Any]:
    """How long so many tokens took; a plausible machine's figures."""
    read = max(1, ask.prompt_tokens - ask.cache.read)
    return {
        "cache_n": ask.cache.read,
        "prompt_n": read,
        "prompt_ms": read * 2.5,
        "prompt_per_token_ms": 2.5,
        "prompt_per_second": 400.0,
        "predicted_n": made,
        "predicted_ms": made * 20.0,
        "predicted_per_token_ms": 20.0,
        "predicted_per_second": 50.0,
    }


def make_error(problem: Problem, window: int) -> dict[str, Any]:
    """An error with llama-server's integer code and without a param."""
    status = STATUS[problem.kind]
    message = problem.message or _MESSAGES.get(problem.kind, problem.kind.replace("_", " "))
    kind = _TYPES.get(status, "invalid_request_error")
    body: dict[str, Any] = {"code": status, "message": message, "type": kind}
    if problem.kind == "context_too_long":
        tokens, window = too_long_numbers(problem, window)
        body |= {"type": "exceed_context_size_error", "n_prompt_tokens": tokens, "n_ctx": window}
        body["message"] = (
            f"the request exceeds the available context size ({tokens} tokens, {window} available), "
            "try increasing the context size"
        )
    return {"error": body}


class LlamaServerWire:
    """The paths of llama-server that we simulate."""

    base_path = "/v1"

    def __init__(self, house: House) -> None:
        self._chat = LlamaChat(house)
        raw = LlamaCompletion(house)
        self._dialects: dict[str, Dialect] = {
            "/v1/chat/completions": self._chat,
            "/chat/completions": self._chat,
            "/completion": raw,
            "/completions": raw,
        }

    def dialect(self, request: Request) -> Dialect | None:
        return self._dialects.get(request.path) if request.method == "POST" else None

    def other(self, request: Request) -> Reply:
        asked = f"{request.method} {request.path}"
        if asked in ("GET /health", "GET /v1/health"):
            return whole_reply(encode({"status": "ok"}))
        if asked in ("GET /v1/models", "GET /models"):
            return whole_reply(encode(self._models()))
        if asked == "GET /props":
            return whole_reply(encode(self._props()))
        if asked == "GET /slots":
            slots = [
                {"id": i, "n_ctx": self._chat.window, "is_processing": False} for i in range(4)
            ]
            return whole_reply(encode(slots))
        if asked == "POST /tokenize":
            text = str(request.read_json().get("content", ""))
            return whole_reply(encode({"tokens": list(range(count_tokens(text)))}))
        raise Problem("not_found")

    def problem(self, problem: Problem) -> Reply:
        return self._chat.problem(problem)

    def _models(self) -> dict[str, Any]:
        meta = {"n_ctx_train": 40_960, "n_params": 4_022_468_096}
        names = self._chat.house.settings.models or (MODEL,)
        cards = [
            {
                "id": name,
                "object": "model",
                "created": 1_741_569_952,
                "owned_by": "llamacpp",
                "meta": meta,
            }
            for name in names
        ]
        return {"object": "list", "data": cards}

    def _props(self) -> dict[str, Any]:
        return {
            "default_generation_settings": {"id": 0, "n_ctx": self._chat.window},
            "total_slots": 4,
            "model_path": f"models/{MODEL}",
            "chat_template": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}",
            "modalities": {"vision": False, "audio": False},
            "build_info": _BUILD,
        }
