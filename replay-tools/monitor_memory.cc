#include "replay-tools/monitor_memory.h"

#include <algorithm>
#include <bit>

#include "ledger/decimal.h"
#include "ledger/lines.h"
#include "signing/sha256.h"

namespace letopis::monitor {

namespace {

using ledger::parse_decimal;

constexpr std::string_view kTag = "letopis/monitor@v1";
constexpr std::string_view kMemoryFile = "memory", kLeavesFile = "leaves-", kForkFile = "fork-",
                           kUndecidedFile = "undecided-";
constexpr std::size_t kLeavesMaxBytes = 64u << 20;  // far above any window
constexpr std::size_t kNameDigits = 16;
constexpr std::ptrdiff_t kUndecidedMax = 16;

std::string hex_of(std::string_view text, std::size_t digits) {
  return to_hex(signing::sha256({as_bytes(text)}).view()).substr(0, digits);
}
std::string moment(const std::optional<Instant>& at) { return at ? std::to_string(at->micros) : "-"; }

Result<Instant> instant_of(std::string_view word) {
  TRY(const std::uint64_t micros, parse_decimal(word));
  if (micros > INT64_MAX) return fail("malformed", "a moment out of range");
  return Instant{static_cast<std::int64_t>(micros)};
}
Result<std::optional<Instant>> moment_of(std::string_view word) {
  if (word == "-") return std::optional<Instant>();
  return instant_of(word).map([](Instant at) { return std::optional(at); });
}

// Fills a memory from its lines, each of them a word and what it says.
struct Reader {
  Memory& memory;
  std::uint64_t base = 0;
  std::vector<Hash> roots{};

  Status line(const std::vector<std::string_view>& words) {
    const std::string_view word = words[0];
    if (word == "base" && words.size() == 2) return parse_decimal(words[1]).map([&](auto size) { base = size; });
    if (word == "root" && words.size() == 2) return root(words[1]);
    if (word == "read" && words.size() == 2) return parse_decimal(words[1]).map([&](auto at) { memory.read = at; });
    if (word == "witnessed" && words.size() == 4) return witnessed(words);
    if (word == "lower" && words.size() == 2) return instant_of(words[1]).map([&](Instant at) { memory.lower = at; });
    if ((word == "waiting" || word == "unread") && words.size() == 5) return waiting(words);
    if (word == "widths") return widths(words);
    if (word == "verdicts" && words.size() == 2 && words[1].find_first_not_of("alr") == std::string_view::npos) {
      memory.verdicts = words[1];
      return {};
    }
    return fail("malformed", "an unknown line");
  }
  Status root(std::string_view base64) {
    TRY(const Bytes bytes, from_base64(base64));
    if (bytes.size() != Hash::kSize || roots.size() == 64) return fail("malformed", "its roots");
    roots.push_back(Hash::copy_of(bytes));
    return {};
  }
  Status witnessed(const std::vector<std::string_view>& words) {
    Witnessed by;
    TRY(by.size, parse_decimal(words[1]));
    TRY(by.at.earliest, instant_of(words[2]));
    TRY(by.at.latest, instant_of(words[3]));
    memory.witnessed = by;
    return {};
  }
  Status waiting(const std::vector<std::string_view>& words) {
    if (memory.waiting.size() == kWaitingMax) return fail("malformed", "too many lines");
    Waiting run;
    TRY(run.begin, parse_decimal(words[1]));
    TRY(run.end, parse_decimal(words[2]));
    TRY(run.seen, instant_of(words[3]));
    TRY(run.lower, moment_of(words[4]));
    run.unread = words[0] == "unread";
    const std::uint64_t after = memory.waiting.empty() ? 0 : memory.waiting.back().end;
    if (run.begin < after || run.end <= run.begin) return fail("malformed", "entries out of order");
    memory.waiting.push_back(run);
    return {};
  }
  Status widths(const std::vector<std::string_view>& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      TRY(const std::uint64_t seconds, parse_decimal(words[i]));
      if (seconds > UINT32_MAX || i > kRecentMax) return fail("malformed", "its widths");
      memory.widths.push_back(static_cast<std::uint32_t>(seconds));
    }
    return {};
  }
};

// All but the leaves.
Result<Memory> parse_memory(std::string_view text, const signing::VerifierKey& log, Reader& reader) {
  const std::string_view whole = text;
  Memory& memory = reader.memory;
  TRY(std::string_view line, ledger::take_line(text));
  if (line != kTag) return fail("malformed", "another kind of file");
  TRY(line, ledger::take_line(text));
  if (line != "log " + log.text()) return fail("malformed", "of another log");
  memory.log = log;
  for (;;) {
    TRY(line, ledger::take_line(text));
    if (line.empty()) break;
    TRY_STATUS(reader.line(ledger::split_words(line)));
  }
  TRY(const auto opened, ledger::open_checkpoint(text, log));
  memory.note = text;
  memory.checkpoint = opened.checkpoint;
  TRY(auto base, ledger::Frontier::from_roots(reader.base, reader.roots));
  memory.mirror = Mirror(std::move(base), {});
  if (memory.encode() != whole) return fail("malformed", "not spelt as it was written");
  return std::move(memory);
}

}  // namespace

