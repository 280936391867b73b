// /v1/schools/{s}/…: what a school records and shows.

#include <algorithm>

#include "commands/files.h"
#include "ledger/decimal.h"
#include "ledger/limits.h"
#include "server/duties.h"
#include "server/encode.h"
#include "server/entries.h"
#include "server/lists.h"
#include "server/registers.h"
#include "server/routes.h"
#include "server/sheets.h"
#include "server/submit.h"
#include "server/week_proof.h"

namespace letopis::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kToml = "application/toml; charset=utf-8";
constexpr std::string_view kId = R"({"type":"string","pattern":"^[0-9a-f]{32}$"})";
constexpr std::string_view kDay = R"({"type":"string","format":"date"})";
constexpr std::string_view kWeek = R"({"type":"string","description":"2026-W36, or any day of the week"})";
constexpr std::string_view kText = R"({"type":"string"})";
constexpr Parameter kAt{"at", Parameter::In::kQuery, false, kText,
                        "an instant, or a number of entries: as it stood then"};
constexpr std::size_t kEncodeBodyMaxBytes = 256 * 1024;

// --- Statements ------------------------------------------------------------------------------------------------------

// The answer to a chain conflict carries the heads of the request's chains.
Response conflict(const Context& context, const Error& error, const std::vector<commands::RawStatement>& statements) {
  Response response = problem_for(error, context.language, context.request.request_id);
  LETOPIS_ASSERT(response.body.ends_with('}'));
  response.body.pop_back();
  response.body += ",\"heads\":" + chain_heads_json(*context.school, statements) + "}";
  return response;
}

constexpr std::string_view kWaitCosigned = "wait=cosigned";

// RFC 7240: preferences are separated by commas, and whoever does not know one passes over it.
bool waits_for_cosigned(const Request& request) {
  for (std::string_view rest = request.prefer; !rest.empty();) {
    std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one == kWaitCosigned) return true;
  }
  return false;
}

// Everything was there already: 200 instead of 201.
Result<Response> recorded(const Context& context, const ledger::Receipted& receipted, bool cosigned = false) {
  TRY(auto items, context.school->acknowledge(receipted, context.language));
  if (cosigned)
    for (auto& item : items) {
      TRY(item.receipt, context.school->cosigned_proof(item.index));
    }
  const bool all_repeated = std::all_of(items.begin(), items.end(), [](const auto& item) { return item.repeated; });
  Response response = json_answer(submitted_json(items), all_repeated ? 200 : 201);
  if (cosigned) response.headers.emplace_back("Preference-Applied", kWaitCosigned);
  return response;
}

Result<Response> not_recorded(const Context& context, const Error& error) {
  if (error.code != "chain_conflict") return tl::unexpected(error);
  TRY(const auto submission, read_submission(context.request.content_type, context.request.body));
  return conflict(context, error, submission.statements);
}

// Once all of them are covered, or after so long without.
void answer_cosigned(CosignedWaits& waits, commands::School& school, const ledger::Receipted& receipted,
                     const Route::Later& later) {
  std::uint64_t last = 0;
  for (const auto& placed : receipted.placed) last = std::max(last, placed.index);
  waits.wait(school, last, [later, receipted](bool covered) {
    later([receipted, covered](const Context& asked) { return recorded(asked, receipted, covered); });
  });
}

Status post_events(Context& context, Route::Later later) {
  TRY(auto submission, read_submission(context.request.content_type, context.request.body));
  if (context.session == nullptr) {
    // Whoever has a key may speak without signing in, but not without end.
    const std::string address = address_name(context.request.remote_address);
    const auto count = static_cast<double>(submission.statements.size());
    if (const auto wait = context.services.anonymous_statements.wait(address, count); wait > 0)
      return fail("rate_limited", "try again in " + std::to_string(wait) + " s, or sign in");
    context.services.anonymous_statements.take(address, count);
  }
  CosignedWaits* waits = waits_for_cosigned(context.request) ? context.services.waits : nullptr;
  commands::School* school = context.school;
  context.school->submit(std::move(submission),
                         [later = std::move(later), waits, school](Result<ledger::Receipted> result) {
                           if (waits != nullptr && result) return answer_cosigned(*waits, *school, *result, later);
                           later([result = std::move(result)](const Context& asked) {
                             return result ? recorded(asked, *result) : not_recorded(asked, result.error());
                           });
                         });
  return {};
}

