#include "replay-tools/oneroster.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "replay-tools/sheet.h"

namespace letopis::replay_tools {
namespace {

constexpr std::string_view kStaffRoles[] = {"director",      "deputy_head",  "head_of_studies", "head_of_department",
                                            "administrator", "secretary",    "archivist",       "auditor",
                                            "accountant",    "class_teacher"};

constexpr int kPeriodsMax = 20;  // lessons of one day
constexpr int kGradeMax = 12;    // as statements have it (ClassOpened)

bool is_family(UserRole role) {
  return role == UserRole::kParent || role == UserRole::kGuardian || role == UserRole::kRelative;
}
bool overlap(Date a_start, Date a_end, Date b_start, Date b_end) { return a_start <= b_end && b_start <= a_end; }

// One reading of one directory. Files are read in the order in which they refer to each other. A row with a fault still
// takes its place, so that rows that refer to it are not faulted for it; the model is given away only without problems.
class Reader {
 public:
  Reader(FileSystem& files, const std::string& directory) : files_(files), directory_(directory) {}

  tl::expected<OneRosterModel, std::vector<Problem>> run() {
    read_manifest();
    read_orgs();
    read_sessions();
    read_courses();
    read_groups();
    read_users();
    read_enrollments();
    read_bells();
    read_calendar();
    read_timetable();
    read_staff();
    if (!problems_.empty()) return tl::unexpected(problems_.list());
    gather_classes();
    return std::move(model_);
  }

 private:
  std::optional<Sheet> open(const std::string& name, std::initializer_list<std::string_view> required) {
    return Sheet::open(files_, directory_, name, required, problems_);
  }

  // Bulk files hold what is; rows that announce a deletion belong to delta files, which nothing here could apply.
  static void demand_active(const Row& row) {
    if (!row.blank("status") && row.optional_text("status") != "active")
      row.problem("status", "must be active or empty");
  }

  void read_manifest();
  void read_orgs();
  void read_sessions();
  void check_sessions(const Sheet& sheet);
  void read_courses();
  void read_groups();
  void note_class(const Row& row, const ClassGroup& group);
  void read_users();
  void link_agents(const Sheet& sheet);
  void read_enrollments();
  void check_enrollment(const Row& row, const Enrollment& enrollment);
  void read_bells();
  void read_calendar();
  void read_timetable();
  void check_slot(const Row& row, const TimetableSlot& slot);
  void read_staff();
  void gather_classes();
  void gather_students();
  SchoolClass& class_of(std::string_view code);

  FileSystem& files_;
  const std::string& directory_;
  Problems problems_;
  OneRosterModel model_;
  IdIndex orgs_{"orgs.csv", false, {}};
  IdIndex sessions_{"academicSessions.csv", false, {}};
  IdIndex courses_{"courses.csv", false, {}};
  IdIndex groups_{"classes.csv", false, {}};
  IdIndex users_{"users.csv", false, {}};
  IdIndex enrollments_{"enrollments.csv", false, {}};
  IdIndex bells_{"bells.csv", false, {}};
  std::multimap<std::pair<std::size_t, std::size_t>, std::size_t> enrollments_of_;  // (group, user) → enrollments
  std::map<std::string, int, std::less<>> class_grades_;  // code → grade, 0 until a row says one
};

void Reader::read_manifest() {
  const auto sheet = open("manifest.csv", {"propertyName", "value"});
  if (!sheet) return;
  std::map<std::string, std::string, std::less<>> needed = {
      {"oneroster.version", "1.1"}, {"file.academicSessions", "bulk"}, {"file.classes", "bulk"},
      {"file.courses", "bulk"},     {"file.enrollments", "bulk"},      {"file.orgs", "bulk"},
      {"file.users", "bulk"}};
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    const auto expected = needed.find(row.text("propertyName"));
    if (expected == needed.end()) continue;
    if (row.text("value") != expected->second) row.problem("value", expected->first + " must be " + expected->second);
    needed.erase(expected);
  }
  for (const auto& [name, value] : needed) problems_.add({"manifest.csv", 0, 0, name + " = " + value + " is missing"});
}

void Reader::read_orgs() {
  const auto sheet = open("orgs.csv", {"sourcedId", "name", "type"});
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    Org org;
    org.sourced_id = row.id("sourcedId", orgs_, i);
    org.name = row.text("name");
    row.choice("type", {"department", "school", "district", "local", "state", "national"});
    org.type = row.text("type");
    org.identifier = row.optional_text("identifier");
    model_.orgs.push_back(std::move(org));
  }
  orgs_.loaded = true;
  for (std::size_t i = 0; i < sheet->size(); ++i)
    if (!sheet->row(i).blank("parentSourcedId"))
      model_.orgs[i].parent = sheet->row(i).reference("parentSourcedId", orgs_);
}

