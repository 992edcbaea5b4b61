"""What can be wrong with a prompt.

* PromptError                 names the prompt and says how to mend it
  x UnknownPromptError        no prompt, or no version of it, has this name; suggests one
  x MissingVariableError      the template asks for a value that nobody gave
  x BrokenPromptError         a packaged file cannot be used; names file and field
"""

from __future__ import annotations


class PromptError(Exception):
    """A prompt cannot be used; the message says which and how to mend it."""


class UnknownPromptError(PromptError):
    """No prompt, or no version of it, has this name."""


class MissingVariableError(PromptError):
    """The template asks for a value that nobody gave."""


class BrokenPromptError(PromptError):
    """A prompt's file cannot be used."""
