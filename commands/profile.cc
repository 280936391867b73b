#include "commands/profile.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <toml++/toml.h>

#include "commands/builtin_profiles.h"
#include "signing/base/time.h"
#include "signing/sha256.h"

namespace letopis::commands {
namespace {

constexpr int kDaysMax = 366;
constexpr int kMinutesPerDay = 1440;
constexpr std::size_t kTextMaxBytes = 1024;

constexpr RuleSpec kRuleSpecs[] = {
    {rule::kKeyRevoked, "date", "ключ отозван", "key revoked"},
    {rule::kNotEntitled, "role required", "не та должность", "not in this capacity"},
    {rule::kNotOwnGroup, "", "чужая группа", "not their own group"},
    {rule::kNotOwnSubject, "", "чужой предмет", "not their own subject"},
    {rule::kNotEnrolled, "date", "обучающийся не в этой группе", "student not in the group"},
    {rule::kUnknownReference, "reference", "ссылка на неизвестное", "refers to something unknown"},
    {rule::kDuplicateEntry, "", "такая запись уже есть", "entered already"},
    {rule::kSecondMark, "limit", "вторая отметка", "second mark"},
    {rule::kSecondLesson, "date", "урок уже записан", "lesson recorded already"},
    {rule::kInvalidValue, "value allowed", "недопустимое значение", "value not allowed"},
    {rule::kBannedEntry, "value", "запрещённая запись", "banned entry"},
    {rule::kNotRussian, "", "запись не на русском языке", "not in Russian"},
    {rule::kPersonUnknown, "", "человек не зарегистрирован", "person unknown"},
    {rule::kPersonExists, "", "человек уже зарегистрирован", "person registered already"},
    {rule::kRoleUnknown, "role", "роль не действует", "role not held"},
    {rule::kGroupExists, "", "группа уже открыта", "group open already"},
    {rule::kPeriodOverlap, "from to", "периоды пересекаются", "periods overlap"},
    {rule::kDictionaryUnknown, "code allowed", "нет в справочнике", "not in the dictionary"},
    {rule::kSchoolExists, "", "школа уже создана", "school created already"},
    {rule::kStateClash, "reference", "противоречит внесённому", "contradicts what is recorded"},
    {rule::kOutsideTimetable, "date", "вне расписания без основания", "outside the timetable, no basis"},
    {rule::kFutureEntry, "date time", "раньше урока", "before the lesson"},
    {rule::kRetroactiveEffect, "date", "задним числом", "retroactive"},
    {rule::kSubgroupMoveMidPeriod, "", "смена подгруппы среди периода", "subgroup changed within a period"},
    {rule::kNoBasis, "allowed", "нет основания", "no basis"},
    {rule::kSeenTooOld, "date limit", "подготовлено по старому состоянию", "prepared on an old state"},
    {rule::kSeenUnknown, "", "подготовлено по чужому состоянию", "prepared on a state never signed"},
    {rule::kAlreadyDecided, "", "решение уже принято", "decided already"},
    {rule::kTargetMissing, "reference", "записи нет", "no such entry"},
    {rule::kCannotAnnul, "", "не аннулируется", "cannot be annulled"},
    {rule::kCorrectionForbidden, "", "исправление запрещено", "correction forbidden"},
    {rule::kAlreadyEndorsed, "", "уже подписано", "endorsed already"},
    {rule::kCannotEndorseOwn, "", "подпись под своей записью", "own entry endorsed"},
    {rule::kInvitationUnknown, "", "нет такого приглашения", "no such invitation"},
    {rule::kInvitationExpired, "date", "приглашение истекло", "invitation expired"},
    {rule::kInvitationUsed, "", "приглашение использовано", "invitation used"},
    {rule::kInvitationRevoked, "", "приглашение отозвано", "invitation revoked"},
    {rule::kInvitationSuperseded, "", "приглашение устарело", "invitation void",
     "Приглашение больше не действует: после него этот человек уже получил ключ.",
     "The invitation is void: this person has got a key since."},
    {rule::kLessonMarkDeadline, "deadline lateness", "срок отметки за урок", "deadline of lesson marks"},
    {rule::kWrittenWorkDeadline, "deadline lateness", "срок отметки за письменную работу",
     "deadline of marks for written work"},
    {rule::kAttendanceDeadline, "deadline lateness", "срок отметки о посещаемости", "deadline of attendance"},
    {rule::kHomeworkDeadline, "deadline lateness", "срок домашнего задания", "deadline of homework"},
    {rule::kLessonDeadline, "deadline lateness", "срок записи урока", "deadline of lessons"},
    {rule::kTopicDeadline, "deadline lateness", "срок записи темы", "deadline of topics"},
    {rule::kRemarkDeadline, "deadline lateness", "срок замечания", "deadline of remarks"},
    {rule::kExcuseDeadline, "deadline lateness", "срок сведений о пропусках", "deadline of excuses"},
};

// The roles a second signature may be asked of; spelled as the schema and staff.csv spell them.
constexpr std::string_view kEndorsingRoles[] = {"administrator", "class_teacher",      "commission",     "deputy_head",
                                                "director",      "head_of_department", "head_of_studies"};

// The first thing found wrong, thrown inside this file only: toml++ throws too, and parse_profile catches both.
struct Refusal {
  toml::source_index line;
  std::string reason;
};
[[noreturn]] void refuse(toml::source_index line, std::string reason) { throw Refusal{line, std::move(reason)}; }

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

// A table being read: every key asked for is noted, and done() refuses what nobody asked for.
class Table {
 public:
  Table(const toml::table& table, std::string name, const std::string& profile_id)
      : table_(table), name_(std::move(name)), profile_id_(profile_id) {}

