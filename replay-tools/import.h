#pragma once
// letopis import oneroster: a school's people, classes, groups and timetable into a running server, each entry signed by the
// official whose right it is. What the log holds already is left out: the same files again say nothing.
//
// The keys decide how far it goes. Root keys name the officials of staff.csv, who are enrolled at once: their key files are
// written to `officials`, sealed with the passphrase, to be handed out. With keys of all officials (from files or just
// enrolled) everything else is recorded. `codes` gets invitation codes: for staff, and for the families of every class whose
// teacher's key is among the keys. A director's (or auditor's, archivist's) key is needed to see what is there already.

#include <string>
#include <vector>

#include "replay-tools/command.h"
#include "signing/base/result.h"

namespace letopis::tools {

struct ImportOptions {
  std::string directory;  // of the OneRoster files
  std::string url, school;
  std::vector<std::string> keys;  // key files: root keys, officials', class teachers'
  std::string officials;          // directory for keys of officials enrolled here; default: SCHOOL-keys
  std::string codes;              // CSV file for invitation codes; empty: nobody is invited
  bool dry_run = false;           // reads and plans, says nothing
  bool json = false;
};

// Prints what was recorded. Errors: "bad_input" (every row at fault, a line each), "incomplete" (staff.csv), "no_signer",
// "refused" (what was recorded before stays; run it again), and those of the server.
Status import_oneroster(const ImportOptions& options);

}  // namespace letopis::tools
