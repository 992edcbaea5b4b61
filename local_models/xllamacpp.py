"""A second engine for the same GGUF files, from a prebuilt wheel: for machines without a compiler.

xllamacpp runs llama.cpp's own server inside the process, with its own batching. It also opens a
port on loopback, which we lock with a random key and use for counting tokens only.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import importlib
import importlib.util
import json
import os
import secrets
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_models.engine import Done, Piece, Sampling
from local_models.errors import (
    EngineBusyError,
    EngineMissingError,
    EngineStoppedError,
    GrammarError,
    LocalModelError,
    ModelFileError,
    PromptTooLongError,
)

_Event = Piece | Done | Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class XllamaCppSettings:
    """How to load a GGUF file."""

    path: Path
    slots: int
    window_tokens: int
    threads: int
    gpu_layers: int = 0
    max_waiting: int = 64


def is_installed() -> bool:
    """Whether the prebuilt engine is there (without loading it)."""
    return importlib.util.find_spec("xllamacpp") is not None


def open_engine(settings: XllamaCppSettings, *, name: str, chat_template: str | None) -> XllamaCpp:
    """Load the model.

    Raises:
        EngineMissingError: xllamacpp is not installed or does not load.
        ModelFileError: llama.cpp cannot load the file.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        module = importlib.import_module("xllamacpp")
    except (ImportError, OSError) as error:
        raise EngineMissingError(
            f"xllamacpp is not installed: `uv sync --extra prebuilt` ({error})"
        ) from error
    key = secrets.token_hex(16)
    try:
        server = module.Server(_parameters(module, settings, key))
    except RuntimeError as error:
        raise ModelFileError(f"llama.cpp cannot load {settings.path}: {error}") from error
    return XllamaCpp(module, server, settings, key, name=name, chat_template=chat_template)


def _parameters(module: Any, settings: XllamaCppSettings, key: str) -> Any:
    parameters = module.CommonParams()
    parameters.model.path = str(settings.path)
    parameters.n_ctx = settings.window_tokens * settings.slots
    parameters.n_parallel = settings.slots
    parameters.n_gpu_layers = settings.gpu_layers
    parameters.cpuparams.n_threads = settings.threads
    parameters.cpuparams_batch.n_threads = settings.threads
    parameters.kv_unified = False
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.ui = False
    parameters.api_keys = [key]
    return parameters


class XllamaCpp:
    """An `Engine` over llama.cpp's in-process server."""

    def __init__(
        self,
        module: Any,
        server: Any,
        settings: XllamaCppSettings,
        key: str,
        *,
        name: str,
        chat_template: str | None,
    ) -> None:
        self.name = name
        self.window_tokens = settings.window_tokens
        self.chat_template = chat_template
        self.control_texts: tuple[str, ...] = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
        self._module = module
        self._server: Any | None = server
        self._key = key
        self._most = settings.slots + settings.max_waiting
        self._running = 0
        self._listening: set[_Flag] = set()
        self._pool = ThreadPoolExecutor(self._most, thread_name_prefix=f"model-{name}")

    def count(self, text: str) -> int:
        """How many tokens the text has."""
        address = urlsplit(self._open().listening_address)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        try:
            body = json.dumps({"content": text, "parse_special": True})
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
            connection.request("POST", "/tokenize", body, headers)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return len(answer["tokens"])

    def grammar_for(self, schema: Any) -> str:
        """A grammar for JSON that follows the schema, by xllamacpp's own converter."""
        try:
            return str(self._module.json_schema_to_grammar(json.dumps(_tight(schema))))
        except (RuntimeError, ValueError, TypeError) as error:
            raise GrammarError(f"This JSON schema has no grammar: {error}") from error

    async def generate(
        self,
        prompt: str,
        *,
        sampling: Sampling,
        max_tokens: int | None = None,
        stop: tuple[str, ...] = (),
    ) -> AsyncGenerator[Piece | Done, None]:
        """Continue the prompt; see `Engine.generate`."""
        server = self._open()
        if self._running >= self._most:
            raise EngineBusyError(self._running)
        request = _request(prompt, sampling, max_tokens, stop)
        inbox: asyncio.Queue[_Event] = asyncio.Queue()
        left = _Flag()
        self._listening.add(left)
        on_chunk = _listener(inbox, asyncio.get_running_loop(), left)
        self._running += 1
        work = asyncio.get_running_loop().run_in_executor(
            self._pool, functools.partial(_complete, server, request, on_chunk)
        )
        work.add_done_callback(functools.partial(self._finished, inbox, left))
        try:
            while True:
                event = await inbox.get()
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Done):
                    return
        finally:
            left.up = True

    async def close(self) -> None:
        """End all work and free the model; may be called twice."""
        server, self._server = self._server, None
        if server is not None:
            del server
            for left in self._listening:
                left.up = True
            await asyncio.to_thread(self._pool.shutdown, wait=True)

    def _open(self) -> Any:
        if self._server is None:
            raise EngineStoppedError(f"The local model {self.name!r} is closed.")
        return self._server

    def _finished(
        self, inbox: asyncio.Queue[_Event], left: _Flag, work: asyncio.Future[None]
    ) -> None:
        """The server is done with a request: whoever still listens has had its end, or none came."""
        self._running -= 1
        self._listening.discard(left)
        why = "was closed" if self._server is None else "stopped in the middle of an answer"
        if not work.cancelled() and (problem := work.exception()) is not None:
            why = f"failed: {problem}"
        inbox.put_nowait(EngineStoppedError(f"The local model {self.name!r} {why}."))


