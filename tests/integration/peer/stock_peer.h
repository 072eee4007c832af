// An ordinary BitTorrent client: libtorrent as it comes, with files in a folder of its own.
//
// Used on the test's thread.
#pragma once

#include <memory>
#include <string>

namespace freshet::test {

class StockPeer {
 public:
  // `searches`: it asks its link by multicast.
  explicit StockPeer(std::string const& address, bool searches = false);
  ~StockPeer();

  // `torrent` is a torrent file. With `bytes` it has all of them, else it gets them.
  void add(std::string const& torrent, std::string const& name, std::string const* bytes);
  void connect(std::string const& endpoint);
  // From now on it serves something else.
  void corrupt(std::string const& name, std::size_t position);

  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] bool wait_until_complete();
  // It hashes blocks before it has written them.
  [[nodiscard]] bool wait_until_file_is(std::string const& name, std::string const& bytes);
  [[nodiscard]] std::int64_t payload_sent() const;
  [[nodiscard]] std::int64_t payload_received() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace freshet::test
