// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "schedules/language/parse.hpp"
#include "schedules/language/plan_file.hpp"

namespace offledger::language {
namespace {

using json::Object;
using json::Value;

constexpr std::int64_t kMostBytes = std::int64_t{1} << 62;
constexpr std::int64_t kMostLayers = 10'000;
/// The verifier keeps a clock of every stream for every stream and event.
constexpr std::size_t kMostUnits = 200'000, kMostGroups = 5'000, kMostStreams = 256, kMostSlots = 100'000,
                      kMostEvents = 10'000;

/// Rows by name. `what` is for errors: "stream".
template <typename Id>
class Names {
 public:
  explicit Names(std::string_view what) : what_(what) {}

  void add(const Value& where, const std::string& name) {
    const Id id{static_cast<std::uint32_t>(rows_.size())};
    if (!rows_.emplace(name, id).second)
      throw where.error(fmt::format("expected {}s of different names, found '{}' twice", what_, name));
  }
  void add(const std::string& name) { rows_.emplace(name, Id{static_cast<std::uint32_t>(rows_.size())}); }

  [[nodiscard]] Id at(const Value& value) const {
    const std::string name = value.string();
    const auto found = rows_.find(name);
    if (found != rows_.end()) return found->second;
    constexpr std::size_t kMostNamed = 100;  // the distance to more is not worth its time
    std::vector<std::string_view> known;
    for (const auto& [each, id] : rows_) {
      if (known.size() < kMostNamed) known.push_back(each);
    }
    throw value.error(fmt::format("the plan has no {} of this name{}", what_, suggest(name, known)));
  }

 private:
  std::string_view what_;
  std::unordered_map<std::string, Id> rows_;
};

/// A group's tensors by name, and where each begins in the group; then the group's bytes.
struct TensorIndex {
  Names<std::uint32_t> rows{"tensor"};
  std::vector<std::uint64_t> begins{0};
};

std::string parse_text(const Value& value) {
  std::string text = value.string();
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
  if (text.empty() || text.size() > 100 || !std::all_of(text.begin(), text.end(), printable))
    throw value.error("expected 1 to 100 characters, none of them a control character");
  return text;
}

class PlanReader {
 public:
  plan::Plan read(Object& root) {
    plan_.schedule = parse_name(root.at("plan"));
    model(root.at("model"));
    for (const Value& each : at_most(kMostStreams, root.at("streams"))) stream(each);
    for (const Value& each : at_most(kMostSlots, root.at("slots"))) slot(each);
    for (const Value& each : at_most(kMostEvents, root.at("events"))) {
      plan_.events.push_back({parse_text(each)});
      events_.add(each, plan_.events.back().name);
    }
    plan_.device_budget_bytes = static_cast<std::uint64_t>(root.get("budget_bytes", 0, 0, kMostBytes));
    ops(root, "prologue", plan_.prologue);
    ops(root, "body", plan_.body);
    ops(root, "epilogue", plan_.epilogue);
    return std::move(plan_);
  }

 private:
  static std::vector<Value> at_most(std::size_t most, const Value& value) {
    std::vector<Value> rows = value.array();
    if (rows.size() > most)
      throw value.error(fmt::format("expected at most {}, found {}", most, rows.size()));
    return rows;
  }

  static std::uint64_t bytes(const Value& value) {
    return static_cast<std::uint64_t>(value.integer(0, kMostBytes));
  }

  void model(const Value& value) {
    Object object = value.object();
    plan_.model.layers = static_cast<std::uint32_t>(object.at("layers").integer(1, kMostLayers));
    const Value groups = object.at("groups");
    std::uint64_t layer = 0;
    const std::vector<Value> rows = at_most(std::min(kMostGroups, kMostUnits / plan_.model.layers), groups);
    if (rows.empty()) throw groups.error("expected one group or more");
    for (const Value& each : rows) {
      layer += group(each);
      if (layer > static_cast<std::uint64_t>(kMostBytes) / plan_.model.layers)
        throw each.error("expected a model of at most 2^62 bytes");
    }
    object.finish();
    for (std::uint32_t unit = 0; unit < plan_.model.unit_count(); ++unit)
      units_.add(plan_.model.name_of(plan::UnitId{unit}));
  }

