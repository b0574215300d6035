# SPDX-License-Identifier: Apache-2.0
set(LINK offledger::suite nlohmann_json::nlohmann_json)
# GCC 12 reports an overlap in std::string's operator+ inside valijson that cannot be (its bug 105329).
set(QUIET -Wno-restrict)
