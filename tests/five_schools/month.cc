#include "tests/five_schools/month.h"

#include "commands/deadlines.h"
#include "commands/duties.h"
#include "tests/unit/commands/rules_fixture.h"

namespace letopis::five_schools {
namespace {

using namespace ledger;
using commands::role_bit;
using commands::RoleSet;
using commands::text;
using test::day;
using test::History;

constexpr int kMinutesPerYear = 366 * 24 * 60;

class School final : public commands::Rules {
 public:
  explicit School(const std::string& toml) : Rules(OwnText{toml}) {
    as_administrator().add(YearOpened{"2026/27", day("2026-09-01"), day("2027-06-30")});
    second_shift();
    for (const int grade : {1, 2, 3, 10}) reading[grade] = group_of_grade(grade);
    subgroups();
    kind_titled();
    h.at("2026-11-23 09:40");
  }
  void TestBody() override {}

  std::vector<Line> tell() {
    lessons();
    evening_lesson();
    marks();
    shift();
    scales();
    grades();
    absences();
    corrections();
    plans();
    forms();
    structure();
    offline();
    periods();
    minimum();
    compromise();
    families();
    year();
    calendar_of_duties();
    return std::move(lines_);
  }

 private:
  // --- What there is beside the fixture

  void second_shift() {
    late = h.group("7Б", "Физика", {teacher});
    as_deputy().from("2026-09-01").add(BellsSet{{{1, {840}, {885}}, {2, {895}, {940}}}, 2});
    as_deputy().from("2026-09-01").add(TimetablePublished{late, {{4, 2, teacher, "5"}}, 2});
    nina = h.student(late);
  }
  Id group_of_grade(int grade) {
    const std::string label = std::to_string(grade) + "А";
    h.klass(label, grade);
    const Id group = h.group(label, "Чтение", {teacher});
    h.timetable(group, {{2, 4, teacher}});
    pupil[grade] = h.student(group);
    return group;
  }
  void subgroups() {
    for (Id* part : {&first, &second}) {
      TeachingGroupOpened opened;
      *part = opened.group = some_id();
      opened.label = part == &first ? "7А/1" : "7А/2";
      opened.subject = "Английский язык";
      opened.kind = "subgroup";
      opened.classes = {h.klass("7А")};
      as_deputy().add(opened);
      h.timetable(opened.group, {{3, 4, teacher}});
    }
    as_deputy().from("2026-09-01").add(SubgroupsSplit{h.klass("7А"), {{first, {masha}}, {second, {petya}}}});
  }
  void kind_titled() {
    DictionaryEntryDefined kind{"work_kind", "practical", "практическая", {{"titled", "true"}, {"practical", "true"}}};
    as_administrator().add(kind);
  }

  // --- Asking

  std::string clause_of(const std::string& clause) const {
    const auto space = clause.find(' ');
    return space == std::string::npos ? std::string() : " (" + clause.substr(space + 1) + ")";
  }
  std::string told_of(const Ruling& ruling) const {
    std::string words(enum_name(ruling.verdict));
    if (!ruling.rule.empty()) words += " " + ruling.rule;
    const auto* by = book.find(ruling.profile);
    if (by != nullptr && !ruling.rule.empty()) words += clause_of(by->rule(ruling.rule).clause);
    if (ruling.deadline.micros != 0)
      words += ", due " + format_local(ruling.deadline, h.state().offset_at(ruling.deadline));
    for (const auto role : ruling.awaits) words += " + " + std::string(enum_name(role));
    return words;
  }
  void ask(const std::string& what, History& said, Body body) {
    const auto statement = said.propose(std::move(body));
    lines_.push_back({what, told_of(judge(statement, h.now()))});
  }
  void ask_at(const std::string& what, std::string_view local, History& said, Body body) {
    const auto statement = said.propose(std::move(body));
    lines_.push_back({what, told_of(judge(statement, h.local(local)))});
  }

  // --- The month

