// What authors are told: which rule or limit, about what, and what would be right. That every sentence has the values it shows is
// held by the fixture, for each ruling any of these tests asks for; here is whether they are the right ones.

#include <set>

#include "commands/titles.h"
#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Messages : public Rules {
 protected:
  // The Russian sentence of a ruling that was not a plain acceptance.
  std::string told_of(test::History& said, Body body) {
    told = {};
    ruled(said, std::move(body));
    return told.ru;
  }
  std::string told_at(std::string_view local, test::History& said, Body body) {
    told = {};
    ruled_at(local, said, std::move(body));
    return told.ru;
  }
  static bool holds(const std::string& sentence, const std::string& part) {
    return sentence.find(part) != std::string::npos;
  }
  Id lesson() { return h.lesson(physics, "2026-11-23", 2); }
  Id work(std::string_view scale = {}, std::uint8_t parts = 0) {
    WorkPlanned planned;
    planned.group = physics;
    planned.held_on = day("2026-11-23");
    planned.kind = "control";
    planned.scale = scale;
    planned.parts = parts;
    return h.by(teacher).add(planned);
  }
};

TEST_F(Messages, WhatIsMissingIsNamed) {
  const Id nowhere = some_id();
  const std::string id = to_hex(nowhere.view());
  EXPECT_TRUE(holds(told_of(h.by(teacher), TopicSet{nowhere, "Закон Ома", {}, 0}), "урок " + id)) << told.ru;
  EXPECT_TRUE(holds(told.en, "lesson " + id)) << told.en;
  EXPECT_TRUE(holds(told_of(h.by(teacher), MarkGiven{nowhere, 0, masha, "5"}), "работа " + id)) << told.ru;
  EXPECT_TRUE(holds(told_of(reasoned(h.by(teacher), masha), EntryCorrected{nowhere, "5", 0, false}), "запись " + id))
      << told.ru;
  WorkPlanned planned;
  planned.group = physics;
  planned.held_on = day("2026-11-23");
  planned.kind = "sonnet";
  EXPECT_TRUE(holds(told_of(h.by(teacher), planned), "«sonnet». Есть: answer, control.")) << told.ru;
  planned.kind = "control";
  planned.scale = "A-F";
  EXPECT_TRUE(holds(told_of(h.by(teacher), planned), "«A-F»") && holds(told.ru, "0-100")) << told.ru;
}

TEST_F(Messages, AValueOutOfBoundsIsShownBesideTheBounds) {
  const Id today = lesson();
  told_of(h.by(teacher), LatenessRecorded{today, masha, 241});
  EXPECT_TRUE(holds(told.ru, "«минут: 241»") && holds(told.ru, "1–240")) << told.ru;
  told_of(as_curator(), AbsenceExcused{masha, day("2026-11-23"), day("2026-11-20"), true, {}});
  EXPECT_TRUE(holds(told.ru, "23.11.2026 – 20.11.2026")) << told.ru;
  auto undated = lesson_of(physics, "2026-11-23", 2);
  undated.date = {};
  told_of(h.by(teacher), undated);
  EXPECT_TRUE(holds(told.ru, "без даты")) << told.ru;
  told_of(h.by(teacher), RemarkRecorded{masha, today, {}});
  EXPECT_TRUE(holds(told.ru, "remark")) << "which text is missing: " << told.ru;

  told_of(h.by(teacher), MarkGiven{work(), 0, masha, "6"});
  EXPECT_TRUE(holds(told.ru, "«6»") && holds(told.ru, "2, 3, 4, 5")) << told.ru;
  told_of(h.by(teacher), MarkGiven{work("0-100"), 0, masha, "101"});
  EXPECT_TRUE(holds(told.ru, "0–100")) << "the scale of the work: " << told.ru;
  as_administrator().add(DictionaryEntryDefined{"scale", "A-F", "Буквы", {{"values", "A,B,C,D,F"}}});
  told_of(h.by(teacher), MarkGiven{work("A-F"), 0, masha, "E"});
  EXPECT_TRUE(holds(told.ru, "A, B, C, D, F")) << "one of the school's own: " << told.ru;
  told_of(h.by(teacher), MarkGiven{work({}, 2), 3, masha, "5"});
  EXPECT_TRUE(holds(told.ru, "часть 3") && holds(told.ru, "1–2")) << told.ru;
  const Id mark = h.by(teacher).add(MarkGiven{work(), 0, masha, "4"});
  told_of(reasoned(h.by(teacher), masha), EntryCorrected{mark, "6", 0, false});
  EXPECT_TRUE(holds(told.ru, "«6»") && holds(told.ru, "2, 3, 4, 5")) << told.ru;
}

