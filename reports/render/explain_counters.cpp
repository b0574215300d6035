// SPDX-License-Identifier: Apache-2.0
#include "reports/render/explain_counters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/render/cells.hpp"
#include "reports/render/number.hpp"
#include "reports/render/render.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

using analysis::CounterCheck;
using analysis::CounterEvidence;
using analysis::CounterReport;
using analysis::Sampled;

std::string quantity(const CounterCheck& check, double value) {
  switch (check.unit) {
    case CounterCheck::Unit::kBytes: return bytes(static_cast<std::uint64_t>(std::clamp(value, 0.0, 1e18)));
    case CounterCheck::Unit::kTime:
      return time(Nanos(static_cast<std::int64_t>(std::clamp(value, 0.0, 9e18))));
    case CounterCheck::Unit::kShare: break;
  }
  return percent(value);
}

/// By how much the counter is off: a share of the record, or points.
std::string apart(const CounterCheck& check) {
  const double difference = check.counter - check.record;
  if (check.unit == CounterCheck::Unit::kShare) return fmt::format("{:+.2f} points", difference * 100);
  return check.record > 0 ? fmt::format("{:+.2f} %", difference / check.record * 100) : std::string(kAbsent);
}

std::string title_of(const std::string& id) {
  if (id == "h2d_bytes") return "H2D bytes";
  if (id == "d2h_bytes") return "D2H bytes";
  if (id == "h2d_engine_ns") return "H2D copies, copy engine active";
  if (id == "copy_engine_ns") return "copies, copy engine active";
  if (id == "graphics_ns") return "kernels, graphics engine active";
  if (id == "sm_ns") return "kernels, SMs active";
  if (id == "overlap_of_possible") return "overlap of possible";
  return id;
}

std::string check_table(const CounterReport& counters, const Style& style) {
  Table table(
      {{"records and counters", Align::kLeft}, {"by record"}, {"by counter"}, {"apart"}, {"", Align::kLeft}});
  for (const CounterCheck& check : counters.checks) {
    const char* verdict = !check.judged ? "" : check.breached() ? "mismatch" : "agree";
    const std::string last =
        check.note.empty() ? verdict : fmt::format("{}{}{}", verdict, *verdict ? "; " : "", check.note);
    table.row({title_of(check.id),
               quantity(check, check.record),
               quantity(check, check.counter),
               apart(check),
               {last, check.breached() ? Ink::kBad : Ink::kPlain}});
  }
  return table.size() == 0 ? std::string() : table.text(style);
}

std::string facts_of(const CounterReport& counters) {
  std::string facts = fmt::format("{} samples of {}", count(counters.samples), time(counters.interval));
  const auto add = [&](const std::string& fact) { facts.append("; ").append(fact); };
  if (counters.coverage < analysis::tolerances::kLeastCoverage)
    add(fmt::format("they cover {} of the window", percent(counters.coverage)));
  if (counters.sm_share)
    add(fmt::format("kernels keep {} of the SMs active", percent(std::min(1.0, *counters.sm_share))));
  if (counters.tensor_share)
    add(fmt::format("tensor pipes active for {} of compute", percent(*counters.tensor_share)));
  return facts;
}

std::string only_text(const CounterReport& counters) {
  const Sampled& s = *counters.sampled;
  std::string text = fmt::format(
      "Sampled, not recorded: figures come from {} samples of {}. What a sample leaves open is taken "
      "halfway: hidden time "
      "is right to within {}",
      count(counters.samples), time(counters.interval), time(s.open));
  if (const auto overlap = s.overlap_of_possible()) {
    text += fmt::format(", overlap of possible ({}) to within {:.2f} points", percent(*overlap),
                        s.overlap_open().value_or(0) * 100);
  }
  text += fmt::format(". H2D {} at {}.", bytes(s.h2d_bytes), rate(s.h2d_bytes, s.h2d));
  if (s.zero_copy)
    text += " The bus carried data that no copy engine moved: kernels read host memory themselves.";
  return text;
}

std::string cause_of(const CounterEvidence& e) {
  std::string name = e.cause;
  if (!e.sub.empty()) name.append("/").append(e.sub);
  if (!e.via.empty()) name.append(" via ").append(e.via);
  return name;
}

/// What the front end can be seen at; those that were not counted have no column.
struct Place {
  const char* title;
  std::optional<Nanos> CounterEvidence::*time;
};
constexpr Place kPlaces[] = {{"at semaphore", &CounterEvidence::semaphore_wait},
                             {"queue empty", &CounterEvidence::queue_idle},
                             {"async queue empty", &CounterEvidence::async_queue_idle},
                             {"all empty", &CounterEvidence::all_queues_idle}};

