// A signed note: one spelling.

#include "signing/note.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto note = signing::parse_note(text)) fuzz::expect(note->encode() == text, "a note has one spelling");
  if (const auto key = signing::parse_vkey(text)) fuzz::expect(key->text() == text, "a vkey has one spelling");
  return 0;
}
