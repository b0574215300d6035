#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws some milliseconds of Chrome traces with counters as one SVG: streams above, sampled counters below.

    offledger trace history1.oflg -o history1.json
    docs/pictures/layer.py history1.json blocking1.json --ms 40 -o docs/pictures/layer.svg

Each trace is a panel. Its window begins at --at, or with the first large host-to-device copy that starts after the middle
of the trace. Where nothing was sampled the panel is grey. The same traces give the same bytes.
"""
import argparse
import gzip
import json
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 960, 150, 16
ROW, LANE, GAP = 20, 44, 6
COPY_BYTES = 64 << 20
BIN = 2  # pixels that share one value: keeps the picture small
LANES = [("h2d_engine", "copy engine", "%", 100, "#2a78b5"), ("copy_engine", "copy engine", "%", 100, "#2a78b5"),
         ("pcie_read", "PCIe read", "GB/s", 64, "#2a78b5"), ("graphics_active", "graphics engine", "%", 100, "#3f8f4f"),
         ("sm_active", "SMs active", "%", 100, "#3f8f4f"), ("tensor_active", "tensor pipes", "%", 100, "#3f8f4f"),
         ("semaphore_wait", "at a semaphore", "%", 100, "#b5652a")]


def load(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt") as file:
        return json.load(file)


class Trace:
    def __init__(self, path):
        document = load(path)
        self.name = document["otherData"].get("schedule") or path
        self.workload = document["otherData"].get("workload", "")
        self.rows = {}
        slices, self.counters, self.pauses = [], {}, []
        for event in document["traceEvents"]:
            if event["ph"] == "M" and event["name"] == "thread_name":
                self.rows[event["tid"]] = event["args"]["name"]
            elif event["ph"] == "X" and event.get("cat") in ("kernel", "copy"):
                slices.append(event)
            elif event["ph"] == "X" and event.get("cat") == "pause":
                self.pauses.append((event["ts"], event["ts"] + event["dur"]))
            elif event["ph"] == "C" and event["name"].startswith("counter: "):
                value = next(iter(event["args"].values()))
                self.counters.setdefault(event["name"][9:], []).append((event["ts"], value))
        engines = {tid for tid, name in self.rows.items() if "copy engine" in name or name.endswith(" copies")}
        self.slices = [s for s in slices if s["tid"] not in engines]
        if not self.slices:
            raise SystemExit(f"{path}: expected kernels and copies, found none: is it a trace of a recorded run?")

    def window(self, ms, at):
        """From `at` ms on, or from the first large copy that starts in the second half."""
        if at is not None:
            return at * 1000, (at + ms) * 1000
        begin = min(s["ts"] for s in self.slices)
        end = max(s["ts"] + s["dur"] for s in self.slices)
        middle = (begin + end) / 2
        starts = [s["ts"] for s in self.slices if s["cat"] == "copy" and s["args"].get("bytes", 0) >= COPY_BYTES]
        after = [t for t in sorted(starts) if t >= middle]
        first = after[0] if after else middle
        return first, first + ms * 1000


class Panel:
    def __init__(self, trace, ms, at):
        self.trace = trace
        self.begin, self.end = trace.window(ms, at)
        self.scale = (WIDTH - LEFT - RIGHT) / (self.end - self.begin)
        self.out = []

    def x(self, ts):
        return LEFT + (min(max(ts, self.begin), self.end) - self.begin) * self.scale

    def text(self, x, y, text, anchor="start", size=11, weight="normal"):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
                        f'text-anchor="{anchor}">{escape(text)}</text>')

    def rect(self, begin, end, y, height, colour, title):
        left, right = self.x(begin), self.x(end)
        self.out.append(f'<rect x="{left:.2f}" y="{y:.1f}" width="{max(right - left, 0.3):.2f}" height="{height}" '
                        f'fill="{colour}"><title>{escape(title)}</title></rect>')

    def streams(self, y):
        inside = [s for s in self.trace.slices if s["ts"] < self.end and s["ts"] + s["dur"] > self.begin]
        for tid in sorted({s["tid"] for s in inside}):
            self.text(LEFT - 8, y + 14, self.trace.rows.get(tid, "stream"), "end")
            for s in inside:
                if s["tid"] == tid:
                    colour = "#3f8f4f" if s["cat"] == "kernel" else "#2a78b5"
                    self.rect(s["ts"], s["ts"] + s["dur"], y, ROW - 4, colour, s["name"])
            y += ROW
        return y

    def means(self, points):
        """The counter's mean over each BIN pixels: (pixel, mean)."""
        edges = points + [(self.end, points[-1][1])]
        width = BIN / self.scale
        at = 0
        for number in range((WIDTH - LEFT - RIGHT) // BIN):
            begin, end = self.begin + number * width, self.begin + (number + 1) * width
            while at + 1 < len(edges) and edges[at + 1][0] <= begin:
                at += 1
            total, i = 0.0, at
            while i < len(points) and points[i][0] < end:
                total += points[i][1] * max(0.0, min(edges[i + 1][0], end) - max(points[i][0], begin))
                i += 1
            yield number * BIN, total / width

    def lane(self, y, role, label, unit, top, colour):
        points = self.trace.counters.get(role)
        if not points:
            return y
        base, height = y + LANE - GAP, LANE - GAP - 4
        path, last = [f"M{LEFT},{base:.0f}"], None
        for pixel, mean in self.means(points):
            level = f"{base - height * min(mean / top, 1):.1f}"
            if level != last:
                path.append(f"H{LEFT + pixel}V{level}")
            last = level
        path.append(f"H{WIDTH - RIGHT}V{base:.0f}Z")
        self.text(LEFT - 8, y + 18, label, "end")
        self.text(LEFT - 8, y + 31, f"0–{top} {unit}", "end", 9)
        self.out.append(f'<path d="{"".join(path)}" fill="{colour}" fill-opacity="0.45" stroke="{colour}" stroke-width="0.5"/>')
        self.out.append(f'<path d="M{LEFT},{base:.1f}H{WIDTH - RIGHT}" stroke="#999" stroke-width="0.5"/>')
        return y + LANE

    def draw(self, y):
        self.text(LEFT, y + 14, f"{self.trace.name} on {self.trace.workload}", size=13, weight="bold")
        y = self.streams(y + 24)
        top = y
        for lane in LANES:
            y = self.lane(y, *lane)
        for begin, end in self.trace.pauses:
            if begin < self.end and end > self.begin:
                self.rect(begin, end, top, y - top, "#ddd", "not sampled")
        ms = (self.end - self.begin) / 1000
        step = max(1, round(ms / 8))
        for tick in range(0, int(ms) + 1, step):
            self.text(self.x(self.begin + tick * 1000), y + 12, f"{tick} ms", "middle", 9)
        return y + 28


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("traces", nargs="+")
    parser.add_argument("--ms", type=float, default=40)
    parser.add_argument("--at", type=float, nargs="*", help="where each trace's window begins, in ms, instead of the middle")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    y, parts = 8, []
    begins = options.at or [None] * len(options.traces)
    if len(begins) != len(options.traces):
        parser.error(f"--at: expected {len(options.traces)} times, one a trace, found {len(begins)}")
    for path, at in zip(options.traces, begins):
        panel = Panel(Trace(path), options.ms, at)
        y = panel.draw(y)
        parts += panel.out
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" width="{WIDTH}" height="{y:.0f}" '
                   f'font-family="sans-serif" fill="#222">\n<rect width="{WIDTH}" height="{y:.0f}" fill="#fff"/>\n')
        file.write("\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    main()
