#pragma once
// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto: the fastest packaged on Debian 12, measured.

#include <initializer_list>

#include "signing/base/bytes.h"

namespace letopis::signing {

// The digest of the parts one after another. Thread-safe, does not allocate.
Hash sha256(ByteView bytes);
Hash sha256(std::initializer_list<ByteView> parts);

// SHA-256(tag ‖ 0x00 ‖ part ‖ part …): formats.md writes its hashes so.
Hash tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts);

}  // namespace letopis::signing
