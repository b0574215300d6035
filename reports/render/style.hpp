// SPDX-License-Identifier: Apache-2.0
//
// How text reaches a terminal: its width in cells, and whether colour is welcome. cli/ looks both up
// (NO_COLOR, "is it a terminal"); nothing here does.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace offledger::render {

struct Style {
  bool color = false;
  std::size_t width = 100;
};

enum class Align { kLeft, kRight };

/// What a colour means here; meaning never rests on colour alone.
enum class Ink : std::uint8_t {
  kPlain,
  kStrong,  ///< headings and totals
  kFaint,   ///< what may be skipped
  kGood,
  kBad,
  kDoubt,  ///< inconclusive, cold, not to be trusted
};

/// The text in that ink; unchanged where the style has no colour.
std::string paint(std::string_view text, Ink ink, const Style& style);

}  // namespace offledger::render
