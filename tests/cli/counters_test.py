# SPDX-License-Identifier: Apache-2.0
"""Recordings with hardware counters, from the command line. The recordings are written here, byte for byte from
docs/recording-format.md: a copy over 20 ms, a kernel over 20 ms that begins 10 ms later, a sample every 20 us."""

import json
import struct
import subprocess
import sys
import unittest
import zlib

from support import SOURCE, CliTest

MS, SAMPLE = 1_000_000, 20_000
BYTES_A_US, WIRE_PPM = 55_000, 1_050_000
CHUNK = {"source": 1, "defects": 2, "strings": 3, "devices": 4, "processes": 5, "streams": 7, "kernels": 8, "copies": 9,
         "counters": 16, "samples": 17, "values": 18, "notes": 19, "end": 255}


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def zigzag(value):
    return varint((value << 1 ^ value >> 63) & (1 << 64) - 1)


def text(value):
    return varint(len(value)) + value.encode()


def chunk(kind, payload):
    stored = zlib.compress(payload)
    head = struct.pack("<IIII", CHUNK[kind], len(payload), len(stored), zlib.crc32(stored))
    return head + struct.pack("<I", zlib.crc32(head)) + stored


def rows(table, *codings):
    """Rows column by column: p plain, d delta, s span, t text."""
    payload = varint(len(table))
    for column, coding in enumerate(codings):
        last = 0
        for row in table:
            value = row[column]
            if coding == "t":
                payload += text(value)
            elif coding == "p":
                payload += varint(value)
            else:
                payload += zigzag(value - (last if coding == "d" else row[0]))
                last = value
    return payload


