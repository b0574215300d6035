// SPDX-License-Identifier: Apache-2.0
//
// Random traces, written with their fields in any order and spacing and with strings that look like JSON,
// load as the kernels and calls that were written, whatever the size of a slice and the number of threads.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>

#include "collectors/import/kineto/exact_time.hpp"
#include "collectors/import/kineto/load.hpp"
#include "tests/unit/import/temporary_file.hpp"

namespace offledger::importers {
namespace {

struct Written {
  std::string name;
  std::int64_t begin = 0, end = 0;
  std::int64_t device = 0, stream = 0, correlation = 0;
  bool operator==(const Written&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Written& w) {
    return out << fmt::format("'{}' [{}, {}) on {}:{} #{}", w.name, w.begin, w.end, w.device, w.stream,
                              w.correlation);
  }
};

class TraceWriter {
 public:
  explicit TraceWriter(std::uint64_t seed) : random_(seed) {}

  std::string write(std::size_t events) {
    const char* before = below(2) ? R"("deviceProperties": [{"id": 0, "name": "}, {"}], )" : "";
    std::string out = fmt::format("{}{}\"traceEvents\"{}:{}[", spaced("{"), before, space(), space());
    for (std::size_t i = 0; i < events; ++i) {
      out += fmt::format("{}{}{}", i == 0 ? "" : ",", space(), event());
    }
    const char* behind = below(2) ? R"(, "x": [{"y": "]"}, {"z": 2}])" : "";
    return fmt::format("{}{}]{}{}}}{}", out, space(), behind, space(), space());
  }
  [[nodiscard]] const std::vector<Written>& kernels() const { return kernels_; }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  std::string space() {
    static constexpr const char* kSpaces[] = {"", " ", "\n", "\n  \t", "\r\n"};
    return kSpaces[below(5)];
  }
  std::string spaced(const std::string& text) { return fmt::format("{}{}{}", space(), text, space()); }

  /// A name and its JSON spelling.
  std::pair<std::string, std::string> text() {
    static constexpr std::pair<const char*, const char*> kPieces[] = {{"}, {", "}, {"},
                                                                      {"\"", "\\\""},
                                                                      {"\\", "\\\\"},
                                                                      {"]}", "]}"},
                                                                      {"kernel", "kernel"},
                                                                      {"\xC3\xA9", "\\u00e9"},
                                                                      {"\xE2\x82\xAC", "\xE2\x82\xAC"},
                                                                      {"[{\"ph\": 1}]", "[{\\\"ph\\\": 1}]"},
                                                                      {",", ","},
                                                                      {"{", "{"}};
    std::pair<std::string, std::string> out;
    for (std::size_t i = below(5); i > 0; --i) {
      const auto& [plain, spelled] = kPieces[below(std::size(kPieces))];
      out.first += plain;
      out.second += spelled;
    }
    return out;
  }

  /// Nanoseconds as microseconds in one of the spellings that traces have.
  std::string micros(std::int64_t ns) {
    const bool whole = ns % 1000 == 0 && below(2);
    const std::string number =
        whole ? fmt::format("{}", ns / 1000) : fmt::format("{}.{:03}", ns / 1000, ns % 1000);
    return below(4) == 0 ? fmt::format("\"{}\"", number) : number;
  }

  std::string object(std::vector<std::string> fields) {
    std::shuffle(fields.begin(), fields.end(), random_);
    std::string out = "{";
    for (std::size_t i = 0; i < fields.size(); ++i)
      out += fmt::format("{}{}", i ? "," : "", spaced(fields[i]));
    out += '}';
    return out;
  }

  std::string event() {
    if (below(3) == 0) return other();
    Written w;
    w.begin = static_cast<std::int64_t>(random_() % 2'000'000'000'000'000'000);
    const auto duration = static_cast<std::int64_t>(random_() >> (1 + below(60)) & 0xFFFFFFFFFF);
    w.end = w.begin + duration;
    w.device = static_cast<std::int64_t>(below(3));
    w.stream = static_cast<std::int64_t>(below(4));
    w.correlation = 1 + static_cast<std::int64_t>(below(1000));
    const auto [plain, spelled] = text();
    w.name = plain;
    kernels_.push_back(w);
    const std::string args =
        object({fmt::format("\"device\": {}", w.device), fmt::format("\"stream\":{}", w.stream),
                fmt::format("\"correlation\" : {}", w.correlation),
                fmt::format("\"note {}\": [{{}}, {{\"a\": \"{}\"}}]", below(9), text().second)});
    return object({"\"ph\": \"X\"", "\"cat\": \"kernel\"", fmt::format("\"name\": \"{}\"", spelled),
                   fmt::format("\"ts\": {}", micros(w.begin)), fmt::format("\"dur\":{}", micros(duration)),
                   "\"pid\": 0", "\"tid\": \"s\"", fmt::format("\"args\": {}", args)});
  }

  std::string other() {
    return object({"\"ph\": \"s\"", "\"cat\": \"ac2g\"", fmt::format("\"name\": \"{}\"", text().second),
                   "\"args\": {\"kernel\": {\"cat\": \"kernel\"}}", "\"ts\": 1"});
  }

  std::mt19937_64 random_;
  std::vector<Written> kernels_;
};

RC_GTEST_PROP(Kineto, LoadsWhatWasWrittenInSlicesOfAnySize, (std::uint64_t seed)) {
  TraceWriter writer(seed);
  const std::string text = writer.write(1 + writer.below(40));
  RC_PRE(!writer.kernels().empty());
  const TemporaryFile file(text);
  const std::size_t slice = 1 + writer.below(writer.below(2) ? 100 : 3000);
  const trace::Timeline t =
      kineto::load(file.path(), {}, {slice, 1 + static_cast<unsigned>(writer.below(4))});
  std::vector<Written> loaded;
  for (const trace::Kernel& k : t.kernels) {
    const trace::StreamInfo& s = t.at(k.stream);
    loaded.push_back({t.text(k.name), k.begin.count(), k.end.count(),
                      static_cast<std::int64_t>(index(s.device)), static_cast<std::int64_t>(s.native_id),
                      static_cast<std::int64_t>(index(k.correlation))});
  }
  RC_ASSERT(loaded == writer.kernels());
  RC_ASSERT(t.defects == trace::Defects{});
}

RC_GTEST_PROP(ExactTime, AgreesWithIntegerArithmetic, (std::int64_t nanos)) {
  RC_PRE(nanos != INT64_MIN);
  const std::uint64_t magnitude =
      nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  const std::string text =
      fmt::format("{}{}.{:03}", nanos < 0 ? "-" : "", magnitude / 1000, magnitude % 1000);
  RC_ASSERT(nanos_from_micros(text) == nanos);
  RC_ASSERT(nanos_from_micros(text + "000e0") == nanos);
  // One nanosecond is 1e-3 us whatever way it is written.
  RC_ASSERT(nanos_from_micros(fmt::format("{}e-3", nanos)) == nanos);
}

}  // namespace
}  // namespace offledger::importers
