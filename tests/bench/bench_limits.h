#pragma once
// What the machine can do, measured in the same run as what we do: libsodium's verify on all cores, synced batches of the
// storage engine, durable inserts of PostgreSQL.

#include <optional>
#include <string>

namespace letopis::bench {

double verify_per_second(unsigned threads, double seconds);
// Rows of 700 random bytes in synced batches of `rows_per_batch`; rows a second.
double rocksdb_synced_rows_per_second(const std::string& directory, unsigned rows_per_batch, double seconds);
// PostgreSQL 15 in a directory of its own, fsync on, one insert a transaction; nullopt when it is not installed.
std::optional<double> postgres_inserts_per_second(const std::string& directory, unsigned clients, unsigned seconds);

}  // namespace letopis::bench
