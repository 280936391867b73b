// Weeks at a school in which anybody says anything in any order, rightly and wrongly. Whatever was said, the log, the state and
// the views agree: after a restart, folded from nothing, judged again, and on another machine.
//
// The seed is printed; LETOPIS_SEED=<number> repeats a run.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "commands/rights.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "projections/diary.h"
#include "projections/journal.h"
#include "projections/listing.h"
#include "projections/schedule.h"
#include "signing/sha256.h"
#include "tests/support/live_school.h"

namespace letopis::test {
namespace {

using namespace ledger;
using commands::Author;
using commands::RawSubmission;
using projections::SchoolState;
using projections::ShardKey;
using projections::View;

constexpr int kSteps = 250;
constexpr Date kFirstMonday{20'696};  // 31 August 2026
constexpr int kWeeks = 8;

std::uint64_t wanted_seed() {
  if (const char* text = std::getenv("LETOPIS_SEED")) return std::strtoull(text, nullptr, 10);
  SystemRandom random;
  return random.next_u64() % 1'000'000'000;
}

std::string profile_text(bool strict) {
  std::string toml(*commands::builtin_profile("r000"));
  const std::string was = "end = \"20:00\"";
  toml.replace(toml.find(was), was.size(), strict ? "end = \"16:00\"" : "end = \"18:00\"");
  return toml;
}

// --- Somebody says something

class Weeks {
 public:
  Weeks(LiveEngine& live, std::uint64_t seed) : dice_(seed ^ 0x5eed), live_(live), school_(live, "licey29") {
    ivan_ = &school_.teacher("Иван");
    olga_ = &school_.teacher("Ольга");
    curator_ = &school_.teacher("Куратор");
    const Id klass = school_.klass("7А", 7, *curator_);
    for (const auto* name : {"Маша", "Петя", "Коля"}) students_.push_back(&school_.student(klass, name));
    mother_ = &school_.parent(*students_[0], "Мать");
    groups_.push_back(school_.group("7А", "Физика", {klass}, *ivan_, {{1, 2}, {2, 3}, {4, 3}, {5, 1}}));
    groups_.push_back(school_.group("7А", "Химия", {klass}, *olga_, {{1, 5}, {3, 2}, {4, 4}}));
    for (const auto* student : students_)
      for (const Id& group : groups_) school_.join(group, *student);
    klass_ = klass;
    people_ = {ivan_,
               olga_,
               curator_,
               mother_,
               &school_.director(),
               &school_.deputy(),
               &school_.administrator(),
               &school_.secretary()};
    people_.insert(people_.end(), students_.begin(), students_.end());
    live_.at("2026-09-01 08:00");
  }

  void go_on(int steps) {
    for (int i = 0; i < steps; ++i) {
      live_.advance(static_cast<std::int64_t>(dice_.below(dice_.chance(100'000) ? 43'200 : 5'400)));
      seen_.push_back(school_.seen());
      step();
    }
  }

  LiveSchool& school() { return school_; }
  const std::vector<Id>& groups() const { return groups_; }
  const std::vector<Member*>& students() const { return students_; }
  const std::map<std::string, int>& outcomes() const { return outcomes_; }

 private:
  struct Turn {
    Member* author;
    Author::Position before;
  };

  void step() {
    RawSubmission submission;
    std::vector<Turn> turns;
    bool damaged = false;
    const std::size_t statements = dice_.chance(150'000) ? 3 : 1;
    for (std::size_t i = 0; i < statements; ++i) speak(submission, turns);
    if (dice_.chance(30'000)) {
      submission.statements.back().signature.bytes[dice_.below(64)] ^= 4;
      damaged = true;
    }
    const auto done = school_.school().submit(std::move(submission), commands::Language::kRussian);
    if (!done) {
      EXPECT_TRUE(damaged && done.error().code == "bad_signature") << done.error().text();
      for (const auto& turn : turns) turn.author->author->rewind(turn.before);
      ++outcomes_["turned away"];
      return;
    }
    EXPECT_FALSE(damaged);
    for (const auto& said : *done) {
      said_.push_back(said.statement);
      if (said.verdict != Verdict::kRefused) it_counts(said.statement);
      ++outcomes_[std::string(enum_name(said.verdict))];
      if (!said.rule.empty()) ++outcomes_[said.rule];
      if (!said.awaits.empty()) {
        awaiting_.push_back(said.statement);
        awaited_[said.statement] = said.awaits.front();
      }
    }
  }
  // Lessons and works are spoken of once they are there; before that now and then.
  void it_counts(const Id& statement) {
    const auto offer = offered_.find(statement);
    if (offer == offered_.end()) return;
    if (std::holds_alternative<LessonRecorded>(offer->second))
      lessons_.push_back(std::get<LessonRecorded>(offer->second).lesson);
    if (const auto* work = std::get_if<WorkPlanned>(&offer->second)) {
      works_.push_back(statement);
      groups_of_[statement] = work->group;
    }
  }

  void speak(RawSubmission& submission, std::vector<Turn>& turns) {
    Author::Draft draft;
    const std::size_t blobs = submission.blobs.size();
    draft.body = anything(draft, submission);
    Member& author = somebody(draft);
    for (const auto& turn : turns)
      if (turn.author == &author) {  // one statement of a chain a request
        submission.blobs.resize(blobs);
        return;
      }
    const commands::Right& right = commands::right_for(draft.body);
    const bool by_order = (right.needs_basis & commands::role_bit(draft.acting_as)) != 0;
    if (dice_.chance(by_order ? 900'000 : 150'000)) draft.basis = Basis{"order", "12"};
    if (dice_.chance(100'000)) draft.effective_from = today() + static_cast<std::int32_t>(dice_.below(4));
    turns.push_back({&author, author.author->position()});
    Id id;
    submission.statements.push_back(author.author->sign(draft, some_checkpoint(), &submission.texts, &id));
    if (std::holds_alternative<WorkPlanned>(draft.body) || std::holds_alternative<LessonRecorded>(draft.body))
      offered_[id] = draft.body;
  }

  Seen some_checkpoint() {
    if (dice_.chance(60'000)) return seen_[dice_.below(seen_.size())];
    Seen newest = seen_.back();
    if (dice_.chance(20'000)) newest.root.bytes[7] ^= 1;
    return newest;
  }

  // Mostly whoever may, sometimes anybody in any capacity.
  Member& somebody(Author::Draft& draft) {
    if (!dice_.chance(120'000)) {
      std::vector<std::pair<Member*, Role>> able;
      for (const auto& [member, role] :
           std::initializer_list<std::pair<Member*, Role>>{{ivan_, Role::kTeacher},
                                                           {olga_, Role::kTeacher},
                                                           {curator_, Role::kClassTeacher},
                                                           {mother_, Role::kParent},
                                                           {&school_.director(), Role::kDirector},
                                                           {&school_.deputy(), Role::kDeputyHead},
                                                           {&school_.administrator(), Role::kAdministrator},
                                                           {&school_.secretary(), Role::kSecretary}})
        if ((commands::right_for(draft.body).signers & commands::role_bit(role)) != 0) able.emplace_back(member, role);
      if (const auto* visa = std::get_if<Endorsed>(&draft.body); visa != nullptr && awaited_.contains(visa->target))
        std::erase_if(able, [&](const auto& one) { return one.second != awaited_[visa->target]; });
      if (const Member* own = teacher_of(draft.body); own != nullptr && !dice_.chance(100'000))
        std::erase_if(able, [&](const auto& one) { return one.second == Role::kTeacher && one.first != own; });
      if (!able.empty()) {
        const auto& [member, role] = able[dice_.below(able.size())];
        draft.acting_as = role;
        return *member;
      }
    }
    draft.acting_as = static_cast<Role>(1 + dice_.below(15));
    return *people_[dice_.below(people_.size())];
  }

  // Who teaches the group of the lesson or work that is spoken of.
  Member* teacher_of(const Body& body) {
    return std::visit(
        [&]<class T>(const T& b) -> Member* {
          Id about;
          if constexpr (requires { b.work; })
            about = b.work;
          else if constexpr (requires { b.lesson; })
            about = b.lesson;
          const auto group = groups_of_.find(about);
          if (group == groups_of_.end()) return nullptr;
          return group->second == groups_[0] ? ivan_ : olga_;
        },
        body);
  }

  // --- What
  template <class T>
  const T& any(const std::vector<T>& list) {
    return list[dice_.below(list.size())];
  }
  Id any_of(const std::vector<Id>& list) {
    if (list.empty() || dice_.chance(40'000)) return dice_.id();
    // What is new is spoken of most.
    const std::size_t recent = std::min<std::size_t>(list.size(), 6);
    return dice_.chance(700'000) ? list[list.size() - 1 - dice_.below(recent)] : list[dice_.below(list.size())];
  }
  Id any_student() { return dice_.chance(40'000) ? mother_->id : any(students_)->id; }
  Id any_person() { return any(people_)->id; }
  Date today() const { return local_date(live_.clock().now(), UtcOffset{3 * 3600}); }
  std::uint8_t number(std::uint64_t from, std::uint64_t to) {
    return static_cast<std::uint8_t>(from + dice_.below(to - from + 1));
  }

  // A lesson of the timetable, near today.
  projections::LessonPlace any_place(int from, int to) {
    const auto state = school_.school().structure();
    const Date near =
        today() + from + static_cast<std::int32_t>(dice_.below(static_cast<std::uint64_t>(to - from + 1)));
    const Id group = any(groups_);
    for (Date day = near; day < near + 7; day = day + 1) {
      const auto lessons = projections::lessons_held_on(*state, group, day);
      if (!lessons.empty()) {
        const auto& lesson = lessons[dice_.below(lessons.size())];
        return {group, lesson.date, lesson.slot};
      }
    }
    return {group, near, 2};
  }

  Body anything(Author::Draft& draft, RawSubmission& submission) {
    const auto which = dice_.below(100);
    if (which < 14) return lesson();
    if (which < 70) return about_a_lesson(draft, which);
    if (which < 85) return about_an_entry(draft);
    return about_the_school(draft, submission);
  }

  Body lesson() {
    const auto place = dice_.chance(600'000) ? any_place(0, 0) : any_place(-6, -2);
    LessonRecorded recorded;
    recorded.group = place.group;
    recorded.date = place.date;
    recorded.slot = static_cast<std::uint8_t>(place.slot);
    const auto state = school_.school().structure();
    recorded.lesson = projections::lesson_id(place.group, place.date, place.slot);
    for (const auto& held : projections::lessons_held_on(*state, place.group, place.date))
      if (held.slot == place.slot) recorded.lesson = held.id;
    if (dice_.chance(80'000)) {
      recorded.lesson = dice_.id();
      recorded.slot = 0;
      recorded.start = {static_cast<std::uint16_t>(900 + dice_.below(60))};
      recorded.end = {static_cast<std::uint16_t>(930 + dice_.below(60))};
    }
    groups_of_[recorded.lesson] = recorded.group;
    return recorded;
  }

  Body about_a_lesson(Author::Draft& draft, std::uint64_t which) {
    const Id lesson = any_of(lessons_);
    const Id student = any_student();
    if (which < 19) return TopicSet{lesson, dice_.chance(900'000) ? "Закон Ома" : "Ohm's law", {}, 0};
    if (which < 24) return AttendanceTaken{lesson, dice_.chance(500'000)};
    if (which < 29) return AbsenceRecorded{lesson, student, "н"};
    if (which < 32) return LatenessRecorded{lesson, student, static_cast<std::uint16_t>(dice_.below(60))};
    if (which < 40) return work(lesson);
    if (which < 60)
      return MarkGiven{any_of(works_), number(0, 2), student,
                       any(std::vector<std::string_view>{"2", "3", "4", "5", "зач", "57", "н/а"})};
    if (which < 64) return homework(lesson);
    if (which < 67) {
      draft.sealed = {{"remark", student, "Забыл тетрадь"}};
      return RemarkRecorded{student, dice_.chance(800'000) ? lesson : Id{}, {}};
    }
    if (which < 69)
      return AbsenceExcused{
          student, today() - 3, today() - static_cast<std::int32_t>(dice_.below(3)), dice_.chance(800'000), {}};
    return DiarySigned{student, today().monday() - 7};
  }
  Body work(const Id& lesson) {
    WorkPlanned planned;
    planned.lesson = lesson;
    planned.group = groups_of_.contains(lesson) ? groups_of_[lesson] : any(groups_);
    if (dice_.chance(150'000)) {
      planned.lesson = {};
      planned.group = any(groups_);
      planned.held_on = today();
    }
    planned.kind = any(std::vector<std::string_view>{"answer", "control", "control", "sonnet"});
    planned.scale = dice_.chance(200'000) ? "0-100" : "";
    planned.parts = number(0, 2);
    return planned;
  }
  Body homework(const Id& lesson) {
    HomeworkSet set;
    set.lesson = lesson;
    set.text = "Читать § 12";
    set.due = today() + static_cast<std::int32_t>(dice_.below(7));
    if (dice_.chance(400'000)) {
      const auto place = any_place(0, 5);
      set.lesson = projections::lesson_id(place.group, place.date, place.slot);
      set.group = place.group;
      set.date = place.date;
      set.slot = static_cast<std::uint8_t>(place.slot);
    }
    if (dice_.chance(300'000)) set.audience = {any_student()};
    return set;
  }

  Body about_an_entry(Author::Draft& draft) {
    const auto which = dice_.below(10);
    if (which < 5) return Endorsed{any_of(awaiting_), dice_.chance(800'000)};
    if (which < 7) return EntryAnnulled{any_of(said_), "Решение комиссии"};
    draft.sealed = {{"reason", any_student(), "Ошибка ввода"}};
    if (which < 8) return EntryCorrected{any_of(said_), {}, 0, true};
    return EntryCorrected{any_of(said_), any(std::vector<std::string_view>{"3", "4", "5", "7", "Закон Ома и другие"}),
                          0, false};
  }

  Body about_the_school(Author::Draft& draft, RawSubmission& submission) {
    const auto place = any_place(0, 3);
    const auto slot = static_cast<std::uint8_t>(place.slot);
    switch (dice_.below(14)) {
      case 0: return LessonCancelled{place.group, place.date, slot};
      case 1:
        return LessonMoved{place.group,  place.date, slot, place.date + static_cast<std::int32_t>(dice_.below(9)),
                           number(1, 9), {}};
      case 2:
        return SubstitutionOrdered{
            place.group, place.date, slot, ivan_->id, dice_.chance(500'000) ? olga_->id : curator_->id, {}, {}};
      case 3:
        return CalendarExceptionSet{dice_.chance(500'000) ? klass_ : Id{}, today() + 1,  today() + 1,
                                    static_cast<DayKind>(number(1, 5)),    number(0, 7), {}};
      case 4:
        return TimetableChanged{
            place.group,
            {{number(1, 6), number(1, 8), any_person(), "3"}, {number(1, 6), number(1, 8), ivan_->id, "3"}}};
      case 5: return RoleGranted{any_person(), static_cast<Role>(number(1, 15))};
      case 6: return RoleRevoked{any(students_)->id, Role::kAccountant};
      case 7: {
        const Id person = dice_.id();
        draft.sealed = {{"name", person, "Новенький"}};
        return PersonRegistered{person};
      }
      case 8: return MovementOrdered{any(students_)->id, klass_, static_cast<Movement>(number(1, 4))};
      case 9: return GroupMemberSet{any(groups_), any_student()};
      case 10: return GuardianSet{mother_->id, any(students_)->id, static_cast<Access>(number(1, 3))};
      case 11: return ZoneOffsetSet{static_cast<std::int32_t>(3 + dice_.below(2)) * 3600};
      case 12: return DictionaryEntryDefined{"work_kind", "sonnet", "Сонет", {{"written", "true"}}};
      default: {
        const std::string toml = profile_text(dice_.chance(500'000));
        submission.blobs.emplace_back(as_bytes(toml).begin(), as_bytes(toml).end());
        return ProfileAdopted{"r000", signing::sha256(as_bytes(toml)), {}};
      }
    }
  }

  SeededRandom dice_;
  LiveEngine& live_;
  LiveSchool school_;
  Member *ivan_ = nullptr, *olga_ = nullptr, *curator_ = nullptr, *mother_ = nullptr;
  std::vector<Member*> students_, people_;
  std::vector<Id> groups_, lessons_, works_, said_, awaiting_;
  std::map<Id, Id> groups_of_;  // of lessons and works
  std::map<Id, Role> awaited_;
  std::map<Id, Body> offered_;  // lessons and works that were said; whether they count is the log's to say
  Id klass_;
  std::vector<Seen> seen_;
  std::map<std::string, int> outcomes_;
};

// --- What one sees of it

using Views = std::map<std::string, std::string>;
using EntriesOf = std::function<std::vector<Bytes>(const std::vector<ShardKey>&)>;

struct Decoded {
  std::vector<Bytes> bytes;
  std::vector<Entry> entries;
  explicit Decoded(std::vector<Bytes> exact) : bytes(std::move(exact)) {
    for (const auto& one : bytes) entries.push_back(decode_entry(one).value());
  }
};

Views views_of(const SchoolState& state, const Weeks& weeks, const projections::NameOf& names,
               const projections::TextOf& texts, const EntriesOf& entries_of) {
  Views views;
  const auto everybody = [](const Id&) { return true; };
  std::vector<Id> people;
  for (const auto& [id, person] : state.people()) people.push_back(id);
  std::sort(people.begin(), people.end());
  for (int week = 0; week < kWeeks; ++week) {
    const Date monday = kFirstMonday + 7 * week;
    const std::string name = " " + format_date(monday);
    for (const Id& group : weeks.groups()) {
      const Decoded own(entries_of({{View::kJournal, group, monday}}));
      const auto view = projections::fold_journal(state, group, monday, monday + 6, own.entries);
      views["journal " + to_hex(group.view()) + name] = projections::journal_json(view, names, texts);
      views["timetable " + to_hex(group.view()) + name] =
          projections::timetable_json(state, {{}, group, {}}, monday, names);
    }
    for (const auto* student : weeks.students()) {
      const Decoded own(entries_of({{View::kDiary, student->id, monday}}));
      std::vector<std::pair<Id, Decoded>> journals;
      for (const Id& group : state.groups_of_student(student->id, monday, monday + 6))
        journals.emplace_back(group, Decoded(entries_of({{View::kJournal, group, monday}})));
      std::vector<projections::GroupWeek> groups;
      for (const auto& [group, journal] : journals) groups.push_back({group, journal.entries});
      const auto view = projections::fold_diary(state, student->id, monday, own.entries, groups);
      views["diary " + to_hex(student->id.view()) + name] = projections::diary_json(view, names, texts);
    }
    views["people" + name] = projections::people_json(state, people, monday, names);
    views["classes" + name] = projections::classes_json(state, monday, everybody, everybody, names);
    views["groups" + name] = projections::groups_json(state, monday, everybody, everybody, names);
    views["periods" + name] = projections::periods_json(state, monday);
    views["profile" + name] = projections::profile_json(state, monday);
    for (const Id& person : people)
      views["me " + to_hex(person.view()) + name] = projections::me_json(state, person, monday, names);
  }
  return views;
}

// Everything a school shows, and its log.
struct Picture {
  Checkpoint checkpoint;
  Hash shards;
  std::vector<Bytes> entries;
  Views views;
};

Picture picture_of(Weeks& weeks) {
  Picture picture;
  auto& school = weeks.school().school();
  const auto state = school.structure();
  picture.checkpoint = school.read([](const auto& model) { return model.checkpoint; });
  // The root is the model's own business to compute: only the writer's thread may, and nobody writes here.
  picture.shards = school.read([](const auto& model) { return const_cast<commands::ReadModel&>(model).shards.root(); });
  for (std::uint64_t i = 0; i < picture.checkpoint.size; ++i) picture.entries.push_back(school.entry(i).value());
  picture.views = views_of(
      *state, weeks, [&](const Id& id) { return school.name_of(id); },
      [&](const Hash& hash) { return school.text_of(hash); },
      [&](const std::vector<ShardKey>& keys) { return school.shard_entries(keys, picture.checkpoint.size).value(); });
  return picture;
}

void expect_same(const Views& a, const Views& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, json] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_EQ(json, b.at(name)) << name;
  }
}

class RootList final : public commands::Roots {
 public:
  explicit RootList(const std::vector<Bytes>& entries) {
    Frontier frontier;
    roots_.push_back(frontier.root());
    for (const auto& entry : entries) {
      frontier.append(leaf_hash(entry));
      roots_.push_back(frontier.root());
    }
  }
  std::optional<Hash> root_at(std::uint64_t size) const override {
    return size < roots_.size() ? std::optional(roots_[size]) : std::nullopt;
  }

 private:
  std::vector<Hash> roots_;
};

// Folds a log from nothing, judging every entry again.
struct Refolded {
  SchoolState full{projections::Detail::kFull};
  SchoolState structure{projections::Detail::kStructure};
  projections::Shards shards;

  explicit Refolded(const std::vector<Bytes>& entries) {
    auto book = commands::ProfileBook::with_builtin();
    for (const bool strict : {false, true}) EXPECT_TRUE(book.add(profile_text(strict), "test"));
    const RootList roots(entries);
    for (const auto& bytes : entries) {
      const Entry entry = decode_entry(bytes).value();
      expect_ruling(commands::decide(full, book, roots, entry.statement, entry.event.index, entry.event.recorded_at),
                    entry);
      for (const auto& key : full.apply(entry)) shards.add(key, entry.event.index, leaf_hash(bytes));
      structure.apply(entry);
    }
  }
  static void expect_ruling(const Ruling& ruling, const Entry& entry) {
    const Event& event = entry.event;
    SCOPED_TRACE("entry " + std::to_string(event.index) + ", " + std::string(name_of(entry.statement.body)));
    EXPECT_EQ(ruling.verdict, event.verdict);
    EXPECT_EQ(ruling.rule, event.rule);
    EXPECT_EQ(ruling.deadline, event.deadline);
    EXPECT_EQ(ruling.late_seconds, event.late_seconds);
    EXPECT_EQ(ruling.utc_offset.seconds, event.utc_offset);
    EXPECT_EQ(ruling.profile, event.profile);
    EXPECT_EQ(ruling.context, event.context);
    std::vector<Role> awaits;
    for (const auto& awaited : event.awaits) awaits.push_back(awaited.role);
    EXPECT_EQ(ruling.awaits, awaits);
  }
};

class Property : public testing::Test {
 protected:
  Property() { std::printf("LETOPIS_SEED=%llu\n", static_cast<unsigned long long>(seed)); }

  commands::Engine::Options options(Random& random) {
    commands::Engine::Options options;
    options.random = &random;
    options.sequencer_thread = false;  // one thread, one order
    options.commit_state_every = 64;
    return options;
  }

  const std::uint64_t seed = wanted_seed();
};

TEST_F(Property, ALogIsItsStateAndItsViewsHoweverTheyAreCome) {
  SCOPED_TRACE("LETOPIS_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  LiveEngine live(options(random));
  Weeks weeks(live, seed);
  weeks.go_on(kSteps);
  for (const auto& [what, times] : weeks.outcomes()) std::printf("%5d %s\n", times, what.c_str());
  EXPECT_GT(weeks.outcomes().at("accepted"), kSteps / 10);
  EXPECT_GT(weeks.outcomes().at("refused"), kSteps / 10);

  const Picture before = picture_of(weeks);
  Refolded again(before.entries);
  EXPECT_EQ(RootList(before.entries).root_at(before.checkpoint.size), before.checkpoint.root);
  EXPECT_EQ(again.shards.root(), before.shards);
  auto& school = weeks.school().school();
  for (const SchoolState* state : {&again.structure, &again.full}) {
    const Views views = views_of(
        *state, weeks, [&](const Id& id) { return school.name_of(id); },
        [&](const Hash& hash) { return school.text_of(hash); },
        [&](const std::vector<ShardKey>& keys) {
          std::vector<Bytes> found;
          for (const auto& key : keys)
            if (const auto* shard = again.shards.find(key))
              for (const auto index : shard->entries) found.push_back(before.entries[index]);
          return found;
        });
    expect_same(before.views, views);
  }

  ASSERT_TRUE(live.reopen());
  const Picture after = picture_of(weeks);
  EXPECT_EQ(after.checkpoint, before.checkpoint);
  EXPECT_EQ(after.shards, before.shards);
  EXPECT_EQ(after.entries, before.entries);
  expect_same(before.views, after.views);
}

TEST_F(Property, TheSameWordsAtTheSameTimesMakeTheSameLogByteForByte) {
  SCOPED_TRACE("LETOPIS_SEED=" + std::to_string(seed));
  std::vector<std::vector<Bytes>> logs;
  std::vector<std::string> notes;
  for (int run = 0; run < 2; ++run) {
    SeededRandom random(seed);
    LiveEngine live(options(random));
    Weeks weeks(live, seed);
    weeks.go_on(kSteps / 5);
    logs.push_back(picture_of(weeks).entries);
    notes.push_back(weeks.school().school().read([](const auto& model) { return model.checkpoint_note; }));
  }
  EXPECT_EQ(logs[0], logs[1]);
  EXPECT_EQ(notes[0], notes[1]);
}

}  // namespace
}  // namespace letopis::test
