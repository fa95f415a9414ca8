// SPDX-License-Identifier: MIT
// An anonymous search for the values of one directory entry (RFC 4511), as a certificate asks for
// it with an LDAP URL (RFC 4516). Bytes in, bytes out; what a server may send is bounded where it
// comes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

// LdapQuery is what an LDAP URL says besides the host.
struct LdapQuery {
    std::string base;                           // distinguished name of the entry
    std::vector<std::string> attributes;        // none = all of them
    std::string filter_attribute, filter_value; // the latter empty = the attribute is there
};

// `url`: "ldap://host/DN?attributes?scope?filter", with or without a host. Nothing where more than
// one entry is asked for, or the filter is another than "attribute=value".
std::optional<LdapQuery> read_ldap_url(std::string_view url);

// LdapSearch is one connection: bind without a name, search, unbind.
class LdapSearch {
  public:
    enum class End : std::uint8_t {
        open,      // the server has not said all
        values,    // there are some
        refused,   // by a result code, or there is nothing
        malformed, // what came is no LDAP
        too_large  // more than the limit, or a message that announces more
    };

    // `limit`: bytes of all values.
    LdapSearch(LdapQuery, std::size_t limit);

    std::string begin() const; // to be sent first
    // From the server; gives what is to be sent then.
    std::string receive(std::string_view bytes);

    End end() const { return end_; }
    std::string detail() const; // of `refused`: one clause
    std::vector<std::string> take_values() { return std::move(values_); }

  private:
    std::string take_message(std::string_view message);
    void take_entry(std::string_view entry);
    void take_result(std::string_view result);
    std::string finish(End);

    LdapQuery query_;
    std::size_t limit_;
    std::size_t received_ = 0; // bytes of all messages, with those that are only announced
    std::string buffer_;       // the beginning of a message
    std::vector<std::string> values_;
    std::size_t value_bytes_ = 0;
    std::uint32_t result_ = 0; // RFC 4511 4.1.9
    bool bound_ = false;
    End end_ = End::open;
};

} // namespace lyncprobe::codec
