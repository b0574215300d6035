# SPDX-License-Identifier: Apache-2.0
set(LINK offledger::suite nlohmann_json::nlohmann_json offledger::json_schema)
