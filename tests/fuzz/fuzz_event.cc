// An entry as it lies in the log or comes from a peer.

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto event = ledger::decode_event({data, size});
  if (event) {
    const Bytes again = ledger::encode(*event);
    fuzz::expect(ledger::decode_event(again).has_value(), "what we write, we read");
  }
  if (const auto entry = ledger::decode_entry({data, size}))
    fuzz::expect(!ledger::entry_json(entry->event, entry->statement).empty(), "an entry can be shown");
  return 0;
}
