#include "store/spool_reader.h"

namespace freshet::store {

namespace {

bool present(Spool& spool, ByteRange range) {
  auto state = spool.lock();
  if (!state.book() || range.end > state->length()) return false;
  if (range.empty()) return true;
  auto const absent = state->present().next_absent(piece_at(range.begin, state->piece_length()));
  return !absent || state->bytes(*absent).begin >= range.end;
}

}  // namespace

Result<PieceReader::Got> SpoolReader::read(SpoolId spool, Bytes begin, std::span<std::byte> out,
                                           Patience patience) {
  auto const found = gate_.find(spool);
  if (!found) return fail(Errc::not_found, {}, "the content is not open");
  if (!present(*found, {begin, begin + out.size()})) {
    return fail(Errc::not_found, {}, "a part of it is not there");
  }
  auto const file = found->file(disk_);
  if (!file) return tl::unexpected(file.error());
  if (patience == Patience::cached_only) {
    return (*file)->read_cached(out, begin) ? Got::all : Got::nothing;
  }
  auto const got = (*file)->read_at(out, begin);
  if (!got) return tl::unexpected(got.error());
  if (*got < out.size())
    return fail(Errc::file_changed, found->path(), "it is shorter than it was");
  return Got::all;
}

}  // namespace freshet::store
