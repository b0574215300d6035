// SPDX-License-Identifier: Apache-2.0
//
// A Hugging Face directory written here, whole and sharded, read back; then damaged in each way a user meets.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "harness/model/weights.hpp"
#include "schedules/base/error.hpp"
#include "tests/unit/safetensors/file_builder.hpp"

namespace offledger::model {
namespace {

constexpr const char* kConfig = R"({"model_type": "llama", "hidden_size": 16, "intermediate_size": 24,
  "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 10,
  "rope_theta": 10000.0, "rms_norm_eps": 1e-05, "tie_word_embeddings": false})";

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("offledger-checkpoint-" + std::to_string(getpid()) + "-" +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
    write("config.json", kConfig);
    source_ = synthetic_weights(parse_config(kConfig, "config.json"), 77);
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
      for (const TensorKind kind : kLayerOrder) add(kind, layer);
    }
    for (const TensorKind kind : {TensorKind::kEmbedding, TensorKind::kFinalNorm, TensorKind::kHead})
      add(kind, 0);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  struct Stored {
    std::vector<std::uint64_t> shape;
    std::vector<Bf16> values;
  };

  void add(TensorKind kind, std::uint32_t layer) {
    const MatrixShape shape = shape_of(source_->config(), kind);
    Stored stored{is_norm(kind) ? std::vector{shape.cols} : std::vector{shape.rows, shape.cols}, {}};
    stored.values.resize(shape.elements());
    source_->read(kind, layer, stored.values);
    tensors_[checkpoint_name(kind, layer)] = stored;
  }

  void write(const std::string& name, std::string_view text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }

  /// The tensors whose names `wanted` accepts, as one file.
  template <typename Wanted>
  void write_tensors(const std::string& file, Wanted wanted) {
    std::string header = "{";
    std::vector<std::byte> data;
    for (const auto& [name, stored] : tensors_) {
      if (!wanted(name)) continue;
      const auto bytes = test::bytes_of(stored.values);
      header += fmt::format(R"({}"{}":{{"dtype":"BF16","shape":[{}],"data_offsets":[{},{}]}})",
                            header.size() > 1 ? "," : "", name, fmt::join(stored.shape, ","), data.size(),
                            data.size() + bytes.size());
      data.insert(data.end(), bytes.begin(), bytes.end());
    }
    const auto bytes = test::safetensors(header + "}", data);
    write(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  void write_whole() {
    write_tensors("model.safetensors", [](const std::string&) { return true; });
  }
  void write_index(const std::string& first, const std::string& second) {
    std::string map;
    for (const auto& [name, stored] : tensors_) {
      map += fmt::format(R"({}"{}":"{}")", map.empty() ? "" : ",", name, is_second(name) ? second : first);
    }
    write("model.safetensors.index.json",
          fmt::format(R"({{"metadata":{{"total_size":1}},"weight_map":{{{}}}}})", map));
  }
  static bool is_second(const std::string& name) { return name.find("layers.1") != std::string::npos; }

  void expect_same() {
    const auto found = open_checkpoint(directory_.string());
    EXPECT_EQ(found->config(), source_->config());
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
      for (const TensorKind kind : kLayerOrder) {
        std::vector<Bf16> values(shape_of(source_->config(), kind).elements());
        found->read(kind, layer, values);
        EXPECT_EQ(values, tensors_.at(checkpoint_name(kind, layer)).values) << checkpoint_name(kind, layer);
      }
    }
  }
  std::string error() {
    try {
      (void)open_checkpoint(directory_.string());
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
  }

  std::filesystem::path directory_;
  std::unique_ptr<WeightSource> source_;
  std::map<std::string, Stored> tensors_;
};

TEST_F(CheckpointTest, ReadsOneFile) {
  write_whole();
  expect_same();
}

TEST_F(CheckpointTest, ReadsShards) {
  write_tensors("a.safetensors", [](const std::string& name) { return !is_second(name); });
  write_tensors("b.safetensors", is_second);
  write_index("a.safetensors", "b.safetensors");
  expect_same();
}

TEST_F(CheckpointTest, ATiedHeadNeedsNoTensor) {
  std::string config = kConfig;
  config.replace(config.find("false"), 5, "true ");
  write("config.json", config);
  tensors_.erase("lm_head.weight");
  write_whole();
  const auto found = open_checkpoint(directory_.string());
  std::vector<Bf16> head(10 * 16);
  found->read(TensorKind::kHead, 0, head);
  EXPECT_EQ(head, tensors_.at("model.embed_tokens.weight").values);
}

TEST_F(CheckpointTest, WhatIsMissingIsNamed) {
  EXPECT_NE(error().find("model.safetensors"), std::string::npos) << "no weights at all";
  tensors_.erase("model.layers.1.mlp.up_proj.weight");
  write_whole();
  EXPECT_NE(error().find("model.layers.1.mlp.up_proj.weight"), std::string::npos);
  std::filesystem::remove(directory_ / "config.json");
  EXPECT_NE(error().find("config.json"), std::string::npos);
}

TEST_F(CheckpointTest, AShapeThatTheConfigDoesNotSayIsRefused) {
  tensors_.at("model.norm.weight").shape = {4, 4};
  write_whole();
  const std::string message = error();
  EXPECT_NE(message.find("model.norm.weight"), std::string::npos) << message;
  EXPECT_NE(message.find("[4, 4]"), std::string::npos) << message;
}

TEST_F(CheckpointTest, AMissingShardIsNamed) {
  write_tensors("a.safetensors", [](const std::string& name) { return !is_second(name); });
  write_index("a.safetensors", "b.safetensors");
  EXPECT_NE(error().find("b.safetensors"), std::string::npos);
}

TEST_F(CheckpointTest, AShardOutsideTheDirectoryIsRefused) {
  write_whole();
  write_index("model.safetensors", "../elsewhere.safetensors");
  EXPECT_NE(error().find("same directory"), std::string::npos);
}

TEST_F(CheckpointTest, ATensorInTwoShardsIsRefused) {
  write_tensors("a.safetensors", [](const std::string&) { return true; });
  write_tensors("b.safetensors", is_second);
  write_index("a.safetensors", "b.safetensors");
  EXPECT_NE(error().find("another shard"), std::string::npos);
}

}  // namespace
}  // namespace offledger::model
