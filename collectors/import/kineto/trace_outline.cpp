// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/trace_outline.hpp"

#include <fmt/format.h>

#include "collectors/import/kineto/json_scan.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;
constexpr std::size_t kLongestMember = std::size_t{1} << 20;
constexpr std::size_t kLongestKey = 256;
constexpr std::size_t kMostKeys = 16;
constexpr std::string_view kWantedMembers[] = {"deviceProperties", "baseTimeNanoseconds"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string shown(int c) {
  if (c < 0) return "the end of the file";
  if (c < 0x20 || c > 0x7E) return fmt::format("byte 0x{:02x}", c);
  return fmt::format("'{}'", static_cast<char>(c));
}

}  // namespace

bool TraceOutline::refill() {
  block_.resize(kBlock);
  block_.resize(source_.read(block_.data(), kBlock));
  at_ = 0;
  return !block_.empty();
}

int TraceOutline::take() {
  if (at_ == block_.size() && !refill()) return -1;
  return static_cast<unsigned char>(block_[at_++]);
}

int TraceOutline::peek() {
  for (;;) {
    const int c = take();
    if (c < 0) return c;
    if (is_json_space(static_cast<char>(c))) continue;
    --at_;
    return c;
  }
}

void TraceOutline::refuse(std::string_view expected, int found) const {
  const std::uint64_t at = source_.offset() - (block_.size() - at_);
  throw Error(
      ErrorKind::kUsage,
      fmt::format("{}: expected {} at byte {}, found {}: this is no trace that offledger reads (PyTorch or "
                  "Chrome trace JSON, plain or gzip; Nsight Systems SQLite; an offledger recording)",
                  source_.path(), expected, at, shown(found)));
}

std::string TraceOutline::take_string() {
  if (const int c = peek(); c != '"') refuse("a key", c);
  take();
  JsonScan scan;
  scan.step('"');
  std::string text;
  for (;;) {
    const int c = take();
    if (c < 0) refuse("the end of a key", c);
    scan.step(static_cast<char>(c));
    if (!scan.in_string()) return text;
    if (text.size() < kLongestKey) text.push_back(static_cast<char>(c));
  }
}

std::string TraceOutline::take_value() {
  std::string text;
  JsonScan scan;
  for (;;) {
    const int c = take();
    if (c < 0) refuse("',' or '}'", c);
    const bool separator = !scan.in_string() && scan.depth() == 0 && (c == ',' || c == '}' || c == ']');
    if (separator) {
      --at_;
      return text.size() > kLongestMember ? std::string() : text;
    }
    scan.step(static_cast<char>(c));
    if (text.size() <= kLongestMember) text.push_back(static_cast<char>(c));
  }
}

bool TraceOutline::next_events() {
  if (!opened_) {
    opened_ = true;
    if (refill() && block_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    const int c = peek();
    bare_ = c == '[';
    if (c != '{' && c != '[') refuse("'{' or '['", c);
    take();
    if (bare_) {
      source_.unread(std::string_view(block_).substr(at_));
      block_.clear();
      at_ = 0;
      return true;
    }
  }
  if (bare_) return false;
  for (;;) {
    if (peek() == ',') take();
    if (peek() == '}') return false;
    const std::string key = take_string();
    if (keys_.size() < kMostKeys) keys_.push_back(key);
    if (const int c = peek(); c != ':') refuse("':'", c);
    take();
    if (peek() == '[' && key == "traceEvents") {
      take();
      source_.unread(std::string_view(block_).substr(at_));
      block_.clear();
      at_ = 0;
      return true;
    }
    std::string value = take_value();
    for (const std::string_view wanted : kWantedMembers) {
      if (key == wanted) members_[key] = std::move(value);
    }
  }
}

const std::string& TraceOutline::member(const std::string& key) const {
  static const std::string kAbsent;
  const auto found = members_.find(key);
  return found == members_.end() ? kAbsent : found->second;
}

}  // namespace offledger::importers
