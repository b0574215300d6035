# SPDX-License-Identifier: Apache-2.0
set(LINK offledger::trace)
list(APPEND sources ${CMAKE_SOURCE_DIR}/cli/merge_processes.cpp)
