// SPDX-License-Identifier: Apache-2.0
#include "schedules/plan/verify.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "harness/model/workload.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> schedules;
  std::string workload = "llama70b-16l-t8192", format;
  bool all = false;
};

struct Judged {
  std::string name;
  plan::Plan plan;
  plan::Verdict verdict;
};

std::vector<std::string> names(const Options& options) {
  if (options.all == !options.schedules.empty()) {
    throw Error(ErrorKind::kUsage, "expected schedules to verify, or --all, and not both");
  }
  if (!options.all) return options.schedules;
  std::vector<std::string> all;
  for (const EmbeddedFile& file : language::catalogue_files()) {
    all.emplace_back(language::parse_schedule(file.text, std::string(file.name))->name());
  }
  return all;
}

Json to_json(const Judged& judged) {
  Json hazards = Json::array();
  for (const plan::Hazard& hazard : judged.verdict.hazards) {
    Json one = {{"kind", plan::hazard_name(hazard.kind)},
                {"ops", {hazard.first, hazard.second}},
                {"unit", judged.plan.model.name_of(hazard.unit)},
                {"slot", nullptr},
                {"step", hazard.step},
                {"words", hazard.words},
                {"interleaving", hazard.interleaving}};
    if (hazard.slot != plan::kResident) one["slot"] = judged.plan.slots[index(hazard.slot)].name;
    hazards.push_back(std::move(one));
  }
  return {{"name", judged.name},
          {"safe", judged.verdict.safe()},
          {"hazards", std::move(hazards)},
          {"peak_slot_bytes", judged.verdict.peak_slot_bytes}};
}

std::string to_text(const Judged& judged) {
  if (judged.verdict.safe()) {
    return fmt::format("safe    {}: for every timing; {:.2f} GB in slots at most\n", judged.name,
                       static_cast<double>(judged.verdict.peak_slot_bytes) / 1e9);
  }
  const std::size_t found = judged.verdict.hazards.size() + judged.verdict.more;
  const plan::Hazard& first = judged.verdict.hazards.front();
  std::string out =
      fmt::format("UNSAFE  {}: {} hazard{}; the first is {} in step {}, ops {} and {}\n        {}\n",
                  judged.name, found, found == 1 ? "" : "s", plan::hazard_name(first.kind), first.step,
                  first.first, first.second, first.words);
  if (!first.interleaving.empty()) out += "        It breaks when things happen in this order:\n";
  for (const std::string& line : first.interleaving) out += fmt::format("          {}\n", line);
  return out;
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "verify", "proves a schedule safe for every timing, or shows what breaks it; needs no GPU");
  const auto options = std::make_shared<Options>();
  command->add_option("SCHEDULE", options->schedules, "catalogue schedules, schedule files or plan files");
  command->add_flag("--all", options->all, "the whole catalogue");
  command
      ->add_option("--workload", options->workload,
                   "whose layers and units to verify for; a plan file has its own")
      ->capture_default_str();
  add_format(*command, options->format, {"text", "json"});
  command->callback([options, &context] {
    const model::Workload workload = model::find_workload(options->workload);
    Json list = Json::array();
    for (const std::string& name : names(*options)) {
      const auto schedule = language::find_schedule(name);
      const plan::Plan* own = schedule->own_plan();
      Judged judged{schedule->name(), own != nullptr ? *own : schedule->compile(workload.shape), {}};
      judged.verdict = plan::verify(judged.plan);
      if (!judged.verdict.safe()) context.exit_code = 1;
      if (options->format == "json")
        list.push_back(to_json(judged));
      else
        std::cout << to_text(judged);
    }
    if (options->format == "json")
      std::cout << Json{{"schema", "offledger.verify/1"}, {"schedules", list}}.dump(2) << '\n';
  });
}

}  // namespace offledger::cli
