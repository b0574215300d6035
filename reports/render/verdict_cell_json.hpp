// SPDX-License-Identifier: Apache-2.0
//
// Parts of JSON documents that speak of verdicts. Private to render.

#pragma once

#include "reports/render/json_text.hpp"
#include "reports/render/verdict_cell.hpp"

namespace offledger::render {

/// The value of the key `against` of `offledger.ledger/1`.
Json against_json(const CellAgainst& against);
/// A row of `offledger.verdict/1`.
Json verdict_cell_json(const history::VerdictCell& cell);

}  // namespace offledger::render
