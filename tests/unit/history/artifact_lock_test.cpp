// SPDX-License-Identifier: Apache-2.0
#include "reports/history/artifact_lock.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "schedules/base/error.hpp"
#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using testing::TemporaryFolder;

TEST(ArtifactLock, WritersShareAndARemoverIsAlone) {
  TemporaryFolder folder;
  ArtifactLock writer(folder.file("h")), other(folder.file("h")), remover(folder.file("h"));
  EXPECT_TRUE(remover.take());
  remover.release();
  {
    ArtifactLock passing(folder.file("h"));
    passing.share();
    writer.share();
    EXPECT_FALSE(remover.take());
  }
  EXPECT_FALSE(remover.take());
  other.share();
  other.share();
  EXPECT_FALSE(remover.take());
}

TEST(ArtifactLock, GoesWithItsOwner) {
  TemporaryFolder folder;
  ArtifactLock remover(folder.file("h"));
  {
    ArtifactLock writer(folder.file("h"));
    writer.share();
    EXPECT_FALSE(remover.take());
  }
  EXPECT_TRUE(remover.take());
}

TEST(ArtifactLock, AWriterThatCannotRemoveStaysAWriter) {
  TemporaryFolder folder;
  ArtifactLock both(folder.file("h")), third(folder.file("h"));
  both.share();
  {
    ArtifactLock writer(folder.file("h"));
    writer.share();
    EXPECT_FALSE(both.take());
  }
  EXPECT_FALSE(third.take());  // `both` still shares
  EXPECT_TRUE(both.take());    // and may remove where it is the only one
  both.release();
  EXPECT_FALSE(third.take());
}

TEST(ArtifactLock, SaysWhatItCannotMake) {
  TemporaryFolder folder;
  std::ofstream(folder.file("h.artifacts")) << "a file";
  ArtifactLock lock(folder.file("h"));
  EXPECT_THROW(lock.share(), Error);
  EXPECT_THROW((void)lock.take(), Error);
}

}  // namespace
}  // namespace offledger::history
