#include "server/http_tls.h"

#include <openssl/ssl.h>

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
  error_code ec;
  context->use_certificate_chain_file(certificate_file, ec);
  if (ec) return fail("tls_certificate", certificate_file + ": " + ec.message());
  context->use_private_key_file(key_file, ssl::context::pem, ec);
  if (ec) return fail("tls_certificate", key_file + ": " + ec.message());
  if (SSL_CTX_check_private_key(native) != 1)
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

}  // namespace letopis::server
