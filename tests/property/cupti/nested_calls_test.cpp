// SPDX-License-Identifier: Apache-2.0
//
// Folding against the definition: a driver call goes if some runtime call of its thread encloses it.
#include "collectors/cupti/nested_calls.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace offledger::cupti {
namespace {

/// Calls of two threads; a thread's runtime calls do not overlap, as in a program.
std::vector<trace::HostCall> any_calls() {
  std::vector<trace::HostCall> calls;
  std::uint64_t correlation = 1;
  for (std::uint32_t thread = 0; thread < 2; ++thread) {
    std::int64_t now = 0;
    for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
      const std::int64_t begin = now + *rc::gen::inRange(0, 5), end = begin + *rc::gen::inRange(1, 10);
      calls.push_back({nanos(begin),
                       nanos(end),
                       trace::ThreadRow{thread},
                       {},
                       trace::Correlation{correlation++},
                       trace::Api::kRuntime,
                       0});
      now = end;
    }
    for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
      const std::int64_t begin = *rc::gen::inRange(0, 60), end = begin + *rc::gen::inRange(0, 6);
      calls.push_back({nanos(begin),
                       nanos(end),
                       trace::ThreadRow{thread},
                       {},
                       trace::Correlation{correlation++},
                       trace::Api::kDriver,
                       0});
    }
  }
  return calls;
}

const trace::HostCall* enclosing(const std::vector<trace::HostCall>& calls, const trace::HostCall& inner) {
  for (const trace::HostCall& call : calls) {
    const bool encloses = call.begin <= inner.begin && inner.end <= call.end && call.thread == inner.thread;
    if (encloses && call.api == trace::Api::kRuntime) return &call;
  }
  return nullptr;
}

RC_GTEST_PROP(NestedCalls, FoldIntoAnEnclosingRuntimeCall, ()) {
  trace::Timeline timeline;
  timeline.calls = any_calls();
  const auto before = timeline.calls;
  for (const trace::HostCall& call : before) {
    trace::Kernel kernel;
    kernel.correlation = call.correlation;
    timeline.kernels.push_back(kernel);
  }
  const std::size_t removed = fold_nested_calls(timeline);

  std::set<trace::Correlation> kept;
  for (const trace::HostCall& call : timeline.calls) kept.insert(call.correlation);
  RC_ASSERT(kept.size() + removed == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool nested = before[i].api == trace::Api::kDriver && enclosing(before, before[i]) != nullptr;
    RC_ASSERT(kept.contains(before[i].correlation) == !nested);
    // What named the call names one that is there: itself, or a runtime call around it.
    const trace::Correlation named = timeline.kernels[i].correlation;
    RC_ASSERT(kept.contains(named));
    if (!nested) RC_ASSERT(named == before[i].correlation);
  }
  RC_ASSERT(fold_nested_calls(timeline) == 0u);
}

}  // namespace
}  // namespace offledger::cupti
