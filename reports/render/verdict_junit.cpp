// SPDX-License-Identifier: Apache-2.0
//
// JUnit XML as Jenkins' junit-10.xsd and GitLab read it: a testcase for each gate cell (classname = cell,
// name = metric). What could not be decided is an error, what is waived is skipped; a verdict without cells
// is one testcase.
#include <fmt/format.h>

#include "reports/render/cells.hpp"
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

/// Text or attribute value: XML 1.0 forbids most control characters even when escaped, so they are spelled
/// out.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string testcase(const std::string& classname, const std::string& name, const std::string& inside) {
  const std::string open =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(classname), xml(name));
  return inside.empty() ? open + "/>\n" : fmt::format("{}>\n      {}\n    </testcase>\n", open, inside);
}

std::string outcome(const history::VerdictCell& cell) {
  const std::string message = xml(sentence(cell));
  const std::string detail =
      xml(fmt::format("interval {}, adjusted p {}, n {}{}{}", interval_text(cell), p_text(cell.p_adjusted),
                      n_text(cell), cell.reason.empty() ? "" : "; ", cell.reason));
  if (cell.state == "fail" || cell.state == "missing") {
    return fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>", xml(cell.state), message, detail);
  }
  if (cell.state == "inconclusive") {
    return fmt::format("<error type=\"inconclusive\" message=\"{}\">{}</error>", message, detail);
  }
  if (cell.state == "waived") return fmt::format("<skipped message=\"{}\"/>", message);
  return {};
}

}  // namespace

std::string verdict_junit(const history::Verdict& verdict) {
  std::string cases;
  std::size_t tests = 0;
  std::size_t errors = 0;
  const Tally t = tally(verdict);
  for (const history::VerdictCell& cell : verdict.cells) {
    if (!cell.gates) continue;
    ++tests;
    cases += testcase(cell_name(cell), cell.metric, outcome(cell));
  }
  errors = t.inconclusive;
  const bool undecided = verdict.verdict == "no_data" || verdict.verdict == "not_comparable";
  if (tests == 0 || undecided) {
    ++tests;
    if (undecided || verdict.exit_code() != 0) ++errors;
    cases += testcase(
        "offledger", "verdict",
        undecided || verdict.exit_code() != 0
            ? fmt::format("<error type=\"{}\" message=\"{}\"/>", xml(verdict.verdict), xml(verdict.reason))
            : "");
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"offledger gate\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}  "
      "</testsuite>\n"
      "</testsuites>\n",
      tests, t.failed + t.missing, errors, t.waived, cases);
}

}  // namespace offledger::render