  void lessons() {
    const std::string evening = "2026-12-20 21:00";  // all terms are over
    ask_at("a lesson, a month later", evening, h.by(teacher), lesson_of(physics, "2026-11-23", 2));
    const Id lesson = h.lesson(physics, "2026-11-23", 2);
    ask_at("its topic", evening, h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0});
    ask_at("its roll", evening, h.by(teacher), AttendanceTaken{lesson, true});
    ask_at("its homework", evening, h.by(teacher), homework(lesson));
    ask_at("a remark", evening, h.by(teacher).sealed("remark", masha, some_hash()), RemarkRecorded{masha, lesson, {}});
    answer = h.work(lesson, "answer");
    control = h.work(lesson, "control");
    ask_at("a mark for an answer", evening, h.by(teacher), MarkGiven{answer, 0, masha, "4"});
    ask_at("a mark for a written work", evening, h.by(teacher), MarkGiven{control, 0, masha, "4"});
    for (const char* document : {"protocol", "referral", "certificate", "exam_sheet", "order", "request"})
      ask_at(std::string("… by ") + document, evening, h.by(teacher).basis(document, "7"),
             MarkGiven{answer, 0, masha, "4"});
    ask_at("a written work's mark by protocol", evening, h.by(teacher).basis("protocol", "7"),
           MarkGiven{control, 0, masha, "4"});
    ask_at("an absence excused a month later", evening, as_curator().sealed("reason", masha, some_hash()),
           AbsenceExcused{masha, day("2026-11-23"), day("2026-11-23"), true, {}});
  }
  static HomeworkSet homework(const Id& lesson) {
    HomeworkSet set;
    set.lesson = lesson;
    set.text = "§ 12, задачи 3–5";
    set.kind = "written";
    set.due = day("2027-01-15");
    return set;
  }

  void shift() {
    const std::string evening = "2026-12-20 21:00";
    ask_at("a lesson of the second shift, a month later", evening, h.by(teacher), lesson_of(late, "2026-11-26", 2));
    const Id lesson = h.lesson(late, "2026-11-26", 2);
    ask_at("… its topic", evening, h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0});
    ask_at("… its roll", evening, h.by(teacher), AttendanceTaken{lesson, true});
    ask_at("… its homework", evening, h.by(teacher), homework(lesson));
    ask_at("… a remark", evening, h.by(teacher).sealed("remark", nina, some_hash()), RemarkRecorded{nina, lesson, {}});
    for (const char* kind : {"answer", "control"})
      ask_at(std::string("… a mark, ") + kind, evening, h.by(teacher), MarkGiven{h.work(lesson, kind), 0, nina, "4"});
  }

  // An evening lesson: three hours after it are over after midnight.
  void evening_lesson() {
    const Id lesson = h.lesson_outside(physics, "2026-11-24", 1320, 1380);
    ask_at("homework of a lesson in the late evening", "2026-12-20 21:00", h.by(teacher), homework(lesson));
  }

  void marks() {
    const Id work = h.work(h.lesson(physics, "2026-11-26", 3), "answer");
    for (const char* value :
         {"1", "2", "5", "6", "100", "осв.", "освобождён", "освобожден", "н/а", "не аттестован", "зач"})
      ask(std::string("the mark «") + value + "»", h.by(teacher), MarkGiven{work, 0, masha, value});
    h.mark(work, masha, "4");
    const Id afterwards = h.work(projections::lesson_id(physics, day("2026-11-23"), 2), "control");
    ask("a mark for a written work of Monday, planned on Thursday", h.by(teacher),
        MarkGiven{afterwards, 0, masha, "4"});
    h.annul(afterwards);
    const Id other = h.work(projections::lesson_id(physics, day("2026-11-26"), 3), "answer");
    ask("a mark for another work of the lesson", h.by(teacher), MarkGiven{other, 0, masha, "5"});
    ask("a second mark in a cell", h.by(teacher), MarkGiven{work, 0, masha, "5"});
    h.mark(work, masha, "4");
    ask("a third", h.by(teacher), MarkGiven{work, 0, masha, "5"});
  }

