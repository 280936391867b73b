#pragma once
// Signed statements that wait for their school's server, in a folder of their author's:
//   contact              what one has to know of the school to sign without it
//   NAME.statements      a submission (LTSB), signed: the bytes that are sent, the same however often; it holds texts in the clear (0600)
//   NAME-I-K.token       the token of authority K over statement I of it, in PEM
//   sent/INDEX-K.token   of what is recorded, by the index of its entry: to be kept with the receipt
// Written aside, fsynced, renamed; what is sent is taken away only once the server has answered for it. One process at a time.
// Not thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay-tools/command.h"
#include "signing/base/file.h"

namespace letopis::tools {

class SubmitQueue {
 public:
  // Errors: "in_use", the file system's.
  static Result<SubmitQueue> open(FileSystem& files, const std::string& directory);

  Status remember(const Contact& contact);
  // "damaged", here and below: the file does not read as it was written; the detail says what to do.
  Result<std::optional<Contact>> contact() const;

  // The name it waits under: they sort as they came. One named by whoever adds it is left as it is where it waits already.
  Result<std::string> add(ByteView submission, Instant now, Random& random);
  Status add_named(const std::string& name, ByteView submission);
  Result<std::vector<std::string>> waiting() const;
  Result<Bytes> submission(const std::string& name) const;
  Status taken(const std::string& name);  // recorded: the submission goes

  bool has_token(const std::string& name, std::size_t statement, std::size_t authority) const;
  Status keep_token(const std::string& name, std::size_t statement, std::size_t authority, ByteView token);
  // Of a statement, as files: by authority. Once it is recorded they move, under its entry's index.
  Result<std::vector<Bytes>> tokens(const std::string& name, std::size_t statement) const;
  Status move_tokens(const std::string& name, std::size_t statement, std::uint64_t index);

 private:
  SubmitQueue(FileSystem& files, std::string directory, std::unique_ptr<DirectoryLock> lock)
      : files_(&files), directory_(std::move(directory)), lock_(std::move(lock)) {}
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  FileSystem* files_;
  std::string directory_;
  std::unique_ptr<DirectoryLock> lock_;
};

}  // namespace letopis::tools
