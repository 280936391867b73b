letopis_library(letopis_kv
  SOURCES kv_rocksdb.cc
  PUBLIC letopis_signing
  PRIVATE letopis_rocksdb)
