// Every limit of calls, in one place: its unit, and why it is what it is. Limits that belong to a
// format or a rule stand with it: cells a chunk (common/cells/cell_chunk.h), a file's columns and
// rows (common/csv/csv_reader.h, services/ingestion/app/files/submit_file.cc), the length of a
// request id (common/commit/request_id.h), a group of commits (common/commit/committer.h), what a
// page of the feed holds (common/feed/feed_service.cc), an upload's size and life
// (services/ingestion/app/files/uploads.h), cells and explanations of a call
// (services/ingestion/rpc/convert.cc), matches that reads make
// (services/ingestion/rpc/match_reads.h).
#ifndef ONERETURN_COMMON_RPC_LIMITS_H_
#define ONERETURN_COMMON_RPC_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace onereturn::limits {

// ---- One message ----

// Bytes of a write. Protobuf grows a hundredfold in memory: two threads parse 25 MiB each at most.
inline constexpr uint64_t kWriteBytes = 256 * 1024;
// Bytes of any message that gRPC takes: an eighth above the write's, so that it is ours to say what
// is wrong with a return of too many cells. Beyond it gRPC answers RESOURCE_EXHAUSTED without a
// reason: raising it would let every open stream hold more before anything of ours has looked.
inline constexpr int kReceiveBytes = 288 * 1024;
// Bytes of a read's request: the largest that is meant, 1,000 digests of chunks, has 34,000. gRPC
// parses it before anything of ours runs.
inline constexpr int kReadBytes = 40'000;
// Fields of a write, at every depth. The largest return of 20,000 cells with two dimensions has
// 200,000, and more bytes than a message may have: what fits has some 65,000.
inline constexpr size_t kWireElements = 100'000;
// Elements of one list of a write: the cells of a return, the longest list there is.
inline constexpr size_t kListItems = 20'000;
// Messages within messages; the v1 API needs 6.
inline constexpr int kMessageDepth = 16;

// ---- Pages ----

// Items of a page whose caller names no size, and the most that one gets: a page of the largest
// items fits a message, and a list of all organisations takes a few calls.
inline constexpr int kUsualPage = 100;
inline constexpr int kLargestPage = 1'000;

// ---- Time ----

// Microseconds. No call waits longer for what it needs, whatever deadline its caller set, and this
// long where the caller set none. Otherwise as many calls as the server has threads, each waiting a
// day for what never comes, would end service for everybody. Some hundred times what the slowest
// read takes.
inline constexpr int64_t kWaitMicros = 30'000'000;
// Microseconds until a stream whose reader takes nothing is cancelled: each holds a thread.
inline constexpr int64_t kSlowReaderMicros = 30'000'000;
// Microseconds for a stream that has an end, however steadily its reader takes: the largest file,
// 256 MiB, over a line of 4 Mbit/s. The places of such streams are few, and a bound of each write
// alone would let a reader who trickles keep one for a day.
inline constexpr int64_t kStreamMicros = 600'000'000;
// Microseconds after which what admitted a stream is asked again: certificate, token, right. As
// often as lists of revoked certificates and issuers' keys are looked at; a change of rights is
// seen before, at the next write. Each time costs the verifying of a token, of one who has one.
inline constexpr int64_t kAskAgainMicros = 1'000'000;
// Microseconds for a method that answers once: it waits no longer than kWaitMicros, and works less.
inline constexpr int64_t kUnaryMicros = 2 * kWaitMicros;
// Microseconds that an answer given once may wait for its reader. Such answers are small; each
// holds a thread.
inline constexpr int64_t kUnreadAnswerMicros = 5'000'000;
// Milliseconds for the TLS handshake and the beginning of HTTP/2. A crowd of silent connections is
// gone after it; a loaded machine takes tens of milliseconds for an honest one.
inline constexpr int kHandshakeMs = 5'000;
// Milliseconds that a connection with a call may say nothing before one end asks the other whether
// it is still there, and that the other may take to answer; then the connection is closed. A link
// that goes dark tells nobody: without the question a follower would wait for ever on a connection
// that a firewall forgot, and its source would keep a thread for it. Services are to lag no longer
// than 30 s after a link is back, which leaves time to connect again.
inline constexpr int kSilenceMs = 5'000;
inline constexpr int kSilenceAnswerMs = 5'000;
// Milliseconds between two such questions below which a client is shown the door.
inline constexpr int kQuestionIntervalMs = kSilenceMs / 2;
// Milliseconds for one attempt to connect: no longer than the other end gives the handshake.
inline constexpr int kConnectMs = kHandshakeMs;
// Milliseconds after which a connection without a call is closed; clients open another unasked.
inline constexpr int kIdleConnectionMs = 300'000;
// Milliseconds after which a connection takes no further calls; what runs on it goes on, and
// clients open another unasked. It shows the certificate that was renewed meanwhile: on the old one
// a caller would be refused from the day its first certificate ends. Less than any certificate has
// left when it is renewed.
inline constexpr int kConnectionAgeMs = 600'000;
// Seconds that running calls get when the server stops.
inline constexpr int kDrainSeconds = 5;

