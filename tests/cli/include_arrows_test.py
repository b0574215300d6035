# SPDX-License-Identifier: Apache-2.0
"""Includes follow the arrows of CONTRIBUTING.md, and vendor headers stay in the folders that own them."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Folder -> the folders whose headers it may include, besides its own and schedules/base.
TRACE = {"collectors/trace"}
LANGUAGE = {"schedules/plan"}
COLLECTORS = {"collectors/trace", "collectors/cupti", "collectors/nvml", "collectors/host"}
HARNESS = {"harness", "schedules/plan", "schedules/language"} | COLLECTORS
ANALYSIS = {"collectors/trace", "schedules/plan"}
METRICS = {"reports/analysis"} | ANALYSIS
HISTORY = {"reports/metrics"} | METRICS
RENDER = {"reports/history"} | HISTORY
ARROWS = {
    "schedules/base": set(),
    "schedules/plan": set(),
    "schedules/language": LANGUAGE,
    "harness": HARNESS,
    "collectors/trace": set(),
    "collectors/cupti": TRACE,
    "collectors/nvml": TRACE,
    "collectors/host": TRACE | {"collectors/nvml"},
    "collectors/import": TRACE,
    "reports/analysis": ANALYSIS,
    "reports/metrics": METRICS,
    "reports/history": HISTORY,
    "reports/render": RENDER,
    "ci/gate": {"reports/analysis", "reports/metrics", "reports/history"},
}
# Vendor header -> the only folders that may include it.
VENDOR = {
    r"(cuda|cuda_runtime|cuda_bf16|cublas|cublasLt|cublas_v2|mma)[a-z_]*\.h": ["harness/device/cuda", "harness/model/cuda", "collectors/cupti"],
    r"cupti[a-z_]*\.h": ["collectors/cupti"],
    r"nvml\.h": ["collectors/nvml"],
    r"nvtx3/.*": ["harness/execute", "harness/device/cuda", "collectors/cupti"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def sources(folder):
    for suffix in ("*.hpp", "*.cpp", "*.cu", "*.cuh"):
        yield from (ROOT / folder).rglob(suffix)


def within(path, folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


class IncludeArrows(unittest.TestCase):
    def test_project_includes_follow_the_arrows(self):
        wrong = []
        for folder, targets in ARROWS.items():
            for source in sources(folder):
                for bracket, header in INCLUDE.findall(source.read_text()):
                    if bracket == "<":
                        continue
                    allowed = targets | {folder, "schedules/base"}
                    if not within(header, allowed):
                        wrong.append(f"{source.relative_to(ROOT)} includes {header}")
        self.assertEqual(wrong, [])

    def test_every_folder_has_an_arrow(self):
        for top in ("schedules", "harness", "collectors", "reports", "ci"):
            for source in sources(top):
                self.assertTrue(within(str(source.relative_to(ROOT)), ARROWS), f"{source} stands in a folder without arrows")

    def test_vendor_headers_stay_in_their_folders(self):
        wrong = []
        for top in ("schedules", "harness", "collectors", "reports", "ci", "cli"):
            for source in sources(top):
                path = str(source.relative_to(ROOT))
                for _, header in INCLUDE.findall(source.read_text()):
                    for pattern, folders in VENDOR.items():
                        if re.fullmatch(pattern, header) and not within(path, folders):
                            wrong.append(f"{path} includes {header}")
        self.assertEqual(wrong, [])

    def test_one_spdx_line_a_file(self):
        missing = []
        for top in ("schedules", "harness", "collectors", "reports", "ci", "cli", "tests", "cmake"):
            for source in (ROOT / top).rglob("*"):
                if source.suffix in {".hpp", ".cpp", ".cu", ".cuh", ".py", ".sh", ".cmake", ".sql"} or source.name == "CMakeLists.txt":
                    text = source.read_text()
                    if text.count("SPDX-License-Identifier: " + "Apache-2.0") != 1:
                        missing.append(str(source.relative_to(ROOT)))
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
