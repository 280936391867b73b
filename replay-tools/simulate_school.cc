#include <algorithm>

#include "commands/rights.h"
#include "replay-tools/credentials.h"
#include "replay-tools/simulate.h"
#include "replay-tools/simulation.h"

namespace letopis::replay_tools {

using namespace ledger;
using commands::Acknowledged;
using commands::Author;

namespace {

constexpr UtcOffset kOffset{5 * 3600};
constexpr std::string_view kZone = "Asia/Yekaterinburg";
constexpr int kSetupDaysBefore = 3;
constexpr std::size_t kRootKeys = 3;
constexpr int kThreshold = 2;
constexpr std::size_t kDaysWithASaturday = 10;
constexpr std::size_t kFamiliesWithKeys = 16;

std::string list(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
  return text;
}

// The last `days` school days before `today`, with one working Saturday among them.
std::vector<Date> days_to_simulate(const OneRosterModel& model, Date today, int days) {
  std::vector<Date> all = school_days(model);
  std::erase_if(all, [&](Date day) { return day >= today; });
  const auto wanted = std::min(all.size(), static_cast<std::size_t>(days));
  std::vector<Date> chosen(all.end() - static_cast<std::ptrdiff_t>(wanted), all.end());
  if (chosen.size() < kDaysWithASaturday) return chosen;
  const auto half = chosen.begin() + static_cast<std::ptrdiff_t>(chosen.size() / 2);
  const auto friday = std::find_if(half, chosen.end() - 1, [](Date day) { return day.weekday() == 5; });
  if (friday == chosen.end() - 1) return chosen;
  chosen.insert(friday + 1, *friday + 1);
  chosen.erase(chosen.begin());
  return chosen;
}

class SchoolSimulation {
 public:
  SchoolSimulation(const OneRosterModel& model, commands::School& school, ManualClock& clock, Random& random,
                   std::vector<signing::KeyPair>& root_keys, std::vector<Date> days)
      : w_(model, school, clock, random, kOffset),
        root_keys_(root_keys),
        days_(std::move(days)),
        office_(w_, days_),
        control_(w_, days_),
        rooms_(w_) {}

  World& world() { return w_; }

  Status set_up() {
    for (std::size_t i = 0; i < w_.model.users.size(); ++i) w_.user_of[w_.id_of(i)] = i;
    for (auto& key : root_keys_)
      w_.officials.add(Role::kRoot, *w_.scribes.emplace_back(
                                        std::make_unique<Scribe>(std::move(key), w_.school.origin(), Id{}, w_.random)));
    const Date day = days_.front() - kSetupDaysBefore;
    TRY_STATUS(found(day));
    w_.clock.set(w_.local(day, hm(10)));
    TRY_STATUS(carry(fill_school(context())));
    TRY_STATUS(staff_enrols(day + 1));
    return offset_confirmed(day + 1);
  }

  Status live(Instant until, const Progress& progress) {
    office_.plan();
    control_.plan();
    // Families come in on the first evening: until the school year begins their class has no teacher to invite them.
    w_.at(w_.local(days_.front(), hm(17)), [this] { return families_enrol(); });
    for (std::size_t i = 0; i < days_.size(); ++i)
      w_.at(w_.local(days_[i], hm(7, 20)), [this, i, progress]() -> Status {
        TRY_STATUS(office_.morning(days_[i]));
        rooms_.hold(days_[i]);
        office_.evening(days_[i]);
        if (progress) progress(i + 1, days_.size());
        return Status{};
      });
    return w_.run(until);
  }

 private:
  SetupContext context() { return {w_.model, w_.state(), w_.school.origin(), w_.today()}; }

  Status carry(const SetupPlan& plan) {
    return carry_out(
        plan, w_.officials, *w_.door,
        [this] {
          w_.clock.advance_micros(20 * kMicrosPerSecond);
          return w_.clock.now();
        },
        w_.tally);
  }

  Status found(Date day) {
    w_.clock.set(w_.local(day, hm(9)));
    TRY(const SetupPlan plan, found_school(context(), w_.local(day + 30, 0), w_.random));
    TRY_STATUS(carry(plan));
    return enrol_all(plan.codes);
  }

