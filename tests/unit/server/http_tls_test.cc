#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/server/server_fixture.h"

namespace letopis::server::testing {
namespace {

using std::chrono::milliseconds;

// A TLS client that may behave badly.
class RawTls {
 public:
  explicit RawTls(std::uint16_t port, int version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())), socket_(port) {
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(ssl_, protocols, sizeof protocols - 1);
    SSL_set_fd(ssl_, socket_.fd());
  }
  ~RawTls() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  RawTls(const RawTls&) = delete;
  RawTls& operator=(const RawTls&) = delete;

  bool handshake() { return SSL_connect(ssl_) == 1; }
  void send(std::string_view bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  std::string read_until(std::string_view mark) {
    std::string text;
    char piece[4096];
    while (text.find(mark) == std::string::npos) {
      const int got = SSL_read(ssl_, piece, sizeof piece);
      if (got <= 0) break;
      text.append(piece, static_cast<std::size_t>(got));
    }
    return text;
  }
  std::string protocol() {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_, &name, &length);
    return {reinterpret_cast<const char*>(name), length};
  }
  bool closed_cleanly() {
    char byte;
    return SSL_read(ssl_, &byte, 1) <= 0 && (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  RawClient& socket() { return socket_; }

 private:
  SSL_CTX* context_;
  RawClient socket_;
  SSL* ssl_ = nullptr;
};

class HttpTlsTest : public HttpServerTest {
 protected:
  HttpTlsTest() {
    std::string pattern = ::testing::TempDir() + "letopis_tls_XXXXXX";
    directory = ::mkdtemp(pattern.data());
    make_certificate("first");
    make_certificate("second");
    install("first");
    options.tls_certificate_file = directory + "/server.pem";
    options.tls_key_file = directory + "/server.key";
  }
  ~HttpTlsTest() override {
    server.reset();
    std::filesystem::remove_all(directory);
  }

  void make_certificate(const std::string& name,
                        const std::string& key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes",
                        int days = 2) {
    const std::string command = "openssl req -x509 " + key + " -days " + std::to_string(days) + " -subj /CN=" + name +
                                " -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout '" + directory + "/" +
                                name + ".key' -out '" + certificate(name) + "' >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string certificate(const std::string& name) { return directory + "/" + name + ".pem"; }
  void install(const std::string& name) {
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(certificate(name), directory + "/server.pem", over);
    std::filesystem::copy_file(directory + "/" + name + ".key", directory + "/server.key", over);
  }
  Result<std::unique_ptr<HttpClient>> connect(const std::string& authority) {
    return HttpClient::connect(server->url(), certificate(authority));
  }

  std::string directory;
};

TEST_F(HttpTlsTest, ServesOverTls) {
  routes["/secure"] = [](const Request& request) { return Response{.body = request.secure ? "yes" : "no"}; };
  start();
  EXPECT_TRUE(server->url().starts_with("https://127.0.0.1:"));
  const auto client = connect("first");
  ASSERT_TRUE(client) << client.error().text();
  const auto answer = (*client)->send({.target = "/secure"});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "yes");
  const std::string large(5 << 20, 'x');
  const auto echoed = (*client)->send({.method = "POST", .target = "/a", .body = large});
  ASSERT_TRUE(echoed) << echoed.error().text();
  EXPECT_EQ(echoed->body, "hello /a " + large);
  EXPECT_EQ(server->counters().connections_total, 1u);
}

TEST_F(HttpTlsTest, TheClientTrustsNobodyElse) {
  start();
  const auto wrong = connect("second");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "tls_failed");
  const auto system = HttpClient::connect(server->url());
  ASSERT_FALSE(system);
  EXPECT_EQ(system.error().code, "tls_failed");
}

TEST_F(HttpTlsTest, SaysWhyACertificateIsNotTrusted) {
  start();
  const auto unknown = connect("second");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().detail.find("SSL_CERT_FILE"), std::string::npos) << unknown.error().text();
  // Another way to write this address, which the certificate does not name.
  const auto other = HttpClient::connect("https://127.1:" + std::to_string(server->port()), certificate("first"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "tls_failed");
  EXPECT_NE(other.error().detail.find("another host"), std::string::npos) << other.error().text();
}

TEST_F(HttpTlsTest, WordsInClearAreToldOfTls) {
  start();
  const auto client = HttpClient::connect("http://127.0.0.1:" + std::to_string(server->port()));
  ASSERT_TRUE(client) << "there is a listener";
  const auto answer = (*client)->send({.target = "/"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "connection_lost");
  EXPECT_NE(answer.error().detail.find("https://"), std::string::npos) << answer.error().text();
}

TEST_F(HttpServerTest, TlsIsToldOfWordsInClear) {
  start();
  const auto client = HttpClient::connect("https://127.0.0.1:" + std::to_string(server->port()));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, "tls_failed");
  EXPECT_NE(client.error().detail.find("http://"), std::string::npos) << client.error().text();
}

TEST_F(HttpTlsTest, SpeaksTls12AndTls13Only) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawTls client(server->port(), version);
    ASSERT_TRUE(client.handshake());
    EXPECT_EQ(client.protocol(), "http/1.1");
    client.send(get("/"));
    EXPECT_EQ(status_of(client.read_until("hello")), 200u);
  }
  EXPECT_FALSE(RawTls(server->port(), TLS1_1_VERSION).handshake());
}

