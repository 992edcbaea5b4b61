"""Asking a small model what a request is about, where our own reader cannot tell."""

from router.steps.second_opinion.reading import Reading, read_answer
from router.steps.second_opinion.step import Asks, Opinion, SecondOpinion

__all__ = ["Asks", "Opinion", "Reading", "SecondOpinion", "read_answer"]
