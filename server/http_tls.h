#pragma once
// The server's certificates: loaded whole or not at all, exchanged while connections are open.

#include <memory>
#include <mutex>
#include <string>

#include "server/beast.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::server {

// TLS 1.2 and 1.3, "http/1.1" by ALPN, no renegotiation. Nobody is asked for a passphrase. A certificate that has run out
// loads: whoever reads the diary may accept it, and a school that records nothing is worse off. Errors: "tls_certificate" naming
// the file that does not load, or that key and certificate do not belong together.
Result<std::shared_ptr<ssl::context>> load_tls_context(const std::string& certificate_file,
                                                       const std::string& key_file);

// Thread-safe.
class TlsContexts {
 public:
  TlsContexts(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}
  Status reload();                                // keeps the current one on an error
  std::shared_ptr<ssl::context> current() const;  // null before the first reload()
  Instant valid_until() const;                    // of current(); after a reload() that succeeded

 private:
  const std::string certificate_file_;
  const std::string key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl::context> current_;
};

}  // namespace letopis::server
