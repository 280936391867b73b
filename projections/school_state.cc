#include "projections/school_state.h"

#include <algorithm>

#include "signing/sha256.h"

namespace letopis::projections {

using namespace ledger;  // the types of statements; this file folds each of them

Id lesson_id(const Id& group, Date date, int slot) {
  Bytes bytes;
  append(bytes, group.view());
  put_u32(bytes, static_cast<std::uint32_t>(date.days));
  bytes.push_back(static_cast<std::uint8_t>(slot));
  return Id::copy_of(signing::tagged_hash("letopis/lesson/v1", {bytes}).view());
}

Id period_place(const Id& period, const Id& group) {
  Id place;
  for (std::size_t i = 0; i < 16; ++i)
    place.bytes[i] = static_cast<std::uint8_t>(group.bytes[i] ^ period.bytes[(i + 7) % 16]);
  return place;
}

namespace {

constexpr std::uint8_t kMarkCell = 1;
constexpr std::uint8_t kAbsenceCell = 2;
constexpr std::uint8_t kLatenessCell = 3;
constexpr std::uint8_t kPeriodMarkCell = 4;
constexpr std::uint8_t kWaiverCell = 5;
constexpr std::uint8_t kFinalMarkCell = 6;

std::vector<GradeSpan> spans_of(const std::vector<ledger::GradeSpan>& grades) {
  std::vector<GradeSpan> spans;
  for (const auto& span : grades) spans.push_back({span.from, span.to});
  return spans;
}

// Cells are many and small: their key is folded to an id with arithmetic alone (ids are random, collisions need 2^64 cells).
Id cell_key(std::uint8_t kind, const Id& place, int part, const Id& student) {
  Id key;
  for (std::size_t i = 0; i < 16; ++i)
    key.bytes[i] = static_cast<std::uint8_t>(place.bytes[i] ^ student.bytes[(i + 5) % 16]);
  key.bytes[0] = static_cast<std::uint8_t>(key.bytes[0] + kind);
  key.bytes[1] = static_cast<std::uint8_t>(key.bytes[1] + part);
  return key;
}

template <class T>
constexpr std::size_t type_index() {
  return Body(T{}).index();
}

bool within(Date day, Date from, Date to) { return from <= day && day <= to; }
Date open_end(Date to) { return to.days == 0 ? kForever : to; }

}  // namespace

// One fold step: the effect of a statement on the state, and the shards it belongs to.
class StateFold {
 public:
  // `source`: the index of the entry that holds the statement; `index`: where it takes effect (an endorsement's, later).
  StateFold(SchoolState& state, std::uint64_t index, Instant recorded_at, std::uint64_t source)
      : s_(state), index_(index), at_(recorded_at), source_(source) {}

  void effect(const Statement& statement) {
    std::visit([&](const auto& body) { on(statement, body); }, statement.body);
  }

  void route(const Statement& statement, std::vector<ShardKey>& to) {
    std::visit([&](const auto& body) { where(statement, body, to); }, statement.body);
  }

  void route_void(const Statement& statement, std::vector<ShardKey>& to) {
    std::visit([&](const auto& body) { where_void(statement, body, to); }, statement.body);
  }

  EntryRef reference(const Statement& statement) {
    EntryRef ref;
    ref.index = index_;
    ref.type = static_cast<std::uint8_t>(statement.body.index());
    ref.author = statement.author;
    std::visit([&](const auto& body) { describe(statement, body, ref); }, statement.body);
    return ref;
  }

  // Where most entries live, and what corrects, annuls or endorses them: told by their reference alone.
  void route_entry(const EntryRef& ref, std::vector<ShardKey>& to) {
    if (const Work* work = find(s_.works_, ref.subject)) {
      in_group(work->group, work->held_on, to);
      if (!ref.student.is_zero()) in_diary(ref.student, work->held_on, to);
    } else if (const Lesson* lesson = find(s_.lessons_, ref.subject)) {
      in_group(lesson->group, lesson->date, to);
      if (!ref.student.is_zero()) in_diary(ref.student, lesson->date, to);
    } else if (!ref.student.is_zero()) {
      in_diary(ref.student, s_.local_today(s_.recorded_at(ref.index)), to);
    } else {
      to.push_back({View::kSchool, {}, {}});
    }
  }

 private:
  template <class Map>
  static auto find(Map& map, const Id& id) -> decltype(&map.find(id)->second) {
    const auto it = map.find(id);
    return it == map.end() ? nullptr : &it->second;
  }
  template <class Map>
  static typename Map::mapped_type* find(PagedMap<Map>& map, const Id& id) {
    return map.find(id);
  }
  bool full() const { return s_.detail_ == Detail::kFull; }
  Date today() const { return s_.local_today(at_); }
  // What acts at once holds from today unless the statement says otherwise; rules and timetables from the next local midnight.
  Date at_once(const Statement& st) const { return st.effective_from.days != 0 ? st.effective_from : today(); }
  Date from_midnight(const Statement& st) const {
    return st.effective_from.days != 0 ? st.effective_from : today() + 1;
  }
  void structure() { ++s_.structure_version_; }

  // --- Effects: school, people, keys -----------------------------------------------------------------------------------
  void on(const Statement&, const std::monostate&) {}
  void on(const Statement& st, const SchoolCreated& b) {
    s_.created_ = at_;
    s_.name_ = b.name;
    s_.origin_ = st.origin;
    s_.log_vkey_ = b.log_vkey;
    s_.simulated_ = b.simulated;
    s_.threshold_ = b.threshold;
    s_.offsets_.add(Date{-kForever.days}, Instant{INT64_MIN}, index_, UtcOffset{b.utc_offset});
    s_.profiles_.add(Date{-kForever.days}, Instant{INT64_MIN}, index_,
                     {std::string(b.profile_name), b.profile, b.regulation});
    for (const auto& root : b.root_keys) add_key(signing::Purpose::kRoot, root.key, {});
    add_key(signing::Purpose::kService, b.service_key, {});
    structure();
  }
  void on(const Statement& st, const ProfileAdopted& b) {
    s_.profiles_.add(from_midnight(st), at_, index_, {std::string(b.name), b.profile, b.regulation});
    structure();
  }
  void on(const Statement& st, const ZoneOffsetSet& b) {
    s_.offsets_.add(from_midnight(st), at_, index_, UtcOffset{b.utc_offset});
    structure();
  }
  void on(const Statement&, const PersonRegistered& b) {
    s_.people_[b.person].registered = index_;
    structure();
  }
  void on(const Statement&, const PersonalDataChanged&) { structure(); }
  void on(const Statement& st, const GuardianSet& b) {
    s_.guardianships_by_student_[b.student].push_back(s_.guardianships_.size());
    s_.guardianships_by_guardian_[b.guardian].push_back(s_.guardianships_.size());
    s_.guardianships_.push_back({b.guardian, b.student, b.access, at_once(st), open_end(st.effective_to), index_});
    structure();
  }
  void on(const Statement& st, const RoleGranted& b) {
    s_.people_[b.person].roles.push_back(
        {b.role, std::string(st.branch), at_once(st), open_end(st.effective_to), index_, {}});
    structure();
  }
  void on(const Statement& st, const RoleRevoked& b) {
    for (auto& grant : s_.people_[b.person].roles)
      if (grant.role == b.role && grant.branch == st.branch && !grant.revoked) grant.revoked = index_;
    structure();
  }
  void on(const Statement& st, const InvitationIssued& b) {
    s_.invitations_[st.id] = {b.person, b.code_key, b.expires, source_, index_, st.key, false, false};
    s_.invitation_by_code_[b.code_key] = st.id;
    structure();
  }
  void on(const Statement&, const InvitationRevoked& b) {
    if (auto* invitation = find(s_.invitations_, b.invitation)) invitation->revoked = true;
    structure();
  }
  void on(const Statement&, const KeyEnrolled& b) {
    auto& invitation = s_.invitations_[b.invitation];
    invitation.used = true;
    auto& key = add_key(signing::Purpose::kAuthor, b.key, b.person);
    key.invitation = invitation.issued;
    structure();
  }
  void on(const Statement&, const KeyRevoked& b) {
    revoke(b.key);
    structure();
  }
  void on(const Statement& st, const KeyRotated& b) {
    const Id person = s_.keys_[st.key].person;
    const std::uint64_t invitation = s_.keys_[st.key].enrolled;
    revoke(st.key);
    auto& key = add_key(signing::Purpose::kAuthor, b.key, person);
    key.rotated_from = st.key;
    key.invitation = invitation;
    structure();
  }
  void on(const Statement&, const PersonalTextErased& b) {
    s_.people_[b.person].texts_erased = source_;
    structure();
  }

