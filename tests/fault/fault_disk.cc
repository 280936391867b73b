#include "tests/fault/fault_disk.h"

#include <algorithm>
#include <filesystem>

#include "tests/fault/temporary_directory.h"

namespace letopis::faults {
namespace {

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

std::uint64_t FaultDisk::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}

void FaultDisk::fail_operation(std::uint64_t n, Fault fault, bool from_then_on) {
  LETOPIS_ASSERT(n > 0);
  const std::lock_guard guard(mutex_);
  fail_at_ = operations_ + n;
  fault_ = fault;
  from_then_on_ = from_then_on;
  failed_operation_.clear();
}

void FaultDisk::heal() {
  const std::lock_guard guard(mutex_);
  fail_at_ = 0;
}

std::string FaultDisk::failed_operation() const {
  const std::lock_guard guard(mutex_);
  return failed_operation_;
}

std::uint64_t FaultDisk::lost_bytes() const {
  const std::lock_guard guard(mutex_);
  return lost_bytes_;
}

std::uint64_t FaultDisk::lost_names() const {
  const std::lock_guard guard(mutex_);
  return lost_names_;
}

std::uint64_t FaultDisk::generation() const {
  const std::lock_guard guard(mutex_);
  return generation_;
}

bool FaultDisk::has_power() const {
  const std::lock_guard guard(mutex_);
  return has_power_;
}

void FaultDisk::restore_power() {
  const std::lock_guard guard(mutex_);
  has_power_ = true;
}

std::optional<Fault> FaultDisk::admit(std::string_view what, const std::string& path, std::uint64_t generation) {
  if (!has_power_ || generation != generation_) return Fault::kPowerLost;
  ++operations_;
  if (fail_at_ == 0 || operations_ < fail_at_ || (operations_ > fail_at_ && !from_then_on_)) return std::nullopt;
  if (failed_operation_.empty()) failed_operation_ = std::string(what) + " " + path;
  return fault_;
}

// A file the disk has not met yet was there before it: its bytes are taken for durable.
FaultDisk::FileHandle FaultDisk::file_at(const std::string& path) {
  auto& file = files_[path];
  if (!file) {
    const auto size = size_of(path);
    file = std::make_shared<File>(File{size, size});
  }
  return file;
}

std::optional<FaultDisk::Saved> FaultDisk::save(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) return std::nullopt;
  return Saved{read_whole(path), file_at(path)};
}

void FaultDisk::put_back(const std::string& path, const std::optional<Saved>& saved) {
  if (!saved) return;
  overwrite(path, saved->content);
  files_[path] = saved->file;
}

void FaultDisk::undo(const Change& change) {
  ++lost_names_;
  switch (change.kind) {
    case Change::Kind::kCreated:
      std::filesystem::remove(change.path);
      files_.erase(change.path);
      put_back(change.path, change.before);
      return;
    case Change::Kind::kRenamed: {
      std::filesystem::rename(change.path, change.from);
      auto moved = files_.extract(change.path);
      if (!moved.empty()) {
        moved.key() = change.from;
        files_.insert(std::move(moved));
      }
      put_back(change.path, change.before);
      return;
    }
    case Change::Kind::kRemoved: put_back(change.path, change.before); return;
    case Change::Kind::kMadeDirectory:
      std::filesystem::remove_all(change.path);
      std::erase_if(files_, [&](const auto& entry) { return entry.first.starts_with(change.path + "/"); });
      return;
  }
}

void FaultDisk::cut(const std::string& path, File& file, Random* torn) {
  const auto size = size_of(path);
  const auto durable = std::min(file.synced, size);
  const auto kept = torn != nullptr ? durable + torn->below(size - durable + 1) : durable;
  if (kept < size) std::filesystem::resize_file(path, kept);
  lost_bytes_ += size - kept;
  file.size = file.synced = kept;
}

void FaultDisk::lose_power(Random* torn) {
  const std::lock_guard guard(mutex_);
  has_power_ = false;
  ++generation_;
  fail_at_ = 0;
  lost_bytes_ = 0;
  lost_names_ = 0;
  const std::size_t kept = torn != nullptr ? torn->below(unsynced_names_.size() + 1) : 0;
  while (unsynced_names_.size() > kept) {
    undo(unsynced_names_.back());
    unsynced_names_.pop_back();
  }
  unsynced_names_.clear();
  for (auto it = files_.begin(); it != files_.end();)
    if (std::filesystem::is_regular_file(it->first)) {
      cut(it->first, *it->second, torn);
      ++it;
    } else {
      it = files_.erase(it);
    }
}

FaultDisk::Operation::Operation(FaultDisk& disk, std::string_view what, const std::string& path,
                                std::uint64_t generation)
    : disk_(disk),
      what_(std::string(what) + " " + path),
      lock_(disk.mutex_),
      fault_(disk.admit(what, path, generation)) {}

FaultDisk::FileHandle FaultDisk::Operation::opened(const std::string& path) { return disk_.file_at(path); }

void FaultDisk::Operation::about_to_replace(const std::string& path) { before_ = disk_.save(path); }

FaultDisk::FileHandle FaultDisk::Operation::created(const std::string& path) {
  auto file = std::make_shared<File>();
  disk_.files_[path] = file;
  disk_.unsynced_names_.push_back({Change::Kind::kCreated, path, {}, std::move(before_)});
  return file;
}

void FaultDisk::Operation::renamed(const std::string& from, const std::string& to) {
  // Called after the fact: a file the disk has not met is found under its new name.
  const auto known = disk_.files_.find(from);
  const auto file = known == disk_.files_.end() ? nullptr : known->second;
  disk_.files_.erase(from);
  disk_.files_.erase(to);
  if (file) disk_.files_[to] = file;
  disk_.unsynced_names_.push_back({Change::Kind::kRenamed, to, from, std::move(before_)});
}

void FaultDisk::Operation::removed(const std::string& path) {
  disk_.files_.erase(path);
  disk_.unsynced_names_.push_back({Change::Kind::kRemoved, path, {}, std::move(before_)});
}

void FaultDisk::Operation::made_directory(const std::string& path) {
  disk_.unsynced_names_.push_back({Change::Kind::kMadeDirectory, without_slash(path), {}, std::nullopt});
}

void FaultDisk::Operation::truncated(File& file, std::uint64_t size) {
  file.size = size;
  file.synced = std::min(file.synced, size);
}

void FaultDisk::Operation::synced_directory(const std::string& path) {
  std::erase_if(disk_.unsynced_names_,
                [folder = without_slash(path)](const Change& change) { return folder_of(change.path) == folder; });
}

}  // namespace letopis::faults
