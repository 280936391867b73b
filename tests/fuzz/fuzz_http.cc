// Bytes of strangers on a socket.

#include "server/http_parse.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  (void)server::parse_target(text);
  const auto message = server::parse_message(text, server::HttpLimits{});
  if (const auto* parsed = std::get_if<server::ParsedMessage>(&message))
    fuzz::expect(parsed->bytes <= size && parsed->request.path.starts_with('/'), "a message lies within its bytes");
  return 0;
}
