// SPDX-License-Identifier: Apache-2.0
//
// One line of a CSV file (RFC 4180), for the samples and series that people bring.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schedules/base/error.hpp"

namespace offledger {

/// The fields of a line, quotes taken off. Throws Error(kUsage) at `where` for a quote that stays open.
std::vector<std::string> csv_fields(std::string_view line, const Where& where);

}  // namespace offledger
