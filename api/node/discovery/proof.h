// How a node that was found on the link proves that it holds the key it names: it signs what it was
// asked, and the address at which it was reached, so that nobody can pass on another's proof.
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace freshet::node {

inline constexpr std::size_t kNonceDigits = 32;
inline constexpr std::string_view kProofPath = "/.well-known/freshet/proof";

[[nodiscard]] inline bool is_nonce(std::string_view text) {
  return text.size() == kNonceDigits && std::ranges::all_of(text, [](char each) {
           return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
         });
}

// `at`: "192.0.2.11:8080"
[[nodiscard]] inline std::string proof_text(std::string_view at, std::string_view nonce) {
  return "freshet node\n" + std::string(at) + "\n" + std::string(nonce) + "\n";
}

[[nodiscard]] inline std::string proof_url(std::string const& at, std::string const& nonce) {
  return "http://" + at + std::string(kProofPath) + "?nonce=" + nonce;
}

}  // namespace freshet::node
