// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <span>

#include "reports/analysis/manifest.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::analysis {
namespace {

using Copies = std::span<const ManifestCopy>;

/// True where every unit and stream that the manifest takes from the plan is there.
bool well_formed(const plan::Plan& plan) {
  if (plan.model.groups.empty()) return false;
  const auto fits = [&](const plan::Op& op) {
    if (const auto* copy = std::get_if<plan::Copy>(&op)) {
      return index(copy->unit) < plan.model.unit_count() && index(copy->stream) < plan.streams.size();
    }
    if (const auto* compute = std::get_if<plan::Compute>(&op)) {
      return index(compute->unit) < plan.model.unit_count() && index(compute->stream) < plan.streams.size();
    }
    return true;
  };
  return std::ranges::all_of(plan.prologue, fits) && std::ranges::all_of(plan.body, fits) &&
         std::ranges::all_of(plan.epilogue, fits);
}

/// The plan's unit for each unit that the recording's ranges name.
std::vector<std::uint32_t> match_units(const plan::Plan& plan, const Links& links) {
  std::vector<std::uint32_t> rows;
  for (const UnitKey& key : links.marks.units()) {
    std::uint32_t row = kNoUnit;
    for (std::uint32_t group = 0; group < plan.model.groups.size(); ++group) {
      const bool known = key.layer >= 0 && static_cast<std::uint32_t>(key.layer) < plan.model.layers;
      if (known && plan.model.groups[group].name == links.timeline.text(key.group)) {
        row = static_cast<std::uint32_t>(plan.model.unit(static_cast<std::uint32_t>(key.layer), group));
      }
    }
    rows.push_back(row);
  }
  return rows;
}

/// Which recorded stream stands for which of the plan: the pairs seen most often, each stream in one of them,
/// and what is settled stays.
class StreamMap {
 public:
  void see(std::uint32_t planned, std::uint32_t recorded) { ++seen_[{planned, recorded}]; }
  void settle() {
    std::vector<std::pair<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>>> pairs;
    for (const auto& [pair, count] : seen_) pairs.emplace_back(count, pair);
    std::ranges::stable_sort(pairs, [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [count, pair] : pairs) {
      const bool taken = std::ranges::any_of(
          of_, [&](const auto& each) { return each.first == pair.first || each.second == pair.second; });
      if (!taken) of_.insert(pair);
    }
    seen_.clear();
  }
  [[nodiscard]] bool agree(std::uint32_t planned, std::uint32_t recorded) const {
    const auto found = of_.find(planned);
    return found != of_.end() && found->second == recorded;
  }
  /// The plan's stream that this recorded one stands for; -1 where none.
  [[nodiscard]] std::int64_t planned_for(std::uint32_t recorded) const {
    for (const auto& [planned, stream] : of_) {
      if (stream == recorded) return planned;
    }
    return -1;
  }

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> seen_;
  std::map<std::uint32_t, std::uint32_t> of_;
};

class Comparison {
 public:
  Comparison(const plan::Plan& plan, const Manifest& planned, const Manifest& recorded)
      : plan_(plan), planned_(planned), recorded_(recorded) {}

  Conformance run() {
    total(planned_, out_.planned_copies, out_.planned_bytes);
    total(recorded_, out_.recorded_copies, out_.recorded_bytes);
    computes();
    streams_.settle();
    compute_streams();
    each_unit([this](Copies planned, Copies recorded) { learn_streams(planned, recorded); });
    streams_.settle();
    each_unit([this](Copies planned, Copies recorded) { compare(planned, recorded); });
    order();
    return std::move(out_);
  }

 private:
  static void total(const Manifest& manifest, std::uint64_t& copies, std::uint64_t& bytes) {
    copies = manifest.copies.size();
    for (const ManifestCopy& copy : manifest.copies) bytes += copy.bytes;
  }

  static bool before(std::uint32_t unit, std::uint32_t step, std::uint32_t unit2, std::uint32_t step2) {
    return unit != unit2 ? unit < unit2 : step < step2;
  }

  std::string name(std::uint32_t unit, std::uint32_t step) const {
    const std::string of = unit == kNoUnit ? "no unit of the plan" : plan_.model.name_of(plan::UnitId{unit});
    return step == kNoConsumer ? fmt::format("{}, after its last reader", of)
                               : fmt::format("step {}, {}", step, of);
  }

  void differ(Deviation kind, std::uint64_t count, std::string words) {
    out_.differing += count;
    if (!out_.has(kind)) out_.kinds.push_back(kind);
    if (out_.words.size() < kMostWords) out_.words.push_back(std::move(words));
  }

