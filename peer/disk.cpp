#include "peer/disk.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstring>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/performance_counters.hpp>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "peer/network.h"
#include "peer/storage.h"

namespace freshet::peer {

namespace lt = libtorrent;

namespace {

constexpr std::size_t kBlock = lt::default_block_size;
constexpr std::size_t kSpareBuffersMax = 256;
constexpr std::uint64_t kReadLane = 1ULL << 63;

lt::storage_error error_of(boost::system::errc::errc_t code, lt::operation_t operation) {
  lt::storage_error error;
  error.ec = lt::error_code(code, boost::system::generic_category());
  error.operation = operation;
  return error;
}

lt::storage_error aborted(lt::operation_t operation) {
  lt::storage_error error;
  error.ec = boost::asio::error::operation_aborted;
  error.operation = operation;
  return error;
}

PieceIndex index_of(lt::piece_index_t piece) {
  return PieceIndex{static_cast<std::uint32_t>(static_cast<int>(piece))};
}

Digest digest_of(lt::sha256_hash const& hash) {
  Digest digest;
  std::memcpy(digest.bytes.data(), hash.data(), digest.bytes.size());
  return digest;
}

using ReadHandler = std::function<void(lt::disk_buffer_holder, lt::storage_error const&)>;
using WriteHandler = std::function<void(lt::storage_error const&)>;
using HashHandler =
    std::function<void(lt::piece_index_t, lt::sha1_hash const&, lt::storage_error const&)>;
using BlockHashHandler =
    std::function<void(lt::piece_index_t, lt::sha256_hash const&, lt::storage_error const&)>;
using CheckHandler = std::function<void(lt::status_t, lt::storage_error const&)>;
using MoveHandler = std::function<void(lt::status_t, std::string const&, lt::storage_error const&)>;
using RenameHandler =
    std::function<void(std::string const&, lt::file_index_t, lt::storage_error const&)>;
using Priorities = lt::aux::vector<lt::download_priority_t, lt::file_index_t>;
using PriorityHandler = std::function<void(lt::storage_error const&, Priorities)>;

class Disk final : public lt::disk_interface, private lt::buffer_allocator_interface {
 public:
  Disk(boost::asio::io_context& context, std::shared_ptr<Network> network)
      : context_(context), network_(std::move(network)) {
    network_->open(context);
  }
  ~Disk() { network_->door()->close(); }

  lt::storage_holder new_torrent(lt::storage_params const& params,
                                 std::shared_ptr<void> const& torrent) override;
  void remove_torrent(lt::storage_index_t storage) override;

  void async_read(lt::storage_index_t storage, lt::peer_request const& request, ReadHandler handler,
                  lt::disk_job_flags_t flags) override;
  bool async_write(lt::storage_index_t storage, lt::peer_request const& request, char const* bytes,
                   std::shared_ptr<lt::disk_observer> observer, WriteHandler handler,
                   lt::disk_job_flags_t flags) override;
  void async_hash(lt::storage_index_t storage, lt::piece_index_t piece,
                  lt::span<lt::sha256_hash> leaves, lt::disk_job_flags_t flags,
                  HashHandler handler) override;
  void async_hash2(lt::storage_index_t storage, lt::piece_index_t piece, int offset,
                   lt::disk_job_flags_t flags, BlockHashHandler handler) override;

  void async_check_files(lt::storage_index_t, lt::add_torrent_params const*,
                         lt::aux::vector<std::string, lt::file_index_t>,
                         CheckHandler handler) override {
    later([handler = std::move(handler)] { handler(lt::status_t::no_error, {}); });
  }
  void async_stop_torrent(lt::storage_index_t storage, std::function<void()> handler) override;
  void async_clear_piece(lt::storage_index_t, lt::piece_index_t piece,
                         std::function<void(lt::piece_index_t)> handler) override {
    // Writes never fail here, so nothing of the piece is on its way when this is asked.
    later([handler = std::move(handler), piece] { handler(piece); });
  }

