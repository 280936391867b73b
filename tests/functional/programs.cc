#include "tests/functional/programs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>

namespace letopis::functional {

namespace {

std::vector<char*> argv_of(std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return argv;
}

// Between fork and exec.
[[noreturn]] void become(std::vector<char*>& argv, int in, int out, int err) {
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  void close_write() { ::close(std::exchange(ends[1], -1)); }
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
  std::array<int, 2> ends{-1, -1};
};

int code_of(int wait_status) { return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status); }

// Both ends at once, so that neither pipe fills up.
void read_all(int out, int err, Ran& ran) {
  std::array<pollfd, 2> ends{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
  for (int open = 2; open > 0;) {
    if (::poll(ends.data(), ends.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      std::array<char, 65536> chunk{};
      const ssize_t got = ::read(ends[i].fd, chunk.data(), chunk.size());
      if (got <= 0) {
        ends[i].fd = -1;
        --open;
      } else {
        (i == 0 ? ran.out : ran.err).append(chunk.data(), static_cast<std::size_t>(got));
      }
    }
  }
}

std::string line_of(int in) {
  std::string line;
  for (char c = 0; ::read(in, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

// The words of the programs are those of their default language, whoever runs the tests.
void set_environment() {
  ::setenv("LETOPIS_PASSPHRASE", kPassphrase, 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
}

Ran run(const char* program, const Words& given, const std::string& input) {
  std::vector<std::string> words{program};
  words.insert(words.end(), given.begin(), given.end());
  auto argv = argv_of(words);
  // Input from a file: a child that does not read it blocks nobody.
  char name[] = "/tmp/letopis-input-XXXXXX";
  const int in = ::mkostemp(name, O_CLOEXEC);
  ::unlink(name);
  EXPECT_EQ(::write(in, input.data(), input.size()), static_cast<ssize_t>(input.size()));
  ::lseek(in, 0, SEEK_SET);
  Pipe out, err;
  set_environment();
  const pid_t child = ::fork();
  if (child == 0) become(argv, in, out.ends[1], err.ends[1]);
  ::close(in);
  out.close_write();
  err.close_write();
  Ran ran;
  read_all(out.ends[0], err.ends[0], ran);
  int status = 0;
  ::waitpid(child, &status, 0);
  ran.status = code_of(status);
  return ran;
}

}  // namespace

Ran letopis(const Words& words, const std::string& input) { return run(LETOPIS_COMMAND, words, input); }
Ran letopis_verify(const Words& words) { return run(LETOPIS_VERIFY, words, {}); }

Ran letopis_ok(const Words& words, const std::string& input) {
  Ran ran = letopis(words, input);
  EXPECT_EQ(ran.status, 0) << "letopis " << words.front() << "\n" << ran.out.substr(0, 4000) << ran.err;
  return ran;
}

namespace {

Words serve_words(const std::string& data, const Words& more) {
  Words words{"serve", "--data", data, "--listen", "127.0.0.1:0", "--insecure-cookies"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

Server::Server(const std::string& data, const Words& more, Log log) : Server(serve_words(data, more), log) {}

Server::Server(const Words& command, Log log_kept) {
  std::vector<std::string> words{LETOPIS_COMMAND};
  words.insert(words.end(), command.begin(), command.end());
  auto argv = argv_of(words);
  Pipe out;
  std::optional<Pipe> log;
  if (log_kept == Log::kHere) log.emplace();
  set_environment();
  pid_ = ::fork();
  if (pid_ == 0)
    become(argv, ::open("/dev/null", O_RDONLY | O_CLOEXEC), out.ends[1], log ? log->ends[1] : STDERR_FILENO);
  out.close_write();
  out_ = std::exchange(out.ends[0], -1);
  if (log) log_ = std::exchange(log->ends[0], -1);
  const std::string line = line_of(out_);
  boost::json::error_code error;
  ready_ = boost::json::parse(line, error);
  if (!error && ready_.is_object()) url_ = str(ready_.at("listening"));
  EXPECT_FALSE(url_.empty()) << words[1] << " did not become ready: " << line;
}
Server::~Server() {
  kill();
  for (const int end : {out_, log_})
    if (end >= 0) ::close(end);
}
boost::json::value Server::hang_up() {
  ::kill(pid_, SIGHUP);
  for (std::string line = line_of(log_); !line.empty(); line = line_of(log_))
    if (line.find("\"certificates_") != std::string::npos) return boost::json::parse(line);
  ADD_FAILURE() << "the log ended";
  return {};
}
std::string Server::vkey() const { return str(ready_.at("vkey")); }
std::string Server::vkey(const std::string& school) const { return str(ready_.at("vkey").at(school)); }
std::string Server::witness() const {
  const auto* vkey = ready_.as_object().if_contains("witness");
  return vkey == nullptr ? std::string() : str(*vkey);
}
void Server::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}
int Server::stop() {
  int status = 0;
  ::kill(pid_, SIGTERM);
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return code_of(status);
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "letopis-functional-XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  path_ = name;
}
Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_text(const std::string& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }
std::string str(const boost::json::value& value) { return std::string(value.as_string()); }

}  // namespace letopis::functional