  Key& add_key(signing::Purpose purpose, const PublicKey& public_key, const Id& person) {
    const Id id = signing::key_id(purpose, public_key);
    Key& key = s_.keys_[id];
    key = {purpose, public_key, person, source_, {}, {}, 0, {}};
    if (!person.is_zero()) s_.people_[person].keys.push_back(id);
    return key;
  }
  void revoke(const Id& id) {
    if (auto* key = find(s_.keys_, id); key != nullptr && !key->revoked) {
      key->revoked = index_;
      key->revoked_at = at_;
    }
  }

  // --- Effects: structure ----------------------------------------------------------------------------------------------
  void on(const Statement&, const DictionaryEntryDefined& b) {
    DictionaryEntry entry{std::string(b.title), {}};
    for (const auto& property : b.properties) entry.properties[std::string(property.name)] = property.value;
    s_.dictionary_[{std::string(b.kind), std::string(b.code)}] = std::move(entry);
    structure();
  }
  void on(const Statement&, const YearOpened& b) {
    s_.years_.push_back({std::string(b.title), b.from, b.to, at_, index_});
    structure();
  }
  void on(const Statement&, const PeriodDefined& b) {
    Period period{b.period,     std::string(b.title), std::string(b.kind), b.from, b.to,
                  b.marks_from, b.marks_to,           spans_of(b.grades),  index_};
    for (auto& known : s_.periods_)
      if (known.id == b.period) {
        known = period;
        structure();
        return;
      }
    s_.periods_.push_back(std::move(period));
    structure();
  }
  void on(const Statement& st, const CalendarExceptionSet& b) {
    s_.calendar_.push_back({b.klass, b.from, b.to, b.kind, b.as_weekday, std::string(b.title), spans_of(b.grades),
                            std::string(st.branch), at_, index_});
    structure();
  }
  void on(const Statement& st, const BellsSet& b) {
    std::vector<Bell> bells;
    for (const auto& bell : b.bells) bells.push_back({bell.slot, bell.start.value, bell.end.value});
    const std::pair place{std::string(st.branch), std::max<int>(1, b.shift)};
    s_.bells_[place].add(from_midnight(st), at_, index_, std::move(bells));
    structure();
  }
  void on(const Statement& st, const ClassOpened& b) {
    auto& klass = s_.classes_[b.klass];
    klass.names.add(at_once(st), at_, index_, {std::string(b.label), b.grade});
    klass.branch = b.branch;
    klass.programme = b.programme;
    structure();
  }
  void on(const Statement& st, const ClassLabelled& b) {
    s_.classes_[b.klass].names.add(at_once(st), at_, index_, {std::string(b.label), b.grade});
    structure();
  }
  void on(const Statement& st, const ClassReorganised& b) {
    s_.classes_[b.klass].successors = b.into;
    s_.classes_[b.klass].closed_on = at_once(st);
    structure();
  }
  void on(const Statement& st, const StudyScheduleSet& b) {
    std::vector<StudySpan> spans;
    for (const auto& span : b.spans) spans.push_back({span.from, span.to, std::string(span.kind)});
    s_.classes_[b.klass].schedule.add(from_midnight(st), at_, index_, std::move(spans));
    structure();
  }
  void on(const Statement&, const BranchDefined& b) {
    s_.branches_[std::string(b.code)] = b.title;
    structure();
  }
  void on(const Statement&, const ProgrammeDefined& b) {
    s_.programmes_[std::string(b.code)] = {std::string(b.title), std::string(b.kind), b.years};
    structure();
  }
  void on(const Statement& st, const IndividualModeSet& b) {
    IndividualMode mode{std::string(b.kind), at_once(st), open_end(st.effective_to), index_};
    auto& modes = s_.individual_modes_[b.student];
    std::erase_if(modes, [&](const auto& known) { return known.from == mode.from; });  // corrected: it may end one
    modes.push_back(std::move(mode));
    structure();
  }
  void on(const Statement& st, const ClassTeacherAppointed& b) {
    Class& klass = s_.classes_[b.klass];
    (b.leading_master ? klass.masters : klass.teachers).add(at_once(st), at_, index_, b.person);
    structure();
  }
  void on(const Statement&, const TeachingGroupOpened& b) {
    auto& group = s_.groups_[b.group];
    group.label = b.label;
    group.subject = b.subject;
    group.subject_code = b.subject_code;
    group.kind = b.kind;
    group.classes = b.classes;
    group.opened = index_;
    for (const auto& klass : b.classes) s_.classes_[klass].groups.push_back(b.group);
    structure();
  }
  void on(const Statement& st, const GroupMemberSet& b) {
    join(b.group, b.student, {at_once(st), open_end(st.effective_to), index_, index_});
  }
  // A later entry with the same first day corrects the span (a departure sets its last day).
  void join(const Id& group, const Id& student, const Membership& span) {
    structure();
    auto& spans = s_.groups_[group].members[student];
    for (auto& known : spans)
      if (known.from == span.from) {
        known = {span.from, span.to, span.index, known.since};
        return;
      }
    if (spans.empty()) s_.groups_by_student_[student].push_back(group);
    spans.push_back(span);
  }
  void leave(const Id& group, const Id& student, Date day) {
    auto& members = s_.groups_[group].members;
    const auto spans = members.find(student);
    if (spans == members.end()) return;
    for (auto& span : spans->second)
      if (span.to >= day) span.to = day - 1;  // before its first day where the same day is told anew
  }
  // Whoever is put into one subgroup leaves the others of the split.
  void on(const Statement& st, const SubgroupsSplit& b) {
    const Date day = at_once(st);
    for (const auto& part : b.parts)
      for (const auto& student : part.students) {
        for (const auto& other : b.parts)
          if (other.group != part.group) leave(other.group, student, day);
        join(part.group, student, {day, open_end(st.effective_to), index_, index_});
      }
  }
  void on(const Statement& st, const SubgroupMoved& b) {
    const Date day = at_once(st);
    leave(b.from, b.student, day);
    join(b.to, b.student, {day, open_end(st.effective_to), index_, index_});
  }
  void on(const Statement& st, const MovementOrdered& b) {
    const Date day = at_once(st);
    const bool gone = b.kind == Movement::kExpelled || b.kind == Movement::kAcademicLeave;
    for (const auto& group : s_.groups_by_student_[b.student])
      if (gone || left_with_class(group, b, day))
        for (auto& span : s_.groups_[group].members[b.student])
          if (span.to >= day) span.to = day - 1;
    leave_classes(b.student, day);
    if (!gone) {
      s_.classes_[b.klass].students[b.student].push_back({day, kForever});
      s_.class_by_student_[b.student].push_back(b.klass);
    }
    structure();
  }
  // Whoever changes class leaves the groups of the old class alone; clubs and groups of several classes stay theirs.
  bool left_with_class(const Id& id, const MovementOrdered& b, Date day) {
    const Group& group = s_.groups_[id];
    if (group.classes.size() != 1 || group.classes.front() == b.klass || group.kind == "extracurricular") return false;
    const auto& spans = s_.classes_[group.classes.front()].students[b.student];
    return std::any_of(spans.begin(), spans.end(), [&](const auto& span) { return span.second >= day; });
  }
  // From `day` on the student belongs to no class.
  void leave_classes(const Id& student, Date day) {
    for (const auto& klass : s_.class_by_student_[student])
      for (auto& [from, to] : s_.classes_[klass].students[student])
        if (to >= day) to = day - 1;
  }
  void on(const Statement& st, const TeachingAssigned& b) {
    auto& group = s_.groups_[b.group];
    const Date day = at_once(st);
    if (!b.replaces.is_zero())
      for (auto& known : group.assignments)
        if (known.teacher == b.replaces && known.to >= day) known.to = day - 1;
    group.assignments.push_back({b.teacher, day, open_end(st.effective_to), index_, at_});
    auto& groups = s_.groups_by_teacher_[b.teacher];
    if (std::find(groups.begin(), groups.end(), b.group) == groups.end()) groups.push_back(b.group);
    structure();
  }
  void timetable(const Statement& st, const Id& group, const std::vector<Slot>& slots, int shift) {
    std::vector<TimetableSlot> value;
    for (const auto& slot : slots) {
      value.push_back({slot.weekday, slot.slot, slot.teacher, std::string(slot.room), std::max(1, shift)});
      auto& groups = s_.groups_by_teacher_[slot.teacher];
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
    s_.groups_[group].timetable.add(from_midnight(st), at_, index_, std::move(value));
    structure();
  }
  void on(const Statement& st, const TimetablePublished& b) { timetable(st, b.group, b.slots, b.shift); }
  void on(const Statement& st, const TimetableChanged& b) { timetable(st, b.group, b.slots, b.shift); }
  LessonChange& add_change(const Id& group, Date date, int slot) {
    auto& changes = s_.changes_[{group, date, slot}];
    LessonChange& change = changes.emplace_back(changes.empty() ? LessonChange{} : changes.back());
    change.known = at_;
    change.index = index_;
    structure();
    return change;
  }
  void on(const Statement&, const LessonCancelled& b) { add_change(b.group, b.date, b.slot).cancelled = true; }
  void on(const Statement&, const LessonMoved& b) {
    auto& change = add_change(b.group, b.date, b.slot);
    change.cancelled = false;
    change.moved_to = b.new_date;
    change.moved_to_slot = b.new_slot;
    change.room = b.room;
    s_.moves_by_day_[{b.group, b.new_date}].push_back({b.group, b.date, b.slot});
  }
  void on(const Statement& st, const SubstitutionOrdered& b) {
    auto& change = add_change(b.group, b.date, b.slot);
    change.cancelled = false;
    change.substitute = b.substitute;
    change.absent = b.absent;
    change.substitution = st.id;
    s_.substitutions_.push_back({st.id,
                                 {b.group, b.date, b.slot},
                                 b.absent,
                                 b.substitute,
                                 std::string(b.subject),
                                 std::string(b.pay),
                                 std::string(b.kind),
                                 b.joined,
                                 index_});
    auto& groups = s_.groups_by_teacher_[b.substitute];
    if (std::find(groups.begin(), groups.end(), b.group) == groups.end()) groups.push_back(b.group);
  }

  int shift_of(const Id& group, Date on) const {
    const Group* known = s_.group(group);
    const auto* slots = known == nullptr ? nullptr : known->timetable.at(on);
    return slots == nullptr || slots->empty() ? 1 : slots->front().shift;
  }

  // --- Effects: lessons (only where judging needs them) ----------------------------------------------------------------
  void on(const Statement& st, const LessonRecorded& b) {
    if (!full()) return;
    Lesson lesson{b.group, b.date, b.slot, std::max<int>(1, b.slots), st.author, {}, {}, index_};
    const UtcOffset offset = s_.offset(b.date);
    int start = b.start.value;
    int end = b.end.value;
    if (b.slot != 0)
      if (const auto* bells = s_.bells(b.date, kNow, shift_of(b.group, b.date), s_.branch_of(b.group)))
        for (const auto& bell : *bells) {
          if (bell.slot == b.slot) start = bell.start;
          if (bell.slot == b.slot + lesson.slots - 1) end = bell.end;
        }
    lesson.starts = at_local(b.date, start, offset);
    lesson.ends = at_local(b.date, end, offset);
    Lesson& known = s_.lessons_[b.lesson];  // recorded again after an annulment: topic and roll still stand
    lesson.attendance_taken = known.attendance_taken;
    lesson.has_topic = known.has_topic;
    known = lesson;
    if (lesson.slot != 0) s_.lessons_by_day_[{b.group, b.date}].push_back(b.lesson);
  }
  void on(const Statement&, const TopicSet& b) {
    if (auto* lesson = find(s_.lessons_, b.lesson)) lesson->has_topic = true;
  }
  void on(const Statement&, const AttendanceTaken& b) {
    if (auto* lesson = find(s_.lessons_, b.lesson)) lesson->attendance_taken = true;
  }
  void on(const Statement&, const AbsenceRecorded& b) {
    if (full()) ++s_.cells_[cell_key(kAbsenceCell, b.lesson, 0, b.student)];
  }
  void on(const Statement&, const LatenessRecorded& b) {
    if (full()) ++s_.cells_[cell_key(kLatenessCell, b.lesson, 0, b.student)];
  }
  void on(const Statement& st, const AbsenceExcused& b) {
    if (full()) s_.excuses_[b.student].push_back({b.from, b.to, b.excused, st.id});
  }
  void on(const Statement& st, const WorkPlanned& b) {
    if (!full()) return;
    Work work;
    work.group = b.group;
    work.lesson = b.lesson;
    const Lesson* lesson = find(s_.lessons_, b.lesson);
    work.held_on = lesson != nullptr ? lesson->date : b.held_on;
    work.starts = lesson != nullptr ? lesson->starts : at_local(work.held_on, 0, s_.offset(work.held_on));
    work.kind = b.kind;
    work.scale = b.scale;
    work.parts = std::max<int>(1, b.parts);
    const auto* kind = s_.dictionary("work_kind", b.kind);
    const auto is = [&](const char* property) {
      return kind != nullptr && kind->properties.contains(property) && kind->properties.at(property) == "true";
    };
    work.written = is("written");
    work.accountable = work.written || is("practical");
    work.author = st.author;
    work.index = index_;
    s_.works_by_group_[work.group].push_back(st.id);
    s_.works_[st.id] = std::move(work);
  }
  void on(const Statement&, const MarkGiven& b) {
    if (full()) ++s_.cells_[cell_key(kMarkCell, b.work, b.part, b.student)];
  }
  void on(const Statement&, const MakeupMarkGiven& b) {
    if (full()) ++s_.cells_[cell_key(kMarkCell, b.work, b.part, b.student)];
  }
  void on(const Statement&, const PeriodMarkGiven& b) {
    take(kPeriodMarkCell, period_place(b.period, b.group), b.student);
  }
  void on(const Statement&, const PeriodMarkWaived& b) {
    take(kWaiverCell, period_place(b.period, b.group), b.student);
  }
  void on(const Statement& st, const MarkImported& b) {
    if (full()) s_.imports_[b.student].push_back({b.group, b.period, b.held_on.days == 0 ? today() : b.held_on, st.id});
  }
  void on(const Statement&, const FinalMarkGiven& b) { take(kFinalMarkCell, b.group, b.student); }
  void take(std::uint8_t kind, const Id& place, const Id& student) {
    if (full()) ++s_.cells_[cell_key(kind, place, 0, student)];
  }
  void on(const Statement&, const HomeworkSet&) {}
  void on(const Statement&, const HomeworkDone&) {}
  void on(const Statement&, const MarkAwaited&) {}
  void on(const Statement&, const WrittenWishGiven&) {}
  void on(const Statement&, const RemarkRecorded&) {}

  void on(const Statement& st, const EntryCorrected& b) {
    if (b.withdrawn) return undo(st.id, b.target);
    s_.plan_book_.on(Folding{st, index_, at_, today(), source_}, b);
  }
  void on(const Statement& st, const EntryAnnulled& b) { undo(st.id, b.target); }
  // The target no longer stands. When it was itself an undoing, what it had undone stands again.
  void undo(const Id& by, const Id& target) {
    s_.pending_.erase(target);
    auto* ref = s_.find_entry(target);
    if (ref == nullptr || !ref->standing) return;
    s_.undoings_[by] = target;
    if (ref->pending) {  // it never took effect
      ref->pending = ref->standing = false;
      return;
    }
    stand(*ref, false);
    stand_in_books(target, false);
    Id* undone = s_.undoings_.find(target);
    if (undone == nullptr || undone->is_zero()) return;
    if (auto* restored = s_.find_entry(*undone)) {
      stand(*restored, true);
      stand_in_books(*undone, true);
    }
    *undone = {};
  }
  void stand_in_books(const Id& entry, bool standing) {
    s_.attestation_book_.stand(entry, standing);
    s_.plan_book_.stand(entry, standing);
  }
  // Frees or takes the cell of an entry, and tells its lesson or work.
  void stand(EntryRef& ref, bool standing) {
    ref.standing = standing;
    std::uint8_t kind = 0;
    if (ref.type == type_index<MarkGiven>() || ref.type == type_index<MakeupMarkGiven>()) kind = kMarkCell;
    if (ref.type == type_index<PeriodMarkGiven>()) kind = kPeriodMarkCell;
    if (ref.type == type_index<PeriodMarkWaived>()) kind = kWaiverCell;
    if (ref.type == type_index<FinalMarkGiven>()) kind = kFinalMarkCell;
    if (ref.type == type_index<AbsenceRecorded>()) kind = kAbsenceCell;
    if (ref.type == type_index<LatenessRecorded>()) kind = kLatenessCell;
    if (kind != 0) {
      auto& count = s_.cells_[cell_key(kind, ref.subject, ref.part, ref.student)];
      if (standing) ++count;
      if (!standing && count > 0) --count;
    }
    if (auto* work = find(s_.works_, ref.subject); work != nullptr && ref.type == type_index<WorkPlanned>())
      work->standing = standing;
    auto* lesson = find(s_.lessons_, ref.subject);
    if (lesson == nullptr) return;
    if (ref.type == type_index<LessonRecorded>()) lesson->standing = standing;
    if (ref.type == type_index<TopicSet>()) lesson->has_topic = standing;
    if (ref.type == type_index<AttendanceTaken>()) lesson->attendance_taken = standing;
  }
  void on(const Statement& st, const Endorsed& b) {
    const auto it = s_.pending_.find(b.target);
    if (it == s_.pending_.end()) return;
    if (!b.approve) {
      if (auto* ref = s_.find_entry(b.target)) ref->pending = false, ref->standing = false;
      s_.pending_.erase(it);
      return;
    }
    Pending& pending = it->second;
    const auto role = awaited_by(pending.awaits, st.acting_as, pending.type);
    if (role != pending.awaits.end()) pending.awaits.erase(role);
    pending.endorsed_by.push_back(st.acting_as == Role::kRoot ? st.key : st.author);
    if (!pending.awaits.empty()) return;
    const Bytes statement_bytes = std::move(pending.statement);
    const std::uint64_t source = pending.index;
    s_.pending_.erase(it);
    if (auto* ref = s_.find_entry(b.target)) ref->pending = false;
    const auto target = decode_statement(statement_bytes);
    LETOPIS_ASSERT(target.has_value());  // it was decoded when it was recorded
    StateFold(s_, index_, at_, source).effect(*target);
  }
  void on(const Statement&, const DiarySigned&) {}
  // Evidence changes no view of the structure: nobody's copy of it grows old by it.
  template <class T>
  requires std::is_same_v<T, AnchorAdded> || std::is_same_v<T, ClockFault> || std::is_same_v<T, WitnessPolicySet> ||
      std::is_same_v<T, NeighbourGenesis>
  void on(const Statement& st, const T& b) { s_.evidence_book_.on(Folding{st, index_, at_, today(), source_}, b); }
  void on(const Statement&, const StateCommitted&) {}
  void on(const Statement&, const RestoreDone&) {}
  void on(const Statement&, const PredecessorNamed&) {}

  // --- What has a book of its own, and what has no effect on the state -------------------------------------------------
  template <class T>
  void on(const Statement& st, const T& b) {
    const Folding f{st, index_, at_, today(), source_};
    if constexpr (requires(PlanBook & book) { book.on(f, b); })
      s_.plan_book_.on(f, b);
    else if constexpr (requires(AttestationBook & book) { book.on(f, b); })
      s_.attestation_book_.on(f, b);
    else if constexpr (requires(OfficeBook & book) { book.on(f, b); })
      s_.office_book_.on(f, b);
    structure();
  }

  // --- Shards ----------------------------------------------------------------------------------------------------------
  static void in_group(const Id& group, Date date, std::vector<ShardKey>& to) {
    to.push_back({View::kJournal, group, date.monday()});
  }
  static void in_diary(const Id& student, Date date, std::vector<ShardKey>& to) {
    to.push_back({View::kDiary, student, date.monday()});
  }
  void in_lesson(const Id& lesson, const Id& student, std::vector<ShardKey>& to) {
    const Lesson* known = find(s_.lessons_, lesson);
    if (known == nullptr) return;
    in_group(known->group, known->date, to);
    if (!student.is_zero()) in_diary(student, known->date, to);
  }
  template <class T>
  void where(const Statement&, const T&, std::vector<ShardKey>& to) {
    to.push_back({View::kSchool, {}, {}});
  }
  // Every week the lesson was ever placed in hears of a change to it.
  template <class T>
  requires std::is_same_v<T, LessonCancelled> || std::is_same_v<T, SubstitutionOrdered> ||
      std::is_same_v<T, LessonMoved>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) {
    to.push_back({View::kSchool, {}, {}});
    in_group(b.group, b.date, to);
    if constexpr (std::is_same_v<T, LessonMoved>) add_week(b.group, b.new_date, to);
    const auto changes = s_.changes_.find({b.group, b.date, b.slot});
    if (changes == s_.changes_.end()) return;
    for (const auto& change : changes->second)
      if (change.moved_to.days != 0) add_week(b.group, change.moved_to, to);
  }
  static void add_week(const Id& group, Date date, std::vector<ShardKey>& to) {
    const ShardKey key{View::kJournal, group, date.monday()};
    if (std::find(to.begin(), to.end(), key) == to.end()) to.push_back(key);
  }
  void where(const Statement&, const LessonRecorded& b, std::vector<ShardKey>& to) { in_group(b.group, b.date, to); }
  template <class T>
  requires std::is_same_v<T, TopicSet> || std::is_same_v<T, AttendanceTaken>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) { in_lesson(b.lesson, {}, to); }
  template <class T>
  requires std::is_same_v<T, AbsenceRecorded> || std::is_same_v<T, LatenessRecorded> ||
      std::is_same_v<T, WrittenWishGiven>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) { in_lesson(b.lesson, b.student, to); }
  void where(const Statement&, const AbsenceExcused& b, std::vector<ShardKey>& to) {
    for (Date week = b.from.monday(); week <= b.to; week = week + 7) {
      in_diary(b.student, week, to);
      for (const auto& group : s_.groups_of_student(b.student, std::max(week, b.from), std::min(week + 6, b.to)))
        in_group(group, week, to);
    }
  }
  void where(const Statement& st, const WorkPlanned& b, std::vector<ShardKey>& to) {
    const Work* work = find(s_.works_, st.id);  // none while it awaits an endorsement
    const Lesson* lesson = find(s_.lessons_, b.lesson);
    in_group(b.group, work != nullptr ? work->held_on : lesson != nullptr ? lesson->date : b.held_on, to);
  }
  template <class T>
  requires std::is_same_v<T, MarkGiven> || std::is_same_v<T, MakeupMarkGiven> || std::is_same_v<T, MarkAwaited>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) {
    const Work* work = find(s_.works_, b.work);
    if (work == nullptr) return;
    in_group(work->group, work->held_on, to);
    in_diary(b.student, work->held_on, to);
  }
  void where(const Statement&, const HomeworkSet& b, std::vector<ShardKey>& to) {
    const Lesson* lesson = find(s_.lessons_, b.lesson);
    const Id group = lesson != nullptr ? lesson->group : b.group;
    const Date date = lesson != nullptr ? lesson->date : b.date;
    in_group(group, date, to);
    if (b.due.days != 0 && b.due.monday() != date.monday()) in_group(group, b.due, to);
  }
  void where(const Statement&, const RemarkRecorded& b, std::vector<ShardKey>& to) {
    if (b.lesson.is_zero())
      in_diary(b.student, today(), to);
    else
      in_lesson(b.lesson, b.student, to);
  }
  template <class T>
  requires std::is_same_v<T, DiarySigned> || std::is_same_v<T, PrintoutHanded>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) { in_diary(b.student, b.week, to); }
  // The week in which the period ends shows its marks.
  template <class T>
  requires std::is_same_v<T, PeriodMarkGiven> || std::is_same_v<T, PeriodMarkWaived> ||
      std::is_same_v<T, ForecastIssued>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) {
    const Period* period = s_.period(b.period);
    const Date on = period != nullptr ? period->to : today();
    in_group(b.group, on, to);
    in_diary(b.student, on, to);
  }
  template <class T>
  requires std::is_same_v<T, AttestationMarkGiven> || std::is_same_v<T, MarkImported>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) {
    const Date on = b.held_on.days != 0 ? b.held_on : today();
    in_group(b.group, on, to);
    in_diary(b.student, on, to);
    if constexpr (std::is_same_v<T, AttestationMarkGiven>) to.push_back({View::kSchool, {}, {}});
  }
  void where(const Statement&, const FinalMarkGiven& b, std::vector<ShardKey>& to) {
    in_group(b.group, today(), to);
    in_diary(b.student, today(), to);
  }
  // What one family or teacher says and nobody else's view needs: beside their diary of the week.
  void where(const Statement&, const AbsenceAnnounced& b, std::vector<ShardKey>& to) {
    for (Date week = b.from.monday(); week <= b.to; week = week + 7) in_diary(b.student, week, to);
  }
  template <class T>
  requires std::is_same_v<T, NoticeServed> || std::is_same_v<T, SubscriptionSet>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) { in_diary(b.student, today(), to); }
  template <class T>
  requires std::is_same_v<T, HomeworkDone> || std::is_same_v<T, MessageCommitted> ||
      std::is_same_v<T, NoticeAcknowledged> || std::is_same_v<T, NoticeDelivered>
  void where(const Statement& st, const T&, std::vector<ShardKey>& to) { in_diary(st.author, today(), to); }
  // Registers of the school have these too.
  template <class T>
  requires std::is_same_v<T, SubmissionSent> || std::is_same_v<T, SubmissionReviewed> ||
      std::is_same_v<T, ConsultationRequested> || std::is_same_v<T, ConsultationAnswered>
  void where(const Statement& st, const T&, std::vector<ShardKey>& to) {
    in_diary(st.author, today(), to);
    to.push_back({View::kSchool, {}, {}});
  }
  // A void entry: beside the lesson or the work it spoke of, where there is such a one, kept by the account, and of a student who
  // was there. A stolen key marks no other place.
  template <class T>
  void where_void(const Statement& st, const T& b, std::vector<ShardKey>& to) {
    if constexpr (std::is_same_v<T, TopicSet> || std::is_same_v<T, AttendanceTaken> ||
                  std::is_same_v<T, AbsenceRecorded> || std::is_same_v<T, LatenessRecorded> ||
                  std::is_same_v<T, WrittenWishGiven> || std::is_same_v<T, MarkGiven> ||
                  std::is_same_v<T, MakeupMarkGiven>) {
      Id group, keeper;
      Date date;
      if constexpr (requires { b.work; }) {
        if (const Work* work = find(s_.works_, b.work))
          group = work->group, keeper = work->author, date = work->held_on;
      } else if (const Lesson* lesson = find(s_.lessons_, b.lesson)) {
        group = lesson->group, keeper = lesson->teacher, date = lesson->date;
      }
      if (group.is_zero() || (keeper != st.author && !s_.assigned(group, st.author, date))) return;
      if constexpr (requires { b.student; })
        if (!s_.enrolled(group, b.student, date)) return;
      where(st, b, to);
    }
  }
  template <class T>
  requires std::is_same_v<T, EntryCorrected> || std::is_same_v<T, EntryAnnulled> || std::is_same_v<T, Endorsed>
  void where(const Statement&, const T& b, std::vector<ShardKey>& to) {
    const EntryRef* ref = s_.find_entry(b.target);
    if (ref == nullptr) return;
    if (const auto* own = find(s_.own_shards_, b.target))
      to = *own;
    else
      route_entry(*ref, to);
  }

  // --- References ------------------------------------------------------------------------------------------------------
  template <class T>
  void describe(const Statement& st, const T& b, EntryRef& ref) {
    if constexpr (std::is_same_v<T, WorkPlanned>)
      ref.subject = st.id;
    else if constexpr (std::is_same_v<T, PeriodMarkGiven> || std::is_same_v<T, PeriodMarkWaived>)
      ref.subject = period_place(b.period, b.group);
    else if constexpr (std::is_same_v<T, MarkImported> || std::is_same_v<T, FinalMarkGiven>)
      ref.subject = b.group;
    else if constexpr (std::is_same_v<T, ConsultationRequested>)
      ref.subject = b.to;
    else if constexpr (std::is_same_v<T, CourseworkGraded>) {
      if (const Coursework* work = s_.plan_book_.coursework(b.coursework))
        ref.subject = work->group, ref.student = work->student;
    } else if constexpr (requires { b.work; })
      ref.subject = b.work;
    else if constexpr (requires { b.lesson; })
      ref.subject = b.lesson;
    else if constexpr (requires { b.target; }) {
      if (const EntryRef* target = s_.find_entry(b.target))
        ref.subject = target->subject, ref.student = target->student;
    }
    if constexpr (requires { b.part; }) ref.part = b.part;
    constexpr bool kOfLesson = requires { b.work; }
    || requires { b.lesson; };
    constexpr bool kOfPeriod = requires { b.period; }
    || std::is_same_v<T, FinalMarkGiven> || std::is_same_v<T, AttestationMarkGiven> || std::is_same_v<T, NoticeServed>;
    if constexpr (kOfLesson || kOfPeriod || std::is_same_v<T, AbsenceExcused> || std::is_same_v<T, DiarySigned>)
      if constexpr (requires { b.student; }) ref.student = b.student;
  }

  SchoolState& s_;
  std::uint64_t index_;
  Instant at_;
  std::uint64_t source_;
};

