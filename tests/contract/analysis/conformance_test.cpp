// SPDX-License-Identifier: Apache-2.0
//
// A recording of a plan conforms to it, whatever the schedule; a recording of a plan that differs by one copy
// does not, and what is said names the difference.

#include "reports/analysis/conformance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <span>

#include "harness/device/sim/sim_device.hpp"
#include "harness/execute/execute.hpp"
#include "reports/analysis/analysis.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::analysis {
namespace {

constexpr std::uint32_t kSteps = 3;

model::Workload workload() {
  return model::find_workload("tiny");
}

plan::Plan plan_of(const std::string& schedule) {
  return language::find_schedule(schedule)->compile(workload().shape);
}

trace::Timeline record(const plan::Plan& plan) {
  const auto device = sim::make_device(sim::find_profile("h200"));
  return execute::run(plan, model::regroup(workload(), plan.model), kSteps, *device);
}

/// What `plan` has against a recording.
Conformance held(const plan::Plan& plan, const trace::Timeline& recording) {
  const Links links(recording);
  const std::vector<DeviceWindow> windows = device_windows(links);
  EXPECT_EQ(windows.size(), 1U);
  const auto found = conformance(plan, links, windows[0], book_units(links, windows[0]));
  EXPECT_TRUE(found);
  return found.value_or(Conformance{});
}

std::vector<std::size_t> copies_in(const std::vector<plan::Op>& ops) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (std::holds_alternative<plan::Copy>(ops[i])) rows.push_back(i);
  }
  return rows;
}

/// A change to the copy at `at` of a plan's body; false where that copy does not lend itself to it.
struct Change {
  const char* name;
  Deviation seen;
  std::uint64_t differing;  ///< a step
  std::function<bool(plan::Plan& plan, std::size_t at)> make;
};

plan::Copy& copy_at(plan::Plan& plan, std::size_t at) {
  return std::get<plan::Copy>(plan.body[at]);
}

const Change kChanges[] = {
    {"dropped", Deviation::kMissing, 1,
     [](plan::Plan& plan, std::size_t at) {
       plan.body.erase(plan.body.begin() + static_cast<std::ptrdiff_t>(at));
       return true;
     }},
    {"twice", Deviation::kExtra, 1,
     [](plan::Plan& plan, std::size_t at) {
       const plan::Op copy = plan.body[at];
       plan.body.insert(plan.body.begin() + static_cast<std::ptrdiff_t>(at), copy);
       return true;
     }},
    {"split", Deviation::kExtra, 0,
     [](plan::Plan& plan, std::size_t at) {
       plan::Copy rest = copy_at(plan, at);
       copy_at(plan, at).bytes /= 4;
       rest.offset += copy_at(plan, at).bytes;
       rest.bytes -= copy_at(plan, at).bytes;
       plan.body.insert(plan.body.begin() + static_cast<std::ptrdiff_t>(at) + 1, rest);
       return true;
     }},
    {"smaller", Deviation::kMissing, 0,
     [](plan::Plan& plan, std::size_t at) {
       copy_at(plan, at).bytes -= 1;
       return true;
     }},
    {"other memory", Deviation::kSource, 1,
     [](plan::Plan& plan, std::size_t at) {
       plan::Source& source = copy_at(plan, at).source;
       source = source == plan::Source::kPageable ? plan::Source::kPinned : plan::Source::kPageable;
       return true;
     }},
    {"on the compute stream", Deviation::kStream, 1,
     [](plan::Plan& plan, std::size_t at) {
       for (std::uint32_t row = 0; row < plan.streams.size(); ++row) {
         if (plan.streams[row].kind != plan::StreamKind::kCompute || index(copy_at(plan, at).stream) == row)
           continue;
         copy_at(plan, at).stream = plan::StreamId{row};
         return true;
       }
       return false;
     }},
    {"into another slot", Deviation::kSlot, 1,
     [](plan::Plan& plan, std::size_t at) {
       plan::Copy& copy = copy_at(plan, at);
       for (std::uint32_t row = 0; row < plan.slots.size(); ++row) {
         const bool fits = copy.offset + copy.bytes <= plan.slots[row].bytes;
         if (!fits || index(copy.slot) == row) continue;
         copy.slot = plan::SlotId{row};
         return true;
       }
       return false;
     }},
    {"a unit earlier", Deviation::kLead, 1, [](plan::Plan& plan, std::size_t at) {
       for (std::size_t to = at; to-- > 0;) {
         const auto* compute = std::get_if<plan::Compute>(&plan.body[to]);
         if (compute == nullptr) continue;
         if (compute->unit == copy_at(plan, at).unit) return false;
         const plan::Op copy = plan.body[at];
         plan.body.erase(plan.body.begin() + static_cast<std::ptrdiff_t>(at));
         plan.body.insert(plan.body.begin() + static_cast<std::ptrdiff_t>(to), copy);
         return true;
       }
       return false;
     }}};

class ConformanceOf : public testing::TestWithParam<std::string> {};

TEST_P(ConformanceOf, ARecordingOfItself) {
  const plan::Plan plan = plan_of(GetParam());
  const Conformance found = held(plan, record(plan));
  EXPECT_EQ(found.first(), "");
  EXPECT_EQ(found.differing, 0U);
  EXPECT_TRUE(found.kinds.empty());
  EXPECT_TRUE(found.slots_checked);
  EXPECT_GT(found.planned_copies, 0U);
  EXPECT_EQ(found.planned_bytes, found.recorded_bytes);
}

