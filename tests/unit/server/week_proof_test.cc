// A week of a diary with the proof that it is complete: made by a real school, checked with its vkey alone, and every way to leave
// something out.

#include "server/week_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ledger/checkpoint.h"
#include "ledger/lines.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/week_proof.h"
#include "replay-tools/week_check.h"
#include "replay-tools/week_table.h"
#include "signing/base/random.h"
#include "tests/support/live_school.h"

namespace letopis::server {
namespace {

using namespace ledger;

constexpr std::uint64_t kEvery = 16;
commands::Engine::Options often() {
  commands::Engine::Options options;
  options.commit_state_every = kEvery;
  return options;
}

class WeekProofs : public testing::Test {
 protected:
  WeekProofs()
      : ivan(licey.teacher("Иван Петрович")),
        class_7a(licey.klass("7А", 7, ivan)),
        masha(licey.student(class_7a, "Маша")),
        petya(licey.student(class_7a, "Петя")),
        physics(licey.group("7А", "Физика", {class_7a}, ivan, {{2, 3}})) {
    for (auto* student : {&masha, &petya}) licey.join(physics, *student);
    live.at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    topic = licey.topic(ivan, lesson, "Закон Ома");
    work = licey.work(ivan, physics, lesson);
    mark = licey.mark(ivan, work, masha, "5");
    mark_of_petya = licey.mark(ivan, work, petya, "2");
  }
  // Entries of another lesson until a state commitment covers what was entered.
  void commit() {
    const auto committed = [&] {
      return licey.school().read([](const commands::ReadModel& model) { return model.committed; });
    };
    const std::uint64_t before = licey.index_of(mark_of_petya);
    for (std::uint64_t i = 0; i <= kEvery && committed() <= before; ++i) licey.work(ivan, physics, lesson);
    ASSERT_GT(committed(), before);
  }
  Result<WeekProof> proof(const Id& student, std::string_view week = "2026-W36") {
    TRY(const std::string text, week_proof(licey.school(), {student, *parse_week(week)}));
    return parse_week_proof(text);
  }
  receipt::WeekReport checked(const WeekProof& proof, const receipt::WeekAsked& asked = {}) {
    return receipt::check_week(proof.encode(), licey.school().vkey().text(), asked);
  }
  // "good", or the step that does not hold and why.
  std::string verdict(const WeekProof& proof, const receipt::WeekAsked& asked = {}) {
    const auto report = checked(proof, asked);
    if (report.commitment.verdict == receipt::Verdict::kGood) return "good";
    return report.commitment.steps.back().name + " " + report.commitment.steps.back().reason;
  }
  static std::vector<std::uint64_t> shown(const receipt::WeekReport::Shard& shard, bool later = false) {
    std::vector<std::uint64_t> indices;
    for (const auto& entry : shard.entries)
      if (entry.later == later) indices.push_back(entry.index);
    return indices;
  }

