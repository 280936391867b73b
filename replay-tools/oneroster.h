#pragma once
// Reads a school from a directory of OneRoster 1.1 CSV files (1EdTech, "OneRoster 1.1 CSV Tables", bulk mode), with four
// files of ours beside them: timetable.csv, staff.csv, bells.csv and calendar.csv. docs/import.md describes every column.
//
// The result is complete and consistent or there is none: every reference is resolved to an index into the vector named,
// every date parsed, ids and user names unique. Columns we do not know are tolerated, those we need are demanded.
// OneRoster's "class" is our teaching group; its classCode is the Russian «класс», here SchoolClass.

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "replay-tools/csv.h"
#include "signing/base/file.h"
#include "signing/base/time.h"

namespace letopis::replay_tools {

struct Org {
  std::string sourced_id;
  std::string name;
  std::string type;  // "school", "department", …
  std::string identifier;
  std::optional<std::size_t> parent;  // orgs
};

enum class SessionType { kSchoolYear, kSemester, kTerm, kGradingPeriod };
struct Session {
  std::string sourced_id;
  std::string title;
  SessionType type = SessionType::kSchoolYear;
  Date start;
  Date end;                           // the last day, included
  std::optional<std::size_t> parent;  // sessions; holds this one
  int school_year = 0;                // the year it ends in
};

struct Course {
  std::string sourced_id;
  std::string title;  // the subject
  std::string code;
  std::optional<std::size_t> school_year;  // sessions
  std::size_t org = 0;
};

struct ClassGroup {  // a teaching group
  std::string sourced_id;
  std::string title;
  std::string class_code;  // SchoolClass::code
  int grade = 0;           // 0: not said, several, or none a school has (pre-school, post-graduate)
  std::size_t course = 0;
  std::size_t school = 0;          // orgs; of type school
  std::vector<std::size_t> terms;  // sessions; at least one
};

enum class UserRole { kAdministrator, kAide, kGuardian, kParent, kProctor, kRelative, kStudent, kTeacher };
struct User {
  std::string sourced_id;
  bool enabled = true;
  UserRole role = UserRole::kStudent;
  std::string username;
  std::string given_name, family_name, middle_name;
  std::string identifier, email, phone;
  std::vector<std::size_t> orgs;
  // users: of a student the parents, guardians and relatives; of those their students. Whichever side named the other
  // (agentSourcedIds), both know it. Sorted.
  std::vector<std::size_t> agents;
};

enum class EnrollmentRole { kStudent, kTeacher };
struct Enrollment {
  std::string sourced_id;
  std::size_t group = 0;  // groups
  std::size_t user = 0;   // users; of that role
  EnrollmentRole role = EnrollmentRole::kStudent;
  bool primary = false;
  Date begin;  // empty in the file: the first day of the group's terms
  Date end;    // the last day, included; empty in the file: the last day of the group's terms
};

struct TimetableSlot {
  int weekday = 1;  // 1 = Monday … 6 = Saturday
  int period = 1;   // Bell::period
  std::size_t group = 0;
  std::size_t teacher = 0;  // users; enrolled in the group as a teacher
  std::string room;         // may be empty
};

struct StaffRole {
  std::size_t user = 0;
  std::string role;        // one of staff_roles()
  std::string class_code;  // of a class teacher, else empty
};

struct Bell {
  int period = 1;
  int start_minute = 0;  // of the local day
  int end_minute = 0;
};

enum class CalendarKind { kHoliday, kDayOff };  // holidays of the school; a single public day off
struct CalendarException {
  Date start;
  Date end;  // included
  CalendarKind kind = CalendarKind::kHoliday;
  std::string title;
};

struct SchoolClass {
  std::string code;
  int grade = 0;                            // the one its groups agree on; 0: none of them says
  std::vector<std::size_t> groups;          // groups, in their order
  std::vector<std::size_t> students;        // users, in their order: those most of whose groups belong to this class
  std::vector<std::size_t> class_teachers;  // users
};

struct OneRosterModel {
  std::vector<Org> orgs;
  std::vector<Session> sessions;  // in the order of the file, as all the others
  std::size_t school_year = 0;    // the one session of that type
  std::vector<Course> courses;
  std::vector<ClassGroup> groups;
  std::vector<User> users;
  std::vector<Enrollment> enrollments;
  std::vector<TimetableSlot> timetable;
  std::vector<StaffRole> staff;
  std::vector<Bell> bells;                  // by period
  std::vector<CalendarException> calendar;  // by date
  std::vector<SchoolClass> classes;         // by code

  const SchoolClass* find_class(std::string_view code) const;  // null when there is none
  const User* find_user(std::string_view sourced_id) const;    // the same; linear
};

std::vector<std::string_view> staff_roles();

// Reads and checks the whole directory. The error lists what is wrong, in the order of reading, kProblemsMax at most.
tl::expected<OneRosterModel, std::vector<Problem>> read_oneroster(FileSystem& files, const std::string& directory);

// Moves every date by whole years, so that a school of 2025/2026 becomes one of 2026/2027: each date keeps its day and
// month (29 February becomes the 28th where there is none), titles their years. The timetable knows weekdays, not dates:
// Monday's lessons stay on Mondays. |years| <= 100.
void shift_years(OneRosterModel& model, int years);

}  // namespace letopis::replay_tools
