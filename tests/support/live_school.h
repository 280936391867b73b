#pragma once
// Schools that are really there: an engine over a directory of the test's own, and people who sign with keys of their own.
// Every word is a statement that is signed, submitted, judged, stored and receipted; one that is not accepted fails the test,
// unless it goes through try_say().
//
//   LiveEngine live;
//   LiveSchool licey(live, "licey29");
//   Member& ivan = licey.teacher("Иван Петрович");
//   const Id class_7a = licey.klass("7А", 7, ivan);
//   Member& masha = licey.student(class_7a, "Маша");
//   Member& mother = licey.parent(masha, "Ольга");
//   const Id physics = licey.group("7А", "Физика", {class_7a}, ivan, {{2, 3}});
//   licey.join(physics, masha);
//   live.at("2026-09-01 11:00");
//   const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
//   licey.mark(ivan, licey.work(ivan, lesson, "control"), masha, "5");
//
// Local time is +03:00. The clock stands still but for at(), advance(), and a second with every statement. A school opens on
// 2026-08-31 at 09:00; its rules, bells and timetables hold from the next day on.

#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "commands/engine.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::test {

class LiveEngine {
 public:
  // Options may name their own randomness; directory, key and clock are the engine's.
  explicit LiveEngine(commands::Engine::Options options = {});
  ~LiveEngine();

  commands::Engine& engine() { return *engine_; }
  ManualClock& clock() { return clock_; }
  Random& random() { return *options_.random; }
  const std::string& directory() const { return home_.path(); }
  void at(std::string_view local);  // "2026-09-01 11:00"
  void advance(std::int64_t seconds) { clock_.advance_micros(seconds * kMicrosPerSecond); }
  static Instant local(std::string_view text);
  void close();  // leaves the directory to other programs until reopen()
  // Stops the engine and opens the directory again, as after a restart; schools have to be looked up anew.
  Status reopen();

 private:
  faults::TemporaryDirectory home_;
  ManualClock clock_;
  SystemRandom random_;
  commands::Engine::Options options_;
  std::unique_ptr<commands::Engine> engine_;
};

struct Member {
  Id id;
  std::string name;
  std::optional<signing::KeyPair> key;
  std::optional<commands::Author> author;
  std::string invitation_code;  // the one they enrolled by, or may
  Id invitation;                // id of the statement that issued it
};

class LiveSchool {
 public:
  using Role = ledger::Role;
  using Acknowledged = commands::Acknowledged;

  LiveSchool(LiveEngine& live, std::string_view slug, std::string_view name = "Лицей №29");
  LiveSchool(const LiveSchool&) = delete;
  LiveSchool& operator=(const LiveSchool&) = delete;

  commands::School& school() { return *live_.engine().find(slug_); }
  const std::string& slug() const { return slug_; }
  const std::string& origin() const { return origin_; }
  LiveEngine& live() { return live_; }

  // --- Saying things
  struct How {
    std::optional<ledger::Basis> basis = {};
    Date from = {}, to = {};  // effective
    std::vector<commands::Author::Sealed> sealed = {};
    std::vector<Bytes> blobs = {};
    std::string_view branch = {};  // acting for it
  };
  // Signs and submits one statement; says what the log made of it, or why it was turned away.
  Result<Acknowledged> try_say(Member& author, Role acting_as, ledger::Body body, const How& how);
  Result<Acknowledged> try_say(Member& author, Role acting_as, ledger::Body body) {
    return try_say(author, acting_as, body, {});
  }
  // The same, and it must be accepted (late counts); returns the statement's id.
  Id say(Member& author, Role acting_as, ledger::Body body, const How& how);
  Id say(Member& author, Role acting_as, ledger::Body body) { return say(author, acting_as, body, {}); }
  // Signs without submitting; texts of sealed fields go to `submission`.
  void draft(Member& author, Role acting_as, ledger::Body body, const How& how, commands::RawSubmission& submission);
  ledger::Seen seen();

  // --- People. Staff are registered by the administrator, families by the secretary; each is invited and enrols a key.
  Member& root() { return root_; }
  Member& director() { return *director_; }
  Member& deputy() { return *deputy_; }
  Member& administrator() { return *administrator_; }
  Member& secretary() { return *secretary_; }
  Member& staff(Role role, std::string_view name);
  Member& teacher(std::string_view name) { return staff(Role::kTeacher, name); }
  Member& student(const Id& klass, std::string_view name);
  Member& parent(const Member& child, std::string_view name);
  Member& person(std::string_view name);        // registered by the administrator, without role or key
  void grant(const Member& member, Role role);  // by the director
  void guardian(const Member& parent, const Member& child, ledger::Access access = ledger::Access::kFull);
  void invite(Member& member, Member& by, Role acting_as);  // issues a code
  void enrol(Member& member);                               // redeems it, without the HTTP routes
  void revoke_key(const Member& member);                    // by the director
  Member& member(const Id& person);

  // --- Structure, from 2026-09-01 on
  Id klass(std::string_view label, int grade, Member& class_teacher, std::string_view branch = {});
  struct Slot {
    int weekday;  // 1–7
    int slot;
  };
  Id group(std::string_view label, std::string_view subject, std::vector<Id> classes, Member& teacher,
           std::initializer_list<Slot> slots);
  void join(const Id& group, const Member& student);
  Id substitute(const Id& group, std::string_view date, int slot, const Member& absent, const Member& substitute);
  Id period(std::string_view title, std::string_view from, std::string_view to);

  // --- Lessons; return the lesson's id, or the statement's
  Id lesson(Member& teacher, const Id& group, std::string_view date, int slot);
  Id topic(Member& teacher, const Id& lesson, std::string_view text);
  Id work(Member& teacher, const Id& group, const Id& lesson, std::string_view kind = "control");
  Id mark(Member& teacher, const Id& work, const Member& student, std::string_view value);
  Id absence(Member& teacher, const Id& lesson, const Member& student);
  Id homework(Member& teacher, const Id& lesson, std::string_view text, std::string_view due);
  Id remark(Member& teacher, const Id& lesson, const Member& student, std::string_view text);

  // Index of a statement that was said here.
  std::uint64_t index_of(const Id& statement) const { return indices_.at(statement); }

 private:
  void open_with_officials();
  void open_structure();
  Member& registered(std::string_view name, Member& by, Role acting_as);

  LiveEngine& live_;
  std::string slug_, origin_;
  std::deque<Member> people_;
  Member root_;
  Member* director_ = nullptr;
  Member* administrator_ = nullptr;
  Member* deputy_ = nullptr;
  Member* secretary_ = nullptr;
  std::map<Id, std::uint64_t> indices_;
  std::map<Id, Id> class_teachers_;
  struct Replaced {
    Id absent, substitute;
  };
  std::map<std::tuple<Id, Date, int>, Replaced> substitutions_;
};

inline Date date(std::string_view text) { return parse_date(text).value(); }

}  // namespace letopis::test
