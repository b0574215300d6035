// SPDX-License-Identifier: Apache-2.0
//
// For programs that play many schedules: each play frees the tables that the next one allocates, half a
// megabyte of them. glibc gives that much back to the kernel at once, and faulting it in again takes longer
// than the play.

#pragma once

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace offledger {

/// Has the allocator keep up to 64 MiB of what is freed. Threads: call it before there are others.
inline void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD,
            32 << 20);  // setting one fixes both: the default of 128 KiB would map each table anew
#endif
}

}  // namespace offledger
