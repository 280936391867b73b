// A fork file: one spelling, and judging what parses ends well.

#include "ledger/fork_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto file = ledger::parse_fork_file(text)) {
    fuzz::expect(file->encode() == text, "a fork file has one spelling");
    const signing::VerifierKey log{"journal.example.org/log/licey29", signing::kNoteTypeEd25519, {}};
    fuzz::expect(!ledger::judge_fork(*file, log), "nobody signs with the key of zeros");
  }
  return 0;
}
