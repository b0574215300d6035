// SPDX-License-Identifier: Apache-2.0
//
// The comment a reviewer sees: headline, the failures' table, everything else folded away, the marker last.
// The table is the part that must survive: when the whole is too long, folded rows go first, then rows of the
// table, each with a line that says how many were left out.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/cells.hpp"
#include "reports/render/table.hpp"
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

using history::VerdictCell;

constexpr std::string_view kHeader =
    "| cell | metric | base | new | change [90 %] | margin | p adj | n | traces | state |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |\n";

std::string code(std::string text) {
  for (char& c : text) {
    if (c == '`' || c == '|') c = '\'';
  }
  return fmt::format("`{}`", printable(text));
}

/// A URL that cannot end the link it stands in.
std::string url_text(const std::string& url) {
  std::string out;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || std::string_view("()<>\"\\|`").find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(byte));
    } else {
      out += c;
    }
  }
  return out;
}

std::string links(const VerdictCell& cell, const MarkdownOptions& options) {
  if (!options.traces) return "–";
  const auto [base, candidate] = options.traces(cell);
  std::string out;
  if (!base.empty()) out += fmt::format("[base]({})", url_text(base));
  if (!candidate.empty()) out += fmt::format("{}[new]({})", out.empty() ? "" : " · ", url_text(candidate));
  return out.empty() ? "–" : out;
}

std::string row(const VerdictCell& cell, const MarkdownOptions& options) {
  const std::string change =
      cell.ci_low && cell.ci_high ? delta_text(cell) + " " + interval_text(cell) : delta_text(cell);
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", markdown_text(cell_name(cell)),
                     code(cell.metric), markdown_text(base_text(cell)), markdown_text(cand_text(cell)),
                     markdown_text(change), markdown_text(margin_text(cell)),
                     markdown_text(p_text(cell.p_adjusted)), n_text(cell), links(cell, options),
                     markdown_text(cell.state));
}

/// A table of the cells that `belongs` picks, within `most` characters.
std::string table(const history::Verdict& verdict, const MarkdownOptions& options, std::size_t most,
                  auto&& belongs) {
  std::string out;
  std::size_t left_out = 0;
  constexpr std::size_t kNote = 100;
  for (const VerdictCell& cell : verdict.cells) {
    if (!belongs(cell)) continue;
    const std::string line = left_out == 0 ? row(cell, options) : std::string();
    if (left_out > 0 || kHeader.size() + out.size() + line.size() + kNote > most) {
      ++left_out;
    } else {
      out += line;
    }
  }
  if (out.empty() && left_out == 0) return {};
  if (!out.empty()) out.insert(0, kHeader);
  if (left_out > 0)
    out += fmt::format("\n{} more rows do not fit here: `offledger gate --format text` has all.\n", left_out);
  return out;
}

std::string rest_text(const history::Verdict& verdict) {
  Tally t = tally(verdict);
  t.failed = t.missing = 0;
  const std::string gating = t.gating > 0 ? tally_text(t) : "";
  if (t.informational == 0) return gating;
  return fmt::format("{}{}{} for information", gating, gating.empty() ? "" : ", ", t.informational);
}

/// Preformatted text, folded away; nothing where it takes more than `most` characters.
std::string folded(std::string_view title, std::string_view text, std::size_t most) {
  if (text.empty()) return {};
  std::string fence = "```";
  while (text.find(fence) != std::string_view::npos) fence += '`';
  const std::size_t begin = text.find_first_not_of('\n');
  const std::string out = fmt::format("<details><summary>{}</summary>\n\n{}text\n{}{}\n\n</details>\n\n",
                                      title, fence, text.substr(std::min(begin, text.size())), fence);
  return out.size() <= most ? out : std::string();
}

std::string first_line(const history::Verdict& verdict) {
  const Tally t = tally(verdict);
  if (verdict.verdict == "pass") return verdict.baseline_recorded ? "baseline recorded" : "no action needed";
  if (verdict.verdict == "fail")
    return fmt::format("{} of {} cells worse – please read", t.failed + t.missing, t.gating);
  if (verdict.verdict == "inconclusive") return "inconclusive – more repetitions needed";
  return verdict.verdict == "no_data" ? "nothing was measured – please read" : "not comparable – please read";
}

}  // namespace

std::string verdict_markdown(const history::Verdict& verdict, const MarkdownOptions& options) {
  constexpr std::size_t kText = 2000;  // a reason or a name is cut here, so that the rest has room
  const auto clipped = [](const std::string& text) {
    return markdown_text(std::string_view(text).substr(0, kText));
  };
  std::string out = fmt::format("### {}: {}\n\n", clipped(options.title), first_line(verdict));
  if (!verdict.reason.empty()) out += clipped(verdict.reason) + "\n\n";
  const std::string sides = sides_text(verdict);
  if (!sides.empty()) out += clipped(sides) + "\n\n";

  const std::size_t room = options.most_characters > out.size() + options.marker.size() + 500
                               ? options.most_characters - out.size() - options.marker.size() - 500
                               : 0;
  const std::string failures = table(verdict, options, room, is_failure);
  if (!failures.empty()) out += failures + "\n";
  std::size_t left = room > failures.size() ? room - failures.size() : 0;
  const std::string moves = folded("How the ledger moved in them, a step", options.ledger, left);
  out += moves;
  left -= moves.size();
  const std::string rest = table(verdict, options, left, [](const VerdictCell& c) { return !is_failure(c); });
  if (!rest.empty()) {
    out += fmt::format("<details><summary>Everything else: {}</summary>\n\n{}\n</details>\n\n",
                       rest_text(verdict), rest);
  }
  return out + options.marker + "\n";
}

}  // namespace offledger::render
