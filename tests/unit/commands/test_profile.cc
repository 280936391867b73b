// Regulation profiles: what r000 says, and everything a profile is refused for.

#include "commands/profile.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signing/base/file.h"
#include "signing/sha256.h"

namespace letopis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string r000_text() { return std::string(builtin_profile("r000").value()); }

Profile r000() { return parse_profile(r000_text(), "r000.toml").value(); }

// r000 with one piece of its text exchanged; the piece must be there, or the test would prove nothing.
std::string r000_with(std::string_view piece, std::string_view replacement) {
  std::string text = r000_text();
  const std::size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << "r000.toml no longer holds: " << piece;
  if (at != std::string::npos) text.replace(at, piece.size(), replacement);
  return text;
}

// The line, from 1, on which `piece` starts.
std::size_t line_of(std::string_view text, std::string_view piece) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(piece));
  return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

std::string refusal(std::string_view text) {
  const auto profile = parse_profile(text, "my.toml");
  if (profile) return "accepted";
  EXPECT_EQ(profile.error().code, "bad_profile");
  return profile.error().detail;
}

TEST(Profile, BuiltInTextIsTheFileInTheTree) {
  const auto file = posix_file_system().read(LETOPIS_SOURCE_DIR "/commands/profiles/r000.toml", kProfileSizeMaxBytes);
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(builtin_profile("r000"), as_text(*file));
  EXPECT_EQ(builtin_profile("r999"), std::nullopt);
}

TEST(Profile, TheSeedOfTheFuzzerIsTheFileInTheTree) {
  const auto seed =
      posix_file_system().read(LETOPIS_SOURCE_DIR "/tests/fuzz/corpus/profile/r000", kProfileSizeMaxBytes);
  ASSERT_TRUE(seed) << seed.error().text();
  EXPECT_EQ(as_text(*seed), r000_text());
}

// Where the regulation has no words the program has: a profile need not repeat them, and one adopted before a rule was made
// still reads.
TEST(Profile, ARuleWithoutWordsOfTheRegulationHasOurs) {
  const Profile profile = r000();
  const Rule& known = profile.rule(rule::kInvitationSuperseded);
  EXPECT_EQ(known.message_ru, find_rule_spec(rule::kInvitationSuperseded)->message.ru);
  EXPECT_TRUE(known.silent);
  EXPECT_EQ(known.clause, "");
  const auto worded = parse_profile(
      r000_text() +
          "[rules.invitation_superseded]\nclause = \"r000 3.1\"\nru = \"Код устарел.\"\nen = \"The code is void.\"\n",
      "x");
  ASSERT_TRUE(worded) << worded.error().text();
  EXPECT_EQ(worded->rule(rule::kInvitationSuperseded).message_ru, "Код устарел.");
  EXPECT_EQ(worded->rule(rule::kInvitationSuperseded).clause, "r000 3.1");
}

TEST(Profile, AParameterGivesItsRuleItsClauseAndWords) {
  const Profile profile = r000();
  EXPECT_EQ(profile.rule(rule::kLessonMarkDeadline).clause, profile.lesson_mark.source.clause);
  EXPECT_THAT(profile.rule(rule::kLessonMarkDeadline).message_ru, HasSubstr("в течение учебного дня"));
  EXPECT_TRUE(profile.rule(rule::kTopicDeadline).silent);
  EXPECT_EQ(profile.rule(rule::kTopicDeadline).message_ru, find_rule_spec(rule::kTopicDeadline)->message.ru);
}

TEST(Profile, EveryBuiltInProfileParsesUnderItsOwnId) {
  ASSERT_THAT(builtin_profile_ids(), ElementsAre("r000", "r001", "r002", "r003", "r004"));
  for (const std::string_view id : builtin_profile_ids()) {
    const auto profile = parse_profile(builtin_profile(id).value(), id);
    ASSERT_TRUE(profile) << profile.error().text();
    EXPECT_EQ(profile->id, id);
  }
}

TEST(Profile, EachIsWrittenFromTheRegulationItNames) {
  for (const std::string_view id : builtin_profile_ids()) {
    const auto text = posix_file_system().read(LETOPIS_SOURCE_DIR "/tests/data/regulations/" + std::string(id) + ".txt",
                                               kProfileSizeMaxBytes);
    ASSERT_TRUE(text) << text.error().text();
    const auto profile = parse_profile(builtin_profile(id).value(), id);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->regulation_sha256, to_hex(signing::sha256(*text).view())) << id;
  }
}

