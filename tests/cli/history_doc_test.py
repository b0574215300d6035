# SPDX-License-Identifier: Apache-2.0
"""docs/history.md names every column of every table and view, and no other; its SQL runs."""

import re
import sqlite3
import unittest

from support import SOURCE, CliTest

DOC = (SOURCE / "docs/history.md").read_text()


def documented():
    """Table or view -> the columns that its section lists."""
    found = {}
    for title, body in re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", DOC, re.M | re.S):
        first_cells = re.findall(r"^\|([^|]*)\|", body, re.M)
        found[title] = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    return found


class HistoryDoc(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("run", "--schedule", "history1", "--workload", "tiny")
        self.db = sqlite3.connect(self.database)
        self.addCleanup(self.db.close)

    def test_every_column_is_explained(self):
        schema = {}
        for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"):
            schema[name] = sorted(row[1] for row in self.db.execute(f"PRAGMA table_info({name})"))
        self.assertEqual({name: sorted(columns) for name, columns in documented().items()}, schema)

    def test_the_examples_run(self):
        queries = re.findall(r"""(?i)["'](select [^\n]*?)["'](?:\s*$|, db)""", DOC, re.M)
        self.assertEqual(len(queries), 3)
        for query in queries:
            self.assertIsNotNone(self.db.execute(query).fetchone(), query)
        (duckdb,) = re.findall(r"(SELECT schedule, workload, cause.*?);", DOC, re.S)
        plain = duckdb.replace("history.v_ledger", "v_ledger").replace("GROUP BY ALL", "GROUP BY schedule, workload, cause")
        self.assertEqual([column[0] for column in self.db.execute(plain).description], ["schedule", "workload", "cause", "ms"])

    def test_views_are_read_without_joins(self):
        row = dict(zip(documented()["v_series"], self.db.execute(
            f"SELECT {', '.join(documented()['v_series'])} FROM v_series WHERE metric = 'wall_ns'").fetchone()))
        self.assertEqual((row["schedule"], row["workload"], row["device"], row["complete"]), ("history1", "tiny", "sim:h200", 1))
        self.assertRegex(row["time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")


if __name__ == "__main__":
    unittest.main()
