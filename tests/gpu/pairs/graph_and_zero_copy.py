#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs of which activity records tell little: tests/gpu/counted_programs.py samples them.

    python3 graph_and_zero_copy.py graph        # streamed weights, copies and products in one CUDA graph
    python3 graph_and_zero_copy.py zero_copy    # kernels that read their weights from host memory

Each step is the NVTX range `step`.
"""

import sys

LAYERS, SIDE, TOKENS, STEPS = 8, 8192, 8192, 3
ZERO_COPY_BYTES = LAYERS * SIDE * SIDE * 4  # a step


def graph(torch):
    host = torch.zeros(SIDE, SIDE, dtype=torch.bfloat16).pin_memory()
    slots = [torch.zeros(SIDE, SIDE, dtype=torch.bfloat16, device="cuda") for _ in range(2)]
    x = torch.zeros(TOKENS, SIDE, dtype=torch.bfloat16, device="cuda")
    y = torch.zeros_like(x)
    torch.mm(x, slots[0], out=y)
    torch.cuda.synchronize()
    copies = torch.cuda.Stream()
    whole = torch.cuda.CUDAGraph()
    with torch.cuda.graph(whole, capture_error_mode="thread_local"):
        compute = torch.cuda.current_stream()
        read = [None, None]
        copies.wait_stream(compute)
        for layer in range(LAYERS):
            slot = layer % 2
            if read[slot] is not None:
                copies.wait_event(read[slot])
            with torch.cuda.stream(copies):
                slots[slot].copy_(host, non_blocking=True)
            compute.wait_stream(copies)
            torch.mm(x, slots[slot], out=y)
            read[slot] = torch.cuda.Event()
            read[slot].record(compute)
    whole.replay()
    torch.cuda.synchronize()
    return whole.replay


def zero_copy(torch):
    host = torch.zeros(SIDE * SIDE, dtype=torch.float32).pin_memory()

    class OnDevice:
        """Pinned memory has the same address on the device."""
        __cuda_array_interface__ = {"shape": tuple(host.shape), "typestr": "<f4", "data": (host.data_ptr(), False), "version": 2}

    seen = torch.as_tensor(OnDevice(), device="cuda")
    torch.sum(seen)
    torch.cuda.synchronize()

    def step():
        for _ in range(LAYERS):
            torch.sum(seen)

    return step


def main():
    programs = {"graph": graph, "zero_copy": zero_copy}
    if len(sys.argv) != 2 or sys.argv[1] not in programs:
        sys.exit(f"expected one of {', '.join(programs)}")
    import torch

    with torch.no_grad():
        step = programs[sys.argv[1]](torch)
        for _ in range(STEPS):
            torch.cuda.nvtx.range_push("step")
            step()
            torch.cuda.synchronize()
            torch.cuda.nvtx.range_pop()


if __name__ == "__main__":
    main()
