// A school at work: a teacher enters, a parent reads, an auditor checks, the machine dies, somebody changes a byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "signing/base/time.h"
#include "signing/sha256.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr char kSchool[] = "school-fi-pb-98";

// Three school days of a simulated school, made once; every test works on a copy.
class Simulated {
 public:
  Simulated() {
    said_ = letopis_ok({"simulate", "school", LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98", "--data", data(),
                        "--days", "3", "--seed", "7", "--credentials", folder_ / "demo.json", "--json"})
                .json();
    demo_ = json::parse(text_of(folder_ / "demo.json"));
  }
  std::string data() const { return folder_ / "data"; }
  const json::value& said() const { return said_; }
  std::string key(const std::string& role) const { return str(demo_.at(role).at("key_file")); }
  static Simulated& school() {
    static Simulated once;
    return once;
  }

 private:
  Folder folder_;
  json::value said_, demo_;
};

class RunningSchool : public ::testing::Test {
 protected:
  RunningSchool() { fs::copy(Simulated::school().data(), data_, fs::copy_options::recursive); }
  void serve() { server_ = std::make_unique<Server>(data_); }
  static std::string key(const std::string& role) { return Simulated::school().key(role); }
  static std::string path(const std::string& rest) { return std::string("/v1/schools/") + kSchool + "/" + rest; }
  json::value get(const std::string& role, const std::string& rest) const {
    return letopis_ok({"get", path(rest), "--url", server_->url(), "--key", key(role)}).json();
  }
  Ran audit(Words more = {}) const {
    Words words{"audit", "--data", data_, "--school", kSchool, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return letopis(words);
  }

  // A work of one of the teacher's groups, and a pupil who has no mark for it yet.
  struct Place {
    std::string group, work, lesson_day, student;
  };
  Place free_place() const {
    const auto me = get("teacher", "me");
    const std::string days =
        "&from=" + str(Simulated::school().said().at("from")) + "&to=" + str(Simulated::school().said().at("to"));
    for (const auto& group : me.at("groups").as_array()) {
      const auto journal = get("teacher", "journal?group=" + str(group.at("id")) + days);
      for (const auto& work : journal.at("works").as_array())
        for (const auto& student : journal.at("students").as_array())
          if (!has_mark(journal, work.at("id"), student.at("id")))
            return {str(group.at("id")), str(work.at("id")), str(work.at("held_on")), str(student.at("id"))};
    }
    ADD_FAILURE() << "the simulated teacher has no work in three days";
    return {};
  }
  static bool has_mark(const json::value& journal, const json::value& work, const json::value& student) {
    for (const auto& cell : journal.at("cells").as_array())
      for (const auto& entry : cell.at("entries").as_array()) {
        const auto* of = entry.as_object().if_contains("work");
        if (cell.at("student") == student && of != nullptr &&
            (*of == work || (of->is_object() && of->at("id") == work)))
          return true;
      }
    return false;
  }
  json::value give_mark(const Place& place, const std::string& value) const {
    const json::value mark = {
        {"type", "mark_given"}, {"work", place.work}, {"student", place.student}, {"value", value}};
    return letopis_ok({"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("teacher"), "--json"},
                      json::serialize(mark))
        .json()
        .at("items")
        .as_array()
        .at(0);
  }
  std::string journal_of(const Place& place) const {
    return "journal?group=" + place.group + "&from=" + place.lesson_day + "&to=" + place.lesson_day;
  }
  // The student's week, from wherever it is proved, is complete with the entry of that index; and it is no other student's.
  void prove_week(const Place& place, std::uint64_t index, const Words& from, const std::string& vkey) const {
    const std::string week = folder_ / "week.week-proof";
    Words words{"prove", "--school", kSchool, "--student", place.student, "--week", week_of(place), "--out", week};
    words.insert(words.end(), from.begin(), from.end());
    letopis_ok(words);
    const Ran whole = letopis_verify(
        {week, "--vkey", vkey, "--student", place.student, "--week", week_of(place), "--json", "--lang", "en"});
    const auto report = whole.json();
    EXPECT_EQ(report.at("verdict").as_string(), "good") << whole.out << whole.err;
    ASSERT_EQ(whole.status, report.at("week_was_over").as_bool() ? 0 : 3) << "a school of this week, or of the last";
    EXPECT_EQ(report.at("student"), json::value(place.student));
    const auto& diary = report.at("shards").at(0).at("entries").as_array();
    EXPECT_TRUE(std::any_of(diary.begin(), diary.end(), [&](const auto& shown) {
      return shown.at("entry").at("index") == json::value(index) &&
             shown.at("later").as_bool() == (index >= report.at("complete_to").template to_number<std::uint64_t>());
    })) << whole.out;
    const auto& shards = report.at("shards").as_array();
    EXPECT_TRUE(std::all_of(shards.begin() + 1, shards.end(), [](const auto& shard) {
      return !str(shard.at("title")).empty() && !str(shard.at("label")).empty();
    })) << whole.out;
    const std::string nobody(32, 'e');
    const Ran other = letopis_verify({week, "--vkey", vkey, "--student", nobody});
    EXPECT_EQ(other.status, 1) << other.out;
    EXPECT_NE(other.out.find("other_student"), std::string::npos) << other.out;
    const Ran table = letopis_verify({week, "--vkey", vkey, "--lang", "en"});
    EXPECT_EQ(table.out.find("COMPLETE"), 0U);
    EXPECT_EQ(table.out.find("recorded_at"), std::string::npos);
    EXPECT_NE(letopis_verify({week, "--vkey", vkey, "--all"}).out.find("recorded_at"), std::string::npos);
  }
  static std::string week_of(const Place& place) { return format_week(*parse_date(place.lesson_day)); }

  Folder folder_;
  std::string data_ = folder_ / "data";
  std::unique_ptr<Server> server_;
};

bool mentions(const json::value& view, std::uint64_t index) {
  return json::serialize(view).find("\"index\":" + std::to_string(index) + ",") != std::string::npos;
}

// The server is away: what is signed waits, a neighbour's notary stamps it; the server is back: it is recorded, late as it is, and the
// tokens are put on record and kept with the receipt.
TEST_F(RunningSchool, WhatWaitsForTheServerIsStampedMeanwhileAndRecordedOnce) {
  serve();
  const std::string url = server_->url(), queue = folder_ / "queue", companion = folder_ / "companion";
  write_text(companion, letopis_ok({"notary", "init", "--data", folder_ / "notary", "--name", "gymnasium-9"}).out);
  const Server notary({"notary", "--data", folder_ / "notary", "--listen", "127.0.0.1:0"});
  const auto submit = [&](const std::string& at, const std::string& statement, const Words& more = {}) {
    Words words{"submit", "--url",       at,        "--school", kSchool,      "--key", key("teacher"), "--queue",
                queue,    "--companion", companion, "--notary", notary.url(), "--json"};
    if (!statement.empty()) words.push_back("-");
    words.insert(words.end(), more.begin(), more.end());
    return letopis(words, statement);
  };
  const auto place = free_place();
  const std::string mark = json::serialize(
      json::value{{"type", "mark_given"}, {"work", place.work}, {"student", place.student}, {"value", "4"}});
  const std::string away = "http://127.0.0.1:1";
  const Ran strange = submit(away, mark);
  EXPECT_EQ(strange.status, 2);
  EXPECT_THAT(strange.err, HasSubstr("no_contact")) << "a queue that has never met its school";
  EXPECT_EQ(submit(url, "").status, 0) << "nothing waits; it knows the school now";
  server_->kill();

  const Ran waits = submit(away, mark);
  ASSERT_EQ(waits.status, 3) << waits.out << waits.err;
  EXPECT_EQ(waits.json().at("queued").as_int64(), 1);
  EXPECT_EQ(waits.json().at("tokens").as_int64(), 1);
  EXPECT_EQ(submit(away, "").json().at("tokens").as_int64(), 1) << "stamped once";
  const auto named = [&](const std::string& folder, const std::string& ending) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().string().ends_with(ending)) files.push_back(entry.path().string());
    return files;
  };
  ASSERT_EQ(named(queue, ".statements").size(), 1U);
  ASSERT_EQ(named(queue, ".token").size(), 1U);
  EXPECT_EQ(fs::status(named(queue, ".statements")[0]).permissions() & fs::perms::group_read, fs::perms::none);