void SchoolState::fold_in(const Entry& entry) {
  const Event& event = entry.event;
  const Statement& statement = entry.statement;
  StateFold fold(*this, event.index, event.recorded_at, event.index);
  if (event.awaits.empty()) return fold.effect(statement);
  Pending waits{Bytes(event.statement.begin(), event.statement.end()),
                statement.body.index(),
                event.index,
                statement.author,
                {},
                {},
                {}};
  if (const auto* correction = std::get_if<EntryCorrected>(&statement.body)) waits.corrects = correction->target;
  for (const auto& awaited : event.awaits) waits.awaits.push_back(awaited.role);
  pending_[statement.id] = std::move(waits);
}

void SchoolState::refer_to(const Id& statement, const EntryRef& ref) {
  if (find_entry(statement) != nullptr) return;
  entry_places_.emplace(statement, static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back(ref);
}

std::vector<ShardKey> SchoolState::apply(const Entry& entry) {
  const Event& event = entry.event;
  const Statement& statement = entry.statement;
  const bool full = detail_ == Detail::kFull;
  LETOPIS_ASSERT(event.index == size_ || (!full && event.index > size_));
  size_ = event.index + 1;
  if (full || recorded_at_.empty())
    recorded_at_.push_back(event.recorded_at);
  else
    recorded_at_.back() = event.recorded_at;

  std::vector<ShardKey> shards;
  if (event.verdict == Verdict::kRefused) {
    if (full) shards.push_back({View::kRefusals, {}, local_today(event.recorded_at).monday()});
    if (full && event.rule == kVoidRule)
      StateFold(*this, event.index, event.recorded_at, event.index).route_void(statement, shards);
    return shards;
  }
  fold_in(entry);
  const bool pending = !event.awaits.empty();
  if (full) {
    StateFold fold(*this, event.index, event.recorded_at, event.index);
    fold.route(statement, shards);
    EntryRef ref = fold.reference(statement);
    ref.verdict = event.verdict;
    ref.pending = pending;
    std::vector<ShardKey> by_reference;
    fold.route_entry(ref, by_reference);
    if (by_reference != shards) own_shards_[statement.id] = shards;
    refer_to(statement.id, ref);
  }
  // An act of the school that waits, is signed or denied: readers keep a copy of the structure by its number.
  const Body& body = statement.body;
  const bool decides = pending || std::holds_alternative<Endorsed>(body) ||
                       std::holds_alternative<EntryAnnulled>(body) || std::holds_alternative<EntryCorrected>(body);
  const auto of_school = [](const ShardKey& key) { return key.view == View::kSchool; };
  if (decides && (!full || std::any_of(shards.begin(), shards.end(), of_school))) touch();
  return shards;
}

// What an act of the school means does not hang on when its place in journals was told: shards are not asked for.
void SchoolState::recall(const Entry& entry) {
  LETOPIS_ASSERT(detail_ == Detail::kFull && past_ == nullptr && entry.event.index >= size_);
  size_ = entry.event.index + 1;
  fold_in(entry);
  StateFold fold(*this, entry.event.index, entry.event.recorded_at, entry.event.index);
  EntryRef ref = fold.reference(entry.statement);
  ref.verdict = entry.event.verdict;
  ref.pending = !entry.event.awaits.empty();
  refer_to(entry.statement.id, ref);
}

void SchoolState::reserve(std::uint64_t entries) {
  if (detail_ != Detail::kFull) return;
  recorded_at_.reserve(entries);
  entry_places_.reserve(entries);
  cells_.reserve(entries);
}

Instant SchoolState::last_recorded_at() const {
  if (!recorded_at_.empty()) return recorded_at_.back();
  return first_ == 0 ? Instant{} : past_->recorded_at(first_ - 1);
}

std::uint64_t SchoolState::recorded_before(Instant at) const {
  if (first_ > 0 && (recorded_at_.empty() || at <= recorded_at_.front())) return past_->recorded_before(at);
  return first_ + static_cast<std::uint64_t>(std::lower_bound(recorded_at_.begin(), recorded_at_.end(), at) -
                                             recorded_at_.begin());
}

UtcOffset SchoolState::offset(Date on) const {
  const UtcOffset* offset = offsets_.at(on);
  return offset == nullptr ? UtcOffset{0} : *offset;
}

UtcOffset SchoolState::offset_at(Instant at) const {
  // A change holds from a local midnight, told by the offset that was in force until then: never ambiguous.
  UtcOffset offset = this->offset(local_date(at, {0}) - 1);
  for (const Date day : {local_date(at, {0}), local_date(at, {0}) + 1}) {
    const UtcOffset candidate = this->offset(day);
    if (candidate != offset && at >= at_local(day, 0, offset)) offset = candidate;
  }
  return offset;
}

const Person* SchoolState::person(const Id& id) const { return lookup(people_, id); }
const Key* SchoolState::key(const Id& id) const { return lookup(keys_, id); }
const Invitation* SchoolState::invitation(const Id& id) const { return lookup(invitations_, id); }
const Class* SchoolState::klass(const Id& id) const { return lookup(classes_, id); }
const Group* SchoolState::group(const Id& id) const { return lookup(groups_, id); }
const Lesson* SchoolState::lesson(const Id& id) const { return lookup(lessons_, id); }
bool SchoolState::slots_taken(const LessonPlace& first, int slots, const Id& but) const {
  const auto* that_day = first.slot == 0 ? nullptr : lookup(lessons_by_day_, std::pair{first.group, first.date});
  return that_day != nullptr && std::any_of(that_day->begin(), that_day->end(), [&](const Id& id) {
           const Lesson& other = *lesson(id);
           const bool meet = first.slot < other.slot + other.slots && other.slot < first.slot + slots;
           return id != but && other.standing && other.date == first.date && meet && (slots > 1 || other.slots > 1);
         });
}
const Work* SchoolState::work(const Id& id) const { return lookup(works_, id); }
const EntryRef* SchoolState::entry(const Id& id) const { return find_entry(id); }
EntryRef* SchoolState::find_entry(const Id& id) const {
  const auto place = entry_places_.find(id);
  if (place != entry_places_.end()) return &entries_[place->second];
  return past_ == nullptr ? nullptr : recall_entry(id);
}
const Pending* SchoolState::pending(const Id& id) const { return lookup(pending_, id); }
bool SchoolState::correction_waits(const Id& entry) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const auto& at) { return at.second.corrects == entry; });
}

