// SPDX-License-Identifier: Apache-2.0
//
// Every op of every catalogue plan, removed, delayed or changed, one at a time: what breaks in some order
// must be reported, and of what breaks in none only a broken promise: a wait for an event that nothing has
// recorded, a release that names the wrong reader, a read after a release.

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/property/plan/interleavings.hpp"

namespace offledger {
void PrintTo(const EmbeddedFile& file, std::ostream* out) {
  *out << file.name;
}
}  // namespace offledger

namespace offledger::plan {
namespace {

/// Small enough for every order: three layers, so that schedules four layers deep are cut to two.
Plan small_plan(const EmbeddedFile& file) {
  std::string text(file.text);
  for (auto at = text.find("\"to\": 4"); at != std::string::npos; at = text.find("\"to\": 4"))
    text[at + 6] = '2';
  const ModelShape model{3, {{"attn", {{"qkv", 1}, {"o", 1}}}, {"ffn", {{"up", 2}, {"down", 1}}}}};
  return language::parse_schedule(text, std::string(file.name))->compile(model);
}

std::vector<Op>& section(Plan& plan, int which) {
  return which == 0 ? plan.prologue : plan.body;
}

/// Changes of one op that keep the plan well-formed.
std::vector<Op> changes(const Plan& plan, const Op& op) {
  std::vector<Op> out;
  const auto other = [](auto id, std::size_t count) {
    return static_cast<decltype(id)>((index(id) + 1) % count);
  };
  if (const auto* record = std::get_if<Record>(&op)) {
    out.push_back(Record{record->event, other(record->stream, plan.streams.size())});
    out.push_back(Record{other(record->event, plan.events.size()), record->stream});
  }
  if (const auto* wait = std::get_if<StreamWait>(&op)) {
    out.push_back(StreamWait{other(wait->stream, plan.streams.size()), wait->event});
    out.push_back(StreamWait{wait->stream, other(wait->event, plan.events.size())});
  }
  if (const auto* wait = std::get_if<HostWait>(&op))
    out.push_back(HostWait{other(wait->event, plan.events.size())});
  if (const auto* sync = std::get_if<StreamSync>(&op))
    out.push_back(StreamSync{other(sync->stream, plan.streams.size())});
  if (const auto* copy = std::get_if<Copy>(&op)) {
    Copy moved = *copy;
    moved.stream = other(copy->stream, plan.streams.size());
    out.push_back(moved);
    moved = *copy;
    moved.slot = other(copy->slot, plan.slots.size());
    if (moved.offset + moved.bytes <= plan.slots[index(moved.slot)].bytes) out.push_back(moved);
    moved = *copy;
    moved.unit = other(copy->unit, plan.model.unit_count());
    out.push_back(moved);
  }
  return out;
}

struct Tally {
  int mutants = 0, broken = 0, reported = 0;
};

bool is_release(const Plan& plan, std::size_t op) {
  const std::size_t body = plan.prologue.size();
  return op >= body && op - body < plan.body.size() && std::holds_alternative<Release>(plan.body[op - body]);
}

void judge(const Plan& mutant, const std::string& what, Tally& tally) {
  const Verdict verdict = verify(mutant);
  const bool reported = !verdict.safe();
  const bool broken = Interleavings(mutant, 2).some_order_breaks();
  ++tally.mutants;
  tally.broken += broken ? 1 : 0;
  tally.reported += reported ? 1 : 0;
  EXPECT_TRUE(reported || !broken) << what << " breaks in some order, and was passed:\n" << to_string(mutant);
  for (const Hazard& hazard : verdict.hazards) {
    const bool promise = hazard.first == hazard.second || is_release(mutant, hazard.first);
    EXPECT_TRUE(broken || promise) << what << " breaks in no order, but: " << hazard.words;
  }
}

class Mutants : public testing::TestWithParam<EmbeddedFile> {};

TEST_P(Mutants, AreReportedWhereSomeOrderBreaks) {
  const Plan plan = small_plan(GetParam());
  ASSERT_TRUE(verify(plan).safe()) << verify(plan).hazards[0].words;
  ASSERT_FALSE(Interleavings(plan, 3).some_order_breaks());
  Tally tally;
  for (const int which : {0, 1}) {
    Plan mutant = plan;
    std::vector<Op>& ops = section(mutant, which);
    const std::vector<Op> original = ops;
    for (std::size_t row = 0; row < original.size() && !HasFailure(); ++row) {
      const std::string what = to_string(plan, original[row]) + " at row " + std::to_string(row);
      ops.erase(ops.begin() + static_cast<std::ptrdiff_t>(row));
      judge(mutant, "removing " + what, tally);
      ops = original;
      for (const std::size_t by : {1U, 2U, 4U}) {
        if (row + by >= ops.size()) continue;
        std::rotate(ops.begin() + static_cast<std::ptrdiff_t>(row),
                    ops.begin() + static_cast<std::ptrdiff_t>(row + 1),
                    ops.begin() + static_cast<std::ptrdiff_t>(row + by + 1));
        judge(mutant, "delaying " + what, tally);
        ops = original;
      }
      for (const Op& changed : changes(plan, original[row])) {
        ops[row] = changed;
        judge(mutant, "changing " + what, tally);
        ops = original;
      }
    }
  }
  EXPECT_GT(tally.mutants, 100);
  EXPECT_GT(tally.broken, 0);
  RecordProperty("mutants", tally.mutants);
  RecordProperty("broken", tally.broken);
  RecordProperty("reported", tally.reported);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Mutants,
                         testing::ValuesIn(language::catalogue_files().begin(),
                                           language::catalogue_files().end()),
                         [](const auto& each) {
                           return std::string(each.param.name.substr(0, each.param.name.find('.')));
                         });

}  // namespace
}  // namespace offledger::plan
