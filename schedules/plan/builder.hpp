// SPDX-License-Identifier: Apache-2.0
//
// Writes a Plan: declares streams, slots and events, then appends ops to one of the three sections. It checks
// nothing (the verifier does); appending costs what emplace_back costs.
//
//     plan::Builder builder("mine", model);
//     const StreamId compute = builder.stream("compute", StreamKind::kCompute);
//     builder.to(Section::kBody);
//     builder.op(StepBegin{});
//     Plan plan = std::move(builder).finish();

#pragma once

#include <string>
#include <utility>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

enum class Section : std::uint8_t { kPrologue, kBody, kEpilogue };

/// Starts in the body. Threads: one.
class Builder {
 public:
  Builder(std::string schedule, ModelShape model);
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  StreamId stream(std::string name, StreamKind kind, int priority = 0);
  SlotId slot(std::string name, std::uint64_t bytes);
  EventId event(std::string name);
  void device_budget(std::uint64_t bytes) noexcept { plan_.device_budget_bytes = bytes; }

  /// Ops go to this section from here on.
  void to(Section section) noexcept;
  void reserve(std::size_t ops) { ops_->reserve(ops); }

  template <typename T>
  void op(const T& op) {
    ops_->emplace_back(op);
  }

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] Plan finish() && { return std::move(plan_); }

 private:
  Plan plan_;
  std::vector<Op>* ops_;
};

}  // namespace offledger::plan
