# SPDX-License-Identifier: Apache-2.0
"""What is safe is said to be, for every timing; what is not comes with an order that breaks; bad schedules are errors."""

import json
import re
import unittest

from support import SOURCE, CliTest

CATALOGUE = SOURCE / "schedules" / "catalogue"
EXAMPLES = sorted((CATALOGUE / "examples").glob("*.json"))


class Catalogue(CliTest):
    def test_lists_seventeen_originals_and_their_variants(self):
        rows = self.ok("schedules", "--format", "json").json()["schedules"]
        files = [json.loads(path.read_text()) for path in CATALOGUE.glob("*.json")]
        self.assertEqual({row["name"] for row in rows}, {file["name"] for file in files})
        self.assertEqual(sum("variant_of" not in file for file in files), 17)
        self.assertTrue(all(row["title"] for row in rows))
        self.assertEqual({row["name"]: row["variant_of"] for row in rows}, {file["name"]: file.get("variant_of") for file in files})

    def test_a_line_each_and_variants_apart(self):
        originals, heading, variants = self.ok("schedules").out.partition("variants of these\n")
        self.assertTrue(heading)
        self.assertEqual(len(originals.splitlines()), 1 + 17)
        self.assertEqual(len(variants.splitlines()), len(list(CATALOGUE.glob("*.json"))) - 17)

    def test_all_are_safe(self):
        document = self.ok("verify", "--all", "--format", "json").json()
        self.assertEqual(len(document["schedules"]), len(list(CATALOGUE.glob("*.json"))))
        self.assertTrue(all(row["safe"] and not row["hazards"] for row in document["schedules"]))


class Examples(CliTest):
    def test_each_shows_the_hazard_it_names(self):
        for path in EXAMPLES:
            with self.subTest(path.name):
                named = json.loads(path.read_text())["$hazard"]
                result = self.run_cli("verify", path, "--format", "json")
                self.assertEqual(result.code, 1, result.err)
                self.assertEqual({named}, {hazard["kind"] for hazard in result.json()["schedules"][0]["hazards"]})

    def test_the_counter_example_is_readable(self):
        for name in ("missing_wait", "wrong_stream_wait", "slot_overwrite", "vllm_prefetch_remainder"):
            with self.subTest(name):
                result = self.run_cli("verify", CATALOGUE / "examples" / f"{name}.json")
                self.assertEqual(result.code, 1)
                self.assertRegex(result.out, r"UNSAFE +\w+: \d+ hazard")
                self.assertRegex(result.out, r'op \d+ "(copy|compute) L\d+\.\w+')
                self.assertRegex(result.out, r"breaks when things happen in this order:\n +the host enqueues op")

    def test_the_classes_that_a_file_can_show(self):
        shown = {json.loads(path.read_text())["$hazard"] for path in EXAMPLES}
        self.assertEqual(shown, {"read_before_copy", "slot_overwrite", "missing_wait", "wrong_stream_wait", "wrong_unit",
                                 "over_budget", "leak"})

    def test_across_steps_only(self):
        """The remainder is harmless where the layers are a multiple of the slots."""
        path = CATALOGUE / "examples" / "vllm_prefetch_remainder.json"
        workload = json.loads((SOURCE / "harness/model/workloads/llama70b-16l-t8192.json").read_text())
        for layers, code in ((15, 0), (16, 1), (17, 1), (18, 0)):
            with self.subTest(layers=layers):
                workload.update(layers=layers, name=f"of-{layers}")
                self.assertEqual(self.run_cli("verify", path, "--workload", self.write("w.json", workload)).code, code)

    def test_an_unsafe_one_among_safe_ones_fails(self):
        self.assertEqual(self.run_cli("verify", "history", CATALOGUE / "examples" / "missing_wait.json").code, 1)


