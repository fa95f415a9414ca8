// SPDX-License-Identifier: MIT
#include "servers/name_servers.h"

#include "servers/server_programs.h"

#include <chrono>
#include <poll.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lyncprobe::test {

namespace {

using namespace std::string_literals;

// No file outside its folder, no user of its own, no control socket.
constexpr const char* kNsdConfiguration = R"(
server:
    ip-address: 127.0.0.1@{1}
    username: ""
    database: ""
    pidfile: ""
    zonelistfile: "{0}/zone.list"
    xfrdfile: "{0}/xfrd.state"
    xfrdir: "{0}"
    zonesdir: "{0}"
    server-count: 1
remote-control:
    control-enable: no
)";
constexpr const char* kNsdZone = R"(
zone:
    name: {0}
    zonefile: {0}.zone
)";
constexpr const char* kZoneHead = R"($ORIGIN {0}.
$TTL 300
@ SOA ns.{0}. hostmaster.{0}. 1 3600 600 86400 60
@ NS ns.{0}.
ns A 127.0.0.1
)";

std::string u16(std::size_t n) {
    return {static_cast<char>(n >> 8 & 255), static_cast<char>(n & 255)};
}

std::string wire_name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto label = text.substr(0, text.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        text.remove_prefix(std::min(text.size(), label.size() + 1));
    }
    return out + '\0';
}

std::string record(const std::string& owner, std::size_t type, const std::string& data) {
    return owner + u16(type) + u16(1) + std::string("\0\0\0\x3c", 4) + u16(data.size()) + data;
}

const std::string kOwner = "\xc0\x0c"s; // the name in the question
constexpr std::size_t kAddress = 1, kAlias = 5, kService = 33;

// A record of what was asked for that has a name in it: an alias where addresses were.
std::string naming(std::size_t type, const std::string& host) {
    if (type == kAddress) return record(kOwner, kAlias, host);
    return record(kOwner, kService, u16(0) + u16(0) + u16(443) + host);
}

std::string address_of(const std::string& owner) { return record(owner, kAddress, "\x7f\0\0\1"s); }

// The aliases one after the other, from the name asked for, and perhaps an address of the last.
std::string aliases(const std::vector<std::string>& names, bool address) {
    std::string out, owner = kOwner;
    for (const auto& name : names) {
        out += record(owner, kAlias, wire_name(name));
        owner = wire_name(name);
    }
    return address ? out + address_of(owner) : out;
}

std::vector<std::string> numbered(int from, int to) {
    std::vector<std::string> names;
    for (int number = from; number < to; ++number)
        names.push_back("n" + std::to_string(number) + ".example");
    return names;
}

std::string longest_host() {
    std::string host;
    for (int i = 0; i < 3; ++i)
        host += "\x3f"s + std::string(63, 'a');
    return host + "\x2b"s + std::string(43, 'b') + wire_name("contoso.example");
}

// Header, question and one record; `id` is two bytes, `question` stands behind the header.
std::string message(
    const std::string& id, std::size_t flags, const std::string& question,
    const std::string& records, std::size_t count
) {
    return id + u16(flags) + u16(1) + u16(count) + u16(0) + u16(0) + question + records;
}

