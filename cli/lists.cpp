// SPDX-License-Identifier: Apache-2.0
//
// What is there: schedules (and the plan one compiles to), workloads, suites, devices.

#include <algorithm>
#include <functional>
#include <iostream>

#include "cli/command.hpp"
#include "harness/device/sim/profile.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/plan_file.hpp"

namespace offledger::cli {
namespace {

/// Originals first, then the variants of them.
std::vector<render::ScheduleRow> schedules() {
  std::vector<std::unique_ptr<language::Schedule>> all;
  for (const EmbeddedFile& file : language::catalogue_files()) {
    all.push_back(language::parse_schedule(file.text, std::string(file.name)));
  }
  std::vector<render::ScheduleRow> rows;
  const auto add = [&](const language::Schedule& schedule) {
    rows.push_back({.name = schedule.name(),
                    .title = schedule.title(),
                    .file = "",
                    .wraps = schedule.wraps(),
                    .variant_of = schedule.variant_of()});
  };
  for (const auto& schedule : all) add(*schedule);
  std::ranges::stable_partition(rows, [](const render::ScheduleRow& row) { return row.variant_of.empty(); });
  return rows;
}

std::vector<render::WorkloadRow> workloads() {
  std::vector<render::WorkloadRow> rows;
  for (const EmbeddedFile& file : model::workload_files()) {
    const model::Workload workload = model::parse_workload(file.text, std::string(file.name));
    render::WorkloadRow row;
    row.name = workload.name;
    row.title = workload.title;
    row.layers = workload.shape.layers;
    row.units = workload.shape.unit_count();
    row.steps = workload.steps;
    row.tokens = workload.tokens;
    row.batch = workload.batch;
    row.simulated_only = !workload.architecture;
    for (std::size_t group = 0; group < workload.costs.size(); ++group) {
      row.bytes += workload.shape.groups[group].bytes() * workload.shape.layers;
      row.compute_ns += workload.costs[group].compute.count() * workload.shape.layers;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The best device last.
std::vector<render::DeviceRow> devices() {
  std::vector<render::DeviceRow> rows;
  for (const EmbeddedFile& file : sim::profile_files()) {
    const sim::Profile profile = sim::parse_profile(file.text, std::string(file.name));
    rows.push_back({.name = "sim:" + profile.name,
                    .description = "simulated " + profile.description,
                    .available = true,
                    .deterministic = true,
                    .why = profile.source});
  }
  render::DeviceRow cuda;
  cuda.name = "cuda:0";
  try {
    cuda.description = suite::identify("cuda").description;
    cuda.available = true;
  } catch (const Error& error) {
    cuda.why = error.what();
  }
  rows.push_back(std::move(cuda));
  return rows;
}

std::string best_device() {
  const auto rows = devices();
  return std::ranges::find_if(rows.rbegin(), rows.rend(), &render::DeviceRow::available)->name;
}

std::vector<render::SuiteRow> suites() {
  std::vector<render::SuiteRow> rows;
  for (const EmbeddedFile& file : suite::suite_files()) {
    const suite::Suite suite = suite::parse_suite(file.text, std::string(file.name));
    render::SuiteRow& row = rows.emplace_back(render::SuiteRow{suite.name, suite.title, {}});
    for (const suite::Case& one : suite.cases) row.cells.emplace_back(one.schedule, one.workload);
  }
  return rows;
}

std::string plan_text(const std::string& schedule_name, const std::string& workload_name, bool json) {
  const auto schedule = language::find_schedule(schedule_name);
  const plan::Plan* own = schedule->own_plan();
  const plan::Plan plan =
      own != nullptr ? *own : schedule->compile(model::find_workload(workload_name).shape);
  return json ? language::plan_file(plan, *schedule) : plan::to_string(plan);
}

struct Options {
  std::string format, plan, workload = "tiny";
  bool best = false;
};

void add_schedules(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("schedules", "the catalogue, or the plan that a schedule compiles to");
  command->add_option("--plan", options->plan, "print the plan of this schedule (a name or a file)");
  command->add_option("--workload", options->workload, "for this workload")->capture_default_str();
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] {
    if (!options->plan.empty()) {
      std::cout << plan_text(options->plan, options->workload, options->format == "json");
    } else if (options->format == "json") {
      std::cout << render::schedules_json(schedules());
    } else {
      std::cout << render::schedules_text(schedules(), context.style);
    }
  });
}

/// A list without options of its own; `show` gives it as JSON or as text.
void add_list(CLI::App& app, const char* name, const char* title,
              std::function<std::string(bool json)> show) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(name, title);
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, show = std::move(show)] { std::cout << show(options->format == "json"); });
}

void add_devices(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("devices", "the devices that a run can use here");
  command->add_flag("--best", options->best, "only the name of the best one");
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] {
    if (options->best) {
      std::cout << best_device() << '\n';
    } else {
      std::cout << (options->format == "json" ? render::devices_json(devices())
                                              : render::devices_text(devices(), context.style));
    }
  });
}

}  // namespace

void add_lists(CLI::App& app, Context& context) {
  add_schedules(app, context);
  add_list(app, "workloads", "the workloads that ship", [&context](bool json) {
    return json ? render::workloads_json(workloads()) : render::workloads_text(workloads(), context.style);
  });
  add_devices(app, context);
  add_list(app, "suites", "the suites that ship", [&context](bool json) {
    return json ? render::suites_json(suites()) : render::suites_text(suites(), context.style);
  });
}

}  // namespace offledger::cli
