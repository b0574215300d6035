# SPDX-License-Identifier: Apache-2.0
"""The whole loop: run, remember, compare; a worse schedule fails, a faster kernel never does."""

import hashlib
import json
import re
import sqlite3
import unittest

from support import SOURCE, CliTest

WORKLOAD = SOURCE / "harness" / "model" / "workloads" / "llama70b-prefill-12k.json"
HISTORY1 = SOURCE / "schedules" / "catalogue" / "history1.json"


def shortened(text, factor):
    """The workload with every compute time scaled."""

    def scale(match):
        return match.group(1) + str(round(int(match.group(2)) * factor))

    result, changes = re.subn(r'("compute_ns"\s*:\s*)(\d+)', scale, text)
    assert changes >= 2, "the workload's compute times were not found"
    return result


def one_ahead_and_fenced(text):
    """history1 with its prefetch depth cut to one layer and its copies held back by compute."""
    document = json.loads(text)
    for point in document["issue"]:
        point["fence"] = True
        point["ahead"] = 1
    return json.dumps(document)


class Loop(CliTest):
    def measure(self, schedule="history1", workload="llama70b-prefill-12k", **options):
        flags = [part for key, value in options.items() for part in (f"--{key}", value)]
        return self.ok("run", "--schedule", schedule, "--workload", workload, *flags)

    def test_first_run_records_a_baseline_and_the_second_passes(self):
        self.measure()
        first = self.ok("gate", "--record-first")
        self.assertIn("baseline", first.out.splitlines()[0])
        self.measure()
        second = self.ok("gate")
        self.assertTrue(second.out.upper().startswith("PASS"), second.out)

    def test_without_a_baseline_nothing_is_green(self):
        self.measure()
        verdict = self.run_cli("gate", "--write", f"md={self.folder / 'comment.md'}")
        self.assertEqual(verdict.code, 4, verdict.out)
        self.assertIn("no baseline", verdict.out.splitlines()[0])
        self.assertIn("no baseline", (self.folder / "comment.md").read_text())

    def test_a_run_that_says_nothing_becomes_no_baseline(self):
        self.measure()
        database = sqlite3.connect(self.folder / "history.sqlite")
        for broken, word in (("UPDATE run SET complete = 0", "cut off"), ("UPDATE rep SET exit_code = 9", "exit code 9")):
            with database:
                database.execute(broken)
            verdict = self.run_cli("gate", "--record-first")
            self.assertEqual(verdict.code, 4, verdict.out)
            self.assertIn(word, " ".join(verdict.out.split()))
            with database:
                database.execute("UPDATE run SET complete = 1")
        self.assertEqual(self.ok("history", "baseline", "list", "--format", "json").json()["baselines"], [])

    def test_a_schedule_that_hides_less_fails_and_says_where(self):
        self.measure()
        self.ok("gate", "--record-first")
        worse = self.write("history1.json", one_ahead_and_fenced(HISTORY1.read_text()))
        self.measure(schedule=worse)
        verdict = self.run_cli("gate")
        self.assertEqual(verdict.code, 1, verdict.out)
        self.assertIn("history1", verdict.out)
        self.assertRegex(" ".join(line.strip() for line in verdict.out.splitlines()[:4]), r"overlap 100\.0 % -> \d+\.\d %")
        self.assertIn("How the ledger moved in history1 / llama70b-prefill-12k", verdict.out)
        self.assertIn("H2D exposed", verdict.out)
        self.assertEqual(json.loads(verdict.out.splitlines()[-1].split(": ", 1)[1]), {"verdict": "fail", "exit": 1})
        document = self.run_cli("gate", "--format", "json").json()
        self.assertEqual((document["schema"], document["verdict"]), ("offledger.verdict/1", "fail"))
        overlap = next(cell for cell in document["cells"] if cell["metric"] == "overlap_of_possible")
        self.assertLess(overlap["cand"], overlap["base"])

    def test_faster_kernels_pass(self):
        self.measure()
        self.ok("gate", "--record-first")
        for factor in (0.95, 0.8):
            faster = self.write("llama70b-prefill-12k.json", shortened(WORKLOAD.read_text(), factor))
            self.measure(workload=faster)
            verdict = self.run_cli("gate")
            self.assertEqual(verdict.code, 0, verdict.out)

    def test_a_vanished_cell_fails(self):
        self.ok("run", "--schedule", "history1", "--schedule", "history", "--workload", "tiny")
        self.ok("gate", "--record-first")
        self.measure(workload="tiny")
        verdict = self.run_cli("gate")
        self.assertEqual(verdict.code, 1, verdict.out)
        self.assertIn("missing", verdict.out)

    def test_two_runs_print_the_same_bytes(self):
        digests = set()
        for _ in range(2):
            result = self.ok("run", "--schedule", "history1", "--workload", "llama70b-prefill-8k", "--format", "json")
            digests.add(hashlib.sha256(result.out.encode()).hexdigest())
        self.assertEqual(len(digests), 1)

    def test_history_lists_and_shows(self):
        self.measure(label="first", commit="abc123")
        listed = self.ok("history", "list", "--format", "json").json()
        self.assertEqual(len(listed["runs"]), 1)
        self.assertEqual(listed["runs"][0]["label"], "first")
        for reference in ("latest", "first", "abc123", listed["runs"][0]["run"][:8]):
            self.assertIn("history1", self.ok("history", "show", reference).out)

    def test_explain_and_trace_of_a_stored_run(self):
        self.measure()
        document = self.ok("explain", "latest", "--format", "json").json()
        self.assertEqual(document["schema"], "offledger.ledger/1")
        self.assertEqual(document["device_kind"], "sim")
        device = document["devices"][0]
        self.assertEqual(sum(device["ledger"][key] for key in ("compute_only_ns", "hidden_ns", "exposed_ns", "collective_ns", "idle_ns")),
                         device["metrics"]["wall_ns"])
        self.ok("trace", "latest", "-o", self.folder / "trace.json")
        trace = json.loads((self.folder / "trace.json").read_text())
        self.assertGreater(len(trace["traceEvents"]), 100)


class Seed(CliTest):
    def test_the_seed_suite_prints_six_schedules(self):
        table = self.ok("run", "--suite", "seed").out
        for name in ("history1", "history", "stage1", "stage2", "stage12", "blocking1"):
            self.assertIn(name, table)


if __name__ == "__main__":
    unittest.main()
