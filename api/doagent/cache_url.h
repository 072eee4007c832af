// How a cache host is asked: Connected Cache's convention. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::doagent {

// The URL with this host ("host", "host:port") in place of its own, which goes into the query.
// A port of the cache host wins over that of the URL; credentials stay behind. Nothing when there
// is no such host or URL.
[[nodiscard]] std::optional<std::string> cache_url(std::string_view uri, std::string_view host);

// Of whom it is asked, without port; empty when it is no URL.
[[nodiscard]] std::string host_of(std::string_view uri);

}  // namespace freshet::doagent