// A profile quotes its regulation: «…» in a comment, its ellipses left open, is there word for word.
TEST(Profile, QuotesStandInTheRegulation) {
  // One space for any white space: the texts break lines within sentences, and hold spaces that do not break.
  const auto folded = [](std::string text) {
    constexpr std::string_view kHardSpace = "\u00a0";
    for (std::size_t at = 0; (at = text.find(kHardSpace, at)) != std::string::npos;)
      text.replace(at, kHardSpace.size(), " ");
    std::string out;
    for (const char c : text)
      if (std::isspace(static_cast<unsigned char>(c)) == 0)
        out += c;
      else if (!out.empty() && out.back() != ' ')
        out += ' ';
    return out;
  };
  std::size_t quoted = 0;
  for (const std::string_view id : builtin_profile_ids()) {
    const auto bytes = posix_file_system().read(
        LETOPIS_SOURCE_DIR "/tests/data/regulations/" + std::string(id) + ".txt", kProfileSizeMaxBytes);
    ASSERT_TRUE(bytes);
    const std::string regulation = folded(std::string(as_text(*bytes)));
    std::string comments;
    std::istringstream lines{std::string(builtin_profile(id).value())};
    for (std::string line; std::getline(lines, line);) comments += line.starts_with("# ") ? line.substr(2) + " " : "\n";
    const std::string text = comments;
    for (std::size_t open = text.find("«"); open != std::string::npos; open = text.find("«", open)) {
      std::size_t depth = 1, end = open + 2;
      for (; depth > 0 && end < text.size(); ++end) {
        if (text.compare(end, 2, "«") == 0) ++depth;
        if (text.compare(end, 2, "»") == 0) --depth;
      }
      const std::string quote = folded(text.substr(open + 2, end - open - 3));
      for (std::size_t at = 0; at < quote.size();) {
        const std::size_t gap = std::min(quote.find("…", at), quote.size());
        std::string piece = quote.substr(at, gap - at);
        while (piece.starts_with(' ')) piece.erase(0, 1);
        while (piece.ends_with(' ')) piece.pop_back();
        EXPECT_NE(regulation.find(piece), std::string::npos) << id << " does not say: " << piece;
        ++quoted;
        at = gap + std::string_view("…").size();
      }
      open = end;
    }
  }
  EXPECT_GT(quoted, 60U);
}

TEST(Profile, HashIsOverTheExactBytes) {
  const std::string text = r000_text();
  EXPECT_EQ(r000().hash, signing::sha256(as_bytes(text)));
  EXPECT_EQ(r000().toml, text);
  const auto commented = parse_profile(text + "# a remark\n", "r000.toml");
  ASSERT_TRUE(commented);
  EXPECT_NE(commented->hash, r000().hash);
}

// --- A profile over another one

std::string hash_of(std::string_view text) { return to_hex(signing::sha256(as_bytes(text)).view()); }

// A school's own act over a profile: `more` are its tables.
std::string over(std::string_view id, std::string_view base_id, std::string_view base, std::string_view more) {
  return "format = 1\nid = \"" + std::string(id) + "\"\nextends = \"" + std::string(base_id) +
         "\"\nextends_sha256 = \"" + hash_of(base) +
         "\"\ntitle_ru = \"Лицей № 29\"\ntitle_en = \"Lyceum 29\"\nregulation_sha256 = \"" + std::string(64, 'a') +
         "\"\n" + std::string(more);
}
std::string over_r001(std::string_view more) { return over("licey29", "r001", *builtin_profile("r001"), more); }

constexpr std::string_view kUntilFive =
    "[school_day]\nclause = \"licey29 2\"\nend = \"17:00\"\n"
    "[lesson_mark]\nclause = \"licey29 3.1\"\ndays_after = 1\nuntil = \"school_day_end\"\nru = \"поздно\"\nen = "
    "\"late\"\n";