void Reader::read_sessions() {
  const auto sheet = open("academicSessions.csv", {"sourcedId", "title", "type", "startDate", "endDate", "schoolYear"});
  if (!sheet) return;
  const std::size_t faults_before = problems_.list().size();
  constexpr SessionType kTypes[] = {SessionType::kSchoolYear, SessionType::kSemester, SessionType::kTerm,
                                    SessionType::kGradingPeriod};
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    Session session;
    session.sourced_id = row.id("sourcedId", sessions_, i);
    session.title = row.text("title");
    session.type = kTypes[row.choice("type", {"schoolYear", "semester", "term", "gradingPeriod"})];
    session.start = row.date("startDate");
    session.end = row.date("endDate");
    session.school_year = row.number("schoolYear", 1900, 2200);
    if (session.end < session.start) row.problem("endDate", "before startDate");
    model_.sessions.push_back(std::move(session));
  }
  sessions_.loaded = true;
  if (problems_.list().size() == faults_before) check_sessions(*sheet);
}

void Reader::check_sessions(const Sheet& sheet) {
  std::size_t years = 0;
  for (std::size_t i = 0; i < sheet.size(); ++i) {
    const Row row = sheet.row(i);
    Session& session = model_.sessions[i];
    if (session.type == SessionType::kSchoolYear) {
      model_.school_year = i;
      ++years;
    }
    if (!row.blank("parentSourcedId")) session.parent = row.reference("parentSourcedId", sessions_);
    if (session.parent) {
      const Session& parent = model_.sessions[*session.parent];
      if (parent.type >= session.type) row.problem("parentSourcedId", "the parent is not a longer kind of session");
      if (session.start < parent.start || session.end > parent.end)
        row.problem("startDate", "outside the parent session");
    }
    for (std::size_t j = 0; j < i; ++j) {
      const Session& other = model_.sessions[j];
      if (other.type == session.type && overlap(other.start, other.end, session.start, session.end))
        row.problem("startDate", "overlaps another session of this type: " + other.title);
    }
  }
  if (years != 1)
    problems_.add(
        {"academicSessions.csv", 0, 0, "one session of type schoolYear is needed, found " + std::to_string(years)});
}

void Reader::read_courses() {
  const auto sheet = open("courses.csv", {"sourcedId", "title", "orgSourcedId"});
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    Course course;
    course.sourced_id = row.id("sourcedId", courses_, i);
    course.title = row.text("title");
    course.code = row.optional_text("courseCode");
    if (!row.blank("schoolYearSourcedId")) course.school_year = row.reference("schoolYearSourcedId", sessions_);
    course.org = row.reference("orgSourcedId", orgs_).value_or(0);
    model_.courses.push_back(std::move(course));
  }
  courses_.loaded = true;
}

