#include "projections/acts.h"

#include <algorithm>

namespace letopis::projections {

using namespace ledger;  // the types of statements; this file tells them apart

namespace {

constexpr std::uint64_t kNever = UINT64_MAX;

EntryKind kind_of(const Body& body) {
  return std::visit(
      []<class T>(const T&) {
        if constexpr (std::is_same_v<T, LessonRecorded>)
          return EntryKind::kLesson;
        else if constexpr (std::is_same_v<T, TopicSet>)
          return EntryKind::kTopic;
        else if constexpr (std::is_same_v<T, AttendanceTaken>)
          return EntryKind::kAttendance;
        else if constexpr (std::is_same_v<T, AbsenceRecorded>)
          return EntryKind::kAbsence;
        else if constexpr (std::is_same_v<T, LatenessRecorded>)
          return EntryKind::kLateness;
        else if constexpr (std::is_same_v<T, AbsenceExcused>)
          return EntryKind::kExcuse;
        else if constexpr (std::is_same_v<T, WorkPlanned>)
          return EntryKind::kWork;
        else if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, MakeupMarkGiven>)
          return EntryKind::kMark;
        else if constexpr (std::is_same_v<T, MarkAwaited>)
          return EntryKind::kAwaited;
        else if constexpr (std::is_same_v<T, MarkImported>)
          return EntryKind::kImported;
        else if constexpr (std::is_same_v<T, PeriodMarkGiven>)
          return EntryKind::kPeriodMark;
        else if constexpr (std::is_same_v<T, PeriodMarkWaived>)
          return EntryKind::kWaiver;
        else if constexpr (std::is_same_v<T, AttestationMarkGiven>)
          return EntryKind::kAttestation;
        else if constexpr (std::is_same_v<T, FinalMarkGiven>)
          return EntryKind::kFinalMark;
        else if constexpr (std::is_same_v<T, WrittenWishGiven>)
          return EntryKind::kWish;
        else if constexpr (std::is_same_v<T, AbsenceAnnounced>)
          return EntryKind::kAnnounced;
        else if constexpr (std::is_same_v<T, PrintoutHanded>)
          return EntryKind::kPrintout;
        else if constexpr (std::is_same_v<T, ForecastIssued>)
          return EntryKind::kForecast;
        else if constexpr (std::is_same_v<T, HomeworkSet>)
          return EntryKind::kHomework;
        else if constexpr (std::is_same_v<T, RemarkRecorded>)
          return EntryKind::kRemark;
        else if constexpr (std::is_same_v<T, DiarySigned>)
          return EntryKind::kSignature;
        else if constexpr (std::is_same_v<T, LessonCancelled> || std::is_same_v<T, LessonMoved> ||
                           std::is_same_v<T, SubstitutionOrdered>)
          return EntryKind::kLessonChange;
        else
          return EntryKind::kOther;
      },
      body);
}

// What the entry at the root of a chain says.
struct Says {
  EntryView& view;
  template <class T>
  void operator()(const T& b) const {
    if constexpr (requires { b.student; }) view.student = b.student;
    if constexpr (requires { b.value; }) view.value = b.value;
    if constexpr (requires { b.code; }) view.value = b.code;
    if constexpr (requires { b.text; }) view.value = b.text;
    if constexpr (requires { b.minutes; }) view.minutes = b.minutes;
    if constexpr (requires { b.work; }) view.work = b.work;
    if constexpr (requires { b.part; }) view.part = b.part;
    if constexpr (std::is_same_v<T, MakeupMarkGiven>) view.absence = b.absence;
    if constexpr (requires { b.period; }) view.period = b.period;
    if constexpr (std::is_same_v<T, PeriodMarkGiven>) view.detail = b.average;
    if constexpr (std::is_same_v<T, AttestationMarkGiven>) view.detail = b.form, view.from = b.held_on;
    if constexpr (std::is_same_v<T, MarkImported>) view.detail = b.kind, view.from = b.held_on;
    if constexpr (std::is_same_v<T, AbsenceAnnounced>) view.from = b.from, view.to = b.to;
    if constexpr (std::is_same_v<T, AbsenceExcused>)
      view.excused = b.excused, view.from = b.from, view.to = b.to, view.value = b.kind;
    if constexpr (std::is_same_v<T, HomeworkSet>)
      view.due = b.due, view.audience = b.audience, view.files = b.files, view.detail = b.kind;
    if constexpr (std::is_same_v<T, WorkPlanned>) view.value = b.title, view.detail = b.kind;
    if constexpr (std::is_same_v<T, RemarkRecorded>) view.value = b.kind;
    if constexpr (std::is_same_v<T, LessonRecorded>) view.value = b.kind, view.detail = b.mode;
  }
};

}  // namespace

