// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/event_slicer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "collectors/import/kineto/json_scan.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers {
namespace {

constexpr std::size_t kPadding = 64;  // simdjson::SIMDJSON_PADDING, asserted in event_parser.cpp
constexpr std::size_t kLongestEvent = std::size_t{1} << 30;
/// How far back a cut is guessed before the block is scanned instead.
constexpr std::size_t kGuessWindow = std::size_t{64} << 10;

/// The last byte before `at` that is no space; `text.size()` where there is none.
std::size_t before(std::string_view text, std::size_t at) noexcept {
  while (at > 0) {
    if (!is_json_space(text[--at])) return at;
  }
  return text.size();
}

}  // namespace

void Slice::reserve(std::size_t events) {
  const std::size_t wanted = events + 2 + kPadding;
  if (wanted <= capacity_) return;
  std::unique_ptr<char[]> larger(new char[wanted]);
  if (buffer_) std::memcpy(larger.get(), buffer_.get(), size_);
  buffer_ = std::move(larger);
  capacity_ = wanted;
}

EventSlicer::Cut EventSlicer::guess(std::string_view text) noexcept {
  const std::size_t stop = text.size() > kGuessWindow ? text.size() - kGuessWindow : 0;
  for (std::size_t brace = text.rfind('{'); brace != std::string_view::npos && brace > stop;
       brace = text.rfind('{', brace - 1)) {
    const std::size_t comma = before(text, brace);
    if (comma == text.size() || text[comma] != ',') continue;
    const std::size_t close = before(text, comma);
    if (close == text.size() || text[close] != '}') continue;
    return {CutAt::kComma, comma, comma + 1};
  }
  return {};
}

EventSlicer::Cut EventSlicer::scan(std::string_view text) noexcept {
  JsonScan scan;
  Cut cut;
  for (std::size_t at = 0; at < text.size(); ++at) {
    scan.step(text[at]);
    if (scan.depth() < 0 && text[at] == ']') return {CutAt::kArrayEnd, at, at + 1};
    // A '}' that closes nothing stays in the slice, for the parser to refuse.
    if (scan.depth() < 0) return {CutAt::kStrayBrace, at + 1, at + 1};
    if (scan.depth() == 0 && text[at] == ',' && !scan.in_string()) cut = {CutAt::kComma, at, at + 1};
  }
  return cut;
}

EventSlicer::Cut EventSlicer::cut_of(std::string_view text, bool at_end) const {
  if (!exact_ && !at_end) {
    if (const Cut cut = guess(text); cut.at != CutAt::kNowhere) return cut;
  }
  Cut cut = scan(text);
  const bool ends_open = at_end && (cut.at == CutAt::kNowhere || cut.at == CutAt::kComma);
  if (ends_open) cut = {bare_ ? CutAt::kFileEnd : CutAt::kNowhere, text.size(), text.size()};
  if (cut.at == CutAt::kArrayEnd || cut.at == CutAt::kFileEnd) {
    // Some writers leave a comma behind the last event.
    const std::size_t last = before(text, cut.events_end);
    if (last != text.size() && text[last] == ',') cut.events_end = last;
  }
  return cut;
}

void EventSlicer::finish(Slice& slice, std::string_view text, const Cut& cut) {
  slice.last_ = ended_ = cut.at == CutAt::kArrayEnd || cut.at == CutAt::kFileEnd;
  unclosed_ = cut.at == CutAt::kFileEnd;
  slice.separator_ = cut.at == CutAt::kComma ? ',' : cut.at == CutAt::kArrayEnd ? ']' : '\0';
  source_.unread(text.substr(cut.rest));
  slice.buffer_[0] = '[';
  slice.buffer_[cut.events_end + 1] = ']';
  slice.size_ = cut.events_end + 2;
}

bool EventSlicer::next(Slice& slice) {
  if (ended_) return false;
  slice.offset_ = source_.offset();
  std::size_t filled = 0;
  for (std::size_t want = block_;; want *= 2) {
    slice.size_ = filled + 1;
    slice.reserve(want);
    char* events = slice.buffer_.get() + 1;
    filled += source_.read(events + filled, want - filled);
    const bool at_end = filled < want;
    const std::string_view text(events, filled);
    const Cut cut = cut_of(text, at_end);
    if (cut.at != CutAt::kNowhere) {
      finish(slice, text, cut);
      return true;
    }
    if (!at_end && want < kLongestEvent) continue;
    source_.unread(text);
    throw Error(
        ErrorKind::kUsage,
        at_end
            ? fmt::format("{}: expected the ']' that ends the events, found the end of the file at byte {}: "
                          "it was cut short; export it again",
                          source_.path(), slice.offset_ + filled)
            : fmt::format("{}: expected events below 1 GiB, found a longer one at byte {}", source_.path(),
                          slice.offset_));
  }
}

std::string EventSlicer::given_back(const Slice& slice) {
  std::string events(slice.events());
  if (slice.separator_ != '\0') events += slice.separator_;
  return events;
}

bool EventSlicer::restart_exactly(const std::string& events_given_back) {
  if (exact_) return false;
  exact_ = true;
  source_.unread(events_given_back);
  ended_ = false;
  unclosed_ = false;
  return true;
}

}  // namespace offledger::importers
