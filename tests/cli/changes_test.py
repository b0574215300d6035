# SPDX-License-Identifier: Apache-2.0
"""`offledger changes`: the nightly detector on files and on the history."""

import random
import re
import unittest

from support import SOURCE, CliTest


def noise(seed, n, mean=100.0, sd=1.0):
    draw = random.Random(seed)
    return [draw.gauss(mean, sd) for _ in range(n)]


def rows(header, *columns):
    return "\n".join([header] + [",".join(str(value) for value in row) for row in zip(*columns)]) + "\n"


class ChangesCsv(CliTest):
    def changes(self, text, *options):
        return self.ok("changes", "--csv", self.write("series.csv", text), "--format", "json", *options).json()

    def test_a_step_is_found_where_it_is(self):
        values = noise(1, 40) + noise(2, 40, mean=105)
        document = self.changes(rows("time,value", range(80), values))
        self.assertEqual(document["schema"], "offledger.changes/1")
        (series,) = document["series"]
        (change,) = [one for one in series["changes"] if one["kind"] == "change"]
        self.assertEqual(series["name"], "value")
        self.assertLessEqual(abs(change["index"] - 40), 2)
        self.assertLessEqual(change["range"][0], change["index"])
        self.assertLessEqual(change["index"], change["range"][1])
        self.assertAlmostEqual(change["shift"], 5, delta=1)
        self.assertLessEqual(change["p"], 0.001)

    def test_one_column_a_series(self):
        document = self.changes(rows("calm,moved", noise(3, 60), noise(4, 30) + noise(5, 30, mean=120)))
        kinds = {series["name"]: [one["kind"] for one in series["changes"]] for series in document["series"]}
        self.assertEqual(kinds["calm"], [])
        self.assertEqual(kinds["moved"], ["change"])

    def test_points_that_were_not_measured_keep_their_index(self):
        values = noise(1, 40) + noise(2, 40, mean=110)
        values[10] = values[11] = ""
        (series,) = self.changes(rows("date,wall", range(80), values))["series"]
        self.assertEqual(series["points"], 80)
        self.assertLessEqual(abs(series["changes"][0]["index"] - 40), 2)

    def test_the_answer_depends_on_nothing_else(self):
        text = rows("a,b", noise(6, 100) + noise(7, 50, mean=103), noise(8, 150))
        self.assertEqual(self.changes(text), self.changes(text))

    def test_constant_and_short_series_have_none(self):
        for text in ("value\n" + "7\n" * 50, "time,value\n1,3\n", "value\n1\n2\n3\n"):
            (series,) = self.changes(text)["series"]
            self.assertEqual(series["changes"], [])
        self.assertIn("No change", self.ok("changes", "--csv", self.folder / "series.csv").out)

    def test_bad_files_are_placed(self):
        for text, word in (("", "no points"), ("time,value\n", "no points"), ("time\n1\n", "time,value"), ("1,2\n3,4\n", ":1"),
                           ("time,value\n1,2,3\n", ":2"), ("time,value\n1,2\n2,fast\n", ":3"), ('a\n"1\n', ":2"),
                           ("a\nnan\n", ":2")):
            self.assertIn(word, self.fails(2, "changes", "--csv", self.write("series.csv", text)))
        self.fails(2, "changes", "--csv", self.folder / "absent.csv")
        self.fails(2, "changes", "--csv", self.write("noise.csv", bytes(range(256)) * 8))
        self.fails(2, "changes", "--csv", self.write("s.csv", "a\n1\n"), "--db", self.database)


class ChangesOfHistory(CliTest):
    def test_a_slower_workload_shows_from_its_first_run_on(self):
        workload = SOURCE / "harness/model/workloads/tiny.json"
        slower = self.write("tiny.json", re.sub(r'("compute_ns"\s*:\s*)(\d+)', lambda m: m.group(1) + str(2 * int(m.group(2))),
                                                workload.read_text()))
        for path in [workload] * 10 + [slower] * 10:
            self.ok("run", "--schedule", "history1", "--workload", path)
        document = self.ok("changes", "--format", "json").json()
        compute = next(one for one in document["series"] if "compute_ns" in one["name"])
        self.assertEqual(compute["points"], 20)
        self.assertEqual([one["index"] for one in compute["changes"]], [10])
        self.assertIn("compute_ns", self.ok("changes").out)

    def test_without_runs_there_is_nothing(self):
        self.fails(2, "changes")


if __name__ == "__main__":
    unittest.main()
