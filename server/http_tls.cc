#include "server/http_tls.h"

#include <openssl/decodererr.h>
#include <openssl/err.h>
#include <openssl/pemerr.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>

#include <algorithm>
#include <ctime>

namespace letopis::server {
namespace {

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned offered_length, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_length, kOurs, sizeof kOurs - 1, offered, offered_length);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

bool is(const error_code& ec, int library, std::initializer_list<int> reasons) {
  const auto code = static_cast<unsigned long>(ec.value());
  return ec.category() == net::error::get_ssl_category() && ERR_GET_LIB(code) == library &&
         std::find(reasons.begin(), reasons.end(), ERR_GET_REASON(code)) != reasons.end();
}
// A file without what is looked for, in the two ways OpenSSL 3 says so.
bool holds_none(const error_code& ec) {
  return is(ec, ERR_LIB_PEM, {PEM_R_NO_START_LINE}) || is(ec, ERR_LIB_OSSL_DECODER, {ERR_R_UNSUPPORTED});
}

Status use_certificate(ssl::context& context, const std::string& file) {
  error_code ec;
  context.use_certificate_chain_file(file, ec);
  if (!ec) return {};
  return fail("tls_certificate", file + ": " + (holds_none(ec) ? "holds no certificate in PEM" : ec.message()));
}

Status use_key(ssl::context& context, const std::string& file, const std::string& certificate_file) {
  bool locked = false;
  error_code ec;
  context.set_password_callback(
      [&](std::size_t, ssl::context::password_purpose) {
        locked = true;
        return std::string();
      },
      ec);
  context.use_private_key_file(file, ssl::context::pem, ec);
  // OpenSSL keeps the callback: what it refers to ends here.
  SSL_CTX_set_default_passwd_cb(context.native_handle(), [](char*, int, int, void*) { return -1; });
  if (!ec) return {};
  const auto why = [&]() -> std::string {
    if (locked) return "is locked by a passphrase, which nobody is asked for: `openssl pkey -in … -out …` unlocks it";
    if (is(ec, ERR_LIB_X509, {X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH}))
      return "not the key of " + certificate_file;
    return holds_none(ec) ? "holds no private key in PEM" : ec.message();
  }();
  return fail("tls_certificate", file + ": " + why);
}

}  // namespace

Result<std::shared_ptr<ssl::context>> load_tls_context(const std::string& certificate_file,
                                                       const std::string& key_file) {
  const auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1)
    return fail("tls_certificate", "TLS 1.2 is not available");
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  TRY_STATUS(use_certificate(*context, certificate_file));
  TRY_STATUS(use_key(*context, key_file, certificate_file));
  if (SSL_CTX_check_private_key(native) !=
      1)  // a key of another kind stands beside the certificate, unnoticed till here
    return fail("tls_certificate", key_file + ": not the key of " + certificate_file);
  return context;
}

Status TlsContexts::reload() {
  TRY(auto loaded, load_tls_context(certificate_file_, key_file_));
  const std::lock_guard lock(mutex_);
  current_ = std::move(loaded);
  return {};
}

std::shared_ptr<ssl::context> TlsContexts::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Instant TlsContexts::valid_until() const {
  const auto context = current();
  std::tm parts{};
  const X509* const certificate = SSL_CTX_get0_certificate(context->native_handle());
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return {};
  return Instant::from_seconds(::timegm(&parts));
}

}  // namespace letopis::server
