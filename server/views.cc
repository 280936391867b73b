#include "server/views.h"

#include <algorithm>
#include <deque>
#include <iterator>

#include "projections/diary.h"
#include "projections/journal.h"
#include "server/answers.h"
#include "server/shard_reader.h"

namespace letopis::server {

using commands::School;
using projections::SchoolState;
using projections::ShardKey;
using projections::View;

namespace {

// --- What is asked for, and what of it the caller may see ------------------------------------------------------------

struct JournalScope {
  bool own_class = false;  // only the pupils of the viewer's own class
  ReadableTexts texts;
};

std::optional<JournalScope> journal_scope(const Caller& caller, const Object& object) {
  const SchoolState& state = *caller.structure;
  JournalScope scope;
  if (!allow(state, caller.viewer, Action::kJournal, object)) {
    if (!allow(state, caller.viewer, Action::kJournalOwnClass, object)) return std::nullopt;
    scope.own_class = true;
  }
  scope.texts = readable_texts(state, caller.viewer, object);
  return scope;
}

// Dates of a period, or as given. Nothing is said of a group before the caller is known to see it.
Result<Object> journal_object(const Caller& caller, const JournalQuery& query) {
  Object object{.group = query.group, .from = query.from, .to = query.to};
  if (!query.period.is_zero()) {
    const auto* period = caller.structure->period(query.period);
    if (period == nullptr) return fail("not_found", "no such period");
    object.from = period->from;
    object.to = period->to;
  }
  if (object.to < object.from || object.to - object.from >= kJournalDaysMax)
    return fail("malformed", "a journal covers 1 to 400 days");
  return object;
}

std::string number(std::int64_t value) { return std::to_string(value); }

std::string journal_key(const Caller& caller, const Object& object, const JournalScope& scope, const std::string& at) {
  std::string key = "j/" + caller.school->slug() + '/' + to_hex(object.group.view()) + '/' + number(object.from.days) +
                    '/' + number(object.to.days) + '/' + (scope.texts.conduct ? 'c' : '-') +
                    (scope.texts.health ? 'h' : '-') + '/' + at;
  if (scope.own_class) key += '/' + to_hex(caller.viewer.person.view()) + '/' + number(caller.viewer.today.days);
  return key;
}

std::string diary_key(const Caller& caller, const DiaryQuery& query, const ReadableTexts& texts) {
  return "d/" + caller.school->slug() + '/' + to_hex(query.student.view()) + '/' + number(query.week.days) + '/' +
         (texts.conduct ? 'c' : '-') + (texts.health ? 'h' : '-') + '/' + query.at;
}

// --- Reading shards --------------------------------------------------------------------------------------------------

// Fills in what the rendering depends on, as of the entries it reads: whatever came since makes it stale at once.
void note_versions(const School& school, const Moment& moment, const std::vector<ShardKey>& keys, Rendered& rendered) {
  rendered.structure_version = moment.past ? school.structure_version() : moment.structure->structure_version();
  if (moment.past) return;  // the past does not change; names may
  school.read([&](const commands::ReadModel& model) {
    for (const auto& key : keys) {
      const auto* shard = model.shards.find(key);
      std::size_t entries = 0;
      if (shard != nullptr)
        entries = static_cast<std::size_t>(std::lower_bound(shard->entries.begin(), shard->entries.end(), moment.size) -
                                           shard->entries.begin());
      rendered.shards.push_back({key, entries});
    }
  });
}

projections::TextOf texts_for(const School& school, const ReadableTexts& readable) {
  return [&school, readable](const Hash& commitment) -> std::optional<std::string> {
    if (!readable.conduct && !readable.health) return std::nullopt;
    auto text = school.sealed_text(commitment);
    return text && readable.allows(text->field) ? std::optional(std::move(text->text)) : std::nullopt;
  };
}
projections::NameOf names_of(const School& school) {
  return [&school](const Id& person) { return school.name_of(person); };
}

RenderedPtr finish(std::shared_ptr<Rendered> rendered, std::string body) {
  rendered->etag = etag_of(body);
  rendered->body = std::make_shared<const std::string>(std::move(body));
  return rendered;
}

// A homework for some pupils: to the given ones alone, and whom else it was for is not said. `kept` outlives the view.
void keep_audiences(projections::JournalView& view, const std::vector<Id>& students,
                    std::deque<std::vector<Id>>& kept) {
  const auto is_for_others = [&](projections::EntryView& entry) {
    if (entry.audience.empty()) return false;
    auto& own = kept.emplace_back();
    std::copy_if(entry.audience.begin(), entry.audience.end(), std::back_inserter(own),
                 [&](const Id& id) { return std::binary_search(students.begin(), students.end(), id); });
    entry.audience = own;
    return own.empty();
  };
  std::erase_if(view.sheet.homework, [&](auto& homework) { return is_for_others(homework.entry); });
  for (auto& lesson : view.sheet.lessons) std::erase_if(lesson.homework, is_for_others);
}

// Leaves of a journal only what belongs to the given pupils (sorted).
void keep_students(projections::JournalView& view, const std::vector<Id>& students,
                   std::deque<std::vector<Id>>& kept_audiences) {
  std::vector<std::uint32_t> renumbered(view.students.size(), UINT32_MAX);
  std::vector<projections::JournalStudent> kept;
  for (std::size_t i = 0; i < view.students.size(); ++i)
    if (std::binary_search(students.begin(), students.end(), view.students[i].id)) {
      renumbered[i] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(std::move(view.students[i]));
    }
  view.students = std::move(kept);
  std::erase_if(view.cells, [&](const auto& cell) { return renumbered[cell.student] == UINT32_MAX; });
  for (auto& cell : view.cells) cell.student = renumbered[cell.student];
  keep_audiences(view, students, kept_audiences);
}

}  // namespace

Result<Moment> moment_of(const School& school, const std::string& at) {
  Moment moment;
  const auto size = school.size_at(at);
  if (!size) return fail("malformed", "at: expected an instant like 2026-09-01T10:30:00+03:00, or a number of entries");
  moment.size = *size;
  moment.past =
      moment.size < school.read([](const auto& model) { return static_cast<std::uint64_t>(model.times.size()); });
  if (moment.past) {
    TRY(moment.structure, school.structure_at(moment.size));
  } else {
    moment.structure = school.structure();
  }
  return moment;
}

RenderedPtr Views::fresh(const School& school, const std::string& key) {
  auto rendered = cache_.find(key);
  if (rendered == nullptr) {
    ++cache_.counters().misses;
    return nullptr;
  }
  if (!is_fresh(school, *rendered)) {
    ++cache_.counters().stale;
    return nullptr;
  }
  ++cache_.counters().hits;
  return rendered;
}

// --- Journal ---------------------------------------------------------------------------------------------------------

Result<RenderedPtr> Views::journal(const Caller& caller, const JournalQuery& query) {
  TRY(const Object object, journal_object(caller, query));
  const auto scope = journal_scope(caller, object);
  if (!scope) return fail("forbidden", {});
  if (caller.structure->group(query.group) == nullptr) return fail("not_found", "no such group");
  const School& school = *caller.school;
  const std::string key = journal_key(caller, object, *scope, query.at);
  if (auto known = fresh(school, key)) return known;

  TRY(const Moment moment, moment_of(school, query.at));
  const auto shards = journal_weeks(query.group, object.from, object.to);
  auto rendered = std::make_shared<Rendered>();
  note_versions(school, moment, shards, *rendered);
  TRY(const ShardEntries decoded, read_shards(school, shards, moment.size));
  auto view = projections::fold_journal(*moment.structure, query.group, object.from, object.to, decoded.entries);
  std::deque<std::vector<Id>> audiences;
  if (scope->own_class) keep_students(view, own_class_students(*caller.structure, caller.viewer, object), audiences);
  auto result = finish(rendered, projections::journal_json(view, names_of(school), texts_for(school, scope->texts)));
  cache_.put(key, result);
  return result;
}

RenderedPtr Views::cached_journal(const Caller& caller, const JournalQuery& query) {
  const auto object = journal_object(caller, query);
  if (!object) return nullptr;
  const auto scope = journal_scope(caller, *object);
  return scope ? fresh(*caller.school, journal_key(caller, *object, *scope, query.at)) : nullptr;
}

// --- Diary -----------------------------------------------------------------------------------------------------------

namespace {
bool sees_diary(const Caller& caller, const Id& student) {
  return allow(*caller.structure, caller.viewer, Action::kDiary, {.student = student});
}
}  // namespace

Result<RenderedPtr> Views::diary(const Caller& caller, const DiaryQuery& query) {
  if (!sees_diary(caller, query.student)) return fail("forbidden", {});
  if (caller.structure->person(query.student) == nullptr) return fail("not_found", "no such student");
  const School& school = *caller.school;
  const auto texts = readable_texts(*caller.structure, caller.viewer, {.student = query.student});
  const std::string key = diary_key(caller, query, texts);
  if (auto known = fresh(school, key)) return known;

  TRY(const Moment moment, moment_of(school, query.at));
  const auto groups = moment.structure->groups_of_student(query.student, query.week, query.week + 6);
  std::vector<ShardKey> shards{{View::kDiary, query.student, query.week}};
  for (const auto& group : groups) shards.push_back({View::kJournal, group, query.week});
  auto rendered = std::make_shared<Rendered>();
  note_versions(school, moment, shards, *rendered);
  std::vector<ShardEntries> decoded;
  std::vector<projections::GroupWeek> weeks;
  decoded.reserve(shards.size());
  for (const auto& shard : shards) {
    TRY(decoded.emplace_back(), read_shards(school, {shard}, moment.size));
  }
  for (std::size_t i = 0; i < groups.size(); ++i) weeks.push_back({groups[i], decoded[i + 1].entries});
  const auto view = projections::fold_diary(*moment.structure, query.student, query.week, decoded[0].entries, weeks);
  auto result = finish(rendered, projections::diary_json(view, names_of(school), texts_for(school, texts)));
  cache_.put(key, result);
  return result;
}

RenderedPtr Views::cached_diary(const Caller& caller, const DiaryQuery& query) {
  if (!sees_diary(caller, query.student)) return nullptr;
  const auto texts = readable_texts(*caller.structure, caller.viewer, {.student = query.student});
  return fresh(*caller.school, diary_key(caller, query, texts));
}

}  // namespace letopis::server
