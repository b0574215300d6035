# SPDX-License-Identifier: Apache-2.0
"""`offledger ab` over suites and builds, its second look, and `offledger calibrate --aa`."""

import json
import unittest

from support import BINARY, SOURCE, CliTest

SITTINGS = SOURCE / "tests" / "gpu" / "sittings"


class SittingTest(CliTest):
    def ab(self, *options, noise="1,4"):
        return self.run_cli("ab", "--device", f"sim:h200+noise={noise}", *options)

    def runs(self):
        return [self.ok("history", "show", run["run"], "--format", "json").json()
                for run in self.ok("history", "list", "--format", "json").json()["runs"]]


class Sittings(SittingTest):
    def test_a_suite_against_itself_passes(self):
        result = self.ab("--suite", "smoke")
        self.assertEqual(result.code, 0, result.out + result.err)

    def test_three_repetitions_of_a_suite_are_too_few(self):
        result = self.ab("--suite", "smoke", "--reps", 3)
        self.assertEqual(result.code, 3, result.out)
        self.assertRegex(" ".join(result.out.split()), r"need >= \d+ repetitions a side")

    def test_builds_take_their_repetitions_in_processes_of_their_own(self):
        result = self.ab("--suite", "smoke", "--base-binary", BINARY, "--base-commit", "ba5e" * 10, "--reps", 6)
        self.assertEqual(result.code, 0, result.out + result.err)
        self.assertIn("device minutes", result.err)
        base = next(run for run in self.runs() if run["side"] == "base")
        self.assertEqual(base["commit"], "ba5e" * 10)
        self.assertEqual(len({rep["process"] for cell in base["cells"] for rep in cell["reps"]}),
                         sum(len(cell["reps"]) for cell in base["cells"]))

    def build_whose_smoke_suite(self, change):
        """Another build of offledger, whose suite differs from this one's."""
        listed = self.ok("suites", "--format", "json").json()
        smoke = next(suite for suite in listed["suites"] if suite["name"] == "smoke")
        change(smoke["cells"])
        build = self.folder / "other-offledger"
        # It has a schedule that this one does not know: "gone".
        build.write_text(f"""#!/bin/sh
[ "$1" = suites ] && exec cat {self.write("suites.json", listed)}
for word; do
  shift
  [ "$word" = gone ] && word=fsdp2
  set -- "$@" "$word"
done
exec {BINARY} "$@"
""")
        build.chmod(0o755)
        return build

    def test_a_cell_that_only_the_base_build_has_is_missing(self):
        def more(cells):
            cells.insert(0, {"schedule": "gone", "workload": cells[0]["workload"]})
        result = self.ab("--suite", "smoke", "--base-binary", self.build_whose_smoke_suite(more), "--reps", 2)
        self.assertEqual(result.code, 1, result.out + result.err)
        self.assertIn("gone on tiny: wall_ns the baseline has this cell and the candidate does not",
                      " ".join(result.out.split()))
        base, cand = (next(run for run in self.runs() if run["side"] == side) for side in ("base", "cand"))
        self.assertEqual(len(base["cells"]), len(cand["cells"]) + 1)
        self.assertTrue(all(cell["reps"] for cell in base["cells"]))

    def test_a_cell_that_the_base_build_lacks_is_measured_and_not_judged(self):
        build = self.build_whose_smoke_suite(lambda cells: cells.pop(0))
        result = self.ab("--suite", "smoke", "--base-binary", build, "--reps", 2)
        self.assertEqual(result.code, 3, result.out + result.err)  # too few, and none worse
        base, cand = (next(run for run in self.runs() if run["side"] == side) for side in ("base", "cand"))
        self.assertEqual(len(cand["cells"]), len(base["cells"]) + 1)
        self.assertTrue(all(cell["reps"] for cell in cand["cells"]))

    def test_the_order_of_a_suite_does_not_matter(self):
        build = self.build_whose_smoke_suite(lambda cells: cells.reverse())
        result = self.ab("--suite", "smoke", "--base-binary", build, "--reps", 2)
        self.assertEqual(result.code, 3, result.out + result.err)  # too few, and none worse
        for run in self.runs():
            self.assertEqual([len(cell["reps"]) for cell in run["cells"]], [2, 2, 2])

    def test_a_build_that_cannot_list_its_suites_has_this_ones(self):
        build = self.build_whose_smoke_suite(lambda cells: cells.clear())
        build.write_text(build.read_text().replace("exec cat", "exec false"))
        result = self.ab("--suite", "smoke", "--base-binary", build, "--reps", 2)
        self.assertEqual(result.code, 3, result.out + result.err)  # too few, and none worse
        self.assertIn("does not say what its suites hold", result.err)

    def test_what_stays_open_is_looked_at_a_second_time(self):
        pair = ("--base-schedule", "history1", "--cand-schedule", "history1", "--workload", "llama70b-6l-t8192")
        config = self.write("gate.json", {"margins": {"metrics": {"wall_ns": 0.0005}}})
        self.ab(*pair, "--config", config, noise="3,20")
        self.assertEqual(sorted(len(run["cells"][0]["reps"]) for run in self.runs()), [10, 10, 30, 30])
        self.assertEqual(len({run["sitting"] for run in self.runs()}), 1)

    def test_no_top_up_is_one_look(self):
        pair = ("--base-schedule", "history1", "--cand-schedule", "history1", "--workload", "llama70b-6l-t8192")
        config = self.write("gate.json", {"margins": {"metrics": {"wall_ns": 0.0005}}})
        self.assertEqual(self.ab(*pair, "--config", config, "--no-top-up", noise="3,20").code, 3)
        self.assertEqual(len(self.runs()), 2)

    def test_a_loss_names_the_cause_that_grew(self):
        result = self.ab("--base-schedule", "history1", "--cand-schedule", SITTINGS / "history1_attn_fenced.json",
                         "--workload", SITTINGS / "llama70b-12l-t8192.json", noise="1,2")
        self.assertEqual(result.code, 1, result.out + result.err)
        text = " ".join(result.out.split())
        self.assertIn("transfer_wait/head_of_line grew by", text)

    def test_a_loss_names_the_diagnosis_that_is_new(self):
        result = self.ab("--base-schedule", "history1", "--cand-schedule", "history_fenced", "--workload", "llama70b-6l-t8192",
                         noise="1,2")
        self.assertEqual(result.code, 1, result.out + result.err)
        self.assertIn("diagnosed in the candidate alone: late_issue", " ".join(result.out.split()))

    def other_build(self, knows_plans=True):
        """A build whose history1 is another schedule: fetched one layer ahead, where ours fetches four."""
        schedule = json.loads((SOURCE / "schedules/catalogue/history1.json").read_text())
        for point in schedule["issue"]:
            point.update(ahead=1, fence=True)
        changed = self.write("history1.json", schedule)
        refusal = "" if knows_plans else '[ "$1" = schedules ] && exit 2\n'
        build = self.write("other", f"""#!/usr/bin/env bash
{refusal}arguments=("$@")
for i in "${{!arguments[@]}}"; do
  if [ "${{arguments[$i]}}" = history1 ]; then arguments[$i]={changed}; fi
done
exec {BINARY} "${{arguments[@]}}"
""")
        build.chmod(0o755)
        return build

    def of_builds(self, **builds):
        flags = [part for side, build in builds.items() for part in (f"--{side}-binary", build)]
        cells = self.run_cli("ab", "--base-schedule", "history1", "--cand-schedule", "history1", "--workload", "llama70b-6l-t8192",
                             *flags, "--format", "json").json()["cells"]
        return {cell["metric"]: cell for cell in cells}

    def test_each_build_is_held_to_the_plan_that_it_means(self):
        for side in ("base", "cand"):
            rows = self.of_builds(**{side: self.other_build()})
            self.assertEqual((rows["nonconforming_copies"]["base"], rows["nonconforming_copies"]["cand"]), (0, 0), side)
            self.assertNotEqual(rows["wall_ns"]["base"], rows["wall_ns"]["cand"])

    def test_a_build_that_cannot_tell_its_plan_is_held_to_none(self):
        rows = self.of_builds(base=self.other_build(knows_plans=False))
        self.assertIsNone(rows.get("nonconforming_copies", {"base": None})["base"])
        self.assertEqual(rows["wall_ns"]["state"], "improved")

    def test_usage(self):
        self.fails(2, "ab", "--suite", "smoke", "--base-schedule", "history1", "--cand-schedule", "history1")
        self.fails(2, "ab", "--suite", "smoke", "--workload", "tiny")
        self.fails(2, "ab", "--suite", "nosuch")
        self.fails(2, "ab", "--suite", "smoke", "--base-binary", self.folder / "absent")
        self.fails(2, "ab", "--base-schedule", "history1", "--base-schedule", "history", "--cand-schedule", "history1")


