// SPDX-License-Identifier: Apache-2.0
//
// SQLite's result codes (https://www.sqlite.org/rescode.html) as what was expected, what was found, and the
// fix.
#include <fmt/format.h>
#include <sqlite3.h>

#include "reports/history/connection.hpp"

namespace offledger::history {

Error explain(const SQLite::Exception& error, const std::string& path, std::string_view doing) {
  const auto say = [&](std::string_view found, std::string_view fix) {
    return Error(ErrorKind::kUsage, fmt::format("history {}: cannot {}: {}. {}", path, doing, found, fix));
  };
  switch (error.getErrorCode()) {
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return say(
          "expected a file that can be written, found it read-only (or its folder, or it was opened for "
          "reading)",
          "Nothing was written. Change its permissions, or name another file with --db or OFFLEDGER_DB");
    case SQLITE_FULL:
      return say(
          "the disk, the quota or the file's size limit is full",
          "Nothing of this was written. Free space, or remove old runs with `offledger history prune`");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return say(
          "another process kept it locked",
          "Nothing was written. Find the process that holds it (`fuser FILE`), let it finish, and try again");
    case SQLITE_NOTADB:
      return say("expected a SQLite database, found something else",
                 "Name another file with --db or OFFLEDGER_DB, or move this one away");
    case SQLITE_CORRUPT:
      return say(fmt::format("the file is damaged ({})", error.what()),
                 "Restore it from a backup, or save what can be read with `sqlite3 FILE .recover`");
    case SQLITE_CANTOPEN:
      return say("the file cannot be opened or made there",
                 "Check that the path names a file in a folder that exists and may be written");
    case SQLITE_IOERR:
      return say(fmt::format("the system failed to read or write it ({})",
                             sqlite3_errstr(error.getExtendedErrorCode())),
                 "Check the disk; SQLite needs working file locks, which some network file systems lack");
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return say(fmt::format("it is too large for this machine ({})", error.what()), "Nothing was written");
    default:
      return say(error.what(),
                 "Nothing was written. `sqlite3 FILE 'pragma integrity_check'` checks the file");
  }
}

}  // namespace offledger::history