TEST(ExtendedProfile, HoldsItsOwnTablesAndTheOthersOfTheOneItExtends) {
  const Profile base = parse_profile(*builtin_profile("r001"), "r001").value();
  const std::string text = over_r001(kUntilFive);
  const auto own = parse_profile(text, "licey29.toml");
  ASSERT_TRUE(own) << own.error().text();
  EXPECT_EQ(own->id, "licey29");
  EXPECT_EQ(own->title_ru, "Лицей № 29");
  EXPECT_EQ(own->hash, signing::sha256(as_bytes(text)));
  EXPECT_EQ(own->extends, base.hash);
  EXPECT_EQ(own->lesson_mark.source.clause, "licey29 3.1");
  EXPECT_EQ(own->lesson_mark.days_after, 1);
  EXPECT_EQ(own->lesson_mark.until_minute, 17 * 60);
  EXPECT_EQ(own->rule(rule::kLessonMarkDeadline).message_ru, "поздно");
  EXPECT_EQ(own->attendance.source, base.attendance.source) << "r001's clause still";
  EXPECT_EQ(own->rule(rule::kAttendanceDeadline).message_ru, base.rule(rule::kAttendanceDeadline).message_ru);
  EXPECT_EQ(own->minimum_marks.above, base.minimum_marks.above);
  EXPECT_EQ(own->scales.size(), base.scales.size());
  EXPECT_EQ(own->duties.size(), base.duties.size());
}

TEST(ExtendedProfile, RulesAndDutiesAreExchangedOneByOne) {
  const Profile base = parse_profile(*builtin_profile("r001"), "r001").value();
  const auto own = parse_profile(over_r001("[duties.archive]\nsilent = true\n"
                                           "[rules.invitation_superseded]\nclause = \"licey29 9\"\nru = \"стар\"\n"
                                           "en = \"old\"\n"),
                                 "x");
  ASSERT_TRUE(own) << own.error().text();
  EXPECT_TRUE(base.duties.at("archive").asked());
  EXPECT_FALSE(own->duties.at("archive").asked());
  EXPECT_EQ(own->duties.at("inspection").who, base.duties.at("inspection").who);
  EXPECT_EQ(own->rule(rule::kInvitationSuperseded).message_ru, "стар");
}

TEST(ExtendedProfile, NamesTheExactTextItExtends) {
  const std::string text = over_r001("");
  ASSERT_TRUE(parse_profile(text, "x"));
  EXPECT_EQ(extended_by(text), signing::sha256(as_bytes(*builtin_profile("r001"))));
  EXPECT_EQ(extended_by(r000_text()), std::nullopt);
  EXPECT_EQ(extended_by("extends_sha256 = ["), std::nullopt);
  const auto nowhere = [](const Hash&) { return std::optional<std::string_view>(); };
  EXPECT_THAT(parse_profile(text, "my.toml", nowhere).error().detail, HasSubstr("my.toml:4: the text of \"r001\""));
  EXPECT_THAT(refusal(over("licey29", "r002", *builtin_profile("r001"), "")), HasSubstr("is \"r001\", not \"r002\""));
  EXPECT_THAT(refusal(over("r001", "r001", *builtin_profile("r001"), "")), HasSubstr("an id of its own"));
}

TEST(ExtendedProfile, IsRefusedWithTheLineOfTheTextThatIsWrong) {
  EXPECT_EQ(refusal(over_r001("[lesson_mark]\nclause = \"r002 3.1\"\ndays_after = 1\nuntil = \"midnight\"\n")),
            "my.toml:9: lesson_mark.clause is \"r002 3.1\"; a clause is written \"licey29 3.3\"");
  EXPECT_THAT(refusal(over_r001("[marks]\nsilent = true\nmax_per_cell = 1\n")),
              HasSubstr("my.toml:8: marks.default_scale is missing"))
      << "a table is exchanged whole";
  // Its own scales take the place of those the other's [marks] names: the line is the other's.
  EXPECT_THAT(refusal(over_r001("[[scales]]\nname = \"0-10\"\nmin = 0\nmax = 10\n")),
              testing::ContainsRegex("^r001\\.toml:[0-9]+: no scale is called"));
  EXPECT_THAT(refusal(over_r001("[tomorrow]\nsilent = true\n")), HasSubstr("my.toml:8: unknown key tomorrow"));
  std::string untitled = over_r001("");
  untitled.erase(untitled.find("title_ru"), untitled.find("title_en") - untitled.find("title_ru"));
  EXPECT_THAT(refusal(untitled), HasSubstr("my.toml:1: title_ru is missing")) << "the other's title is not its own";
}

