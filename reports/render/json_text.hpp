// SPDX-License-Identifier: Apache-2.0
//
// How every JSON document of this tool is printed: keys in the order written, integers as integers, null for
// what is absent or not finite, invalid UTF-8 replaced, two spaces of indent, a newline at the end. Private
// to render: nlohmann/json.hpp stays out of public headers.

#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reports/metrics/metrics.hpp"
#include "schedules/base/units.hpp"

namespace offledger::render {

using Json = nlohmann::ordered_json;

inline std::string to_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}
/// On one line, without the newline.
inline std::string to_line(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline Json ns(Nanos t) {
  return t.count();
}
inline Json ns(std::optional<Nanos> t) {
  return t ? Json(t->count()) : Json(nullptr);
}
inline Json number(std::optional<double> v) {
  return v && std::isfinite(*v) ? Json(*v) : Json(nullptr);
}

inline Json span(Nanos begin, Nanos end) {
  return {{"begin_ns", ns(begin)}, {"end_ns", ns(end)}};
}

/// A metric's value: an integer where its unit counts something and the value is whole.
inline Json number(const metrics::Metric* metric, std::optional<double> v) {
  if (!v || !std::isfinite(*v)) return nullptr;
  const bool counts =
      metric != nullptr && (metric->unit == metrics::Unit::kNanoseconds ||
                            metric->unit == metrics::Unit::kBytes || metric->unit == metrics::Unit::kCount);
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (counts && std::abs(*v) <= kExact && std::trunc(*v) == *v) return static_cast<std::int64_t>(*v);
  return *v;
}

}  // namespace offledger::render