  // What another key signs, or for another school, could never be sent from here.
  for (const Words& other : {Words{"--key", key("director"), "--school", kSchool},
                             Words{"--key", key("teacher"), "--school", "another-school"}}) {
    Words words{"submit", "-", "--url", away, "--queue", queue};
    words.insert(words.end(), other.begin(), other.end());
    const Ran refused = letopis(words, mark);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("other_queue"));
  }
  EXPECT_EQ(named(queue, ".statements").size(), 1U);

  // What does not read is told of with its remedy, and keeps no other back.
  write_text(queue + "/0-broken.statements", "nonsense");
  const Ran broken = submit(away, "");
  EXPECT_EQ(broken.json().at("queued").as_int64(), 1);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("0-broken.statements"), HasSubstr("move this file away")));

  serve();
  const std::string waiting = named(queue, ".statements")[0] == queue + "/0-broken.statements"
                                  ? named(queue, ".statements")[1]
                                  : named(queue, ".statements")[0];
  const std::string kept = text_of(waiting);
  const Ran back = submit(server_->url(), "");
  ASSERT_EQ(back.status, 2) << back.out << back.err;
  EXPECT_THAT(back.err, AllOf(HasSubstr("damaged"), HasSubstr("0-broken.statements"), HasSubstr("anew")));
  fs::remove(queue + "/0-broken.statements");
  const auto item = back.json().at("items").at(0);
  ASSERT_EQ(str(item.at("verdict")), "late") << json::serialize(item);
  const std::string index = json::serialize(item.at("index"));
  EXPECT_TRUE(named(queue, ".statements").empty());
  const std::string token = queue + "/sent/" + index + "-0.token";
  ASSERT_TRUE(fs::exists(token));
  // Right after it, but for a commitment of the school's own.
  std::string attached;
  for (std::int64_t next = 1; next <= 2 && attached.find("file_attached") == std::string::npos; ++next)
    attached = json::serialize(get("director", "events/" + std::to_string(item.at("index").as_int64() + next)));
  EXPECT_THAT(attached, HasSubstr("file_attached"));
  EXPECT_THAT(attached, HasSubstr(str(item.at("statement")))) << "the token, on record";

  // Nothing waits, and the folder is still its owner's.
  const Ran stranger = letopis(
      {"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("director"), "--queue", queue}, mark);
  EXPECT_EQ(stranger.status, 2) << stranger.out;
  EXPECT_THAT(stranger.err, HasSubstr("other_queue"));

  // Sent again, as after a death between answer and disk, it is recorded once.
  write_text(waiting, kept);
  const Ran again = submit(server_->url(), "");
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.json().at("items").at(0).at("index"), item.at("index"));

  const std::string receipt = folder_ / "receipt.tlog-proof", policy = folder_ / "policy";
  write_text(receipt, str(item.at("receipt")));
  write_text(policy, "quorum none\n");
  const Ran verified = letopis_verify({receipt, "--vkey", server_->vkey(kSchool), "--policy", policy, "--companion",
                                       companion, "--token", token, "--json"});
  EXPECT_EQ(verified.status, 3) << "good, and not witnessed: " << verified.out << verified.err;
  const auto time = verified.json().at("time");
  EXPECT_FALSE(time.at("signed_in_time").as_bool()) << "the simulated lesson was days ago: " << json::serialize(time);
  EXPECT_GE(parse_instant(str(time.at("signed_by")))->micros, parse_instant(str(time.at("deadline")))->micros);
  server_->stop();
  const Ran audited = audit({"--policy", policy, "--companion", companion});
  EXPECT_GE(audited.json().at("times").at("late").as_int64(), 1) << audited.out;
  EXPECT_EQ(audited.json().at("times").at("signed_in_time").as_int64(), 0);
}

