"""`POST /v1/chat/completions`: the door that OpenAI's clients know. `POST /v1/chat` is the same door."""

from __future__ import annotations

import time

from providers.calls import Completion
from providers.dialects.asked import Asked
from providers.dialects.openai.events import ChunkWriter
from providers.dialects.openai.request import decode_request
from providers.dialects.openai.response import encode_completion, encode_error
from router.api.door import Door
from router.api.errors import HttpError
from router.pipeline.calls import Journey, Served


class ChatDoor(Door):
    """Chat completions."""

    def _decode(self, headers: dict[bytes, bytes], body: bytes) -> Asked:
        return Asked(decode_request(body))

    def _encode(
        self, asked: Asked, journey: Journey, completion: Completion, cost: str | None
    ) -> bytes:
        return encode_completion(
            completion,
            id=f"chatcmpl-{journey.request_id}",
            created=int(time.time()),
            model=completion.model,
            cost=cost,
        )

    def _writer(self, asked: Asked, journey: Journey, served: Served) -> ChunkWriter:
        return ChunkWriter(
            id=f"chatcmpl-{journey.request_id}",
            created=int(time.time()),
            model=served.model,
            include_usage=asked.chat.include_usage,
        )

    def _put(self, told: HttpError, request_id: str) -> tuple[int, bytes]:
        body = encode_error(told.message, type=told.type, param=told.param, code=told.code)
        return told.status, body