bool SchoolState::superseded(const Invitation& invitation) const {
  const auto& keys = person(invitation.person)->keys;
  return std::any_of(keys.begin(), keys.end(), [&](const Id& id) { return key(id)->enrolled > invitation.since; });
}

const Invitation* SchoolState::invitation_by_code(const PublicKey& code_key, Id* statement) const {
  const Id* id = lookup(invitation_by_code_, code_key);
  if (id == nullptr) return nullptr;
  if (statement != nullptr) *statement = *id;
  return invitation(*id);
}

bool SchoolState::has_role(const Id& id, Role role, Date on, std::string_view branch) const {
  const Person* known = person(id);
  if (known == nullptr) return false;
  return std::any_of(known->roles.begin(), known->roles.end(), [&](const RoleGrant& grant) {
    return grant.role == role && !grant.revoked && within(on, grant.from, grant.to) &&
           (grant.branch.empty() || grant.branch == branch);
  });
}

std::vector<Role> SchoolState::roles_of(const Id& id, Date on) const {
  std::vector<Role> roles;
  if (const Person* known = person(id))
    for (const auto& grant : known->roles)
      if (!grant.revoked && within(on, grant.from, grant.to) &&
          std::find(roles.begin(), roles.end(), grant.role) == roles.end())
        roles.push_back(grant.role);
  return roles;
}

