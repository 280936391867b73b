letopis_library(letopis_vault
  SOURCES
    master_key.cc
    vault.cc
    vault_accounts.cc
    vault_copy.cc
    vault_rows.cc
  PUBLIC letopis_kv letopis_signing)
