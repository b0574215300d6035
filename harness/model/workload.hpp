// SPDX-License-Identifier: Apache-2.0
//
// Workloads: a model's shape, how many tokens it is given, and what each unit costs to compute. Data, not
// code: one JSON file each in harness/model/workloads (JSON Schema beside them); the simulated device plays
// the times, the CUDA core runs the architecture.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schedules/base/embedded.hpp"
#include "schedules/base/units.hpp"
#include "schedules/plan/model_shape.hpp"

namespace offledger::model {

/// A Llama-architecture decoder. Bytes a weight: 2 (bf16).
struct Architecture {
  std::uint32_t hidden = 0, ffn = 0, heads = 0, kv_heads = 0, head_dim = 0, vocab = 0;
  float rope_theta = 500000.0F;
  float norm_eps = 1e-5F;
  bool operator==(const Architecture&) const = default;
};

/// The time and the launches of one unit of a group.
struct UnitCost {
  Nanos compute{};
  std::uint32_t kernels = 1;
  bool operator==(const UnitCost&) const = default;
};

struct Workload {
  std::string name;
  std::string title;  ///< one line for a person
  plan::ModelShape shape;
  std::vector<UnitCost> costs;  ///< one a group of `shape`
  std::uint32_t steps = 3;      ///< step 0 is cold
  std::uint32_t tokens = 1;     ///< per sequence and step: prefill length, 1 for decode
  std::uint32_t batch = 1;
  std::uint32_t context = 0;  ///< KV entries before step 0 (decode)
  std::optional<std::uint64_t>
      link_bytes_per_s;  ///< overrides the device profile's plateau (the seed's constants)
  std::optional<Architecture> architecture;  ///< absent: simulated only
  std::uint32_t unique_layers = 0;           ///< host memory holds this many layers' weights; 0 is all
  bool operator==(const Workload&) const = default;
};

/// Parses a workload file; errors as schedules/base/json.hpp says.
Workload parse_workload(std::string_view text, const std::string& file);

/// The shipped workloads' files, and one by name or path. An unknown name is an Error(kUsage) with the
/// nearest.
std::span<const EmbeddedFile> workload_files();
Workload find_workload(const std::string& name_or_path);

/// The same workload cut into the units a schedule asked for: "sublayer" (as given), "layer" (groups merged).
Workload regroup(const Workload& workload, const plan::ModelShape& shape);

}  // namespace offledger::model
