// SPDX-License-Identifier: Apache-2.0
//
// Plans in words. Names are looked up with bounds checked, because a plan that is printed may be a plan that
// is wrong.

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Op>> kOpNames{
    "step",   "unit",        "host_work", "alloc",       "free",        "pin",     "copy",
    "record", "stream_wait", "host_wait", "stream_sync", "device_sync", "compute", "release"};

constexpr std::array<std::string_view, 4> kSourceNames{"pinned", "registered", "pageable",
                                                       "pinned_on_the_fly"};

std::string size(std::uint64_t bytes) {
  if (bytes >= 1'000'000'000) return fmt::format("{:.3f} GB", static_cast<double>(bytes) / 1e9);
  if (bytes >= 1'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  if (bytes >= 1'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{} B", bytes);
}

template <typename Row, typename Id>
std::string name(const std::vector<Row>& rows, Id id, std::string_view kind) {
  if (index(id) < rows.size()) return rows[index(id)].name;
  return fmt::format("{}#{}", kind, index(id));
}

struct Words {
  const Plan& plan;

  std::string stream(StreamId id) const { return name(plan.streams, id, "stream"); }
  std::string event(EventId id) const { return name(plan.events, id, "event"); }
  std::string slot(SlotId id) const {
    return id == kResident ? "resident weights" : name(plan.slots, id, "slot");
  }
  std::string unit(UnitId id) const {
    return index(id) < plan.model.unit_count() ? plan.model.name_of(id) : fmt::format("unit#{}", index(id));
  }
  std::string part(const Copy& op) const {
    if (index(op.unit) < plan.model.unit_count()) {
      const Group& group = plan.model.group_of(op.unit);
      if (op.tensor < group.tensors.size()) return fmt::format(".{}", group.tensors[op.tensor].name);
      if (op.tensor == kSlab && op.offset == 0 && op.bytes == group.bytes()) return "";
    }
    return fmt::format("+{}", op.offset);
  }

  std::string operator()(const StepBegin&) const { return ""; }
  std::string operator()(const UnitBegin& op) const { return unit(op.unit); }
  std::string operator()(const HostWork& op) const {
    return fmt::format("{:.3f} us", static_cast<double>(op.duration.count()) / 1e3);
  }
  std::string operator()(const Alloc& op) const { return slot(op.slot); }
  std::string operator()(const Free& op) const { return slot(op.slot); }
  std::string operator()(const Pin& op) const { return size(op.bytes); }
  std::string operator()(const Copy& op) const {
    const auto source = static_cast<std::size_t>(op.source);
    return fmt::format("{}{} {} {} {} on {} ({})", unit(op.unit), part(op), size(op.bytes),
                       op.direction == Direction::kH2D ? "->" : "<-", slot(op.slot), stream(op.stream),
                       source < kSourceNames.size() ? kSourceNames[source] : "?");
  }
  std::string operator()(const Record& op) const {
    return fmt::format("{} on {}", event(op.event), stream(op.stream));
  }
  std::string operator()(const StreamWait& op) const {
    return fmt::format("{} for {}", stream(op.stream), event(op.event));
  }
  std::string operator()(const HostWait& op) const { return fmt::format("for {}", event(op.event)); }
  std::string operator()(const StreamSync& op) const { return stream(op.stream); }
  std::string operator()(const DeviceSync&) const { return ""; }
  std::string operator()(const Compute& op) const {
    return fmt::format("{} from {} on {}", unit(op.unit), slot(op.slot), stream(op.stream));
  }
  std::string operator()(const Release& op) const {
    return fmt::format("{} by {}", slot(op.slot), unit(op.reader));
  }
};

bool is_mark(const Op& op) {
  return std::holds_alternative<StepBegin>(op) || std::holds_alternative<UnitBegin>(op);
}

class Printer {
 public:
  explicit Printer(const Plan& plan) : plan_(plan) {}

  void section(std::string_view title, const std::vector<Op>& ops) {
    fmt::format_to(std::back_inserter(text_), "{}\n", title);
    for (const Op& op : ops) {
      const std::string words = std::visit(Words{plan_}, op);
      fmt::format_to(std::back_inserter(text_), "{:>5}  {}{}{}{}\n", row_++, is_mark(op) ? "" : "  ",
                     op_name(op), words.empty() ? "" : " ", words);
    }
  }

  template <typename Row, typename Format>
  void list(std::string_view title, const std::vector<Row>& rows, Format format) {
    text_ += title;
    const char* separator = " ";
    for (const Row& row : rows) {
      fmt::format_to(std::back_inserter(text_), "{}{}", separator, format(row));
      separator = ", ";
    }
    text_ += '\n';
  }

  std::string text_;

 private:
  const Plan& plan_;
  std::size_t row_ = 0;
};

}  // namespace

std::string_view op_name(const Op& op) {
  return kOpNames[op.index()];
}

std::string to_string(const Plan& plan, const Op& op) {
  const std::string words = std::visit(Words{plan}, op);
  return words.empty() ? std::string(op_name(op)) : fmt::format("{} {}", op_name(op), words);
}

std::string to_string(const Plan& plan) {
  Printer printer(plan);
  printer.text_ = fmt::format("plan {}: {} layers of", plan.schedule, plan.model.layers);
  printer.list("", plan.model.groups,
               [](const Group& group) { return fmt::format("{} {}", group.name, size(group.bytes())); });
  printer.list("streams", plan.streams, [](const StreamInfo& stream) {
    return stream.priority == 0 ? stream.name : fmt::format("{} (priority {})", stream.name, stream.priority);
  });
  printer.list("slots  ", plan.slots,
               [](const SlotInfo& slot) { return fmt::format("{} {}", slot.name, size(slot.bytes)); });
  printer.section("prologue", plan.prologue);
  printer.section("body", plan.body);
  printer.section("epilogue", plan.epilogue);
  return std::move(printer.text_);
}

}  // namespace offledger::plan
