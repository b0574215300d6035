// SPDX-License-Identifier: Apache-2.0
//
// What a change moves: the copies, who needs each, and whose slot it takes.
#include "reports/analysis/replay.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace offledger::analysis {
namespace {

/// Pools of slots: those that units of one group ever used are one.
class SlotPools {
 public:
  std::uint32_t join(std::uint32_t group, std::int32_t slot) {
    const std::uint32_t of_slot = row({1, slot}), of_group = row({0, static_cast<std::int32_t>(group)});
    const std::uint32_t a = root(of_slot), b = root(of_group);
    parent_[std::max(a, b)] = std::min(a, b);
    return of_slot;
  }
  std::uint32_t root(std::uint32_t at) {
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }

 private:
  std::uint32_t row(std::pair<int, std::int32_t> key) {
    const auto [it, fresh] = rows_.try_emplace(key, static_cast<std::uint32_t>(parent_.size()));
    if (fresh) parent_.push_back(it->second);
    return it->second;
  }
  std::map<std::pair<int, std::int32_t>, std::uint32_t> rows_;
  std::vector<std::uint32_t> parent_;
};

}  // namespace

Replay::Replay(const Dependencies& dependencies, std::span<const BlameInput> devices)
    : dependencies_(&dependencies), ops_(&dependencies.links().ops.ops()) {
  work_.assign(ops_->size(), 0);
  need_of_.assign(ops_->size(), kNoRow32);
  share_out_work();
  for (std::uint32_t d = 0; d < devices.size(); ++d) find_needs(devices[d], d);
  std::stable_sort(needs_.begin(), needs_.end(), [&](const Need& a, const Need& b) {
    return std::tuple(a.device, a.at, (*ops_)[a.copy].begin) <
           std::tuple(b.device, b.at, (*ops_)[b.copy].begin);
  });
  for (std::uint32_t row = 0; row < needs_.size(); ++row) {
    need_of_[needs_[row].copy] = row;
    if (needs_[row].consumer != kNoRow32) feeds_.emplace_back(needs_[row].consumer, needs_[row].copy);
  }
  std::sort(feeds_.begin(), feeds_.end());
  for (const BlameInput& in : devices) find_slots(in);
  find_steps();
}

/// Copies that ran at once shared the link: each instant's work is divided by how many did.
void Replay::share_out_work() {
  struct Turn {
    Nanos time{};
    bool begins = false;
    OpRow copy = 0;
  };
  std::map<std::size_t, std::vector<Turn>> by_device;
  const Links& links = dependencies_->links();
  for (OpRow row = 0; row < ops_->size(); ++row) {
    const GpuOp& op = (*ops_)[row];
    if (op.activity != Activity::kH2D || links.pageable(op) || op.end <= op.begin) continue;
    std::vector<Turn>& turns = by_device[index(links.timeline.streams[op.stream].device)];
    turns.push_back({op.begin, true, row});
    turns.push_back({op.end, false, row});
  }
  for (auto& [device, turns] : by_device) {
    std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) {
      return std::tuple(a.time, a.begins, a.copy) < std::tuple(b.time, b.begins, b.copy);
    });
    std::vector<OpRow> running;
    Nanos now{};
    for (const Turn& turn : turns) {
      const double share = running.empty() ? 0
                                           : static_cast<double>((turn.time - now).count()) /
                                                 static_cast<double>(running.size());
      for (const OpRow copy : running) work_[copy] += share;
      now = turn.time;
      if (turn.begins) {
        running.push_back(turn.copy);
      } else {
        std::erase(running, turn.copy);
      }
    }
  }
}

void Replay::find_needs(const BlameInput& in, std::uint32_t device) {
  for_each_op(in.links, in.device, [&](OpRow row, const GpuOp& op) {
    if (work_[row] <= 0 || dependencies_->holds_host(row)) return;
    Need need;
    need.copy = row;
    need.device = device;
    need.not_before = in.device.window().begin;
    if (!in.units.consumer.empty()) need.consumer = in.units.consumer[row];
    const OpRow needed_by = need.consumer != kNoRow32 ? need.consumer : in.graph.event_consumer(row);
    // A copy that nothing is seen to need comes last where units tell of the others, else when it came.
    need.at = needed_by != kNoRow32         ? (*ops_)[needed_by].begin
              : !in.units.instances.empty() ? Nanos::max()
                                            : op.begin;
    needs_.push_back(need);
  });
}

