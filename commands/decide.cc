#include "commands/decide.h"

#include <algorithm>

#include "commands/decide_case.h"
#include "commands/shape.h"
#include "signing/sha256.h"

namespace letopis::commands {

using namespace ledger;
using projections::SchoolState;

const Profile* ProfileBook::find(const Hash& hash) const {
  const auto it = profiles_.find(hash);
  return it == profiles_.end() ? nullptr : it->second.get();
}

Result<Hash> ProfileBook::add(std::string_view toml, std::string_view name) {
  TRY(Profile profile, parse_profile(toml, name));
  const Hash hash = profile.hash;
  profiles_.try_emplace(hash, std::make_shared<const Profile>(std::move(profile)));
  return hash;
}

ProfileBook ProfileBook::with_builtin() {
  ProfileBook book;
  for (const auto id : builtin_profile_ids()) LETOPIS_ASSERT(book.add(*builtin_profile(id), id).has_value());
  return book;
}

namespace {

constexpr int kMinutesPerHour = 60;

Instant hours_after(Instant at, int hours) { return {at.micros + hours * kMinutesPerHour * 60 * kMicrosPerSecond}; }

// What the profile in force before the lesson asks: the earliest of its terms.
Instant deadline_of(const SchoolState& state, const DeadlineRule& rule, Date day, const Id& group,
                    Instant lesson_ends) {
  Instant deadline{INT64_MAX};
  if (rule.days_after) {
    const Date last = day + *rule.days_after;
    deadline = at_local(last, rule.until_minute, state.offset(last));
  }
  // A lesson outside the timetable may end after the others, or be the only one.
  const auto after = [&](std::optional<Instant> over, int hours) {
    deadline = std::min(deadline, hours_after(over ? std::max(*over, lesson_ends) : lesson_ends, hours));
  };
  if (rule.hours_after_group_classes)
    after(projections::classes_over(state, group, day), *rule.hours_after_group_classes);
  if (rule.hours_after_students_classes)
    after(projections::students_over(state, group, day), *rule.hours_after_students_classes);
  return deadline;
}

// A document of a kind that lets an entry in after its deadline, with its number and date.
bool lets_in(const LateRule& late, const std::optional<Basis>& basis) {
  return basis && !basis->number.empty() && basis->date.days != 0 &&
         std::find(late.basis.begin(), late.basis.end(), basis->kind) != late.basis.end();
}

// Whether the author may speak at all: key, person, capacity, what they have seen, sealed fields of known people.
void common_checks(Case& c) {
  const auto* key = c.state.key(c.st.key);
  if (key == nullptr) {
    // Only an enrolment brings its own key; anybody else's unknown key never gets this far.
    if (!std::holds_alternative<KeyEnrolled>(c.st.body)) c.refuse(rule::kUnknownReference);
  } else if (key->revoked) {
    c.refuse(rule::kKeyRevoked);
  }
  const auto seen_root = c.roots.root_at(c.st.seen->size);
  c.require(c.st.seen->size <= c.index && seen_root && *seen_root == c.st.seen->root, rule::kSeenUnknown);
  if (!c.refused() && c.profile != nullptr && c.st.seen->size < c.index) {
    // A checkpoint ages from the moment another entry followed it.
    const Instant outdated = c.state.recorded_at(c.st.seen->size);
    c.require(c.now.micros - outdated.micros <= c.profile->seen.max_age_minutes * 60 * kMicrosPerSecond,
              rule::kSeenTooOld);
  }
  const Right& right = right_for(c.st.body);
  c.require(c.acting(right.signers), rule::kNotEntitled);
  const bool speaks_for_itself =
      c.acting(role_bit(Role::kService) | role_bit(Role::kRoot)) || std::holds_alternative<KeyEnrolled>(c.st.body);
  if (!speaks_for_itself) c.require(holds(c.state, c.st.author, c.st.acting_as, c.today), rule::kNotEntitled);
  if (c.acting(right.needs_basis)) c.require(c.has_basis(), rule::kNoBasis);
  c.require(c.state.entry(c.st.id) == nullptr, rule::kDuplicateEntry);
  for (const auto& commitment : c.st.commitments) {
    const auto* registered = std::get_if<PersonRegistered>(&c.st.body);
    c.require(c.knows(commitment.person) || (registered != nullptr && registered->person == commitment.person),
              rule::kPersonUnknown);
  }
  if (c.refused()) return;
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); (right.endorsers & role_bit(role)) != 0) c.await(role);
  // Acts of the root keys need as many of them as the genesis says.
  if (c.st.acting_as == Role::kRoot && !std::holds_alternative<Endorsed>(c.st.body))
    for (int i = 1; i < c.state.threshold(); ++i) c.await(Role::kRoot);
}

}  // namespace