  std::uint64_t group(const Value& value) {
    Object object = value.object();
    plan::Group group{parse_text(object.at("name")), {}};
    for (const plan::Group& other : plan_.model.groups) {
      if (other.name == group.name) throw value.error(fmt::format("group '{}' is there already", group.name));
    }
    TensorIndex tensors;
    for (const Value& each : object.at("tensors").array()) {
      Object tensor = each.object();
      group.tensors.push_back({parse_text(tensor.at("name")), bytes(tensor.at("bytes"))});
      tensor.finish();
      tensors.rows.add(each, group.tensors.back().name);
      tensors.begins.push_back(tensors.begins.back() + group.tensors.back().bytes);
      if (tensors.begins.back() > static_cast<std::uint64_t>(kMostBytes))
        throw each.error("expected at most 2^62 bytes");
    }
    object.finish();
    plan_.model.groups.push_back(std::move(group));
    tensors_.push_back(std::move(tensors));
    return tensors_.back().begins.back();
  }

  void stream(const Value& value) {
    Object object = value.object();
    plan::StreamInfo info{parse_text(object.at("name")), {}, 0};
    info.kind = static_cast<plan::StreamKind>(object.at("kind").one_of({"compute", "copy"}));
    info.priority = static_cast<int>(object.get("priority", 0, -100, 100));
    streams_.add(value, info.name);
    plan_.streams.push_back(std::move(info));
    object.finish();
  }

  void slot(const Value& value) {
    Object object = value.object();
    plan_.slots.push_back({parse_text(object.at("name")), bytes(object.at("bytes"))});
    slots_.add(value, plan_.slots.back().name);
    object.finish();
  }

  void ops(Object& root, std::string_view section, std::vector<plan::Op>& to) {
    const auto value = root.find(section);
    if (!value) return;
    for (const Value& each : value->array()) to.push_back(op(each));
  }

  plan::Op op(const Value& value) {
    Object object = value.object();
    const std::size_t kind = object.at("op").one_of({"step", "unit", "host_work", "alloc", "free", "pin",
                                                     "copy", "record", "stream_wait", "host_wait",
                                                     "stream_sync", "device_sync", "compute", "release"});
    plan::Op op = make(kind, value, object);
    object.finish();
    return op;
  }

  plan::Op make(std::size_t kind, const Value& value, Object& o) {
    switch (kind) {
      case 0: return plan::StepBegin{};
      case 1: return plan::UnitBegin{units_.at(o.at("unit"))};
      case 2: return plan::HostWork{nanos(o.at("ns").integer(0, kMostBytes))};
      case 3: return plan::Alloc{slots_.at(o.at("slot"))};
      case 4: return plan::Free{slots_.at(o.at("slot"))};
      case 5: return plan::Pin{bytes(o.at("bytes"))};
      case 6: return copy(value, o);
      case 7: return plan::Record{events_.at(o.at("event")), streams_.at(o.at("stream"))};
      case 8: return plan::StreamWait{streams_.at(o.at("stream")), events_.at(o.at("event"))};
      case 9: return plan::HostWait{events_.at(o.at("event"))};
      case 10: return plan::StreamSync{streams_.at(o.at("stream"))};
      case 11: return plan::DeviceSync{};
      case 12: {
        plan::Compute compute{units_.at(o.at("unit")), streams_.at(o.at("stream")), plan::kResident};
        if (const auto slot = o.find("slot")) compute.slot = slots_.at(*slot);
        return compute;
      }
      default: return plan::Release{slots_.at(o.at("slot")), units_.at(o.at("reader"))};
    }
  }

