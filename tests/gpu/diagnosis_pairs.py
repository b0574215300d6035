#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pairs of PyTorch programs, one broken and one not: `offledger profile` must tell them apart by name.

    python3 tests/gpu/diagnosis_pairs.py [--out FOLDER] [--only ID]… [BINARY]
    python3 tests/gpu/diagnosis_pairs.py --recorded FOLDER [BINARY]     # needs no GPU

Runs each program of tests/gpu/pairs/stream_weights.py once, one at a time, keeps its recording in FOLDER, and prints a
row a pair; or judges the recordings of FOLDER. Exit code 1 where a broken program's first diagnosis is another, or a fixed one has the broken one's.
Under two minutes on an H200.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent
PROGRAM = SOURCE / "pairs" / "stream_weights.py"

# The diagnosis that the broken program must have first, the broken program, the fixed one.
PAIRS = [
    ("pageable_source", "pageable", "right"),
    ("same_stream", "on_compute_stream", "right"),
    ("single_slot", "one_slot", "right"),
    ("tiny_copies", "tiny_copies", "right"),
    ("allocator_sync", "empty_cache", "right"),
    ("launch_bound", "slow_python", "right"),
    ("wrong_stream_wait", "wrong_stream", "right"),
    ("late_issue", "too_late", "early_enough"),
    ("host_block_per_layer", "host_waits", "right"),
    ("pin_on_the_fly", "pin_in_step", "right"),
    ("launch_bound", "small_kernels", "right"),
]


class Profiler:
    """Profiles each program at most once."""

    def __init__(self, binary, folder, recorded=False):
        self.binary, self.folder, self.recorded, self.known = binary, folder, recorded, {}

    def diagnoses(self, variant):
        if variant not in self.known:
            self.known[variant] = self.profile(variant)
        return self.known[variant]

    def profile(self, variant):
        recording = self.folder / f"{variant}.oflg"
        if not self.recorded:
            self.record(variant, recording)
        explained = subprocess.run([self.binary, "explain", recording, "--format", "json"], capture_output=True, text=True)
        if not explained.stdout:
            raise RuntimeError(f"{variant}: {explained.stderr.strip()}")
        return [one["id"] for one in json.loads(explained.stdout)["diagnoses"]]

    def record(self, variant, recording):
        result = subprocess.run([self.binary, "profile", "-o", recording, "--steps", "nvtx:step", "--",
                                 sys.executable, PROGRAM, variant], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{variant}: exit code {result.returncode}: {result.stderr.strip()[-400:]}")
        (self.folder / f"{variant}.txt").write_text(result.stdout)


def judge(profiler, expected, broken, fixed):
    """What is wrong with a pair, and what was found of each."""
    try:
        of_broken, of_fixed = profiler.diagnoses(broken), profiler.diagnoses(fixed)
    except RuntimeError as error:
        return str(error), [], []
    wrong = []
    if of_broken[:1] != [expected]:
        wrong.append(f"{broken}: expected {expected} first")
    if expected in of_fixed:
        wrong.append(f"{fixed}: {expected} is not true of it")
    return "; ".join(wrong), of_broken, of_fixed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=os.environ.get("OFFLEDGER_BINARY", "build/release/bin/offledger"))
    parser.add_argument("--out", type=pathlib.Path, help="where recordings are kept")
    parser.add_argument("--recorded", type=pathlib.Path, help="judge the recordings of this folder, run nothing")
    parser.add_argument("--only", action="append", choices=sorted({pair[0] for pair in PAIRS}),
                        help="a diagnosis; may be given again")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.recorded or options.out or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        profiler = Profiler(options.binary, folder, options.recorded is not None)
        for expected, broken, fixed in PAIRS:
            if options.only and expected not in options.only:
                continue
            wrong, of_broken, of_fixed = judge(profiler, expected, broken, fixed)
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok':5} {expected:21} {broken}: {', '.join(of_broken) or '-'}   "
                  f"{fixed}: {', '.join(of_fixed) or '-'}{'   ' + wrong if wrong else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