  toml::source_index line() const { return table_.source().begin.line; }
  toml::source_index line_of(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node != nullptr ? node->source().begin.line : line();
  }
  const std::string& name() const { return name_; }
  bool has(std::string_view key) const { return table_.contains(key); }

  std::string text(std::string_view key) {
    const toml::node& node = need(key);
    const auto* value = node.as_string();
    if (value == nullptr) wrong_type(node, key, "a string");
    const std::string& text = value->get();
    if (text.empty() || text.size() > kTextMaxBytes)
      refuse(node.source().begin.line,
             label(key) + " is empty or longer than " + std::to_string(kTextMaxBytes) + " bytes");
    for (const char c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        refuse(node.source().begin.line, label(key) + " holds a control character");
    return text;
  }

  int number(std::string_view key, int least, int most) {
    const toml::node& node = need(key);
    const auto* value = node.as_integer();
    if (value == nullptr) wrong_type(node, key, "a whole number");
    if (value->get() < least || value->get() > most)
      refuse(node.source().begin.line,
             label(key) + " is outside " + std::to_string(least) + "–" + std::to_string(most));
    return static_cast<int>(value->get());
  }

  // One of the given words; answers its place among them.
  std::size_t choice(std::string_view key, std::initializer_list<std::string_view> words) {
    const std::string value = text(key);
    std::string expected;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words.begin()[i] == value) return i;
      expected += (i == 0 ? "\"" : ", \"") + std::string(words.begin()[i]) + "\"";
    }
    refuse(line_of(key), label(key) + " is \"" + value + "\"; known: " + expected);
  }

  std::vector<std::string> texts(std::string_view key) {
    const toml::node& node = need(key);
    const auto* array = node.as_array();
    if (array == nullptr) wrong_type(node, key, "an array of strings");
    std::vector<std::string> values;
    for (const toml::node& item : *array) {
      const auto* value = item.as_string();
      if (value == nullptr) wrong_type(item, key, "an array of strings");
      if (value->get().empty()) refuse(item.source().begin.line, label(key) + " holds an empty string");
      if (std::find(values.begin(), values.end(), value->get()) != values.end())
        refuse(item.source().begin.line, label(key) + " names \"" + value->get() + "\" twice");
      values.push_back(value->get());
    }
    return values;
  }

  Table table(std::string_view key) {
    const toml::node& node = need(key);
    const auto* value = node.as_table();
    if (value == nullptr) wrong_type(node, key, "a table");
    return {*value, label(key), profile_id_};
  }

  std::vector<Table> tables(std::string_view key) {
    const toml::node& node = need(key);
    const auto* array = node.as_array();
    if (array == nullptr || array->empty()) wrong_type(node, key, "an array of tables");
    std::vector<Table> out;
    for (const toml::node& item : *array) {
      const auto* value = item.as_table();
      if (value == nullptr) wrong_type(item, key, "an array of tables");
      out.emplace_back(*value, label(key), profile_id_);
    }
    return out;
  }

