// A store opened by another process: store_probe hold|scrub DIRECTORY. Says one line and holds until its input ends.
//   hold   opens for life: "open", or the error
//   scrub  opens for reading and reads everything from disk: the number of rows and a hash of them, or the error

#include <cstdio>

#include "ledger/kv.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

Result<std::string> scrub(const KvStore& store) {
  std::uint64_t rows = 0;
  Hash hash;
  TRY_STATUS(store.scan({}, {}, {.from_disk = true, .reverse = false}, [&](ByteView key, ByteView value) {
    hash = signing::tagged_hash("row", {hash.view(), tagged_message("", {key, value})});
    return ++rows > 0;
  }));
  return std::to_string(rows) + " " + to_hex(hash.view());
}

std::string outcome(const Result<std::string>& result) { return result ? *result : result.error().text(); }

}  // namespace
}  // namespace letopis::ledger

int main(int count, char** arguments) {
  using namespace letopis;
  using namespace letopis::ledger;
  if (count != 3) return 2;
  const bool scrubbing = std::string_view(arguments[1]) == "scrub";
  KvOptions options;
  options.read_only = scrubbing;
  const auto store = open_rocksdb(arguments[2], options);
  const std::string said = !store ? store.error().text() : scrubbing ? outcome(scrub(**store)) : "open";
  std::puts(said.c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {}
  return 0;
}