  // The store owns the files: nothing is moved, renamed or deleted from here.
  void async_move_storage(lt::storage_index_t, std::string path, lt::move_flags_t,
                          MoveHandler handler) override;
  void async_rename_file(lt::storage_index_t, lt::file_index_t index, std::string name,
                         RenameHandler handler) override;
  void async_release_files(lt::storage_index_t, std::function<void()> handler) override {
    if (handler) later(std::move(handler));
  }
  void async_delete_files(lt::storage_index_t, lt::remove_flags_t, WriteHandler handler) override {
    later([handler = std::move(handler)] { handler({}); });
  }
  void async_set_file_priority(lt::storage_index_t, Priorities priorities,
                               PriorityHandler handler) override;

  void update_stats_counters(lt::counters&) const override {}
  std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
  void abort(bool wait) override;
  void submit_jobs() override {}
  void settings_updated() override {}

 private:
  void free_disk_buffer(char* buffer) override;
  [[nodiscard]] std::unique_ptr<char[]> take_buffer();

  // Runs it on this thread, after what is under way; many share one task.
  void later(std::function<void()> task);
  void run_later();

  // A block of one content, perhaps not from the start of a block of the tree.
  struct Read {
    SpoolId spool = SpoolId::none;
    Bytes begin = 0;
    std::size_t size = 0;   // In the content;
    std::size_t zeros = 0;  // and what libtorrent pads it with.
  };
  using ReadDone = std::function<void(std::unique_ptr<char[]> buffer, bool good)>;
  [[nodiscard]] Read read_of(lt::storage_index_t storage, PieceIndex piece, int begin, int size);
  void read_on_pool(Read read, std::unique_ptr<char[]> buffer, ReadDone done);
  void on_read(std::uint64_t id, std::unique_ptr<char[]> buffer, bool good);

  void retry_writes(lt::storage_index_t storage);
  void wake_observers();
  [[nodiscard]] Storage* find(lt::storage_index_t storage);

