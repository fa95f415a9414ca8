// SPDX-License-Identifier: MIT
#include "lab/turn_answers.h"

#include "model/host.h"

#include <algorithm>

namespace lyncprobe::lab {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHelloSize = 50, kFrameSize = 4, kHeaderSize = 20, kRequestLimit = 4096;
constexpr std::string_view kAlert40 = "\x15\x03\x01\x00\x02\x02\x28"sv; // handshake_failure
constexpr std::string_view kMagicCookie = "\x00\x0f\x00\x04\x72\xc6\x4b\xc6"sv;

// Big endian.
std::string two(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::size_t two_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at])) << 8 |
           static_cast<std::uint8_t>(bytes[at + 1]);
}

std::string attribute(std::size_t type, std::string_view value, std::size_t fill_up_to = 1) {
    const std::size_t missing = (fill_up_to - value.size() % fill_up_to) % fill_up_to;
    return two(type) + two(value.size()) + std::string(value) + std::string(missing, '\0');
}

// ServerHello with the anonymous suite 0018, and ServerHelloDone, in one record of TLS 1.0.
std::string server_hello() {
    std::string answer("\x16\x03\x01\x00\x4e\x02\x00\x00\x46\x03\x01"sv);
    for (char c = 1; c <= 32; ++c)
        answer += static_cast<char>(c * 7);
    answer += '\x20';
    for (char c = 1; c <= 32; ++c)
        answer += static_cast<char>(c * 5);
    answer += "\x00\x18\x00\x0e\x00\x00\x00"sv;
    return answer;
}

std::string unauthorized_by_microsoft(const TurnSettings& settings) {
    const auto address = parse_address(settings.address).value_or(Address{});
    const std::string four(address.bytes.begin(), address.bytes.begin() + 4);
    return std::string(kMagicCookie) + attribute(0x0009, "\x00\x00\x04\x01Unauthorized"sv) +
           attribute(0x0015, "\"rtcmedia\"") + attribute(0x0014, "4c796e634c6162204e6f6e6365") +
           attribute(0x8008, "\x00\x00\x00\x04"sv) +
           attribute(0x000e, std::string("\x00\x01"sv) + two(settings.port) + four);
}

std::string unauthorized_by_others() {
    return attribute(0x0009, "\x00\x00\x04\x01Unauthorized"sv, 4) +
           attribute(0x0015, "6e6f6e6365", 4) + attribute(0x0014, "turn.contoso.example", 4) +
           attribute(0x8022, "lab relay", 4);
}

} // namespace

std::string turn_datagram_answer(std::string_view datagram, const TurnSettings& settings) {
    if (datagram.size() < kHeaderSize || two_at(datagram, 0) != 0x0003 ||
        two_at(datagram, 2) != datagram.size() - kHeaderSize)
        return {};
    // A Microsoft server wants its cookie in front, one of RFC 5766 that of RFC 5389 in the id.
    const bool expected = settings.microsoft
                              ? datagram.substr(kHeaderSize).starts_with(kMagicCookie)
                              : datagram.substr(4, 4) == "\x21\x12\xa4\x42"sv;
    if (!expected) return {};
    const auto attributes =
        settings.microsoft ? unauthorized_by_microsoft(settings) : unauthorized_by_others();
    return two(0x0113) + two(attributes.size()) + std::string(datagram.substr(4, 16)) + attributes;
}

std::string TurnServer::on(std::string_view bytes) {
    if (over_) return {};
    received_ += bytes;
    std::string answers;
    if (!greeted_) answers = on_hello();
    while (greeted_ && !over_ && received_.size() >= kFrameSize) {
        const std::size_t size = two_at(received_, 2);
        if (received_[0] != 2 || received_[1] != 0 || size > kRequestLimit)
            return hang_up(std::move(answers));
        if (received_.size() < kFrameSize + size) break;
        const auto answer =
            turn_datagram_answer(std::string_view(received_).substr(kFrameSize, size), settings_);
        if (answer.empty()) return hang_up(std::move(answers));
        answers += std::string("\x02\x00"sv) + two(answer.size()) + answer;
        received_.erase(0, kFrameSize + size);
    }
    return answers;
}

// Every byte of the hello is fixed but time stamp and random.
std::string TurnServer::on_hello() {
    constexpr auto kStart = "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01"sv;
    constexpr auto kEnd = "\x00\x00\x02\x00\x18\x01\x00"sv;
    const auto start = std::min(received_.size(), kStart.size());
    if (received_.compare(0, start, kStart.substr(0, start)) != 0)
        return hang_up(std::string(kAlert40));
    if (received_.size() < kHelloSize) return {};
    if (received_.compare(kHelloSize - kEnd.size(), kEnd.size(), kEnd) != 0)
        return hang_up(std::string(kAlert40));
    // The end of the random that libnice always sends.
    constexpr auto kConstant = "\xbc\xaa\x10\xfb"sv;
    if (settings_.only_constant_hello && received_.compare(39, kConstant.size(), kConstant) != 0)
        return hang_up({});
    received_.erase(0, kHelloSize);
    greeted_ = true;
    return server_hello();
}

std::string TurnServer::hang_up(std::string last_words) {
    over_ = true;
    received_.clear();
    return last_words;
}

} // namespace lyncprobe::lab