TEST(ExtendedProfile, MayBeExtendedItselfAFewTimes) {
  std::map<Hash, std::string> texts;
  std::string base_id = "r001", base(*builtin_profile("r001"));
  const auto known = [&](const Hash& hash) {
    const auto it = texts.find(hash);
    return it == texts.end() ? builtin_by_hash(hash) : std::optional<std::string_view>(it->second);
  };
  for (std::size_t layers = 2; layers <= kProfileLayersMax + 1; ++layers) {
    const std::string id = "layer" + std::to_string(layers);
    std::string text = over(id, base_id, base,
                            layers == 2 ? "[makeup]\nclause = \"layer2 1\"\nby_commission = true\n"
                                          "only_excused = true\nrequired = false\nru = \"нет\"\nen = \"no\"\n"
                                        : "");
    const auto own = parse_profile(text, id, known);
    EXPECT_EQ(own.has_value(), layers <= kProfileLayersMax) << layers;
    if (own)
      EXPECT_EQ(own->makeup.source.clause, "layer2 1");
    else
      EXPECT_THAT(own.error().detail, HasSubstr("extend one another more than"));
    texts[signing::sha256(as_bytes(text))] = text;
    base_id = id;
    base = std::move(text);
  }
}

TEST(ProfileR000, Clause3_3LessonMarksWithinTheSchoolDay) {
  const Profile profile = r000();
  EXPECT_EQ(profile.lesson_mark.source.clause, "r000 3.3");
  EXPECT_EQ(profile.lesson_mark.days_after, 0);
  EXPECT_EQ(profile.lesson_mark.until_minute, profile.school_day.end_minute);
  EXPECT_TRUE(profile.school_day.source.silent) << "the text names no hour";
}

TEST(ProfileR000, Clause3_3WrittenWorkWithinAWeekOfTheDayItWasHeld) {
  EXPECT_EQ(r000().written_work.source.clause, "r000 3.3");
  EXPECT_EQ(r000().written_work.days_after, 7);
  EXPECT_EQ(r000().written_work.until_minute, 24 * 60);
}

TEST(ProfileR000, Clause3_3AttendanceDaily) {
  EXPECT_EQ(r000().attendance.source.clause, "r000 3.3");
  EXPECT_EQ(r000().attendance.days_after, 0);
}

TEST(ProfileR000, Clause3_3HomeworkThreeHoursAfterTheClassesOfThatGroup) {
  EXPECT_EQ(r000().homework.source.clause, "r000 3.3");
  EXPECT_EQ(r000().homework.hours_after_group_classes, 3);
  EXPECT_EQ(r000().homework.days_after, std::nullopt);
}

TEST(ProfileR000, Clause3_3PeriodMarksInTheLastWeekADayBeforeTheHolidays) {
  EXPECT_EQ(r000().period_mark.source.clause, "r000 3.3");
  EXPECT_EQ(r000().period_mark.window_days, 7);
  EXPECT_EQ(r000().period_mark.days_before_holidays, 1);
}

TEST(ProfileR000, Clause3_3RecordsInRussianAndSubgroupsMoveAtPeriodEnds) {
  EXPECT_TRUE(r000().language.russian_only);
  EXPECT_EQ(r000().language.source.clause, "r000 3.3");
  EXPECT_EQ(r000().subgroup_moves.when, SubgroupMoves::kPeriodEndOnly);
  EXPECT_EQ(r000().subgroup_moves.source.clause, "r000 3.3");
}

TEST(ProfileR000, Clause3_2AbsencesVerifiedWeeklyTogetherWithTheTeacher) {
  EXPECT_EQ(r000().excuse.source.clause, "r000 3.2");
  EXPECT_EQ(r000().excuse.days_after, 7);
  EXPECT_EQ(r000().correction_of_absence.source.clause, "r000 3.2");
  EXPECT_EQ(r000().correction_of_absence.mode, AbsenceCorrectionMode::kWithTeacher);
}

TEST(ProfileR000, IsSilentWhereTheTextIsSilent) {
  const Profile profile = r000();
  for (const Source& source :
       {profile.lesson.source, profile.topic.source, profile.information.source, profile.correction.source,
        profile.marks.source, profile.seen.source, profile.late.source})
    EXPECT_EQ(source, (Source{.clause = "", .silent = true}));
  EXPECT_EQ(profile.correction.mode, CorrectionMode::kReasonAndApproval);
  EXPECT_EQ(profile.correction.endorsed_by, "deputy_head");
  EXPECT_EQ(profile.late.policy, LatePolicy::kMarkLate);
  EXPECT_EQ(profile.lesson_mark.late, LatePolicy::kMarkLate);
}