  Status enrol_all(const std::vector<IssuedCode>& codes) {
    for (const auto& code : codes) {
      w_.clock.advance_micros(w_.between(60, 200) * kMicrosPerSecond);
      const auto held = commands::capacities(w_.state(), code.person, w_.today());
      LETOPIS_ASSERT(!held.empty());
      TRY(auto scribe, enrol(*w_.door, code, held.front(), w_.clock.now(), w_.random, w_.tally));
      w_.adopt(std::move(scribe));
    }
    return {};
  }

  Status staff_enrols(Date day) {
    w_.clock.set(w_.local(day, hm(9)));
    std::vector<std::size_t> staff;
    for (std::size_t i = 0; i < w_.model.users.size(); ++i)
      if (w_.model.users[i].role == UserRole::kTeacher || w_.model.users[i].role == UserRole::kAdministrator)
        staff.push_back(i);
    const SetupPlan plan = invite(context(), staff, w_.local(day + 30, 0), w_.random);
    TRY_STATUS(carry(plan));
    return enrol_all(plan.codes);
  }

  Status families_enrol() {
    std::vector<std::size_t> families;
    for (std::size_t i = 0; i < w_.model.users.size() && families.size() < kFamiliesWithKeys; ++i)
      if (w_.model.users[i].role == UserRole::kStudent && w_.percent(4)) {
        families.push_back(i);
        families.insert(families.end(), w_.model.users[i].agents.begin(), w_.model.users[i].agents.end());
      }
    const SetupPlan plan = invite(context(), families, w_.local(w_.today() + 30, 0), w_.random);
    TRY_STATUS(carry(plan));
    return enrol_all(plan.codes);
  }

  // The region's time is written into the log by the administrator, countersigned by the deputy.
  Status offset_confirmed(Date day) {
    w_.clock.set(std::max(w_.clock.now(), w_.local(day, hm(15))));
    Author::Draft draft;
    draft.body = ZoneOffsetSet{kOffset.seconds};
    return w_.decree(Role::kAdministrator, draft);
  }

