# SPDX-License-Identifier: Apache-2.0
set(LINK offledger_cupti_workload offledger::cupti)
