// SPDX-License-Identifier: Apache-2.0

#include "schedules/plan/verify.hpp"

#include "schedules/plan/check_ids.hpp"
#include "schedules/plan/verifier.hpp"

namespace offledger::plan {
namespace {

/// Slots that need no allocation are in use from the start, before any op.
void check_standing_bytes(const Plan& plan, const Verifier& verifier, std::vector<Finding>& findings) {
  const std::uint64_t bytes = verifier.peak_slot_bytes();
  if (plan.device_budget_bytes == 0 || bytes <= plan.device_budget_bytes) return;
  Finding finding{HazardKind::kOverBudget};
  finding.bytes = bytes;
  findings.push_back(finding);
}

}  // namespace

Verdict verify(const Plan& plan) {
  check_ids(plan);
  Verifier verifier(plan);
  std::vector<Finding> findings;
  check_standing_bytes(plan, verifier, findings);

  verifier.play(plan.prologue, 0, 0);
  const auto body = static_cast<std::uint32_t>(plan.prologue.size());
  const auto epilogue = static_cast<std::uint32_t>(body + plan.body.size());
  // What one step orders behind its own accesses does not depend on the step before, and what it orders
  // behind older ones only grows, along chains no longer than the clocks there are: the state repeats within
  // so many steps.
  const std::size_t most_steps = plan.events.size() + plan.streams.size() + 4;
  Verdict verdict;
  for (std::vector<std::uint32_t> before, after; verdict.steps < most_steps; before = std::move(after)) {
    verifier.play(plan.body, body, verdict.steps++);
    after = verifier.state();
    if (after == before) break;
  }
  verifier.play(plan.epilogue, epilogue, verdict.steps);
  verifier.finish();

  findings.insert(findings.end(), verifier.findings().begin(), verifier.findings().end());
  verdict.peak_slot_bytes = verifier.peak_slot_bytes();
  for (const Finding& finding : findings) {
    if (verdict.hazards.size() == kMostHazards) break;
    verdict.hazards.push_back(describe(plan, finding));
  }
  verdict.more = findings.size() - verdict.hazards.size();
  return verdict;
}

}  // namespace offledger::plan
