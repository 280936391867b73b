// An audit's report as one HTML file to keep: nothing is loaded from elsewhere, and it prints.

#include <algorithm>
#include <array>

#include "commands/titles.h"
#include "replay-tools/audit_words.h"

namespace letopis::audit {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string cells(const char* tag, const std::vector<std::string>& values) {
  std::string row = "<tr>";
  for (const auto& value : values) row += std::string("<") + tag + ">" + escaped(value) + "</" + tag + ">";
  return row + "</tr>\n";
}

constexpr std::string_view kStyle =
    R"(body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem}
.verdict{padding:1rem 1.25rem;border-radius:.5rem;font-size:1.15rem;border-left:.4rem solid}
.good{background:#e9f6ec;border-color:#1f7a3a}.bad{background:#fdeaea;border-color:#b3261e}.simulated{background:#fff4dc;border-color:#9a6700}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td:nth-child(n+2){font-variant-numeric:tabular-nums}code{word-break:break-all}
@media(prefers-color-scheme:dark){body{background:#16161a;color:#e6e6ea}th,td{border-color:#3a3a42}
.good{background:#12301b}.bad{background:#3a1513}.simulated{background:#33270b}}
svg{width:100%;height:auto;margin:.5rem 0 0}.days{display:flex;justify-content:space-between;font-size:.8rem;margin-bottom:.5rem}
svg text{font:12px system-ui,sans-serif;fill:currentColor}
.legend span{display:inline-block;margin-right:1rem}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.35em}
.proved{fill:#1f7a3a;background:#1f7a3a}.late{fill:#2b5fb3;background:#2b5fb3}.claimed{fill:#c98a00;background:#c98a00}
.founding{fill:#7b6aa8;background:#7b6aa8}.pending{fill:#8a8a92;background:#8a8a92}.wanting{fill:#b3261e;background:#b3261e}
@media(max-width:40rem){table{display:block;overflow-x:auto;font-size:.9rem}th,td{padding:.3rem .25rem}})";

// In the school's time, which the page names once.
std::string shown(const std::optional<Instant>& at, UtcOffset offset) {
  return at ? format_local_seconds(*at, offset) : "…";
}

// Between which moments the entry was recorded, by the auditor's witnesses.
std::string between_of(const AuditReport& report, const Finding& finding) {
  if (!report.times || !finding.index || report.times->timeline.empty()) return {};
  const Between between = report.times->between(*finding.index);
  return shown(between.earliest, report.offset) + " — " + shown(between.latest, report.offset);
}

std::string findings_table(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  if (report.findings.empty())
    return ru ? "<p>Нарушений и замечаний нет.</p>\n" : "<p>Nothing was found to be wrong.</p>\n";
  std::string out =
      "<table>\n" +
      cells("th", ru ? std::vector<std::string>{"Код", "Где", "Что", "Записано между", "Автор", "Заявление"}
                     : std::vector<std::string>{"Code", "Where", "What", "Recorded between", "Author", "Statement"});
  const auto hex = [](const Id& id) { return id.is_zero() ? std::string() : to_hex(id.view()); };
  for (const auto& finding : report.findings)
    out += cells("td", {finding.code, place_of(finding, language), ru ? finding.ru : finding.en,
                        between_of(report, finding), hex(finding.author), hex(finding.statement)});
  out += "</table>\n";
  if (report.findings_total > report.findings.size())
    out += (ru ? "<p>Ещё находок: " : "<p>More findings: ") + number(report.findings_total - report.findings.size()) +
           "</p>\n";
  const auto kinds = kinds_of_violations(report);
  if (!kinds.empty()) out += ru ? "<h3>Что это значит и что делать</h3>\n" : "<h3>What it means, and what to do</h3>\n";
  for (const FindingKind kind : kinds) out += "<p>" + escaped(advice(kind).in(language)) + "</p>\n";
  return out;
}

std::string figures_table(const AuditReport& report, Language language) {
  std::string out = "<table>\n";
  for (const auto& figure : figures(report))
    out += cells("td", {std::string(figure.words.in(language)), number(figure.value)});
  return out + "</table>\n";
}

// --- The timeline: how many entries each day, what is known of their times, and whether anything anchored them

struct Tone {
  std::string_view name;  // of the style
  Phrase words;
  std::array<bool, kTimeVerdictNames.size()> is;  // by verdict
};
template <class... Verdict>
constexpr std::array<bool, kTimeVerdictNames.size()> any_of(Verdict... verdicts) {
  std::array<bool, kTimeVerdictNames.size()> is{};
  ((is[static_cast<std::size_t>(verdicts) - 1] = true), ...);
  return is;
}
constexpr Tone kTones[] = {
    {"proved", {"доказано", "proved"}, any_of(TimeVerdict::kTimelyProved, TimeVerdict::kBracketed)},
    {"late", {"после срока, доказано", "late, proved"}, any_of(TimeVerdict::kLateProved)},
    {"claimed", {"по часам школы", "by the school's clock"}, any_of(TimeVerdict::kClaimed, TimeVerdict::kWide)},
    {"founding",
     {"при основании школы, до первого якоря", "of the founding, before the first anchor"},
     any_of(TimeVerdict::kFounding)},
    {"pending", {"ждут свидетельства", "pending"}, any_of(TimeVerdict::kPending)},
    {"wanting", {"без свидетельства", "without evidence"}, any_of(TimeVerdict::kOverdue, TimeVerdict::kUnwitnessed)},
};
std::uint64_t of_tone(const TimesReport::Day& day, const Tone& tone) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < tone.is.size(); ++i) count += tone.is[i] ? day.verdicts[i] : 0;
  return count;
}

class Timeline {
 public:
  Timeline(const AuditReport& report, Language language)
      : report_(report), ru_(russian(language)), language_(language), days_(report.times->days) {
    first_ = days_.begin()->first;
    const int span = days_.rbegin()->first - first_ + 1;
    width_ = static_cast<double>(kWidth) / span;
    for (const auto& [date, day] : days_) most_ = std::max(most_, day.entries);
  }

  std::string svg() const {
    std::string out = "<svg viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight + kFoot) +
                      "\" role=\"img\" aria-label=\"" +
                      (ru_ ? "Записи и якоря по дням" : "Entries and anchors by day") + "\">\n";
    for (const auto& [date, day] : days_) out += bar(date, day);
    for (const auto& finding : report_.findings) out += mark(finding);
    // Below the picture, in letters that do not shrink with it.
    out += "</svg>\n<div class=\"days\"><span>" + format_day(first_) + "</span>";
    if (days_.size() > 1) out += "<span>" + format_day(days_.rbegin()->first) + "</span>";
    return out + "</div>\n";
  }

  std::string legend() const {
    std::string out = "<p class=\"legend\">";
    for (const auto& tone : kTones)
      out +=
          "<span><i class=\"" + std::string(tone.name) + "\"></i>" + std::string(tone.words.in(language_)) + "</span>";
    return out + (ru_ ? "<span>полоска внизу: был ли в этот день якорь</span><span>▼ находка</span></p>\n"
                      : "<span>the strip below: whether that day was anchored</span><span>▼ a finding</span></p>\n");
  }

  std::string table() const {
    std::string out =
        std::string("<details><summary>") + (ru_ ? "По дням" : "By day") + "</summary>\n<table>\n" +
        cells("th", ru_ ? std::vector<std::string>{"День", "Записей", "Якорей", "Самый широкий промежуток, с"}
                        : std::vector<std::string>{"Day", "Entries", "Anchors", "Widest bracket, s"});
    for (const auto& [date, day] : days_)
      out +=
          cells("td", {format_day(date), number(day.entries), number(day.anchors), std::to_string(day.widest_seconds)});
    return out + "</table></details>\n";
  }

 private:
  static constexpr int kWidth = 900, kHeight = 160, kFoot = 12, kStrip = 6;

  static std::string decimal(double value) {
    const auto tenths = static_cast<std::int64_t>(value * 10 + 0.5);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
  }
  std::string rect(Date date, double y, double height, std::string_view tone) const {
    return "<rect x=\"" + decimal((date - first_) * width_) + "\" y=\"" + decimal(y) + "\" width=\"" +
           decimal(std::max(0.5, width_ * 0.9)) + "\" height=\"" + decimal(height) + "\" class=\"" + std::string(tone) +
           "\"/>";
  }
  std::string bar(Date date, const TimesReport::Day& day) const {
    std::string out = "<g><title>" + format_day(date) + (ru_ ? ": записей " : ": entries ") + number(day.entries) +
                      (ru_ ? ", якорей " : ", anchors ") + number(day.anchors) + "</title>";
    double y = kHeight;
    for (const auto& tone : kTones) {
      const std::uint64_t count = of_tone(day, tone);
      if (count == 0) continue;
      const double height = static_cast<double>(count) * (kHeight - 12) / static_cast<double>(most_);
      y -= height;
      out += rect(date, y, height, tone.name);
    }
    return out + rect(date, kHeight + 3, kStrip, day.anchors > 0 ? "proved" : "wanting") + "</g>\n";
  }
  // Where the evidence puts it; what no evidence places is in the table alone.
  std::string mark(const Finding& finding) const {
    if (!finding.index) return {};
    const Between between = report_.times->between(*finding.index);
    const auto at = between.latest ? between.latest : between.earliest;
    if (!at) return {};
    const double x =
        std::clamp((local_date(*at, report_.offset) - first_ + 0.5) * width_, 0.0, static_cast<double>(kWidth));
    return "<text x=\"" + decimal(x) + "\" y=\"10\" text-anchor=\"middle\" class=\"wanting\">▼<title>" +
           escaped(finding.code + ", " + place_of(finding, language_)) + "</title></text>\n";
  }

  const AuditReport& report_;
  const bool ru_;
  const Language language_;
  const std::map<Date, TimesReport::Day>& days_;
  Date first_;
  double width_ = 1;
  std::uint64_t most_ = 1;
};

std::string timeline(const AuditReport& report, Language language) {
  if (!report.times || report.times->days.empty()) return {};
  const Timeline drawn(report, language);
  return drawn.svg() + drawn.legend() + drawn.table();
}

std::string heard_table(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  std::string out =
      "<table>\n" + cells("th", ru ? std::vector<std::string>{"Свидетель", "Якорей с его подписью", "В последний раз"}
                                   : std::vector<std::string>{"Witness", "Anchors that have its signature", "Last"});
  for (const auto& heard : report.times->heard)
    out += cells("td", {heard.name, number(heard.anchors), heard.newest ? shown(heard.newest, report.offset) : "—"});
  return out + "</table>\n";
}

std::string lacking_table(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  const auto& lacking = report.times->lacking;
  if (lacking.empty()) return {};
  std::string out =
      (ru ? "<h3>Чьё время не доказано</h3>\n<table>\n" : "<h3>Whose time is not proved</h3>\n<table>\n") +
      cells("th", ru ? std::vector<std::string>{"Запись", "Внесена, по часам школы", "Записано между", "Почему"}
                     : std::vector<std::string>{"Entry", "Recorded, by the school's clock", "Recorded between", "Why"});
  for (const auto& entry : lacking)
    out +=
        cells("td", {number(entry.index), shown(entry.recorded_at, report.offset),
                     shown(entry.between.earliest, report.offset) + " — " + shown(entry.between.latest, report.offset),
                     std::string(words_of(entry.verdict).in(language))});
  out += "</table>\n";
  if (report.times->wanting() > lacking.size())
    out += (ru ? "<p>И ещё: " : "<p>And more: ") + number(report.times->wanting() - lacking.size()) + "</p>\n";
  return out;
}

std::string times_table(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  if (!report.times) return {};
  std::string out =
      (ru ? "<h2>Когда это записано</h2>\n<p>По свидетелям, которым верит аудитор; якорей с кворумом: "
          : "<h2>When it was recorded</h2>\n<p>By witnesses the auditor trusts; anchors with a quorum: ") +
      number(report.times->anchors) + "</p>\n" + heard_table(report, language) + timeline(report, language) +
      "<table>\n";
  for (const auto& figure : time_figures(*report.times))
    out += cells("td", {std::string(figure.words.in(language)), number(figure.value)});
  out += "</table>\n<table>\n" +
         cells("th", ru ? std::vector<std::string>{"Ширина промежутка, у которого есть оба края", "Записей"}
                        : std::vector<std::string>{"Width of a bracket that has both ends", "Entries"});
  for (std::size_t i = 0; i < report.times->widths.size(); ++i)
    out += cells("td", {std::string(width_words(i).in(language)), number(report.times->widths[i])});
  return out + "</table>\n" + lacking_table(report, language);
}

std::string types_table(const AuditReport& report, Language language) {
  std::string out =
      "<table>\n" + cells("th", russian(language)
                                    ? std::vector<std::string>{"Вид записи", "принято", "с опозданием", "отклонено"}
                                    : std::vector<std::string>{"Type", "accepted", "late", "refused"});
  for (const auto& [type, counts] : report.types)
    out += cells("td", {std::string(commands::type_title(type, language)), number(counts.accepted), number(counts.late),
                        number(counts.refused)});
  return out + "</table>\n";
}

std::string rules_table(const AuditReport& report, Language language) {
  if (report.rules.empty()) return {};
  std::string out =
      russian(language) ? "<h2>Правила, которые сработали</h2>\n<table>\n" : "<h2>Rules that spoke</h2>\n<table>\n";
  for (const auto& [rule, count] : report.rules) out += cells("td", {rule_words(rule, language), number(count)});
  return out + "</table>\n";
}

std::string checkpoints_table(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  std::string out =
      "<table>\n" + cells("th", ru ? std::vector<std::string>{"Где хранится", "Имя", "Записей", "Сходится"}
                                   : std::vector<std::string>{"Kept", "Name", "Entries", "Good"});
  for (const auto& checkpoint : report.checkpoints)
    out += cells("td", {std::string(words_of(checkpoint.by).in(language)), checkpoint.label, number(checkpoint.size),
                        checkpoint.good ? (ru ? "да" : "yes") : (ru ? "нет" : "no")});
  return out + "</table>\n";
}

}  // namespace

std::string html_report(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  const bool bad = report.verdict == AuditVerdict::kViolated || report.verdict == AuditVerdict::kUnfinished;
  const char* tone = bad ? "bad" : report.simulated || exit_code(report) != 0 ? "simulated" : "good";
  const std::string title = (ru ? "Аудит журнала " : "Audit of the log ") + escaped(report.origin);
  std::string out = std::string("<!doctype html>\n<html lang=\"") + (ru ? "ru" : "en") +
                    "\">\n<head><meta charset=\"utf-8\">" +
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" + title +
                    "</title>\n<style>" + std::string(kStyle) + "</style></head>\n<body>\n<h1>" + title + "</h1>\n";
  out += std::string("<p class=\"verdict ") + tone + "\">" + escaped(sentence(report, language)) + "</p>\n";
  const auto local = [&](Instant at) { return shown(at, report.offset); };
  out += "<p>" + escaped(report.school) + "<br>" +
         (report.audited_at ? (ru ? "Проверено: " : "Audited: ") + local(*report.audited_at) + "<br>" : "") +
         (report.size == 0
              ? ""
              : (ru ? "Первая запись: " : "First entry: ") + local(report.first_recorded_at) +
                    (ru ? "; последняя: " : "; last: ") + local(report.last_recorded_at) +
                    (ru ? " (время школы, " : " (the school's time, ") + format_offset(report.offset) + ")<br>") +
         (ru ? "Корень: " : "Root: ") + "<code>" + to_base64(report.root.view()) + "</code><br>" +
         (ru ? "Ключ журнала: " : "Log key: ") + "<code>" + escaped(report.vkey) + "</code></p>\n";
  out += (ru ? "<h2>Находки</h2>\n" : "<h2>Findings</h2>\n") + findings_table(report, language);
  out += (ru ? "<h2>Что проверено</h2>\n" : "<h2>What was checked</h2>\n") + figures_table(report, language);
  out += times_table(report, language);
  out += (ru ? "<h2>Контрольные точки</h2>\n" : "<h2>Checkpoints</h2>\n") + checkpoints_table(report, language);
  out +=
      (ru ? "<h2>Записи</h2>\n" : "<h2>Entries</h2>\n") + types_table(report, language) + rules_table(report, language);
  out += ru ? "<h2>Чего эта проверка не видит</h2>\n<ul>\n" : "<h2>What this audit does not see</h2>\n<ul>\n";
  for (const auto& caveat : caveats(report, language)) out += "<li>" + escaped(caveat) + "</li>\n";
  return out + "</ul>\n</body>\n</html>\n";
}

}  // namespace letopis::audit
