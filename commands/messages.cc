// The values a rule's message shows: dates in the reader's order, roles by their names, never a name or a value of a pupil
// other than the one the author just sent.

#include <algorithm>

#include "commands/decide_case.h"
#include "commands/shape.h"
#include "commands/titles.h"

namespace letopis::commands {

using namespace ledger;
using projections::SchoolState;

namespace {

std::string titles(RoleSet set, Language language) {
  std::string text;
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); (set & role_bit(role)) != 0)
      (text += text.empty() ? "" : ", ") += role_title(role, language);
  return text;
}

std::string duration(std::int64_t seconds, Language language) {
  const bool ru = language == Language::kRussian;
  const std::int64_t minutes = (seconds + 59) / 60;
  const std::int64_t days = minutes / (24 * 60);
  const std::int64_t hours = minutes / 60 % 24;
  std::string text;
  if (days > 0) text += std::to_string(days) + (ru ? " дн. " : " d ");
  if (hours > 0) text += std::to_string(hours) + (ru ? " ч " : " h ");
  if (days == 0) text += std::to_string(minutes % 60) + (ru ? " мин" : " min");
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// --- What an entry speaks of

template <class T>
concept OfLesson = requires(const T& body) {
  body.lesson;
};
template <class T>
concept OfGroup = requires(const T& body) {
  body.group;
};

struct Asked {
  const SchoolState& state;
  const Profile& profile;
  const Statement& st;
  std::string_view rule;
  Instant recorded_at;

  Date today() const { return state.local_today(recorded_at); }
};

// When the lesson or the work begins that an entry is about; nothing when it is about none, or about an unknown one.
struct Begins {
  Date date;
  int minute = 0;
};
Begins local_begin(const SchoolState& state, Date date, Instant starts) {
  return {date, local_minute(starts, state.offset(date))};
}
template <class T>
std::optional<Begins> begins(const Asked& a, const T& b) {
  if constexpr (OfLesson<T>)
    if (const auto* lesson = a.state.lesson(b.lesson)) return local_begin(a.state, lesson->date, lesson->starts);
  if constexpr (requires { b.work; })
    if (const auto* work = a.state.work(b.work)) return local_begin(a.state, work->held_on, work->starts);
  if constexpr (requires { b.slot; }) {
    if (const auto held = projections::scheduled(a.state, b.group, b.date, b.slot))
      return local_begin(a.state, held->date, held->starts);
    if constexpr (requires { b.start; }) return Begins{b.date, b.start.value};
    return Begins{b.date, 0};
  }
  if constexpr (requires { b.week; }) return Begins{b.week, 0};
  return std::nullopt;
}

// The day an entry speaks of.
template <class T>
Date day_of(const Asked& a, const T& b) {
  if (a.st.effective_from.days != 0) return a.st.effective_from;
  if constexpr (std::is_same_v<T, MarkGiven>) {
    // Enrolment is asked of the day of the entry.
    if (a.rule == rule::kNotEnrolled) return a.today();
  }
  if (const auto begin = begins(a, b)) return begin->date;
  if constexpr (requires { b.held_on; })
    if (b.held_on.days != 0) return b.held_on;
  if constexpr (requires { b.to; })
    if (b.to.days != 0) return b.to;
  return a.today();
}

// --- What an entry refers to and the journal does not hold, or holds otherwise

struct Reference {
  const char* ru;
  const char* en;
  std::string id;
  bool known = false;
};

template <class T>
std::vector<Reference> references(const Asked& a, const T& b) {
  std::vector<Reference> all;
  const auto add = [&](const char* ru, const char* en, const auto& id, bool known) {
    if (!id.is_zero()) all.push_back({ru, en, to_hex(id.view()), known});
  };
  const auto* key = a.state.key(a.st.key);
  add("ключ подписи", "signing key", a.st.key, key != nullptr || std::is_same_v<T, KeyEnrolled>);
  if constexpr (requires { b.group; }) add("группа", "group", b.group, a.state.group(b.group) != nullptr);
  if constexpr (OfLesson<T>) {
    const auto* lesson = a.state.lesson(b.lesson);
    add("урок", "lesson", b.lesson, lesson != nullptr && lesson->standing);
  }
  if constexpr (requires { b.work; }) {
    const auto* work = a.state.work(b.work);
    add("работа", "work", b.work, work != nullptr && work->standing);
  }
  if constexpr (requires { b.klass; }) add("класс", "class", b.klass, a.state.klass(b.klass) != nullptr);
  if constexpr (requires { b.classes; })
    for (const Id& klass : b.classes) add("класс", "class", klass, a.state.klass(klass) != nullptr);
  if constexpr (requires { b.target; }) {
    const auto* entry = a.state.entry(b.target);
    add("запись", "entry", b.target, entry != nullptr && entry->standing);
  }
  if constexpr (std::is_same_v<T, KeyRevoked>) add("ключ", "key", b.key, a.state.key(b.key) != nullptr);
  if constexpr (std::is_same_v<T, ProfileAdopted>) add("регламент", "profile", b.profile, false);
  return all;
}

// The first that is missing; else the one the entry is chiefly about, which is named last.
template <class T>
Words reference(const Asked& a, const T& b) {
  if (a.rule == rule::kStateClash)
    if (const auto begin = begins(a, b)) {
      const std::string day = format_day(begin->date);
      return {"урок " + day + " отменён", "the lesson of " + day + " is cancelled"};
    }
  if (std::is_same_v<T, TimetableChanged> && a.rule == rule::kTargetMissing)
    return {"у группы ещё нет расписания", "the group has no timetable yet"};
  const auto all = references(a, b);
  const auto missing = std::find_if(all.begin(), all.end(), [](const Reference& r) { return !r.known; });
  const Reference& named = missing == all.end() ? all.back() : *missing;
  return {named.ru + (" " + named.id), named.en + (" " + named.id)};
}

// --- Values

// A value that is refused for what the school holds: not of the scale, past the parts of the work, before its lesson, …
template <class T>
Misfit misfit_here(const Asked& a, const T& b) {
  if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, EntryCorrected>) {
    const projections::Work* work = nullptr;
    if constexpr (std::is_same_v<T, MarkGiven>) {
      work = a.state.work(b.work);
      if (work != nullptr && b.part > work->parts)
        return {{"часть " + std::to_string(b.part), "part " + std::to_string(b.part)},
                {"1–" + std::to_string(work->parts), "1–" + std::to_string(work->parts)}};
    } else {
      if (b.value.empty()) return {{"без значения", "no value"}, {"новый текст или отметка", "a new text or mark"}};
      if (const auto* entry = a.state.entry(b.target)) work = a.state.work(entry->subject);
    }
    const auto scale = find_scale(a.state, a.profile, work == nullptr ? std::string_view() : work->scale);
    const std::string allowed = scale ? scale->describe() : std::string();
    return {{std::string(b.value), std::string(b.value)}, {allowed, allowed}};
  } else if constexpr (std::is_same_v<T, LessonRecorded>) {
    if (const auto held = held_at(a.state, b.group, b.date, b.slot, b.lesson)) {
      const std::string id = to_hex(held->id.view());
      return {{to_hex(b.lesson.view()), to_hex(b.lesson.view())}, {"урок расписания " + id, "the timetable's " + id}};
    }
    const std::string times = format_minute(b.start.value) + "–" + format_minute(b.end.value);
    return {{times, times}, {"начало раньше конца", "the start before the end"}};
  } else if constexpr (std::is_same_v<T, HomeworkSet>) {
    const std::string due = format_day(b.due);
    const std::string day = format_day(day_of(a, b));
    return {{"срок " + due, "due " + due}, {"не раньше урока " + day, "not before the lesson of " + day}};
  } else if constexpr (std::is_same_v<T, LessonMoved>) {
    const std::string to = (b.new_date.days == 0 ? "?" : format_day(b.new_date)) + ", " + std::to_string(b.new_slot);
    return {{to, to},
            {"сегодня или позже, на урок, для которого есть звонок", "today or later, at a slot that has a bell"}};
  } else if constexpr (std::is_same_v<T, WorkPlanned>) {
    const std::string day = format_day(b.held_on);
    return {{day, day}, {"не дальше 300 дней", "at most 300 days ahead"}};
  } else {
    return {};
  }
}

