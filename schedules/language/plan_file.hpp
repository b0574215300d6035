// SPDX-License-Identifier: Apache-2.0
//
// Plan files: a Plan as JSON, op by op. For what no policy says: the order that an engine was seen to issue
// in, a trace turned into ops, a fault to be shown. A plan file can be verified and run wherever a schedule
// can; `offledger schedules --plan NAME --format json` writes one.
//
//     {"plan": "mine", "title": "…", "model": {"layers": 2, "groups": […]},
//      "streams": […], "slots": […], "events": […], "prologue": […], "body": […], "epilogue": […]}
//
// Units, tensors, slots, streams and events are named, so names are unique. docs/schedules.md lists the ops.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "schedules/base/json.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::language {

/// The plan of a schedule as a file that parse_plan_file() reads back as the same. One op a line.
std::string plan_file(const plan::Plan& plan, const Schedule& of);

/// Whether the document is meant as a plan file: an object with the key "plan".
bool is_plan_file(const json::Value& root);

/// A Schedule that has one plan, for one model: Schedule::own_plan(). `hash` is its content_hash(). Throws
/// Error(kUsage) with file, line, column and key.
std::unique_ptr<Schedule> parse_plan_file(const json::Value& root, std::string hash);

}  // namespace offledger::language
