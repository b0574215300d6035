// SPDX-License-Identifier: Apache-2.0
//
// The plans that the device contract is tested with: a streaming step written by hand, small enough for any
// machine.

#pragma once

#include <string>

#include "harness/model/workload.hpp"
#include "schedules/plan/builder.hpp"

namespace offledger::device::contract {

inline constexpr std::uint32_t kSteps = 2;

/// Three layers of two units; the smallest Llama that a real core runs.
inline model::Workload workload() {
  model::Workload workload;
  workload.name = "contract";
  workload.shape.layers = 3;
  constexpr std::uint64_t kHidden = 256, kFfn = 512, kKv = 128, kBytes = 2;
  workload.shape.groups = {{"attn",
                            {{"input_norm", kHidden * kBytes},
                             {"q_proj", kHidden * kHidden * kBytes},
                             {"k_proj", kHidden * kKv * kBytes},
                             {"v_proj", kHidden * kKv * kBytes},
                             {"o_proj", kHidden * kHidden * kBytes}}},
                           {"ffn",
                            {{"post_norm", kHidden * kBytes},
                             {"gate_proj", kHidden * kFfn * kBytes},
                             {"up_proj", kHidden * kFfn * kBytes},
                             {"down_proj", kHidden * kFfn * kBytes}}}};
  workload.costs = {{nanos(40'000), 10}, {nanos(60'000), 6}};
  workload.steps = kSteps;
  workload.tokens = 16;
  model::Architecture architecture;
  architecture.hidden = kHidden;
  architecture.ffn = kFfn;
  architecture.heads = 4;
  architecture.kv_heads = 2;
  architecture.head_dim = 64;
  architecture.vocab = 512;
  workload.architecture = architecture;
  return workload;
}

enum class Readiness { kStreamWait, kHostWait, kStreamSync, kDeviceSync };

/// Streams every unit, each just before its compute, through one slot a group; a copy waits for the slot's
/// last reader, and the compute for the copy as `ready` says.
inline plan::Plan streaming_plan(const model::Workload& workload, Readiness ready, plan::Source source) {
  using namespace plan;
  Builder builder("contract", workload.shape);
  const StreamId compute = builder.stream("compute", StreamKind::kCompute);
  const StreamId copy = builder.stream("weight_h2d", StreamKind::kCopy);
  std::vector<SlotId> slots;
  std::vector<EventId> loaded, read;
  for (const Group& group : workload.shape.groups) {
    slots.push_back(builder.slot(group.name, group.bytes()));
    loaded.push_back(builder.event("loaded " + group.name));
    read.push_back(builder.event("read " + group.name));
  }
  builder.op(StepBegin{});
  for (std::uint32_t row = 0; row < workload.shape.unit_count(); ++row) {
    const UnitId unit{row};
    const std::uint32_t group = workload.shape.group_row_of(unit);
    builder.op(UnitBegin{unit});
    builder.op(StreamWait{copy, read[group]});
    builder.op(Copy{unit, kSlab, 0, workload.shape.group_of(unit).bytes(), slots[group], copy,
                    Direction::kH2D, source});
    builder.op(Record{loaded[group], copy});
    switch (ready) {
      case Readiness::kStreamWait: builder.op(StreamWait{compute, loaded[group]}); break;
      case Readiness::kHostWait: builder.op(HostWait{loaded[group]}); break;
      case Readiness::kStreamSync: builder.op(StreamSync{copy}); break;
      case Readiness::kDeviceSync: builder.op(DeviceSync{}); break;
    }
    builder.op(Compute{unit, compute, slots[group]});
    builder.op(Record{read[group], compute});
    builder.op(Release{slots[group], unit});
  }
  builder.op(HostWork{nanos(50'000)});
  return std::move(builder).finish();
}

}  // namespace offledger::device::contract
