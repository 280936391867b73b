#pragma once
// A time-stamping authority of one's own (RFC 3161, by OpenSSL's TS code): a P-256 key, a certificate for time-stamping alone,
// and the answers to queries. Whoever asks shows a SHA-256 and nothing else. Serial numbers and the hour are arguments, and whoever
// gives them answers for both (server/notary.h).

#include <memory>
#include <string>
#include <string_view>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::signing {

inline constexpr std::size_t kTimestampQueryMaxBytes = 4 * 1024;
inline constexpr std::size_t kAuthorityFileMaxBytes = 16 * 1024;
inline constexpr std::size_t kAuthorityNameMaxBytes = 64;  // of a common name (RFC 5280, ub-common-name)
inline constexpr int kAuthorityAccuracySeconds = 1;        // said in every token

// What `letopis notary init` writes. The key as openssl reads it: PKCS #8 in PEM, sealed with scrypt and AES-256; the certificate
// signs itself, and its extended key usage is time-stamping, critical, and nothing else.
struct NewAuthority {
  std::string key_pem, certificate_pem;
  Bytes certificate;  // DER: what a policy's companion names
};
// Valid from an hour before `now`. Errors: "malformed" (an empty or overlong name or passphrase).
Result<NewAuthority> make_authority(std::string_view name, std::string_view passphrase, Instant now, int days);

// Not thread-safe.
class TimestampAuthority {
 public:
  // Errors: "malformed", "wrong_passphrase" (or a damaged key), "wrong_certificate" (of another key, or not for time-stamping).
  static Result<TimestampAuthority> open(std::string_view key_pem, std::string_view certificate_pem,
                                         std::string_view passphrase);
  TimestampAuthority(TimestampAuthority&&) noexcept;
  TimestampAuthority& operator=(TimestampAuthority&&) noexcept;
  ~TimestampAuthority();

  const Bytes& certificate() const;  // DER
  Instant valid_until() const;       // of the certificate

  // The answer to a TimeStampReq: a token of this serial number and hour, or a rejection that says why (RFC 3161, 2.4.2) — another
  // digest than SHA-256, a policy it does not know, no query at all. `granted` says which. Errors: "too_large", "failed" (OpenSSL).
  struct Answer {
    Bytes der;  // TimeStampResp
    bool granted = false;
  };
  Result<Answer> answer(ByteView query, std::uint64_t serial, Instant now);
  // Of a rejection because the hour is not to be had (timeNotAvailable).
  static Bytes no_time();

 private:
  struct Impl;
  explicit TimestampAuthority(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace letopis::signing
