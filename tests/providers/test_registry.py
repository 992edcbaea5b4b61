"""Providers from plain settings, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from providers.registry import KINDS, open_provider
from providers.settings import ProviderSettings, SettingsError


@pytest.mark.parametrize("kind", ["openai", "anthropic", "dashscope", "llama_server"])
async def test_every_native_kind_opens_without_a_connection(kind: str) -> None:
    provider = open_provider(ProviderSettings(name="p", kind=kind, api_key="k"))
    assert provider.name == "p"
    await provider.close()


def test_an_unknown_kind_a_missing_key_and_a_wrong_option_say_how_to_mend_them() -> None:
    with pytest.raises(SettingsError, match=r"'opnai'.*openai, anthropic"):
        open_provider(ProviderSettings(name="p", kind="opnai"))
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        open_provider(ProviderSettings(name="p", kind="openai"))
    settings = ProviderSettings(name="p", kind="llama_server", options={"engine": "tgi"})
    with pytest.raises(SettingsError, match="vllm"):
        open_provider(settings)


def test_a_key_never_shows_in_the_settings_as_text() -> None:
    assert "secret" not in repr(ProviderSettings(name="p", kind="openai", api_key="secret"))


def test_importing_every_provider_opens_no_socket_and_loads_no_vendor_sdk() -> None:
    modules = [kind.place.partition(":")[0] for kind in KINDS.values()]
    script = f"""
import importlib, socket, sys
def refuse(*args, **kwargs): raise SystemExit("a socket was opened")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
for module in {modules!r} + ["providers.catalog", "providers.registry"]:
    importlib.import_module(module)
heavy = {{"openai", "anthropic", "litellm", "dashscope", "httpx", "httpx2"}} & set(sys.modules)
raise SystemExit(f"imported {{heavy}}" if heavy else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
