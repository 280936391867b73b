# Formats and proofs: no storage engine, so that letopis-verify links this and signing alone.
letopis_library(letopis_format
  SOURCES
    schema/codec.cc
    schema/describe.cc
    anchor_evidence.cc
    checkpoint.cc
    fork_file.cc
    merkle.cc
    receipt_bracket.cc
    second_signatures.cc
    shard_key.cc
    sparse_tree.cc
    statement.cc
    tiles.cc
    timeliness.cc
    trust_policy.cc
    week_proof.cc
    witness_protocol.cc
  PUBLIC letopis_signing
  PRIVATE letopis_flatbuffers)
