#include "engine/origin/easy.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/assert.h"
#include "engine/origin/tls_terms.h"

namespace freshet {

namespace {

constexpr std::array<std::string_view, 9> kOurHeaders{
    "range",          "if-range", "accept-encoding", "connection",         "transfer-encoding",
    "content-length", "te",       "expect",          "proxy-authorization"};

void set_long(CURL* easy, CURLoption option, long value) {
  FRESHET_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

void set_text(CURL* easy, CURLoption option, std::string const& value) {
  FRESHET_ASSERT(curl_easy_setopt(easy, option, value.c_str()) == CURLE_OK);
}

void set_up_way(CURL* easy, Request const& request) {
  auto const& origin = request.origin;
  set_text(easy, CURLOPT_URL, request.url);
  set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set_long(easy, CURLOPT_FOLLOWLOCATION, 0);
  set_long(easy, CURLOPT_HTTP_VERSION,
           request.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  if (origin.proxy == "-") set_text(easy, CURLOPT_PROXY, "");
  if (!origin.proxy.empty() && origin.proxy != "-") set_text(easy, CURLOPT_PROXY, origin.proxy);
  if (!origin.ca_file.empty()) {
    set_text(easy, CURLOPT_CAINFO, origin.ca_file);
    set_text(easy, CURLOPT_PROXY_CAINFO, origin.ca_file);
  }
  if (!origin.http.no_proxy.empty()) set_text(easy, CURLOPT_NOPROXY, origin.http.no_proxy);
  set_up_tls(easy, origin.http, request.own_party);
  if (request.any_auth) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_ANY);
  }
  if (request.digest) set_long(easy, CURLOPT_HTTPAUTH, CURLAUTH_DIGEST);
  set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
}

Dialled dialled(curl_sockaddr const& to) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  void const* const generic = &to.addr;
  if (to.family == AF_INET) {
    auto const& v4 = *static_cast<sockaddr_in const*>(generic);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  auto const& v6 = *static_cast<sockaddr_in6 const*>(generic);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return {text.data(), ntohs(v6.sin6_port)};
}

curl_socket_t on_socket(void* guard, curlsocktype, curl_sockaddr* to) {
  if (!static_cast<DialGuard*>(guard)->may_dial(dialled(*to))) return CURL_SOCKET_BAD;
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

int on_connection(void* guard, char* address, char*, int port, int) {
  bool const may = static_cast<DialGuard*>(guard)->may_dial({address, port});
  return may ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

void set_guard(CURL* easy, DialGuard* guard) {
  if (guard == nullptr) return;
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, guard);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connection);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, guard);
}

bool is_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

void CloseEasy::operator()(EasyHandle* easy) const {
  curl_easy_cleanup(easy);
}
void CloseMulti::operator()(MultiHandle* multi) const {
  curl_multi_cleanup(multi);
}
void CloseList::operator()(curl_slist* list) const {
  curl_slist_free_all(list);
}

Easy new_easy() {
  Easy easy(curl_easy_init());
  FRESHET_ASSERT(easy != nullptr);
  return easy;
}

bool can_set_up(EasyHandle* easy, Bytes receive_buffer) {
  auto const size = static_cast<long>(receive_buffer);
  return curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, size) == CURLE_OK;
}

void set_up(EasyHandle* easy, Request const& request) {
  curl_easy_reset(easy);
  set_up_way(easy, request);
  set_text(easy, CURLOPT_USERAGENT, request.user_agent);
  set_long(easy, CURLOPT_BUFFERSIZE, static_cast<long>(request.receive_buffer));
  set_long(easy, CURLOPT_NOSIGNAL, 1);
  set_long(easy, CURLOPT_NOPROGRESS, 1);
  // Else giving up on a name that does not resolve would hold up every other fetch.
  set_long(easy, CURLOPT_QUICK_EXIT, 1);
  set_long(easy, CURLOPT_TCP_KEEPALIVE, 1);
  set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 0x7fffffff);  // The exchange's own deadlines decide.
  set_long(easy, CURLOPT_HTTP09_ALLOWED, 0);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request.headers);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request.error_text);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, request.on_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, request.listener);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, request.on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, request.listener);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, request.listener);
  set_guard(easy, request.guard);
}

HeaderList header_list(std::vector<HttpHeader> const& headers) {
  HeaderList list;
  for (auto const& header : headers) {
    auto const line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    auto* const longer = curl_slist_append(list.get(), line.c_str());
    FRESHET_ASSERT(longer != nullptr);
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

Result<void> check_headers(std::vector<HttpHeader> const& headers) {
  for (auto const& header : headers) {
    bool const well_formed = !header.name.empty() && std::ranges::all_of(header.name, is_token) &&
                             std::ranges::none_of(header.value, is_control);
    if (!well_formed) return fail(Errc::invalid_argument, "headers", "a header is malformed");
    auto lower = header.name;
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (std::ranges::find(kOurHeaders, lower) != kOurHeaders.end()) {
      return fail(Errc::invalid_argument, "headers",
                  "the header " + lower + " is not yours to set");
    }
  }
  return {};
}

}  // namespace freshet
