#pragma once
// One class, one subject, one teacher, two pupils; physics on Monday (second lesson) and Thursday (third), Monday 23 November
// 2026 being the week the stories are told in.

#include <boost/json.hpp>

#include "projections/diary.h"
#include "projections/journal.h"
#include "projections/listing.h"
#include "tests/support/history.h"

namespace letopis::projections {

struct SmallSchool {
  test::History h;
  Id teacher, physics, masha, petya;

  SmallSchool() {
    h.school();
    teacher = h.teacher();
    physics = h.group("7А", "Физика", {teacher});
    h.timetable(physics, {{1, 2, teacher}, {4, 3, teacher}});
    masha = h.student(physics);
    petya = h.student(physics);
  }

  std::string name(const Id& id) const {
    if (id == masha) return "Маша";
    if (id == petya) return "Петя";
    if (id == teacher) return "Анна Ивановна";
    return "";
  }
};

inline const Date kMonday = test::day("2026-11-23");
inline const Date kSunday = test::day("2026-11-29");
inline std::optional<std::string> no_text(const Hash&) { return std::nullopt; }

// A view together with the entries it refers to.
struct Journal {
  std::vector<ledger::Entry> entries;
  JournalView view;
};
inline Journal journal_of(SmallSchool& school, const Id& group, Date from = kMonday, Date to = kSunday,
                          std::uint64_t at = UINT64_MAX) {
  Journal journal;
  journal.entries = school.h.entries_in(View::kJournal, group, from, to, at);
  journal.view = fold_journal(school.h.structure(), group, from, to, journal.entries);
  return journal;
}

struct Diary {
  std::vector<ledger::Entry> own;
  std::vector<std::vector<ledger::Entry>> of_groups;
  std::vector<GroupWeek> groups;
  DiaryView view;
};
inline Diary diary_of(SmallSchool& school, const Id& student, Date monday = kMonday, std::uint64_t at = UINT64_MAX) {
  Diary diary;
  diary.own = school.h.entries_in({View::kDiary, student, monday}, at);
  const auto ids = school.h.structure().groups_of_student(student, monday, monday + 6);
  for (const auto& id : ids) diary.of_groups.push_back(school.h.entries_in({View::kJournal, id, monday}, at));
  for (std::size_t i = 0; i < ids.size(); ++i) diary.groups.push_back({ids[i], diary.of_groups[i]});
  diary.view = fold_diary(school.h.structure(), student, monday, diary.own, diary.groups);
  return diary;
}

// The cell of a student in a lesson (zero: outside lessons); its entries, empty when nothing was written.
inline std::vector<EntryView> cell(const JournalView& view, const Id& student, const Id& lesson) {
  for (const auto& cell : view.cells) {
    const Id in = cell.lesson == UINT32_MAX ? Id{} : view.sheet.lessons[cell.lesson].id;
    if (view.students[cell.student].id == student && in == lesson) return cell.entries;
  }
  return {};
}
inline const LessonView* lesson_in(const JournalView& view, const Id& id) {
  const auto number = view.sheet.lesson_numbers.find(id);
  return number == view.sheet.lesson_numbers.end() ? nullptr : &view.sheet.lessons[number->second];
}
inline const JournalStudent* student_in(const JournalView& view, const Id& id) {
  for (const auto& student : view.students)
    if (student.id == id) return &student;
  return nullptr;
}

}  // namespace letopis::projections
