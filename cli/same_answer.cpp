// SPDX-License-Identifier: Apache-2.0
#include "cli/same_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "harness/suite/cuda_devices.hpp"
#include "reports/render/table.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Answer {
  suite::Case what;
  std::string difference;  ///< empty: the same
};

std::vector<Answer> check_each(const suite::Suite& cases, std::uint32_t ordinal) {
  std::vector<Answer> answers;
  std::string workload;
  std::unique_ptr<suite::CaseChecker> checker;
  for (const suite::Case& one : cases.cases) {
    if (!checker || one.workload != workload) {
      checker.reset();
      checker = suite::cuda_checker(ordinal, model::find_workload(one.workload));
      workload = one.workload;
    }
    std::cerr << fmt::format("checking {} / {}\n", one.schedule, one.workload);
    answers.push_back({one, checker->check(*language::find_schedule(one.schedule))});
  }
  return answers;
}

std::string text(const std::vector<Answer>& answers, const render::Style& style) {
  render::Table table({{"schedule", render::Align::kLeft},
                       {"workload", render::Align::kLeft},
                       {"answer", render::Align::kLeft}});
  for (const Answer& answer : answers) {
    table.row({answer.what.schedule, answer.what.workload,
               answer.difference.empty() ? "same" : fmt::format("different: {}", answer.difference)});
  }
  return table.text(style);
}

std::string json(const std::vector<Answer>& answers) {
  Json cells = Json::array();
  for (const Answer& answer : answers) {
    cells.push_back({{"schedule", answer.what.schedule},
                     {"workload", answer.what.workload},
                     {"same", answer.difference.empty()},
                     {"difference", answer.difference}});
  }
  return Json{{"schema", "offledger.check/1"}, {"cells", cells}}.dump(2, ' ', false,
                                                                      Json::error_handler_t::replace) +
         "\n";
}

}  // namespace

int check_answers(const suite::Suite& cases, const std::string& device, const std::string& format,
                  const render::Style& style) {
  const auto ordinal = suite::cuda_ordinal(device);
  if (!ordinal) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "--check computes answers on a GPU: expected --device cuda[:N], found '{}'; what holds for "
            "every timing `offledger verify` proves without one",
            device));
  }
  const std::vector<Answer> answers = check_each(cases, *ordinal);
  std::cout << (format == "json" ? json(answers) : text(answers, style));
  return std::ranges::all_of(answers, [](const Answer& a) { return a.difference.empty(); }) ? 0 : 1;
}

}  // namespace offledger::cli
