// SPDX-License-Identifier: Apache-2.0
//
// Tables for terminals and for Markdown. Columns are as wide as what they hold, measured in terminal cells.
// Where the whole is wider than the terminal, the last column goes on in further lines if it is text
// (left-aligned), then names (other left-aligned columns) are cut, then the line runs over: a figure is never
// cut.

#pragma once

#include <string>
#include <vector>

#include "reports/render/style.hpp"

namespace offledger::render {

/// Threads: a value type.
class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };
  /// What stands in one place: any text (control characters are spelled out), and its ink.
  struct Cell {
    std::string text;
    Ink ink = Ink::kPlain;
    Cell(std::string t, Ink i = Ink::kPlain) : text(std::move(t)), ink(i) {}  // NOLINT: implicit on purpose
    Cell(const char* t, Ink i = Ink::kPlain) : text(t), ink(i) {}             // NOLINT: implicit on purpose
  };

  explicit Table(std::vector<Column> columns);

  /// Missing cells are empty, cells beyond the columns are dropped.
  void row(std::vector<Cell> cells);
  /// A line between rows.
  void rule();
  /// A line of text over the rows that follow, whatever the columns' widths; the first column of those is
  /// indented.
  void heading(std::string text);
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

  /// Ends with a newline; no line ends with a space.
  [[nodiscard]] std::string text(const Style& style) const;
  /// GitHub's dialect; rules are left out, a heading stands in the first column.
  [[nodiscard]] std::string markdown() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;
  [[nodiscard]] std::string row_text(const std::vector<Cell>& row, const std::vector<std::size_t>& wide,
                                     const Style& style) const;
  [[nodiscard]] bool wraps() const { return columns_.size() > 1 && columns_.back().align == Align::kLeft; }
  [[nodiscard]] bool is_heading(const std::vector<Cell>& row) const {
    return row.size() == 1 && columns_.size() > 1;
  }

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;  ///< an empty row is a rule, a row of one cell (of several) a heading
};

/// Text that Markdown shows as it is, inside a table too.
std::string markdown_text(std::string_view text);

}  // namespace offledger::render
