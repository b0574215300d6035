// SPDX-License-Identifier: Apache-2.0
//
// What each knob does to a plan, by the ops it adds. The schedules are minimal: one knob off the defaults.

// GCC 12 at -O3 reports overlapping copies inside std::string's operator+ (PR 105329).
#pragma GCC diagnostic ignored "-Wrestrict"

#include <gtest/gtest.h>

#include <algorithm>

#include "schedules/language/schedule.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kThreeLayers{
    3, {{"attn", {{"q", 3000}, {"o", 1000}}}, {"ffn", {{"up", 8000}, {"down", 2000}}}}};

plan::Plan compiled(const std::string& knobs, const std::string& slots = R"({"count": 2})") {
  return parse_schedule(
             R"({"name": "x", "title": "x", "slots": )" + slots + (knobs.empty() ? "" : ", ") + knobs + "}",
             "x")
      ->compile(kThreeLayers);
}

std::vector<std::string> words(const plan::Plan& plan, const std::vector<plan::Op>& ops,
                               const std::string& about = "") {
  std::vector<std::string> lines;
  for (const plan::Op& op : ops) {
    std::string line = plan::to_string(plan, op);
    if (line.find(about) != std::string::npos) lines.push_back(std::move(line));
  }
  return lines;
}

using Lines = std::vector<std::string>;

/// The ops of the unit, from its mark to the next.
Lines unit(const plan::Plan& plan, const std::string& name) {
  const Lines all = words(plan, plan.body);
  const auto begin = std::find(all.begin(), all.end(), "unit " + name);
  const auto end =
      std::find_if(begin + 1, all.end(), [](const auto& line) { return line.starts_with("unit "); });
  return {begin + 1, end};
}

Lines copies(const plan::Plan& plan) {
  Lines units;
  for (const plan::Op& op : plan.body) {
    if (const auto* copy = std::get_if<plan::Copy>(&op)) units.push_back(plan.model.name_of(copy->unit));
  }
  return units;
}

TEST(Knobs, WithoutIssuePointsEveryUnitComesOnDemand) {
  EXPECT_EQ(unit(compiled(R"("unit": "layer")"), "L1.layer"),
            (Lines{"stream_wait weight_h2d for free layer[1]",
                   "copy L1.layer 14.0 kB -> layer[1] on weight_h2d (pinned)",
                   "record ready layer[1] on weight_h2d", "stream_wait compute for ready layer[1]",
                   "compute L1.layer from layer[1] on compute", "record free layer[1] on compute",
                   "release layer[1] by L1.layer"}));
}