  void computes() {
    auto planned = planned_.computes.begin();
    auto recorded = recorded_.computes.begin();
    while (planned != planned_.computes.end() || recorded != recorded_.computes.end()) {
      const bool no_record = recorded == recorded_.computes.end();
      const bool no_plan = planned == planned_.computes.end();
      if (!no_plan && (no_record || before(planned->unit, planned->step, recorded->unit, recorded->step))) {
        differ(Deviation::kUnit, 1, fmt::format("{}: is not computed", name(planned->unit, planned->step)));
        ++planned;
      } else if (no_plan || before(recorded->unit, recorded->step, planned->unit, planned->step)) {
        differ(Deviation::kUnit, 1,
               fmt::format("{}: is computed, and the plan does not", name(recorded->unit, recorded->step)));
        ++recorded;
      } else {
        computed_.emplace_back(&*planned, recorded->stream);
        streams_.see(planned++->stream, recorded++->stream);
      }
    }
  }

  /// Where units compute on other streams than planned.
  void compute_streams() {
    for (const auto& [compute, stream] : computed_) {
      if (streams_.agree(compute->stream, stream)) continue;
      differ(Deviation::kUnit, 1,
             fmt::format("{}: computed on {}, planned on {}", name(compute->unit, compute->step),
                         planned_name(stream), plan_.streams[compute->stream].name));
    }
  }

  /// The plan's name for a recorded stream.
  std::string planned_name(std::uint32_t recorded) const {
    const std::int64_t row = streams_.planned_for(recorded);
    return row < 0 ? "a stream that the plan has not" : plan_.streams[static_cast<std::size_t>(row)].name;
  }

  /// Calls f(planned, recorded) with the copies of each unit and step; one of the two may be empty.
  template <typename F>
  void each_unit(F f) const {
    const std::vector<ManifestCopy>& a = planned_.copies;
    const std::vector<ManifestCopy>& b = recorded_.copies;
    const auto run = [](const std::vector<ManifestCopy>& rows, std::size_t from) {
      std::size_t end = from;
      while (end < rows.size() && rows[end].unit == rows[from].unit && rows[end].step == rows[from].step)
        ++end;
      return end;
    };
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
      const bool only_a =
          j == b.size() || (i < a.size() && before(a[i].unit, a[i].step, b[j].unit, b[j].step));
      const bool only_b = !only_a && (i == a.size() || before(b[j].unit, b[j].step, a[i].unit, a[i].step));
      const std::size_t i_end = only_b ? i : run(a, i), j_end = only_a ? j : run(b, j);
      f(Copies(a.data() + i, i_end - i), Copies(b.data() + j, j_end - j));
      i = i_end;
      j = j_end;
    }
  }

  static bool same_bytes(Copies planned, Copies recorded) {
    return std::ranges::equal(planned, recorded, {}, &ManifestCopy::bytes, &ManifestCopy::bytes);
  }

  void learn_streams(Copies planned, Copies recorded) {
    if (!same_bytes(planned, recorded)) return;
    for (std::size_t i = 0; i < planned.size(); ++i) streams_.see(planned[i].stream, recorded[i].stream);
  }

  void compare(Copies planned, Copies recorded) {
    if (same_bytes(planned, recorded)) {
      for (std::size_t i = 0; i < planned.size(); ++i) match(planned[i], recorded[i]);
      return;
    }
    std::map<std::uint64_t, std::deque<const ManifestCopy*>> left;  // recorded, by size, in order of issue
    std::map<std::uint64_t, std::uint64_t> missing;
    for (const ManifestCopy& copy : recorded) left[copy.bytes].push_back(&copy);
    for (const ManifestCopy& copy : planned) {
      std::deque<const ManifestCopy*>& same = left[copy.bytes];
      if (same.empty()) {
        ++missing[copy.bytes];
      } else {
        match(copy, *same.front());
        same.pop_front();
      }
    }
    const ManifestCopy& one = planned.empty() ? recorded.front() : planned.front();
    const auto where = name(one.unit, one.step);
    for (const auto& [bytes, count] : missing) {
      differ(Deviation::kMissing, count,
             fmt::format("{}: {} planned and not recorded", where, copies(count, bytes)));
    }
    for (const auto& [bytes, rows] : left) {
      if (rows.empty()) continue;
      differ(Deviation::kExtra, rows.size(),
             fmt::format("{}: {} recorded and not planned", where, copies(rows.size(), bytes)));
    }
  }

