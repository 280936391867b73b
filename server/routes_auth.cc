// /v1/auth/…: signing in and out, invitations, accounts.

#include "ledger/schema/describe.h"
#include "server/cookies.h"
#include "server/flat_json.h"
#include "server/lists.h"
#include "server/routes.h"
#include "server/submit.h"
#include "signing/keys.h"

namespace letopis::server {
namespace {

using ledger::append_json_string;

constexpr std::string_view kJson = "application/json";

Result<commands::School*> school_of(const Context& context, const FlatJson& body) {
  auto* school = context.services.engine.find(body.text("school"));
  if (school == nullptr) return fail("not_found", "no such school");
  return school;
}

void add_text(std::string& to, std::string_view name, std::string_view value) {
  if (to.size() > 1) to += ',';
  append_json_string(to, name);
  to += ':';
  append_json_string(to, value);
}

Response signed_in_answer(const Context& context, const SignIn::SignedIn& signed_in, std::string body,
                          unsigned status = 200) {
  body += '}';
  Response response = json_answer(std::move(body), status);
  response.headers.emplace_back("Set-Cookie",
                                session_cookie(context.request, context.services.site, signed_in.session.token));
  return response;
}

// What a client needs to go on: who it is, and what unlocks its key. The token is for programs that keep no cookies.
std::string signed_in_json(const commands::School& school, const SignIn::SignedIn& signed_in) {
  std::string out = "{";
  add_text(out, "school", school.slug());
  add_text(out, "origin", school.origin());
  add_text(out, "person", to_hex(signed_in.person.view()));
  add_text(out, "name", signed_in.name);
  add_text(out, "key", to_hex(signed_in.key.view()));
  add_text(out, "expires", format_instant(signed_in.session.expires));
  if (signed_in.account) {
    add_text(out, "public_key", to_hex(signed_in.account->public_key.view()));
    add_text(out, "wrapped_key", to_base64(signed_in.account->wrapped_key));
  }
  return out;
}

// --- Password --------------------------------------------------------------------------------------------------------

Result<Response> post_salt(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school", "login"}));
  TRY(const auto* school, school_of(context, body));
  std::string out = "{";
  add_text(out, "salt", to_hex(context.services.sign_in.salt(*school, body.text("login")).view()));
  return json_answer(out + "}");
}

Result<Response> post_login(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school", "login", "proof"}));
  TRY(auto* school, school_of(context, body));
  SignIn::ByPassword input{body.text("login"), {}, address_name(context.request.remote_address)};
  TRY(input.proof, body.hex<Hash>("proof"));
  TRY(const auto signed_in, context.services.sign_in.by_password(*school, input));
  return signed_in_answer(context, signed_in, signed_in_json(*school, signed_in));
}

Result<ledger::Account> account_in(const FlatJson& body) {
  ledger::Account account;
  account.login = body.text("login");
  TRY(account.salt, body.hex<Id>("salt"));
  TRY(const auto proof, body.hex<Hash>("proof"));
  account.proof_hash = proof_hash(proof);
  TRY(account.wrapped_key, body.base64("wrapped_key", signing::kWrappedKeyBytes));
  return account;
}

Result<Response> post_account(Context& context) {
  TRY(const auto body,
      FlatJson::parse(context.request.body, {"login", "salt", "proof", "wrapped_key", "public_key", "signature"}));
  TRY(auto account, account_in(body));
  TRY(account.public_key, body.hex<PublicKey>("public_key"));
  TRY(const auto signature, body.signature("signature"));
  TRY_STATUS(context.services.sign_in.change_account(*context.caller, std::move(account), signature));
  Response response;
  response.status = 204;
  return response;
}

// --- Key -------------------------------------------------------------------------------------------------------------

Result<Response> post_challenge(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school"}));
  TRY(const auto* school, school_of(context, body));
  const auto nonce = context.services.sign_in.challenge(*school);
  std::string out = "{";
  add_text(out, "nonce", to_hex(nonce.view()));
  add_text(out, "origin", school->origin());
  add_text(out, "expires", format_instant(context.services.sign_in.challenge_expires(nonce)));
  return json_answer(out + "}");
}

Result<Response> post_key(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school", "key", "nonce", "signature"}));
  TRY(auto* school, school_of(context, body));
  SignIn::ByKey input;
  TRY(input.key, body.hex<Id>("key"));
  TRY(input.nonce, body.hex<Challenges::Nonce>("nonce"));
  TRY(input.signature, body.signature("signature"));
  input.address = address_name(context.request.remote_address);
  TRY(const auto signed_in, context.services.sign_in.by_key(*school, input));
  std::string out = signed_in_json(*school, signed_in);
  add_text(out, "token", signed_in.session.token);
  return signed_in_answer(context, signed_in, std::move(out));
}

// --- Invitation ------------------------------------------------------------------------------------------------------

Result<Response> post_invitation(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school", "code_key", "nonce", "signature"}));
  TRY(const auto* school, school_of(context, body));
  SignIn::Code input;
  TRY(input.code_key, body.hex<PublicKey>("code_key"));
  TRY(input.nonce, body.hex<Challenges::Nonce>("nonce"));
  TRY(input.signature, body.signature("signature"));
  input.address = address_name(context.request.remote_address);
  TRY(const auto invited, context.services.sign_in.invitation(*school, input));
  std::string out = "{";
  add_text(out, "invitation", to_hex(invited.invitation.view()));
  add_text(out, "person", to_hex(invited.person.view()));
  add_text(out, "name", invited.name);
  if (invited.expires.micros != 0) add_text(out, "expires", format_instant(invited.expires));
  add_text(out, "origin", school->origin());
  add_text(out, "checkpoint", school->read([](const auto& model) { return model.checkpoint_note; }));
  const auto structure = school->structure();
  out += ",\"capacities\":" +
         capacities_json(*structure, invited.person, structure->local_today(context.services.clock.now()));
  return json_answer(out + "}");
}

Result<Response> post_enrol(Context& context) {
  TRY(const auto body, FlatJson::parse(context.request.body, {"school", "statement", "signature", "login", "salt",
                                                              "proof", "wrapped_key", "account_signature"}));
  TRY(auto* school, school_of(context, body));
  SignIn::Enrolment input;
  TRY(input.statement.bytes, body.base64("statement", ledger::kStatementSizeMaxBytes));
  TRY(input.statement.signature, body.signature("signature"));
  TRY(input.account, account_in(body));
  TRY(input.account_signature, body.signature("account_signature"));
  input.address = address_name(context.request.remote_address);
  TRY(const auto enrolled, context.services.sign_in.enrol(*school, std::move(input), context.language));
  std::string item;
  append_acknowledged(item, enrolled.item);
  const unsigned status = enrolled.item.repeated ? 200 : 201;
  if (!enrolled.signed_in) return json_answer("{\"item\":" + item + "}", status);
  return signed_in_answer(context, *enrolled.signed_in,
                          signed_in_json(*school, *enrolled.signed_in) + ",\"item\":" + item, status);
}

// --- Session ---------------------------------------------------------------------------------------------------------

Result<Response> post_sign_out(Context& context) {
  if (context.session != nullptr) {
    context.services.sessions.close(context.session);
    context.services.streams.end(context.session);
  }
  Response response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", ended_cookie(context.request, context.services.site));
  return response;
}

Result<Response> get_session(Context& context) {
  const auto& caller = *context.caller;
  std::string out = "{";
  add_text(out, "school", caller.school->slug());
  add_text(out, "origin", caller.school->origin());
  add_text(out, "person", to_hex(caller.viewer.person.view()));
  add_text(out, "name", caller.school->name_of(caller.viewer.person));
  add_text(out, "key", to_hex(caller.key.view()));
  add_text(out, "expires", format_instant(context.services.sessions.expires(context.session)));
  return json_answer(out + "}");
}

Route post(std::string_view name, std::string_view pattern, std::string_view schema, std::string_view summary,
           std::vector<Answer> answers, Result<Response> (*handle)(Context&)) {
  Route route;
  route.method = Method::kPost;
  route.pattern = pattern;
  route.id = name;
  route.tag = "auth";
  route.summary = summary;
  route.needs = Needs::kNobody;
  if (!schema.empty()) route.bodies = {{kJson, schema}};
  route.body_max_bytes = kFlatJsonMaxBytes;
  route.answers = std::move(answers);
  route.problems = {401, 404};
  route.handle = handle;
  return route;
}

}  // namespace

void add_auth_routes(std::vector<Route>& to) {
  to.push_back(post("salt", "/v1/auth/salt", "SaltRequest",
                    "The salt of a login, for Argon2id; for an unknown login too.",
                    {{200, "the salt", {{kJson, "Salt"}}}}, post_salt));
  to.push_back(post("login", "/v1/auth/login", "LoginRequest",
                    "Sign in with the login proof; the answer unlocks the key on the client.",
                    {{200, "signed in", {{kJson, "SignedIn"}}}}, post_login));
  to.push_back(post("challenge", "/v1/auth/challenge", "ChallengeRequest", "A nonce to sign, for two minutes.",
                    {{200, "the nonce", {{kJson, "Challenge"}}}}, post_challenge));
  to.push_back(post("key", "/v1/auth/key", "KeyRequest", "Sign in by key: for programs.",
                    {{200, "signed in", {{kJson, "SignedIn"}}}}, post_key));
  Route invitation =
      post("invitation", "/v1/auth/invitation", "InvitationRequest", "What an invitation code stands for.",
           {{200, "the invitation", {{kJson, "Invitation"}}}}, post_invitation);
  invitation.problems.push_back(410);
  to.push_back(std::move(invitation));
  Route enrol =
      post("enrol", "/v1/auth/enrol", "EnrolRequest",
           "Record an enrolment and keep its account; may be repeated word for word.",
           {{200, "recorded before", {{kJson, "Enrolled"}}}, {201, "recorded", {{kJson, "Enrolled"}}}}, post_enrol);
  enrol.problems.push_back(409);
  to.push_back(std::move(enrol));
  Route account = post("account", "/v1/auth/account", "AccountRequest",
                       "A new password, or the account of a rotated key.", {{204, "kept"}}, post_account);
  account.needs = Needs::kSession;
  account.problems = {409};
  to.push_back(std::move(account));
  Route sign_out =
      post("sign_out", "/v1/auth/sign-out", {}, "End the session.", {{204, "nobody is signed in"}}, post_sign_out);
  sign_out.needs = Needs::kEither;
  sign_out.problems = {};
  to.push_back(std::move(sign_out));
  Route session;
  session.pattern = "/v1/auth/session";
  session.id = "session";
  session.tag = "auth";
  session.summary = "Who is signed in.";
  session.answers = {{200, "the session", {{kJson, "Session"}}}};
  session.handle = get_session;
  to.push_back(std::move(session));
}

}  // namespace letopis::server
