// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <unordered_set>

#include "schedules/base/json_node.hpp"

namespace offledger::json {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr int kDeepest = 64;

/// Line and column, counted from 1, of ever later offsets: values come in the text's order.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}
  Where at(std::size_t offset, const std::string& file) {
    offset = std::min(offset, text_.size());
    if (offset < seen_) seen_ = 0, line_ = 1, line_begin_ = 0;
    for (; seen_ < offset; ++seen_) {
      if (text_[seen_] == '\n') ++line_, line_begin_ = seen_ + 1;
    }
    return {file, line_, static_cast<int>(offset - line_begin_) + 1};
  }

 private:
  std::string_view text_;
  std::size_t seen_ = 0, line_begin_ = 0;
  int line_ = 1;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file)
      : padded_(text), file_(file), places_({padded_.data(), padded_.size()}) {}

  Node parse() {
    check_depth();
    ondemand::parser parser;
    ondemand::document document;
    if (const auto error = parser.iterate(padded_).get(document)) fail(0, error);
    Node root;
    const char* at = nullptr;
    try {
      ondemand::json_type type{};
      if (const auto error = document.type().get(type)) fail(0, error);
      if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
        ondemand::value value;
        if (const auto error = document.get_value().get(value)) fail(0, error);
        root = read(value);
      } else {
        throw error_at(places_.at(0, file_),
                       "expected a JSON object or array at the top, found a single value");
      }
      // Past the end there is no location, so one that exists is more text.
      if (document.current_location().get(at) == simdjson::SUCCESS) {
        throw error_at(places_.at(offset(at), file_),
                       "expected the end of the file after the JSON value, found more");
      }
    } catch (const simdjson::simdjson_error& error) {
      if (document.current_location().get(at) != simdjson::SUCCESS) at = padded_.data() + last_;
      fail(offset(at), error.error());
    }
    return root;
  }

 private:
  [[nodiscard]] std::size_t offset(const char* at) const {
    return static_cast<std::size_t>(at - padded_.data());
  }

  [[noreturn]] void fail(std::size_t offset, simdjson::error_code code) {
    throw error_at(places_.at(offset, file_),
                   fmt::format("not valid JSON: {}", simdjson::error_message(code)));
  }

  /// Bounds the recursion of read() before it begins.
  void check_depth() {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < padded_.size(); ++i) {
      const char c = padded_.data()[i];
      if (in_string) {
        if (c == '\\')
          ++i;
        else if (c == '"')
          in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        if (++depth > kDeepest) {
          throw error_at(places_.at(i, file_), fmt::format("nested deeper than {} levels", kDeepest));
        }
      } else if (c == '}' || c == ']') {
        --depth;
      }
    }
  }

  Node read(ondemand::value value) {
    Node node;
    const std::string_view token = value.raw_json_token();
    last_ = offset(token.data());
    const Where where = places_.at(last_, file_);
    node.line = where.line;
    node.column = where.column;
    switch (value.type().value()) {
      case ondemand::json_type::object: read_members(value, node); break;
      case ondemand::json_type::array:
        node.kind = Kind::kArray;
        for (auto item : value.get_array()) node.items.push_back(read(item.value()));
        break;
      case ondemand::json_type::string:
        node.kind = Kind::kString;
        node.text = std::string(value.get_string().value());
        break;
      case ondemand::json_type::number: read_number(value, node, token); break;
      case ondemand::json_type::boolean:
        node.kind = Kind::kBool;
        node.boolean = value.get_bool().value();
        break;
      case ondemand::json_type::null:
        if (!value.is_null()) fail(last_, simdjson::N_ATOM_ERROR);
        break;
    }
    return node;
  }

  void read_members(ondemand::value value, Node& node) {
    node.kind = Kind::kObject;
    std::unordered_set<std::string> seen;
    for (auto field : value.get_object()) {
      std::string key(std::string_view(field.unescaped_key().value()));
      Node member = read(field.value().value());
      if (!seen.insert(key).second) {
        throw error_at({file_, member.line, member.column}, fmt::format("key '{}' is given twice", key));
      }
      node.members.emplace_back(std::move(key), std::move(member));
    }
  }

  void read_number(ondemand::value value, Node& node, std::string_view token) {
    const ondemand::number number = value.get_number().value();
    if (number.is_int64()) {
      node.kind = Kind::kInteger;
      node.integer = number.get_int64();
      node.number = static_cast<double>(node.integer);
    } else if (number.is_double()) {
      node.kind = Kind::kNumber;
      node.number = number.get_double();
    } else {
      throw error_at({file_, node.line, node.column},
                     fmt::format("expected an integer below 2^63, found {}", token.substr(0, 40)));
    }
  }

  simdjson::padded_string padded_;
  const std::string& file_;
  Places places_;
  std::size_t last_ = 0;
};

}  // namespace

Node parse_tree(std::string_view text, const std::string& file) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    throw error_at({file, 0, 0}, "expected UTF-8 text, found bytes that are not");
  }
  return Parser(text, file).parse();
}

}  // namespace offledger::json
