// What a start does before anything else: reads what the database says of contents and makes the
// disk agree with it.
//
// Runs on the thread that opens the store.
#pragma once

#include <string>
#include <vector>

#include "engine/job/record.h"
#include "engine/ports/log.h"
#include "store/disk.h"
#include "store/key_value.h"
#include "store/spool_record.h"

namespace freshet::store {

struct Recovered {
  std::vector<SpoolRecord> records;
  std::vector<JobRecord> jobs;
  std::vector<FileRecord> files;  // They say which contents must stay.
  std::uint64_t next_id = 1;
};

// Reads everything first, so that a database that is refused stays as it is. Then settles
// placements that a crash cut short and removes files that no record knows.
[[nodiscard]] Result<Recovered> recover(Disk& disk, KeyValue& database, std::string const& data_dir,
                                        Log& log);

}  // namespace freshet::store
