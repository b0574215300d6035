// SPDX-License-Identifier: Apache-2.0
//
// GitHub workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
#include <fmt/format.h>

#include "reports/render/verdict.hpp"
#include "reports/render/verdict_words.hpp"

namespace offledger::render {
namespace {

constexpr std::size_t kMostErrors = 10;

/// A command ends at a newline; in a property, ':' and ',' separate too.
std::string escaped(const std::string& text, bool property) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      case ':': out += property ? "%3A" : ":"; break;
      case ',': out += property ? "%2C" : ","; break;
      default:
        // A terminal's commands in a name stay text.
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F
                   ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                   : std::string(1, c);
    }
  }
  return out;
}

std::string command(std::string_view level, const std::string& title, const std::string& file,
                    const std::string& message) {
  const std::string place = file.empty() ? "" : fmt::format("file={},line=1,", escaped(file, true));
  return fmt::format("::{} {}title={}::{}\n", level, place, escaped(title, true), escaped(message, false));
}

}  // namespace

std::string verdict_annotations(const history::Verdict& verdict, const ScheduleFile& file) {
  std::string out;
  std::size_t shown = 0;
  for (const history::VerdictCell& cell : verdict.cells) {
    if (!is_failure(cell) || shown == kMostErrors) continue;
    ++shown;
    const std::string path = file && !cell.schedule.empty() ? file(cell.schedule) : "";
    out += command("error", cell_name(cell), path, sentence(cell));
  }
  const std::string_view level = verdict.exit_code() == 0 ? "notice" : shown > 0 ? "notice" : "error";
  return out + command(level, "offledger gate", "", headline(verdict));
}

}  // namespace offledger::render