  test::LiveEngine live{often()};
  test::LiveSchool licey{live, "licey29"};
  test::Member& ivan;
  Id class_7a;
  test::Member &masha, &petya;
  Id physics, lesson, topic, work, mark, mark_of_petya;
};

TEST_F(WeekProofs, AWeekIsShownToBeComplete) {
  commit();
  const auto made = proof(masha.id);
  ASSERT_TRUE(made) << made.error().text();
  const auto report = checked(*made, {masha.id, *parse_week("2026-W36")});
  EXPECT_EQ(verdict(*made), "good");
  ASSERT_EQ(report.shards.size(), 2U) << "the diary, and the journal of physics";
  EXPECT_TRUE(report.shards[0].diary);
  EXPECT_EQ(shown(report.shards[0]), (std::vector{licey.index_of(mark)}));
  EXPECT_EQ(report.shards[0].hidden, 0U);
  const auto journal = shown(report.shards[1]);
  for (const auto& told : {topic, mark}) EXPECT_TRUE(std::count(journal.begin(), journal.end(), licey.index_of(told)));
  EXPECT_EQ(report.shards[1].hidden, 1U) << "another pupil's mark, by place and hash alone";
  EXPECT_GT(report.complete_to, licey.index_of(mark_of_petya));
  EXPECT_EQ(report.commitment.index, report.complete_to) << "the commitment covers what precedes its own entry";
}

// What speaks of another pupil is in no byte of it.
TEST_F(WeekProofs, NothingOfAnotherPupilIsInIt) {
  commit();
  const auto made = proof(masha.id);
  ASSERT_TRUE(made);
  const auto hidden = licey.school().entry(licey.index_of(mark_of_petya));
  ASSERT_TRUE(hidden);
  const std::string text = made->encode();
  EXPECT_EQ(text.find(to_hex(petya.id.view())), std::string::npos);
  EXPECT_EQ(text.find(to_base64(*hidden)), std::string::npos);
  for (const auto& shard : made->shards)
    for (const auto& listed : shard.entries)
      EXPECT_EQ(as_text(listed.event).find(as_text(petya.id.view())), std::string_view::npos) << listed.index;
}

TEST_F(WeekProofs, AWeekOfWhichNothingIsKnownIsProvedEmpty) {
  commit();
  const auto made = proof(masha.id, "2026-W40");
  ASSERT_TRUE(made);
  EXPECT_EQ(verdict(*made), "good");
  EXPECT_TRUE(made->shards[0].entries.empty());
}

TEST_F(WeekProofs, BeforeACommitmentNothingCanBeProvedYet) {
  test::LiveEngine quiet;
  test::LiveSchool gymnasium(quiet, "gymnasium");
  const auto nobody = gymnasium.director().id;
  const auto made = week_proof(gymnasium.school(), {nobody, *parse_week("2026-W36")});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "pending");
  commit();
  const auto unknown = week_proof(licey.school(), {Id{}, *parse_week("2026-W36")});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "not_found");
}

TEST_F(WeekProofs, WhatCameLaterStandsBesideAndIsProvedAsFarAsTheCheckpointReaches) {
  commit();
  const Id remark = licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "4");
  const auto made = proof(masha.id);
  ASSERT_TRUE(made);
  EXPECT_EQ(verdict(*made), "good");
  const auto report = checked(*made);
  EXPECT_EQ(shown(report.shards[0], true), (std::vector{licey.index_of(remark)}));
  EXPECT_TRUE(report.shards[0].entries.back().proved);
  auto claimed = *made;
  claimed.shards[0].later.back().path.pop_back();
  EXPECT_EQ(verdict(claimed).substr(0, 6), "later ");
  auto moved = *made;
  moved.shards[0].entries.push_back({moved.shards[0].later.back().index, moved.shards[0].later.back().event, {}});
  moved.shards[0].later.clear();
  EXPECT_EQ(verdict(moved), "complete after_commitment");
}

// Complete as of a moment: what came after it is shown, and can be left out.
TEST_F(WeekProofs, AWeekThatWasNotOverIsSaidToBe) {
  commit();
  const auto early = checked(*proof(masha.id), {masha.id, {}});
  EXPECT_FALSE(early.week_was_over());
  EXPECT_EQ(exit_code(early), receipt::kExitUnwitnessed);
  const std::string words = text_report(early, Language::kEnglish);
  EXPECT_NE(words.find("COMPLETE as of 01.09.2026"), std::string::npos) << words;
  EXPECT_NE(words.find(to_hex(masha.id.view())), std::string::npos) << "whose week it is";
  EXPECT_NE(words.find("was not over"), std::string::npos);
  // Sunday, and Monday's first minute: the week ends at local midnight.
  const auto at = [&](const char* local, std::size_t works) {
    live.at(local);
    for (std::size_t i = 0; i < works; ++i) licey.klass("8" + std::to_string(i) + local, 8, ivan);
    return checked(*proof(masha.id));
  };
  EXPECT_FALSE(at("2026-09-06 23:30", kEvery + 2).week_was_over());
  const auto over = at("2026-09-07 00:01", kEvery + 2);
  EXPECT_TRUE(over.week_was_over());
  EXPECT_EQ(exit_code(over), 0);
  EXPECT_EQ(text_report(over, Language::kEnglish).find("was not over"), std::string::npos);
}