TEST(ProfileR000, EveryRuleHasASourceAndBothMessages) {
  const Profile profile = r000();
  EXPECT_EQ(profile.rules.size(), rule_specs().size());
  for (const RuleSpec& spec : rule_specs()) {
    const Rule& rule = profile.rule(spec.id);
    EXPECT_EQ(rule.id, spec.id);
    EXPECT_NE(rule.silent, !rule.clause.empty()) << spec.id;
    EXPECT_NE(rule.message_ru, rule.message_en) << spec.id;
  }
}

TEST(Scale, AcceptsOneSpellingOfEachValue) {
  const Profile profile = r000();
  const Scale* school = profile.find_scale(profile.marks.default_scale);
  ASSERT_NE(school, nullptr);
  for (const char* good : {"2", "3", "4", "5", "зач", "незач"}) EXPECT_TRUE(school->allows(good)) << good;
  for (const char* bad : {"1", "6", "", "05", "5 ", "5-", "Зач", "5/4"}) EXPECT_FALSE(school->allows(bad)) << bad;

  const Scale* points = profile.find_scale("0-100");
  ASSERT_NE(points, nullptr);
  for (const char* good : {"0", "7", "100"}) EXPECT_TRUE(points->allows(good)) << good;
  for (const char* bad : {"101", "-1", "", "007", "+5", "5.0", "99999999999999999999"})
    EXPECT_FALSE(points->allows(bad)) << bad;
  EXPECT_EQ(points->describe(), "0–100");
  EXPECT_EQ(profile.find_scale("A-F"), nullptr);
}

TEST(RenderMessage, FillsTheValuesInInEitherLanguage) {
  const Rule rule{"second_mark", "", true, "не больше {limit}, {when}.", "at most {limit}, {when}"};
  const std::map<std::string, std::string> values = {{"limit", "1"}, {"when", "21.11.2026 {limit}"}};
  EXPECT_EQ(render_message(rule, Language::kRussian, values), "не больше 1, 21.11.2026 {limit}.")
      << "values are not templates";
  EXPECT_EQ(render_message(rule, Language::kEnglish, {{"limit", "1"}}), "at most 1, —");
}

TEST(ProfileRefused, BrokenTomlWithItsLine) {
  EXPECT_THAT(refusal("format = 1\nid = \"r000\nx = 1\n"), HasSubstr("my.toml:2:"));
  EXPECT_THAT(refusal("format = 1\nformat = 1\n"), HasSubstr("my.toml:2:"));
  EXPECT_THAT(refusal("id = \"\xD2\xE5\"\n"), HasSubstr("my.toml:1:")) << "CP1251 is not UTF-8";
  EXPECT_THAT(refusal(""), HasSubstr("format is missing"));
}

TEST(ProfileRefused, TooLong) {
  const std::string text = r000_text();
  EXPECT_EQ(refusal(text + std::string(kProfileSizeMaxBytes - text.size(), '\n')), "accepted");
  EXPECT_THAT(refusal(text + std::string(kProfileSizeMaxBytes - text.size() + 1, '\n')), HasSubstr("longer than"));
}

TEST(ProfileRefused, AMisspeltKeyIsNamedWithItsLine) {
  const std::string slip = r000_with("default_scale", "defalt_scale");
  EXPECT_EQ(refusal(slip), "my.toml:" + std::to_string(line_of(slip, "defalt_scale")) +
                               ": marks.default_scale is missing; is it meant by \"defalt_scale\"?");
  const std::string table = r000_with("[marks]", "[marsk]");
  EXPECT_EQ(refusal(table),
            "my.toml:" + std::to_string(line_of(table, "[marsk]")) + ": marks is missing; is it meant by \"marsk\"?");
  // Another word is no slip: the table it is missing from is the place.
  const std::string other = r000_with("default_scale", "default_sccccle");
  EXPECT_EQ(refusal(other),
            "my.toml:" + std::to_string(line_of(other, "[marks]")) + ": marks.default_scale is missing");
  EXPECT_EQ(refusal(r000_with("title_ru = ", "title_xx = ")), "my.toml:1: title_ru is missing") << "nor is title_en";
}

