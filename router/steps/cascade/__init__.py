"""A cheap model answers first; what does not please the judges is answered again by a stronger one."""

from router.steps.cascade.likeness import likeness
from router.steps.cascade.line import Line
from router.steps.cascade.refusal import is_refusal
from router.steps.cascade.step import Cascade

__all__ = ["Cascade", "Line", "is_refusal", "likeness"]
