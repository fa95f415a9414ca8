// SPDX-License-Identifier: MIT
#include "probes/sip.h"

#include "codec/sip.h"
#include "model/limits.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

// SipConversation sends one NEGOTIATE and takes the first final answer.
class SipConversation final : public Conversation {
  public:
    explicit SipConversation(const Peer& peer) {
        request_ = codec::encode(codec::SipNegotiate{
            .host = peer.target->host,
            .port = peer.target->port,
            .local_host = peer.local_host,
            .seed = peer.seed});
        answer_.facts.set(sip_answer::kRequest, std::string("NEGOTIATE"));
    }

    Want start() override { return {Want::Kind::send, std::move(request_)}; }

    Want on(const Received& received) override {
        switch (received.kind) {
        case Received::Kind::sent: return {Want::Kind::receive};
        case Received::Kind::bytes: return read(received.bytes);
        default: return {Want::Kind::done}; // cut short: the conclusion stays as it is
        }
    }

    Answer answer() const override { return answer_; }

  private:
    Want read(std::string_view bytes) {
        auto state = reader_.feed(bytes);
        while (state == codec::SipReader::State::have_response) {
            if (reader_.response().status >= 200) return finish(reader_.response());
            if (++provisional_ > limits::kSipProvisional)
                return stop(Conclusion::limit_exceeded, "it sent provisional answers without end");
            state = reader_.feed({});
        }
        if (state == codec::SipReader::State::malformed)
            return stop(Conclusion::protocol_error, reader_.problem());
        if (state == codec::SipReader::State::too_large)
            return stop(Conclusion::limit_exceeded, reader_.problem());
        return {Want::Kind::receive};
    }

    Want finish(const codec::SipResponse& response) {
        auto& facts = answer_.facts;
        facts.set(sip_answer::kStatus, std::int64_t{response.status});
        facts.set(sip_answer::kReason, response.reason);
        if (const auto server = response.header("Server"); !server.empty()) {
            facts.set(sip_answer::kServer, std::string(server));
            if (const auto product = product_of_server_header(server); !product.empty())
                facts.set(sip_answer::kProduct, std::string(product));
        }
        if (const auto compression = response.header("Compression"); !compression.empty())
            facts.set(sip_answer::kCompression, std::string(compression));
        auto diagnostics = response.all("ms-diagnostics");
        for (auto& line : response.all("ms-diagnostics-public"))
            diagnostics.push_back(std::move(line));
        if (!diagnostics.empty()) facts.set(sip_answer::kDiagnostics, std::move(diagnostics));
        return stop(
            Conclusion::finished,
            fmt::format("answers NEGOTIATE with {} {}", response.status, response.reason)
        );
    }

    Want stop(Conclusion conclusion, std::string detail) {
        answer_.conclusion = conclusion;
        answer_.detail = std::move(detail);
        return {Want::Kind::done};
    }

    std::string request_;
    codec::SipReader reader_;
    std::size_t provisional_ = 0;
    Answer answer_;
};

} // namespace

const ProbeInfo sip{
    .id = Probe::sip,
    .summary = "SIP: one NEGOTIATE, reads status and Server",
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<SipConversation>(peer);
    }};

std::string_view product_of_server_header(std::string_view header) {
    // As seen in captured answers of each product.
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kProducts{{
        {"RTC/3.0", "Office Communications Server 2007"},
        {"RTC/3.5", "Office Communications Server 2007 R2"},
        {"RTC/4.0", "Lync Server 2010"},
        {"RTC/5.0", "Lync Server 2013"},
        {"RTC/6.0", "Skype for Business Server 2015"},
        {"RTC/7.0", "Skype for Business Server 2019"},
    }};
    for (const auto& [prefix, product] : kProducts)
        if (header.substr(0, prefix.size()) == prefix) return product;
    return {};
}

} // namespace lyncprobe::probes
