// The column families of ingestion's store and the grammar of their keys. Only this folder knows
// keys.
//
// clang-format off
//   catalogue  kind:u8 code:string ~sequence:u64     -> the definition, as its fact holds it
//   heads      01                                    -> sequence:u64 of the newest catalogue fact
//              02 item:string                        -> code of the item's home collection in the
//                                                       newest periods for which it has one
//              03 collection:string period:string organisation:string -> storage.v1.ReturnHead
//              04 file digest:32 bytes               -> id of the upload that holds the file
//              05 kind:u8 code:string                -> sequence:u64 of the definition in force
//              10 organisation:string collection:string period:string -> storage.v1.SubmissionRecord
//              11 organisation:string collection:string period:string -> sequence:u64 of the draft
//              20 collection:string period:string    -> storage.v1.WindowRecord
//              21 collection:string period:string organisation:string -> storage.v1.ExtensionHeadRecord
//              22 collection:string period:string organisation:string number:u32
//                                                    -> timetable.v1.Extension, with its output fields
//              30 kind:u8 code:string number:u64     -> catalogue.v1.Change, with its output fields
//              31 item:string collection:string      -> nothing: a version of the collection names it
//              40 commissioner:string collection:string period:string number:u32
//                                                    -> sequence:u64 of the conclusion of a review
//              41 provider:string collection:string period:string commissioner:string number:u32
//                                                    -> storage.v1.ReviewQueryRecord
//              42 organisation:string collection:string period:string finding:string ~sequence:u64
//                                                    -> revision:u32 that the reply was given to
//   revisions  collection:string period:string organisation:string ~sequence:u64 -> revision:u32
//   chunks     digest:32 bytes                       -> a chunk of common/cells/cell_chunk.h
//   uploads    id:string                             -> storage.v1.UploadRecord
//   files      id:string index:u32                   -> 64 KiB of an uploaded file
//   rights     01 number:u64                         -> rights.v1.Grant, with its output fields
//              02                                    -> count:u64 of grants
//              03                                    -> digest:32 bytes of the recorded rights file
//   uses       01 body:string collection:string period:string organisation:string -> storage.v1.UseRecord
//              02 collection:string period:string organisation:string body:string -> nothing: it is in 01
//              03 item:string body:string product:string purpose:u32 -> count:u64 of uses, last:i64 of them
//   data_requests
//              01 number:u64                         -> sequence:u64 of the request's newest step
//              02 number:u64 ~sequence:u64           -> requests.v1.DataRequest as that step left it,
//                                                       with its output fields
//              03                                    -> count:u64 of requests
//              04 description:string item:string     -> requests.v1.Likeness, decided or not
//              10 collection:string period:string organisation:string request:u64
//                                                    -> storage.v1.ObligationRecord
//              11 organisation:string collection:string period:string request:u64 -> nothing: it is in 10
//              12 request:u64 organisation:string collection:string period:string request:u64
//                                                    -> nothing: it is in 10
//              13 closes:i64 then as 11 without its first byte -> nothing: in force, and its window closes
//              14 answer_by:i64 then as 13             -> nothing: contested, and not answered
//              15 request:u64 organisation:string      -> storage.v1.AvoidedRecord
//              16                                      -> sequence:u64 of the newest issue
//              17 request:u64 group:u32                -> storage.v1.ObligationTermsRecord
//              20 request:u64 number:u32 sequence:u64  -> requests.v1.Action, with its output fields
//              21 request:u64                          -> count:u32 of the request's actions
//              22                                    -> sequence:u64 of the fact that set simplified mode last
//              23 ~sequence:u64                      -> requests.v1.SimplifiedMode as that fact set it
//              30 item:string                        -> sequence:u64 of the newest fact of its reviews
//              31 item:string ~sequence:u64          -> requests.v1.ItemReview as that fact left it
// clang-format on
#ifndef ONERETURN_SERVICES_INGESTION_STORE_FAMILIES_H_
#define ONERETURN_SERVICES_INGESTION_STORE_FAMILIES_H_

#include <vector>

#include "common/commit/primary_family.h"
#include "common/storage/column_family.h"

namespace onereturn::ingestion {

// On-disk format: DO NOT CHANGE THE ORDER; only add at the end.
enum class Family : uint32_t {
  kCatalogue = kFirstOwnFamily,
  kHeads,
  kRevisions,
  kChunks,
  kUploads,
  kFiles,
  kLedger,  // See common/commit/primary_family.h.
  kRights,
  kUses,
  kDataRequests,
};

inline std::vector<ColumnFamilySpec> Families() {
  std::vector<ColumnFamilySpec> families = PrimaryFamilies();
  for (const char* name : {"catalogue", "heads", "revisions", "chunks", "uploads", "files"}) {
    families.push_back({name, ColumnFamilyKind::kPrimary});
  }
  families.push_back(LedgerFamilySpec());
  families.push_back({"rights", ColumnFamilyKind::kPrimary});
  families.push_back({"uses", ColumnFamilyKind::kPrimary});
  families.push_back({"data_requests", ColumnFamilyKind::kPrimary});
  return families;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_FAMILIES_H_
