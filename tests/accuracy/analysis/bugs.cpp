// SPDX-License-Identifier: Apache-2.0
#include "tests/accuracy/analysis/bugs.hpp"

#include <algorithm>
#include <set>

#include "reports/analysis/analysis.hpp"
#include "schedules/base/error.hpp"

namespace offledger::analysis::accuracy {
namespace {

using plan::Op;

template <typename T>
const T* as(const Op& op) {
  return std::get_if<T>(&op);
}

/// Applies `rewrite(op, out)` to each op of prologue and body; it writes what stands in the op's place.
template <typename Rewrite>
void rewrite(plan::Plan& plan, Rewrite&& rewrite) {
  for (std::vector<Op>* ops : {&plan.prologue, &plan.body}) {
    std::vector<Op> out;
    for (const Op& op : *ops) rewrite(op, out);
    *ops = std::move(out);
  }
}

bool copies_apart(const plan::Plan& plan) {
  std::set<plan::StreamId> computing;
  for (const Op& op : plan.body) {
    if (const auto* compute = as<plan::Compute>(op)) computing.insert(compute->stream);
  }
  return std::none_of(plan.body.begin(), plan.body.end(), [&](const Op& op) {
    const auto* copy = as<plan::Copy>(op);
    return copy != nullptr && computing.contains(copy->stream);
  });
}

bool is_pageable(const Subject& s) {
  return s.policy.source == plan::Source::kPageable;
}

/// Compiles the changed policy; false where it does not compile, or compiles to what it was.
bool recompile(Subject& s) {
  try {
    plan::Plan plan = language::compile(s.policy, s.workload.shape);
    const bool same = plan.body == s.plan.body && plan.prologue == s.plan.prologue;
    s.plan = std::move(plan);
    return !same;
  } catch (const Error&) {
    return false;
  }
}

bool pageable_source(Subject& s) {
  s.policy.source = plan::Source::kPageable;
  return recompile(s);
}

bool pin_on_the_fly(Subject& s) {
  if (is_pageable(s)) return false;
  s.policy.source = plan::Source::kPinnedOnTheFly;
  return recompile(s);
}

bool host_block_per_layer(Subject& s) {
  rewrite(s.plan, [](const Op& op, std::vector<Op>& out) {
    out.push_back(op);
    if (as<plan::Compute>(op) != nullptr) out.push_back(plan::DeviceSync{});
  });
  return true;
}

/// Every copy waits for all compute issued before it.
bool late_issue(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s)) return false;
  const plan::EventId fence{static_cast<std::uint32_t>(s.plan.events.size())};
  s.plan.events.push_back({"fence"});
  std::optional<plan::StreamId> computing;
  rewrite(s.plan, [&](const Op& op, std::vector<Op>& out) {
    if (const auto* compute = as<plan::Compute>(op)) computing = compute->stream;
    if (const auto* copy = as<plan::Copy>(op); copy != nullptr && computing) {
      out.push_back(plan::Record{fence, *computing});
      out.push_back(plan::StreamWait{copy->stream, fence});
    }
    out.push_back(op);
  });
  return true;
}

bool single_slot(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s)) return false;
  s.policy.slots.pools.clear();
  s.policy.slots.shared = 1;
  s.policy.slots.mapping = language::Mapping::kModulo;
  s.policy.slots.allocate = false;
  s.policy.issue.resize(1);
  s.policy.issue[0] = {};
  s.policy.issue[0].at = language::At::kAfterCompute;
  s.policy.issue[0].in = language::AheadIn::kUnits;
  s.policy.issue[0].ahead = {{1, 1}};
  s.policy.ready.mode = language::ReadyMode::kStreamEvent;
  s.policy.release = {};
  s.policy.release.mode = language::ReleaseMode::kLastReaderEvent;
  return recompile(s);
}

bool same_stream(Subject& s) {
  if (is_pageable(s)) return false;
  s.policy.streams.copy.clear();
  s.policy.streams.copy_mapping = language::CopyMapping::kUnit;
  return recompile(s);
}

/// The next layer's attn is fetched before this layer's ffn, which is needed first.
bool head_of_line(Subject& s) {
  const bool two_groups = s.policy.units.kind == language::UnitKind::kSublayer;
  if (!two_groups || !copies_apart(s.plan) || is_pageable(s)) return false;
  language::Issue later, sooner;
  later.unit = later.fetch = sooner.unit = "attn";
  sooner.fetch = "ffn";
  later.ahead = {{1, 1}};
  sooner.ahead = {{0, 0}};
  s.policy.issue = {later, sooner};
  return recompile(s);
}

