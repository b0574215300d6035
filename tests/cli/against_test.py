#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Predicted against measured, with one simulated device in the place of the measured one."""

import json
import unittest

from support import SOURCE, CliTest

PROFILE = SOURCE / "harness/device/sim/profiles/h200.json"


class Against(CliTest):
    def slow_profile(self):
        """The shipped profile with half the link, under a name of its own."""
        profile = json.loads(PROFILE.read_text())
        profile.pop("$schema", None)
        profile["name"] = "slow"
        for point in profile["h2d_pinned"]:
            point["bytes_per_s"] //= 2
        return self.write("slow.json", profile)

    def measure(self, device, *arguments):
        self.ok("run", "--suite", "smoke", "--device", device, "--label", "measured", *arguments)

    def test_a_device_predicts_itself(self):
        self.measure("sim:h200")
        cells = self.ok("run", "--device", "sim:h200", "--against", "measured", "--format", "json").json()["cells"]
        self.assertEqual([(cell["schedule"], cell["workload"]) for cell in cells],
                         [("history", "tiny"), ("history1", "tiny"), ("blocking1", "tiny")])
        for cell in cells:
            for metric in ("wall_ns", "overlap", "gpu_idle_ns", "cpu_blocked_ns"):
                self.assertEqual(cell[metric]["predicted"], cell[metric]["measured"])
                self.assertEqual(cell[metric]["difference"], 0)

    def test_differences_are_of_the_measured_wall(self):
        self.measure(f"sim:{self.slow_profile()}")
        found = self.ok("run", "--device", "sim:h200", "--against", "measured", "--format", "json").json()
        self.assertEqual((found["schema"], found["predicted_by"], found["measured_on"]),
                         ("offledger.against/1", "sim:h200", "sim:slow"))
        moved = 0
        for cell in found["cells"]:
            wall = cell["wall_ns"]["measured"]
            for metric in ("wall_ns", "gpu_idle_ns", "cpu_blocked_ns"):
                figure = cell[metric]
                self.assertAlmostEqual(figure["difference"], (figure["predicted"] - figure["measured"]) / wall)
            overlap = cell["overlap"]
            self.assertAlmostEqual(overlap["difference"], overlap["predicted"] - overlap["measured"])
            moved += cell["wall_ns"]["difference"] != 0
        self.assertGreater(moved, 0)

    def test_the_measured_run_may_be_in_another_file(self):
        other = str(self.folder / "other.sqlite")
        self.measure("sim:h200", "--db", other)
        text = self.ok("run", "--device", "sim:h200", "--against", "measured", "--against-db", other).out
        self.assertIn("sim:h200 against sim:h200", text)
        for word in ("history1", "blocking1", "tiny", "+0.00 %", "+0.00 points"):
            self.assertIn(word, text)

    def test_no_shared_cell_is_not_comparable(self):
        self.measure("sim:h200")
        error = self.fails(5, "run", "--device", "sim", "--schedule", "stage1", "--workload", "tiny", "--against", "measured")
        self.assertIn("none of the cells", error)

    def test_a_changed_schedule_is_named(self):
        self.measure("sim:h200")
        text = (SOURCE / "schedules/catalogue/history1.json").read_text()
        path = self.write("history1.json", text + "\n")
        again = ("run", "--schedule", path, "--workload", "tiny", "--against", "measured")
        self.assertIn("changed since that run; predicted is what they are now: history1", self.ok(*again).out)
        self.assertTrue(self.ok(*again, "--format", "json").json()["cells"][0]["schedule_changed"])

    def test_an_unknown_run_is_a_usage_error(self):
        self.measure("sim:h200")
        self.fails(2, "run", "--device", "sim", "--against", "nothing-of-that-name")


class OnlyOnAGpu(CliTest):
    def test_check_computes_on_a_gpu(self):
        self.assertIn("offledger verify", self.fails(2, "run", "--check", "--device", "sim"))

    def test_calibrate_measures_a_gpu(self):
        self.assertIn("cuda", self.fails(2, "calibrate", "--device", "sim", "-o", "profile.json"))

    def test_calibrate_refuses_what_cannot_be_computed(self):
        error = self.fails(2, "calibrate", "--workload", "tiny", "-o", "profile.json")
        self.assertIn("architecture", error)
        self.assertFalse((self.folder / "profile.json").exists())


if __name__ == "__main__":
    unittest.main()
