// SPDX-License-Identifier: Apache-2.0
#include "reports/history/google_benchmark_context.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace offledger::history {
namespace {

using json::Kind;

bool is_number(const json::Value& value) {
  return value.kind() == Kind::kInteger || value.kind() == Kind::kNumber;
}

/// "8 CPUs, L1 Data 48 KiB, L2 Unified 2048 KiB": what tells one kind of machine from another and does not
/// change from one reading to the next, as the clock does.
std::string cpu_of(json::Object& context) {
  const std::int64_t cpus = context.get("num_cpus", std::int64_t{0}, 0);
  std::string text = cpus > 0 ? fmt::format("{} CPUs", cpus) : "";
  const auto caches = context.find("caches");
  if (!caches) return text;
  for (const json::Value& one : caches->array()) {
    json::Object cache = one.object();
    text += fmt::format("{}L{} {} {} KiB", text.empty() ? "" : ", ", cache.get("level", std::int64_t{0}, 0),
                        cache.get("type", ""), cache.get("size", std::int64_t{0}, 0) / 1024);
  }
  return text;
}

}  // namespace

std::string without_nan(std::string_view text) {
  constexpr std::array<std::string_view, 4> kNames = {"NaN", "-NaN", "Infinity", "-Infinity"};
  std::string out;
  out.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    bool replaced = false;
    if (!quoted && (c == 'N' || c == '-' || c == 'I')) {
      for (const std::string_view name : kNames) {
        if (!text.substr(i).starts_with(name)) continue;
        out += "null";
        i += name.size() - 1;
        replaced = true;
        break;
      }
    }
    if (!replaced) out += c;
  }
  return out;
}

std::int64_t unix_of_date(const std::string& date) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  char sign = '+';
  int zone_hours = 0, zone_minutes = 0;
  const int fields = std::sscanf(date.c_str(), "%4d-%2u-%2u%*c%2d:%2d:%2d%c%2d:%2d", &year, &month, &day,
                                 &hour, &minute, &second, &sign, &zone_hours, &zone_minutes);
  if (fields < 6) return 0;
  using namespace std::chrono;
  const year_month_day at{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!at.ok() || hour > 23 || minute > 59 || second > 60) return 0;
  const auto local = sys_days(at) + hours(hour) + minutes(minute) + seconds(second);
  const auto zone = fields == 9 ? hours(zone_hours) + minutes(zone_minutes) : minutes(0);
  return (sign == '-' ? local + zone : local - zone).time_since_epoch().count();
}

BenchmarkContext read_context(const json::Value& value) {
  json::Object context = value.object();
  BenchmarkContext out;
  out.host = context.get("host_name", "");
  out.started_at_unix = unix_of_date(context.get("date", ""));
  out.debug_library = context.get("library_build_type", "") == "debug";
  out.machine_class.device_kind = "host";
  out.machine_class.cpu = cpu_of(context);
  const std::string device = context.get("offledger_device", "");
  out.of_offledger = context.has("offledger_run");
  out.machine_class.device_name = !device.empty() ? device : "host";
  if (const auto clock = context.find("mhz_per_cpu"); clock && is_number(*clock))
    out.samples.push_back({"before", "cpu.mhz", clock->number()});
  if (const auto load = context.find("load_avg"); load && load->kind() == Kind::kArray) {
    const auto averages = load->array();
    if (!averages.empty() && is_number(averages.front()))
      out.samples.push_back({"before", "cpu.load_1min", averages.front().number()});
  }
  return out;
}

}  // namespace offledger::history
