"""What a provider is built from: one plain value, whoever read it (a file, the environment)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One vendor account, region or server."""

    name: str
    """Our name for it; a model's card names its provider by this."""
    kind: str
    """A row of `providers.registry.KINDS`: openai, anthropic, dashscope, llama_server, litellm."""
    api_key: str = field(default="", repr=False)
    base_url: str = ""
    """Empty: the vendor's own address."""
    region: str = ""
    organization: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every call, besides the vendor's own."""
    connect_seconds: float = 5.0
    max_connections: int = 1000
    trust_env: bool = False
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What only this kind knows, such as `version` and `auth` for Anthropic, `engine` for servers
    of one's own. Unknown ones are refused."""


class SettingsError(ValueError):
    """A provider cannot be built from its settings; says which one and how to mend it."""


def check_options(settings: ProviderSettings, known: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse options that this kind does not know, and values outside a closed list.

    Raises:
        SettingsError: names the option and what is allowed.
    """
    for name, value in settings.options.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise SettingsError(
                f"Provider {settings.name!r} has the unknown option {name!r}; "
                f"kind {settings.kind!r} knows: {allowed}."
            )
        if known[name] and value not in known[name]:
            raise SettingsError(
                f"Option {name!r} of provider {settings.name!r} is {value!r}; "
                f"allowed: {', '.join(known[name])}."
            )
