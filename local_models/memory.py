"""What fits where: an estimate of a model's memory, against what this machine has left."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local_models.gguf_file import GgufHeader

WORKING_BYTES = 256 << 20
"""llama.cpp's own buffers for computing, roughly, for models of this size."""
KEEP_FREE_SHARE = 0.1
"""Left to the rest of the machine."""


@dataclass(frozen=True, slots=True)
class Device:
    """A place that a model can be put: `cpu`, or a GPU."""

    name: str
    free_bytes: int
    is_gpu: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What a model takes, in bytes."""

    weights: int
    memory: int
    working: int = WORKING_BYTES

    @property
    def total(self) -> int:
        """All together."""
        return self.weights + self.memory + self.working


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a model goes. `gpu_layers` is 0 when it stays on the CPU."""

    fits: bool
    gpu_layers: int
    why: str


def estimate(header: GgufHeader, *, slots: int, window_tokens: int) -> Need:
    """What the model takes with so many streams of so many tokens.

    Weights are the file's size; the key-value memory is streams x window x bytes per token.
    """
    window = min(window_tokens, header.window_tokens or window_tokens)
    return Need(header.file_bytes, slots * window * header.memory_bytes_per_token)


def place(header: GgufHeader, need: Need, devices: list[Device]) -> Fit:
    """Put the model on the roomiest GPU as far as it goes, the rest on the CPU."""
    cpu = next((device for device in devices if not device.is_gpu), Device("cpu", 0))
    gpus = sorted((d for d in devices if d.is_gpu), key=lambda d: d.free_bytes, reverse=True)
    layers = _layers_that_fit(header, need, gpus[0]) if gpus else 0
    total_layers = header.layers + 1  # the output head counts as one more
    on_cpu = need.working + (need.weights + need.memory) * (total_layers - layers) // total_layers
    left = _usable(cpu)
    if on_cpu > left:
        return Fit(False, 0, _too_large(on_cpu, cpu, left))
    if layers:
        return Fit(True, layers, f"{layers} of {total_layers} layers on {gpus[0].name}")
    return Fit(True, 0, f"{_size(need.total)} of {_size(cpu.free_bytes)} free on the CPU")


def find_devices() -> list[Device]:
    """This machine's memory that is free now: the CPU's, and NVIDIA GPUs if any."""
    return [Device("cpu", _free_cpu_bytes()), *_nvidia_gpus()]


def _layers_that_fit(header: GgufHeader, need: Need, gpu: Device) -> int:
    total_layers = header.layers + 1
    for_each = max(1, (need.weights + need.memory) // total_layers)
    return max(0, min(total_layers, (_usable(gpu) - need.working) // for_each))


def _usable(device: Device) -> int:
    return int(device.free_bytes * (1 - KEEP_FREE_SHARE))


def _too_large(needed: int, cpu: Device, left: int) -> str:
    return (
        f"needs {_size(needed)}, and {_size(left)} of the {_size(cpu.free_bytes)} free may be used: "
        "choose a smaller model, a smaller window or fewer slots"
    )


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.0f} MiB"


def _free_cpu_bytes() -> int:
    """What the kernel calls available, or less where a container sets a limit."""
    lines = _read("/proc/meminfo").splitlines()
    available = next(
        (line for line in lines if line.startswith("MemAvailable:")), "MemAvailable: 0"
    )
    free = int(available.split()[1]) * 1024
    limit = _read("/sys/fs/cgroup/memory.max").strip()
    used = _read("/sys/fs/cgroup/memory.current").strip()
    if limit.isdigit() and used.isdigit():
        free = min(free, int(limit) - int(used))
    return max(0, free)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""


def _nvidia_gpus() -> list[Device]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, "--query-gpu=name,memory.free", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = (line.rsplit(",", 1) for line in said.splitlines() if "," in line)
    return [Device(name.strip(), int(free) << 20, is_gpu=True) for name, free in rows]
