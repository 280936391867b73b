#pragma once
// Beast's incremental parser, filling our Request and refusing more than Beast does (http_parse.h names what).

#include <optional>

#include "server/beast.h"
#include "server/http_parse.h"

namespace letopis::server {

class RequestParser final : public http::basic_parser<true> {
 public:
  // Takes what it is asked to keep of a body: false refuses the request with 503.
  class Budget {
   public:
    virtual ~Budget() = default;
    virtual bool reserve(std::size_t bytes) = 0;
  };

  // request, limits and budget outlive the parser; budget may be null.
  RequestParser(Request& request, const HttpLimits& limits, Budget* budget);

  // What `ec`, returned by put, means for the peer; rest: what put did not consume. Not for need_more.
  Rejection rejection_for(const error_code& ec, std::string_view rest) const;
  Rejection header_too_large() const;
  void limit_body(std::size_t bytes) { body_max_bytes_ = bytes; }
  bool expects_continue() const { return expects_continue_; }
  // After the header. An HTTP/1.0 connection is never kept: its clients want that answered, and are few.
  bool keeps_connection() const { return version_ >= 11 && keep_alive(); }

 private:
  void on_request_impl(http::verb method, beast::string_view method_text, beast::string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_field_impl(http::field name, beast::string_view name_text, beast::string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code& ec) override { return take_body(body, ec); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code& ec) override {
    return take_body(body, ec);
  }
  void on_finish_impl(error_code&) override {}

  void take_field(http::field name, std::string_view name_text, std::string_view value, error_code& ec);
  void take_single(std::string& to, std::string_view value, error_code& ec);
  std::size_t take_body(std::string_view body, error_code& ec);
  void refuse(error_code& ec, unsigned status, std::string_view type, std::string_view title, std::string detail);
  void refuse_malformed(error_code& ec, std::string detail);
  bool first(http::field name);

  Request& request_;
  const HttpLimits& limits_;
  Budget* budget_;
  std::size_t body_max_bytes_;
  std::size_t fields_ = 0;
  std::uint32_t seen_ = 0;  // of the fields that may come once
  int version_ = 0;
  bool line_seen_ = false;
  bool header_done_ = false;
  bool expects_continue_ = false;
  bool absolute_form_ = false;
  std::optional<Rejection> rejection_;
};

}  // namespace letopis::server
