// SPDX-License-Identifier: Apache-2.0
//
// A verdict's exit code, and its cells as the JSON that the history keeps (and that json_each reads in SQL).
#include <nlohmann/json.hpp>

#include "reports/history/store_impl.hpp"

namespace offledger::history {
namespace {

using SortedJson = nlohmann::json;

struct TextField {
  const char* key;
  std::string VerdictCell::*member;
};
constexpr TextField kTexts[] = {
    {"schedule", &VerdictCell::schedule}, {"workload", &VerdictCell::workload},
    {"metric", &VerdictCell::metric},     {"cell", &VerdictCell::cell},
    {"state", &VerdictCell::state},       {"reason", &VerdictCell::reason},
};

struct NumberField {
  const char* key;
  std::optional<double> VerdictCell::*member;
};
constexpr NumberField kNumbers[] = {
    {"base", &VerdictCell::base},     {"cand", &VerdictCell::cand},        {"delta", &VerdictCell::delta},
    {"ci_low", &VerdictCell::ci_low}, {"ci_high", &VerdictCell::ci_high},  {"margin", &VerdictCell::margin},
    {"p", &VerdictCell::p},           {"p_adj", &VerdictCell::p_adjusted},
};

}  // namespace

int Verdict::exit_code() const {
  if (verdict == "pass") return 0;
  if (verdict == "fail") return 1;
  if (verdict == "inconclusive") return 3;
  if (verdict == "not_comparable") return 5;
  return 4;
}

std::string cells_json(const std::vector<VerdictCell>& cells) {
  SortedJson array = SortedJson::array();
  for (const auto& cell : cells) {
    SortedJson object;
    for (const auto& field : kTexts) object[field.key] = cell.*field.member;
    for (const auto& field : kNumbers)
      object[field.key] = cell.*field.member ? SortedJson(*(cell.*field.member)) : SortedJson();
    object["n_base"] = cell.n_base;
    object["n_cand"] = cell.n_cand;
    object["gates"] = cell.gates;
    array.push_back(std::move(object));
  }
  return array.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

std::vector<VerdictCell> cells_from_json(const std::string& text) {
  std::vector<VerdictCell> cells;
  const SortedJson array = SortedJson::parse(text, nullptr, false);
  if (!array.is_array()) return cells;
  for (const auto& object : array) {
    if (!object.is_object()) continue;
    auto& cell = cells.emplace_back();
    for (const auto& field : kTexts) {
      if (const auto at = object.find(field.key); at != object.end() && at->is_string())
        cell.*field.member = *at;
    }
    for (const auto& field : kNumbers) {
      if (const auto at = object.find(field.key); at != object.end() && at->is_number()) {
        cell.*field.member = at->get<double>();
      }
    }
    const auto count = [&](const char* key) {
      const auto at = object.find(key);
      return at != object.end() && at->is_number_unsigned() ? at->get<std::uint32_t>() : 0U;
    };
    cell.n_base = count("n_base");
    cell.n_cand = count("n_cand");
    if (const auto at = object.find("gates"); at != object.end() && at->is_boolean()) cell.gates = *at;
  }
  return cells;
}

}  // namespace offledger::history
