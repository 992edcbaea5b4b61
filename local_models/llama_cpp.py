"""llama.cpp's low-level batch interface through llama-cpp-python: one model, one context, many rows.

`LlamaCpp` only does what it is told, from one thread; `scheduler.Scheduler` decides what to run.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local_models.engine import Sampling
from local_models.errors import EngineMissingError, GrammarError, ModelFileError

HOW_TO_INSTALL = (
    "llama-cpp-python is not installed, so no local model can run. With a C compiler: "
    "`uv sync --group local`; without one: `uv sync --extra prebuilt` (xllamacpp)."
)
PENALTY_WINDOW_TOKENS = 64
_KEPT: list[object] = []
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaCppSettings:
    """How to load a GGUF file."""

    path: Path
    slots: int = 8
    """Streams that may generate at the same time."""
    window_tokens: int = 4096
    """For each stream; the model's own window when that is smaller."""
    threads: int | None = None
    """None: as many as there are physical cores to be used by this process."""
    batch_tokens: int = 512
    gpu_layers: int = 0
    """How many layers to put on a GPU; -1 for all. Needs a library built for one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One token to run: whose it is, where it stands, and whether to score what comes next."""

    token: int
    position: int
    slot: int
    wants_scores: bool


@cache
def library() -> Any:
    """The llama_cpp module, made quiet and told to share its cores.

    OpenMP threads that spin while they wait collapse on shared cores (5.6 instead of 35.6 tokens/s
    measured), so they are told to sleep; the library reads that once, when it loads.

    Raises:
        EngineMissingError: not installed, or its shared library does not load.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        module = importlib.import_module("llama_cpp")
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineMissingError(f"{HOW_TO_INSTALL} ({error})") from error
    callback = module.llama_log_callback(_pass_on_log)
    module.llama_log_set(callback, ctypes.c_void_p(0))
    _KEPT.append(callback)  # must outlive every call of the library
    module.llama_backend_init()
    return module


def is_installed() -> bool:
    """Whether the compiled engine is there (without loading it)."""
    return importlib.util.find_spec("llama_cpp") is not None


def physical_cores() -> int:
    """Cores that this process may use, hyper-threads not counted twice where that is known."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    siblings = Path("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list")
    try:
        per_core = len(siblings.read_text().strip().replace("-", ",").split(","))
    except OSError:
        per_core = 1
    return max(1, (usable or 1) // per_core)


class LlamaCpp:
    """A loaded GGUF model with a context of `slots` independent sequences.

    Raises:
        EngineMissingError: llama-cpp-python is not installed.
        ModelFileError: no such file, or not a model that llama.cpp can load.
    """

    def __init__(self, settings: LlamaCppSettings) -> None:
        self._lib = library()
        self.settings = settings
        self.slots = settings.slots
        self.batch_tokens = settings.batch_tokens
        self._model = self._load_model(settings)
        self._vocabulary = self._lib.llama_model_get_vocab(self._model)
        trained = int(self._lib.llama_model_n_ctx_train(self._model))
        self.window_tokens = min(settings.window_tokens, trained)
        self._context = self._open_context(settings)
        self._memory = self._lib.llama_get_memory(self._context)
        self._batch = self._lib.llama_batch_init(settings.batch_tokens, 0, 1)
        self._vocabulary_size = int(self._lib.llama_vocab_n_tokens(self._vocabulary))
        self._buffer = ctypes.create_string_buffer(512)

    def _load_model(self, settings: LlamaCppSettings) -> Any:
        if not settings.path.is_file():
            raise ModelFileError(
                f"No model file at {settings.path}: check the path or download it."
            )
        params = self._lib.llama_model_default_params()
        params.n_gpu_layers = settings.gpu_layers
        model = self._lib.llama_model_load_from_file(os.fsencode(settings.path), params)
        if not model:
            raise ModelFileError(
                f"llama.cpp cannot load {settings.path}: not a complete GGUF model."
            )
        return model

    def _open_context(self, settings: LlamaCppSettings) -> Any:
        params = self._lib.llama_context_default_params()
        params.n_ctx = self.window_tokens * settings.slots
        params.n_seq_max = settings.slots
        params.n_batch = params.n_ubatch = settings.batch_tokens
        params.n_threads = params.n_threads_batch = settings.threads or physical_cores()
        params.kv_unified = False  # each stream attends over its own cells only
        params.n_outputs_max = settings.slots  # one scored row a stream; the default reserves 512
        context = self._lib.llama_init_from_model(self._model, params)
        if not context:
            self._lib.llama_model_free(self._model)
            raise ModelFileError(
                f"No memory for {settings.slots} streams of {self.window_tokens} tokens: "
                "lower slots or window_tokens."
            )
        return context

    @property
    def chat_template(self) -> str | None:
        """The Jinja template in the file, if any."""
        raw = self._lib.llama_model_chat_template(self._model, None)
        return raw.decode("utf-8") if raw else None

    @property
    def control_texts(self) -> tuple[str, ...]:
        """How the control tokens are written."""
        lib, vocabulary = self._lib, self._vocabulary
        texts = (
            lib.llama_vocab_get_text(vocabulary, token).decode("utf-8", "replace")
            for token in range(self._vocabulary_size)
            if lib.llama_vocab_is_control(vocabulary, token)
        )
        return tuple(text for text in texts if text)

    def tokenize(self, text: str) -> list[int]:
        """The text's tokens; control tokens written out in it become what they name."""
        data = text.encode("utf-8")
        room = len(data) + 8
        tokens = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(
            self._vocabulary, data, len(data), tokens, room, True, True
        )
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; none for a control token."""
        size = self._lib.llama_token_to_piece(
            self._vocabulary, token, self._buffer, len(self._buffer), 0, False
        )
        return self._buffer.raw[: max(0, size)]

    def ends_turn(self, token: int) -> bool:
        """Whether the model says with this token that it is done."""
        return bool(self._lib.llama_vocab_is_eog(self._vocabulary, token))

    def run(self, rows: Sequence[Row]) -> bool:
        """Run the rows (at most `batch_tokens`) through the model; False when llama.cpp refused."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = row.slot
            batch.logits[index] = row.wants_scores
        return int(self._lib.llama_decode(self._context, batch)) == 0

    def keep(self, slot: int, tokens: int) -> bool:
        """Forget all of a slot but its first tokens; False when the model's memory cannot do that."""
        return bool(self._lib.llama_memory_seq_rm(self._memory, slot, tokens, -1))

    def new_sampler(self, sampling: Sampling) -> Any:
        """A sampler chain for one stream; give it back with `free_sampler`.

        Raises:
            GrammarError: llama.cpp cannot read the grammar.
        """
        lib = self._lib
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for part in self._sampler_parts(sampling):
            if not part:
                lib.llama_sampler_free(chain)
                raise GrammarError(
                    "llama.cpp cannot read the grammar made for this answer's shape."
                )
            lib.llama_sampler_chain_add(chain, part)
        return chain

    def _sampler_parts(self, sampling: Sampling) -> list[Any]:
        lib = self._lib
        parts: list[Any] = []
        penalties = (sampling.frequency_penalty, sampling.presence_penalty)
        if sampling.repeat_penalty != 1.0 or any(penalties):
            parts.append(self._penalties(sampling))
        if sampling.grammar is not None:
            grammar = sampling.grammar.encode("utf-8")
            parts.append(lib.llama_sampler_init_grammar(self._vocabulary, grammar, b"root"))
        if sampling.temperature <= 0:
            return [*parts, lib.llama_sampler_init_greedy()]
        if sampling.top_k > 0:
            parts.append(lib.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            parts.append(lib.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0:
            parts.append(lib.llama_sampler_init_min_p(sampling.min_p, 1))
        parts.append(lib.llama_sampler_init_temp(sampling.temperature))
        seed = random.getrandbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        return [*parts, lib.llama_sampler_init_dist(seed)]

    def _penalties(self, sampling: Sampling) -> Any:
        return self._lib.llama_sampler_init_penalties(
            self._vocabulary_size,
            PENALTY_WINDOW_TOKENS,
            sampling.repeat_penalty,
            sampling.frequency_penalty,
            sampling.presence_penalty,
        )

    def sample(self, sampler: Any, row: int) -> int:
        """Choose the token that follows the given row of the last `run`."""
        return int(self._lib.llama_sampler_sample(sampler, self._context, row))

    def free_sampler(self, sampler: Any) -> None:
        """Give a sampler's memory back."""
        self._lib.llama_sampler_free(sampler)

    def close(self) -> None:
        """Give all memory back; nothing may be called afterwards."""
        if self._context is None:
            return
        self._lib.llama_batch_free(self._batch)
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)
        self._context = self._model = None


def _pass_on_log(level: int, text: bytes, _: object) -> None:
    if level == 4:  # GGML_LOG_LEVEL_ERROR
        _logger.error("llama.cpp: %s", text.decode("utf-8", "replace").strip())
