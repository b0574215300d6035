// SPDX-License-Identifier: Apache-2.0
#include "reports/history/identity.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <set>

#include "schedules/base/error.hpp"
#include "schedules/base/hash.hpp"

namespace offledger::history {
namespace {

/// Appends values so that different sequences of values give different bytes: each is tagged or has its
/// length first.
class Canonical {
 public:
  Canonical& add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  Canonical& add(const std::string& text) { return add(std::string_view(text)); }
  Canonical& add(const char* text) { return add(std::string_view(text)); }
  Canonical& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(number >> shift & 0xff);
    return *this;
  }
  Canonical& add(bool flag) { return add(std::uint64_t{flag}); }
  Canonical& add(int number) { return add(static_cast<std::uint64_t>(static_cast<std::int64_t>(number))); }
  Canonical& add(std::uint32_t number) { return add(std::uint64_t{number}); }
  /// What SQLite gives back: NaN is stored as null, and -0.0 equals 0.0.
  Canonical& add(std::optional<double> value) {
    const bool present = value && !std::isnan(*value);
    add(present);
    return present ? add(std::bit_cast<std::uint64_t>(*value + 0.0)) : *this;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

void add_rep(Canonical& out, const Rep& rep) {
  out.add(rep.number).add(rep.process).add(rep.block).add(rep.order).add(rep.exit_code);
  out.add(rep.values.size());
  for (const auto& [metric, value] : rep.values) out.add(metric).add(value);
  out.add(rep.causes_ns.size());
  for (const auto& [cause, ns] : rep.causes_ns) out.add(cause).add(std::optional(ns));
}

void add_cell(Canonical& out, const Cell& cell) {
  out.add(cell.key.schedule).add(cell.key.workload).add(cell.key.device_profile).add(cell.key.protocol);
  out.add(cell.schedule_hash).add(cell.deterministic);
  out.add(cell.reps.size());
  for (const auto& rep : cell.reps) add_rep(out, rep);
  out.add(cell.findings.size());
  for (const auto& finding : cell.findings) out.add(finding.id).add(finding.detail).add(finding.disqualifies);
  out.add(cell.artifacts.size());
  for (const auto& artifact : cell.artifacts) out.add(artifact.kind).add(artifact.content_hash);
}

}  // namespace

std::string content_of(const Run& run) {
  Canonical out;
  out.add("offledger.run/1");
  out.add(run.label).add(run.commit).add(run.merge_base).add(run.branch).add(run.side);
  out.add(run.dirty).add(run.complete).add(run.suite).add(run.tool_version);
  const auto& machine = run.machine_class;
  out.add(machine.device_kind).add(machine.device_name).add(machine.device_memory_bytes);
  out.add(machine.pcie).add(machine.cpu);
  out.add(run.environment.instance)
      .add(run.environment.driver)
      .add(run.environment.cuda)
      .add(run.environment.kernel);
  out.add(run.cells.size());
  for (const auto& cell : run.cells) add_cell(out, cell);
  out.add(run.env_samples.size());
  for (const auto& sample : run.env_samples) out.add(sample.moment).add(sample.name).add(sample.value);
  return content_hash(out.bytes());
}

std::string run_id(const std::string& content, std::int64_t occurrence) {
  return occurrence == 0 ? content : content_hash(fmt::format("{}#{}", content, occurrence));
}

void check_unique(const Run& run) {
  std::set<CellKey> seen;
  for (const auto& cell : run.cells) {
    const auto& key = cell.key;
    if (!seen.insert(key).second) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("run: expected each cell once, found schedule '{}' on workload '{}' twice",
                              key.schedule, key.workload));
    }
    std::set<std::uint32_t> numbers;
    for (const auto& rep : cell.reps) {
      if (!numbers.insert(rep.number).second) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format(
                "run: expected each repetition once, found number {} of schedule '{}' on workload '{}' "
                "twice",
                rep.number, key.schedule, key.workload));
      }
    }
  }
}

}  // namespace offledger::history
