// SPDX-License-Identifier: Apache-2.0
#include "reports/render/table.hpp"

#include <algorithm>

#include "reports/render/cells.hpp"

namespace offledger::render {
namespace {

constexpr std::size_t kGap = 2;        ///< cells between columns
constexpr std::size_t kLeastName = 8;  ///< a name is not cut below this

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) column.title = printable(column.title);
}

void Table::row(std::vector<Cell> cells) {
  cells.resize(columns_.size(), Cell(""));
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

void Table::rule() { rows_.emplace_back(); }

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> wide(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    wide[c] = cell_width(columns_[c].title);
    for (const auto& row : rows_) {
      if (!row.empty()) wide[c] = std::max(wide[c], cell_width(row[c].text));
    }
  }
  std::size_t total = columns_.empty() ? 0 : (columns_.size() - 1) * kGap;
  for (const std::size_t w : wide) total += w;
  while (total > limit) {
    std::size_t widest = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const bool gives = columns_[c].align == Align::kLeft && wide[c] > kLeastName;
      if (gives && (widest == columns_.size() || wide[c] > wide[widest])) widest = c;
    }
    if (widest == columns_.size()) break;
    --wide[widest];
    --total;
  }
  return wide;
}

std::string Table::text(const Style& style) const {
  const std::vector<std::size_t> wide = widths(style.width);
  std::size_t total = 0;
  for (std::size_t c = 0; c < wide.size(); ++c) total += wide[c] + (c == 0 ? 0 : kGap);
  std::string line_of_rule;
  for (std::size_t i = 0; i < total; ++i) line_of_rule += "─";

  std::string out;
  const auto emit = [&](const auto& text_of, const auto& ink_of) {
    std::string line;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string text = truncate(text_of(c), wide[c]);
      const std::string space(wide[c] - cell_width(text), ' ');
      const std::string inked = paint(text, ink_of(c), style);
      if (c > 0) line += std::string(kGap, ' ');
      line += columns_[c].align == Align::kLeft ? inked + space : space + inked;
    }
    out += without_trailing_spaces(std::move(line)) + '\n';
  };
  const bool titled = std::any_of(columns_.begin(), columns_.end(), [](const Column& c) { return !c.title.empty(); });
  if (titled) {
    emit([&](std::size_t c) -> const std::string& { return columns_[c].title; }, [](std::size_t) { return Ink::kStrong; });
  }
  for (const auto& row : rows_) {
    if (row.empty()) {
      out += paint(line_of_rule, Ink::kFaint, style) + '\n';
    } else {
      emit([&](std::size_t c) -> const std::string& { return row[c].text; }, [&](std::size_t c) { return row[c].ink; });
    }
  }
  return out;
}

std::string Table::markdown() const {
  std::string out = "|";
  for (const Column& column : columns_) out += ' ' + markdown_text(column.title) + " |";
  out += "\n|";
  for (const Column& column : columns_) out += column.align == Align::kRight ? " ---: |" : " --- |";
  out += '\n';
  for (const auto& row : rows_) {
    if (row.empty()) continue;
    out += '|';
    for (const Cell& cell : row) out += ' ' + markdown_text(cell.text) + " |";
    out += '\n';
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_[]|~#@").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace offledger::render