class _Flag:
    """Raised by the task, seen by the worker: nobody listens any more."""

    up = False


def _tight(schema: Any) -> Any:
    """The schema with whitespace between its parts ruled out: a small model would fill pages."""
    if not isinstance(schema, dict):
        return schema
    return {**schema, "x-guidance": {"whitespace_flexible": False}}


def _request(
    prompt: str, sampling: Sampling, max_tokens: int | None, stop: tuple[str, ...]
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "prompt": prompt,
        "stream": True,
        "stream_options": {"include_usage": True},
        "n_predict": -1 if max_tokens is None else max_tokens,
        "stop": list(stop),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repeat_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
    }
    if sampling.seed is not None:
        request["seed"] = sampling.seed & 0xFFFFFFFF
    if sampling.grammar is not None:
        request["grammar"] = sampling.grammar
    return request


def _complete(server: Any, request: dict[str, Any], on_chunk: Callable[[Any], bool]) -> None:
    """Runs in a thread of the pool; the server calls `on_chunk` for every piece and for errors."""
    answer = server.handle_completions(request, on_chunk)
    if answer is not None:
        on_chunk(answer)


def _listener(
    inbox: asyncio.Queue[_Event], loop: asyncio.AbstractEventLoop, left: _Flag
) -> Callable[[Any], bool]:
    """What takes the server's chunks; answers True to make the server stop."""
    tokens = 0

    def send(event: _Event) -> None:
        try:
            loop.call_soon_threadsafe(inbox.put_nowait, event)
        except RuntimeError:
            left.up = True

    def hear(chunk: Any) -> bool:
        nonlocal tokens
        for one in chunk if isinstance(chunk, list) else [chunk]:
            if "error" in one:
                send(_error(one["error"]))
            for choice in one.get("choices", ()):
                tokens += 1
                if choice.get("text"):
                    send(Piece(choice["text"], tokens))
                if choice.get("finish_reason"):
                    send(_done(one, choice["finish_reason"]))
        return left.up

    return hear


def _done(chunk: dict[str, Any], reason: str) -> Done:
    usage = chunk.get("usage") or {}
    details = usage.get("prompt_tokens_details") or {}
    return Done(
        reason="length" if reason == "length" else "stop",
        prompt_tokens=int(usage.get("prompt_tokens", 0)),
        cached_tokens=int(details.get("cached_tokens", 0)),
        completion_tokens=int(usage.get("completion_tokens", 0)),
    )


def _error(error: dict[str, Any]) -> LocalModelError:
    if error.get("type") == "exceed_context_size_error":
        return PromptTooLongError(int(error.get("n_prompt_tokens", 0)), int(error.get("n_ctx", 0)))
    return EngineStoppedError(f"llama.cpp failed: {error.get('message', error)}")