TEST_F(Messages, WhatComesTooEarlyIsToldWhenItBegins) {
  told_of(h.by(teacher), lesson_of(physics, "2026-11-26", 3));
  EXPECT_TRUE(holds(told.ru, "26.11.2026, 10:20")) << told.ru;
  const Id today = lesson();
  told_at("2026-11-23 09:00", h.by(teacher), AttendanceTaken{today, true});
  EXPECT_TRUE(holds(told.ru, "23.11.2026, 09:25")) << "not the time of the attempt: " << told.ru;
}

TEST_F(Messages, DatesAreThoseThatMatter) {
  ZoneOffsetSet offset;
  offset.utc_offset = 4 * 3600;
  told_of(as_administrator().basis("order", "1").from("2026-11-23"), offset);
  EXPECT_TRUE(holds(told.ru, "24.11.2026")) << "the next day it may take effect, not the one asked for: " << told.ru;
  const Id today = lesson();
  const Id stranger = h.person();
  told_of(h.by(teacher), AbsenceRecorded{today, stranger, {}});
  EXPECT_TRUE(holds(told.ru, "На 23.11.2026")) << "the day of the lesson: " << told.ru;
  h.cancel(chemistry, "2026-11-23", 5);
  told_of(h.by(colleague), lesson_of(chemistry, "2026-11-23", 5));
  EXPECT_TRUE(holds(told.ru, "урок 23.11.2026 отменён")) << told.ru;
  told_of(as_administrator(), InvitationIssued{teacher, random.fixed<PublicKey>(), h.local("2026-11-20 12:00")});
  EXPECT_TRUE(holds(told.ru, "20.11.2026")) << told.ru;
}

// A moved lesson is named by its place in the timetable and told by the day it is held.
TEST_F(Messages, AMovedLessonIsToldByTheDayItIsHeld) {
  LessonMoved moved{physics, day("2026-11-26"), 3, day("2026-11-28"), 1, {}};
  as_deputy().add(moved);
  told_of(h.by(teacher), lesson_of(physics, "2026-11-26", 3));
  EXPECT_TRUE(holds(told.ru, "26.11.2026")) << "there is none on that day any more: " << told.ru;
  auto held = lesson_of(physics, "2026-11-28", 1);
  held.lesson = projections::lesson_id(physics, day("2026-11-26"), 3);
  told_of(h.by(teacher), held);
  EXPECT_TRUE(holds(told.ru, "28.11.2026")) << told.ru;
}

TEST_F(Messages, TodaysLessonsThatHaveBegunCanBeChangedFromTomorrowOn) {
  told_of(as_deputy(), LessonCancelled{physics, day("2026-11-23"), 2});
  EXPECT_TRUE(holds(told.ru, "24.11.2026")) << told.ru;
}

TEST_F(Messages, AClassThatIsNotNamedIsNotTheSignersFault) {
  told_of(as_secretary().basis("order", "1"), MovementOrdered{masha, {}, Movement::kEnrolled});
  EXPECT_TRUE(holds(told.ru, "класс не назван")) << told.ru;
}

TEST_F(Messages, WhoMayIsNeverWhoMayNot) {
  const Id mark = h.by(teacher).add(MarkGiven{work(), 0, masha, "4"});
  told_of(reasoned(as_curator(), masha), EntryCorrected{mark, "5", 0, false});
  EXPECT_TRUE(holds(told.ru, "преподаватель") && !holds(told.ru, "только классный")) << told.ru;
  const Id proposal = h.sealed("reason", masha, some_hash()).awaiting({Role::kDeputyHead}).correct(mark, "5");
  Endorsed endorsed;
  endorsed.target = proposal;
  told_of(as_director(), endorsed);
  EXPECT_TRUE(holds(told.ru, "только заместитель директора;")) << "whose signature is awaited: " << told.ru;
  told_of(h.by(masha, Role::kDirector).basis("order", "1"), RoleGranted{petya, Role::kArchivist});
  EXPECT_TRUE(holds(told.ru,
                    "вы вошли как директор, но 23.11.2026 этой роли у вас нет: внести её может тот, у кого эта "
                    "роль есть"))
      << told.ru;
}

