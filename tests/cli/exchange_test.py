# SPDX-License-Identifier: Apache-2.0
"""Other tools' formats: Google Benchmark's JSON in, and runs out as what they read."""

import json
import random
import statistics
import unittest

from support import SOURCE, CliTest


def benchmarks(values, unit="us", name="BM_copy/1024/manual_time", **context):
    """Google Benchmark's document: {name: times} or one benchmark's times."""
    by_name = values if isinstance(values, dict) else {name: values}
    entries = []
    for one, times in by_name.items():
        for index, time in enumerate(times):
            entries.append({"name": one, "run_name": one, "run_type": "iteration", "repetitions": len(times),
                            "repetition_index": index, "threads": 1, "iterations": 100, "real_time": time,
                            "cpu_time": time / 3, "time_unit": unit})
        entries.append({"name": one + "_mean", "run_name": one, "run_type": "aggregate", "aggregate_name": "mean",
                        "iterations": len(times), "real_time": 1e9, "cpu_time": 1, "time_unit": unit})
    return {"context": {"date": "2026-01-31T02:00:00+00:00", "host_name": "box", "num_cpus": 8, "mhz_per_cpu": 2300,
                        "library_build_type": "release", **context}, "benchmarks": entries}


def noisy(seed, mean=100.0, share=0.003, n=10):
    draw = random.Random(seed)
    return [mean * (1 + draw.gauss(0, share)) for _ in range(n)]