// CEDS Entry Grade Level, as OneRoster 1.1 asks for: "01" to "12" are grades, other words are levels we have none of.
int grade_of(const Row& row) {
  static constexpr std::string_view kOthers[] = {"IT", "PR", "PK", "TK", "KG", "13", "PS", "UG", "Other"};
  const std::string text = row.optional_text("grades");
  int only = 0;
  bool several = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    int grade = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), grade);
    const bool known = read.ec == std::errc() && read.ptr == word.data() + word.size() && 1 <= grade &&
                       grade <= kGradeMax && word.size() <= 2;
    if (!known && std::find(std::begin(kOthers), std::end(kOthers), word) == std::end(kOthers))
      row.problem("grades", "\"" + std::string(word) + "\" is no grade: 01 to 12, or PK, KG, 13, UG and the like");
    several = several || (only != 0 && grade != only);
    if (known) only = grade;
  }
  return several ? 0 : only;
}

// A class is of one grade: groups that say another contradict each other.
void Reader::note_class(const Row& row, const ClassGroup& group) {
  int& grade = class_grades_[group.class_code];
  if (grade == 0) grade = group.grade;
  if (group.grade != 0 && group.grade != grade)
    row.problem("grades", "class " + group.class_code + " is of grade " + std::to_string(grade) +
                              " in a row above, of grade " + std::to_string(group.grade) + " here");
}

void Reader::read_groups() {
  const auto sheet = open("classes.csv", {"sourcedId", "title", "courseSourcedId", "classCode", "classType",
                                          "schoolSourcedId", "termSourcedIds"});
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    ClassGroup group;
    group.sourced_id = row.id("sourcedId", groups_, i);
    group.title = row.text("title");
    group.class_code = row.text("classCode");
    group.grade = grade_of(row);
    row.choice("classType", {"scheduled", "homeroom"});
    group.course = row.reference("courseSourcedId", courses_).value_or(0);
    const auto school = row.reference("schoolSourcedId", orgs_);
    group.school = school.value_or(0);
    if (school && model_.orgs[*school].type != "school") row.problem("schoolSourcedId", "this org is no school");
    group.terms = row.references("termSourcedIds", sessions_);
    if (row.blank("termSourcedIds")) row.problem("termSourcedIds", "must not be empty");
    note_class(row, group);
    model_.groups.push_back(std::move(group));
  }
  groups_.loaded = true;
}

void Reader::read_users() {
  const auto sheet = open(
      "users.csv", {"sourcedId", "orgSourcedIds", "role", "username", "givenName", "familyName", "agentSourcedIds"});
  if (!sheet) return;
  constexpr UserRole kRoles[] = {UserRole::kAdministrator, UserRole::kAide,    UserRole::kGuardian,
                                 UserRole::kParent,        UserRole::kProctor, UserRole::kRelative,
                                 UserRole::kStudent,       UserRole::kTeacher};
  IdIndex usernames{"users.csv", true, {}};
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    User user;
    user.sourced_id = row.id("sourcedId", users_, i);
    user.enabled = row.blank("enabledUser") || row.boolean("enabledUser");
    user.role = kRoles[row.choice(
        "role", {"administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"})];
    user.username = row.id("username", usernames, i);
    user.given_name = row.text("givenName");
    user.family_name = row.text("familyName");
    user.middle_name = row.optional_text("middleName");
    user.identifier = row.optional_text("identifier");
    user.email = row.optional_text("email");
    user.phone = row.optional_text("phone");
    user.orgs = row.references("orgSourcedIds", orgs_);
    if (row.blank("orgSourcedIds")) row.problem("orgSourcedIds", "must not be empty");
    model_.users.push_back(std::move(user));
  }
  users_.loaded = true;
  link_agents(*sheet);
}

void Reader::link_agents(const Sheet& sheet) {
  for (std::size_t i = 0; i < sheet.size(); ++i) {
    const Row row = sheet.row(i);
    for (const std::size_t agent : row.references("agentSourcedIds", users_)) {
      User& user = model_.users[i];
      User& other = model_.users[agent];
      const bool child_names_family = user.role == UserRole::kStudent && is_family(other.role);
      const bool family_names_child = is_family(user.role) && other.role == UserRole::kStudent;
      if (!child_names_family && !family_names_child)
        row.problem("agentSourcedIds", "links a student with a parent, guardian or relative only");
      user.agents.push_back(agent);
      other.agents.push_back(i);
    }
  }
  for (User& user : model_.users) {
    std::sort(user.agents.begin(), user.agents.end());
    user.agents.erase(std::unique(user.agents.begin(), user.agents.end()), user.agents.end());
  }
}