  static std::string copies(std::uint64_t count, std::uint64_t bytes) {
    return fmt::format("{} cop{} of {} bytes", count, count == 1 ? "y" : "ies", bytes);
  }

  std::string slot(std::int32_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return row >= 0 && at < plan_.slots.size() ? plan_.slots[at].name : fmt::format("slot {}", row);
  }

  /// A copy of the right unit and size; it differs once, by the first of these that does.
  void match(const ManifestCopy& planned, const ManifestCopy& recorded) {
    matched_.emplace_back(recorded.issued, &planned);
    const auto where = [&] { return name(planned.unit, planned.step); };
    out_.slots_checked |= recorded.slot != trace::kNoRow;
    if (planned.pageable != recorded.pageable) {
      differ(
          Deviation::kSource, 1,
          fmt::format("{}: copied from {} memory, planned from {}", where(),
                      recorded.pageable ? "pageable" : "pinned", planned.pageable ? "pageable" : "pinned"));
    } else if (!streams_.agree(planned.stream, recorded.stream)) {
      differ(Deviation::kStream, 1,
             fmt::format("{}: copied on {}, planned on {}", where(), planned_name(recorded.stream),
                         plan_.streams[planned.stream].name));
    } else if (recorded.slot != trace::kNoRow && recorded.slot != planned.slot) {
      differ(Deviation::kSlot, 1,
             fmt::format("{}: copied into {}, planned into {}", where(), slot(recorded.slot),
                         slot(planned.slot)));
    } else if (planned.lead != recorded.lead) {
      differ(Deviation::kLead, 1,
             fmt::format("{}: copied {} units ahead of its reader, planned {} ahead", where(), recorded.lead,
                         planned.lead));
    }
  }

  /// Where all copies conform so far, those issued before one that the plan puts ahead of them.
  void order() {
    if (out_.differing > 0) return;  // a copy that is elsewhere shifts the others
    std::ranges::sort(matched_, {}, &std::pair<std::uint32_t, const ManifestCopy*>::first);
    for (std::size_t i = 1; i < matched_.size(); ++i) {
      const ManifestCopy& earlier = *matched_[i - 1].second;
      const ManifestCopy& later = *matched_[i].second;
      if (earlier.issued < later.issued) continue;
      differ(Deviation::kOrder, 1,
             fmt::format("{}: copied after {}, planned before it", name(later.unit, later.step),
                         name(earlier.unit, earlier.step)));
    }
  }

  const plan::Plan& plan_;
  const Manifest& planned_;
  const Manifest& recorded_;
  StreamMap streams_;
  std::vector<std::pair<const ManifestCompute*, std::uint32_t>> computed_;  ///< planned, the recorded stream
  std::vector<std::pair<std::uint32_t, const ManifestCopy*>>
      matched_;  ///< place of issue as recorded, planned
  Conformance out_;
};

/// Whether each copy to the device is linked to the call that issued it: units, leads and order come from
/// there.
bool every_copy_has_its_call(const Links& links, const DeviceWindow& device) {
  bool all = true;
  for_each_op(links, device, [&](OpRow, const GpuOp& op) {
    all = all && (op.activity != Activity::kH2D || op.call != kNoRow32);
  });
  return all;
}

}  // namespace

bool Conformance::has(Deviation kind) const noexcept {
  return std::ranges::find(kinds, kind) != kinds.end();
}

std::string Conformance::first() const {
  if (words.empty()) return "";
  return differing == 1 ? words.front() : fmt::format("{}; {} differences in all", words.front(), differing);
}

std::optional<Conformance> conformance(const plan::Plan& plan, const Links& links, const DeviceWindow& device,
                                       const DeviceUnits& units) {
  if (units.instances.empty() || !well_formed(plan) || !every_copy_has_its_call(links, device))
    return std::nullopt;
  // A recording that claims more steps than anybody compares would be unrolled for nothing.
  constexpr std::size_t kMostPlannedOps = 20'000'000;
  if (device.steps.size() > kMostPlannedOps / std::max<std::size_t>(1, plan.body.size())) return std::nullopt;
  const Manifest planned = manifest_of(plan, static_cast<std::uint32_t>(device.steps.size()));
  const Manifest recorded = manifest_of(links, device, units, match_units(plan, links));
  if (planned.copies.empty() && recorded.copies.empty()) return std::nullopt;
  return Comparison(plan, planned, recorded).run();
}

}  // namespace offledger::analysis
