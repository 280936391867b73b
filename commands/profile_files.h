#pragma once
// The texts of the profiles a school adopted, as plain files: DIR/profiles/<sha256>.toml. A profile is a public act that the log
// names by its hash; here it is in the open, so that an audit can judge without the vault.

#include <string>

#include "signing/base/file.h"

namespace letopis::commands {

inline constexpr std::string_view kProfilesFolder = "profiles";
inline constexpr std::size_t kProfileTextMaxBytes = 1u << 20;

// "not_found"; a file of another hash is none.
Result<Bytes> read_profile_file(FileSystem& files, const std::string& directory, const Hash& hash);
// Nothing to do where the right text is there.
Status keep_profile_file(FileSystem& files, const std::string& directory, const Hash& hash, ByteView text);

// All of them, to another directory.
Status copy_profile_files(FileSystem& files, const std::string& from, const std::string& to);

}  // namespace letopis::commands
