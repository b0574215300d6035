# SPDX-License-Identifier: Apache-2.0
"""docs/exit-codes.md by example: each code, the order in which they hold, and what --fail-on widens."""

import json
import unittest

from support import CliTest


class ExitCodes(CliTest):
    def measure(self, *schedules, device="sim:h200", reps="1", workload="tiny"):
        flags = [part for schedule in schedules for part in ("--schedule", schedule)]
        self.ok("run", *flags, "--workload", workload, "--device", device, "--reps", reps)

    def gate(self, *options):
        result = self.run_cli("gate", *options)
        verdict = json.loads(result.out.splitlines()[-1].split(": ", 1)[1])
        self.assertEqual(verdict["exit"], result.code)
        return result.code, verdict["verdict"]

    def two(self, base, candidate, **options):
        self.measure(*base, **options)
        self.ok("gate", "--record-first")
        self.measure(*candidate, **options)

    def test_pass_and_a_vanished_cell(self):
        self.two(["history", "history1"], ["history", "history1"])
        self.assertEqual(self.gate(), (0, "pass"))
        self.measure("history")
        self.assertEqual(self.gate(), (1, "fail"))

    def test_too_few_repetitions_are_inconclusive_unless_that_fails(self):
        self.two(["history"], ["history"], device="sim:h200+noise=1,2", reps="2")
        self.assertEqual(self.gate(), (3, "inconclusive"))
        self.assertEqual(self.gate("--fail-on", "regression,inconclusive,missing"), (1, "fail"))
        config = self.write("gate.json", {"fail_on": ["inconclusive"]})
        self.assertEqual(self.gate("--config", config), (1, "fail"))

    def test_no_data(self):
        self.measure("history")
        self.assertEqual(self.gate(), (4, "no_data"))
        self.assertEqual(self.gate("--fail-on", "no_data"), (1, "fail"))

    def test_another_device_is_not_comparable_and_outweighs_a_loss(self):
        self.measure("history", "history1")
        self.ok("gate", "--record-first")
        self.measure("history", device="sim:h200+noise=1,2", reps="2")
        self.assertEqual(self.gate()[0], 5)
        self.assertEqual(self.gate("--fail-on", "inconclusive,no_data")[0], 5)

    def test_usage_outweighs_everything(self):
        self.measure("history")
        for options in (("--fail-on", "nothing"), ("--config", "absent.json"), ("--format", "yaml"), ("--base", "absent"),
                        ("--write", "md"), ("--csv", "absent.csv"), ("--base-why", "x")):
            self.fails(2, "gate", *options)

    def test_a_configuration_error_names_file_line_and_key(self):
        for text, words in (('{\n  "q": 0.05,\n  "margin": {}\n}', (":3:", "margin", "margins")),
                            ('{\n  "margins": {\n    "ratio": "one"\n  }\n}', (":3:", "margins.ratio", "number")),
                            ('{"fail_on": [\n"regressions"]}', (":2:", "regression")),
                            ('{"waivers": [{"reason": "r", "owner": "o",\n"expires": "soon"}]}', (":2:", "YYYY-MM-DD")),
                            ('{"q": 0.05', ("gate.json",))):
            error = self.fails(2, "gate", "--config", self.write("gate.json", text))
            for word in words:
                self.assertIn(word, error)

    def test_a_dumped_configuration_is_a_configuration(self):
        dumped = self.ok("gate", "--fail-on", "inconclusive,missing", "--across-sittings", "--dump-config").out
        again = self.ok("gate", "--config", self.write("gate.json", dumped), "--dump-config").out
        self.assertEqual(again, dumped)
        self.assertEqual(json.loads(dumped)["fail_on"], ["inconclusive", "missing"])

    def test_verify(self):
        self.ok("verify", "history1")

    def test_ab_says_what_the_gate_says_and_commands_have_their_own_code(self):
        pair = ("--workload", "llama70b-6l-t8192")
        self.ok("ab", "--base-schedule", "history", "--cand-schedule", "history", *pair)
        self.assertEqual(self.run_cli("ab", "--base-schedule", "history", "--cand-schedule", "history_fenced", *pair).code, 1)
        self.fails(2, "ab", "--base-schedule", "history", "--cand-schedule", "absent", *pair)


if __name__ == "__main__":
    unittest.main()
