"""What every test gets: a machine without a network, except the one inside it."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

# Imported here, early and at a shallow stack: its pytest plugin would otherwise import it for the
# first time while the session ends, where CPython 3.11 can fail to rewrite so deep a module.
import hypothesis
import psutil
import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A machine that does something else for a moment is no failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})


class NetworkRefusedError(BaseException):
    """A test reached for a host outside this machine. No `except Exception` can hide it."""


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(str(address[0])):
            raise NetworkRefusedError(f"connect to {address}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if not _is_local(name):
            raise NetworkRefusedError(f"look up {name}")


def _is_local(host: str) -> bool:
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_network)


_MOST_WORKERS = 4
"""Each imports, collects and prepares everything by itself: more gain little, and a container may allow
less of a large machine than it shows."""
_BYTES_A_WORKER = 2 * 1024**3
"""What one of them needs, with the programs that it starts."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Share all tests among the cores, where all are asked for and nothing else is said.

    A few that are named run in this very process, which begins sooner and shows what they print;
    `-n` says otherwise for either, and `-n 0` or `-p no:xdist` keep all of them here too. A worker
    gets its share in one piece, so that what a module prepares is prepared once, and takes over
    half of what another one has left when it has done its own.
    """
    option = config.option
    is_said = getattr(option, "numprocesses", 0) is not None or option.dist != "no" or option.tx
    is_watched = option.usepdb or option.capture == "no" or option.collectonly
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if is_said or is_watched or not is_whole or "PYTEST_XDIST_WORKER" in os.environ:
        return
    workers = _count_workers(psutil.virtual_memory().available)
    if workers > 1:
        option.numprocesses, option.dist = workers, "worksteal"


def _count_workers(free_bytes: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(_MOST_WORKERS, cores or 1, free_bytes // _BYTES_A_WORKER)
