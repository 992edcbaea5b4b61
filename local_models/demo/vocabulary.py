"""The demo model's own byte-level BPE vocabulary, split as llama.cpp's `qwen2` splits text.

While merges are learnt, every Han character stands alone, so one character is at most one token:
an unseen sentence is cut exactly like a seen one.
"""

from __future__ import annotations

import importlib
import json
import random
from pathlib import Path
from typing import Any

from local_models.demo.chat import SPECIAL_TOKENS
from local_models.demo.conversations import PRIVATE_KINDS, Writer

QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def learn(path: Path, *, size: int, conversations: int, seed: int) -> Any:
    """Learn a vocabulary of `size` tokens from made conversations and write it to `path`."""
    tokenizers = importlib.import_module("tokenizers")
    models, trainers = tokenizers.models, tokenizers.trainers
    pre_tokenizers, regex = tokenizers.pre_tokenizers, tokenizers.Regex

    tokenizer = tokenizers.Tokenizer(models.BPE())
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = pre_tokenizers.Split(regex(QWEN2_SPLIT), "isolated")
    han = pre_tokenizers.Split(regex(r"\p{Han}"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, han, bytes_only])
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=4,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(conversations, seed), trainer)
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, bytes_only])
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.save(str(path))
    return tokenizer


def load(path: Path) -> Any:
    """The vocabulary that `learn` wrote."""
    return importlib.import_module("tokenizers").Tokenizer.from_file(str(path))


def tokens_and_merges(path: Path) -> tuple[list[str], list[str]]:
    """The tokens by number and the merges in order, as a GGUF file wants them."""
    data = json.loads(path.read_text(encoding="utf-8"))
    numbered = dict(data["model"]["vocab"])
    numbered.update({token["content"]: token["id"] for token in data["added_tokens"]})
    tokens = sorted(numbered, key=lambda token: int(numbered[token]))
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in data["model"]["merges"]]
    return tokens, merges


def _texts(conversations: int, seed: int) -> list[str]:
    writer = Writer(random.Random(seed))
    texts = [turn.content for _ in range(conversations) for turn in writer.conversation()]
    kinds = [f"<{kind}_1>" for kind in (*PRIVATE_KINDS, "ORDER", "ORDERID")] * 40
    return texts + kinds + ["system\n", "user\n", "assistant\n"] * 40
