# SPDX-License-Identifier: Apache-2.0
"""`offledger profile` where no GPU answers: it says so before COMMAND runs. With one: exit codes are kept."""

import shutil
import subprocess
import unittest

from support import CliTest

HAS_GPU = shutil.which("nvidia-smi") is not None and subprocess.run(["nvidia-smi"], capture_output=True).returncode == 0


class Profile(CliTest):
    def test_help_and_usage(self):
        self.assertIn("--steps", self.ok("profile", "--help").out)
        self.fails(2, "profile")
        self.fails(2, "profile", "--level", "everything", "--", "true")
        self.fails(2, "profile", "--graphs", "some", "--", "true")
        self.fails(2, "profile", "--counters=some", "--", "true")
        self.fails(2, "profile", "--counters", "--counters-us", "4", "--", "true")
        for option in (["--counters-us", "50"], ["--counters-gpu", "1"]):
            self.assertIn("--counters", self.fails(2, "profile", *option, "--", "true"))

    def test_options_that_cannot_be_meant_are_its_own_failure(self):
        self.assertIn("--cell", self.fails(125, "profile", "--db", self.database, "--", "true"))
        self.assertIn("--db", self.fails(125, "profile", "--cell", "a/b", "--", "true"))
        for option in ("--delay-ms", "--duration-ms"):
            self.assertIn("--steps all", self.fails(125, "profile", option, "5", "--steps", "nvtx:step", "--", "true"))
        self.assertIn("SCHEDULE/WORKLOAD", self.fails(125, "profile", "--db", self.database, "--cell", "a", "--", "true"))

    @unittest.skipIf(HAS_GPU, "there is a GPU")
    def test_without_a_gpu_the_command_does_not_run(self):
        marker = self.folder / "ran"
        for counters in ([], ["--counters"], ["--counters", "only"]):
            error = self.fails(125, "profile", *counters, "--", "touch", marker)
            self.assertIn("nothing can be recorded", error)
            self.assertFalse(marker.exists())

    @unittest.skipUnless(HAS_GPU, "needs a GPU")
    def test_exit_codes_are_kept(self):
        self.fails(3, "profile", "--", "sh", "-c", "exit 3")
        self.fails(143, "profile", "--", "sh", "-c", "kill -TERM $$")
        self.assertIn("no GPU operation", self.fails(125, "profile", "--", "true"))
        self.assertIn("cannot start", self.fails(125, "profile", "--", "nosuchprogram"))
        self.fails(3, "profile", "--counters", "only", "--", "sh", "-c", "exit 3")
        self.assertIn("CUDA device(s)", self.fails(125, "profile", "--counters", "only", "--counters-gpu", "4711", "--", "true"))


if __name__ == "__main__":
    unittest.main()