TEST_F(WeekProofs, AnEntryOfDiaryAndJournalCountsOnce) {
  commit();
  const auto made = proof(masha.id);
  std::set<std::uint64_t> distinct;
  for (const auto& shard : made->shards)
    for (const auto& listed : shard.entries)
      if (!listed.event.empty()) distinct.insert(listed.index);
  EXPECT_NE(text_report(checked(*made), Language::kEnglish).find(std::to_string(distinct.size()) + " entries shown"),
            std::string::npos);
}

// --- What a family reads of it

class WeekTables : public WeekProofs {
 protected:
  std::string read(Language language, receipt::WeekDetail detail = receipt::WeekDetail::kTable) {
    return text_report(checked(*proof(masha.id)), language, detail);
  }
  // The lines of the table, without its heading.
  std::vector<std::string> rows(Language language = Language::kEnglish) {
    const std::string text = read(language);
    const std::size_t from = text.find("\n\n") + 2;
    std::vector<std::string> lines;
    for (std::string_view left = std::string_view(text).substr(from, text.find("\n\n", from) + 1 - from);
         !left.empty();)
      lines.emplace_back(*take_line(left));
    lines.erase(lines.begin());
    return lines;
  }
  // The day and the group of a line, in columns as wide as the longest group's name.
  static std::string place(std::string_view day, std::string_view group, std::size_t width = 9) {
    const auto characters = std::count_if(group.begin(), group.end(), [](char c) { return (c & 0xc0) != 0x80; });
    return "  " + std::string(day) + "  " + std::string(group) +
           std::string(width - static_cast<std::size_t>(characters) + 2, ' ');
  }
};

TEST_F(WeekTables, TheOutcomeAndTheDaysComeFirstAndEveryFieldOnlyWhenAsked) {
  licey.absence(ivan, lesson, masha);
  commit();
  const std::string text = read(Language::kEnglish);
  EXPECT_EQ(text.find("COMPLETE as of"), 0U);
  EXPECT_LT(text.find(place("01.09.2026 Tu", "Физика 7А") + "mark: 5 (control); absence: н; lesson: № 3"),
            text.find("  + "))
      << text;
  EXPECT_EQ(text.find("recorded_at"), std::string::npos);
  const std::string all = read(Language::kEnglish, receipt::WeekDetail::kEntries);
  EXPECT_EQ(all.substr(0, text.size()), text);
  EXPECT_NE(all.find("recorded_at", text.size()), std::string::npos);
  EXPECT_NE(read(Language::kRussian).find(place("01.09.2026 вт", "Физика 7А") + "отметка: 5 (control); пропуск: н"),
            std::string::npos);
}

// A name the log does not prove is not shown: the place in the tree stands for the group then.
TEST_F(WeekTables, AGroupWhoseNameIsNotProvedIsShownByItsId) {
  commit();
  auto made = *proof(masha.id);
  made.shards[1].opened.reset();
  const auto report = checked(made);
  EXPECT_EQ(report.commitment.verdict, receipt::Verdict::kGood);
  EXPECT_NE(receipt::week_table(report, Language::kEnglish)
                .find(place("01.09.2026 Tu", to_hex(physics.view()).substr(0, 8), 8) + "mark: 5"),
            std::string::npos)
      << receipt::week_table(report, Language::kEnglish);
  EXPECT_EQ(json_report(report).find("\"label\""), std::string::npos);
}

TEST_F(WeekTables, ANameThatSaysBothIsNotSaidTwice) {
  const auto called = [&](std::string label, std::string title) {
    receipt::WeekReport report = checked(*proof(masha.id));
    report.shards[1].names = {std::move(label), std::move(title)};
    const std::string table = receipt::week_table(report, Language::kEnglish);
    const std::string_view row = std::string_view(table).substr(table.find("01.09.2026 Tu  ") + 15);
    return std::string(row.substr(0, row.find("  ")));
  };
  commit();
  EXPECT_EQ(called("7А", "Физика"), "Физика 7А");
  EXPECT_EQ(called("Физика 7А", "Физика"), "Физика 7А");
  EXPECT_EQ(called("Физика", "Физика (базовый уровень)"), "Физика (базовый уровень)") << "24 characters";
  EXPECT_EQ(called("7А", "Основы духовной культуры"), "Основы духовной культуры…");
  EXPECT_EQ(called("7А", "a\nb"), "a b 7А") << "on one line";
}

