// Places at which a test can end a process as kill -9 would: exactly there, and not a moment later.
//
// A build for tests (ONERETURN_FAILPOINTS, see tools/cmake) reads the environment variable
// ONERETURN_FAILPOINT, "NAME" or "NAME:NTH": the process ends when the place is reached for the
// n-th time. A name that is not in the table ends it at its first failpoint, so that a slip of the
// pen never passes for a test. A release holds nothing of all this, not even the names.
#ifndef ONERETURN_COMMON_BASE_FAILPOINT_H_
#define ONERETURN_COMMON_BASE_FAILPOINT_H_

#include <cstddef>

namespace onereturn {

// clang-format off
//  row(enumerator, name, what has happened when it is reached)
#define ONERETURN_FAILPOINT_TABLE(row) \
  row(kCommitBeforeQueue, "commit.before_queue", "a write was judged; the committer does not know of it") \
  row(kCommitGroupFormed, "commit.group_formed", "the members of a group left the queue") \
  row(kCommitBeforeWrite, "commit.before_write", "the batch is complete and not yet written") \
  row(kCommitAfterWrite, "commit.after_write", "the batch is synced; nobody was told") \
  row(kCommitBeforeSign, "commit.before_sign", "the group was read back; its head is not signed") \
  row(kCommitBeforeReply, "commit.before_reply", "the head is signed; no member has its answer") \
  row(kUploadMidChunk, "upload.mid_chunk", "a piece of a file has come and is not yet kept") \
  row(kUploadLastChunk, "upload.last_chunk", "the last piece was checked and is not yet kept") \
  row(kReturnChunksWritten, "return.chunks_written", "chunks are kept ahead of a fact not yet proposed") \
  row(kStorageFlush, "storage.flush", "a buffer is being written to a table") \
  row(kStorageCheckpoint, "storage.checkpoint", "some files of a checkpoint are made, not all") \
  row(kConsumerBeforeBatch, "consumer.before_batch", "a page of the feed was checked; nothing is derived") \
  row(kConsumerAfterBatch, "consumer.after_batch", "what a page leads to is written, with the cursor")
// clang-format on

enum class FailpointId : size_t {
#define ONERETURN_FAILPOINT_ENUMERATOR(enumerator, name, meaning) enumerator,
  ONERETURN_FAILPOINT_TABLE(ONERETURN_FAILPOINT_ENUMERATOR)
#undef ONERETURN_FAILPOINT_ENUMERATOR
};

// How a process ends at a failpoint: none of the codes of exit_code.h.
inline constexpr int kFailpointExitCode = 99;
inline constexpr char kFailpointVariable[] = "ONERETURN_FAILPOINT";

namespace internal {

// Test builds alone define it. Thread safe.
void ReachFailpoint(FailpointId id);

}  // namespace internal
}  // namespace onereturn

// ONERETURN_FAILPOINT(kCommitBeforeWrite); a macro, so that a release has nothing in its place. The
// library that uses it links onereturn::failpoint privately.
#ifdef ONERETURN_FAILPOINTS
#define ONERETURN_FAILPOINT(enumerator) \
  ::onereturn::internal::ReachFailpoint(::onereturn::FailpointId::enumerator)
#else
#define ONERETURN_FAILPOINT(enumerator) static_cast<void>(0)
#endif

#endif  // ONERETURN_COMMON_BASE_FAILPOINT_H_
