// What a monitor remembers: the mirror of a tree's end, a folder that a death leaves readable, and the words it reports in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "replay-tools/monitor_memory.h"
#include "replay-tools/monitor_report.h"
#include "tests/fault/temporary_directory.h"
#include "tests/unit/ledger/reference_tree.h"
#include "tests/unit/replay-tools/monitor_fixture.h"

namespace letopis::monitor::test {
namespace {

using ::testing::HasSubstr;

// --- The mirror

Mirror mirror_of(const ledger::test::ReferenceTree& tree, std::uint64_t first) {
  ledger::Frontier base;
  for (std::uint64_t i = 0; i < first; ++i) base.append(tree.mth(i, i + 1));
  std::vector<Hash> leaves;
  for (std::uint64_t i = first; i < tree.size(); ++i) leaves.push_back(tree.mth(i, i + 1));
  return {base, leaves};
}

TEST(TheMirror, SaysEveryRootAndProofFromItsFirstSizeOn) {
  const auto tree = ledger::test::numbered_tree(40);
  for (std::uint64_t first = 0; first <= 40; ++first) {
    Mirror mirror = mirror_of(tree, first);
    const auto nodes = [&](unsigned level, std::uint64_t index) { return mirror.node(level, index); };
    EXPECT_EQ(mirror.root(), tree.mth(0, 40));
    for (std::uint64_t m = 0; m <= 40; ++m) {
      EXPECT_EQ(mirror.root_at(m).has_value(), m >= first);
      if (m < first) continue;
      EXPECT_EQ(mirror.root_at(m), tree.mth(0, m));
      if (m == 0) continue;
      const auto proof = ledger::consistency_proof(m, 40, nodes);
      ASSERT_TRUE(proof) << first << " " << m << ": " << proof.error().text();
      EXPECT_EQ(*proof, tree.consistency(m, 40));
    }
  }
}

TEST(TheMirror, ForgetsItsBeginning) {
  const auto tree = ledger::test::numbered_tree(40);
  Mirror mirror = mirror_of(tree, 5);
  mirror.forget_before(23);
  EXPECT_EQ(mirror.first(), 23U);
  EXPECT_EQ(mirror.root(), tree.mth(0, 40));
  EXPECT_EQ(mirror.base(), mirror_of(tree, 23).base());
  EXPECT_EQ(mirror.leaves(), mirror_of(tree, 23).leaves());
  EXPECT_FALSE(mirror.leaf(22));
  EXPECT_EQ(mirror.leaf(23), tree.mth(23, 24));
  mirror.append(tree.mth(0, 1));
  EXPECT_EQ(mirror.size(), 41U);
}

TEST(TheMirror, KnowsNoOtherNode) {
  const auto tree = ledger::test::numbered_tree(12);
  const Mirror mirror = mirror_of(tree, 6);
  EXPECT_EQ(mirror.node(2, 0).value(), tree.mth(0, 4)) << "of the edge";
  EXPECT_EQ(mirror.node(2, 1).value(), tree.mth(4, 8)) << "across";
  EXPECT_EQ(mirror.node(0, 0).error().code, "out_of_range") << "below the edge";
  EXPECT_EQ(mirror.node(3, 1).error().code, "out_of_range") << "not perfect yet";
  EXPECT_EQ(mirror.node(64, 0).error().code, "out_of_range");
}

// --- The folder

// Dies at the n-th change to the disk: that one and all after it are not made.
class DyingFiles final : public FileSystem {
 public:
  explicit DyingFiles(int changes) : left_(changes) {}
  bool dead() const { return left_ < 0; }

