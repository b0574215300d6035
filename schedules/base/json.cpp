// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schedules/base/json_node.hpp"

namespace offledger::json {
namespace {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "true or false";
    case Kind::kInteger: return "an integer";
    case Kind::kNumber: return "a number";
    case Kind::kString: return "a string";
    case Kind::kArray: return "an array";
    case Kind::kObject: return "an object";
  }
  return "a value";
}

/// The value as an error shows it: itself where it is short, its kind otherwise.
std::string found(const Node& node) {
  switch (node.kind) {
    case Kind::kInteger: return std::to_string(node.integer);
    case Kind::kNumber: return fmt::format("{}", node.number);
    case Kind::kBool: return node.boolean ? "true" : "false";
    case Kind::kString: return node.text.size() <= 60 ? fmt::format("'{}'", node.text) : "a long string";
    default: return std::string(name_of(node.kind));
  }
}

bool for_people(std::string_view key) {
  return key == "notes" || key.starts_with('$');
}

}  // namespace

Kind Value::kind() const noexcept {
  return node_->kind;
}
Where Value::where() const {
  return {*file_, node_->line, node_->column};
}

Error Value::error(std::string_view message) const {
  if (path_.empty()) return error_at(where(), message);
  return error_at(where(), fmt::format("key '{}': {}", path_, message));
}

bool Value::boolean() const {
  if (node_->kind != Kind::kBool) throw error(fmt::format("expected true or false, found {}", found(*node_)));
  return node_->boolean;
}

std::int64_t Value::integer(std::int64_t least, std::int64_t most) const {
  const auto expected = [&] {
    if (least == INT64_MIN && most == INT64_MAX) return std::string("an integer");
    if (most == INT64_MAX) return fmt::format("an integer of at least {}", least);
    return fmt::format("an integer from {} to {}", least, most);
  };
  if (node_->kind != Kind::kInteger || node_->integer < least || node_->integer > most) {
    throw error(fmt::format("expected {}, found {}", expected(), found(*node_)));
  }
  return node_->integer;
}

double Value::number(double least, double most) const {
  const bool numeric = node_->kind == Kind::kInteger || node_->kind == Kind::kNumber;
  if (!numeric || !(node_->number >= least && node_->number <= most)) {
    throw error(fmt::format("expected a number from {} to {}, found {}", least, most, found(*node_)));
  }
  return node_->number;
}

std::string Value::string() const {
  if (node_->kind != Kind::kString) throw error(fmt::format("expected a string, found {}", found(*node_)));
  return node_->text;
}

std::size_t Value::one_of(const std::vector<std::string_view>& allowed) const {
  const auto list = fmt::format("one of {}", fmt::join(allowed, ", "));
  if (node_->kind != Kind::kString) throw error(fmt::format("expected {}, found {}", list, found(*node_)));
  const auto at = std::ranges::find(allowed, std::string_view(node_->text));
  if (at == allowed.end()) {
    const std::string_view close = nearest(node_->text, allowed);
    throw error(fmt::format("expected {}, found {}{}", list, found(*node_),
                            close.empty() ? "" : fmt::format(" (did you mean '{}'?)", close)));
  }
  return static_cast<std::size_t>(at - allowed.begin());
}

std::vector<Value> Value::array() const {
  if (node_->kind != Kind::kArray) throw error(fmt::format("expected an array, found {}", found(*node_)));
  std::vector<Value> items;
  items.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    items.emplace_back(&node_->items[i], fmt::format("{}[{}]", path_, i), file_);
  }
  return items;
}

Object Value::object() const {
  if (node_->kind != Kind::kObject) throw error(fmt::format("expected an object, found {}", found(*node_)));
  return Object(*this, node_, file_);
}

Object::Object(const Value& value, const Node* node, const std::string* file)
    : value_(value), node_(node), file_(file) {}

bool Object::has(std::string_view key) const {
  return node_->find(key) != nullptr;
}

std::optional<Value> Object::find(std::string_view key) {
  asked_.emplace_back(key);
  const Node* member = node_->find(key);
  if (member == nullptr) return std::nullopt;
  const std::string& path = value_.path();
  return Value(member, path.empty() ? std::string(key) : fmt::format("{}.{}", path, key), file_);
}

Value Object::at(std::string_view key) {
  if (auto member = find(key)) return *member;
  throw value_.error(fmt::format("expected the key '{}', found none", key));
}

bool Object::get(std::string_view key, bool fallback) {
  const auto member = find(key);
  return member ? member->boolean() : fallback;
}

std::int64_t Object::get(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most) {
  const auto member = find(key);
  return member ? member->integer(least, most) : fallback;
}

std::string Object::get(std::string_view key, const char* fallback) {
  const auto member = find(key);
  return member ? member->string() : std::string(fallback);
}

std::vector<std::pair<std::string, Value>> Object::members() {
  std::vector<std::pair<std::string, Value>> all;
  const std::string prefix = value_.path().empty() ? "" : value_.path() + ".";
  for (const auto& [key, node] : node_->members) {
    if (!for_people(key)) all.emplace_back(key, Value(&node, prefix + key, file_));
  }
  all_asked_ = true;
  return all;
}

void Object::finish() const {
  if (all_asked_) return;
  for (const auto& [key, node] : node_->members) {
    if (for_people(key) || std::ranges::find(asked_, key) != asked_.end()) continue;
    const std::vector<std::string_view> allowed(asked_.begin(), asked_.end());
    const std::string_view close = nearest(key, allowed);
    const std::string hint = close.empty() ? fmt::format("; allowed: {}", fmt::join(allowed, ", "))
                                           : fmt::format(" (did you mean '{}'?)", close);
    const std::string path = value_.path().empty() ? key : fmt::format("{}.{}", value_.path(), key);
    throw error_at({*file_, node.line, node.column}, fmt::format("unknown key '{}'{}", path, hint));
  }
}

Document::Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document Document::parse(std::string_view text, std::string file) {
  Document document;
  document.file_ = std::make_unique<std::string>(std::move(file));
  document.root_ = std::make_unique<Node>(parse_tree(text, *document.file_));
  return document;
}

Document Document::load(const std::string& path) {
  return parse(read_file(path), path);
}

Value Document::root() const {
  return Value(root_.get(), "", file_.get());
}

}  // namespace offledger::json