/// Each unit's turn in its pool of slots, and who reads it last.
void Replay::find_slots(const BlameInput& in) {
  using Key = std::pair<std::uint32_t, std::size_t>;  // unit, step
  struct Held {
    std::int32_t slot = trace::kNoRow;
    OpRow last_kernel = kNoRow32;
    std::vector<std::uint32_t> needs;
  };
  std::map<Key, Held> held;
  for_each_op(in.links, in.device, [&](OpRow row, const GpuOp& op) {
    if (op.kind != OpKind::kKernel || op.unit == kNoUnit) return;
    Held& unit = held[{op.unit, in.device.step_row(op.step, op.begin)}];
    if (unit.last_kernel == kNoRow32 || op.end > (*ops_)[unit.last_kernel].end) unit.last_kernel = row;
  });
  for (std::uint32_t row = 0; row < needs_.size(); ++row) {
    const GpuOp& copy = (*ops_)[needs_[row].copy];
    if (needs_[row].consumer == kNoRow32 || copy.slot < 0 ||
        in.links.timeline.streams[copy.stream].device != in.device.device)
      continue;
    const GpuOp& kernel = (*ops_)[needs_[row].consumer];
    Held& unit = held[{kernel.unit, in.device.step_row(kernel.step, kernel.begin)}];
    unit.slot = copy.slot;
    unit.needs.push_back(row);
  }
  SlotPools joined;
  std::map<std::uint32_t, std::uint32_t> pool_of_root;
  std::map<std::int32_t, std::uint32_t> slots;  // their rows in `joined`
  for (const UnitInstance& instance : in.units.instances) {
    const auto unit = held.find({instance.unit, instance.step_row});
    if (unit == held.end() || unit->second.slot < 0) continue;
    const auto group = static_cast<std::uint32_t>(in.links.marks.units()[instance.unit].group);
    slots[unit->second.slot] = joined.join(group, unit->second.slot);
  }
  for (const auto& [slot, row] : slots) {
    const auto [it, fresh] =
        pool_of_root.try_emplace(joined.root(row), static_cast<std::uint32_t>(pools_.size()));
    if (fresh) pools_.emplace_back();
    ++pools_[it->second].slots;
  }
  for (const UnitInstance& instance : in.units.instances) {
    const auto unit = held.find({instance.unit, instance.step_row});
    if (unit == held.end() || unit->second.slot < 0) continue;
    const std::uint32_t pool = pool_of_root[joined.root(slots[unit->second.slot])];
    for (const std::uint32_t need : unit->second.needs) {
      needs_[need].pool = pool;
      needs_[need].turn = static_cast<std::uint32_t>(pools_[pool].readers.size());
    }
    pools_[pool].readers.push_back(unit->second.last_kernel);
  }
}

void Replay::find_steps() {
  const Links& links = dependencies_->links();
  if (!links.marks.has_steps()) return;
  std::map<std::pair<trace::ThreadRow, std::int32_t>, Node> first;
  std::vector<std::size_t> cursors(links.timeline.threads.size(), 0);
  std::size_t nowhere = 0;
  for (auto node = static_cast<Node>(2 * ops_->size()); node < dependencies_->nodes(); node += 2) {
    const trace::HostCall& call = dependencies_->call_of(node);
    const std::size_t thread = index(call.thread);
    const Mark mark =
        links.marks.at(call.thread, call.begin, thread < cursors.size() ? cursors[thread] : nowhere);
    if (mark.step != kNoStep) first.try_emplace({call.thread, mark.step}, node);
  }
  for (Need& need : needs_) {
    const GpuOp& copy = (*ops_)[need.copy];
    const trace::HostCall* call = links.call_of(copy);
    if (call == nullptr) continue;
    const auto found = first.find({call->thread, copy.step});
    if (found != first.end()) need.step = found->second;
  }
}

std::uint32_t Replay::slots() const noexcept {
  std::uint32_t most = 0;
  for (const Pool& pool : pools_) most = std::max(most, pool.slots);
  return most;
}

}  // namespace offledger::analysis
