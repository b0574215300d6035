#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`offledger profile` on unmodified PyTorch programs on a GPU: each must be recorded, and diagnosed by name.

    python3 tests/gpu/profile_programs.py [--out FOLDER] [BINARY]   # exit code 1 where a diagnosis is wrong; under a minute

    python3 tests/gpu/profile_programs.py --recorded FOLDER [BINARY]   # judges its recordings; needs no GPU

Run with PROGRAM as its only argument (`streamed`, ...) it is that program.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

LAYERS, SIDE, STEPS = 12, 4096, 4


def stream_weights(pinned=True, own_stream=True, host_ms=0.0, products=6):
    """A model of LAYERS square matrices, each copied to one of three slots before it is used."""
    import torch

    weights = [torch.randn(SIDE, SIDE, dtype=torch.bfloat16) for _ in range(LAYERS)]
    if pinned:
        weights = [weight.pin_memory() for weight in weights]
    slots = [torch.empty(SIDE, SIDE, dtype=torch.bfloat16, device="cuda") for _ in range(3)]
    x = torch.randn(2 * SIDE, SIDE, dtype=torch.bfloat16, device="cuda")
    compute = torch.cuda.current_stream()
    copies = torch.cuda.Stream() if own_stream else compute
    arrived = [torch.cuda.Event() for _ in slots]
    read = [torch.cuda.Event() for _ in slots]

    def fetch(layer):
        slot = layer % len(slots)
        with torch.cuda.stream(copies):
            copies.wait_event(read[slot])
            slots[slot].copy_(weights[layer % LAYERS], non_blocking=True)
            arrived[slot].record(copies)

    def step():
        torch.cuda.nvtx.range_push("forward")
        for layer in range(len(slots) - 1):
            fetch(layer)
        for layer in range(LAYERS):
            if layer + len(slots) - 1 < LAYERS:
                fetch(layer + len(slots) - 1)
            time.sleep(host_ms / 1000)
            slot = layer % len(slots)
            compute.wait_event(arrived[slot])
            for _ in range(products):
                torch.mm(x, slots[slot])
            read[slot].record(compute)
        torch.cuda.nvtx.range_pop()
        torch.cuda.synchronize()

    for _ in range(STEPS):
        step()


def two_processes():
    children = [subprocess.Popen([sys.executable, __file__, "streamed"]) for _ in range(2)]
    sys.exit(max(child.wait() for child in children))


PROGRAMS = {
    "streamed": stream_weights,
    "same_stream": lambda: stream_weights(own_stream=False),
    "pageable": lambda: stream_weights(pinned=False, products=2),
    "slow_host": lambda: stream_weights(host_ms=8),
    "two_processes": two_processes,
}

# Of each program: a diagnosis that must be there, those that must not. docs/diagnoses.md lists them.
EXPECTED = {
    "streamed": (None, {"pageable_source", "same_stream", "launch_bound"}),
    "same_stream": ("same_stream", {"pageable_source"}),
    "pageable": ("pageable_source", set()),
    "slow_host": ("launch_bound", {"pageable_source", "same_stream"}),
    "two_processes": (None, {"pageable_source"}),
}


def record(binary, recording, name):
    """What is wrong with how the program was recorded."""
    command = [binary, "profile", "-o", recording, "--steps", "all" if name == "two_processes" else "nvtx:forward", "--",
               sys.executable, __file__, name]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        return f"exit code {result.returncode}: {result.stderr.strip()}"
    if name == "two_processes" and "of 2 processes" not in result.stderr:
        return f"expected the recordings of 2 processes: {result.stderr.strip()}"
    return ""


def judge(binary, recording, name):
    explained = subprocess.run([binary, "explain", recording, "--format", "json"], capture_output=True, text=True)
    found = [one["id"] for one in json.loads(explained.stdout)["diagnoses"]]
    must, must_not = EXPECTED[name]
    wrong = []
    if must is not None and must not in found:
        wrong.append(f"expected {must}")
    wrong += [f"{one} is not true of it" for one in sorted(must_not & set(found))]
    return "; ".join(wrong), found


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    if len(sys.argv) == 2 and sys.argv[1] in PROGRAMS:
        PROGRAMS[sys.argv[1]]()
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=os.environ.get("OFFLEDGER_BINARY", source / "build/release/bin/offledger"))
    parser.add_argument("--out", type=pathlib.Path, help="where recordings are kept")
    parser.add_argument("--recorded", type=pathlib.Path, help="judge the recordings of this folder, run nothing")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.recorded or options.out or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in PROGRAMS:
            recording = folder / f"{name}.oflg"
            wrong = "" if options.recorded else record(options.binary, recording, name)
            found = []
            if not wrong:
                wrong, found = judge(options.binary, recording, name)
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok':5} {name:14} {', '.join(found) or '-'}{'   ' + wrong if wrong else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
