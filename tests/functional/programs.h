#pragma once
// Runs the project's programs as a person does: words in, exit code and text out. Every child gets a passphrase in its
// environment and nothing on standard input unless given. Not thread-safe.

#include <sys/types.h>

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace letopis::functional {

inline constexpr char kPassphrase[] = "a passphrase of the tests";

struct Ran {
  int status = -1;  // exit code; 128 + signal when it was killed
  std::string out, err;
  boost::json::value json() const { return boost::json::parse(out); }
};
using Words = std::vector<std::string>;
Ran letopis(const Words& words, const std::string& input = {});
Ran letopis_verify(const Words& words);
// The same, and a test failure with both outputs unless it exits with `status`.
Ran letopis_ok(const Words& words, const std::string& input = {});

// `letopis serve`, or another command that listens, on a free port, from its ready line on.
class Server {
 public:
  // kHere: in a pipe that hang_up() reads, for a test of few requests.
  enum class Log : std::uint8_t { kPassedOn, kHere };
  explicit Server(const std::string& data, const Words& more = {}, Log log = Log::kPassedOn);
  // Any command that prints such a line: {"witness", "--data", …}.
  explicit Server(const Words& command, Log log = Log::kPassedOn);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  const std::string& url() const { return url_; }
  std::string vkey(const std::string& school) const;
  std::string vkey() const;      // of a witness
  std::string witness() const;   // the vkey that `letopis serve` cosigns its neighbours' logs with; empty: none
  boost::json::value hang_up();  // SIGHUP; what the log then says of the certificates
  void kill();                   // -9
  int stop();                    // SIGTERM; its exit code

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int log_ = -1;
  boost::json::value ready_;
  std::string url_;
};

// A directory that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::string& file);
void write_text(const std::string& file, const std::string& text);
std::string str(const boost::json::value& value);  // of a JSON text

}  // namespace letopis::functional