TEST(ProfileRefused, UnknownKeysAnywhereWithTheirLine) {
  const std::string at_top = r000_with("format = 1", "format = 1\ninherits = \"r001\"");
  EXPECT_EQ(refusal(at_top), "my.toml:" + std::to_string(line_of(at_top, "inherits")) + ": unknown key inherits");
  const std::string in_table = r000_with("[written_work]\n", "[written_work]\nweeks_after = 1\n");
  EXPECT_EQ(refusal(in_table),
            "my.toml:" + std::to_string(line_of(in_table, "weeks_after")) + ": unknown key written_work.weeks_after");
  EXPECT_THAT(refusal(r000_text() + "[rules.walked_out]\nsilent = true\nru = \"а\"\nen = \"a\"\n"),
              HasSubstr("unknown key rules.walked_out"));
  EXPECT_THAT(refusal(r000_with("min = 0\n", "min = 0\nstep = 5\n")), HasSubstr("unknown key scales.step"));
}

TEST(Profile, AlertingFamiliesCameLaterAndMayBeMissing) {
  std::string toml(*builtin_profile("r001"));
  EXPECT_EQ(toml.find("families_alerted"), std::string::npos);
  const auto profile = parse_profile(toml, "r001");
  ASSERT_TRUE(profile);
  EXPECT_FALSE(profile->duties.at("families_alerted").asked());
  EXPECT_TRUE(parse_profile(*builtin_profile("r000"), "r000")->duties.at("families_alerted").asked());
}

TEST(ProfileRefused, ARequirementWithoutClauseOrSilence) {
  EXPECT_THAT(refusal(r000_with("[attendance]\nclause = \"r000 3.3\"\n", "[attendance]\n")),
              HasSubstr("attendance has neither a clause nor silent = true"));
  EXPECT_THAT(refusal(r000_with("[rules.not_enrolled]\nclause = \"r000 3.2\"\n", "[rules.not_enrolled]\n")),
              HasSubstr("rules.not_enrolled has neither"));
  EXPECT_THAT(refusal(r000_with("[duties.archive]\nclause = \"r000 3.1\"\n", "[duties.archive]\n")),
              HasSubstr("duties.archive has neither"));
  EXPECT_THAT(
      refusal(r000_with("[information]\nsilent = true\n", "[information]\nsilent = true\nclause = \"r000 3.3\"\n")),
      HasSubstr("names a clause and calls the regulation silent"));
  EXPECT_THAT(refusal(r000_with("[information]\nsilent = true\n", "[information]\nsilent = false\n")),
              HasSubstr("true or absent"));
}

TEST(ProfileRefused, AClauseOfAnotherRegulation) {
  EXPECT_THAT(refusal(r000_with("[excuse]\nclause = \"r000 3.2\"", "[excuse]\nclause = \"r001 4.3\"")),
              HasSubstr("a clause is written \"r000 3.3\""));
  EXPECT_THAT(refusal(r000_with("[excuse]\nclause = \"r000 3.2\"", "[excuse]\nclause = \"r000 \"")),
              HasSubstr("a clause is written"));
}

TEST(ProfileRefused, AClauseWithoutWords) {
  EXPECT_THAT(refusal(r000_with("[information]\nsilent = true\n", "[information]\nclause = \"r000 3.3\"\n")),
              HasSubstr("information.ru is missing"));
  EXPECT_THAT(
      refusal(r000_with("[duties.staff_consents]\nsilent = true\n",
                        "[duties.staff_consents]\nclause = \"r000 3.1\"\nby = \"09-01\"\nwho = [\"director\"]\n")),
      HasSubstr("duties.staff_consents.ru is missing"));
}

TEST(ProfileRefused, ARuleThatItsParameterBringsAlready) {
  EXPECT_THAT(refusal(r000_text() + "[rules.topic_deadline]\nsilent = true\nru = \"а\"\nen = \"a\"\n"),
              HasSubstr("unknown key rules.topic_deadline"));
}

