// SPDX-License-Identifier: Apache-2.0
#include "reports/render/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace offledger::render {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15: combining marks and formatting characters that take no cell; the East Asian wide and full-width
// blocks and the emoji that terminals draw two cells wide.
constexpr Range kZeroWidth[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                {0x064B, 0x065F}, {0x0E34, 0x0E3A}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                                {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0},
                                {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                           {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                           {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t c) noexcept {
  const auto* after = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                       [](char32_t v, const Range& r) { return v < r.first; });
  return after != std::begin(ranges) && c <= std::prev(after)->last;
}

std::size_t width_of(char32_t c) noexcept {
  if (c < 0x300) return 1;
  if (in(kZeroWidth, c)) return 0;
  return in(kWide, c) ? 2 : 1;
}

std::string spelled_out(char32_t control) {
  switch (control) {
    case U'\n': return "\\n";
    case U'\t': return "\\t";
    case U'\r': return "\\r";
    default: return fmt::format("\\x{:02x}", static_cast<unsigned>(control));
  }
}

}  // namespace

CodePoint decode_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr CodePoint kInvalid{0xFFFD, 1, false};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return kInvalid;
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return kInvalid;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return kInvalid;
  return {value, length, true};
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    if (!c.valid) {
      out += "\xEF\xBF\xBD";
    } else if (c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0)) {
      out += spelled_out(c.value);
    } else if ((c.value >= 0x202A && c.value <= 0x202E) || (c.value >= 0x2066 && c.value <= 0x2069)) {
      out +=
          fmt::format("\\u{:04x}", static_cast<unsigned>(c.value));  // direction overrides hide what is shown
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::size_t cell_width(std::string_view text) noexcept {
  std::size_t cells = 0;
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    cells += width_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return cells;
}

std::string truncate(std::string_view text, std::size_t width) {
  if (cell_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t cells = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const CodePoint c = decode_utf8(text.substr(bytes));
    if (cells + width_of(c.value) > width - 1) break;
    cells += width_of(c.value);
    bytes += c.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string pad(std::string_view text, std::size_t width, Align align) {
  const std::size_t cells = cell_width(text);
  const std::string space(width > cells ? width - cells : 0, ' ');
  return align == Align::kLeft ? std::string(text) + space : space + std::string(text);
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    std::size_t space = std::min(text.find(' '), text.size());
    while (space > 0 && space < text.size() && text[space - 1] >= '0' && text[space - 1] <= '9') {
      space = std::min(text.find(' ', space + 1), text.size());
    }
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t cells = cell_width(word);
    if (!out.empty() && used + 1 + cells > width) {
      out += '\n' + std::string(indent, ' ');
      used = indent;
    } else if (!out.empty()) {
      out += ' ';
      ++used;
    }
    out += word;
    used += cells;
  }
  return out;
}

std::string bar(double share, std::size_t width) {
  constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  auto eighths = static_cast<std::size_t>(std::lround(clamped * static_cast<double>(width) * 8));
  if (clamped > 0 && eighths == 0 && width > 0) eighths = 1;
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  out += kParts[eighths % 8];
  return pad(out, width, Align::kLeft);
}

}  // namespace offledger::render
