#include "peer/refusal.h"

#include <boost/asio/error.hpp>
#include <libtorrent/error_code.hpp>

namespace freshet::peer {

namespace lt = libtorrent;

std::optional<Error> refusal_of(boost::system::error_code const& error, EndedEarly how) {
  bool const silent = error == boost::asio::error::timed_out || error == lt::errors::timed_out;
  if (!how.connected) {
    if (silent) return Error{Errc::timed_out, {}, "no answer; a firewall is suspected"};
    if (error.category() != lt::system_category()) return std::nullopt;
    return Error{Errc::connect_failed, {}, error.message()};
  }
  bool const hung_up = error == boost::asio::error::eof ||
                       error == boost::asio::error::connection_reset ||
                       error == boost::asio::error::broken_pipe;
  if (!hung_up) return std::nullopt;
  if (!how.in_group) {
    return Error{Errc::connection_lost,
                 {},
                 "it hung up when it heard the content's name: it does not share it, or only with "
                 "a group, or refuses us"};
  }
  return Error{Errc::group_mismatch,
               {},
               "it hung up when it heard our group's name of the content: it is of another group, "
               "or does not share it"};
}

Error ending_of(boost::system::error_code const& error) {
  bool const silent = error == boost::asio::error::timed_out;
  return {silent ? Errc::timed_out : Errc::connection_lost, {}, error.message()};
}

}  // namespace freshet::peer
