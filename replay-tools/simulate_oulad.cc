#include <algorithm>
#include <array>
#include <set>

#include "replay-tools/oulad.h"
#include "replay-tools/simulate.h"
#include "signing/sha256.h"

namespace letopis::replay_tools {

using namespace ledger;
using commands::Author;

namespace {

constexpr UtcOffset kLondon{0};
constexpr std::size_t kStatementsPerRequest = 480;
// What is said of one day, in this order: at noon the marks, before them whatever they rest on.
enum class Kind { kEnrolled, kLeft, kPlanned, kMark };
struct Act {
  Date day;
  Kind kind;
  std::size_t row;  // registrations, assessments or results
};

Id dataset_id(std::string_view kind, std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * (7 - i)));
  return Id::copy_of(signing::tagged_hash("letopis/oulad/v1", {as_bytes(kind), bytes}).view());
}

class OuladSimulation {
 public:
  OuladSimulation(const OuladModel& model, commands::School& school, ManualClock& clock, Random& random,
                  const Progress& progress)
      : m_(model), school_(school), door_(door_to(school)), clock_(clock), random_(random), progress_(progress) {}

  Status run(signing::KeyPair root, Simulated& result) {
    root_ = std::make_unique<Scribe>(std::move(root), school_.origin(), Id{}, random_);
    TRY_STATUS(set_up());
    const std::vector<Act> acts = agenda();
    for (std::size_t next = 0; next < acts.size();) {
      TRY_STATUS(one_day(acts, next, result));
      if (progress_) progress_(next, acts.size());
    }
    return {};
  }
  Date first_day() const {
    Date first = m_.presentations.front().start;
    for (const auto& r : m_.registrations) first = std::min(first, r.from);
    for (const auto& p : m_.presentations) first = std::min(first, p.start);
    return first - 3;
  }

 private:
  // The office, one teacher a presentation, the presentations, their works: before the first student registers.
  Status set_up() {
    TRY(administrator_, official(1, Role::kAdministrator));
    TRY(deputy_, official(2, Role::kDeputyHead));
    TRY_STATUS(say(*administrator_, Role::kAdministrator,
                   DictionaryEntryDefined{"work_kind", "assessment", "Письменная работа", {{"written", "true"}}}));
    Author::Draft endorsement;
    endorsement.body = Endorsed{last_, true};
    endorsement.acting_as = Role::kDeputyHead;
    TRY_STATUS(say(*deputy_, endorsement));
    for (std::size_t i = 0; i < m_.presentations.size(); ++i) TRY_STATUS(present(i));
    works_.resize(m_.assessments.size());
    return {};
  }

  Result<std::unique_ptr<Scribe>> official(std::uint64_t number, Role role) {
    const Id person = dataset_id("staff", number);
    TRY_STATUS(say(*root_, Role::kRoot, PersonRegistered{person}));
    TRY_STATUS(say(*root_, Role::kRoot, RoleGranted{person, role}));
    Author::Draft invitation;
    invitation.id = random_.id();
    invitation.acting_as = Role::kRoot;
    const std::string code = signing::new_invitation_code(random_);
    invitation.body = InvitationIssued{person, signing::key_from_invitation_code(code)->public_key(), {}};
    TRY_STATUS(say(*root_, invitation));
    Tally ignored;
    return enrol(*door_, {0, person, invitation.id, code}, role, clock_.now(), random_, ignored);
  }

  Status present(std::size_t i) {
    const OuladPresentation& p = m_.presentations[i];
    TRY(auto teacher, official(10 + i, Role::kTeacher));
    const std::string label = p.module + " " + p.code;
    TeachingGroupOpened opened;
    opened.group = group(i);
    opened.label = label;
    opened.subject = p.module;
    opened.kind = "stream";
    TRY_STATUS(say(*administrator_, Role::kAdministrator, opened));
    Author::Draft assigned;
    TeachingAssigned body;
    body.teacher = teacher->person();
    body.group = group(i);
    assigned.body = body;
    assigned.acting_as = Role::kDeputyHead;
    assigned.effective_from = first_day();
    TRY_STATUS(say(*deputy_, assigned));
    teachers_.push_back(std::move(teacher));
    return {};
  }

