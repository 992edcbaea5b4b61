"""What can go wrong with a model that runs in this house.

* LocalModelError
  + EngineMissingError      no library that can run it is installed; says how to get one
  + ModelFileError          the file is missing, or is no model that we can run
  + PromptTooLongError      the prompt does not fit; carries prompt_tokens and window_tokens
  + EngineBusyError         the waiting line is full; try elsewhere, or later
  + EngineStoppedError      closed, or failed, while it still had work
  + GrammarError            the wanted shape (a JSON schema) cannot be turned into a grammar
  + DownloadError           a model file could not be fetched whole
"""

from __future__ import annotations


class LocalModelError(Exception):
    """Something went wrong with a local model; the message says what and how to mend it."""


class EngineMissingError(LocalModelError):
    """No library that can run the model is installed."""


class ModelFileError(LocalModelError):
    """The model's file is missing, or is no model that we can run."""


class PromptTooLongError(LocalModelError):
    """The prompt leaves no room for an answer in the model's window."""

    def __init__(self, prompt_tokens: int, window_tokens: int) -> None:
        super().__init__(
            f"The prompt has {prompt_tokens} tokens and the model's window holds {window_tokens}: "
            "shorten the conversation or use a model with a larger window."
        )
        self.prompt_tokens = prompt_tokens
        self.window_tokens = window_tokens


class EngineBusyError(LocalModelError):
    """Too many requests wait already."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} requests wait for the local model already: try again later, "
            "or raise max_waiting."
        )
        self.waiting = waiting


class EngineStoppedError(LocalModelError):
    """The engine was closed, or failed, while it still had work."""


class GrammarError(LocalModelError):
    """The wanted shape of the answer cannot be turned into a grammar."""


class DownloadError(LocalModelError):
    """A model file could not be fetched whole; what has arrived is kept and resumed next time."""
