// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/history/google_benchmark.hpp"
#include "reports/history/google_benchmark_context.hpp"
#include "schedules/base/median.hpp"

namespace offledger::history {
namespace {

using json::Kind;
using Values = std::map<std::string, std::optional<double>>;

/// What an entry says of itself; every other number is a user counter or a memory figure.
const std::set<std::string_view> kOfTheEntry = {"name",
                                                "family_index",
                                                "per_family_instance_index",
                                                "run_name",
                                                "run_type",
                                                "repetitions",
                                                "repetition_index",
                                                "threads",
                                                "iterations",
                                                "real_time",
                                                "cpu_time",
                                                "time_unit",
                                                "label",
                                                "error_occurred",
                                                "error_message",
                                                "skipped",
                                                "skip_message"};
const std::vector<std::string_view> kUnits = {"ns", "us", "ms", "s"};
constexpr double kNanoseconds[] = {1, 1e3, 1e6, 1e9};

struct Entry {
  std::int64_t repetition = 0;
  Values values;
  std::string error;  ///< empty: it was measured
};

/// A benchmark in one file, in the order of its entries.
struct Benchmark {
  std::string name;
  std::vector<Entry> entries;
  std::set<std::int64_t> seen;  ///< numbers of the repetitions
};

std::optional<double> finite(const json::Value& value) {
  if (value.kind() == Kind::kNull) return std::nullopt;
  return value.number();
}

void read_values(const json::Value& at, bool of_offledger, Values& values) {
  json::Object entry = at.object();
  const double unit = kNanoseconds[entry.at("time_unit").one_of(kUnits)];
  const auto time = [&](const char* key) {
    auto value = finite(entry.at(key));
    if (value) *value *= unit;
    return value && std::isfinite(*value) ? value : std::nullopt;
  };
  values["wall_ns"] = time("real_time");
  if (const auto cpu = time("cpu_time"); !of_offledger) values["cpu_time_ns"] = cpu;
  for (const auto& [key, value] : entry.members()) {
    const bool numeric =
        value.kind() == Kind::kInteger || value.kind() == Kind::kNumber || value.kind() == Kind::kNull;
    if (numeric && !kOfTheEntry.contains(key)) values.emplace(key, finite(value));
  }
}

bool flagged(json::Object& entry, const char* key) {
  const auto value = entry.find(key);
  return value && value->kind() == Kind::kBool && value->boolean();
}

class FileReader {
 public:
  explicit FileReader(const NamedText& file)
      : file_(file.file), document_(json::Document::parse(without_nan(file.text), file.file)) {
    json::Object root = document_.root().object();
    if (!root.has("context") || !root.has("benchmarks")) {
      throw error_at({file_},
                     "expected Google Benchmark's JSON, with the keys 'context' and 'benchmarks', found "
                     "another document; traces are read by `offledger import`");
    }
    context = read_context(root.at("context"));
    const auto entries = root.at("benchmarks").array();
    for (const json::Value& entry : entries) read(entry);
    if (!benchmarks.empty()) return;
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{}: expected repetitions of benchmarks, found {}", file_,
                            entries.empty() ? "none: no benchmark ran, or the filter matched none"
                            : skipped_ > 0  ? "benchmarks that were skipped, and no other"
                                            : "aggregates alone; run the benchmark with "
                                              "--benchmark_report_aggregates_only=false"));
  }

  BenchmarkContext context;
  std::vector<Benchmark> benchmarks;

 private:
  void read(const json::Value& at) {
    json::Object entry = at.object();
    const json::Value name_at = entry.at("name");
    const std::string name = entry.get("run_name", name_at.string().c_str());
    if (name.empty()) throw name_at.error("expected the benchmark's name, found an empty text");
    const auto type = entry.find("run_type");
    if (!type)
      throw at.error("expected the key 'run_type', found none; Google Benchmark 1.5 and later write it");
    if (type->string() == "aggregate") return;
    if (flagged(entry, "skipped")) {
      ++skipped_;
      return;
    }
    Entry& out = fresh(name, at, entry.get("repetition_index", std::int64_t{0}, 0, 1'000'000));
    if (flagged(entry, "error_occurred")) {
      out.error = entry.get("error_message", "no message");
      return;
    }
    read_values(at, context.of_offledger, out.values);
  }

