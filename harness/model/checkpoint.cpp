// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <vector>

#include "harness/model/mapped_file.hpp"
#include "harness/model/safetensors.hpp"
#include "harness/model/weights.hpp"
#include "schedules/base/json.hpp"

namespace offledger::model {
namespace {

constexpr const char* kWhole = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

class Checkpoint final : public WeightSource {
 public:
  explicit Checkpoint(const std::string& directory) : config_(load_config(directory + "/config.json")) {
    const std::string index = directory + "/" + kIndex;
    if (std::filesystem::exists(index)) {
      open_shards(directory, index);
    } else {
      add_file(directory + "/" + kWhole);
    }
    check_all(directory);
  }

  const LlamaConfig& config() const noexcept override { return config_; }

  void read(TensorKind kind, std::uint32_t layer, std::span<Bf16> out) const override {
    const std::string name = stored_name(kind, layer);
    to_bf16(find(name), out, name);
  }

  std::optional<SyntheticTensor> synthetic(TensorKind, std::uint32_t) const override { return std::nullopt; }

 private:
  std::string stored_name(TensorKind kind, std::uint32_t layer) const {
    const bool tied = kind == TensorKind::kHead && config_.tied_embeddings;
    return checkpoint_name(tied ? TensorKind::kEmbedding : kind, layer);
  }

  const StoredTensor& find(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw Error(ErrorKind::kUsage, fmt::format("the checkpoint has no tensor '{}'", name));
    }
    return found->second;
  }

  void add_file(const std::string& path) {
    const MappedFile& file = files_.emplace_back(path);
    for (auto& [name, tensor] : parse_safetensors(file.bytes(), path)) {
      if (!tensors_.emplace(name, std::move(tensor)).second) {
        throw Error(ErrorKind::kUsage, fmt::format("{}: tensor '{}' is in another shard too", path, name));
      }
    }
  }

  /// {"weight_map": {tensor: file}}. A shard is a name beside the index, not a path out of it.
  void open_shards(const std::string& directory, const std::string& index) {
    const json::Document document = json::Document::load(index);
    std::map<std::string, bool> shards;
    for (const auto& [tensor, file] : document.root().object().at("weight_map").object().members()) {
      const std::string name = file.string();
      if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
        throw file.error("expected the name of a file in the same directory, found \"" + name + "\"");
      }
      shards.emplace(name, true);
    }
    files_.reserve(shards.size());
    for (const auto& [name, used] : shards) add_file(directory + "/" + name);
  }

  void check(TensorKind kind, std::uint32_t layer, const std::string& directory) const {
    const std::string name = stored_name(kind, layer);
    const StoredTensor& tensor = find(name);
    const MatrixShape expected = shape_of(config_, kind);
    const std::vector<std::uint64_t> wanted = is_norm(kind)
                                                  ? std::vector<std::uint64_t>{expected.cols}
                                                  : std::vector<std::uint64_t>{expected.rows, expected.cols};
    if (tensor.shape != wanted) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: tensor '{}' has shape [{}]; config.json says [{}]", directory, name,
                              fmt::join(tensor.shape, ", "), fmt::join(wanted, ", ")));
    }
  }

  void check_all(const std::string& directory) const {
    for (std::uint32_t layer = 0; layer < config_.layers; ++layer) {
      for (const TensorKind kind : kLayerOrder) check(kind, layer, directory);
    }
    for (const TensorKind kind : {TensorKind::kEmbedding, TensorKind::kFinalNorm, TensorKind::kHead}) {
      check(kind, 0, directory);
    }
  }

  LlamaConfig config_;
  std::vector<MappedFile> files_;
  StoredTensors tensors_;
};

}  // namespace

std::unique_ptr<WeightSource> open_checkpoint(const std::string& directory) {
  return std::make_unique<Checkpoint>(directory);
}

}  // namespace offledger::model
