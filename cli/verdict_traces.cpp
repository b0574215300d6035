// SPDX-License-Identifier: Apache-2.0
#include "cli/verdict_traces.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "cli/artifacts.hpp"
#include "cli/trace_file.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

namespace fs = std::filesystem;
using Name = std::pair<std::string, std::string>;  ///< schedule and workload

constexpr std::size_t kMostCells = 16;  ///< a trace of an 80-layer step takes a second and a few hundred kB

std::string file_name(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       std::string_view("._-").find(c) != std::string_view::npos;
    if (!plain) c = '_';
  }
  return text;
}

}  // namespace

TraceLinks write_traces(const Judged& judged, const history::Store& store, const std::string& folder,
                        const std::string& url) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(ErrorKind::kUsage,
                fmt::format("--traces {}: cannot make the folder: {}", folder, error.message()));
  std::map<Name, std::pair<std::string, std::string>> links;
  for (const history::VerdictCell& row : judged.verdict.cells) {
    if (row.state != "fail" || links.size() == kMostCells || links.contains({row.schedule, row.workload}))
      continue;
    auto& link = links[{row.schedule, row.workload}];
    const std::string stem =
        fmt::format("{:02}-{}-{}", links.size(), file_name(row.schedule), file_name(row.workload));
    const auto write = [&](const history::Run& run, const char* side, std::string& place) {
      const history::Cell* cell = find_cell(run, row);
      const auto recording = cell == nullptr ? std::nullopt : kept_recording(store, *cell);
      if (!recording) return;
      const std::string name = fmt::format("{}.{}.json.gz", stem, side);
      write_trace(*recording, fs::path(folder) / name);
      place = url.ends_with('/') ? url + name : url;
    };
    write(judged.base, "base", link.first);
    write(judged.candidate, "new", link.second);
  }
  return [links](const history::VerdictCell& row) -> std::pair<std::string, std::string> {
    const auto found = links.find({row.schedule, row.workload});
    return found == links.end() ? Name() : found->second;
  };
}

}  // namespace offledger::cli
