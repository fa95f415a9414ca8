// SPDX-License-Identifier: MIT
#include "probes/replication.h"

#include "probes/http_exchange.h"

namespace lyncprobe::probes {

namespace {

class ReplicationConversation final : public HttpConversation {
  public:
    explicit ReplicationConversation(const Peer& peer) : HttpConversation(peer) {}

  private:
    Get first() override { return {.path = "/ReplicationWebService", .last = true}; }

    std::optional<Get> next(const Get&, const codec::HttpResponse&) override {
        return std::nullopt;
    }

    std::optional<Refusal> refusal(const Get& asked, const codec::HttpResponse& response)
        const override {
        auto known = HttpConversation::refusal(asked, response);
        // A cause that the server names is better than what follows from the status.
        if (known && known->told) return known;
        if (response.status != 401 && response.status != 403) return std::nullopt;
        if (identity_offered())
            return Refusal{
                "the replica agent does not take our certificate: it trusts the server with the "
                "Central Management Store and other servers of the topology only",
                "nothing, unless our certificate is that of a server of this topology; then "
                "publish the topology, and see on the Edge that it trusts the issuer of that "
                "server's default certificate"};
        return Refusal{
            "the replica agent refuses whoever lacks the certificate of a server of the topology, "
            "as it should",
            "nothing; to test replication itself, give the target the identity of the server with "
            "the Central Management Store",
            true, true};
    }
};

} // namespace

const ProbeInfo replication{
    .id = Probe::replication,
    .summary = "HTTPS of an Edge's replica agent: one GET, reads status and refusal",
    .late_certificate = true,
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<ReplicationConversation>(peer);
    }};

} // namespace lyncprobe::probes