TEST_F(WeekTables, ALineForADayAndAGroupInTheirOrder) {
  const Id algebra = licey.group("7А", "Алгебра", {class_7a}, ivan, {{3, 1}});
  licey.join(algebra, masha);
  licey.homework(ivan, lesson, "§ 5,\nзадача 3" + std::string(80, '!'), "2026-09-03");
  live.at("2026-09-02 10:30");
  const Id second = licey.lesson(ivan, algebra, "2026-09-02", 1);
  licey.mark(ivan, licey.work(ivan, algebra, second), masha, "4");
  licey.say(licey.parent(masha, "Ольга"), Role::kParent, SubscriptionSet{masha.id, "email", true});
  commit();
  const auto lines = rows();
  ASSERT_EQ(lines.size(), 3U) << read(Language::kEnglish);
  EXPECT_TRUE(lines[0].starts_with(place("01.09.2026 Tu", "Физика 7А", 10) + "mark: 5")) << lines[0];
  EXPECT_NE(lines[0].find("homework: § 5, задача 3!!!"), std::string::npos) << "on one line";
  EXPECT_NE(lines[0].find("!… (due 03.09.2026)"), std::string::npos) << "and no longer than one can read";
  EXPECT_TRUE(lines[1].starts_with(place("02.09.2026 We", "—", 10) + "subscription")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with(place("02.09.2026 We", "Алгебра 7А", 10) + "mark: 4")) << lines[2];
}

TEST_F(WeekTables, TwoLessonsOfAGroupAndDayAreTwoLines) {
  const Id algebra = licey.group("7А", "Алгебра", {class_7a}, ivan, {{3, 1}, {3, 2}});
  licey.join(algebra, masha);
  live.at("2026-09-02 11:30");
  const Id second = licey.lesson(ivan, algebra, "2026-09-02", 2), first = licey.lesson(ivan, algebra, "2026-09-02", 1);
  licey.mark(ivan, licey.work(ivan, algebra, second), masha, "2");
  licey.mark(ivan, licey.work(ivan, algebra, first), masha, "4");
  licey.homework(ivan, first, "§ 5", "2026-09-03");
  commit();
  const auto lines = rows();
  ASSERT_EQ(lines.size(), 3U) << read(Language::kEnglish);
  EXPECT_TRUE(lines[1].starts_with(place("02.09.2026 We", "Алгебра 7А", 10) + "mark: 4 (control)")) << lines[1];
  EXPECT_NE(lines[1].find("homework: § 5"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("lesson: № 1"), std::string::npos) << lines[1];
  EXPECT_TRUE(lines[2].starts_with(place("02.09.2026 We", "Алгебра 7А", 10) + "mark: 2 (control)")) << lines[2];
  EXPECT_NE(lines[2].find("lesson: № 2"), std::string::npos) << lines[2];
}

TEST_F(WeekTables, ACorrectionStandsOnTheDayOfItsMark) {
  live.at("2026-09-02 10:30");
  test::LiveSchool::How because;
  because.sealed = {{"reason", masha.id, "Описка"}};
  EntryCorrected corrected;
  corrected.target = mark;
  corrected.value = "4";
  licey.say(ivan, Role::kTeacher, corrected, because);
  commit();
  const auto lines = rows();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("mark: 5 (control); correction: mark 5 (control) → 4 [needs a second signature]"),
            std::string::npos)
      << lines[0];
}

TEST_F(WeekTables, EveryEntryIsToldOnceAndWhatCameLaterAsSuch) {
  commit();
  licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "3");
  const auto lines = rows();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find("mark: 5"), lines[0].rfind("mark: 5")) << "of diary and journal";
  EXPECT_NE(lines[0].find("mark: 3 (control) [came later]"), std::string::npos) << lines[0];
}