/// Each copy of a step in turn; three steps show it three times, and nothing else with it.
TEST_P(ConformanceOf, OneCopyThatIsOtherwise) {
  const plan::Plan plan = plan_of(GetParam());
  for (const Change& change : kChanges) {
    int made = 0;
    for (const std::size_t at : copies_in(plan.body)) {
      plan::Plan other = plan;
      if (!change.make(other, at)) continue;
      ++made;
      const Conformance found = held(plan, record(other));
      EXPECT_TRUE(found.has(change.seen)) << change.name << ": " << found.first();
      if (change.differing > 0) {
        EXPECT_GE(found.differing, kSteps * change.differing) << change.name << ": " << found.first();
      }
      EXPECT_NE(found.first().find(plan.model.name_of(std::get<plan::Copy>(plan.body[at]).unit)),
                std::string::npos)
          << change.name << ": " << found.first();
    }
    const bool must = change.seen != Deviation::kStream && change.seen != Deviation::kSlot &&
                      change.seen != Deviation::kLead;
    EXPECT_TRUE(made > 0 || !must) << change.name;
  }
}

std::vector<std::string> catalogue() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : language::catalogue_files())
    names.emplace_back(file.name.substr(0, file.name.find('.')));
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, ConformanceOf, testing::ValuesIn(catalogue()),
                         [](const auto& each) { return each.param; });

TEST(Conformance, OrderAmongCopiesOfOneIssuePoint) {
  const plan::Plan plan = plan_of("stage12");
  plan::Plan other = plan;
  const std::vector<std::size_t> rows = copies_in(plan.body);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto between = std::span(plan.body).subspan(rows[i - 1], rows[i] - rows[i - 1]);
    const bool one_point = std::ranges::none_of(
        between, [](const plan::Op& op) { return std::holds_alternative<plan::Compute>(op); });
    if (!one_point) continue;
    std::swap(other.body[rows[i - 1]], other.body[rows[i]]);
    const Conformance found = held(plan, record(other));
    EXPECT_TRUE(found.has(Deviation::kOrder)) << found.first();
    EXPECT_EQ(found.differing, kSteps);
    return;
  }
  FAIL() << "stage12 fetches several units at once";
}

TEST(Conformance, SaysWhatDiffersFirst) {
  const plan::Plan plan = plan_of("history");
  plan::Plan other = plan;
  for (const std::size_t at : copies_in(other.body)) copy_at(other, at).source = plan::Source::kPageable;
  EXPECT_EQ(held(plan, record(other)).first(),
            "step 0, L0.attn: copied from pageable memory, planned from pinned; 36 differences in all");
}

TEST(Conformance, EveryCopyOnTheComputeStream) {
  const plan::Plan plan = plan_of("history");
  plan::Plan other = plan;
  for (const std::size_t at : copies_in(other.body)) copy_at(other, at).stream = plan::StreamId{1};
  const Conformance found = held(plan, record(other));
  EXPECT_TRUE(found.has(Deviation::kStream)) << found.first();
  EXPECT_EQ(found.differing, 36U) << found.first();
}

TEST(Conformance, ExplainTellsTheFindingTheFigureAndTheDiagnosis) {
  const plan::Plan plan = plan_of("history");
  plan::Plan other = plan;
  copy_at(other, copies_in(other.body)[3]).source = plan::Source::kPageable;
  const Report report = explain(record(other), {.plan = &plan});
  EXPECT_EQ(report.devices[0].total.nonconforming_copies, std::uint64_t{kSteps});
  EXPECT_EQ(report.devices[0].steps[1].figures.nonconforming_copies, std::uint64_t{kSteps});
  const auto finding = std::ranges::find(report.findings, "nonconforming", &Finding::id);
  ASSERT_NE(finding, report.findings.end());
  EXPECT_FALSE(finding->disqualifies);
  EXPECT_NE(std::ranges::find(report.diagnoses, "declared_not_applied", &Diagnosis::id),
            report.diagnoses.end());

  plan::Plan twice = plan;
  const std::size_t first = copies_in(twice.body)[0];
  twice.body.insert(twice.body.begin() + static_cast<std::ptrdiff_t>(first), plan::Op(twice.body[first]));
  const Report more = explain(record(twice), {.plan = &plan});
  EXPECT_NE(std::ranges::find(more.diagnoses, "over_fetch", &Diagnosis::id), more.diagnoses.end());
  EXPECT_EQ(std::ranges::find(more.diagnoses, "declared_not_applied", &Diagnosis::id), more.diagnoses.end());

  const Report clean = explain(record(plan), {.plan = &plan});
  EXPECT_TRUE(clean.findings.empty());
  EXPECT_EQ(clean.devices[0].total.nonconforming_copies, std::uint64_t{0});
  EXPECT_FALSE(explain(record(plan)).devices[0].total.nonconforming_copies);
}

/// A recording whose ranges name no units, and a plan of another program, tell nothing: not even that all is
/// well.
TEST(Conformance, IsAbsentWhereTheRecordingCannotTell) {
  const plan::Plan plan = plan_of("history");
  trace::Timeline recording = record(plan);
  recording.ranges.clear();
  EXPECT_FALSE(explain(recording, {.plan = &plan}).devices[0].total.nonconforming_copies);
  trace::Timeline without_calls = record(plan);
  without_calls.calls.clear();
  EXPECT_FALSE(explain(without_calls, {.plan = &plan}).devices[0].total.nonconforming_copies);
  const plan::Plan empty;
  EXPECT_FALSE(explain(record(plan), {.plan = &empty}).devices[0].total.nonconforming_copies);
}

TEST(Conformance, AnotherScheduleIsAnotherManifest) {
  const Conformance found = held(plan_of("stage1"), record(plan_of("history")));
  EXPECT_GT(found.differing, 0U);
  EXPECT_EQ(found.planned_bytes, found.recorded_bytes);
}

}  // namespace
}  // namespace offledger::analysis
