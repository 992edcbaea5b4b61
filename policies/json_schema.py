"""The published JSON Schema of policy files, so that editors complete keys and mark typos.

`python -m policies.json_schema > docs/policy.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from policies.schema import PolicyDoc

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
    return {"$schema": ADDRESS, **schema, "title": "Pointsman policy"}


def schema_text() -> str:
    """Give the schema as the published file has it."""
    return json.dumps(build_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