std::string evidence_text(const CounterReport& counters, const Style& style) {
  if (counters.evidence.empty()) return {};
  std::vector<Table::Column> columns{{"front end, by cause of GPU idle", Align::kLeft}, {"in samples"}};
  std::vector<Place> counted;
  for (const Place& place : kPlaces) {
    if (!(counters.evidence.front().*place.time)) continue;
    columns.push_back({place.title});
    counted.push_back(place);
  }
  Table table(columns);
  Nanos semaphore{}, total{};
  for (const CounterEvidence& e : counters.evidence) {
    std::vector<Table::Cell> cells{cause_of(e), time(e.time)};
    for (const Place& place : counted) cells.push_back(percent((e.*place.time).value_or(Nanos{}), e.time));
    table.row(std::move(cells));
    // Where the host was held it had queued nothing: there, a semaphore counter at 0 is as it should be.
    if (e.via != "event" && e.via != "stream_order") continue;
    semaphore += e.semaphore_wait.value_or(Nanos{});
    total += e.time;
  }
  std::string out = fmt::format("\n{}", table.text(style));
  if (counters.evidence.front().semaphore_wait && semaphore == Nanos{} && total > Nanos{0}) {
    const char* const honest =
        "The semaphore counter stayed at 0 in waits on events: on this chip it does not see them, and the "
        "causes rest on the "
        "records.";
    out.append(wrap(honest, style.width, 2)).append("\n");
  }
  return out;
}

Json sampled_json(const Sampled& s) {
  Json out;
  out["window"] = span(s.window.begin, s.window.end);
  out["compute_ns"] = ns(s.compute);
  out["h2d_ns"] = ns(s.h2d);
  out["hidden_ns"] = ns(s.hidden);
  out["exposed_ns"] = ns(s.exposed);
  out["idle_ns"] = ns(s.idle);
  out["open_ns"] = ns(s.open);
  out["h2d_bytes"] = s.h2d_bytes;
  out["overlap_of_possible"] = number(s.overlap_of_possible());
  out["overlap_open"] = number(s.overlap_open());
  out["zero_copy"] = s.zero_copy;
  return out;
}

const char* unit_name(CounterCheck::Unit unit) {
  switch (unit) {
    case CounterCheck::Unit::kBytes: return "bytes";
    case CounterCheck::Unit::kTime: return "ns";
    case CounterCheck::Unit::kShare: break;
  }
  return "ratio";
}

}  // namespace

std::string counters_text(const analysis::DeviceReport& device, const Style& style) {
  if (!device.counters) return {};
  const CounterReport& counters = *device.counters;
  if (counters.only && counters.sampled)
    return fmt::format("\n{}\n", wrap(only_text(counters), style.width, 2));
  return fmt::format("\n{}{}\n{}", check_table(counters, style),
                     wrap(facts_of(counters) + ".", style.width, 2), evidence_text(counters, style));
}

Json counters_json(const analysis::DeviceReport& device) {
  if (!device.counters) return nullptr;
  const CounterReport& counters = *device.counters;
  Json out;
  out["sampled_only"] = counters.only;
  out["interval_ns"] = ns(counters.interval);
  out["samples"] = counters.samples;
  out["coverage"] = counters.coverage;
  out["checks"] = Json::array();
  for (const CounterCheck& check : counters.checks) {
    out["checks"].push_back({{"id", check.id},
                             {"unit", unit_name(check.unit)},
                             {"record", check.record},
                             {"counter", check.counter},
                             {"allowed", check.allowed},
                             {"judged", check.judged},
                             {"agrees", !check.breached()},
                             {"note", check.note}});
  }
  out["sm_share"] = number(counters.sm_share);
  out["tensor_share"] = number(counters.tensor_share);
  out["sampled"] = counters.sampled ? sampled_json(*counters.sampled) : Json(nullptr);
  out["evidence"] = Json::array();
  for (const CounterEvidence& e : counters.evidence) {
    out["evidence"].push_back({{"cause", e.cause},
                               {"sub", e.sub.empty() ? Json(nullptr) : Json(e.sub)},
                               {"via", e.via.empty() ? Json(nullptr) : Json(e.via)},
                               {"ns", ns(e.time)},
                               {"semaphore_wait_ns", ns(e.semaphore_wait)},
                               {"queue_idle_ns", ns(e.queue_idle)},
                               {"async_queue_idle_ns", ns(e.async_queue_idle)},
                               {"all_queues_idle_ns", ns(e.all_queues_idle)}});
  }
  return out;
}

}  // namespace offledger::render