std::string_view entry_kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kLesson: return "lesson";
    case EntryKind::kTopic: return "topic";
    case EntryKind::kAttendance: return "attendance";
    case EntryKind::kAbsence: return "absence";
    case EntryKind::kLateness: return "lateness";
    case EntryKind::kExcuse: return "excuse";
    case EntryKind::kWork: return "work";
    case EntryKind::kMark: return "mark";
    case EntryKind::kHomework: return "homework";
    case EntryKind::kRemark: return "remark";
    case EntryKind::kSignature: return "signature";
    case EntryKind::kLessonChange: return "lesson_change";
    case EntryKind::kAwaited: return "mark_awaited";
    case EntryKind::kImported: return "imported_mark";
    case EntryKind::kPeriodMark: return "period_mark";
    case EntryKind::kWaiver: return "period_mark_waived";
    case EntryKind::kAttestation: return "attestation_mark";
    case EntryKind::kFinalMark: return "final_mark";
    case EntryKind::kWish: return "written_wish";
    case EntryKind::kAnnounced: return "absence_announced";
    case EntryKind::kPrintout: return "printout";
    case EntryKind::kForecast: return "forecast";
    case EntryKind::kOther: return "other";
  }
  return "";
}

bool is_result(EntryKind kind) {
  switch (kind) {
    case EntryKind::kImported:
    case EntryKind::kPeriodMark:
    case EntryKind::kWaiver:
    case EntryKind::kAttestation:
    case EntryKind::kFinalMark:
    case EntryKind::kForecast: return true;
    default: return false;
  }
}

std::string_view act_name(Act act) {
  switch (act) {
    case Act::kEntry: return "entry";
    case Act::kCorrection: return "correction";
    case Act::kWithdrawal: return "withdrawal";
    case Act::kAnnulment: return "annulment";
  }
  return "";
}

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::kStanding: return "standing";
    case Standing::kReplaced: return "replaced";
    case Standing::kWithdrawn: return "withdrawn";
    case Standing::kAnnulled: return "annulled";
    case Standing::kProposed: return "proposed";
    case Standing::kDenied: return "denied";
    case Standing::kVoid: return "void";
  }
  return "";
}

void Acts::push(Node node) {
  for (const auto& awaited : node.entry->event.awaits) node.awaits.push_back(awaited.role);
  node.effective = node.awaits.empty() ? node.entry->event.index : kNever;
  by_id_.emplace(node.entry->statement.id, static_cast<std::uint32_t>(nodes_.size()));
  nodes_.push_back(std::move(node));
}

void Acts::add(const Entry& entry, std::uint32_t scope) {
  if (entry.event.verdict == Verdict::kRefused) return add_void(entry, scope);
  const Body& body = entry.statement.body;
  if (const auto* corrected = std::get_if<EntryCorrected>(&body))
    return add_act(entry, corrected->target, corrected->withdrawn ? Act::kWithdrawal : Act::kCorrection);
  if (const auto* annulled = std::get_if<EntryAnnulled>(&body))
    return add_act(entry, annulled->target, Act::kAnnulment);
  if (const auto* endorsed = std::get_if<Endorsed>(&body)) return endorse(entry, *endorsed);
  Node node;
  node.entry = &entry;
  node.root = static_cast<std::uint32_t>(nodes_.size());
  node.scope = scope;
  node.kind = kind_of(body);
  push(std::move(node));
}

// Known to nobody by its id: what was refused can be repeated, and nothing can be done to it.
void Acts::add_void(const Entry& entry, std::uint32_t scope) {
  if (entry.event.rule != kVoidRule) return;
  Node node;
  node.entry = &entry;
  node.root = static_cast<std::uint32_t>(nodes_.size());
  node.scope = scope;
  node.kind = kind_of(entry.statement.body);
  node.standing = Standing::kVoid;
  nodes_.push_back(std::move(node));
}

void Acts::add_act(const Entry& entry, const Id& target, Act act) {
  const auto found = by_id_.find(target);
  if (found == by_id_.end()) return;
  Node node;
  node.entry = &entry;
  node.target = found->second;
  node.root = nodes_[found->second].root;
  node.scope = nodes_[found->second].scope;
  node.kind = nodes_[found->second].kind;
  node.act = act;
  push(std::move(node));
}

void Acts::endorse(const Entry& entry, const Endorsed& body) {
  const auto found = by_id_.find(body.target);
  if (found == by_id_.end()) return;
  Node& node = nodes_[found->second];
  if (node.effective != kNever || node.denied) return;
  const Role role = entry.statement.acting_as;
  node.endorsements.push_back({entry.statement.author, role, entry.event.index, entry.event.recorded_at, body.approve});
  if (!body.approve) {
    node.denied = true;
    return;
  }
  const auto awaited = awaited_by(node.awaits, role, node.entry->statement.body.index());
  if (awaited != node.awaits.end()) node.awaits.erase(awaited);
  if (node.awaits.empty()) node.effective = entry.event.index;
}

