// Writes the seeds of the fuzz corpora: make_corpus tests/fuzz/corpus

#include <filesystem>
#include <fstream>

#include "commands/profile.h"
#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/fork_file.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/tiles.h"
#include "ledger/witness_protocol.h"
#include "signing/base/random.h"

namespace {

using namespace letopis;
using namespace letopis::ledger;

void write(const std::filesystem::path& folder, const std::string& name, ByteView bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// Requests of POST events: one statement; a remark with its sealed text and a file; the same two as JSON.
void write_submissions(const std::filesystem::path& corpus) {
  SeededRandom random(2);
  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  const auto submit = [&](const std::string& name, const Body& body, bool with_text) {
    const Hash salt = random.fixed<Hash>();
    const Bytes file{'f', 'i', 'l', 'e'};
    Statement statement;
    statement.origin = "journal.example.org/log/s1";
    statement.id = random.id();
    statement.author = random.id();
    statement.acting_as = Role::kTeacher;
    statement.key = key.id();
    statement.chain = random.id();
    statement.number = 1;
    statement.salt = random.id();
    statement.seen = Seen{7, random.fixed<Hash>()};
    statement.body = body;
    if (with_text) statement.commitments = {Commitment{"remark", random.id(), random.fixed<Hash>()}};
    const Bytes bytes = encode(statement);
    const Signature signature = key.sign(statement_message(bytes));
    SubmissionBuffer buffer;
    buffer.statements = {{bytes, signature}};
    std::string json = "{\"statements\":[{\"bytes\":\"" + to_base64(bytes) + "\",\"signature\":\"" +
                       to_base64(signature.view()) + "\"}]";
    if (with_text) {
      buffer.texts = {{"remark", salt, "Забыла тетрадь"}};
      buffer.blobs = {{file}};
      json += ",\"texts\":[{\"field\":\"remark\",\"salt\":\"" + to_hex(salt.view()) +
              "\",\"text\":\"Забыла тетрадь\"}],\"blobs\":[\"" + to_base64(file) + "\"]";
    }
    write(corpus / "submission", name, encode(buffer));
    write(corpus / "submission", name + "-json", as_bytes(json + "}"));
  };
  submit("mark", MarkGiven{random.id(), 0, random.id(), "5"}, false);
  submit("remark", RemarkRecorded{random.id(), random.id(), {}}, true);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path corpus = argv[1];
  SeededRandom random(1);
  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  const auto log = signing::KeyPair::generate(signing::Purpose::kLog, random);
  Frontier tree;
  std::vector<Bytes> entries;
  const auto add = [&](const std::string& name, const Body& body) {
    Statement statement;
    statement.origin = "journal.example.org/log/s1";
    statement.id = random.id();
    statement.author = random.id();
    statement.acting_as = Role::kTeacher;
    statement.key = key.id();
    statement.chain = random.id();
    statement.number = 3;
    statement.previous = random.fixed<Hash>();
    statement.salt = random.id();
    statement.seen = Seen{7, random.fixed<Hash>()};
    statement.claimed_at = Instant::from_seconds(1'790'000'000);
    statement.body = body;
    if (name == "remark") statement.commitments = {Commitment{"remark", random.id(), random.fixed<Hash>()}};
    if (name == "lesson") statement.basis = Basis{"order", "12", Date{20700}, "", "", {random.id()}, {}};
    const Bytes bytes = encode(statement);
    write(corpus / "statement", name, bytes);
    Event event;
    event.index = entries.size();
    event.recorded_at = Instant::from_seconds(1'790'000'001);
    event.utc_offset = 10'800;
    event.statement = bytes;
    event.signature = key.sign(statement_message(bytes));
    event.verdict = name == "mark" ? Verdict::kLate : Verdict::kAccepted;
    if (name == "mark") event.rule = "lesson_mark_deadline", event.late_seconds = 61;
    event.rules_version = kRulesVersion;
    entries.push_back(encode(event));
    write(corpus / "event", name, entries.back());
    tree.append(leaf_hash(entries.back()));
  };
  add("mark", MarkGiven{random.id(), 1, random.id(), "5"});
  add("topic", TopicSet{random.id(), "Закон Ома"});
  add("remark", RemarkRecorded{random.id(), random.id(), "remark"});
  add("lesson", LessonRecorded{random.id(), random.id(), Date{20700}, 2, 1, "lesson"});
  add("timetable", TimetablePublished{random.id(), {{1, 2, random.id(), "12"}, {3, 4, random.id(), ""}}});
  add("homework", HomeworkSet{random.id(), Date{20701}, {random.id(), random.id()}, "", "§ 5", {random.fixed<Hash>()}});

  const std::string note = sign_checkpoint({"journal.example.org/log/s1", tree.size(), tree.root()}, log);
  write(corpus / "note", "checkpoint", as_bytes(note));
  write(corpus / "note", "vkey",
        as_bytes(signing::vkey_of("journal.example.org/log/s1", signing::kNoteTypeEd25519, log).text()));
  write(corpus / "checkpoint", "plain",
        as_bytes(Checkpoint{"journal.example.org/log/s1", tree.size(), tree.root()}.text()));
  write(corpus / "add_checkpoint", "first", as_bytes(AddCheckpoint{0, {}, note}.encode()));
  write(corpus / "add_checkpoint", "next",
        as_bytes(AddCheckpoint{3, {leaf_hash(entries[0]), leaf_hash(entries[1])}, note}.encode()));
  Receipt receipt;
  receipt.version = kReceiptVersion;
  receipt.event = entries[0];
  receipt.key_chain = {{entries[1]}, {entries[2]}};
  receipt.genesis_proof = {random.fixed<Hash>(), random.fixed<Hash>()};
  const Bytes extra = encode(receipt);
  write(corpus / "receipt", "two-links", extra);
  ProofFile proof;
  proof.extra = extra;
  proof.index = 5;
  proof.proof = {random.fixed<Hash>(), random.fixed<Hash>()};
  proof.checkpoint = note;
  write(corpus / "proof", "receipt", as_bytes(proof.encode()));
  proof.extra.reset();
  write(corpus / "proof", "bare", as_bytes(proof.encode()));
  const Hash other_root = random.fixed<Hash>();
  ForkFile fork{sign_checkpoint({"journal.example.org/log/s1", tree.size(), other_root}, log), note, {}, {}};
  write(corpus / "fork", "one-size", as_bytes(fork.encode()));
  fork.smaller = sign_checkpoint({"journal.example.org/log/s1", tree.size() - 1, other_root}, log);
  fork.other_root = random.fixed<Hash>();
  fork.proof = {random.fixed<Hash>(), random.fixed<Hash>()};
  write(corpus / "fork", "two-sizes", as_bytes(fork.encode()));
  Bytes bundle;
  append_to_bundle(bundle, entries[0]);
  append_to_bundle(bundle, entries[1]);
  write(corpus / "tiles", "bundle", bundle);
  write(corpus / "tiles", "path", as_bytes("tile/0/x001/x234/067"));
  write(corpus / "tiles", "partial", as_bytes("tile/entries/000.p/12"));
  write(corpus / "csv", "users",
        as_bytes("sourcedId,role,\"given, name\"\r\n1,teacher,\"Анна \"\"А\"\"\"\r\n2,student,Пётр\r\n"));
  write(corpus / "profile", "r000", as_bytes(*commands::builtin_profile("r000")));
  write(corpus / "http", "post",
        as_bytes("POST /v1/schools/s1/events?x=%D0%B0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                 "application/json\r\nContent-Length: 2\r\n\r\n{}"));
  write(corpus / "http", "chunked",
        as_bytes("POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"));
  write(corpus / "http", "target", as_bytes("/v1/schools/s1/diary?student=ab&week=2026-W47"));
  write(corpus / "keyfile", "code", as_bytes(signing::new_invitation_code(random)));
  const auto sealed = signing::seal_key(key, "passphrase", random);
  if (!sealed) return 1;
  write(corpus / "keyfile", "sealed", as_bytes(*sealed));
  write_submissions(corpus);
  write(corpus / "canary", "song", as_bytes("canary"));
  return 0;
}