TEST(ProfileRefused, Duties) {
  const auto duty = [](std::string_view body) {
    return refusal(r000_with("[duties.archive]\nclause = \"r000 3.1\"\nby = \"08-31\"\nwho = [\"administrator\"]\n",
                             "[duties.archive]\nclause = \"r000 3.1\"\n" + std::string(body) + "\n"));
  };
  EXPECT_EQ(duty("by = \"02-29\"\nwho = [\"secretary\"]"), "accepted");
  EXPECT_THAT(duty("by = \"02-30\"\nwho = [\"secretary\"]"), HasSubstr("duties.archive.by is a day"));
  EXPECT_THAT(duty("by = \"8-31\"\nwho = [\"secretary\"]"), HasSubstr("duties.archive.by is a day"));
  EXPECT_THAT(duty("by = \"08-31\"\nevery = \"year\"\nwho = [\"secretary\"]"), HasSubstr("not both"));
  EXPECT_THAT(duty("from = \"08-01\"\nwho = [\"secretary\"]"), HasSubstr("by is missing"));
  EXPECT_THAT(duty("by = \"08-31\"\nwho = []"), HasSubstr("nobody's"));
  EXPECT_THAT(duty("by = \"08-31\"\nwho = [\"janitor\"]"), HasSubstr("no role is called \"janitor\""));
  EXPECT_THAT(duty("every = \"fortnight\"\nwho = [\"secretary\"]"), HasSubstr("known: \"day\""));
  EXPECT_THAT(duty(""), HasSubstr("asks nothing"));
}

TEST(ProfileRefused, WrongTypesAndValuesOutOfRange) {
  EXPECT_THAT(refusal(r000_with("days_after = 7", "days_after = \"7\"")),
              HasSubstr("written_work.days_after must be a whole number"));
  EXPECT_THAT(refusal(r000_with("days_after = 7", "days_after = -1")), HasSubstr("written_work.days_after is outside"));
  EXPECT_THAT(refusal(r000_with("max_per_cell = 1", "max_per_cell = 0")), HasSubstr("marks.max_per_cell is outside"));
  EXPECT_THAT(refusal(r000_with("[banned_entries]\nsilent = true\nvalues = []",
                                "[banned_entries]\nsilent = true\nvalues = [1]")),
              HasSubstr("must be an array of strings"));
  EXPECT_THAT(refusal(r000_with("end = \"20:00\"", "end = \"25:00\"")), HasSubstr("school_day.end"));
  EXPECT_THAT(refusal(r000_with("until = \"school_day_end\"", "until = \"evening\"")), HasSubstr("lesson_mark.until"));
  EXPECT_THAT(refusal(r000_with("policy = \"mark_late\"", "policy = \"ignore\"")), HasSubstr("known: \"mark_late\""));
  EXPECT_THAT(refusal(r000_with("endorsed_by = \"deputy_head\"", "endorsed_by = \"janitor\"")), HasSubstr("no role"));
  EXPECT_THAT(refusal(r000_with("format = 1", "format = 2")), HasSubstr("format is outside"));
  EXPECT_THAT(refusal(r000_with("regulation_sha256 = \"ff", "regulation_sha256 = \"FF")), HasSubstr("hexadecimal"));
}

TEST(ProfileRefused, Contradictions) {
  EXPECT_THAT(refusal(r000_with("hours_after_group_classes = 3", "until = \"midnight\"")),
              HasSubstr("days_after is missing"));
  EXPECT_THAT(refusal(r000_with("hours_after_group_classes = 3\n", "")), HasSubstr("homework sets no term"));
  EXPECT_THAT(refusal(r000_with("default_scale = \"2-5\"", "default_scale = \"1-12\"")),
              HasSubstr("no scale is called \"1-12\""));
  EXPECT_THAT(refusal(r000_with("values = []", "values = [\"зач\"]")),
              HasSubstr("is banned, yet scale \"2-5\" allows it"));
  EXPECT_THAT(refusal(r000_with("mode = \"reason_and_approval\"", "mode = \"forbidden\"")), HasSubstr("no meaning"));
  EXPECT_THAT(refusal(r000_with("endorsed_by = \"deputy_head\"\n", "")),
              HasSubstr("correction.endorsed_by is missing"));
  EXPECT_THAT(refusal(r000_with("days_before_holidays = 1", "days_before_holidays = 7")),
              HasSubstr("closes before it opens"));
  EXPECT_THAT(refusal(r000_with("max = 100", "max = 0")), HasSubstr("max is not above min"));
  EXPECT_THAT(refusal(r000_with("min = 0\n", "min = 0\nvalues = [\"1\"]\n")), HasSubstr("not both"));
  EXPECT_THAT(refusal(r000_with("\"зач\", \"незач\"", "\"зач\", \"зач\"")), HasSubstr("twice"));
  EXPECT_THAT(refusal(r000_with("name = \"0-100\"", "name = \"2-5\"")), HasSubstr("defined twice"));
}

