"""The answer cache: an equal request is answered without calling anybody, where its rule says so."""

from router.steps.cache.answers import gather, play
from router.steps.cache.shelf import Shelf
from router.steps.cache.step import AnswerCache, Found, why_off

__all__ = ["AnswerCache", "Found", "Shelf", "gather", "play", "why_off"]
