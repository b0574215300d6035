# SPDX-License-Identifier: Apache-2.0
"""The ledger of real H200 recordings (docs/results/recordings), to the nanosecond. They need no GPU to be read.

figures.json beside the recordings holds what is expected; `python3 recordings_test.py --update` writes it anew, for a
change of definition that docs/metrics.md explains."""

import json
import subprocess
import sys
import unittest

from support import BINARY, SOURCE, CliTest

FOLDER = SOURCE / "docs" / "results" / "recordings"
FIGURES = FOLDER / "figures.json"
KEPT = ("wall_ns", "compute_ns", "gpu_idle_ns", "device_idle_ns", "cpu_blocked_ns", "step_join_ns", "h2d_ns", "h2d_hidden_ns",
        "h2d_exposed_ns", "h2d_bytes", "h2d_copies", "h2d_pageable_copies")
LEDGER = ("compute_only_ns", "hidden_ns", "exposed_ns", "collective_ns", "idle_ns")
RECORDINGS = sorted(path.stem for path in FOLDER.glob("*.oflg"))


def explain(name):
    output = subprocess.run([BINARY, "explain", FOLDER / f"{name}.oflg", "--format", "json"], capture_output=True, text=True, check=True)
    return json.loads(output.stdout)


def figures_of(document):
    metrics = document["devices"][0]["metrics"]
    return {key: metrics[key] for key in KEPT}


class Recordings(CliTest):
    def test_there_is_one_of_each_schedule(self):
        self.assertLessEqual({"history1", "history", "stage1", "stage2", "stage12", "blocking1", "pageable"}, set(RECORDINGS))

    def test_figures_are_what_they_were(self):
        expected = json.loads(FIGURES.read_text())
        self.assertEqual(sorted(expected), RECORDINGS)
        for name in RECORDINGS:
            with self.subTest(name):
                self.assertEqual(figures_of(explain(name)), expected[name])

    def test_sums_close_and_causes_add_up(self):
        for name in RECORDINGS:
            device = explain(name)["devices"][0]
            for window in [device, *device["steps"]]:
                with self.subTest(name):
                    self.assertEqual(sum(window["ledger"][key] for key in LEDGER), window["metrics"]["wall_ns"])
                    self.assertEqual(sum(cause["ns"] for cause in window["causes"]), window["metrics"]["gpu_idle_ns"])

    def test_each_did_what_its_schedule_says(self):
        for name in RECORDINGS:
            with self.subTest(name):
                document = explain(name)
                self.assertEqual(document["devices"][0]["metrics"]["nonconforming_copies"], 0)
                self.assertNotIn("nonconforming", [finding["id"] for finding in document["findings"]])

    def test_small_enough_to_keep(self):
        for path in FOLDER.glob("*.oflg"):
            self.assertLessEqual(path.stat().st_size, 300_000, path.name)

    def test_a_blocking_schedule_shows_the_host_blocked(self):
        device = explain("blocking1")["devices"][0]
        self.assertGreater(device["metrics"]["cpu_blocked_ns"], 0.8 * device["metrics"]["wall_ns"])
        longest = max(device["cpu"], key=lambda row: row["ns"])
        self.assertEqual((longest["api"], longest["waited_for"]), ("cudaEventSynchronize", "h2d"))

    def test_a_pageable_run_is_named(self):
        document = explain("pageable")
        metrics = document["devices"][0]["metrics"]
        self.assertEqual(metrics["h2d_pageable_copies"], metrics["h2d_copies"])
        self.assertEqual(document["diagnoses"][0]["id"], "pageable_source")
        self.assertGreater(metrics["cpu_blocked_ns"], 0.8 * metrics["wall_ns"])


if __name__ == "__main__":
    if "--update" in sys.argv:
        FIGURES.write_text(json.dumps({name: figures_of(explain(name)) for name in RECORDINGS}, indent=1) + "\n")
    else:
        unittest.main()
