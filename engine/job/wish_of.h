// What a file of a job asks of a transfer. Pure.
#pragma once

#include "engine/job/record.h"
#include "engine/transfer/transfers.h"

namespace freshet {

[[nodiscard]] Wish wish_of(JobRecord const& job, FileRecord const& file);

}  // namespace freshet
