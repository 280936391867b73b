// letopis init, letopis simulate.

#include <unistd.h>

#include <date/tz.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/simulate.h"

namespace letopis::tools {
namespace {

// "+03:00" → seconds.
Result<UtcOffset> parse_offset(const std::string& text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return fail("malformed", "an offset is written +03:00");
  TRY(const int minutes, parse_minute(text.substr(1)));
  return UtcOffset{(text[0] == '-' ? -60 : 60) * minutes};
}

// The offset a zone has now, by the system's data: proposed once, at creation. From then on offsets come from entries.
Result<UtcOffset> offset_now(const std::string& zone, Instant now) {
  try {
    const auto at = date::sys_seconds(std::chrono::seconds(now.seconds()));
    return UtcOffset{static_cast<std::int32_t>(date::locate_zone(zone)->get_info(at).offset.count())};
  } catch (const std::exception&) {
    return fail("malformed", "this system knows no time zone " + zone + "; give --utc-offset");
  }
}

Result<std::string> create(const Init& options) {
  static SystemClock clock;
  static SystemRandom random;
  UtcOffset offset;
  if (options.utc_offset.empty()) {
    TRY(offset, offset_now(options.zone, clock.now()));
  } else {
    TRY(offset, parse_offset(options.utc_offset));
  }
  std::vector<signing::KeyPair> keys;
  for (const auto& file : options.root_keys) {
    TRY(auto key, read_key(file, signing::Purpose::kRoot));
    keys.push_back(std::move(key));
  }
  commands::Engine::Options engine_options;
  engine_options.directory = options.data;
  TRY(engine_options.master_key, vault_key());
  engine_options.clock = &clock;
  engine_options.random = &random;
  commands::NewSchool wanted;
  wanted.slug = options.school;
  wanted.origin = options.origin;
  wanted.name = options.name;
  wanted.zone = options.zone;
  wanted.offset = offset;
  wanted.profile = options.profile;
  if (options.profile.ends_with(".toml")) {
    TRY(wanted.profile_text, read_text(options.profile, commands::kProfileSizeMaxBytes));
    TRY(const auto own, commands::parse_profile(wanted.profile_text, options.profile));
    wanted.profile = own.id;
  }
  for (const auto& key : keys) wanted.root_keys.push_back(&key);
  wanted.threshold = options.threshold;
  TRY_STATUS(commands::check_new_school(wanted));  // before anything is left behind
  // Marks lie in the ledger in the clear: the folder is its owner's alone, whatever the umask.
  if (!posix_file_system().exists(options.data)) {
    TRY_STATUS(posix_file_system().make_directories(options.data));
    std::error_code ignored;  // a file system without modes
    std::filesystem::permissions(options.data, std::filesystem::perms::owner_all, ignored);
  }
  TRY(auto engine, commands::Engine::open(engine_options));
  TRY(const auto* school, engine->create_school(wanted));
  return school->vkey().text();
}

Result<replay_tools::SimulateOptions> simulation(const Simulate& options) {
  replay_tools::SimulateOptions out;
  out.source = options.source;
  out.data = options.data;
  out.profile = options.profile;
  out.days = options.days;
  out.seed = options.seed;
  out.credentials = options.credentials;
  TRY(out.master_key, vault_key());
  out.today = local_date(SystemClock().now(), {3 * 3600});
  if (!options.until.empty()) {
    TRY(const Date until, parse_date(options.until));
    // A log whose newest entries lie ahead of the clock could record nothing until that day.
    if (until > out.today) return fail("in_the_future", "--until " + options.until + " is after today");
    out.today = until;
  }
  if (!options.credentials.empty()) {
    TRY(out.passphrase, passphrase("the key files"));
  }
  if (::isatty(STDERR_FILENO) != 0)
    out.progress = [](std::size_t done, std::size_t of) {
      std::cerr << "\r" << done << " / " << of << (done == of ? "\n" : "") << std::flush;
    };
  return out;
}

int report(const Result<replay_tools::Simulated>& done, bool json) {
  if (!done) return refuse(done.error());
  if (json) {
    std::cout << replay_tools::to_json(*done);  // a line of its own
    return kExitOk;
  }
  std::cout << "simulated school " << done->school << ": " << done->events << " entries, " << done->tally.accepted
            << " accepted, " << done->tally.late << " late, " << done->tally.refused_total() << " refused, "
            << done->skipped << " rows skipped\n";
  for (const auto& [rule, count] : done->tally.refused) std::cout << "  refused by " << rule << ": " << count << '\n';
  std::cout << "vkey " << done->vkey << '\n';
  return kExitOk;
}

}  // namespace

int init(const Init& options) {
  const auto vkey = create(options);
  if (!vkey) return refuse(vkey.error());
  if (options.json)
    std::cout << "{\"school\":" << ledger::json_string(options.school) << ",\"vkey\":" << ledger::json_string(*vkey)
              << "}\n";
  else
    std::cout << *vkey << '\n';
  return kExitOk;
}

int profile_check(const std::string& file, const std::vector<std::string>& bases, bool json) {
  commands::ProfileBook book = commands::ProfileBook::with_builtin();
  std::optional<Hash> hash;
  std::vector<std::string> files = bases;
  files.push_back(file);
  for (const auto& one : files) {
    const auto text = read_text(one, commands::kProfileSizeMaxBytes);
    if (!text) return refuse(text.error());
    const auto added = book.add(*text, one);
    if (!added) return refuse(added.error());
    hash = *added;
  }
  const commands::Profile* profile = book.find(*hash);
  const std::string extends = profile->extends ? to_hex(profile->extends->view()) : std::string();
  if (json)
    std::cout << "{\"id\":" << ledger::json_string(profile->id)
              << ",\"sha256\":" << ledger::json_string(to_hex(profile->hash.view()))
              << (extends.empty() ? "" : ",\"extends_sha256\":" + ledger::json_string(extends)) << "}\n";
  else
    std::cout << profile->id << ": " << profile->title_ru << "\nsha256 " << to_hex(profile->hash.view()) << '\n'
              << (extends.empty() ? "" : "extends " + extends + "\n");
  return kExitOk;
}

int profile_show(const std::string& id) {
  const auto text = commands::builtin_profile(id);
  if (!text) return refuse(Error{"not_found", "no built-in profile " + id});
  std::cout << *text;
  return kExitOk;
}

int simulate_school(const Simulate& options) {
  const auto prepared = simulation(options);
  if (!prepared) return refuse(prepared.error());
  return report(replay_tools::simulate_school(posix_file_system(), *prepared), options.json);
}

int simulate_oulad(const Simulate& options) {
  const auto prepared = simulation(options);
  if (!prepared) return refuse(prepared.error());
  return report(replay_tools::simulate_oulad(posix_file_system(), *prepared), options.json);
}

}  // namespace letopis::tools
