#include "signing/base/directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace letopis {
namespace {

tl::unexpected<Error> io_error(const std::string& what, int number) {
  const std::string_view code = number == ENOENT ? "not_found" : number == EEXIST ? "already_exists" : "io_error";
  return fail(code, what + ": " + std::strerror(number));
}

Status sync_one(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error("open " + path, errno);
  const int outcome = ::fsync(fd);
  const int number = errno;
  ::close(fd);
  if (outcome != 0) return io_error("fsync " + path, number);
  return {};
}

Status sync_parent(const std::string& path) {
  // "dir/" names dir: its parent holds the name.
  std::filesystem::path named(path);
  if (!named.has_filename()) named = named.parent_path();
  const auto parent = named.parent_path().string();
  return sync_one(parent.empty() ? "." : parent);
}

Status rename_with(const std::string& from, const std::string& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0)
    return io_error("rename " + from + " to " + to, errno);
  TRY_STATUS(sync_parent(from));
  return sync_parent(to);
}

}  // namespace

Status sync_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator it(path, error);
  for (; !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_regular_file() || it->is_directory()) TRY_STATUS(sync_one(it->path().string()));
  }
  if (error) return fail("io_error", "list " + path + ": " + error.message());
  return sync_one(path);
}

Status rename_to_new(const std::string& from, const std::string& to) { return rename_with(from, to, RENAME_NOREPLACE); }
Status exchange_names(const std::string& a, const std::string& b) { return rename_with(a, b, RENAME_EXCHANGE); }

}  // namespace letopis