TEST(Knobs, UnitCutsTheLayer) {
  EXPECT_EQ(copies(compiled(R"("unit": "tensor")")).size(), 12U);
  const plan::Plan named = compiled(
      R"("unit": [{"name": "head", "tensors": ["q"]}, {"name": "rest", "tensors": ["attn.o", "up", "down"]}])");
  EXPECT_EQ(copies(named)[1], "L0.rest");
  EXPECT_EQ(named.model.groups[1].bytes(), 11'000U);
}

TEST(Knobs, OffloadLeavesTheRestResident) {
  EXPECT_EQ(copies(compiled(R"("offload": {"every": 2})")), (Lines{"L1.attn", "L1.ffn"}));
  EXPECT_EQ(copies(compiled(R"("offload": {"last": 2, "of": 3})")),
            (Lines{"L1.attn", "L1.ffn", "L2.attn", "L2.ffn"}));
  EXPECT_EQ(copies(compiled(R"("offload": {"bytes": 15000})")), (Lines{"L0.attn", "L0.ffn"}));
  EXPECT_EQ(copies(compiled(R"("offload": {"percent": 34})")), (Lines{"L2.attn", "L2.ffn"}));
  EXPECT_EQ(copies(compiled(R"("offload": {"names": ["L0.attn", "ffn"]})")),
            (Lines{"L0.attn", "L0.ffn", "L1.ffn", "L2.ffn"}));
  EXPECT_EQ(unit(compiled(R"("offload": {"every": 2})"), "L0.attn"),
            (Lines{"compute L0.attn from resident weights on compute"}));
}

TEST(Knobs, AheadCountsLayersUnitsOrBytes) {
  const auto first = [](const std::string& ahead) {
    const Lines all = copies(compiled(R"("issue": [{"at": "after_ready", "unit": "attn", )" + ahead + "}]",
                                      R"({"mapping": "dynamic"})"));
    return Lines(all.begin(), all.begin() + 4);
  };
  EXPECT_EQ(first(R"("ahead": 1)"), (Lines{"L0.attn", "L1.attn", "L1.ffn", "L0.ffn"}));
  EXPECT_EQ(first(R"("ahead": [2, 1], "fetch": "ffn")"), (Lines{"L0.attn", "L2.ffn", "L1.ffn", "L0.ffn"}));
  EXPECT_EQ(first(R"("ahead": {"from": 1, "to": 3}, "in": "units")"),
            (Lines{"L0.attn", "L0.ffn", "L1.attn", "L1.ffn"}));
  EXPECT_EQ(first(R"("ahead": {"bytes": 10000})"), (Lines{"L0.attn", "L0.ffn", "L1.attn", "L1.ffn"}));
  EXPECT_EQ(first(R"("ahead": {"bytes": 10001})"), (Lines{"L0.attn", "L0.ffn", "L1.attn", "L1.ffn"}));
}

TEST(Knobs, IssuePointsStandAroundTheWaitAndTheKernels) {
  const auto around = [](const std::string& at) {
    Lines lines = unit(
        compiled(R"("unit": "layer", "issue": [{"at": ")" + at + R"(", "ahead": 1}], "release": "none")"),
        "L1.layer");
    std::erase_if(lines,
                  [](const auto& line) { return line.starts_with("record") || line.starts_with("release"); });
    for (std::string& line : lines) line = line.substr(0, line.find(' '));
    return lines;
  };
  EXPECT_EQ(around("before_compute"), (Lines{"copy", "stream_wait", "compute"}));
  EXPECT_EQ(around("after_ready"), (Lines{"stream_wait", "copy", "compute"}));
  EXPECT_EQ(around("during"), (Lines{"stream_wait", "copy", "compute"}));
  EXPECT_EQ(around("after_compute"), (Lines{"stream_wait", "compute", "copy"}));
}

TEST(Knobs, FenceHoldsCopiesBehindTheComputeIssuedBefore) {
  const std::string knobs =
      R"("unit": "layer", "release": "none", "issue": [{"at": "during", "ahead": 1, "fence": true}])";
  EXPECT_EQ(words(compiled(knobs), compiled(knobs).body, "fence").front(), "record fence compute on compute");
  EXPECT_EQ(unit(compiled(knobs), "L1.layer")[2], "stream_wait weight_h2d for fence compute");
  EXPECT_TRUE(words(compiled(knobs), compiled(knobs).body, "fence").size() == 4)
      << "none where nothing is fetched";
}

TEST(Knobs, WrapFetchesTheNextHeadAndThePrologueTheFirst) {
  const plan::Plan plan = compiled(
      R"("unit": "layer", "wrap": true, "issue": [{"at": "after_ready", "ahead": 1}])", R"({"count": 3})");
  EXPECT_EQ(copies(plan), (Lines{"L1.layer", "L2.layer", "L0.layer"}));
  EXPECT_EQ(words(plan, plan.prologue),
            (Lines{"record free layer[1] on compute", "record free layer[2] on compute",
                   "copy L0.layer 14.0 kB -> layer[0] on weight_h2d (pinned)",
                   "record ready layer[0] on weight_h2d"}));
}

TEST(Knobs, PrologueIsFetchedAtTheHeadOfEachStep) {
  const plan::Plan plan = compiled(R"("unit": "layer", "prologue": [{"ahead": [1, 0]}])");
  EXPECT_EQ(copies(plan), (Lines{"L1.layer", "L0.layer", "L2.layer"}));
  EXPECT_TRUE(words(plan, plan.prologue, "copy").empty());
}

TEST(Knobs, ReadyModesWaitInTheirWay) {
  const auto wait = [](const std::string& ready) {
    const Lines lines =
        unit(compiled(R"("unit": "layer", "release": "none", "ready": )" + ready), "L1.layer");
    return Lines(lines.begin() + 1, std::find_if(lines.begin(), lines.end(), [](const auto& line) {
                   return line.starts_with("compute");
                 }));
  };
  EXPECT_EQ(wait(R"("host_event")"),
            (Lines{"record ready layer[1] on weight_h2d", "host_wait for ready layer[1]"}));
  EXPECT_EQ(wait(R"("wait_stream")"),
            (Lines{"record tail weight_h2d on weight_h2d", "stream_wait compute for tail weight_h2d"}));
  EXPECT_EQ(wait(R"("stream_sync")"), (Lines{"stream_sync weight_h2d"}));
  EXPECT_EQ(wait(R"("device_sync")"), (Lines{"device_sync"}));
  EXPECT_EQ(wait(R"("none")"), Lines{});
  EXPECT_EQ(unit(compiled(R"("ready": {"mode": "none", "host_cost_us": {"ffn": 2.5}})"), "L0.ffn")[0],
            "host_work 2.500 us");
}

TEST(Knobs, ReleaseModesProtectTheSlotInTheirWay) {
  const auto about = [](const std::string& release, const std::string& what) {
    const plan::Plan plan = compiled(R"("unit": "layer", "ready": "none", "release": )" + release);
    return words(plan, plan.body, what);
  };
  EXPECT_EQ(about(R"("host_sync")", "host_wait").size(), 3U);
  EXPECT_EQ(about(R"("wait_stream")", "tail")[1], "stream_wait weight_h2d for tail compute");
  EXPECT_EQ(about(R"("none")", "free"), Lines{});
  const plan::Plan plan =
      compiled(R"("unit": "layer", "ready": "none", "release": {"mode": "host_sync", "at": "release"})");
  EXPECT_EQ(unit(plan, "L1.layer").back(), "host_wait for free layer[1]");
}

TEST(Knobs, CopyCutsAndBounds) {
  EXPECT_EQ(words(compiled(R"("copy": "tensor")"), compiled(R"("copy": "tensor")").body, "copy L0.ffn"),
            (Lines{"copy L0.ffn.up 8.0 kB -> slot[1] on weight_h2d (pinned)",
                   "copy L0.ffn.down 2.0 kB -> slot[1] on weight_h2d (pinned)"}));
  const plan::Plan chunks = compiled(R"("copy": {"by": "chunks", "chunk_bytes": 4096})");
  EXPECT_EQ(words(chunks, chunks.body, "copy L0.ffn").back(),
            "copy L0.ffn+8192 1.8 kB -> slot[1] on weight_h2d (pinned)");
  const plan::Plan one =
      compiled(R"("unit": "layer", "ready": "none", "copy": {"in_flight": 1}, "release": "none")");
  EXPECT_EQ(unit(one, "L1.layer")[0], "host_wait for ready layer[0]");
}

TEST(Knobs, NeedOrdersWhatOnePlaceFetches) {
  const std::string knobs = R"("issue": [{"at": "after_ready", "unit": "attn", "fetch": "attn", "ahead": 1},
    {"at": "after_ready", "unit": "attn", "fetch": "ffn", "ahead": 0}])";
  const std::string slots = R"({"count": 4})";
  EXPECT_EQ(copies(compiled(knobs, slots))[1], "L1.attn");
  EXPECT_EQ(copies(compiled(knobs + R"(, "copy": {"order": "need"})", slots))[1], "L0.ffn");
}