bool missing_wait(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s)) return false;
  s.policy.ready.mode = language::ReadyMode::kNone;
  return recompile(s);
}

bool wrong_stream_wait(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s) || s.policy.ready.mode != language::ReadyMode::kStreamEvent)
    return false;
  plan::StreamId computing{};
  for (const Op& op : s.plan.body) {
    if (const auto* compute = as<plan::Compute>(op)) computing = compute->stream;
  }
  bool any = false;
  const std::vector<plan::StreamInfo> streams = s.plan.streams;
  rewrite(s.plan, [&](const Op& op, std::vector<Op>& out) {
    const auto* record = as<plan::Record>(op);
    if (record != nullptr && streams[index(record->stream)].kind == plan::StreamKind::kCopy) {
      out.push_back(plan::Record{record->event, computing});
      any = true;
    } else {
      out.push_back(op);
    }
  });
  return any;
}

bool slot_overwrite(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s)) return false;
  s.policy.release = {};
  s.policy.release.mode = language::ReleaseMode::kNone;
  return recompile(s);
}

bool declared_not_applied(Subject& s) {
  if (is_pageable(s)) return false;
  s.declared = s.plan;
  s.policy.source = plan::Source::kPageable;
  return recompile(s);
}

bool over_fetch(Subject& s) {
  s.declared = s.plan;
  rewrite(s.plan, [](const Op& op, std::vector<Op>& out) {
    out.push_back(op);
    if (as<plan::Copy>(op) != nullptr) out.push_back(op);
  });
  return true;
}

bool tiny_copies(Subject& s) {
  if (is_pageable(s)) return false;
  s.policy.copy.by = language::CopyBy::kChunks;
  s.policy.copy.chunk_bytes = 128 << 10;
  return recompile(s);
}

/// A buffer is freed and allocated again after each unit.
bool allocator_sync(Subject& s) {
  rewrite(s.plan, [](const Op& op, std::vector<Op>& out) {
    out.push_back(op);
    const auto* compute = as<plan::Compute>(op);
    if (compute == nullptr || compute->slot == plan::kResident) return;
    out.push_back(plan::Free{compute->slot});
    out.push_back(plan::Alloc{compute->slot});
  });
  return true;
}

bool stream_drain(Subject& s) {
  if (!copies_apart(s.plan) || is_pageable(s)) return false;
  s.policy.ready.mode = language::ReadyMode::kWaitStream;
  return recompile(s);
}

/// The host spends half as long again on each unit as the unit takes.
bool launch_bound(Subject& s) {
  const Nanos wall =
      analyse(play_plan(s.plan, s.policy.wrap, s.workload, s.profile)).devices.at(0).total.ledger.wall();
  s.policy.host.unit =
      wall * 3 / 2 / (static_cast<std::int64_t>(s.plan.model.unit_count()) * s.workload.steps);
  return recompile(s);
}

/// Nothing is wrong; there is next to nothing to compute.
bool link_bound(Subject& s) {
  for (model::UnitCost& cost : s.workload.costs) cost.compute /= 50;
  return true;
}

}  // namespace

const std::vector<Bug>& bugs() {
  static const std::vector<Bug> all{{"pageable_source", pageable_source},
                                    {"pin_on_the_fly", pin_on_the_fly},
                                    {"host_block_per_layer", host_block_per_layer},
                                    {"late_issue", late_issue},
                                    {"single_slot", single_slot},
                                    {"head_of_line", head_of_line},
                                    {"same_stream", same_stream},
                                    {"missing_wait", missing_wait},
                                    {"wrong_stream_wait", wrong_stream_wait},
                                    {"slot_overwrite", slot_overwrite},
                                    {"declared_not_applied", declared_not_applied},
                                    {"over_fetch", over_fetch},
                                    {"tiny_copies", tiny_copies},
                                    {"allocator_sync", allocator_sync},
                                    {"stream_drain", stream_drain},
                                    {"launch_bound", launch_bound},
                                    {"link_bound", link_bound}};
  return all;
}

Subject subject_of(const language::Policy& policy, const model::Workload& workload) {
  return {policy, workload, h200(), language::compile(policy, workload.shape), std::nullopt};
}

}  // namespace offledger::analysis::accuracy