bool SchoolState::may_see_as_guardian(const Id& guardian, const Id& student, Date on) const {
  const auto* numbers = lookup(guardianships_by_student_, student);
  if (numbers == nullptr) return false;
  // The latest entry about this pair that holds today decides.
  const Guardianship* latest = nullptr;
  for (const std::size_t i : *numbers)
    if (guardianships_[i].guardian == guardian && guardianships_[i].from <= on) latest = &guardianships_[i];
  return latest != nullptr && on <= latest->to && latest->access != Access::kNone;
}

bool SchoolState::known_minor(const Id& student, Date on) const {
  const auto* numbers = lookup(guardianships_by_student_, student);
  return numbers != nullptr && std::any_of(numbers->begin(), numbers->end(), [&](std::size_t i) {
           const Guardianship& of = guardianships_[i];
           return of.access == Access::kUntilAdult && within(on, of.from, of.to);
         });
}

bool SchoolState::is_guardian(const Id& guardian, const Id& student, Date on) const {
  const auto* numbers = lookup(guardianships_by_student_, student);
  return numbers != nullptr && std::any_of(numbers->begin(), numbers->end(), [&](std::size_t i) {
           return guardianships_[i].guardian == guardian && within(on, guardianships_[i].from, guardianships_[i].to);
         });
}