  std::vector<std::pair<std::string, toml::source_index>> keys() const {
    std::vector<std::pair<std::string, toml::source_index>> out;
    for (const auto& [key, node] : table_) out.emplace_back(std::string(key.str()), key.source().begin.line);
    return out;
  }

  // A clause of this very regulation, or silence; never both, never neither.
  Source source() {
    Source out;
    if (has("silent")) {
      const toml::node& node = need("silent");
      const auto* value = node.as_boolean();
      if (value == nullptr) wrong_type(node, "silent", "true");
      if (!value->get()) refuse(node.source().begin.line, name_ + ": silent is true or absent");
      out.silent = true;
    }
    if (has("clause")) out.clause = clause();
    if (out.silent && !out.clause.empty())
      refuse(line_of("silent"), name_ + " names a clause and calls the regulation silent");
    if (!out.silent && out.clause.empty()) refuse(line(), name_ + " has neither a clause nor silent = true");
    return out;
  }

  void done() const {
    for (const auto& [key, line] : keys())
      if (!asked_.contains(key)) refuse(line, "unknown key " + label(key));
  }

 private:
  std::string label(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }

  const toml::node& need(std::string_view key) {
    asked_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) refuse(line(), label(key) + " is missing");
    return *node;
  }

  [[noreturn]] void wrong_type(const toml::node& node, std::string_view key, std::string_view expected) const {
    refuse(node.source().begin.line, label(key) + " must be " + std::string(expected));
  }

  std::string clause() {
    std::string clause = text("clause");
    const std::string prefix = profile_id_ + " ";
    const std::string_view number = std::string_view(clause).substr(std::min(prefix.size(), clause.size()));
    if (!clause.starts_with(prefix) || number.find_first_of("0123456789") == std::string_view::npos ||
        clause.size() > 64)
      refuse(line_of("clause"), name_ + ".clause is \"" + clause + "\"; a clause is written \"" + prefix + "3.3\"");
    return clause;
  }

  const toml::table& table_;
  std::string name_;
  const std::string& profile_id_;
  std::set<std::string, std::less<>> asked_;
};

LatePolicy read_late_policy(Table& table, std::string_view key) {
  constexpr LatePolicy kPolicies[] = {LatePolicy::kMarkLate, LatePolicy::kNeedsBasis, LatePolicy::kRefuse};
  return kPolicies[table.choice(key, {"mark_late", "needs_basis", "refuse"})];
}

int read_minute(Table& table, std::string_view key) {
  const std::string text = table.text(key);
  const auto minute = parse_minute(text);
  if (!minute) refuse(table.line_of(key), table.name() + "." + std::string(key) + ": " + minute.error().detail);
  return *minute;
}

int read_until(Table& table, int school_day_end) {
  const std::string until = table.text("until");
  if (until == "midnight") return kMinutesPerDay;
  if (until == "school_day_end") return school_day_end;
  const auto minute = parse_minute(until);
  if (!minute)
    refuse(table.line_of("until"),
           table.name() + ".until is \"midnight\", \"school_day_end\" or a time of day such as \"16:00\"");
  return *minute;
}

DeadlineRule read_deadline(Table table, const Profile& profile) {
  DeadlineRule out;
  out.source = table.source();
  if (table.has("days_after")) {
    out.days_after = table.number("days_after", 0, kDaysMax);
    out.until_minute = read_until(table, profile.school_day.end_minute);
  } else if (table.has("until")) {
    refuse(table.line_of("until"), table.name() + ".until says when a day ends, and days_after is missing");
  }
  if (table.has("hours_after_group_classes"))
    out.hours_after_group_classes = table.number("hours_after_group_classes", 0, 24);
  if (!out.days_after && !out.hours_after_group_classes)
    refuse(table.line(), table.name() + " sets no term: days_after or hours_after_group_classes");
  out.late = table.has("late") ? read_late_policy(table, "late") : profile.late.policy;
  table.done();
  return out;
}

