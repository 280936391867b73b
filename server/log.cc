#include "server/log.h"

#include <spdlog/async.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>

#include "ledger/schema/describe.h"

namespace letopis::server {
namespace {

constexpr std::size_t kQueueBundles = 1024;
constexpr std::size_t kBundleBytes = 8 * 1024;
constexpr std::chrono::seconds kBundleAge{1};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

// Lines go to spdlog's queue in bundles: waking its thread for every request costs more than the line does. A bundle waits for
// kBundleBytes, a warning, or the clock.
class SpdLog final : public Log {
 public:
  explicit SpdLog(const Clock& clock)
      : Log(clock),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueueBundles, 1)),
        logger_(std::make_shared<spdlog::async_logger>("letopis", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                       pool_, spdlog::async_overflow_policy::overrun_oldest)),
        aging_([this] { hand_over(spdlog::level::info); }, kBundleAge) {
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, ""));
    logger_->flush_on(spdlog::level::warn);
  }
  ~SpdLog() override { hand_over(spdlog::level::info); }
  void flush() override {
    hand_over(spdlog::level::info);
    logger_->flush();
  }

 private:
  void put(LogLevel level, const std::string& line) override {
    const bool urgent = level != LogLevel::kInfo;
    bool full = false;
    {
      const std::lock_guard guard(mutex_);
      bundle_ += line;
      bundle_ += '\n';
      full = bundle_.size() >= kBundleBytes;
    }
    if (full || urgent) hand_over(urgent ? spdlog::level::err : spdlog::level::info);
  }
  void hand_over(spdlog::level::level_enum level) {
    const std::lock_guard guard(mutex_);
    // The lines are no format string: nothing in them is interpreted.
    if (!bundle_.empty()) logger_->log(level, spdlog::string_view_t(bundle_));
    bundle_.clear();
  }

  std::mutex mutex_;
  std::string bundle_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  spdlog::details::periodic_worker aging_;  // last: it uses the rest
};

class SinkLog final : public Log {
 public:
  SinkLog(Sink sink, const Clock& clock) : Log(clock), sink_(std::move(sink)) {}
  void flush() override {}

 private:
  void put(LogLevel, const std::string& line) override {
    const std::lock_guard guard(mutex_);
    sink_(line);
  }
  std::mutex mutex_;
  Sink sink_;
};

}  // namespace

std::unique_ptr<Log> Log::to_stderr(const Clock& clock) { return std::make_unique<SpdLog>(clock); }
std::unique_ptr<Log> Log::to(Sink sink, const Clock& clock) {
  return std::make_unique<SinkLog>(std::move(sink), clock);
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line = "{\"at\":\"" + format_instant(clock_.now()) + "\",\"level\":\"";
  line += level_name(level);
  line += "\",\"event\":";
  ledger::append_json_string(line, event);
  for (const auto& field : fields) {
    line += ",\"";
    line += field.name;
    line += "\":";
    if (const auto* text = std::get_if<std::string_view>(&field.value))
      ledger::append_json_string(line, *text);
    else
      line += std::to_string(std::get<std::int64_t>(field.value));
  }
  put(level, line += '}');
}

}  // namespace letopis::server