  boost::asio::io_context& context_;
  std::shared_ptr<Network> network_;
  std::vector<std::unique_ptr<Storage>> storages_;
  std::vector<std::size_t> free_;
  std::vector<std::unique_ptr<char[]>> spare_buffers_;
  std::vector<std::function<void()>> later_;
  std::unordered_map<std::uint64_t, ReadDone> reads_;
  std::uint64_t last_read_ = 0;
  std::vector<std::weak_ptr<lt::disk_observer>> paused_;
};

Storage* Disk::find(lt::storage_index_t storage) {
  auto const index = static_cast<std::uint32_t>(storage);
  return index < storages_.size() ? storages_[index].get() : nullptr;
}

void Disk::later(std::function<void()> task) {
  later_.push_back(std::move(task));
  if (later_.size() == 1) boost::asio::post(context_, [this] { run_later(); });
}

void Disk::run_later() {
  for (auto& task : std::exchange(later_, {})) task();
}

lt::storage_holder Disk::new_torrent(lt::storage_params const& params,
                                     std::shared_ptr<void> const&) {
  auto const root = digest_of(params.files.root(lt::file_index_t{0}));
  auto torrent = network_->find(root);
  // A torrent that left again before libtorrent got here has no content behind it.
  if (!torrent) torrent = std::make_shared<Torrent>(TorrentSpec{}, PieceMap{});
  auto index = storages_.size();
  if (free_.empty()) {
    storages_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  lt::storage_index_t const storage{static_cast<std::uint32_t>(index)};
  auto room = [this, storage, door = network_->door()] {
    door->post([this, storage] { retry_writes(storage); });
  };
  storages_[index] =
      std::make_unique<Storage>(std::move(torrent), network_->spec().gate, std::move(room));
  return {storage, *this};
}

void Disk::remove_torrent(lt::storage_index_t storage) {
  auto const index = static_cast<std::uint32_t>(storage);
  if (auto* const found = find(storage)) found->release_hashes();
  storages_[index].reset();
  free_.push_back(index);
}

std::unique_ptr<char[]> Disk::take_buffer() {
  if (spare_buffers_.empty()) return std::make_unique<char[]>(kBlock);
  auto buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void Disk::free_disk_buffer(char* buffer) {
  std::unique_ptr<char[]> owner(buffer);
  if (spare_buffers_.size() < kSpareBuffersMax) spare_buffers_.push_back(std::move(owner));
}

Disk::Read Disk::read_of(lt::storage_index_t storage, PieceIndex piece, int begin, int size) {
  auto* const found = find(storage);
  if (found == nullptr || begin < 0 || size <= 0 || static_cast<std::size_t>(size) > kBlock) {
    return {};
  }
  auto const asked = static_cast<std::size_t>(size);
  auto const bytes = found->torrent().bytes(piece, static_cast<std::uint32_t>(begin), asked);
  return {found->torrent().spool(), bytes.begin, bytes.size(), asked - bytes.size()};
}

void Disk::async_read(lt::storage_index_t storage, lt::peer_request const& request,
                      ReadHandler handler, lt::disk_job_flags_t) {
  auto const read = read_of(storage, index_of(request.piece), request.start, request.length);
  auto const give = [this, handler = std::move(handler), read](std::unique_ptr<char[]> buffer,
                                                               bool good) {
    if (!good) {
      return handler({}, error_of(boost::system::errc::io_error, lt::operation_t::file_read));
    }
    std::fill_n(buffer.get() + read.size, read.zeros, '\0');
    handler(
        lt::disk_buffer_holder(*this, buffer.release(), static_cast<int>(read.size + read.zeros)),
        {});
  };
  if (read.size == 0) return later([give] { give(nullptr, false); });

  auto buffer = take_buffer();
  std::span<char> const out(buffer.get(), read.size);
  auto const got = network_->spec().reader.read(read.spool, read.begin, std::as_writable_bytes(out),
                                                PieceReader::Patience::cached_only);
  if (got && *got == PieceReader::Got::nothing) {
    return read_on_pool(read, std::move(buffer), give);
  }
  later([give, good = got.has_value(),
         held = std::make_shared<std::unique_ptr<char[]>>(std::move(buffer))] {
    give(std::move(*held), good);
  });
}

void Disk::read_on_pool(Read read, std::unique_ptr<char[]> buffer, ReadDone done) {
  auto const id = ++last_read_;
  reads_.emplace(id, std::move(done));
  // Shared because tasks have to be copyable; the task is its one user.
  auto held = std::make_shared<std::unique_ptr<char[]>>(std::move(buffer));
  network_->in_flight().begin();
  network_->spec().pool.run(
      kReadLane | static_cast<std::uint64_t>(read.spool),
      [this, id, read, held, network = network_.get()] {
        std::span<char> const out(held->get(), read.size);
        auto const got = network->spec().reader.read(
            read.spool, read.begin, std::as_writable_bytes(out), PieceReader::Patience::wait);
        bool const good = got && *got == PieceReader::Got::all;
        network->door()->post([this, id, good, held] { on_read(id, std::move(*held), good); });
        network->in_flight().end();
      });
}

void Disk::on_read(std::uint64_t id, std::unique_ptr<char[]> buffer, bool good) {
  auto const found = reads_.find(id);
  if (found == reads_.end()) return;
  auto const done = std::move(found->second);
  reads_.erase(found);
  done(std::move(buffer), good);
}

bool Disk::async_write(lt::storage_index_t storage, lt::peer_request const& request,
                       char const* bytes, std::shared_ptr<lt::disk_observer> observer,
                       WriteHandler handler, lt::disk_job_flags_t) {
  auto* const found = find(storage);
  auto const done = [this, handler = std::move(handler)] { later([handler] { handler({}); }); };
  if (found == nullptr) {
    done();
    return false;
  }
  // libtorrent passes no bytes with a piece that was added; they are not looked at then.
  std::span<char const> const block(bytes, static_cast<std::size_t>(request.length));
  if (found->write(index_of(request.piece), static_cast<std::uint32_t>(request.start),
                   std::as_bytes(block), done)) {
    done();
    return false;
  }
  if (observer) paused_.push_back(observer);
  return true;
}

void Disk::retry_writes(lt::storage_index_t storage) {
  if (auto* const found = find(storage)) found->retry_writes();
  wake_observers();
}

void Disk::wake_observers() {
  for (auto const& paused : std::exchange(paused_, {})) {
    if (auto const observer = paused.lock()) observer->on_disk();
  }
}

void Disk::async_hash(lt::storage_index_t storage, lt::piece_index_t piece,
                      lt::span<lt::sha256_hash> leaves, lt::disk_job_flags_t, HashHandler handler) {
  auto* const found = find(storage);
  // `leaves` lies in what the handler owns, so there must be one handler only: shared, never
  // copied.
  auto const shared = std::make_shared<HashHandler>(std::move(handler));
  auto const answer = [this, piece, leaves, shared](std::vector<Digest> const* right) {
    bool const good = right != nullptr && right->size() == static_cast<std::size_t>(leaves.size());
    for (std::size_t i = 0; good && i < right->size(); ++i) {
      leaves[static_cast<std::ptrdiff_t>(i)] =
          lt::sha256_hash(reinterpret_cast<char const*>((*right)[i].bytes.data()));
    }
    auto const error = good ? lt::storage_error{} : aborted(lt::operation_t::file_read);
    later([shared, piece, error] { (*shared)(piece, {}, error); });
  };
  if (found == nullptr) return answer(nullptr);
  found->hash(index_of(piece), std::chrono::steady_clock::now(), answer);
}

void Disk::async_hash2(lt::storage_index_t storage, lt::piece_index_t piece, int offset,
                       lt::disk_job_flags_t, BlockHashHandler handler) {
  auto const read = read_of(storage, index_of(piece), offset, static_cast<int>(kBlock));
  auto const give = [piece, size = read.size, handler = std::move(handler)](
                        std::unique_ptr<char[]> buffer, bool good) {
    if (!good) {
      return handler(piece, {},
                     error_of(boost::system::errc::io_error, lt::operation_t::file_read));
    }
    auto const digest = sha256(std::as_bytes(std::span<char const>(buffer.get(), size)));
    handler(piece, lt::sha256_hash(reinterpret_cast<char const*>(digest.bytes.data())), {});
  };
  if (read.size == 0) return later([give] { give(nullptr, false); });
  read_on_pool(read, take_buffer(), give);
}

void Disk::async_stop_torrent(lt::storage_index_t storage, std::function<void()> handler) {
  if (auto* const found = find(storage)) found->release_hashes();
  if (handler) later(std::move(handler));
}

void Disk::async_move_storage(lt::storage_index_t, std::string path, lt::move_flags_t,
                              MoveHandler handler) {
  later([handler = std::move(handler), path = std::move(path)] {
    handler(lt::status_t::fatal_disk_error, path,
            error_of(boost::system::errc::operation_not_supported, lt::operation_t::file_rename));
  });
}

void Disk::async_rename_file(lt::storage_index_t, lt::file_index_t index, std::string name,
                             RenameHandler handler) {
  later([handler = std::move(handler), index, name = std::move(name)] {
    handler(name, index,
            error_of(boost::system::errc::operation_not_supported, lt::operation_t::file_rename));
  });
}

void Disk::async_set_file_priority(lt::storage_index_t, Priorities priorities,
                                   PriorityHandler handler) {
  later([handler = std::move(handler), priorities = std::move(priorities)] {
    handler({}, priorities);
  });
}

void Disk::abort(bool) {
  for (auto const& storage : storages_) {
    if (storage) storage->release_hashes();
  }
  for (auto& [id, done] : std::exchange(reads_, {})) {
    later([done = std::move(done)] { done(nullptr, false); });
  }
}

}  // namespace

std::unique_ptr<lt::disk_interface> make_disk(boost::asio::io_context& context,
                                              std::shared_ptr<Network> network) {
  return std::make_unique<Disk>(context, std::move(network));
}

}  // namespace freshet::peer
