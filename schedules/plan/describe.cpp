// SPDX-License-Identifier: Apache-2.0
//
// Hazards in words: what is wrong, between which ops, what would right it, and one order of events that
// breaks.

#include <fmt/format.h>

#include "schedules/plan/finding.hpp"

namespace offledger::plan {
namespace {

class Describer {
 public:
  Describer(const Plan& plan, const Finding& finding) : plan_(plan), f_(finding) {}

  std::string words() const {
    switch (f_.kind) {
      case HazardKind::kReadBeforeCopy:
        return fmt::format(
            "{} reads {} while part of it holds nothing that was copied for it{}. Copy every tensor of the "
            "unit after the slot's last release and before the compute",
            second(), slot(), f_.first == f_.second ? "" : fmt::format(": {} came before", first()));
      case HazardKind::kSlotOverwrite:
        if (!f_.race) {
          return fmt::format(
              "{} finds {} overwritten by {} before it was read. Use another slot, or issue that copy after "
              "the compute",
              second(), slot(), first());
        }
        return fmt::format(
            "{} may write {} while {} is not through with it. Have {} wait for an event recorded after op {}",
            second(), slot(), first(), stream(f_.second), f_.first);
      case HazardKind::kMissingWait:
        if (f_.first == f_.second) {
          return fmt::format(
              "{} waits for an event that nothing has recorded before it, so it waits for nothing. Record "
              "the "
              "event first",
              second());
        }
        return fmt::format(
            "nothing orders {} behind {}. Record an event on {} after op {} and have {} wait for it",
            second(), first(), stream(f_.first), f_.first, stream(f_.second));
      case HazardKind::kWrongStreamWait:
        if (f_.misplaced_record) {
          return fmt::format("{} is not ordered behind {}: the event after that is recorded on {}, not on {}",
                             second(), first(), name(f_.elsewhere), stream(f_.first));
        }
        return fmt::format("{} is not ordered behind {}: it is {} that waits for it, not {}", second(),
                           first(), name(f_.elsewhere), stream(f_.second));
      case HazardKind::kWrongUnit: return wrong_unit();
      case HazardKind::kOverBudget:
        if (f_.slot == kResident) {
          return fmt::format("the slots take {} bytes; the schedule's budget is {}", f_.bytes,
                             plan_.device_budget_bytes);
        }
        return fmt::format("with {} the slots in use take {} bytes; the schedule's budget is {}", second(),
                           f_.bytes, plan_.device_budget_bytes);
      case HazardKind::kLeak:
        return f_.first == f_.second
                   ? fmt::format("{} is never freed. Free the slot after its last reader", second())
                   : fmt::format("{} allocates {} again: {} was never freed", second(), slot(), first());
    }
    return {};
  }

  std::vector<std::string> interleaving() const {
    if (f_.kind == HazardKind::kOverBudget) return {};
    if (f_.first == f_.second) return {fmt::format("the host reaches {}", second())};
    if (!f_.race) {
      return {fmt::format("the host enqueues {}", first()), fmt::format("the host enqueues {}", second()),
              "any timing of the two breaks"};
    }
    return {fmt::format("the host enqueues {}; {} is slow to reach it", first(), stream(f_.first)),
            fmt::format("the host enqueues {}", second()),
            fmt::format("{} has nothing left to wait for and starts op {}", stream(f_.second), f_.second),
            fmt::format("only then does {} finish op {}", stream(f_.first), f_.first)};
  }

 private:
  const Op& op_at(std::size_t row) const {
    if (row < plan_.prologue.size()) return plan_.prologue[row];
    row -= plan_.prologue.size();
    return row < plan_.body.size() ? plan_.body[row] : plan_.epilogue[row - plan_.body.size()];
  }
  bool in_body(std::size_t row) const {
    return row >= plan_.prologue.size() && row < plan_.prologue.size() + plan_.body.size();
  }
  std::string op(std::uint32_t row, std::uint32_t step) const {
    return fmt::format("op {} \"{}\"{}", row, to_string(plan_, op_at(row)),
                       in_body(row) ? fmt::format(" of step {}", step) : "");
  }
  std::string first() const { return op(f_.first, f_.first_step); }
  std::string second() const { return op(f_.second, f_.second_step); }
  std::string slot() const { return f_.slot == kResident ? "no slot" : plan_.slots[index(f_.slot)].name; }
  std::string name(StreamId id) const { return plan_.streams[index(id)].name; }
  std::string stream(std::uint32_t row) const {
    if (const auto* copy = std::get_if<Copy>(&op_at(row))) return name(copy->stream);
    if (const auto* compute = std::get_if<Compute>(&op_at(row))) return name(compute->stream);
    return "the host";
  }
  std::string wrong_unit() const {
    if (std::holds_alternative<Release>(op_at(f_.second))) {
      return fmt::format("{} names a reader that the slot's last reader was not", second());
    }
    return fmt::format(
        "{} reads what {} put into {}: another unit's bytes. Read the slot that {} was copied to", second(),
        first(), slot(), plan_.model.name_of(f_.unit));
  }

  const Plan& plan_;
  const Finding& f_;
};

}  // namespace

std::string_view hazard_name(HazardKind kind) {
  switch (kind) {
    case HazardKind::kReadBeforeCopy: return "read_before_copy";
    case HazardKind::kSlotOverwrite: return "slot_overwrite";
    case HazardKind::kMissingWait: return "missing_wait";
    case HazardKind::kWrongStreamWait: return "wrong_stream_wait";
    case HazardKind::kWrongUnit: return "wrong_unit";
    case HazardKind::kOverBudget: return "over_budget";
    case HazardKind::kLeak: return "leak";
  }
  return "unknown";
}

Hazard describe(const Plan& plan, const Finding& finding) {
  const Describer describer(plan, finding);
  return {finding.kind, finding.first, finding.second,    finding.second_step,
          finding.unit, finding.slot,  describer.words(), describer.interleaving()};
}

}  // namespace offledger::plan
