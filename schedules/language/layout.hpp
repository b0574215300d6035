// SPDX-License-Identifier: Apache-2.0
//
// A Policy bound to a model: every name looked up, every "of each group" written out, one row a group and one
// a unit, so that compiling is array lookups. What does not fit the model is found here, once, and says where
// in the file.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "schedules/language/policy.hpp"
#include "schedules/plan/model_shape.hpp"

namespace offledger::language {

/// One Copy of every unit of a group.
struct Piece {
  std::uint32_t tensor = plan::kSlab;
  std::uint64_t offset = 0, bytes = 0;
};

/// Where in a unit its issue points stand: before its readiness wait, between that and its kernels, after
/// them.
enum class Stage : std::uint8_t { kBeforeCompute, kReady, kAfterCompute };

/// Slots that the same groups share.
struct Pool {
  std::string name;
  std::uint64_t slot_bytes = 0;  ///< the largest unit it serves
  std::uint32_t count = 0;       ///< 0: dynamic, as many as needed
};

/// An Issue with its names looked up. [first_group, end_group) are the rows it fetches.
struct Point {
  AheadIn in = AheadIn::kLayers;
  std::vector<Range> ahead;
  std::uint64_t bytes = 0;
  std::uint32_t first_group = 0, end_group = 0;
  bool fence = false;
};

struct GroupLayout {
  plan::StreamId compute{};
  plan::StreamId
      waiter{};  ///< the stream that readiness waits hold back: `compute` unless the file names another
  std::uint32_t pool = 0;
  std::uint64_t bytes = 0;
  Nanos ready_cost{};
  bool chains = false;  ///< the next unit computes on another stream
  std::vector<Piece> pieces;
  std::array<std::vector<Point>, 3> points;  ///< by Stage
};

struct UnitLayout {
  bool offloaded = false;
  std::uint32_t ordinal = 0;         ///< among the offloaded units of its pool
  std::uint32_t next_offloaded = 0;  ///< row in Layout::offloaded of the first offloaded unit after this one
};

struct Layout {
  plan::ModelShape model;  ///< cut into the schedule's units
  std::vector<plan::StreamInfo> streams;
  std::vector<plan::StreamId> copy_streams;     ///< empty: a unit is copied on its reader's stream
  std::vector<plan::StreamId> compute_streams;  ///< distinct, in order of first use
  std::vector<Pool> pools;
  std::vector<GroupLayout> groups;
  std::vector<UnitLayout> units;
  std::vector<plan::UnitId> offloaded;  ///< in order of computation
  std::vector<Point> prologue;
};

/// The model cut into the schedule's units. Throws Error(kUsage) for named groups that are not the layer's
/// tensors in order.
plan::ModelShape cut(const Units& units, const plan::ModelShape& model);

/// Which units are streamed. Throws for names the model lacks, and where nothing is left to stream.
std::vector<bool> offloaded_units(const Offload& offload, const plan::ModelShape& model);

/// Throws Error(kUsage) where the policy does not fit the model.
Layout bind(const Policy& policy, const plan::ModelShape& model);

/// Issue points and the prologue, looked up; fills Layout::prologue and every GroupLayout::points.
void bind_points(const Policy& policy, Layout& layout);

/// The row of the group of that name, or an error at `place` with the nearest.
std::uint32_t find_group(const plan::ModelShape& model, std::string_view name, const Place& place);

}  // namespace offledger::language