TEST_F(HttpTlsTest, ASilentOrForeignHandshakeIsClosed) {
  options.limits.handshake_timeout = milliseconds(50);
  start();
  RawClient silent(server->port());
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(silent.ended());
  RawClient plain(server->port());
  plain.send(get("/"));
  EXPECT_EQ(status_of(plain.read_to_end()), 0u);
  EXPECT_TRUE(plain.ended());
  server->stop();
  EXPECT_EQ(server->counters().requests_total, 0u);
}

TEST_F(HttpTlsTest, ATruncatedStreamAfterAMessageIsTheEnd) {
  start();
  {
    RawTls client(server->port());
    ASSERT_TRUE(client.handshake());
    client.send(get("/"));
    EXPECT_EQ(status_of(client.read_until("hello")), 200u);
    client.socket().close();  // without close_notify
  }
  {
    RawTls client(server->port());
    ASSERT_TRUE(client.handshake());
    client.send(post("/never", "").substr(0, 20));
    client.socket().close();
  }
  server->stop();
  EXPECT_EQ(server->counters().requests_total, 1u);
  EXPECT_EQ(server->counters().connections_open, 0u);
}

TEST_F(HttpTlsTest, SaysGoodbye) {
  start();
  RawTls client(server->port());
  ASSERT_TRUE(client.handshake());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until("hello / ")), 200u);
  EXPECT_TRUE(client.closed_cleanly());
}

TEST_F(HttpTlsTest, AClientThatNeverSaysGoodbyeDoesNotHoldTheServer) {
  options.limits.tls_shutdown_timeout = milliseconds(50);
  options.limits.linger_timeout = milliseconds(50);
  start();
  RawTls client(server->port());
  ASSERT_TRUE(client.handshake());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until("hello / ")), 200u);
  server->stop();  // while the client neither reads on nor closes
  EXPECT_EQ(server->counters().connections_open, 0u);
}

TEST_F(HttpTlsTest, ReloadsCertificatesWhileServing) {
  start();
  const auto old_client = connect("first");
  ASSERT_TRUE(old_client) << old_client.error().text();
  ASSERT_TRUE((*old_client)->send({.target = "/"}));

  install("second");
  EXPECT_FALSE(connect("second")) << "nothing changes until it is told";
  const auto reloaded = server->reload_certificates();
  ASSERT_TRUE(reloaded) << reloaded.error().text();
  const auto new_client = connect("second");
  ASSERT_TRUE(new_client) << new_client.error().text();
  EXPECT_TRUE((*new_client)->send({.target = "/"}));
  EXPECT_TRUE((*old_client)->send({.target = "/"})) << "open connections go on";
  EXPECT_FALSE(connect("first"));
  EXPECT_EQ(server->counters().requests_total, 3u);
}

