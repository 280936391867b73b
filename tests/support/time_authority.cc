#include "tests/support/time_authority.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace letopis::test {
namespace {

constexpr long kDay = 24 * 3600;

struct Issued {
  const char* usage;  // extended key usage; empty: an authority's
  X509* issuer;       // null: itself
  EVP_PKEY* issuer_key;
  long serial;
};

void extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  LETOPIS_ASSERT(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509* certificate(const std::string& name, EVP_PKEY* key, std::int64_t now, const TimeAuthority::Kind& kind,
                  const Issued& by) {
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), by.serial);
  const auto at = [&](int days) { return static_cast<time_t>(now + days * kDay); };
  ASN1_TIME_set(X509_getm_notBefore(made), at(kind.valid_from_days));
  ASN1_TIME_set(X509_getm_notAfter(made), at(kind.valid_to_days));
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
  X509* issuer = by.issuer == nullptr ? made : by.issuer;
  X509_set_issuer_name(made, X509_get_subject_name(issuer));
  const bool authority = *by.usage == '\0';
  extend(made, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(made, issuer, NID_key_usage, authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!authority) extend(made, issuer, NID_ext_key_usage, by.usage);
  if (!authority && !kind.lists_at.empty())
    extend(made, issuer, NID_crl_distribution_points, ("URI:" + kind.lists_at).c_str());
  LETOPIS_ASSERT(X509_sign(made, by.issuer_key, EVP_sha256()) > 0);
  return made;
}

ASN1_INTEGER* next_serial(TS_resp_ctx*, void* serial) {
  ASN1_INTEGER* number = ASN1_INTEGER_new();
  ASN1_INTEGER_set(number, ++*static_cast<long*>(serial));
  return number;
}

template <class Object, class Write>
Bytes der_of(const Object* object, const Write& write) {
  Bytes der(static_cast<std::size_t>(write(object, nullptr)));
  std::uint8_t* to = der.data();
  write(object, &to);
  return der;
}

}  // namespace

TimeAuthority::TimeAuthority(const std::string& name, Instant clock, const Kind& kind) : clock_(clock), kind_(kind) {
  root_key_ = EVP_EC_gen("P-256");
  key_ = EVP_EC_gen("P-256");
  const std::int64_t now = clock.seconds();
  root_ = certificate(name + " root", root_key_, now, kind, {"", nullptr, root_key_, 1});
  certificate_ = certificate(name, key_, now, kind, {"critical,timeStamping", root_, root_key_, 2});
  context_ = TS_RESP_CTX_new();
  ASN1_OBJECT* policy = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
  LETOPIS_ASSERT(TS_RESP_CTX_set_signer_cert(context_, certificate_) == 1 &&
                 TS_RESP_CTX_set_signer_key(context_, key_) == 1 && TS_RESP_CTX_set_def_policy(context_, policy) == 1 &&
                 TS_RESP_CTX_set_signer_digest(context_, EVP_sha256()) == 1 &&
                 TS_RESP_CTX_add_md(context_, EVP_sha256()) == 1);
  ASN1_OBJECT_free(policy);
  if (kind.accuracy_seconds >= 0) LETOPIS_ASSERT(TS_RESP_CTX_set_accuracy(context_, kind.accuracy_seconds, 0, 0) == 1);
  if (kind.fraction_digits > 0)
    LETOPIS_ASSERT(TS_RESP_CTX_set_clock_precision_digits(context_, static_cast<unsigned>(kind.fraction_digits)) == 1);
  TS_RESP_CTX_set_serial_cb(context_, next_serial, &serial_);
  TS_RESP_CTX_set_time_cb(context_, tell_time, this);
}

TimeAuthority::~TimeAuthority() {
  TS_RESP_CTX_free(context_);
  X509_free(certificate_);
  X509_free(root_);
  EVP_PKEY_free(key_);
  EVP_PKEY_free(root_key_);
}

int TimeAuthority::tell_time(TS_resp_ctx*, void* self, long* seconds, long* micros) {
  const Instant now = static_cast<TimeAuthority*>(self)->clock_;
  *seconds = now.seconds();
  *micros = now.micros - now.seconds() * kMicrosPerSecond;
  return 1;
}

Bytes TimeAuthority::answer(ByteView query) {
  BIO* in = BIO_new_mem_buf(query.data(), static_cast<int>(query.size()));
  TS_RESP* response = TS_RESP_create_response(context_, in);
  BIO_free(in);
  LETOPIS_ASSERT(response != nullptr);
  Bytes der = der_of(response, i2d_TS_RESP);
  TS_RESP_free(response);
  return der;
}

Bytes TimeAuthority::root() const { return der_of(root_, i2d_X509); }

Bytes TimeAuthority::revocation_list(const std::optional<Revoked>& signer, std::size_t others) const {
  constexpr std::int64_t kWeek = 7 * kDay;
  X509_CRL* list = X509_CRL_new();
  const auto time_of = [](std::int64_t seconds) { return ASN1_TIME_set(nullptr, static_cast<time_t>(seconds)); };
  ASN1_TIME* now = time_of(clock_.seconds());
  ASN1_TIME* next = time_of(clock_.seconds() + kWeek);
  LETOPIS_ASSERT(X509_CRL_set_version(list, 1) == 1 &&
                 X509_CRL_set_issuer_name(list, X509_get_subject_name(root_)) == 1 &&
                 X509_CRL_set1_lastUpdate(list, now) == 1 && X509_CRL_set1_nextUpdate(list, next) == 1);
  if (signer) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_TIME* since = time_of(signer->since.seconds());
    LETOPIS_ASSERT(X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(certificate_)) == 1 &&
                   X509_REVOKED_set_revocationDate(revoked, since) == 1);
    if (signer->reason) {
      ASN1_ENUMERATED* reason = ASN1_ENUMERATED_new();
      ASN1_ENUMERATED_set(reason, *signer->reason);
      LETOPIS_ASSERT(X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason, 0, 0) == 1);
      ASN1_ENUMERATED_free(reason);
    }
    LETOPIS_ASSERT(X509_CRL_add0_revoked(list, revoked) == 1);
    ASN1_TIME_free(since);
  }
  for (std::size_t i = 0; i < others; ++i) {
    constexpr long kFirstSerial = 1'000'000;  // nobody's
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* serial = ASN1_INTEGER_new();
    LETOPIS_ASSERT(ASN1_INTEGER_set(serial, kFirstSerial + static_cast<long>(i)) == 1 &&
                   X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
                   X509_REVOKED_set_revocationDate(revoked, now) == 1 && X509_CRL_add0_revoked(list, revoked) == 1);
    ASN1_INTEGER_free(serial);
  }
  LETOPIS_ASSERT(X509_CRL_sort(list) == 1 && X509_CRL_sign(list, root_key_, EVP_sha256()) > 0);
  Bytes der = der_of(list, i2d_X509_CRL);
  ASN1_TIME_free(now);
  ASN1_TIME_free(next);
  X509_CRL_free(list);
  return der;
}

std::string TimeAuthority::root_pem() const {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, root_);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return pem;
}

}  // namespace letopis::test
