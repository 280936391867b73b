// letopis-verify: one receipt, or one week of a diary, offline. No RocksDB and no Boost behind it (a test looks).

#include <algorithm>
#include <iostream>

#include "ledger/limits.h"
#include "ledger/week_proof.h"
#include "replay-tools/week_check.h"
#include "signing/base/file.h"
#include "signing/base/locale.h"
#include "signing/keys.h"
#include "signing/rfc3161.h"

namespace {

constexpr int kUnusable = 2;

constexpr std::string_view kHelp =
    R"(letopis-verify: checks one receipt, or one week of a diary, offline, with nothing but the log's key.

  letopis-verify PROOF.tlog-proof --vkey V [--policy FILE [--companion FILE] [--token FILE]...] [--entry FILE]
                 [--lang ru|en] [--json]
  letopis-verify WEEK.week-proof --vkey V [--policy FILE [--companion FILE]] [--student ID] [--week 2026-W37]
                 [--all] [--lang ru|en] [--json]

  PROOF      the receipt: a C2SP tlog-proof file
  WEEK       a student's week, with the proof that nothing the log says of it is left out
  --vkey V   the log's key, as published by the school: name+id+base64
  --policy F whose cosignatures prove the time: a C2SP tlog-policy file
  --companion F  its companion: time-stamping authorities, how many witnesses may lie
  --token F  a time-stamp (PEM) over the signed statement, kept since the server was away: whether it was signed in time
  --entry F  the entry's exact bytes, to compare with those in the receipt
  --student ID, --week W  whose week, and which, it has to be
  --all      of a week, every field of every entry too, behind the table of its days
  --lang L   ru or en; else as LC_ALL or LANG say
  --json     one line of JSON for programs

Example:
  letopis-verify mark-5.tlog-proof --vkey 'journal.example.org/log/licey29+fcb7057e+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'

Exit: 0 the receipt is good, 1 it is refuted, 2 it cannot be used (arguments, file, or format), 3 it is good, but the
witnesses that --policy asks for have not seen it; or the week is complete, but was not over yet.
)";

struct Arguments {
  std::string proof, vkey, entry, policy, companion, student, week;
  std::vector<std::string> tokens;
  letopis::Language language = letopis::language_of_locale();
  bool json = false;
  bool all = false;
  bool help = false;
};

letopis::Result<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  std::string language;
  const std::pair<std::string_view, std::string*> values[] = {{"--vkey", &arguments.vkey},
                                                              {"--entry", &arguments.entry},
                                                              {"--policy", &arguments.policy},
                                                              {"--companion", &arguments.companion},
                                                              {"--student", &arguments.student},
                                                              {"--week", &arguments.week},
                                                              {"--lang", &language}};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto* value =
        std::find_if(std::begin(values), std::end(values), [&](const auto& v) { return v.first == word; });
    if (value != std::end(values) || word == "--token") {
      if (i + 1 == argc) return letopis::fail("arguments", word + " needs a value");
      if (value != std::end(values) && !value->second->empty()) return letopis::fail("arguments", word + " twice");
      (value != std::end(values) ? *value->second : arguments.tokens.emplace_back()) = argv[++i];
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (word == "--json") {
      arguments.json = true;
    } else if (word == "--all") {
      arguments.all = true;
    } else if (word.starts_with("-") || !arguments.proof.empty()) {
      return letopis::fail("arguments", "unexpected " + word);
    } else {
      arguments.proof = word;
    }
  }
  if (!language.empty() && language != "ru" && language != "en")
    return letopis::fail("arguments", "--lang is ru or en");
  if (!language.empty())
    arguments.language = language == "en" ? letopis::Language::kEnglish : letopis::Language::kRussian;
  if (!arguments.help && (arguments.proof.empty() || arguments.vkey.empty()))
    return letopis::fail("arguments", "a proof file and --vkey are needed; see --help");
  if (!arguments.tokens.empty() && arguments.policy.empty())
    return letopis::fail("arguments", "--token goes with --policy, whose companion says which authorities count");
  if (!arguments.companion.empty() && arguments.policy.empty())
    return letopis::fail("arguments", "--companion goes with --policy");
  return arguments;
}

