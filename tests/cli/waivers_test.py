# SPDX-License-Identifier: Apache-2.0
"""Waivers, cells that vanished, and every way of having no data: states and exit codes of `offledger gate`."""

import json
import sqlite3
import unittest

from support import SOURCE, CliTest

UNTIL = "2999-12-31"


class GateCase(CliTest):
    """history1 and stage1 on tiny as baseline; a candidate whose history1 is blocking1 under its name."""

    def measure(self, label, *schedules, device="sim"):
        self.ok("run", "--schedule", *schedules, "--workload", "tiny", "--label", label, "--device", device)

    def elsewhere(self):
        """A simulated device of another name."""
        profile = json.loads((SOURCE / "harness/device/sim/profiles/h200.json").read_text())
        profile.pop("$schema", None)
        profile["name"] = "other"
        return f"sim:{self.write('other.json', profile)}"

    def slower(self):
        """A schedule file of the name history1 that waits for every copy."""
        document = json.loads((SOURCE / "schedules/catalogue/blocking1.json").read_text())
        document["name"] = "history1"
        document.pop("$schema", None)
        return self.write("history1.json", document)

    def change(self, statement, *parameters):
        with sqlite3.connect(self.database) as db:
            db.execute("PRAGMA foreign_keys = ON")
            self.assertGreater(db.execute(statement, parameters).rowcount, 0, statement)
        db.close()

    def change_run(self, label, statement):
        """`statement` with {} for the run's cells."""
        self.change(statement.format("(SELECT run_schedule.id FROM run_schedule JOIN run ON run.id = run "
                                     "JOIN cell ON cell.id = cell WHERE label = ? AND schedule = 'history1')"), label)

    def gate(self, code, *options):
        result = self.run_cli("gate", "--base", "base", "--cand", "cand", *options)
        self.assertEqual(result.code, code, result.out + result.err)
        return result

    def states(self, code, *options):
        rows = self.gate(code, "--format", "json", *options).json()["cells"]
        return {(row["schedule"], row["metric"]): row for row in rows}

    def waive(self, cell="history1/tiny", metric="*", until=UNTIL):
        return self.ok("history", "waiver", "add", cell, metric, "--reason", "driver blocks", "--owner", "kim",
                       "--until", until)


class Waivers(GateCase):
    def lose(self):
        self.measure("base", "history1", "stage1")
        self.measure("cand", self.slower(), "stage1")

    def test_a_waived_loss_is_measured_shown_and_passes(self):
        self.lose()
        failing = self.states(1)[("history1", "cpu_blocked_ns")]
        self.waive()
        waived = self.states(0)[("history1", "cpu_blocked_ns")]
        self.assertEqual((failing["state"], waived["state"]), ("fail", "waived"))
        for key in ("base", "cand", "delta"):
            self.assertEqual(waived[key], failing[key])
        self.assertIn("kim", waived["reason"])
        self.assertIn("driver blocks", waived["reason"])
        self.assertIn("waived", self.gate(0).out)

    def test_one_metric_of_one_cell(self):
        self.lose()
        self.change_run("cand", "UPDATE value SET value = 1.1 * value WHERE metric = 'wall_ns' AND rep IN "
                                "(SELECT id FROM rep WHERE run_schedule IN {})")
        self.waive(metric="wall_ns")
        rows = self.states(1)
        self.assertEqual(rows[("history1", "wall_ns")]["state"], "waived")
        self.assertEqual(rows[("history1", "cpu_blocked_ns")]["state"], "fail")
        self.waive(cell="stage1/tiny")
        self.assertEqual(self.states(1)[("history1", "cpu_blocked_ns")]["state"], "fail")

    def test_every_way_of_naming_cells(self):
        self.lose()
        for cell in ("history1/tiny", "history1", "history1/*", "*/tiny", "*"):
            self.waive(cell=cell)
            self.gate(0)
            self.ok("history", "waiver", "remove", cell, "*")
            self.gate(1)

    def test_an_expired_waiver_fails_again_and_says_so(self):
        self.lose()
        self.waive()
        self.change("UPDATE waiver SET expires = '2001-01-01'")
        self.assertIn("the waiver of kim expired on 2001-01-01", self.states(1)[("history1", "cpu_blocked_ns")]["reason"])
        self.assertIn("expired", self.ok("history", "waiver", "list").out)

    def test_waivers_are_listed_with_the_runs(self):
        self.lose()
        self.assertIn("No waivers", self.ok("history", "waiver", "list").out)
        self.waive()
        self.waive(cell="stage1", metric="cpu_blocked_ns")
        listed = self.ok("history", "waiver", "list", "--format", "json").json()
        self.assertEqual(listed["schema"], "offledger.waivers/1")
        self.assertEqual([(one["schedule"], one["workload"], one["metric"], one["expired"]) for one in listed["waivers"]],
                         [("history1", "tiny", "", False), ("stage1", "", "cpu_blocked_ns", False)])
        self.assertIn("2 waivers", self.ok("history", "list").out)
        self.assertIn("driver blocks", self.ok("history", "show", "cand").out)
        self.waive(until="2998-01-01")  # the same cell and metric: replaced
        self.assertEqual(len(self.ok("history", "waiver", "list", "--format", "json").json()["waivers"]), 2)

    def test_a_waiver_needs_everything_and_an_end(self):
        self.lose()
        add = ("history", "waiver", "add")
        all_of_it = {"--reason": "r", "--owner": "o", "--until": UNTIL}
        for absent in all_of_it:
            rest = [word for key, value in all_of_it.items() if key != absent for word in (key, value)]
            self.fails(2, *add, "history1", "wall_ns", *rest)
        rest = [word for pair in all_of_it.items() for word in pair]
        self.assertIn("history1/tiny", self.fails(2, *add, "histori1/tiny", "wall_ns", *rest))
        self.assertIn("wall_ns", self.fails(2, *add, "history1", "wall_n", *rest))
        for day in ("2001-01-01", "tomorrow", "2999-02-30"):
            self.assertIn(day, self.fails(2, *add, "history1", "wall_ns", "--reason", "r", "--owner", "o", "--until", day))
        self.assertIn("none", self.fails(2, "history", "waiver", "remove", "history1", "wall_ns"))
        self.fails(2, *add, "history1", "*", *rest, "--db", self.folder / "absent.sqlite")
        self.assertFalse((self.folder / "absent.sqlite").exists())


