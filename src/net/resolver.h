// SPDX-License-Identifier: MIT
// From a name to its addresses: the hosts file, then A and AAAA asked side by side.
#pragma once

#include "model/stall_clock.h"
#include "net/look_up.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace lyncprobe::net {

class DnsChannel;

// Resolver asks every name once. A look-up cannot be cancelled: its answer may come too late.
class Resolver {
  public:
    struct Settings {
        std::vector<std::string> servers; // empty = the system's, after its hosts file
        int family = 0;                   // 0 any, 4, 6
        Milliseconds grace{500};          // how long AAAA may come after A, or A after AAAA
        StallClock* stalls = nullptr;     // null counts none; else it outlives the resolver
    };
    using Done = std::function<void(LookUp)>;

    static Result<std::unique_ptr<Resolver>> make(boost::asio::io_context&, const Settings&);
    ~Resolver(); // outside of its own callbacks only
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // `done` is called once, possibly before this returns, and never after the resolver is gone.
    void look_up(const std::string& name, Done done);

  private:
    struct Pending;

    Resolver(boost::asio::io_context&, const Settings&);
    bool look_in_hosts_file(const std::string& name, const Done& done);
    void ask(const std::shared_ptr<Pending>&, bool v6);
    void answered(const std::shared_ptr<Pending>&, bool v6, FamilyAnswer);
    void start_grace(const std::shared_ptr<Pending>&);
    static void wait_for_grace(const std::shared_ptr<Pending>&);
    static void finish(const std::shared_ptr<Pending>&);

    boost::asio::io_context& io_;
    Settings settings_;
    std::shared_ptr<DnsChannel> hosts_;
    std::shared_ptr<DnsChannel> dns_;
    std::shared_ptr<DnsChannel> reasons_; // asks once more, to learn why no server gave an answer
};

} // namespace lyncprobe::net
