// Lists of what a school is: only what the caller allows, in the order people expect.

#include "projections/listing.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;
namespace json = boost::json;

class Listings : public testing::Test, protected SmallSchool {
 protected:
  NameOf names() const {
    return [this](const Id& id) { return name(id); };
  }
  static bool all(const Id&) { return true; }
  static bool none(const Id&) { return false; }
  json::value timetable(const TimetableOf& whose, Date monday = kMonday) {
    return json::parse(timetable_json(h.structure(), whose, monday, names()));
  }
};

TEST_F(Listings, PeopleComeByNameWithRolesAndClass) {
  const Id people[] = {petya, teacher, masha};
  const auto value = json::parse(people_json(h.structure(), people, kMonday, names()));
  ASSERT_EQ(value.as_array().size(), 3U);
  EXPECT_EQ(value.at(0).at("name").as_string(), "Анна Ивановна");
  EXPECT_EQ(value.at(0).at("roles"), (json::value{"teacher"}));
  EXPECT_FALSE(value.at(0).as_object().contains("class"));
  EXPECT_EQ(value.at(1).at("name").as_string(), "Маша");
  EXPECT_EQ(value.at(1).at("class_label").as_string(), "7А");
}

TEST_F(Listings, WhoMayBeInvitedSaysWhetherTheyHaveAKey) {
  h.by(h.administrator(), Role::kAdministrator).add(ledger::KeyRevoked{h.key_of(petya)});
  const Id people[] = {masha, petya, teacher};
  const auto pupils = [&](const Id& id) { return id == teacher ? std::nullopt : std::optional(Role::kClassTeacher); };
  const auto value = json::parse(people_json(h.structure(), people, kMonday, names(), pupils));
  for (const auto& person : value.as_array()) {
    const auto& object = person.as_object();
    if (object.at("id").as_string() == to_hex(teacher.view())) {
      EXPECT_FALSE(object.contains("enrolled") || object.contains("invite_as"));
      continue;
    }
    EXPECT_EQ(object.at("invite_as").as_string(), "class_teacher");
    EXPECT_EQ(object.at("enrolled").as_bool(), object.at("id").as_string() == to_hex(masha.view()))
        << "petya's is revoked";
  }
}

TEST_F(Listings, ClassesAndGroupsShowStudentsOnlyWhereAllowed) {
  h.klass("5Б", 5);
  h.by(h.director(), Role::kDirector).from("2026-09-01").add(ledger::ClassTeacherAppointed{h.klass("7А"), teacher});
  const auto open = json::parse(classes_json(h.structure(), kMonday, all, all, names()));
  ASSERT_EQ(open.as_array().size(), 2U);
  EXPECT_EQ(open.at(0).at("label").as_string(), "5Б");
  EXPECT_EQ(open.at(1).at("teacher_name").as_string(), "Анна Ивановна");
  ASSERT_EQ(open.at(1).at("students").as_array().size(), 2U);
  EXPECT_EQ(open.at(1).at("students").at(0).at("name").as_string(), "Маша");
  const auto closed = json::parse(classes_json(h.structure(), kMonday, all, none, names()));
  EXPECT_FALSE(closed.at(1).as_object().contains("students"));
  EXPECT_TRUE(json::parse(classes_json(h.structure(), kMonday, none, all, names())).as_array().empty());

  const auto groups = json::parse(groups_json(h.structure(), kMonday, all, none, names()));
  ASSERT_EQ(groups.as_array().size(), 1U);
  EXPECT_EQ(groups.at(0).at("subject").as_string(), "Физика");
  EXPECT_EQ(groups.at(0).at("teachers").at(0).at("name").as_string(), "Анна Ивановна");
  EXPECT_FALSE(groups.at(0).as_object().contains("students"));
}

TEST_F(Listings, AStudentWhoLeftIsOnNoList) {
  h.from("2026-11-16")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{petya, {}, ledger::Movement::kExpelled});
  const auto classes = json::parse(classes_json(h.structure(), kMonday, all, all, names()));
  EXPECT_EQ(classes.at(0).at("students").as_array().size(), 1U);
  const auto groups = json::parse(groups_json(h.structure(), kMonday, all, all, names()));
  EXPECT_EQ(groups.at(0).at("students").as_array().size(), 1U);
}

