// SPDX-License-Identifier: Apache-2.0
#include "reports/render/table.hpp"

#include <algorithm>
#include <sstream>

#include "reports/render/cells.hpp"

namespace offledger::render {
namespace {

constexpr std::size_t kGap = 2;         ///< cells between columns
constexpr std::size_t kLeastName = 8;   ///< a name is not cut below this
constexpr std::size_t kLeastText = 24;  ///< nor text wrapped

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
  const auto heading = std::find_if(rows_.begin(), rows_.end(), [&](const auto& r) { return is_heading(r); });
  if (heading != rows_.end()) cells.front().text.insert(0, "  ");
  rows_.push_back(std::move(cells));
}

void Table::rule() {
  rows_.emplace_back();
}

void Table::heading(std::string text) {
  text = printable(text);
  rows_.push_back({Cell(std::move(text), Ink::kStrong)});
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> wide(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    wide[c] = cell_width(columns_[c].title);
    for (const auto& row : rows_) {
      if (!row.empty() && !is_heading(row)) wide[c] = std::max(wide[c], cell_width(row[c].text));
    }
  }
  std::size_t total = columns_.empty() ? 0 : (columns_.size() - 1) * kGap;
  for (const std::size_t w : wide) total += w;
  if (wraps() && total > limit && wide.back() > kLeastText) {
    const std::size_t less = std::min(total - limit, wide.back() - kLeastText);
    wide.back() -= less;
    total -= less;
  }
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
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.emplace_back(column.title, Ink::kStrong);
  if (std::any_of(titles.begin(), titles.end(), [](const Cell& c) { return !c.text.empty(); })) {
    out += row_text(titles, wide, style);
  }
  for (const auto& row : rows_) {
    if (row.empty()) {
      out += paint(line_of_rule, Ink::kFaint, style) + '\n';
    } else if (is_heading(row)) {
      out += paint(truncate(row[0].text, style.width), row[0].ink, style) + '\n';
    } else {
      out += row_text(row, wide, style);
    }
  }
  return out;
}

std::string Table::row_text(const std::vector<Cell>& row, const std::vector<std::size_t>& wide,
                            const Style& style) const {
  std::istringstream last(wraps() ? wrap(row.back().text, wide.back()) : row.back().text);
  std::string piece;
  std::string out;
  for (bool first = true; std::getline(last, piece) || first; first = false) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string text = truncate(c + 1 == row.size() ? piece : first ? row[c].text : "", wide[c]);
      const std::string space(wide[c] - cell_width(text), ' ');
      const std::string inked = paint(text, row[c].ink, style);
      if (c > 0) line += std::string(kGap, ' ');
      line += columns_[c].align == Align::kLeft ? inked + space : space + inked;
    }
    out += without_trailing_spaces(std::move(line)) + '\n';
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
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      out += ' ';
      if (c < row.size()) out += markdown_text(row[c].text);
      out += " |";
    }
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
