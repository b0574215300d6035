# SPDX-License-Identifier: Apache-2.0
"""Bad input gets an error that says what was expected, what was found, where, and what to do."""

import gzip
import json
import os
import sqlite3
import unittest

from support import SOURCE, CliTest


class BadFiles(CliTest):
    def test_malformed_schedule_is_placed(self):
        text = (SOURCE / "schedules/catalogue/history1.json").read_text()
        line = next(number for number, line in enumerate(text.splitlines(), 1) if '"unit": "sublayer"' in line)
        path = self.write("mine.json", text.replace('"unit": "sublayer"', '"unit": "sublayr"', 1))
        error = self.fails(2, "run", "--schedule", path, "--workload", "tiny")
        self.assertIn(f"mine.json:{line}:", error)
        self.assertIn("sublayer", error)

    def test_schedule_that_is_not_json_is_placed(self):
        path = self.write("mine.json", '{\n  "name": \n}')
        self.assertIn("mine.json:", self.fails(2, "run", "--schedule", path, "--workload", "tiny"))

    def test_malformed_workload_is_placed(self):
        text = (SOURCE / "harness/model/workloads/tiny.json").read_text()
        document = json.loads(text)
        document["layers"] = 0
        path = self.write("w.json", document)
        self.assertIn("layers", self.fails(2, "run", "--schedule", "history1", "--workload", path))

    def test_unknown_names_get_the_nearest(self):
        self.assertIn("history1", self.fails(2, "run", "--schedule", "histroy1", "--workload", "tiny"))
        self.assertIn("tiny", self.fails(2, "run", "--schedule", "history1", "--workload", "tinny"))
        self.assertIn("seed", self.fails(2, "run", "--suite", "sede"))
        self.assertIn("h200", self.fails(2, "run", "--device", "sim:h20"))

    def test_truncated_gzip(self):
        whole = gzip.compress(json.dumps({"traceEvents": [{"ph": "X"}] * 1000}).encode())
        path = self.write("t.json.gz", whole[: len(whole) // 2])
        self.assertIn("t.json.gz", self.fails(2, "explain", path))

    def test_json_that_is_not_a_trace(self):
        self.assertIn("trace", self.fails(2, "explain", self.write("x.json", '{"a": 1}')))

    def test_trace_without_gpu_work(self):
        trace = {"traceEvents": [{"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1, "tid": 1, "ts": 1, "dur": 5}]}
        self.assertIn("GPU", self.fails(4, "explain", self.write("cpu.json", trace)))

    def test_negative_and_missing_durations_are_counted(self):
        kernel = {"ph": "X", "cat": "kernel", "name": "k", "pid": 0, "tid": 7, "args": {"device": 0, "stream": 7, "correlation": 1}}
        events = [dict(kernel, ts=100, dur=10), dict(kernel, ts=120, dur=-3), dict(kernel, ts=130)]
        result = self.ok("explain", self.write("neg.json", {"traceEvents": events}), "--format", "json")
        self.assertEqual(result.json()["devices"][0]["metrics"]["compute_ns"], 10_000)
        self.assertIn("negative", result.out)
        self.assertIn("missing", result.out)

    def test_files_that_are_no_trace(self):
        self.fails(2, "explain", self.write("empty.json", ""))
        self.fails(2, "explain", self.write("noise.bin", os.urandom(4096)))
        self.fails(2, "explain", self.folder)
        self.fails(2, "explain", self.folder / "absent.json")


class BadDatabases(CliTest):
    def test_not_sqlite(self):
        self.write("history.sqlite", "hello, I am a text file, not a database" * 50)
        self.assertIn("SQLite", self.fails(2, "history", "list"))
        self.fails(2, "run", "--schedule", "history1", "--workload", "tiny")

    def test_someone_elses_database(self):
        with sqlite3.connect(self.database) as connection:
            connection.execute("create table t (x)")
        connection.close()
        self.fails(2, "run", "--schedule", "history1", "--workload", "tiny")

    def test_newer_version(self):
        self.ok("run", "--schedule", "history1", "--workload", "tiny")
        with sqlite3.connect(self.database) as connection:
            connection.execute("pragma user_version = 999")
        connection.close()
        self.assertIn("newer", self.fails(2, "history", "list"))

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_read_only(self):
        self.ok("run", "--schedule", "history1", "--workload", "tiny")
        os.chmod(self.database, 0o444)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        self.fails(2, "run", "--schedule", "history1", "--workload", "tiny")

    def test_locked(self):
        self.ok("run", "--schedule", "history1", "--workload", "tiny")
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.execute("begin exclusive")
        self.assertIn("lock", self.fails(2, "run", "--schedule", "history1", "--workload", "tiny"))
        connection.execute("rollback")
        connection.close()

    def test_absent(self):
        self.fails(2, "history", "list")
        self.fails(2, "gate")


class BadUsage(CliTest):
    def test_usage_errors_exit_2(self):
        self.fails(2)
        self.fails(2, "frobnicate")
        self.fails(2, "run", "--reps", "-1")
        self.fails(2, "run", "--reps", "many")
        self.fails(2, "gate", "--format", "yaml")
        self.fails(2, "explain")

    def test_help_and_version_exit_0(self):
        self.ok("--help")
        self.ok("run", "--help")
        self.ok("--version")


if __name__ == "__main__":
    unittest.main()
