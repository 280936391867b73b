// The buffer in a proof file's extra data.

#include "ledger/schema/codec.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto receipt = ledger::decode_receipt({data, size});
  if (!receipt) return 0;
  const Bytes again = ledger::encode(*receipt);
  const auto reread = ledger::decode_receipt(again);
  fuzz::expect(reread && reread->key_chain.size() == receipt->key_chain.size(), "what we write, we read");
  return 0;
}
