"""From a setting to a running engine: which file, which library, whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local_models import llama_cpp, xllamacpp
from local_models.engine import Engine
from local_models.errors import EngineMissingError, LocalModelError, ModelFileError
from local_models.gguf_file import GgufHeader, read_header
from local_models.memory import estimate, find_devices, place
from local_models.registry import DEMO, LocalModel, find
from local_models.scheduler import Scheduler

EngineName = Literal["auto", "llama_cpp", "xllamacpp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """One model to run here."""

    model: str = DEMO
    """A name of the registry, or the path of your own .gguf file."""
    name: str = ""
    """What requests call it; empty: the registry's name, or the file's without its ending."""
    models_dir: Path = Path("models")
    """Where downloaded files are."""
    slots: int = 4
    """Streams that may generate at the same time; further ones wait."""
    window_tokens: int = 4096
    """For each stream."""
    threads: int | None = None
    """None: the physical cores that this process may use."""
    gpu_layers: int | None = None
    """None: as many as fit on a GPU, where the library was built for one; else none."""
    max_waiting: int = 64
    engine: EngineName = "auto"
    """auto: the compiled llama_cpp when it is installed, else the prebuilt xllamacpp."""
    chat_template: str | None = None
    """A Jinja template to use instead of the file's own."""

    @property
    def served_as(self) -> str:
        """The name that requests use."""
        return self.name or (Path(self.model).stem if self.model.endswith(".gguf") else self.model)


def why_off(settings: LocalSettings) -> str | None:
    """Why this model cannot run, in words that say what to do; None when it can."""
    try:
        _choose_engine(settings)
        _located(settings)
    except LocalModelError as problem:
        return str(problem)
    return None


def open_engine(settings: LocalSettings) -> Engine:
    """Load the model; blocks while it does (the demo model: well under a second).

    Raises:
        EngineMissingError: no engine is installed.
        ModelFileError: no such model, its file is missing or broken, or it does not fit.
    """
    chosen = _choose_engine(settings)
    model, path, header = _located(settings)
    gpu_layers = _gpu_layers(settings, header, chosen)
    if chosen == "xllamacpp":
        return xllamacpp.open_engine(
            xllamacpp.XllamaCppSettings(
                path=path,
                slots=settings.slots,
                window_tokens=min(settings.window_tokens, model.window_tokens),
                threads=settings.threads or llama_cpp.physical_cores(),
                gpu_layers=gpu_layers,
                max_waiting=settings.max_waiting,
            ),
            name=settings.served_as,
            chat_template=str(header.metadata.get("tokenizer.chat_template", "")) or None,
        )
    runner = llama_cpp.LlamaCpp(
        llama_cpp.LlamaCppSettings(
            path=path,
            slots=settings.slots,
            window_tokens=settings.window_tokens,
            threads=settings.threads,
            gpu_layers=gpu_layers,
        )
    )
    return Scheduler(runner, name=settings.served_as, max_waiting=settings.max_waiting)


def _choose_engine(settings: LocalSettings) -> EngineName:
    installed = {"llama_cpp": llama_cpp.is_installed(), "xllamacpp": xllamacpp.is_installed()}
    if settings.engine != "auto":
        if not installed[settings.engine]:
            raise EngineMissingError(
                f"{settings.engine} is not installed. {llama_cpp.HOW_TO_INSTALL}"
            )
        return settings.engine
    if installed["llama_cpp"]:
        return "llama_cpp"
    if installed["xllamacpp"]:
        return "xllamacpp"
    raise EngineMissingError(llama_cpp.HOW_TO_INSTALL)


def _located(settings: LocalSettings) -> tuple[LocalModel, Path, GgufHeader]:
    model = find(settings.model)
    path = model.path_in(settings.models_dir)
    if not path.is_file():
        raise ModelFileError(
            f"{model.name} is not downloaded yet: {path} is missing "
            f"(about {model.megabytes} MB; see docs/local-models.md)."
        )
    return model, path, read_header(path)


def _gpu_layers(settings: LocalSettings, header: GgufHeader, engine: EngineName) -> int:
    """How many layers go on a GPU, after checking that the rest fits into memory."""
    need = estimate(header, slots=settings.slots, window_tokens=settings.window_tokens)
    can_offload = engine == "llama_cpp" and bool(llama_cpp.library().llama_supports_gpu_offload())
    devices = [device for device in find_devices() if can_offload or not device.is_gpu]
    fit = place(header, need, devices)
    if settings.gpu_layers is not None:
        return settings.gpu_layers
    if not fit.fits:
        raise ModelFileError(f"{settings.model} {fit.why}.")
    return fit.gpu_layers
