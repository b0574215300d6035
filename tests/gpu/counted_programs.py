#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`offledger profile --counters` on PyTorch programs: what samples say, beside records and alone, and what that costs.

    python3 tests/gpu/counted_programs.py [--out FOLDER] [BINARY]
    python3 tests/gpu/counted_programs.py --recorded FOLDER [BINARY]      # judges what was kept; needs no GPU

Streamed weights, right and with one slot; the same as a CUDA graph; weights that kernels read from host memory. Beside
records, every check must agree; alone, the overlap of possible must be within 2 points of the records'. Then a step of
many small kernels, alone, sampled and recorded in turn. Two minutes on an H200. Exit code 1 where something is wrong.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent / "pairs"
sys.path.insert(0, str(FOLDER))
import graph_and_zero_copy  # noqa: E402

STREAMED = FOLDER / "stream_weights.py"
COUNTED = FOLDER / "graph_and_zero_copy.py"
PROGRAMS = {"right": STREAMED, "one_slot": STREAMED, "graph": COUNTED}
POINTS, BYTES = 0.02, 0.1  # of small reads the bus carries more headers than of copies
ROUNDS = 3


class Offledger:
    """Profiles programs, or finds what was recorded of them."""

    def __init__(self, binary, folder, recorded):
        self.binary, self.folder, self.recorded = binary, folder, recorded

    def profile(self, program, variant, *options):
        """What the program printed: nothing where it was recorded before; and what explain says."""
        name = "-".join([variant, *options[1:]])
        recording = self.folder / f"{name}.oflg"
        said = "" if self.recorded else self.record(recording, program, variant, options)
        explained = subprocess.run([self.binary, "explain", recording, "--format", "json"], capture_output=True, text=True, check=True)
        return said, json.loads(explained.stdout)["devices"][0]

    def record(self, recording, program, variant, options):
        result = subprocess.run([self.binary, "profile", "-o", recording, "--steps", "nvtx:step", *options, "--",
                                 sys.executable, program, variant], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"profile of {variant}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout


def judged(counters):
    return {check["id"]: check for check in counters["checks"] if check["judged"]}


def agree(offledger, variant, program):
    """Whether records and samples agree, in one run and in two."""
    _, both = offledger.profile(program, variant, "--counters", "beside")
    _, sampled = offledger.profile(program, variant, "--counters", "only")
    checks = judged(both["counters"])
    wrong = [name for name, check in checks.items() if not check["agrees"]]
    alone = sampled["counters"]["sampled"]
    recorded = checks["overlap_of_possible"]["record"]
    apart = alone["overlap_of_possible"] - recorded
    right = not wrong and "h2d_bytes" in checks and sampled["counters"]["sampled_only"] and abs(apart) <= POINTS + alone["overlap_open"]
    bytes_apart = checks["h2d_bytes"]["counter"] / checks["h2d_bytes"]["record"] - 1 if "h2d_bytes" in checks else float("nan")
    print(f"{'ok' if right else 'FAIL':5} {variant:10} {len(checks)} checks, {', '.join(wrong) or 'all'} {'differ' if wrong else 'agree'}; "
          f"H2D bytes {100 * bytes_apart:+.2f} %; overlap of possible {100 * recorded:.1f} % by record, "
          f"{100 * alone['overlap_of_possible']:.1f} % by samples alone ({100 * apart:+.2f} points)", flush=True)
    return right


def sees_zero_copy(offledger):
    """The first step may be the one that sampling begins in: it is in no figure then."""
    _, sampled = offledger.profile(COUNTED, "zero_copy", "--counters", "only")
    _, recorded = offledger.profile(COUNTED, "zero_copy")
    read = {steps: steps * graph_and_zero_copy.ZERO_COPY_BYTES
            for steps in (graph_and_zero_copy.STEPS - 1, graph_and_zero_copy.STEPS)}
    alone = sampled["counters"]["sampled"]
    steps = min(read, key=lambda one: abs(alone["h2d_bytes"] / read[one] - 1))
    right = alone["zero_copy"] and abs(alone["h2d_bytes"] / read[steps] - 1) < BYTES and recorded["metrics"]["h2d_bytes"] == 0
    print(f"{'ok' if right else 'FAIL':5} zero_copy  {read[steps] / 1e9:.2f} GB read by the kernels of {steps} steps: {alone['h2d_bytes'] / 1e9:.2f} GB "
          f"by samples alone, {'said' if alone['zero_copy'] else 'not said'} to be zero-copy; {recorded['metrics']['h2d_bytes']} bytes by record", flush=True)
    return right


def cost(offledger):
    def step_of(said):
        return float(re.search(r"([0-9.]+) ms a step", said).group(1))

    took = {"alone": [], "sampled": [], "recorded": []}
    for _ in range(ROUNDS):
        alone = subprocess.run([sys.executable, STREAMED, "small_kernels"], capture_output=True, text=True, check=True)
        took["alone"].append(step_of(alone.stdout))
        took["sampled"].append(step_of(offledger.profile(STREAMED, "small_kernels", "--counters", "only")[0]))
        took["recorded"].append(step_of(offledger.profile(STREAMED, "small_kernels")[0]))
    base = statistics.median(took["alone"])
    print("a step of 4800 small kernels: " + ", ".join(
        f"{statistics.median(all_of):.2f} ms {name} ({min(all_of):.2f} to {max(all_of):.2f}, {100 * (statistics.median(all_of) / base - 1):+.1f} %)"
        for name, all_of in took.items()), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default=os.environ.get("OFFLEDGER_BINARY", "build/release/bin/offledger"))
    parser.add_argument("--out", help="keep the recordings there")
    parser.add_argument("--recorded", help="judge the recordings that are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.recorded or options.out or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        offledger = Offledger(options.binary, folder, options.recorded is not None)
        right = [agree(offledger, variant, program) for variant, program in PROGRAMS.items()]
        right.append(sees_zero_copy(offledger))
        if not options.recorded:
            cost(offledger)
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
