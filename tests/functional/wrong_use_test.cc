// Wrong words and wrong files: exit 2, a reason on stderr, nothing on stdout, nothing left behind.

#include <gtest/gtest.h>

#include "signing/sha256.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

struct Misuse {
  const char* name;
  Words words;
  const char* reason;  // in what is said on stderr
};
const Misuse kMisuses[] = {
    {"NoCommand", {}, "subcommand"},
    {"UnknownCommand", {"divine"}, "divine"},
    {"OptionOfNoCommand",
     {"serve", "--data", "/nowhere", "--lisen", "127.0.0.1:0"},
     "letopis serve does not take --lisen;"},
    {"OptionOfAnother", {"key", "show", "/nowhere", "--data", "d"}, "letopis key show does not take --data;"},
    {"KeyOfNoPurpose", {"key", "new", "--purpose", "skeleton", "--out", "/tmp/never.key"}, "skeleton"},
    {"KeyWithoutFile", {"key", "show", "/nowhere/at.all"}, "/nowhere/at.all"},
    {"ServeNothing", {"serve", "--data", "/nowhere/at/all", "--listen", "127.0.0.1:0"}, "/nowhere/at/all"},
    {"ServeBadPort", {"serve", "--data", "/nowhere", "--listen", "127.0.0.1:99999"}, "HOST:PORT"},
    {"CertificateWithoutKey", {"serve", "--data", "/nowhere", "--tls-cert", "c.pem"}, "--tls-key"},
    {"ServeTrustingNoAuthority", {"serve", "--data", "/nowhere", "--witness-ca", "/nowhere/at.all"}, "/nowhere/at.all"},
    {"AuditOfNothing", {"audit", "--data", "/nowhere/at/all", "--school", "s"}, "/nowhere/at/all"},
    {"AuditOfBoth", {"audit", "--data", "/a", "--url", "http://b", "--school", "s"}, "--data or --url"},
    {"AuditAsNobody", {"audit", "--url", "http://b", "--school", "s"}, "--key"},
    {"AuditInNoLanguage", {"audit", "--data", "/a", "--school", "s", "--lang", "de"}, "--lang"},
    {"AuditByAnEmptyKey", {"audit", "--data", "/a", "--school", "s", "--vkey", ""}, "--vkey"},
    {"RestoreByAnEmptyKey", {"restore", "--from", "/a", "--data", "/b", "--vkey", ""}, "--vkey"},
    {"ReplayOfNothing", {"replay", "--data", "/nowhere/at/all", "--school", "s"}, "/nowhere/at/all"},
    {"ReplayToNoTime", {"replay", "--data", "/nowhere", "--school", "s", "--to-time", "yesterday"}, "yesterday"},
    {"SubmitToNobody", {"submit", "-", "--school", "s", "--key", "k"}, "--url"},
    {"ExampleOfNothing", {"submit", "--example", "nonsense"}, "mark_given"},
    {"SimulateFromNothing",
     {"simulate", "school", "/nowhere/at/all", "--data", "/tmp/never"},
     "academicSessions.csv: the file is missing"},
    {"SimulateTheFuture",
     {"simulate", "school", "/nowhere", "--data", "/tmp/never", "--until", "2999-01-01"},
     "after today"},
    {"RestoreFromNothing", {"restore", "--from", "/nowhere/at/all", "--data", "/tmp/never"}, "/nowhere/at/all"},
    {"VerifyNothing", {"verify", "/nowhere/at.all", "--vkey", "x"}, "/nowhere/at.all"},
};
class WrongUse : public ::testing::TestWithParam<Misuse> {};