  /// Of the whole unit, or of a tensor, unless `offset` and `bytes` say otherwise.
  plan::Op copy(const Value& value, Object& o) {
    plan::Copy copy;
    copy.unit = units_.at(o.at("unit"));
    copy.slot = slots_.at(o.at("slot"));
    copy.stream = streams_.at(o.at("stream"));
    const TensorIndex& tensors = tensors_[plan_.model.group_row_of(copy.unit)];
    copy.bytes = tensors.begins.back();
    if (const auto tensor = o.find("tensor")) {
      copy.tensor = tensors.rows.at(*tensor);
      copy.offset = tensors.begins[copy.tensor];
      copy.bytes = tensors.begins[copy.tensor + 1] - copy.offset;
    }
    if (const auto offset = o.find("offset")) copy.offset = bytes(*offset);
    if (const auto size = o.find("bytes")) copy.bytes = bytes(*size);
    if (const auto direction = o.find("direction"))
      copy.direction = static_cast<plan::Direction>(direction->one_of({"h2d", "d2h"}));
    if (const auto source = o.find("source"))
      copy.source = static_cast<plan::Source>(
          source->one_of({"pinned", "registered", "pageable", "pinned_on_the_fly"}));
    const std::uint64_t room = plan_.slots[index(copy.slot)].bytes;
    if (copy.offset > room || copy.bytes > room - copy.offset) {
      throw value.error(fmt::format("bytes {} to {} lie beyond the end of slot '{}', which has {}",
                                    copy.offset, copy.offset + copy.bytes, plan_.slots[index(copy.slot)].name,
                                    room));
    }
    return copy;
  }

  plan::Plan plan_;
  std::vector<TensorIndex> tensors_;  ///< by group
  Names<plan::UnitId> units_{"unit"};
  Names<plan::SlotId> slots_{"slot"};
  Names<plan::StreamId> streams_{"stream"};
  Names<plan::EventId> events_{"event"};
};

std::uint64_t layer_bytes(const plan::ModelShape& model) {
  std::uint64_t sum = 0;
  for (const plan::Group& group : model.groups) sum += group.bytes();
  return sum;
}

class PlanSchedule final : public Schedule {
 public:
  PlanSchedule(plan::Plan plan, std::string title, bool wraps, std::string hash)
      : plan_(std::move(plan)), title_(std::move(title)), hash_(std::move(hash)), wraps_(wraps) {}

  const std::string& name() const noexcept override { return plan_.schedule; }
  const std::string& title() const noexcept override { return title_; }
  const std::string& variant_of() const noexcept override { return none_; }
  const std::string& content_hash() const noexcept override { return hash_; }
  bool wraps() const noexcept override { return wraps_; }
  const plan::Plan* own_plan() const noexcept override { return &plan_; }

  plan::Plan compile(const plan::ModelShape& model) const override {
    const std::uint64_t own = layer_bytes(plan_.model), asked = layer_bytes(model);
    if (plan_.model.layers != model.layers || own != asked) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("plan '{}' is for {} layers of {} bytes, found {} layers of {} bytes: expected a "
                      "workload of that shape",
                      plan_.schedule, plan_.model.layers, own, model.layers, asked));
    }
    return plan_;
  }

 private:
  plan::Plan plan_;
  std::string title_, hash_, none_;
  bool wraps_;
};

}  // namespace

bool is_plan_file(const Value& root) {
  return root.kind() == json::Kind::kObject && root.object().has("plan");
}

std::unique_ptr<Schedule> parse_plan_file(const Value& root, std::string hash) {
  Object object = root.object();
  std::string title = object.at("title").string();
  const bool wraps = object.get("wrap", false);
  plan::Plan plan = PlanReader().read(object);
  object.finish();
  return std::make_unique<PlanSchedule>(std::move(plan), std::move(title), wraps, std::move(hash));
}

}  // namespace offledger::language
