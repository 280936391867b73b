#include "replay-tools/submit_queue.h"

#include <algorithm>

#include "ledger/decimal.h"
#include "ledger/limits.h"
#include "ledger/lines.h"
#include "ledger/schema/codec.h"
#include "ledger/timeliness.h"
#include "signing/rfc3161.h"

namespace letopis::tools {
namespace {

constexpr std::string_view kContactTag = "letopis/contact@v1";
constexpr std::string_view kContactFile = "contact", kStatements = ".statements", kToken = ".token", kSent = "sent";
constexpr std::size_t kContactMaxBytes = 16 * 1024;
constexpr std::size_t kMicrosDigits = 16;

std::string token_file(const std::string& name, std::size_t statement, std::size_t authority) {
  return name + "-" + std::to_string(statement) + "-" + std::to_string(authority) + std::string(kToken);
}

std::string spelt(const Contact& contact) {
  std::string text = std::string(kContactTag) + "\n" + contact.origin + "\n" + to_hex(contact.person.view()) + "\n" +
                     contact.school + "\n" + to_hex(contact.key.view()) + "\n" + std::to_string(contact.seen.size) +
                     "\n" + to_base64(contact.seen.root.view()) + "\n";
  for (const auto role : contact.held) text += std::string(ledger::enum_name(role)) + "\n";
  return text;
}

Result<Contact> read_contact(std::string_view text) {
  const std::string_view whole = text;
  Contact contact;
  TRY(std::string_view line, ledger::take_line(text));
  if (line != kContactTag) return fail("malformed", "another kind of file");
  TRY(line, ledger::take_line(text));
  contact.origin = line;
  TRY(line, ledger::take_line(text));
  TRY(contact.person, fixed_from_hex<Id>(line));
  TRY(line, ledger::take_line(text));
  contact.school = line;
  TRY(line, ledger::take_line(text));
  TRY(contact.key, fixed_from_hex<Id>(line));
  TRY(line, ledger::take_line(text));
  TRY(contact.seen.size, ledger::parse_decimal(line));
  TRY(line, ledger::take_line(text));
  TRY(const Bytes root, from_base64(line));
  if (root.size() != Hash::kSize) return fail("malformed", "a root that is not 32 bytes");
  contact.seen.root = Hash::copy_of(root);
  while (!text.empty()) {
    TRY(line, ledger::take_line(text));
    const auto role = ledger::enum_from_name<ledger::Role>(line);
    if (!role) return fail("malformed", "no capacity");
    contact.held.push_back(*role);
  }
  if (spelt(contact) != whole) return fail("malformed", "not spelt as it was written");
  return contact;
}

}  // namespace

Result<SubmitQueue> SubmitQueue::open(FileSystem& files, const std::string& directory) {
  TRY_STATUS(files.make_directories(directory + "/" + std::string(kSent)));
  TRY(auto lock, DirectoryLock::acquire(directory));
  return SubmitQueue(files, directory, std::move(lock));
}

Status SubmitQueue::remember(const Contact& contact) {
  const std::string text = spelt(contact);
  return files_->write_atomically(path(std::string(kContactFile)), as_bytes(text), 0600);
}

Result<std::optional<Contact>> SubmitQueue::contact() const {
  const std::string file = path(std::string(kContactFile));
  if (!files_->exists(file)) return std::optional<Contact>();
  TRY(const Bytes bytes, files_->read(file, kContactMaxBytes));
  auto contact = read_contact(as_text(bytes));
  if (!contact)
    return fail("damaged",
                file + ": " + contact.error().detail +
                    "; move this file away and run submit again while the server answers: it is written anew, and what "
                    "waits is sent as it was signed");
  return std::optional(*std::move(contact));
}

Result<std::string> SubmitQueue::add(ByteView submission, Instant now, Random& random) {
  std::string micros = std::to_string(now.micros);
  micros.insert(0, kMicrosDigits - std::min(kMicrosDigits, micros.size()), '0');
  const std::string name = micros + "-" + to_hex(random.id().view().first(4));
  TRY_STATUS(add_named(name, submission));
  return name;
}

Status SubmitQueue::add_named(const std::string& name, ByteView submission) {
  const std::string file = path(name + std::string(kStatements));
  if (files_->exists(file)) return {};
  return files_->write_atomically(file, submission, 0600);
}

Result<std::vector<std::string>> SubmitQueue::waiting() const {
  TRY(auto names, files_->list(directory_));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kStatements); });
  for (auto& name : names) name.resize(name.size() - kStatements.size());
  return names;
}

Result<Bytes> SubmitQueue::submission(const std::string& name) const {
  const std::string file = path(name + std::string(kStatements));
  TRY(Bytes bytes, files_->read(file, ledger::kSubmissionSizeMaxBytes));
  if (const auto sound = ledger::decode_submission(bytes); !sound)
    return fail("damaged",
                file + ": " + sound.error().text() +
                    "; nobody can send it: put a copy back, or move this file away and submit what it held anew");
  return bytes;
}

Status SubmitQueue::taken(const std::string& name) { return files_->remove(path(name + std::string(kStatements))); }

bool SubmitQueue::has_token(const std::string& name, std::size_t statement, std::size_t authority) const {
  return files_->exists(path(token_file(name, statement, authority)));
}

Status SubmitQueue::keep_token(const std::string& name, std::size_t statement, std::size_t authority, ByteView token) {
  const std::string text = signing::token_text(token);
  return files_->write_atomically(path(token_file(name, statement, authority)), as_bytes(text), 0600);
}

Result<std::vector<Bytes>> SubmitQueue::tokens(const std::string& name, std::size_t statement) const {
  std::vector<Bytes> tokens;
  for (std::size_t authority = 0; authority < ledger::kTokensPerEntryMax; ++authority) {
    if (!has_token(name, statement, authority)) continue;
    TRY(tokens.emplace_back(),
        files_->read(path(token_file(name, statement, authority)), 2 * signing::kTimestampSizeMaxBytes));
  }
  return tokens;
}

Status SubmitQueue::move_tokens(const std::string& name, std::size_t statement, std::uint64_t index) {
  for (std::size_t authority = 0; authority < ledger::kTokensPerEntryMax; ++authority) {
    const std::string from = path(token_file(name, statement, authority));
    if (!files_->exists(from)) continue;
    TRY(const Bytes text, files_->read(from, 2 * signing::kTimestampSizeMaxBytes));
    const std::string to =
        path(std::string(kSent) + "/" + std::to_string(index) + "-" + std::to_string(authority) + std::string(kToken));
    TRY_STATUS(files_->write_atomically(to, text, 0600));
    TRY_STATUS(files_->remove(from));
  }
  return {};
}

}  // namespace letopis::tools
