// /witness/…: this server as a witness of its neighbours' logs (C2SP tlog-witness, server/neighbours.h).

#include "server/routes.h"
#include "server/witness_routes.h"

namespace letopis::server {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

Result<Neighbours*> neighbours_of(const Context& context) {
  if (context.services.neighbours == nullptr) return fail("not_found", "this server is nobody's witness");
  return context.services.neighbours;
}

Status post_checkpoint(Context& context, Route::Later later) {
  TRY(Neighbours* const neighbours, neighbours_of(context));
  return neighbours->add_checkpoint(
      address_name(context.request.remote_address), context.request.body,
      [later = std::move(later)](ledger::Witness::Answer answer) {
        later([answer = std::move(answer)](Context&) -> Result<Response> { return add_checkpoint_answer(answer); });
      });
}

Result<Response> get_cosigned(Context& context) {
  TRY(const Neighbours* const neighbours, neighbours_of(context));
  return monitored_answer(neighbours->witness(), context.args[0]);
}

Result<Response> get_witness_vkey(Context& context) {
  TRY(const Neighbours* const neighbours, neighbours_of(context));
  return text_answer(neighbours->vkey().text() + "\n");
}

Route add_checkpoint_route() {
  Route route;
  route.method = Method::kPost;
  route.pattern = "/witness/add-checkpoint";
  route.id = "add_checkpoint";
  route.tag = "witness";
  route.summary = "C2SP tlog-witness: cosigns a neighbour's checkpoint that follows the last one cosigned.";
  route.needs = Needs::kNobody;
  route.bodies = {{kAnyMedia, {}}};
  route.body_max_bytes = ledger::kAddCheckpointSizeMaxBytes;
  const Media words{kText, {}};
  route.answers = {{200, "the witness's cosignature", {words}},
                   {400, "not the form of the specification", {words}},
                   {403, "no signature of the neighbour's key", {words}},
                   {404, "the log is no neighbour's", {words}},
                   {409, "the size stored", {{ledger::kTreeSizeType, {}}}},
                   {422, "the checkpoint does not follow", {words}},
                   {500, "it could not be stored", {words}},
                   {503, "the witness's clock is behind", {words}}};
  route.start = post_checkpoint;
  return route;
}

}  // namespace

void add_witness_routes(std::vector<Route>& to) {
  const Media text{kText, {}};
  to.push_back(add_checkpoint_route());
  Route cosigned = public_get("cosigned", "witness", "/witness/{origin}/checkpoint",
                              "The last checkpoint cosigned of a log, with both lines.", {200, "a signed note", {text}},
                              get_cosigned);
  cosigned.answers.push_back({404, "none of that log was ever cosigned", {text}});
  to.push_back(std::move(cosigned));
  Route vkey = public_get("witness_vkey", "witness", "/witness/vkey",
                          "The key this server cosigns with, for the policies of its neighbours.",
                          {200, "a vkey of type 04", {text}}, get_witness_vkey);
  vkey.problems = {404};
  to.push_back(std::move(vkey));
}

}  // namespace letopis::server
