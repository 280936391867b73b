// A school of one's own, from two root keys to a teacher who signs in: init, serve, import, enrol, login.

#include <gtest/gtest.h>

#include <sstream>

#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr char kFiles[] = LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98";

class OwnSchool : public ::testing::Test {
 protected:
  OwnSchool() {
    for (const auto& file : {first_, second_}) letopis_ok({"key", "new", "--purpose", "root", "--out", file});
    letopis_ok({"init", "--data", data_, "--school", "licey29", "--origin", "journal.example.org/log/licey29", "--name",
                "Лицей № 29", "--timezone", "Europe/Moscow", "--root-key", first_, second_, "--threshold", "2"});
    fs::copy(kFiles, files_, fs::copy_options::recursive);
    server_ = std::make_unique<Server>(data_);
  }
  Words import(const Words& more = {}) const {
    Words words{"import", "oneroster", files_,  "--url", server_->url(), "--school", "licey29",
                "--key",  first_,      "--key", second_, "--officials",  officials_, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // The keys the import has made, as arguments.
  Words with_officials() const {
    Words words;
    for (const auto& file : fs::directory_iterator(officials_))
      words.insert(words.end(), {"--key", file.path().string()});
    return words;
  }
  std::uint64_t log_size() const {
    server_->kill();
    const auto size = letopis_ok({"replay", "--data", data_, "--school", "licey29", "--json"})
                          .json()
                          .at("size")
                          .to_number<std::uint64_t>();
    return size;
  }
  Words at_school(Words words) const {
    words.insert(words.end(), {"--url", server_->url(), "--school", "licey29"});
    return words;
  }

  Folder folder_;
  std::string data_ = folder_ / "data", files_ = folder_ / "files", officials_ = folder_ / "officials",
              codes_ = folder_ / "codes.csv";
  std::string first_ = folder_ / "first.key", second_ = folder_ / "second.key";
  std::unique_ptr<Server> server_;
};

// username → code
std::map<std::string, std::string> codes_in(const std::string& file) {
  std::map<std::string, std::string> codes;
  std::istringstream lines(text_of(file));
  for (std::string line; std::getline(lines, line);)
    codes[line.substr(0, line.find(','))] = line.substr(line.rfind(',') + 1);
  return codes;
}

// Marks lie in the ledger in the clear.
TEST_F(OwnSchool, ItsFolderIsItsOwnersAlone) {
  const auto others = fs::perms::group_all | fs::perms::others_all;
  EXPECT_EQ(fs::status(data_).permissions() & others, fs::perms::none);
}

TEST_F(OwnSchool, IsImportedOnceAndATeacherEnrolsAndSignsIn) {
  const Ran dry_run = letopis_ok(import({"--dry-run"}));
  const auto planned = dry_run.json();
  EXPECT_NE(dry_run.err.find("ended on 2026-05-26"), std::string::npos)
      << "files of a year that is over: " << dry_run.err;
  EXPECT_EQ(planned.at("recorded").as_int64(), 0);
  EXPECT_GT(planned.at("planned").as_int64(), 775 * 2);

  const auto imported = letopis_ok(import({"--codes", codes_})).json();
  EXPECT_GE(imported.at("recorded").as_int64(), planned.at("planned").as_int64());
  const auto again = letopis_ok(import(with_officials())).json();
  EXPECT_EQ(again.at("planned").as_int64(), 0) << "the same files again say nothing";
  EXPECT_EQ(again.at("recorded").as_int64(), 0);

  auto codes = codes_in(codes_);
  ASSERT_TRUE(codes.contains("aal"));
  const std::string key = folder_ / "aal.key", unwrapped = folder_ / "unwrapped.key", other = folder_ / "other.key";
  const auto enrolled = letopis_ok(at_school({"enrol", codes["aal"], "--login", "aal", "--out", key, "--json"})).json();
  const std::string receipt = folder_ / "enrolment.tlog-proof";
  write_text(receipt, str(enrolled.at("receipt")));
  EXPECT_EQ(letopis_verify({receipt, "--vkey", server_->vkey("licey29")}).status, 0);
  const auto signed_in = letopis_ok(at_school({"login", "aal", "--out", unwrapped})).json();
  EXPECT_EQ(signed_in.at("key"), enrolled.at("key"));
  const auto me = letopis_ok({"get", "/v1/schools/licey29/me", "--url", server_->url(), "--key", unwrapped}).json();
  EXPECT_EQ(me.at("id"), enrolled.at("person"));
  EXPECT_EQ(str(me.at("name")), "Фёдоров Роман Александрович");

  const Ran spent = letopis(at_school({"enrol", codes["aal"], "--login", "aal2", "--out", other}));
  EXPECT_EQ(spent.status, 2);
  EXPECT_FALSE(fs::exists(other)) << "a refused enrolment leaves no key behind";

  // Without an account: the key alone.
  letopis_ok(at_school({"enrol", codes["aro"], "--out", other}));
  letopis_ok({"get", "/v1/schools/licey29/me", "--url", server_->url(), "--key", other});

  server_->kill();
  const Ran audited = letopis({"audit", "--data", data_, "--school", "licey29", "--json"});
  EXPECT_EQ(audited.status, 0) << audited.out;
  EXPECT_EQ(str(audited.json().at("verdict")), "consistent");
  EXPECT_EQ(audited.json().at("verdicts").at("refused").as_int64(), 0);
}

// A bad row is named by file, line and column, and nothing is written.
struct BadFile {
  const char* name;
  const char* file;
  std::string (*spoil)(std::string);
  const char* named;
};
std::string replace_once(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}
const BadFile kBadFiles[] = {
    {"UnknownClass", "enrollments.csv",
     [](std::string t) {
       return replace_once(t, "b71e01c5-e23b-5f48-84cb-66a575b77f4b", "b71e01c5-0000-5f48-84cb-66a575b77f4b");
     },
     "enrollments.csv:2:"},
    {"WrongEncoding", "users.csv", [](std::string t) { return replace_once(t, "Роман", "\xD0\xEE\xEC\xE0\xED"); },
     "users.csv:2:"},
    {"UnclosedQuote", "courses.csv", [](std::string t) { return t + "\"open"; }, "courses.csv:"},
    {"BadDate", "enrollments.csv", [](std::string t) { return replace_once(t, "2025-09-01", "2025-09-31"); },
     "enrollments.csv:2:"},
    {"MissingColumn", "timetable.csv", [](std::string t) { return replace_once(t, "weekday,period", "weekday"); },
     "timetable.csv"},
    {"TruncatedFile", "users.csv", [](std::string t) { return t.substr(0, t.size() / 2); }, "users.csv:"},
};
class BadImport : public OwnSchool, public ::testing::WithParamInterface<BadFile> {};

TEST_P(BadImport, NamesTheRowAndRecordsNothing) {
  const std::string file = files_ + "/" + GetParam().file;
  write_text(file, GetParam().spoil(text_of(file)));
  const Ran ran = letopis(import());
  EXPECT_EQ(ran.status, 2) << ran.out;
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find(GetParam().named), std::string::npos) << ran.err.substr(0, 1000);
  EXPECT_EQ(log_size(), 1U) << "the genesis alone";
}
INSTANTIATE_TEST_SUITE_P(Files, BadImport, ::testing::ValuesIn(kBadFiles),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

}  // namespace
}  // namespace letopis::functional