TEST_F(Messages, WhoClaimsARoleThatIsNotTheirsIsToldWhichAndWhatToDo) {
  told_of(h.by(h.deputy(), Role::kDirector), PeriodClosed{some_id()});
  EXPECT_TRUE(holds(told.ru,
                    "вы вошли как директор, но 23.11.2026 этой роли у вас нет: внесите её в своей роли: "
                    "заместитель директора"))
      << told.ru;
  EXPECT_TRUE(holds(told.en,
                    "acting as director, and on 23.11.2026 you do not hold that role: make it in a role of "
                    "yours: deputy head"))
      << told.en;
  as_deputy().add(BranchDefined{"karabash", "Карабаш"});
  as_deputy().add(BranchDefined{"ufaley", "Уфалей"});
  const Id deputy = h.person();
  h.branch("karabash").grant(deputy, Role::kDeputyHead);
  const TeachingAssigned assigned{teacher, physics, 2, {}};
  told_of(h.by(deputy, Role::kDeputyHead), assigned);
  EXPECT_TRUE(
      holds(told.ru, "23.11.2026 для всей школы этой роли у вас нет: она у вас в филиале karabash, назовите его"))
      << told.ru;
  told_of(h.by(deputy, Role::kDeputyHead).branch("ufaley"), assigned);
  EXPECT_TRUE(holds(told.ru, "23.11.2026 в филиале ufaley этой роли у вас нет: она у вас в филиале karabash"))
      << told.ru;
  told_of(h.by(h.deputy(), Role::kTeacher).branch("ufaley"), assigned);
  EXPECT_FALSE(holds(told.ru, "karabash")) << "what another holds elsewhere: " << told.ru;
}

// What a damaged row or a newer version may hold must cost words, not the process.
TEST_F(Messages, WhatCannotBeToldIsLeftOut) {
  auto statement = h.by(teacher).propose(lesson_of(physics, "2026-11-23", 2));
  const Profile& profile = *book.find(judge(statement, h.now()).profile);
  statement.seen->size = h.size();
  EXPECT_TRUE(holds(message(h.state(), profile, statement, rule::kSeenTooOld, {}, h.now()).ru, "(?;"));
  EXPECT_EQ(message(h.state(), profile, statement, "rule_of_tomorrow", {}, h.now()).ru, "");
}

TEST_F(Messages, ARoleSomebodyDoesNotHoldIsNamedNotTheSigners) {
  told_of(as_director().basis("order", "1"), RoleRevoked{teacher, Role::kArchivist});
  EXPECT_TRUE(holds(told.ru, "«архивариус»")) << told.ru;
}

// Reports and lists name things in the reader's language, none twice.
TEST(Titles, EveryRuleRoleAndTypeHasOne) {
  for (const auto language : {Language::kRussian, Language::kEnglish}) {
    std::set<std::string_view> rules, roles, types;
    for (const auto& spec : rule_specs()) rules.insert(rule_title(spec.id, language));
    EXPECT_EQ(rules.size(), rule_specs().size());
    EXPECT_FALSE(rules.contains(""));
    for (std::size_t i = 1; i <= std::size(kRoleNames); ++i) roles.insert(role_title(static_cast<Role>(i), language));
    EXPECT_EQ(roles.size(), std::size(kRoleNames));
    const auto titled = [&]<class T>(const T&) {
      if constexpr (!std::is_same_v<T, std::monostate>) {
        EXPECT_NE(type_title(T::kName, language), T::kName) << "no title";
        types.insert(type_title(T::kName, language));
      }
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) { (titled(std::variant_alternative_t<I, AnyBody>{}), ...); }
    (std::make_index_sequence<std::variant_size_v<AnyBody>>{});
    EXPECT_EQ(types.size(), std::variant_size_v<AnyBody> - 1);
  }
  EXPECT_EQ(rule_title("of_tomorrow", Language::kRussian), "of_tomorrow");
  EXPECT_EQ(type_title("of_tomorrow", Language::kRussian), "of_tomorrow");
}

}  // namespace
}  // namespace letopis::commands
