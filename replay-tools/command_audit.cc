// letopis audit, replay, prove, verify.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "ledger/checkpoint.h"
#include "ledger/schema/describe.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/audit_http.h"
#include "replay-tools/command.h"
#include "replay-tools/replay.h"
#include "server/week_proof.h"
#include "signing/base/locale.h"

namespace letopis::tools {
namespace {

constexpr std::size_t kKeptFileMaxBytes = 2u << 20;

// The vault is opened when its key is at hand; without it, or without a vault, the report says that texts were not compared.
// A key that was named and cannot be had is an error: who meant to compare texts must not believe that they were.
Result<std::optional<std::array<std::uint8_t, 32>>> master_key_if_any(const std::string& data) {
  const auto source = ledger::master_key_source_from_environment();
  const bool named = source.key_file || source.credentials_directory || source.passphrase;
  const std::string vault = data + "/vault";
  if (!named || !posix_file_system().exists(vault + "/CURRENT")) return std::nullopt;
  SystemRandom random;
  TRY(const auto key, ledger::load_master_key(vault, source, random, ledger::VaultAccess::kReadOnly));
  return key;
}

Result<std::unique_ptr<audit::AuditSource>> open_source(const Audit& options) {
  if (!options.data.empty()) {
    TRY(const auto key, master_key_if_any(options.data));
    TRY(auto source, audit::DirectorySource::open(options.data, options.school, key));
    return std::unique_ptr<audit::AuditSource>(std::move(source));
  }
  TRY(auto key, read_key(options.key, signing::Purpose::kAuthor));
  const auto shared = std::make_shared<signing::KeyPair>(std::move(key));
  const auto credentials = [shared, options](server::HttpClient&) -> Result<audit::HttpSource::Headers> {
    TRY(const auto session, sign_in(options.url, options.school, *shared));
    return session.headers();
  };
  TRY(auto source, audit::HttpSource::open(options.url, options.school, credentials));
  return std::unique_ptr<audit::AuditSource>(std::move(source));
}

// What --times asks for: a line an entry, and under its name only once it is whole.
class TimesFile {
 public:
  explicit TimesFile(const std::string& path) : path_(path), part_(path + ".part") {}
  ~TimesFile() {
    std::error_code ignored;
    if (out_.is_open()) std::filesystem::remove(part_, ignored);
  }
  TimesFile(const TimesFile&) = delete;
  TimesFile& operator=(const TimesFile&) = delete;
  std::function<void(const audit::EntryTime&)> writer() {
    if (path_.empty()) return {};
    out_.open(part_, std::ios::trunc);
    return [this](const audit::EntryTime& entry) { out_ << audit::json_line(entry) << '\n'; };
  }
  Status finish() {
    if (path_.empty()) return {};
    out_.close();
    if (!out_) return fail("io_error", "cannot write " + part_);
    std::error_code error;
    std::filesystem::rename(part_, path_, error);
    return error ? fail("io_error", path_ + ": " + error.message()) : Status{};
  }

