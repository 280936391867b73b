#pragma once
// POST /v1/schools/{s}/events: statements on their way in. docs/formats/http.md describes both spellings of a request
// and the answer.

#include <string>
#include <string_view>
#include <vector>

#include "commands/engine.h"

namespace letopis::server {

inline constexpr std::string_view kStatementsMediaType = "application/vnd.letopis.statements";

// application/vnd.letopis.statements (a Submission buffer, identifier LTSB) or application/json. Errors: "malformed",
// "too_large" (more than 500 statements as well), "unsupported_media_type".
Result<commands::RawSubmission> read_submission(std::string_view content_type, std::string_view body);
Result<commands::RawSubmission> read_submission_buffer(ByteView body);
Result<commands::RawSubmission> read_submission_json(std::string_view body);
// The same the other way, for clients.
Bytes write_submission_buffer(const commands::RawSubmission& submission);

// {"items":[{"index":…,"statement":…,"recorded_at":…,"verdict":…,"rule":…,…,"receipt":…}]}
std::string submitted_json(const std::vector<commands::Acknowledged>& items);
void append_acknowledged(std::string& to, const commands::Acknowledged& item);

// After a chain_conflict: the heads of the request's chains, for its author to go on from, with their proofs:
// [{"key","chain","number","index","previous","proof"}]. Chains nothing was recorded under are left out.
std::string chain_heads_json(const commands::School& school, const std::vector<commands::RawStatement>& statements);

}  // namespace letopis::server