std::string Memory::encode() const {
  std::string text = std::string(kTag) + "\nlog " + log.text() + "\nbase " + std::to_string(mirror.first()) + "\n";
  for (const auto& root : mirror.base().roots()) text += "root " + to_base64(root.view()) + "\n";
  text += "read " + std::to_string(read) + "\n";
  if (witnessed)
    text += "witnessed " + std::to_string(witnessed->size) + " " + moment(witnessed->at.earliest) + " " +
            moment(witnessed->at.latest) + "\n";
  if (lower) text += "lower " + moment(lower) + "\n";
  for (const auto& run : waiting)
    text += (run.unread ? "unread " : "waiting ") + std::to_string(run.begin) + " " + std::to_string(run.end) + " " +
            moment(run.seen) + " " + moment(run.lower) + "\n";
  if (!widths.empty()) {
    text += "widths";
    for (const auto seconds : widths) text += " " + std::to_string(seconds);
    text += "\n";
  }
  if (!verdicts.empty()) text += "verdicts " + verdicts + "\n";
  return text + "\n" + note;
}

Result<MemoryFolder> MemoryFolder::open(FileSystem& files, std::string directory) {
  TRY_STATUS(files.make_directories(directory));
  return MemoryFolder(files, std::move(directory));
}

Result<std::optional<Memory>> MemoryFolder::load(const signing::VerifierKey& log) {
  const std::string file = path(kMemoryFile);
  if (!files_->exists(file)) return std::optional<Memory>();
  const auto damaged = [&](const std::string& name, const std::string& what) {
    return fail("damaged", path(name) + ": " + what);
  };
  TRY(const Bytes text, files_->read(file, kMemorySizeMaxBytes));
  Memory read;
  Reader reader{read};
  auto memory = parse_memory(as_text(text), log, reader);
  if (!memory) return damaged(std::string(kMemoryFile), memory.error().text());
  const std::uint64_t first = memory->mirror.first();
  if (first > memory->checkpoint.size || memory->checkpoint.size - first > kLeavesMaxBytes / Hash::kSize)
    return damaged(std::string(kMemoryFile), "its leaves");
  const auto count = static_cast<std::size_t>(memory->checkpoint.size - first);
  const std::string leaves_file = std::string(kLeavesFile) + std::to_string(first);
  // What follows the leaves that the memory counts was appended before a death and never counted.
  TRY(const Bytes bytes, files_->read(path(leaves_file), kLeavesMaxBytes));
  if (bytes.size() < count * Hash::kSize) return damaged(leaves_file, "it is cut short");
  std::vector<Hash> leaves(count);
  for (std::size_t i = 0; i < count; ++i) leaves[i] = Hash::copy_of(ByteView(bytes).subspan(i * Hash::kSize));
  memory->mirror = Mirror(memory->mirror.base(), std::move(leaves));
  if (memory->mirror.root() != memory->checkpoint.root) return damaged(leaves_file, "of another tree");
  if (bytes.size() == count * Hash::kSize) on_disk_ = {first, count};
  return std::optional(*std::move(memory));
}

