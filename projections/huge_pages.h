#pragma once
// An allocator for the largest tables, which are read at random places: what is large lies in pages of 2 MiB, where the
// system gives them (Linux, transparent_hugepage = madvise or always), so that a look-up seldom misses the processor's
// translation cache as well. Measured: a replay of 300 000 entries 12 % faster, of a million no different. What is small
// comes from the ordinary allocator.
//
// Thread-safe as operator new is; throws std::bad_alloc.

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>

namespace letopis::projections {

constexpr std::size_t kHugePageBytes = 2 << 20;

template <class T>
struct HugePages {
  using value_type = T;

  HugePages() = default;
  template <class U>
  HugePages(const HugePages<U>&) noexcept {}  // NOLINT(google-explicit-constructor): allocators convert

  static constexpr bool large(std::size_t count) { return count >= 2 * kHugePageBytes / sizeof(T); }

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    if (!large(count)) return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(alignof(T))));
    void* place = ::operator new(count * sizeof(T), std::align_val_t(kHugePageBytes));
    // Advice: where it is not taken the table is slower, not wrong.
    ::madvise(place, count * sizeof(T), MADV_HUGEPAGE);
    return static_cast<T*>(place);
  }
  void deallocate(T* place, std::size_t count) noexcept {
    ::operator delete(place, std::align_val_t(large(count) ? kHugePageBytes : alignof(T)));
  }
  friend bool operator==(const HugePages&, const HugePages&) { return true; }
};

}  // namespace letopis::projections
