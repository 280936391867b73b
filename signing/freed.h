#pragma once
// Owning pointers to what a C library frees by a function of its own: std::unique_ptr<X509, Freed<X509_free>>.

#include <memory>

namespace letopis::signing {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace letopis::signing
