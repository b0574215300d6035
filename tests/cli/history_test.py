# SPDX-License-Identifier: Apache-2.0
"""`offledger history prune|export|import|baseline`, and `offledger import --db`."""

import fcntl
import json
import unittest

from support import CliTest


def kineto(steps=4):
    """A traced program: a copy, and a kernel that follows it, in each step."""
    events = []
    for step in range(steps):
        at = 1000 * step
        events.append({"ph": "X", "cat": "user_annotation", "name": f"ProfilerStep#{step}", "pid": 1, "tid": 1, "ts": at, "dur": 900})
        for name, stream, begin, correlation in (("copy", 7, at + 10, 2 * step + 1), ("kernel", 8, at + 210, 2 * step + 2)):
            events.append({"ph": "X", "cat": "cuda_runtime", "name": "cudaMemcpyAsync" if name == "copy" else "cudaLaunchKernel",
                           "pid": 1, "tid": 1, "ts": at + 1 + correlation % 2, "dur": 1, "args": {"correlation": correlation}})
            event = {"ph": "X", "pid": 0, "tid": stream, "ts": begin, "dur": 150,
                     "args": {"device": 0, "context": 1, "stream": stream, "correlation": correlation}}
            if name == "copy":
                event.update(cat="gpu_memcpy", name="Memcpy HtoD (Pinned -> Device)")
                event["args"]["bytes"] = 1 << 20
            else:
                event.update(cat="kernel", name="gemm")
            events.append(event)
    return json.dumps({"traceEvents": events})


class History(CliTest):
    def measure(self, *schedules, **environment):
        for schedule in schedules:
            self.ok("run", "--schedule", schedule, "--workload", "tiny", "--label", schedule, **environment)

    def labels(self, *options):
        return [run["label"] for run in self.ok("history", "list", "--format", "json", *options).json()["runs"]]

    def test_prune_leaves_artifacts_while_another_process_writes(self):
        for _ in range(2):
            self.ok("run", "--schedule", "history1", "--workload", "tiny")
        (artifacts,) = self.folder.glob("*.artifacts")
        with (artifacts / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            result = self.ok("history", "prune", "--keep", 1)
            self.assertIn("removed 1 runs and 0 artifacts", result.out)
            self.assertIn("another process writes to this history", result.err)
        self.assertEqual(self.ok("history", "prune", "--keep", 1).err, "")

    def test_prune_keeps_the_newest_and_every_baseline(self):
        self.measure("history1", "history", "stage1", "blocking1")
        self.ok("history", "baseline", "accept", "history1", "--reason", "release 1")
        self.assertIn("would have removed 2 runs", self.ok("history", "prune", "--keep", 1, "--dry-run").out)
        self.assertEqual(len(self.labels()), 4)
        self.assertIn("removed 2 runs", self.ok("history", "prune", "--keep", 1).out)
        self.assertEqual(sorted(self.labels()), ["blocking1", "history1"])
        self.ok("explain", "blocking1")
        self.assertIn("kept 2 runs", self.ok("history", "prune", "--since", "2001-01-01").out)

    def test_prune_asks_what_to_keep(self):
        self.measure("history1")
        self.assertIn("--keep", self.fails(2, "history", "prune"))
        self.assertIn("YYYY-MM-DD", self.fails(2, "history", "prune", "--since", "yesterday"))
        self.fails(2, "history", "prune", "--keep", 0)
        self.fails(2, "history", "prune", "--keep", 1, "--db", self.folder / "absent.sqlite")
        self.assertFalse((self.folder / "absent.sqlite").exists())

    def test_export_and_import_carry_runs_once(self):
        self.measure("history1", "blocking1")
        out = self.folder / "one.sqlite"
        self.assertIn("1 runs", self.ok("history", "export", out, "blocking1").out)
        self.assertEqual(self.labels("--db", out), ["blocking1"])
        everything = self.folder / "all.sqlite"
        self.assertIn("2 runs", self.ok("history", "export", everything).out)
        self.fails(2, "history", "export", everything)
        other = self.folder / "other.sqlite"
        self.assertIn("added 2 runs", self.ok("history", "import", everything, "--db", other).out)
        self.assertIn("added 0 runs", self.ok("history", "import", everything, "--db", other).out)
        self.assertEqual(sorted(self.labels("--db", other)), ["blocking1", "history1"])
        self.ok("explain", "blocking1", "--db", other)

    def test_what_is_no_history_is_refused(self):
        self.measure("history1")
        self.fails(2, "history", "import", self.folder / "absent.sqlite")
        self.fails(2, "history", "import", self.write("text.sqlite", "not a database" * 100))
        self.fails(2, "history", "export", self.folder / "x.sqlite", "nosuchrun")

    def test_a_baseline_moves_only_with_a_reason(self):
        self.measure("history1", "blocking1")
        self.fails(2, "history", "baseline", "accept", "history1")
        self.ok("history", "baseline", "accept", "history1", "--reason", "release 1", "--name", "release")
        self.ok("history", "baseline", "accept", "blocking1", "--reason", "release 2", "--name", "release")
        listed = self.ok("history", "baseline", "list", "--format", "json").json()["baselines"]
        self.assertEqual([(one["name"], one["reason"]) for one in listed], [("release", "release 2")])


class ImportedRuns(CliTest):
    def test_steps_of_a_trace_become_repetitions(self):
        trace = self.write("trace.json", kineto())
        result = self.ok("import", trace, "--db", self.database, "--cell", "mine/llama", "--label", "traced")
        self.assertIn("3 repetitions of mine/llama", result.err)
        self.assertFalse((self.folder / "trace.json.oflg").exists())
        run = self.ok("history", "show", "traced", "--format", "json").json()
        (cell,) = run["cells"]
        self.assertEqual((cell["schedule"], cell["workload"], len(cell["reps"])), ("mine", "llama", 3))
        self.ok("explain", "traced")

    def test_two_traces_are_compared_only_if_the_user_says_so(self):
        trace = self.write("trace.json", kineto(12))
        for _ in range(2):
            self.ok("import", trace, "--db", self.database, "--cell", "mine/llama")
        first = self.ok("history", "list", "--format", "json").json()["runs"][1]["run"]
        self.assertEqual(self.run_cli("gate", "--base", first).code, 5)
        self.assertIn(self.run_cli("gate", "--base", first, "--across-sittings").code, (0, 3))

    def test_options_that_need_each_other(self):
        trace = self.write("trace.json", kineto())
        self.assertIn("--cell", self.fails(2, "import", trace, "--db", self.database))
        self.assertIn("--db", self.fails(2, "import", trace, "--cell", "a/b"))
        for cell in ("a", "/b", "a/"):
            self.assertIn("SCHEDULE/WORKLOAD", self.fails(2, "import", trace, "--db", self.database, "--cell", cell))


if __name__ == "__main__":
    unittest.main()
