// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "schedules/plan/plan.hpp"

namespace offledger::plan {

std::uint64_t device_bytes(const Plan& plan) {
  std::uint64_t sum = 0;
  for (const SlotInfo& slot : plan.slots) sum += slot.bytes;
  std::vector<bool> counted(plan.model.unit_count());
  for (const Op& op : plan.body) {
    const auto* compute = std::get_if<Compute>(&op);
    if (compute == nullptr || compute->slot != kResident) continue;
    const std::size_t unit = index(compute->unit);
    if (unit >= counted.size() || counted[unit]) continue;
    counted[unit] = true;
    sum += plan.model.group_of(compute->unit).bytes();
  }
  return sum;
}

}  // namespace offledger::plan