void Case::due(const DeadlineRule& (*which)(const Profile&), std::string_view rule_id, Date day, Instant lesson_begins,
               const Id& group, Instant lesson_ends) {
  if (refused()) return;
  const auto* adopted = state.profile(day, lesson_begins);
  const Profile* then = adopted == nullptr ? profile : profiles.find(adopted->hash);
  LETOPIS_ASSERT(then != nullptr);  // adopted only when its text is there
  ruling.profile = then->hash;
  ruling.context = state.recorded_before(lesson_begins);
  const DeadlineRule& deadline_rule = which(*then);
  ruling.deadline = deadline_of(state, deadline_rule, day, group, lesson_ends);
  if (now <= ruling.deadline) return;
  ruling.late_seconds = (now.micros - ruling.deadline.micros + kMicrosPerSecond - 1) / kMicrosPerSecond;
  ruling.rule = rule_id;
  switch (deadline_rule.late) {
    case LatePolicy::kMarkLate: ruling.verdict = Verdict::kLate; break;
    case LatePolicy::kNeedsBasis:
      if (lets_in(then->late, st.basis))
        ruling.verdict = Verdict::kLate;
      else
        refuse(rule::kBackdated);
      break;
    case LatePolicy::kRefuse: refuse(rule::kBackdated); break;
  }
}

bool teaches(const SchoolState& state, const Id& person, const Id& group, Date on) {
  if (state.assigned(group, person, on)) return true;
  const auto* known = state.group(group);
  const auto* slots = known == nullptr ? nullptr : known->timetable.at(on);
  return slots != nullptr &&
         std::any_of(slots->begin(), slots->end(), [&](const auto& slot) { return slot.teacher == person; });
}

bool keeps_lesson(const SchoolState& state, const Id& person, const projections::Lesson& lesson, Date today) {
  if (lesson.teacher == person) return true;  // a substitute, for the lesson held, for ever after
  if (teaches(state, person, lesson.group, today) || teaches(state, person, lesson.group, lesson.date)) return true;
  const auto held = held_at(state, lesson.group, lesson.date, lesson.slot);
  return held && held->substitute == person;
}

std::optional<projections::ScheduledLesson> held_at(const SchoolState& state, const Id& group, Date date, int slot,
                                                    const Id& id) {
  std::optional<projections::ScheduledLesson> held;
  if (slot == 0) return held;
  for (const auto& lesson : projections::lessons_held_on(state, group, date))
    if (lesson.slot == slot && (!held || lesson.id == id)) held = lesson;
  return held;
}

Ruling decide(const SchoolState& state, const ProfileBook& profiles, const Roots& roots, const Statement& statement,
              std::uint64_t index, Instant now) {
  if (std::holds_alternative<SchoolCreated>(statement.body)) {
    Ruling ruling;
    ruling.utc_offset = {std::get<SchoolCreated>(statement.body).utc_offset};
    ruling.profile = std::get<SchoolCreated>(statement.body).profile;
    if (state.exists()) ruling.verdict = Verdict::kRefused, ruling.rule = rule::kSchoolExists;
    return ruling;
  }
  Case c{state, profiles, roots, statement, index, now, state.local_today(now)};
  c.ruling.utc_offset = state.offset_at(now);
  c.ruling.context = index;
  const auto* adopted = state.profile(c.today);
  c.profile = adopted == nullptr ? nullptr : profiles.find(adopted->hash);
  if (c.profile != nullptr) c.ruling.profile = c.profile->hash;

  common_checks(c);
  if (!c.refused()) c.require(!misfit(statement), rule::kInvalidValue);
  if (!c.refused()) decide_people(c);
  if (!c.refused()) decide_structure(c);
  if (!c.refused()) decide_lessons(c);
  if (!c.refused()) decide_marks(c);
  if (!c.refused()) decide_corrections(c);
  if (c.refused()) c.ruling.awaits.clear();
  return c.ruling;
}

}  // namespace letopis::commands
