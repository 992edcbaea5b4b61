"""Qwen3's architecture in plain PyTorch, small: RMS norms, grouped queries with normed q and k,
rotary positions, a gated feed-forward, and tied embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of one model."""

    vocabulary: int
    width: int = 256
    layers: int = 5
    heads: int = 4
    key_heads: int = 2
    head_width: int = 64
    inner_width: int = 768
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-6


class Norm(nn.Module):  # type: ignore[misc]
    """Root-mean-square norm with a learnt scale."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Any) -> Any:
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


class Attention(nn.Module):  # type: ignore[misc]
    """Causal attention with fewer key heads than query heads."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        queries, keys = shape.heads * shape.head_width, shape.key_heads * shape.head_width
        self.q = nn.Linear(shape.width, queries, bias=False)
        self.k = nn.Linear(shape.width, keys, bias=False)
        self.v = nn.Linear(shape.width, keys, bias=False)
        self.o = nn.Linear(queries, shape.width, bias=False)
        self.q_norm = Norm(shape.head_width, shape.norm_epsilon)
        self.k_norm = Norm(shape.head_width, shape.norm_epsilon)

    def forward(self, x: Any, turn: tuple[Any, Any]) -> Any:
        batch, length, _ = x.shape
        heads = (batch, length, -1, self.shape.head_width)
        q = rotate(self.q_norm(self.q(x).view(heads)), turn).transpose(1, 2)
        k = rotate(self.k_norm(self.k(x).view(heads)), turn).transpose(1, 2)
        v = self.v(x).view(heads).transpose(1, 2)
        each = self.shape.heads // self.shape.key_heads
        k, v = k.repeat_interleave(each, 1), v.repeat_interleave(each, 1)
        return self.o(attend(q, k, v).transpose(1, 2).reshape(batch, length, -1))


def attend(q: Any, k: Any, v: Any) -> Any:
    """Causal attention spelled out: on a CPU two to three times as fast as torch's fused one."""
    batch, heads, length, width = q.shape
    q, k, v = (part.reshape(batch * heads, length, width) for part in (q, k, v))
    later = torch.full((length, length), float("-inf"), dtype=q.dtype).triu(1)
    scores = torch.baddbmm(later, q, k.transpose(1, 2), alpha=width**-0.5)
    return (scores.softmax(-1) @ v).view(batch, heads, length, width)


class Block(nn.Module):  # type: ignore[misc]
    """Attention, then the gated feed-forward, each behind a norm and beside a shortcut."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = Norm(shape.width, shape.norm_epsilon)
        self.attention = Attention(shape)
        self.inner_norm = Norm(shape.width, shape.norm_epsilon)
        self.gate = nn.Linear(shape.width, shape.inner_width, bias=False)
        self.up = nn.Linear(shape.width, shape.inner_width, bias=False)
        self.down = nn.Linear(shape.inner_width, shape.width, bias=False)

    def forward(self, x: Any, turn: tuple[Any, Any]) -> Any:
        x = x + self.attention(self.attention_norm(x), turn)
        inner = self.inner_norm(x)
        return x + self.down(F.silu(self.gate(inner)) * self.up(inner))


class Qwen3(nn.Module):  # type: ignore[misc]
    """The whole language model; the output head is the embedding itself."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.final_norm = Norm(shape.width, shape.norm_epsilon)
        self._start(shape)

    def _start(self, shape: Shape) -> None:
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                is_shortcut = name.endswith(("o.weight", "down.weight"))
                deviation = 0.03 / (2 * shape.layers) ** 0.5 if is_shortcut else 0.03
                nn.init.normal_(weight, std=deviation)

    def hidden(self, tokens: Any, positions: Any) -> Any:
        """The last layer's normed vectors, one per token."""
        turn = angles(positions, self.shape)
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, turn)
        return self.final_norm(x)

    def logits(self, hidden: Any) -> Any:
        """Scores over the vocabulary for these vectors."""
        return F.linear(hidden, self.embedding.weight)


def angles(positions: Any, shape: Shape) -> tuple[Any, Any]:
    """Cosine and sine of every rotary angle, shaped to go with (batch, length, head, width)."""
    half = shape.head_width // 2
    rates = shape.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = positions[..., None].float() * rates
    return angle.cos()[:, :, None, :], angle.sin()[:, :, None, :]


def rotate(x: Any, turn: tuple[Any, Any]) -> Any:
    """Turn the two halves of each head by the position's angles (the `neox` way)."""
    cosine, sine = (part.to(x.dtype) for part in turn)
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)