// Its author names an entry as they like, and may name the entry itself.
TEST(WeekTable, AnActUponItselfIsToldOnce) {
  SeededRandom random(3);
  Statement statement;
  statement.origin = "journal.example.org/log/licey29";
  statement.id = statement.author = random.id();
  statement.acting_as = Role::kTeacher;
  statement.key = statement.chain = statement.salt = random.id();
  statement.number = 1;
  statement.seen = Seen{1, random.fixed<Hash>()};
  statement.claimed_at = *parse_instant("2026-09-02T09:00:00Z");
  statement.body = EntryCorrected{statement.id, "5", 0, false};
  const Bytes bytes = encode(statement);
  Event event;
  event.index = 7;
  event.recorded_at = statement.claimed_at;
  event.statement = bytes;
  event.signature = random.fixed<Signature>();
  event.verdict = Verdict::kAccepted;
  event.rules_version = kRulesVersion;
  receipt::WeekReport report;
  report.week = *parse_week("2026-W36");
  report.shards.push_back({true, statement.author, std::nullopt, {{7, encode(event), false, true}}, 0});
  EXPECT_NE(receipt::week_table(report, Language::kEnglish).find("02.09.2026 We  —      correction: correction → 5\n"),
            std::string::npos)
      << receipt::week_table(report, Language::kEnglish);
}

TEST_F(WeekTables, AnEmptyWeekSaysSo) {
  commit();
  EXPECT_NE(text_report(checked(*proof(masha.id, "2026-W40")), Language::kEnglish).find("\n\n  No entries.\n\n"),
            std::string::npos);
}

TEST_F(WeekProofs, NothingCanBeLeftOutOrSlippedIn) {
  licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "3");
  commit();
  const auto made = proof(masha.id);
  ASSERT_TRUE(made);
  ASSERT_EQ(verdict(*made), "good");
  const auto with = [&](const std::function<void(WeekProof&)>& change) {
    WeekProof changed = *made;
    change(changed);
    return verdict(changed);
  };
  ASSERT_EQ(made->shards[0].entries.size(), 2U);
  EXPECT_EQ(with([](WeekProof& p) { p.shards[0].entries.pop_back(); }), "complete root_mismatch") << "the bad mark";
  EXPECT_EQ(with([](WeekProof& p) { p.shards[0].entries.clear(); }), "complete root_mismatch")
      << "absence where something is";
  EXPECT_EQ(with([](WeekProof& p) { p.shards[1].entries.erase(p.shards[1].entries.begin()); }),
            "complete root_mismatch");
  EXPECT_EQ(with([](WeekProof& p) {
              for (auto& listed : p.shards[1].entries)
                if (listed.event.empty()) listed.leaf.bytes[0] ^= 1;
            }),
            "complete root_mismatch");
  EXPECT_EQ(with([&](WeekProof& p) {
              auto& first = p.shards[0].entries.front();
              first.leaf = leaf_hash(first.event);
              first.event.clear();
            }),
            "entries entry_hidden")
      << "an entry of the student's own diary";
  EXPECT_EQ(with([&](WeekProof& p) { p.shards[0].entries.front().event = p.shards[0].entries.back().event; }),
            "entries index_differs");
  EXPECT_EQ(with([&](WeekProof& p) { p.shards[0].proof.siblings.pop_back(); }).substr(0, 9), "complete ");
}

