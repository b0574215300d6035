# SPDX-License-Identifier: Apache-2.0
"""A recording that bears a schedule's name is held to that schedule's plan: copy by copy, and named where it differs."""

import unittest

from support import CliTest


class Conformance(CliTest):
    def explain_played(self, change=lambda plan: None, schedule="history"):
        """explain's view of what the schedule's plan, changed, did under the schedule's name."""
        plan = self.ok("schedules", "--plan", schedule, "--workload", "tiny", "--format", "json").json()
        change(plan)
        recording = self.folder / "r.oflg"
        self.ok("play", "--schedule", self.write("plan.json", plan), "--workload", "tiny", "-o", recording)
        return self.ok("explain", recording, "--format", "json").json()

    def told(self, document):
        return [one["detail"] for one in document["findings"] if one["id"] == "nonconforming"], [one["id"] for one in document["diagnoses"]]

    @staticmethod
    def copies(plan):
        return [op for op in plan["body"] if op["op"] == "copy"]

    def test_what_runs_conforms(self):
        document = self.ok("run", "--schedule", "history1", "--schedule", "vllm_prefetch", "--workload", "tiny", "--format", "json").json()
        for cell in document["cells"]:
            self.assertEqual(cell["metrics"]["nonconforming_copies"], 0)
            self.assertEqual(cell.get("findings", []), [])
        explained = self.ok("explain", "latest:history1/tiny", "--format", "json").json()
        self.assertEqual(explained["devices"][0]["metrics"]["nonconforming_copies"], 0)
        self.assertEqual(self.told(self.explain_played())[0], [])

    def test_pinning_that_was_lost(self):
        def change(plan):
            self.copies(plan)[2]["source"] = "pageable"
        details, diagnoses = self.told(document := self.explain_played(change))
        self.assertRegex(details[0], r"step 0, L1\.attn: copied from pageable memory, planned from pinned")
        self.assertIn("declared_not_applied", diagnoses)
        self.assertEqual(document["devices"][0]["metrics"]["nonconforming_copies"], 3)

    def test_copies_on_the_compute_stream(self):
        def change(plan):
            for copy in self.copies(plan):
                copy["stream"] = "compute_mha"
        details, diagnoses = self.told(self.explain_played(change))
        self.assertRegex(details[0], r"copied on compute_mha, planned on weight_h2d; 36 differences in all")
        self.assertIn("declared_not_applied", diagnoses)

    def test_a_copy_too_many(self):
        def change(plan):
            at = next(i for i, op in enumerate(plan["body"]) if op["op"] == "copy")
            plan["body"].insert(at, plan["body"][at])
        details, diagnoses = self.told(self.explain_played(change))
        self.assertRegex(details[0], r"L0\.attn: 1 copy of \d+ bytes recorded and not planned")
        self.assertIn("over_fetch", diagnoses)
        self.assertNotIn("declared_not_applied", diagnoses)

    def test_another_schedule_under_the_name(self):
        plan = self.ok("schedules", "--plan", "stage1", "--workload", "tiny", "--format", "json").json()
        plan["plan"] = "history"
        recording = self.folder / "r.oflg"
        self.ok("play", "--schedule", self.write("plan.json", plan), "--workload", "tiny", "-o", recording)
        self.assertTrue(self.told(self.ok("explain", recording, "--format", "json").json())[0])

    def test_a_schedule_of_ones_own_is_not_held_to_the_catalogues(self):
        plan = self.ok("schedules", "--plan", "stage1", "--workload", "tiny", "--format", "json").json()
        plan["plan"] = "history"
        self.ok("run", "--schedule", self.write("plan.json", plan), "--workload", "tiny")
        document = self.ok("explain", "latest", "--format", "json").json()
        self.assertIsNone(document["devices"][0]["metrics"]["nonconforming_copies"])

    def test_the_gate_fails_where_a_schedule_is_no_longer_done(self):
        """A run's figures with other copies than planned, beside the same without."""
        rows = "cell,metric,side,rep,value\n" + "".join(f"c,nonconforming_copies,{side},{rep},{value}\n" for side, value in (("base", 0), ("cand", 3)) for rep in range(3))
        self.assertEqual(self.run_cli("gate", "--csv", self.write("s.csv", rows)).code, 1)
        self.assertEqual(self.run_cli("gate", "--csv", self.write("s.csv", rows.replace(",3\n", ",0\n"))).code, 0)


if __name__ == "__main__":
    unittest.main()
