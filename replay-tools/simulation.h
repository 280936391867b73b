#pragma once
// The parts of `letopis simulate school`: a world with a virtual clock and an agenda, its office and its classrooms. Used by
// simulate*.cc only. Everything runs on one thread and draws from one seeded generator in one order: the same seed and the
// same day give the same log, byte for byte.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "projections/schedule.h"
#include "replay-tools/door.h"
#include "replay-tools/oneroster.h"

namespace letopis::replay_tools {

inline constexpr int kMinutesPerHour = 60;

// "14:30" as minutes of the local day.
constexpr int hm(int hour, int minute = 0) { return hour * kMinutesPerHour + minute; }

struct MarkMade {
  Id id;
  Id student;
  Id teacher;
  std::string value;
};

struct World {
  World(const OneRosterModel& m, commands::School& s, ManualClock& c, Random& r, UtcOffset o)
      : model(m), school(s), clock(c), random(r), offset(o), door(door_to(s)) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const OneRosterModel& model;
  commands::School& school;
  ManualClock& clock;
  Random& random;
  UtcOffset offset;
  std::unique_ptr<Door> door;
  Tally tally;
  std::map<std::string, std::uint64_t> attempts;  // refusals that were meant, by rule

  Officials officials;
  std::vector<std::unique_ptr<Scribe>> scribes;  // every key there ever was
  std::map<Id, Scribe*> signing;                 // whose key signs today
  std::map<Id, std::size_t> user_of;             // OneRosterModel::users
  std::map<Id, Date> ill_until;                  // teachers and pupils, last day included
  std::deque<MarkMade> marks;                    // the newest few hundred

  // --- Time
  Instant local(Date day, int minute) const { return at_local(day, minute, offset); }
  Date today() const { return local_date(clock.now(), offset); }
  void at(Instant when, std::function<Status()> act) { agenda_.emplace(when, std::move(act)); }
  Status run(Instant until);  // what the agenda holds before `until`, what it grows by meanwhile too

  // --- Chance
  bool percent(double share) { return random.chance(static_cast<std::uint32_t>(share * 10'000)); }
  int between(int low, int high) {
    return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low) + 1));
  }
  template <class List>
  const auto& pick(const List& list) {
    return list[random.below(list.size())];
  }

  // --- People. The view stands until the next statement is recorded.
  const projections::SchoolState& state() const {
    return *school.read([](const commands::ReadModel& read) { return &read.structure; });
  }
  Scribe* scribe(const Id& person) const {
    const auto it = signing.find(person);
    return it == signing.end() ? nullptr : it->second;
  }
  Id id_of(std::size_t user) const { return oneroster_id(school.origin(), model.users[user].sourced_id); }
  bool ill(const Id& person, Date day) const {
    const auto it = ill_until.find(person);
    return it != ill_until.end() && day <= it->second;
  }
  Scribe& adopt(std::unique_ptr<Scribe> scribe);  // from now on this key signs for its person

  // --- Saying one thing. Gives the statement's id.
  Result<commands::Acknowledged> say(Scribe& scribe, commands::Author::Draft draft);
  // The same by an official, with the second signature it waits for a little later.
  Status decree(ledger::Role role, commands::Author::Draft draft);
  // What a rule must refuse; counted, so that a refusal nobody meant is seen.
  Status attempt(Scribe& scribe, commands::Author::Draft draft);

 private:
  std::multimap<Instant, std::function<Status()>> agenda_;
};

// Orders, people, keys, calendar, substitutions: everything but lessons.
class Office {
 public:
  Office(World& world, std::vector<Date> days) : w_(world), days_(std::move(days)) {}
  void plan();               // the term's single acts, on the agenda
  Status morning(Date day);  // who is ill today; substitutions for today's lessons
  void evening(Date day);    // diaries, backups

 private:
  Date day(double share) const { return days_[static_cast<std::size_t>(share * static_cast<double>(days_.size()))]; }
  void plan_people();
  void plan_keys();
  void plan_calendar();
  void plan_rules();
  void plan_refusals();
  Status transfer_pupil();
  Status expel_and_readmit();
  Status annul_a_mark();
  Status lose_key(const Id& teacher);
  Status rotate_key(const Id& teacher);
  Status reissue_invitation(const Id& teacher);
  Status change_timetable();
  Status erase_duplicate();
  Status change_personal_data();
  Status move_or_cancel(Date for_day);
  Status substitute(Date day);
  Status pupils_fall_ill(Date day);
  Status excuse(const Id& student, Date from, Date to);
  Id find_substitute(const std::map<int, std::set<Id>>& busy, int slot, Date day, const Id& absent);
  std::vector<Id> teachers() const;
  std::vector<Id> pupils() const;

  World& w_;
  std::vector<Date> days_;
  Id duplicate_;
};

// What is planned, watched and told beside lessons.
class Control {
 public:
  Control(World& world, std::vector<Date> days) : w_(world), days_(std::move(days)) {}
  void plan();  // the term's acts, on the agenda

 private:
  Date day(double share) const { return days_[static_cast<std::size_t>(share * static_cast<double>(days_.size()))]; }
  Scribe* teacher_of(const projections::Group& group) const;
  Status propose(Scribe& scribe, commands::Author::Draft draft);
  Status publish_plans();
  Status announce();
  Status consents();
  Status decline_access();
  Status hand_printout(Scribe& class_teacher, const Id& student);
  Status inspect();
  Status sign_for_substitutions();

  World& w_;
  std::vector<Date> days_;
};

// What happens in the lessons of one day.
class Classrooms {
 public:
  explicit Classrooms(World& world);
  void hold(Date day);  // puts the day's lessons on the agenda

 private:
  struct Pupil {
    double ability = 4;
    double punctuality = 1;  // per cent of lessons missed or begun late
  };
  struct Course {
    int lessons = 0;
    Id planned_work;  // announced for a day to come
    Id planned_by;
    Date planned_for;
  };
  struct Lesson {
    Id id, group, teacher, absent_teacher;
    Date date;  // where it is held; after a move not where the timetable has it
    int slot = 0;
    Instant starts, ends;
    std::string subject;
    std::string_view mode;
    int number = 0;
    std::vector<Id> present;
  };
  using Draft = commands::Author::Draft;

  Lesson prepare(const projections::ScheduledLesson& scheduled);
  Status open(Lesson lesson);
  void say_opening(Request& request, Scribe& teacher, const Lesson& lesson, Status& status);
  void plan_rest(const Lesson& lesson);
  Status set_homework(const Lesson& lesson, bool in_advance);
  Status give_answers(const Lesson& lesson);
  Status hold_work(const Lesson& lesson, bool control);
  void mark_later(const Lesson& lesson, const Id& work, int parts, bool written);
  Status give_marks(const Lesson& lesson, const Id& work, int parts, std::vector<Id> students);
  Status plan_control(const Lesson& lesson);
  Status remark(const Lesson& lesson);
  Status correct_mark(const MarkMade& mark);
  Status correct_absence(const Lesson& lesson, const Id& absence, const Id& student);
  Status correct_topic(const Lesson& lesson, const Id& topic);
  Status extra_lesson(const Id& group, const Id& teacher, Date day);
  Status try_something(const Lesson& lesson);
  std::string mark_for(const Id& student);
  std::optional<projections::ScheduledLesson> next_lesson(const Id& group, Date after);
  std::vector<Id> members(const Id& group, Date day) const;

  World& w_;
  std::map<Id, Pupil> pupils_;
  std::map<Id, Course> courses_;
};

}  // namespace letopis::replay_tools
