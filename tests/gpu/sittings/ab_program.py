#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A PyTorch program as people write them, to be compared with itself by `offledger ab`: a stack of square layers whose
weights are streamed from host memory, pinned or pageable. It knows nothing of offledger; its steps are NVTX ranges.

    offledger ab --steps nvtx:forward --base 'python3 tests/gpu/sittings/ab_program.py pinned' \\
                 --cand 'python3 tests/gpu/sittings/ab_program.py pageable'
"""

import sys
import time

LAYERS, SIDE, TOKENS, STEPS, PRODUCTS = 8, 4096, 8192, 6, 2


def forward(torch, weights, slots, x, compute, copies, arrived, read):
    """One pass: while a layer is computed, the next two are on their way."""

    def fetch(layer):
        slot = layer % len(slots)
        with torch.cuda.stream(copies):
            copies.wait_event(read[slot])
            slots[slot].copy_(weights[layer], non_blocking=True)
            arrived[slot].record(copies)

    for layer in range(len(slots) - 1):
        fetch(layer)
    for layer in range(LAYERS):
        if layer + len(slots) - 1 < LAYERS:
            fetch(layer + len(slots) - 1)
        slot = layer % len(slots)
        compute.wait_event(arrived[slot])
        for _ in range(PRODUCTS):
            torch.mm(x, slots[slot])
        read[slot].record(compute)


def main():
    if sys.argv[1:] not in (["pinned"], ["pageable"]):
        print("usage: ab_program.py pinned|pageable", file=sys.stderr)
        return 2
    import torch

    weights = [torch.ones(SIDE, SIDE, dtype=torch.bfloat16) for _ in range(LAYERS)]
    if sys.argv[1] == "pinned":
        weights = [weight.pin_memory() for weight in weights]
    slots = [torch.empty(SIDE, SIDE, dtype=torch.bfloat16, device="cuda") for _ in range(3)]
    x = torch.ones(TOKENS, SIDE, dtype=torch.bfloat16, device="cuda")
    compute, copies = torch.cuda.current_stream(), torch.cuda.Stream()
    arrived, read = ([torch.cuda.Event() for _ in slots] for _ in range(2))
    for _ in range(STEPS):
        torch.cuda.nvtx.range_push("forward")
        forward(torch, weights, slots, x, compute, copies, arrived, read)
        torch.cuda.nvtx.range_pop()
        torch.cuda.synchronize()
        time.sleep(0.002)  # what a server does between requests
    return 0


if __name__ == "__main__":
    sys.exit(main())
