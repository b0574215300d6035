# SPDX-License-Identifier: Apache-2.0
set(LINK offledger::sweep)