class PlanFiles(CliTest):
    def test_what_a_schedule_compiles_to_reads_back(self):
        for name in ("history1", "vllm_prefetch", "comfyui", "accelerate"):
            with self.subTest(name):
                text = self.ok("schedules", "--plan", name, "--workload", "tiny", "--format", "json").out
                path = self.write(f"{name}.json", text)
                self.assertEqual(self.ok("schedules", "--plan", path, "--format", "json").out, text)
                self.assertEqual(self.ok("schedules", "--plan", path).out, self.ok("schedules", "--plan", name).out)
                self.ok("verify", path)
                run = [self.ok("run", "--schedule", one, "--workload", "tiny", "--db", self.folder / "h.sqlite", "--format", "json").json()
                       for one in (path, name)]
                self.assertEqual(*([cell["metrics"] for cell in one["cells"]] for one in run))

    def test_a_plan_of_another_model_does_not_run(self):
        text = self.ok("schedules", "--plan", "history", "--format", "json").out
        error = self.fails(2, "run", "--schedule", self.write("p.json", text), "--workload", "llama70b-decode", "--db", self.folder / "h.sqlite")
        self.assertIn("6 layers", error)

    def test_bad_plan_files(self):
        plan = json.loads((CATALOGUE / "examples" / "wrong_unit.json").read_text())
        changes = {"stream": lambda d: d["body"][1].update(stream="x"), "unit": lambda d: d["body"][1].update(unit="L9.layer"),
                   "op": lambda d: d["body"][0].update(op="jump"), "bytes": lambda d: d["body"][1].update(bytes=10**18),
                   "layers": lambda d: d["model"].update(layers=10**9), "twice": lambda d: d["events"].append("read"),
                   "groups": lambda d: d["model"].update(groups=[]), "plan": lambda d: d.update(plan="a/b"),
                   "body": lambda d: d.update(body={}), "depth": lambda d: d.update(depth=1),
                   "slot": lambda d: d["body"][5].update(slot="buffer[0]")}
        for word, change in changes.items():
            with self.subTest(word):
                document = json.loads(json.dumps(plan))
                change(document)
                error = self.fails(2, "verify", self.write("bad.json", document))
                self.assertRegex(error, r"bad\.json:\d+:\d+")
                self.assertIn(word, error)


class BadSchedules(CliTest):
    def refused(self, change, *words):
        document = json.loads((CATALOGUE / "history1.json").read_text())
        change(document)
        error = self.fails(2, "verify", self.write("mine.json", document))
        self.assertRegex(error, r"mine\.json")
        for word in words:
            self.assertIn(word, error)

    def test_zero_slots(self):
        self.refused(lambda d: d["slots"].update(count=0), "count")
        self.refused(lambda d: d["slots"].update(count={"attn": 0, "ffn": 5}), "attn")

    def test_depth_beyond_the_layers(self):
        self.refused(lambda d: d["issue"][0]["ahead"].update(to=17), "16")

    def test_units_that_the_model_lacks(self):
        self.refused(lambda d: d["issue"][0].update(unit="mlp"), "mlp")
        self.refused(lambda d: d["issue"][0].update(fetch="mlp"), "mlp")
        self.refused(lambda d: d.update(offload={"names": ["L99.ffn"]}), "L99.ffn")

    def test_contradictory_knobs(self):
        self.refused(lambda d: d["slots"].update(mapping="single"), "single")
        self.refused(lambda d: d["issue"][0].update(ahead={"from": 4, "to": 1}))
        self.refused(lambda d: d.update(copy={"by": "slab", "chunk_bytes": 16}), "chunk")

    def test_unknown_keys_and_values(self):
        self.refused(lambda d: d.update(depth=4), "depth")
        self.refused(lambda d: d.update(ready="hope"), "hope")

    def test_names(self):
        for name in ("../../etc/passwd", "a/b", "a\nb", "a\u0000b", "\u001b[31mred", "", "x" * 100_000):
            with self.subTest(repr(name[:20])):
                document = json.loads((CATALOGUE / "history1.json").read_text())
                document["name"] = name
                error = self.fails(2, "verify", self.write("mine.json", document))
                self.assertNotRegex(error, r"[\x00-\x08\x1b]")
                self.assertLess(len(error), 2000)

    def test_names_on_the_command_line(self):
        for name in ("a/b", "../history1", "a\nb", "\u001b[31m", "", "x" * 10_000):
            with self.subTest(repr(name[:20])):
                self.assertNotRegex(self.fails(2, "verify", name), r"[\x00-\x08\x1b]")

    def test_ten_megabytes_of_nesting(self):
        for text in ("[" * 10_000_000, '{"name":' * 1_300_000, '{"a":' * 1_000_000 + "1" + "}" * 1_000_000):
            self.assertLess(len(self.fails(2, "verify", self.write("deep.json", text))), 2000)

    def test_files_that_are_no_schedule(self):
        for text in ("", "null", "[]", "{}", "42", '"history1"', b"\xff\xfe\x00", '{"name": "x"'):
            with self.subTest(text):
                self.assertIn("mine.json", self.fails(2, "verify", self.write("mine.json", text)))
        self.fails(2, "verify", self.folder)
        self.fails(2, "verify", self.folder / "absent.json")
        self.fails(2, "verify")
        self.fails(2, "verify", "--all", "history")
        self.fails(2, "verify", "--all", "--workload", "absent")

    def test_every_placed_error_has_a_line(self):
        text = (CATALOGUE / "history1.json").read_text()
        line = next(n for n, one in enumerate(text.splitlines(), 1) if '"release"' in one)
        error = self.fails(2, "verify", self.write("mine.json", text.replace("last_reader_event", "last_reader")))
        self.assertTrue(re.search(rf"mine\.json:{line}:\d+", error), error)


if __name__ == "__main__":
    unittest.main()
