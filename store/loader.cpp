#include "store/loader.h"

#include <algorithm>

#include "engine/content/merkle.h"
#include "store/buffer_pool.h"
#include "store/piece_table.h"

namespace freshet::store {

namespace {

constexpr Bytes kReadBytes = kBufferBytes;

// The device's number is left out: it may change from one start of the machine to the next.
bool same_file(FileStamp const& a, FileStamp const& b) {
  return a.inode == b.inode && a.size == b.size && a.modified_ns == b.modified_ns &&
         a.changed_ns == b.changed_ns;
}

Result<FileStamp> stamp_of(Disk& disk, std::string const& path) {
  auto stamp = disk.stamp(path);
  if (!stamp && stamp.error().code == Errc::not_found) {
    return fail(Errc::file_changed, path, "it is gone");
  }
  return stamp;
}

// What is noted of an unsealed content's pieces is of the file that they were written to.
Result<void> check_inode(SpoolRecord const& record, DiskFile& file) {
  auto const stamp = file.stamp();
  if (!stamp) return tl::unexpected(stamp.error());
  if (record.stamp.inode == 0 || record.stamp.inode == stamp->inode) return {};
  return fail(Errc::file_changed, file_name_of(record.id), "another file stands where it was");
}

}  // namespace

std::string Loader::path_of(SpoolRecord const& record) const {
  return record.path.empty() ? options_.spool_directory + "/" + file_name_of(record.id)
                             : record.path;
}

Result<void> check_unchanged(Disk& disk, SpoolRecord const& record, std::string const& path) {
  auto const stamp = stamp_of(disk, path);
  if (!stamp) return tl::unexpected(stamp.error());
  // Our own directory may have been restored from a copy; other places belong to others.
  bool const same =
      record.path.empty() ? stamp->size == record.stamp.size : same_file(*stamp, record.stamp);
  if (!same) return fail(Errc::file_changed, path, "it is not the file that was stored");
  return {};
}

Result<FileStamp> Loader::check_stored(SpoolRecord const& record) {
  auto const path = path_of(record);
  auto stamp = stamp_of(disk_, path);
  if (!stamp || same_file(*stamp, record.stamp)) return stamp;
  if (auto const same = check_unchanged(disk_, record, path); !same) {
    return tl::unexpected(same.error());
  }
  if (auto const right = check_bytes(record); !right) {
    // Of another file no piece is ours.
    if (stamp->inode == record.stamp.inode) return tl::unexpected(right.error());
    return fail(Errc::file_changed, path, "another file stands where it was");
  }
  return stamp;
}

Result<void> Loader::check_bytes(SpoolRecord const& record) {
  auto const manifest = load_manifest(database_, record);
  if (!manifest) return tl::unexpected(manifest.error());
  auto const path = path_of(record);
  if (!*manifest) return fail(Errc::store_corrupt, "content record", "no piece layer");
  auto const file = disk_.open(path, Disk::Mode::read);
  if (!file) return tl::unexpected(file.error());
  PieceBook book(*record.length, record.piece_length, options_.partial_blocks_max);
  book.expect(*manifest);
  for (std::uint32_t i = 0; i < book.pieces(); ++i) {
    auto const piece = PieceIndex{i};
    auto const hashed =
        hash_piece(**file, book.bytes(piece), book.piece_length(), book.pieces() == 1);
    if (!hashed) return tl::unexpected(hashed.error());
    if (hashed->root == book.expected(piece)) continue;
    return fail(Errc::piece_mismatch, path, "somebody changed it after it was stored");
  }
  return {};
}

Result<Loaded> Loader::load(SpoolRecord const& record, bool trust_received) {
  Loaded loaded;
  auto manifest = load_manifest(database_, record);
  if (!manifest) return tl::unexpected(manifest.error());
  loaded.manifest = std::move(*manifest);
  loaded.spool = std::make_shared<Spool>(record.id, path_of(record), options_.open_files);
  auto const done =
      record.sealed ? load_sealed(record, loaded) : load_unsealed(record, trust_received, loaded);
  if (!done) return tl::unexpected(done.error());
  return loaded;
}

Result<void> Loader::load_sealed(SpoolRecord const& record, Loaded& loaded) {
  if (auto const same = check_unchanged(disk_, record, path_of(record)); !same) return same;
  if (!loaded.manifest) return fail(Errc::store_corrupt, "content record", "no piece layer");
  loaded.spool->seal();
  auto state = loaded.spool->lock();
  auto& book =
      state.book().emplace(*record.length, record.piece_length, options_.partial_blocks_max);
  book.expect(loaded.manifest);
  book.restore_all();
  return {};
}

Result<void> Loader::load_unsealed(SpoolRecord const& record, bool trust_received, Loaded& loaded) {
  auto const file = loaded.spool->file(disk_);
  if (!file) return tl::unexpected(file.error());
  if (auto const same = check_inode(record, **file); !same) return same;
  // A stream of unknown length cannot be taken up again; the next one starts over.
  if (!record.length) return (*file)->resize(0);
  auto const sized =
      options_.reserve ? (*file)->reserve(*record.length) : (*file)->resize(*record.length);
  if (!sized) return sized;
  {
    auto state = loaded.spool->lock();
    auto& book =
        state.book().emplace(*record.length, record.piece_length, options_.partial_blocks_max);
    if (loaded.manifest) book.expect(loaded.manifest);
    if (auto const read = load_durable(database_, record.id, book); !read) return read;
  }
  if (!trust_received) {
    Batch batch;
    batch.erase_prefix(Table::pieces, received_prefix(record.id));
    return database_.write(batch, Sync::no);
  }
  auto const salvaged = salvage(record, loaded);
  if (!salvaged) return tl::unexpected(salvaged.error());
  loaded.salvaged = *salvaged;
  return {};
}

Result<Bytes> Loader::salvage(SpoolRecord const& record, Loaded& loaded) {
  auto const received = load_received(database_, record.id);
  if (!received) return tl::unexpected(received.error());
  auto const file = loaded.spool->file(disk_);
  if (!file) return tl::unexpected(file.error());
  Bytes salvaged = 0;
  Batch wrong;
  for (auto const& [piece, root] : *received) {
    auto state = loaded.spool->lock();  // Nobody else has this spool yet.
    if (to_number(piece) >= state->pieces()) {
      return fail(Errc::store_corrupt, "received piece", "it does not fit the content");
    }
    if (state->present().has(piece)) continue;
    auto const bytes = state->bytes(piece);
    // Of a sync that failed before the process died only the disk knows: the page cache has the
    // bytes all the same, and counts them as written.
    auto const hashed =
        hash_piece(**file, bytes, state->piece_length(), state->pieces() == 1, After::write_again);
    auto const right = state->expected(piece).value_or(root);
    if (hashed && hashed->root == right) {
      state->restore(piece, hashed->root, false);
      salvaged += bytes.size();
    } else {
      wrong.erase(Table::pieces, received_key(record.id, piece));
    }
  }
  if (wrong.empty()) return salvaged;
  if (auto const written = database_.write(wrong, Sync::no); !written) {
    return tl::unexpected(written.error());
  }
  return salvaged;
}

Result<Loader::Hashed> Loader::hash_piece(DiskFile& file, ByteRange bytes, Bytes piece_length,
                                          bool only_piece, After after) {
  Hashed hashed;
  hashed.leaves.resize((bytes.size() + kBlockBytes - 1) / kBlockBytes);
  std::vector<std::byte> space(std::min(kReadBytes, bytes.size()));
  std::size_t leaf = 0;
  while (!bytes.empty()) {
    auto const part = std::span(space).first(std::min<Bytes>(space.size(), bytes.size()));
    auto const got = file.read_at(part, bytes.begin);
    if (!got) return tl::unexpected(got.error());
    if (*got < part.size()) return fail(Errc::file_changed, {}, "the file is shorter than it was");
    auto const blocks = (part.size() + kBlockBytes - 1) / kBlockBytes;
    hash_blocks(part, std::span(hashed.leaves).subspan(leaf, blocks));
    leaf += blocks;
    if (after == After::write_again) {
      if (auto written = file.write_at(part, bytes.begin); !written) {
        return tl::unexpected(written.error());
      }
    }
    bytes.begin += part.size();
  }
  hashed.root = piece_root(hashed.leaves, piece_length, only_piece);
  return hashed;
}

}  // namespace freshet::store