TEST(ProfileRefused, ContradictionsOfPeriodsAndCopies) {
  EXPECT_THAT(refusal(r000_with("at_one_hour = 0", "at_one_hour = 3")),
              HasSubstr("fewer marks are asked for at more hours"));
  EXPECT_THAT(refusal(r000_with("rooms = 2", "rooms = 3")), HasSubstr("more rooms than copies"));
  EXPECT_THAT(refusal(r000_with("\"1-12 semester\"", "\"1-12 trimester\"")), HasSubstr("period_kinds.grades holds"));
  EXPECT_THAT(refusal(r000_with("\"1-12 semester\"", "\"9-2 semester\"")), HasSubstr("period_kinds.grades holds"));
  EXPECT_THAT(refusal(r000_with("\"1-12 semester\"", "\"1-9 semester\", \"9-12 half_year\"")), HasSubstr("overlap"));
  EXPECT_THAT(refusal(r000_with("grades = []\nfirst_half_of = []", "grades = [1]\nfirst_half_of = [1]")),
              HasSubstr("grade 1 is named twice"));
  EXPECT_THAT(refusal(r000_with("grades = []\nfirst_half_of = []", "grades = [2, 1]\nfirst_half_of = []")),
              HasSubstr("ascending"));
  EXPECT_THAT(refusal(r000_with("[year]\nsilent = true\n",
                                "[year]\nsilent = true\nopen_from = \"08-31\"\nopen_to = \"08-25\"\n")),
              HasSubstr("year: the window closes before it opens"));
  EXPECT_THAT(refusal(r000_with("policy = \"mark_late\"", "policy = \"needs_basis\"")),
              HasSubstr("late.basis names none"));
  EXPECT_EQ(refusal(r000_with("policy = \"mark_late\"\nbasis = []", "policy = \"needs_basis\"\nbasis = [\"order\"]")),
            "accepted");
  EXPECT_THAT(refusal(r000_with("until = \"school_day_end\"", "until = \"school_day_end\"\nlate = \"needs_basis\"")),
              HasSubstr("lesson_mark needs a basis, and late.basis names none"));
  EXPECT_THAT(refusal(r000_with("[school_day]\nsilent = true\nend = \"20:00\"\n", "")),
              HasSubstr("lesson_mark.until is \"school_day_end\", and [school_day] is missing"));
}

TEST(ProfileRefused, MessagesWithPlaceholdersTheRuleDoesNotOffer) {
  EXPECT_THAT(
      refusal(r000_with("The student is not a member of this group on {date}.", "{name}, your key expired on {date}.")),
      HasSubstr("rules.not_enrolled: the rule offers no {name}"));
  EXPECT_THAT(
      refusal(r000_with("The student is not a member of this group on {date}.", "The signing key expired on {date.")),
      HasSubstr("stray brace"));
  EXPECT_THAT(refusal(r000_with("The student is not a member of this group on {date}.", "Expired } on {date}.")),
              HasSubstr("stray brace"));
  EXPECT_THAT(refusal(r000_with("en = \"The student is not a member of this group on {date}.\"\n", "")),
              HasSubstr("rules.not_enrolled.en is missing"));
}

TEST(Profile, ADeadlineMayNameAPolicyAndAnHourOfItsOwn) {
  std::string text = r000_with(
      "until = \"school_day_end\"",
      "until = \"16:00\"\nuntil_second_shift = \"21:00\"\nhours_after_group_classes = 2\nlate = \"needs_basis\"");
  text.replace(text.find("basis = []"), 10, "basis = [\"protocol\"]");
  const auto profile = parse_profile(text, "x");
  ASSERT_TRUE(profile) << profile.error().text();
  EXPECT_EQ(profile->lesson_mark.until_minute, 16 * 60);
  EXPECT_EQ(profile->lesson_mark.second_shift_until_minute, 21 * 60);
  EXPECT_EQ(profile->lesson_mark.hours_after_group_classes, 2);
  EXPECT_EQ(profile->lesson_mark.late, LatePolicy::kNeedsBasis);
  EXPECT_EQ(profile->written_work.late, LatePolicy::kMarkLate);
}

TEST(Profile, CorrectionsMayBeForbiddenAltogether) {
  const auto profile = parse_profile(
      r000_with("mode = \"reason_and_approval\"\nendorsed_by = \"deputy_head\"", "mode = \"forbidden\""), "x");
  ASSERT_TRUE(profile) << profile.error().text();
  EXPECT_EQ(profile->correction.mode, CorrectionMode::kForbidden);
}

}  // namespace
}  // namespace letopis::commands
