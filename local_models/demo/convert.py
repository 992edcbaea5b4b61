"""Turn trained weights into a GGUF file: `python -m local_models.demo.convert DIR OUT.gguf`.

Needs torch, numpy and gguf. Matrices are stored as Q8_0 (or F32 with `--exact`), norms as F32; the
vocabulary and the chat template travel inside.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import torch

from local_models.demo.chat import END, END_OF_TEXT, SPECIAL_TOKENS, TEMPLATE
from local_models.demo.model import Shape
from local_models.demo.vocabulary import tokens_and_merges

WINDOW_TOKENS = 4096
_BLOCK_NAMES = {
    "attention_norm": "attn_norm",
    "attention.q": "attn_q",
    "attention.k": "attn_k",
    "attention.v": "attn_v",
    "attention.o": "attn_output",
    "attention.q_norm": "attn_q_norm",
    "attention.k_norm": "attn_k_norm",
    "inner_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def convert(trained: Path, target: Path, *, exact: bool = False) -> None:
    """Write what `train` left in `trained` as one GGUF file."""
    saved = torch.load(trained / "weights.pt", weights_only=True)
    shape = Shape(**saved["shape"])
    writer = gguf.GGUFWriter(str(target), "qwen3")
    _describe(writer, shape, exact=exact)
    _add_vocabulary(writer, trained / "vocabulary.json")
    for name, weight in _tensors(saved["weights"]):
        _add_tensor(writer, name, weight.float().numpy(), exact=exact)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: Any, shape: Shape, *, exact: bool) -> None:
    writer.add_name("Pointsman demo")
    writer.add_description("A small demo model for customer service, trained from scratch.")
    writer.add_license("apache-2.0")
    writer.add_languages(["zh", "en"])
    writer.add_context_length(WINDOW_TOKENS)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner_width)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    kind = gguf.LlamaFileType.ALL_F32 if exact else gguf.LlamaFileType.MOSTLY_Q8_0
    writer.add_file_type(kind)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: Any, path: Path) -> None:
    tokens, merges = tokens_and_merges(path)
    kinds = [
        gguf.TokenType.CONTROL if token in SPECIAL_TOKENS else gguf.TokenType.NORMAL
        for token in tokens
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index(END))
    writer.add_eot_token_id(tokens.index(END))
    writer.add_pad_token_id(tokens.index(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _tensors(weights: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "token_embd.weight", weights["embedding.weight"]
    yield "output_norm.weight", weights["final_norm.weight"]
    for name, weight in weights.items():
        if name.startswith("blocks."):
            _, number, rest = name.split(".", 2)
            yield f"blk.{number}.{_BLOCK_NAMES[rest.removesuffix('.weight')]}.weight", weight


def _add_tensor(writer: Any, name: str, values: Any, *, exact: bool) -> None:
    if exact or values.ndim == 1:
        writer.add_tensor(name, values)
        return
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)


def main() -> None:
    """Read the command line and convert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("trained", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--exact", action="store_true", help="F32, to compare with torch")
    given = parser.parse_args()
    convert(given.trained, given.target, exact=given.exact)
    print(f"{given.target}: {given.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
