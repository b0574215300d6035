// SPDX-License-Identifier: Apache-2.0
//
// A schedule: what an engine's streaming policy says, as a value. JSON files give one (parse), the compiler
// turns it and a model's shape into a Plan. docs/schedules.md explains every knob; schedule.schema.json is
// for editors. C++ authors may implement Schedule instead; the JSON one is an implementation like any other.

#pragma once

#include <memory>
#include <string>

#include "schedules/base/embedded.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::language {

class Schedule {
 public:
  virtual ~Schedule() = default;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  [[nodiscard]] virtual const std::string& title() const noexcept = 0;  ///< one line for a person
  /// The schedule that this one is a fenced or costlier form of; empty where it stands for itself.
  [[nodiscard]] virtual const std::string& variant_of() const noexcept = 0;
  /// Of the file's text, or of whatever defines the schedule: goes into history as run_schedule.
  [[nodiscard]] virtual const std::string& content_hash() const noexcept = 0;
  /// Whether the end of a step prefetches the next step's head.
  [[nodiscard]] virtual bool wraps() const noexcept = 0;
  /// Compiles. Throws Error(kUsage) where the schedule does not fit the model (a unit it lacks, zero slots,
  /// …).
  [[nodiscard]] virtual plan::Plan compile(const plan::ModelShape& model) const = 0;
  /// The one plan that there is, where the schedule is a plan file: compile() gives it to models of its shape
  /// alone.
  [[nodiscard]] virtual const plan::Plan* own_plan() const noexcept { return nullptr; }
};

/// Parses a schedule file or a plan file (plan_file.hpp). Errors give file, line, column, key and what is
/// allowed.
std::unique_ptr<Schedule> parse_schedule(std::string_view text, const std::string& file);

/// The catalogue's files; one by name or path. An unknown name is an Error(kUsage) with the nearest.
std::span<const EmbeddedFile> catalogue_files();
std::unique_ptr<Schedule> find_schedule(const std::string& name_or_path);

/// The JSON Schemas of schedule and plan files, for editors and tests.
std::span<const EmbeddedFile> schema_files();

}  // namespace offledger::language
