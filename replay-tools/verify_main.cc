// letopis-verify: one receipt, offline. No RocksDB and no Boost behind it (a test looks).

#include <cstdio>
#include <iostream>

#include "ledger/limits.h"
#include "replay-tools/receipt.h"
#include "signing/base/file.h"
#include "signing/keys.h"

namespace {

constexpr int kUnusable = 2;

constexpr std::string_view kHelp = R"(letopis-verify: checks one receipt offline, with nothing but the log's key.

  letopis-verify PROOF.tlog-proof --vkey V [--policy FILE [--companion FILE]] [--entry FILE] [--lang ru|en] [--json]

  PROOF      the receipt: a C2SP tlog-proof file
  --vkey V   the log's key, as published by the school: name+id+base64
  --policy F whose cosignatures prove the time: a C2SP tlog-policy file
  --companion F  its companion: time-stamping authorities, how many witnesses may lie
  --entry F  the entry's exact bytes, to compare with those in the receipt
  --lang L   ru (the default) or en
  --json     one line of JSON for programs

Example:
  letopis-verify mark-5.tlog-proof --vkey 'journal.example.org/log/licey29+fcb7057e+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'

Exit: 0 the receipt is good, 1 it is refuted, 2 it cannot be used (arguments, file, or format), 3 it is good, but the
witnesses that --policy asks for have not seen it.
)";

struct Arguments {
  std::string proof, vkey, entry, policy, companion;
  letopis::receipt::Language language = letopis::receipt::Language::kRussian;
  bool json = false;
  bool help = false;
};

letopis::Result<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool takes_value =
        word == "--vkey" || word == "--entry" || word == "--lang" || word == "--policy" || word == "--companion";
    if (takes_value && i + 1 == argc) return letopis::fail("arguments", word + " needs a value");
    const std::string value = takes_value ? argv[++i] : "";
    if (word == "--help" || word == "-h")
      arguments.help = true;
    else if (word == "--json")
      arguments.json = true;
    else if (word == "--vkey")
      arguments.vkey = value;
    else if (word == "--entry")
      arguments.entry = value;
    else if (word == "--policy")
      arguments.policy = value;
    else if (word == "--companion")
      arguments.companion = value;
    else if (word == "--lang" && value == "en")
      arguments.language = letopis::receipt::Language::kEnglish;
    else if (word == "--lang" && value != "ru")
      return letopis::fail("arguments", "--lang is ru or en");
    else if (word != "--lang" && (word.starts_with("-") || !arguments.proof.empty()))
      return letopis::fail("arguments", "unexpected " + word);
    else if (word != "--lang")
      arguments.proof = word;
  }
  if (!arguments.help && (arguments.proof.empty() || arguments.vkey.empty()))
    return letopis::fail("arguments", "a proof file and --vkey are needed; see --help");
  if (!arguments.companion.empty() && arguments.policy.empty())
    return letopis::fail("arguments", "--companion goes with --policy");
  return arguments;
}

letopis::Result<int> run(const Arguments& arguments) {
  TRY_STATUS(letopis::signing::initialise());
  auto& files = letopis::posix_file_system();
  TRY(const letopis::Bytes proof, files.read(arguments.proof, letopis::ledger::kProofFileSizeMaxBytes));
  std::optional<letopis::Bytes> entry;
  if (!arguments.entry.empty()) {
    TRY(entry, files.read(arguments.entry, letopis::ledger::kEventSizeMaxBytes));
  }
  std::optional<letopis::ledger::TrustPolicy> policy;
  if (!arguments.policy.empty()) {
    letopis::Bytes companion;
    TRY(const letopis::Bytes text, files.read(arguments.policy, letopis::ledger::kPolicySizeMaxBytes));
    if (!arguments.companion.empty()) {
      TRY(companion, files.read(arguments.companion, letopis::ledger::kPolicySizeMaxBytes));
    }
    TRY(policy, letopis::ledger::TrustPolicy::parse(letopis::as_text(text), letopis::as_text(companion)));
  }
  const auto report =
      letopis::receipt::check(letopis::as_text(proof), arguments.vkey, entry, policy ? &*policy : nullptr);
  std::cout << (arguments.json ? json_report(report) + "\n" : text_report(report, arguments.language));
  return exit_code(report);
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
