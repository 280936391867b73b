#include "replay-tools/monitor_report.h"

#include <algorithm>
#include <array>

#include "ledger/schema/describe.h"
#include "server/metrics.h"

namespace letopis::monitor {
namespace {

constexpr std::array kCodes = {
    Code{"fork", Alarm::kFork, "Журнал подписал две истории", "The log has signed two histories",
         "Сохраните файл; проверьте его командой letopis monitor --check-fork и покажите школе, аудитору и свидетелям. "
         "Пока файл лежит в папке, за этим журналом дальше не следят",
         "Keep the file; check it with letopis monitor --check-fork and show it to the school, the auditor and the "
         "witnesses. While it lies in the folder this log is followed no further"},
    Code{"unreachable", Alarm::kUnreachable, "Сервер школы не отдаёт журнал",
         "The school's server does not give its log", "Проверьте адрес, сеть и что letopis serve работает",
         "See to the address, the network, and that letopis serve runs"},
    Code{"bad_checkpoint", Alarm::kAttention, "Сервер показывает не контрольную точку этого журнала",
         "What the server shows is no checkpoint of this log",
         "Сверьте ключ в строке log политики с тем, что школа назвала вам сама, и адрес журнала",
         "Compare the key in the policy's log line with the one the school told you itself, and the log's address"},
    Code{"behind", Alarm::kAttention, "Сервер показывает более короткий журнал, чем показывал; история та же",
         "The server shows a shorter log than it did; the history is the same",
         "Это старая копия: устаревший кеш или восстановление из резервной копии. Если сервер начнёт запись с этого "
         "места, журнал раздвоится: предупредите администратора сейчас",
         "It is an old copy: a stale cache, or a backup put back. Should the server record on from there the log would "
         "fork: tell the administrator now"},
    Code{"unproved", Alarm::kAttention, "Журнал не показывает, что его контрольные точки — одна история",
         "The log does not show that its checkpoints are of one history",
         "Если так и на следующем обходе, спросите администратора: обе подписанные точки сохранены. Дальше последней "
         "доказанной точки монитор не идёт",
         "If the next round says so too ask the administrator: both signed checkpoints are kept. The monitor does not "
         "move on beyond the last one that is proved"},
    Code{"witness_ahead", Alarm::kAttention, "Свидетель видел больше, чем показывает сервер",
         "A witness has seen more than the server shows",
         "Сервер показывает вам старое, а свидетелям новое, либо восстановлен из старой копии: спросите администратора",
         "The server shows you old things and the witnesses new ones, or was restored from an old copy: ask the "
         "administrator"},
    Code{"unwitnessed", Alarm::kAttention, "Ни одна контрольная точка не собрала кворума политики",
         "No checkpoint has met the policy's quorum",
         "Посмотрите, отвечают ли свидетели и назначила ли их школа (witness_policy_set)",
         "See whether the witnesses answer, and whether the school has named them (witness_policy_set)"},
    Code{"lag", Alarm::kAttention, "Записи ждут кворума дольше порога",
         "Entries wait for a quorum longer than the limit",
         "Спросите администратора, отвечают ли свидетели (letopis_anchor_failures_total); порог — --lag",
         "Ask the administrator whether the witnesses answer (letopis_anchor_failures_total); the limit is --lag"},
    Code{"wide", Alarm::kAttention, "Время записей доказано шире порога", "Brackets are wider than the limit",
         "Свидетелей спрашивают слишком редко: см. --witness-interval сервера; порог — --bracket-limit",
         "The witnesses are asked too seldom: see the server's --witness-interval; the limit is --bracket-limit"},
    Code{"refused", Alarm::kAttention, "Отказов больше порога", "More entries are refused than the limit",
         "letopis audit назовёт правила; сервер, отказывающий без права, виден там же. Порог — --refused-limit",
         "letopis audit names the rules, and shows a server that refuses without right. The limit is --refused-limit"},
    Code{"late", Alarm::kAttention, "Опозданий больше порога", "More entries are late than the limit",
         "Часы сервера, связь школы или привычка: letopis audit назовёт записи. Порог — --late-limit",
         "The server's clock, the school's connection, or a habit: letopis audit names the entries. The limit is "
         "--late-limit"},
    Code{"entries_unread", Alarm::kAttention, "Записи не читаются с этим ключом",
         "The entries cannot be read with this key", "--key — ключ аудитора, архивариуса или директора этой школы",
         "--key takes the key of an auditor, an archivist or the director of this school"},
    Code{"bad_entries", Alarm::kAttention, "Сервер отдаёт не те записи, что в журнале, или запись не разбирается",
         "The server gives other entries than the log holds, or one that cannot be read",
         "Проверьте журнал командой letopis audit", "Check the log with letopis audit"},
    Code{"bad_witness", Alarm::kAttention, "Ответ свидетеля не подписан им или журналом",
         "A witness's answer is not signed by it, or not by the log", "Сверьте адрес и ключ свидетеля в политике",
         "Compare the witness's address and key in the policy"},
    Code{"not_stored", Alarm::kAttention, "Увиденное не записано на диск", "What was seen could not be stored",
         "Проверьте место и права в папке --data: после остановки монитор забудет этот обход",
         "See to space and rights in the --data folder: once stopped the monitor will have forgotten this round"},
    Code{"witness_silent", Alarm::kWell, "Свидетель не отвечает", "A witness does not answer",
         "Если без него кворума не собрать, ждущие записи станут замечанием lag",
         "Where no quorum can be reached without it, waiting entries will be told as lag"},
    Code{"witness_new", Alarm::kWell, "Свидетель ещё не видел этого журнала", "A witness has not seen this log yet",
         "Его владелец называет журнал: letopis federation add, или --log у letopis witness",
         "Its owner names the log: letopis federation add, or --log of letopis witness"},
};

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

template <class T>
std::string number(const std::optional<T>& value) {
  return value ? std::to_string(*value) : "null";
}
std::string verdicts_json(const Verdicts& verdicts) {
  return "{\"accepted\":" + std::to_string(verdicts.accepted) + ",\"late\":" + std::to_string(verdicts.late) +
         ",\"refused\":" + std::to_string(verdicts.refused) + "}";
}

// A label's value: backslash, quote and line feed are escaped (Prometheus text format 0.0.4).
std::string label(std::string_view name, std::string_view value) {
  std::string text = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + "\"";
}

}  // namespace

std::span<const Code> codes() { return kCodes; }

const Code& code_of(std::string_view code) {
  const auto* const found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& c) { return c.code == code; });
  LETOPIS_ASSERT(found != kCodes.end());
  return *found;
}

