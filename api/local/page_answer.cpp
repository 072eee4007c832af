#include "api/local/page_answer.h"

#include "api/local/answers.h"
#include "api/page/page.h"

namespace freshet::local {

namespace {

// Nothing from elsewhere, nothing written into the document, and in nobody's frame.
constexpr std::string_view kContentSecurity =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool has_it(HttpRequest const& request, std::string_view tag) {
  auto const* const known = request.header("If-None-Match");
  return known != nullptr && (known->find(tag) != std::string::npos || *known == "*");
}

}  // namespace

std::optional<Answer> page_answer(HttpRequest const& request, std::string_view path) {
  auto const* const asset = page::find_asset(path);
  if (asset == nullptr) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    auto refusal = problem(405, {Errc::not_supported, request.method, "is not for this resource"});
    refusal.headers.push_back({"Allow", "GET"});
    return refusal;
  }
  Answer answer;
  answer.type = asset->type;
  answer.cache = "no-cache";  // Kept, and asked for each time whether it is still right.
  answer.headers = {{"ETag", std::string(asset->tag)},
                    {"Content-Security-Policy", std::string(kContentSecurity)},
                    {"Cross-Origin-Opener-Policy", "same-origin"},
                    {"Cross-Origin-Resource-Policy", "same-origin"},
                    {"Referrer-Policy", "no-referrer"},
                    {"X-Frame-Options", "DENY"}};
  if (has_it(request, asset->tag)) {
    answer.status = 304;
  } else {
    answer.body = asset->bytes;
  }
  return answer;
}

}  // namespace freshet::local
