# SPDX-License-Identifier: Apache-2.0
"""ci/github/gate.sh under a faked GITHUB_* environment, end to end on a simulated device."""

import json
import os
import pathlib
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
                "OFFLEDGER_DEVICE": "sim:h200", "OFFLEDGER_DB": self.database, "NO_COLOR": "1", **environment}
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
        output = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        self.assertEqual(output["exit-code"], "1")
        for key in ("comment", "sarif", "results", "database"):
            self.assertTrue((self.folder / output[key]).exists(), output[key])

    def test_a_base_binary_is_measured_in_the_same_job(self):
        self.assertEqual(self.gate(self.suite(), OFFLEDGER_BASE=BINARY, OFFLEDGER_BASE_COMMIT="ba5e" * 10), 0, self.process.stderr)
        runs = self.ok("history", "list", "--format", "json").json()["runs"]
        self.assertEqual([run["label"] for run in runs], ["candidate", "base"])

    def test_bad_input_is_no_verdict(self):
        self.assertEqual(self.gate(self.folder / "absent.json"), 2)
        self.assertFalse((self.folder / "offledger-results" / "verdict.json").exists())


class Workflows(unittest.TestCase):
    """What can be checked of the YAML without a runner: the action's inputs are those that the examples give."""

    def test_examples_give_known_inputs(self):
        action = (SOURCE / "ci/github/action.yml").read_text()
        inputs = action[action.index("inputs:"):action.index("outputs:")]
        known = set(re.findall(r"(?m)^  ([\w-]+):$", inputs))
        self.assertEqual(set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", action)), known)
        for example in sorted(pathlib.Path(SOURCE / "ci/github/examples").glob("*.yml")):
            text = example.read_text()
            step = re.search(r"uses: \./ci/github\n\s+with:\n((?:          [\w-]+: .*\n)+)", text)
            self.assertIsNotNone(step, example)
            self.assertLessEqual(set(re.findall(r"(?m)^ +([\w-]+):", step.group(1))), known)


if __name__ == "__main__":
    unittest.main()