int exit_code(Alarm alarm) {
  switch (alarm) {
    case Alarm::kWell: return 0;
    case Alarm::kFork: return 1;
    case Alarm::kAttention: return 3;
    case Alarm::kUnreachable: return 4;
  }
  return 2;
}

Alarm Report::alarm() const {
  Alarm gravest = Alarm::kWell;
  for (const auto& finding : findings) gravest = std::max(gravest, finding.code->alarm);
  return gravest;
}
void Report::add(std::string_view code, std::string detail) { findings.push_back({&code_of(code), std::move(detail)}); }
bool Report::has(std::string_view code) const {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.code->code == code; });
}

std::string json_line(const Report& report, Language language) {
  const bool ru = language == Language::kRussian;
  using ledger::json_string;
  std::string json = "{\"at\":" + json_string(format_instant(report.at)) + ",\"log\":" + json_string(report.origin) +
                     ",\"url\":" + json_string(report.url) + ",\"alarm\":\"" + std::string(alarm_name(report.alarm())) +
                     "\",\"answered\":" + (report.answered ? "true" : "false") + ",\"size\":" + number(report.size) +
                     ",\"witnessed_size\":" + number(report.witnessed_size) +
                     ",\"witnessed_age_seconds\":" + number(report.witnessed_age_seconds) +
                     ",\"waiting_entries\":" + number(report.waiting_entries) +
                     ",\"waiting_seconds\":" + std::to_string(report.waiting_seconds) +
                     ",\"bracket_seconds\":" + number(report.bracket_seconds) +
                     ",\"entries\":" + (report.entries ? verdicts_json(*report.entries) : "null") +
                     ",\"recent\":" + verdicts_json(report.recent) + ",\"findings\":[";
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const auto& [code, detail] = report.findings[i];
    json += std::string(i == 0 ? "" : ",") + "{\"code\":" + json_string(code->code) +
            ",\"what\":" + json_string(ru ? code->ru : code->en) + ",\"detail\":" + json_string(detail) +
            ",\"advice\":" + json_string(ru ? code->advice_ru : code->advice_en) + "}";
  }
  return json + "]}";
}

std::string metrics(std::span<const Report> reports, std::uint64_t rounds) {
  std::string text;
  server::MetricsWriter out(text);
  out.single("letopis_monitor_rounds_total", "counter", "Rounds of all logs that are finished.", rounds);
  const auto each = [&](std::string_view name, std::string_view help, const auto& value_of) {
    out.head(name, "gauge", help);
    for (const auto& report : reports)
      if (const auto value = value_of(report))
        out.value(name, label("log", report.origin), static_cast<double>(*value));
  };
  using Value = std::optional<double>;
  each("letopis_monitor_answered", "Whether the server showed a checkpoint of this log.",
       [](const Report& r) { return Value(r.answered ? 1 : 0); });
  each("letopis_monitor_alarm", "0 well, 1 attention, 2 unreachable, 3 fork.",
       [](const Report& r) { return Value(static_cast<double>(r.alarm()) - 1); });
  each("letopis_monitor_last_round_timestamp_seconds", "When the log was last looked at.",
       [](const Report& r) { return Value(static_cast<double>(r.at.seconds())); });
  each("letopis_monitor_entries", "Entries of the newest checkpoint known.", [](const Report& r) { return r.size; });
  each("letopis_monitor_witnessed_entries", "Entries that a quorum had seen.",
       [](const Report& r) { return r.witnessed_size; });
  each("letopis_monitor_witnessed_age_seconds", "Since a quorum had seen that many.",
       [](const Report& r) { return r.witnessed_age_seconds; });
  each("letopis_monitor_waiting_entries", "Entries that no quorum has seen yet.",
       [](const Report& r) { return r.waiting_entries; });
  each("letopis_monitor_waiting_seconds", "Since the first of them was seen here.",
       [](const Report& r) { return r.waiting_entries ? Value(static_cast<double>(r.waiting_seconds)) : Value(); });
  each("letopis_monitor_bracket_seconds", "Median width of the newest brackets.",
       [](const Report& r) { return r.bracket_seconds; });
  const auto share = [](std::uint64_t part, const Report& r) {
    return r.recent.total() == 0 ? Value() : Value(ratio(part, r.recent.total()));
  };
  each("letopis_monitor_refused_ratio", "Of the newest entries, those refused.",
       [&](const Report& r) { return share(r.recent.refused, r); });
  each("letopis_monitor_late_ratio", "Of the newest entries, those late.",
       [&](const Report& r) { return share(r.recent.late, r); });
  out.head("letopis_monitor_finding", "gauge", "1 for what the last round found.");
  for (const auto& report : reports)
    for (const auto& code : codes())
      if (report.has(code.code))
        out.value("letopis_monitor_finding", label("log", report.origin) + "," + label("code", code.code),
                  std::uint64_t{1});
  return text;
}

}  // namespace letopis::monitor
