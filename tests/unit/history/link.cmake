# SPDX-License-Identifier: Apache-2.0
set(LINK SQLiteCpp SQLite::SQLite3 nlohmann_json::nlohmann_json)
