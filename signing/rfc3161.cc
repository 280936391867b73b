#include "signing/rfc3161.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "signing/freed.h"

namespace letopis::signing {
namespace {

using Request = std::unique_ptr<TS_REQ, Freed<TS_REQ_free>>;
using Answer = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using Token = std::unique_ptr<PKCS7, Freed<PKCS7_free>>;
using Info = std::unique_ptr<TS_TST_INFO, Freed<TS_TST_INFO_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Parameters = std::unique_ptr<X509_VERIFY_PARAM, Freed<X509_VERIFY_PARAM_free>>;
using Check = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using Revocations = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using Points = std::unique_ptr<CRL_DIST_POINTS, Freed<CRL_DIST_POINTS_free>>;
using Reason = std::unique_ptr<ASN1_ENUMERATED, Freed<ASN1_ENUMERATED_free>>;
using Number = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;

constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kPemLine = 64;
constexpr std::string_view kTokenLabel = "PKCS7", kListLabel = "X509 CRL";

std::string openssl_says() {
  std::string said;
  const char* data = nullptr;  // what exactly: "Verify error:certificate has expired"
  int flags = 0;
  while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    const char* reason = ERR_reason_error_string(code);
    if (reason == nullptr) continue;
    said += (said.empty() ? "" : "; ") + std::string(reason);
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') said += " (" + std::string(data) + ")";
  }
  return said;
}

// Nothing may follow the object. That an authority's DER has one spelling is not asked: many order their certificates freely.
template <class Pointer, class Read>
Result<Pointer> read_der(ByteView der, std::size_t max, const Read& read) {
  if (der.size() > max) return fail("too_large", "larger than " + std::to_string(max) + " bytes");
  const std::uint8_t* at = der.data();
  Pointer object(read(nullptr, &at, static_cast<long>(der.size())));
  if (object && at == der.data() + der.size()) return object;
  ERR_clear_error();
  return fail("malformed", "not the DER expected");
}

Result<Token> read_token(ByteView der) { return read_der<Token>(der, kTimestampSizeMaxBytes, d2i_PKCS7); }

template <class Object, class Write>
Bytes to_der(const Object* object, const Write& write) {
  const int length = write(object, nullptr);
  LETOPIS_ASSERT(length > 0);
  Bytes der(static_cast<std::size_t>(length));
  std::uint8_t* to = der.data();
  LETOPIS_ASSERT(write(object, &to) == length);
  return der;
}

Number number_of(ByteView big_endian) {
  BIGNUM* value = BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr);
  Number number(BN_to_ASN1_INTEGER(value, nullptr));
  BN_free(value);
  LETOPIS_ASSERT(number != nullptr);
  return number;
}

// "20261121153000.123Z": OpenSSL's own reading of a GeneralizedTime leaves the fraction out.
Result<std::int64_t> micros_of_fraction(const ASN1_GENERALIZEDTIME* time, bool& has_fraction) {
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                              static_cast<std::size_t>(ASN1_STRING_length(time)));
  const auto dot = text.find('.');
  has_fraction = dot != std::string_view::npos;
  if (!has_fraction) return 0;
  std::int64_t micros = 0, unit = 100'000;
  for (const char c : text.substr(dot + 1)) {
    if (c == 'Z') return micros;
    if (c < '0' || c > '9') break;
    micros += unit * (c - '0');
    unit /= 10;
  }
  return fail("bad_time", "the time of the token cannot be read");
}

