#include "commands/profile_files.h"

#include "signing/sha256.h"

namespace letopis::commands {
namespace {

std::string path_of(const std::string& directory, const Hash& hash) {
  return directory + "/" + std::string(kProfilesFolder) + "/" + to_hex(hash.view()) + ".toml";
}

}  // namespace

Result<Bytes> read_profile_file(FileSystem& files, const std::string& directory, const Hash& hash) {
  const std::string path = path_of(directory, hash);
  auto text = files.read(path, kProfileTextMaxBytes);
  if (!text || signing::sha256(*text) != hash) return fail("not_found", path);
  return text;
}

Status keep_profile_file(FileSystem& files, const std::string& directory, const Hash& hash, ByteView text) {
  if (read_profile_file(files, directory, hash)) return {};
  TRY_STATUS(files.make_directories(directory + "/" + std::string(kProfilesFolder)));
  return files.write_atomically(path_of(directory, hash), text, 0644);
}

Status copy_profile_files(FileSystem& files, const std::string& from, const std::string& to) {
  const std::string folder = "/" + std::string(kProfilesFolder);
  if (!files.exists(from + folder)) return {};
  TRY(const auto names, files.list(from + folder));
  TRY_STATUS(files.make_directories(to + folder));
  for (const auto& name : names) {
    TRY(const Bytes text, files.read(from + folder + "/" + name, kProfileTextMaxBytes));
    TRY_STATUS(files.write_atomically(to + folder + "/" + name, text, 0644));
  }
  return {};
}

}  // namespace letopis::commands