void Reader::read_enrollments() {
  const auto sheet = open("enrollments.csv", {"sourcedId", "classSourcedId", "userSourcedId", "role"});
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size() && !problems_.full(); ++i) {
    const Row row = sheet->row(i);
    demand_active(row);
    Enrollment enrollment;
    enrollment.sourced_id = row.id("sourcedId", enrollments_, i);
    const auto group = row.reference("classSourcedId", groups_);
    const auto user = row.reference("userSourcedId", users_);
    enrollment.role =
        row.choice("role", {"student", "teacher"}) == 0 ? EnrollmentRole::kStudent : EnrollmentRole::kTeacher;
    enrollment.primary = !row.blank("primary") && row.boolean("primary");
    if (group && user && sessions_.loaded) {
      enrollment.group = *group;
      enrollment.user = *user;
      Date first{INT32_MAX};
      Date last{INT32_MIN};
      for (const std::size_t term : model_.groups[*group].terms) {
        first = std::min(first, model_.sessions[term].start);
        last = std::max(last, model_.sessions[term].end);
      }
      enrollment.begin = row.blank("beginDate") ? first : row.date("beginDate");
      enrollment.end = row.blank("endDate") ? last : row.date("endDate");
      check_enrollment(row, enrollment);
      enrollments_of_.emplace(std::pair(*group, *user), i);
    }
    model_.enrollments.push_back(std::move(enrollment));
  }
  enrollments_.loaded = true;
}

void Reader::check_enrollment(const Row& row, const Enrollment& enrollment) {
  const UserRole role = model_.users[enrollment.user].role;
  const bool student = enrollment.role == EnrollmentRole::kStudent;
  // Officials teach too: OneRoster calls them administrators, and enrols them as teachers.
  const bool fits =
      student ? role == UserRole::kStudent : role == UserRole::kTeacher || role == UserRole::kAdministrator;
  if (!fits) row.problem("role", student ? "this user is no student" : "this user is no teacher");
  if (enrollment.end < enrollment.begin) row.problem("sourcedId", "the enrolment ends before it begins");
  const auto [from, to] = enrollments_of_.equal_range({enrollment.group, enrollment.user});
  for (auto it = from; it != to; ++it) {
    const Enrollment& other = model_.enrollments[it->second];
    if (overlap(other.begin, other.end, enrollment.begin, enrollment.end))
      row.problem("userSourcedId", "enrolled in this class already, in the same days");
  }
}

void Reader::read_bells() {
  const auto sheet = open("bells.csv", {"period", "start", "end"});
  if (!sheet) return;
  const std::size_t faults_before = problems_.list().size();
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    row.id("period", bells_, i);
    const Bell bell{row.number("period", 1, kPeriodsMax), row.minute_of_day("start"), row.minute_of_day("end")};
    if (bell.end_minute <= bell.start_minute) row.problem("end", "not after start");
    model_.bells.push_back(bell);
  }
  bells_.loaded = true;
  if (problems_.list().size() > faults_before) return;
  for (std::size_t i = 0; i < sheet->size(); ++i)
    for (std::size_t j = 0; j < sheet->size(); ++j) {
      const Bell& earlier = model_.bells[j];
      if (earlier.period < model_.bells[i].period && earlier.end_minute > model_.bells[i].start_minute)
        sheet->row(i).problem("start", "before the end of period " + std::to_string(earlier.period));
    }
}

