// SPDX-License-Identifier: Apache-2.0
//
// From what a person types to a run. The first rule that matches holds, so a baseline called like a commit
// means the baseline: latest, id, baseline, label, commit, prefix of an id (4 digits or more), prefix of a
// commit (7 or more).
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "reports/history/store_impl.hpp"

namespace offledger::history {
namespace {

std::vector<std::string> column(SQLite::Database& db, const std::string& sql, const std::string& parameter) {
  SQLite::Statement row(db, sql);
  if (row.getBindParameterCount() > 0) row.bind(1, parameter);
  std::vector<std::string> found;
  while (row.executeStep()) found.push_back(row.getColumn(0).getString());
  return found;
}

constexpr const char* kNewest = " ORDER BY started_at DESC, rowid DESC LIMIT 1";

bool is_hexadecimal(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string what_is_there(SQLite::Database& db) {
  SQLite::Statement row(
      db,
      "SELECT substr(id, 1, 12), label, commit_sha FROM run ORDER BY started_at DESC, rowid DESC LIMIT 5");
  std::string text;
  while (row.executeStep()) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", row.getColumn(0).getString());
    const std::string label = row.getColumn(1).getString();
    const std::string commit = row.getColumn(2).getString();
    if (!label.empty()) text += fmt::format(" (label {})", label);
    if (!commit.empty()) text += fmt::format(" (commit {})", commit.substr(0, 12));
  }
  return text.empty() ? "it holds no runs: `offledger run` adds one" : "its newest runs: " + text;
}

/// The ids that one rule gives; none where the rule does not match.
std::vector<std::string> matches(SQLite::Database& db, const std::string& ref) {
  if (ref == "latest") return column(db, std::string("SELECT id FROM run") + kNewest, ref);
  const std::string exact[] = {
      "SELECT id FROM run WHERE id = ?1",
      "SELECT run FROM baseline WHERE name = ?1 ORDER BY id DESC LIMIT 1",
      std::string("SELECT id FROM run WHERE label = ?1") + kNewest,
      std::string("SELECT id FROM run WHERE commit_sha = ?1") + kNewest,
  };
  for (const auto& rule : exact) {
    if (auto found = column(db, rule, ref); !found.empty()) return found;
  }
  if (!is_hexadecimal(ref)) return {};
  if (ref.size() >= 4) {
    auto found = column(db, "SELECT id FROM run WHERE id GLOB ?1 || '*' LIMIT 5", ref);
    if (!found.empty()) return found;
  }
  if (ref.size() < 7) return {};
  const auto commits =
      column(db, "SELECT DISTINCT commit_sha FROM run WHERE commit_sha GLOB ?1 || '*' LIMIT 5", ref);
  if (commits.size() != 1) return commits;
  return column(db, std::string("SELECT id FROM run WHERE commit_sha = ?1") + kNewest, commits.front());
}

}  // namespace

std::string Store::resolve(const std::string& ref) const {
  return impl_->connection.read("look up a run", [&](SQLite::Database& db) {
    auto found = ref.empty() ? std::vector<std::string>{} : matches(db, ref);
    if (found.size() == 1) return std::move(found.front());
    if (found.empty()) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format(
              "history {}: expected a run (an id or a unique prefix of one, `latest`, a baseline's name, "
              "a label, a commit), found '{}', which names none; {}",
              path(), ref, what_is_there(db)));
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("history {}: expected one run, found that '{}' may mean {}; give more of it",
                            path(), ref, fmt::join(found, ", ")));
  });
}

}  // namespace offledger::history
