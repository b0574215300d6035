// SPDX-License-Identifier: Apache-2.0
//
// Whether figures from this machine can be trusted, check by check, with the command that mends what can be
// mended. Pure: facts in, checks out. gather() collects the facts that need neither CUDA nor CUPTI; who links
// those adds theirs.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/host/environment.hpp"

namespace offledger::host {

enum class CheckState : std::uint8_t {
  kOk,
  kWarn,    ///< it works, and a figure may suffer
  kFail,    ///< it does not work here
  kAbsent,  ///< there is nothing to check: no GPU, or a build without CUDA
};
std::string_view name_of(CheckState state) noexcept;  ///< "ok", "warn", "fail", "absent"

struct Check {
  std::string name;  ///< "profiling permission"
  CheckState state = CheckState::kAbsent;
  std::string found;    ///< what is so, with figures
  std::string fix;      ///< a command or a step; empty where nothing is to be done
  bool needed = false;  ///< without it nothing is measured on a GPU
};

/// What the checks judge.
struct Facts {
  Environment environment;
  std::string gpu_problem;  ///< nvml::Monitor's; empty where GPUs answer
  std::size_t gpus = 0;
  std::optional<std::string> nvidia_params;  ///< /proc/driver/nvidia/params
  std::uint32_t effective_user = 0;
  std::optional<std::uint32_t> cuda_built;  ///< 13000: the toolkit of this build; nullopt: built without CUDA
  std::optional<std::string> cupti_version;  ///< nullopt: built without CUPTI
  std::optional<std::string>
      cupti_problem;                ///< why recording does not work; nullopt where it does or was not tried
  std::uint64_t pinned_wanted = 0;  ///< bytes a run will lock; 0: not known
};

Facts gather(const nvml::Monitor& monitor, const std::string& root = "");

/// One check a topic, always the same names in the same order.
std::vector<Check> doctor(const Facts& facts);

/// Whether figures from this machine can be trusted, in a sentence or two. What a machine does not tell, as a
/// virtual one its governor, is named and costs no trust: what is needed has been looked at.
std::string verdict(const std::vector<Check>& checks);

}  // namespace offledger::host