 private:
  const std::string path_, part_;
  std::ofstream out_;
};

// The directory an audit keeps its outcome in: a new one, or the one it goes on from.
Result<std::unique_ptr<audit::AuditMemory>> open_memory(const Audit& options) {
  std::error_code error;
  const bool goes_on = std::filesystem::is_directory(options.since, error);
  if (goes_on && !options.keep.empty())
    return fail("malformed", "--since " + options.since + " keeps the outcome there: --keep goes with a whole audit");
  if (goes_on) return audit::AuditMemory::open(options.since);
  const auto inside = [&](const std::string& directory) {
    const auto relative = std::filesystem::weakly_canonical(options.keep, error)
                              .lexically_relative(std::filesystem::weakly_canonical(directory, error));
    return !relative.empty() && *relative.begin() != "..";
  };
  if (!options.keep.empty() && !options.data.empty() && inside(options.data))
    return fail("malformed", "--keep " + options.keep + " lies in what is audited: name a directory of your own");
  if (!options.keep.empty()) return audit::AuditMemory::create(options.keep);
  return nullptr;
}

// Any file but a signed checkpoint proves nothing, least of all against the school.
Result<audit::KeptFile> kept_checkpoint(const std::string& file) {
  if (!posix_file_system().exists(file))
    return fail("not_found", file + " is neither a directory that an audit with --keep made nor a checkpoint you kept");
  TRY(std::string text, read_text(file, kKeptFileMaxBytes));
  const auto checkpoint = ledger::parse_checkpoint_note(text);
  if (!checkpoint) return fail("malformed", file + " is not a signed checkpoint: " + checkpoint.error().detail);
  return audit::KeptFile{file, std::move(text)};
}

Result<audit::AuditReport> run(const Audit& options) {
  if (options.data.empty() == options.url.empty()) return fail("malformed", "give either --data or --url");
  if (!options.url.empty() && options.key.empty()) return fail("malformed", "--url needs --key, an auditor's key file");
  audit::AuditOptions audit_options;
  audit_options.now = SystemClock().now();
  if (!options.vkey.empty()) audit_options.vkey = options.vkey;
  if (!options.policy.empty()) {
    TRY(const std::string policy, read_text(options.policy, ledger::kPolicySizeMaxBytes));
    std::string companion;
    if (!options.companion.empty()) {
      TRY(companion, read_text(options.companion, ledger::kPolicySizeMaxBytes));
    }
    TRY(audit_options.policy, ledger::TrustPolicy::parse(policy, companion));
    audit_options.bracket_limit_micros = std::int64_t{options.bracket_limit} * kMicrosPerSecond;
    audit_options.policy_digest = audit::policy_digest(policy, companion, audit_options.bracket_limit_micros);
  } else if (!options.companion.empty() || !options.times.empty()) {
    return fail("malformed", "--companion and --times go with --policy");
  }
  TimesFile times(options.times);
  audit_options.each_time = times.writer();
  TRY(const auto memory, open_memory(options));
  audit_options.memory = memory.get();
  const bool brings_checkpoint = !options.since.empty() && (memory == nullptr || !memory->head());
  if (brings_checkpoint) {
    TRY(auto checkpoint, kept_checkpoint(options.since));
    audit_options.checkpoints.push_back(std::move(checkpoint));
  }
  for (const auto& file : options.receipts) {
    TRY(std::string text, read_text(file, kKeptFileMaxBytes));
    audit_options.receipts.push_back({file, std::move(text)});
  }
  const auto source = open_source(options);
  if (!source && source.error().code == "damaged")
    return audit::unreadable(options.data, options.school, source.error());
  if (!source) return tl::unexpected(source.error());
  auto report = audit::audit(**source, audit_options);
  if (report) TRY_STATUS(times.finish());
  return report;
}

}  // namespace

int audit(const Audit& options) {
  const auto language = options.language.empty()   ? language_of_locale()
                        : options.language == "en" ? audit::Language::kEnglish
                                                   : audit::Language::kRussian;
  const auto folder = std::filesystem::path(options.report).parent_path();
  // Before the long part.
  if (!folder.empty() && !posix_file_system().exists(folder.string()))
    return refuse("--report " + options.report + ": there is no directory " + folder.string());
  const auto report = run(options);
  if (!report) return refuse(report.error());
  if (!options.report.empty()) {
    const std::string html = audit::html_report(*report, language);
    if (const auto written = posix_file_system().write_atomically(options.report, as_bytes(html), 0644); !written)
      return refuse(written.error());
  }
  std::cout << (options.json ? audit::json_report(*report) : audit::text_report(*report, language)) << '\n';
  return audit::exit_code(*report);
}

int replay(const Replay& options) {
  audit::ReplayOptions replay_options;
  replay_options.to_index = options.to_index;
  replay_options.check = options.check;
  if (!options.to_time.empty()) {
    const auto time = parse_instant(options.to_time);
    if (!time) return refuse("--to-time " + options.to_time + ": " + time.error().text());
    replay_options.to_time = *time;
  }
  const auto key = master_key_if_any(options.data);
  if (!key) return refuse(key.error());
  const auto source = audit::DirectorySource::open(options.data, options.school, *key);
  if (!source) return refuse(source.error());
  if (const auto copy = (*source)->copy())
    std::cerr << "a copy of the log's first " << copy->size << " entries, taken from " << copy->source
              << "; the audit says of which signed log\n";
  const auto replayed = audit::replay(**source, replay_options);
  if (!replayed) return refuse(replayed.error());
  if (!options.view.empty()) {
    // With the vault's key at hand people have their names and remarks their words, else ids stand for them.
    const auto text_of = [&](const Hash& commitment) { return (*source)->plain_text(commitment); };
    const auto name_of = [&](const Id& person) {
      if (!(*source)->has_vault()) return to_hex(person.view());
      const auto name = (*replayed)->names.find(person);
      return name == (*replayed)->names.end() ? std::string()
                                              : text_of(name->second).value_or(std::string(commands::kErasedName));
    };
    const auto view = audit::replayed_view(**source, **replayed, options.view, name_of, text_of);
    if (!view) return refuse(view.error());
    if (options.check) std::cerr << audit::text_report(**replayed) << '\n';
    std::cout << *view << '\n';
    return audit::exit_code(**replayed);
  }
  std::cout << (options.json ? audit::json_report(**replayed) : audit::text_report(**replayed)) << '\n';
  return audit::exit_code(**replayed);
}

namespace {

std::string proof_path(const Prove& options) {
  if (options.index)
    return "events/" + std::to_string(*options.index) + "/proof" + (options.cosigned ? "?cosigned=true" : "");
  return "diary/proof?student=" + options.student + "&week=" + options.week;
}

Result<std::string> proof_from_server(const Prove& options) {
  TRY(const auto key, read_key(options.key, signing::Purpose::kAuthor));
  TRY(auto session, sign_in(options.url, options.school, key));
  const std::string path = "/v1/schools/" + options.school + "/" + proof_path(options);
  TRY(const auto answer, expect_ok(session.client->send({"GET", path, "", "", session.headers()})));
  return answer.body;
}

Result<std::string> proof_from_directory(const Prove& options) {
  SystemClock clock;
  SystemRandom random;
  commands::Engine::Options engine_options;
  engine_options.directory = options.data;
  TRY(engine_options.master_key, vault_key());
  engine_options.clock = &clock;
  engine_options.random = &random;
  TRY(const auto engine, commands::Engine::open(engine_options));
  auto* school = engine->find(options.school);
  if (school == nullptr) return fail("not_found", "no school " + options.school + " in " + options.data);
  if (options.index)
    return options.cosigned ? school->cosigned_proof(*options.index) : school->proof(*options.index, true);
  server::WeekProofQuery query;
  TRY(query.student, fixed_from_hex<Id>(options.student));
  TRY(query.week, parse_week(options.week));
  return server::week_proof(*school, query);
}

// A proof somebody keeps may be the only one there is of what the log once held.
Status keep_proof(const std::string& file, const std::string& proof) {
  auto& files = posix_file_system();
  if (files.exists(file)) {
    const auto there = files.read(file, ledger::kWeekProofSizeMaxBytes);
    if (there && as_text(*there) == proof) return {};
    return fail("already_exists", file + " exists and holds something else: name another file, or remove it first");
  }
  return files.write_atomically(file, as_bytes(proof), 0644);
}

}  // namespace

int prove(const Prove& options) {
  if (options.data.empty() == options.url.empty()) return refuse("give --data or --url");
  if (!options.url.empty() && options.key.empty())
    return refuse("--url needs --key: a server shows an entry to who may see it");
  const bool week = !options.student.empty() && !options.week.empty();
  if (options.index.has_value() == week || options.student.empty() != options.week.empty())
    return refuse("give --index, or --student and --week");
  if (week && options.cosigned) return refuse("--cosigned goes with --index: a week has them as far as there are any");
  const auto proof = options.data.empty() ? proof_from_server(options) : proof_from_directory(options);
  if (!proof) return refuse(proof.error());
  if (const auto kept = keep_proof(options.out, *proof); !kept) return refuse(kept.error());
  std::cerr << "letopis: " << options.out << ": the proof of "
            << (week ? "the student's week " + options.week : "entry " + std::to_string(*options.index))
            << "; check it with letopis-verify " << options.out << " --vkey V\n";
  return kExitOk;
}

int verify(const std::vector<std::string>& arguments) {
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "letopis-verify";
  std::vector<std::string> words{beside.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  return refuse("cannot run " + beside.string());
}

}  // namespace letopis::tools
