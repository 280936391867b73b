#include "commands/decide.h"

#include <algorithm>

#include "commands/families.h"
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
  const auto base = [this](const Hash& hash) {
    const Profile* known = find(hash);
    return known != nullptr ? std::optional<std::string_view>(known->toml) : builtin_by_hash(hash);
  };
  TRY(Profile profile, parse_profile(toml, name, base));
  const Hash hash = profile.hash;
  profiles_.try_emplace(hash, std::make_shared<const Profile>(std::move(profile)));
  return hash;
}

Status ProfileBook::learn(const Hash& hash, std::string_view name, const Texts& texts) {
  std::vector<Bytes> missing;
  for (std::optional<Hash> wanted = hash; wanted && find(*wanted) == nullptr && missing.size() < kProfileLayersMax;) {
    auto text = texts(*wanted);
    if (!text || signing::sha256(*text) != *wanted)
      return fail("profile_missing", "the text of the profile " + to_hex(wanted->view()));
    wanted = extended_by(as_text(*text));
    missing.push_back(*std::move(text));
  }
  for (auto text = missing.rbegin(); text != missing.rend(); ++text)
    if (const auto added = add(as_text(*text), name); !added) return tl::unexpected(added.error());
  return {};
}

std::vector<const Profile*> ProfileBook::layers(const Hash& hash) const {
  std::vector<const Profile*> out;
  for (const Profile* profile = find(hash); profile != nullptr;
       profile = profile->extends ? find(*profile->extends) : nullptr)
    out.push_back(profile);
  return out;
}

ProfileBook ProfileBook::with_builtin() {
  ProfileBook book;
  for (const auto id : builtin_profile_ids()) LETOPIS_ASSERT(book.add(*builtin_profile(id), id).has_value());
  return book;
}

namespace {

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
  if (!speaks_for_itself) {
    c.require(holds(c.state, c.st.author, c.st.acting_as, c.today, c.st.branch), rule::kNotEntitled);
    // From the recorded receipt of a report on only keys count that were enrolled after it (r004 п2 4.4): whoever has an older
    // one may be the thief, now and later.
    const auto void_from = c.state.office().void_from(c.st.author);
    if (void_from && key != nullptr && c.profile != nullptr && c.profile->compromise.voids)
      c.require(key->enrolled > *void_from, rule::kAccountVoid);
  }
  if (!c.st.branch.empty()) require_own_branch(c);
  if (c.acting(right.needs_basis)) c.require(c.has_basis(), rule::kNoBasis);
  c.require(!c.has_basis() || c.st.basis->date <= c.today, rule::kBasisDate);
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

bool Case::leads_class_of(const Id& student) const {
  const Id klass = state.class_of(student, today);
  return !klass.is_zero() && state.is_class_teacher(st.author, klass, today);
}

void Case::by_profile_before(Date day, Instant lesson_begins) {
  const Profile* before = profile_before(state, profiles, day, lesson_begins);
  if (before == nullptr) return;  // the school had none yet
  profile = before;
  ruling.profile = before->hash;
}

void Case::due_by(const Profile& then, LatePolicy policy, Instant deadline, std::string_view rule_id, Date day,
                  const std::vector<Id>& about) {
  ruling.profile = then.hash;
  ruling.deadline = deadline;
  if (now <= deadline) return;
  ruling.late_seconds = (now.micros - deadline.micros + kMicrosPerSecond - 1) / kMicrosPerSecond;
  const bool let_in = policy == LatePolicy::kMarkLate || state.office().excuse(deadline, now, about) != nullptr;
  if (!let_in) {
    if (policy != LatePolicy::kNeedsBasis || !lets_in(then.late, st.basis)) return refuse(rule::kBackdated);
    if (st.basis->date < day) return refuse(rule::kBasisDate);
    if (!then.late.endorsed_by.empty()) await_once(*ledger::enum_from_name<Role>(then.late.endorsed_by));
  }
  ruling.rule = rule_id;
  ruling.verdict = Verdict::kLate;
}

void Case::due(const DeadlineRule& (*which)(const Profile&), std::string_view rule_id, Date day, Instant lesson_begins,
               const Id& group, Instant lesson_ends) {
  if (refused()) return;
  by_profile_before(day, lesson_begins);
  LETOPIS_ASSERT(profile != nullptr);  // adopted only when its text is there
  ruling.context = state.recorded_before(lesson_begins);
  const auto* known = state.group(group);
  const DeadlineRule& asked = which(*profile);
  due_by(*profile, asked.late, deadline_of(state, asked, day, group, lesson_ends), rule_id, day,
         known == nullptr ? std::vector<Id>{} : known->classes);
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
  if (!c.refused()) std::visit([&](const auto& body) { judge(c, body); }, statement.body);
  if (c.refused()) c.ruling.awaits.clear();
  return c.ruling;
}

}  // namespace letopis::commands
