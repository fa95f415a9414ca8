// SPDX-License-Identifier: MIT
// Answers of name servers, honest ones and lies.
#include "codec/dns.h"

#include "model/limits.h"

#include <chrono>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::string_literals;

namespace {

std::string u16(std::size_t n) {
    return {static_cast<char>(n >> 8 & 255), static_cast<char>(n & 255)};
}
std::string u32(std::size_t n) { return u16(n >> 16) + u16(n & 0xffff); }

std::string name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto label = text.substr(0, text.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        text.remove_prefix(std::min(text.size(), label.size() + 1));
    }
    return out + '\0';
}

const std::string kOwner = "\xc0\x0c"s; // the name in the question

std::string record(const std::string& owner, std::size_t type, std::size_t ttl, std::string data) {
    return owner + u16(type) + u16(1) + u32(ttl) + u16(data.size()) + data;
}
std::string srv(
    const std::string& owner, std::size_t priority, std::size_t weight, std::size_t port,
    const std::string& host
) {
    return record(owner, 33, 300, u16(priority) + u16(weight) + u16(port) + host);
}

constexpr std::size_t kGood = 0x8180, kNoName = 0x8183;
const DnsQuestion kSrv{"_sip._tls.contoso.com", RecordType::srv};
const DnsQuestion kA{"sip.contoso.com", RecordType::a};

std::string message(
    const DnsQuestion& question, const std::vector<std::string>& records, std::size_t flags = kGood,
    std::optional<std::size_t> count = {}
) {
    const std::size_t type = question.type == RecordType::srv ? 33
                             : question.type == RecordType::a ? 1
                                                              : 28;
    auto out = u16(7) + u16(flags) + u16(1) + u16(count.value_or(records.size())) + u16(0) +
               u16(0) + name(question.name) + u16(type) + u16(1);
    for (const auto& one : records)
        out += one;
    return out;
}

DnsAnswer read(const DnsQuestion& question, const std::vector<std::string>& records) {
    return codec::read_dns_answer(question, message(question, records));
}

std::string status(const DnsAnswer& answer) { return std::string(to_text(answer.status)); }

} // namespace

TEST_CASE("dns: SRV targets by priority, in lower case, with the shortest time to live") {
    const auto answer = read(
        kSrv, {srv(kOwner, 20, 0, 443, name("B.contoso.com")),
               srv(kOwner, 10, 5, 5061, name("SIP.Contoso.com"))}
    );
    CHECK(status(answer) == "found");
    CHECK(
        answer.targets ==
        std::vector<SrvTarget>{{"sip.contoso.com", 5061, 10, 5}, {"b.contoso.com", 443, 20, 0}}
    );
    CHECK(answer.ttl == 300);
    CHECK(answer.recursion);
    CHECK(read(kSrv, {srv(kOwner, 0, 0, 0, name(""))}).targets.front().host == ".");
    // A target may be compressed, although RFC 2782 asks not to.
    CHECK(
        read(kSrv, {srv(kOwner, 0, 0, 443, "\3sip\xc0\x16"s)}).targets.front().host ==
        "sip.contoso.com"
    );
}

TEST_CASE("dns: odd bytes of a name are told apart and harmless") {
    const auto odd = "\x05"s + "a.\0<\x1b"s + name("contoso.com");
    CHECK(
        read(kSrv, {srv(kOwner, 0, 0, 443, odd)}).targets.front().host ==
        "a\\046\\000\\060\\027.contoso.com"
    );
}

TEST_CASE("dns: equal SRV records are one, and counted") {
    std::vector<std::string> records(2900, srv(kOwner, 0, 0, 5061, name("sip.contoso.com")));
    records.push_back(srv(kOwner, 0, 0, 5061, name("sip2.contoso.com")));
    const auto answer = read(kSrv, records);
    REQUIRE(answer.targets.size() == 2);
    CHECK(answer.targets[0].times == 2900);
    CHECK(answer.targets[1].times == 1);
    CHECK(answer.targets_skipped == 0);
}

