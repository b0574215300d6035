# SPDX-License-Identifier: Apache-2.0
"""`offledger explain RUN:CELL` beside what the cell is compared with: the test, the repetitions, the cause that grew."""

import unittest

from support import SOURCE, CliTest

WORKLOAD = "llama70b-6l-t8192"
CELL = f"history_fenced/{WORKLOAD}"


class ExplainAgainst(CliTest):
    def both(self):
        self.ok("run", "--schedule", "history", "--schedule", "history_fenced", "--workload", WORKLOAD)

    def against(self, subject, *options):
        return self.ok("explain", subject, *options, "--format", "json").json()["against"]

    def test_another_cell_says_which_cause_grew(self):
        self.both()
        found = self.against(f"latest:{CELL}", "--against", f"latest:history/{WORKLOAD}")
        self.assertEqual((found["verdict"], found["why"]), ("fail", f"its history/{WORKLOAD}"))
        self.assertEqual(found["grown_most"]["cause"], "transfer_wait/fenced")
        self.assertEqual(found["diagnoses"], {"appeared": ["late_issue"], "vanished": []})
        self.assertEqual((found["base"]["schedule"], found["cand"]["schedule"]), ("history", "history_fenced"))
        wall = next(row for row in found["cells"] if row["metric"] == "wall_ns")
        self.assertEqual(wall["base"], found["base"]["reps"][0]["values"]["wall_ns"])
        self.assertEqual(wall["cand"], found["cand"]["reps"][0]["values"]["wall_ns"])
        growth = found["grown_most"]
        self.assertEqual(growth["cand_ns"], found["cand"]["reps"][0]["causes"][growth["cause"]])
        text = " ".join(self.ok("explain", f"latest:{CELL}", "--against", f"latest:history/{WORKLOAD}").out.split())
        self.assertIn("What grew: transfer_wait/fenced, by", text)
        self.assertIn("Diagnosed here and not in the base: late_issue", text)

    def test_the_same_two_the_other_way_round_improve(self):
        self.both()
        found = self.against(f"latest:history/{WORKLOAD}", "--against", f"latest:{CELL}")
        self.assertEqual(found["verdict"], "pass")
        self.assertEqual(found["diagnoses"], {"appeared": [], "vanished": ["late_issue"]})

    def test_a_noisy_sitting_shows_its_blocks_interval_and_p(self):
        self.run_cli("ab", "--base-schedule", "history", "--cand-schedule", "history_fenced", "--workload", WORKLOAD,
                     "--device", "sim:h200+noise=1,2", "--no-top-up")
        cell = f"latest:history v history_fenced/{WORKLOAD}"
        found = self.against(cell)  # what the run was judged against
        self.assertEqual(found["why"], "measured in the same sitting")
        wall = next(row for row in found["cells"] if row["metric"] == "wall_ns")
        self.assertEqual((wall["state"], wall["n_base"], wall["n_cand"]), ("fail", 10, 10))
        self.assertLess(wall["p_adj"], 0.05)
        self.assertLess(wall["ci"][0], wall["ci"][1])
        reps = found["base"]["reps"] + found["cand"]["reps"]
        self.assertEqual(sorted(rep["order"] for rep in reps), list(range(20)))
        self.assertEqual(sorted({rep["block"] for rep in reps}), list(range(5)))
        text = self.ok("explain", cell).out
        for words in ("90 % interval", "p adj", "10 v 10", "block", "environment", "sitting"):
            self.assertIn(words, text)
        rows = [line.split() for line in text.splitlines() if line.split()[2:3] in (["base"], ["new"]) and line.split()[0].isdigit()]
        self.assertEqual([int(row[0]) for row in rows], list(range(20)), "in the order in which they were taken")

    def test_a_run_never_judged_has_no_such_part(self):
        self.both()
        self.assertNotIn("against", self.ok("explain", "latest", "--format", "json").json())
        self.assertNotIn("Against", self.ok("explain", "latest").out)

    def test_after_the_gate_it_is_what_the_gate_said(self):
        self.both()
        self.ok("gate", "--record-first")
        self.both()
        self.ok("gate")
        found = self.against(f"latest:{CELL}")
        self.assertEqual(found["why"], "baseline 'default' (first run)")
        self.assertIsNone(found["grown_most"])
        self.assertEqual({row["state"] for row in found["cells"]}, {"pass"})

    def test_a_margin_of_the_configuration_counts(self):
        self.both()
        config = self.write("gate.json", {"margins": {"positive": 1, "points_of_wall": 1, "ratio": 1}})
        options = ("--against", f"latest:history/{WORKLOAD}", "--config", config)
        self.assertEqual(self.against(f"latest:{CELL}", *options)["verdict"], "pass")

    def test_runs_that_cannot_be_compared_show_the_ledger_and_say_why(self):
        self.both()
        self.ok("run", "--schedule", "history_fenced", "--workload", WORKLOAD, "--device", "sim:h200+noise=1,2", "--reps", "2")
        found = self.against(f"latest:{CELL}", "--against", self.ok("history", "list", "--format", "json").json()["runs"][1]["run"])
        self.assertEqual((found["verdict"], found["cells"]), ("not_comparable", []))
        self.assertTrue(found["reason"])

    def test_what_is_not_there(self):
        self.both()
        for against in ("absent", "latest:absent/x", "latest:history"):
            self.assertIn(against.split(":")[-1], self.fails(2, "explain", f"latest:{CELL}", "--against", against))
        recording = SOURCE / "docs/results/recordings/history.oflg"
        self.assertIn("--against", self.fails(2, "explain", recording, "--against", "latest"))
        self.fails(2, "explain", f"latest:{CELL}", "--config", self.write("gate.json", {}))
        self.ok("run", "--schedule", "stage1", "--workload", "tiny")
        other = self.ok("history", "list", "--format", "json").json()["runs"][1]["run"]
        self.assertIn("name one as RUN:SCHEDULE/WORKLOAD", self.fails(2, "explain", "latest", "--against", other))


if __name__ == "__main__":
    unittest.main()
