// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>

#include "cli/history.hpp"
#include "cli/version.hpp"
#include "reports/history/google_benchmark.hpp"
#include "reports/history/tables.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string database, format = "sqlite", output, better = "smaller", label, commit, sitting;
  std::vector<std::string> files, metrics;
};

void export_history(const history::Store& store, const Options& options) {
  if (!options.output.empty())
    throw Error(ErrorKind::kUsage, "expected FILE [RUN…] for --format sqlite, found -o; name the file first");
  const std::string& file = options.files.front();
  std::vector<std::string> ids;
  for (std::size_t i = 1; i < options.files.size(); ++i) ids.push_back(store.resolve(options.files[i]));
  store.export_to(file, ids);
  const std::size_t runs =
      ids.empty() ? history::Store(file, history::Mode::kReadOnly).list(SIZE_MAX / 2).size() : ids.size();
  std::cout << fmt::format("{}: {} runs\n", file, runs);
}

std::string export_text(const history::Store& store, const Options& options) {
  const bool csv = options.format == "csv";
  const std::size_t most = csv ? 2 : 1;
  if (options.files.size() > most) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--format {}: expected {}, found {} runs; -o names the file to write",
                            options.format, csv ? "BASE [CANDIDATE]" : "one RUN", options.files.size()));
  }
  std::vector<history::Run> runs;
  for (const std::string& run : options.files) runs.push_back(store.load(store.resolve(run)));
  if (csv) return history::samples_csv(runs[0], runs.size() > 1 ? &runs[1] : nullptr, options.metrics);
  if (options.format == "google-benchmark") return history::google_benchmark_json(runs[0]);
  return history::github_action_benchmark_json(
      runs[0], options.better == "smaller" ? metrics::Direction::kLower : metrics::Direction::kHigher,
      options.metrics);
}

void export_runs(const Options& options) {
  const history::Store store(options.database, history::Mode::kReadOnly);
  if (options.format == "sqlite") return export_history(store, options);
  const std::string text = export_text(store, options);
  if (options.output.empty()) {
    std::cout << text;
  } else {
    json::write_file_atomically(options.output, text);
  }
}

bool is_sqlite(const std::string& path) {
  char head[16] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof head);
  return std::string_view(head, 15) == "SQLite format 3";
}

bool is_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char first = 0;
  file >> std::ws >> first;
  return first == '{' || first == '[';
}

void import_benchmarks(const Options& options) {
  std::vector<history::NamedText> texts;
  for (const std::string& file : options.files) texts.push_back({file, json::read_file(file)});
  history::Run run = history::run_of_google_benchmark(texts);
  if (run.started_at_unix == 0) run.started_at_unix = std::time(nullptr);
  run.label = options.label;
  run.commit = options.commit;
  run.sitting = !options.sitting.empty()
                    ? options.sitting
                    : fmt::format("{} {}", run.environment.instance, run.started_at_unix);
  run.tool_version = kVersion;
  history::Store store(options.database, history::Mode::kReadWrite);
  const auto stored = store.insert_once(run);
  if (const std::string known = stored.added ? "" : store.load(stored.id).sitting;
      !stored.added && !options.sitting.empty() && known != options.sitting) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--sitting: expected '{}', in which run {} holds these very figures already, found '{}'; "
                    "`offledger gate --across-sittings` compares it as it is",
                    known, stored.id.substr(0, 12), options.sitting));
  }
  std::size_t reps = 0, failed = 0;
  for (const history::Cell& cell : run.cells) {
    reps += cell.reps.size();
    failed += static_cast<std::size_t>(
        std::ranges::count_if(cell.reps, [](const auto& rep) { return rep.exit_code != 0; }));
  }
  std::cout << fmt::format("run {} {}: {} repetition{} of {} benchmark{}\n", stored.id.substr(0, 12),
                           stored.added ? "added" : "was there already", reps, reps == 1 ? "" : "s",
                           run.cells.size(), run.cells.size() == 1 ? "" : "s");
  if (failed > 0)
    std::cerr << fmt::format("offledger: {} of them failed: the gate gives no verdict on those\n", failed);
}

void import_histories(const Options& options) {
  for (const std::string& file : options.files)
    (void)history::Store(file, history::Mode::kReadOnly);  // the other files are checked before ours is made
  history::Store store(options.database, history::Mode::kReadWrite);
  history::ImportReport sum;
  for (const std::string& file : options.files) {
    const history::ImportReport report = store.import_from(file);
    sum.runs_added += report.runs_added;
    sum.runs_present += report.runs_present;
    sum.baselines_added += report.baselines_added;
    sum.verdicts_added += report.verdicts_added;
    sum.artifacts_added += report.artifacts_added;
  }
  std::cout << fmt::format(
      "added {} runs, {} baselines, {} verdicts, {} artifacts; {} runs were there already\n", sum.runs_added,
      sum.baselines_added, sum.verdicts_added, sum.artifacts_added, sum.runs_present);
}

void import_files(const Options& options) {
  const auto json = std::ranges::count_if(options.files, is_json);
  if (json == 0) {
    if (!options.label.empty() || !options.commit.empty() || !options.sitting.empty()) {
      throw Error(ErrorKind::kUsage,
                  "--label, --commit and --sitting are for benchmarks: the runs of a history file "
                  "have their own");
    }
    return import_histories(options);
  }
  if (const auto other = std::ranges::find_if_not(options.files, is_json); other != options.files.end()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "{}: expected Google Benchmark's JSON as the other files are, found {}; import it by itself",
            *other, is_sqlite(*other) ? "a history file" : "something else"));
  }
  import_benchmarks(options);
}

}  // namespace

void add_history_exchange(CLI::App& history) {
  const auto options = std::make_shared<Options>();
  options->database = history::default_path();

  auto* out = history.add_subcommand(
      "export", "runs as a history file, with their artifacts, or as other tools' formats");
  out->add_option("--db", options->database, "history database");
  out->add_option(
         "FILE_OR_RUNS", options->files,
         "sqlite: the file to write, which must not exist, then runs (default: all); csv: BASE [CANDIDATE]; "
         "else one RUN")
      ->required();
  out->add_option("--format", options->format, "what to write")
      ->check(CLI::IsMember({"sqlite", "google-benchmark", "github-action-benchmark", "csv"}))
      ->capture_default_str();
  out->add_option("-o,--output", options->output, "file to write; default: the terminal (not for sqlite)");
  out->add_option(
         "--better", options->better,
         "github-action-benchmark: metrics of which smaller, or bigger, is better; a file holds one kind")
      ->check(CLI::IsMember({"smaller", "bigger"}))
      ->capture_default_str();
  out->add_option("--metric", options->metrics, "csv and github-action-benchmark: only these metrics");
  out->callback([options] { export_runs(*options); });

  auto* in = history.add_subcommand(
      "import",
      "adds what other history files hold and this one does not, or Google Benchmark's JSON as a run");
  in->add_option("--db", options->database, "history database");
  in->add_option("FILE", options->files, "history files; or JSON files, a process each, that make one run")
      ->required();
  in->add_option("--label", options->label, "benchmarks: a name to find the run by");
  in->add_option("--commit", options->commit, "benchmarks: the commit that was measured");
  in->add_option(
      "--sitting", options->sitting,
      "benchmarks: name of the sitting; runs of one sitting are compared without --across-sittings");
  in->callback([options] { import_files(*options); });
}

}  // namespace offledger::cli