class GoogleBenchmarkIn(CliTest):
    def bring(self, label, document, *options, name=None):
        return self.ok("history", "import", self.write(name or f"{label}.json", document), "--label", label, *options)

    def gate(self, *options):
        return self.run_cli("gate", "--base", "base", "--cand", "cand", *options)

    def test_a_file_is_one_run_and_is_brought_once(self):
        out = self.bring("base", benchmarks(noisy(1))).out
        self.assertIn("10 repetitions of 1 benchmark\n", out)
        self.assertIn("was there already", self.bring("base", benchmarks(noisy(1))).out)
        run = self.ok("history", "show", "base", "--format", "json").json()
        (cell,) = run["cells"]
        self.assertEqual((cell["schedule"], cell["workload"], len(cell["reps"])),
                         ("BM_copy/1024/manual_time", "google-benchmark", 10))
        self.assertEqual([one["id"] for one in cell["findings"]], ["one_process"])
        self.assertIn("BM_copy/1024", self.ok("history", "show", "base").out)
        self.assertEqual(len(self.ok("history", "list", "--format", "json").json()["runs"]), 1)

    def test_known_figures_do_not_change_their_sitting(self):
        self.bring("base", benchmarks(noisy(1)), "--sitting", "pr-7")
        self.assertIn("was there already", self.bring("base", benchmarks(noisy(1)), "--sitting", "pr-7").out)
        error = self.fails(2, "history", "import", self.folder / "base.json", "--label", "base", "--sitting", "pr-8")
        for word in ("pr-7", "pr-8", "--across-sittings"):
            self.assertIn(word, error)

    def test_two_runs_of_one_sitting_are_gated(self):
        self.bring("base", benchmarks(noisy(1)), "--sitting", "pr-7")
        self.bring("cand", benchmarks(noisy(2, mean=110)), "--sitting", "pr-7")
        verdict = self.gate()
        self.assertEqual(verdict.code, 1, verdict.out)
        self.assertIn("BM_copy/1024/manual_time", verdict.out.splitlines()[0])
        rows = self.gate("--format", "json").json()["cells"]
        self.assertEqual([row["metric"] for row in rows], ["wall_ns"])
        self.assertAlmostEqual(rows[0]["delta"], 0.1, delta=0.01)
        self.bring("cand", benchmarks(noisy(3)), "--sitting", "pr-7", name="same.json")
        self.assertEqual(self.gate().code, 0)

    def test_of_two_sittings_only_if_the_user_says_so(self):
        self.bring("base", benchmarks(noisy(1)))
        self.bring("cand", benchmarks(noisy(2), date="2026-02-01T02:00:00+00:00"))
        self.assertEqual(self.gate().code, 5)
        self.assertEqual(self.gate("--across-sittings").code, 0)

    def test_another_machine_is_not_compared(self):
        self.bring("base", benchmarks(noisy(1)), "--sitting", "s")
        self.bring("cand", benchmarks(noisy(2), num_cpus=64), "--sitting", "s")
        self.assertEqual(self.gate("--across-sittings").code, 5)

    def test_cpu_time_and_counters_are_compared_where_the_configuration_says_how(self):
        self.bring("base", benchmarks(noisy(1)), "--sitting", "s")
        slow = benchmarks(noisy(2))
        for entry in slow["benchmarks"]:
            entry["cpu_time"] *= 2
        self.bring("cand", slow, "--sitting", "s")
        self.assertEqual(self.gate().code, 0)
        config = self.write("gate.json", {"metrics": {"cpu_time_ns": {"class": "positive", "better": "lower"}}})
        self.assertEqual(self.gate("--config", config).code, 1)

    def test_a_debug_library_is_noted_and_changes_no_verdict(self):
        self.bring("base", benchmarks(noisy(1), library_build_type="debug"), "--sitting", "s")
        self.bring("cand", benchmarks(noisy(2), library_build_type="debug"), "--sitting", "s")
        self.assertEqual(self.gate().code, 0)
        self.assertIn("debug_library", self.ok("history", "show", "cand").out)

    def test_a_benchmark_that_failed_gives_no_verdict(self):
        self.bring("base", benchmarks(noisy(1)), "--sitting", "s")
        broken = benchmarks(noisy(2))
        broken["benchmarks"][4] = {"name": "BM_copy/1024/manual_time", "run_name": "BM_copy/1024/manual_time",
                                   "run_type": "iteration", "repetition_index": 4, "error_occurred": True,
                                   "error_message": "out of memory"}
        self.assertIn("1 of them failed", self.bring("cand", broken, "--sitting", "s").err)
        verdict = self.gate()
        self.assertEqual(verdict.code, 4, verdict.out)
        self.assertIn("out of memory", verdict.out)

    def test_several_files_are_several_processes(self):
        files = [self.write(f"{index}.json", benchmarks([value, value + 1, value + 5]))
                 for index, value in enumerate(noisy(1))]
        self.assertIn("10 repetitions of 1 benchmark", self.ok("history", "import", *files, "--label", "base").out)
        (cell,) = self.ok("history", "show", "base", "--format", "json").json()["cells"]
        self.assertEqual(cell["findings"], [])
        other = self.write("other.json", benchmarks(noisy(1), host_name="elsewhere"))
        self.assertIn("other.json", self.fails(2, "history", "import", files[0], other))

    def test_what_is_no_benchmark_is_refused(self):
        self.assertIn("offledger import", self.fails(2, "history", "import", self.write("a.json", {"traceEvents": []})))
        self.assertIn("a.json:1:", self.fails(2, "history", "import", self.write("a.json", '{"context": ')))
        self.assertIn("none", self.fails(4, "history", "import", self.write("a.json", benchmarks({}))))
        good = self.write("good.json", benchmarks(noisy(1)))
        self.assertIn("text.txt", self.fails(2, "history", "import", good, self.write("text.txt", "hello")))
        self.assertFalse((self.folder / "history.sqlite").exists())
        self.bring("base", benchmarks(noisy(1)))
        self.ok("history", "export", self.folder / "out.sqlite")
        self.assertIn("a history file", self.fails(2, "history", "import", good, self.folder / "out.sqlite"))
        self.assertIn("--label", self.fails(2, "history", "import", self.folder / "out.sqlite", "--label", "x"))