std::int64_t micros_of(const ASN1_INTEGER* number, std::int64_t unit) {
  std::int64_t value = 0;
  if (number == nullptr || ASN1_INTEGER_get_int64(&value, number) != 1 || value < 0 || value > 1'000'000'000) return 0;
  return value * unit;
}

Result<Timestamp> time_of(const TS_TST_INFO* info, std::int64_t accuracy_micros) {
  const ASN1_GENERALIZEDTIME* time = TS_TST_INFO_get_time(info);
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return fail("bad_time", "the token names no time");
  bool has_fraction = false;
  TRY(const std::int64_t fraction, micros_of_fraction(time, has_fraction));
  const std::int64_t at = static_cast<std::int64_t>(::timegm(&parts)) * kMicrosPerSecond + fraction;
  const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(const_cast<TS_TST_INFO*>(info));
  std::int64_t off = accuracy_micros;
  if (accuracy != nullptr)
    off = micros_of(TS_ACCURACY_get_seconds(accuracy), kMicrosPerSecond) +
          micros_of(TS_ACCURACY_get_millis(accuracy), 1000) + micros_of(TS_ACCURACY_get_micros(accuracy), 1);
  return Timestamp{Instant{at}, Instant{at - off}, Instant{at + off + (has_fraction ? 0 : kMicrosPerSecond)}};
}

Certificate read_certificate(ByteView bytes) {
  const std::uint8_t* der = bytes.data();
  Certificate certificate(d2i_X509(nullptr, &der, static_cast<long>(bytes.size())));
  return der == bytes.data() + bytes.size() ? std::move(certificate) : nullptr;
}

// What `openssl ts -verify -attime` trusts: one certificate, at the token's own time.
Result<Store> store_trusting(ByteView trusted, Instant at) {
  const Certificate certificate = read_certificate(trusted);
  Store store(X509_STORE_new());
  const Parameters parameters(X509_VERIFY_PARAM_new());
  if (!certificate || !store || !parameters || X509_STORE_add_cert(store.get(), certificate.get()) != 1) {
    ERR_clear_error();
    return fail("malformed", "the trusted certificate cannot be read");
  }
  X509_VERIFY_PARAM_set_time(parameters.get(), static_cast<time_t>(at.seconds()));
  // The authority trusted may be the signer's own certificate, whoever issued it.
  X509_VERIFY_PARAM_set_flags(parameters.get(), X509_V_FLAG_PARTIAL_CHAIN);
  LETOPIS_ASSERT(X509_STORE_set1_param(store.get(), parameters.get()) == 1);
  return store;
}

// --- Lists of revoked certificates

// Those a token carries, and that an authority may have.
std::vector<X509*> certificates_of(const PKCS7* token) {
  std::vector<X509*> all;
  const auto* certificates = token->d.sign->cert;
  for (int i = 0; i < sk_X509_num(certificates); ++i) all.push_back(sk_X509_value(certificates, i));
  return all;
}

bool is_signed_by(X509_CRL* list, X509* issuer) {
  const bool named = X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) == 0;
  const bool good = named && X509_CRL_verify(list, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return good;
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return time != nullptr && ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(::timegm(&parts)) : 0;
}

// RFC 3161, section 4: what was stamped before the revocation stays good for these reasons alone, and only where one is given.
bool leaves_the_key_sound(const X509_REVOKED* revoked) {
  const Reason reason(
      static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, nullptr, nullptr)));
  if (!reason) return false;
  const long code = ASN1_ENUMERATED_get(reason.get());
  return code == CRL_REASON_UNSPECIFIED || code == CRL_REASON_AFFILIATION_CHANGED || code == CRL_REASON_SUPERSEDED ||
         code == CRL_REASON_CESSATION_OF_OPERATION;
}

// Whether one of the lists, by one who could issue the certificate, says that it was no longer good for a token of this time.
bool is_revoked(const std::vector<X509_CRL*>& lists, X509* certificate, const std::vector<X509*>& issuers,
                const Timestamp& stamp) {
  for (X509_CRL* list : lists) {
    const auto is_by = [&](X509* issuer) { return is_signed_by(list, issuer); };
    X509_REVOKED* revoked = nullptr;
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) != 0 ||
        X509_CRL_get0_by_cert(list, &revoked, certificate) != 1 || std::none_of(issuers.begin(), issuers.end(), is_by))
      continue;
    const std::int64_t since = seconds_of(X509_REVOKED_get0_revocationDate(revoked));
    if (!leaves_the_key_sound(revoked) || stamp.latest.seconds() >= since) return true;
  }
  return false;
}