letopis::Result<std::optional<letopis::ledger::TrustPolicy>> read_policy(const Arguments& arguments) {
  if (arguments.policy.empty()) return std::nullopt;
  auto& files = letopis::posix_file_system();
  letopis::Bytes companion;
  TRY(const letopis::Bytes text, files.read(arguments.policy, letopis::ledger::kPolicySizeMaxBytes));
  if (!arguments.companion.empty()) {
    TRY(companion, files.read(arguments.companion, letopis::ledger::kPolicySizeMaxBytes));
  }
  TRY(auto policy, letopis::ledger::TrustPolicy::parse(letopis::as_text(text), letopis::as_text(companion)));
  return policy;
}

letopis::Result<std::vector<letopis::Bytes>> read_tokens(const Arguments& arguments) {
  std::vector<letopis::Bytes> tokens;
  for (const auto& file : arguments.tokens) {
    TRY(const letopis::Bytes text,
        letopis::posix_file_system().read(file, 2 * letopis::signing::kTimestampSizeMaxBytes));
    const auto token = letopis::signing::token_of_text(letopis::as_text(text));
    if (!token) return letopis::fail(token.error().code, file + ": " + token.error().detail);
    tokens.push_back(*token);
  }
  return tokens;
}

letopis::Result<int> check_week(const Arguments& arguments, const letopis::Bytes& proof,
                                const letopis::ledger::TrustPolicy* trusted) {
  using namespace letopis::receipt;
  if (!arguments.entry.empty() || !arguments.tokens.empty())
    return letopis::fail("arguments", "--entry and --token go with a receipt");
  WeekAsked asked;
  if (!arguments.student.empty()) {
    TRY(asked.student, letopis::fixed_from_hex<letopis::Id>(arguments.student));
  }
  if (!arguments.week.empty()) {
    TRY(asked.week, letopis::parse_week(arguments.week));
  }
  const auto report = letopis::receipt::check_week(letopis::as_text(proof), arguments.vkey, asked, trusted);
  const auto detail = arguments.all ? WeekDetail::kEntries : WeekDetail::kTable;
  std::cout << (arguments.json ? json_report(report) + "\n" : text_report(report, arguments.language, detail));
  return exit_code(report);
}

letopis::Result<int> check_receipt(const Arguments& arguments, const letopis::Bytes& proof,
                                   const letopis::ledger::TrustPolicy* trusted) {
  using namespace letopis::receipt;
  if (!arguments.student.empty() || !arguments.week.empty() || arguments.all)
    return letopis::fail("arguments", "--student, --week and --all go with a week; this file is none");
  std::optional<letopis::Bytes> entry;
  if (!arguments.entry.empty()) {
    TRY(entry, letopis::posix_file_system().read(arguments.entry, letopis::ledger::kEventSizeMaxBytes));
  }
  TRY(const auto tokens, read_tokens(arguments));
  const auto report = check(letopis::as_text(proof), arguments.vkey, entry, trusted, tokens);
  std::cout << (arguments.json ? json_report(report) + "\n" : text_report(report, arguments.language));
  return exit_code(report);
}

letopis::Result<int> run(const Arguments& arguments) {
  TRY_STATUS(letopis::signing::initialise());
  TRY(const letopis::Bytes proof,
      letopis::posix_file_system().read(arguments.proof, letopis::ledger::kWeekProofSizeMaxBytes));
  const bool is_week = letopis::ledger::is_week_proof(letopis::as_text(proof));
  if (!is_week && proof.size() > letopis::ledger::kProofFileSizeMaxBytes)
    return letopis::fail("too_large", arguments.proof + " holds more than a proof file may");
  TRY(const auto policy, read_policy(arguments));
  const auto* trusted = policy ? &*policy : nullptr;
  return is_week ? check_week(arguments, proof, trusted) : check_receipt(arguments, proof, trusted);
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse(argc, argv);
  if (arguments && arguments->help) {
    std::cout << kHelp;
    return 0;
  }
  const auto code = arguments ? run(*arguments) : letopis::Result<int>(tl::unexpected(arguments.error()));
  if (code) return *code;
  std::cerr << "letopis-verify: " << code.error().text() << "\n";
  return kUnusable;
}
