// What a receipt's report says, for people and for programs.

#include "replay-tools/receipt_words.h"

#include "ledger/schema/describe.h"

namespace letopis::receipt {

using ledger::json_string;

namespace {

struct StepWords {
  std::string_view name, ru, en;
};
constexpr StepWords kSteps[] = {
    {"vkey", "Ключ журнала (--vkey) читается", "The log's key (--vkey) reads"},
    {"proof_file", "Файл квитанции читается", "The receipt's file reads"},
    {"log_signature", "Контрольная точка подписана журналом", "The checkpoint is signed by the log"},
    {"entry", "Запись в квитанции — та самая", "The entry in the receipt is the one meant"},
    {"inclusion", "Запись стоит под своим номером в подписанном журнале",
     "The entry stands at its index in the signed log"},
    {"genesis", "Журнал начинается с этой школы и этого ключа", "The log opens with this school and this key"},
    {"key_chain", "Ключ автора ведёт к первой записи журнала", "The author's key leads back to the first entry"},
    {"author_signature", "Автор подписал именно это", "The author signed exactly this"},
    {"time", "Свидетели не противоречат времени записи", "Witnesses do not contradict its time"},
    {"week_file", "Файл недели читается", "The week's file reads"},
    {"commitment", "Запись журнала фиксирует состояние на свой момент", "The entry commits to the state before it"},
    {"asked", "Это тот самый ученик и та самая неделя", "It is the student and the week that were asked for"},
    {"entries", "Показанные записи — этого журнала", "The entries shown are of this log"},
    {"complete", "Ничего не пропущено и не добавлено", "Nothing is left out and nothing slipped in"},
    {"later", "Внесённое позже стоит после неё", "What came later follows it"},
    {"names", "Названия групп — из записей, которыми они открыты",
     "Groups are called what the entries that opened them say"},
};

std::string_view words_of(const Step& step, Language language) {
  for (const auto& words : kSteps)
    if (words.name == step.name) return language == Language::kRussian ? words.ru : words.en;
  return step.name;
}

}  // namespace

std::string steps_text(const Report& report, Language language) {
  std::string out;
  for (const auto& step : report.steps) {
    out += step.holds() ? "  + " : "  - ";
    out += words_of(step, language);
    if (!step.holds()) out += ": " + step.reason + (step.detail.empty() ? "" : " (" + step.detail + ")");
    out += "\n";
  }
  return out;
}

std::string_view simulated_words(Language language) {
  return language == Language::kRussian ? " Школа смоделирована: эти записи не о настоящих людях."
                                        : " The school is simulated: its entries are not about real people.";
}

namespace {

// What the school made of an entry that is no plain one.
std::string ruling(const Report& report, bool ru) {
  if (report.refused)
    return (ru ? " Это отказ: школа её не приняла по правилу "
               : " It is a refusal: the school did not accept it, by rule ") +
           report.rule + ".";
  std::string text;
  if (report.late) text = (ru ? " Она внесена с опозданием: " : " It was late: ") + report.rule + ".";
  if (report.awaits)
    text += ru ? " Она действует только со второй подписью." : " It counts only with a second signature.";
  return text;
}

std::string sentence(const Report& report, Language language) {
  const bool ru = language == Language::kRussian;
  std::string text;
  switch (report.verdict) {
    case Verdict::kGood:
      text = ru ? "ВЕРНО (good): запись " + std::to_string(report.index) + " журнала " + report.origin + " подлинная."
                : "GOOD: entry " + std::to_string(report.index) + " of the log " + report.origin + " is genuine.";
      text += ruling(report, ru);
      break;
    case Verdict::kRefuted:
      text = ru ? "ОПРОВЕРГНУТО (refuted): квитанция не доказывает того, что утверждает."
                : "REFUTED: the receipt does not prove what it says.";
      break;
    case Verdict::kUnusable: text = unusable_words(report, ru); break;
  }
  if (report.simulated) text += simulated_words(language);
  return text;
}

// The end of the JSON string that begins at `at`: one past its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

}  // namespace

// What cannot be used need not be the file.
std::string unusable_words(const Report& report, bool ru) {
  if (!report.steps.empty() && report.steps.back().name == "vkey" && !report.steps.back().holds())
    return ru ? "НЕПРИГОДНО (unusable): ключ журнала, названный в --vkey, не читается; файл не проверялся."
              : "UNUSABLE: the log's key that --vkey gives cannot be read; the file was not checked.";
  return ru ? "НЕПРИГОДНО (unusable): проверять нечего." : "UNUSABLE: there is nothing to check.";
}

// JSON text as people read it: a member a line, indented, without brackets.
std::string laid_out(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' || c == '[') {
      ++depth;
      if (depth > 1) out += "\n" + std::string(2 * depth, ' ');
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',') {
      out += "\n" + std::string(2 * depth, ' ');
    } else if (c == '"') {
      const std::size_t end = end_of_string(json, i);
      const bool is_name = end < json.size() && json[end] == ':';
      out += is_name ? json.substr(i + 1, end - i - 2) : json.substr(i, end - i);
      i = end - 1;
    } else {
      out += c;
      if (c == ':' && json[i + 1] != '{' && json[i + 1] != '[') out += ' ';
    }
  }
  return out;
}

std::string zone_words(UtcOffset offset, bool ru) {
  return (ru ? " (время школы, " : " (the school's time, ") + format_offset(offset);
}

