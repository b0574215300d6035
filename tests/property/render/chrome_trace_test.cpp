// SPDX-License-Identifier: Apache-2.0
//
// A trace is read back with another JSON library and must hold exactly the records it was made of, in rows
// that no viewer can misdraw, whatever the Timeline: names of any bytes, references to nothing, ends before
// begins.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/render/chrome_trace.hpp"

namespace offledger::render {
namespace {

using nlohmann::json;
using Span = std::pair<std::int64_t, std::int64_t>;

struct Read {
  json document;
  std::map<std::string, std::vector<Span>> by_category;  ///< begin, end in ns from the first record
  std::map<std::int64_t, std::vector<Span>> by_row;
  std::int64_t base = 0;
};

/// Microseconds with three decimals, as the integer they were.
std::int64_t ns_of(const json& us) {
  return std::llround(us.get<double>() * 1000);
}

Read read(const trace::Timeline& t, const ChromeTraceOptions& options = {}) {
  std::ostringstream out;
  chrome_trace(t, out, options);
  Read r;
  r.document = json::parse(out.str());
  r.base = r.document.at("baseTimeNanoseconds").get<std::int64_t>();
  for (const json& e : r.document.at("traceEvents")) {
    if (e.at("ph") != "X") continue;
    const std::int64_t begin = ns_of(e.at("ts"));
    const Span span{begin, begin + ns_of(e.at("dur"))};
    r.by_category[e.at("cat")].push_back(span);
    r.by_row[e.at("tid").get<std::int64_t>()].push_back(span);
  }
  return r;
}

trace::Timeline any_timeline() {
  using rc::gen::inRange;
  trace::Timeline t;
  t.source.clock_origin = *inRange<std::int64_t>(0, 1'000'000);
  const auto process = t.process(static_cast<std::uint32_t>(*inRange(0, 3)), "p\"\\\n");
  const auto thread = t.thread(process, 7, *rc::gen::arbitrary<std::string>());
  t.stream(process, trace::DeviceId{0}, 0, 7);
  t.stream(process, trace::DeviceId{1}, 0, 7, "copy");
  t.device(trace::DeviceId{1}, "GPU \x01\xff");
  const auto span = [] {
    const auto begin = *inRange<std::int64_t>(-1000, 100'000);
    return Span{begin, begin + *inRange<std::int64_t>(-3, 2000)};
  };
  const auto stream = [] { return trace::StreamRow{static_cast<std::uint32_t>(*inRange(0, 4))}; };
  const auto correlation = [] { return trace::Correlation{static_cast<std::uint64_t>(*inRange(0, 6))}; };
  const auto count = [] { return *inRange(0, 12); };
  for (int n = count(); n > 0; --n) {
    const auto [b, e] = span();
    t.kernels.push_back(
        {nanos(b), nanos(e), stream(), t.intern(*rc::gen::arbitrary<std::string>()), correlation()});
  }
  for (int n = count(); n > 0; --n) {
    const auto [b, e] = span();
    trace::Copy c{nanos(b), nanos(e), stream(), correlation(), *rc::gen::arbitrary<std::uint64_t>()};
    c.direction = static_cast<trace::CopyDirection>(*inRange(0, 3));
    c.channel_id = static_cast<std::uint32_t>(*inRange(0, 2));
    t.copies.push_back(c);
  }
  for (int n = count(); n > 0; --n) {
    const auto [b, e] = span();
    t.calls.push_back({nanos(b), nanos(e), *inRange(0, 2) != 0 ? thread : trace::ThreadRow::kNone,
                       trace::StringId{static_cast<std::uint32_t>(*inRange(0, 40))}, correlation()});
  }
  for (int n = count(); n > 0; --n) {
    const auto [b, e] = span();
    t.ranges.push_back(
        {nanos(b), nanos(e), thread, t.intern("r"), {}, trace::RangeKind::kOther, *inRange(-1, 2)});
  }
  return t;
}

template <typename Records>
std::vector<Span> drawable(const Records& records, std::int64_t zero) {
  std::vector<Span> out;
  for (const auto& r : records) {
    if (r.end >= r.begin) out.emplace_back(r.begin.count() - zero, r.end.count() - zero);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Span> sorted(std::vector<Span> v) {
  std::sort(v.begin(), v.end());
  return v;
}

RC_GTEST_PROP(ChromeTrace, HoldsEveryRecordToTheNanosecond, ()) {
  const trace::Timeline t = any_timeline();
  ChromeTraceOptions options;
  options.copy_engines = false;
  Read r = read(t, options);
  const std::int64_t zero = r.base - t.source.clock_origin;
  RC_ASSERT(sorted(r.by_category["kernel"]) == drawable(t.kernels, zero));
  RC_ASSERT(sorted(r.by_category["copy"]) == drawable(t.copies, zero));
  RC_ASSERT(sorted(r.by_category["runtime"]) == drawable(t.calls, zero));
  RC_ASSERT(sorted(r.by_category["range"]) == drawable(t.ranges, zero));
}

RC_GTEST_PROP(ChromeTrace, RowsNeverOverlapButToNest, ()) {
  const Read r = read(any_timeline());
  for (const auto& [tid, spans] : r.by_row) {
    for (std::size_t i = 0; i < spans.size(); ++i) {
      for (std::size_t j = i + 1; j < spans.size(); ++j) {
        const auto& [a, b] = spans[i];
        const auto& [c, d] = spans[j];
        const bool apart = b <= c || d <= a;
        RC_ASSERT(apart || (a >= c && b <= d) || (c >= a && d <= b));
      }
    }
  }
}

RC_GTEST_PROP(ChromeTrace, EveryRowIsNamedAndHasItsPlace, ()) {
  const Read r = read(any_timeline());
  std::map<std::int64_t, int> named;
  for (const json& e : r.document.at("traceEvents")) {
    if (e.at("ph") != "M" || !e.contains("tid")) continue;
    named[e.at("tid").get<std::int64_t>()] |= e.at("name") == "thread_name" ? 1 : 2;
  }
  for (const auto& [tid, spans] : r.by_row) RC_ASSERT(named[tid] == 3);
}

RC_GTEST_PROP(ChromeTrace, CountersAreNeverBelowZeroAndEndAtZero, ()) {
  const Read r = read(any_timeline());
  std::map<std::pair<std::int64_t, std::string>, std::pair<std::int64_t, double>> last;
  for (const json& e : r.document.at("traceEvents")) {
    if (e.at("ph") != "C") continue;
    const double value = e.at("args").begin().value().get<double>();
    const std::int64_t at = ns_of(e.at("ts"));
    RC_ASSERT(value >= 0);
    const auto key = std::pair(e.at("pid").get<std::int64_t>(), e.at("name").get<std::string>());
    if (last.contains(key)) RC_ASSERT(at > last[key].first);
    last[key] = {at, value};
  }
  for (const auto& [key, point] : last) RC_ASSERT(point.second == 0);
}

RC_GTEST_PROP(ChromeTrace, ArrowsComeInPairsThatBindToSlices, ()) {
  const Read r = read(any_timeline());
  std::map<std::int64_t, std::string> phases;
  for (const json& e : r.document.at("traceEvents")) {
    const std::string phase = e.at("ph");
    if (phase != "s" && phase != "f") continue;
    phases[e.at("id").get<std::int64_t>()] += phase;
    const std::int64_t at = ns_of(e.at("ts"));
    const auto& row = r.by_row.at(e.at("tid").get<std::int64_t>());
    RC_ASSERT(
        std::any_of(row.begin(), row.end(), [&](const Span& s) { return s.first <= at && at < s.second; }));
  }
  for (const auto& [id, phase] : phases) RC_ASSERT(phase == "sf");
}

TEST(ChromeTrace, TakesTimesAtBothEndsOfTheClock) {
  trace::Timeline t;
  t.kernels.push_back({Nanos::min(), Nanos::max()});
  t.copies.push_back({Nanos::min(), Nanos::max(), trace::StreamRow::kNone, {}, UINT64_MAX});
  std::ostringstream out;
  chrome_trace(t, out);
  EXPECT_NE(out.str().find("\"dur\":18446744073709551.615"), std::string::npos);
  EXPECT_TRUE(json::accept(out.str()));
}

TEST(ChromeTrace, AnEmptyTimelineIsAnEmptyTrace) {
  std::ostringstream out;
  const auto summary = chrome_trace(trace::Timeline{}, out);
  EXPECT_EQ(summary.slices, 0U);
  EXPECT_TRUE(json::parse(out.str()).at("traceEvents").empty());
}

TEST(ChromeTrace, CountsWhatItCannotDraw) {
  trace::Timeline t;
  t.kernels.push_back({nanos(10), nanos(5)});
  std::ostringstream out;
  EXPECT_EQ(chrome_trace(t, out).skipped, 1U);
  EXPECT_EQ(json::parse(out.str()).at("otherData").at("skipped_records"), 1);
}

}  // namespace
}  // namespace offledger::render