// ---- Threads ----

// Threads of a server's calls. A stream holds one while it is connected; were all of them held so,
// nothing else would be answered. So streams share what the reserve leaves: the feed's, of which
// other services and auditors need a few, those that have an end (files, cells, traces), and all
// others. gRPC's own eight pollers and the sixteen reads that may wait for a position live off the
// reserve.
inline constexpr int kServerThreads = 112;
inline constexpr int kReservedThreads = 48;
inline constexpr int kFeedWatchers = 16;
inline constexpr int kFiniteStreams = 24;
inline constexpr int kOtherWatchers =
    kServerThreads - kReservedThreads - kFeedWatchers - kFiniteStreams;
// Of the feed's places, those that only services may take: each of the other two needs one, and a
// second while it reconnects.
inline constexpr int kServiceFeedWatchers = 4;
// Of the places of streams that have an end, those for services alone: a consumer fetches a large
// return's cells over one, and assessment asks metrics for four traces at a time.
inline constexpr int kServiceFiniteStreams = 8;
// Such streams of one caller that is no service: people of one portal may read traces side by side.
inline constexpr int kFiniteStreamsACaller = 8;
// Watches of one caller that is no service.
inline constexpr int kWatchersACaller = 8;
// Reads that wait for `at_least` at once. A position may name anything, and a wait is for what
// comes within milliseconds: more than a few waits at a time are waits for what does not come.
inline constexpr int kWaitingReads = 16;
inline constexpr int kWaitingReadsACaller = 12;
// Threads that scan, parse and judge writes, and writes that may wait for them.
inline constexpr size_t kWriteThreads = 2;
inline constexpr size_t kWriteQueue = 1'024;

// ---- One caller: an organisation, or a national system or person by its SPIFFE id ----
// A deployment may set others in its configuration.

// An organisation's systems. One that submits a month of returns sends a call or two for each.
inline constexpr double kCallsASecond = 20;
inline constexpr double kCallBurst = 100;
inline constexpr int kCallsAtOnce = 64;
inline constexpr uint64_t kBytesAtOnce = 16 * 1024 * 1024;
// National systems and people: a steward sends two thousand definitions one after the other, and a
// study reads every value there is. More than one client does that waits for each answer.
inline constexpr double kNationalCallsASecond = 2'000;
inline constexpr double kNationalCallBurst = 10'000;
inline constexpr int kNationalCallsAtOnce = 64;
inline constexpr uint64_t kNationalBytesAtOnce = 16 * 1024 * 1024;
// Services, and the national loader, which brings all organisations' returns: no rate.
inline constexpr int kCarrierCallsAtOnce = 1'024;
// Bytes of files uploaded in a day (UTC), and files being uploaded, of one owner.
inline constexpr uint64_t kUploadBytesADay = uint64_t{2} << 30;
inline constexpr uint64_t kNationalUploadBytesADay = uint64_t{64} << 30;
inline constexpr size_t kUploadsAtOnce = 8;
inline constexpr size_t kNationalUploadsAtOnce = 10'000;

// ---- One certificate ----

// Connections at once. A client has one, a portal some; each may hold kStreamsAConnection calls.
inline constexpr int kConnectionsACertificate = 100;

// ---- All callers together ----

// Bytes of writes from their arrival until they are answered.
inline constexpr uint64_t kBytesInFlight = 64 * 1024 * 1024;
// Bytes that gRPC may hold of requests that no method has taken yet, over all connections: above
// the gate's own, so that the gate refuses in words first. Beyond it gRPC closes connections,
// anybody's.
inline constexpr size_t kTransportBytes = 192 << 20;
// Streams of one connection; a client's further calls wait with the client.
inline constexpr int kStreamsAConnection = 64;
// Bytes of a call's metadata; beyond it gRPC answers RESOURCE_EXHAUSTED.
inline constexpr int kMetadataBytes = 8 * 1024;
// Heaps of the C library, which otherwise makes eight a core and keeps in each what its threads
// freed: under a flood half as much memory again.
inline constexpr int kMallocArenas = 4;
// Descriptors below which a server says that it has few: a crowd of idle connections takes them.
inline constexpr uint64_t kFewDescriptors = 16'384;

}  // namespace onereturn::limits

#endif  // ONERETURN_COMMON_RPC_LIMITS_H_