// When it was recorded, in words: the bracket, and what it says of the deadline.
std::string time_words(const Report& report, Language language) {
  const bool ru = language == Language::kRussian;
  const Times& times = *report.times;
  const auto shown = [&](Instant at) { return format_local_seconds(at, report.offset); };
  if (times.verdict == TimeVerdict::kUnwitnessed) {
    const std::string heard = std::to_string(times.witnesses + times.authorities);
    return ru ? "Время не засвидетельствовано: из тех, кого называет эта политика, в квитанции подписались " + heard +
                    ", а её кворума нет."
              : "The time is not witnessed: of those whom this policy names " + heard +
                    " have signed in the receipt, and they are not its quorum.";
  }
  std::string text =
      ru ? "Записано не позже " + shown(*times.latest) : "Recorded no later than " + shown(*times.latest);
  if (times.earliest) text += (ru ? " и не раньше " : " and no earlier than ") + shown(*times.earliest);
  text += zone_words(report.offset, ru);
  text += (ru ? "; свидетелей: " : "; witnesses: ") + std::to_string(times.witnesses);
  if (times.authorities > 0)
    text += (ru ? ", служб штампов времени: " : ", time-stamping authorities: ") + std::to_string(times.authorities);
  text += "). ";
  if (times.clock_doubted)
    text += ru ? "Журнал сам записал, что часы сервера были под сомнением: время в самой записи не в счёт, в счёт "
                 "только этот промежуток. "
               : "The log itself has on record that its server's clock was in doubt: the time within the entry does "
                 "not count, these bounds alone do. ";
  const std::string deadline = shown(report.deadline);
  switch (times.verdict) {
    case TimeVerdict::kTimelyProved:
      return text + (ru ? "В срок (до " + deadline + "): доказано." : "In time (by " + deadline + "): proved.");
    case TimeVerdict::kLateProved:
      return text + (ru ? "После срока (до " + deadline + "): доказано." : "Late (due by " + deadline + "): proved.");
    case TimeVerdict::kClaimed:
      return text +
             (ru ? "Срок (" + deadline + ") лежит внутри этого промежутка: в срок ли, известно лишь по часам школы."
                 : "The deadline (" + deadline + ") lies within: whether it was met rests on the school's clock.");
    default: return text + (ru ? "Срока у этой записи нет." : "This entry has no deadline.");
  }
}

namespace {

// Beside the verdict, which stays what it is: when it was signed, by the tokens that were brought.
std::string signed_sentence(const Report& report, bool ru) {
  const Times& times = *report.times;
  if (!times.signed_by)
    return ru ? "Метки времени о подписи ничего не доказывают: не об этой записи или не тех служб, которым верит "
                "политика."
              : "The time-stamps prove nothing of its signing: not over this entry, or of no authorities of the "
                "policy.";
  std::string text = (ru ? "Подписано не позже " : "Signed no later than ") +
                     format_local_seconds(*times.signed_by, report.offset) + " (" + format_offset(report.offset) + ")";
  if (report.deadline.micros == 0) return text + ".";
  const bool in_time = *times.signed_by <= report.deadline;
  if (in_time) return text + (ru ? ": в срок, доказано меткой времени." : ": in time, proved by time-stamp.");
  return text + (ru ? ": после срока." : ": after the deadline.");
}

std::string time_json(const Report& report) {
  const Times& times = *report.times;
  std::string out = ",\"time\":{\"verdict\":" + json_string(time_verdict_name(times.verdict)) +
                    ",\"witnesses\":" + std::to_string(times.witnesses) +
                    ",\"authorities\":" + std::to_string(times.authorities);
  if (times.earliest) out += ",\"earliest\":" + json_string(format_instant(*times.earliest));
  if (times.latest) out += ",\"latest\":" + json_string(format_instant(*times.latest));
  if (report.deadline.micros != 0) out += ",\"deadline\":" + json_string(format_instant(report.deadline));
  if (times.clock_doubted) out += ",\"clock_doubted\":true";
  if (times.signed_by) out += ",\"signed_by\":" + json_string(format_instant(*times.signed_by));
  if (times.tokens_brought && report.deadline.micros != 0)
    out += std::string(",\"signed_in_time\":") +
           (times.signed_by && *times.signed_by <= report.deadline ? "true" : "false");
  return out + "}";
}

}  // namespace

std::string text_report(const Report& report, Language language) {
  std::string out = sentence(report, language) + "\n\n" + steps_text(report, language);
  const bool ru = language == Language::kRussian;
  if (report.times) out += "\n" + time_words(report, language) + "\n";
  if (report.times && report.times->tokens_brought) out += signed_sentence(report, ru) + "\n";
  if (report.entry_json.empty()) return out;
  out += ru ? "\nЗапись" : "\nThe entry";
  if (report.verdict == Verdict::kGood)
    out += ":\n";
  else
    out += ru ? " (не подтверждена):\n" : " (not confirmed):\n";
  return out + "  " + laid_out(report.entry_json) + "\n";
}

std::string json_report(const Report& report) {
  std::string out = "{\"verdict\":" + json_string(verdict_name(report.verdict)) +
                    ",\"simulated\":" + (report.simulated ? "true" : "false") +
                    ",\"origin\":" + json_string(report.origin) + ",\"school\":" + json_string(report.school) +
                    ",\"index\":" + std::to_string(report.index) +
                    ",\"tree_size\":" + std::to_string(report.tree_size) + ",\"steps\":[";
  for (std::size_t i = 0; i < report.steps.size(); ++i) {
    const auto& step = report.steps[i];
    out += (i > 0 ? "," : "") + std::string("{\"name\":") + json_string(step.name) +
           ",\"holds\":" + (step.holds() ? "true" : "false");
    if (!step.holds()) out += ",\"reason\":" + json_string(step.reason) + ",\"detail\":" + json_string(step.detail);
    out += "}";
  }
  out += "]";
  if (report.times) out += time_json(report);
  if (!report.entry_json.empty()) out += ",\"entry\":" + report.entry_json;
  return out + "}";
}

}  // namespace letopis::receipt