// The dictionary's entry that is missing.
std::string unknown_code(const Asked& a, const Body& body) {
  const auto* work = std::get_if<WorkPlanned>(&body);
  if (work == nullptr) return {};
  return std::string(a.state.dictionary("work_kind", work->kind) == nullptr ? work->kind : work->scale);
}

// From when an act may take effect: lessons of today can still be changed, rules and timetables cannot.
Date earliest_effect(const Asked& a) {
  const bool of_one_lesson = std::holds_alternative<LessonCancelled>(a.st.body) ||
                             std::holds_alternative<LessonMoved>(a.st.body) ||
                             std::holds_alternative<SubstitutionOrdered>(a.st.body);
  return of_one_lesson ? a.today() : a.today() + 1;
}

// The date of the rule's sentence.
template <class T>
std::string date_shown(const Asked& a, const T& b) {
  const auto local = [&](Instant at) { return format_local(at, a.state.offset_at(at)); };
  if (a.rule == rule::kRetroactiveEffect) return format_day(earliest_effect(a));
  if (a.rule == rule::kSeenTooOld) return local(a.state.recorded_at(a.st.seen->size));
  if (a.rule == rule::kKeyRevoked) {
    const auto* key = a.state.key(a.st.key);
    if constexpr (std::is_same_v<T, KeyRevoked>)
      if (key == nullptr || !key->revoked) key = a.state.key(b.key);
    return key == nullptr ? std::string() : local(key->revoked_at);
  }
  if (a.rule == rule::kInvitationExpired) {
    if constexpr (std::is_same_v<T, InvitationIssued>) return local(b.expires);
    if constexpr (requires { b.invitation; })
      if (const auto* invitation = a.state.invitation(b.invitation)) return local(invitation->expires);
  }
  return format_day(day_of(a, b));
}