std::string lying_answer(
    Lie lie, std::size_t type, const std::string& id, const std::string& question
) {
    static int asked = 0;
    constexpr std::size_t kGood = 0x8180;
    const auto service = [type](const std::string& host) { return naming(type, host); };
    const auto honest =
        type == kAddress ? address_of(kOwner) : service(wire_name("sip.contoso.example"));
    const auto with = [&](const std::string& records, std::size_t count = 1) {
        return message(id, kGood, question, records, count);
    };
    // Where the name in a record of ours begins.
    const auto name_at = 12 + question.size() + kOwner.size() + 10 + (type == kAddress ? 0u : 6u);
    switch (lie) {
    case Lie::none: return with(honest);
    case Lie::wrong_id: return message(u16(1), kGood, question, honest, 1);
    case Lie::wrong_question:
        return message(id, kGood, wire_name("other.example") + u16(type) + u16(1), honest, 1);
    case Lie::not_a_response: return message(id, 0x0100, question, honest, 1);
    case Lie::count: return message(id, kGood, question, honest, 900);
    case Lie::length: return with(kOwner + u16(type) + u16(1) + u16(0) + u16(9) + u16(4000));
    case Lie::pointer_loop: return with(service(u16(0xc000 | name_at)));
    case Lie::pointer_forward: return with(service("\xff\xff"s));
    case Lie::srv_short: return with(record(kOwner, type, u16(0)));
    case Lie::bad_label: return with(service("\x80sip\0"s));
    case Lie::garbage: return id + "\x81\x80 no DNS at all, but much longer than a header"s;
    case Lie::empty: return {};
    case Lie::header_only: return id + u16(kGood) + std::string(8, '\0');
    case Lie::always_truncated: return message(id, 0x8380, question, {}, 0);
    case Lie::odd_host:
        return with(service("\x0b"s + "\x1b[31m.\0\r\nx\x9b"s + wire_name("a.example")));
    case Lie::markup_host: return with(service("\x17<script>alert(1)</scrip"s + wire_name("a")));
    case Lie::longest_host: return with(service(longest_host()));
    case Lie::alias_to_itself: return with(naming(kAddress, kOwner));
    case Lie::alias_loop: return with(aliases({"a.example", "b.example", "a.example"}, false), 3);
    case Lie::alias_chain: return with(aliases(numbered(0, 60), true), 61);
    case Lie::alias_fresh: ++asked; return with(aliases(numbered(asked, asked + 1), false));
    case Lie::silent: break;
    }
    return {};
}

} // namespace

Dnsmasq::Dnsmasq(const std::vector<std::string>& options) : port_(free_port()) {
    std::vector<std::string> argv{
        installed_program("dnsmasq", "dnsmasq-base"),
        "--no-daemon",
        "--conf-file=/dev/null",
        fmt::format("--port={}", port_),
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
        "--pid-file"};
    argv.insert(argv.end(), options.begin(), options.end());
    process_ = std::make_unique<Process>(argv);
    wait_until_listening(*process_, port_, "dnsmasq");
}

Nsd::Nsd(const std::vector<Zone>& zones) : port_(free_port()) {
    auto configuration = fmt::format(kNsdConfiguration, folder_.path(), port_);
    for (const auto& zone : zones) {
        configuration += fmt::format(kNsdZone, zone.name);
        if (!zone.records.empty())
            folder_.write(zone.name + ".zone", fmt::format(kZoneHead, zone.name) + zone.records);
    }
    const auto file = folder_.write("nsd.conf", configuration);
    process_ = std::make_unique<Process>(std::vector<std::string>{
        installed_program("nsd", "nsd"), "-d", "-c", file});
    wait_until_listening(*process_, port_, "nsd");
}

LyingDns::LyingDns(Lie lie, About about) : lie_(lie), about_(about) {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    socklen_t size = sizeof name;
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &size) == 0);
    port_ = ntohs(name.sin_port);
    thread_ = std::thread([this] { serve(); });
}

LyingDns::~LyingDns() {
    stop_ = true;
    thread_.join();
    close(socket_);
}

void LyingDns::serve() {
    while (!stop_) {
        pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 5) != 1) continue;
        char bytes[512];
        sockaddr_in from{};
        socklen_t from_size = sizeof from;
        const auto size = recvfrom(
            socket_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &from_size
        );
        if (size < 17 || lie_ == Lie::silent) continue;
        std::size_t end = 12; // behind the header: labels up to the root, type, class
        while (bytes[end] != 0)
            end += static_cast<std::size_t>(bytes[end]) + 1;
        const std::string id(bytes, 2), question(bytes + 12, end + 5 - 12);
        const auto type = static_cast<std::size_t>(bytes[end + 2]);
        std::string answer;
        if (type == (about_ == About::services ? kService : kAddress))
            answer = lying_answer(lie_, type, id, question);
        else if (type == kAddress)
            answer = message(id, 0x8180, question, address_of(kOwner), 1);
        else
            answer = message(id, 0x8180, question, {}, 0);
        sendto(
            socket_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from),
            from_size
        );
    }
}

} // namespace lyncprobe::test
