#pragma once
// A time-stamping authority (RFC 3161) of a test's own: OpenSSL's responder, a root and a signer's certificate, and whatever time
// it is told to give.

#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>

#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::test {

class TimeAuthority {
 public:
  struct Kind {
    int accuracy_seconds = -1;  // said in the token; -1: left unsaid
    int fraction_digits = 0;
    // Of both certificates, days from the authority's clock at its making.
    int valid_from_days = -1, valid_to_days = 3650;
    std::string lists_at = {};  // where its certificate says that the list of revoked ones is; empty: it does not
  };
  TimeAuthority(const std::string& name, Instant clock) : TimeAuthority(name, clock, Kind()) {}
  TimeAuthority(const std::string& name, Instant clock, const Kind& kind);
  ~TimeAuthority();
  TimeAuthority(const TimeAuthority&) = delete;
  TimeAuthority& operator=(const TimeAuthority&) = delete;

  void set(Instant clock) { clock_ = clock; }
  Bytes answer(ByteView query);  // TimeStampReq → TimeStampResp, DER
  Bytes root() const;            // DER
  std::string root_pem() const;
  // The root's list of revoked certificates (DER), on which the signer's stands since then, where it does; for a reason (RFC 5280, 5.3.1),
  // or none; and so many others.
  struct Revoked {
    Instant since;
    std::optional<int> reason;
  };
  Bytes revocation_list(const std::optional<Revoked>& signer = {}, std::size_t others = 0) const;

 private:
  static int tell_time(TS_resp_ctx* context, void* self, long* seconds, long* micros);
  Instant clock_;
  Kind kind_;
  EVP_PKEY* root_key_ = nullptr;
  EVP_PKEY* key_ = nullptr;
  X509* root_ = nullptr;
  X509* certificate_ = nullptr;
  TS_RESP_CTX* context_ = nullptr;
  long serial_ = 0;
};

}  // namespace letopis::test
