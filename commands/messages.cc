// The values a rule's message shows: dates in the reader's order, roles by their names, never a name or a value of a pupil
// other than the one the author just sent.

#include "commands/decide.h"
#include "commands/rights.h"
#include "projections/schedule.h"

namespace letopis::commands {

using namespace ledger;

namespace {

struct RoleTitle {
  std::string_view ru, en;
};
constexpr RoleTitle kRoleTitles[] = {
    {"директор", "director"},
    {"заместитель директора", "deputy head"},
    {"заведующий учебной частью", "head of studies"},
    {"заведующий отделением", "head of department"},
    {"администратор", "administrator"},
    {"классный руководитель", "class teacher"},
    {"преподаватель", "teacher"},
    {"мастер производственного обучения", "workshop master"},
    {"секретарь", "secretary"},
    {"архивариус", "archivist"},
    {"бухгалтер", "accountant"},
    {"аудитор", "auditor"},
    {"родитель", "parent"},
    {"обучающийся", "student"},
    {"комиссия", "commission"},
    {"служба журнала", "service"},
    {"корневой ключ", "root key"},
};
static_assert(std::size(kRoleTitles) == std::size(kRoleNames));

std::string title(Role role, Language language) {
  const auto& t = kRoleTitles[static_cast<std::size_t>(role) - 1];
  return std::string(language == Language::kRussian ? t.ru : t.en);
}

std::string titles(RoleSet set, Language language) {
  std::string text;
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); (set & role_bit(role)) != 0)
      text += (text.empty() ? "" : ", ") + title(role, language);
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

// The day an entry speaks of: of its lesson, its work, or the one it names.
template <class T>
Date day_of(const projections::SchoolState&, const T& body) {
  if constexpr (requires { body.date; })
    return body.date;
  else if constexpr (requires { body.held_on; })
    return body.held_on;
  else if constexpr (requires { body.to; })
    return body.to;
  else
    return {};
}

}  // namespace

std::map<std::string, std::string> message_values(const projections::SchoolState& state, const Profile& profile,
                                                  const Statement& statement, std::string_view rule_id,
                                                  Instant deadline, Instant recorded_at, Language language) {
  std::map<std::string, std::string> values;
  const UtcOffset offset = state.offset_at(recorded_at);
  Date day = std::visit([&](const auto& body) { return day_of(state, body); }, statement.body);
  if (statement.effective_from.days != 0) day = statement.effective_from;
  if (const auto* mark = std::get_if<MarkGiven>(&statement.body)) {
    values["value"] = mark->value;
    const auto* work = state.work(mark->work);
    if (work != nullptr) day = work->held_on;
    const Scale* scale =
        profile.find_scale(work == nullptr || work->scale.empty() ? profile.marks.default_scale : work->scale);
    if (scale != nullptr) values["allowed"] = scale->describe();
  }
  if (const auto* key = state.key(statement.key); key != nullptr && key->revoked && rule_id == rule::kKeyRevoked)
    values["date"] = format_local(key->revoked_at, offset);
  else if (day.days != 0)
    values["date"] = format_day(day);
  values["time"] = format_minute(local_minute(recorded_at, offset));
  values["limit"] = rule_id == rule::kSeenTooOld ? duration(profile.seen.max_age_minutes * 60LL, language)
                                                 : std::to_string(profile.marks.max_per_cell);
  values["role"] = title(statement.acting_as, language);
  values["required"] = titles(right_for(statement.body).signers, language);
  if (deadline.micros != 0) {
    values["deadline"] = format_local(deadline, state.offset_at(deadline));
    values["lateness"] = duration((recorded_at.micros - deadline.micros) / kMicrosPerSecond, language);
  }
  return values;
}

}  // namespace letopis::commands