class Out(CliTest):
    def measure(self, label, *options):
        self.ok("run", "--schedule", "history1", "blocking1", "--workload", "tiny", "--label", label, *options)

    def noisy(self, label, reps=10):
        self.measure(label, "--device", "sim:h200+noise=1,10", "--reps", reps)

    def test_google_benchmark_comes_back_with_the_same_medians(self):
        self.noisy("run", 6)
        out = self.folder / "gb.json"
        self.ok("history", "export", "run", "--format", "google-benchmark", "-o", out)
        document = json.loads(out.read_text())
        self.assertEqual(len(document["benchmarks"]), 12)
        self.ok("history", "import", out, "--label", "back")
        before = self.ok("history", "show", "run", "--format", "json").json()["cells"]
        after = self.ok("history", "show", "back", "--format", "json").json()["cells"]
        for old, new in zip(before, after, strict=True):
            self.assertEqual(new["schedule"], f"{old['schedule']}/{old['workload']}")
            self.assertEqual(new["metrics"], {name: value for name, value in old["metrics"].items() if value is not None})

    def test_csv_gives_the_verdict_of_the_gate(self):
        self.noisy("base")
        blocking = json.loads((SOURCE / "schedules/catalogue/blocking1.json").read_text())
        blocking.update(name="history1")
        del blocking["$schema"]
        self.ok("run", "--schedule", self.write("history1.json", blocking), "blocking1", "--workload", "tiny", "--label", "cand",
                "--device", "sim:h200+noise=1,10", "--reps", 10)
        csv = self.folder / "samples.csv"
        self.ok("history", "export", "base", "cand", "--format", "csv", "-o", csv)
        of_runs = self.run_cli("gate", "--base", "base", "--cand", "cand", "--format", "json")
        self.assertEqual(of_runs.code, 1, of_runs.out)
        of_file = self.run_cli("gate", "--csv", csv, "--format", "json")
        self.assertEqual(of_file.code, of_runs.code, of_file.out)
        key = ("metric", "state", "base", "cand", "delta", "p", "p_adj", "n_base", "n_cand")
        rows = lambda verdict, name: sorted([name(row), *(str(row[k]) for k in key)] for row in verdict.json()["cells"])
        self.assertEqual(rows(of_file, lambda row: row["cell"]),
                         rows(of_runs, lambda row: f"{row['schedule']}/{row['workload']}"))
        one = self.ok("history", "export", "base", "--format", "csv", "--metric", "wall_ns").out.splitlines()
        self.assertEqual((one[0], len(one)), ("cell,metric,side,rep,value", 21))

    def test_github_action_benchmark(self):
        self.noisy("run", 5)
        smaller = self.ok("history", "export", "run", "--format", "github-action-benchmark").json()
        bigger = self.ok("history", "export", "run", "--format", "github-action-benchmark", "--better", "bigger").json()
        self.assertIn("history1/tiny wall_ns", [entry["name"] for entry in smaller])
        self.assertEqual({entry["name"].split()[1] for entry in bigger}, {"overlap", "overlap_of_possible"})
        walls = [rep["values"]["wall_ns"]
                 for rep in self.ok("history", "show", "run", "--format", "json").json()["cells"][0]["reps"]]
        (wall,) = [entry for entry in smaller if entry["name"] == "history1/tiny wall_ns"]
        self.assertEqual((wall["value"], wall["unit"]), (statistics.median(walls), "ns"))
        for entry in smaller + bigger:
            self.assertEqual(set(entry), {"name", "unit", "value", "range", "extra"})

    def test_options_that_do_not_fit(self):
        self.measure("run")
        self.assertIn("wall_ns", self.fails(2, "history", "export", "run", "--format", "csv", "--metric", "wall_n"))
        self.fails(2, "history", "export", "run", "run", "--format", "google-benchmark")
        self.fails(2, "history", "export", "run", "--format", "xml")
        self.fails(2, "history", "export", "nosuchrun", "--format", "csv")
        self.assertIn("-o", self.fails(2, "history", "export", self.folder / "a.sqlite", "-o", "b.sqlite"))
        self.assertFalse((self.folder / "a.sqlite").exists())


if __name__ == "__main__":
    unittest.main()
