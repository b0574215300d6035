# SPDX-License-Identifier: Apache-2.0
"""The claims of the seed suite: every row's verdict follows from the figures in the row."""

import json
import unittest
import xml.etree.ElementTree

from support import SOURCE, CliTest

LAYERS = 80
COMPUTE_MS = (80 + 120) * LAYERS


class Claims(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.document = None

    def setUp(self):
        super().setUp()
        if Claims.document is None:
            picture = self.folder / "map.svg"
            Claims.document = self.ok("run", "--suite", "seed", "--device", "sim:h200", "--format", "json", "--map-svg", picture).json()
            Claims.picture = picture.read_text()
        self.claims = {row["claim"]: row for row in Claims.document["claims"]}

    def named(self, text):
        return next(row for row in self.claims.values() if row["text"].startswith(text))

    def test_the_map_as_a_picture(self):
        """A cell a schedule and point; frames where, and only where, an asynchronous one is slower than history1."""
        svg = xml.etree.ElementTree.fromstring(Claims.picture)
        space = "{http://www.w3.org/2000/svg}"
        frames = [one for one in svg.iter(f"{space}rect") if one.get("fill") == "none"]
        words = [one.text for one in svg.iter(f"{space}text")]
        walls = ("history", "stage1", "stage12")
        depths = ("1", "2", "8")
        slower = sum(wall >= point["wall_ns"]["history1"] * 1.0025 for point in Claims.document["map"]
                     for wall in [point["wall_ns"][name] for name in walls] + [point["stage12_wall_ns_by_depth"][d] for d in depths])
        self.assertEqual(len(frames) - 1, slower)  # one is the legend's
        self.assertGreater(slower, 0)
        cells = sum(word == "=" or word.strip("\u2212").replace(".", "").isdigit() for word in words)
        self.assertEqual(cells, len(Claims.document["map"]) * 9 + len(Claims.document["map"]))  # and each column's ratio
        edge = [float(svg.get(key)) for key in ("width", "height")]
        for one in svg.iter(f"{space}rect"):
            self.assertLessEqual(float(one.get("x")) + float(one.get("width")), edge[0])
            self.assertLessEqual(float(one.get("y")) + float(one.get("height")), edge[1])

    def test_the_map_is_the_seed_suites(self):
        self.assertIn("--map-svg", self.fails(2, "run", "--suite", "smoke", "--map-svg", self.folder / "m.svg"))
        self.fails(4, "run", "--suite", "seed", "--map-svg", self.folder / "no" / "m.svg")

    def test_all_five_have_rows(self):
        self.assertEqual({row[0] for row in self.claims}, set("12345"))
        for row in self.claims.values():
            self.assertIn(row["verdict"], ("reproduced", "not reproduced", "cannot hold"))
            self.assertTrue(row["reason"])

    def test_verdicts_follow_from_the_figures(self):
        for row in self.claims.values():
            if row["verdict"] == "cannot hold":
                continue
            if row["seed"] == "yes":
                low, high = 0.25, 1e9
            else:
                low, high = row["seed"] if isinstance(row["seed"], list) else (row["seed"], row["seed"])
            near = [f for f in row["ours"] if f["judges"] and low - row["tolerance"] <= f["value"] <= high + row["tolerance"]]
            self.assertEqual(bool(near), row["verdict"] == "reproduced", row)

    def test_a_total_below_pure_compute_cannot_hold(self):
        for name in ("history1", "history", "stage1", "stage12"):
            row = self.named(f"{name}: {LAYERS} layers")
            self.assertEqual(row["verdict"] == "cannot hold", row["seed"] < COMPUTE_MS, row)
            for figure in row["ours"]:
                self.assertGreater(figure["value"], COMPUTE_MS)

    def test_figures_that_disagree_cannot_both_hold(self):
        row = self.named(f"history: a layer times {LAYERS}")
        self.assertEqual(row["verdict"], "cannot hold")
        self.assertIn("17600", row["reason"])
        self.assertIn("205", row["reason"])
        self.assertFalse(any(row["text"].startswith(f"history1: a layer times {LAYERS}") for row in self.claims.values()))

    def test_no_link_carries_more_than_its_speed(self):
        for row in self.claims.values():
            if "moved while L0" not in row["text"]:
                continue
            window_ms = 80 if "MHA" in row["text"] else 120
            for figure in row["ours"]:
                gigabytes_per_s = 5 if figure["where"].startswith("5") else 1
                self.assertLessEqual(figure["value"], gigabytes_per_s * window_ms * 1.001)

    def test_steady_state_moves_one_layer_whatever_the_depth(self):
        row = next(row for row in self.claims.values() if row["unit"] == "x")
        self.assertEqual(row["verdict"], "not reproduced")
        for figure in row["ours"]:
            self.assertAlmostEqual(figure["value"], 1, delta=0.05)

    def test_the_map_is_consistent(self):
        self.assertTrue(Claims.document["map"])
        for point in Claims.document["map"]:
            walls = point["wall_ns"]
            least = min(walls.values())
            floor = COMPUTE_MS * 1e6 * max(1, point["transfer_over_compute"], point["host_over_compute"])
            self.assertGreaterEqual(least, floor * 0.999)
            for name in point["fastest"].split(", "):
                self.assertLess(walls[name], least * 1.0025)
            self.assertEqual(point["async_slower_than_sync"], walls["history"] >= walls["history1"] * 1.0025)
            self.assertEqual(point["stage12_wall_ns_by_depth"]["4"], walls["stage12"])

    def test_text_has_the_table_and_other_suites_do_not(self):
        text = self.ok("run", "--suite", "seed", "--device", "sim:h200").out
        for row in self.claims.values():
            self.assertIn(row["text"], text)
        self.assertNotIn("claims", self.ok("run", "--suite", "smoke", "--format", "json").json())


class Engines(CliTest):
    def test_ranked_with_a_cause_each(self):
        text = self.ok("run", "--suite", "engines", "--device", "sim:h200").out
        names = json.loads((SOURCE / "harness/suite/suites/engines.json").read_text())["cases"][0]["schedules"]
        first, second = (text.split(head)[1].split("\n\n")[0] for head in ("\nschedule ", "idle mostly for"))
        cells = self.ok("run", "--suite", "engines", "--device", "sim:h200", "--format", "json").json()["cells"]
        ranked = [cell["schedule"] for cell in sorted(cells, key=lambda cell: cell["metrics"]["wall_ns"])]
        self.assertEqual(sorted(ranked), sorted(names))
        self.assertEqual([line.split()[0] for line in first.splitlines()[1:] if line.strip()], ranked)
        for name in names:
            self.assertRegex(second, rf"(?m)^{name} +\w+")
        for cell in cells:
            self.assertTrue(cell["reps"][0]["causes"])


if __name__ == "__main__":
    unittest.main()
