// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/event_parser.hpp"

#include <simdjson.h>

#include <cstring>

#include "collectors/import/kineto/exact_time.hpp"
#include "collectors/import/kineto/json_scan.hpp"

namespace offledger::importers {
namespace {

namespace ondemand = simdjson::ondemand;
static_assert(simdjson::SIMDJSON_PADDING <= 64, "Slice pads by 64 bytes");

/// Whether a key (its text behind the opening quote; the slice is padded) is `literal`.
template <std::size_t size>
bool is(const char* key, const char (&literal)[size]) noexcept {
  return std::memcmp(key, literal, size - 1) == 0 && key[size - 1] == '"';
}

/// A value's raw JSON without the spaces behind it.
std::string_view token_of(ondemand::value& value) noexcept {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && is_json_space(token.back())) token.remove_suffix(1);
  return token;
}

/// A number, or a number in a string.
std::optional<std::int64_t> number_of(ondemand::value& value) noexcept {
  std::string_view token = token_of(value);
  if (token.size() >= 2 && token.front() == '"') token = token.substr(1, token.size() - 2);
  return integer_of(token);
}

/// Text, unescaped; empty for a value that is no string or whose escapes are broken. Most has nothing to
/// unescape and is left where it stands.
std::string_view text_of(ondemand::value& value) noexcept {
  const std::string_view token = token_of(value);
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return {};
  if (std::memchr(token.data(), '\\', token.size()) == nullptr) return token.substr(1, token.size() - 2);
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

void take_arg(Event& event, const char* key, ondemand::value& value) noexcept {
  switch (key[0]) {
    case 'b':
      if (is(key, "bytes")) event.bytes = number_of(value);
      break;
    case 'c':
      if (is(key, "correlation")) event.correlation = number_of(value);
      if (is(key, "context")) event.context = number_of(value);
      if (is(key, "cuda_sync_kind")) event.sync_kind = text_of(value);
      break;
    case 'd':
      if (is(key, "device")) event.device = number_of(value);
      break;
    case 'g':
      if (is(key, "graph id")) event.graph = number_of(value);
      if (is(key, "graph node id")) event.graph_node = number_of(value);
      break;
    case 'n':
      if (is(key, "name")) event.given_name = text_of(value);
      break;
    case 's':
      if (is(key, "stream")) event.stream = number_of(value);
      break;
    case 'w':
      if (is(key, "wait_on_stream")) event.awaited_stream = number_of(value);
      if (is(key, "wait_on_cuda_event_record_corr_id")) event.awaited_record = number_of(value);
      if (is(key, "wait_on_cuda_event_id")) event.awaited_event = number_of(value);
      break;
    default: break;
  }
}

simdjson::error_code take_args(Event& event, ondemand::value& value) noexcept {
  ondemand::object args;
  if (const auto error = value.get_object().get(args); error != simdjson::SUCCESS) {
    return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
  }
  for (auto field : args) {
    ondemand::raw_json_string key;
    ondemand::value arg;
    if (const auto error = field.key().get(key); error != simdjson::SUCCESS) return error;
    if (const auto error = field.value().get(arg); error != simdjson::SUCCESS) return error;
    take_arg(event, key.raw(), arg);
  }
  return simdjson::SUCCESS;
}

simdjson::error_code take_field(Event& event, const char* key, ondemand::value& value) noexcept {
  switch (key[0]) {
    case 'a':
      if (is(key, "args")) return take_args(event, value);
      break;
    case 'c':
      if (is(key, "cat")) {
        event.category_name = text_of(value);
        event.category = category_of(event.category_name);
      }
      break;
    case 'd':
      if (is(key, "dur")) event.duration = token_of(value);
      break;
    case 'n':
      if (is(key, "name")) event.name = text_of(value);
      break;
    case 'p':
      if (is(key, "ph")) {
        const std::string_view phase = text_of(value);
        event.phase = phase.size() == 1 ? phase.front() : '?';
      }
      if (is(key, "pid")) event.pid = token_of(value);
      break;
    case 't':
      if (is(key, "ts")) event.begin = token_of(value);
      if (is(key, "tid")) event.tid = token_of(value);
      break;
    default: break;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code take_event(Event& event, ondemand::value& value) noexcept {
  ondemand::object object;
  if (const auto error = value.get_object().get(object); error != simdjson::SUCCESS) {
    return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
  }
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value member;
    if (const auto error = field.key().get(key); error != simdjson::SUCCESS) return error;
    if (const auto error = field.value().get(member); error != simdjson::SUCCESS) return error;
    if (const auto error = take_field(event, key.raw(), member); error != simdjson::SUCCESS) return error;
    // What stands behind need not be read: On-Demand steps over the rest of the object.
    if (event.category == Category::kOther && event.phase != '\0') break;
  }
  return simdjson::SUCCESS;
}

bool is_blank(std::string_view events) noexcept {
  for (const char c : events) {
    if (!is_json_space(c)) return false;
  }
  return true;
}

}  // namespace

struct EventParser::Buffers {
  ondemand::parser parser;
};

EventParser::EventParser() : buffers_(std::make_unique<Buffers>()) {}
EventParser::~EventParser() = default;
EventParser::EventParser(EventParser&&) noexcept = default;
EventParser& EventParser::operator=(EventParser&&) noexcept = default;

std::optional<ParseFailure> EventParser::parse(const Slice& slice,
                                               const std::function<void(const Event&)>& take) {
  if (is_blank(slice.events())) {
    return slice.last() ? std::nullopt : std::optional(ParseFailure{"an event is missing", slice.offset()});
  }
  ondemand::document document;
  const auto failed = [&](simdjson::error_code error) {
    const char* at = nullptr;
    std::uint64_t offset = slice.offset();
    if (document.current_location().get(at) == simdjson::SUCCESS) {
      offset += static_cast<std::uint64_t>(at - slice.events().data());
    }
    return ParseFailure{simdjson::error_message(error), offset};
  };
  ondemand::parser& parser = buffers_->parser;
  if (parser.capacity() < slice.size()) {
    // Slices of one trace differ a little in length: room for the longest is made once.
    if (const auto error = parser.allocate(slice.capacity()); error != simdjson::SUCCESS) {
      return ParseFailure{simdjson::error_message(error), slice.offset()};
    }
  }
  if (const auto error = parser.iterate(slice.data(), slice.size(), slice.capacity()).get(document);
      error != simdjson::SUCCESS) {
    return ParseFailure{simdjson::error_message(error), slice.offset()};
  }
  ondemand::array events;
  if (const auto error = document.get_array().get(events); error != simdjson::SUCCESS) return failed(error);
  for (auto element : events) {
    ondemand::value value;
    if (const auto error = element.get(value); error != simdjson::SUCCESS) return failed(error);
    Event event;
    if (const auto error = take_event(event, value); error != simdjson::SUCCESS) return failed(error);
    take(event);
  }
  const char* behind = nullptr;
  if (document.current_location().get(behind) == simdjson::SUCCESS) return failed(simdjson::TRAILING_CONTENT);
  return std::nullopt;
}

}  // namespace offledger::importers