TEST_F(Listings, TheWeekOfAClassAGroupAndATeacher) {
  const Id other = h.teacher();
  const Id chemistry = h.group("7А", "Химия", {other});
  h.timetable(chemistry, {{1, 1, other}});
  h.substitute(physics, "2026-11-26", 3, teacher, other);
  const auto of_class = timetable({h.klass("7А"), {}, {}});
  EXPECT_EQ(of_class.at("week").as_string(), "2026-W48");
  const auto& monday = of_class.at("days").at(0).at("lessons").as_array();
  ASSERT_EQ(monday.size(), 2U);
  EXPECT_EQ(monday[0].at("subject").as_string(), "Химия");
  EXPECT_EQ(monday[1].at("starts_local").as_string(), "09:25");
  const auto of_group = timetable({{}, physics, {}});
  EXPECT_EQ(of_group.at("days").at(0).at("lessons").as_array().size(), 1U);
  const auto of_other = timetable({{}, {}, other});
  EXPECT_EQ(of_other.at("days").at(0).at("lessons").as_array().size(), 1U);
  ASSERT_EQ(of_other.at("days").at(3).at("lessons").as_array().size(), 1U);
  EXPECT_EQ(of_other.at("days").at(3).at("lessons").at(0).at("substitute").as_string(), to_hex(other.view()));
}

TEST_F(Listings, Clause5_3TheWeekSaysWhatADayIsKeptFor) {  // r002
  h.by(h.deputy(), Role::kDeputyHead)
      .add(ledger::StudyScheduleSet{h.klass("7А"), {{kMonday, kMonday + 2, "practice"}}});
  for (const auto& week : {timetable({h.klass("7А"), {}, {}}), timetable({{}, physics, {}})}) {
    EXPECT_EQ(week.at("days").at(0).at("study").as_string(), "practice");
    EXPECT_TRUE(week.at("days").at(0).at("lessons").as_array().empty());
    EXPECT_FALSE(week.at("days").at(3).as_object().contains("study"));
    EXPECT_EQ(week.at("days").at(3).at("lessons").as_array().size(), 1U);
  }
}

TEST_F(Listings, AMovedLessonIsOnTheDayItIsHeld) {
  h.move(physics, "2026-11-26", 3, "2026-12-01", 4);
  EXPECT_TRUE(timetable({{}, physics, {}}).at("days").at(3).at("lessons").as_array().empty());
  const auto next = timetable({{}, physics, {}}, kMonday + 7);
  ASSERT_EQ(next.at("days").at(1).at("lessons").as_array().size(), 1U);
  const auto& lesson = next.at("days").at(1).at("lessons").at(0);
  EXPECT_TRUE(lesson.at("moved").as_bool());
  EXPECT_EQ(lesson.at("moved_from").as_string(), "2026-11-26");
}

TEST_F(Listings, PeriodsComeInOrderAndOneIsCurrent) {
  h.period("2 четверть", "2026-11-05", "2026-12-27");
  h.period("1 четверть", "2026-09-01", "2026-10-25");
  const auto value = json::parse(periods_json(h.structure(), kMonday));
  ASSERT_EQ(value.as_array().size(), 2U);
  EXPECT_EQ(value.at(0).at("title").as_string(), "1 четверть");
  EXPECT_FALSE(value.at(0).at("current").as_bool());
  EXPECT_TRUE(value.at(1).at("current").as_bool());
}

TEST_F(Listings, TheProfileInForceChangesAtMidnight) {
  EXPECT_EQ(json::parse(profile_json(h.structure(), kMonday)).at("name").as_string(), "r000");
  Hash text;
  text.bytes[0] = 1;
  h.at("2026-11-23 12:00").by(h.director(), Role::kDirector).add(ledger::ProfileAdopted{"r001", text, {}});
  EXPECT_EQ(json::parse(profile_json(h.structure(), kMonday)).at("name").as_string(), "r000");
  const auto next = json::parse(profile_json(h.structure(), kMonday + 1));
  EXPECT_EQ(next.at("name").as_string(), "r001");
  EXPECT_EQ(next.at("from").as_string(), "2026-11-24");
  EXPECT_EQ(next.at("profile").as_string(), to_hex(text.view()));
}

TEST_F(Listings, MeIsWhatOneIsInTheSchool) {
  const Id mother = h.parent(masha);
  h.by(h.director(), Role::kDirector).from("2026-09-01").add(ledger::ClassTeacherAppointed{h.klass("7А"), teacher});
  const auto of_teacher = json::parse(me_json(h.structure(), teacher, kMonday, names()));
  EXPECT_EQ(of_teacher.at("groups").at(0).at("subject").as_string(), "Физика");
  EXPECT_EQ(of_teacher.at("classes_led").at(0).at("label").as_string(), "7А");
  EXPECT_TRUE(of_teacher.at("school").at("simulated").as_bool());
  const auto of_mother = json::parse(me_json(h.structure(), mother, kMonday, names()));
  ASSERT_EQ(of_mother.at("children").as_array().size(), 1U);
  EXPECT_EQ(of_mother.at("children").at(0).at("name").as_string(), "Маша");
  EXPECT_TRUE(of_mother.at("groups").as_array().empty());
  const auto of_masha = json::parse(me_json(h.structure(), masha, kMonday, names()));
  EXPECT_EQ(of_masha.at("groups").as_array().size(), 1U);
  EXPECT_EQ(of_masha.at("class_label").as_string(), "7А");
}

}  // namespace
}  // namespace letopis::projections
