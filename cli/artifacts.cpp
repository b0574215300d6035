// SPDX-License-Identifier: Apache-2.0
#include "cli/artifacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "collectors/import/import.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cli {
namespace {

namespace fs = std::filesystem;

std::string cell_name(const history::Cell& cell) {
  return cell.key.schedule + "/" + cell.key.workload;
}

double overlap_of(const history::Cell& cell) {
  for (const history::Rep& rep : cell.reps) {
    const auto found = rep.values.find("overlap_of_possible");
    if (found != rep.values.end() && found->second) return *found->second;
  }
  return 2;  // nothing to overlap: last
}

const history::Cell& choose_cell(const history::Run& run, const std::string& wanted) {
  if (run.cells.empty()) throw Error(ErrorKind::kNotMeasured, fmt::format("run {} has no cells", run.id));
  if (!wanted.empty()) {
    std::vector<std::string> names;
    for (const history::Cell& cell : run.cells) {
      if (cell_name(cell) == wanted) return cell;
      names.push_back(cell_name(cell));
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    throw Error(ErrorKind::kUsage, fmt::format("run {} has no cell '{}'{}", run.id.substr(0, 12), wanted,
                                               suggest(wanted, views)));
  }
  const history::Cell* worst = &run.cells.front();
  for (const history::Cell& cell : run.cells) {
    if (overlap_of(cell) < overlap_of(*worst)) worst = &cell;
  }
  if (run.cells.size() > 1) {
    std::cerr << fmt::format(
        "run {} has {} cells; showing {}, which hides least (others: {}:SCHEDULE/WORKLOAD)\n",
        run.id.substr(0, 12), run.cells.size(), cell_name(*worst), run.id.substr(0, 12));
  }
  return *worst;
}

Subject open_run(const std::string& reference, const std::string& database) {
  const history::Store store(database, history::Mode::kReadOnly);
  const std::size_t colon = reference.find(':');
  const std::string cell_wanted = colon == std::string::npos ? "" : reference.substr(colon + 1);
  const history::Run run = store.load(store.resolve(reference.substr(0, colon)));
  const history::Cell& cell = choose_cell(run, cell_wanted);
  for (const history::Artifact& artifact : cell.artifacts) {
    if (artifact.kind != "recording") continue;
    return {.timeline = trace::load(store.artifact_file(artifact)),
            .name = fmt::format("run {}: {}", run.id.substr(0, 12), cell_name(cell)),
            .findings = cell.findings,
            .schedule_hash = cell.schedule_hash,
            .run = run.id,
            .schedule = cell.key.schedule,
            .workload = cell.key.workload};
  }
  throw Error(ErrorKind::kNotMeasured,
              fmt::format("run {}: the recording of {} was not kept; measure it again with `offledger run`",
                          run.id.substr(0, 12), cell_name(cell)));
}

Subject open_file(const std::string& path, bool progress) {
  const auto show = [](std::size_t done, std::size_t total) {
    std::cerr << fmt::format("\rreading {} of {} MiB", done >> 20, total >> 20) << std::flush;
    if (done >= total) std::cerr << "\r\033[K";
  };
  Subject subject;
  subject.timeline = importers::load_any(path, progress ? importers::Progress(show) : importers::Progress());
  subject.name = path;
  return subject;
}

}  // namespace

history::Artifact keep_recording(history::Store& store, const trace::Timeline& timeline) {
  const ScratchFolder folder;
  const std::string file = folder.file("recording.oflg");
  trace::save(timeline, file);
  return store.store_artifact("recording", file);
}

std::optional<trace::Timeline> kept_recording(const history::Store& store, const history::Cell& cell) {
  for (const history::Artifact& artifact : cell.artifacts) {
    if (artifact.kind != "recording") continue;
    try {
      return trace::load(store.artifact_file(artifact));
    } catch (const Error&) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

Subject open_subject(const std::string& reference, const std::string& database, bool progress) {
  std::error_code ignored;
  if (fs::exists(reference, ignored)) return open_file(reference, progress);
  constexpr std::string_view kEndings[] = {".oflg", ".json", ".json.gz", ".sqlite"};
  const bool ends_like_file =
      std::ranges::any_of(kEndings, [&](std::string_view ending) { return reference.ends_with(ending); });
  const bool looks_like_file = (ends_like_file || reference.find('/') != std::string::npos) &&
                               reference.find(':') == std::string::npos;
  if (looks_like_file || !fs::exists(database, ignored)) {
    const std::string where =
        looks_like_file ? "" : fmt::format(", nor a database at {} to find a run in", database);
    throw Error(ErrorKind::kUsage, fmt::format("{}: no such file{}", reference, where));
  }
  return open_run(reference, database);
}

}  // namespace offledger::cli
