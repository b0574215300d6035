#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes two small Llama checkpoints with random weights, and what transformers computes with them.

    python3 make_checkpoints.py DIRECTORY
    OFFLEDGER_CHECKPOINTS=DIRECTORY gpu_model_cuda --gtest_filter='CheckpointTest.*'

One has a head of keys a head of queries and is one file; the other groups its heads, ties its embeddings, scales its
rotary wavelengths as Llama 3.1 does, and is sharded. Weights are bf16, the arithmetic here fp32: what bf16 arithmetic
should come close to. expected.safetensors holds the prompt, the greedy continuation, and the logits of the prompt's
last token and of each token after it; and the same logits by transformers in bf16, whose distance from fp32 is the
tolerance that another bf16 implementation is held to.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

PROMPT, STEPS = 24, 32

COMMON = dict(hidden_size=256, intermediate_size=704, num_hidden_layers=4, vocab_size=1000, rms_norm_eps=1e-5,
              max_position_embeddings=512, initializer_range=0.08, bos_token_id=1, eos_token_id=None)
CONFIGS = {
    "mha": (dict(num_attention_heads=4, num_key_value_heads=4, rope_theta=10000.0, tie_word_embeddings=False), "1GB"),
    "gqa_tied": (dict(num_attention_heads=8, num_key_value_heads=2, head_dim=64, rope_theta=500000.0,
                      tie_word_embeddings=True,
                      rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                        original_max_position_embeddings=64)), "2MB"),
}


def make(directory: Path, settings: dict, shard: str) -> None:
    model = LlamaForCausalLM(LlamaConfig(**COMMON, **settings)).to(torch.bfloat16)
    model.save_pretrained(directory, max_shard_size=shard)
    model = LlamaForCausalLM.from_pretrained(directory).float().eval()
    tokens = torch.randint(0, COMMON["vocab_size"], (1, PROMPT))
    logits = []
    with torch.no_grad():
        for _ in range(STEPS):
            logits.append(model(tokens).logits[0, -1])
            tokens = torch.cat([tokens, logits[-1].argmax().view(1, 1)], dim=1)
        # The same tokens in bf16 arithmetic: how far transformers itself is from its fp32 self.
        rounded = model.to(torch.bfloat16)(tokens[:, :-1]).logits[0, PROMPT - 1:]
    save_file({"tokens": tokens[0].to(torch.int32).contiguous(), "logits": torch.stack(logits).float().contiguous(),
               "logits_bf16": rounded.float().contiguous()},
              directory / "expected.safetensors")
    print(f"{directory}: {sum(p.numel() for p in model.parameters())} weights, {STEPS} steps")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    torch.manual_seed(1)
    for name, (settings, shard) in CONFIGS.items():
        make(Path(sys.argv[1]) / name, settings, shard)
    return 0


if __name__ == "__main__":
    sys.exit(main())