Status not_revoked(const PKCS7* token, std::span<const RevocationList> beside, ByteView trusted,
                   const Timestamp& stamp) {
  std::vector<X509_CRL*> lists;
  for (int i = 0; i < sk_X509_CRL_num(token->d.sign->crl); ++i)
    lists.push_back(sk_X509_CRL_value(token->d.sign->crl, i));
  for (const auto& list : beside) lists.push_back(list.get());
  if (lists.empty()) return {};
  const Certificate root = read_certificate(trusted);
  std::vector<X509*> issuers = certificates_of(token);
  for (X509* certificate : certificates_of(token)) {
    if (X509_cmp(certificate, root.get()) == 0) continue;  // trusted, whoever thinks otherwise
    issuers.push_back(root.get());
    const bool revoked = is_revoked(lists, certificate, issuers, stamp);
    issuers.pop_back();
    if (revoked) return fail("revoked", "a certificate of the token stood in its issuer's list of revoked ones");
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> revocation_list_urls(ByteView der) {
  TRY(const Token token, read_token(der));
  if (!PKCS7_type_is_signed(token.get())) return fail("malformed", "not a time-stamp token");
  std::vector<std::string> urls;
  for (X509* certificate : certificates_of(token.get())) {
    const Points points(
        static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
    for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
      const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
      const bool names = point->distpoint != nullptr && point->distpoint->type == 0;
      const GENERAL_NAMES* full = names ? point->distpoint->name.fullname : nullptr;
      for (int k = 0; k < sk_GENERAL_NAME_num(full); ++k) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(full, k);
        if (name->type != GEN_URI) continue;
        const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
        std::string url(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                        static_cast<std::size_t>(ASN1_STRING_length(uri)));
        if (url.starts_with("http://") && std::find(urls.begin(), urls.end(), url) == urls.end())
          urls.push_back(std::move(url));
      }
    }
  }
  return urls;
}

Result<RevocationList> RevocationList::read(ByteView der) {
  TRY(auto read, read_der<Revocations>(der, kRevocationListSizeMaxBytes, d2i_X509_CRL));
  RevocationList list;
  list.der_ = std::make_shared<const Bytes>(der.begin(), der.end());
  list.list_ = {read.release(), X509_CRL_free};
  return list;
}

Instant RevocationList::next() const {
  return Instant::from_seconds(seconds_of(X509_CRL_get0_nextUpdate(list_.get())));
}

Result<std::vector<RevocationList>> lists_signed_by_chain(ByteView der, std::span<const RevocationList> lists,
                                                          ByteView trusted) {
  TRY(const Token token, read_token(der));
  const Certificate root = read_certificate(trusted);
  if (!PKCS7_type_is_signed(token.get()) || !root) return fail("malformed", "not a time-stamp token");
  std::vector<X509*> issuers = certificates_of(token.get());
  issuers.push_back(root.get());
  std::vector<RevocationList> signed_ones;
  for (const auto& list : lists)
    if (std::any_of(issuers.begin(), issuers.end(), [&](X509* issuer) { return is_signed_by(list.get(), issuer); }))
      signed_ones.push_back(list);
  return signed_ones;
}

Result<Bytes> with_revocation_lists(ByteView der, std::span<const RevocationList> lists) {
  TRY(const Token token, read_token(der));
  if (!PKCS7_type_is_signed(token.get())) return fail("malformed", "not a time-stamp token");
  std::size_t size = der.size();
  for (const auto& list : lists) size += list.der().size();
  if (size <= kTimestampSizeMaxBytes)
    for (const auto& list : lists) LETOPIS_ASSERT(PKCS7_add_crl(token.get(), list.get()) == 1);
  Bytes with = to_der(token.get(), i2d_PKCS7);
  if (std::max(size, with.size()) > kTimestampSizeMaxBytes) return fail("too_large", "larger than a time-stamp may be");
  return with;
}

TimestampQuery make_timestamp_query(const Hash& digest, Random& random) {
  TimestampQuery query;
  query.nonce.resize(kNonceBytes);
  random.fill(query.nonce);
  query.nonce[0] = static_cast<std::uint8_t>((query.nonce[0] & 0x7f) | 0x40);  // positive, and always as long
  const Request request(TS_REQ_new());
  TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
  X509_ALGOR* algorithm = X509_ALGOR_new();
  LETOPIS_ASSERT(request && imprint != nullptr && algorithm != nullptr);
  LETOPIS_ASSERT(X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1);
  Hash copy = digest;
  const bool made = TS_REQ_set_version(request.get(), 1) == 1 && TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
                    TS_MSG_IMPRINT_set_msg(imprint, copy.bytes.data(), static_cast<int>(copy.bytes.size())) == 1 &&
                    TS_REQ_set_msg_imprint(request.get(), imprint) == 1 &&
                    TS_REQ_set_nonce(request.get(), number_of(query.nonce).get()) == 1 &&
                    TS_REQ_set_cert_req(request.get(), 1) == 1;
  LETOPIS_ASSERT(made);
  TS_MSG_IMPRINT_free(imprint);
  X509_ALGOR_free(algorithm);
  query.der = to_der(request.get(), i2d_TS_REQ);
  return query;
}

Result<Bytes> token_of_answer(ByteView bytes, const TimestampQuery& query) {
  TRY(const Answer answer, read_der<Answer>(bytes, kTimestampSizeMaxBytes, d2i_TS_RESP));
  const TS_STATUS_INFO* status = TS_RESP_get_status_info(answer.get());
  const std::int64_t code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  if (code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS)
    return fail("not_granted", "the authority answers with status " + std::to_string(code));
  const PKCS7* token = TS_RESP_get_token(answer.get());
  const TS_TST_INFO* info = TS_RESP_get_tst_info(answer.get());
  if (token == nullptr || info == nullptr) return fail("malformed", "an answer without a token");
  const ASN1_INTEGER* nonce = TS_TST_INFO_get_nonce(info);
  if (nonce == nullptr || ASN1_INTEGER_cmp(nonce, number_of(query.nonce).get()) != 0)
    return fail("other_nonce", "the answer is not to this query");
  return to_der(token, i2d_PKCS7);
}

Result<Timestamp> verify_timestamp(ByteView der, const Hash& digest, ByteView trusted, std::int64_t accuracy_micros,
                                   std::span<const RevocationList> lists) {
  TRY(const Token token, read_token(der));
  const Info info(PKCS7_type_is_signed(token.get()) ? PKCS7_to_TS_TST_INFO(token.get()) : nullptr);
  if (!info) {
    ERR_clear_error();
    return fail("malformed", "not a time-stamp token");
  }
  TRY(const Timestamp stamp, time_of(info.get(), accuracy_micros));
  TRY(Store store, store_trusting(trusted, stamp.said));
  const Check check(TS_VERIFY_CTX_new());
  LETOPIS_ASSERT(check != nullptr);
  auto* imprint = static_cast<unsigned char*>(OPENSSL_memdup(digest.bytes.data(), digest.bytes.size()));
  TS_VERIFY_CTX_set_flags(check.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_IMPRINT);
  TS_VERIFY_CTX_set_imprint(check.get(), imprint, static_cast<long>(digest.bytes.size()));  // takes it over
  TS_VERIFY_CTX_set_store(check.get(), store.release());                                    // likewise
  ERR_clear_error();
  if (TS_RESP_verify_token(check.get(), token.get()) == 1) {
    TRY_STATUS(not_revoked(token.get(), lists, trusted, stamp));
    return stamp;
  }
  const bool other_digest = ERR_GET_REASON(ERR_peek_error()) == TS_R_MESSAGE_IMPRINT_MISMATCH;
  return fail(other_digest ? "other_digest" : "bad_signature", openssl_says());
}

// --- As text

namespace {

std::string pem_begin(std::string_view label) { return "-----BEGIN " + std::string(label) + "-----\n"; }
std::string pem_end(std::string_view label) { return "-----END " + std::string(label) + "-----\n"; }

std::string pem_of(std::string_view label, ByteView der) {
  const std::string base64 = to_base64(der);
  std::string text = pem_begin(label);
  for (std::size_t at = 0; at < base64.size(); at += kPemLine) text += base64.substr(at, kPemLine) + "\n";
  return text + pem_end(label);
}

Result<Bytes> der_of(std::string_view label, std::string_view text, std::size_t max) {
  const std::string begin = pem_begin(label), end = pem_end(label);
  if (text.size() > 2 * max) return fail("too_large", "larger than " + std::to_string(2 * max) + " bytes");
  if (!text.starts_with(begin) || !text.ends_with(end) || text.size() < begin.size() + end.size())
    return fail("malformed", "not a " + std::string(label) + " in PEM");
  std::string base64(text.substr(begin.size(), text.size() - begin.size() - end.size()));
  std::erase(base64, '\n');
  TRY(Bytes der, from_base64(base64));
  if (pem_of(label, der) != text) return fail("malformed", "not spelt as it is written");
  return der;
}

}  // namespace

std::string token_text(ByteView token) { return pem_of(kTokenLabel, token); }
Result<Bytes> token_of_text(std::string_view text) { return der_of(kTokenLabel, text, kTimestampSizeMaxBytes); }

std::string list_text(const RevocationList& list) { return pem_of(kListLabel, list.der()); }
Result<RevocationList> list_of_text(std::string_view text) {
  TRY(const Bytes der, der_of(kListLabel, text, kRevocationListSizeMaxBytes));
  return RevocationList::read(der);
}

}  // namespace letopis::signing
