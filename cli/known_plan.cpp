// SPDX-License-Identifier: Apache-2.0
#include "cli/known_plan.hpp"

#include "harness/model/workload.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::cli {
namespace {

bool ships(std::span<const EmbeddedFile> files, const std::string& name) {
  return find_embedded(files, name + ".json") != nullptr;
}

}  // namespace

std::optional<plan::Plan> known_plan(const trace::Provenance& source, const std::string& schedule_hash) {
  if (source.device_kind == trace::DeviceKind::kImport) return std::nullopt;
  if (!ships(language::catalogue_files(), source.schedule) ||
      !ships(model::workload_files(), source.workload)) {
    return std::nullopt;
  }
  const auto schedule = language::find_schedule(source.schedule);
  if (!schedule_hash.empty() && schedule_hash != schedule->content_hash()) return std::nullopt;
  return schedule->compile(model::find_workload(source.workload).shape);
}

}  // namespace offledger::cli
