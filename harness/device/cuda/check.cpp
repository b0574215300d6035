// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/execute/execute.hpp"
#include "schedules/plan/builder.hpp"

namespace offledger::cuda {

namespace {

using NamedDelays = std::pair<std::string, Delays>;

/// One run a stream of that kind, where there are several: `delays` on that stream alone.
void add_each_stream(const plan::Plan& plan, plan::StreamKind kind, const NamedDelays& late,
                     std::vector<NamedDelays>& runs) {
  const auto of_kind = [&](const plan::StreamInfo& info) { return info.kind == kind; };
  if (std::count_if(plan.streams.begin(), plan.streams.end(), of_kind) < 2) return;
  for (std::uint32_t row = 0; row < plan.streams.size(); ++row) {
    if (!of_kind(plan.streams[row])) continue;
    Delays delays = late.second;
    delays.only_on = plan::StreamId{row};
    runs.emplace_back(fmt::format("{} on {}", late.first, plan.streams[row].name), delays);
  }
}

std::vector<NamedDelays> runs_of(const plan::Plan& plan, Nanos delay) {
  const NamedDelays copies("late copies", {delay, Nanos::zero(), std::nullopt});
  const NamedDelays readers("late readers", {Nanos::zero(), delay, std::nullopt});
  std::vector<NamedDelays> runs{{"as scheduled", {}}, copies, readers};
  add_each_stream(plan, plan::StreamKind::kCopy, copies, runs);
  add_each_stream(plan, plan::StreamKind::kCompute, readers, runs);
  return runs;
}

}  // namespace

plan::Plan all_resident(const plan::ModelShape& model) {
  plan::Builder builder("all_resident", model);
  const plan::StreamId compute = builder.stream("compute", plan::StreamKind::kCompute);
  builder.to(plan::Section::kBody);
  builder.op(plan::StepBegin{});
  for (std::uint32_t unit = 0; unit < model.unit_count(); ++unit) {
    builder.op(plan::UnitBegin{plan::UnitId{unit}});
    builder.op(plan::Compute{plan::UnitId{unit}, compute, plan::kResident});
  }
  builder.to(plan::Section::kEpilogue);
  builder.op(plan::DeviceSync{});
  return std::move(builder).finish();
}

bool CheckReport::same() const noexcept {
  return std::all_of(runs.begin(), runs.end(), [](const CheckRun& run) { return run.same; });
}

std::string CheckReport::summary() const {
  std::string text;
  for (const CheckRun& run : runs) {
    if (run.same) continue;
    if (!text.empty()) text += "; ";
    text += fmt::format("step {} differs, {} ({})", run.first_difference, run.name,
                        run.finite ? "weights of another unit, or another layer's activations, were read"
                                   : "NaN: a slot was read before its copy arrived or after its release");
  }
  return text;
}

Checker::Checker(model::Workload workload, const Options& options, Nanos delay)
    : workload_(std::move(workload)), options_(options), delay_(delay) {
  options_.check = true;
  options_.record = false;
}

std::vector<StepOutput> Checker::play(const plan::Plan& plan, const Delays& delays) const {
  const model::Workload cut = model::regroup(workload_, plan.model);
  Options options = options_;
  options.delays = delays;
  CudaDevice device(options);
  (void)execute::run(plan, cut, cut.steps, device);
  return device.outputs();
}

const std::vector<StepOutput>& Checker::expected() {
  if (!expected_) expected_ = play(all_resident(workload_.shape), {});
  return *expected_;
}

CheckReport Checker::check(const plan::Plan& plan) {
  const std::vector<StepOutput>& wanted = expected();
  CheckReport report;
  for (const auto& [name, delays] : runs_of(plan, delay_)) {
    const std::vector<StepOutput> found = play(plan, delays);
    CheckRun& run = report.runs.emplace_back();
    run.name = name;
    const auto [w, f] = std::mismatch(wanted.begin(), wanted.end(), found.begin(), found.end());
    run.same = w == wanted.end() && f == found.end();
    run.first_difference = static_cast<std::uint32_t>(w - wanted.begin());
    run.finite = f == found.end() || f->finite;
  }
  return report;
}

}  // namespace offledger::cuda