TEST_P(WrongUse, SaysWhyAndExitsWithTwo) {
  const Ran ran = letopis(GetParam().words);
  EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find(GetParam().reason), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists("/tmp/never") || std::filesystem::exists("/tmp/never.key"));
}
INSTANTIATE_TEST_SUITE_P(Words, WrongUse, ::testing::ValuesIn(kMisuses),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(Config, NamesTheLineOfASettingItDoesNotHave) {
  const Folder folder;
  const std::string file = folder / "letopis.toml";
  for (const auto& [text, reason] : {std::pair("listen = \"127.0.0.1:0\"\nport = 80\n", ":2: port is no setting"),
                                     {"listen = 80\n", ":1: listen is a text"},
                                     {"listen = \"127.0.0.1:0\n", ":1: "}}) {
    write_text(file, text);
    const Ran ran = letopis({"serve", "--data", folder / "data", "--config", file});
    EXPECT_EQ(ran.status, 2);
    EXPECT_NE(ran.err.find(file + reason), std::string::npos) << ran.err;
  }
}

TEST(Help, EveryCommandShowsAnExample) {
  for (const Words& command : {Words{"key", "new"},
                               {"key", "show"},
                               {"init"},
                               {"import", "oneroster"},
                               {"serve"},
                               {"simulate", "school"},
                               {"simulate", "oulad"},
                               {"submit"},
                               {"get"},
                               {"enrol"},
                               {"login"},
                               {"audit"},
                               {"monitor"},
                               {"notary"},
                               {"notary", "init"},
                               {"replay"},
                               {"prove"},
                               {"verify"},
                               {"backup"},
                               {"restore"}}) {
    Words words = command;
    words.emplace_back("--help");
    const Ran help = letopis(words);
    EXPECT_EQ(help.status, 0) << command.back();
    EXPECT_NE(help.out.find("Example"), std::string::npos) << command.back() << "\n" << help.out;
    EXPECT_NE(help.out.find("letopis"), std::string::npos) << command.back();
  }
}

TEST(Keys, AreNeverOverwrittenNorOpenedWithAnotherPassphraseNorForAnotherPurpose) {
  const Folder folder;
  const std::string key = folder / "a.key";
  letopis_ok({"key", "new", "--purpose", "author", "--out", key});
  const std::string before = text_of(key);
  EXPECT_EQ(letopis({"key", "new", "--purpose", "author", "--out", key}).status, 2);
  EXPECT_EQ(text_of(key), before);
  EXPECT_EQ(std::filesystem::status(key).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const Words init{"init",   "--data", folder / "data", "--school",      "s",          "--origin", "o.example/log/s",
                   "--name", "S",      "--timezone",    "Europe/Moscow", "--root-key", key};
  const Ran wrong = letopis(init);
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("wrong_purpose"), std::string::npos) << wrong.err;

  write_text(key, before.substr(0, before.size() / 2));
  const Ran torn = letopis({"key", "show", key});
  EXPECT_EQ(torn.status, 2);
  EXPECT_NE(torn.err.find(key), std::string::npos) << torn.err;
  write_text(key, "witness one");
  const Ran none = letopis({"key", "show", key});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find(key + ": no key file of Letopis"), std::string::npos) << none.err;
}

TEST(Schools, ThatCannotBeLeaveNothingBehind) {
  const Folder folder;
  const std::string key = folder / "root.key";
  letopis_ok({"key", "new", "--purpose", "root", "--out", key});
  const auto init = [&](std::string_view changed, std::string_view value) {
    std::map<std::string_view, std::string> options{{"--school", "s"},     {"--origin", "o.example/log/s"},
                                                    {"--name", "S"},       {"--timezone", "Europe/Moscow"},
                                                    {"--profile", "r000"}, {"--threshold", "1"}};
    options[changed] = value;
    Words words{"init", "--data", folder / "data", "--root-key", key};
    for (const auto& [option, said] : options) words.insert(words.end(), {std::string(option), said});
    return letopis(words);
  };
  const std::tuple<const char*, const char*, const char*> wrong[] = {
      {"--school", "S 1", "malformed"},     {"--origin", "https://o.example", "malformed"},
      {"--name", "", "malformed"},          {"--timezone", "Europe/Nowhere", "Europe/Nowhere"},
      {"--profile", "r999", "bad_profile"}, {"--threshold", "2", "bad_threshold"},
  };
  for (const auto& [option, value, why] : wrong) {
    const Ran ran = init(option, value);
    EXPECT_EQ(ran.status, 2) << option;
    EXPECT_NE(ran.err.find(why), std::string::npos) << option << ": " << ran.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "data")) << option;
  }
  EXPECT_EQ(init("--name", "Лицей").status, 0) << "all else is right";
}

