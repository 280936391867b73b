#include "projections/registers.h"

#include <algorithm>

namespace letopis::projections {
namespace {

// What a book keeps by statement, in the order of the log.
template <class Map>
auto in_order(const Map& book) {
  std::vector<const typename Map::value_type*> list;
  for (const auto& item : book) list.push_back(&item);
  std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) {
    return std::tie(a->second.index, a->first) < std::tie(b->second.index, b->first);
  });
  return list;
}

// The members of one line.
class Line {
 public:
  Line(const RegisterAsked& asked, JsonWriter& w) : asked_(asked), w_(w) { w_.begin_object(); }
  ~Line() { w_.end_object(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& entry(const Id& id, std::uint64_t index) {
    w_.key("id").hex(id).key("index").number(index);
    return *this;
  }
  Line& group(const Id& id) {
    if (const Group* group = asked_.state.group(id)) {
      w_.key("group").begin_object().key("id").hex(id).text("label", group->label).text("subject", group->subject);
      w_.end_object();
    }
    return *this;
  }
  Line& klass(const Id& id) {
    if (const Class* klass = asked_.state.klass(id)) {
      w_.key("class").begin_object().key("id").hex(id).text("label", klass->label(asked_.on)).end_object();
    }
    return *this;
  }
  Line& person(std::string_view key, const Id& id) {
    if (!id.is_zero()) w_.key(key).hex(id).text(std::string(key) + "_name", asked_.name_of(id));
    return *this;
  }
  Line& people(std::string_view key, const std::vector<Id>& ids) {
    w_.key(key).begin_array();
    for (const auto& id : ids) w_.begin_object().key("id").hex(id).text("name", asked_.name_of(id)).end_object();
    w_.end_array();
    return *this;
  }
  Line& files(const std::vector<Hash>& files) {
    w_.key("files").begin_array();
    for (const auto& file : files) w_.hex(file);
    w_.end_array();
    return *this;
  }
  JsonWriter& with() { return w_; }

 private:
  const RegisterAsked& asked_;
  JsonWriter& w_;
};

}  // namespace

// --- Plans and what is given out -------------------------------------------------------------------------------------

void write_coursework(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.plans().courseworks())) {
    const Coursework& work = item->second;
    if (!asked.shown({.group = work.group, .person = work.student})) continue;
    Line line(asked, w);
    line.entry(item->first, work.index).group(work.group).person("student", work.student);
    line.with().text("title", work.title).date_if("due", work.due).text_if("value", work.value());
  }
}

// The shared base of lesson plans; the lines of the one that is asked for.
void write_plan_templates(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.plans().plans())) {
    const Plan& plan = item->second;
    if (!plan.group.is_zero() || (!asked.one.is_zero() && item->first != asked.one) || !asked.shown({})) continue;
    Line line(asked, w);
    line.entry(item->first, plan.index).person("author", plan.author).with().text("title", plan.title);
    w.text("subject_code", plan.subject_code).number_if("grade", plan.grade).key("hours").number(plan.hours());
    if (asked.one.is_zero()) continue;
    w.key("lines").begin_array();
    for (const auto& row : plan.lines) {
      w.begin_object().text("number", row.number).text("topic", row.topic).key("hours").number(row.hours);
      w.text_if("kind", row.kind).text_if("homework", row.homework).end_object();
    }
    w.end_array();
  }
}

void write_work_programmes(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& programme : asked.state.plans().programmes()) {
    if (!asked.shown({})) continue;
    w.begin_object().key("index").number(programme.index).text("title", programme.title);
    w.text("subject_code", programme.subject_code).number_if("grade", programme.grade);
    w.hex_if("file", programme.file).end_object();
  }
}

void write_programmes(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& [code, programme] : asked.state.programmes()) {
    if (!asked.shown({})) continue;
    w.begin_object().text("code", code).text("title", programme.title).text_if("kind", programme.kind);
    w.number_if("years", programme.years).end_object();
  }
}

