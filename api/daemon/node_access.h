// The node as the local API asks for it. Any thread; as long as the node.
#pragma once

#include "api/local/node_keeper.h"
#include "api/node/node_control.h"

namespace freshet::daemon {

class NodeAccess final : public local::NodeKeeper {
 public:
  explicit NodeAccess(node::NodeControl& control) : control_(control) {}

  [[nodiscard]] wire::NodeShown show() override;
  [[nodiscard]] std::vector<std::string> allowed() override;
  [[nodiscard]] Result<void> allow(std::string const& pattern) override;
  [[nodiscard]] Result<void> disallow(std::string const& pattern) override;
  [[nodiscard]] std::vector<std::string> pins() override;
  [[nodiscard]] Result<void> pin(std::string const& url) override;
  [[nodiscard]] Result<void> unpin(std::string const& url) override;
  [[nodiscard]] Result<void> warm(std::vector<std::string> const& urls) override;
  [[nodiscard]] Result<std::size_t> purge(std::string const& url) override;
  [[nodiscard]] Result<std::size_t> purge_prefix(std::string const& prefix) override;
  [[nodiscard]] Result<std::size_t> purge_content(ContentId const& content) override;

 private:
  node::NodeControl& control_;
};

}  // namespace freshet::daemon
