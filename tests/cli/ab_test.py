# SPDX-License-Identifier: Apache-2.0
"""`offledger ab`: two schedules in one sitting, judged by the gate."""

import json
import shutil
import subprocess
import unittest

from support import SOURCE, CliTest

HAS_GPU = shutil.which("nvidia-smi") is not None and subprocess.run(["nvidia-smi"], capture_output=True).returncode == 0
HISTORY1 = SOURCE / "schedules" / "catalogue" / "history1.json"
WORKLOAD = ("--workload", "llama70b-6l-t8192")


class AB(CliTest):
    def ab(self, base, candidate, *options):
        return self.run_cli("ab", "--base-schedule", base, "--cand-schedule", candidate, *WORKLOAD, *options)

    def fenced(self):
        """history1 with its prefetch depth cut to one layer and its copies held back by compute."""
        document = json.loads(HISTORY1.read_text())
        for point in document["issue"]:
            point["fence"] = True
            point["ahead"] = 1
        return self.write("history1.json", document)

    def test_without_noise_one_repetition_says_it(self):
        self.assertEqual(self.ab("history1", "history1").code, 0)
        verdict = self.ab("history1", self.fenced())
        self.assertEqual(verdict.code, 1, verdict.out + verdict.err)
        self.assertIn("How the ledger moved", verdict.out)

    def test_every_form_is_written_from_one_sitting(self):
        files = [part for form in ("md", "junit", "sarif", "github", "json") for part in ("--write", f"{form}={self.folder / form}")]
        verdict = self.ab("history1", self.fenced(), *files, "--traces", self.folder / "traces", "--trace-url", "https://x/t/",
                          "--base-why", "the release")
        self.assertEqual(verdict.code, 1, verdict.err)
        self.assertEqual(len(self.ok("history", "list", "--format", "json").json()["runs"]), 2)
        comment = (self.folder / "md").read_text()
        for name in sorted(path.name for path in (self.folder / "traces").iterdir()):
            self.assertIn(f"(https://x/t/{name})", comment)
        self.assertIn("(the release)", comment)
        self.assertEqual(json.loads((self.folder / "json").read_text())["base"]["why"], "the release")

    def test_what_cannot_be_written_is_said_before_anything_is_measured(self):
        self.assertEqual(self.ab("history1", "history1", "--write", f"md={self.folder}/absent/x.md").code, 2)
        self.assertFalse((self.folder / "history.sqlite").exists())

    def test_nothing_changed_never_fails(self):
        for seed in range(5):
            verdict = self.ab("history1", "history1", "--device", f"sim:h200+noise={seed},13")
            self.assertIn(verdict.code, (0, 3), verdict.out + verdict.err)

    def test_a_worse_schedule_fails_through_noise(self):
        verdict = self.ab("history1", self.fenced(), "--device", "sim:h200+noise=1,10")
        self.assertEqual(verdict.code, 1, verdict.out + verdict.err)
        self.assertTrue(verdict.out.upper().startswith("FAIL"), verdict.out)

    def test_a_better_schedule_passes(self):
        self.assertEqual(self.ab("blocking1", "history1", "--device", "sim:h200").code, 0)

    def test_too_few_repetitions_conclude_nothing(self):
        verdict = self.ab("history1", self.fenced(), "--device", "sim:h200+noise=1,10", "--reps", 2)
        self.assertEqual(verdict.code, 3, verdict.out)
        self.assertIn("repetitions", verdict.out)

    def test_both_sides_are_one_sitting_in_blocks_of_abba(self):
        self.ab("history1", "blocking1", "--device", "sim:h200+noise=1,10", "--reps", 3)
        runs = [self.ok("history", "show", run["run"], "--format", "json").json()
                for run in self.ok("history", "list", "--format", "json").json()["runs"]]
        self.assertEqual(len({run["sitting"] for run in runs}), 1)
        self.assertEqual({run["side"] for run in runs}, {"base", "cand"})
        places = sorted((rep["order"], run["side"], rep["block"]) for run in runs for rep in run["cells"][0]["reps"])
        sides = [side for _, side, _ in places]
        self.assertEqual([block for _, _, block in places], [0, 0, 0, 0, 1, 1])
        self.assertEqual(sides[0], sides[3])
        self.assertEqual(sides[1], sides[2])
        self.assertNotEqual(sides[0], sides[1])
        self.assertNotEqual(sides[4], sides[5])

    def test_commands_that_cannot_be_recorded_do_not_run(self):
        marker = self.folder / "ran"
        if HAS_GPU:
            self.fails(3, "ab", "--base", "exit 3", "--cand", "exit 3")
            return
        self.assertIn("nothing can be recorded", self.fails(125, "ab", "--base", f"touch {marker}", "--cand", f"touch {marker}"))
        self.assertFalse(marker.exists())

    def test_either_schedules_or_commands(self):
        self.fails(2, "ab")
        self.fails(2, "ab", "--base", "true")
        self.fails(2, "ab", "--base", "true", "--cand-schedule", "history1")
        self.fails(2, "ab", "--base", "true", "--cand", "true", "--base-schedule", "history1", "--cand-schedule", "history1")

    def test_bad_names(self):
        self.assertIn("history1", self.fails(2, "ab", "--base-schedule", "histroy1", "--cand-schedule", "history1"))
        self.fails(2, "ab", "--base-schedule", "history1")
        self.fails(2, "ab", "--base-schedule", "history1", "--cand-schedule", "history1", "--device", "sim:none")


if __name__ == "__main__":
    unittest.main()