std::vector<Id> SchoolState::children_of(const Id& guardian, Date on) const {
  std::vector<Id> children;
  if (const auto* numbers = lookup(guardianships_by_guardian_, guardian))
    for (const std::size_t i : *numbers) {
      const Id& student = guardianships_[i].student;
      if (std::find(children.begin(), children.end(), student) == children.end() &&
          may_see_as_guardian(guardian, student, on))
        children.push_back(student);
    }
  return children;
}

std::vector<Id> SchoolState::guardians_of(const Id& student, Date on) const {
  std::vector<Id> guardians;
  if (const auto* numbers = lookup(guardianships_by_student_, student))
    for (const std::size_t i : *numbers) {
      const Id& guardian = guardianships_[i].guardian;
      if (std::find(guardians.begin(), guardians.end(), guardian) == guardians.end() &&
          may_see_as_guardian(guardian, student, on))
        guardians.push_back(guardian);
    }
  return guardians;
}

Id SchoolState::class_of(const Id& student, Date on) const {
  if (const auto* classes = lookup(class_by_student_, student))
    for (const auto& id : *classes)
      if (const auto* spans = lookup(classes_.at(id).students, student))
        for (const auto& [from, to] : *spans)
          if (within(on, from, to)) return id;
  return {};
}

std::vector<Id> Class::leaders(Date on) const {
  std::vector<Id> leaders;
  for (const auto* appointed : {&teachers, &masters})
    if (const Id* person = appointed->at(on); person != nullptr && !person->is_zero()) leaders.push_back(*person);
  return leaders;
}

