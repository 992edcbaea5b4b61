"""A conversation as the one text that a model was taught to read, by the template in its own file."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from local_models.errors import LocalModelError


class TemplateFailedError(LocalModelError):
    """The model's template does not take this conversation."""


def render(
    template: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    tools: Sequence[Mapping[str, Any]] = (),
    **options: Any,
) -> str:
    """The prompt for the next assistant turn, ending where the answer begins.

    The template comes with a downloaded file, so it runs in Jinja's sandbox.

    Raises:
        TemplateFailedError: the template is broken, or refuses the conversation.
    """
    try:
        text = _compile(template).render(
            messages=list(messages),
            tools=list(tools) or None,
            add_generation_prompt=True,
            **options,
        )
    except (TemplateError, TypeError, ValueError, KeyError) as error:
        raise TemplateFailedError(f"The model's chat template failed: {error}") from error
    return str(text)


def takes_tools(template: str) -> bool:
    """Whether the template shows tools to the model."""
    return "tools" in template


def thinks(template: str) -> bool:
    """Whether the template knows a switch for thinking aloud."""
    return "enable_thinking" in template


def neutralize(text: str, control_texts: Sequence[str]) -> str:
    """The text with the model's control tokens broken up, so that a user cannot write one."""
    for control in control_texts:
        if control in text:
            text = text.replace(control, f"{control[0]} {control[1:]}")
    return text


@lru_cache(maxsize=16)
def _compile(template: str) -> Template:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = _now
    return environment.from_string(template)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.datetime.now().strftime(form)
