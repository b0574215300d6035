// SPDX-License-Identifier: Apache-2.0
//
// Bug classes as edits of a schedule file: what people do to an engine that streams weights.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schedules/language/schedule.hpp"

namespace offledger::sweep {

struct Bug {
  std::string_view name;
  bool undeclared = false;  ///< the schedule still says what it said before
};
const std::vector<Bug>& bugs();

/// The schedule with that bug; null where it has it already, or where the edit does not make a schedule.
std::unique_ptr<language::Schedule> with_bug(std::string_view schedule_text, const Bug& bug);

}  // namespace offledger::sweep
