#pragma once
// A real witness over HTTP, in memory and on a port of its own.

#include <memory>
#include <string>

#include "ledger/witness.h"
#include "server/log.h"
#include "server/witness_routes.h"
#include "tests/unit/store/memory_kv.h"

namespace letopis::test {

// A witness with a clock of its own.
struct TestWitness {
  TestWitness(std::uint64_t seed, Instant now) : clock(now) {
    SeededRandom random(seed);
    name = "w" + std::to_string(seed) + ".example";
    auto opened =
        ledger::Witness::open(store, signing::KeyPair::generate(signing::Purpose::kWitness, random), {name, &clock});
    LETOPIS_ASSERT(opened);
    witness = *std::move(opened);
    auto started = server::WitnessServer::start(*witness, {}, *log);
    LETOPIS_ASSERT(started);
    http = *std::move(started);
    url = http->url();
  }
  void die() { http.reset(); }
  void come_back() {  // where it was
    server::HttpOptions at;
    at.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    auto started = server::WitnessServer::start(*witness, at, *log);
    LETOPIS_ASSERT(started);
    http = *std::move(started);
  }
  std::string line() const { return "witness " + name + " " + witness->vkey().text() + " " + url + "\n"; }

  ManualClock clock;
  std::unique_ptr<server::Log> log =
      server::Log::nowhere(clock);  // what the keeper says is read while servers still answer
  std::string name, url;
  ledger::test::MemoryKv store;
  std::unique_ptr<ledger::Witness> witness;
  std::unique_ptr<server::WitnessServer> http;
};

}  // namespace letopis::test
