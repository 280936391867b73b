#pragma once
// OpenAPI 3.1, written from the table of routes that dispatches, and from the field lists of the schema. Pure.

#include <string>

namespace letopis::server {

const std::string& openapi_json();  // made once

}  // namespace letopis::server
