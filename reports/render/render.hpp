// SPDX-License-Identifier: Apache-2.0
//
// Everything a person or a script sees: terminal tables, JSON documents, Chrome traces, the gate's formats. Only this
// folder and cli/ speak; they return text or write to a stream given to them, and never decide.

#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/history/records.hpp"

namespace offledger::render {

/// How a terminal wants it: NO_COLOR and "is it a terminal" are looked up by cli/.
struct Style {
  bool color = false;
  std::size_t width = 100;
};

enum class Align { kLeft, kRight };

/// A table whose columns are as wide as what they hold, measured in terminal cells (UTF-8 aware).
class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };
  explicit Table(std::vector<Column> columns);
  void row(std::vector<std::string> cells);
  void rule();  ///< a line between rows
  [[nodiscard]] std::string text(const Style& style) const;
  [[nodiscard]] std::string markdown() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  ///< an empty row is a rule
};

/// The story of a recording on one screen: verdict first, then the ledger, steps, and findings.
std::string explain_text(const analysis::Report& report, const Style& style);
/// The document `offledger.ledger/1`.
std::string explain_json(const analysis::Report& report);

/// A Chrome trace (Perfetto, chrome://tracing): rows never overlap; streams, copy engines, host threads and ranges each
/// named; counters for queue depth and link use. Streams to `out` in bounded memory.
void chrome_trace(const trace::Timeline& timeline, std::ostream& out);

/// The verdict for a person (first line: the verdict; last line: one machine-readable line), and as
/// `offledger.verdict/1`.
std::string verdict_text(const history::Verdict& verdict, const Style& style);
std::string verdict_json(const history::Verdict& verdict);

/// A bar on a terminal, plain lines otherwise; to stderr. Threads: one.
class Progress {
 public:
  Progress(std::string title, std::size_t total, bool terminal, std::ostream& err);
  ~Progress();
  void step(const std::string& what);

 private:
  std::string title_;
  std::size_t total_, done_ = 0;
  bool terminal_;
  std::ostream& err_;
};

}  // namespace offledger::render
