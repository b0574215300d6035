# SPDX-License-Identifier: Apache-2.0
set(LINK offledger::analysis offledger::sim offledger::execute offledger::suite offledger::language offledger::history offledger::trace)
list(APPEND sources ${CMAKE_CURRENT_LIST_DIR}/bugs.cpp)
