#include "signing/rfc3161_authority.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "signing/freed.h"
#include "signing/keys.h"

namespace letopis::signing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Text = std::unique_ptr<BIO, Freed<BIO_free>>;
using Context = std::unique_ptr<TS_RESP_CTX, Freed<TS_RESP_CTX_free>>;
using Reply = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using Oid = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;
using PrivateInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using SealedInfo = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;

// The policy of tokens: "by a Letopis notary, within a second of its clock". An arc made of a UUID (ITU-T X.667) needs no registrar.
constexpr char kPolicyOid[] = "2.25.146276353919823414652817046133924407283";
constexpr unsigned kFractionDigits = 6;
constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
// What `openssl pkcs8 -topk8 -scrypt` takes.
constexpr std::uint64_t kScryptN = 16'384, kScryptR = 8, kScryptP = 1;

tl::unexpected<Error> openssl_fails(std::string_view code, std::string what) {
  ERR_clear_error();
  return fail(code, std::move(what));
}

Text read_only(std::string_view text) { return Text(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string written(const Text& out) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

template <class Object, class Write>
Bytes der_of(const Object* object, const Write& write) {
  const int size = write(object, nullptr);
  LETOPIS_ASSERT(size > 0);
  Bytes der(static_cast<std::size_t>(size));
  std::uint8_t* to = der.data();
  write(object, &to);
  return der;
}

void extend(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  LETOPIS_ASSERT(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate self_signed(std::string_view name, EVP_PKEY* key, Instant now, int days) {
  Certificate made(X509_new());
  X509* certificate = made.get();
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  X509_NAME* subject = X509_get_subject_name(certificate);
  const bool named =
      X509_set_version(certificate, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(certificate), static_cast<time_t>(now.seconds() - kHour)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate), static_cast<time_t>(now.seconds() + days * kDay)) != nullptr &&
      X509_set_pubkey(certificate, key) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, static_cast<int>(name.size()), -1, 0) == 1 &&
      X509_set_issuer_name(certificate, subject) == 1;
  LETOPIS_ASSERT(named);
  extend(certificate, NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate, NID_key_usage, "critical,digitalSignature");
  extend(certificate, NID_ext_key_usage, "critical,timeStamping");
  extend(certificate, NID_subject_key_identifier, "hash");
  LETOPIS_ASSERT(X509_sign(certificate, key, EVP_sha256()) > 0);
  return made;
}

std::string sealed_pem(EVP_PKEY* key, std::string_view passphrase) {
  const PrivateInfo plain(EVP_PKEY2PKCS8(key));
  X509_ALGOR* how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, kScryptN, kScryptR, kScryptP);
  LETOPIS_ASSERT(plain && how != nullptr);
  const SealedInfo sealed(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain.get(), how));
  const Text out(BIO_new(BIO_s_secmem()));
  LETOPIS_ASSERT(sealed && PEM_write_bio_PKCS8(out.get(), sealed.get()) == 1);
  return written(out);
}

// Without a prompt of OpenSSL's own.
int give_passphrase(char* to, int size, int, void* passphrase) {
  const auto& given = *static_cast<std::string_view*>(passphrase);
  if (given.empty() || given.size() > static_cast<std::size_t>(size)) return -1;
  given.copy(to, given.size());
  return static_cast<int>(given.size());
}

}  // namespace