// Appended where the file is known to hold what came before, else written anew.
Status MemoryFolder::store_leaves(const Mirror& mirror) {
  const auto& leaves = mirror.leaves();
  const auto known = std::exchange(on_disk_, std::nullopt);  // unknown, until everything below went well
  const std::string file = path(std::string(kLeavesFile) + std::to_string(mirror.first()));
  const bool appends = known && known->first == mirror.first() && known->second <= leaves.size();
  Bytes bytes;
  for (std::size_t i = appends ? known->second : 0; i < leaves.size(); ++i) append(bytes, leaves[i].view());
  if (!appends) {
    TRY_STATUS(files_->write_atomically(file, bytes, 0600));
  } else if (!bytes.empty()) {
    TRY(const auto out, files_->open_append(file));
    TRY_STATUS(out->append(bytes));
    TRY_STATUS(out->sync());
  }
  on_disk_ = {mirror.first(), leaves.size()};
  return {};
}

Status MemoryFolder::store(const Memory& memory) {
  TRY_STATUS(store_leaves(memory.mirror));
  const std::string text = memory.encode();
  TRY_STATUS(files_->write_atomically(path(kMemoryFile), as_bytes(text), 0600));
  remove_other_leaves(memory.mirror.first());
  return {};
}

// Of mirrors that began elsewhere. One that stays is in nobody's way.
void MemoryFolder::remove_other_leaves(std::uint64_t first) {
  const auto names = files_->list(directory_);
  if (!names) return;
  const std::string current = std::string(kLeavesFile) + std::to_string(first);
  for (const auto& name : *names)
    if (name.starts_with(kLeavesFile) && name != current) (void)files_->remove(path(name));
}

Result<std::vector<std::string>> MemoryFolder::forks() const {
  TRY(auto names, files_->list(directory_));
  // One that a death left aside, as "….txt.new", was found again or will be.
  std::erase_if(names, [](const std::string& name) { return !name.starts_with(kForkFile) || !name.ends_with(".txt"); });
  for (auto& name : names) name = path(name);
  return names;
}

Result<std::string> MemoryFolder::keep(const std::string& name, const ledger::ForkFile& file) {
  const std::string to = path(name + ".txt");
  if (files_->exists(to)) return to;
  const std::string text = file.encode();
  TRY_STATUS(files_->write_atomically(to, as_bytes(text), 0644));
  return to;
}

Result<std::string> MemoryFolder::keep_fork(const ledger::ForkFile& fork) {
  return keep(std::string(kForkFile) + hex_of(fork.encode(), kNameDigits), fork);
}

Result<std::string> MemoryFolder::keep_undecided(const ledger::ForkFile& pair) {
  TRY(const auto names, files_->list(directory_));
  const auto kept = std::count_if(names.begin(), names.end(),
                                  [](const std::string& name) { return name.starts_with(kUndecidedFile); });
  if (kept >= kUndecidedMax) return path(kUndecidedFile) + "*.txt";  // whoever signs without end fills no disk
  return keep(std::string(kUndecidedFile) + hex_of(pair.smaller, kNameDigits), pair);
}

std::string folder_name(const signing::VerifierKey& log) {
  constexpr std::size_t kOriginMax = 100;
  std::string name = log.name.substr(0, kOriginMax);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!plain && (c != '.' || &c == name.data())) c = '_';
  }
  return name + "-" + hex_of(log.text(), 8);
}

}  // namespace letopis::monitor