bool SchoolState::is_class_teacher(const Id& person, const Id& klass, Date on) const {
  const Class* known = this->klass(klass);
  if (known == nullptr) return false;
  const auto leaders = known->leaders(on);
  return std::find(leaders.begin(), leaders.end(), person) != leaders.end();
}

std::vector<Id> SchoolState::classes_led_by(const Id& person, Date on) const {
  std::vector<Id> led;
  for (const auto& [id, klass] : classes_)
    if (is_class_teacher(person, id, on)) led.push_back(id);
  return led;
}

std::vector<Id> SchoolState::groups_of_student(const Id& student, Date from, Date to) const {
  std::vector<Id> groups;
  if (const auto* known = lookup(groups_by_student_, student))
    for (const auto& id : *known)
      for (const auto& span : *lookup(groups_.at(id).members, student))
        if (span.from <= span.to && span.from <= to && from <= span.to) {
          groups.push_back(id);
          break;
        }
  return groups;
}

std::vector<Id> SchoolState::groups_beside(const Id& group, Date on, std::uint64_t before) const {
  std::vector<Id> groups = {group};
  const Group* known = this->group(group);
  if (known == nullptr) return groups;
  const auto is_in = [&](const std::vector<Membership>& spans) {
    return std::any_of(spans.begin(), spans.end(),
                       [&](const auto& span) { return span.from <= on && on <= span.to && span.since < before; });
  };
  // A class is in the same groups, pupil by pupil: a list that was taken in whole is not looked through again.
  const std::vector<Id>* taken = nullptr;
  for (const auto& [student, spans] : known->members) {
    const auto* others = is_in(spans) ? lookup(groups_by_student_, student) : nullptr;
    if (others == nullptr || (taken != nullptr && *others == *taken)) continue;
    bool all = true;
    for (const auto& id : *others) {
      const bool there = std::find(groups.begin(), groups.end(), id) != groups.end();
      const bool joins = !there && is_in(*lookup(groups_.at(id).members, student));
      if (joins) groups.push_back(id);
      all = all && (there || joins);
    }
    if (all) taken = others;
  }
  return groups;
}

std::vector<Id> SchoolState::groups_of_teacher(const Id& teacher, Date on) const {
  std::vector<Id> groups;
  if (const auto* known = lookup(groups_by_teacher_, teacher))
    for (const auto& id : *known) {
      const Group& group = groups_.at(id);
      bool teaches = assigned(id, teacher, on);
      if (const auto* slots = group.timetable.at(on))
        for (const auto& slot : *slots) teaches = teaches || slot.teacher == teacher;
      if (teaches) groups.push_back(id);
    }
  return groups;
}

bool SchoolState::enrolled(const Id& group, const Id& student, Date on) const {
  const Group* known = this->group(group);
  if (known == nullptr) return false;
  const auto* spans = lookup(known->members, student);
  return spans != nullptr &&
         std::any_of(spans->begin(), spans->end(), [&](const Membership& m) { return within(on, m.from, m.to); });
}