def recording(records=True, engine=1.0, notes=(), skip=()):
    """`engine`: how much of the copy the copy engine's counter shows; `skip`: samples that are missing."""
    copy, kernel = (0, 20 * MS), (10 * MS, 30 * MS)
    strings = ["NVIDIA H200", "gemm", "h2d_engine", "pcie_read", "graphics_active", "sm_active", "m", *sum(map(list, notes), [])]
    name = {value: number + 1 for number, value in enumerate(strings)}
    samples = [(at, at + SAMPLE, 0) for at in range(0, 30 * MS, SAMPLE) if at // SAMPLE not in skip]

    def inside(span):
        return [max(0, min(end, span[1]) - max(begin, span[0])) for begin, end, _ in samples]

    tracks = [("h2d_engine", 0, 0, [round(ns * engine) for ns in inside(copy)]),
              ("pcie_read", 1, WIRE_PPM, [ns * BYTES_A_US * WIRE_PPM // 1000 // 10**6 for ns in inside(copy)]),
              ("graphics_active", 0, 0, inside(kernel)), ("sm_active", 0, 0, inside(kernel))]
    values = [(counter, sample, value) for counter, track in enumerate(tracks) for sample, value in enumerate(track[3])]
    tables = {
        "devices": rows([(0, 1)], *"pp"), "processes": rows([(1, 0)], *"pp"),
        "streams": rows([(0, 0, 0, 7, 0), (0, 0, 0, 8, 0)], *"ppppp"),
        "kernels": rows([(*kernel, 0, name["gemm"], 0, 0, 0, 0)], *"dsppdppd"),
        "copies": rows([(*copy, 1, 0, 20_000 * BYTES_A_US, 0, 2, 3, 2, 9, 1, 0)], *"dspdpppppppp"),
        "counters": rows([(0, name[role], name["m"], unit, 1, ppm) for role, unit, ppm, _ in tracks], *"pppppp"),
        "samples": rows(samples, *"dsp"), "values": rows(values, *"pdp"),
        "notes": rows([(name[note], name[why], int(not records)) for note, why in notes], *"ppp")}
    counts = {"devices": 1, "processes": 1, "threads": 0, "streams": 2, "kernels": 1, "copies": 1, "memsets": 0, "calls": 0,
              "syncs": 0, "event records": 0, "ranges": 0, "overheads": 0, "counters": 4, "samples": len(samples),
              "values": len(values), "notes": len(notes)}
    if not records:
        tables.pop("kernels"), tables.pop("copies")
        counts["kernels"] = counts["copies"] = 0
    out = b"OFFLEDG\n" + struct.pack("<I", 2)
    source = (0, "by hand", "NVIDIA H200", "s", "w", 0, BYTES_A_US * 10**6, 0, 1)
    out += chunk("source", varint(1) + b"".join(text(v) if isinstance(v, str) else varint(v) for v in source))
    out += chunk("defects", rows([(0,) * 7], *"ppppppp"))
    out += chunk("strings", varint(len(strings)) + b"".join(map(text, strings)))
    for kind, payload in tables.items():
        if payload != varint(0):
            out += chunk(kind, payload)
    return out + chunk("end", varint(len(strings) + 1) + b"".join(map(varint, counts.values())))


class Counters(CliTest):
    def explained(self, data, form="json"):
        result = self.ok("explain", self.write("r.oflg", data), "--format", form)
        return result.json() if form == "json" else result.out

    def test_counters_stand_beside_records(self):
        counters = self.explained(recording())["devices"][0]["counters"]
        self.assertEqual((counters["interval_ns"], counters["samples"], counters["coverage"]), (SAMPLE, 1500, 1))
        checks = {check["id"]: check for check in counters["checks"]}
        self.assertEqual(set(checks), {"h2d_bytes", "h2d_engine_ns", "graphics_ns", "sm_ns", "overlap_of_possible"})
        for check in checks.values():
            self.assertTrue(check["agrees"], check)
            self.assertAlmostEqual(check["record"], check["counter"], delta=check["record"] * 1e-6)
        self.assertEqual(checks["h2d_bytes"]["record"], 20_000 * BYTES_A_US)
        self.assertEqual(checks["overlap_of_possible"]["counter"], 0.5)

    def test_the_table_is_part_of_the_explanation(self):
        out = self.explained(recording(), "text")
        for line in ("H2D bytes", "H2D copies, copy engine active", "kernels, SMs active", "1500 samples of 20.00 µs"):
            self.assertIn(line, out)

    def test_a_counter_that_is_off_is_a_finding_with_both_numbers(self):
        document = self.explained(recording(engine=0.9))
        self.assertEqual([finding["id"] for finding in document["findings"]], ["counter_mismatch"])
        self.assertIn("20.000 ms by record, 18.000 ms by counter", document["findings"][0]["detail"])
        self.assertFalse(document["findings"][0]["disqualifies"])
        self.assertIn("mismatch", self.explained(recording(engine=0.9), "text"))

    def test_samples_alone_make_a_ledger_that_says_so(self):
        document = self.explained(recording(records=False))
        device = document["devices"][0]
        self.assertTrue(device["counters"]["sampled_only"])
        self.assertEqual(device["counters"]["sampled"]["open_ns"], 0)
        self.assertEqual(device["ledger"], {"compute_only_ns": 10 * MS, "hidden_ns": 10 * MS, "exposed_ns": 10 * MS,
                                            "collective_ns": 0, "collective_copy_ns": 0, "idle_ns": 0})
        self.assertEqual(device["metrics"]["overlap_of_possible"], 0.5)
        self.assertIn("Sampled, not recorded", self.explained(recording(records=False), "text"))

    def test_notes_are_findings(self):
        document = self.explained(recording(notes=[("counters_partial", "dram_read: does not fit the pass")]))
        self.assertEqual(document["findings"][0]["id"], "counters_partial")

    def test_a_part_of_a_run_is_no_figure_of_it(self):
        """Samples alone, with a gap; and without the end, which only the note can tell."""
        gap = recording(records=False, skip=range(700, 800))
        tail = recording(records=False, skip=range(1000, 1500), notes=[("counters_partial", "its buffer was full")])
        for data in (gap, tail):
            result = self.run_cli("explain", self.write("r.oflg", data))
            self.assertEqual(result.code, 4, result.err)
            self.assertIn("counters_partial", result.out)

    def test_any_cut_is_an_incomplete_recording(self):
        data = recording()
        for cut in range(12, len(data), max(1, len(data) // 40)):
            result = self.run_cli("explain", self.write("cut.oflg", data[:cut]))
            self.assertIn(result.code, (2, 4), result.err)

    def test_the_trace_has_a_track_a_counter(self):
        path = self.write("r.oflg", recording())
        self.ok("trace", path, "-o", "trace.json")
        trace = json.loads((self.folder / "trace.json").read_text())
        tracks = {}
        for event in trace["traceEvents"]:
            if event["ph"] == "C" and event["name"].startswith("counter: "):
                tracks.setdefault(event["name"][9:], []).append((event["ts"], *event["args"].items()))
        self.assertEqual(tracks["h2d_engine"], [(0, ("%", 100)), (20000, ("%", 0))])
        self.assertEqual(tracks["sm_active"], [(10000, ("%", 100)), (30000, ("%", 0))])
        self.assertEqual(tracks["pcie_read"], [(0, ("GB/s", 57.75)), (20000, ("GB/s", 0))])

    def test_where_samples_pause_the_trace_says_so(self):
        self.ok("trace", self.write("r.oflg", recording(skip=range(100, 200))), "-o", "trace.json")
        trace = json.loads((self.folder / "trace.json").read_text())
        pauses = [(event["ts"], event["dur"]) for event in trace["traceEvents"] if event.get("cat") == "pause"]
        self.assertEqual(pauses, [(2000, 2000)])
        device = self.explained(recording(skip=range(100, 200)))["devices"][0]
        self.assertAlmostEqual(device["counters"]["coverage"], 1400 / 1500)
        self.assertTrue(all(check["agrees"] for check in device["counters"]["checks"]))

    def test_the_picture_is_drawn_the_same_each_time(self):
        self.ok("trace", self.write("r.oflg", recording()), "-o", "trace.json")
        script = SOURCE / "docs" / "pictures" / "layer.py"
        pictures = []
        for name in ("a.svg", "b.svg"):
            subprocess.run([sys.executable, script, "trace.json", "-o", name], check=True, cwd=self.folder)
            pictures.append((self.folder / name).read_text())
        self.assertEqual(pictures[0], pictures[1])
        self.assertIn("copy engine", pictures[0])
        self.assertLess(len(pictures[0]), 100_000)


class OnAnH200(CliTest):
    """Recordings of an H200 (docs/results/counters): counters and records agree far within the tolerances."""

    FOLDER = SOURCE / "docs" / "results" / "counters"

    def counters_of(self, name):
        return self.run_cli("explain", self.FOLDER / f"{name}.oflg", "--format", "json").json()["devices"][0]["counters"]

    def test_counters_agree_with_records(self):
        for name in ("history1", "blocking1", "history_fenced"):
            checks = {check["id"]: check for check in self.counters_of(name)["checks"]}
            for check in checks.values():
                self.assertTrue(check["judged"] and check["agrees"], (name, check))
            for check, most in (("h2d_bytes", 0.001), ("h2d_engine_ns", 0.0005), ("graphics_ns", 0.005)):
                apart = checks[check]["counter"] / checks[check]["record"] - 1
                self.assertLess(abs(apart), most, (name, check))
            overlap = checks["overlap_of_possible"]
            self.assertLess(abs(overlap["counter"] - overlap["record"]), 0.002, name)

    def test_what_samples_leave_open_is_little(self):
        for name in ("history1", "blocking1", "history_fenced", "history1.only"):
            self.assertLess(self.counters_of(name)["sampled"]["overlap_open"], 0.001, name)

    def test_a_blocked_host_has_queued_nothing_and_a_waiting_stream_may_have(self):
        held = self.counters_of("history1")["evidence"][0]
        self.assertEqual(held["via"], "host_block")
        self.assertEqual(held["semaphore_wait_ns"], 0)
        self.assertGreater(held["queue_idle_ns"], 0.99 * held["ns"])
        waits = self.counters_of("history_fenced")["evidence"][0]
        self.assertEqual(waits["via"], "event")
        self.assertGreater(waits["semaphore_wait_ns"], 0)

    def test_samples_cover_all_of_the_window(self):
        for name in ("history1", "blocking1", "history_fenced", "history_fenced.front-end", "history1.only"):
            self.assertGreater(self.counters_of(name)["coverage"], 0.9999, name)
            self.assertNotIn("counters_partial", self.ok("explain", self.FOLDER / f"{name}.oflg").out)

    def test_samples_alone_tell_what_records_do(self):
        """Two plays of one schedule, one recorded and one sampled alone."""
        recorded = self.ok("explain", self.FOLDER / "history1.oflg", "--format", "json").json()["devices"][0]["metrics"]
        sampled = self.ok("explain", self.FOLDER / "history1.only.oflg", "--format", "json").json()["devices"][0]["metrics"]
        self.assertAlmostEqual(sampled["overlap_of_possible"], recorded["overlap_of_possible"], delta=0.005)

    def test_small_enough_to_keep(self):
        for path in self.FOLDER.glob("*.oflg"):
            self.assertLess(path.stat().st_size, 300_000, path.name)

    def test_the_picture_is_of_these_recordings(self):
        for name in ("history1", "blocking1"):
            self.ok("trace", self.FOLDER / f"{name}.oflg", "-o", f"{name}.json")
        script = SOURCE / "docs" / "pictures" / "layer.py"
        subprocess.run([sys.executable, script, "history1.json", "blocking1.json", "--ms", "48", "--at", "262", "245",
                        "-o", "layer.svg"], check=True, cwd=self.folder)
        self.assertEqual((self.folder / "layer.svg").read_text(), (SOURCE / "docs" / "pictures" / "layer.svg").read_text())


class CountersOnSim(CliTest):
    def test_a_run_goes_on_without_and_says_so(self):
        result = self.ok("run", "--counters", "--schedule", "history1", "--workload", "tiny", "--format", "json")
        self.assertIn("sim:h200 is simulated and has none; measure on --device cuda", result.err)
        self.assertIn("counters_unavailable", [finding["id"] for finding in result.json()["cells"][0]["findings"]])
        self.assertIn("counters_unavailable", self.ok("explain", "latest").out)

    def test_figures_are_those_of_a_run_without(self):
        options = ("run", "--schedule", "history1", "--workload", "tiny", "--format", "json")
        counted, bare = (self.ok(*options, *more).json()["cells"][0] for more in (["--counters"], []))
        self.assertEqual(counted["reps"][0]["values"], bare["reps"][0]["values"])

    def test_records_stand_in_for_samples_that_cannot_be_had(self):
        result = self.ok("run", "--counters", "only", "--schedule", "history1", "--workload", "tiny", "--format", "json")
        self.assertEqual(result.json()["cells"][0]["protocol"], "1")
        self.assertGreater(result.json()["cells"][0]["metrics"]["h2d_copies"], 0)

    def test_play_says_so_too(self):
        result = self.ok("play", "--counters", "--schedule", "history1", "--workload", "tiny", "-o", "r.oflg")
        self.assertIn("has none", result.err)

    def test_modes_and_intervals_are_checked(self):
        for wrong in (["--counters", "sideways"], ["--counters-us", "4"], ["--counters-us", "1001"]):
            self.fails(2, "run", *wrong, "--schedule", "history1")


if __name__ == "__main__":
    unittest.main()
