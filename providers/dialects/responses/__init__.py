"""OpenAI's Responses API, the client's half: every event of its streams has a number."""
