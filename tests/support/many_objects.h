// The database of a node that held very many objects and was killed, a tenth of them contents of
// the store, the others small.
//
// Written by a child process, which is ended by SIGKILL: what RocksDB had not yet made into tables
// is in its logs. Call it before there are other threads.
#pragma once

#include <cstdint>
#include <string>

namespace freshet::test {

// "http://deb.example/debian/pool/main/p/package-7.deb"
[[nodiscard]] std::string many_objects_url(std::uint64_t number);
// False when it could not be written.
[[nodiscard]] bool write_many_objects(std::string const& data_dir, std::uint64_t count);

}  // namespace freshet::test
