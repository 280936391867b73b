#include "ledger/checkpoint_journal.h"

#include <charconv>
#include <optional>

#include "signing/note.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

using Notes = std::map<std::string, std::string>;

constexpr std::string_view kRecordTag = "letopis-checkpoint ";
constexpr std::size_t kJournalSizeMaxBytes = 256u << 20;
constexpr unsigned kJournalMode = 0640;

std::string record_of(const std::string& slug, const std::string& note) {
  std::string record(kRecordTag);
  record += slug + " " + std::to_string(note.size()) + " " + to_hex(signing::sha256(as_bytes(note)).view()) + "\n";
  return record + note + "\n";
}

bool valid_slug(std::string_view slug) {
  for (const char c : slug)
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  return !slug.empty();
}

// Up to `end`, which is taken too; nullopt when there is none.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

struct Record {
  std::string_view slug;
  std::string_view note;
};

// Takes one whole record off the front; nullopt, leaving `text` as it was, when it does not begin with one.
std::optional<Record> take_record(std::string_view& text) {
  std::string_view rest = text;
  if (rest.substr(0, kRecordTag.size()) != kRecordTag) return std::nullopt;
  rest.remove_prefix(kRecordTag.size());
  const auto slug = take_until(rest, ' ');
  const auto digits = slug ? take_until(rest, ' ') : std::nullopt;
  const auto digest = digits ? take_until(rest, '\n') : std::nullopt;
  if (!digest || !valid_slug(*slug)) return std::nullopt;
  std::size_t size = 0;
  const auto parsed = std::from_chars(digits->data(), digits->data() + digits->size(), size);
  if (parsed.ec != std::errc() || std::to_string(size) != *digits || size > signing::kNoteSizeMaxBytes)
    return std::nullopt;
  if (rest.size() <= size || rest[size] != '\n') return std::nullopt;
  const Record record{*slug, rest.substr(0, size)};
  if (to_hex(signing::sha256(as_bytes(record.note)).view()) != *digest) return std::nullopt;
  text = rest.substr(size + 1);
  return record;
}

bool holds_a_record(std::string_view text) {
  for (auto at = text.find(kRecordTag); at != std::string_view::npos; at = text.find(kRecordTag, at + 1)) {
    auto candidate = text.substr(at);
    if (take_record(candidate)) return true;
  }
  return false;
}

struct Contents {
  Notes newest;
  std::size_t whole_bytes = 0;  // what follows is the torn tail
  std::size_t torn_bytes = 0;
};

// Records are synced in the order they were appended, so what a loss of power tore can only be the end. A whole record behind
// something unreadable means that the file was damaged where it once was whole.
Result<Contents> parse(const std::string& path, std::string_view text) {
  Contents contents;
  std::string_view rest = text;
  while (const auto record = take_record(rest))
    contents.newest.insert_or_assign(std::string(record->slug), record->note);
  contents.torn_bytes = rest.size();
  contents.whole_bytes = text.size() - rest.size();
  if (!rest.empty() && holds_a_record(rest))
    return fail("damaged", path + " is damaged at byte " + std::to_string(contents.whole_bytes));
  return contents;
}

Result<Contents> load(FileSystem& files, const std::string& path) {
  if (!files.exists(path)) return Contents{};
  TRY(const Bytes bytes, files.read(path, kJournalSizeMaxBytes));
  return parse(path, as_text(bytes));
}

}  // namespace

struct CheckpointJournal::Impl {
  FileSystem& files;
  std::string path;
  std::uint64_t rewrite_at_bytes;
  std::unique_ptr<AppendFile> file;
  std::uint64_t size = 0;
  Notes newest;
  bool failed = false;

  Status write(const std::string& records);
  Status rewrite();
};

CheckpointJournal::CheckpointJournal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CheckpointJournal::~CheckpointJournal() = default;

Result<std::unique_ptr<CheckpointJournal>> CheckpointJournal::open(FileSystem& files, const std::string& path,
                                                                   std::uint64_t rewrite_at_bytes) {
  TRY(auto contents, load(files, path));
  if (contents.torn_bytes != 0) TRY_STATUS(files.truncate(path, contents.whole_bytes));
  TRY(auto file, files.open_append(path));
  // The last record may have been whole and yet unsynced when the process died: what is relied on from now on is on the disk.
  TRY_STATUS(file->sync());
  return std::unique_ptr<CheckpointJournal>(new CheckpointJournal(std::make_unique<Impl>(
      Impl{files, path, rewrite_at_bytes, std::move(file), contents.whole_bytes, std::move(contents.newest)})));
}

Result<Notes> CheckpointJournal::read(FileSystem& files, const std::string& path) {
  TRY(auto contents, load(files, path));
  return std::move(contents.newest);
}

const Notes& CheckpointJournal::newest() const { return impl_->newest; }

Status CheckpointJournal::append(const Notes& notes) {
  std::string records;
  for (const auto& [slug, note] : notes) {
    LETOPIS_ASSERT(valid_slug(slug) && note.size() <= signing::kNoteSizeMaxBytes);
    impl_->newest.insert_or_assign(slug, note);
    records += record_of(slug, note);
  }
  if (records.empty()) return {};
  if (impl_->failed) return fail("journal_failed", impl_->path + ": an earlier write failed, restart");
  const Status written = impl_->write(records);
  impl_->failed = !written;
  return written;
}

Status CheckpointJournal::Impl::write(const std::string& records) {
  if (size + records.size() > rewrite_at_bytes) return rewrite();
  TRY_STATUS(file->append(as_bytes(records)));
  TRY_STATUS(file->sync());
  size += records.size();
  return {};
}

Status CheckpointJournal::Impl::rewrite() {
  std::string records;
  for (const auto& [slug, note] : newest) records += record_of(slug, note);
  TRY_STATUS(files.write_atomically(path, as_bytes(records), kJournalMode));
  TRY(file, files.open_append(path));
  size = records.size();
  // Many schools: leave as much room for new records as the newest take, or every append would be a rewrite.
  rewrite_at_bytes = std::max(rewrite_at_bytes, 2 * size);
  return {};
}

}  // namespace letopis::ledger