bool SchoolState::assigned(const Id& group, const Id& teacher, Date on) const {
  const Group* known = this->group(group);
  return known != nullptr &&
         std::any_of(known->assignments.begin(), known->assignments.end(),
                     [&](const Assignment& a) { return a.teacher == teacher && within(on, a.from, a.to); });
}

std::vector<Role>::const_iterator awaited_by(const std::vector<Role>& awaits, Role acting, std::size_t type) {
  return std::find_if(awaits.begin(), awaits.end(), [&](Role awaited) {
    const bool teaches = acting == Role::kWorkshopMaster || acting == Role::kAdditionalTeacher;
    return awaited == acting || (awaited == Role::kTeacher && teaches) ||
           (awaited == Role::kDeputyHead && acting == Role::kDirector && type == type_index<AttestationRequested>());
  });
}

bool covers(const std::vector<GradeSpan>& spans, int grade) {
  return spans.empty() || std::any_of(spans.begin(), spans.end(),
                                      [&](const GradeSpan& span) { return span.from <= grade && grade <= span.to; });
}

std::string_view Class::label(Date on) const {
  const ClassName* name = names.at(on);
  return name != nullptr ? name->label : names.all().empty() ? std::string_view{} : names.all().front().value.label;
}
int Class::grade(Date on) const {
  const ClassName* name = names.at(on);
  return name != nullptr ? name->grade : names.all().empty() ? 0 : names.all().front().value.grade;
}

const std::vector<Bell>* SchoolState::bells(Date on, Instant known_by, int shift, std::string_view branch) const {
  for (const int of : {shift, 1})
    for (const auto where : {branch, std::string_view()}) {
      const auto* kept = lookup(bells_, std::pair{std::string(where), of});
      if (const auto* bells = kept == nullptr ? nullptr : kept->at(on, known_by)) return bells;
    }
  return nullptr;
}
std::string_view SchoolState::branch_of(const Id& group) const {
  const Group* known = this->group(group);
  const Class* klass = known == nullptr || known->classes.empty() ? nullptr : this->klass(known->classes.front());
  return klass == nullptr ? std::string_view() : klass->branch;
}

const Year* SchoolState::year(Date on) const {
  const Year* next = nullptr;
  for (const auto& year : years_) {
    if (within(on, year.from, year.to)) return &year;
    if (on < year.from && (next == nullptr || year.from < next->from)) next = &year;
  }
  return next;
}

const IndividualMode* SchoolState::individual_mode(const Id& student, Date from, Date to) const {
  const IndividualMode* found = nullptr;
  if (const auto* modes = lookup(individual_modes_, student))
    for (const auto& mode : *modes)
      if (mode.from <= to && from <= mode.to) found = &mode;
  return found;
}
// By the school's dictionary; what a mode that it leaves open means is ours to say.
bool SchoolState::says_of_mode(const IndividualMode& mode, const char* property, bool otherwise) const {
  const auto* entry = dictionary("individual_mode", mode.kind);
  const auto said = entry == nullptr ? nullptr : lookup(entry->properties, property);
  return said == nullptr ? otherwise : *said == "true";
}
bool SchoolState::awaited(const Id& group, const Id& student, Date on) const {
  if (!enrolled(group, student, on)) return false;
  const IndividualMode* mode = individual_mode(student, on);
  const std::string& kind = this->group(group)->kind;
  if (mode == nullptr || kind == "individual" || kind == "extracurricular") return true;
  const bool elsewhere = mode->kind == "home" || mode->kind == "family" || mode->kind == "sanatorium";
  return says_of_mode(*mode, "lessons", !elsewhere);
}
bool SchoolState::marked(const Id& student, Date on) const {
  const IndividualMode* mode = individual_mode(student, on);
  return mode == nullptr || says_of_mode(*mode, "marks", mode->kind != "family");
}

const Substitution* SchoolState::substitution(const Id& statement) const {
  const auto it = std::find_if(substitutions_.begin(), substitutions_.end(),
                               [&](const Substitution& s) { return s.id == statement; });
  return it == substitutions_.end() ? nullptr : &*it;
}

const Period* SchoolState::period(const Id& id) const {
  for (const auto& period : periods_)
    if (period.id == id) return &period;
  return nullptr;
}

const DictionaryEntry* SchoolState::dictionary(std::string_view kind, std::string_view code) const {
  return lookup(dictionary_, std::pair{std::string(kind), std::string(code)});
}

std::vector<std::string_view> SchoolState::codes(std::string_view kind) const {
  std::vector<std::string_view> codes;
  for (auto it = dictionary_.lower_bound({std::string(kind), {}}); it != dictionary_.end() && it->first.first == kind;
       ++it)
    codes.emplace_back(it->first.second);
  return codes;
}

const LessonChange* SchoolState::change(const Id& group, Date date, int slot, Instant known_by) const {
  const auto* changes = lookup(changes_, LessonPlace{group, date, slot});
  const LessonChange* latest = nullptr;
  if (changes != nullptr)
    for (const auto& change : *changes)
      if (change.known < known_by) latest = &change;
  return latest;
}

std::vector<LessonPlace> SchoolState::moved_to(const Id& group, Date date, Instant known_by) const {
  std::vector<LessonPlace> places;
  if (const auto* moves = lookup(moves_by_day_, std::pair{group, date}))
    for (const auto& place : *moves) {
      const LessonChange* latest = change(group, place.date, place.slot, known_by);
      if (latest != nullptr && latest->moved_to == date &&
          std::find(places.begin(), places.end(), place) == places.end())
        places.push_back(place);
    }
  return places;
}

std::size_t SchoolState::marks_standing(const Id& work, int part, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kMarkCell, work, part, student));
  return count == nullptr ? 0 : *count;
}
bool SchoolState::period_mark_standing(const Id& period, const Id& group, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kPeriodMarkCell, period_place(period, group), 0, student));
  return count != nullptr && *count > 0;
}
bool SchoolState::waiver_standing(const Id& period, const Id& group, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kWaiverCell, period_place(period, group), 0, student));
  return count != nullptr && *count > 0;
}
std::size_t SchoolState::imported_marks(const Id& group, const Id& student, const Period& period) const {
  const auto* imports = lookup(imports_, student);
  if (imports == nullptr) return 0;
  return static_cast<std::size_t>(std::count_if(imports->begin(), imports->end(), [&](const ImportedMark& mark) {
    const EntryRef* ref = entry(mark.statement);
    const bool in_it = mark.period.is_zero() ? within(mark.held_on, period.from, period.to) : mark.period == period.id;
    return mark.group == group && in_it && (ref == nullptr || ref->standing);
  }));
}
bool SchoolState::final_mark_standing(const Id& group, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kFinalMarkCell, group, 0, student));
  return count != nullptr && *count > 0;
}
// The latest excuse about a day decides: it may say that there was no valid reason after all.
bool SchoolState::absence_excused(const Id& student, Date on) const {
  bool excused = false;
  if (const auto* excuses = lookup(excuses_, student))
    for (const auto& excuse : *excuses) {
      const EntryRef* ref = entry(excuse.statement);
      if (within(on, excuse.from, excuse.to) && (ref == nullptr || ref->standing)) excused = excuse.excused;
    }
  return excused;
}
bool SchoolState::absence_standing(const Id& lesson, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kAbsenceCell, lesson, 0, student));
  return count != nullptr && *count > 0;
}
bool SchoolState::lateness_standing(const Id& lesson, const Id& student) const {
  const auto* count = lookup(cells_, cell_key(kLatenessCell, lesson, 0, student));
  return count != nullptr && *count > 0;
}

}  // namespace letopis::projections