// A plan as teachers keep it, in a table; once the deputy has signed it, what was delivered of it shows.
TEST_F(RunningSchool, ALessonPlanIsImportedFromATable) {
  serve();
  const std::string group = str(get("teacher", "me").at("groups").at(0).at("id"));
  const std::string file = folder_ / "plan.csv";
  const Words words{"import",   "plan",  file,    "--group",      group,   "--title",      "План",
                    "--school", kSchool, "--url", server_->url(), "--key", key("teacher"), "--json"};
  write_text(file, "№,Тема,Часы\n1,Ток,\n");
  const Ran wrong = letopis(words);
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("plan.csv:2:7: hours"));
  write_text(file, "№,Тема,Часы\n1,Ток,2\n2,Закон Ома,1\n");
  const auto item = letopis_ok(words).json().at("items").at(0);
  ASSERT_NE(str(item.at("verdict")), "refused") << json::serialize(item);
  ASSERT_EQ(str(item.at("awaits").at(0)), "deputy_head");
  const auto plan_of = [&] { return get("teacher", "plans?group=" + group).at(0); };
  EXPECT_NE(plan_of().at("plan").at("id"), item.at("statement")) << "not yet signed: the one before holds";
  const json::value signed_too = {{"type", "endorsed"}, {"target", item.at("statement")}, {"approve", true}};
  letopis_ok({"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("deputy_head"), "--json"},
             json::serialize(signed_too));
  EXPECT_EQ(plan_of().at("plan").at("id"), item.at("statement"));
  EXPECT_EQ(plan_of().at("plan").at("hours").as_int64(), 3);
  EXPECT_EQ(str(plan_of().at("plan").at("lines").at(1).at("topic")), "Закон Ома");
}

// Every view of a school at work answers, to whom it is for.
TEST_F(RunningSchool, DutiesAndSheetsAnswer) {
  serve();
  EXPECT_FALSE(get("teacher", "duties").at("duties").as_array().empty());
  const auto all = get("director", "duties?of=school");
  EXPECT_GT(all.at("duties").as_array().size(), get("teacher", "duties").at("duties").as_array().size());
  for (const auto& duty : all.at("duties").as_array()) EXPECT_FALSE(str(duty.at("text")).empty());
  EXPECT_TRUE(get("director", "summary").as_object().contains("participation"));
  const std::string klass = str(get("director", "classes").at(0).at("id"));
  EXPECT_FALSE(get("director", "summary?class=" + klass).at("students").as_array().empty());
  EXPECT_TRUE(get("director", "inspections").at("inspections").is_array());
  EXPECT_TRUE(get("director", "substitutions?from=2026-01-01&to=2026-12-31").is_array());
  EXPECT_FALSE(get("accountant", "hours?from=2026-01-01&to=2026-12-31").as_array().empty());
  const auto operations = get("deputy_head", "operations");
  ASSERT_FALSE(operations.at("operations").as_array().empty());
  const auto last = operations.at("operations").as_array().back().at("index").to_number<std::uint64_t>();
  EXPECT_TRUE(get("deputy_head", "operations?after=" + std::to_string(last)).at("operations").as_array().empty() ||
              operations.at("more").as_bool());
  EXPECT_FALSE(get("parent", "dictionary").as_array().empty());
  EXPECT_TRUE(get("parent", "documents").at("announcements").is_array());
}

TEST_F(RunningSchool, AMarkIsSeenAtOnceInJournalAndDiaryAndItsReceiptIsGoodOffline) {
  serve();
  const Place place = free_place();
  const auto item = give_mark(place, "5");
  ASSERT_NE(str(item.at("verdict")), "refused") << json::serialize(item);
  const auto index = item.at("index").to_number<std::uint64_t>();
  EXPECT_TRUE(mentions(get("teacher", journal_of(place)), index));
  EXPECT_TRUE(mentions(get("director", "diary?student=" + place.student + "&week=" + week_of(place)), index));
  EXPECT_FALSE(mentions(
      get("director", "diary?student=" + place.student + "&week=" + week_of(place) + "&at=" + std::to_string(index)),
      index));

  const std::string receipt = folder_ / "receipt.tlog-proof";
  write_text(receipt, str(item.at("receipt")));
  const std::string vkey = server_->vkey(kSchool);
  const Ran good = letopis_verify({receipt, "--vkey", vkey, "--json"});
  EXPECT_EQ(good.status, 0) << good.out << good.err;

  const std::string proof = folder_ / "proof.tlog-proof";
  Words proves{
      "prove", "--url", server_->url(), "--key", key("director"), "--school", kSchool, "--index", std::to_string(index),
      "--out", proof};
  const Ran proved = letopis(proves);
  EXPECT_EQ(proved.status, 0) << proved.err;
  EXPECT_THAT(proved.err, HasSubstr(proof + ": the proof of entry " + std::to_string(index)));
  EXPECT_EQ(letopis_verify({proof, "--vkey", vkey}).status, 0);
  // What is kept is kept: another proof does not take its place.
  const std::string kept = text_of(proof);
  proves[8] = "0";
  const Ran other = letopis(proves);
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("already_exists"));
  EXPECT_EQ(text_of(proof), kept);
  EXPECT_EQ(letopis({"verify", proof, "--vkey", vkey}).status, 0);

  prove_week(place, index, {"--url", server_->url(), "--key", key("director")}, vkey);

  std::string forged = text_of(receipt);
  auto& letter = forged[forged.find("\nindex") - 40];  // inside the entry
  letter = letter == 'A' ? 'B' : 'A';
  write_text(receipt, forged);
  EXPECT_NE(letopis_verify({receipt, "--vkey", vkey}).status, 0);
}

