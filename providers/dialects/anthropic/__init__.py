"""Anthropic's Messages API, as a client of it."""
