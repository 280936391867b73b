// letopis import plan: a lesson plan (КТП) from a table, for one teaching group, signed by its teacher.

#include <charconv>
#include <iostream>

#include "commands/statement_json.h"
#include "ledger/authorship.h"
#include "ledger/limits.h"
#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/plan_file.h"

namespace letopis::tools {
namespace {

constexpr std::size_t kPlanFileMaxBytes = 4 * 1024 * 1024;
constexpr std::size_t kEnvelopeBytes = 1024;  // author, key, chain, what was seen: filled in when it is signed

// "21-40": rows by their place in the file, from 1.
Result<std::vector<replay_tools::PlanRow>> rows_asked(std::vector<replay_tools::PlanRow> rows,
                                                      const std::string& asked) {
  if (asked.empty()) return rows;
  std::size_t first = 0, last = 0;
  const auto dash = asked.find('-');
  const auto number = [&](std::size_t from, std::size_t to, std::size_t& into) {
    const auto [end, error] = std::from_chars(asked.data() + from, asked.data() + to, into);
    return error == std::errc() && end == asked.data() + to;
  };
  if (dash == std::string::npos || !number(0, dash, first) || !number(dash + 1, asked.size(), last) || first < 1 ||
      first > last || last > rows.size())
    return fail("malformed", "--rows is FIRST-LAST, of the " + std::to_string(rows.size()) + " rows of the file");
  return std::vector(rows.begin() + static_cast<std::ptrdiff_t>(first - 1),
                     rows.begin() + static_cast<std::ptrdiff_t>(last));
}

Result<std::vector<replay_tools::PlanRow>> read_rows(const ImportPlan& options) {
  TRY(const std::string text, read_text(options.file, kPlanFileMaxBytes));
  replay_tools::Problems problems;
  auto plan = replay_tools::read_plan(as_bytes(text), options.file, problems);
  if (!plan) {
    std::string all;
    for (const auto& problem : problems.list()) all += (all.empty() ? "" : "\n") + problem.text();
    return fail("bad_input", all);
  }
  for (const auto& row : plan->passed_over) std::cerr << options.file << ":" << row << " — no topic, passed over\n";
  return rows_asked(std::move(plan->rows), options.rows);
}

Result<commands::StatementDraft> draft_of(const ImportPlan& options, const std::vector<replay_tools::PlanRow>& rows) {
  commands::StatementDraft draft;
  const auto keep = [&](const std::string& text) { return std::string_view(draft.texts.emplace_back(text)); };
  ledger::PlanPublished plan;
  TRY(plan.group, fixed_from_hex<Id>(options.group));
  if (!options.continues.empty()) {
    TRY(plan.continues, fixed_from_hex<Id>(options.continues));
  }
  plan.title = keep(options.title);
  plan.more = options.more;
  for (const auto& row : rows)
    plan.items.push_back(
        {keep(row.number), keep(row.topic), static_cast<std::uint8_t>(row.hours), keep(row.kind), keep(row.homework)});
  draft.statement.body = plan;
  if (ledger::encode(draft.statement).size() + kEnvelopeBytes > ledger::kStatementSizeMaxBytes)
    return fail("too_large",
                "more than one statement holds (" + std::to_string(ledger::kStatementSizeMaxBytes) +
                    " bytes): send it in parts, --rows 1-100 --more, and, once the deputy has signed that, "
                    "--rows 101-… --continues with the statement's id");
  return draft;
}

bool refused(const std::string& answer) { return answer.find("\"verdict\":\"refused\"") != std::string::npos; }

// Whether it was recorded and refused.
Result<bool> publish(const ImportPlan& options) {
  TRY(const auto rows, read_rows(options));
  TRY(auto draft, draft_of(options, rows));
  int hours = 0;
  for (const auto& row : rows) hours += row.hours;
  std::cerr << options.file << ": " << rows.size() << " rows, " << hours << " hours\n";
  if (options.dry_run) return false;
  TRY(const auto key, read_key(options.key, signing::Purpose::kAuthor));
  TRY(auto session, sign_in(options.url, options.school, key));
  std::vector<commands::StatementDraft> drafts;
  drafts.push_back(std::move(draft));
  TRY(const std::string answer, record(session, key, drafts));
  if (options.json) {
    std::cout << answer << '\n';
    return refused(answer);
  }
  TRY_STATUS(print_entries(answer, options.receipts));
  tell_of_receipts(options.receipts);
  return refused(answer);
}

}  // namespace

int import_plan(const ImportPlan& options) {
  const auto done = publish(options);
  if (!done) return refuse(done.error());
  return *done ? kExitRefused : kExitOk;
}

}  // namespace letopis::tools
