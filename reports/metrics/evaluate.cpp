// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "reports/metrics/metrics.hpp"

namespace offledger::metrics {
namespace {

/// Exact metrics and an odd count give a value that was measured; other metrics the mean of the middle two.
double median(std::vector<double> values, bool lower) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = (values.size() - 1) / 2;
  if (lower || values.size() % 2 == 1) return values[middle];
  return values[middle] + (values[middle + 1] - values[middle]) / 2;
}

}  // namespace

std::vector<Value> evaluate(const analysis::Figures& figures) {
  std::vector<Value> values;
  for (const Metric& metric : all()) values.push_back({&metric, metric.value(figures)});
  return values;
}

std::vector<Value> evaluate(const analysis::DeviceReport& device) {
  const std::vector<const analysis::StepReport*> warm = analysis::warm_steps(device);
  std::vector<Value> values;
  for (const Metric& metric : all()) {
    std::vector<double> samples;
    for (const analysis::StepReport* step : warm) {
      if (const std::optional<double> value = metric.value(step->figures)) samples.push_back(*value);
    }
    Value value{&metric, std::nullopt};
    if (!samples.empty()) value.value = median(std::move(samples), metric.klass == Class::kExact);
    values.push_back(value);
  }
  return values;
}

}  // namespace offledger::metrics
