#include "projections/office_listing.h"

#include <algorithm>

#include "projections/json_writer.h"
#include "projections/schedule.h"

namespace letopis::projections {
namespace {

std::string_view role_name(ledger::Role role) { return ledger::kRoleNames[static_cast<std::size_t>(role) - 1]; }

void write_group(JsonWriter& w, const SchoolState& state, const Id& id) {
  w.key("group").begin_object().key("id").hex(id);
  if (const Group* group = state.group(id)) w.text("label", group->label).text("subject", group->subject);
  w.end_object();
}
void write_person(JsonWriter& w, std::string_view key, const Id& id, const NameOf& name_of) {
  if (id.is_zero()) return;
  w.key(key).hex(id).text(std::string(key) + "_name", name_of(id));
}
void write_ids(JsonWriter& w, std::string_view key, std::span<const Id> ids) {
  w.key(key).begin_array();
  for (const auto& id : ids) w.hex(id);
  w.end_array();
}

}  // namespace

std::string substitutions_json(const SchoolState& state, Date from, Date to, const ShowsSubstitution& shown,
                               const NameOf& name_of) {
  std::vector<const Substitution*> list;
  for (const auto& substitution : state.substitutions())
    if (from <= substitution.place.date && substitution.place.date <= to && shown(substitution))
      list.push_back(&substitution);
  std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) {
    return std::tie(a->place.date, a->place.slot, a->index) < std::tie(b->place.date, b->place.slot, b->index);
  });
  JsonWriter w;
  w.begin_array();
  for (const auto* item : list) {
    w.begin_object().key("id").hex(item->id).key("index").number(item->index);
    w.key("date").date(item->place.date).key("slot").number(item->place.slot);
    write_group(w, state, item->place.group);
    write_person(w, "absent", item->absent, name_of);
    write_person(w, "substitute", item->substitute, name_of);
    w.text_if("kind", item->kind).text_if("pay", item->pay).text_if("subject", item->subject);
    write_ids(w, "joined", item->joined);
    w.key("signed").boolean(state.office().substitution_signed(item->id));
    w.key("cancelled").boolean(!substitution_holds(state, *item)).end_object();
  }
  w.end_array();
  return w.take();
}

namespace {

void write_finding(JsonWriter& w, const SchoolState& state, const Finding& finding, const NameOf& name_of) {
  w.begin_object().key("number").number(finding.number).text("kind", finding.kind);
  write_person(w, "teacher", finding.teacher, name_of);
  if (!finding.group.is_zero()) write_group(w, state, finding.group);
  w.hex_if("lesson", finding.lesson).date_if("due", finding.due);
  if (finding.acknowledged) w.key("acknowledged").number(*finding.acknowledged);
  if (finding.resolved) w.key("resolved").number(*finding.resolved);
  w.end_object();
}

}  // namespace

std::string inspections_json(const SchoolState& state, Date from, Date to, const NameOf& name_of, const Id& teacher,
                             const ShowsInspection& shown) {
  const auto concerns = [&](const Finding& finding) { return teacher.is_zero() || finding.teacher == teacher; };
  std::vector<const Inspection*> list;
  for (const auto& [id, inspection] : state.office().inspections()) {
    const bool in_time = from <= inspection.held && inspection.held <= to && (!shown || shown(inspection));
    if (in_time && (teacher.is_zero() || std::any_of(inspection.findings.begin(), inspection.findings.end(), concerns)))
      list.push_back(&inspection);
  }
  std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->index > b->index; });
  JsonWriter w;
  w.begin_array();
  for (const auto* item : list) {
    w.begin_object().key("id").hex(item->id).key("index").number(item->index).text("kind", item->kind);
    write_person(w, "author", item->author, name_of);
    w.key("held").date(item->held).key("from").date(item->from).key("to").date(item->to);
    write_ids(w, "groups", item->groups);
    write_ids(w, "classes", item->classes);
    if (item->note) w.key("note").hex(*item->note);
    w.key("findings").begin_array();
    for (const auto& finding : item->findings)
      if (concerns(finding)) write_finding(w, state, finding, name_of);
    w.end_array().end_object();
  }
  w.end_array();
  return w.take();
}

std::string documents_json(const SchoolState& state, const Id& person, std::span<const ledger::Role> capacities,
                           std::span<const Id> classes, bool counts, const NameOf& name_of) {
  JsonWriter w;
  w.begin_object().key("documents").begin_array();
  for (const auto& [id, document] : state.office().documents()) {
    const auto& audience = document.audience;
    const bool addressed =
        audience.empty() || std::any_of(capacities.begin(), capacities.end(), [&](ledger::Role role) {
          return std::find(audience.begin(), audience.end(), role) != audience.end();
        });
    if (!addressed && !counts) continue;
    const auto& read = document.acknowledged;
    w.begin_object().key("id").hex(id).key("index").number(document.index).text("title", document.title);
    w.key("file").hex(document.file).key("audience").begin_array();
    for (const auto role : audience) w.string(role_name(role));
    w.end_array().key("acknowledged").boolean(std::find(read.begin(), read.end(), person) != read.end());
    if (counts) w.key("acknowledgements").number(read.size());
    w.end_object();
  }
  w.end_array().key("announcements").begin_array();
  for (const auto& [id, announcement] : state.office().announcements()) {
    const auto& of = announcement.classes;
    const bool addressed = of.empty() || counts || std::any_of(classes.begin(), classes.end(), [&](const Id& klass) {
                             return std::find(of.begin(), of.end(), klass) != of.end();
                           });
    if (announcement.withdrawn || !addressed) continue;
    w.begin_object().key("id").hex(id).key("index").number(announcement.index).text("title", announcement.title);
    w.text("text", announcement.text).key("on").date(announcement.on);
    write_person(w, "author", announcement.author, name_of);
    write_ids(w, "classes", of);
    w.end_object();
  }
  w.end_array().end_object();
  return w.take();
}

std::string dictionary_json(const SchoolState& state) {
  JsonWriter w;
  w.begin_array();
  for (const auto& [key, entry] : state.dictionary()) {
    w.begin_object().text("kind", key.first).text("code", key.second).text("title", entry.title);
    w.key("properties").begin_array();
    for (const auto& [name, value] : entry.properties)
      w.begin_object().text("name", name).text("value", value).end_object();
    w.end_array().end_object();
  }
  w.end_array();
  return w.take();
}

}  // namespace letopis::projections
