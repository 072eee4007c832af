#include "engine/transfer/mixing.h"

namespace freshet {

std::optional<std::string> why_not_mixed(Representation const& ours, OriginHead const& theirs) {
  if (!theirs.length || theirs.length != ours.length) return "it has another length";
  if (!ours.validator.strong_etag()) return "the first source gave no strong ETag";
  if (!theirs.validator.strong_etag()) return "it gave no strong ETag";
  if (ours.validator.etag != theirs.validator.etag) return "its ETag is another";
  return std::nullopt;
}

bool can_resume(Validator const& validator) {
  return validator.strong_etag() || !validator.last_modified.empty();
}

}  // namespace freshet
