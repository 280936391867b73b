// The house rules, held against the repository itself. Every rule first has to find a planted offence: one that stopped
// looking would otherwise pass for ever.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "tests/house_rules/rules.h"

namespace letopis::house_rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Tree& repository() {
  static const Tree kTree = read_tree(LETOPIS_SOURCE_DIR);
  return kTree;
}

// "path:line" of every finding.
std::vector<std::string> places(const Findings& findings) {
  std::vector<std::string> places;
  for (const auto& finding : findings) places.push_back(finding.path + ":" + std::to_string(finding.line));
  return places;
}

void expect_kept(Rule rule) {
  for (const auto& finding : rule(repository()))
    ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.what;
}

// The places where `rule` objects to a file of this path and text.
std::vector<std::string> found(Rule rule, const std::string& path, const std::string& text) {
  return places(rule({{path, text}}));
}

TEST(ReadTree, SeesTheRepository) {
  std::size_t headers = 0;
  for (const auto& file : repository()) headers += file.path.ends_with(".h") ? 1 : 0;
  EXPECT_GT(headers, 10U);
  EXPECT_FALSE(repository().front().text.empty());
}

TEST(CodeOnly, BlanksCommentsStringsAndCharactersButKeepsLines) {
  EXPECT_EQ("a;     \nb", code_only("a; // c\nb"));
  EXPECT_EQ("a       \n   b", code_only("a /* c ;\n */b"));
  EXPECT_EQ("f(     ) + 1'000", code_only("f(\"\\\"x\") + 1'000"));
  EXPECT_EQ("f(   )", code_only("f('\"')"));
  EXPECT_EQ("x =               ;", code_only("x = R\"j(a\"b)c\" )j\";"));
}

TEST(HasWord, WantsItsBoundaries) {
  EXPECT_TRUE(has_word("std::rand()", "std::rand"));
  EXPECT_FALSE(has_word("std::random", "std::rand"));
  EXPECT_FALSE(has_word("snprintf(", "sprintf"));
  EXPECT_TRUE(has_word("x = time(nullptr);", "time(nullptr)"));
}

TEST(Includes, RunOneWay) { expect_kept(includes_run_one_way); }
TEST(Includes, RunOneWayFindsAnArrowTurnedRound) {
  EXPECT_THAT(found(includes_run_one_way, "ledger/a.cc", "#include \"signing/b.h\"\n#include \"commands/c.h\"\n"),
              ElementsAre("ledger/a.cc:2"));
  EXPECT_THAT(found(includes_run_one_way, "signing/a.h", "#include \"ledger/b.h\"\n"), ElementsAre("signing/a.h:1"));
  EXPECT_THAT(found(includes_run_one_way, "server/a.cc", "#include \"tests/b.h\"\n"), ElementsAre("server/a.cc:1"));
  EXPECT_THAT(found(includes_run_one_way, "server/a.cc", "#include \"a.h\"\n"), ElementsAre("server/a.cc:1"));
  EXPECT_THAT(found(includes_run_one_way, "replay-tools/a.cc", "#include \"server/b.h\"\n"), IsEmpty());
  EXPECT_THAT(found(includes_run_one_way, "tests/unit/a.cc", "#include \"server/b.h\"\n#include \"tests/c.h\"\n"),
              IsEmpty());
}

TEST(Includes, LibrariesHaveOnePlace) { expect_kept(libraries_have_one_place); }
TEST(Includes, LibrariesHaveOnePlaceFindsEachLibraryAbroad) {
  const auto in = [](const std::string& path, const std::string& header) {
    return found(libraries_have_one_place, path, "#include <" + header + ">\n");
  };
  EXPECT_THAT(in("ledger/a.cc", "sodium.h"), ElementsAre("ledger/a.cc:1"));
  EXPECT_THAT(in("signing/a.cc", "sodium.h"), IsEmpty());
  EXPECT_THAT(in("ledger/store.cc", "rocksdb/db.h"), ElementsAre("ledger/store.cc:1"));
  EXPECT_THAT(in("ledger/kv_rocksdb.cc", "rocksdb/db.h"), IsEmpty());
  EXPECT_THAT(in("commands/a.cc", "flatbuffers/flatbuffers.h"), ElementsAre("commands/a.cc:1"));
  EXPECT_THAT(in("server/routes.cc", "boost/beast/core.hpp"), ElementsAre("server/routes.cc:1"));
  EXPECT_THAT(in("signing/keys.cc", "openssl/evp.h"), ElementsAre("signing/keys.cc:1"));
  EXPECT_THAT(found(libraries_have_one_place, "ledger/a.cc", "#include \"ledger/schema/events_generated.h\"\n"),
              ElementsAre("ledger/a.cc:1"));
}

