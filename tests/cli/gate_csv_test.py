# SPDX-License-Identifier: Apache-2.0
"""`offledger gate --csv`: the gate's test on anyone's samples. `offledger gate` and the waivers of its configuration."""

import json
import random
import unittest

from support import CliTest


def samples(base, candidate, metric="wall_ns", cell="mine"):
    rows = ["cell,metric,side,rep,value"]
    for side, values in (("base", base), ("cand", candidate)):
        rows += [f"{cell},{metric},{side},{rep},{value}" for rep, value in enumerate(values)]
    return "\n".join(rows) + "\n"


def noisy(seed, mean=1e8, share=0.005, n=10):
    draw = random.Random(seed)
    return [round(mean * (1 + draw.gauss(0, share))) for _ in range(n)]


class GateCsv(CliTest):
    def gate(self, text, *options):
        return self.run_cli("gate", "--csv", self.write("samples.csv", text), *options)

    def test_a_slower_candidate_fails(self):
        verdict = self.gate(samples(noisy(1), noisy(2, mean=1.1e8)))
        self.assertEqual(verdict.code, 1, verdict.out + verdict.err)
        self.assertTrue(verdict.out.upper().startswith("FAIL"), verdict.out)
        document = self.gate(samples(noisy(1), noisy(2, mean=1.1e8)), "--format", "json").json()
        self.assertEqual((document["schema"], document["verdict"]), ("offledger.verdict/1", "fail"))
        cell = document["cells"][0]
        self.assertEqual((cell["cell"], cell["metric"], cell["state"]), ("mine", "wall_ns", "fail"))
        self.assertEqual((cell["n_base"], cell["n_cand"]), (10, 10))
        self.assertAlmostEqual(cell["delta"], 0.1, delta=0.02)

    def test_an_equal_and_a_faster_candidate_pass(self):
        self.assertEqual(self.gate(samples(noisy(1), noisy(2))).code, 0)
        self.assertEqual(self.gate(samples(noisy(1), noisy(2, mean=0.8e8))).code, 0)

    def test_too_few_repetitions_conclude_nothing(self):
        verdict = self.gate(samples(noisy(1, n=2), noisy(2, mean=1.1e8, n=2)))
        self.assertEqual(verdict.code, 3, verdict.out)
        self.assertIn("repetitions", verdict.out)

    def test_every_format_is_written(self):
        for form, begins in (("md", "#"), ("junit", "<?xml"), ("sarif", "{"), ("github", "::error")):
            verdict = self.gate(samples(noisy(1), noisy(2, mean=1.1e8)), "--format", form)
            self.assertEqual(verdict.code, 1)
            self.assertTrue(verdict.out.lstrip().startswith(begins), verdict.out[:200])

    def test_an_unknown_metric_needs_a_configuration(self):
        text = samples(noisy(1, mean=50), noisy(2, mean=40), metric="tokens_per_s")
        self.assertIn("tokens_per_s", self.fails(2, "gate", "--csv", self.write("samples.csv", text)))
        config = self.write("gate.json", {"metrics": {"tokens_per_s": {"class": "positive", "better": "higher"}}})
        self.assertEqual(self.gate(text, "--config", config).code, 1)

    def test_a_waiver_of_the_configuration_holds_until_its_day(self):
        text = samples(noisy(1), noisy(2, mean=1.1e8))
        waiver = {"metric": "wall_ns", "reason": "driver", "owner": "kim", "expires": "2999-12-31"}
        self.assertEqual(self.gate(text, "--config", self.write("gate.json", {"waivers": [waiver]})).code, 0)
        waiver["expires"] = "2001-01-01"
        self.assertEqual(self.gate(text, "--config", self.write("gate.json", {"waivers": [waiver]})).code, 1)

    def test_bad_files_are_placed(self):
        for text, word in (("", "header"), ("a,b\n1,2\n", "cell"),
                           ("cell,metric,side,rep,value\nx,wall_ns,base,0,fast\n", ":2"),
                           ("cell,metric,side,rep,value\nx,wall_ns,left,0,1\n", ":2")):
            self.assertIn(word, self.fails(2, "gate", "--csv", self.write("samples.csv", text)))
        self.fails(2, "gate", "--csv", self.folder / "absent.csv")
        self.fails(2, "gate", "--csv", self.folder)
        self.fails(2, "gate", "--csv", self.write("samples.csv", samples(noisy(1), noisy(2))), "--base", "latest")
        self.fails(2, "gate", "--csv", self.write("samples.csv", samples(noisy(1), noisy(2))), "--config",
                   self.write("gate.json", json.dumps({"margin": 1})))


if __name__ == "__main__":
    unittest.main()
