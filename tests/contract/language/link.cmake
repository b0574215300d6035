# SPDX-License-Identifier: Apache-2.0
set(LINK nlohmann_json::nlohmann_json offledger::json_schema)