TEST_CASE("dns: addresses of both families, sorted, nothing twice, other records left aside") {
    const auto v4 = [](char last) { return record(kOwner, 1, 60, "\xc0\0\2"s + last); };
    const auto answer = read(
        kA, {v4(9), v4(1), v4(9), record(kOwner, 16, 5, "\4text"s),
             record(name("other.example"), 1, 5, "\1\2\3\4"s)}
    );
    REQUIRE(answer.addresses.size() == 2);
    CHECK(to_text(answer.addresses.front()) == "192.0.2.1");
    CHECK(answer.ttl == 60);
    const DnsQuestion aaaa{"sip.contoso.com", RecordType::aaaa};
    const auto six =
        read(aaaa, {record(kOwner, 28, 1, "\x20\1\r\xb8"s + std::string(11, 0) + '\1')});
    REQUIRE(six.addresses.size() == 1);
    CHECK(to_text(six.addresses.front()) == "2001:db8::1");
}

TEST_CASE("dns: aliases are followed in whatever order they stand, and lead to the records") {
    const auto answer = read(
        kSrv, {srv(name("b.example"), 0, 0, 443, name("sip.contoso.com")),
               record(name("a.example"), 5, 10, name("b.example")),
               record(kOwner, 5, 20, name("A.example"))}
    );
    CHECK(status(answer) == "found");
    CHECK(answer.aliases == std::vector<std::string>{"a.example", "b.example"});
    CHECK(answer.targets.size() == 1);
    CHECK(answer.ttl == 10);
    const auto nothing = read(kA, {record(kOwner, 5, 20, name("a.example"))});
    CHECK(status(nothing) == "no_such_record");
    CHECK(nothing.aliases.size() == 1);
    const auto gone = codec::read_dns_answer(
        kA, message(kA, {record(kOwner, 5, 20, name("a.example"))}, kNoName)
    );
    CHECK(status(gone) == "no_such_name");
    CHECK(gone.aliases.size() == 1);
}

TEST_CASE("dns: alias loops and endless chains end") {
    const auto itself = read(kA, {record(kOwner, 5, 1, kOwner)});
    CHECK(status(itself) == "alias_loop");
    const auto loop = read(
        kA, {record(kOwner, 5, 1, name("a.example")),
             record(name("a.example"), 5, 1, name("b.example")),
             record(name("b.example"), 5, 1, name("a.example"))}
    );
    CHECK(status(loop) == "alias_loop");
    std::vector<std::string> chain{record(kOwner, 5, 1, name("n0.example"))};
    for (int i = 0; i < 60; ++i)
        chain.push_back(record(
            name("n" + std::to_string(i) + ".example"), 5, 1,
            name("n" + std::to_string(i + 1) + ".example")
        ));
    const auto sixty = read(kA, chain);
    CHECK(status(sixty) == "alias_loop");
    CHECK(sixty.aliases.size() == limits::kAliases);
    chain.resize(limits::kAliases);
    chain.push_back(
        record(name("n" + std::to_string(limits::kAliases - 1) + ".example"), 1, 1, "\1\1\1\1"s)
    );
    CHECK(status(read(kA, chain)) == "found");
}

TEST_CASE("dns: what is beyond the limits is counted") {
    std::vector<std::string> records;
    for (std::size_t i = 0; i < 500; ++i)
        records.push_back(srv(kOwner, i, 0, 443, name("sip.contoso.com")));
    const auto many = read(kSrv, records);
    CHECK(many.targets.size() == limits::kSrvTargets);
    CHECK(many.targets_skipped == 500 - limits::kSrvTargets);
    CHECK(many.targets.front().priority == 0);
    records.clear();
    for (int i = 0; i < 200; ++i)
        records.push_back(record(kOwner, 1, 1, "\1\1\1"s + static_cast<char>(i)));
    const auto addresses = read(kA, records);
    CHECK(addresses.addresses.size() == limits::kAddressesOfName);
    CHECK(addresses.addresses_skipped == 200 - limits::kAddressesOfName);
}

