# SPDX-License-Identifier: Apache-2.0
set(LINK SQLiteCpp SQLite::SQLite3)
