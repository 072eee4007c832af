// What /metrics tells of a node (docs/metrics.md).
#pragma once

#include "api/local/metric_text.h"
#include "api/wire/node_documents.h"

namespace freshet::local {

void add_node(MetricList& list, wire::NodeShown const& node);

}  // namespace freshet::local
