// The members of what is said of nodes (shapes.h). Pure. For wire_write.cpp and wire_read.cpp.
#pragma once

#include "api/wire/node_documents.h"
#include "api/wire/shapes.h"

namespace freshet::wire {

template <>
struct Shape<NodeShown> {
  static constexpr std::tuple members{may("ports", &NodeShown::ports),
                                      may("key", &NodeShown::key),
                                      may("connections", &NodeShown::connections),
                                      may("objects", &NodeShown::objects),
                                      may("bytes", &NodeShown::bytes),
                                      may("bytes_max", &NodeShown::bytes_max),
                                      may("fetches", &NodeShown::fetches),
                                      may("requests", &NodeShown::requests),
                                      may("hits", &NodeShown::hits),
                                      may("joined", &NodeShown::joined),
                                      may("misses", &NodeShown::misses),
                                      may("validated", &NodeShown::validated),
                                      may("passed", &NodeShown::passed),
                                      may("refused", &NodeShown::refused),
                                      may("stale", &NodeShown::stale),
                                      may("sent_bytes", &NodeShown::sent_bytes),
                                      may("hit_bytes", &NodeShown::hit_bytes),
                                      may("upstream_bytes", &NodeShown::upstream_bytes),
                                      may("upstream_requests", &NodeShown::upstream_requests),
                                      may("upstream_failures", &NodeShown::upstream_failures),
                                      may("fellow_bytes", &NodeShown::fellow_bytes)};
};

template <>
struct Shape<NodeKeys> {
  static constexpr std::tuple members{must("key", &NodeKeys::key),
                                      must("old_key", &NodeKeys::old_key)};
};

template <>
struct Shape<PatternRequest> {
  static constexpr std::tuple members{must("pattern", &PatternRequest::pattern)};
};

template <>
struct Shape<AllowedOrigins> {
  static constexpr std::tuple members{must("patterns", &AllowedOrigins::patterns)};
};

template <>
struct Shape<UrlRequest> {
  static constexpr std::tuple members{must("url", &UrlRequest::url)};
};

template <>
struct Shape<Pins> {
  static constexpr std::tuple members{must("urls", &Pins::urls)};
};

template <>
struct Shape<PurgeRequest> {
  static constexpr std::tuple members{may("url", &PurgeRequest::url),
                                      may("prefix", &PurgeRequest::prefix),
                                      may("content", &PurgeRequest::content)};
};

template <>
struct Shape<PurgedUrls> {
  static constexpr std::tuple members{must("urls", &PurgedUrls::urls)};
};

}  // namespace freshet::wire
