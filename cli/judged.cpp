// SPDX-License-Identifier: Apache-2.0
#include "cli/judged.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "cli/verdict_traces.hpp"
#include "cli/version.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

const std::vector<std::string> kForms = {"text", "json", "md", "junit", "sarif", "github"};
constexpr std::size_t kMostMoves = 50;

/// How the ledger moved in each cell that failed, once a cell.
std::string ledger_moves(const Judged& judged, const render::Style& style) {
  std::string out;
  std::set<std::pair<std::string, std::string>> shown;
  for (const history::VerdictCell& cell : judged.verdict.cells) {
    if (cell.state != "fail" || shown.size() == kMostMoves) continue;
    if (!shown.emplace(cell.schedule, cell.workload).second) continue;
    const history::Cell* base = find_cell(judged.base, cell);
    const history::Cell* candidate = find_cell(judged.candidate, cell);
    if (base == nullptr || candidate == nullptr) continue;
    out.append(fmt::format("\nHow the ledger moved in {} / {}, a step:\n", cell.schedule, cell.workload))
        .append(render::moved_text(*base, *candidate, style));
  }
  return out;
}

/// The verdict for a person, with the ledger's moves before its last, machine-readable line.
std::string text(const Judged& judged, const render::Style& style) {
  const std::string verdict = render::verdict_text(judged.verdict, style);
  const std::size_t last_line = verdict.rfind('\n', verdict.size() - 2) + 1;
  return verdict.substr(0, last_line).append(ledger_moves(judged, style)).append(verdict, last_line);
}

/// A catalogue schedule's file where the command runs in a checkout that has it.
std::string schedule_file(const std::string& schedule) {
  std::error_code ignored;
  for (const std::string& path : {schedule, fmt::format("schedules/catalogue/{}.json", schedule)}) {
    if (path.ends_with(".json") && std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return "";
}

std::string render_as(const std::string& form, const Judged& judged, const TraceLinks& traces,
                      const render::Style& style) {
  const history::Verdict& verdict = judged.verdict;
  if (form == "json") return render::verdict_json(verdict);
  if (form == "md") {
    render::MarkdownOptions options;
    options.traces = traces;
    options.ledger = ledger_moves(judged, {});
    return render::verdict_markdown(verdict, options);
  }
  if (form == "junit") return render::verdict_junit(verdict);
  if (form == "sarif") return render::verdict_sarif(verdict, std::string(kVersion), schedule_file);
  if (form == "github") return render::verdict_annotations(verdict, schedule_file);
  return text(judged, style);
}

std::pair<std::string, std::string> form_and_file(const std::string& option) {
  const std::size_t equals = option.find('=');
  const std::string form = option.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == option.size() ||
      std::ranges::find(kForms, form) == kForms.end()) {
    throw Error(ErrorKind::kUsage, fmt::format("--write: expected FORM=FILE with FORM one of {}, found '{}'",
                                               fmt::join(kForms, ", "), option));
  }
  return {form, option.substr(equals + 1)};
}

Error cannot_write(const std::string& path) {
  return {ErrorKind::kUsage,
          fmt::format("--write {}: cannot write; is the folder there and the disk not full?", path)};
}

void write_file(const std::string& path, const std::string& content) {
  try {
    json::write_file_atomically(path, content);
  } catch (const Error&) {
    throw cannot_write(path);
  }
}

}  // namespace

const history::Cell* find_cell(const history::Run& run, const history::VerdictCell& row) {
  const auto found = std::ranges::find_if(run.cells, [&](const history::Cell& cell) {
    return cell.key.schedule == row.schedule && cell.key.workload == row.workload;
  });
  return found == run.cells.end() ? nullptr : &*found;
}

void add_verdict_output(CLI::App& command, VerdictOutput& output) {
  add_format(command, output.format, kForms);
  command
      .add_option("--write", output.files, "FORM=FILE: the verdict in another form as well; may be repeated")
      ->type_name("FORM=FILE");
  auto* traces =
      command.add_option("--traces", output.traces, "a folder for Chrome traces of the cells that got worse");
  command
      .add_option(
          "--trace-url", output.trace_url,
          "where Markdown links to for them: a page, or a prefix ending in / that file names are added to")
      ->needs(traces);
}

void check(const VerdictOutput& output) {
  for (const std::string& one : output.files) {
    const std::string path = form_and_file(one).second;
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) throw cannot_write(path);
  }
}

void put_out(const VerdictOutput& output, const Judged& judged, const history::Store* store,
             const Context& context) {
  TraceLinks traces;
  if (!output.traces.empty() && store != nullptr) {
    traces = write_traces(judged, *store, output.traces, output.trace_url);
  }
  for (const std::string& one : output.files) {
    const auto [form, path] = form_and_file(one);
    write_file(path, render_as(form, judged, traces, {}));
  }
  std::cout << render_as(output.format, judged, traces, context.style);
}

gate::Config load_gate_config(const std::string& file) {
  return file.empty() ? gate::Config{} : gate::parse_config(json::read_file(file), file);
}

}  // namespace offledger::cli
