#include "tests/support/scripted_origin.h"

#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "engine/base/assert.h"
#include "tests/support/wire.h"

namespace freshet::test {

namespace {

constexpr auto kDeadline = std::chrono::seconds{10};
constexpr auto kLook = std::chrono::milliseconds{20};

bool same_name(std::string const& a, std::string const& b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string path_of(std::string target) {
  auto const scheme = target.find("://");
  if (scheme != std::string::npos) {
    auto const slash = target.find('/', scheme + 3);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find('?'));
}

std::string base64(std::string const& text) {
  std::string out(4 * ((text.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<unsigned char const*>(text.data()),
                  static_cast<int>(text.size()));
  return out;
}

// "host:port" of an absolute target or of CONNECT.
std::uint16_t port_of(std::string const& target) {
  auto const scheme = target.find("://");
  auto authority = scheme == std::string::npos ? target : target.substr(scheme + 3);
  authority = authority.substr(0, authority.find('/'));
  auto const colon = authority.rfind(':');
  if (colon == std::string::npos) return 80;
  return static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1)));
}

SeenRequest parse_request(std::string const& head) {
  SeenRequest request;
  auto const line_end = head.find("\r\n");
  auto const line = head.substr(0, line_end);
  auto const first = line.find(' ');
  auto const second = line.find(' ', first + 1);
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, second - first - 1);
  for (auto at = line_end + 2; at < head.size();) {
    auto const end = head.find("\r\n", at);
    auto const field = head.substr(at, end - at);
    auto const colon = field.find(':');
    if (colon != std::string::npos) {
      auto const value = field.find_first_not_of(' ', colon + 1);
      request.headers.emplace_back(field.substr(0, colon),
                                   value == std::string::npos ? "" : field.substr(value));
    }
    at = end + 2;
  }
  return request;
}

std::string head_text(Reply const& reply) {
  auto text = reply.version + " " + std::to_string(reply.status) + " " + reply.reason + "\r\n";
  bool length_given = false;
  for (auto const& [name, value] : reply.headers) {
    text += name + ": " + value + "\r\n";
    length_given = length_given || same_name(name, "Content-Length");
  }
  if (reply.framing == Reply::Framing::length && !length_given) {
    text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  }
  if (reply.framing == Reply::Framing::chunked) text += "Transfer-Encoding: chunked\r\n";
  return text + "\r\n";
}

struct Served {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The one range of "bytes=a-b" or "bytes=a-"; nothing for what a plain server would ignore.
std::optional<Served> asked_range(std::string const& text, std::size_t size) {
  if (!text.starts_with("bytes=") || text.find(',') != std::string::npos) return std::nullopt;
  auto const dash = text.find('-');
  auto const last = text.substr(dash + 1);
  Served range{std::stoull(text.substr(6)), last.empty() ? size : std::stoull(last) + 1};
  range.end = std::min(range.end, size);
  return range;
}

Reply file_reply(SeenRequest const& request, std::string const& bytes, FileOptions const& options) {
  Reply reply;
  reply.headers = options.headers;
  if (!options.etag.empty()) reply.headers.emplace_back("ETag", options.etag);
  if (!options.last_modified.empty()) {
    reply.headers.emplace_back("Last-Modified", options.last_modified);
  }
  if (options.ranges) reply.headers.emplace_back("Accept-Ranges", "bytes");
  auto const condition = request.header("If-Range");
  bool const same =
      condition.empty() || condition == options.etag || condition == options.last_modified;
  auto const range =
      options.ranges && same ? asked_range(request.header("Range"), bytes.size()) : std::nullopt;
  if (!range) {
    reply.body = bytes;
    return reply;
  }
  auto const size = std::to_string(bytes.size());
  if (range->begin >= range->end) {
    reply.status = 416;
    reply.headers.emplace_back("Content-Range", "bytes */" + size);
    return reply;
  }
  reply.status = 206;
  reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->begin) + "-" +
                                                  std::to_string(range->end - 1) + "/" + size);
  reply.body = bytes.substr(range->begin, range->end - range->begin);
  return reply;
}

}  // namespace

