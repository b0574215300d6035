# SPDX-License-Identifier: Apache-2.0
"""Recordings of PyTorch programs on an H200 (docs/results/pairs, programs, counted), broken and fixed: each is told apart
by name. The programs and what is expected of them stand in tests/gpu."""

import subprocess
import sys
import unittest

from support import BINARY, SOURCE, CliTest


class RecordedPrograms(CliTest):
    def judge(self, script, folder):
        result = subprocess.run([sys.executable, "-B", SOURCE / "tests" / "gpu" / script, "--recorded", SOURCE / "docs" / "results" / folder, BINARY],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_each_pair_is_told_apart(self):
        self.assertEqual(self.judge("diagnosis_pairs.py", "pairs").count("\nok ") + 1, 11)

    def test_each_program_is_diagnosed(self):
        self.assertEqual(self.judge("profile_programs.py", "programs").count("\nok ") + 1, 5)

    def test_samples_of_programs_agree_with_their_records(self):
        said = self.judge("counted_programs.py", "counted")
        self.assertEqual(said.count("\nok ") + 1, 4)

    def test_nodes_of_a_graph_wait_for_the_copies_that_they_read(self):
        device = self.ok("explain", SOURCE / "docs" / "results" / "counted" / "graph-beside.oflg", "--format", "json").json()["devices"][0]
        waits = {cause["cause"]: 0 for cause in device["causes"]}
        for cause in device["causes"]:
            waits[cause["cause"]] += cause["ns"]
        self.assertGreater(waits["transfer_wait"], 0.85 * sum(waits.values()))
        self.assertLess(waits["launch_latency"], 0.02 * sum(waits.values()))

    def test_kernels_that_read_host_memory_are_bound_by_the_link(self):
        said = self.ok("explain", SOURCE / "docs" / "results" / "counted" / "zero_copy-only.oflg").out
        self.assertIn("Link-bound: kernels read host memory themselves", said)
        self.assertIn("figures are of the steps after it", said)

    def test_a_folder_without_recordings_fails(self):
        result = subprocess.run([sys.executable, "-B", SOURCE / "tests" / "gpu" / "diagnosis_pairs.py", "--recorded", self.folder, BINARY],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no such file", result.stdout)


if __name__ == "__main__":
    unittest.main()