  std::vector<Act> agenda() const {
    std::vector<Act> acts;
    for (std::size_t i = 0; i < m_.registrations.size(); ++i) {
      const auto& r = m_.registrations[i];
      acts.push_back({r.from, Kind::kEnrolled, i});
      // Leaving before one came, on the files' word: the span is empty, and known by the day of registration.
      if (r.to) acts.push_back({std::max(*r.to, r.from), Kind::kLeft, i});
    }
    std::set<std::size_t> marked;
    for (std::size_t i = 0; i < m_.results.size(); ++i) {
      acts.push_back({m_.results[i].sent_on, Kind::kMark, i});
      if (m_.results[i].score) marked.insert(m_.results[i].assessment);
    }
    // A work has the week of written works only when it was planned by the end of its day.
    for (const std::size_t i : marked) acts.push_back({m_.assessments[i].held_on, Kind::kPlanned, i});
    std::stable_sort(acts.begin(), acts.end(),
                     [](const Act& a, const Act& b) { return std::pair(a.day, a.kind) < std::pair(b.day, b.kind); });
    return acts;
  }

  Status one_day(const std::vector<Act>& acts, std::size_t& next, Simulated& result) {
    const Date day = acts[next].day;
    for (; next < acts.size() && acts[next].day == day; ++next) {
      const bool mark = acts[next].kind == Kind::kMark;
      if (mark && !marking_) {
        TRY_STATUS(send(result));
        marking_ = true;
      }
      clock_.set(std::max(clock_.now(), at_local(day, mark ? kOuladSendingMinute : 9 * 60, kLondon)));
      TRY_STATUS(act(acts[next], result));
      if (request_ && request_->size() >= kStatementsPerRequest) TRY_STATUS(send(result));
    }
    TRY_STATUS(send(result));
    marking_ = false;
    return {};
  }

  Status act(const Act& act, Simulated& result) {
    switch (act.kind) {
      case Kind::kEnrolled:
      case Kind::kLeft: return enrolment(act);
      case Kind::kPlanned: return plan_work(act.row);
      case Kind::kMark: return give_mark(act.row, result);
    }
    return {};
  }

  Status enrolment(const Act& act) {
    const auto& r = m_.registrations[act.row];
    const Id student = dataset_id("student", r.student);
    if (registered_.insert(student).second)
      TRY_STATUS(queue(*administrator_, Role::kAdministrator, PersonRegistered{student}));
    Author::Draft draft;
    draft.body = GroupMemberSet{group(r.presentation), student};
    draft.acting_as = Role::kAdministrator;
    draft.effective_from = r.from;
    // Known leavers from the first day: a span that would end before it begins is never in force.
    if (act.kind == Kind::kLeft) draft.effective_to = *r.to;
    if (r.to && *r.to < r.from) return {};
    return queue(*administrator_, draft);
  }

  Status give_mark(std::size_t row, Simulated& result) {
    const OuladResult& r = m_.results[row];
    if (!r.score) {
      ++result.skipped;
      return {};
    }
    const OuladAssessment& assessment = m_.assessments[r.assessment];
    Scribe& teacher = *teachers_[assessment.presentation];
    TRY_STATUS(plan_work(r.assessment));  // what is sent in early is marked before the day
    Author::Draft draft;
    const std::string value = std::to_string(*r.score);
    draft.body = MarkGiven{works_[r.assessment], 1, dataset_id("student", r.student), value};
    draft.acting_as = Role::kTeacher;
    return queue(teacher, draft);
  }

  Status plan_work(std::size_t i) {
    if (!works_[i].is_zero()) return {};
    const OuladAssessment& assessment = m_.assessments[i];
    WorkPlanned body;
    body.group = group(assessment.presentation);
    body.held_on = assessment.held_on;
    body.kind = "assessment";
    const std::string title = "№ " + std::to_string(assessment.id);
    body.title = title;
    body.parts = 1;
    body.scale = "0-100";
    Author::Draft draft;
    draft.id = dataset_id("work", assessment.id);
    draft.body = body;
    draft.acting_as = Role::kTeacher;
    works_[i] = draft.id;
    return queue(*teachers_[assessment.presentation], draft);
  }

  Id group(std::size_t presentation) const { return dataset_id("presentation", presentation); }

