"""DashScope's compatible mode: OpenAI's wire, and what Qwen does otherwise."""
