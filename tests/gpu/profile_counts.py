#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether `offledger profile` sees what PyTorch's own profiler sees, and what it costs.

    python3 tests/gpu/profile_counts.py [BINARY]

Kernels and copies of a streaming program: by torch.profiler in one process, by `offledger profile` in another; the
counts must be equal. Then the program's own step time, unprofiled and profiled in turn. Under a minute on an H200.
Exit code 1 where counts differ.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent
PROGRAM = SOURCE / "pairs" / "stream_weights.py"
ROUNDS = 3
VARIANTS = ["right", "small_kernels"]


def count_by_torch(variant):
    """Child process: kernels, copies and memsets of the steps, by torch.profiler."""
    sys.path.insert(0, str(PROGRAM.parent))
    import stream_weights
    import torch

    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "trace.json"
        with torch.no_grad():
            model = stream_weights.Model(torch, stream_weights.VARIANTS[variant])
            torch.mm(model.x, model.kept, out=model.y)
            torch.cuda.synchronize()
            activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
            with torch.profiler.profile(activities=activities) as profiler:
                for _ in range(stream_weights.STEPS):
                    model.step()
        profiler.export_chrome_trace(str(trace))
        text = trace.read_text()
    print(len(re.findall(r'"cat": "kernel"', text)), len(re.findall(r'"cat": "gpu_memcpy"', text)),
          len(re.findall(r'"cat": "gpu_memset"', text)))


def count_by_offledger(binary, variant, folder):
    import json

    recording, trace = folder / f"{variant}.oflg", folder / f"{variant}.json"
    result = subprocess.run([binary, "profile", "-o", recording, "--steps", "nvtx:step", "--", sys.executable, PROGRAM, variant],
                            capture_output=True, text=True, check=True)
    step = float(re.search(r"([0-9.]+) ms a step", result.stdout).group(1))
    explained = subprocess.run([binary, "explain", recording, "--format", "json"], capture_output=True, text=True, check=True)
    counts = json.loads(explained.stdout)["records"]
    return [counts["kernels"], counts["copies"], counts["memsets"]], step


def step_alone(variant):
    result = subprocess.run([sys.executable, PROGRAM, variant], capture_output=True, text=True, check=True)
    return float(re.search(r"([0-9.]+) ms a step", result.stdout).group(1))


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--by-torch":
        count_by_torch(sys.argv[2])
        return 0
    binary = sys.argv[1] if len(sys.argv) == 2 else os.environ.get("OFFLEDGER_BINARY", "build/release/bin/offledger")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for variant in VARIANTS:
            child = subprocess.run([sys.executable, __file__, "--by-torch", variant], capture_output=True, text=True, check=True)
            by_torch = [int(word) for word in child.stdout.split()[-3:]]
            alone, profiled = [], []
            for _ in range(ROUNDS):
                alone.append(step_alone(variant))
                by_us, step = count_by_offledger(binary, variant, folder)
                profiled.append(step)
            same = by_us == by_torch and by_us[0] > 0 and by_us[1] > 0
            failed += not same
            base, cost = statistics.median(alone), statistics.median(profiled)
            print(f"{'ok' if same else 'FAIL':5} {variant:14} kernels, copies, memsets: {by_us} by offledger, {by_torch} by PyTorch; "
                  f"a step {base:.2f} ms alone, {cost:.2f} ms profiled ({100 * (cost / base - 1):+.1f} %)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
