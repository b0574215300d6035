// SPDX-License-Identifier: Apache-2.0
//
// A cell that got worse, with what is wrong in the candidate's recording and was not in the baseline's: the
// name of the bug class, beside the cause that grew.

#pragma once

#include "reports/history/store.hpp"

namespace offledger::cli {

/// Adds to the reason of each failing cell's first failing row, and to the verdict's where that row is its
/// reason. Cells whose recordings were not kept stay as they are.
void name_new_diagnoses(const history::Store& store, history::Verdict& verdict, const history::Run& base,
                        const history::Run& candidate);

}  // namespace offledger::cli
