# SPDX-License-Identifier: Apache-2.0
"""ci/github/gate.sh under a faked GITHUB_* environment, end to end on a simulated device."""

import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as xml

from support import BINARY, SOURCE, CliTest

SCRIPT = SOURCE / "ci" / "github" / "gate.sh"
HISTORY1 = SOURCE / "schedules" / "catalogue" / "history1.json"


class GitHub(CliTest):
    def suite(self, **changes):
        """A suite of one schedule file of the test's own, so that base and candidate can differ."""
        document = json.loads(HISTORY1.read_text())
        for point in document["issue"]:
            point.update(changes)
        schedule = self.write("history1.json", document)
        return self.write("mine.json", {"name": "mine", "title": "one cell", "cases": [
            {"schedules": [str(schedule)], "workloads": ["llama70b-6l-t8192"]}]})

    def gate(self, suite, **environment):
        """The script's exit code; GITHUB_OUTPUT and the summary are new files in the test's folder."""
        for name in ("summary", "output"):
            self.write(name, "")
        fake = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "c0ffee" * 6 + "c0ff", "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "GITHUB_OUTPUT": str(self.folder / "output"), "OFFLEDGER": BINARY, "OFFLEDGER_SUITE": str(suite),
                "OFFLEDGER_DEVICE": "sim:h200", "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "someone/engine", "GITHUB_RUN_ID": "42", "OFFLEDGER_DB": self.database, "NO_COLOR": "1", **environment}
        self.process = subprocess.run([SCRIPT], env=dict(os.environ, **fake), cwd=self.folder, capture_output=True, text=True, timeout=240)
        return self.process.returncode

    def result(self, name):
        return (self.folder / "offledger-results" / name).read_text()

    def test_the_first_run_records_a_baseline_and_an_equal_one_passes(self):
        for _ in range(2):
            self.assertEqual(self.gate(self.suite()), 0, self.process.stdout + self.process.stderr)
        self.assertIn("exit-code=0", (self.folder / "output").read_text())

    def test_a_regression_is_shown_in_every_form(self):
        self.assertEqual(self.gate(self.suite()), 0, self.process.stderr)
        self.assertEqual(self.gate(self.suite(fence=True, ahead=1)), 1, self.process.stdout + self.process.stderr)
        self.assertTrue(self.process.stdout.upper().startswith("FAIL"), self.process.stdout)
        self.assertRegex(self.process.stdout, "(?m)^::error ")
        self.assertLessEqual(len(re.findall("(?m)^::error ", self.process.stdout)), 10)
        comment = self.result("comment.md")
        self.assertIn("<!-- offledger-gate -->", comment.rstrip().splitlines()[-1])
        self.assertLess(len(comment), 65_536)
        self.assertIn(comment, (self.folder / "summary").read_text())
        self.assertEqual(json.loads(self.result("verdict.json"))["verdict"], "fail")
        suites = xml.fromstring(self.result("junit.xml"))
        self.assertTrue(list(suites.iter("failure")))
        sarif = json.loads(self.result("verdict.sarif"))
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertTrue(sarif["runs"][0]["results"])
        self.assertEqual(len(list((self.folder / "offledger-results/traces").glob("*.json.gz"))), 2)
        links = comment.count("(https://github.com/someone/engine/actions/runs/42#artifacts)")
        self.assertGreater(links, 0)
        self.assertEqual(links % 2, 0)
        self.assertIn("[base](https://github.com/someone/engine/actions/runs/42#artifacts)", comment)
        self.assertIn("How the ledger moved", comment)
        self.assertIn("baseline 'mine' (first run)", comment)
        output = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        self.assertEqual(output["exit-code"], "1")
        for key in ("comment", "sarif", "results", "database"):
            self.assertTrue((self.folder / output[key]).exists(), output[key])

    def test_a_base_binary_is_measured_in_the_same_job(self):
        self.assertEqual(self.gate(self.suite(), OFFLEDGER_BASE=BINARY, OFFLEDGER_BASE_COMMIT="ba5e" * 10), 0, self.process.stderr)
        runs = self.ok("history", "list", "--format", "json").json()["runs"]
        self.assertEqual([run["label"] for run in runs], ["candidate", "base"])
        comment = self.result("comment.md")
        self.assertTrue(comment.startswith("### offledger: no action needed\n"), comment)
        self.assertIn("at ba5eba5eba5e (the merge base, measured in the same job)", comment)

    def test_where_there_is_noise_both_builds_are_measured_in_one_sitting(self):
        code = self.gate(self.suite(), OFFLEDGER_BASE=BINARY, OFFLEDGER_BASE_COMMIT="ba5e" * 10, OFFLEDGER_DEVICE="sim:h200+noise=5,2")
        self.assertEqual(code, 0, self.process.stdout + self.process.stderr)
        runs = [self.ok("history", "show", run["run"], "--format", "json").json()
                for run in self.ok("history", "list", "--format", "json").json()["runs"]]
        self.assertEqual({run["side"] for run in runs}, {"base", "cand"})
        self.assertEqual(len({run["sitting"] for run in runs}), 1)
        self.assertIn("ba5eba5eba5e (the merge base, measured in the same sitting)", self.result("comment.md"))
        for name in ("verdict.json", "junit.xml", "verdict.sarif", "annotations.txt", "verdict.txt"):
            self.assertTrue(self.result(name), name)

    def test_a_release_that_does_not_move_finds_what_crept_in(self):
        self.assertEqual(self.gate(self.suite()), 0, self.process.stderr)
        self.ok("history", "baseline", "accept", "candidate", "--reason", "version 1", "--name", "v1")
        self.assertEqual(self.gate(self.suite(fence=True, ahead=1)), 1)
        self.ok("history", "baseline", "accept", "candidate", "--reason", "accepted")
        self.assertEqual(self.gate(self.suite(fence=True, ahead=1)), 0, self.process.stdout)
        self.assertEqual(self.gate(self.suite(fence=True, ahead=1), OFFLEDGER_RELEASE="v1"), 1, self.process.stdout)
        self.assertIn("worse", self.result("release.md").splitlines()[0])
        self.assertIn("exit-code=1", (self.folder / "output").read_text())

    def test_a_release_is_compared_with_what_was_measured_in_turn(self):
        noise = "sim:h200+noise=5,2"
        self.ok("run", "--suite", self.suite(), "--device", noise, "--reps", "10", "--label", "v1")
        self.ok("run", "--suite", self.suite(fence=True, ahead=1), "--device", noise, "--reps", "10", "--label", "candidate")
        code = self.gate(self.suite(), OFFLEDGER_BASE=BINARY, OFFLEDGER_DEVICE=noise, OFFLEDGER_RELEASE="v1")
        self.assertEqual(code, 0, self.process.stdout + self.process.stderr)
        code = self.gate(self.suite(fence=True, ahead=1), OFFLEDGER_BASE=BINARY, OFFLEDGER_DEVICE=noise, OFFLEDGER_RELEASE="v1")
        self.assertEqual(code, 1, self.process.stdout + self.process.stderr)
        self.assertIn("worse", self.result("release.md").splitlines()[0])

    def test_on_gitlab_each_trace_has_a_link_of_its_own(self):
        for code, changes in enumerate(({}, {"fence": True, "ahead": 1})):
            exited = self.gate(self.suite(**changes), GITHUB_RUN_ID="", CI_JOB_URL="https://gitlab.com/a/b/-/jobs/7")
            self.assertEqual(exited, code, self.process.stderr)
        links = re.findall(r"\[(?:base|new)\]\((.*?)\)", self.result("comment.md"))
        self.assertTrue(links)
        for link in links:
            self.assertTrue(link.startswith("https://gitlab.com/a/b/-/jobs/7/artifacts/file/offledger-results/traces/"), link)
            self.assertTrue((self.folder / link[link.index("offledger-results"):]).exists(), link)

    def test_bad_input_is_no_verdict(self):
        self.assertEqual(self.gate(self.folder / "absent.json"), 2)
        self.assertFalse((self.folder / "offledger-results" / "verdict.json").exists())


if __name__ == "__main__":
    unittest.main()
