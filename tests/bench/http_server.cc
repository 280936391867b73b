// server/http.h alone, answering every request with the bytes of one file until its standard input ends; the rival is
// bare_beast.cc.
//
//   bench_http_server FILE [fast|worker] [IO_THREADS] [CERTIFICATE KEY]
//
// prints {"listening": "http://127.0.0.1:PORT"}

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "server/http.h"

int main(int argc, char** argv) {
  using namespace letopis::server;
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_http_server FILE [fast|worker] [IO_THREADS] [CERTIFICATE KEY]\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const auto bytes =
      std::make_shared<const std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  const bool fast = argc < 3 || std::string_view(argv[2]) == "fast";
  const auto answer = [bytes](const Request&) {
    Response response;
    response.shared_body = bytes;
    return response;
  };
  HttpOptions options;
  if (argc > 3) options.limits.io_threads = static_cast<std::size_t>(std::atoi(argv[3]));
  if (argc > 5) {
    options.tls_certificate_file = argv[4];
    options.tls_key_file = argv[5];
  }
  auto server = HttpServer::start(options, answers_at_once(answer), {}, fast ? FastHandler(answer) : FastHandler());
  if (!server) {
    std::fprintf(stderr, "bench_http_server: %s\n", server.error().text().c_str());
    return 1;
  }
  std::printf("{\"listening\": \"%s\"}\n", (*server)->url().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {}
  (*server)->stop();
  return 0;
}
