# Everything comes from Debian 12 by name; ./dev keeps the list of packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(spdlog 1.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(tl-expected REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)

find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)
add_library(letopis_rocksdb INTERFACE)
target_link_libraries(letopis_rocksdb INTERFACE ${ROCKSDB_LIBRARY} Threads::Threads)

find_library(FLATBUFFERS_LIBRARY flatbuffers REQUIRED)
find_program(FLATC flatc REQUIRED)
add_library(letopis_flatbuffers INTERFACE)
target_link_libraries(letopis_flatbuffers INTERFACE ${FLATBUFFERS_LIBRARY})