Result<Response> post_encode(Context& context) {
  const EncodeInput input{context.request.body, context.caller->viewer.person, context.caller->key,
                          context.caller->viewer.today};
  TRY(const auto encoded,
      encode_statement(*context.school, input, context.services.clock.now(), context.services.random));
  return json_answer(encoded_json(encoded));
}

// --- Profiles --------------------------------------------------------------------------------------------------------

Result<Response> get_profile_text(Context& context) {
  const auto hash = fixed_from_hex<Hash>(context.args[0]);
  if (!hash) return fail("malformed", "hash: 64 lower-case hexadecimal digits");
  // Files of the blob store are nobody's business; only what an entry adopted is public.
  if (context.school->profile(*hash) == nullptr) return fail("not_found", "no profile of that hash was adopted here");
  TRY(const Bytes text, context.school->profile_text(*hash));
  Response response = text_answer(std::string(as_text(text)), kToml);
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

// --- Views -----------------------------------------------------------------------------------------------------------

Result<JournalQuery> journal_query(const Context& context) {
  JournalQuery query;
  TRY(query.group, id_of("group", context.query("group")));
  query.at = context.query("at");
  if (const auto period = context.query("period"); !period.empty()) {
    if (context.request.query.contains("from") || context.request.query.contains("to"))
      return fail("malformed", "a period, or from and to");
    TRY(query.period, id_of("period", period));
    return query;
  }
  const auto from = parse_date(context.query("from"));
  const auto to = parse_date(context.query("to"));
  if (!from || !to) return fail("malformed", "a period, or from and to as days");
  query.from = *from;
  query.to = *to;
  return query;
}

Result<DiaryQuery> diary_query(const Context& context) {
  DiaryQuery query;
  TRY(query.student, id_of("student", context.query("student")));
  TRY(query.week, week_of("week", context.query("week")));
  query.at = context.query("at");
  return query;
}

Result<Response> get_journal(Context& context) {
  TRY(const auto query, journal_query(context));
  TRY(const auto rendered, context.services.views.journal(*context.caller, query));
  return rendered_answer(*rendered, context.request);
}
RenderedPtr cached_journal(Context& context) {
  const auto query = journal_query(context);
  return query ? context.services.views.cached_journal(*context.caller, *query) : nullptr;
}
Result<Response> get_diary(Context& context) {
  TRY(const auto query, diary_query(context));
  TRY(const auto rendered, context.services.views.diary(*context.caller, query));
  return rendered_answer(*rendered, context.request);
}
RenderedPtr cached_diary(Context& context) {
  const auto query = diary_query(context);
  return query ? context.services.views.cached_diary(*context.caller, *query) : nullptr;
}

Result<Response> get_week_proof(Context& context) {
  WeekProofQuery query;
  TRY(query.student, id_of("student", context.query("student")));
  TRY(query.week, week_of("week", context.query("week")));
  TRY(auto proof, week_proof(*context.caller, query));
  return text_answer(std::move(proof));
}

// --- Lists -----------------------------------------------------------------------------------------------------------

template <std::string (*List)(const Caller&)>
Result<Response> get_list(Context& context) {
  return json_answer(List(*context.caller));
}

Result<Response> get_duties(Context& context) {
  DutiesQuery query;
  if (context.request.query.contains("of")) query.of = context.query("of");
  if (const auto from = context.query("from"); !from.empty()) {
    const auto day = parse_date(from);
    if (!day) return fail("malformed", "from: a day such as 2026-09-01");
    query.from = *day;
  }
  TRY(auto body, duties(*context.caller, query, context.services.clock.now(), context.language));
  return json_answer(std::move(body));
}

// An id that may be left out.
Status read_id(const Context& context, const char* name, Id& id) {
  if (!context.request.query.contains(name)) return {};
  TRY(id, id_of(name, context.query(name)));
  return {};
}

Result<SheetQuery> sheet_query(const Context& context) {
  SheetQuery query;
  TRY_STATUS(read_id(context, "class", query.klass));
  TRY_STATUS(read_id(context, "group", query.group));
  TRY_STATUS(read_id(context, "period", query.period));
  return query;
}
template <Result<std::string> (*Sheet)(const Caller&, const SheetQuery&, Instant)>
Result<Response> get_sheet(Context& context) {
  TRY(const auto query, sheet_query(context));
  TRY(auto body, Sheet(*context.caller, query, context.services.clock.now()));
  return json_answer(std::move(body));
}

Result<Response> get_register(Context& context) {
  RegisterQuery query;
  TRY_STATUS(read_id(context, "id", query.one));
  if (const auto week = context.query("week"); !week.empty()) {
    TRY(query.week, week_of("week", week));
  }
  for (auto& [name, day] : {std::pair<const char*, Date&>("from", query.from), {"to", query.to}})
    if (const auto text = context.query(name); !text.empty()) {
      const auto read = parse_date(text);
      if (!read) return fail("malformed", std::string(name) + ": a day such as 2026-09-01");
      day = *read;
    }
  TRY(auto body, read_register(*context.caller, context.args[0], query, context.language));
  return json_answer(std::move(body));
}

Result<std::pair<Date, Date>> days_asked(const Context& context) {
  const auto from = parse_date(context.query("from"));
  const auto to = parse_date(context.query("to"));
  if (!from || !to) return fail("malformed", "from and to: days such as 2026-09-01");
  return std::pair(*from, *to);
}

Result<Response> get_substitutions(Context& context) {
  TRY(const auto days, days_asked(context));
  TRY(auto body, substitutions(*context.caller, days.first, days.second));
  return json_answer(std::move(body));
}

Result<Response> get_hours(Context& context) {
  TRY(const auto days, days_asked(context));
  TRY(auto body, hours(*context.caller, days.first, days.second, context.services.clock.now()));
  return json_answer(std::move(body));
}

Result<Response> get_operations(Context& context) {
  std::optional<std::uint64_t> after;
  if (const auto index = context.query("after"); !index.empty()) {
    TRY(after, index_of("after", index));
  }
  TRY(auto body, operations(*context.caller, after, context.language));
  return json_answer(std::move(body));
}

Result<Response> get_timetable(Context& context) {
  TimetableQuery query;
  TRY_STATUS(read_id(context, "class", query.klass));
  TRY_STATUS(read_id(context, "group", query.group));
  TRY_STATUS(read_id(context, "teacher", query.teacher));
  query.room = context.query("room");
  TRY(query.week, week_of("week", context.query("week")));
  query.at = context.query("at");
  TRY(auto body, timetable(*context.caller, query));
  return json_answer(std::move(body));
}

// --- Single entries --------------------------------------------------------------------------------------------------

Result<Response> get_event(Context& context) {
  TRY(const auto index, index_of("index", context.args[0]));
  if (accepts(context.request.accept, kJson)) {
    TRY(auto body, entry_json(*context.caller, index));
    return json_answer(std::move(body));
  }
  if (!accepts(context.request.accept, "application/octet-stream"))
    return fail("not_acceptable", "application/json or application/octet-stream");
  TRY(const Bytes bytes, entry_bytes(*context.caller, index));
  return text_answer(std::string(as_text(bytes)), "application/octet-stream");
}

Result<Response> get_proof(Context& context) {
  TRY(const auto index, index_of("index", context.args[0]));
  TRY(auto proof, entry_proof(*context.caller, index, context.query("cosigned") == "true"));
  return text_answer(std::move(proof));
}

// A file never changes under its hash; what it is, its own bytes say. It is saved, never shown in a page of ours.
Result<Response> get_file(Context& context) {
  const auto hash = fixed_from_hex<Hash>(context.args[0]);
  if (!hash) return fail("malformed", "hash: 64 lower-case hexadecimal digits");
  TRY(const auto index, index_of("entry", context.query("entry")));
  TRY(const Bytes file, entry_file(*context.caller, index, *hash));
  const std::string etag = '"' + to_hex(hash->view()) + '"';
  const auto type = commands::media_type_of(file);
  const std::string name = to_hex(hash->view().first(8)) + '.' + std::string(commands::file_extension(type));
  Response response;
  response.headers = {{"ETag", etag},
                      {"Cache-Control", "private, max-age=31536000, immutable"},
                      {"Vary", "Cookie, Authorization"},
                      {"Content-Disposition", "attachment; filename=\"" + name + '"'}};
  if (none_match(context.request.if_none_match, etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = type.empty() ? "application/octet-stream" : type;
  response.body = as_text(file);
  return response;
}

Result<Response> get_stream(Context& context) {
  std::optional<std::uint64_t> last_seen;
  if (!context.request.last_event_id.empty()) {
    TRY(last_seen, index_of("Last-Event-ID", context.request.last_event_id));
  }
  Response response;
  response.content_type = "text/event-stream";
  const bool receipts = context.query("receipts") == "true";
  TRY(response.stream, context.services.streams.subscribe(context.session, last_seen, receipts));
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  return response;
}

Route list(std::string_view name, std::string_view pattern, std::string_view schema, std::string_view summary,
           Result<Response> (*handle)(Context&)) {
  Route route;
  route.pattern = pattern;
  route.id = name;
  route.tag = "school";
  route.summary = summary;
  route.answers = {{200, "as far as the session may see it", {{kJson, schema}}}};
  route.handle = handle;
  return route;
}

void add_statement_routes(std::vector<Route>& to) {
  Route events;
  events.method = Method::kPost;
  events.pattern = "/v1/schools/{s}/events";
  events.id = "submit";
  events.tag = "statements";
  events.summary =
      "Record signed statements: a verdict and a receipt for each, in order. A refusal by a rule is no error.";
  events.needs = Needs::kEither;
  events.parameters = {{"Prefer", Parameter::In::kHeader, false, kText,
                        "wait=cosigned: answered with cosigned receipts once they are witnessed, at most 15 s later"}};
  events.bodies = {{kStatementsMediaType, {}}, {kJson, "Submission"}};
  events.body_max_bytes = ledger::kSubmissionSizeMaxBytes;
  events.answers = {{200, "all of them were recorded before: the same answer again", {{kJson, "Submitted"}}},
                    {201, "recorded", {{kJson, "Submitted"}}}};
  events.problems = {409};
  events.start = post_events;
  to.push_back(std::move(events));

  Route encode;
  encode.method = Method::kPost;
  encode.pattern = "/v1/schools/{s}/statements:encode";
  encode.id = "encode";
  encode.tag = "statements";
  encode.summary = "JSON to the exact bytes to sign, with their meaning beside them. Keeps nothing.";
  encode.bodies = {{kJson, "Statement"}};
  encode.body_max_bytes = kEncodeBodyMaxBytes;
  encode.answers = {{200, "the bytes to sign", {{kJson, "Encoded"}}}};
  encode.handle = post_encode;
  to.push_back(std::move(encode));
}

void add_profile_routes(std::vector<Route>& to) {
  to.push_back(public_get("profile_text", "log", "/v1/schools/{s}/profiles/{hash}",
                          "A regulation profile the school adopted, by its SHA-256.",
                          {200, "the exact text", {{kToml, {}}}}, get_profile_text));
}

void add_view_routes(std::vector<Route>& to) {
  const Parameter match{"If-None-Match", Parameter::In::kHeader, false, kText, "an ETag"};
  Route journal;
  journal.pattern = "/v1/schools/{s}/journal";
  journal.id = "journal";
  journal.tag = "views";
  journal.summary = "The journal of a teaching group, with the history of every cell.";
  journal.parameters = {{"group", Parameter::In::kQuery, true, kId, "the teaching group"},
                        {"period", Parameter::In::kQuery, false, kId, "a period; or from and to"},
                        {"from", Parameter::In::kQuery, false, kDay, "first day"},
                        {"to", Parameter::In::kQuery, false, kDay, "last day"},
                        kAt,
                        match};
  journal.answers = {{200, "the journal", {{kJson, "Journal"}}}, {304, "unchanged"}};
  journal.handle = get_journal;
  journal.cached = cached_journal;
  to.push_back(std::move(journal));

  Route diary;
  diary.pattern = "/v1/schools/{s}/diary";
  diary.id = "diary";
  diary.tag = "views";
  diary.summary = "One student's week: timetable, marks, absences, homework, remarks.";
  diary.parameters = {{"student", Parameter::In::kQuery, true, kId, "the student"},
                      {"week", Parameter::In::kQuery, true, kWeek, "the week"},
                      kAt,
                      match};
  diary.answers = {{200, "the diary", {{kJson, "Diary"}}}, {304, "unchanged"}};
  diary.handle = get_diary;
  diary.cached = cached_diary;
  to.push_back(std::move(diary));

  Route whole;
  whole.pattern = "/v1/schools/{s}/diary/proof";
  whole.id = "week_proof";
  whole.tag = "views";
  whole.summary = "One student's week with the proof that nothing the log says of it is left out.";
  whole.parameters = {{"student", Parameter::In::kQuery, true, kId, "the student"},
                      {"week", Parameter::In::kQuery, true, kWeek, "the week"}};
  whole.answers = {{200, "the week proof", {{"text/plain; charset=utf-8", {}}}}};
  whole.handle = get_week_proof;
  to.push_back(std::move(whole));
}

void add_list_routes(std::vector<Route>& to) {
  to.push_back(list("people", "/v1/schools/{s}/people", "People",
                    "People, with their roles and classes; and whether those you may invite have a key.",
                    get_list<people>));
  to.push_back(list("classes", "/v1/schools/{s}/classes", "Classes", "Classes.", get_list<classes>));
  to.push_back(list("groups", "/v1/schools/{s}/groups", "Groups", "Teaching groups.", get_list<groups>));
  to.push_back(list("periods", "/v1/schools/{s}/periods", "Periods", "Periods of the year.", get_list<periods>));
  to.push_back(
      list("profile", "/v1/schools/{s}/profile", "Profile", "The regulation profile in force.", get_list<profile>));
  to.push_back(
      list("me", "/v1/schools/{s}/me", "Me", "Who is signed in, and what they are in this school.", get_list<me>));
  Route timetable = list("timetable", "/v1/schools/{s}/timetable", "Timetable",
                         "A week's timetable of a class, a group, a teacher or a room.", get_timetable);
  timetable.parameters = {{"class", Parameter::In::kQuery, false, kId, "a class; or"},
                          {"group", Parameter::In::kQuery, false, kId, "a teaching group; or"},
                          {"teacher", Parameter::In::kQuery, false, kId, "a teacher; or"},
                          {"room", Parameter::In::kQuery, false, kText, "a room"},
                          {"week", Parameter::In::kQuery, true, kWeek, "the week"},
                          kAt};
  to.push_back(std::move(timetable));
}

void add_duty_routes(std::vector<Route>& to) {
  Route duties = list("duties", "/v1/schools/{s}/duties", "Duties",
                      "What is still to be done, until when, and by which clause of the regulation.", get_duties);
  duties.parameters = {{"of", Parameter::In::kQuery, false, R"({"enum":["me","class","school"]})",
                        "one's own (unless asked for), of the classes one leads, or everybody's"},
                       {"from", Parameter::In::kQuery, false, kDay, "lessons from this day on; last week's Monday"}};
  to.push_back(std::move(duties));
}

void add_sheet_routes(std::vector<Route>& to) {
  const Parameter of_class{"class", Parameter::In::kQuery, false, kId, "of this class"};
  const Parameter of_period{"period", Parameter::In::kQuery, false, kId, "of this period"};
  Route summary = list("summary", "/v1/schools/{s}/summary", "Summary",
                       "The summary sheet of a class, formed as it is asked for; without a class, the school's shares.",
                       get_sheet<server::summary>);
  summary.parameters = {of_class, of_period};
  to.push_back(std::move(summary));
  Route plans =
      list("plans", "/v1/schools/{s}/plans", "Plans",
           "Lesson plans, their hours by the curriculum, and what of them was delivered.", get_sheet<server::plans>);
  plans.parameters = {{"group", Parameter::In::kQuery, false, kId, "of this group, with every line"}, of_class};
  to.push_back(std::move(plans));
  Route inspections = list("inspections", "/v1/schools/{s}/inspections", "Inspections",
                           "Inspections of the year and their findings; with a period, the check of its end, computed.",
                           get_sheet<server::inspections>);
  inspections.parameters = {of_period};
  to.push_back(std::move(inspections));
  Route substitutions = list("substitutions", "/v1/schools/{s}/substitutions", "Substitutions",
                             "The timesheet and journal of substitutions.", get_substitutions);
  substitutions.parameters = {{"from", Parameter::In::kQuery, true, kDay, "first day"},
                              {"to", Parameter::In::kQuery, true, kDay, "last day"}};
  Route hours =
      list("hours", "/v1/schools/{s}/hours", "Hours", "Lesson hours each teacher gave, from the journals.", get_hours);
  hours.parameters = substitutions.parameters;
  to.push_back(std::move(substitutions));
  to.push_back(std::move(hours));
  Route operations = list("operations", "/v1/schools/{s}/operations", "Operations",
                          "What administrators did since a deputy last acknowledged it.", get_operations);
  operations.parameters = {{"after", Parameter::In::kQuery, false, R"({"type":"integer","minimum":0})",
                            "after this entry, instead of the one last acknowledged"}};
  to.push_back(std::move(operations));
  Route registers =
      list("register", "/v1/schools/{s}/registers/{name}", "Register",
           "A register of what is kept beside journals and diaries: the lines the session may see.", get_register);
  registers.parameters = {{"week", Parameter::In::kQuery, false, kWeek, "of printouts: the week; the current one"},
                          {"id", Parameter::In::kQuery, false, kId, "of plan_templates: this one, with its lines"},
                          {"from", Parameter::In::kQuery, false, kDay, "of activity: first day; last week's Monday"},
                          {"to", Parameter::In::kQuery, false, kDay, "of activity: last day; today"}};
  to.push_back(std::move(registers));
  to.push_back(list("documents", "/v1/schools/{s}/documents", "Documents",
                    "Local acts to be acknowledged, and announcements.", get_list<documents>));
  to.push_back(list("dictionary", "/v1/schools/{s}/dictionary", "Dictionary",
                    "The kinds and codes that entries of this school may use.", get_list<dictionary>));
}

std::vector<Media> file_media() {
  std::vector<Media> media{{"application/octet-stream", {}}};
  for (const auto type : commands::media_types()) media.push_back({type, {}});
  return media;
}

void add_entry_routes(std::vector<Route>& to) {
  Route event;
  event.pattern = "/v1/schools/{s}/events/{index}";
  event.id = "event";
  event.tag = "log";
  event.summary = "One entry: decoded, or its exact bytes.";
  event.answers = {{200, "the entry", {{kJson, "Entry"}, {"application/octet-stream", {}}}}};
  event.problems = {406};
  event.handle = get_event;
  to.push_back(std::move(event));

  Route proof;
  proof.pattern = "/v1/schools/{s}/events/{index}/proof";
  proof.id = "proof";
  proof.tag = "log";
  proof.summary =
      "A proof file for one entry (C2SP tlog-proof), under the newest checkpoint, or with witnesses' cosignatures.";
  proof.parameters = {
      {"cosigned", Parameter::In::kQuery, false, R"({"type":"string","enum":["true","false"]})",
       "true: under the first checkpoint past the entry that an anchor covers; 404 pending until there is one"}};
  proof.answers = {{200, "the proof file", {{"text/plain; charset=utf-8", {}}}}};
  proof.handle = get_proof;
  to.push_back(std::move(proof));

  Route file;
  file.pattern = "/v1/schools/{s}/files/{hash}";
  file.id = "file";
  file.tag = "log";
  file.summary = "A file that an entry names, or that was attached to it: for whoever sees the entry.";
  file.parameters = {{"entry", Parameter::In::kQuery, true, R"({"type":"integer","minimum":0})", "place of the entry"},
                     {"If-None-Match", Parameter::In::kHeader, false, kText, "an ETag"}};
  file.answers = {{200, "the file, to be saved", file_media()}, {304, "unchanged"}};
  file.problems = {410};
  file.handle = get_file;
  to.push_back(std::move(file));

  Route stream;
  stream.pattern = "/v1/schools/{s}/stream";
  stream.id = "stream";
  stream.tag = "views";
  stream.summary = "Server-sent events: which of the views one may see have changed.";
  stream.parameters = {{"Last-Event-ID", Parameter::In::kHeader, false, kText, "go on after this entry"},
                       {"receipts", Parameter::In::kQuery, false, R"({"type":"string","enum":["true","false"]})",
                        "true: cosigned receipts of what one records oneself, once there are any"}};
  stream.answers = {{200, "events: open, change, reset, witnessed, receipt", {{"text/event-stream", {}}}}};
  stream.handle = get_stream;
  to.push_back(std::move(stream));
}

}  // namespace

void add_school_routes(std::vector<Route>& to) {
  add_statement_routes(to);
  add_profile_routes(to);
  add_view_routes(to);
  add_list_routes(to);
  add_duty_routes(to);
  add_sheet_routes(to);
  add_entry_routes(to);
}

}  // namespace letopis::server