  Result<Bytes> read(const std::string& path, std::size_t max) override { return inner_.read(path, max); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    TRY_STATUS(change());
    TRY(auto file, inner_.open_append(path));
    return std::make_unique<File>(*this, std::move(file));
  }
  // What was written aside is left half, and not put in place.
  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override {
    if (const auto alive = change(); !alive) {
      faults::overwrite(path + ".new", bytes.first(bytes.size() / 2));
      return alive;
    }
    return inner_.write_atomically(path, bytes, mode);
  }
  Status truncate(const std::string& path, std::uint64_t size) override {
    TRY_STATUS(change());
    return inner_.truncate(path, size);
  }
  Status make_directories(const std::string& path) override { return inner_.make_directories(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Status remove(const std::string& path) override {
    TRY_STATUS(change());
    return inner_.remove(path);
  }
  Result<std::vector<std::string>> list(const std::string& path) override { return inner_.list(path); }

 private:
  class File final : public AppendFile {
   public:
    File(DyingFiles& files, std::unique_ptr<AppendFile> inner) : files_(files), inner_(std::move(inner)) {}
    // Half of it gets there.
    Status append(ByteView bytes) override {
      const auto alive = files_.change();
      TRY_STATUS(inner_->append(alive ? bytes : bytes.first(bytes.size() / 2)));
      return alive;
    }
    Status sync() override {
      TRY_STATUS(files_.change());
      return inner_->sync();
    }

   private:
    DyingFiles& files_;
    std::unique_ptr<AppendFile> inner_;
  };
  Status change() {
    if (left_-- > 0) return {};
    left_ = -1;
    return fail("io_error", "dead");
  }
  int left_;
  FileSystem& inner_ = posix_file_system();
};

class TheFolder : public testing::Test {
 protected:
  TheFolder() { log_.grow(40); }
  Memory memory_of(std::uint64_t size, std::uint64_t first) const {
    Memory memory;
    memory.log = log_.vkey();
    memory.note = log_.note(size);
    memory.checkpoint = {kOrigin, size, log_.root(size)};
    ledger::Frontier base;
    for (std::uint64_t i = 0; i < first; ++i) base.append(ledger::leaf_hash(log_.entries[i]));
    std::vector<Hash> leaves;
    for (std::uint64_t i = first; i < size; ++i) leaves.push_back(ledger::leaf_hash(log_.entries[i]));
    memory.mirror = Mirror(base, leaves);
    memory.read = size;
    return memory;
  }
  std::optional<Memory> loaded() {
    auto folder = MemoryFolder::open(posix_file_system(), path());
    auto memory = folder->load(log_.vkey());
    EXPECT_TRUE(memory) << memory.error().text();
    return memory ? *std::move(memory) : std::nullopt;
  }
  std::string reason() {
    const auto memory = MemoryFolder::open(posix_file_system(), path())->load(log_.vkey());
    return memory ? "good" : memory.error().code;
  }
  std::string path() const { return directory_ / "licey29"; }

  faults::TemporaryDirectory directory_;
  FakeLog log_{1};
};

TEST_F(TheFolder, GivesBackWhatItWasGiven) {
  auto folder = MemoryFolder::open(posix_file_system(), path());
  EXPECT_FALSE(folder->load(log_.vkey())->has_value());
  Memory memory = memory_of(30, 7);
  memory.witnessed = Witnessed{25, {Instant{5}, Instant{9}}};
  memory.lower = Instant{4};
  memory.waiting = {{25, 27, Instant{6}, std::nullopt}, {28, 30, Instant{8}, Instant{4}, true}};
  memory.widths = {1, 2, 3};
  memory.verdicts = "alr";
  ASSERT_TRUE(folder->store(memory));
  const auto read = loaded();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->encode(), memory.encode());
  EXPECT_EQ(read->mirror.leaves(), memory.mirror.leaves());
  EXPECT_EQ(read->waiting, memory.waiting);
  EXPECT_EQ(read->witnessed, memory.witnessed);
}

// Every change to the disk in turn is the last: what is read afterwards is the memory of before or of after, and it can be
// written again.
TEST_F(TheFolder, ADeathAnywhereLeavesWhatWasOrWhatIs) {
  const Memory before = memory_of(20, 3);
  for (const Memory& after : {memory_of(33, 3), memory_of(33, 12)}) {
    bool died = true;
    for (int changes = 0; died; ++changes) {
      std::filesystem::remove_all(path());
      ASSERT_TRUE(MemoryFolder::open(posix_file_system(), path())->store(before));
      {
        DyingFiles files(changes);
        auto folder = MemoryFolder::open(files, path());
        ASSERT_TRUE(folder->load(log_.vkey()));
        const auto stored = folder->store(after);
        died = files.dead();
        ASSERT_EQ(died, !stored.has_value() || files.dead());
      }
      const auto read = loaded();
      ASSERT_TRUE(read) << changes;
      EXPECT_TRUE(read->encode() == before.encode() || read->encode() == after.encode()) << changes;
      auto folder = MemoryFolder::open(posix_file_system(), path());
      ASSERT_TRUE(folder->load(log_.vkey()));
      ASSERT_TRUE(folder->store(memory_of(40, 12)));
      EXPECT_EQ(loaded()->checkpoint.size, 40U) << changes;
      ASSERT_LT(changes, 20) << "it never came through";
    }
  }
}

TEST_F(TheFolder, AFailedWriteIsMadeGoodByTheNext) {
  DyingFiles files(2);  // leaves and memory of the first; the second's leaves fail
  auto folder = MemoryFolder::open(files, path());
  ASSERT_TRUE(folder->store(memory_of(20, 3)));
  EXPECT_FALSE(folder->store(memory_of(25, 3)));
  EXPECT_EQ(loaded()->checkpoint.size, 20U);
}

TEST_F(TheFolder, DamageIsTold) {
  const auto spoil = [&](const std::string& name, const auto& change) {
    std::filesystem::remove_all(path());
    EXPECT_TRUE(MemoryFolder::open(posix_file_system(), path())->store(memory_of(20, 3)));
    Bytes bytes = faults::read_whole(path() + "/" + name);
    change(bytes);
    faults::overwrite(path() + "/" + name, bytes);
    return reason();
  };
  EXPECT_EQ(spoil("memory", [](Bytes&) {}), "good");
  EXPECT_EQ(spoil("memory", [](Bytes& bytes) { bytes.pop_back(); }), "damaged");
  EXPECT_EQ(spoil("memory", [](Bytes& bytes) { bytes.clear(); }), "damaged");
  EXPECT_EQ(spoil("memory", [](Bytes& bytes) { bytes[bytes.size() / 2] ^= 1; }), "damaged");
  EXPECT_EQ(spoil("leaves-3", [](Bytes& bytes) { bytes[40] ^= 1; }), "damaged");
  EXPECT_EQ(spoil("leaves-3", [](Bytes& bytes) { bytes.pop_back(); }), "damaged");
  EXPECT_EQ(spoil("leaves-3", [](Bytes& bytes) { bytes.push_back(0); }), "good") << "appended, and never counted";
}

TEST_F(TheFolder, TheMemoryOfAnotherLogIsNotTaken) {
  ASSERT_TRUE(MemoryFolder::open(posix_file_system(), path())->store(memory_of(20, 3)));
  auto other = log_.vkey();
  other.name += "x";
  EXPECT_EQ(MemoryFolder::open(posix_file_system(), path())->load(other).error().code, "damaged");
  EXPECT_NE(folder_name(other), folder_name(log_.vkey()));
  other.name = std::string(500, '/');
  EXPECT_LT(folder_name(other).size(), 200U);
  EXPECT_EQ(folder_name(other).find('/'), std::string::npos);
}

TEST_F(TheFolder, EvidenceIsNeverOverwritten) {
  auto folder = MemoryFolder::open(posix_file_system(), path());
  const ledger::ForkFile fork{log_.note(5), log_.note(9), {}, {}};
  const auto file = folder->keep_fork(fork);
  ASSERT_TRUE(file);
  faults::overwrite(*file, as_bytes("somebody's notes"));
  EXPECT_EQ(*folder->keep_fork(fork), *file);
  EXPECT_EQ(faults::read_whole(*file).size(), 16U);
  EXPECT_EQ(folder->forks()->size(), 1U);
  for (std::uint64_t size = 1; size < 40; ++size)
    (void)folder->keep_undecided({log_.note(size), log_.note(40), {}, {}});
  EXPECT_EQ(posix_file_system().list(path())->size(), 1U + 16U) << "whoever signs without end fills no disk";
  EXPECT_EQ(folder->forks()->size(), 1U);
}

// --- Words

TEST(TheReport, TheGravestFindingMakesTheExitCode) {
  Report report;
  EXPECT_EQ(exit_code(report.alarm()), 0);
  report.add("witness_silent", "north");
  EXPECT_EQ(exit_code(report.alarm()), 0) << "a notice";
  report.add("lag");
  EXPECT_EQ(exit_code(report.alarm()), 3);
  report.add("unreachable");
  EXPECT_EQ(exit_code(report.alarm()), 4);
  report.add("fork");
  EXPECT_EQ(exit_code(report.alarm()), 1);
}

TEST(TheReport, EveryCodeIsToldInBothLanguagesAndOnItsPage) {
  const Bytes bytes = faults::read_whole(LETOPIS_SOURCE_DIR "/docs/operations.md");
  const std::string page(as_text(bytes));
  for (const auto& code : codes()) {
    EXPECT_FALSE(code.ru.empty() || code.en.empty() || code.advice_ru.empty() || code.advice_en.empty()) << code.code;
    const std::string row = "| `" + std::string(code.code) + "` | " + std::string(alarm_name(code.alarm)) + " | ";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

// Prometheus text format 0.0.4: HELP and TYPE before the values of a name, which stand together; every line a name, labels, a number.
TEST(TheReport, MetricsAreRead) {
  Report one, two;
  one.origin = R"(journal.example.org/log/"quoted\)";
  two.origin = "journal.example.org/log/b";
  one.size = 12, one.answered = true, one.waiting_entries = 3, one.recent = {8, 1, 1};
  one.add("lag"), one.add("lag"), one.add("fork");
  const std::vector<Report> reports{one, two};
  std::string text = metrics(reports, 5);
  EXPECT_THAT(text, HasSubstr("letopis_monitor_rounds_total 5\n"));
  EXPECT_THAT(text, HasSubstr(R"(letopis_monitor_entries{log="journal.example.org/log/\"quoted\\"} 12)"));
  EXPECT_THAT(text, HasSubstr(R"(letopis_monitor_refused_ratio{log="journal.example.org/log/\"quoted\\"} 0.1)"));
  EXPECT_THAT(text, HasSubstr(R"(letopis_monitor_alarm{log="journal.example.org/log/b"} 0)"));
  std::set<std::string> names, lines;
  std::string name;
  while (!text.empty()) {
    const std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    if (line.starts_with("# HELP ")) {
      name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(names.insert(name).second) << line;
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(line.substr(7, name.size() + 1), name + " ");
    } else {
      EXPECT_TRUE(line.starts_with(name + " ") || line.starts_with(name + "{")) << line;
      EXPECT_TRUE(lines.insert(line.substr(0, line.rfind(' '))).second) << "told twice: " << line;
      std::size_t read = 0;
      const std::string value = line.substr(line.rfind(' ') + 1);
      (void)std::stod(value, &read);
      EXPECT_EQ(read, value.size()) << line;
    }
  }
  EXPECT_GT(lines.size(), 10U);
}

}  // namespace
}  // namespace letopis::monitor::test
