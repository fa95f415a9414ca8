// SPDX-License-Identifier: MIT
// A list of questions: to a real name server, to a silent one, to none; within its limits of time.
#include "integration/net_support.h"
#include "net/dns_questions.h"

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>
using namespace lyncprobe;
using namespace lyncprobe::net_test;
using namespace std::chrono_literals;

namespace {

struct Asked {
    std::vector<DnsAnswer> answers;
    double seconds = 0;
    std::string status(std::size_t index) const {
        return std::string(to_text(answers.at(index).status));
    }
};

Asked ask(const std::vector<DnsQuestion>& questions, const net::AskOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    auto answers = net::ask(questions, options);
    REQUIRE(answers.has_value());
    REQUIRE(answers->size() == questions.size());
    for (std::size_t i = 0; i < questions.size(); ++i)
        CHECK((*answers)[i].question == questions[i]);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return {std::move(*answers), took.count()};
}

net::AskOptions of(const std::string& server, Milliseconds timeout = 2s) {
    net::AskOptions options;
    options.resolvers = {server};
    options.timeout = timeout;
    return options;
}

std::vector<DnsQuestion> many(std::size_t count) {
    std::vector<DnsQuestion> questions;
    for (std::size_t i = 0; i < count; ++i)
        questions.push_back({"n" + std::to_string(i) + ".contoso.example", RecordType::a});
    return questions;
}

} // namespace

TEST_CASE("questions: nothing to ask is no run") {
    CHECK(net::ask({}, of("127.0.0.1:9"))->empty());
}

TEST_CASE("questions: a name server that is no address is a mistake of the operator") {
    const auto answers = net::ask({}, of("ns.example"));
    REQUIRE(answers.has_error());
    CHECK(answers.error().what == "'ns.example' is no address of a name server");
}

TEST_CASE("questions: found, no name, no record and refused, in the order of the questions") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1,::1",
         "--srv-host=_sip._tls.contoso.example,sip.contoso.example,443,5,7"}
    );
    const auto asked =
        ask({{"_sip._tls.contoso.example", RecordType::srv},
             {"sip.contoso.example", RecordType::a},
             {"sip.contoso.example", RecordType::aaaa},
             {"sip.contoso.example", RecordType::srv},
             {"absent.contoso.example", RecordType::a},
             {"www.fabrikam.example", RecordType::a}},
            of(dns.address()));
    CHECK(asked.answers[0].targets == std::vector<SrvTarget>{{"sip.contoso.example", 443, 5, 7}});
    CHECK(to_text(asked.answers[1].addresses.at(0)) == "127.0.0.1");
    CHECK(to_text(asked.answers[2].addresses.at(0)) == "::1");
    CHECK(asked.status(3) == "no_such_record");
    CHECK(asked.status(4) == "no_such_name");
    CHECK(asked.status(5) == "refused");
    CHECK(asked.seconds < 1.5);
}

TEST_CASE("questions: many more than are asked at a time") {
    const HalfDns dns(std::uint8_t{0});
    auto options = of(dns.address());
    options.at_a_time = 3;
    const auto asked = ask(many(500), options);
    for (const auto& answer : asked.answers)
        CHECK(answer.status == DnsStatus::found);
    CHECK(dns.queries_for_a() == 500);
}

TEST_CASE("questions: a closed name server is known at once, a silent one is given up once") {
    const DeadSocket closed(DeadSocket::Kind::not_listening);
    const auto dead = ask(many(100), of("127.0.0.1:" + std::to_string(closed.port())));
    CHECK(dead.seconds < 1.5);
    CHECK(dead.status(99) == "no_answer");
    CHECK(dead.answers.front().detail == "no name server can be reached");

    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    const auto address = "127.0.0.1:" + std::to_string(mute.port());
    auto options = of(address, 400ms);
    options.at_a_time = 10;
    const auto silent = ask(many(100), options);
    CHECK(silent.seconds >= 0.4);
    CHECK(silent.seconds < 1.0);
    for (const auto& answer : silent.answers) {
        CHECK(answer.status == DnsStatus::no_answer);
        CHECK(answer.detail == "the name server was silent");
    }
}

TEST_CASE("questions: one that is not answered holds up only itself") {
    const HalfDns half(std::nullopt); // silent about AAAA
    auto questions = many(20);
    questions[3].type = RecordType::aaaa;
    const auto asked = ask(questions, of(half.address(), 500ms));
    CHECK(asked.status(3) == "no_answer");
    CHECK(std::ranges::count(asked.answers, DnsStatus::found, &DnsAnswer::status) == 19);
    CHECK(asked.seconds < 1.2);
}

TEST_CASE("questions: a name that is too long does not exist") {
    const HalfDns dns(std::uint8_t{0});
    std::string name = "contoso.example";
    while (name.size() < 253)
        name.insert(0, "_sipfederationtls._tcp.");
    const auto asked = ask({{name, RecordType::srv}}, of(dns.address()));
    CHECK(asked.status(0) == "no_such_name");
    CHECK(asked.answers.front().detail == "it is too long to be asked for");
}

TEST_CASE("questions: deadline and interrupt end the asking") {
    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    auto options = of("127.0.0.1:" + std::to_string(mute.port()), 20s);
    options.at_a_time = 5;
    options.deadline = 300ms;
    const auto late = ask(many(10), options);
    CHECK(late.seconds < 1);
    CHECK(late.status(0) == "no_answer");
    CHECK(late.status(9) == "not_asked");

    const std::atomic<int> pressed = 1;
    options.deadline.reset();
    options.interrupts = &pressed;
    const auto interrupted = ask(many(10), options);
    CHECK(interrupted.seconds < 1);
    CHECK(interrupted.status(9) == "not_asked");
}
