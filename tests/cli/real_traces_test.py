# SPDX-License-Identifier: Apache-2.0
"""Real captures give exactly the figures that were worked out for them by hand."""

import unittest

from support import SHARED, CliTest


@unittest.skipUnless((SHARED / "kineto").is_dir(), "no real traces beside this checkout")
class RealTraces(CliTest):
    def explain(self, name):
        return self.ok("explain", SHARED / name, "--format", "json").json()

    def test_two_stream_prefetch(self):
        document = self.explain("kineto/torch_prefetch_d1_T8192.json.gz")
        self.assertEqual(document["device_kind"], "import")
        metrics = document["devices"][0]["metrics"]
        window = document["devices"][0]["window"]
        self.assertEqual(window["end_ns"] - window["begin_ns"], 208_837_649)
        expected = {"compute_ns": 136_468_520, "gpu_idle_ns": 72_369_129, "device_idle_ns": 873_277,
                    "h2d_ns": 185_286_495, "h2d_copies": 54, "h2d_bytes": 10_267_852_800, "h2d_hidden_ns": 113_790_643}
        self.assertEqual({key: metrics[key] for key in expected}, expected)
        self.assertAlmostEqual(metrics["overlap"], 0.614133, places=6)

    def test_accelerate(self):
        metrics = self.explain("kineto/accelerate_T8192.json.gz")["devices"][0]["metrics"]
        expected = {"wall_ns": 1_346_175_475, "compute_ns": 134_185_547, "gpu_idle_ns": 1_211_989_928,
                    "h2d_ns": 1_160_588_907, "h2d_copies": 56, "h2d_bytes": 10_284_646_400, "h2d_pageable_copies": 56,
                    "h2d_hidden_ns": 0, "device_idle_ns": 51_397_917}
        self.assertEqual({key: metrics[key] for key in expected}, expected)

    def test_nsight_systems_with_two_gpus(self):
        devices = self.explain("nsys/nsysai_mfu_2gpu_before.sqlite")["devices"]
        wall = [device["metrics"]["wall_ns"] for device in devices]
        compute = [device["metrics"]["compute_ns"] for device in devices]
        idle = [device["metrics"]["device_idle_ns"] for device in devices]
        self.assertEqual(wall, [299_848_812, 298_661_551])
        self.assertEqual(compute, [253_800_656, 256_199_208])
        self.assertEqual(idle, [26_031_025, 31_385_635])


if __name__ == "__main__":
    unittest.main()
