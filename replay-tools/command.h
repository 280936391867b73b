#pragma once
// The letopis command: what its subcommands share. Results go to stdout, messages to stderr; 0 success, 1 as the command
// says, 2 unusable arguments or input.

#include <string>
#include <vector>

#include "commands/engine.h"
#include "commands/statement_json.h"
#include "server/http.h"
#include "signing/keys.h"

namespace letopis::tools {

inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  // recorded, and refused by a rule
inline constexpr int kExitUnusable = 2;

// Prints "letopis: …" on stderr; kExitUnusable.
int refuse(const Error& error);
int refuse(const std::string& message);

// From $LETOPIS_PASSPHRASE, or asked for on the terminal without echo. "no_passphrase" when there is neither.
Result<std::string> passphrase(const std::string& what);
// Of the account: from $LETOPIS_PASSWORD, else $LETOPIS_PASSPHRASE, else asked for. "no_password" when there is none.
Result<std::string> password(const std::string& login);
// The vault's: key file, systemd credential, or passphrase (ledger/vault.h).
Result<ledger::MasterKeySource> vault_key();
// Of a directory that nobody holds ("in_use"), with its vault's key; "not_found" where no school is.
Result<std::unique_ptr<commands::Engine>> open_engine(const std::string& data);
// The same to record in: its schools' witnesses are asked first (server/look_back.h). "held".
Result<std::unique_ptr<commands::Engine>> open_engine_to_record(const std::string& data);
Result<signing::KeyFileInfo> read_key_info(const std::string& file);  // without its passphrase
Result<signing::KeyPair> read_key(const std::string& file, signing::Purpose purpose);
Status write_key(const std::string& file, const signing::KeyPair& key);         // refuses to overwrite
Result<std::string> read_text(const std::string& file, std::size_t max_bytes);  // "-": standard input

// Signed in at a server by key, as programs do.
struct Session {
  std::unique_ptr<server::HttpClient> client;
  std::string school, origin, token;
  Id person;
  std::string prefer;  // RFC 7240, with every request; empty: nothing
  std::vector<std::pair<std::string, std::string>> headers() const;
};
// The language of the locale, as Accept-Language.
std::vector<std::pair<std::string, std::string>> language_headers();
Result<std::unique_ptr<server::HttpClient>> connect(const std::string& url);
Result<Session> sign_in(const std::string& url, const std::string& school, const signing::KeyPair& key);
// An answer of 2xx, else the problem document's words.
Result<server::ClientResponse> expect_ok(Result<server::ClientResponse> response);
// A member of a JSON object that is a text; empty when there is none.
std::string text_member(const std::string& json, const std::string& name);
Result<ledger::SignedCheckpoint> newest_checkpoint(server::HttpClient& client, const std::string& school);
// What somebody has to know of a school to sign for it, whether it answers or not.
struct Contact {
  std::string origin;
  Id person;
  std::string school;  // by its short name, and the id of the person's key: whose queue it is
  Id key;
  ledger::Seen seen;               // its newest checkpoint then
  std::vector<ledger::Role> held;  // capacities, those that entitle to most first
};
Result<Contact> contact_with(Session& session, bool asks_capacities = true);
// Signs the drafts in order, on a chain of their own: a submission (LTSB), texts and files included. Drafts that do not say in which
// capacity they are signed get one that is entitled to them, else the first one held.
Result<Bytes> sign_statements(const Contact& contact, const signing::KeyPair& key,
                              std::vector<commands::StatementDraft>& drafts, const std::vector<Bytes>& files);
// Posts a submission; the server's answer, a JSON object. The same bytes again are answered as the first time.
Result<std::string> post_statements(Session& session, ByteView submission);
// Signs the drafts in order, on a chain of their own, and has them recorded; the server's answer, a JSON object. Drafts that do
// not say in which capacity they are signed get one that is entitled to them, else the first one held.
Result<std::string> record(Session& session, const signing::KeyPair& key, std::vector<commands::StatementDraft>& drafts,
                           const std::vector<Bytes>& files = {});

struct KeyNew {
  std::string purpose, out;
};
int key_new(const KeyNew& options);
int key_show(const std::string& file);

struct Init {
  std::string data, school, origin, name, zone, profile = "r000", utc_offset;
  std::vector<std::string> root_keys;
  int threshold = 1;
  bool json = false;
};
int init(const Init& options);
int profile_check(const std::string& file, const std::vector<std::string>& bases, bool json);
int profile_show(const std::string& id);

struct Serve {
  std::string data, listen, tls_cert, tls_key, config, witness_ca;
  std::vector<std::string> public_origins;
  int witness_interval = 45;
  bool insecure_cookies = false;
};
int serve(const Serve& options);

struct WitnessRun {
  std::string data, listen = "127.0.0.1:8090", key, name, tls_cert, tls_key;
  std::vector<std::string> logs;
  bool allow_simulated = false;
};
int witness(const WitnessRun& options);

struct FederationAdd {
  std::string data, school, url, vkey;
  bool allow_simulated = false, json = false;
};
int federation_add(const FederationAdd& options);
int federation_list(const std::string& data, bool json);
int federation_remove(const std::string& data, const std::string& origin, bool json);

struct MonitorRun {
  std::vector<std::string> urls, keys;  // of logs or their servers; an auditor's key files, FILE or SCHOOL=FILE
  std::string policy, companion, data, listen, metrics_file;
  std::string check_fork, vkey;  // instead of watching
  int interval = 60;             // seconds
  int lag = 600, bracket_limit = 600, refused_limit = 20, late_limit = 50;
  bool once = false;
};
int monitor(const MonitorRun& options);

struct NotaryInit {
  std::string data, name, url;
};
int notary_init(const NotaryInit& options);
struct NotaryRun {
  std::string data, listen = "127.0.0.1:8092", key, cert, tls_cert, tls_key;
};
int notary(const NotaryRun& options);

struct Simulate {
  std::string source, data, profile = "r000", credentials, until;
  int days = 20;
  std::uint64_t seed = 1;
  bool json = false;
};
int simulate_school(const Simulate& options);
int simulate_oulad(const Simulate& options);

struct Client {
  std::string url, school, key, out, password_login;
  bool json = false;
};
struct Submit : Client {
  std::string file, example, receipts;
  std::vector<std::string> files;
  bool cosigned = false;  // waits until it is witnessed
  // A directory where signed statements wait while the server does not answer, and who stamps them meanwhile.
  std::string queue, companion;
  std::vector<std::string> notaries;
};
inline constexpr int kExitQueued = 3;  // signed and kept, not recorded yet
// submit with a queue: what waits there first. `drafts` may be none.
int submit_queued(const Submit& options, const signing::KeyPair& key, std::vector<commands::StatementDraft> drafts,
                  const std::vector<Bytes>& files);
int submit(const Submit& options);
struct ImportPlan : Client {
  std::string file, group, title, rows, continues, receipts;
  bool more = false, dry_run = false;
};
int import_plan(const ImportPlan& options);
// What became of entries, for people: a line each, and under it what is still to be done or why it was refused. Their receipts, ready
// for letopis-verify, in files of `directory`, where one is named.
Status print_entries(const std::string& json, const std::string& directory);
// Once after them, where none was: how to have the receipts.
void tell_of_receipts(const std::string& directory);
struct Get : Client {
  std::string path;
};
int get(const Get& options);
struct Invite : Client {
  std::vector<std::string> people;  // ids or whole names
  int days = 30;
  bool all = false;  // everybody the key may invite who has no key yet
};
int invite(const Invite& options);
struct Enrol : Client {
  std::string code, login, role;
};
int enrol(const Enrol& options);
struct Login : Client {
  std::string login;
};
int login(const Login& options);

struct Audit {
  std::string data, url, key, school, report, keep, since, vkey, policy, companion, language, times;
  int bracket_limit = 600;  // seconds
  std::vector<std::string> receipts;
  bool json = false;
};
int audit(const Audit& options);
struct Replay {
  std::string data, school, to_time, view;
  std::optional<std::uint64_t> to_index;
  bool check = false, json = false;
};
int replay(const Replay& options);
// One entry, or a student's week with the proof that it is complete.
struct Prove {
  std::string data, url, key, school, out, student, week;
  std::optional<std::uint64_t> index;
  bool cosigned = false;
};
int prove(const Prove& options);
int verify(const std::vector<std::string>& arguments);

struct Backup {
  std::string data, out;
  bool json = false;
};
int backup(const Backup& options);
struct Restore {
  std::string from, data, school, key, vkey, successor, successor_school;
  std::optional<std::uint64_t> to_index;
  std::vector<std::string> checkpoints, root_keys;
  int threshold = 0;  // the lost log's
  bool json = false;
};
int restore(const Restore& options);
struct Erase {
  std::string data, school, person, reason;
  std::vector<std::string> keys;
  bool json = false;
};
int erase(const Erase& options);

// What a running server answers on DIR/control.sock: one line in, one line out ("ok …" or "error …"); what follows
// the ok, or the error as it was there.
inline constexpr std::string_view kControlSocket = "control.sock";
Result<std::string> control(const std::string& data, const std::string& line);
Status make_backup(commands::Engine& engine, const std::string& to);

}  // namespace letopis::tools