TEST_F(RunningSchool, AWeekIsProvedFromTheDirectoryToo) {
  serve();
  const Place place = free_place();
  const auto index = give_mark(place, "4").at("index").to_number<std::uint64_t>();
  const std::string vkey = server_->vkey(kSchool);
  ASSERT_EQ(server_->stop(), 0);
  prove_week(place, index, {"--data", data_}, vkey);
  const Ran both = letopis({"prove", "--data", data_, "--school", kSchool, "--index", "1", "--student", place.student,
                            "--week", week_of(place), "--out", folder_ / "x"});
  EXPECT_NE(both.status, 0);
  EXPECT_NE(both.err.find("--index, or --student"), std::string::npos) << both.err;
  const Ran keyless =
      letopis({"prove", "--url", "http://127.0.0.1:1", "--school", kSchool, "--index", "1", "--out", folder_ / "x"});
  EXPECT_EQ(keyless.status, 2);
  EXPECT_NE(keyless.err.find("--key"), std::string::npos) << keyless.err;
}

TEST_F(RunningSchool, AMomentIsTypedAsItIsWritten) {
  serve();
  const std::string now = format_instant(SystemClock().now());
  ASSERT_TRUE(now.ends_with("Z"));
  const Place place = free_place();
  const std::string view = journal_of(place) + "&at=" + now.substr(0, now.find('.')) + "+00:00";
  EXPECT_EQ(get("teacher", view).at("group").at("id"), json::value(place.group));
  const Ran bare = letopis({"get", "me", "--url", server_->url(), "--school", kSchool, "--key", key("teacher")});
  EXPECT_EQ(bare.status, 2);
  EXPECT_NE(bare.err.find("/v1/schools/"), std::string::npos) << bare.err;
}