TEST(Schools, AreCreatedOnce) {
  const Folder folder;
  const std::string key = folder / "root.key";
  letopis_ok({"key", "new", "--purpose", "root", "--out", key});
  const Words init{"init",   "--data", folder / "data", "--school",      "s",          "--origin", "o.example/log/s",
                   "--name", "S",      "--timezone",    "Europe/Moscow", "--root-key", key};
  letopis_ok(init);
  const Ran again = letopis(init);
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("already_exists"), std::string::npos) << again.err;
  Words other_zone = init;
  other_zone[4] = "t";
  other_zone[10] = "Europe/Atlantis";
  EXPECT_EQ(letopis(other_zone).status, 2);
}

// A profile of one's own is read before a school is made by it, and its error names line and reason.
TEST(Schools, BeginWithAProfileOfTheirOwn) {
  const Folder folder;
  const std::string key = folder / "root.key";
  letopis_ok({"key", "new", "--purpose", "root", "--out", key});
  const std::string base = letopis_ok({"profile", "show", "r001"}).out;
  const std::string own = folder / "own.toml";
  const std::string head =
      "format = 1\nid = \"own\"\ntitle_ru = \"Своё\"\ntitle_en = \"Own\"\nextends = \"r001\"\n"
      "regulation_sha256 = \"" +
      std::string(64, '0') + "\"\nextends_sha256 = \"" + to_hex(signing::sha256(as_bytes(base)).view()) + "\"\n";
  const Words init{"init",   "--data", folder / "data", "--school",      "s",          "--origin", "o.example/log/s",
                   "--name", "S",      "--timezone",    "Europe/Moscow", "--root-key", key,        "--profile",
                   own};
  write_text(own, head + "[marks]\nsilent = true\n");
  for (const Words& wrong : {init, Words{"profile", "check", own}}) {
    const Ran refused = letopis(wrong);
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("own.toml:8: marks.default_scale is missing"), std::string::npos) << refused.err;
  }
  write_text(own, head);
  EXPECT_EQ(letopis_ok({"profile", "check", own}).out.find("own: Своё\nsha256 "), 0U);
  letopis_ok(init);
  EXPECT_EQ(letopis({"profile", "show", "r999"}).status, 2);
  const Ran audited = letopis({"audit", "--data", folder / "data", "--school", "s"});
  EXPECT_EQ(audited.status, 0) << audited.out << audited.err;
}

// A profile that extends another own one is read with it.
TEST(Schools, CheckAProfileUponTheirOwn) {
  const Folder folder;
  const auto layer = [&](const std::string& id, const std::string& base, const std::string& text) {
    const std::string own = "format = 1\nid = \"" + id + "\"\ntitle_ru = \"Своё\"\ntitle_en = \"Own\"\nextends = \"" +
                            base + "\"\nregulation_sha256 = \"" + std::string(64, '0') + "\"\nextends_sha256 = \"" +
                            to_hex(signing::sha256(as_bytes(text)).view()) + "\"\n";
    write_text(folder / (id + ".toml"), own);
    return own;
  };
  const std::string first = layer("first", "r001", letopis_ok({"profile", "show", "r001"}).out);
  const std::string second = layer("second", "first", first);
  const Words check{"profile", "check", folder / "second.toml", "--json"};
  const Ran alone = letopis(check);
  EXPECT_EQ(alone.status, 2);
  EXPECT_NE(alone.err.find("first"), std::string::npos) << "what is missing is named: " << alone.err;
  Words with_base = check;
  with_base.insert(with_base.end(), {"--base", folder / "first.toml"});
  const auto read = letopis_ok(with_base).json();
  EXPECT_EQ(str(read.at("sha256")), to_hex(signing::sha256(as_bytes(second)).view()));
  EXPECT_EQ(str(read.at("extends_sha256")), to_hex(signing::sha256(as_bytes(first)).view()));
  write_text(folder / "first.toml", first + "\n");
  const Ran another = letopis(with_base);
  EXPECT_EQ(another.status, 2) << "a base of another text: " << another.out;
}

}  // namespace
}  // namespace letopis::functional
