// SPDX-License-Identifier: Apache-2.0
//
// Each bug class in each schedule of the catalogue, on the simulated device: the right name, and first.
// Prints the matrix; docs/diagnoses.md says how it is read.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "reports/analysis/analysis.hpp"
#include "schedules/base/error.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/accuracy/analysis/bugs.hpp"

namespace offledger::analysis::accuracy {
namespace {

constexpr double kLeast = 0.01;  ///< of wall: less is no effect

/// What a schedule with or without a bug came to.
struct Outcome {
  Nanos wall{};
  std::vector<Diagnosis> diagnoses;
  [[nodiscard]] const Diagnosis* find(std::string_view id) const {
    const auto found =
        std::find_if(diagnoses.begin(), diagnoses.end(), [&](const Diagnosis& d) { return d.id == id; });
    return found == diagnoses.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string first() const { return diagnoses.empty() ? "-" : diagnoses.front().id; }
};

Outcome play(const Subject& s) {
  const trace::Timeline timeline = play_plan(s.plan, s.policy.wrap, s.workload, s.profile);
  ExplainOptions options;
  if (s.declared) options.plan = &*s.declared;
  const Report report = explain(timeline, options);
  return {report.devices.at(0).total.ledger.wall(), report.diagnoses};
}

bool is_race(std::string_view id) {
  return id == "missing_wait" || id == "wrong_stream_wait" || id == "slot_overwrite";
}
/// Told whatever it costs.
bool always_told(std::string_view id) {
  return is_race(id) || id == "declared_not_applied" || id == "over_fetch";
}

enum class Mark : char {
  kFirst = '1',
  kWrong = 'X',     ///< another is first
  kNamed = 'n',     ///< named, behind a bug of the schedule's own that costs more
  kOwn = 'o',       ///< the schedule has the bug as it is
  kNoEffect = '.',  ///< less than 1 % of wall
  kInexpressible = ' ',
};

Mark judge(const Bug& bug, const Subject& clean, const Outcome& before, std::string& why) {
  Subject subject = clean;
  if (!bug.inject(subject)) return Mark::kInexpressible;
  if (before.find(bug.id) != nullptr && bug.id != "link_bound") return Mark::kOwn;
  // What else orders the ops may do without what was taken out.
  if (is_race(bug.id) && plan::verify(subject.plan).safe()) return Mark::kNoEffect;
  Outcome after;
  try {
    after = play(subject);
  } catch (const Error& error) {
    why = error.what();
    return Mark::kInexpressible;
  }
  const Nanos added = after.wall - before.wall;
  const bool costs = static_cast<double>(added.count()) >= kLeast * static_cast<double>(after.wall.count());
  if (after.first() == bug.id) return Mark::kFirst;
  if (bug.id != "link_bound" && !always_told(bug.id) && !costs) return Mark::kNoEffect;
  why = fmt::format("{} ({:+.1f} %): ", after.first(),
                    100.0 * static_cast<double>(added.count()) / static_cast<double>(before.wall.count()));
  for (const Diagnosis& d : after.diagnoses) why += fmt::format("{} {:.1f} ms, ", d.id, milliseconds(d.time));
  // A bug that the schedule has of itself and that costs more comes first, rightly.
  const bool own_first = before.find(after.first()) != nullptr && after.first() != "link_bound";
  if (own_first && after.find(bug.id) != nullptr) return Mark::kNamed;
  if (own_first && bug.id == "link_bound") return Mark::kNamed;
  return Mark::kWrong;
}

TEST(DiagnosisAccuracy, NamesTheInjectedBugFirst) {
  const model::Workload workload = model::find_workload("llama70b-6l-t8192");
  std::map<char, int> counts;
  std::vector<std::string> wrong;
  fmt::print(
      "1 named first, X another is first, n named behind the schedule's own bug, o the schedule's own, . no "
      "effect\n");
  fmt::print("{:22}", "");
  for (std::size_t i = 0; i < language::catalogue_files().size(); ++i) fmt::print("{:3}", i + 1);
  fmt::print("\n");
  for (const Bug& bug : bugs()) {
    fmt::print("{:22}", bug.id);
    for (const EmbeddedFile& file : language::catalogue_files()) {
      const Subject clean = subject_of(policy_of(file.text, std::string(file.name)), workload);
      std::string why;
      const Mark mark = judge(bug, clean, play(clean), why);
      ++counts[static_cast<char>(mark)];
      fmt::print("{:>3}", static_cast<char>(mark));
      if (mark == Mark::kWrong || mark == Mark::kNamed)
        wrong.push_back(fmt::format("{} {} in {}: {}", static_cast<char>(mark), bug.id, file.name, why));
    }
    fmt::print("\n");
  }
  std::size_t number = 0;
  for (const EmbeddedFile& file : language::catalogue_files()) fmt::print("{:3} {}\n", ++number, file.name);
  for (const std::string& one : wrong) fmt::print("{}\n", one);
  const int judged = counts['1'] + counts['X'];
  fmt::print(
      "{} of {} first; {} named behind the schedule's own bug; {} without effect; {} the schedule's own; {} "
      "not expressible\n",
      counts['1'], judged, counts['n'], counts['.'], counts['o'], counts[' ']);
  EXPECT_GE(counts['1'], 0.95 * judged);
  EXPECT_GT(judged, 100);
}

/// What a schedule has of itself and shows even near the bound, by what its file says.
const std::map<std::string_view, std::string_view> kOwn{
    {"comfyui.json", "single_slot"},         // two slots a tensor, fetched when they are needed
    {"vllm_prefetch.json", "single_slot"},   // one slot
    {"trtllm_moe.json", "single_slot"},      // a slot is free when the layer before the last has computed
    {"sglang_v2.json", "late_issue"},        // each copy waits for the whole compute stream
    {"fsdp2.json", "same_stream"},           // on one GPU it copies on the compute stream
    {"history1_seed.json", "head_of_line"},  // a step's first ffn is fetched behind attn of the layers to
                                             // come
    {"history1.json", "head_of_line"},
    {"history1_fenced.json", "head_of_line"},
    {"stage1.json", "head_of_line"},
    {"stage1_fenced.json", "head_of_line"},
    {"stage2.json", "head_of_line"},
    {"stage2_fenced.json", "head_of_line"},
    {"stage2_seed.json", "head_of_line"},
    {"stage12.json", "head_of_line"},
    {"stage12_fenced.json", "head_of_line"},
};

/// Within 2 % of the bound there is next to nothing to find: a name but link_bound must be true of the
/// schedule.
TEST(DiagnosisAccuracy, NamesNothingInASoundRun) {
  int sound = 0;
  for (const char* name :
       {"llama70b-6l-t8192", "llama70b-16l-t1", "llama70b-16l-t2048", "llama70b-16l-t12288"}) {
    const model::Workload workload = model::find_workload(name);
    for (const EmbeddedFile& file : language::catalogue_files()) {
      const Subject clean = subject_of(policy_of(file.text, std::string(file.name)), workload);
      const Report report = explain(play_plan(clean.plan, clean.policy.wrap, workload, clean.profile));
      bool at_bound = true;
      for (const StepReport* step : warm_steps(report.devices.at(0))) {
        at_bound &= step->figures.bound.has_value() &&
                    step->figures.ledger.wall() * 100 <= *step->figures.bound * 102;
      }
      if (!at_bound) continue;
      ++sound;
      for (const Diagnosis& d : report.diagnoses) {
        const auto own = kOwn.find(file.name);
        if (own != kOwn.end() && own->second == d.id) continue;
        EXPECT_EQ(d.id, "link_bound") << name << ' ' << file.name << ": " << d.evidence;
      }
    }
  }
  fmt::print("{} sound runs\n", sound);
  EXPECT_GT(sound, 20);
}

}  // namespace
}  // namespace offledger::analysis::accuracy