TEST_CASE("dns: every response code in words") {
    const auto code = [](std::size_t rcode) {
        return codec::read_dns_answer(kA, message(kA, {}, 0x8000 | rcode));
    };
    CHECK(status(code(0)) == "no_such_record");
    CHECK_FALSE(code(0).recursion);
    CHECK(status(code(1)) == "server_failure");
    CHECK(status(code(2)) == "server_failure");
    CHECK(code(2).detail.find("SERVFAIL") != std::string::npos);
    CHECK(status(code(3)) == "no_such_name");
    CHECK(status(code(4)) == "server_failure");
    CHECK(status(code(5)) == "refused");
    CHECK(status(code(9)) == "server_failure");
}

TEST_CASE("dns: lies and fragments are malformed, at once") {
    const auto good = message(kSrv, {srv(kOwner, 0, 0, 443, name("sip.contoso.com"))});
    CHECK(status(codec::read_dns_answer(kSrv, good)) == "found");
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK(status(codec::read_dns_answer(kSrv, good.substr(0, size))) == "malformed");
    }
    const auto malformed = [](const DnsQuestion& question, const std::string& bytes) {
        return status(codec::read_dns_answer(question, bytes)) == "malformed";
    };
    CHECK(malformed(kA, good));                                           // another question
    CHECK(malformed({"x.contoso.com", RecordType::srv}, good));           // another name
    CHECK(malformed(kSrv, message(kSrv, {}, 0x0180)));                    // a question, no answer
    CHECK(malformed(kSrv, message(kSrv, {}, kGood, 60'000)));             // the count lies
    CHECK(malformed(kA, message(kA, {record(kOwner, 1, 1, "\1\2\3"s)}))); // three bytes
    CHECK(malformed(kSrv, message(kSrv, {record(kOwner, 33, 1, "\0\1\0\1"s)}))); // no port, no host
    CHECK(malformed(kSrv, message(kSrv, {srv(kOwner, 0, 0, 1, name("a.b") + "x")}))); // more behind
    CHECK(malformed(kA, message(kA, {record(kOwner, 5, 1, "\5abc"s)})));       // label past the end
    CHECK(malformed(kA, message(kA, {record("\x80xx"s, 1, 1, "\1\1\1\1"s)}))); // unknown label
    CHECK(malformed(kA, message(kA, {record("\xc0\x02"s, 1, 1, "\1\1\1\1"s)}))); // into the header
    CHECK(malformed(kA, message(kA, {record("\xff\xff"s, 1, 1, "\1\1\1\1"s)}))); // forward
    // A pointer to itself: the record begins behind the question.
    const auto at = message(kA, {}).size();
    CHECK(malformed(kA, message(kA, {record(u16(0xc000 | at), 1, 1, "\1\1\1\1"s)})));
    std::string endless;
    for (int i = 0; i < 5; ++i)
        endless += "\x3f"s + std::string(63, 'a');
    CHECK(malformed(kA, message(kA, {record(endless + '\0', 1, 1, "\1\1\1\1"s)}))); // over 255
}

TEST_CASE("dns: many pointers cost little") {
    // Every record's owner points to the owner of the one before.
    std::vector<std::string> records;
    auto at = message(kA, {}).size();
    std::string owner = kOwner;
    for (int i = 0; i < 4000 && at < 0x3f00; ++i) {
        records.push_back(record(owner, 1, 1, "\1\1\1\1"s));
        owner = u16(0xc000 | at);
        at += records.back().size();
    }
    const auto start = std::chrono::steady_clock::now();
    CHECK(status(read(kA, records)) == "malformed"); // more than 64 jumps
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}
