// SPDX-License-Identifier: Apache-2.0
//
// Strict reading of the JSON files that people write (schedules, workloads, suites, profiles, configuration):
// every value knows its line and column, every key must be known, and every error says what is allowed.
//
//     const json::Document doc = json::Document::parse(text, "mine.json");
//     json::Object object = doc.root().object();
//     const auto layers = object.at("layers").integer(1, 100'000);
//     const auto wrap = object.get("wrap", false);
//     object.finish();                       // throws for a key that nobody asked for
//
// Parsing is simdjson's; this adds places and types. Not for traces: collectors/import streams those.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedules/base/error.hpp"

namespace offledger::json {

enum class Kind { kNull, kBool, kInteger, kNumber, kString, kArray, kObject };

struct Node;
class Object;

/// A value and its place. Valid while its Document lives. Every accessor throws Error(kUsage) with the place,
/// the path of keys to the value, what was expected and what was found.
class Value {
 public:
  Value(const Node* node, std::string path, const std::string* file)
      : node_(node), path_(std::move(path)), file_(file) {}

  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] Where where() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< "issue[0].fetch"

  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer(std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX) const;
  [[nodiscard]] double number(double least = -1e300, double most = 1e300) const;
  [[nodiscard]] std::string string() const;
  /// One of `allowed`; the error lists them and names the nearest.
  [[nodiscard]] std::size_t one_of(const std::vector<std::string_view>& allowed) const;
  [[nodiscard]] std::vector<Value> array() const;
  [[nodiscard]] Object object() const;

  /// An error at this value: "file:3:14: key 'a.b': MESSAGE".
  [[nodiscard]] Error error(std::string_view message) const;

 private:
  const Node* node_;
  std::string path_;
  const std::string* file_;
};

/// An object's members, each to be asked for once; finish() refuses what nobody asked for. Keys that begin
/// with
/// '$' and the key "notes" are for people and always allowed.
class Object {
 public:
  explicit Object(const Value& value, const Node* node, const std::string* file);

  [[nodiscard]] bool has(std::string_view key) const;
  /// The member, or an error at the object that names the missing key.
  [[nodiscard]] Value at(std::string_view key);
  [[nodiscard]] std::optional<Value> find(std::string_view key);
  [[nodiscard]] bool get(std::string_view key, bool fallback);
  [[nodiscard]] std::int64_t get(std::string_view key, std::int64_t fallback, std::int64_t least = INT64_MIN,
                                 std::int64_t most = INT64_MAX);
  [[nodiscard]] std::string get(std::string_view key, const char* fallback);
  /// Members in the file's order, all marked as asked for: for objects whose keys are names.
  [[nodiscard]] std::vector<std::pair<std::string, Value>> members();
  /// Throws for the first key that was not asked for, with the nearest of those that were.
  void finish() const;

 private:
  Value value_;
  const Node* node_;
  const std::string* file_;
  std::vector<std::string> asked_;
  bool all_asked_ = false;
};

/// A parsed file. Refuses what is not one JSON value, duplicate keys, numbers that do not fit, invalid UTF-8,
/// and nesting beyond 64 levels.
class Document {
 public:
  static Document parse(std::string_view text, std::string file);
  /// Reads the file; an Error if it cannot be read or is over 64 MiB.
  static Document load(const std::string& path);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Value root() const;

 private:
  Document();
  std::unique_ptr<std::string> file_;
  std::unique_ptr<Node> root_;
};

/// The whole of a file. Throws Error(kUsage) naming the path and the system's reason.
std::string read_file(const std::string& path, std::size_t most_bytes = std::size_t{64} << 20);

/// Writes beside `path` and renames, so that a reader never sees half a file. Throws Error(kNotMeasured).
void write_file_atomically(const std::string& path, std::string_view contents);

}  // namespace offledger::json