TEST(Knobs, StreamsSpreadCopiesAndChainComputes) {
  const plan::Plan two =
      compiled(R"("unit": "layer", "streams": {"copy": ["a", "b"], "priority": {"b": -1}})");
  EXPECT_EQ(words(two, two.body, "copy L1")[0], "copy L1.layer 14.0 kB -> layer[1] on b (pinned)");
  EXPECT_EQ(two.streams[1].priority, -1);
  const plan::Plan same =
      compiled(R"("unit": "layer", "streams": {"copy": "compute"}, "release": "none", "ready": "none")");
  EXPECT_EQ(unit(same, "L1.layer")[0], "copy L1.layer 14.0 kB -> layer[1] on compute (pinned)");
  const plan::Plan chained = compiled(R"("streams": {"compute": {"attn": "m", "ffn": "f"}})");
  EXPECT_EQ(words(chained, chained.body, "done m").size(), 6U);
  EXPECT_EQ(words(chained, chained.prologue, "done f"), (Lines{"record done f on f"}));
}

TEST(Knobs, SourceAllocationBudgetAndHostCostsAreWritten) {
  const plan::Plan plan =
      compiled(R"("unit": "layer", "source": "pinned_on_the_fly", "ready": "none", "release": "none",
    "host": {"unit_us": 1, "copy_us": 2, "compute_us": 3})",
               R"({"count": 2, "allocate": true, "budget_bytes": 5000})");
  EXPECT_EQ(plan.device_budget_bytes, 5000U);
  EXPECT_EQ(
      unit(plan, "L1.layer"),
      (Lines{"host_work 1.000 us", "alloc layer[1]", "pin 14.0 kB", "host_work 2.000 us",
             "copy L1.layer 14.0 kB -> layer[1] on weight_h2d (pinned_on_the_fly)", "host_work 3.000 us",
             "compute L1.layer from layer[1] on compute", "release layer[1] by L1.layer", "free layer[1]"}));
}

}  // namespace
}  // namespace offledger::language
