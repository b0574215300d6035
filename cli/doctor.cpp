// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#ifdef OFFLEDGER_CUDA_VERSION
#include "collectors/cupti/collector.hpp"
#endif
#include "collectors/host/doctor.hpp"
#include "collectors/nvml/monitor.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

host::Facts gather() {
  const nvml::Monitor monitor;
  host::Facts facts = host::gather(monitor);
#ifdef OFFLEDGER_CUDA_VERSION
  facts.cuda_built = OFFLEDGER_CUDA_VERSION;
  facts.cupti_version = cupti::library_version();
  try {
    (void)suite::identify("cuda");
    facts.cupti_problem = cupti::why_unavailable();
  } catch (const Error& error) {
    facts.cupti_problem = error.what();
  }
#endif
  return facts;
}

std::string text(const std::vector<host::Check>& checks, const render::Style& style) {
  render::Table table(
      {{"check", render::Align::kLeft}, {"", render::Align::kLeft}, {"found", render::Align::kLeft}});
  std::string fixes;
  for (const host::Check& check : checks) {
    table.row({check.name, std::string(name_of(check.state)), check.found});
    if (!check.fix.empty()) fixes += fmt::format("  {}: {}\n", check.name, check.fix);
  }
  return table.text(style) + (fixes.empty() ? "" : "\nWhat to do:\n" + fixes);
}

std::string json(const std::vector<host::Check>& checks) {
  Json list = Json::array();
  for (const host::Check& check : checks) {
    list.push_back(
        {{"name", check.name}, {"state", name_of(check.state)}, {"found", check.found}, {"fix", check.fix}});
  }
  return Json{{"schema", "offledger.doctor/1"}, {"verdict", host::verdict(checks)}, {"checks", list}}.dump(
             2) +
         "\n";
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("doctor", "what works on this machine, what does not, and the fix");
  const auto format = std::make_shared<std::string>();
  add_format(*command, *format, {"text", "json"});
  command->callback([format, &context] {
    const std::vector<host::Check> checks = host::doctor(gather());
    std::cout << (*format == "json" ? json(checks)
                                    : host::verdict(checks) + "\n\n" + text(checks, context.style));
  });
}

}  // namespace offledger::cli
