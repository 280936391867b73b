#pragma once
// What is said to people, in both languages of the interface.

#include <string>

namespace letopis {

struct Words {
  std::string ru, en;
};

}  // namespace letopis