TEST_F(RunningSchool, SubmitPrintsALineForAnEntryAndWhereItsReceiptIs) {
  serve();
  const Place place = free_place();
  const json::value mark = {{"type", "mark_given"}, {"work", place.work}, {"student", place.student}, {"value", "4"}};
  const Ran said = letopis_ok({"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("teacher")},
                              json::serialize(mark));
  std::istringstream line(said.out);
  std::string entry, index, verdict, at, time;
  line >> entry >> index >> verdict >> at >> time;
  EXPECT_EQ(entry, "entry") << said.out;
  EXPECT_TRUE(verdict == "accepted" || verdict == "late") << said.out;
  EXPECT_TRUE(parse_instant(time)) << said.out;
  EXPECT_EQ(said.out.find("tlog-proof"), std::string::npos) << "no receipt on a terminal: " << said.out;
  EXPECT_THAT(said.err, AllOf(HasSubstr("--receipts DIR"), HasSubstr("letopis prove --index")));
  const std::string file = folder_ / "receipt.tlog-proof";
  letopis_ok({"prove", "--index", index, "--out", file, "--url", server_->url(), "--school", kSchool, "--key",
              key("teacher")});
  const Ran verified = letopis_verify({file, "--vkey", server_->vkey(kSchool)});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(RunningSchool, ReceiptsOfManyEntriesAreFilesOfTheirOwn) {
  serve();
  const Place place = free_place();
  const json::value mark = {{"type", "mark_given"}, {"work", place.work}, {"student", place.student}, {"value", "4"}};
  const std::string receipts = folder_ / "kept/receipts";
  const Ran said = letopis_ok(
      {"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("teacher"), "--receipts", receipts},
      json::serialize(json::array{mark, mark}));
  EXPECT_EQ(said.err, "") << "they are kept: nothing to tell";
  EXPECT_NE(said.out.find("refused"), std::string::npos) << "a second mark in one cell: " << said.out;
  std::size_t good = 0, refusals = 0;
  for (const auto& file : fs::directory_iterator(receipts)) {
    const Ran verified = letopis_verify({file.path().string(), "--vkey", server_->vkey(kSchool)});
    good += verified.status == 0 ? 1 : 0;
    refusals += verified.out.find("отказ: школа её не приняла по правилу second_mark") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(good, 2U);
  EXPECT_EQ(refusals, 1U) << "genuine, and nobody takes it for a mark";
}

// A worksheet goes with the statement that names it, and comes back byte by byte.
TEST_F(RunningSchool, AFileIsSubmittedWithTheStatementThatNamesIt) {
  serve();
  const json::value mark = give_mark(free_place(), "4");
  const std::string scan = folder_ / "scan.pdf", bytes = "%PDF-1.7\n" + std::string(5000, 'x') + "\n%%EOF\n";
  write_text(scan, bytes);
  const std::string hash = to_hex(signing::sha256(as_bytes(bytes)).view());
  const auto attach = [&](const Words& files, const std::string& type) {
    Words words{"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("teacher"), "--json"};
    words.insert(words.end(), files.begin(), files.end());
    const json::value said = {{"type", "file_attached"},
                              {"target", mark.at("statement")},
                              {"file", hash},
                              {"size", bytes.size()},
                              {"media_type", type}};
    return letopis(words, json::serialize(said));
  };
  const Ran without = attach({}, "application/pdf");
  EXPECT_NE(without.status, 0) << "named, and not there: " << without.out;
  const Ran mistyped = attach({"--file", folder_ / "scam.pdf"}, "application/pdf");
  EXPECT_EQ(mistyped.status, 2);
  EXPECT_THAT(mistyped.err, HasSubstr("scam.pdf"));
  const Ran attached = attach({"--file", scan}, "application/pdf");
  ASSERT_EQ(attached.status, 0) << attached.err;
  EXPECT_EQ(str(attached.json().at("items").at(0).at("verdict")), "accepted") << attached.out;
  const std::string entry = json::serialize(attached.json().at("items").at(0).at("index"));
  const Ran fetched =
      letopis_ok({"get", path("files/" + hash + "?entry=" + entry), "--url", server_->url(), "--key", key("teacher")});
  EXPECT_EQ(fetched.out.substr(0, bytes.size()), bytes);
}

TEST_F(RunningSchool, ABackupOfNothingIsNoBackup) {
  const std::string nothing = folder_ / "nothing";
  const Ran ran = letopis({"backup", "--data", nothing, "--out", folder_ / "copy"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find(nothing), std::string::npos) << ran.err;
  EXPECT_FALSE(fs::exists(nothing)) << "a misspelt directory is not made";
  EXPECT_FALSE(fs::exists(folder_ / "copy"));
}

TEST_F(RunningSchool, AParentSeesTheirOwnChildAndNobodyElses) {
  serve();
  const Place place = free_place();
  const auto me = get("parent", "me");
  const std::string child = str(me.at("children").as_array().at(0).at("id"));
  const std::string week = "&week=" + week_of(place);
  EXPECT_EQ(str(get("parent", "diary?student=" + child + week).at("student")), child);
  const auto pupils = get("director", journal_of(place)).at("students").as_array();
  const auto other =
      std::find_if(pupils.begin(), pupils.end(), [&](const auto& pupil) { return str(pupil.at("id")) != child; });
  ASSERT_NE(other, pupils.end());
  const Ran refused = letopis(
      {"get", path("diary?student=" + str(other->at("id")) + week), "--url", server_->url(), "--key", key("parent")});
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.err.find("http_403"), std::string::npos) << refused.err;
}

TEST_F(RunningSchool, WhatAViewShowedAtAMomentIsWhatAFoldFromZeroGives) {
  const auto size = Simulated::school().said().at("events").to_number<std::uint64_t>();
  serve();
  const Place place = free_place();
  const auto periods = get("teacher", "periods");
  const auto current = std::find_if(periods.as_array().begin(), periods.as_array().end(), [&](const auto& p) {
    return str(p.at("from")) <= place.lesson_day && place.lesson_day <= str(p.at("to"));
  });
  ASSERT_NE(current, periods.as_array().end());
  const std::string period = str(current->at("id"));
  const std::vector<std::uint64_t> moments{size / 2, size - 5000, size};
  std::vector<std::string> journals, diaries;
  for (const auto at : moments) {  // read by who sees why somebody was absent, as a fold does
    journals.push_back(
        letopis_ok({"get", path("journal?group=" + place.group + "&period=" + period + "&at=" + std::to_string(at)),
                    "--url", server_->url(), "--key", key("director")})
            .out);
    diaries.push_back(
        letopis_ok({"get",
                    path("diary?student=" + place.student + "&week=" + week_of(place) + "&at=" + std::to_string(at)),
                    "--url", server_->url(), "--key", key("director")})
            .out);
  }
  EXPECT_NE(journals.front(), journals.back());
  ASSERT_EQ(server_->stop(), 0);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const auto fold = [&](const std::string& view) {
      return letopis_ok({"replay", "--data", data_, "--school", kSchool, "--to-index", std::to_string(moments[i]),
                         "--view", view})
          .out;
    };
    EXPECT_EQ(fold("journal:" + place.group + ":" + period), journals[i]) << "at " << moments[i];
    EXPECT_EQ(fold("diary:" + place.student + ":" + week_of(place)), diaries[i]) << "at " << moments[i];
  }
}

TEST_F(RunningSchool, KilledItComesBackWithEverythingItAcknowledgedAndTheAuditIsGreen) {
  serve();
  const Place place = free_place();
  const auto item = give_mark(place, "4");
  server_->kill();
  serve();
  const std::string entry = "events/" + std::to_string(item.at("index").to_number<std::uint64_t>());
  EXPECT_EQ(get("director", entry).at("statement").at("envelope").at("id"), item.at("statement"));
  server_->kill();

  const std::string receipt = folder_ / "kept.tlog-proof";
  write_text(receipt, str(item.at("receipt")));
  const Ran audited = audit({"--receipt", receipt, "--report", folder_ / "report.html"});
  ASSERT_EQ(audited.status, 0) << audited.out << audited.err;
  EXPECT_EQ(str(audited.json().at("verdict")), "simulated");
  EXPECT_NE(text_of(folder_ / "report.html").find(str(audited.json().at("sentence").at("ru"))), std::string::npos);
  EXPECT_EQ(letopis({"replay", "--data", data_, "--school", kSchool, "--check", "--json"}).status, 0);
}

TEST_F(RunningSchool, AnAuditOverHttpFindsWhatAnAuditOfTheDirectoryFinds) {
  const auto simulated = Simulated::school().said();
  const auto there = audit().json();
  serve();
  const Ran ran = letopis({"audit", "--url", server_->url(), "--key", key("auditor"), "--school", kSchool, "--json"});
  ASSERT_EQ(ran.status, 0) << ran.out << ran.err;
  const auto here = ran.json();
  for (const char* member : {"root", "size", "verdicts", "rules"})
    EXPECT_EQ(here.at(member), there.at(member)) << member;
  const Ran denied = letopis({"audit", "--url", server_->url(), "--key", key("teacher"), "--school", kSchool});
  EXPECT_EQ(denied.status, 2);
  EXPECT_THAT(denied.err, HasSubstr("takes the key of an auditor"));
  // What the simulator believes it did is what the auditor finds.
  EXPECT_EQ(there.at("size").to_number<std::uint64_t>(), simulated.at("events").to_number<std::uint64_t>());
  for (const char* verdict : {"accepted", "late"})
    EXPECT_EQ(there.at("verdicts").at(verdict).to_number<std::uint64_t>(),
              simulated.at(verdict).to_number<std::uint64_t>())
        << verdict;
}

// While entries are still in the database's own journal, and when they have moved to its tables.
class OneByte : public RunningSchool, public ::testing::WithParamInterface<bool> {};

TEST_P(OneByte, ChangedAnywhereInTheEntriesTurnsTheAuditRed) {
  if (GetParam()) {
    serve();
    ASSERT_EQ(server_->stop(), 0);
  }
  std::string largest;
  for (const auto& file : fs::directory_iterator(data_ + "/ledger"))
    if (largest.empty() || file.file_size() > fs::file_size(largest)) largest = file.path().string();
  ASSERT_EQ(fs::path(largest).extension(), GetParam() ? ".sst" : ".log");
  ASSERT_EQ(audit().status, 0);
  const std::string whole = text_of(largest);
  for (const std::size_t part : {1U, 3U, 5U, 7U}) {
    std::string changed = whole;
    changed[whole.size() * part / 10] ^= 1;
    write_text(largest, changed);
    const Ran red = audit();
    ASSERT_EQ(red.status, 1) << "byte " << whole.size() * part / 10 << "\n" << red.out.substr(0, 2000) << red.err;
    EXPECT_EQ(str(red.json().at("verdict")), "violated");
    EXPECT_EQ(letopis({"serve", "--data", data_, "--listen", "127.0.0.1:0"}).status, 2)
        << "a damaged log is not served";
  }
}
INSTANTIATE_TEST_SUITE_P(Files, OneByte, ::testing::Bool(),
                         [](const auto& tables) { return tables.param ? "Tables" : "Journal"; });

TEST_F(RunningSchool, ABackupOfTheRunningServerIsRestoredAndNeverOverSomethingNewer) {
  serve();
  const std::string copy = folder_ / "copy";
  letopis_ok({"backup", "--data", data_, "--out", copy});
  const std::string receipt = folder_ / "receipt.tlog-proof";
  write_text(receipt, str(give_mark(free_place(), "5").at("receipt")));
  ASSERT_EQ(server_->stop(), 0);

  const Ran behind = letopis({"restore", "--from", copy, "--data", data_});
  EXPECT_EQ(behind.status, 2);
  EXPECT_NE(behind.err.find("log_behind_checkpoint"), std::string::npos) << behind.err;
  EXPECT_EQ(audit().status, 0) << "a refused restore leaves what was there";

  // Where the machine is lost, a pupil's receipt says how far the log went.
  const std::string elsewhere = folder_ / "elsewhere";
  const Ran older = letopis({"restore", "--from", copy, "--data", elsewhere, "--checkpoint", receipt});
  EXPECT_EQ(older.status, 2);
  EXPECT_NE(older.err.find("log_behind_checkpoint"), std::string::npos) << older.err;

  data_ = folder_ / "restored";
  letopis_ok({"restore", "--from", copy, "--data", data_});
  EXPECT_EQ(audit().status, 0);
}

// The address of a socket holds 107 bytes.
TEST_F(RunningSchool, ABackupNeedsNoShortPath) {
  const std::string deep = folder_ / (std::string(100, 'x') + "/" + std::string(100, 'y'));
  fs::create_directories(fs::path(deep).parent_path());
  fs::rename(data_, deep);
  data_ = deep;
  serve();
  letopis_ok({"backup", "--data", data_, "--out", folder_ / "backup"});
  EXPECT_TRUE(fs::exists(folder_ / "backup/ledger/CURRENT"));
}

TEST_F(RunningSchool, ACopyOfAMomentShowsWhatWasSeenThenAndTakesNoWrites) {
  const auto then = Simulated::school().said().at("events").to_number<std::uint64_t>() - 2000;
  serve();
  const Place place = free_place();
  const std::string diary = "diary?student=" + place.student + "&week=" + week_of(place);
  const auto journal_then = get("teacher", journal_of(place) + "&at=" + std::to_string(then));
  const auto diary_then = get("director", diary + "&at=" + std::to_string(then));
  const std::string copy = folder_ / "copy", moment = folder_ / "moment";
  letopis_ok({"backup", "--data", data_, "--out", copy});
  ASSERT_EQ(server_->stop(), 0);
  letopis_ok({"restore", "--from", copy, "--data", moment, "--to-index", std::to_string(then)});

  data_ = moment;
  serve();
  EXPECT_EQ(get("teacher", journal_of(place)), journal_then);
  EXPECT_EQ(get("director", diary), diary_then);
  const Ran refused = letopis(
      {"submit", "-", "--url", server_->url(), "--school", kSchool, "--key", key("teacher")},
      R"({"type":"mark_given","work":")" + place.work + R"(","student":")" + place.student + R"(","value":"5"})");
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(server_->stop(), 0);
  const Ran audited = audit();
  EXPECT_EQ(audited.status, 0) << audited.out << audited.err;
  EXPECT_EQ(audited.json().at("size").to_number<std::uint64_t>(), then);
}

TEST_F(RunningSchool, WhatARunningServerHoldsIsRebuiltElsewhereFromItsEntries) {
  serve();
  const std::string elsewhere = folder_ / "elsewhere";
  letopis_ok({"restore", "--from", server_->url(), "--data", elsewhere, "--school", kSchool, "--key", key("auditor"),
              "--vkey", server_->vkey(kSchool)});
  ASSERT_EQ(server_->stop(), 0);
  const std::string here = data_;
  data_ = elsewhere;
  const auto there = audit();
  EXPECT_EQ(there.status, 0) << there.out << there.err;
  // As far as the log had come then: a server adds to it by itself, a commitment once a week is over.
  data_ = folder_ / "then";
  letopis_ok({"restore", "--from", here, "--data", data_, "--to-index",
              std::to_string(there.json().at("size").to_number<std::uint64_t>())});
  EXPECT_EQ(there.json().at("root"), audit().json().at("root"));
  data_ = elsewhere;
  // The school's rules came along, over HTTP: an audit of the copy needs nobody's key.
  std::size_t profiles = 0;
  for (const auto& file : fs::directory_iterator(folder_ / "data/profiles")) {
    EXPECT_EQ(text_of(elsewhere + "/profiles/" + file.path().filename().string()), text_of(file.path().string()));
    ++profiles;
  }
  EXPECT_EQ(profiles, 1U);
}

TEST_F(RunningSchool, ErasedTheyAreNamelessEverywhereAndEveryProofStillHolds) {
  serve();
  const Place place = free_place();
  const auto pupils = get("director", journal_of(place)).at("students").as_array();
  const auto pupil =
      std::find_if(pupils.begin(), pupils.end(), [&](const auto& one) { return str(one.at("id")) == place.student; });
  ASSERT_NE(pupil, pupils.end());
  const std::string name = str(pupil->at("name"));
  const auto index = give_mark(place, "5").at("index").to_number<std::uint64_t>();
  letopis_ok({"erase", "--data", data_, "--person", place.student, "--reason", "по заявлению", "--key", key("director"),
              "--key", key("administrator")});
  EXPECT_EQ(json::serialize(get("director", journal_of(place))).find(name), std::string::npos);
  const std::string proof = folder_ / "proof.tlog-proof";
  letopis_ok({"prove", "--url", server_->url(), "--key", key("director"), "--school", kSchool, "--index",
              std::to_string(index), "--out", proof});
  EXPECT_EQ(letopis_verify({proof, "--vkey", server_->vkey(kSchool)}).status, 0);
  ASSERT_EQ(server_->stop(), 0);
  const Ran audited = audit();
  EXPECT_EQ(audited.status, 0) << audited.out << audited.err;
  EXPECT_GE(audited.json().at("checked").at("texts_erased").as_int64(), 1);
}

TEST_F(RunningSchool, AFileThatIsNoCheckpointSaysNothingAboutTheSchool) {
  const std::string file = folder_ / "kept.note";
  write_text(file, "{\"type\":\"mark_given\"}\n");
  const Ran ran = audit({"--since", file});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find(file), std::string::npos) << ran.err;
}

// From the directory, then over HTTP, then from the directory again: each looks at what is new, whatever the one before read from.
TEST_F(RunningSchool, AnAuditorGoesOnFromWhatTheyKept) {
  const std::string kept = folder_ / "kept";
  const auto first = audit({"--keep", kept});
  ASSERT_EQ(first.status, 0) << first.out << first.err;
  EXPECT_TRUE(first.json().at("kept").as_bool());
  const auto before = first.json().at("size").to_number<std::uint64_t>();

  serve();
  const auto index = give_mark(free_place(), "4").at("index").to_number<std::uint64_t>();
  const Ran over_http = letopis(
      {"audit", "--url", server_->url(), "--key", key("auditor"), "--school", kSchool, "--since", kept, "--json"});
  ASSERT_EQ(over_http.status, 0) << over_http.out << over_http.err;
  EXPECT_EQ(over_http.json().at("since").to_number<std::uint64_t>(), before);
  EXPECT_GE(over_http.json().at("checked").at("rulings").to_number<std::uint64_t>(), 1U);
  const auto size = over_http.json().at("size").to_number<std::uint64_t>();
  EXPECT_GT(size, index);
  ASSERT_EQ(server_->stop(), 0);

  const Ran again = audit({"--since", kept});
  ASSERT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_EQ(again.json().at("since").to_number<std::uint64_t>(), size);
  EXPECT_EQ(audit({"--since", kept + "/checkpoint"}).status, 0) << "and it is a checkpoint for whoever has no more";
  const Ran twice = audit({"--keep", kept});
  EXPECT_EQ(twice.status, 2);
  EXPECT_NE(twice.err.find("--since"), std::string::npos) << twice.err;
  EXPECT_EQ(audit({"--since", folder_ / "nowhere"}).status, 2);
  EXPECT_EQ(audit({"--keep", data_ + "/kept"}).status, 2) << "nothing is written into what is audited";
  EXPECT_FALSE(fs::exists(data_ + "/kept"));
}

TEST_F(RunningSchool, AVaultKeyThatWasNamedAndCannotBeHadIsNoReasonToSkipTheTexts) {
  ::setenv("LETOPIS_VAULT_KEY_FILE", (folder_ / "no.key").c_str(), 1);
  const Ran without = audit();
  ::unsetenv("LETOPIS_VAULT_KEY_FILE");
  EXPECT_EQ(without.status, 2) << without.out;
  EXPECT_NE(without.err.find("no.key"), std::string::npos) << without.err;
  EXPECT_GT(audit().json().at("checked").at("texts").as_int64(), 0);
}

TEST_F(RunningSchool, ASecondProcessOnTheSameDirectoryIsTurnedAway) {
  serve();
  for (const Words& words : {Words{"serve", "--data", data_, "--listen", "127.0.0.1:0"},
                             Words{"audit", "--data", data_, "--school", kSchool}}) {
    const Ran second = letopis(words);
    EXPECT_EQ(second.status, 2) << words.front();
    EXPECT_NE(second.err.find("in_use"), std::string::npos) << second.err;
  }
  EXPECT_EQ(server_->stop(), 0);
}

// Lines of a file of codes after its header, by fields; names hold no comma here.
std::vector<Words> codes_in(const std::string& file) {
  std::vector<Words> codes;
  std::istringstream lines(text_of(file));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "person,name,code");
  while (std::getline(lines, line)) {
    const auto first = line.find(','), last = line.rfind(',');
    codes.push_back({line.substr(0, first), line.substr(first + 1, last - first - 1), line.substr(last + 1)});
  }
  return codes;
}

TEST_F(RunningSchool, AClassTeacherInvitesTheirClassAndTheFamilies) {
  serve();
  const auto with = [&](Words words, const std::string& who) {
    words.insert(words.end(), {"--url", server_->url(), "--school", kSchool, "--key", key(who), "--json"});
    return words;
  };
  const std::string file = folder_ / "codes.csv", later = folder_ / "later.csv", mine = folder_ / "mine.key";
  const auto invited = letopis_ok(with({"invite", "--all", "--out", file}, "class_teacher")).json();
  const auto codes = codes_in(file);
  EXPECT_EQ(invited.at("invited").as_int64(), static_cast<std::int64_t>(codes.size()));
  EXPECT_EQ(invited.at("awaiting_endorsement").as_int64(), 0);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);

  // Everybody of the class and their families who had no key, and nobody else.
  const auto me = get("class_teacher", "me"), classes = get("class_teacher", "classes"),
             people = get("class_teacher", "people");
  std::set<std::string> pupils, got, without_key;
  for (const auto& klass : classes.as_array())
    if (const auto* teacher = klass.as_object().if_contains("teacher"); teacher != nullptr && *teacher == me.at("id"))
      for (const auto& student : klass.at("students").as_array()) pupils.insert(str(student.at("id")));
  ASSERT_GT(pupils.size(), 10U);
  for (const auto& person : people.as_array()) {
    const auto* enrolled = person.as_object().if_contains("enrolled");
    if (enrolled != nullptr && !enrolled->as_bool()) without_key.insert(str(person.at("id")));
    EXPECT_TRUE(enrolled != nullptr || !pupils.contains(str(person.at("id")))) << "pupils are theirs to invite";
  }
  for (const auto& code : codes) got.insert(code[0]);
  EXPECT_EQ(got.size(), codes.size()) << "one code each";
  EXPECT_EQ(got, without_key);
  EXPECT_GT(got.size(), pupils.size()) << "families, too";
  const auto seen_by_parent = get("parent", "people");
  for (const auto& person : seen_by_parent.as_array())
    EXPECT_FALSE(person.as_object().contains("enrolled")) << "nobody else's business";

  // A family member enrols; the code that was made before theirs is void then.
  letopis_ok(with({"invite", codes[0][0], "--out", later}, "class_teacher"));
  const std::string second = codes_in(later).at(0).at(2);
  const auto enrol = [&](const std::string& code, const std::string& out) {
    return letopis({"enrol", code, "--url", server_->url(), "--school", kSchool, "--out", out});
  };
  EXPECT_EQ(enrol(second, mine).status, 0);
  const auto who = letopis_ok({"get", path("me"), "--url", server_->url(), "--key", mine}).json();
  EXPECT_EQ(str(who.at("id")), codes[0][0]);
  const Ran voided = enrol(codes[0][2], folder_ / "old.key");
  EXPECT_EQ(voided.status, 2);
  EXPECT_FALSE(fs::exists(folder_ / "old.key"));

  // Whoever has a key gets another only with the deputy; and is not among --all.
  const auto again = letopis_ok(with({"invite", codes[0][1], "--out", folder_ / "again.csv"}, "class_teacher")).json();
  EXPECT_EQ(again.at("awaiting_endorsement").as_int64(), 1);
  const auto rest = letopis_ok(with({"invite", "--all", "--out", folder_ / "rest.csv"}, "class_teacher")).json();
  EXPECT_EQ(rest.at("invited").as_int64(), invited.at("invited").as_int64() - 1);

  // Not theirs to invite, a file that is there, nobody of that name.
  const std::string none = folder_ / "none.csv";
  const auto refused = [&](Words words, const std::string& role) {
    const Ran ran = letopis(with(std::move(words), role));
    EXPECT_EQ(ran.status, 2) << ran.err;
    return ran.err;
  };
  EXPECT_THAT(refused({"invite", "--all", "--out", none}, "parent"), HasSubstr("issued by the administrator"));
  EXPECT_THAT(refused({"invite", codes[1][0], "--out", none}, "administrator"), HasSubstr("not yours to invite"))
      << "a pupil is for their class teacher";
  EXPECT_THAT(refused({"invite", "--all", "--out", file}, "class_teacher"), HasSubstr("never overwritten"));
  EXPECT_THAT(refused({"invite", "Nobody", "--out", none}, "class_teacher"), HasSubstr("Nobody"));
  EXPECT_FALSE(fs::exists(none));
  server_->stop();
  EXPECT_EQ(audit().status, 0);
}

}  // namespace
}  // namespace letopis::functional
