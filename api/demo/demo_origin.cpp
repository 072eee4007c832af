#include "api/demo/demo_origin.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <thread>

#include "api/demo/range_header.h"
#include "api/demo/uplink.h"

namespace freshet::demo {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr char kTag[] = "\"made\"";

}  // namespace

class DemoOrigin::Server {
 public:
  Server(MadeContent content, BytesPerSecond rate)
      : content_(content), acceptor_(context_), timer_(context_), uplink_(rate) {}
  ~Server();

  [[nodiscard]] Result<void> start();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Bytes sent() const { return sent_; }

 private:
  class Connection;
  friend class Connection;

  void accept();
  void ask(Bytes bytes, std::function<void()> send);
  void wait_for_line();

  MadeContent content_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  Uplink uplink_;  // Holds connections, hence goes before the context.
  std::uint16_t port_ = 0;
  std::atomic<Bytes> sent_ = 0;
  std::thread thread_;
};

// Kept alive by the operation that is under way on it.
class DemoOrigin::Server::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server& server, Tcp::socket socket) : server_(server), socket_(std::move(socket)) {}

  void read() {
    parser_.emplace();
    http::async_read_header(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](boost::system::error_code error, std::size_t) {
          if (!error) self->answer();
        });
  }

 private:
  void answer() {
    auto const& request = parser_->get();
    keep_ = request.keep_alive() && parser_->is_done();  // No body is read.
    head_.clear();
    head_.version(11);
    head_.keep_alive(keep_);
    head_.set(http::field::etag, kTag);
    head_.set(http::field::accept_ranges, "bytes");
    choose_range(request);
    if (request.method() == http::verb::head) range_.begin = range_.end;
    serializer_.emplace(head_);
    http::async_write_header(
        socket_, *serializer_,
        [self = shared_from_this()](boost::system::error_code error, std::size_t) {
          if (!error) self->send_body();
        });
  }

  void choose_range(http::request<http::empty_body> const& request) {
    auto const length = server_.content_.length();
    auto const asked = request[http::field::range];
    auto const condition = request[http::field::if_range];
    range_ = {0, length};
    head_.result(http::status::ok);
    if (!asked.empty() && (condition.empty() || condition == kTag)) {
      auto const range = parse_range_header({asked.data(), asked.size()}, length);
      head_.result(range ? http::status::partial_content : http::status::range_not_satisfiable);
      range_ = range.value_or(ByteRange{});
      head_.set(http::field::content_range, content_range_field(range, length));
    }
    head_.content_length(range_.size());
  }

  void send_body() {
    if (range_.empty()) return keep_ ? read() : close();
    chunk_.resize(std::min<Bytes>(kChunkBytes, range_.size()));
    server_.ask(chunk_.size(), [self = shared_from_this()] { self->send_chunk(); });
  }

  void send_chunk() {
    server_.content_.read(range_.begin, chunk_);
    range_.begin += chunk_.size();
    asio::async_write(socket_, asio::buffer(chunk_),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
                        self->server_.sent_ += n;
                        if (!error) self->send_body();
                      });
  }

  void close() {
    boost::system::error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  }

  Server& server_;
  Tcp::socket socket_;
  boost::beast::flat_buffer buffer_{16 * 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::empty_body> head_;
  std::optional<http::response_serializer<http::empty_body>> serializer_;
  ByteRange range_;
  std::vector<std::byte> chunk_;
  bool keep_ = false;
};

Result<void> DemoOrigin::Server::start() {
  boost::system::error_code error;
  Tcp::endpoint const here(asio::ip::address_v4::loopback(), 0);
  acceptor_.open(here.protocol(), error);
  if (!error) acceptor_.bind(here, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(Errc::port_unavailable, "127.0.0.1", error.message());
  port_ = acceptor_.local_endpoint().port();
  accept();
  thread_ = std::thread([this] { context_.run(); });
  return {};
}

DemoOrigin::Server::~Server() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void DemoOrigin::Server::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
    if (error) return;
    socket.set_option(Tcp::no_delay(true), error);
    std::make_shared<Connection>(*this, std::move(socket))->read();
    accept();
  });
}

void DemoOrigin::Server::ask(Bytes bytes, std::function<void()> send) {
  uplink_.ask(std::chrono::steady_clock::now(), bytes, std::move(send));
  wait_for_line();
}

void DemoOrigin::Server::wait_for_line() {
  auto const when = uplink_.advance(std::chrono::steady_clock::now());
  if (!when) return;
  timer_.expires_at(*when);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) wait_for_line();
  });
}

Result<std::unique_ptr<DemoOrigin>> DemoOrigin::open(MadeContent content, BytesPerSecond rate) {
  auto server = std::make_unique<Server>(content, rate);
  if (auto started = server->start(); !started) return tl::unexpected(started.error());
  return std::make_unique<DemoOrigin>(std::move(server));
}

DemoOrigin::DemoOrigin(std::unique_ptr<Server> server) : server_(std::move(server)) {}
DemoOrigin::~DemoOrigin() = default;

std::string DemoOrigin::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port()) + "/made.img";
}

Bytes DemoOrigin::bytes_sent() const {
  return server_->sent();
}

}  // namespace freshet::demo
