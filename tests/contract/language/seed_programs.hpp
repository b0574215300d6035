// SPDX-License-Identifier: Apache-2.0
//
// The four versions of the engine as programs, line by line as its author writes their loops in Python. The
// catalogue has the same four as JSON; a test holds the plans against each other.

#pragma once

#include <memory>
#include <string>

#include "schedules/language/weight_manager.hpp"

namespace offledger::language {

inline void forward_history1(WeightManager& wm, std::uint32_t layer) {
  wm.ensure_group_on_gpu(layer, "attn");
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "attn");
  wm.attention(layer);
  wm.ensure_group_on_gpu(layer, "ffn");
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "ffn");
  wm.feed_forward(layer);
}

inline void forward_history(WeightManager& wm, std::uint32_t layer) {
  wm.wait_group_ready(layer, "attn", wm.compute_mha());
  wm.prefetch_group_async(layer, "ffn");
  wm.attention(layer);
  wm.wait_group_ready(layer, "ffn", wm.compute_ffn());
  wm.prefetch_group_async(layer + 1, "attn");
  wm.feed_forward(layer);
}

inline void forward_stage1(WeightManager& wm, std::uint32_t layer) {
  wm.wait_group_ready(layer, "attn", wm.compute_mha());
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "attn");
  wm.attention(layer);
  wm.wait_group_ready(layer, "ffn", wm.compute_ffn());
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "ffn");
  wm.feed_forward(layer);
}

/// The own ffn is asked for last here, to show that priority orders the copy queue.
inline void forward_stage2(WeightManager& wm, std::uint32_t layer) {
  wm.ensure_group_on_gpu(layer, "attn");
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "attn");
  wm.prefetch_group_async(layer, "ffn", {.pin = true, .priority = PrefetchOptions::Priority::kHigh});
  wm.attention(layer);
  wm.ensure_group_on_gpu(layer, "ffn");
  for (std::uint32_t off = 1; off < 5; ++off) wm.prefetch_group_async(layer + off, "ffn");
  wm.feed_forward(layer);
}

inline std::unique_ptr<Schedule> seed_program(const std::string& name) {
  const auto make = [&name](std::uint32_t slots, WeightManagerSchedule::Forward forward) {
    return std::make_unique<WeightManagerSchedule>(name, "as a program",
                                                   WeightManagerSchedule::Options{slots}, std::move(forward));
  };
  if (name == "history1") return make(5, forward_history1);
  if (name == "history") return make(2, forward_history);
  if (name == "stage1") return make(5, forward_stage1);
  return make(5, forward_stage2);
}

}  // namespace offledger::language