Scale read_scale(Table& table) {
  Scale scale;
  scale.name = table.text("name");
  if (table.has("values")) {
    scale.values = table.texts("values");
    if (scale.values.empty()) refuse(table.line_of("values"), "scale \"" + scale.name + "\" allows nothing");
    if (table.has("min") || table.has("max"))
      refuse(table.line(), "scale \"" + scale.name + "\" is a list of values or a range, not both");
  } else {
    scale.range.emplace(table.number("min", 0, 1000), table.number("max", 0, 1000));
    if (scale.range->first >= scale.range->second)
      refuse(table.line_of("max"), "scale \"" + scale.name + "\": max is not above min");
  }
  table.done();
  return scale;
}

void read_scales(Table& root, Profile& profile) {
  for (Table& table : root.tables("scales")) {
    Scale scale = read_scale(table);
    if (profile.find_scale(scale.name) != nullptr)
      refuse(table.line_of("name"), "scale \"" + scale.name + "\" is defined twice");
    profile.scales.push_back(std::move(scale));
  }
}

void read_marks(Table& root, Profile& profile) {
  Table marks = root.table("marks");
  profile.marks.source = marks.source();
  profile.marks.default_scale = marks.text("default_scale");
  profile.marks.max_per_cell = marks.number("max_per_cell", 1, 10);
  marks.done();
  if (profile.find_scale(profile.marks.default_scale) == nullptr)
    refuse(marks.line_of("default_scale"), "no scale is called \"" + profile.marks.default_scale + "\"");

  Table banned = root.table("banned_entries");
  profile.banned_entries.source = banned.source();
  profile.banned_entries.values = banned.texts("values");
  banned.done();
  for (const Scale& scale : profile.scales)
    for (const std::string& value : profile.banned_entries.values)
      if (scale.allows(value))
        refuse(banned.line_of("values"), "\"" + value + "\" is banned, yet scale \"" + scale.name + "\" allows it");
}

void read_corrections(Table& root, Profile& profile) {
  Table table = root.table("correction");
  CorrectionRule& rule = profile.correction;
  rule.source = table.source();
  constexpr CorrectionMode kModes[] = {CorrectionMode::kForbidden, CorrectionMode::kReasonAndApproval};
  rule.mode = kModes[table.choice("mode", {"forbidden", "reason_and_approval"})];
  if (rule.mode == CorrectionMode::kForbidden && table.has("endorsed_by"))
    refuse(table.line_of("endorsed_by"), "correction.endorsed_by has no meaning where corrections are forbidden");
  if (rule.mode == CorrectionMode::kReasonAndApproval) {
    rule.endorsed_by = table.text("endorsed_by");
    if (std::find(std::begin(kEndorsingRoles), std::end(kEndorsingRoles), rule.endorsed_by) ==
        std::end(kEndorsingRoles))
      refuse(table.line_of("endorsed_by"), "correction.endorsed_by: no role \"" + rule.endorsed_by + "\" can endorse");
  }
  table.done();

  Table absence = root.table("correction_of_absence");
  profile.correction_of_absence.source = absence.source();
  constexpr AbsenceCorrectionMode kAbsenceModes[] = {AbsenceCorrectionMode::kWithTeacher,
                                                     AbsenceCorrectionMode::kByClassTeacher};
  profile.correction_of_absence.mode = kAbsenceModes[absence.choice("mode", {"with_teacher", "by_class_teacher"})];
  absence.done();
}

void read_school_day(Table& root, Profile& profile) {
  Table day = root.table("school_day");
  profile.school_day.source = day.source();
  profile.school_day.end_minute = read_minute(day, "end");
  day.done();
  Table late = root.table("late");
  profile.late.source = late.source();
  profile.late.policy = read_late_policy(late, "policy");
  late.done();
}

