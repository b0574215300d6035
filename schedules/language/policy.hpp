// SPDX-License-Identifier: Apache-2.0
//
// A schedule file as values: one struct a knob of docs/schedules.md, no model in sight. parse_policy() gives
// a Policy whose knobs agree with each other; whether they fit a model is for bind() (layout.hpp) to say,
// which is why knobs that name units keep the place in the file where they stood.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/units.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::language {

/// Where a knob stood: errors that only a model brings to light still point into the file.
struct Place {
  Where where;
  std::string key;  ///< "issue[0].fetch"
  [[nodiscard]] Error error(std::string_view message) const;
};

/// One value for every group, or one a named group.
template <typename T>
struct PerGroup {
  std::optional<T> all;
  std::vector<std::pair<std::string, T>> named;
  Place place;
};

enum class UnitKind : std::uint8_t { kLayer, kSublayer, kTensor, kNamed };

struct NamedGroup {
  std::string name;
  std::vector<std::string> tensors;
  Place place;
};

struct Units {
  UnitKind kind = UnitKind::kSublayer;
  std::vector<NamedGroup> groups;  ///< kNamed only, in order of computation
  Place place;
};

enum class OffloadKind : std::uint8_t { kAll, kLastOfGroup, kBytes, kPercent, kNames };

struct Offload {
  OffloadKind kind = OffloadKind::kAll;
  std::uint32_t group = 1, last = 1;  ///< kLastOfGroup: the last `last` of each `group` layers
  std::uint64_t bytes = 0;            ///< kBytes: units in order of computation while they fit
  double percent = 100;               ///< kPercent: of layers, evenly spread
  std::vector<std::string> names;     ///< kNames: groups ("ffn") and units ("L3.ffn")
  Place place;
};

enum class Mapping : std::uint8_t { kModulo, kSingle, kDynamic };

struct Slots {
  std::optional<std::uint32_t> shared;  ///< one pool of this many for units of every group
  std::vector<std::pair<std::string, std::uint32_t>>
      pools;  ///< a pool a group; both empty: dynamic, as many as needed
  Mapping mapping = Mapping::kModulo;
  bool allocate = false;           ///< Alloc before each fetch, Free after each release
  std::uint64_t budget_bytes = 0;  ///< 0: no limit stated
  Place place;
};

enum class At : std::uint8_t { kBeforeCompute, kAfterReady, kDuring, kAfterCompute, kPrologue };
enum class AheadIn : std::uint8_t { kLayers, kUnits, kBytes };

struct Range {
  std::uint32_t from = 0, to = 0;  ///< inclusive
};

struct Issue {
  At at = At::kDuring;
  std::string unit;   ///< empty: at every unit
  std::string fetch;  ///< empty: units of every group
  AheadIn in = AheadIn::kLayers;
  std::vector<Range> ahead;
  std::uint64_t bytes = 0;  ///< kBytes
  bool fence = false;
  Place place;
};

enum class ReadyMode : std::uint8_t {
  kHostEvent,
  kStreamEvent,
  kWaitStream,
  kStreamSync,
  kDeviceSync,
  kNone
};

struct Ready {
  ReadyMode mode = ReadyMode::kStreamEvent;
  std::string
      on;  ///< compute stream that waits, if not the reader's own: how a wrong-stream wait is written down
  PerGroup<Nanos> host_cost;
  Place place;
};

enum class ReleaseMode : std::uint8_t { kLastReaderEvent, kWaitStream, kHostSync, kNone };

struct Release {
  ReleaseMode mode = ReleaseMode::kLastReaderEvent;
  bool at_release =
      false;  ///< kHostSync: the host waits right after the compute, not before the slot's next copy
};

enum class CopyMapping : std::uint8_t { kUnit, kSlot, kGroup };

struct Streams {
  std::vector<std::string> copy;  ///< empty: copies run on the stream of the unit that reads them
  CopyMapping copy_mapping = CopyMapping::kUnit;
  PerGroup<std::string> compute;
  std::vector<std::pair<std::string, int>> priority;
  Place place;
};

enum class CopyBy : std::uint8_t { kSlab, kTensor, kChunks };

struct CopyKnob {
  CopyBy by = CopyBy::kSlab;
  std::uint64_t chunk_bytes = 0;
  std::uint32_t in_flight = 0;  ///< fetches the host lets be under way at once; 0: no limit
  bool by_need = false;
  Place place;
};

struct Host {
  Nanos unit{}, copy{}, compute{};  ///< dispatch cost of a unit, of each copy, of a unit's kernels
};

struct Policy {
  std::string name, title, variant_of;
  Units units;
  Offload offload;
  plan::Source source = plan::Source::kPinned;
  Slots slots;
  bool wrap = false;
  Place wrap_place;
  std::vector<Issue> issue;
  Ready ready;
  Release release;
  Streams streams;
  CopyKnob copy;
  Host host;
  Place place;
};

/// Throws Error(kUsage) with file, line, column, key and what is allowed.
Policy parse_policy(const json::Value& root);

}  // namespace offledger::language