  void scales() {
    const Id lesson = h.lesson(physics, "2026-11-30", 2);
    as_administrator().add(DictionaryEntryDefined{"scale", "letters", "Буквы", {{"values", "A,B,C"}}});
    for (const char* scale : {"2-5", "0-100", "letters"}) {
      WorkPlanned planned;
      planned.group = physics;
      planned.lesson = lesson;
      planned.kind = "answer";
      planned.scale = scale;
      ask(std::string("a work on the scale ") + scale, h.by(teacher), planned);
      if (find_scale_of(scale) == nullptr) continue;
      const Id work = h.by(teacher).add(planned);
      std::string allowed;
      for (int value = 0; value <= 101; ++value) {
        kept.push_back(std::to_string(value));
        if (text(ruling(h.by(teacher), MarkGiven{work, 0, masha, kept.back()})) == "accepted")
          allowed += allowed.empty() || std::stoi(last) + 1 != value ? " " + kept.back() : "", last = kept.back();
      }
      for (const char* word : {"зач", "незач", "зачёт"})
        if (text(ruling(h.by(teacher), MarkGiven{work, 0, masha, word})) == "accepted")
          allowed += std::string(" ") + word;
      lines_.push_back({std::string("… allows"), allowed + " … " + last});
    }
  }
  const commands::Scale* find_scale_of(std::string_view name) const {
    return book.find(h.state().profile(h.state().local_today(h.now()))->hash)->find_scale(name);
  }

  void grades() {
    for (const int grade : {1, 2, 3}) {
      const Id work = h.work(h.lesson(reading.at(grade), "2026-12-01", 4), "answer");
      ask("a mark in grade " + std::to_string(grade), h.by(teacher), MarkGiven{work, 0, pupil.at(grade), "5"});
    }
  }

  void absences() {
    const Id lesson = h.lesson(physics, "2026-12-03", 3);
    const Id work = h.work(lesson, "control");
    const Id absence = h.absence(lesson, petya);
    ask("a plain mark for who was absent", h.by(teacher), MarkGiven{work, 0, petya, "4"});
    const MakeupMarkGiven mark{work, 0, petya, "4", absence};
    ask("a make-up mark without a valid reason", h.by(teacher).basis("protocol", "1"), mark);
    const Id examiner = h.person(Role::kCommission);
    h.by(curator, Role::kClassTeacher).excuse(petya, "2026-12-03", "2026-12-03");
    ask("… with one", h.by(teacher).basis("protocol", "1"), mark);
    ask("… by a commission", h.by(examiner, Role::kCommission).basis("protocol", "1"), mark);
    ask("an absence set right by the class teacher", reasoned(as_curator(), petya),
        EntryCorrected{absence, "б", 0, false});
    AttestationMarkGiven exam{physics, petya, "exam", "4", day("2026-12-03")};
    exam.group = physics;
    h.by(teacher).add(exam);
    exam.student = masha;
    exam.held_on = day("2026-12-04");
    h.at("2026-12-04 12:00");
    ask("an exam taken after the others", h.by(teacher).basis("exam_sheet", "3"), exam);
  }

  void corrections() {
    const Id mark = h.mark(h.work(h.lesson(physics, "2026-12-07", 2), "answer"), masha, "4");
    ask("a mark corrected", reasoned(h.by(teacher), masha), EntryCorrected{mark, "5", 0, false});
  }

  void plans() {
    TeachingGroupOpened opened;
    const Id optics = opened.group = some_id();
    opened.label = "7А";
    opened.subject = "Оптика";
    opened.subject_code = "optics";
    opened.kind = "class";
    opened.classes = {h.klass("7А")};
    as_deputy().add(opened);
    h.timetable(optics, {{5, 2, teacher}});
    h.enrol(optics, masha);
    CurriculumSet set;
    set.title = "Учебный план";
    set.classes = {h.klass("7А")};
    set.items = {{"optics", "Оптика", 34, 1, {}}};
    as_deputy().from("2026-12-08").add(set);
    h.at("2026-12-09 12:00");
    PlanPublished plan;
    plan.group = optics;
    plan.title = "КТП";
    plan.items = {{"1", "Свет", 33, {}, {}}};
    ask("a plan of 33 hours where the curriculum has 34", h.by(teacher), plan);
    plan.items = {{"1", "Свет", 34, {}, {}}};
    ask("a plan in December", h.by(teacher), plan);
    h.by(teacher).add(plan);
    const Id lesson = h.lesson(optics, "2026-12-11", 2);
    ask("a topic beside the plan", h.by(teacher), TopicSet{lesson, "Тень", {}, 0});
    ask("a topic in another language", h.by(teacher), TopicSet{h.lesson(physics, "2026-12-14", 2), "Ohm's law", {}, 0});
  }

