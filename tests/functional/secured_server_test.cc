// A server as it is run in earnest: TLS, certificates renewed while it runs, the vault's key from systemd's credentials.

#include <gtest/gtest.h>

#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

namespace fs = std::filesystem;

class SecuredServer : public ::testing::Test {
 protected:
  SecuredServer() {
    fs::create_directory(credentials_);
    write_text(credentials_ + "/vault-key", std::string(64, 'a') + "\n");
    ::setenv("CREDENTIALS_DIRECTORY", credentials_.c_str(), 1);
    for (const std::string name : {"first", "second"}) make_certificate(name);
    install("first", "first");
    letopis_ok({"key", "new", "--purpose", "root", "--out", folder_ / "root.key"});
    letopis_ok({"init", "--data", data_, "--school", "licey29", "--origin", "journal.example.org/log/licey29", "--name",
                "Лицей № 29", "--timezone", "Europe/Moscow", "--root-key", folder_ / "root.key"});
  }
  ~SecuredServer() override {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    ::unsetenv("SSL_CERT_FILE");
  }
  void make_certificate(const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=IP:127.0.0.1 -keyout '" + (folder_ / (name + ".key.pem")) + "' -out '" +
        (folder_ / (name + ".pem")) + "' >/dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  void install(const std::string& certificate, const std::string& key) {
    const auto over = fs::copy_options::overwrite_existing;
    fs::copy_file(folder_ / (certificate + ".pem"), certificate_, over);
    fs::copy_file(folder_ / (key + ".key.pem"), key_, over);
  }
  Words with_tls() const { return {"--tls-cert", certificate_, "--tls-key", key_}; }
  // As a program that trusts this certificate and no other.
  Ran checkpoint(const Server& server, const std::string& trusted) const {
    ::setenv("SSL_CERT_FILE", (folder_ / (trusted + ".pem")).c_str(), 1);
    return letopis({"get", "/log/licey29/checkpoint", "--url", server.url()});
  }

  Folder folder_;
  std::string data_ = folder_ / "data", credentials_ = folder_ / "credentials";
  std::string certificate_ = folder_ / "server.pem", key_ = folder_ / "server.key.pem";
};

TEST_F(SecuredServer, RenewsItsCertificateWhileItRunsAndKeepsTheOldOneWhenTheNewIsBad) {
  Server server(data_, with_tls(), Server::Log::kHere);
  ASSERT_TRUE(server.url().starts_with("https://")) << server.url();
  EXPECT_EQ(checkpoint(server, "first").status, 0);
  EXPECT_EQ(checkpoint(server, "second").status, 2);

  install("second", "first");
  const auto kept = server.hang_up();
  EXPECT_EQ(str(kept.at("event")), "certificates_kept");
  EXPECT_NE(str(kept.at("why")).find(key_), std::string::npos) << "which file: " << kept;
  EXPECT_EQ(checkpoint(server, "first").status, 0);

  install("second", "second");
  EXPECT_EQ(str(server.hang_up().at("event")), "certificates_reloaded");
  EXPECT_EQ(checkpoint(server, "second").status, 0);
  EXPECT_EQ(checkpoint(server, "first").status, 2);
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(SecuredServer, OpensItsVaultWithTheCredentialAndWithNothingElse) {
  EXPECT_FALSE(Server(data_).url().empty());
  ::unsetenv("CREDENTIALS_DIRECTORY");  // leaves the passphrase, which the tests' programs always have
  const Ran refused = letopis({"serve", "--data", data_, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("a credential is not opened by a passphrase"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace letopis::functional