class Calibrate(SittingTest):
    def calibrate(self, *options):
        return self.run_cli("calibrate", "--aa", "--db", self.database, *options)

    def test_margins_are_those_of_the_noise_and_the_gate_takes_them(self):
        self.ab("--suite", "smoke")
        file = self.folder / "gate.json"
        self.assertEqual(self.calibrate("-o", file).code, 0)
        margin = json.loads(file.read_text())["margins"]["metrics"]["wall_ns"]
        self.assertTrue(0 < margin < 0.002, margin)
        self.assertEqual(self.calibrate().json(), json.loads(file.read_text()))
        self.assertIn(self.ab("--suite", "smoke", "--config", file, noise="2,4").code, (0, 3))

    def test_a_floor_holds(self):
        self.ab("--suite", "smoke")
        floor = self.write("floor.json", {"margins": {"metrics": {"wall_ns": 0.01}}})
        self.assertEqual(self.calibrate("--config", floor).json()["margins"]["metrics"]["wall_ns"], 0.01)

    def test_sides_that_differ_and_exact_ones_calibrate_nothing(self):
        self.assertEqual(self.run_cli("ab", "--suite", "smoke", "--device", "sim:h200").code, 0)
        self.assertIn("same program", self.fails(4, "calibrate", "--aa", "--db", self.database))
        self.ab("--base-schedule", "history1", "--cand-schedule", "blocking1", "--workload", "tiny")
        self.fails(4, "calibrate", "--aa", "--db", self.database)
        self.fails(2, "calibrate", "--aa", "--db", self.database, "latest")
        self.fails(2, "calibrate", "--aa", "--db", self.folder / "absent.sqlite")
        self.fails(2, "calibrate", "--aa", "--device", "cuda")
        self.fails(2, "calibrate", "--db", self.database)


if __name__ == "__main__":
    unittest.main()
