// letopis federation: the schools whose logs this data directory cosigns, and whose witnesses may cosign its own.

#include <boost/json.hpp>
#include <iostream>

#include "replay-tools/command.h"
#include "replay-tools/federation.h"
#include "server/witness_routes.h"

namespace letopis::tools {
namespace {

namespace json = boost::json;

// A running server is asked; a directory nobody holds is opened here, under its lock.
enum class Records : std::uint8_t { kNo, kYes };
Result<std::string> ask(const std::string& data, const std::string& line, Records records = Records::kNo) {
  auto engine = records == Records::kYes ? open_engine_to_record(data) : open_engine(data);
  if (!engine && engine.error().code == "in_use") return control(data, line);
  if (!engine) return tl::unexpected(engine.error());
  SystemRandom random;
  server::Neighbours::Options options;
  options.directory = data;
  options.random = &random;
  TRY(const auto neighbours, server::Neighbours::open(**engine, options));
  return answer_federation(*neighbours, line);
}

// What goes into the line must not break it.
Status one_word(const std::string& text, std::string_view what) {
  if (!text.empty() && text.find_first_of(" \t\r\n") == std::string::npos) return {};
  return fail("malformed", std::string(what) + " is one word without blanks");
}

Result<std::string> run(const FederationAdd& options) {
  server::Neighbours::Addition addition;
  addition.school = options.school;
  addition.vkey = options.vkey;
  addition.url = options.url;
  addition.allow_simulated = options.allow_simulated;
  while (addition.url.ends_with('/')) addition.url.pop_back();
  TRY_STATUS(one_word(addition.url, "URL"));
  TRY_STATUS(one_word(options.school.empty() ? "-" : options.school, "--school"));
  TRY(const auto log, signing::parse_vkey(addition.vkey));
  TRY(auto genesis, server::fetch_genesis(log, addition.url));
  if (!genesis)
    return fail("not_told", addition.url +
                                "/genesis is not there: URL is a log's, https://HOST/log/SCHOOL. Logs of other kinds "
                                "are cosigned by letopis witness");
  addition.genesis = *std::move(genesis);
  return ask(options.data, federation_line(addition), Records::kYes);
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

void print_added(const json::value& added) {
  std::cout << text(added.at("origin")) << " is cosigned; entry " << added.at("index") << " of "
            << text(added.at("school"))
            << (added.at("recorded_before").as_bool() ? " had recorded it before\n" : " records its genesis\n")
            << "for its policy: witness NAME " << text(added.at("witness")) << " https://THIS-SERVER"
            << server::kWitnessPrefix << "\n";
}

void print_list(const json::value& list) {
  std::cout << "witness " << text(list.at("witness")) << " at " << text(list.at("prefix")) << "\n";
  for (const auto& one : list.at("neighbours").as_array()) {
    std::cout << (one.at("cosigned").as_bool() ? "cosigned  " : "recorded  ") << text(one.at("origin")) << "  "
              << one.at("size") << " entries";
    if (one.at("at").is_string()) std::cout << " at " << text(one.at("at"));
    std::cout << "  " << text(one.at("url"));
    for (const auto& record : one.at("records").as_array())
      std::cout << "  (entry " << record.at("index") << " of " << text(record.at("school")) << ")";
    std::cout << "\n";
  }
}

int show(const Result<std::string>& answer, bool as_json, void (*print)(const json::value&)) {
  if (!answer) return refuse(answer.error());
  if (as_json)
    std::cout << *answer << "\n";
  else
    print(json::parse(*answer));
  return kExitOk;
}

}  // namespace

int federation_add(const FederationAdd& options) { return show(run(options), options.json, print_added); }

int federation_list(const std::string& data, bool as_json) {
  return show(ask(data, "federation-list"), as_json, print_list);
}

int federation_remove(const std::string& data, const std::string& origin, bool as_json) {
  if (const auto good = one_word(origin, "ORIGIN"); !good) return refuse(good.error());
  return show(ask(data, "federation-remove " + origin), as_json, [](const json::value& removed) {
    std::cout << text(removed.at("removed")) << " is cosigned no more; what was recorded of it stays\n";
  });
}

}  // namespace letopis::tools
