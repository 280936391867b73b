#include "projections/view_json.h"

namespace letopis::projections {
namespace {

std::string_view role_name(ledger::Role role) {
  const auto number = static_cast<std::size_t>(role);
  return number >= 1 && number <= std::size(ledger::kRoleNames) ? ledger::kRoleNames[number - 1] : std::string_view();
}

}  // namespace

const std::string& ViewJson::name(const Id& person) {
  const auto it = names_.find(person);
  return it != names_.end() ? it->second : names_.emplace(person, name_of_(person)).first->second;
}

void ViewJson::person(std::string_view key, const Id& id) {
  if (id.is_zero()) return;
  w_.key(key).hex(id);
  w_.text(std::string(key) + "_name", name(id));
}

void ViewJson::entry(const EntryView& entry, const LessonSheet* sheet) {
  w_.begin_object().key("index").number(entry.index).key("id").hex(entry.id);
  w_.text("kind", entry_kind_name(entry.kind))
      .text("act", act_name(entry.act))
      .text("standing", standing_name(entry.standing));
  says(entry, sheet);
  history(entry);
  seconded(entry);
  texts(entry);
  w_.end_object();
}

void ViewJson::entries(std::string_view key, std::span<const EntryView> list, const LessonSheet* sheet) {
  w_.key(key).begin_array();
  for (const auto& item : list) entry(item, sheet);
  w_.end_array();
}

void ViewJson::says(const EntryView& entry, const LessonSheet* sheet) {
  w_.text_if("value", entry.value).text_if("detail", entry.detail).number_if("minutes", entry.minutes);
  w_.hex_if("work", entry.work).number_if("part", entry.part);
  if (sheet != nullptr && !entry.work.is_zero()) {
    const auto number = sheet->work_numbers.find(entry.work);
    if (number != sheet->work_numbers.end()) {
      const WorkView& work = sheet->works[number->second];
      w_.text("work_kind", work.kind).text_if("work_title", work.title);
    }
  }
  w_.hex_if("absence", entry.absence).hex_if("period", entry.period);
  if (entry.kind == EntryKind::kExcuse) w_.key("excused").boolean(entry.excused);
  w_.date_if("from", entry.from).date_if("to", entry.to);
  w_.date_if("due", entry.due);
  if (only_.is_zero() && !entry.audience.empty()) {
    w_.key("audience").begin_array();
    for (const auto& student : entry.audience) w_.hex(student);
    w_.end_array();
  }
  if (!entry.files.empty()) {
    w_.key("files").begin_array();
    for (const auto& file : entry.files) w_.hex(file);
    w_.end_array();
  }
}

void ViewJson::history(const EntryView& entry) {
  w_.key("recorded_at").instant(entry.recorded_at).key("recorded_local").local(entry.recorded_at, entry.offset);
  person("author", entry.author);
  w_.text("acting_as", role_name(entry.acting_as))
      .text("verdict", entry.standing == Standing::kVoid ? "refused"
                       : entry.late                      ? "late"
                                                         : "accepted");
  if (entry.standing == Standing::kVoid) w_.text("rule", entry.rule);
  if (entry.late) {
    w_.key("late_seconds").number(entry.late_seconds).text_if("rule", entry.rule);
    w_.key("deadline").instant(entry.deadline).key("deadline_local").local(entry.deadline, entry.offset);
    if (entry.excused_by) w_.key("excused_by").number(*entry.excused_by);
  }
  if (!entry.basis_kind.empty())
    w_.key("basis").begin_object().text("kind", entry.basis_kind).text_if("number", entry.basis_number).end_object();
  if (entry.corrects) w_.key("corrects").number(*entry.corrects);
  if (entry.replaced_by) w_.key("replaced_by").number(*entry.replaced_by);
  if (entry.undone_by) w_.key("undone_by").number(*entry.undone_by);
}

void ViewJson::seconded(const EntryView& entry) {
  if (!entry.awaits.empty()) {
    w_.key("awaits").begin_array();
    for (const auto role : entry.awaits) w_.string(role_name(role));
    w_.end_array();
  }
  if (entry.endorsements.empty()) return;
  w_.key("endorsements").begin_array();
  for (const auto& endorsement : entry.endorsements) {
    w_.begin_object();
    person("author", endorsement.author);
    w_.text("acting_as", role_name(endorsement.role)).key("index").number(endorsement.index);
    w_.key("recorded_at").instant(endorsement.recorded_at).key("approved").boolean(endorsement.approved).end_object();
  }
  w_.end_array();
}

// A text the caller may not see, or that was erased, is told by its field alone: that there is one is in the ledger.
void ViewJson::texts(const EntryView& entry) {
  if (entry.sealed.empty()) return;
  w_.key("texts").begin_array();
  for (const auto& sealed : entry.sealed) {
    if (!only_.is_zero() && sealed.person != only_) continue;
    w_.begin_object().text("field", sealed.field).key("text");
    if (const auto text = text_of_(sealed.digest))
      w_.string(*text);
    else
      w_.null();
    w_.end_object();
  }
  w_.end_array();
}

void ViewJson::lesson(const LessonView& lesson, const LessonSheet& sheet) {
  w_.key("id").hex(lesson.id).key("date").date(lesson.date).number_if("slot", lesson.slot);
  if (lesson.slots > 1) w_.key("slots").number(lesson.slots);
  w_.key("starts").instant(lesson.starts).key("ends").instant(lesson.ends);
  person("teacher", lesson.teacher);
  person("substitute", lesson.substitute);
  w_.text_if("other_subject", lesson.other_subject);
  w_.text_if("room", lesson.room).key("scheduled").boolean(lesson.scheduled).key("recorded").boolean(lesson.recorded);
  w_.key("cancelled").boolean(lesson.cancelled).key("moved").boolean(lesson.moved);
  if (lesson.moved && lesson.moved_to.days != 0)
    w_.key("moved_to").date(lesson.moved_to).key("moved_to_slot").number(lesson.moved_to_slot);
  else if (lesson.moved)
    w_.key("moved_from").date(lesson.place.date).key("moved_from_slot").number(lesson.place.slot);
  w_.text_if("lesson_kind", lesson.kind).text_if("mode", lesson.mode);
  entries("changes", lesson.changes);
  entries("records", lesson.records);
  entries("topics", lesson.topics);
  entries("homework", lesson.homework);
  w_.key("works").begin_array();
  for (const auto number : lesson.works) w_.hex(sheet.works[number].id);
  w_.end_array();
}

void ViewJson::work(const WorkView& work, const LessonSheet& sheet) {
  w_.begin_object().key("id").hex(work.id);
  if (work.lesson != UINT32_MAX) w_.key("lesson").hex(sheet.lessons[work.lesson].id);
  w_.date_if("held_on", work.held_on)
      .text("kind", work.kind)
      .number_if("number", work.number)
      .text_if("title", work.title);
  w_.key("parts").number(work.parts).text_if("scale", work.scale).key("weight").number(work.weight);
  w_.hex_if("same_as", work.same_as);
  w_.key("standing").boolean(work.standing);
  entries("history", work.history);
  w_.end_object();
}

void ViewJson::homework(const HomeworkView& homework, const LessonSheet& sheet) {
  w_.begin_object().key("group").hex(homework.group);
  if (homework.lesson != UINT32_MAX) w_.key("lesson").hex(sheet.lessons[homework.lesson].id);
  w_.date_if("given_on", homework.given_on).date_if("due", homework.entry.due).key("entry");
  entry(homework.entry);
  w_.end_object();
}

}  // namespace letopis::projections
