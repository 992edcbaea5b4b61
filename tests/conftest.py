"""What every test gets: a machine without a network, except the one inside it."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

# Imported here, early and at a shallow stack: its pytest plugin would otherwise import it for the
# first time while the session ends, where CPython 3.11 can fail to rewrite so deep a module.
import hypothesis  # noqa: F401

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
