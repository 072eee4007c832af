// What the administrator of a node can ask of it and do with it while it runs.
//
// Any thread but the node's own; calls wait for the node's loop. Lives as long as the node.
#pragma once

#include "api/local/node_keeper.h"
#include "api/node/site/site_key.h"

namespace freshet::node {

class Node;

class NodeControl final : public local::NodeKeeper {
 public:
  explicit NodeControl(Node& node) : node_(node) {}

  [[nodiscard]] wire::NodeShown show() override;
  [[nodiscard]] Result<wire::NodeKeys> keys() override;
  [[nodiscard]] Result<wire::NodeKeys> rotate_key() override;
  [[nodiscard]] Result<wire::NodeKeys> retire_key() override;

  // invalid_argument for what is no URL or pattern, here and below.
  [[nodiscard]] Result<void> pin(std::string const& url) override;
  [[nodiscard]] Result<void> unpin(std::string const& url) override;
  [[nodiscard]] std::vector<std::string> pins() override;
  [[nodiscard]] Result<void> warm(std::vector<std::string> const& urls) override;
  [[nodiscard]] Result<std::size_t> purge(std::string const& url) override;
  [[nodiscard]] Result<std::size_t> purge_prefix(std::string const& prefix) override;
  [[nodiscard]] Result<std::size_t> purge_content(ContentId const& content) override;

  [[nodiscard]] std::vector<std::string> allowed() override;
  [[nodiscard]] Result<void> allow(std::string const& pattern) override;
  [[nodiscard]] Result<void> disallow(std::string const& pattern) override;

 private:
  [[nodiscard]] Result<wire::NodeKeys> change_keys(Result<SiteKeys> (*change)(std::string const&));

  Node& node_;
};

}  // namespace freshet::node
