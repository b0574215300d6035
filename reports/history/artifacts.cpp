// SPDX-License-Identifier: Apache-2.0
//
// Traces and recordings beside the database, each under the hash of its bytes: PATH.artifacts/ab/abcdef….
#include <fmt/format.h>

#include <filesystem>

#include "reports/history/store_impl.hpp"
#include "schedules/base/hash.hpp"
#include "schedules/base/json.hpp"

namespace offledger::history {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 30;

}  // namespace

bool is_content_hash(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string artifact_path(const std::string& path, const std::string& content_hash) {
  if (!is_content_hash(content_hash)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "history {}: expected the hash of an artifact, 32 digits 0-9 a-f, found '{}', which could "
            "name any file: the history was altered, and is not to be trusted",
            path, content_hash));
  }
  return fmt::format("{}.artifacts/{}/{}", path, content_hash.substr(0, 2), content_hash);
}

void Store::keep_artifacts() {
  impl_->artifacts.share();
}

Artifact Store::store_artifact(const std::string& kind, const std::string& file) {
  const std::string bytes = json::read_file(file, kMostBytes);
  Artifact artifact{kind, std::filesystem::path(file).filename().string(), content_hash(bytes)};
  const std::filesystem::path place = artifact_path(path(), artifact.content_hash);
  keep_artifacts();  // the row that names it comes later
  std::error_code failure;
  std::filesystem::create_directories(place.parent_path(), failure);
  if (failure) {
    throw Error(ErrorKind::kUsage, fmt::format("history {}: cannot make the folder {}: {}", path(),
                                               place.parent_path().string(), failure.message()));
  }
  if (!std::filesystem::exists(place)) json::write_file_atomically(place.string(), bytes);
  return artifact;
}

std::string Store::artifact_file(const Artifact& artifact) const {
  std::string place = artifact_path(path(), artifact.content_hash);
  std::error_code ignored;
  if (!std::filesystem::exists(place, ignored)) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "history {}: the {} {} is not there: expected it at {}. It was pruned, or the history was "
            "copied without its artifacts; `offledger history export` takes both",
            path(), artifact.kind, artifact.path, place));
  }
  if (content_hash(json::read_file(place, kMostBytes)) != artifact.content_hash) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("history {}: {} no longer holds what was stored: its content does "
                            "not match its name. Delete it, and store the {} again",
                            path(), place, artifact.kind));
  }
  return place;
}

}  // namespace offledger::history