void Acts::settle() {
  settle_undoings();
  settle_versions();
}

// From the last act to the first: whatever undoes an act comes after it, so it is known whether it stands itself.
void Acts::settle_undoings() {
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (node.standing == Standing::kVoid) continue;
    if (node.undone_by != kNone)
      node.standing = nodes_[node.undone_by].act == Act::kAnnulment ? Standing::kAnnulled : Standing::kWithdrawn;
    else if (node.denied)
      node.standing = Standing::kDenied;
    else if (node.effective == kNever)
      node.standing = Standing::kProposed;
    const bool undoes = node.act == Act::kWithdrawal || node.act == Act::kAnnulment;
    if (undoes && node.standing == Standing::kStanding) nodes_[node.target].undone_by = static_cast<std::uint32_t>(i);
  }
}

// The versions of an entry that took effect, in the order in which they did: each replaces the one before.
void Acts::settle_versions() {
  std::vector<std::uint32_t> corrections;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].act == Act::kCorrection) corrections.push_back(i);
  std::sort(corrections.begin(), corrections.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(nodes_[a].root, nodes_[a].effective) < std::pair(nodes_[b].root, nodes_[b].effective);
  });
  std::uint32_t latest = kNone;
  for (const std::uint32_t i : corrections) {
    Node& node = nodes_[i];
    if (node.standing != Standing::kStanding) continue;
    const Node& root = nodes_[node.root];
    if (root.undone_by != kNone) {  // the whole entry is gone, with every version of it
      node.standing = root.standing;
      node.undone_by = root.undone_by;
      continue;
    }
    if (latest == kNone || nodes_[latest].root != node.root) latest = node.root;
    nodes_[latest].replaced_by = i;
    nodes_[latest].standing = Standing::kReplaced;
    latest = i;
  }
}

const Acts::Node* Acts::current(const Node& node) const {
  const Node* version = &nodes_[node.root];
  while (version->replaced_by != kNone) version = &nodes_[version->replaced_by];
  return version->standing == Standing::kStanding ? version : nullptr;
}

void Acts::know_outages(const OfficeBook& office, std::vector<std::vector<Id>> classes_of_scopes,
                        std::vector<Id> others) {
  office_ = &office;
  classes_of_scopes_ = std::move(classes_of_scopes);
  other_classes_ = std::move(others);
}

std::optional<std::uint64_t> Acts::excuse_of(const Node& node) const {
  const Event& event = node.entry->event;
  if (office_ == nullptr || event.verdict != Verdict::kLate) return std::nullopt;
  const auto& classes = node.scope < classes_of_scopes_.size() ? classes_of_scopes_[node.scope] : other_classes_;
  const Outage* outage = office_->excuse(event.deadline, event.recorded_at, classes);
  return outage == nullptr ? std::nullopt : std::optional(outage->index);
}

EntryView Acts::view(const Node& node) const {
  const Event& event = node.entry->event;
  const Statement& statement = node.entry->statement;
  EntryView view;
  view.kind = node.kind;
  view.act = node.act;
  view.standing = node.standing;
  view.id = statement.id;
  view.index = event.index;
  view.recorded_at = event.recorded_at;
  view.offset = {event.utc_offset};
  view.author = statement.author;
  view.acting_as = statement.acting_as;
  view.late = event.verdict == Verdict::kLate;
  view.late_seconds = event.late_seconds;
  view.deadline = event.deadline;
  view.rule = event.rule;
  view.excused_by = excuse_of(node);
  if (node.target != kNone) view.corrects = nodes_[node.target].entry->event.index;
  if (node.replaced_by != kNone) view.replaced_by = nodes_[node.replaced_by].entry->event.index;
  if (node.undone_by != kNone) view.undone_by = nodes_[node.undone_by].entry->event.index;
  view.awaits = node.awaits;
  view.endorsements = node.endorsements;
  if (node.standing == Standing::kVoid) return view;
  if (statement.basis) view.basis_kind = statement.basis->kind, view.basis_number = statement.basis->number;
  view.sealed = statement.commitments;
  std::visit(Says{view}, root(node).body);
  if (const auto* corrected = std::get_if<EntryCorrected>(&statement.body)) {
    view.value = corrected->value;
    view.minutes = corrected->minutes;
  }
  if (const auto* annulled = std::get_if<EntryAnnulled>(&statement.body))
    view.value = {}, view.detail = annulled->decision;
  return view;
}

}  // namespace letopis::projections
