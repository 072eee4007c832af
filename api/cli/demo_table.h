// The live table of the demonstration as lines of text. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/demo/demo.h"

namespace freshet::cli {

// A head and one line a client: bar, percent, rate and bytes by source.
[[nodiscard]] std::vector<std::string> demo_table(std::vector<demo::DemoClient> const& clients);
[[nodiscard]] std::vector<std::string> demo_summary(demo::DemoSummary const& summary,
                                                    demo::DemoSpec const& spec);

}  // namespace freshet::cli
