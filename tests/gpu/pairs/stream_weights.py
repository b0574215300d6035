#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model whose weights stream from host memory, right and with one thing wrong at a time.

    python3 stream_weights.py VARIANT       # tests/gpu/diagnosis_pairs.py runs them all

LAYERS square matrices, copied to slots in turn before they are used; each step is the NVTX range `step`.
"""

import dataclasses
import sys
import time

LAYERS, SIDE, STEPS = 8, 8192, 3


@dataclasses.dataclass
class Variant:
    pinned: bool = True
    own_stream: bool = True        # copies have a stream of their own
    slots: int = 3
    ahead: int = 2                 # layers that a copy is issued before its use
    tokens: int = 4096             # rows that each matrix multiplies
    products: int = 1              # multiplications a layer
    resident: int = 0              # layers after each streamed one whose weights stay on the device
    pieces: int = 1                # copies a matrix
    pin_in_step: bool = False      # the source is registered before each copy
    record_on: str = "copies"      # the stream that says a copy has arrived
    fence: bool = False            # a copy waits for all compute issued before it
    host_waits: bool = False       # the host waits for each layer
    drains_allocator: bool = False # cached device memory is freed after each layer
    small_kernels: int = 0         # a layer, each launched from Python
    python_ms: float = 0.0         # of interpreted work a layer


VARIANTS = {
    "right": Variant(),
    "pageable": Variant(pinned=False),
    "on_compute_stream": Variant(own_stream=False),
    "one_slot": Variant(slots=1, ahead=0),
    "tiny_copies": Variant(pieces=1024),
    "empty_cache": Variant(drains_allocator=True),
    "slow_python": Variant(python_ms=6.0),
    "small_kernels": Variant(small_kernels=600),
    "wrong_stream": Variant(record_on="compute"),
    "host_waits": Variant(host_waits=True, ahead=0),
    "pin_in_step": Variant(pin_in_step=True),
    "too_late": Variant(resident=3, ahead=1, fence=True, products=2),
    "early_enough": Variant(resident=3, ahead=4, fence=True, products=2),
}


class Model:
    def __init__(self, torch, variant):
        self.torch, self.v = torch, variant
        # Two host matrices serve all layers: what is copied does not matter, and pinning takes time.
        self.host = [torch.zeros(SIDE, SIDE, dtype=torch.bfloat16) for _ in range(2)]
        if variant.pinned and not variant.pin_in_step:
            self.host = [weight.pin_memory() for weight in self.host]
        self.slots = [torch.zeros(SIDE, SIDE, dtype=torch.bfloat16, device="cuda") for _ in range(variant.slots)]
        self.kept = torch.zeros(SIDE, SIDE, dtype=torch.bfloat16, device="cuda")
        self.x = torch.zeros(variant.tokens, SIDE, dtype=torch.bfloat16, device="cuda")
        self.y = torch.zeros_like(self.x)
        self.small = torch.zeros(1024, device="cuda")
        self.compute = torch.cuda.current_stream()
        self.copies = torch.cuda.Stream() if variant.own_stream else self.compute
        self.arrived = [torch.cuda.Event() for _ in self.slots]
        self.read = [torch.cuda.Event() for _ in self.slots]
        self.streamed = [layer for layer in range(LAYERS * (1 + variant.resident)) if layer % (1 + variant.resident) == 0]

    def fetch(self, layer):
        torch, v = self.torch, self.v
        turn = layer // (1 + v.resident)
        slot, source = turn % v.slots, self.host[turn % 2]
        if v.pin_in_step:
            torch.cuda.cudart().cudaHostRegister(source.data_ptr(), source.nbytes, 0)
        with torch.cuda.stream(self.copies):
            if v.own_stream:
                self.copies.wait_event(self.read[slot])
            if v.fence:
                self.copies.wait_stream(self.compute)
            rows = SIDE // v.pieces
            for piece in range(v.pieces):
                part = slice(piece * rows, (piece + 1) * rows)
                self.slots[slot][part].copy_(source[part], non_blocking=True)
            self.arrived[slot].record(self.copies if v.record_on == "copies" else self.compute)
        if v.pin_in_step:
            self.copies.synchronize()
            torch.cuda.cudart().cudaHostUnregister(source.data_ptr())

    def layer(self, layer):
        torch, v = self.torch, self.v
        weight = self.kept
        if layer in self.streamed:
            slot = layer // (1 + v.resident) % v.slots
            if v.host_waits:
                self.arrived[slot].synchronize()
            elif v.own_stream:
                self.compute.wait_event(self.arrived[slot])
            weight = self.slots[slot]
        until = time.perf_counter() + v.python_ms / 1000
        while time.perf_counter() < until:
            pass
        for _ in range(v.products):
            torch.mm(self.x, weight, out=self.y)
        for _ in range(v.small_kernels):
            self.small.add_(1)
        if layer in self.streamed:
            self.read[slot].record(self.compute)
        if v.drains_allocator:
            scratch = torch.empty(64 << 20, dtype=torch.uint8, device="cuda")
            scratch.zero_()
            del scratch
            torch.cuda.empty_cache()

    def step(self):
        layers = LAYERS * (1 + self.v.resident)
        for layer in range(min(self.v.ahead, layers)):
            if layer in self.streamed:
                self.fetch(layer)
        for layer in range(layers):
            if layer + self.v.ahead < layers and layer + self.v.ahead in self.streamed:
                self.fetch(layer + self.v.ahead)
            self.layer(layer)
        self.torch.cuda.synchronize()


def run(variant, steps=STEPS):
    """Median seconds of a warm step."""
    import torch

    with torch.no_grad():
        model = Model(torch, variant)
        model.y.copy_(model.x)
        torch.mm(model.x, model.kept, out=model.y)  # cuBLAS starts outside the steps
        torch.cuda.synchronize()
        took = []
        for _ in range(steps):
            torch.cuda.nvtx.range_push("step")
            begin = time.perf_counter()
            model.step()
            took.append(time.perf_counter() - begin)
            torch.cuda.nvtx.range_pop()
    return sorted(took[1:])[(len(took) - 1) // 2]


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in VARIANTS:
        sys.exit(f"expected one of {', '.join(VARIANTS)}")
    print(f"{run(VARIANTS[sys.argv[1]]) * 1000:.2f} ms a step")
