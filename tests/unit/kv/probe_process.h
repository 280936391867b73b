#pragma once
// store_probe in a process of its own.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "signing/base/result.h"

namespace letopis::ledger {

class ProbeProcess {
 public:
  ProbeProcess(std::string mode, std::string directory) {
    int input[2];
    int output[2];
    LETOPIS_ASSERT(::pipe2(input, O_CLOEXEC) == 0 && ::pipe2(output, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string program = STORE_PROBE;
    char* arguments[] = {program.data(), mode.data(), directory.data(), nullptr};
    LETOPIS_ASSERT(::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    for (char letter = 0; ::read(output[0], &letter, 1) == 1 && letter != '\n';) said_ += letter;
    ::close(output[0]);
  }
  ~ProbeProcess() { end(); }
  ProbeProcess(const ProbeProcess&) = delete;
  ProbeProcess& operator=(const ProbeProcess&) = delete;

  // Its one line; empty when it died before.
  const std::string& said() const { return said_; }
  void kill() {
    ::kill(process_, SIGKILL);
    end();
  }
  // How it ended: the signal, or 0.
  int end() {
    if (process_ != 0) {
      int status = 0;
      ::close(input_);
      ::waitpid(process_, &status, 0);
      process_ = 0;
      signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    return signal_;
  }

 private:
  pid_t process_ = 0;
  int input_ = -1;
  int signal_ = 0;
  std::string said_;
};

}  // namespace letopis::ledger
