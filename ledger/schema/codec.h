#pragma once
// Reads and writes the buffers of ledger/schema/letopis.fbs (FlatBuffers 2.0.8, size-prefixed, with identifiers).
//
// Reading is stricter than the FlatBuffers verifier, because what is signed must have one meaning: besides bounds and
// alignment it refuses trailing bytes, bytes that nothing refers to (padding must be zero and shorter than eight bytes),
// objects that overlap, unknown fields and enum values, missing required fields, texts that are not UTF-8 or hold control
// characters, and lists beyond the limits. Nothing is copied: decoded texts are views into the buffer. Pure, thread-safe.
//
// Errors: "too_large", "malformed" (detail says where), "unknown_type", "unknown_field", "unknown_value",
// "out_of_range" (a date more than kDateDaysMax from 1970-01-01).

#include "ledger/limits.h"
#include "ledger/statement.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

Result<Statement> decode_statement(ByteView bytes);  // identifier LTST
Result<Event> decode_event(ByteView bytes);          // identifier LTEV; the statement inside is not decoded
Result<Receipt> decode_receipt(ByteView bytes);      // identifier LTRC
// identifier LTSB; the statements inside are not decoded. At most kStatementsPerRequestMax of them and kBlobsPerRequestMax blobs.
Result<SubmissionBuffer> decode_submission(ByteView bytes);

Bytes encode(const Statement& statement);
Bytes encode(const Event& event);
Bytes encode(const Receipt& receipt);
Bytes encode(const SubmissionBuffer& submission);

// The two at once, as replay and audit read a leaf.
struct Entry {
  Event event;
  Statement statement;
};
Result<Entry> decode_entry(ByteView bytes);

// Valid UTF-8 (no surrogates, no overlong forms), no control characters but LF and TAB.
bool valid_text(std::string_view text);

}  // namespace letopis::ledger
