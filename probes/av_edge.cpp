// SPDX-License-Identifier: MIT
#include "probes/av_edge.h"

#include "codec/ms_turn.h"
#include "codec/pseudo_tls.h"
#include "model/limits.h"
#include "model/text/utf8.h"
#include "model/tls_facts.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

namespace keys = av_edge_answer;

constexpr std::size_t kShown = 32; // bytes of an answer that is something else

std::string text_of(const codec::TurnAddress& it) {
    return host_and_port(to_text(it.address), it.port);
}

// AvEdgeConversation is one exchange: over TCP hello, answer, Allocate, answer; over UDP only the
// last two.
class AvEdgeConversation final : public Conversation {
  public:
    explicit AvEdgeConversation(const Peer& peer)
        : udp_(peer.target->transport == Transport::udp),
          transaction_(
              udp_ ? codec::turn_transaction_of_both_kinds(peer.seed)
                   : codec::turn_transaction(peer.seed)
          ),
          hello_(
              peer.constant_hello ? codec::constant_pseudo_random()
                                  : codec::pseudo_random(peer.seed)
          ) {
        answer_.facts.set(keys::kRequest, std::string(udp_ ? "Allocate" : "pseudo-TLS hello"));
        answer_.facts.set(keys::kTransport, std::string(to_text(peer.target->transport)));
        answer_.unanswered = udp_ ? "Allocate" : "the pseudo-TLS hello";
        // Who is cut short says how; this says where.
        answer_.detail = udp_ ? "the Allocate has no answer"
                              : "the pseudo-TLS hello of an A/V Edge has no answer";
    }

    Want start() override {
        if (udp_) return {Want::Kind::send, codec::ms_turn_allocate(transaction_)};
        return {Want::Kind::send, codec::pseudo_client_hello(hello_)};
    }

    Want on(const Received& received) override {
        switch (received.kind) {
        case Received::Kind::sent: return {Want::Kind::receive};
        case Received::Kind::bytes:
            if (udp_) return read_datagram(received.bytes);
            return answer_.pseudo_tls ? read_allocate(received.bytes) : read_hello(received.bytes);
        default: return ended();
        }
    }

    Answer answer() const override { return answer_; }

  private:
    Want read_hello(std::string_view bytes) {
        using Kind = codec::PseudoAnswer::Kind;
        // The answer may come in pieces, and each piece may still decide.
        first_bytes_ += bytes;
        const auto seen = codec::classify_pseudo_answer(first_bytes_);
        switch (seen.kind) {
        case Kind::need_more: return {Want::Kind::receive};
        case Kind::pseudo_tls: return accepted(std::string_view(first_bytes_).substr(seen.size));
        case Kind::tls_alert:
            return stop(
                Conclusion::tls_alert,
                fmt::format(
                    "a real TLS server answers here with a {} alert {} ({}) and is no A/V Edge: "
                    "try probe tls",
                    seen.fatal ? "fatal" : "warning", alert_name(seen.alert), seen.alert
                )
            );
        case Kind::other_tls:
            return stop(
                Conclusion::protocol_error,
                "a real TLS server answers here and is no A/V Edge: try probe tls"
            );
        case Kind::not_tls: break;
        }
        return stop(
            Conclusion::protocol_error,
            fmt::format(
                "no A/V Edge: what answers the pseudo-TLS hello begins with '{}'",
                valid_utf8(first_bytes_.substr(0, kShown))
            )
        );
    }

    // An Edge says nothing more before it is asked; if it does, that is read as its answer.
    Want accepted(std::string_view rest) {
        answer_.pseudo_tls = true;
        answer_.facts.set(keys::kRequest, std::string("pseudo-TLS hello, Allocate"));
        answer_.unanswered = "Allocate";
        answer_.detail = "it answers the pseudo-TLS hello as an A/V Edge does, but not an Allocate";
        if (!rest.empty() && feed(rest)) return {Want::Kind::done};
        return {Want::Kind::send, codec::ms_turn_frame(codec::ms_turn_allocate(transaction_))};
    }

    Want read_allocate(std::string_view bytes) {
        return feed(bytes) ? Want{Want::Kind::done} : Want{Want::Kind::receive};
    }

    // True where the conversation is over.
    bool feed(std::string_view bytes) {
        using State = codec::MsTurnReader::State;
        switch (reader_.feed(bytes)) {
        case State::need_more: return false;
        case State::malformed: stop(Conclusion::protocol_error, reader_.problem()); return true;
        case State::too_large: stop(Conclusion::limit_exceeded, reader_.problem()); return true;
        case State::have_message: break;
        }
        // Over TCP nothing else can be on the connection.
        if (reader_.message().transaction == transaction_)
            conclude(reader_.message());
        else
            stop(Conclusion::protocol_error, "it answers a TURN request that is not ours");
        return true;
    }