  void forms() {
    const Id lesson = h.lesson(physics, "2026-12-17", 3);
    HomeworkSet set = homework(lesson);
    set.kind = {};
    ask("homework without its kind", h.by(teacher), set);
    WorkPlanned planned;
    planned.group = physics;
    planned.lesson = lesson;
    planned.kind = "practical";
    ask("a practical work without title", h.by(teacher), planned);
    planned.title = "Сборка цепи";
    ask("… without number", h.by(teacher), planned);
    planned.number = 5;
    ask("… with both", h.by(teacher), planned);
    planned.title = {};
    ask("… with a number alone", h.by(teacher), planned);
  }

  void structure() {
    ask("a move between subgroups in the middle of a period", as_administrator().from("2026-12-20"),
        SubgroupMoved{masha, first, second});
    const SubgroupsSplit split{h.klass("7А"), {{first, {petya}}, {second, {masha}}}};
    for (const auto& [who, role] : {std::pair(teacher, Role::kTeacher), std::pair(curator, Role::kClassTeacher),
                                    std::pair(h.deputy(), Role::kDeputyHead)})
      ask("a split into subgroups by the " + std::string(enum_name(role)), h.by(who, role), split);
  }

  // How old a checkpoint may be: the minute after which it is refused.
  void offline() {
    auto statement = h.by(teacher).propose(TopicSet{h.lesson(chemistry, "2026-12-19", 1), "Соли", {}, 0});
    statement.author = colleague;
    statement.key = h.key_of(colleague);
    h.work_kind("dictation", true);  // another entry makes what was seen the older one
    const Instant outdated = h.state().recorded_at(statement.seen->size);
    int low = 0, high = kMinutesPerYear;
    while (low < high) {
      const int minutes = (low + high + 1) / 2;
      const Instant at{outdated.micros + static_cast<std::int64_t>(minutes) * 60 * kMicrosPerSecond};
      const bool too_old = decide(h.state(), book, roots, statement, h.size(), at).rule == commands::rule::kSeenTooOld;
      (too_old ? high : low) = too_old ? minutes - 1 : minutes;
    }
    lines_.push_back({"minutes a phone may be offline", std::to_string(low)});
  }

  // --- Periods

