// What operations work with. Lives as long as the server.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "api/local/event_feeds.h"
#include "api/local/login_codes.h"
#include "api/local/metrics.h"
#include "api/local/node_keeper.h"
#include "api/local/notice_desk.h"
#include "api/local/reactor.h"
#include "api/local/server_limits.h"
#include "freshet/client.h"

namespace freshet::local {

struct Context {
  Context(Client const& own, Caller daemon, Reactor& server_reactor,
          ServerLimits const& server_limits)
      : client(own),
        owner(daemon),
        reactor(server_reactor),
        limits(server_limits),
        feeds(own, server_limits),
        notices(own, server_reactor, server_limits),
        metrics(own) {}

  Client const& client;  // The daemon's own.
  Caller const owner;    // Its user.
  Reactor& reactor;
  ServerLimits const limits;
  std::string version;
  std::function<std::string()> options;  // In force, as a JSON object; any thread.

  // Where browsers find the page, "127.0.0.1:8080"; empty: nowhere. Before anybody calls.
  std::string page_host;

  LoginCodes codes;
  NodeKeeper* node = nullptr;  // Null: this daemon is no node. Outlives the server.

  EventFeeds feeds;
  NoticeDesk notices;
  Metrics metrics;

  // What was set last; the engine does not tell.
  std::mutex mutex;
  BytesPerSecond download_limit{};
  Conditions conditions;
};

}  // namespace freshet::local
