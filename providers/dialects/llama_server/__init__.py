"""OpenAI's wire as inference servers of one's own speak it: llama-server, vLLM, SGLang."""
