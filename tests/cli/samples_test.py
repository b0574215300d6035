# SPDX-License-Identifier: Apache-2.0
"""docs/samples is what this build writes: the same bytes."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from support import BINARY, SOURCE

SAMPLES = SOURCE / "docs" / "samples"


class Samples(unittest.TestCase):
    maxDiff = None

    def test_the_committed_samples_are_what_make_writes(self):
        with tempfile.TemporaryDirectory(prefix="offledger-samples-") as folder:
            process = subprocess.run([SAMPLES / "make.sh", folder], env=dict(os.environ, OFFLEDGER=BINARY), capture_output=True,
                                     text=True, timeout=240)
            self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
            made = {path.name: path.read_text() for path in pathlib.Path(folder).iterdir()}
        kept = {path.name: path.read_text() for path in SAMPLES.iterdir() if path.name not in ("make.sh", "README.md")}
        self.assertEqual(set(made), set(kept), "run docs/samples/make.sh")
        for name, text in made.items():
            self.assertEqual(text, kept[name], f"{name}: run docs/samples/make.sh and read what changed")

    def test_they_are_small_and_name_nobody_s_machine(self):
        for path in SAMPLES.iterdir():
            self.assertLess(path.stat().st_size, 20_000, path)
            self.assertNotRegex(path.read_text(), r"/(home|root|Users)/|/tmp/(?!\w*\")", path)

    def test_every_sample_is_linked_from_the_page_on_ci(self):
        page = (SOURCE / "docs" / "ci.md").read_text()
        for path in SAMPLES.iterdir():
            self.assertIn(f"(samples/{path.name})", page)


if __name__ == "__main__":
    unittest.main()
