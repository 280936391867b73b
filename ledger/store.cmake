letopis_library(letopis_store
  SOURCES
    chain_book.cc
    checkpoint_journal.cc
    copy_mark.cc
    hold_mark.cc
    log_store.cc
    rebuild.cc
    school_opening.cc
    school_writer.cc
    scrub.cc
    sequencer.cc
    store_rows.cc
    tile_builder.cc
    tile_reader.cc
    tree_cache.cc
    witness.cc
  PUBLIC letopis_format letopis_kv letopis_vault)
