// SPDX-License-Identifier: Apache-2.0
//
// Everything a person or a script sees: terminal tables, JSON documents, Chrome traces, the gate's formats.
// Only this folder and cli/ speak; they return text or write to a stream given to them, and never decide.
// This header is all of it; each part has a header of its own.

#pragma once

#include "reports/render/catalogue_view.hpp"  // IWYU pragma: export
#include "reports/render/chrome_trace.hpp"    // IWYU pragma: export
#include "reports/render/explain.hpp"         // IWYU pragma: export
#include "reports/render/gzip_stream.hpp"     // IWYU pragma: export
#include "reports/render/history_view.hpp"    // IWYU pragma: export
#include "reports/render/progress.hpp"        // IWYU pragma: export
#include "reports/render/run_view.hpp"        // IWYU pragma: export
#include "reports/render/style.hpp"           // IWYU pragma: export
#include "reports/render/table.hpp"           // IWYU pragma: export
#include "reports/render/verdict.hpp"         // IWYU pragma: export
#include "reports/render/verdict_cell.hpp"    // IWYU pragma: export
