"""The published JSON Schema of policy files, so that editors complete keys and mark typos.

`python -m policies.json_schema > docs/policy.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from policies.schema import PolicyDoc

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def build_schema() -> dict[str, Any]:
    """Give the schema as plain values."""
    schema = PolicyDoc.model_json_schema(by_alias=True)
    return {"$schema": ADDRESS, **schema, "title": "Pointsman policy"}


def schema_text() -> str:
    """Give the schema as the published file has it."""
    return json.dumps(build_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
