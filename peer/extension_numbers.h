// Numbers of messages: of BEP 3 and 6, and of ours in the extension protocol (BEP 10) as we take
// them. libtorrent's own extensions stay below 20.
#pragma once

namespace freshet::peer {

inline constexpr char kChoke = 0;
inline constexpr char kUnchoke = 1;
inline constexpr char kRequest = 6;
inline constexpr char kReject = 16;
inline constexpr char kExtended = 20;

inline constexpr int kProofMessage = 40;
inline constexpr int kClaimsMessage = 41;
inline constexpr int kDigestMessage = 42;
inline constexpr int kCompanyMessage = 43;
inline constexpr int kLayerMessage = 44;

}  // namespace freshet::peer
