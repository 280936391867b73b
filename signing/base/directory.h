#pragma once
// Whole folders put in place: what a restore needs beside FileSystem's files. Errors as there: "io_error" with the operation,
// path and errno text; "not_found"; "already_exists".

#include <string>

#include "signing/base/result.h"

namespace letopis {

// Every file and folder below `path`, and `path` itself, fsynced.
Status sync_tree(const std::string& path);
// Gives a file or folder another name, which nothing has yet, and fsyncs both parents.
Status rename_to_new(const std::string& from, const std::string& to);
// Lets two names of one file system change places in a single step, and fsyncs both parents: whoever looks finds one or the
// other, never neither.
Status exchange_names(const std::string& a, const std::string& b);

}  // namespace letopis
