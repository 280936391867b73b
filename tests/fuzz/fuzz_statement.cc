// A statement as it comes from outside: what is accepted means the same after it is written again.

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto statement = ledger::decode_statement({data, size});
  if (!statement) return 0;
  const Bytes again = ledger::encode(*statement);
  const auto reread = ledger::decode_statement(again);
  fuzz::expect(reread.has_value(), "what we write, we read");
  fuzz::expect(ledger::statement_json(*reread) == ledger::statement_json(*statement), "the same meaning");
  return 0;
}
