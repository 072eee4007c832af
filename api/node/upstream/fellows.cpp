#include "api/node/upstream/fellows.h"

#include <utility>

#include "api/node/upstream/small_document.h"
#include "engine/content/torrent_file.h"

namespace freshet::node {

namespace {

constexpr Duration kConnectTimeout = std::chrono::milliseconds{500};
constexpr Duration kStallTimeout = std::chrono::seconds{2};
constexpr Duration kLeftOut = std::chrono::seconds{30};
constexpr std::size_t kTorrentMax = 16 << 20;  // Half a million pieces.

std::string root_of(std::string const& host) {
  return "http://" + host + "/.well-known/freshet/url.torrent";
}

}  // namespace

std::string fellow_url(std::string const& host, Url const& url) {
  auto const query = url.query ? *url.query + "&" : std::string();
  return "http://" + host + url.path + "?" + query + "cacheHostOrigin=" + url.scheme + "://" +
         url.authority();
}

struct Fellows::Question {
  Answered done;
  std::size_t open = 0;
};

Fellows::Fellows(Ports ports, std::vector<std::string> hosts)
    : ports_(std::move(ports)), hosts_(std::move(hosts)) {}

void Fellows::leave_out(std::string const& host) {
  left_out_until_[host] = ports_.clock.now() + kLeftOut;
}

void Fellows::stop() {
  stopped_ = true;
}

void Fellows::who_has(std::string const& url, Answered done) {
  auto const question = std::make_shared<Question>();
  question->done = std::move(done);
  std::vector<std::string> asked;
  for (auto const& host : hosts_) {
    auto const left_out = left_out_until_.find(host);
    if (left_out != left_out_until_.end() && left_out->second > ports_.clock.now()) continue;
    asked.push_back(host);
  }
  question->open = asked.size();
  if (asked.empty()) return question->done(std::nullopt);
  for (auto const& host : asked) {
    Document document{host, "?url=" + percent_encoded(url), {}};
    auto where = root_of(host) + document.url;
    fetch(std::move(where), kTorrentMax,
          [question, document](Fellows& self, Result<std::string> torrent) {
            self.on_torrent(question, document, std::move(torrent));
          });
  }
}

void Fellows::fetch(std::string url, std::size_t bytes_max,
                    std::function<void(Fellows&, Result<std::string>)> then) {
  UpstreamRequest request;
  request.url = std::move(url);
  request.private_addresses = true;
  request.connect_timeout = kConnectTimeout;
  request.stall_timeout = kStallTimeout;
  auto done = [weak = weak_from_this(), &desk = ports_.desk,
               then = std::move(then)](Result<std::string> document) {
    desk.post([weak, then, document = std::move(document)]() mutable {
      auto const self = weak.lock();
      if (self && !self->stopped_) then(*self, std::move(document));
    });
  };
  ports_.upstream.start(std::move(request),
                        std::make_shared<SmallDocument>(bytes_max, std::move(done)));
}

void Fellows::no(QuestionPtr const& question, std::string const& host, Error const& why) {
  if (why.code != Errc::http_not_found) leave_out(host);
  if (--question->open == 0 && question->done) std::exchange(question->done, {})(std::nullopt);
}

void Fellows::on_torrent(QuestionPtr const& question, Document document,
                         Result<std::string> torrent) {
  if (!question->done || !torrent) {
    return no(question, document.host,
              torrent ? Error{Errc::http_not_found, {}, {}} : torrent.error());
  }
  document.torrent = std::move(*torrent);
  auto where = root_of(document.host) + ".minisig" + document.url;
  fetch(std::move(where), kSignatureBytesMax,
        [question, document = std::move(document)](Fellows& self, Result<std::string> signature) {
          self.on_signature(question, document, signature);
        });
}

void Fellows::on_signature(QuestionPtr const& question, Document const& document,
                           Result<std::string> const& signature) {
  if (!signature) return no(question, document.host, signature.error());
  auto const vouched =
      vouch({document.torrent, std::string_view(*signature), Trust::computed}, ports_.signers());
  if (!vouched) return no(question, document.host, vouched.error());
  auto const torrent = read_torrent(document.torrent);
  if (!torrent) return no(question, document.host, torrent.error());
  --question->open;
  if (!question->done) return;
  std::exchange(question->done, {})(Fellow{document.host, torrent->manifest});
}

}  // namespace freshet::node