void write_curricula(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& curriculum : asked.state.plans().curricula()) {
    std::vector<Id> classes;
    for (const auto& klass : curriculum.classes)
      if (asked.shown({.klass = klass})) classes.push_back(klass);
    if (classes.empty()) continue;
    Line line(asked, w);
    line.entry(curriculum.id, curriculum.index).with().text("title", curriculum.title);
    w.key("from").date(curriculum.from).key("classes").begin_array();
    for (const auto& klass : classes) w.hex(klass);
    w.end_array().key("items").begin_array();
    for (const auto& item : curriculum.items) {
      w.begin_object().text("subject_code", item.subject_code).text("subject", item.subject);
      w.key("hours").number(item.hours).number_if("weekly", item.weekly).text_if("attestation", item.attestation);
      w.end_object();
    }
    w.end_array();
  }
}

void write_study_schedules(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& [id, klass] : asked.state.classes()) {
    const auto* spans = klass.schedule.at(asked.on);
    if (spans == nullptr || !asked.shown({.klass = id})) continue;
    Line line(asked, w);
    line.klass(id).with().key("spans").begin_array();
    for (const auto& span : *spans)
      w.begin_object().key("from").date(span.from).key("to").date(span.to).text("kind", span.kind).end_object();
    w.end_array();
  }
}

void write_materials(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& material : asked.state.plans().materials()) {
    if (!asked.shown({.group = material.group})) continue;
    Line line(asked, w);
    w.key("index").number(material.index).key("on").date(material.on);
    line.group(material.group).with().text("title", material.title).text_if("kind", material.kind);
    w.text_if("url", material.url).hex_if("file", material.file);
  }
}

namespace {

// Whoever is shown the whole task sees everybody's work; a pupil, a family, a class teacher that of their own.
void write_submissions(const RegisterAsked& asked, JsonWriter& w, const Id& task, const std::vector<Id>& students) {
  w.key("submissions").begin_array();
  for (const auto* item : in_order(asked.state.plans().submissions())) {
    const TaskSubmission& sent = item->second;
    if (sent.task != task || std::find(students.begin(), students.end(), sent.student) == students.end()) continue;
    Line line(asked, w);
    line.entry(item->first, sent.index).person("student", sent.student);
    w.key("on").date(sent.on).hex_if("file", sent.file).key("reviewed").boolean(sent.reviewed);
    if (sent.reviewed) w.key("accepted").boolean(sent.accepted);
  }
  w.end_array();
}

}  // namespace

void write_tasks(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.plans().tasks())) {
    const Task& task = item->second;
    const bool whole = asked.shown({.group = task.group});
    std::vector<Id> students;
    for (const auto& student : task.students)
      if (whole || asked.shown({.person = student})) students.push_back(student);
    if (!whole && students.empty()) continue;
    Line line(asked, w);
    line.entry(item->first, task.index).group(task.group).people("students", students).files(task.files);
    w.text("title", task.title).date_if("due", task.due);
    write_submissions(asked, w, item->first, students);
  }
}

// --- Attestation -----------------------------------------------------------------------------------------------------

void write_debts(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.attestation().debts())) {
    const Debt& debt = item->second;
    if (!asked.shown({.group = debt.group, .person = debt.student})) continue;
    Line line(asked, w);
    line.entry(item->first, debt.index).group(debt.group).person("student", debt.student);
    w.hex_if("period", debt.period).key("since").date(debt.since).key("cleared").boolean(debt.cleared);
    w.key("retakes").begin_array();
    for (const auto& retake : debt.scheduled) {
      w.begin_object().key("number").number(retake.number).key("on").date(retake.on);
      w.hex_if("commission", retake.commission).end_object();
    }
    w.end_array();
  }
}

void write_commissions(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.attestation().commissions())) {
    const Commission& commission = item->second;
    if (!asked.shown({.group = commission.group})) continue;
    Line(asked, w).entry(item->first, commission.index).group(commission.group).people("members", commission.members);
  }
}

void write_referrals(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.attestation().referrals())) {
    const Referral& referral = item->second;
    if (!asked.shown({.group = referral.group, .person = referral.student})) continue;
    Line line(asked, w);
    line.entry(item->first, referral.index).group(referral.group).person("student", referral.student);
    if (const auto* request = asked.state.attestation().request(referral.request)) w.text("form", request->form);
    w.key("on").date(referral.on).hex_if("commission", referral.commission).key("used").boolean(referral.used);
  }
}

void write_council(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& decision : asked.state.attestation().decisions()) {
    if (!asked.shown({.person = decision.student})) continue;
    Line line(asked, w);
    w.key("index").number(decision.index).key("on").date(decision.on).text("kind", ledger::enum_name(decision.kind));
    line.person("student", decision.student).klass(decision.klass);
  }
}