Result<NewAuthority> make_authority(std::string_view name, std::string_view passphrase, Instant now, int days) {
  if (name.empty() || name.size() > kAuthorityNameMaxBytes)
    return fail("malformed", "an authority's name has 1 to 64 bytes");
  if (passphrase.empty() || passphrase.size() > kPasswordMaxBytes)
    return fail("malformed", "an empty or overlong passphrase");
  const Key key(EVP_EC_gen("P-256"));
  LETOPIS_ASSERT(key != nullptr);
  const Certificate certificate = self_signed(name, key.get(), now, days);
  const Text out(BIO_new(BIO_s_mem()));
  LETOPIS_ASSERT(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  return NewAuthority{sealed_pem(key.get(), passphrase), written(out), der_of(certificate.get(), i2d_X509)};
}

struct TimestampAuthority::Impl {
  Key key;
  Certificate certificate;
  Context context;
  Bytes der;
  Instant valid_until;
  // Of the answer that is being made.
  std::uint64_t serial = 0;
  Instant now;

  static ASN1_INTEGER* tell_serial(TS_resp_ctx*, void* self) {
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    if (number != nullptr) ASN1_INTEGER_set_uint64(number, static_cast<Impl*>(self)->serial);
    return number;
  }
  static int tell_time(TS_resp_ctx*, void* self, long* seconds, long* micros) {
    const Instant at = static_cast<Impl*>(self)->now;
    *seconds = at.seconds();
    *micros = at.micros - at.seconds() * kMicrosPerSecond;
    return 1;
  }
};

TimestampAuthority::TimestampAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TimestampAuthority::TimestampAuthority(TimestampAuthority&&) noexcept = default;
TimestampAuthority& TimestampAuthority::operator=(TimestampAuthority&&) noexcept = default;
TimestampAuthority::~TimestampAuthority() = default;

Result<TimestampAuthority> TimestampAuthority::open(std::string_view key_pem, std::string_view certificate_pem,
                                                    std::string_view passphrase) {
  if (key_pem.size() > kAuthorityFileMaxBytes || certificate_pem.size() > kAuthorityFileMaxBytes)
    return fail("malformed", "larger than such a file may be");
  auto impl = std::make_unique<Impl>();
  impl->certificate.reset(PEM_read_bio_X509(read_only(certificate_pem).get(), nullptr, nullptr, nullptr));
  if (!impl->certificate) return openssl_fails("malformed", "the certificate cannot be read");
  impl->key.reset(PEM_read_bio_PrivateKey(read_only(key_pem).get(), nullptr, give_passphrase, &passphrase));
  if (!impl->key) return openssl_fails("wrong_passphrase", "the key does not open: another passphrase, or damaged");
  if (X509_check_private_key(impl->certificate.get(), impl->key.get()) != 1)
    return openssl_fails("wrong_certificate", "the certificate is of another key");
  impl->context.reset(TS_RESP_CTX_new());
  TS_RESP_CTX* context = impl->context.get();
  const Oid policy(OBJ_txt2obj(kPolicyOid, 1));
  LETOPIS_ASSERT(context != nullptr && policy);
  // Refuses a certificate that is not for time-stamping alone.
  if (TS_RESP_CTX_set_signer_cert(context, impl->certificate.get()) != 1)
    return openssl_fails("wrong_certificate", "the certificate is not for time-stamping alone");
  LETOPIS_ASSERT(TS_RESP_CTX_set_signer_key(context, impl->key.get()) == 1 &&
                 TS_RESP_CTX_set_def_policy(context, policy.get()) == 1 &&
                 TS_RESP_CTX_set_signer_digest(context, EVP_sha256()) == 1 &&
                 TS_RESP_CTX_add_md(context, EVP_sha256()) == 1 &&
                 TS_RESP_CTX_set_accuracy(context, kAuthorityAccuracySeconds, 0, 0) == 1 &&
                 TS_RESP_CTX_set_clock_precision_digits(context, kFractionDigits) == 1);
  TS_RESP_CTX_set_serial_cb(context, Impl::tell_serial, impl.get());
  TS_RESP_CTX_set_time_cb(context, Impl::tell_time, impl.get());
  impl->der = der_of(impl->certificate.get(), i2d_X509);
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(impl->certificate.get()), &until) != 1)
    return openssl_fails("malformed", "the certificate's time");
  impl->valid_until = Instant::from_seconds(::timegm(&until));
  return TimestampAuthority(std::move(impl));
}

const Bytes& TimestampAuthority::certificate() const { return impl_->der; }
Instant TimestampAuthority::valid_until() const { return impl_->valid_until; }

Result<TimestampAuthority::Answer> TimestampAuthority::answer(ByteView query, std::uint64_t serial, Instant now) {
  if (query.size() > kTimestampQueryMaxBytes) return fail("too_large", "larger than a query may be");
  impl_->serial = serial;
  impl_->now = now;
  const Text in(BIO_new_mem_buf(query.data(), static_cast<int>(query.size())));
  const Reply reply(TS_RESP_create_response(impl_->context.get(), in.get()));
  ERR_clear_error();
  if (!reply) return fail("failed", "no answer could be made");
  const std::int64_t status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply.get())));
  return Answer{der_of(reply.get(), i2d_TS_RESP), status == TS_STATUS_GRANTED};
}

// TimeStampResp { PKIStatusInfo { rejection (2), failInfo: bit 14 } }, which OpenSSL has no public way to write.
Bytes TimestampAuthority::no_time() { return {0x30, 0x0a, 0x30, 0x08, 0x02, 0x01, 0x02, 0x03, 0x03, 0x01, 0x00, 0x02}; }

}  // namespace letopis::signing