TEST(Calls, NoneThatIsBanned) { expect_kept(banned_calls); }
TEST(Calls, BannedCallsFindsEach) {
  for (const std::string call :
       {"std::rand()", "srand(1)", "std::random_device d", "std::mt19937 g", "gettimeofday(&t, 0)", "time(nullptr)",
        "time(NULL)", "std::chrono::system_clock::now()", "localtime(&t)", "localtime_r(&t, &tm)", "mktime(&tm)",
        "std::chrono::zoned_time z", "std::regex r", "sprintf(b, f)", "vsprintf(b, f, a)", "strcpy(a, b)",
        "strcat(a, b)", "#include <cassert>", "#include <assert.h>"})
    EXPECT_THAT(found(banned_calls, "ledger/a.cc", "// why\n" + call + ";\n"), ElementsAre("ledger/a.cc:2")) << call;
  for (const std::string call :
       {"std::this_thread::sleep_for(1s)", "std::this_thread::sleep_until(t)", "usleep(5)", "nanosleep(&t, 0)"})
    EXPECT_THAT(found(banned_calls, "tests/unit/a.cc", call), ElementsAre("tests/unit/a.cc:1")) << call;
  EXPECT_THAT(found(banned_calls, "ledger/a.h", "using namespace std;\n"), ElementsAre("ledger/a.h:1"));
}
TEST(Calls, BannedCallsReadsCodeOnly) {
  EXPECT_THAT(found(banned_calls, "ledger/a.cc", "// never std::rand()\nf(\"std::regex\");\nusing namespace std;\n"),
              IsEmpty());
  EXPECT_THAT(found(banned_calls, "signing/base/time.cc", "std::chrono::system_clock::now()"), IsEmpty());
}

TEST(Text, NothingLeftForLater) { expect_kept(leftover_markers); }
TEST(Text, LeftoverMarkersFindsEach) {
  for (const auto& marker : {halves("TO", "DO"), halves("FIX", "ME"), halves("XX", "X"), halves("HA", "CK")})
    EXPECT_THAT(found(leftover_markers, "docs/a.md", "\n" + marker + ": later\n"), ElementsAre("docs/a.md:2"))
        << marker;
  EXPECT_THAT(found(leftover_markers, "dev", halves("mktemp -d XX", "XXXX\n")), IsEmpty());
}

TEST(Text, NoPathsOfOneMachine) { expect_kept(foreign_paths); }
TEST(Text, ForeignPathsFindsEach) {
  for (const auto& path :
       {halves("/wo", "rk/main"), halves("/fa", "rm/x"), halves("/ho", "me/me"), halves("../sha", "red/spec")})
    EXPECT_THAT(found(foreign_paths, "docs/a.md", "see " + path + "\n"), ElementsAre("docs/a.md:1")) << path;
  EXPECT_THAT(found(foreign_paths, "docs/a.md", halves("its own/wo", "rk/main\n")), IsEmpty());
}

TEST(Tree, EverySourceIsBuilt) { expect_kept(sources_are_built); }
TEST(Tree, SourcesAreBuiltFindsATestNobodyNames) {
  const auto built = [](const std::string& list, const std::string& text) {
    return places(sources_are_built({{"tests/unit/ledger/test_a.cc", ""}, {list, text}}));
  };
  const auto not_built = ElementsAre("tests/unit/ledger/test_a.cc:0");
  EXPECT_THAT(built("tests/unit/ledger/CMakeLists.txt", "letopis_test(a SOURCES test_a.cc)"), IsEmpty());
  EXPECT_THAT(built("tests/CMakeLists.txt", "letopis_test(a SOURCES unit/ledger/test_a.cc)"), IsEmpty());
  EXPECT_THAT(built("tests/unit/ledger/CMakeLists.txt", "letopis_test(a SOURCES another_test_a.cc)"), not_built);
  EXPECT_THAT(built("tests/unit/signing/CMakeLists.txt", "letopis_test(a SOURCES test_a.cc)"), not_built);
  EXPECT_THAT(built("tests/unit/ledger/README.md", "test_a.cc"), not_built);
}