void Reader::read_calendar() {
  const auto sheet = open("calendar.csv", {"startDate", "endDate", "kind", "title"});
  if (!sheet) return;
  const std::size_t faults_before = problems_.list().size();
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    CalendarException exception;
    exception.start = row.date("startDate");
    exception.end = row.date("endDate");
    exception.kind = row.choice("kind", {"holiday", "day_off"}) == 0 ? CalendarKind::kHoliday : CalendarKind::kDayOff;
    exception.title = row.text("title");
    if (exception.end < exception.start) row.problem("endDate", "before startDate");
    model_.calendar.push_back(std::move(exception));
  }
  if (problems_.list().size() > faults_before) return;
  for (std::size_t i = 0; i < sheet->size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const CalendarException& other = model_.calendar[j];
      if (overlap(other.start, other.end, model_.calendar[i].start, model_.calendar[i].end))
        sheet->row(i).problem("startDate", "overlaps " + other.title);
    }
}

void Reader::read_timetable() {
  const auto sheet =
      open("timetable.csv", {"weekday", "period", "classCode", "classSourcedId", "teacherSourcedId", "room"});
  if (!sheet) return;
  std::map<std::tuple<int, int, std::size_t>, std::uint32_t> taken;
  for (std::size_t i = 0; i < sheet->size() && !problems_.full(); ++i) {
    const Row row = sheet->row(i);
    TimetableSlot slot;
    slot.weekday = row.number("weekday", 1, 6);
    slot.period = row.number("period", 1, kPeriodsMax);
    row.reference("period", bells_);
    slot.room = row.optional_text("room");
    const auto group = row.reference("classSourcedId", groups_);
    const auto teacher = row.reference("teacherSourcedId", users_);
    if (group && teacher) {
      slot.group = *group;
      slot.teacher = *teacher;
      check_slot(row, slot);
      const auto [place, is_new] = taken.try_emplace({slot.weekday, slot.period, slot.group}, row.line());
      if (!is_new)
        row.problem("classSourcedId", "has a lesson in this period already, on line " + std::to_string(place->second));
    }
    model_.timetable.push_back(std::move(slot));
  }
}

void Reader::check_slot(const Row& row, const TimetableSlot& slot) {
  const ClassGroup& group = model_.groups[slot.group];
  if (row.text("classCode") != group.class_code) row.problem("classCode", "classes.csv says " + group.class_code);
  if (!enrollments_.loaded || !sessions_.loaded) return;
  const auto [from, to] = enrollments_of_.equal_range({slot.group, slot.teacher});
  const bool teaches = std::any_of(
      from, to, [&](const auto& entry) { return model_.enrollments[entry.second].role == EnrollmentRole::kTeacher; });
  if (!teaches) row.problem("teacherSourcedId", "enrollments.csv does not enrol this teacher in the class");
}

void Reader::read_staff() {
  const auto sheet = open("staff.csv", {"userSourcedId", "role", "classCode"});
  if (!sheet) return;
  std::set<std::tuple<std::size_t, std::string, std::string>> seen;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    StaffRole staff;
    const auto user = row.reference("userSourcedId", users_);
    staff.user = user.value_or(0);
    staff.role = row.text("role");
    staff.class_code = row.optional_text("classCode");
    if (std::find(std::begin(kStaffRoles), std::end(kStaffRoles), staff.role) == std::end(kStaffRoles))
      row.problem("role", "no such role");
    const bool class_teacher = staff.role == "class_teacher";
    if (class_teacher == staff.class_code.empty())
      row.problem("classCode", class_teacher ? "a class teacher needs a class" : "only a class teacher has a class");
    if (!staff.class_code.empty() && groups_.loaded && !class_grades_.contains(staff.class_code))
      row.problem("classCode", "classes.csv has no class with this code");
    if (user && (model_.users[*user].role == UserRole::kStudent || is_family(model_.users[*user].role)))
      row.problem("userSourcedId", "this user is no member of staff");
    if (user && !seen.emplace(*user, staff.role, staff.class_code).second)
      row.problem("userSourcedId", "holds this role already");
    model_.staff.push_back(std::move(staff));
  }
}