void read_other(Table& root, Profile& profile) {
  Table seen = root.table("seen");
  profile.seen.source = seen.source();
  profile.seen.max_age_minutes = seen.number("max_age_minutes", 1, kDaysMax * kMinutesPerDay);
  seen.done();
  Table period = root.table("period_mark");
  profile.period_mark.source = period.source();
  profile.period_mark.window_days = period.number("window_days", 1, kDaysMax);
  profile.period_mark.days_before_holidays = period.number("days_before_holidays", 0, kDaysMax);
  period.done();
  if (profile.period_mark.days_before_holidays >= profile.period_mark.window_days)
    refuse(period.line(), "period_mark: the window closes before it opens");
  Table moves = root.table("subgroup_moves");
  profile.subgroup_moves.source = moves.source();
  constexpr SubgroupMoves kMoves[] = {SubgroupMoves::kAnyTime, SubgroupMoves::kPeriodEndOnly};
  profile.subgroup_moves.when = kMoves[moves.choice("when", {"any_time", "period_end_only"})];
  moves.done();
  Table language = root.table("language");
  profile.language.source = language.source();
  profile.language.russian_only = language.choice("records", {"any", "russian"}) == 1;
  language.done();
}

// Every {name} of a message is one the rule offers, and every brace belongs to one.
void check_message(const Table& table, std::string_view key, std::string_view message, std::string_view placeholders) {
  for (std::size_t at = 0; (at = message.find_first_of("{}", at)) != std::string_view::npos;) {
    const std::size_t end = message.find('}', at);
    if (message[at] != '{' || end == std::string_view::npos)
      refuse(table.line_of(key), table.name() + ": a stray brace in the message");
    const std::string_view name = message.substr(at + 1, end - at - 1);
    if (!has_word(placeholders, name))
      refuse(table.line_of(key), table.name() + ": the rule offers no {" + std::string(name) + "}");
    at = end + 1;
  }
}

void read_rules(Table& root, Profile& profile) {
  Table rules = root.table("rules");
  for (const RuleSpec& spec : kRuleSpecs) {
    if (!spec.en.empty() && !rules.has(spec.id)) {
      const std::string id(spec.id);
      profile.rules.emplace(id, Rule{id, {}, true, std::string(spec.ru), std::string(spec.en)});
      continue;
    }
    Table table = rules.table(spec.id);
    const Source source = table.source();
    Rule rule{std::string(spec.id), source.clause, source.silent, table.text("ru"), table.text("en")};
    check_message(table, "ru", rule.message_ru, spec.placeholders);
    check_message(table, "en", rule.message_en, spec.placeholders);
    table.done();
    profile.rules.emplace(rule.id, std::move(rule));
  }
  rules.done();
}

// A parameter and the rule that refuses by it stand on one and the same clause.
void check_clauses_agree(const toml::table& root, const Profile& profile) {
  const struct {
    std::string_view parameter;
    const Source& source;
    std::string_view rule;
  } pairs[] = {
      {"lesson", profile.lesson.source, rule::kLessonDeadline},
      {"topic", profile.topic.source, rule::kTopicDeadline},
      {"attendance", profile.attendance.source, rule::kAttendanceDeadline},
      {"lesson_mark", profile.lesson_mark.source, rule::kLessonMarkDeadline},
      {"written_work", profile.written_work.source, rule::kWrittenWorkDeadline},
      {"homework", profile.homework.source, rule::kHomeworkDeadline},
      {"remark", profile.remark.source, rule::kRemarkDeadline},
      {"excuse", profile.excuse.source, rule::kExcuseDeadline},
      {"banned_entries", profile.banned_entries.source, rule::kBannedEntry},
      {"seen", profile.seen.source, rule::kSeenTooOld},
      {"subgroup_moves", profile.subgroup_moves.source, rule::kSubgroupMoveMidPeriod},
      {"language", profile.language.source, rule::kNotRussian},
      {"marks", profile.marks.source, rule::kSecondMark},
      {"correction", profile.correction.source, rule::kCorrectionForbidden},
  };
  for (const auto& pair : pairs)
    if (profile.rule(pair.rule).clause != pair.source.clause)
      refuse(root["rules"][pair.rule].node()->source().begin.line,
             "rules." + std::string(pair.rule) + " and [" + std::string(pair.parameter) + "] name different clauses");
}

std::string read_id(Table& root) {
  std::string id = root.text("id");
  const bool good = id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good) refuse(root.line_of("id"), "id is up to 32 of a–z, 0–9 and -");
  return id;
}

