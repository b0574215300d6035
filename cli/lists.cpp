// SPDX-License-Identifier: Apache-2.0
//
// What is there: schedules (and the plan one compiles to), workloads, devices.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string name, title;
};

void print(const std::vector<Row>& rows, const char* what, const std::string& format, const render::Style& style) {
  if (format == "json") {
    Json list = Json::array();
    for (const Row& row : rows) list.push_back({{"name", row.name}, {"title", row.title}});
    std::cout << Json{{"schema", fmt::format("offledger.{}/1", what)}, {what, list}}.dump(2) << '\n';
    return;
  }
  render::Table table({{"name", render::Align::kLeft}, {"what it is", render::Align::kLeft}});
  for (const Row& row : rows) table.row({row.name, row.title});
  std::cout << table.text(style);
}

std::string stem(std::string_view file) { return std::string(file.substr(0, file.find(".json"))); }

std::vector<Row> schedules() {
  std::vector<Row> rows;
  for (const EmbeddedFile& file : language::catalogue_files()) {
    const auto schedule = language::parse_schedule(file.text, std::string(file.name));
    rows.push_back({schedule->name(), schedule->title()});
  }
  return rows;
}

std::vector<Row> workloads() {
  std::vector<Row> rows;
  for (const EmbeddedFile& file : model::workload_files()) {
    const model::Workload workload = model::parse_workload(file.text, std::string(file.name));
    rows.push_back({workload.name, workload.title});
  }
  return rows;
}

std::vector<Row> devices() {
  std::vector<Row> rows;
  for (const EmbeddedFile& file : sim::profile_files()) {
    const sim::Profile profile = sim::parse_profile(file.text, std::string(file.name));
    rows.push_back({"sim:" + profile.name, "simulated " + profile.description});
  }
  try {
    rows.push_back({"cuda:0", suite::find_device("cuda")(0)->identity().description});
  } catch (const Error&) {
    // No CUDA device is a normal machine; `offledger doctor` says why.
  }
  return rows;
}

std::vector<Row> suites() {
  std::vector<Row> rows;
  for (const EmbeddedFile& file : suite::suite_files()) {
    const suite::Suite suite = suite::parse_suite(file.text, std::string(file.name));
    rows.push_back({suite.name, suite.title});
  }
  return rows;
}

void print_plan(const std::string& schedule_name, const std::string& workload_name) {
  const auto schedule = language::find_schedule(schedule_name);
  const model::Workload workload = model::find_workload(workload_name);
  std::cout << plan::to_string(schedule->compile(workload.shape));
}

}  // namespace

void add_lists(CLI::App& app, Context& context) {
  struct Options {
    std::string format, plan, workload = "tiny";
    bool best = false;
  };
  const auto options = std::make_shared<Options>();

  auto* list_schedules = app.add_subcommand("schedules", "the catalogue, or the plan that a schedule compiles to");
  list_schedules->add_option("--plan", options->plan, "print the plan of this schedule (a name or a file)");
  list_schedules->add_option("--workload", options->workload, "for this workload")->capture_default_str();
  add_format(*list_schedules, options->format, {"text", "json"});
  list_schedules->callback([options, &context] {
    if (options->plan.empty()) return print(schedules(), "schedules", options->format, context.style);
    print_plan(options->plan, options->workload);
  });

  const auto add = [&](const char* name, const char* help, std::vector<Row> (*rows)()) {
    auto* command = app.add_subcommand(name, help);
    add_format(*command, options->format, {"text", "json"});
    command->callback([=, &context] { print(rows(), name, options->format, context.style); });
    return command;
  };
  add("workloads", "the workloads that ship", workloads);
  add("suites", "the suites that ship", suites);
  auto* list_devices = app.add_subcommand("devices", "the devices that a run can use here");
  list_devices->add_flag("--best", options->best, "only the name of the best one");
  add_format(*list_devices, options->format, {"text", "json"});
  list_devices->callback([options, &context] {
    const std::vector<Row> rows = devices();
    if (options->best) std::cout << rows.back().name << '\n';
    else print(rows, "devices", options->format, context.style);
  });
}

}  // namespace offledger::cli