class Vanished(GateCase):
    def test_a_cell_that_vanished_is_missing_and_fails_unless_waived(self):
        self.measure("base", "history1", "stage1")
        self.measure("cand", "stage1")
        self.assertEqual(self.states(1)[("history1", "wall_ns")]["state"], "missing")
        self.assertIn("missing", self.gate(1).out)
        self.waive()
        self.assertEqual(self.states(0)[("history1", "wall_ns")]["state"], "waived")

    def test_a_value_that_vanished_is_missing(self):
        self.measure("base", "history1")
        self.measure("cand", "history1")
        self.change_run("cand", "DELETE FROM value WHERE metric = 'cpu_blocked_ns' AND rep IN "
                                "(SELECT id FROM rep WHERE run_schedule IN {})")
        self.assertEqual(self.states(1)[("history1", "cpu_blocked_ns")]["state"], "missing")

    def test_a_new_cell_fails_nothing(self):
        self.measure("base", "history1")
        self.measure("cand", "history1", "stage1")
        self.assertIn("new", self.states(0)[("stage1", "wall_ns")]["reason"])


class NoData(GateCase):
    """No data is never green."""

    def test_no_baseline(self):
        self.measure("cand", "history1")
        told = self.run_cli("gate")
        self.assertEqual(told.code, 4)
        self.assertTrue(told.out.startswith("NO DATA: no baseline"), told.out)
        self.ok("gate", "--record-first")
        self.ok("gate")

    def test_no_history_and_no_run(self):
        self.fails(2, "gate", "--base", "base")
        self.measure("base", "history1")
        self.assertIn("nosuchrun", self.fails(2, "gate", "--base", "nosuchrun"))

    def test_no_cells(self):
        self.measure("base", "history1")
        self.measure("cand", "history1")
        self.change_run("cand", "DELETE FROM run_schedule WHERE id IN {}")
        self.assertIn("no cells", self.gate(4).out)

    def test_a_run_that_was_cut_off(self):
        self.measure("base", "history1")
        self.measure("cand", "history1")
        self.change("UPDATE run SET complete = 0 WHERE label = 'cand'")
        self.assertIn("incomplete", self.gate(4).out)

    def test_a_repetition_that_crashed(self):
        self.measure("base", "history1")
        self.measure("cand", "history1")
        self.change_run("cand", "UPDATE rep SET exit_code = 139 WHERE run_schedule IN {}")
        self.assertIn("exit code 139", self.gate(4).out)

    def test_dropped_records(self):
        for side in ("base", "cand"):
            self.measure("base", "history1")
            self.measure("cand", "history1")
            self.gate(0)
            self.drop_records(side)
            self.assertIn("dropped_records", self.gate(4).out)

    def drop_records(self, label):
        self.change_run(label, "INSERT INTO finding (run_schedule, finding, detail, disqualifies) "
                               "SELECT id, 'dropped_records', '12 records', 1 FROM run_schedule WHERE id IN {}")

    def test_another_machine(self):
        self.measure("base", "history1")
        self.measure("cand", "history1", device=self.elsewhere())
        self.assertIn("the device differs", self.gate(5).out)

    def test_of_several_states_the_graver_one_is_the_exit_code(self):
        self.measure("base", "history1", "stage1", "history")
        self.measure("cand", "stage1", self.slower(), "history")
        self.gate(1)
        # A cell without data beside one that lost: 1 before 4.
        self.change("UPDATE rep SET exit_code = 9 WHERE run_schedule IN (SELECT run_schedule.id FROM run_schedule "
                    "JOIN run ON run.id = run JOIN cell ON cell.id = cell WHERE label = 'cand' AND schedule = 'stage1')")
        self.gate(1)
        # Without the loss: 4, unless the user says that it fails.
        self.waive()
        self.gate(4)
        self.gate(1, "--fail-on", "no_data")
        # Another machine before all of them, a bad option before that.
        self.measure("elsewhere", "history1", device=self.elsewhere())
        self.change("UPDATE run SET machine = (SELECT max(id) FROM machine) WHERE label = 'cand'")
        self.gate(5)
        self.fails(2, "gate", "--base", "base", "--cand", "cand", "--config", self.write("gate.json", {"margin": 1}))

    def test_no_data_before_unclear_before_pass(self):
        for label in ("base", "cand"):
            self.ok("run", "--schedule", "history1", "stage1", "--workload", "tiny", "--device", "sim:h200+noise=1,10",
                    "--reps", 2, "--label", label)
        self.assertIn("need >=", self.gate(3).out)
        self.gate(1, "--fail-on", "inconclusive")
        self.change_run("cand", "UPDATE rep SET exit_code = 139 WHERE run_schedule IN {}")
        self.gate(4)


if __name__ == "__main__":
    unittest.main()
