// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <iterator>

#include "schedules/language/plan_file.hpp"

namespace offledger::language {
namespace {

constexpr std::string_view kSources[] = {"pinned", "registered", "pageable", "pinned_on_the_fly"};

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

/// What an op has beside its name, each as `, "key": value`.
struct Fields {
  const plan::Plan& plan;

  std::string unit(plan::UnitId id) const {
    return fmt::format(", \"unit\": {}", json_string(plan.model.name_of(id)));
  }
  std::string slot(plan::SlotId id) const {
    return fmt::format(", \"slot\": {}", json_string(plan.slots[index(id)].name));
  }
  std::string stream(plan::StreamId id) const {
    return fmt::format(", \"stream\": {}", json_string(plan.streams[index(id)].name));
  }
  std::string event(plan::EventId id) const {
    return fmt::format(", \"event\": {}", json_string(plan.events[index(id)].name));
  }

  std::string operator()(const plan::StepBegin&) const { return ""; }
  std::string operator()(const plan::UnitBegin& op) const { return unit(op.unit); }
  std::string operator()(const plan::HostWork& op) const {
    return fmt::format(", \"ns\": {}", op.duration.count());
  }
  std::string operator()(const plan::Alloc& op) const { return slot(op.slot); }
  std::string operator()(const plan::Free& op) const { return slot(op.slot); }
  std::string operator()(const plan::Pin& op) const { return fmt::format(", \"bytes\": {}", op.bytes); }
  std::string operator()(const plan::Copy& op) const {
    std::string out = unit(op.unit);
    const plan::Group& group = plan.model.group_of(op.unit);
    if (op.tensor < group.tensors.size()) {
      out += fmt::format(", \"tensor\": {}", json_string(group.tensors[op.tensor].name));
    }
    out += fmt::format(", \"offset\": {}, \"bytes\": {}", op.offset, op.bytes);
    out += slot(op.slot);
    out += stream(op.stream);
    if (op.direction == plan::Direction::kD2H) out += ", \"direction\": \"d2h\"";
    out += fmt::format(", \"source\": \"{}\"", kSources[static_cast<std::size_t>(op.source)]);
    return out;
  }
  std::string operator()(const plan::Record& op) const { return event(op.event) + stream(op.stream); }
  std::string operator()(const plan::StreamWait& op) const { return stream(op.stream) + event(op.event); }
  std::string operator()(const plan::HostWait& op) const { return event(op.event); }
  std::string operator()(const plan::StreamSync& op) const { return stream(op.stream); }
  std::string operator()(const plan::DeviceSync&) const { return ""; }
  std::string operator()(const plan::Compute& op) const {
    return unit(op.unit) + stream(op.stream) + (op.slot == plan::kResident ? std::string() : slot(op.slot));
  }
  std::string operator()(const plan::Release& op) const {
    return slot(op.slot) + fmt::format(", \"reader\": {}", json_string(plan.model.name_of(op.reader)));
  }
};

/// `, "key": [` and a row a line.
template <typename Rows, typename Row>
void list(std::string& out, std::string_view key, const Rows& rows, Row row) {
  fmt::format_to(std::back_inserter(out), ",\n  \"{}\": [", key);
  const char* separator = "\n    ";
  for (const auto& each : rows) {
    out += separator;
    out += row(each);
    separator = ",\n    ";
  }
  out += rows.empty() ? "]" : "\n  ]";
}

std::string group_text(const plan::Group& group) {
  std::string out = fmt::format("{{\"name\": {}, \"tensors\": [", json_string(group.name));
  const char* separator = "";
  for (const plan::Tensor& tensor : group.tensors) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\": {}, \"bytes\": {}}}", separator,
                   json_string(tensor.name), tensor.bytes);
    separator = ", ";
  }
  return out += "]}";
}

}  // namespace

std::string plan_file(const plan::Plan& plan, const Schedule& of) {
  std::string out = fmt::format("{{\n  \"plan\": {},\n  \"title\": {},\n", json_string(plan.schedule),
                                json_string(of.title()));
  if (of.wraps()) out += "  \"wrap\": true,\n";
  fmt::format_to(std::back_inserter(out), "  \"model\": {{\"layers\": {}", plan.model.layers);
  list(out, "groups", plan.model.groups, group_text);
  out += '}';
  list(out, "streams", plan.streams, [](const plan::StreamInfo& each) {
    return fmt::format("{{\"name\": {}, \"kind\": \"{}\", \"priority\": {}}}", json_string(each.name),
                       each.kind == plan::StreamKind::kCopy ? "copy" : "compute", each.priority);
  });
  list(out, "slots", plan.slots, [](const plan::SlotInfo& each) {
    return fmt::format("{{\"name\": {}, \"bytes\": {}}}", json_string(each.name), each.bytes);
  });
  list(out, "events", plan.events, [](const plan::EventInfo& each) { return json_string(each.name); });
  if (plan.device_budget_bytes > 0) {
    fmt::format_to(std::back_inserter(out), ",\n  \"budget_bytes\": {}", plan.device_budget_bytes);
  }
  const auto op = [&](const plan::Op& each) {
    return fmt::format("{{\"op\": \"{}\"{}}}", plan::op_name(each), std::visit(Fields{plan}, each));
  };
  list(out, "prologue", plan.prologue, op);
  list(out, "body", plan.body, op);
  list(out, "epilogue", plan.epilogue, op);
  return out += "\n}\n";
}

}  // namespace offledger::language
