// SPDX-License-Identifier: MIT
// The matrix of who can connect to whom.
#include "report/trust.h"
#include "sample.h"

#include <sstream>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

// Small is two Front End pools and an Edge pool of two.
MutualTrust small() {
    MutualTrust trust;
    trust.servers = {
        {"fe01.contoso.local", "pool01.contoso.local", Role::front_end},
        {"fe02.contoso.local", "pool01.contoso.local", Role::front_end},
        {"fe11.contoso.local", "pool02.contoso.local", Role::front_end},
        {"edge01.contoso.local", "edge.contoso.local", Role::edge},
        {"edge02.contoso.local", "edge.contoso.local", Role::edge}};
    return trust;
}

TrustLink link(
    std::vector<std::size_t> from, std::vector<std::size_t> to, LinkVerdict verdict,
    LinkReason reason, bool same_pool = false
) {
    TrustLink out;
    out.service = "registrar";
    out.same_pool = same_pool;
    out.verdict = verdict;
    out.reason = reason;
    out.from = std::move(from);
    out.endpoints = to;
    out.to = std::move(to);
    return out;
}

std::string written(const MutualTrust& trust, std::size_t width = 100) {
    std::ostringstream out;
    report::Page page(out, width, false);
    report::write_trust(page, trust);
    return out.str();
}

} // namespace

TEST_CASE("trust matrix: nothing without links, one sentence where all work") {
    auto trust = small();
    CHECK(written(trust).empty());
    trust.links = {link({0, 1, 2}, {0, 1, 2, 3, 4}, LinkVerdict::works, LinkReason::accepted)};
    CHECK(
        written(trust) == "Mutual trust between servers\n"
                          "  each of 5 servers accepts the certificates of those that connect to "
                          "it\n"
    );
    trust.links = {link({0, 1, 2}, {3, 4}, LinkVerdict::cannot_tell, LinkReason::no_list)};
    CHECK(
        written(trust) ==
        "Mutual trust between servers\n"
        "  cannot be told on 2 ports: no list of issuers is sent, which is normal "
        "from Windows Server 2012 on\n"
    );
}

TEST_CASE("trust matrix: pools, and a server that differs from its pool") {
    auto trust = small();
    trust.links = {
        link({0, 1, 2}, {0, 1, 2}, LinkVerdict::works, LinkReason::accepted),
        link({0, 1, 2}, {3}, LinkVerdict::works, LinkReason::accepted),
        link({0, 1, 2}, {4}, LinkVerdict::cannot_work, LinkReason::issuer_not_listed),
        link({3, 4}, {0, 1, 2}, LinkVerdict::cannot_tell, LinkReason::not_reached),
        link({0, 1, 2}, {2}, LinkVerdict::cannot_tell, LinkReason::no_list, true)};
    CHECK(
        written(trust) ==
        "Mutual trust between servers\n"
        "       connects to           1   2   3   4\n"
        "  1    pool01.contoso.local  +   +   +   X\n"
        "  2    pool02.contoso.local  +   +?  +   X\n"
        "  3    edge01.contoso.local  ?   ?   .   .\n"
        "  4    edge02.contoso.local  ?   ?   .   .\n"
        "  + can connect, X cannot on some port (see mutual-trust), ? cannot be told, +? cannot be "
        "told on\n"
        "  some port, . does not connect\n"
        "  cannot be told on 1 port: no list of issuers is sent, which is normal from Windows "
        "Server "
        "2012 on\n"
        "  cannot be told on 3 ports: the handshake did not come to that point\n"
    );
}

TEST_CASE("trust matrix: where there is no room, those with a broken link come first") {
    MutualTrust trust;
    for (std::size_t i = 0; i < 300; ++i) {
        const auto number = std::to_string(i);
        trust.servers.push_back({"fe" + number, "pool" + number, Role::front_end});
        trust.links.push_back(link({i}, {i}, LinkVerdict::works, LinkReason::accepted));
    }
    trust.links.push_back(link({7}, {250}, LinkVerdict::cannot_work, LinkReason::list_cut));
    const auto text = written(trust, 80);
    CHECK(text.find("pool250 ") != std::string::npos);
    CHECK(text.find("and 28") != std::string::npos);
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
        CHECK(text.find('\n', begin) - begin <= 80);
    CHECK(std::count(text.begin(), text.end(), '\n') < 30);
    CHECK_FALSE(written(trust, 20).empty());
}

TEST_CASE("trust matrix: names of servers are escaped") {
    MutualTrust trust;
    trust.servers = {{"fe\x1b[31m", "pool\x1b[31m", Role::front_end}};
    trust.links = {link({0}, {0}, LinkVerdict::cannot_work, LinkReason::issuer_not_listed)};
    CHECK(written(trust).find('\x1b') == std::string::npos);
}
