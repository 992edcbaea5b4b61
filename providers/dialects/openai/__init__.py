"""OpenAI's chat completions, both directions: what clients send us and what vendors speak."""
