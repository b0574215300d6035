// SPDX-License-Identifier: Apache-2.0
//
// From an export's keys to a Timeline's rows: processes and threads out of serialised global ids, streams,
// devices as the machine numbers them, strings, and correlation ids that are unique within a process only.

#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "collectors/import/nsys/table.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers::nsys {

/// Threads: one at a time.
class Keys {
 public:
  Keys(Export& file, trace::Timeline& timeline);

  /// globalPid and globalTid hold the process id in bits 24 to 47; globalTid's low 24 bits are the thread id.
  trace::ProcessRow process(std::int64_t global_id);
  trace::ThreadRow thread(std::int64_t global_id);
  /// kNone where the device or the context is no such number. In a process whose devices were renumbered
  /// (CUDA_VISIBLE_DEVICES) the machine's own number is taken.
  trace::StreamRow stream(std::int64_t global_id, std::int64_t device, std::int64_t context,
                          std::int64_t stream);
  trace::Correlation correlation(std::int64_t global_id, std::optional<std::int64_t> id);
  trace::EventSync event(std::int64_t global_id, std::optional<std::int64_t> event_sync_id);
  /// The string of StringIds; kEmpty and an orphan counted where it is not there.
  trace::StringId string(std::optional<std::int64_t> id);
  /// The same, less what base_api_name() takes off.
  trace::StringId api_name(std::optional<std::int64_t> id);
  [[nodiscard]] std::string_view string_text(std::optional<std::int64_t> id) const;

  /// Names of processes, threads and devices.
  void read_names();

 private:
  [[nodiscard]] std::uint64_t keyed(std::int64_t global_id, std::int64_t id);
  [[nodiscard]] std::uint32_t machine_device(std::uint32_t pid, std::uint32_t device) const;

  Export& file_;
  trace::Timeline& timeline_;
  std::unordered_map<std::int64_t, std::string> strings_;
  std::unordered_map<std::int64_t, trace::StringId> interned_, api_names_;
  std::unordered_map<std::uint32_t, trace::ProcessRow> processes_;
  std::unordered_map<std::int64_t, trace::ThreadRow> threads_;
  std::map<std::tuple<std::uint32_t, std::int64_t, std::int64_t, std::int64_t>, trace::StreamRow> streams_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> machine_devices_;
};

}  // namespace offledger::importers::nsys
