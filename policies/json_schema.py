"""The published JSON Schema of policy files, so that editors complete keys and mark typos.

`python -m policies.json_schema > docs/policy.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from policies.given import WORDS, list_given
from policies.schema import PolicyDoc
from policies.signals import Caller, Signals
from policies.values import Flag

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


class _AsRead(GenerateJsonSchema):
    """What is green in an editor is read: a key has a value, and names of a mapping are names."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        found = super().dict_schema(schema)
        return {**found, "additionalProperties": False} if "patternProperties" in found else found

    def default_schema(self, schema: Any) -> dict[str, Any]:
        found = super().default_schema(schema)
        if found.get("default", "") is None:
            del found["default"]
        return found


def build_schema() -> dict[str, Any]:
    """Give the schema as plain values."""
    schema = PolicyDoc.model_json_schema(by_alias=True, schema_generator=_AsRead)
    # What tests give is read by its own reader, which knows the names and words.
    given = schema["$defs"]["ExpectDoc"]["properties"]
    given["signals"] = {**given["signals"], **_given(Signals)}
    given["caller"] = {**given["caller"], **_given(Caller)}
    return {"$schema": ADDRESS, **schema, "title": "Pointsman policy"}


def _given(struct: type[Signals] | type[Caller]) -> dict[str, Any]:
    """What a test may say of one: by the names that are read, with the words where there is a list of them."""
    return {
        "additionalProperties": False,
        "properties": {name: _given_value(own, kind) for name, own, kind in list_given(struct)},
    }


def _given_value(own: str, kind: Any) -> dict[str, Any] | bool:
    if kind is bool:
        return TypeAdapter(Flag).json_schema()
    if own not in WORDS or own in ("intent", "intents") or own == "slots":  # own labels; a mapping
        return True
    word = {"enum": sorted(WORDS[own])}
    return word if kind is str else {"anyOf": [word, {"type": "array", "items": word}]}


def schema_text() -> str:
    """Give the schema as the published file has it."""
    return json.dumps(build_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
