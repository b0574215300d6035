// SPDX-License-Identifier: Apache-2.0

#include "harness/execute/execute.hpp"

#include "schedules/base/error.hpp"

namespace offledger::execute {
namespace {

struct Player {
  device::Device& device;
  std::uint32_t next_step = 0;

  void operator()(const plan::StepBegin&) { device.step_begin(next_step++); }
  void operator()(const plan::UnitBegin& op) { device.unit_begin(op.unit); }
  void operator()(const plan::HostWork& op) { device.host_work(op.duration); }
  void operator()(const plan::Alloc& op) { device.alloc(op.slot); }
  void operator()(const plan::Free& op) { device.free(op.slot); }
  void operator()(const plan::Pin& op) { device.pin(op.bytes); }
  void operator()(const plan::Copy& op) { device.copy(op); }
  void operator()(const plan::Record& op) { device.record(op.event, op.stream); }
  void operator()(const plan::StreamWait& op) { device.stream_wait(op.stream, op.event); }
  void operator()(const plan::HostWait& op) { device.host_wait(op.event); }
  void operator()(const plan::StreamSync& op) { device.stream_sync(op.stream); }
  void operator()(const plan::DeviceSync&) { device.device_sync(); }
  void operator()(const plan::Compute& op) { device.compute(op); }
  void operator()(const plan::Release& op) { device.release(op); }
};

void play(const std::vector<plan::Op>& ops, Player& player) {
  for (const plan::Op& op : ops) std::visit(player, op);
}

}  // namespace

trace::Timeline run(const plan::Plan& plan, const model::Workload& workload, std::uint32_t steps,
                    device::Device& device) {
  if (steps == 0) throw Error(ErrorKind::kUsage, "expected at least one step to run, found 0");
  device.prepare(plan, workload);
  Player player{device};
  play(plan.prologue, player);
  for (std::uint32_t step = 0; step < steps; ++step) play(plan.body, player);
  play(plan.epilogue, player);
  return device.finish();
}

}  // namespace offledger::execute