  Id period(std::string_view kind, std::string_view from, std::string_view to, int grade_from, int grade_to) {
    PeriodDefined defined;
    defined.period = some_id();
    defined.title = kind;
    defined.kind = kind;
    defined.from = day(from);
    defined.to = day(to);
    defined.marks_from = day("2026-12-22");
    defined.marks_to = day("2026-12-29");
    defined.grades = {{static_cast<std::uint8_t>(grade_from), static_cast<std::uint8_t>(grade_to)}};
    as_deputy().add(defined);
    return defined.period;
  }
  void periods() {
    const std::map<int, std::pair<Id, Id>> groups = {{2, {reading.at(2), pupil.at(2)}},
                                                     {3, {reading.at(3), pupil.at(3)}},
                                                     {7, {physics, masha}},
                                                     {10, {reading.at(10), pupil.at(10)}}};
    h.at("2026-12-20 12:00");
    std::vector<std::pair<std::string, Id>> kinds;
    for (const char* kind : {"quarter", "half_year", "semester"})
      kinds.emplace_back(kind, period(kind, "2026-11-09", "2026-12-30", 2, 11));
    for (const auto& [kind, id] : kinds)
      for (const auto& [grade, group] : groups)
        for (const char* at : {"2026-12-20 12:00", "2026-12-23 12:00", "2026-12-24 12:00", "2027-01-20 12:00"})
          ask_at("a mark of the " + kind + ", grade " + std::to_string(grade) + ", " + std::string(at).substr(0, 10),
                 at, h.by(teacher), PeriodMarkGiven{id, group.first, group.second, "4", {}, 0});
    for (const auto& [kind, id] : kinds)
      ask_at("a mark of the " + kind + " by protocol, in January", "2027-01-20 12:00",
             h.by(teacher).basis("protocol", "9"), PeriodMarkGiven{id, physics, masha, "4", {}, 0});
    semester = kinds.back().second;
    quarter = kinds.front().second;
    half_year = kinds[1].second;
  }
  // The fewest marks a period mark stands on, at one, two and three hours a week; and whether works are accounted.
  void minimum() {
    h.at("2026-12-29 08:00");
    for (int weekly = 1; weekly <= 3; ++weekly) {
      TeachingGroupOpened opened;
      const Id group = opened.group = some_id();
      opened.label = "7А";
      opened.subject = opened.subject_code = weekly == 1 ? "hour1" : weekly == 2 ? "hour2" : "hour3";
      opened.kind = "class";
      opened.classes = {h.klass("7А")};
      as_deputy().add(opened);
      CurriculumSet set;
      set.title = opened.subject;
      set.classes = opened.classes;
      set.items = {{opened.subject_code, opened.subject, 34, static_cast<std::uint8_t>(weekly), {}}};
      as_deputy().from("2026-12-29").add(set);
      as_deputy().from("2026-12-29").add(TeachingAssigned{teacher, group, 1, {}});
      h.enrol(group, masha);
      int count = 0;
      std::string answer_of;
      const Id of_its_kind = period_of_seven();
      for (; count < 10; ++count) {
        answer_of = text(ruling(h.by(teacher), PeriodMarkGiven{of_its_kind, group, masha, "4", {}, 0}));
        if (answer_of != "refused too_few_marks") break;
        h.mark(h.by(teacher).work_outside(group, "2026-12-28", "answer"), masha, "4");
      }
      lines_.push_back(
          {"marks a period mark stands on, at " + std::to_string(weekly) + " a week", std::to_string(count)});
      if (weekly != 3) continue;
      h.by(teacher).work_outside(group, "2026-12-28", "control");
      ask("… a written work without a mark", h.by(teacher), PeriodMarkGiven{of_its_kind, group, masha, "4", {}, 0});
    }
    fail(h.by(teacher).work_outside(physics, "2026-11-25", "answer"));
    duties_on("2026-12-29 08:00");
  }
  // Petya, in a work of two parts.
  void fail(const Id& work) {
    for (const int part : {0, 1}) h.mark(work, petya, "2", part);
  }
  Id period_of_seven() const {
    const auto* profile = book.find(h.state().profile(day("2026-12-29"))->hash);
    const auto kind = commands::period_kind_of(*profile, 7);
    return kind == "half_year" ? half_year : kind == "semester" ? semester : quarter;
  }

  // --- Accounts, families, the year

