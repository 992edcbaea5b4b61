"""Step: understand the request. See `reader.py`; what was said before the last turn is told in `talk.py`."""

from __future__ import annotations

from router.steps.understanding.reader import Understanding
from router.steps.understanding.talk import read_before
from router.steps.understanding.wants import read_modalities, read_needs

__all__ = ["Understanding", "read_before", "read_modalities", "read_needs"]
