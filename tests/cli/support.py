# SPDX-License-Identifier: Apache-2.0
"""Drives the built binary as a user would: run(...) gives exit code, stdout and stderr."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest


SOURCE = pathlib.Path(os.environ.get("OFFLEDGER_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BINARY = os.environ.get("OFFLEDGER_BINARY", str(SOURCE / "build/release/bin/offledger"))
SHARED = pathlib.Path(os.environ.get("OFFLEDGER_SHARED_DATA", SOURCE / ".." / "shared" / "data"))


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)


class CliTest(unittest.TestCase):
    """Each test has a folder of its own, a database in it, and an environment without colour."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="offledger-test-")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.database = str(self.folder / "history.sqlite")

    def run_cli(self, *arguments, **environment):
        env = dict(os.environ, NO_COLOR="1", OFFLEDGER_DB=self.database, **environment)
        process = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, env=env, timeout=240, cwd=self.folder)
        self.assertGreaterEqual(process.returncode, 0, f"killed by a signal: {arguments}\n{process.stderr}")
        return Result(process)

    def ok(self, *arguments, **environment):
        result = self.run_cli(*arguments, **environment)
        self.assertEqual(result.code, 0, f"{arguments}\n{result.out}\n{result.err}")
        return result

    def fails(self, code, *arguments):
        """The command exits with `code` and a last word on stderr that begins with the program's name."""
        result = self.run_cli(*arguments)
        self.assertEqual(result.code, code, f"{arguments}\n{result.out}\n{result.err}")
        self.assertRegex(result.err, "(?m)^offledger: ")
        return result.err

    def write(self, name, text):
        path = self.folder / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path
