# SPDX-License-Identifier: Apache-2.0
"""What README.md and docs/ci.md show as output is what the commands print: each line, in order, `…` standing for any."""

import json
import os
import pathlib
import re
import subprocess
import unittest

from support import BINARY, SHARED, SOURCE, CliTest

HISTORY1 = SOURCE / "schedules" / "catalogue" / "history1.json"
TRACE = "accelerate_T8192.json.gz"


def blocks(page):
    """(command, lines shown) of each `$ command` in a fenced block of the page."""
    for block in re.findall(r"(?ms)^```\n(.*?)^```$", page.read_text()):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, *shown = part.splitlines()
            yield command, [line for line in shown if line != "…"]


class Readme(CliTest):
    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        os.symlink(BINARY, self.folder / "bin" / "offledger")
        schedule = json.loads(HISTORY1.read_text())
        for point in schedule["issue"]:
            point.update(ahead=1, fence=True)
        self.write("history1.json", schedule)
        trace = next(iter(SHARED.rglob(TRACE)), None) if SHARED.exists() else None
        if trace is not None:
            os.symlink(trace, self.folder / TRACE)

    def print_of(self, command):
        env = dict(os.environ, NO_COLOR="1", OFFLEDGER_DB=self.database, PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}")
        process = subprocess.run(["bash", "-c", command], cwd=self.folder, env=env, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, timeout=240)
        return process.stdout.splitlines()

    def check(self, page):
        checked = 0
        for command, shown in blocks(page):
            if not command.startswith("offledger ") or (TRACE in command and not (self.folder / TRACE).exists()):
                continue
            printed = self.print_of(command)
            rest = iter(printed)
            for line in shown:
                self.assertIn(line, rest, f"{page.name}: {command}\nprints\n" + "\n".join(printed))
            checked += bool(shown)
        return checked

    def test_the_front_page(self):
        self.assertGreaterEqual(self.check(SOURCE / "README.md"), 3)

    def test_the_page_on_ci(self):
        self.ok("run", "--schedule", "history1", "--schedule", "history_fenced", "--workload", "llama70b-6l-t8192")
        self.assertEqual(self.check(SOURCE / "docs" / "ci.md"), 1)

    def test_links_lead_somewhere(self):
        for page in [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]:
            for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text()):
                self.assertTrue((page.parent / pathlib.Path(link)).exists(), f"{page.name}: {link}")


if __name__ == "__main__":
    unittest.main()
