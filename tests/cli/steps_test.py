# SPDX-License-Identifier: Apache-2.0
"""`--steps` on traces that mark none, and what `explain` predicts."""

import unittest

from support import SOURCE, CliTest

RECORDINGS = SOURCE / "docs" / "results" / "recordings"


def kineto(steps=4, layers=6):
    """A forward pass a step: an embedding, layers of two products, a sampler; with a range `forward` around it."""
    events, at, correlation = [], 1000, 0
    for _ in range(steps):
        begin = at
        for name in ["embed"] + ["mm_qkv", "mm_out"] * layers + ["sample"]:
            correlation += 1
            args = {"correlation": correlation, "device": 0, "context": 1, "stream": 7}
            events.append({"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 1, "tid": 1, "ts": at, "dur": 5,
                           "args": {"correlation": correlation}})
            events.append({"ph": "X", "cat": "kernel", "name": name, "pid": 0, "tid": 7, "ts": at + 10, "dur": 40, "args": args})
            at += 50
        events.append({"ph": "X", "cat": "user_annotation", "name": "forward", "pid": 1, "tid": 1, "ts": begin, "dur": at - begin})
        at += 200
    return {"schemaVersion": 1, "traceEvents": events}


class Steps(CliTest):
    def steps(self, path, *options):
        return self.ok("explain", path, "--format", "json", *options).json()["devices"][0]["steps"]

    def test_a_trace_without_marks_is_one_step(self):
        self.assertEqual(len(self.steps(self.write("t.json", kineto()))), 1)

    def test_auto_finds_the_pattern_that_repeats(self):
        steps = self.steps(self.write("t.json", kineto()), "--steps", "auto")
        self.assertEqual(len(steps), 4)
        self.assertTrue(steps[0]["cold"])
        walls = [step["metrics"]["wall_ns"] for step in steps[1:3]]
        self.assertEqual(walls, [(14 * 50 + 200) * 1000] * 2)

    def test_a_named_range_is_a_step(self):
        self.assertEqual(len(self.steps(self.write("t.json", kineto()), "--steps", "nvtx:forward")), 4)

    def test_import_keeps_the_steps_it_found(self):
        trace = self.write("t.json", kineto())
        self.ok("import", trace, "-o", self.folder / "t.oflg", "--steps", "auto")
        self.assertEqual(len(self.steps(self.folder / "t.oflg")), 4)
        self.ok("import", trace, "--steps", "auto", "--db", self.database, "--cell", "mine/four")
        cell = self.ok("history", "show", "latest", "--db", self.database, "--format", "json").json()["cells"][0]
        self.assertEqual(len(cell["reps"]), 3)

    def test_what_cannot_be_found_is_said(self):
        trace = self.write("t.json", kineto(steps=1, layers=1))
        self.assertIn("found none", self.fails(4, "explain", trace, "--steps", "auto"))
        self.assertIn("no range of that name", self.fails(4, "explain", trace, "--steps", "nvtx:backward"))
        self.assertIn("did you mean 'forward'?", self.fails(4, "explain", trace, "--steps", "nvtx:forwards"))
        self.assertIn("gone.json: no such file", self.fails(2, "explain", "gone.json"))
        self.assertIn("expected marks, auto or nvtx:RANGE", self.fails(2, "explain", trace, "--steps", "sometimes"))


class WhatIf(CliTest):
    def test_predictions_stand_beside_what_was_recorded(self):
        device = self.ok("explain", RECORDINGS / "blocking1.oflg", "--format", "json").json()["devices"][0]
        self.assertEqual(device["replayed_wall_ns"], device["metrics"]["wall_ns"])
        self.assertEqual(device["critical_path"]["limit"], "link")
        path = sum(value for key, value in device["critical_path"].items() if key.endswith("_ns"))
        self.assertEqual(path, device["metrics"]["wall_ns"])
        ids = [one["id"] for one in device["what_if"]]
        self.assertEqual(ids, ["copies_early", "slots_plus_1", "slots_minus_1", "host_free", "link_2x"])
        self.assertLess(device["what_if"][-1]["predicted_wall_ns"], device["metrics"]["wall_ns"])

    def test_the_text_marks_them_as_predictions(self):
        text = self.ok("explain", RECORDINGS / "blocking1.oflg").out
        self.assertRegex(text, r"(?m)^Critical path: copies \d+")
        self.assertRegex(text, r"(?m)^what if +predicted wall")


if __name__ == "__main__":
    unittest.main()