  World w_;
  std::vector<signing::KeyPair>& root_keys_;
  std::vector<Date> days_;
  Office office_;
  Control control_;
  Classrooms rooms_;
};

Result<commands::School*> create(commands::Engine& engine, const SimulateOptions& options, const OneRosterModel& model,
                                 const std::vector<signing::KeyPair>& root_keys) {
  const Org& org = model.orgs[model.groups.empty() ? 0 : model.groups.front().school];
  commands::NewSchool wanted;
  wanted.slug = "school-";
  for (const char c : org.identifier.empty() ? org.sourced_id : org.identifier) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    wanted.slug += (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ? lower : '-';
  }
  wanted.slug.resize(std::min<std::size_t>(wanted.slug.size(), 40));
  wanted.origin = "letopis.example/log/" + wanted.slug;
  wanted.name = org.name;
  wanted.zone = kZone;
  wanted.offset = kOffset;
  wanted.profile = options.profile;
  for (const auto& key : root_keys) wanted.root_keys.push_back(&key);
  wanted.threshold = kThreshold;
  wanted.simulated = true;
  return engine.create_school(wanted);
}

}  // namespace

// --- World -------------------------------------------------------------------------------------------------------------

Status World::run(Instant until) {
  while (!agenda_.empty() && agenda_.begin()->first < until) {
    const auto next = agenda_.extract(agenda_.begin());
    clock.set(std::max(clock.now(), next.key()));
    TRY_STATUS(next.mapped()());
  }
  return {};
}

Scribe& World::adopt(std::unique_ptr<Scribe> added) {
  Scribe& known = *scribes.emplace_back(std::move(added));
  const bool renewed = signing.contains(known.person());
  signing[known.person()] = &known;
  if (!renewed)
    for (const Role role : commands::capacities(state(), known.person(), today())) officials.add(role, known);
  return known;
}

Result<Acknowledged> World::say(Scribe& scribe, Author::Draft draft) {
  Request request(*door, clock.now());
  TRY_STATUS(request.say(scribe, std::move(draft)));
  TRY(auto recorded, request.send(tally));
  return std::move(recorded.front());
}

Status World::decree(Role role, Author::Draft draft) {
  Scribe* signer = officials.find(role);
  LETOPIS_ASSERT(signer != nullptr);
  draft.acting_as = role;
  TRY(const auto recorded, say(*signer, std::move(draft)));
  std::vector<const Scribe*> signed_already{signer};
  for (const Role awaited : recorded.awaits) {
    Scribe* endorser = officials.find(awaited, {}, signed_already);
    LETOPIS_ASSERT(endorser != nullptr);
    clock.advance_micros(between(5, 20) * 60 * kMicrosPerSecond);
    Author::Draft endorsement;
    endorsement.body = Endorsed{recorded.statement, true};
    endorsement.acting_as = awaited;
    TRY_STATUS(say(*endorser, endorsement));
    signed_already.push_back(endorser);
  }
  return {};
}

Status World::attempt(Scribe& scribe, Author::Draft draft) {
  TRY(const auto recorded, say(scribe, std::move(draft)));
  if (recorded.verdict == Verdict::kRefused) ++attempts[recorded.rule];
  return {};
}

// --- The command -------------------------------------------------------------------------------------------------------

int years_to(const OneRosterModel& model, Date today, int days) {
  const auto all = school_days(model);
  const auto wanted = std::min(all.size(), static_cast<std::size_t>(days));
  // 366: a year is moved by whole years, so days shift a little against weekdays; the exact count is taken afterwards.
  int years = (today - model.sessions[model.school_year].start) / 365 + 1;
  for (;; --years) {
    OneRosterModel moved = model;
    shift_years(moved, years);
    auto before = school_days(moved);
    std::erase_if(before, [&](Date day) { return day >= today; });
    if (before.size() >= wanted || before.size() + 5 > all.size() || years <= -100) return years;
  }
}

namespace {

// What its server would have done by itself once the week of the newest entry was over (AnchorKeeper::commit_weeks): whoever serves
// the school finds nothing left to do.
Status commit_last_week(commands::School& school, ManualClock& clock, Date today) {
  const Date over = local_date(clock.now(), kOffset).monday() + 7;
  if (over > today) return {};
  clock.set(at_local(over, 0, kOffset));
  return school.record(ledger::StateCommitted{}).map([](const auto&) {});
}

}  // namespace

Result<Simulated> simulate_school(FileSystem& files, const SimulateOptions& options) {
  auto model = read_oneroster(files, options.source);
  if (!model) return fail("bad_input", list(model.error()));
  return simulate_school(files, std::move(*model), options);
}

Result<Simulated> simulate_school(FileSystem& files, OneRosterModel model, const SimulateOptions& options) {
  if (options.days < 1) return fail("malformed", "at least one day");
  shift_years(model, years_to(model, options.today, options.days));
  const std::vector<Date> days = days_to_simulate(model, options.today, options.days);
  if (days.empty()) return fail("bad_input", "the timetable has no school day before " + format_date(options.today));

  SeededRandom engine_random(options.seed ^ 0x6c65746f70697301);
  SeededRandom random(options.seed);
  ManualClock clock(at_local(days.front() - kSetupDaysBefore, hm(8, 30), kOffset));
  commands::Engine::Options opening;
  opening.directory = options.data;
  opening.master_key = options.master_key;
  opening.clock = &clock;
  opening.random = &engine_random;
  opening.sequencer_thread = false;
  TRY(const auto engine, commands::Engine::open(opening));
  std::vector<signing::KeyPair> root_keys;
  for (std::size_t i = 0; i < kRootKeys; ++i)
    root_keys.push_back(signing::KeyPair::generate(signing::Purpose::kRoot, random));
  TRY(commands::School * school, create(*engine, options, model, root_keys));

  SchoolSimulation simulation(model, *school, clock, random, root_keys, days);
  TRY_STATUS(simulation.set_up());
  TRY_STATUS(simulation.live(at_local(days.back() + 1, 0, kOffset), options.progress));
  TRY_STATUS(commit_last_week(*school, clock, options.today));
  Simulated result;
  result.school = school->slug();
  result.vkey = school->vkey().text();
  result.events = school->read([](const commands::ReadModel& m) { return static_cast<std::uint64_t>(m.times.size()); });
  result.tally = simulation.world().tally;
  // The genesis and the service key's own entries are nobody's request.
  result.tally.accepted += result.events - result.tally.total();
  result.attempts = simulation.world().attempts;
  result.first = days.front();
  result.last = days.back();
  if (!options.credentials.empty())
    TRY_STATUS(
        write_credentials(files, simulation.world(), result, options.data, options.credentials, options.passphrase));
  engine->stop();
  return result;
}

}  // namespace letopis::replay_tools