  Entry& fresh(const std::string& name, const json::Value& at, std::int64_t repetition) {
    const auto [place, is_new] = places_.try_emplace(name, benchmarks.size());
    if (is_new) benchmarks.push_back({name, {}, {}});
    Benchmark& benchmark = benchmarks[place->second];
    if (!benchmark.seen.insert(repetition).second) {
      throw at.error(
          fmt::format("expected repetition {} of benchmark '{}' once, found it twice: give benchmarks that "
                      "differ names of their own, and name files of several processes one by one",
                      repetition, name));
    }
    return benchmark.entries.emplace_back(Entry{repetition, {}, ""});
  }

  std::string file_;
  json::Document document_;
  std::map<std::string, std::size_t> places_;  ///< of each benchmark by its name
  std::size_t skipped_ = 0;
};

Values median_of(const std::vector<Entry>& entries) {
  std::map<std::string, std::vector<double>> all;
  Values medians;
  for (const Entry& entry : entries) {
    for (const auto& [name, value] : entry.values) {
      medians.try_emplace(name);
      if (value) all[name].push_back(*value);
    }
  }
  for (auto& [name, values] : all) {
    medians[name] = median(std::move(values));
  }
  return medians;
}

Rep rep_of(std::size_t number, Values values, const std::string& error, Cell& cell) {
  Rep rep;
  rep.number = rep.order = static_cast<std::uint32_t>(number);
  rep.values = std::move(values);
  if (!error.empty()) {
    rep.exit_code = 1;
    cell.findings.push_back({"benchmark_error", error, true});
  }
  return rep;
}

/// The entries of one file as repetitions, or as one where there are several files.
void add_reps(const Benchmark& benchmark, std::size_t file, bool one_file, Cell& cell) {
  if (one_file) {
    for (const Entry& entry : benchmark.entries)
      cell.reps.push_back(
          rep_of(static_cast<std::size_t>(entry.repetition), entry.values, entry.error, cell));
    if (benchmark.entries.size() > 1) {
      cell.findings.push_back(
          {"one_process", fmt::format("{} repetitions of one process", benchmark.entries.size()), false});
    }
    return;
  }
  const auto failed =
      std::ranges::find_if(benchmark.entries, [](const Entry& entry) { return !entry.error.empty(); });
  const std::string error = failed == benchmark.entries.end() ? "" : failed->error;
  cell.reps.push_back(rep_of(file, error.empty() ? median_of(benchmark.entries) : Values{}, error, cell));
}

/// The run's cell of that benchmark, added where it is new.
Cell& cell_of(Run& run, std::map<std::string, std::size_t>& places, const std::string& name,
              bool debug_library) {
  const auto [place, is_new] = places.try_emplace(name, run.cells.size());
  if (!is_new) return run.cells[place->second];
  Cell& cell = run.cells.emplace_back();
  cell.key = {name, std::string(kGoogleBenchmark), run.machine_class.device_kind,
              std::string(kGoogleBenchmark)};
  if (debug_library)
    cell.findings.push_back({"debug_library", "the benchmark library says it was built as debug", false});
  return cell;
}

void check_machine(const BenchmarkContext& context, const Run& run, const std::string& first,
                   const std::string& file) {
  if (context.machine_class == run.machine_class && context.host == run.environment.instance) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: expected the machine of {} (host '{}', {}), found host '{}', {}; import the "
                          "files of each machine as a run of their own",
                          file, first, run.environment.instance, run.machine_class.cpu, context.host,
                          context.machine_class.cpu));
}

}  // namespace

Run run_of_google_benchmark(std::span<const NamedText> files) {
  Run run;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileReader file(files[i]);
    const BenchmarkContext& context = file.context;
    if (i == 0) {
      run.machine_class = context.machine_class;
      run.environment.instance = context.host;
      run.started_at_unix = context.started_at_unix;
    }
    check_machine(context, run, files[0].file, files[i].file);
    for (EnvSample sample : context.samples) {
      if (files.size() > 1) sample.moment = fmt::format("{} before", i);
      run.env_samples.push_back(std::move(sample));
    }
    for (const Benchmark& benchmark : file.benchmarks)
      add_reps(benchmark, i, files.size() == 1, cell_of(run, places, benchmark.name, context.debug_library));
  }
  return run;
}

}  // namespace offledger::history