TEST(Tree, SourcesAreBuiltKnowsTheRegistryOfFuzzTargets) {
  const auto built = [](const std::string& text) {
    return places(sources_are_built({{"tests/fuzz/fuzz_note.cc", ""}, {"tests/fuzz/CMakeLists.txt", text}}));
  };
  EXPECT_THAT(built("letopis_fuzz(note letopis_signing)"), IsEmpty());
  EXPECT_THAT(built("letopis_fuzz(notes letopis_signing)"), ElementsAre("tests/fuzz/fuzz_note.cc:0"));
}

TEST(Tree, HeadersHaveForm) { expect_kept(headers_have_form); }
TEST(Tree, HeadersHaveFormFindsAMissingGuardAndAMissingContract) {
  EXPECT_THAT(found(headers_have_form, "ledger/a.h", "// Why.\nint a();\n"), ElementsAre("ledger/a.h:1"));
  EXPECT_THAT(found(headers_have_form, "ledger/a.h", "#pragma once\n\nint a();\n"), ElementsAre("ledger/a.h:2"));
  EXPECT_THAT(found(headers_have_form, "ledger/a.h", "#pragma once\n// Why.\nint a();\n"), IsEmpty());
}

TEST(Tree, TopLevelNames) { expect_kept(top_level_names); }
TEST(Tree, TopLevelNamesFindsANewOneOnce) {
  EXPECT_THAT(places(top_level_names({{"common/a.h", ""}, {"common/b.h", ""}, {"ledger/c.h", ""}, {".gitignore", ""}})),
              ElementsAre("common:0"));
}

TEST(Tree, FilesAreSmall) { expect_kept(files_are_small); }
TEST(Tree, FilesAreSmallFindsALargeOne) {
  EXPECT_THAT(places(files_are_small({{"tests/data/a.bin", "", 3'000'001}, {"tests/data/b.bin", "", 3'000'000}})),
              ElementsAre("tests/data/a.bin:0"));
}

TEST(Tree, EveryTestRuns) { expect_kept(skipped_tests); }
TEST(Tree, SkippedTestsFindsEach) {
  for (const auto& skip : {halves("GTEST_", "SKIP();"), halves("TEST(A, DISA", "BLED_B) {}"),
                           halves("it.", "skip('a')"), halves("test.", "skip('a')"), halves("describe.", "skip('a')")})
    EXPECT_THAT(found(skipped_tests, "tests/web/a.ts", skip), ElementsAre("tests/web/a.ts:1")) << skip;
}

TEST(Tree, EveryRuleIsGiven) { expect_kept(rules_are_given); }
TEST(Tree, RulesAreGivenFindsTheOneThatIsNot) {
  const std::string book =
      "namespace rule {\ninline constexpr std::string_view kLate = \"late\";\ninline constexpr std::string_view kNever "
      "= \"never\";\n"
      "}  // namespace rule\ninline constexpr std::string_view kOther = \"other\";\n";
  EXPECT_THAT(places(rules_are_given(
                  {{"commands/rules.h", book}, {"commands/decide_marks.cc", "c.refuse(rule::kLate);  // kNever\n"}})),
              ElementsAre("commands/rules.h:3"));
}

struct Outcome {
  int status;
  std::string output;
};
Outcome run(const std::string& command) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string output;
  std::array<char, 4096> chunk;
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) output.append(chunk.data(), got);
  return {WEXITSTATUS(::pclose(pipe)), output};
}

TEST(Dev, ExplainsEachOfItsCommands) {
  const Outcome alone = run(LETOPIS_SOURCE_DIR "/dev");
  EXPECT_EQ(0, alone.status) << alone.output;
  EXPECT_EQ(alone.output, run(LETOPIS_SOURCE_DIR "/dev --help").output);
  for (const std::string name : {"demo", "test", "build", "bench", "lint", "fmt", "asan", "tsan", "fuzz", "clean"})
    EXPECT_THAT(alone.output, HasSubstr("./dev " + name + " ")) << name;
}

TEST(Dev, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(2, run(LETOPIS_SOURCE_DIR "/dev nonsense").status);
  EXPECT_EQ(2, run(LETOPIS_SOURCE_DIR "/dev demo --nonsense").status);
  EXPECT_EQ(2, run(LETOPIS_SOURCE_DIR "/dev demo --port").status);
}

}  // namespace
}  // namespace letopis::house_rules
