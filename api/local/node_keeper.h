// The node as the local API sees it: what the administrator asks of it. Any thread; calls may wait.
#pragma once

#include <string>
#include <vector>

#include "api/wire/node_documents.h"
#include "freshet/error.h"

namespace freshet::local {

class NodeKeeper {
 public:
  virtual ~NodeKeeper() = default;
  [[nodiscard]] virtual wire::NodeShown show() = 0;

  // not_supported where it signs nothing, here and below.
  [[nodiscard]] virtual Result<wire::NodeKeys> keys() = 0;
  // It signs by a new one from now on, and by the one so far beside it.
  [[nodiscard]] virtual Result<wire::NodeKeys> rotate_key() = 0;
  // The one before signs no more. not_found when there is none.
  [[nodiscard]] virtual Result<wire::NodeKeys> retire_key() = 0;

  // Patterns of origins that may be asked: of the settings, and added until the daemon ends.
  [[nodiscard]] virtual std::vector<std::string> allowed() = 0;
  [[nodiscard]] virtual Result<void> allow(std::string const& pattern) = 0;
  [[nodiscard]] virtual Result<void> disallow(std::string const& pattern) = 0;

  // URLs that stay whatever the limits say, over restarts.
  [[nodiscard]] virtual std::vector<std::string> pins() = 0;
  [[nodiscard]] virtual Result<void> pin(std::string const& url) = 0;
  [[nodiscard]] virtual Result<void> unpin(std::string const& url) = 0;

  // Begins to fetch what is not stored and fresh.
  [[nodiscard]] virtual Result<void> warm(std::vector<std::string> const& urls) = 0;
  // How many URLs had something stored.
  [[nodiscard]] virtual Result<std::size_t> purge(std::string const& url) = 0;
  [[nodiscard]] virtual Result<std::size_t> purge_prefix(std::string const& prefix) = 0;
  [[nodiscard]] virtual Result<std::size_t> purge_content(ContentId const& content) = 0;
};

}  // namespace freshet::local