void write_individual_modes(const RegisterAsked& asked, JsonWriter& w) {
  std::vector<std::pair<const IndividualMode*, Id>> list;
  for (const auto& [student, modes] : asked.state.individual_modes())
    for (const auto& mode : modes)
      if (asked.shown({.person = student})) list.emplace_back(&mode, student);
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first->index < b.first->index; });
  for (const auto& [mode, student] : list) {
    Line line(asked, w);
    line.person("student", student).klass(asked.state.class_of(student, asked.on));
    w.key("index").number(mode->index).text("kind", mode->kind).key("from").date(mode->from);
    if (mode->to < kForever) w.key("to").date(mode->to);
  }
}

// --- The office ------------------------------------------------------------------------------------------------------

void write_consents(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.office().all_consents())) {
    const auto& consent = item->second;
    if (!asked.shown({.person = consent.person})) continue;
    Line line(asked, w);
    line.entry(item->first, consent.index).person("person", consent.person);
    w.text_if("kind", consent.kind).key("on").date(consent.on).key("standing").boolean(consent.standing);
  }
}

void write_compromises(const RegisterAsked& asked, JsonWriter& w) {
  std::vector<std::pair<const Compromise*, Id>> list;
  for (const auto& [id, compromise] : asked.state.office().compromises()) list.emplace_back(&compromise, id);
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a.first->reported < b.first->reported; });
  for (const auto& [compromise, id] : list) {
    if (!asked.shown({.person = compromise->person})) continue;
    Line line(asked, w);
    line.entry(id, compromise->reported).person("person", compromise->person);
    w.date_if("learned_on", compromise->learned_on);
    if (compromise->received) w.key("received").number(*compromise->received);
  }
}

void write_consultations(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto* item : in_order(asked.state.office().consultations())) {
    const Consultation& asking = item->second;
    if (!asked.shown({.person = asking.from, .other = asking.to})) continue;
    Line line(asked, w);
    line.entry(item->first, asking.index).person("from", asking.from).person("to", asking.to);
    w.key("on").date(asking.on);
    if (asking.answered) w.key("answered").number(*asking.answered);
  }
}

void write_violations(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& violation : asked.state.office().violations()) {
    if (violation.on < asked.since) continue;
    if (!asked.shown({.klass = violation.klass, .person = violation.author})) continue;
    Line line(asked, w);
    w.key("index").number(violation.index).key("on").date(violation.on).text_if("kind", violation.kind);
    line.klass(violation.klass).person("teacher", violation.teacher).person("author", violation.author);
  }
}

void write_printouts(const RegisterAsked& asked, JsonWriter& w) {
  for (const auto& [guardian, student] : asked.state.office().declined()) {
    const Id klass = asked.state.class_of(student, std::min(asked.on, asked.week + 6));
    if (klass.is_zero() || !asked.shown({.klass = klass, .person = student})) continue;
    Line line(asked, w);
    line.klass(klass).person("student", student).person("guardian", guardian);
    const auto handed = asked.printed(student, asked.week);
    w.key("handed").boolean(handed.has_value());
    if (!handed) continue;
    w.key("index").number(handed->index);
    line.person("by", handed->author);
  }
}

void count_activity(const ledger::Entry& entry, ActivityOfWeeks& to) {
  const auto role = entry.statement.acting_as;
  if (role == ledger::Role::kService || role == ledger::Role::kRoot) return;
  const Date week = local_date(entry.event.recorded_at, {entry.event.utc_offset}).monday();
  Activity& activity = to[{week, role}];
  if (entry.event.verdict == ledger::Verdict::kRefused) {
    ++activity.refused;
    return;
  }
  ++activity.entries;
  if (entry.event.verdict == ledger::Verdict::kLate) ++activity.late;
  activity.people.insert(entry.statement.author);
}

void write_activity(const RegisterAsked& asked, JsonWriter& w) {
  if (asked.activity == nullptr || !asked.shown({})) return;
  for (const auto& [place, activity] : *asked.activity) {
    w.begin_object().text("week", format_week(place.first)).text("role", ledger::enum_name(place.second));
    w.key("people").number(activity.people.size()).key("entries").number(activity.entries);
    w.key("late").number(activity.late).key("refused").number(activity.refused).end_object();
  }
}

}  // namespace letopis::projections