TEST_F(HttpTlsTest, KeepsTheOldCertificatesWhenTheNewDoNotLoad) {
  start();
  std::ofstream(directory + "/server.pem") << "not a certificate";
  EXPECT_EQ(server->reload_certificates().error().code, "tls_certificate");
  EXPECT_TRUE(connect("first"));
  install("first");
  std::filesystem::copy_file(directory + "/second.key", directory + "/server.key",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(server->reload_certificates().error().code, "tls_certificate") << "a key of another certificate";
  EXPECT_TRUE(connect("first"));
}

// What is wrong with either file, in words of its own: OpenSSL's name a routine.
TEST_F(HttpTlsTest, SaysWhatIsWrongWithTheFiles) {
  make_certificate("rsa", "-newkey rsa:2048 -nodes");
  make_certificate("locked", "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -passout pass:word");
  const auto key = [&](const std::string& name) { return directory + "/" + name + ".key"; };
  const auto why = [&](const std::string& certificate_file, const std::string& key_file) {
    options.tls_certificate_file = certificate_file;
    options.tls_key_file = key_file;
    const auto started = HttpServer::start(options, answers_at_once([](const Request&) { return Response{}; }), {});
    return started ? std::string("starts") : started.error().code + " " + started.error().detail;
  };
  EXPECT_EQ(why(certificate("first"), key("first")), "starts");
  for (const auto* other : {"second", "rsa"})
    EXPECT_EQ(why(certificate("first"), key(other)),
              "tls_certificate " + key(other) + ": not the key of " + certificate("first"));
  EXPECT_EQ(why(key("first"), certificate("first")),
            "tls_certificate " + key("first") + ": holds no certificate in PEM")
      << "the two files swapped";
  EXPECT_EQ(why(certificate("first"), certificate("first")),
            "tls_certificate " + certificate("first") + ": holds no private key in PEM");
  EXPECT_EQ(why(certificate("locked"), key("locked")).find("tls_certificate " + key("locked") + ": is locked"), 0U);
  EXPECT_NE(why(directory + "/none.pem", key("first")).find("No such file"), std::string::npos);
}

TEST_F(HttpTlsTest, KnowsWhenItsCertificateRunsOut) {
  make_certificate("long", "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes", 20'000);
  start();
  const auto in_days = [&] {
    return static_cast<double>(server->certificate_valid_until()->micros - SystemClock().now().micros) / 86'400e6;
  };
  EXPECT_NEAR(in_days(), 2, 0.1);
  install("long");
  ASSERT_TRUE(server->reload_certificates());
  EXPECT_NEAR(in_days(), 20'000, 0.1) << "beyond 2038";
  std::ofstream(directory + "/server.pem") << "not a certificate";
  EXPECT_FALSE(server->reload_certificates());
  EXPECT_NEAR(in_days(), 20'000, 0.1) << "of the one in use";
  options.tls_certificate_file.reset();
  start();
  EXPECT_EQ(server->certificate_valid_until(), std::nullopt);
}

TEST_F(HttpTlsTest, DoesNotStartWithoutItsCertificate) {
  options.tls_certificate_file = directory + "/none.pem";
  const auto started = HttpServer::start(options, answers_at_once([](const Request&) { return Response{}; }), {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "tls_certificate");
}

TEST_F(HttpTlsTest, StreamsAndDrainsOverTls) {
  Awaited<std::shared_ptr<EventStream>> opened;
  routes["/stream"] = [&](const Request&) {
    Response response;
    response.stream = make_event_stream();
    opened.set(response.stream);
    return response;
  };
  start();
  RawTls client(server->port());
  ASSERT_TRUE(client.handshake());
  client.send(get("/stream"));
  EXPECT_EQ(status_of(client.read_until("retry: 3000\n\n")), 200u);
  const auto stream = opened.wait().value_or(nullptr);
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(stream->push("1", "", "a"));
  EXPECT_EQ(client.read_until("\n\n"), "id: 1\ndata: a\n\n");
  std::thread stopping([this] { server->stop(); });
  EXPECT_TRUE(client.closed_cleanly());
  client.socket().close();
  stopping.join();
  EXPECT_TRUE(stream->closed());
}

}  // namespace
}  // namespace letopis::server::testing
