#include "api/client/node_watch.h"

#include <algorithm>
#include <utility>

#include "api/node/discovery/finder.h"
#include "api/node/discovery/proof.h"
#include "engine/base/assert.h"
#include "engine/content/minisign.h"

namespace freshet {

namespace {

constexpr Duration kWait = std::chrono::milliseconds{300};  // For answers; an end waits for it.
constexpr Duration kLookEvery = std::chrono::minutes{2};
constexpr std::size_t kAskedMax = 16;  // Whoever is on the link can say that he is a node.

std::string new_nonce(Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  while (text.size() < node::kNonceDigits) {
    for (auto number = random.next(), left = std::uint64_t{16}; left > 0; --left, number >>= 4) {
      text += kDigits[number & 15];
    }
  }
  return text;
}

// Addresses of those that name one of the keys, or any: the proof decides.
std::vector<std::string> search() {
  std::vector<std::string> hosts;
  auto const nodes = node::find_nodes(kWait);
  if (!nodes) return hosts;
  for (auto const& each : *nodes) {
    if (each.key_id.empty() || hosts.size() == kAskedMax) continue;
    hosts.push_back(to_string(each.address) + ":" + std::to_string(each.port));
  }
  return hosts;
}

}  // namespace

struct NodeWatch::Round {
  std::size_t open = 0;
  std::vector<std::string> right;
};

NodeWatch::NodeWatch(Ports ports, TrustedKeys keys) : ports_(std::move(ports)) {
  signers_.keys = std::move(keys);
  signers_.required = true;
}

NodeWatch::~NodeWatch() {
  FRESHET_ASSERT(stopped_);
}

void NodeWatch::start() {
  look();
}

void NodeWatch::stop() {
  stopped_ = true;
  ports_.loop.cancel(timer_);
  pool_.stop();
}

void NodeWatch::look() {
  timer_ = ports_.loop.at(ports_.clock.now() + kLookEvery, [this] { look(); });
  pool_.run(0, [weak = weak_from_this(), &loop = ports_.loop] {
    loop.post([weak, found = search()] {
      if (auto const self = weak.lock(); self && !self->stopped_) self->ask_for_proofs(found);
    });
  });
}

void NodeWatch::ask_for_proofs(std::vector<std::string> const& found) {
  auto const round = std::make_shared<Round>();
  round->open = found.size();
  if (found.empty()) return end(*round);
  for (auto const& host : found) {
    auto const nonce = new_nonce(ports_.random);
    OriginSpec origin;
    origin.url = node::proof_url(host, nonce);
    origin.proxy = "-";
    ports_.origin.get_document(
        std::move(origin), kSignatureBytesMax,
        [weak = weak_from_this(), round, host,
         text = node::proof_text(host, nonce)](Result<Document> const& signature) {
          auto const self = weak.lock();
          if (self && !self->stopped_) self->hear_proof(round, host, text, signature);
        });
  }
}

void NodeWatch::hear_proof(std::shared_ptr<Round> const& round, std::string const& host,
                           std::string const& text, Result<Document> const& signature) {
  auto const vouched =
      signature ? vouch({text, std::string_view(signature->bytes), Trust::computed}, signers_)
                : Result<Vouched>(tl::unexpected(signature.error()));
  if (vouched) {
    round->right.push_back(host);
  } else {
    ports_.log.write(LogLevel::debug, "node not used",
                     {{"host", host}, {"why", describe(vouched.error())}});
  }
  if (--round->open == 0) end(*round);
}

// One that was known keeps its place, so that running transfers keep their cache host.
void NodeWatch::end(Round& round) {
  auto const gone = [&](std::string const& host) {
    return std::ranges::find(round.right, host) == round.right.end();
  };
  auto now = hosts_;
  std::erase_if(now, gone);
  for (auto& host : round.right) {
    if (std::ranges::find(now, host) != now.end()) continue;
    ports_.log.write(LogLevel::info, "node found", {{"host", host}});
    auto const place = below(ports_.random, now.size() + 1);
    now.insert(now.begin() + static_cast<std::ptrdiff_t>(place), std::move(host));
  }
  if (now == hosts_) return;
  hosts_ = std::move(now);
  ports_.changed();
}

}  // namespace freshet