template <class T>
std::map<std::string, std::string> values_of(const Asked& a, const T& b, Language language) {
  const bool ru = language == Language::kRussian;
  std::map<std::string, std::string> values;
  values["date"] = date_shown(a, b);
  if (const auto begin = begins(a, b)) values["time"] = format_minute(begin->minute);
  values["reference"] = reference(a, b).in(language);
  if (a.rule == rule::kInvalidValue) {
    const Misfit found = misfit(a.st).value_or(misfit_here(a, b));
    values["value"] = found.value.in(language);
    values["allowed"] = found.allowed.in(language);
  } else if constexpr (requires { b.value; }) {
    values["value"] = std::string(b.value);
  }
  if (a.rule == rule::kNoBasis)
    values["allowed"] = ru ? "приказ, протокол, справка, заявление или другой документ с номером и датой"
                           : "an order, protocol, certificate, request or other document with number and date";
  if constexpr (requires { b.role; })
    values["role"] = role_title(a.rule == rule::kRoleUnknown ? b.role : a.st.acting_as, language);
  else
    values["role"] = role_title(a.st.acting_as, language);
  if constexpr (requires {
                  b.from;
                  b.to;
                }) {
    values["from"] = format_day(b.from);
    values["to"] = format_day(b.to);
  }
  values["code"] = unknown_code(a, a.st.body);
  return values;
}

}  // namespace

std::map<std::string, std::string> message_values(const SchoolState& state, const Profile& profile,
                                                  const Statement& statement, std::string_view rule_id,
                                                  Instant deadline, Instant recorded_at, Language language) {
  const Asked asked{state, profile, statement, rule_id, recorded_at};
  auto values = std::visit([&](const auto& body) { return values_of(asked, body, language); }, statement.body);
  values["limit"] = rule_id == rule::kSeenTooOld ? duration(profile.seen.max_age_minutes * 60LL, language)
                                                 : std::to_string(profile.marks.max_per_cell);
  values["required"] = titles(right_for(statement.body).signers, language);
  if (deadline.micros != 0) {
    values["deadline"] = format_local(deadline, state.offset_at(deadline));
    values["lateness"] = duration((recorded_at.micros - deadline.micros) / kMicrosPerSecond, language);
  }
  return values;
}

Words message(const SchoolState& state, const Profile& profile, const Statement& statement, std::string_view rule_id,
              Instant deadline, Instant recorded_at) {
  const Rule& rule = profile.rule(rule_id);
  const auto in = [&](Language language) {
    return render_message(rule, language,
                          message_values(state, profile, statement, rule_id, deadline, recorded_at, language));
  };
  return {in(Language::kRussian), in(Language::kEnglish)};
}

}  // namespace letopis::commands