Profile read_profile(const toml::table& toml) {
  Profile profile;
  Table root(toml, "", profile.id);  // clauses are checked against the id, which is read first
  root.number("format", 1, 1);
  profile.id = read_id(root);
  profile.title_ru = root.text("title_ru");
  profile.title_en = root.text("title_en");
  profile.regulation_sha256 = root.text("regulation_sha256");
  if (!fixed_from_hex<Hash>(profile.regulation_sha256))
    refuse(root.line_of("regulation_sha256"), "regulation_sha256 is 64 hexadecimal digits, lower case");
  read_school_day(root, profile);
  const std::pair<std::string_view, DeadlineRule Profile::*> deadlines[] = {{"lesson", &Profile::lesson},
                                                                            {"topic", &Profile::topic},
                                                                            {"attendance", &Profile::attendance},
                                                                            {"lesson_mark", &Profile::lesson_mark},
                                                                            {"written_work", &Profile::written_work},
                                                                            {"homework", &Profile::homework},
                                                                            {"remark", &Profile::remark},
                                                                            {"excuse", &Profile::excuse}};
  for (const auto& [key, member] : deadlines) profile.*member = read_deadline(root.table(key), profile);
  read_scales(root, profile);
  read_marks(root, profile);
  read_corrections(root, profile);
  read_other(root, profile);
  read_rules(root, profile);
  root.done();
  check_clauses_agree(toml, profile);
  return profile;
}

}  // namespace

std::span<const RuleSpec> rule_specs() { return kRuleSpecs; }

std::string_view rule_title(std::string_view id, Language language) {
  const auto spec =
      std::find_if(std::begin(kRuleSpecs), std::end(kRuleSpecs), [&](const auto& s) { return s.id == id; });
  if (spec == std::end(kRuleSpecs)) return id;
  return language == Language::kRussian ? spec->title_ru : spec->title_en;
}

std::string render_message(const Rule& rule, Language language, const std::map<std::string, std::string>& values) {
  const std::string& message = language == Language::kRussian ? rule.message_ru : rule.message_en;
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = message.find('{', at);
    const std::size_t close = open == std::string::npos ? open : message.find('}', open);
    if (close == std::string::npos) return out.append(message, at);
    out.append(message, at, open - at);
    const auto value = values.find(message.substr(open + 1, close - open - 1));
    out += value == values.end() ? "—" : value->second;
    at = close + 1;
  }
}

bool Scale::allows(std::string_view value) const {
  if (!range) return std::find(values.begin(), values.end(), value) != values.end();
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool one_spelling = error == std::errc() && std::to_string(number) == value;
  return one_spelling && end == value.data() + value.size() && number >= range->first && number <= range->second;
}

std::string Scale::describe() const {
  if (range) return std::to_string(range->first) + "–" + std::to_string(range->second);
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ", ") + value;
  return out;
}

const Rule& Profile::rule(std::string_view rule_id) const {
  const auto found = rules.find(rule_id);
  LETOPIS_ASSERT(found != rules.end());
  return found->second;
}

const Scale* Profile::find_scale(std::string_view name) const {
  for (const Scale& scale : scales)
    if (scale.name == name) return &scale;
  return nullptr;
}

Result<Profile> parse_profile(std::string_view toml, std::string_view name) {
  const auto refused = [&](toml::source_index line, std::string_view reason) {
    return fail("bad_profile", std::string(name) + ":" + std::to_string(line) + ": " + std::string(reason));
  };
  if (toml.size() > kProfileSizeMaxBytes)
    return refused(1, "longer than " + std::to_string(kProfileSizeMaxBytes) + " bytes");
  try {
    Profile profile = read_profile(toml::parse(toml, name));
    profile.toml = toml;
    profile.hash = signing::sha256(as_bytes(toml));
    return profile;
  } catch (const toml::parse_error& error) {
    return refused(error.source().begin.line, error.description());
  } catch (const Refusal& refusal) {
    return refused(refusal.line, refusal.reason);
  }
}

std::optional<std::string_view> builtin_profile(std::string_view id) {
  for (const BuiltinProfile& profile : builtin_profiles())
    if (profile.id == id) return as_text({profile.bytes, profile.size});
  return std::nullopt;
}

std::vector<std::string_view> builtin_profile_ids() {
  std::vector<std::string_view> ids;
  for (const BuiltinProfile& profile : builtin_profiles()) ids.push_back(profile.id);
  return ids;
}

}  // namespace letopis::commands
