#pragma once
// How routes answer: JSON, problem documents (RFC 9457) for every error code of the rooms below, languages, ETags.
// Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/profile.h"
#include "server/http.h"

namespace letopis::server {

using commands::Language;

// The best of ru and en by Accept-Language (RFC 9110, 12.5.4); Russian when nothing is asked for.
Language language_of(std::string_view accept_language);
std::string_view language_tag(Language language);

// Whether a media type is acceptable (RFC 9110, 12.5.1); nothing asked for accepts everything.
bool accepts(std::string_view accept, std::string_view media_type);

// A kind of problem: the status and the last part of its type, "urn:letopis:problem:<slug>".
struct ProblemKind {
  std::string_view code;  // of an Error
  unsigned status;
  std::string_view slug;
  std::string_view title_ru, title_en;
  std::string_view help_ru;  // what the reader can do; to English readers the error's own words say it
  int retry_after_seconds = 0;
};
// What an error is to a client; codes of ours that no client can cause are "internal" (500), without their detail.
const ProblemKind& problem_kind(std::string_view code);
const std::vector<ProblemKind>& problem_kinds();

Response problem_for(const Error& error, Language language, std::string_view request_id);

Response json_answer(std::string body, unsigned status = 200);
Response text_answer(std::string body, std::string_view content_type = "text/plain; charset=utf-8");

// A strong validator over the bytes: "\"<32 hexadecimal digits>\"".
std::string etag_of(std::string_view body);
// RFC 9110, 13.1.2, weak comparison.
bool none_match(std::string_view if_none_match, std::string_view etag);

}  // namespace letopis::server
