// SPDX-License-Identifier: Apache-2.0
//
// Catalogue files, and plan files, with bytes changed, cut and repeated: an Error or a plan, never anything
// else.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "schedules/base/error.hpp"
#include "schedules/language/plan_file.hpp"
#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kSixLayers{6, {{"attn", {{"q", 3000}, {"o", 1000}}}, {"ffn", {{"up", 8000}}}}};

const EmbeddedFile& any_file() {
  const auto files = catalogue_files();
  return files[*rc::gen::inRange<std::size_t>(0, files.size())];
}

void mutate(std::string& text) {
  for (int i = *rc::gen::inRange(1, 4); i > 0 && !text.empty(); --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = *rc::gen::inRange<std::size_t>(0, 12);
    switch (*rc::gen::inRange(0, 3)) {
      case 0: text[at] = *rc::gen::elementOf(std::string("0123456789-.eE\"{}[],:tfn \x01\xff")); break;
      case 1: text.erase(at, length); break;
      default: text.insert(at, text.substr(at, length));
    }
  }
}

RC_GTEST_PROP(MutatedText, IsRefusedOrCompiles, ()) {
  std::string text(any_file().text);
  mutate(text);
  try {
    const plan::Plan plan = parse_schedule(text, "mutated")->compile(kSixLayers);
    RC_CLASSIFY(plan::verify(plan).safe(), "safe");
  } catch (const Error& error) {
    RC_ASSERT(error.kind() == ErrorKind::kUsage);
  }
}

/// A plan of wrong names, sizes and sections is refused or judged: the verifier takes whatever the parser
/// gives.
RC_GTEST_PROP(MutatedText, OfPlanFilesIsRefusedOrJudged, ()) {
  const EmbeddedFile& file = any_file();
  const auto schedule = parse_schedule(file.text, std::string(file.name));
  std::string text = plan_file(schedule->compile(kSixLayers), *schedule);
  mutate(text);
  try {
    const auto read = parse_schedule(text, "mutated");
    const plan::Plan* own = read->own_plan();
    if (own != nullptr) RC_CLASSIFY(plan::verify(*own).safe(), "safe");
  } catch (const Error& error) {
    RC_ASSERT(error.kind() == ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace offledger::language
