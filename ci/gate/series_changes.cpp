// SPDX-License-Identifier: Apache-2.0
//
// The detector on the history's series: names of runs instead of indices, instances as blocks, and what
// differs in the environment across a change.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ci/gate/changes.hpp"
#include "ci/gate/scale.hpp"

namespace offledger::gate {
namespace {

using history::Changepoint;
using history::Series;

/// Instances of one class of machine differ by a constant; where they took turns often enough to tell that
/// constant from a change, it is taken out. Where one simply followed the other, the change stays, and the
/// environment says it.
std::vector<double> values_of(const Series& series) {
  std::map<std::string, std::vector<double>> instances;
  std::size_t turns = 0;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    instances[series.points[i].instance].push_back(series.points[i].value);
    if (i > 0 && series.points[i].instance != series.points[i - 1].instance) ++turns;
  }
  const bool each_often =
      std::all_of(instances.begin(), instances.end(), [](auto& one) { return one.second.size() >= 4; });
  const bool took_turns = instances.size() > 1 && each_often && turns >= 3 * (instances.size() - 1);
  std::vector<double> values;
  for (const auto& point : series.points) {
    values.push_back(point.value - (took_turns ? median(instances[point.instance]) : 0));
  }
  return values;
}

std::string difference(const char* what, const std::string& before, const std::string& after) {
  return before == after ? "" : fmt::format("{} {} -> {}", what, before, after);
}

std::string environment_difference(const history::SeriesPoint& before, const history::SeriesPoint& after) {
  const auto& a = before.environment;
  const auto& b = after.environment;
  std::string text;
  for (const auto& part :
       {difference("instance", before.instance, after.instance), difference("driver", a.driver, b.driver),
        difference("CUDA", a.cuda, b.cuda), difference("kernel", a.kernel, b.kernel)}) {
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

Changepoint name_runs(const Series& series, const Change& change) {
  const auto& points = series.points;
  Changepoint named{series.cell,
                    series.metric,
                    series.machine_class,
                    std::string(to_string(change.kind)),
                    points[change.index].run,
                    points[change.range_first].run,
                    points[change.range_last].run,
                    change.shift,
                    change.shift_low,
                    change.shift_high,
                    change.p,
                    ""};
  if (change.index > 0)
    named.environment = environment_difference(points[change.index - 1], points[change.index]);
  return named;
}

bool is_control(std::string_view metric) {
  return metric == "link_gbps" || metric == "sm_clock_mhz";
}

/// One change as a span of positions among the machine's runs.
struct Span {
  std::size_t first, last;
  const Changepoint* change;
};

/// The runs of one machine in order of time, each with its position.
std::map<std::string, std::size_t> positions(std::span<const Series> series, std::int64_t machine_class) {
  std::map<std::string, std::int64_t> started;
  for (const auto& one : series) {
    if (one.machine_class != machine_class) continue;
    for (const auto& point : one.points) started.emplace(point.run, point.started_at_unix);
  }
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto& [run, at] : started) order.emplace_back(at, run);
  std::sort(order.begin(), order.end());
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i].second] = i;
  return place;
}

/// The position that most spans hold, and those spans.
std::vector<Span> most_together(const std::vector<Span>& spans, std::size_t& at) {
  std::vector<Span> best;
  for (const auto& candidate : spans) {
    std::vector<Span> together;
    for (const auto& span : spans) {
      if (span.first <= candidate.first && candidate.first <= span.last) together.push_back(span);
    }
    if (together.size() > best.size()) {
      best = std::move(together);
      at = candidate.first;
    }
  }
  return best;
}

void find_of_machine(std::span<const Series> series, std::span<const Changepoint> changes,
                     std::int64_t machine, std::vector<MachineChange>& out) {
  const auto place = positions(series, machine);
  std::vector<Span> spans;
  for (const auto& change : changes) {
    if (change.machine_class != machine || change.kind != "change") continue;
    const auto first = place.find(change.range_first.empty() ? change.run : change.range_first);
    const auto last = place.find(change.range_last.empty() ? change.run : change.range_last);
    if (first != place.end() && last != place.end()) spans.push_back({first->second, last->second, &change});
  }
  const auto of_machine = [&](const Series& one) { return one.machine_class == machine; };
  const auto total = static_cast<std::size_t>(std::count_if(series.begin(), series.end(), of_machine));
  while (!spans.empty()) {
    std::size_t at = 0;
    const auto together = most_together(spans, at);
    const bool control = std::any_of(together.begin(), together.end(),
                                     [](const Span& s) { return is_control(s.change->metric); });
    const bool many = total >= 4 && static_cast<double>(together.size()) > 0.3 * static_cast<double>(total);
    if (many || control) {
      MachineChange event{machine, "", "", together.size(), total, control, ""};
      for (const auto& [run, position] : place) {
        if (position == at) event.run = run;
      }
      event.device = std::find_if(series.begin(), series.end(), of_machine)->device;
      for (const auto& span : together) {
        if (event.environment.empty()) event.environment = span.change->environment;
      }
      out.push_back(std::move(event));
    }
    std::erase_if(spans, [&](const Span& s) { return s.first <= at && at <= s.last; });
  }
}

}  // namespace

std::string name_of(const Series& series) {
  return fmt::format("{}/{}/{}/{}/{}/{}", series.cell.schedule, series.cell.workload, series.metric,
                     series.device, series.cell.device_profile, series.cell.protocol);
}

std::vector<Changepoint> detect_history(std::span<const Series> series, unsigned threads,
                                        const DetectorOptions& options) {
  std::vector<NamedSeries> named;
  named.reserve(series.size());
  for (const auto& one : series) named.push_back({name_of(one), values_of(one)});
  const auto found = detect_all(named, threads, options);
  std::vector<Changepoint> all;
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (const auto& change : found[i]) all.push_back(name_runs(series[i], change));
  }
  return all;
}

std::vector<MachineChange> machine_changes(std::span<const Series> series,
                                           std::span<const Changepoint> changes) {
  std::set<std::int64_t> machines;
  for (const auto& one : series) machines.insert(one.machine_class);
  std::vector<MachineChange> all;
  for (const auto machine : machines) find_of_machine(series, changes, machine, all);
  return all;
}

}  // namespace offledger::gate
