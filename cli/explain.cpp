// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "cli/artifacts.hpp"
#include "cli/cell_against.hpp"
#include "cli/command.hpp"
#include "cli/judged.hpp"
#include "cli/known_plan.hpp"
#include "cli/step_marks.hpp"
#include "reports/history/store.hpp"

namespace offledger::cli {
namespace {

struct Options {
  std::string subject, database, format, steps = "marks", against, config_file;
};

void explain(const Options& options, Context& context) {
  Subject subject = open_subject(options.subject, options.database, context.stderr_terminal);
  const std::optional<plan::Plan> plan = known_plan(subject.timeline.source, subject.schedule_hash);
  mark_steps(subject.timeline, options.steps);
  analysis::Report report =
      analysis::explain(subject.timeline, {.plan = plan ? &*plan : nullptr, .what_if = true});
  for (const history::FindingRow& finding : subject.findings) {
    if (std::ranges::find(report.findings, finding.id, &analysis::Finding::id) != report.findings.end())
      continue;
    report.findings.push_back({finding.id, finding.detail, finding.disqualifies});
  }
  const auto against =
      cell_against(subject, report, options.against, options.database, load_gate_config(options.config_file));
  if (options.format == "json") {
    std::cout << render::explain_json(report, against ? &*against : nullptr);
  } else {
    std::cout << render::explain_text(report, context.style);
    if (against) std::cout << render::against_text(*against, context.style);
  }
  for (const analysis::Finding& finding : report.findings) {
    if (finding.disqualifies) context.exit_code = 4;
  }
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("explain", "the ledger of a run or trace: where every nanosecond went, and why");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("RUN|FILE", options->subject,
                   "a run (id, prefix, `latest`), RUN:SCHEDULE/WORKLOAD, a recording, or a trace")
      ->required();
  options->database = history::default_path();
  command->add_option("--db", options->database, "history database");
  command
      ->add_option("--steps", options->steps,
                   "marks: those of the recording; auto: the launch pattern that repeats; nvtx:RANGE")
      ->capture_default_str();
  auto* against = command->add_option(
      "--against", options->against,
      "RUN or RUN:SCHEDULE/WORKLOAD to compare the cell with; default: what the run was last judged against");
  command->add_option("--config", options->config_file, "gate configuration file for that")->needs(against);
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] { explain(*options, context); });
}

}  // namespace offledger::cli