    // A late answer to a request of another program may still come over UDP.
    Want read_datagram(std::string_view bytes) {
        if (bytes.size() > limits::kTurnMessage)
            return stop(
                Conclusion::limit_exceeded,
                fmt::format("a datagram of {} bytes is more than is read", bytes.size())
            );
        const auto message = codec::read_turn_message(bytes);
        if (!message)
            return stop(
                Conclusion::protocol_error,
                fmt::format(
                    "no TURN server: what answers the Allocate begins with '{}'",
                    valid_utf8(std::string(bytes.substr(0, kShown)))
                )
            );
        if (message->transaction != transaction_) return {Want::Kind::receive};
        return conclude(*message);
    }

    Want conclude(const codec::TurnMessage& message) {
        note(message);
        const bool error = message.type == codec::turn_type::kAllocateError;
        if (!error && message.type != codec::turn_type::kAllocateResponse)
            return stop(
                Conclusion::protocol_error,
                message.type == codec::turn_type::kAllocate
                    ? "no TURN server: it sends our own request back"
                    : fmt::format(
                          "it answers an Allocate with a TURN message of another kind (0x{:04x})",
                          message.type
                      )
            );
        // The answer tells the product; whether it may be used is not asked.
        if (!message.microsoft)
            return stop(
                Conclusion::protocol_error,
                fmt::format(
                    "a TURN server of RFC 5766 answers here{}, not Microsoft's A/V Edge",
                    message.software.empty() ? "" : fmt::format(" ({})", message.software)
                )
            );
        // An A/V Edge by its own protocol: that it shows no certificate here is right.
        answer_.pseudo_tls = true;
        if (!error) return stop(Conclusion::finished, "allows an Allocate without a user");
        if (!message.error)
            return stop(Conclusion::protocol_error, "it refuses an Allocate without an error code");
        return stop(
            Conclusion::finished, fmt::format(
                                      "answers Allocate with {} {}", *message.error,
                                      message.reason.empty() ? "without a reason" : message.reason
                                  )
        );
    }

    void note(const codec::TurnMessage& message) {
        auto& facts = answer_.facts;
        const auto set_text = [&facts](std::string_view key, std::string text) {
            if (!text.empty()) facts.set(key, std::move(text));
        };
        facts.set(keys::kMicrosoft, message.microsoft);
        if (message.error) facts.set(keys::kStatus, std::int64_t{*message.error});
        set_text(keys::kReason, message.reason);
        set_text(keys::kRealm, message.realm);
        if (message.ms_version) {
            facts.set(keys::kMsVersion, std::int64_t{*message.ms_version});
            set_text(keys::kGeneration, std::string(generation_of_ms_version(*message.ms_version)));
        }
        // Where it would send a client with credentials; it is noted, not followed.
        if (message.alternate_server)
            facts.set(keys::kAlternateServer, text_of(*message.alternate_server));
        set_text(keys::kAlternateHost, message.alternate_host);
        if (message.mapped_address)
            facts.set(keys::kMappedAddress, text_of(*message.mapped_address));
        set_text(keys::kSoftware, message.software);
    }

    // Half an answer is not silence: nothing else would be answered differently.
    Want ended() {
        if (!answer_.pseudo_tls && !first_bytes_.empty())
            return stop(
                Conclusion::protocol_error,
                "no A/V Edge: it closes in the middle of its answer to the pseudo-TLS hello"
            );
        return {Want::Kind::done};
    }

    Want stop(Conclusion conclusion, std::string detail) {
        answer_.conclusion = conclusion;
        answer_.detail = std::move(detail);
        return {Want::Kind::done};
    }

    bool udp_;
    codec::TurnTransaction transaction_;
    codec::PseudoRandom hello_;
    std::string first_bytes_; // of the answer to the hello
    codec::MsTurnReader reader_;
    Answer answer_;
};

} // namespace

const ProbeInfo av_edge{
    .id = Probe::av_edge,
    .summary = "A/V Edge: one Allocate without a user, over TCP behind a pseudo-TLS hello",
    .plain_first = true,
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<AvEdgeConversation>(peer);
    }};

std::string_view generation_of_ms_version(std::uint32_t version) {
    switch (version) {
    case 0: return "";
    case 1: return "at least Office Communications Server 2007";
    case 2: return "at least Office Communications Server 2007 R2";
    case 3: return "at least Lync Server 2010";
    default: return "at least Lync Server 2013"; // IPv6, which Lync Server 2010 does not have
    }
}

} // namespace lyncprobe::probes
