// SPDX-License-Identifier: Apache-2.0
//
// Text in terminal cells. A byte is not a character and a character is not a column: "é" is two bytes and one
// cell, "層" is three bytes and two. Names come from traces of programs we did not write, so everything shown
// goes through printable() first: no name can move the cursor or recolour a terminal.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reports/render/style.hpp"

namespace offledger::render {

/// One code point of UTF-8: its value and how many bytes it takes. Invalid bytes give U+FFFD, one byte each.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = true;
};
/// Requires: text is not empty.
CodePoint decode_utf8(std::string_view text) noexcept;

/// Valid UTF-8 without control characters: those become "\n", "\x1b" and the like, spelled out; invalid bytes
/// U+FFFD.
std::string printable(std::string_view text);

/// Terminal cells that printable text takes: 0 for combining marks, 2 for wide characters.
std::size_t cell_width(std::string_view text) noexcept;

/// At most `width` cells of it, the last one "…" where something was cut.
std::string truncate(std::string_view text, std::size_t width);

/// Filled with spaces up to `width` cells; longer text stays as it is.
std::string pad(std::string_view text, std::size_t width, Align align);

/// Lines of at most `width` cells, broken at spaces but not between a number and its unit; a longer word
/// stands on a line of its own. Lines after the first begin with `indent` spaces.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

/// A horizontal bar of `width` cells filled to `share` (0..1) in eighths of a cell, padded with spaces. A
/// share above zero shows at least an eighth, so that little is not mistaken for nothing.
std::string bar(double share, std::size_t width);

}  // namespace offledger::render
