// SPDX-License-Identifier: Apache-2.0
#include "reports/render/trace_text.hpp"

#include "reports/render/cells.hpp"

namespace offledger::render {

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    if (!c.valid) {
      out += "\xEF\xBF\xBD";
    } else if (c.value == U'"' || c.value == U'\\') {
      out += '\\';
      out += text.front();
    } else if (c.value < 0x20 || c.value == 0x7F) {
      out += "\\u00";
      out += kHex[(c.value >> 4U) & 0xFU];
      out += kHex[c.value & 0xFU];
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
}

}  // namespace offledger::render