std::string SeenRequest::header(std::string const& name) const {
  for (auto const& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

bool SeenRequest::has_header(std::string const& name) const {
  return std::ranges::any_of(headers,
                             [&](auto const& each) { return same_name(each.first, name); });
}

void Latch::open() {
  std::lock_guard const lock(mutex_);
  open_ = true;
  opened_.notify_all();
}

bool Latch::wait(std::function<bool()> const& given_up) const {
  std::unique_lock lock(mutex_);
  while (!open_ && !given_up()) opened_.wait_for(lock, kLook);
  return open_;
}

class ScriptedOrigin::Impl {
 public:
  explicit Impl(ServerOptions options) : options_(std::move(options)) {
    listener_ = listen_on(options_.address, port_);
    FRESHET_ASSERT(listener_ >= 0);
    accepting_ = std::thread([this] { accept_all(); });
  }

  Impl(Impl const&) = delete;
  Impl& operator=(Impl const&) = delete;

  ~Impl() {
    closing_ = true;
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    {
      std::lock_guard const lock(mutex_);
      for (auto* wire : open_) wire->shut();
    }
    for (auto& thread : threads_) thread.join();
  }

  void accept_all();
  void serve(Wire& wire, std::uint64_t connection);
  // Whether the connection goes on.
  [[nodiscard]] bool answer(Wire& wire, SeenRequest const& request);
  [[nodiscard]] bool send_reply(Wire& wire, Reply const& reply);
  [[nodiscard]] bool send_body(Wire& wire, Reply const& reply);
  [[nodiscard]] bool send_piece(Wire& wire, Reply const& reply, std::string_view piece);
  void proxy(Wire& wire, SeenRequest const& request);
  [[nodiscard]] Reply reply_to(SeenRequest const& request);
  [[nodiscard]] bool read_head(Wire& wire, std::string& buffer, std::string& head);
  void note(SeenRequest const& request);

  ServerOptions options_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> closing_ = false;
  std::thread accepting_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::thread> threads_;  // The accepting thread adds; joined at the end.
  std::set<Wire*> open_;
  std::set<Wire*> idle_;
  std::map<std::string, Script> scripts_;
  std::map<std::string, std::deque<Reply>> once_;
  std::vector<SeenRequest> requests_;
  std::uint64_t connections_ = 0;
  std::uint64_t sent_ = 0;
  bool is_proxy_ = false;
  std::string proxy_authorization_;
};

void ScriptedOrigin::Impl::accept_all() {
  while (!closing_) {
    int const socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard const lock(mutex_);
    auto const connection = ++connections_;
    threads_.emplace_back([this, socket, connection] {
      Wire wire(socket);
      {
        std::lock_guard const inner(mutex_);
        open_.insert(&wire);
      }
      bool const plain = options_.certificate.empty();
      if (!closing_ &&
          (plain || wire.secure(options_.certificate, options_.key, options_.http2_only))) {
        serve(wire, connection);
      }
      std::lock_guard const inner(mutex_);
      open_.erase(&wire);
    });
  }
}

bool ScriptedOrigin::Impl::read_head(Wire& wire, std::string& buffer, std::string& head) {
  {
    std::lock_guard const lock(mutex_);
    idle_.insert(&wire);
  }
  auto end = buffer.find("\r\n\r\n");
  bool alive = true;
  while (alive && end == std::string::npos) {
    alive = wire.read(buffer);
    end = buffer.find("\r\n\r\n");
  }
  std::lock_guard const lock(mutex_);
  idle_.erase(&wire);
  if (end == std::string::npos) return false;
  head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  return true;
}

void ScriptedOrigin::Impl::note(SeenRequest const& request) {
  std::lock_guard const lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
}

void ScriptedOrigin::Impl::serve(Wire& wire, std::uint64_t connection) {
  std::string buffer;
  std::string head;
  while (!closing_ && read_head(wire, buffer, head)) {
    auto request = parse_request(head);
    request.connection = connection;
    note(request);
    if (!answer(wire, request)) return;
  }
}

bool ScriptedOrigin::Impl::answer(Wire& wire, SeenRequest const& request) {
  if (is_proxy_ && (request.method == "CONNECT" || request.target.starts_with("http://"))) {
    bool const allowed = proxy_authorization_.empty() ||
                         request.header("Proxy-Authorization") == proxy_authorization_;
    if (!allowed) {
      Reply refusal{.status = 407};
      refusal.headers.emplace_back("Proxy-Authenticate", "Basic realm=\"test\"");
      return send_reply(wire, refusal);
    }
    proxy(wire, request);
    return false;
  }
  return send_reply(wire, reply_to(request));
}

Reply ScriptedOrigin::Impl::reply_to(SeenRequest const& request) {
  Script script;
  {
    std::lock_guard const lock(mutex_);
    auto const path = path_of(request.target);
    auto& once = once_[path];
    if (!once.empty()) {
      auto reply = std::move(once.front());
      once.pop_front();
      return reply;
    }
    auto const found = scripts_.find(path);
    if (found == scripts_.end()) return Reply{.status = 404};
    script = found->second;
  }
  return script(request);
}

bool ScriptedOrigin::Impl::send_reply(Wire& wire, Reply const& reply) {
  if (reply.silent_close) return false;
  bool const held = reply.latch != nullptr && reply.pause_after == std::string::npos;
  if (held && !reply.latch->wait([this] { return closing_.load(); })) return false;
  if (!reply.raw.empty()) return wire.write(reply.raw) && !reply.close;
  if (!wire.write(head_text(reply)) || !send_body(wire, reply)) return false;
  return !reply.close && reply.framing != Reply::Framing::until_close;
}

bool ScriptedOrigin::Impl::send_body(Wire& wire, Reply const& reply) {
  auto const& body = reply.body;
  auto const end = std::min(reply.cut_after, body.size());
  std::size_t at = 0;
  while (at < end) {
    auto next = end;
    if (at < reply.pause_after) next = std::min(next, reply.pause_after);
    if (reply.drip_bytes != 0) next = std::min(next, at + reply.drip_bytes);
    if (!send_piece(wire, reply, std::string_view(body).substr(at, next - at))) return false;
    at = next;
    if (at == reply.pause_after && !reply.latch->wait([this] { return closing_.load(); })) {
      return false;
    }
  }
  if (reply.cut_after != std::string::npos) {
    if (reply.reset) wire.reset_on_close();
    return false;
  }
  return reply.framing != Reply::Framing::chunked || wire.write("0\r\n\r\n");
}

bool ScriptedOrigin::Impl::send_piece(Wire& wire, Reply const& reply, std::string_view piece) {
  bool const chunked = reply.framing == Reply::Framing::chunked;
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  bool const sent = (!chunked || wire.write(size.data())) && wire.write(piece) &&
                    (!chunked || wire.write("\r\n"));
  if (!sent) return false;
  std::lock_guard const lock(mutex_);
  sent_ += piece.size();
  changed_.notify_all();
  return true;
}

// Every name leads to loopback, so that tests can speak of hosts that do not exist.
void ScriptedOrigin::Impl::proxy(Wire& wire, SeenRequest const& request) {
  auto const upstream = connect_loopback(port_of(request.target));
  if (upstream == nullptr) {
    (void)send_reply(wire, Reply{.status = 502});
    return;
  }
  if (request.method == "CONNECT") {
    if (!wire.write("HTTP/1.1 200 Connected\r\n\r\n")) return;
  } else {
    auto const slash = request.target.find('/', request.target.find("://") + 3);
    auto head = request.method + " " + request.target.substr(slash) + " HTTP/1.1\r\n";
    for (auto const& [name, value] : request.headers) {
      if (!name.starts_with("Proxy-")) head += name + ": " + value + "\r\n";
    }
    if (!upstream->write(head + "\r\n")) return;
  }
  wire.relay(*upstream);
}

ScriptedOrigin::ScriptedOrigin(ServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
ScriptedOrigin::~ScriptedOrigin() = default;

void ScriptedOrigin::on(std::string const& path, Script script) {
  std::lock_guard const lock(impl_->mutex_);
  impl_->scripts_[path] = std::move(script);
}

void ScriptedOrigin::reply_once(std::string const& path, Reply reply) {
  std::lock_guard const lock(impl_->mutex_);
  impl_->once_[path].push_back(std::move(reply));
}

void ScriptedOrigin::serve_file(std::string const& path, std::string bytes, FileOptions options) {
  on(path, [bytes = std::move(bytes), options = std::move(options)](SeenRequest const& request) {
    return file_reply(request, bytes, options);
  });
}

void ScriptedOrigin::serve_status(std::string const& path, int status) {
  on(path, [status](SeenRequest const&) {
    Reply reply;
    reply.status = status;
    return reply;
  });
}

void ScriptedOrigin::serve_until(std::string const& path, std::string bytes,
                                 std::size_t pause_after, Latch& latch) {
  Reply reply;
  reply.headers = {{"ETag", "\"v1\""}, {"Accept-Ranges", "bytes"}};
  reply.body = std::move(bytes);
  reply.pause_after = pause_after;
  reply.latch = &latch;
  on(path, [reply](SeenRequest const&) { return reply; });
}

void ScriptedOrigin::act_as_proxy(std::string user, std::string password) {
  std::lock_guard const lock(impl_->mutex_);
  impl_->is_proxy_ = true;
  if (!user.empty()) impl_->proxy_authorization_ = "Basic " + base64(user + ":" + password);
}

std::string ScriptedOrigin::url(std::string const& path) const {
  auto const& options = impl_->options_;
  bool const v6 = options.address.find(':') != std::string::npos;
  return std::string(options.certificate.empty() ? "http://" : "https://") +
         (v6 ? "[" + options.address + "]" : options.address) + ":" + std::to_string(port()) + path;
}

std::uint16_t ScriptedOrigin::port() const {
  return impl_->port_;
}

std::vector<SeenRequest> ScriptedOrigin::requests() const {
  std::lock_guard const lock(impl_->mutex_);
  return impl_->requests_;
}

std::size_t ScriptedOrigin::connections() const {
  std::lock_guard const lock(impl_->mutex_);
  return impl_->connections_;
}

std::uint64_t ScriptedOrigin::bytes_sent() const {
  std::lock_guard const lock(impl_->mutex_);
  return impl_->sent_;
}

bool ScriptedOrigin::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(impl_->mutex_);
  return impl_->changed_.wait_for(lock, kDeadline,
                                  [&] { return impl_->requests_.size() >= count; });
}

bool ScriptedOrigin::wait_for_sent(std::uint64_t bytes) const {
  std::unique_lock lock(impl_->mutex_);
  return impl_->changed_.wait_for(lock, kDeadline, [&] { return impl_->sent_ >= bytes; });
}

void ScriptedOrigin::close_idle() {
  std::lock_guard const lock(impl_->mutex_);
  for (auto* wire : impl_->idle_) wire->shut();
}

}  // namespace freshet::test