// What a group is called says the entry of the log that opened it, and no other.
TEST_F(WeekProofs, AGroupIsNotPassedOffAsAnother) {
  const Id algebra = licey.group("7А", "Алгебра", {class_7a}, ivan, {{3, 1}});
  licey.join(algebra, masha);
  commit();
  const auto made = proof(masha.id);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->shards.size(), 3U);
  const auto report = checked(*made);
  ASSERT_EQ(verdict(*made), "good");
  EXPECT_EQ(report.shards[0].names, std::nullopt) << "a diary has none";
  std::set<std::string> titles;
  for (const std::size_t i : {1U, 2U}) titles.insert(report.shards[i].names->title);
  EXPECT_EQ(titles, (std::set<std::string>{"Алгебра", "Физика"}));
  const auto with = [&](const std::function<void(WeekProof::Placed&)>& change) {
    WeekProof changed = *made;
    change(*changed.shards[1].opened);
    return verdict(changed);
  };
  EXPECT_EQ(with([&](auto& opened) { opened = *made->shards[2].opened; }), "names not_the_group") << "exchanged";
  const auto other = licey.school().entry(licey.index_of(topic));
  EXPECT_EQ(with([&](auto& opened) { opened = {licey.index_of(topic), *other, {}}; }), "names not_the_group");
  EXPECT_EQ(with([](auto& opened) { ++opened.index; }), "names index_differs");
  EXPECT_EQ(with([](auto& opened) { opened.path.pop_back(); }).substr(0, 6), "names ");
  EXPECT_EQ(with([](auto& opened) { opened.path.back().bytes[0] ^= 1; }), "names root_mismatch");
  // Another name under the same place: the leaf is another's.
  EXPECT_EQ(with([](auto& opened) {
              auto entry = *decode_entry(opened.event);
              auto body = std::get<TeachingGroupOpened>(entry.statement.body);
              body.subject = "Физкультура";
              entry.statement.body = body;
              const Bytes statement = encode(entry.statement);
              entry.event.statement = statement;
              opened.event = encode(entry.event);
            }),
            "names root_mismatch");
  auto of_another = *made;
  of_another.shards[0].opened = made->shards[1].opened;
  EXPECT_EQ(parse_week_proof(of_another.encode()).error().code, "malformed") << "nothing opens a diary";
}

// One spelling: once, first in its shard, and its path behind it.
TEST_F(WeekProofs, WhatOpenedAGroupStandsInOnePlace) {
  commit();
  const std::string text = proof(masha.id)->encode();
  const std::size_t at = text.find("\nopened ") + 1, end = text.find('\n', at) + 1;
  const std::size_t entry = text.find("\nentry ", at) + 1;
  ASSERT_NE(at, 0U);
  const std::string line = text.substr(at, end - at);
  for (const auto& spoilt :
       {text.substr(0, end) + line + text.substr(end),
        text.substr(0, at) + text.substr(entry, text.find('\n', entry) + 1 - entry) + text.substr(at),
        text.substr(0, at) + text.substr(end)}) {
    const auto read = parse_week_proof(spoilt);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "malformed") << read.error().text();
  }
}

TEST_F(WeekProofs, AnotherWeekOrStudentIsNotPassedOff) {
  commit();
  const auto made = proof(masha.id);
  ASSERT_TRUE(made);
  EXPECT_EQ(verdict(*made, {petya.id, {}}), "asked other_student");
  EXPECT_EQ(verdict(*made, {{}, *parse_week("2026-W37")}), "asked other_week");
  const auto told = [&](const receipt::WeekAsked& asked) {
    return receipt::text_report(checked(*made, asked), Language::kEnglish);
  };
  EXPECT_NE(told({petya.id, {}}).find("the week of another student than --student names"), std::string::npos);
  EXPECT_NE(told({{}, *parse_week("2026-W37")}).find("another week than --week names"), std::string::npos);
  // An empty week under another name: the tree's key is of the week.
  auto empty = *proof(masha.id, "2026-W40");
  empty.week = *parse_week("2026-W36");
  for (auto& shard : empty.shards) shard.key.week = empty.week;
  EXPECT_EQ(verdict(empty).substr(0, 9), "complete ");
  auto of_petya = *proof(petya.id);
  of_petya.student = masha.id;
  of_petya.shards[0].key.subject = masha.id;
  EXPECT_EQ(verdict(of_petya).substr(0, 9), "complete ");
}

TEST_F(WeekProofs, OnlyAStateCommitmentOfTheServiceKeyCommits) {
  commit();
  auto made = *proof(masha.id);
  const auto of_a_mark = licey.school().proof(licey.index_of(mark), true);
  ASSERT_TRUE(of_a_mark);
  made.commitment = *of_a_mark;
  EXPECT_EQ(verdict(made), "commitment not_a_commitment");
  auto forged = *proof(masha.id);
  const auto file = parse_proof_file(forged.commitment);
  auto receipt = decode_receipt(*file->extra);
  auto changed = *file;
  changed.extra->at(changed.extra->size() / 2) ^= 1;
  forged.commitment = changed.encode();
  EXPECT_NE(verdict(forged), "good");
}

