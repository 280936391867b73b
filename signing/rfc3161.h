#pragma once
// Time-stamp tokens (RFC 3161, with RFC 5816) over SHA-256, by OpenSSL's TS code: what `openssl ts` makes and verifies.
// Pure but for the randomness of a nonce. Errors' details come from OpenSSL and name no data.

#include <string>
#include <string_view>

#include "signing/base/bytes.h"
#include "signing/base/random.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::signing {

inline constexpr std::size_t kTimestampSizeMaxBytes = 24 * 1024;  // a token with its chain; larger ones are refused

struct TimestampQuery {
  Bytes der;    // TimeStampReq, to be posted as application/timestamp-query; asks for the signer's certificate
  Bytes nonce;  // big-endian, as it must come back
};
TimestampQuery make_timestamp_query(const Hash& digest, Random& random);

// The token (a CMS ContentInfo, DER) of an authority's answer (TimeStampResp, DER). Errors: "malformed", "too_large",
// "not_granted" (detail: what the authority says), "other_nonce" (not an answer to this query).
Result<Bytes> token_of_answer(ByteView answer, const TimestampQuery& query);

struct Timestamp {
  Instant said;              // genTime
  Instant earliest, latest;  // ± its accuracy; a time without fractions stands for its whole second
};
// Checks a token: signed by a certificate for time-stamping alone that leads to `trusted` (DER), valid
// at the token's own time, over exactly this digest. `accuracy_micros` stands for what the token leaves unsaid.
// Errors: "malformed", "too_large", "bad_signature" (signature or chain), "other_digest", "bad_time".
Result<Timestamp> verify_timestamp(ByteView token, const Hash& digest, ByteView trusted, std::int64_t accuracy_micros);

// A token as a text file: PEM under the label PKCS7, as `openssl pkcs7` reads it. One spelling: lines of 64 characters, each ended
// by LF. Errors of reading: "malformed", "too_large".
std::string token_text(ByteView token);
Result<Bytes> token_of_text(std::string_view text);

}  // namespace letopis::signing
