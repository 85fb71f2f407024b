// Every reason for which a request can fail, in one table: the name that clients switch on, the
// canonical code it travels with, what it means and what to do.
//
// To add a reason, add one line to ONERETURN_REASONS. Names are part of the API: never rename or
// reuse one.
#ifndef ONERETURN_COMMON_STATUS_REASON_H_
#define ONERETURN_COMMON_STATUS_REASON_H_

#include <optional>
#include <ostream>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace onereturn {

// clang-format off
//  row(enumerator, name, canonical code, meaning, remedy)
#define ONERETURN_REASONS(row) \
  /* The shape of a message. */ \
  row(kMalformed, "MALFORMED", kInvalidArgument, "The bytes are not of the form that was promised.", "Build the message or file with a current client and send it whole.") \
  row(kTooManyItems, "TOO_MANY_ITEMS", kInvalidArgument, "A list holds more items than one message may.", "Split the list over several requests, or send a file.") \
  row(kTooDeep, "TOO_DEEP", kInvalidArgument, "The message is nested more deeply than is read.", "Send the message as the API defines it.") \
  row(kUnknownField, "UNKNOWN_FIELD", kInvalidArgument, "The message holds a field that this version does not know, and a write must be understood in full.", "Remove the field, or wait until the server is upgraded.") \
  row(kDuplicateField, "DUPLICATE_FIELD", kInvalidArgument, "A field that may stand once was sent more than once.", "Send the field once.") \
  row(kOneofConflict, "ONEOF_CONFLICT", kInvalidArgument, "Two fields were sent of which only one may stand.", "Send the one that is meant.") \
  row(kNotUtf8, "NOT_UTF8", kInvalidArgument, "A text is not valid UTF-8.", "Save or send the text as UTF-8; in a spreadsheet choose \"CSV UTF-8\".") \
  row(kEnumValue, "ENUM_VALUE", kInvalidArgument, "An enumeration holds a number that has no meaning, or was left unspecified.", "Give one of the documented values.") \
  row(kMissing, "MISSING", kInvalidArgument, "A required field is missing or empty.", "Fill the named field.") \
  row(kCharset, "CHARSET", kInvalidArgument, "A text holds control, direction-changing or invisible characters.", "Type the text again without them.") \
  row(kNotNfc, "NOT_NFC", kInvalidArgument, "A text is not in Unicode's normalisation form C, so that it looks like another and is not.", "Normalise the text to form C before sending it.") \
  row(kLength, "LENGTH", kInvalidArgument, "A text is too short or too long.", "Keep the text within the stated length.") \
  row(kFieldInvalid, "FIELD_INVALID", kInvalidArgument, "One or more fields break their rule.", "Correct the fields that are listed.") \
  row(kOutputOnly, "OUTPUT_ONLY", kInvalidArgument, "The request sets a field that only the server may set.", "Leave the named field empty.") \
  /* Organisations and periods. */ \
  row(kOdsFormat, "ODS_FORMAT", kInvalidArgument, "An organisation code is not of 3 to 12 upper-case letters and digits.", "Correct the code; mind the letter O and the digit 0.") \
  row(kOdsUnknown, "ODS_UNKNOWN", kFailedPrecondition, "The organisation code is well formed but is not held.", "Check the code, or have the organisation added first.") \
  row(kOdsClosed, "ODS_CLOSED", kFailedPrecondition, "The organisation is not open in the period: it closed before it began, or opens after it.", "Name its successor, which is named where it is known, or a period in which it is open.") \
  row(kPeriod, "PERIOD", kInvalidArgument, "A period cannot be read, or is not of the kind that the collection uses.", "Write the period in its canonical form, such as 2025-04.") \
  row(kPeriodNotOpen, "PERIOD_NOT_OPEN", kFailedPrecondition, "Returns of the period are not taken yet.", "Send the return from the stated moment on, or correct the period.") \
  row(kPeriodClosed, "PERIOD_CLOSED", kFailedPrecondition, "The window of the period has closed, and the organisation has no extension in force.", "Ask a steward of the collection for an extension, then send the return again.") \
  row(kWindowState, "WINDOW_STATE", kFailedPrecondition, "The window or the extension is in a state from which this step cannot be taken.", "Read the window and its extensions again.") \
  row(kTzRequired, "TZ_REQUIRED", kInvalidArgument, "A time does not say in which zone it is, and a local time can mean two moments or none.", "Write the time in UTC with Z at its end, or with its offset.") \
  /* Numbers. */ \
  row(kRange, "RANGE", kInvalidArgument, "A number lies outside what is accepted.", "Give a number within the stated bounds.") \
  row(kNullReason, "NULL_REASON", kInvalidArgument, "A cell holds neither a number nor the reason why there is none.", "Send the number, or a null with its reason; a blank is no zero.") \
  row(kPersonalData, "PERSONAL_DATA", kInvalidArgument, "A text seems to hold a patient's number or a postcode, which no figure needs.", "Write the text without them; nothing of it was kept.") \
  row(kDuplicateCell, "DUPLICATE_CELL", kInvalidArgument, "The same item is given twice for the same dimensions.", "Keep one of the cells that are listed.") \
  /* Writing. */ \
  row(kRequestId, "REQUEST_ID", kInvalidArgument, "The request id is missing or not of the accepted form.", "Choose a fresh request id for each new request.") \
  row(kRequestIdReused, "REQUEST_ID_REUSED", kAlreadyExists, "The request id was used before with other content.", "Repeat the first request unchanged, or choose a fresh request id.") \
  row(kEtagMismatch, "ETAG_MISMATCH", kAborted, "What the request would change has changed since it was read.", "Read it again, apply the change to what is there now, and send it with the new etag.") \
  row(kContentChanged, "CONTENT_CHANGED", kAborted, "What was read has been replaced: its content hash is another now.", "Read what is there now, and name its hash.") \
  row(kSignOffState, "SIGN_OFF_STATE", kFailedPrecondition, "Nothing waits to be signed there, or another step comes first.", "Read the submission again: it says which level is next.") \
  row(kNotReopened, "NOT_REOPENED", kFailedPrecondition, "The return was signed off and accepted, and was not reopened since.", "Reopen it with a reason (onereturn reopen), then submit it again.") \
  row(kRevisionReason, "REVISION_REASON", kFailedPrecondition, "The collection wants to know why a return is sent again, and nothing was said.", "Give the reason's code with the submission.") \
  row(kCommitConflict, "COMMIT_CONFLICT", kAborted, "Another request changed what this one depends on while it was being accepted.", "Send the request again with the same request id.") \
  /* Load. */ \
  row(kOrgQuota, "ORG_QUOTA", kResourceExhausted, "The caller sends more than its share.", "Send the request again after the stated delay, and fewer at once.") \
  row(kMessageTooLarge, "MESSAGE_TOO_LARGE", kResourceExhausted, "The message is larger than is accepted.", "Split it, or upload it as a file.") \
  row(kMetadataTooLarge, "METADATA_TOO_LARGE", kResourceExhausted, "What stands beside the message, such as tokens, is larger than is accepted.", "Send no more beside a call than the API asks for.") \
  row(kQueueFull, "QUEUE_FULL", kResourceExhausted, "Too many requests are waiting to be committed.", "Send the request again after the stated delay.") \
  row(kOverloaded, "OVERLOADED", kResourceExhausted, "The server holds as many bytes in flight as it may.", "Send the request again after the stated delay.") \
  row(kCallQuota, "CALL_QUOTA", kResourceExhausted, "More calls of this kind are in flight than the service keeps at once.", "Send fewer calls at once, and retry after the stated delay.") \
  row(kStorageLow, "STORAGE_LOW", kResourceExhausted, "The disk is nearly full, so writes are refused; reads go on.", "Ask the operator to free or add disk space, then send the request again.") \
  row(kStorageFault, "STORAGE_FAULT", kUnavailable, "The storage failed, and the server is stopping to protect what it holds.", "Send the request again with the same request id once the server is back.") \
  row(kDraining, "DRAINING", kUnavailable, "The server is shutting down in order.", "Send the request again with the same request id.") \
  row(kDependency, "DEPENDENCY", kUnavailable, "Another service that is needed for the answer cannot be reached.", "Try again later; what is held here can still be read.") \
  /* Identity and rights. */ \
  row(kSvidInvalid, "SVID_INVALID", kUnauthenticated, "The client certificate does not carry exactly one SPIFFE identity.", "Use a certificate issued for this system.") \
  row(kIdentityUnknown, "IDENTITY_UNKNOWN", kUnauthenticated, "The identity is missing, out of date or not known here.", "Sign in again, or have the identity registered.") \
  row(kAccessLog, "ACCESS_LOG", kUnavailable, "The access log cannot be written, so no call is taken that it would miss.", "Try again shortly; the operator finds the cause in the service's log.") \
  row(kTokenMissing, "TOKEN_MISSING", kUnauthenticated, "The call must be made by a person, and came without a person's token.", "Sign in (onereturn login), and send the token with the call.") \
  row(kTokenFormat, "TOKEN_FORMAT", kUnauthenticated, "The person's token is too large, not of the form of a signed token, or lacks a claim.", "Sign in again; if that does not help, have the issuer's settings checked.") \
  row(kTokenHeader, "TOKEN_HEADER", kUnauthenticated, "The token's header is of another type, or says how it should be verified.", "Have the issuer write the members alg, typ (at+jwt) and kid alone.") \
  row(kTokenIssuer, "TOKEN_ISSUER", kUnauthenticated, "The token comes from no issuer that is trusted here.", "Sign in with the issuer that this service names in its settings.") \
  row(kTokenAlg, "TOKEN_ALG", kUnauthenticated, "The token is not signed with the one algorithm of its issuer.", "Have the issuer sign with the algorithm that was agreed.") \
  row(kTokenSignature, "TOKEN_SIGNATURE", kUnauthenticated, "No key of the issuer made the token's signature, or the token was altered.", "Sign in again; if that does not help, have the issuer's keys brought up to date.") \
  row(kTokenAudience, "TOKEN_AUDIENCE", kUnauthenticated, "The token was issued for another service.", "Sign in for this service.") \
  row(kTokenNotYet, "TOKEN_NOT_YET", kUnauthenticated, "The token is from the future.", "Have the clocks of the issuer and of the service set right.") \
  row(kTokenExpired, "TOKEN_EXPIRED", kUnauthenticated, "The token's time is over.", "Sign in again (onereturn login).") \
  row(kTokenReplay, "TOKEN_REPLAY", kUnauthenticated, "The token has already served another approval, or is from before the service's start.", "Sign in again for each approval.") \
  row(kIdentityMismatch, "IDENTITY_MISMATCH", kUnauthenticated, "The person's token and the system's certificate do not belong together.", "Sign in from the system that sends the token, for the organisation that it acts for.") \
  row(kPermission, "PERMISSION", kPermissionDenied, "The caller does not hold the permission that this call needs.", "Ask an administrator for the named permission.") \
  row(kOrgScope, "ORG_SCOPE", kPermissionDenied, "The request names an organisation outside the caller's scope.", "Act for an organisation that was granted to you.") \
  row(kRoleAmbiguous, "ROLE_AMBIGUOUS", kInvalidArgument, "The caller holds several roles that permit the call, and each act is under one.", "Name the role you act under, in the call's metadata as onereturn-role or with --role.") \
  row(kCollectionGrant, "COLLECTION_GRANT", kPermissionDenied, "The caller's right is for other collections.", "Ask for a grant for the collection.") \
  row(kSelfApproval, "SELF_APPROVAL", kPermissionDenied, "The step takes a second person: nobody approves or grants what is his own.", "Have another person take the step.") \
  row(kRequestState, "REQUEST_STATE", kFailedPrecondition, "The data request is in a state from which this step cannot be taken.", "Read the request again: its state says which step is next.") \
  row(kObligationState, "OBLIGATION_STATE", kFailedPrecondition, "The obligation is met, released or contested already.", "Read the obligation again.") \
  row(kEmptySelector, "EMPTY_SELECTOR", kInvalidArgument, "The request chooses no organisation, period or item.", "Widen the selector, or name organisations by their codes.") \
  row(kFuturePeriod, "FUTURE_PERIOD", kFailedPrecondition, "The request asks for a period that begins after it has ended itself.", "Ask for an earlier period, or give the request a later expiry.") \
  row(kRequestExpired, "REQUEST_EXPIRED", kFailedPrecondition, "The data request has expired, or would before it begins.", "Give it a later expiry, or draft it anew.") \
  row(kRepliesOutstanding, "REPLIES_OUTSTANDING", kFailedPrecondition, "Some of those who are consulted, or a region that filters, have not replied.", "Wait for the replies that are named, or say why it goes on without them.") \
  row(kConcernsOpen, "CONCERNS_OPEN", kFailedPrecondition, "Something that the match found is not settled.", "Settle each concern that is listed: decide the likeness, justify the definition, correct the guidance or the dates.") \
  row(kMatchChanged, "MATCH_CHANGED", kFailedPrecondition, "More would be asked of organisations than was approved: the catalogue or what is held has changed.", "Match the request again, and have it approved again.") \
  row(kReuseRefused, "REUSE_REFUSED", kPermissionDenied, "The body may not use an item for this purpose.", "Ask the item's owner for a right of reuse, or leave the item out.") \
  row(kGrantState, "GRANT_STATE", kFailedPrecondition, "The grant is in a state from which this step cannot be taken.", "Read the grant again; propose a new one where a right is still wanted.") \
  row(kRightsStale, "RIGHTS_STALE", kUnavailable, "The service has not heard from ingestion for more than a minute, so it does not know whether rights were taken away.", "Try again when the services reach each other; reads that the rights file allows go on.") \
  row(kNotFound, "NOT_FOUND", kNotFound, "There is no such thing, or it is not yours to see.", "Check the name.") \
  /* Reading. */ \
  row(kPageToken, "PAGE_TOKEN", kInvalidArgument, "The page token does not belong to this caller and query.", "Start again from the first page.") \
  row(kPageSize, "PAGE_SIZE", kInvalidArgument, "The page size is negative.", "Leave the page size out, or give a positive number.") \
  row(kPositionInvalid, "POSITION_INVALID", kInvalidArgument, "The position cannot be read or was not given out by these services.", "Use a position from a receipt or an answer, unchanged.") \
  row(kPositionAhead, "POSITION_AHEAD", kOutOfRange, "The position lies beyond what has been accepted.", "Use a position that was reached, or wait for it with at_least.") \
  row(kNotCaughtUp, "NOT_CAUGHT_UP", kUnavailable, "The service has not yet taken in what the request asks for.", "Try again shortly, or ask for an earlier position.") \
  row(kEpochChanged, "EPOCH_CHANGED", kFailedPrecondition, "The service was restored from a backup, and the position is from before.", "Rebuild from the start of the feed in the new epoch.") \
  row(kFeedBroken, "FEED_BROKEN", kDataLoss, "The feed has a gap, or its entries do not match the signed head.", "Stop, keep the evidence, and call the operator of the source.") \
  row(kSchemaAhead, "SCHEMA_AHEAD", kFailedPrecondition, "An entry of the feed is of a version that this service does not know.", "Upgrade this service; what it has taken stays as it is.") \
  row(kLedgerBehind, "LEDGER_BEHIND", kDataLoss, "The service lacks or contradicts facts that it once signed, so it serves nothing.", "Keep its folder as it is, and restore the service from its backup.") \
  row(kPeerLedger, "PEER_LEDGER", kDataLoss, "Another service shows a ledger that is not the one it showed before.", "Keep both services' folders, and have the other one restored.") \
  row(kKeyNotGiven, "KEY_NOT_GIVEN", kFailedPrecondition, "No other key is configured to which the signing could turn.", "Name the new key in next_signing_key_file, start the service again, and repeat.") \
  row(kCellsCorrupt, "CELLS_CORRUPT", kDataLoss, "A chunk of cells is damaged or not in its canonical form.", "Fetch the chunk again; if it stays so, call the operator of the source.") \
  /* Uploads and files. */ \
  row(kChunkOffset, "CHUNK_OFFSET", kInvalidArgument, "A chunk of an upload does not start where the last one ended.", "Resume the upload at the stated offset.") \
  row(kUploadIncomplete, "UPLOAD_INCOMPLETE", kAborted, "The upload ended before all its bytes had come.", "Resume the upload at the stated offset.") \
  row(kUploadExpired, "UPLOAD_EXPIRED", kFailedPrecondition, "The upload session has expired.", "Start a new upload.") \
  row(kDigestMismatch, "DIGEST_MISMATCH", kDataLoss, "The bytes that came do not have the stated size or SHA-256.", "Send the file again.") \
  row(kFileLayout, "FILE_LAYOUT", kInvalidArgument, "The file fits none of the collection's layouts.", "Do what the fault says; `onereturn template` writes a file that fits.") \
  row(kFileRepeatedRow, "FILE_REPEATED_ROW", kInvalidArgument, "An organisation stands in a file more than once.", "Give each organisation once, its rows together; the rows are named.") \
  row(kFilePeriod, "FILE_PERIOD", kInvalidArgument, "The file is for another period than the return.", "Choose the file, or the return, of the right period.") \
  row(kFileTotal, "FILE_TOTAL", kInvalidArgument, "A total in the file is not the sum of its rows.", "Correct the file; the row and both figures are named.") \
  /* Catalogue and assessment. */ \
  row(kDefinitionInvalid, "DEFINITION_INVALID", kInvalidArgument, "A definition contradicts itself or what it refers to.", "Correct the places that are listed.") \
  row(kDefinitionUnknown, "DEFINITION_UNKNOWN", kFailedPrecondition, "The request refers to a definition or version that is not held.", "Check the code and version, or load the definition first.") \
  row(kHomeCollection, "HOME_COLLECTION", kFailedPrecondition, "The item already has its home in another collection for these organisations and periods.", "Take the item from the collection that is named instead of asking again.") \
  row(kDefinitionRetired, "DEFINITION_RETIRED", kFailedPrecondition, "The definition is not in use for the period.", "Use the definition that took its place, or a period before its retirement.") \
  row(kCodeReused, "CODE_REUSED", kFailedPrecondition, "The code stands for something else already, and figures or readers know it by that.", "Define what is new under a code of its own, and retire the old one.") \
  row(kCoProduced, "CO_PRODUCED", kFailedPrecondition, "The definition is changed together with those it concerns, not by one steward.", "Propose the change and name who is to be consulted: onereturn catalogue propose.") \
  row(kChangeState, "CHANGE_STATE", kFailedPrecondition, "The change is in a state from which this step cannot be taken.", "Read the change again; propose a new one where it is still wanted.") \
  row(kEvidenceState, "EVIDENCE_STATE", kFailedPrecondition, "The evidence cites something unpublished, withdrawn or since revised.", "Pin the evidence to what is in force, or record why it stays.") \
  /* Backups. */ \
  row(kBackupFolder, "BACKUP_FOLDER", kFailedPrecondition, "The service has no folder for backups.", "Name one as backup_folder in the service's configuration, and restart it.") \
  row(kBackupIdentity, "BACKUP_IDENTITY", kFailedPrecondition, "The copy is of another service or deployment.", "Take a copy of this service: onereturn backups lists them.") \
  row(kBackupStale, "BACKUP_STALE", kFailedPrecondition, "The copy ends before the entry after which loss was accepted.", "Take a newer copy, or accept the loss of more.") \
  /* Ourselves. */ \
  row(kInternal, "INTERNAL", kInternal, "The server broke one of its own promises.", "Report the request id to the operator; nothing was accepted.")
// clang-format on

enum class Reason {
#define ONERETURN_REASON_ENUMERATOR(enumerator, name, code, meaning, remedy) enumerator,
  ONERETURN_REASONS(ONERETURN_REASON_ENUMERATOR)
#undef ONERETURN_REASON_ENUMERATOR
};

// One row of the table. All texts are static.
struct ReasonRow {
  Reason reason;
  absl::string_view name;     // UPPER_SNAKE; travels as google.rpc.ErrorInfo.reason.
  absl::StatusCode code;      // Never kOk.
  absl::string_view meaning;  // One plain sentence.
  absl::string_view remedy;   // One plain sentence.
};

// The whole table, in the order of the enumeration.
absl::Span<const ReasonRow> AllReasons();

const ReasonRow& RowOf(Reason reason);
inline absl::string_view NameOf(Reason reason) { return RowOf(reason).name; }
inline absl::StatusCode CodeOf(Reason reason) { return RowOf(reason).code; }

// Nothing for a name that this version does not know.
std::optional<Reason> ReasonFromName(absl::string_view name);

inline std::ostream& operator<<(std::ostream& out, Reason reason) { return out << NameOf(reason); }

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STATUS_REASON_H_