// A tree that stands between two commitments proves nothing, and the file survives a restart byte for byte.
TEST_F(WeekProofs, AfterARestartTheSameWeekIsProved) {
  commit();
  const std::string before = proof(masha.id)->encode();
  ASSERT_TRUE(live.reopen());
  const auto after = proof(masha.id);
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(after->shards[0].proof.siblings, parse_week_proof(before)->shards[0].proof.siblings);
  EXPECT_EQ(verdict(*after), "good");
}

// Where entries are few, time brings a commitment.
TEST_F(WeekProofs, AnHourWithEntriesBringsACommitment) {
  commands::Engine::Options options;
  options.commit_state_micros = 3600 * kMicrosPerSecond;
  test::LiveEngine hourly(options);
  test::LiveSchool gymnasium(hourly, "gymnasium");
  test::Member& anna = gymnasium.teacher("Анна");
  const auto committed = [&] {
    return gymnasium.school().read([](const commands::ReadModel& model) { return model.committed; });
  };
  const std::uint64_t first = committed();
  hourly.advance(3000);
  gymnasium.klass("7А", 7, anna);
  const std::uint64_t soon = committed();
  hourly.advance(3600);
  gymnasium.klass("7Б", 7, anna);
  EXPECT_GT(committed(), std::max(first, soon));
  const std::uint64_t last = committed();
  gymnasium.klass("7В", 7, anna);
  EXPECT_EQ(committed(), last) << "not with every entry";
}

// --- The file itself

TEST_F(WeekProofs, WhatReadsIsWrittenTheSameWay) {
  commit();
  licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "4");
  for (const char* week : {"2026-W36", "2026-W40"}) {
    const std::string text = proof(masha.id, week)->encode();
    const auto read = parse_week_proof(text);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->encode(), text);
  }
}

TEST_F(WeekProofs, AFileThatIsNotStrictlyOneIsUnusable) {
  commit();
  const std::string good = proof(masha.id)->encode();
  const auto refusal = [&](std::string text) {
    const auto report = receipt::check_week(text, licey.school().vkey().text());
    EXPECT_EQ(report.commitment.verdict, receipt::Verdict::kUnusable);
    return report.commitment.steps.back().name;
  };
  const auto with = [&](std::string_view old, std::string_view now) {
    std::string text = good;
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), now);
  };
  EXPECT_EQ(refusal(""), "week_file");
  EXPECT_EQ(refusal(good.substr(0, good.size() / 2)), "week_file");
  EXPECT_EQ(refusal(with("letopis-week-proof v1", "letopis-week-proof v2")), "week_file");
  EXPECT_EQ(refusal(with("week 2026-08-31", "week 2026-09-01")), "week_file") << "not a Monday";
  EXPECT_EQ(refusal(with("shard diary", "shard journal")), "week_file");
  EXPECT_EQ(refusal(with("shard journal", "shard school")), "week_file");
  EXPECT_EQ(refusal(with("sibling", "entry")), "week_file");
  EXPECT_EQ(refusal(with("entry ", "entry 0")), "week_file") << "a leading zero";
  EXPECT_EQ(refusal(with("entry ", "wish ")), "week_file");
  EXPECT_EQ(refusal(good + std::string(kWeekProofSizeMaxBytes, ' ')), "week_file");
  // A group twice, an index twice.
  const auto at = good.find("shard journal"), end = good.find("\n\n");
  EXPECT_EQ(refusal(good.substr(0, end + 1) + good.substr(at, end + 1 - at) + good.substr(end + 1)), "week_file");
  const auto line = good.find("entry "), next = good.find('\n', line) + 1;
  EXPECT_EQ(refusal(good.substr(0, next) + good.substr(line, next - line) + good.substr(next)), "week_file");
}

}  // namespace
}  // namespace letopis::server
