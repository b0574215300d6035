# SPDX-License-Identifier: Apache-2.0
"""The tree is as .clang-format says, where the formatter that it was formatted with is installed."""

import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = 14  # Debian 12's; another lays out lines otherwise


class Format(unittest.TestCase):
    def test_every_file(self):
        program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
        if program is None:
            self.skipTest("clang-format is not installed")
        version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        if not re.search(rf"version {VERSION}\.", version):
            self.skipTest(f"expected clang-format {VERSION}, found {version.strip()}")
        files = sorted(str(path) for folder in ("schedules", "harness", "collectors", "reports", "ci", "cli", "tests")
                       for path in (ROOT / folder).rglob("*") if path.suffix in (".cpp", ".hpp", ".cu", ".cuh"))
        self.assertGreater(len(files), 500)
        check = subprocess.run([program, "--dry-run", "--Werror", *files], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, f"run {program} -i on these:\n{check.stderr[-2000:]}")


if __name__ == "__main__":
    unittest.main()
