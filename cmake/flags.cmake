# One INTERFACE target carries the flags; every target of ours links it through letopis_library().
option(LETOPIS_ASAN "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(LETOPIS_TSAN "ThreadSanitizer" OFF)
option(LETOPIS_FUZZ "libFuzzer targets (clang)" OFF)

find_program(LETOPIS_CCACHE ccache)
if(LETOPIS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LETOPIS_CCACHE})
endif()

add_library(letopis_flags INTERFACE)
target_compile_options(letopis_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # RocksDB's Debian package is built without RTTI checks on our side; nothing of ours needs fast-math or exceptions off.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer>
  # clang counts the idiom of an assertion that never holds, !"reason", as a conversion.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-string-conversion>)
target_include_directories(letopis_flags INTERFACE ${CMAKE_SOURCE_DIR})

if(LETOPIS_ASAN)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(LETOPIS_TSAN)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()
if(LETOPIS_FUZZ)
  # Without the check of function types: clang 14 cannot assemble it in a coroutine ("difference across sections").
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# letopis_library(<name> SOURCES ... PUBLIC <deps> PRIVATE <deps>)
function(letopis_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC letopis_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()
