// SPDX-License-Identifier: Apache-2.0
//
// A schedule as a program: the weight manager of a streaming engine, whose calls write a plan instead of
// moving weights. It is for what JSON cannot say, and for reading an engine's own loop line by line:
//
//     WeightManagerSchedule stage1("stage1", "no blocking", {.slots = 5}, [](WeightManager& wm, std::uint32_t
//     layer) {
//       wm.wait_group_ready(layer, "attn", wm.compute_mha());
//       for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "attn");
//       wm.attention(layer);
//       wm.wait_group_ready(layer, "ffn", wm.compute_ffn());
//       for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "ffn");
//       wm.feed_forward(layer);
//     });

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "schedules/language/schedule.hpp"

namespace offledger::language {

struct PrefetchOptions {
  enum class Priority { kNormal, kHigh };
  /// The slot is not given to another unit before this one has been computed: that would be an Error.
  bool pin = false;
  /// kHigh goes ahead of what the same unit prefetches at kNormal. Order is all that priority can mean on one
  /// stream.
  Priority priority = Priority::kNormal;
};

/// Writes one step. Layers are computed in order, attn then ffn; a group is made ready, then what is
/// prefetched during it is named, then it is computed. A call out of that order is an Error(kUsage). Threads:
/// one.
class WeightManager {
 public:
  struct Implementation;
  explicit WeightManager(Implementation& implementation) : implementation_(implementation) {}

  [[nodiscard]] plan::StreamId compute_mha() const;
  [[nodiscard]] plan::StreamId compute_ffn() const;

  /// The host blocks until the group has arrived; it is copied on demand where nothing fetched it.
  void ensure_group_on_gpu(std::uint32_t layer, std::string_view group);
  /// The stream waits until the group has arrived; likewise.
  void wait_group_ready(std::uint32_t layer, std::string_view group, plan::StreamId compute_stream);
  /// Nothing where the group is there or on its way, and nothing beyond the last layer.
  void prefetch_group_async(std::uint32_t layer, std::string_view group, PrefetchOptions options = {});

  void attention(std::uint32_t layer);
  void feed_forward(std::uint32_t layer);

 private:
  Implementation& implementation_;
};

class WeightManagerSchedule final : public Schedule {
 public:
  struct Options {
    std::uint32_t slots = 2;  ///< of each group, layer % slots
  };
  /// Called for each layer of a step, in order; must do the same each time it is called.
  using Forward = std::function<void(WeightManager&, std::uint32_t layer)>;

  WeightManagerSchedule(std::string name, std::string title, Options options, Forward forward);

  const std::string& name() const noexcept override { return name_; }
  const std::string& title() const noexcept override { return title_; }
  const std::string& variant_of() const noexcept override { return none_; }
  /// Of the name and options: a program has no text to hash, so change its name when its steps change.
  const std::string& content_hash() const noexcept override { return hash_; }
  bool wraps() const noexcept override { return false; }
  plan::Plan compile(const plan::ModelShape& model) const override;

 private:
  std::string name_, title_, none_, hash_;
  Options options_;
  Forward forward_;
};

}  // namespace offledger::language
