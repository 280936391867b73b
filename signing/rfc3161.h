#pragma once
// Time-stamp tokens (RFC 3161, with RFC 5816) over SHA-256, by OpenSSL's TS code: what `openssl ts` makes and verifies.
// Pure but for the randomness of a nonce. Errors' details come from OpenSSL and name no data.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/random.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

struct X509_crl_st;  // OpenSSL's X509_CRL

namespace letopis::signing {

inline constexpr std::size_t kTimestampSizeMaxBytes = 24 * 1024;      // a token with its chain; larger ones are refused
inline constexpr std::size_t kRevocationListSizeMaxBytes = 1u << 20;  // DER, likewise

struct TimestampQuery {
  Bytes der;    // TimeStampReq, to be posted as application/timestamp-query; asks for the signer's certificate
  Bytes nonce;  // big-endian, as it must come back
};
TimestampQuery make_timestamp_query(const Hash& digest, Random& random);

// The token (a CMS ContentInfo, DER) of an authority's answer (TimeStampResp, DER). Errors: "malformed", "too_large",
// "not_granted" (detail: what the authority says), "other_nonce" (not an answer to this query).
Result<Bytes> token_of_answer(ByteView answer, const TimestampQuery& query);

// A token says who signed it and when; whether that certificate had been revoked by then is a list (RFC 5280, 5) that its issuer keeps
// for as long as it likes. So the list of that day is kept: in the token, where CMS has a place for it (SignedData.crls, RFC 5652, 5.1)
// that no signature covers (`openssl ts -verify` reads the token as before), or as a file beside it.
//
// One such list, read once to hold many tokens against. Immutable; copies share it, and threads may.
class RevocationList {
 public:
  // Errors: "malformed", "too_large".
  static Result<RevocationList> read(ByteView der);
  ByteView der() const { return *der_; }
  // When its issuer means to have the next one ready; the earliest moment where it does not say.
  Instant next() const;
  X509_crl_st* get() const { return list_.get(); }

 private:
  std::shared_ptr<const Bytes> der_;
  std::shared_ptr<X509_crl_st> list_;
};

struct Timestamp {
  Instant said;              // genTime
  Instant earliest, latest;  // ± its accuracy; a time without fractions stands for its whole second
};
// Checks a token: signed by a certificate for time-stamping alone that leads to `trusted` (DER), valid
// at the token's own time, over exactly this digest. `accuracy_micros` stands for what the token leaves unsaid. By the lists of
// revoked certificates that lie in it, and `lists` that the chain has signed, the signer must not stand in one: revoked for a reason
// that leaves its key sound (RFC 3161, 4: unspecified, affiliation changed, superseded, ceased) tokens from before that moment stay
// good; for any other, or none, none does.
// Errors: "malformed", "too_large", "bad_signature" (signature or chain), "other_digest", "bad_time", "revoked".
Result<Timestamp> verify_timestamp(ByteView token, const Hash& digest, ByteView trusted, std::int64_t accuracy_micros,
                                   std::span<const RevocationList> lists = {});

// Where the token's certificates say that their lists are: addresses that begin with http://, each once. "malformed", "too_large".
Result<std::vector<std::string>> revocation_list_urls(ByteView token);
// Those of the lists that a certificate of the token's chain, up to `trusted`, has signed. "malformed", "too_large".
Result<std::vector<RevocationList>> lists_signed_by_chain(ByteView token, std::span<const RevocationList> lists,
                                                          ByteView trusted);
// The token with the lists in it. Errors: "malformed", "too_large" (it would be).
Result<Bytes> with_revocation_lists(ByteView token, std::span<const RevocationList> lists);

// A token as a text file: PEM under the label PKCS7, as `openssl pkcs7` reads it. One spelling: lines of 64 characters, each ended
// by LF. Errors of reading: "malformed", "too_large".
std::string token_text(ByteView token);
Result<Bytes> token_of_text(std::string_view text);
// The same of a list of revoked certificates: under the label X509 CRL, as `openssl crl` reads it.
std::string list_text(const RevocationList& list);
Result<RevocationList> list_of_text(std::string_view text);

}  // namespace letopis::signing
