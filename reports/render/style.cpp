// SPDX-License-Identifier: Apache-2.0
#include "reports/render/style.hpp"

namespace offledger::render {
namespace {

std::string_view escape_of(Ink ink) noexcept {
  switch (ink) {
    case Ink::kPlain: return "";
    case Ink::kStrong: return "\x1b[1m";
    case Ink::kFaint: return "\x1b[2m";
    case Ink::kGood: return "\x1b[32m";
    case Ink::kBad: return "\x1b[31m";
    case Ink::kDoubt: return "\x1b[33m";
  }
  return "";
}

}  // namespace

std::string paint(std::string_view text, Ink ink, const Style& style) {
  if (!style.color || ink == Ink::kPlain || text.empty()) return std::string(text);
  return std::string(escape_of(ink)).append(text).append("\x1b[0m");
}

}  // namespace offledger::render