  void compromise() {
    h.at("2027-01-14 08:00");
    ask_at("a compromise reported a fortnight after", "2027-01-28 12:00", h.by(colleague),
           CompromiseReported{colleague, day("2027-01-14")});
    const Id report = h.by(colleague).add(CompromiseReported{colleague, day("2027-01-14")});
    as_director().add(CompromiseReceived{report});
    ask("an entry after its receipt", h.by(colleague),
        TopicSet{h.lesson(chemistry, "2027-01-16", 1), "Кислоты", {}, 0});
  }
  void families() {
    const Id mother = h.parent(masha);
    h.at("2027-01-18 12:00");
    ask("electronic access declined", h.by(mother, Role::kParent), ElectronicAccessDeclined{mother, masha, true});
    ask("… told by the class teacher", as_curator(), ElectronicAccessDeclined{mother, masha, true});
    h.by(mother, Role::kParent).add(ElectronicAccessDeclined{mother, masha, true});
    const Id mark = h.mark(h.work(h.lesson(physics, "2027-01-21", 3), "answer"), masha, "4");
    h.awaiting({Role::kDeputyHead}).correct(mark, "5");
    h.absence(h.lesson(physics, "2027-01-21", 3), petya);
    fail(h.work(projections::lesson_id(physics, day("2027-01-21"), 3), "answer"));
  }
  void year() {
    DictionaryEntryDefined section{"section", "groups", "Группы", {}};
    as_administrator().add(section);
    h.at("2027-01-22 12:00");
    duties_on("2027-01-22 12:00");
    BackupMade backup;
    backup.root = some_hash();
    backup.room = "12";
    for (const char* medium : {"disk", "tape"}) {
      backup.medium = medium;
      as_administrator().add(backup);
    }
  }
  void calendar_of_duties() {
    InspectionHeld held;
    held.kind = "periodic";
    held.from = held.to = day("2027-01-15");
    as_deputy().add(held);
    for (const char* at :
         {"2027-02-01 12:00", "2027-03-31 12:00", "2027-05-30 12:00", "2027-05-31 12:00", "2027-06-04 12:00",
          "2027-06-05 12:00", "2027-06-10 12:00", "2027-08-02 12:00", "2027-08-05 12:00", "2027-08-06 12:00",
          "2027-08-21 12:00", "2027-08-24 12:00", "2027-08-25 12:00"}) {
      h.at(at);
      duties_on(at);
    }
    const YearOpened opened{"2027/2028", day("2027-09-01"), day("2028-05-31")};
    ask("the year opened on 25 August", as_administrator(), opened);
    ask_at("… on 24 August", "2027-08-24 12:00", as_administrator(), opened);
    ask_at("… in September", "2027-09-20 12:00", as_administrator(), opened);
    as_administrator().add(opened);
    for (const char* at : {"2027-08-31 12:00", "2027-09-01 12:00", "2027-09-10 12:00", "2027-09-20 12:00"}) {
      h.at(at);
      duties_on(at);
    }
  }

  // One line a kind of duty: how many, the first term, whose, by which clause.
  void duties_on(const std::string& at) {
    std::vector<commands::Duty> all;
    auto scope = commands::duty_scope(h.structure(), book, h.now());
    scope.lessons_from = scope.today.monday() - 7;
    commands::OfficeFacts facts;
    facts.operations = 1;
    commands::add_office_duties(scope, facts, all);
    const Date from = commands::duties_from(scope, scope.lessons_from);
    for (const auto& [id, group] : h.structure().groups()) {
      const auto until = commands::duties_until(scope);
      const auto entries = h.entries_in(projections::View::kJournal, id, from, until);
      commands::add_group_duties(scope, projections::fold_journal(h.structure(), id, from, until, entries), all);
    }
    commands::settle_duties(all);
    std::map<std::string, std::string> by_code;
    std::map<std::string, int> counts;
    for (const auto& duty : all) {
      std::string& line = by_code[std::string(duty.code)];
      ++counts[std::string(duty.code)];
      std::string one =
          duty.due.micros == 0 ? "no term" : "by " + format_local(duty.due, h.state().offset_at(duty.due));
      for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
        if ((duty.roles & role_bit(static_cast<Role>(i))) != 0) one += " " + std::string(kRoleNames[i - 1]);
      if (duty.count > 0) one += " ×" + std::to_string(duty.count);
      one += clause_of(duty.source.clause);
      if (line.empty() || (line.find("; ") == std::string::npos && line != one))
        line += (line.empty() ? "" : "; ") + one;
    }
    for (const auto& [code, line] : by_code)
      lines_.push_back(
          {"still to do on " + at.substr(0, 10) + ": " + code, std::to_string(counts[code]) + ": " + line});
  }

  std::vector<Line> lines_;
  std::deque<std::string> kept;
  std::string last;
  Id late, nina, first, second, answer, control, semester, quarter, half_year;
  std::map<int, Id> reading, pupil;
};

}  // namespace

std::vector<Line> month(const std::string& toml) { return School(toml).tell(); }

}  // namespace letopis::five_schools
