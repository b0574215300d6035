// SPDX-License-Identifier: Apache-2.0
//
// How much a recording holds. Each level is the one before and something more, and costs more a call: what
// each costs on a machine is measured by collector_cost_bench; docs/recording.md says what each is needed
// for.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace offledger::cupti {

enum class Level : std::uint8_t {
  kOperations,       ///< kernels, copies, memsets: the ledger
  kRuntime,          ///< + runtime calls: the host's side, launches and who made them
  kSynchronization,  ///< + synchronisation, event records, stream waits: causes
  kDriver,           ///< + driver calls that enqueue, wait or allocate; overhead: back-pressure
};

inline constexpr Level kLevels[] = {Level::kOperations, Level::kRuntime, Level::kSynchronization,
                                    Level::kDriver};

/// "operations", "runtime", "sync", "driver", as options spell them.
std::string_view name_of(Level level) noexcept;
std::optional<Level> level_of(std::string_view name) noexcept;

/// Runtime functions that neither enqueue, wait nor allocate, and that frameworks call by the thousand: left
/// out of recordings.
bool is_runtime_chatter(std::string_view api) noexcept;
/// Driver functions that enqueue, wait or allocate: the ones recorded.
bool is_driver_work(std::string_view api) noexcept;

}  // namespace offledger::cupti