SchoolClass& Reader::class_of(std::string_view code) {
  const auto found =
      std::find_if(model_.classes.begin(), model_.classes.end(), [&](const SchoolClass& c) { return c.code == code; });
  LETOPIS_ASSERT(found != model_.classes.end());
  return *found;
}

void Reader::gather_classes() {
  for (const auto& [code, grade] : class_grades_) model_.classes.push_back({code, grade, {}, {}, {}});
  for (std::size_t i = 0; i < model_.groups.size(); ++i) class_of(model_.groups[i].class_code).groups.push_back(i);
  for (const StaffRole& staff : model_.staff)
    if (!staff.class_code.empty()) class_of(staff.class_code).class_teachers.push_back(staff.user);
  gather_students();
  std::sort(model_.bells.begin(), model_.bells.end(), [](const Bell& a, const Bell& b) { return a.period < b.period; });
  std::sort(model_.calendar.begin(), model_.calendar.end(),
            [](const CalendarException& a, const CalendarException& b) { return a.start < b.start; });
}

// OneRoster has no register of classes, only enrolments in groups: a pupil belongs to the class most of their groups
// belong to, the first by code among equals.
void Reader::gather_students() {
  std::map<std::size_t, std::map<std::string_view, int>> votes;
  for (const Enrollment& enrollment : model_.enrollments)
    if (enrollment.role == EnrollmentRole::kStudent)
      ++votes[enrollment.user][model_.groups[enrollment.group].class_code];
  for (const auto& [user, codes] : votes) {
    const auto most =
        std::max_element(codes.begin(), codes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    class_of(most->first).students.push_back(user);
  }
}

Date shifted(Date date, int years) {
  using namespace std::chrono;
  const year_month_day from(sys_days(days(date.days)));
  const year_month_day same_day = from + std::chrono::years(years);
  const sys_days to = same_day.ok() ? sys_days(same_day) : sys_days(same_day.year() / February / last);
  return {static_cast<std::int32_t>(to.time_since_epoch().count())};
}

// "2025/2026 учебный год" → "2026/2027 учебный год": the two years of a school year, wherever a title names them.
std::string shifted_title(const std::string& title, int school_year, int years) {
  std::string out;
  for (std::size_t at = 0; at < title.size();) {
    const std::string_view word = std::string_view(title).substr(at, 4);
    const bool first = word == std::to_string(school_year - 1);
    const bool second = word == std::to_string(school_year);
    if (first || second) {
      out += std::to_string(school_year - (first ? 1 : 0) + years);
      at += 4;
    } else {
      out += title[at++];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string_view> staff_roles() { return {std::begin(kStaffRoles), std::end(kStaffRoles)}; }

const SchoolClass* OneRosterModel::find_class(std::string_view code) const {
  const auto found = std::find_if(classes.begin(), classes.end(), [&](const SchoolClass& c) { return c.code == code; });
  return found == classes.end() ? nullptr : &*found;
}

const User* OneRosterModel::find_user(std::string_view sourced_id) const {
  const auto found =
      std::find_if(users.begin(), users.end(), [&](const User& user) { return user.sourced_id == sourced_id; });
  return found == users.end() ? nullptr : &*found;
}

tl::expected<OneRosterModel, std::vector<Problem>> read_oneroster(FileSystem& files, const std::string& directory) {
  return Reader(files, directory).run();
}

void shift_years(OneRosterModel& model, int years) {
  LETOPIS_ASSERT(years >= -100 && years <= 100);
  for (Session& session : model.sessions) {
    session.start = shifted(session.start, years);
    session.end = shifted(session.end, years);
    session.title = shifted_title(session.title, session.school_year, years);
    session.school_year += years;
  }
  for (Enrollment& enrollment : model.enrollments) {
    enrollment.begin = shifted(enrollment.begin, years);
    enrollment.end = shifted(enrollment.end, years);
  }
  for (CalendarException& exception : model.calendar) {
    exception.start = shifted(exception.start, years);
    exception.end = shifted(exception.end, years);
  }
}

}  // namespace letopis::replay_tools
