// The letopis command: words to options, options to one function each. The only place that includes CLI11.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "replay-tools/command.h"
#include "replay-tools/import.h"

namespace {

using namespace letopis::tools;

CLI::App* add(CLI::App& app, const std::string& name, const std::string& what, const std::string& example) {
  auto* command = app.add_subcommand(name, what);
  command->footer("Example:\n  " + example);
  return command;
}

// CLI11 lists what is left over, values and all, from the last to the first.
std::string unexpected(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string name = "letopis";
  for (auto used = command->get_subcommands(); !used.empty(); used = command->get_subcommands()) {
    command = used.front();
    name += " " + command->get_name();
  }
  const auto left = app.remaining(true);
  const auto option = std::find_if(left.begin(), left.end(), [](const auto& word) { return word.rfind('-', 0) == 0; });
  return name + " does not take " + (option != left.end() ? *option : left.front()) + "; " + name +
         " --help lists what it takes";
}

// What a failed $(…) leaves must not pass for an option that was not given.
const CLI::Validator kNotEmpty([](std::string& value) { return std::string(value.empty() ? "is empty" : ""); }, "");

}  // namespace

int main(int argc, char** argv) {
  if (const auto ready = letopis::signing::initialise(); !ready) return refuse(ready.error());
  CLI::App app{"Letopis: a class journal in which nothing can be backdated, and anyone concerned can prove it."};
  app.require_subcommand(1);
  int status = kExitOk;

  auto* key = add(app, "key", "keys with one purpose each, sealed with a passphrase",
                  "letopis key new --purpose root --out director-root.key");
  key->require_subcommand(1);
  KeyNew key_new_options;
  auto* key_new_command = add(*key, "new", "makes a key", "letopis key new --purpose author --out teacher.key");
  key_new_command->add_option("--purpose", key_new_options.purpose, "root, author, log, witness, archive or service")
      ->required();
  key_new_command->add_option("--out", key_new_options.out, "the key file")->required();
  key_new_command->callback([&] { status = key_new(key_new_options); });
  std::string shown;
  auto* key_show_command =
      add(*key, "show", "purpose, id and public key of a key file", "letopis key show teacher.key");
  key_show_command->add_option("FILE", shown)->required();
  key_show_command->callback([&] { status = key_show(shown); });

  Init init_options;
  auto* init_command = add(app, "init", "creates a school; prints its log's vkey",
                           "letopis init --data DIR --school licey29 --origin journal.example.org/log/licey29 --name "
                           "'Лицей № 29' --timezone "
                           "Europe/Moscow --root-key director-root.key");
  init_command->add_option("--data", init_options.data, "data directory")->required();
  init_command->add_option("--school", init_options.school, "short name: a-z, 0-9, -")->required();
  init_command->add_option("--origin", init_options.origin, "the log's address without scheme")->required();
  init_command->add_option("--name", init_options.name)->required();
  init_command->add_option("--timezone", init_options.zone)->required();
  init_command->add_option("--utc-offset", init_options.utc_offset, "+03:00; default: the zone's offset now");
  init_command
      ->add_option("--profile", init_options.profile, "regulation profile: r000 to r004, or a .toml file of your own")
      ->capture_default_str();
  init_command->add_option("--root-key", init_options.root_keys, "key files of the officials")->required();
  init_command->add_option("--threshold", init_options.threshold, "how many of them an act needs")
      ->capture_default_str();
  init_command->add_flag("--json", init_options.json);
  init_command->callback([&] { status = init(init_options); });

  auto* profile = add(app, "profile", "regulation profiles", "letopis profile check school.toml");
  profile->require_subcommand(1);
  std::string profile_named;
  bool profile_json = false;
  auto* profile_check_command = add(*profile, "check", "reads a profile of your own: its hash, or line and reason",
                                    "letopis profile check school.toml");
  profile_check_command->add_option("FILE", profile_named)->required();
  std::vector<std::string> profile_bases;
  profile_check_command->add_option("--base", profile_bases, "a profile of your own that it extends; the oldest first");
  profile_check_command->add_flag("--json", profile_json);
  profile_check_command->callback([&] { status = profile_check(profile_named, profile_bases, profile_json); });
  auto* profile_show_command = add(*profile, "show", "the exact text of a built-in profile, to extend or to copy",
                                   "letopis profile show r001 > r001.toml; sha256sum r001.toml");
  profile_show_command->add_option("ID", profile_named, "r000 to r004")->required();
  profile_show_command->callback([&] { status = profile_show(profile_named); });

  Serve serve_options;
  auto* serve_command =
      add(app, "serve", "serves all schools of a data directory", "letopis serve --data DIR --listen 127.0.0.1:8080");
  serve_command->add_option("--data", serve_options.data)->required();
  serve_command->add_option("--listen", serve_options.listen, "HOST:PORT; port 0: any; default: 127.0.0.1:8080");
  serve_command->add_option("--tls-cert", serve_options.tls_cert, "PEM certificate chain");
  serve_command->add_option("--tls-key", serve_options.tls_key, "PEM private key");
  serve_command
      ->add_option("--witness-interval", serve_options.witness_interval,
                   "seconds after which an entry whose deadline is far is witnessed at the latest")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  serve_command->add_option("--witness-ca", serve_options.witness_ca,
                            "PEM certificates to trust for witnesses and authorities, beside the system's");
  serve_command->add_option("--public-origin", serve_options.public_origins,
                            "https://… under which browsers know this server");
  serve_command->add_option("--config", serve_options.config,
                            "a TOML file: listen, tls-cert, tls-key, public-origin = [...]");
  serve_command->add_flag("--insecure-cookies", serve_options.insecure_cookies,
                          "cookies over plain HTTP (demos on this machine)");
  serve_command->callback([&] { status = serve(serve_options); });

  WitnessRun witness_options;
  auto* witness_command = add(app, "witness", "cosigns the checkpoints of logs it knows (C2SP tlog-witness)",
                              "letopis witness --data DIR --listen 127.0.0.1:8090 --key witness.key --log "
                              "'journal.example.org/log/licey29+fcb7057e+"
                              "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'");
  witness_command->add_option("--data", witness_options.data, "what was cosigned is kept here")->required();
  witness_command->add_option("--listen", witness_options.listen, "HOST:PORT; port 0: any")->capture_default_str();
  witness_command->add_option("--key", witness_options.key, "key file of the purpose witness")->required();
  witness_command->add_option("--name", witness_options.name,
                              "of the key, in cosignatures; default: letopis-witness/ and its id");
  witness_command
      ->add_option("--log", witness_options.logs,
                   "a log's vkey, as its school publishes it; after a blank its address, when that is not https:// and "
                   "the origin")
      ->required();
  witness_command->add_flag("--allow-simulated", witness_options.allow_simulated,
                            "cosign simulated schools too, and ask no log for its genesis");
  witness_command->add_option("--tls-cert", witness_options.tls_cert, "PEM certificate chain");
  witness_command->add_option("--tls-key", witness_options.tls_key, "PEM private key");
  witness_command->callback([&] { status = witness(witness_options); });

  auto* federation = add(app, "federation", "neighbours, whose logs this server witnesses as they witness its own",
                         "letopis federation add https://journal.example.org/log/licey29 VKEY --data DIR");
  federation->require_subcommand(1);
  FederationAdd neighbour;
  auto* federation_add_command =
      add(*federation, "add", "records a neighbour's genesis and cosigns its log from now on",
          "letopis federation add https://journal.example.org/log/licey29 "
          "'journal.example.org/log/licey29+fcb7057e+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k' --data DIR");
  federation_add_command->add_option("URL", neighbour.url, "of its log: https://HOST/log/SCHOOL")->required();
  federation_add_command
      ->add_option("VKEY", neighbour.vkey, "of its log, as its school told you by another way than this address")
      ->required();
  federation_add_command->add_option("--data", neighbour.data, "also while a server runs on it")->required();
  federation_add_command->add_option("--school", neighbour.school,
                                     "whose log records it; needed where there are several");
  federation_add_command->add_flag("--allow-simulated", neighbour.allow_simulated, "cosign a simulated school too");
  federation_add_command->add_flag("--json", neighbour.json);
  federation_add_command->callback([&] { status = federation_add(neighbour); });
  auto* federation_list_command =
      add(*federation, "list", "this server's witness key, and what it cosigns", "letopis federation list --data DIR");
  federation_list_command->add_option("--data", neighbour.data, "also while a server runs on it")->required();
  federation_list_command->add_flag("--json", neighbour.json);
  federation_list_command->callback([&] { status = federation_list(neighbour.data, neighbour.json); });
  std::string neighbour_origin;
  auto* federation_remove_command = add(*federation, "remove", "cosigns a log no more; its recorded genesis stays",
                                        "letopis federation remove journal.example.org/log/licey29 --data DIR");
  federation_remove_command->add_option("ORIGIN", neighbour_origin, "of its log, as the list shows it")->required();
  federation_remove_command->add_option("--data", neighbour.data, "also while a server runs on it")->required();
  federation_remove_command->add_flag("--json", neighbour.json);
  federation_remove_command->callback(
      [&] { status = federation_remove(neighbour.data, neighbour_origin, neighbour.json); });

  MonitorRun monitor_options;
  auto* monitor_command =
      add(app, "monitor",
          "watches logs from outside: 0 all well, 1 a fork, 2 unusable, 3 somebody should look, 4 no answer",
          "letopis monitor --url https://journal.example.org --policy policy --data /var/lib/letopis-monitor --listen "
          "127.0.0.1:8091\n  letopis monitor --check-fork fork-5d2f….txt --vkey V");
  monitor_command->add_option(
      "--url", monitor_options.urls,
      "of a log, or of a server with the policy's logs; repeatable; default: as the policy's log "
      "lines have it");
  monitor_command->add_option("--policy", monitor_options.policy,
                              "a C2SP tlog-policy file: the logs' keys, the witnesses, the quorum");
  monitor_command->add_option("--companion", monitor_options.companion,
                              "its companion: time-stamping authorities, how many witnesses may lie");
  monitor_command->add_option(
      "--data", monitor_options.data,
      "what was seen is remembered here, and evidence kept; else in the user's own state folder");
  monitor_command->add_option(
      "--key", monitor_options.keys,
      "an auditor's key file, FILE or SCHOOL=FILE: entries are read too, for refusals and brackets");
  auto* once = monitor_command->add_flag("--once", monitor_options.once, "one round, and its exit code");
  monitor_command->add_option("--interval", monitor_options.interval, "seconds between rounds")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  monitor_command->add_option("--listen", monitor_options.listen, "HOST:PORT of /metrics and /healthz")->excludes(once);
  monitor_command->add_option(
      "--metrics-file", monitor_options.metrics_file,
      "writes the metrics here after each round (node_exporter's textfile collector: a name in .prom)");
  const auto limit = [&](const char* name, int& value, const char* what, int most) {
    monitor_command->add_option(name, value, what)->check(CLI::Range(0, most))->capture_default_str();
  };
  limit("--lag", monitor_options.lag, "seconds an entry may wait for a quorum", 30 * 86'400);
  limit("--bracket-limit", monitor_options.bracket_limit, "seconds; the median bracket may be so wide", 30 * 86'400);
  limit("--refused-limit", monitor_options.refused_limit, "percent of the newest entries that may be refused", 100);
  limit("--late-limit", monitor_options.late_limit, "percent of the newest entries that may be late", 100);
  monitor_command->add_option(
      "--check-fork", monitor_options.check_fork,
      "checks a file of evidence with --vkey or --policy, offline: 1 forked, 0 one history, 3 undecided");
  monitor_command
      ->add_option("--vkey", monitor_options.vkey, "the log's key, for --check-fork: no policy is needed then")
      ->check(kNotEmpty);
  monitor_command->callback([&] { status = monitor(monitor_options); });

  NotaryRun notary_options;
  NotaryInit notary_init_options;
  auto* notary_command = add(app, "notary", "time-stamps hashes for neighbours whose server does not answer (RFC 3161)",
                             "letopis notary init --data /var/lib/letopis-notary --name gymnasium-9\n"
                             "  letopis notary --data /var/lib/letopis-notary --listen 0.0.0.0:8092");
  auto* notary_init_command =
      add(*notary_command, "init", "makes its key and certificate; prints its line for a policy's companion",
          "letopis notary init --data /var/lib/letopis-notary --name gymnasium-9 --url https://notary.example.org");
  notary_init_command->add_option("--data", notary_init_options.data, "notary.key and notary.pem are made here")
      ->required();
  notary_init_command->add_option("--name", notary_init_options.name, "of the certificate, one word")->required();
  notary_init_command->add_option("--url", notary_init_options.url, "where it will answer, for the companion's line");
  notary_init_command->callback([&] { status = notary_init(notary_init_options); });
  notary_command->add_option("--data", notary_options.data, "serial numbers given are kept here");
  notary_command->add_option("--listen", notary_options.listen, "HOST:PORT; port 0: any")->capture_default_str();
  notary_command->add_option("--key", notary_options.key, "another private key (PKCS #8, PEM) than DIR/notary.key");
  notary_command->add_option("--cert", notary_options.cert, "another certificate (PEM) than DIR/notary.pem");
  notary_command->add_option("--tls-cert", notary_options.tls_cert, "PEM certificate chain");
  notary_command->add_option("--tls-key", notary_options.tls_key, "PEM private key");
  notary_command->callback([&] {
    if (notary_command->get_subcommands().empty()) status = notary(notary_options);
  });

  auto* import = add(app, "import", "a school's files into a running server",
                     "letopis import oneroster DIR --url URL --school S --key director-root.key");
  import->require_subcommand(1);
  ImportOptions import_options;
  auto* oneroster = add(
      *import, "oneroster", "people, classes, groups, calendar and timetable from OneRoster CSV files",
      "letopis import oneroster DIR --url http://127.0.0.1:8080 --school licey29 --key director-root.key --dry-run");
  oneroster
      ->add_option("DIR", import_options.directory,
                   "OneRoster files, with staff.csv, bells.csv, calendar.csv, timetable.csv")
      ->required();
  oneroster->add_option("--url", import_options.url, "http(s)://host:port")->required();
  oneroster->add_option("--school", import_options.school)->required();
  oneroster->add_option("--key", import_options.keys, "key files of those who sign: root keys first, officials' later")
      ->required();
  oneroster->add_option("--officials", import_options.officials,
                        "where keys of officials enrolled here go; default: SCHOOL-keys");
  oneroster->add_option("--codes", import_options.codes, "writes invitation codes of everybody to this CSV file");
  oneroster->add_flag("--dry-run", import_options.dry_run, "reads and plans, records nothing");
  oneroster->add_flag("--json", import_options.json);
  oneroster->callback([&] {
    const auto imported = import_oneroster(import_options);
    status = imported ? kExitOk : refuse(imported.error());
  });

  ImportPlan plan_options;
  auto* plan = add(*import, "plan", "a lesson plan (КТП) from a CSV or XLSX table, for one teaching group",
                   "letopis import plan physics-7a.xlsx --group ID --title 'Физика, 7А' --url URL --school S --key "
                   "teacher.key");
  plan->add_option("FILE", plan_options.file, "columns number, topic, hours, kind, homework (or №, Тема, Часы, …)")
      ->required();
  plan->add_option("--group", plan_options.group, "the teaching group's id")->required();
  plan->add_option("--title", plan_options.title)->required();
  plan->add_option("--url", plan_options.url, "http(s)://host:port");
  plan->add_option("--school", plan_options.school);
  plan->add_option("--key", plan_options.key, "the teacher's key file");
  plan->add_option("--rows", plan_options.rows, "FIRST-LAST of the file, for a plan in parts");
  plan->add_flag("--more", plan_options.more, "further parts follow");
  plan->add_option("--continues", plan_options.continues, "the statement of the plan's first part");
  plan->add_option("--receipts", plan_options.receipts, "a directory for the receipt");
  plan->add_flag("--dry-run", plan_options.dry_run, "reads, sends nothing");
  plan->add_flag("--json", plan_options.json);
  plan->callback([&] { status = import_plan(plan_options); });

  auto* simulate = add(app, "simulate", "fills a new school, whose genesis says so, with history",
                       "letopis simulate school CSV-DIR --data DIR --days 20 --seed 1");
  simulate->require_subcommand(1);
  Simulate simulate_options;
  const auto simulation = [&](const char* name, const char* what, int (*run)(const Simulate&)) {
    auto* command =
        add(*simulate, name, what, std::string("letopis simulate ") + name + " DIR --data DATA --profile r000");
    command->add_option("DIR", simulate_options.source)->required();
    command->add_option("--data", simulate_options.data)->required();
    command->add_option("--profile", simulate_options.profile, "")->capture_default_str();
    command->add_option("--days", simulate_options.days, "school days before today")->capture_default_str();
    command->add_option("--seed", simulate_options.seed, "")->capture_default_str();
    command->add_option("--until", simulate_options.until, "instead of today: 2026-11-21");
    command->add_option("--credentials", simulate_options.credentials,
                        "writes sign-in details of one person of every role");
    command->add_flag("--json", simulate_options.json);
    command->callback([&simulate_options, &status, run] { status = run(simulate_options); });
  };
  simulation("school", "a OneRoster directory: the last school days before today", simulate_school);
  simulation("oulad", "the Open University's dataset", simulate_oulad);

  const auto client = [](CLI::App* command, Client& options, bool needs_key) {
    command->add_option("--url", options.url, "http(s)://host:port");
    command->add_option("--school", options.school);
    if (needs_key) command->add_option("--key", options.key, "your key file");
    command->add_flag("--json", options.json);
  };
  Submit submit_options;
  auto* submit_command = add(app, "submit", "JSON statements, signed and sent; a line of what became of each",
                             "letopis submit lesson.json --url URL --school S --key teacher.key --receipts receipts/");
  submit_command->add_option("FILE", submit_options.file, "one object or an array; - for standard input");
  submit_command->add_option("--example", submit_options.example, "prints a statement of this type");
  submit_command->add_option(
      "--file", submit_options.files,
      "a file that a statement names by its SHA-256: a worksheet, a scan, a profile's text; repeatable");
  submit_command->add_option("--receipts", submit_options.receipts,
                             "a directory: each entry's receipt in a file of its own, NUMBER.tlog-proof");
  submit_command->add_flag("--cosigned", submit_options.cosigned,
                           "waits until the school's witnesses have cosigned, 15 s at most: its receipts hold that");
  submit_command->add_option(
      "--queue", submit_options.queue,
      "a directory: signed statements wait here while the server does not answer (exit 3), and are "
      "sent first the next time, also without FILE");
  submit_command->add_option("--notary", submit_options.notaries,
                             "who stamps what waits (RFC 3161); repeatable; default: the companion's authorities");
  submit_command->add_option("--companion", submit_options.companion,
                             "the authorities you trust, as in a policy's companion: tsa NAME CERTIFICATE [URL]");
  client(submit_command, submit_options, true);
  submit_command->callback([&] { status = submit(submit_options); });
  Get get_options;
  auto* get_command = add(app, "get", "reads a route, signed in by key or as anybody, prints its JSON",
                          "letopis get /v1/schools/S/me --url URL --key teacher.key\n"
                          "  letopis get /log/S/checkpoint --url URL");
  get_command->add_option("PATH", get_options.path)->required();
  client(get_command, get_options, true);
  get_command->callback([&] { status = get(get_options); });
  Invite invite_options;
  auto* invite_command = add(app, "invite", "invitation codes: staff by the administrator, a class by its teacher",
                             "letopis invite --all --url URL --school S --key anna.key --out codes.csv\n"
                             "  letopis invite 'Иванов Пётр' --url URL --school S --key anna.key --out ivanov.csv");
  invite_command->add_option("PERSON", invite_options.people, "ids or whole names");
  invite_command->add_flag("--all", invite_options.all, "everybody this key may invite who has no key yet");
  invite_command->add_option("--days", invite_options.days, "how long the codes are good")->capture_default_str();
  client(invite_command, invite_options, true);
  invite_command->add_option("--out", invite_options.out, "CSV file for the codes")->required();
  invite_command->callback([&] { status = invite(invite_options); });
  Enrol enrol_options;
  auto* enrol_command = add(app, "enrol", "redeems an invitation: makes a key, an account, a key file",
                            "letopis enrol 7K3QF-… --url URL --school S --login anna --out anna.key");
  enrol_command->add_option("CODE", enrol_options.code)->required();
  client(enrol_command, enrol_options, false);
  enrol_command->add_option("--login", enrol_options.login,
                            "an account of this name, for signing in with the password; without it: the key alone");
  enrol_command->add_option("--role", enrol_options.role, "the capacity one enrols in; default: what the person is");
  enrol_command->add_option("--out", enrol_options.out, "the key file")->required();
  enrol_command->callback([&] { status = enrol(enrol_options); });
  Login login_options;
  auto* login_command = add(app, "login", "signs in with the password and unwraps the key",
                            "letopis login anna --url URL --school S --out anna.key");
  login_command->add_option("NAME", login_options.login)->required();
  client(login_command, login_options, false);
  login_command->add_option("--out", login_options.out, "the key file")->required();
  login_command->callback([&] { status = login(login_options); });

  Audit audit_options;
  auto* audit_command =
      add(app, "audit", "the whole check: 0 nothing violated, 1 violated, 2 unusable, 3 times not proved",
          "letopis audit --data DIR --school S --report audit.html");
  audit_command->add_option("--data", audit_options.data, "a stopped server's directory, read only");
  audit_command->add_option("--url", audit_options.url, "a running server");
  audit_command->add_option("--key", audit_options.key, "an auditor's key file, for --url");
  audit_command->add_option("--school", audit_options.school)->required();
  audit_command->add_option("--vkey", audit_options.vkey, "the log's key as you know it")->check(kNotEmpty);
  audit_command->add_option("--policy", audit_options.policy,
                            "whose cosignatures prove times: a C2SP tlog-policy file; exit 3 when it is not met");
  audit_command->add_option("--companion", audit_options.companion,
                            "its companion: time-stamping authorities, how many witnesses may lie");
  audit_command
      ->add_option("--bracket-limit", audit_options.bracket_limit, "seconds; a wider bracket is reported as wide")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  audit_command->add_option("--keep", audit_options.keep, "a new directory to keep the outcome in, for --since");
  audit_command->add_option("--since", audit_options.since,
                            "such a directory: only what is new is audited; or a checkpoint you kept");
  audit_command->add_option("--receipt", audit_options.receipts, "proof files somebody kept");
  audit_command->add_option("--report", audit_options.report, "writes an HTML report");
  audit_command->add_option("--times", audit_options.times,
                            "with --policy: writes what is known of every entry's time, a JSON object a line");
  audit_command->add_option("--lang", audit_options.language, "ru or en; else as LC_ALL or LANG say")
      ->check(CLI::IsMember({"ru", "en"}));
  audit_command->add_flag("--json", audit_options.json);
  audit_command->callback([&] { status = audit(audit_options); });

  Replay replay_options;
  std::uint64_t to_index = 0;
  auto* replay_command =
      add(app, "replay", "folds history; prints the state digest", "letopis replay --data DIR --school S --check");
  replay_command->add_option("--data", replay_options.data)->required();
  replay_command->add_option("--school", replay_options.school)->required();
  auto* index_option = replay_command->add_option("--to-index", to_index, "the entries below this index");
  replay_command->add_option("--to-time", replay_options.to_time, "what had been recorded by then");
  replay_command->add_flag("--check", replay_options.check, "compares with the state commitments");
  replay_command->add_option("--view", replay_options.view, "journal:GROUP:PERIOD or diary:STUDENT:WEEK");
  replay_command->add_flag("--json", replay_options.json);
  replay_command->callback([&] {
    if (index_option->count() > 0) replay_options.to_index = to_index;
    status = replay(replay_options);
  });

  Prove prove_options;
  auto* prove_command = add(app, "prove", "a proof file for one entry, or for a student's whole week",
                            "letopis prove --data DIR --school S --index 17 --out entry.tlog-proof");
  prove_command->add_option("--data", prove_options.data);
  prove_command->add_option("--url", prove_options.url);
  prove_command->add_option("--key", prove_options.key);
  prove_command->add_option("--school", prove_options.school)->required();
  prove_command->add_option("--index", prove_options.index, "of the entry");
  prove_command->add_flag("--cosigned", prove_options.cosigned, "with the witnesses' words, once they have seen it");
  prove_command->add_option("--student", prove_options.student,
                            "a student's id: the week with the proof that it is complete");
  prove_command->add_option("--week", prove_options.week, "2026-W37");
  prove_command->add_option("--out", prove_options.out)->required();
  prove_command->callback([&] { status = prove(prove_options); });

  auto* verify_command = add(app, "verify", "checks a receipt offline (runs letopis-verify)",
                             "letopis verify receipt.tlog-proof --vkey V");
  verify_command->prefix_command();
  verify_command->callback([&] { status = verify(verify_command->remaining()); });

  Backup backup_options;
  auto* backup_command = add(app, "backup", "a consistent copy, of a running server too",
                             "letopis backup --data DIR --out /media/disk/2026-11-21");
  backup_command->add_option("--data", backup_options.data)->required();
  backup_command->add_option("--out", backup_options.out)->required();
  backup_command->add_flag("--json", backup_options.json);
  backup_command->callback([&] { status = backup(backup_options); });
  Restore restore_options;
  std::uint64_t restore_to = 0;
  auto* restore_command = add(
      app, "restore",
      "schools rebuilt from a backup's entries, or a running server's, and audited; never behind a signed checkpoint",
      "letopis restore --from /media/disk/2026-11-21 --data DIR\n"
      "  letopis restore --from DIR-OF-BACKUP --data NEW-DIR --school S --to-index 1200\n"
      "  letopis restore --from https://journal.example.org --school S --key auditor.key --data DIR\n"
      "  letopis restore --from DIR-OF-BACKUP --data DIR --school S --successor journal.example.org/log/S-2 --root-key "
      "director-root.key");
  restore_command
      ->add_option("--from", restore_options.from, "a backup's directory, or http(s)://host:port of a running server")
      ->required();
  restore_command->add_option("--data", restore_options.data, "what becomes the data directory")->required();
  restore_command->add_option("--school", restore_options.school, "this school alone");
  restore_command->add_option("--key", restore_options.key, "an auditor's key file, for a running server");
  restore_command->add_option("--vkey", restore_options.vkey, "the log's key as you know it")->check(kNotEmpty);
  restore_command->add_option("--checkpoint", restore_options.checkpoints,
                              "signed checkpoints somebody kept: the log must hold them");
  auto* restore_to_option = restore_command->add_option(
      "--to-index", restore_to, "the entries below this index: a read-only copy of that moment");
  restore_command->add_option("--successor", restore_options.successor,
                              "entries are lost for good: opens a new log of this origin");
  restore_command->add_option("--successor-school", restore_options.successor_school,
                              "its short name; default: the last part of its origin");
  restore_command->add_option("--root-key", restore_options.root_keys,
                              "key files of the lost log's root keys, for --successor");
  restore_command->add_option("--threshold", restore_options.threshold,
                              "how many root keys an act needs; default: as the lost log");
  restore_command->add_flag("--json", restore_options.json);
  restore_command->callback([&] {
    if (restore_to_option->count() > 0) restore_options.to_index = restore_to;
    status = restore(restore_options);
  });
  Erase erase_options;
  auto* erase_command =
      add(app, "erase", "a person's texts and keys leave the vault by an act; the ledger keeps its proofs",
          "letopis erase --data DIR --school S --person ID --reason 'the consent was withdrawn' --key director.key "
          "--key administrator.key");
  erase_command->add_option("--data", erase_options.data, "also while a server runs on it")->required();
  erase_command->add_option("--school", erase_options.school, "needed when several know the person");
  erase_command->add_option("--person", erase_options.person, "the person's id, 32 hexadecimal digits")->required();
  erase_command->add_option("--reason", erase_options.reason, "kept sealed; needed by whoever records the act");
  erase_command->add_option("--key", erase_options.keys, "key files: the director's, an administrator's, or both")
      ->required();
  erase_command->add_flag("--json", erase_options.json);
  erase_command->callback([&] { status = erase(erase_options); });

  // CLI11 would only say that a subcommand is missing.
  if (const std::string word = argc > 1 ? argv[1] : "";
      !word.empty() && word[0] != '-' &&
      app.get_subcommands([&](CLI::App* known) { return known->check_name(word); }).empty())
    return refuse("there is no command “" + word + "”; letopis --help lists them");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return refuse(unexpected(app));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUnusable;
  }
  return status;
}
