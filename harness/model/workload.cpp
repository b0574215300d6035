// SPDX-License-Identifier: Apache-2.0

#include "harness/model/workload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/model/total.hpp"
#include "schedules/base/json.hpp"

namespace offledger::model {
namespace {

constexpr std::int64_t kMostLayers = 10'000;
constexpr std::int64_t kMostKernels = 100'000;
constexpr std::int64_t kMostSteps = 100'000;
/// A recording holds about 100 bytes a launch: this is 2 GB.
constexpr std::uint64_t kMostLaunches = 20'000'000;

plan::Tensor parse_tensor(const json::Value& value) {
  json::Object object = value.object();
  plan::Tensor tensor;
  tensor.name = object.at("name").string();
  tensor.bytes = static_cast<std::uint64_t>(object.at("bytes").integer(1));
  object.finish();
  return tensor;
}

/// Adds the group and its cost to the workload.
void parse_group(const json::Value& value, Workload& workload) {
  json::Object object = value.object();
  plan::Group group;
  group.name = object.at("name").string();
  for (const plan::Group& other : workload.shape.groups) {
    if (other.name == group.name) throw value.error(fmt::format("group '{}' is named twice", group.name));
  }
  const json::Value tensors = object.at("tensors");
  Total bytes;
  for (const json::Value& tensor : tensors.array()) {
    group.tensors.push_back(parse_tensor(tensor));
    bytes.add(group.tensors.back().bytes);
  }
  if (group.tensors.empty()) throw tensors.error("expected at least one tensor");
  if (bytes.overflowed()) throw tensors.error("the tensors' bytes sum to more than 2^62");
  UnitCost cost;
  cost.compute = nanos(object.at("compute_ns").integer(1));
  cost.kernels = static_cast<std::uint32_t>(object.get("kernels", 1, 1, kMostKernels));
  object.finish();
  workload.shape.groups.push_back(std::move(group));
  workload.costs.push_back(cost);
}

Architecture parse_architecture(const json::Value& value) {
  json::Object object = value.object();
  const auto size = [&object](std::string_view key) {
    return static_cast<std::uint32_t>(object.at(key).integer(1, std::int64_t{1} << 24));
  };
  Architecture architecture;
  architecture.hidden = size("hidden");
  architecture.ffn = size("ffn");
  architecture.heads = size("heads");
  architecture.kv_heads = size("kv_heads");
  architecture.head_dim = size("head_dim");
  architecture.vocab = size("vocab");
  if (const auto theta = object.find("rope_theta")) {
    architecture.rope_theta = static_cast<float>(theta->number(1.0, 1e12));
  }
  if (const auto eps = object.find("norm_eps"))
    architecture.norm_eps = static_cast<float>(eps->number(0.0, 1.0));
  object.finish();
  if (architecture.heads % architecture.kv_heads != 0) {
    throw value.error(fmt::format("expected heads ({}) to be a multiple of kv_heads ({})", architecture.heads,
                                  architecture.kv_heads));
  }
  return architecture;
}

/// What can be said only of the whole: that nothing downstream can overflow.
void check_totals(const json::Value& root, const Workload& workload) {
  Total bytes;
  Total time;
  Total launches;
  const std::uint64_t steps = workload.steps;
  for (std::size_t row = 0; row < workload.costs.size(); ++row) {
    bytes.add_product(workload.shape.groups[row].bytes(), workload.shape.layers, steps);
    time.add_product(static_cast<std::uint64_t>(workload.costs[row].compute.count()), workload.shape.layers,
                     steps);
    launches.add_product(workload.costs[row].kernels, workload.shape.layers, steps);
  }
  if (bytes.overflowed()) throw root.error("layers x bytes x steps is more than 2^62");
  if (time.overflowed()) throw root.error("layers x compute_ns x steps is more than 2^62 ns");
  if (launches.overflowed() || launches.value() > kMostLaunches) {
    throw root.error(fmt::format("layers x kernels x steps is more than {} launches", kMostLaunches));
  }
}

}  // namespace

Workload parse_workload(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  const json::Value root = document.root();
  json::Object object = root.object();
  Workload workload;
  workload.name = object.at("name").string();
  workload.title = object.get("title", "");
  workload.shape.layers = static_cast<std::uint32_t>(object.at("layers").integer(1, kMostLayers));
  const json::Value groups = object.at("groups");
  for (const json::Value& group : groups.array()) parse_group(group, workload);
  if (workload.shape.groups.empty()) throw groups.error("expected at least one group");
  workload.steps = static_cast<std::uint32_t>(object.get("steps", 3, 1, kMostSteps));
  workload.tokens = static_cast<std::uint32_t>(object.get("tokens", 1, 1, 1 << 24));
  workload.batch = static_cast<std::uint32_t>(object.get("batch", 1, 1, 1 << 16));
  workload.context = static_cast<std::uint32_t>(object.get("context", 0, 0, 1 << 24));
  if (const auto link = object.find("link_bytes_per_s")) {
    workload.link_bytes_per_s = static_cast<std::uint64_t>(link->integer(kLeastBandwidth, kMostBandwidth));
  }
  if (const auto architecture = object.find("architecture")) {
    workload.architecture = parse_architecture(*architecture);
  }
  workload.unique_layers =
      static_cast<std::uint32_t>(object.get("unique_layers", 0, 0, workload.shape.layers));
  object.finish();
  check_totals(root, workload);
  return workload;
}

Workload find_workload(const std::string& name_or_path) {
  if (const EmbeddedFile* file = find_embedded(workload_files(), name_or_path + ".json")) {
    return parse_workload(file->text, std::string(file->name));
  }
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".json")) {
    return parse_workload(json::read_file(name_or_path), name_or_path);
  }
  std::vector<std::string_view> known;
  for (const EmbeddedFile& file : workload_files())
    known.push_back(file.name.substr(0, file.name.rfind('.')));
  throw Error(ErrorKind::kUsage,
              fmt::format("no workload '{}'{}. Give a name, or the path of a file (./mine.json)",
                          name_or_path, suggest(name_or_path, known)));
}

}  // namespace offledger::model
