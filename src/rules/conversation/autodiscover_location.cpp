// SPDX-License-Identifier: MIT
// Rule autodiscover-location: autodiscover takes a request for one of the side it was sent from.
#include "model/text/ascii.h"
#include "probes/autodiscover.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

namespace keys = probes::autodiscover_answer;

// The ports of the external web site, of HTTPS and HTTP ("Ports and protocols for internal
// servers").
constexpr std::uint16_t kExternalSite = 4443, kExternalSiteHttp = 8080;

// Which side's clients this endpoint serves. The use goes first, since a Front End's external web
// site listens inside, for the reverse proxy.
Side side_of(const Target& target) {
    if (target.use == CertificateUse::web_services_external) return Side::external;
    if (target.side != Side::unknown) return target.side;
    if (target.use == CertificateUse::web_services_internal) return Side::internal;
    if (target.host.starts_with("lyncdiscoverinternal.")) return Side::internal;
    const bool external = target.host.starts_with("lyncdiscover.") ||
                          target.role == Role::reverse_proxy || target.port == kExternalSite ||
                          target.port == kExternalSiteHttp;
    return external ? Side::external : Side::unknown;
}

// What some document says, "Internal" or "External"; unknown where none says either.
Side said_by(std::string_view location) {
    if (equal_ignoring_case(location, "Internal")) return Side::internal;
    return equal_ignoring_case(location, "External") ? Side::external : Side::unknown;
}

std::string applies_autodiscover_location(const Subject& s) {
    if (s.target().probe != Probe::autodiscover) return "no autodiscover service";
    if (said_by(s.seen().answer->text(keys::kAccessLocation)) == Side::unknown)
        return "its documents do not say from which side they were asked for";
    return {};
}

// On a Lync server itself the site is bound to another port; before it the request is led astray.
std::string fix_for(const Target& target, Side side) {
    const bool outside = side == Side::external;
    if (is_lync_internal(target.role))
        return fmt::format(
            "see in IIS which web site has port {}: the external one belongs on {}, the internal "
            "one on {}; run the Deployment Wizard's step 2 again, which binds them as the topology "
            "says",
            target.port, target.plain ? kExternalSiteHttp : kExternalSite, target.plain ? 80 : 443
        );
    if (outside)
        return fmt::format(
            "on the reverse proxy: lead port {} of this name to port {} of the pool, its external "
            "web site, and not to {}, the internal one",
            target.port, target.plain ? kExternalSiteHttp : kExternalSite, target.plain ? 80 : 443
        );
    return fmt::format(
        "lead this name to port {} of the pool, its internal web site: in DNS not to the reverse "
        "proxy, and on the load balancer not to {}",
        target.plain ? 80 : 443, target.plain ? kExternalSiteHttp : kExternalSite
    );
}

Ruling check_autodiscover_location(const Subject& s) {
    const auto& answer = *s.seen().answer;
    const auto side = side_of(s.target());
    auto said = answer.text(keys::kAccessLocation);
    if (side == Side::unknown)
        return inconclusive(
                   fmt::format(
                       "says AccessLocation={}; whose clients it serves is not known", said
                   ),
                   "give the side of the target (side: internal or external), or the use of its "
                   "certificate"
        )
            .with("access_location", std::string(said));
    // Behind a load balancer one document may come from another site than the next.
    const auto other = said_by(answer.text(keys::kOtherAccessLocation));
    const bool mixed = other != Side::unknown;
    if (mixed && other != side) said = answer.text(keys::kOtherAccessLocation);
    const bool outside = side == Side::external;
    auto ruling =
        said_by(said) == side
            ? pass()
            : fail(fmt::format(
                       "tells clients {} AccessLocation={}: {} reached the {} web site of the pool",
                       outside ? "outside" : "inside", said,
                       mixed ? "some of the requests" : "the request",
                       outside ? "internal" : "external"
                   ))
                  .fixed_by(fix_for(s.target(), side));
    return std::move(ruling)
        .with("access_location", std::string(said))
        .with("side", std::string(lyncprobe::to_text(side)));
}

} // namespace

constinit const Rule autodiscover_location{
    .id = "autodiscover-location",
    .title = "Autodiscover sees clients on the side where they are",
    .scope = Scope::conversation,
    .source =
        {.document = "[MS-OCDISCWS]; Port summary - Reverse proxy in Lync Server 2013",
         .section = "3.1.5.2; TCP 443 to 4443, TCP 80 to 8080",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-port-summary-reverse-proxy"},
    .demands = "AccessLocation of the autodiscover documents is External where clients outside "
               "ask (lyncdiscover, the reverse proxy, the external web site) and Internal where "
               "clients inside do (lyncdiscoverinternal, the internal web site).",
    .why = "A pool has two web sites, and each answers for one side. Behind a reverse proxy that "
           "leads to the internal one, clients outside are sent to servers inside, sign-in from "
           "outside fails, and requests come in past the checks of the external site.",
    .fix = "lead the name to the web site of its side: outside 443 to 4443 and 80 to 8080 of the "
           "pool, inside 443 and 80",
    .evidence = "access_location: what the document says; side: whose clients the endpoint serves",
    .applies = applies_autodiscover_location,
    .check = check_autodiscover_location,
};

} // namespace lyncprobe::rules