  Status queue(Scribe& scribe, Role role, Body body) {
    Author::Draft draft;
    draft.body = std::move(body);
    draft.acting_as = role;
    return queue(scribe, draft);
  }
  Status queue(Scribe& scribe, const Author::Draft& draft) {
    if (!request_) request_.emplace(*door_, clock_.now());
    marks_.push_back(std::holds_alternative<MarkGiven>(draft.body));
    TRY_STATUS(request_->say(scribe, draft));
    return {};
  }
  // What became of marks is what the dataset's answer counts; nothing else may be refused.
  Status send(Simulated& result) {
    if (!request_) return {};
    Tally all;
    TRY(const auto recorded, request_->send(all));
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      const auto& one = recorded[i];
      const bool refused = one.verdict == Verdict::kRefused;
      if (refused && !marks_[i]) return fail("refused", one.rule + ": " + one.message);
      if (!marks_[i]) continue;
      if (refused) {
        ++result.tally.refused[one.rule];
        if (one.late_seconds > 0) ++result.refused_and_late;
      } else {
        ++(one.verdict == Verdict::kLate ? result.tally.late : result.tally.accepted);
      }
    }
    request_.reset();
    marks_.clear();
    return {};
  }

  Status say(Scribe& scribe, Role role, Body body) {
    Author::Draft draft;
    draft.body = std::move(body);
    draft.acting_as = role;
    return say(scribe, draft);
  }
  Status say(Scribe& scribe, const Author::Draft& draft) {
    Request request(*door_, clock_.now());
    TRY(last_, request.say(scribe, draft));
    Tally ignored;
    TRY(const auto recorded, request.send(ignored));
    if (recorded.front().verdict == Verdict::kRefused)
      return fail("refused", recorded.front().rule + ": " + recorded.front().message);
    clock_.advance_micros(kMicrosPerSecond);
    return {};
  }

  const OuladModel& m_;
  commands::School& school_;
  std::unique_ptr<Door> door_;
  ManualClock& clock_;
  Random& random_;
  const Progress& progress_;
  std::unique_ptr<Scribe> root_, administrator_, deputy_;
  std::vector<std::unique_ptr<Scribe>> teachers_;  // by presentation
  std::vector<Id> works_;                          // by assessment; zero: not planned yet
  std::set<Id> registered_;
  std::optional<Request> request_;
  std::vector<bool> marks_;  // which statements of the request are marks
  bool marking_ = false;
  Id last_;
};

}  // namespace

Result<Simulated> simulate_oulad(FileSystem& files, const SimulateOptions& options) {
  auto model = read_oulad(files, options.source);
  if (!model) {
    std::string problems;
    for (const auto& problem : model.error()) problems += (problems.empty() ? "" : "\n") + problem.text();
    return fail("bad_input", problems);
  }
  SeededRandom engine_random(options.seed ^ 0x6c65746f70697301);
  SeededRandom random(options.seed);
  ManualClock clock(Instant{});
  commands::Engine::Options opening;
  opening.directory = options.data;
  opening.master_key = options.master_key;
  opening.clock = &clock;
  opening.random = &engine_random;
  opening.sequencer_thread = false;
  Simulated result;
  {
    Date first = model->presentations.front().start;
    for (const auto& r : model->registrations) first = std::min(first, r.from);
    clock.set(at_local(first - 3, 9 * 60, kLondon));
    result.first = first;
  }
  TRY(const auto engine, commands::Engine::open(opening));
  auto root = signing::KeyPair::generate(signing::Purpose::kRoot, random);
  commands::NewSchool wanted;
  wanted.slug = "oulad-2013";
  wanted.origin = "letopis.example/log/oulad-2013";
  wanted.name = "Open University, 2013";
  wanted.zone = "Europe/London";
  wanted.offset = kLondon;
  wanted.profile = options.profile;
  wanted.root_keys = {&root};
  wanted.simulated = true;
  TRY(commands::School * school, engine->create_school(wanted));
  OuladSimulation simulation(*model, *school, clock, random, options.progress);
  TRY_STATUS(simulation.run(std::move(root), result));
  result.school = school->slug();
  result.vkey = school->vkey().text();
  result.events = school->read([](const commands::ReadModel& m) { return static_cast<std::uint64_t>(m.times.size()); });
  result.last = local_date(clock.now(), kLondon);
  engine->stop();
  return result;
}

}  // namespace letopis::replay_tools
