// SPDX-License-Identifier: MIT
#include "config/topology_xml.h"

#include "codec/xml.h"
#include "model/add_once.h"
#include "model/limits.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

using codec::XmlDocument;
using codec::XmlElement;

// The elements of one name below `top`, in the order of the file.
template <class Visit>
void for_each(XmlElement top, std::string_view name, Visit visit) {
    // What follows the last element inside `top` is outside.
    XmlElement behind;
    for (auto up = top; up && !behind; up = up.parent())
        behind = up.next();
    for (auto element = top.following(); element && element != behind;
         element = element.following())
        if (element.name() == name) visit(element);
}

// Foreign words on one line.
std::string spaced(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += is_control(c) ? ' ' : c;
    return std::string(trim(out));
}

std::string cluster_key(XmlElement cluster_id) {
    if (!cluster_id) return {};
    return fmt::format("{}:{}", cluster_id.attribute("SiteId"), cluster_id.attribute("Number"));
}

std::string without_urn(std::string_view owner) {
    const auto colon = owner.rfind(':');
    return spaced(colon == std::string_view::npos ? owner : owner.substr(colon + 1));
}

// Reader walks the document once for each kind of element. Namespaces are left aside on purpose:
// the two forms use different ones for the same elements.
class Reader {
  public:
    explicit Reader(const XmlDocument& document) : document_(document) {}

    Result<TopologyFacts> run() {
        const auto top = topology();
        if (!top) return top.error();
        read_domains(*top);
        read_simple_urls(*top);
        // By kind, not in the order of the file: a cluster may stand before the site it names.
        for_each(*top, "CentralSite", [this](XmlElement site) { read_site(site); });
        for_each(*top, "RemoteSite", [this](XmlElement site) { read_site(site); });
        for_each(*top, "Cluster", [this](XmlElement cluster) { read_cluster(cluster); });
        for_each(*top, "SqlInstance", [this](XmlElement sql) { read_sql_instance(sql); });
        for_each(*top, "Service", [this](XmlElement service) { read_service(service); });
        // Counted while reading; the file is bounded, so that reading on costs little.
        if (machines_ > limits::kTopologyMachines)
            return Problem{fmt::format("it has more than {} machines", limits::kTopologyMachines)};
        if (facts_.clusters.empty())
            return Problem{
                .what = "it has no cluster, so no machine to probe",
                .hint = "'Get-CsTopology -AsXml' writes the file that is wanted here"};
        return std::move(facts_);
    }

  private:
    // The element below which the topology stands.
    Result<XmlElement> topology() const {
        const auto root = document_.root();
        if (root.name() == "Topology" || root.name() == "PartialTopology") return root;
        if (root.name() == "TopologyBuilder") {
            for (auto element = root.first("NewTopology"); element; element = element.following())
                if (element.name() == "PartialTopology") return element;
            return Problem{
                .what = "this Topology Builder file has no topology in it",
                .where = {.line = document_.line(root), .column = 1}};
        }
        return Problem{
            .what = fmt::format("this is no topology: the outermost element is '{}'", root.name()),
            .where = {.line = document_.line(root), .column = 1},
            .hint = "'Get-CsTopology -AsXml' or Topology Builder writes one"};
    }

    void read_domains(XmlElement top) {
        const auto add = [this](std::string_view name) {
            if (!name.empty()) add_once(facts_.sip_domains, to_lower(name));
        };
        for_each(top, "InternalDomains", [&](XmlElement domains) {
            add(domains.attribute("DefaultDomain"));
            for (auto domain = domains.first("InternalDomain"); domain;
                 domain = domain.next("InternalDomain")) {
                add(domain.attribute("Name"));
                // Absent means no.
                const auto below = domain.attribute("AllowSubDomains");
                if (!below.empty() && !equal_ignoring_case(below, "false"))
                    leave_out(
                        domain, fmt::format("domains below {}", domain.attribute("Name")),
                        "the file does not name them; add them to 'sip_domains'"
                    );
            }
        });
    }

    void read_simple_urls(XmlElement top) {
        for_each(top, "SimpleUrl", [this](XmlElement url) {
            const auto component = to_lower(url.attribute("Component"));
            auto* list = component == "meet"     ? &facts_.meet
                         : component == "dialin" ? &facts_.dialin
                         : component == "cscp"   ? &facts_.admin
                                                 : nullptr;
            if (list == nullptr)
                return leave_out(
                    url,
                    fmt::format("the simple URL of component '{}'", url.attribute("Component")),
                    "it is none of Meet, Dialin and Cscp"
                );
            std::vector<std::string> found;
            // The published form has the one in use beside those that may be chosen.
            if (url.has("ActiveUrl")) found.emplace_back(url.attribute("ActiveUrl"));
            for (auto entry = url.first(); entry; entry = entry.next())
                for (const auto name : {"Url", "Href"})
                    if (entry.has(name)) found.emplace_back(entry.attribute(name));
            for (auto& text : found)
                if (!text.empty()) add_once(*list, std::move(text));
        });
    }

    void read_site(XmlElement site) {
        auto name = spaced(site.first("Name") ? site.first("Name").text() : site.attribute("Name"));
        const auto id = site.attribute("SiteId");
        // A site without a name still has machines.
        if (name.empty()) name = fmt::format("site {}", spaced(id));
        if (sites_.emplace(std::string(id), facts_.sites.size()).second)
            facts_.sites.push_back(std::move(name));
    }

    void read_cluster(XmlElement element) {
        ClusterFacts cluster;
        cluster.fqdn = to_lower(element.attribute("Fqdn"));
        cluster.line = document_.line(element);
        cluster.site = site_of_cluster(element);
        read_machines(element, cluster);
        // The two forms differ by this element.
        if (const auto machines = element.first("Machines")) read_machines(machines, cluster);
        // A cluster that lists no machine is one machine of its own name.
        if (cluster.machines.empty()) cluster.machines.push_back({cluster.fqdn, {}, cluster.line});
        const auto id = element.first("ClusterId");
        const auto key = id ? cluster_key(id) : to_lower(element.attribute("UniqueId"));
        machines_ += cluster.machines.size();
        // Services name their cluster by this key; a second cluster would get half of them.
        if (!clusters_.emplace(key, facts_.clusters.size()).second)
            return leave_out(
                element, fmt::format("the cluster '{}'", cluster.fqdn),
                "another one has the same number"
            );
        facts_.clusters.push_back(std::move(cluster));
    }

    void read_machines(XmlElement holder, ClusterFacts& cluster) {
        for (auto element = holder.first("Machine"); element; element = element.next("Machine")) {
            MachineFacts machine;
            machine.fqdn = to_lower(element.attribute("Fqdn"));
            if (machine.fqdn.empty())
                machine.fqdn = cluster.fqdn; // a cluster of this machine alone
            machine.line = document_.line(element);
            for (auto net = element.first("NetInterface"); net; net = net.next("NetInterface"))
                machine.interfaces.push_back(
                    {std::string(net.attribute("InterfaceSide")),
                     std::string(net.attribute("InterfaceNumber")),
                     std::string(net.attribute("IPAddress")),
                     std::string(net.attribute("ConfiguredIPAddress"))}
                );
            cluster.machines.push_back(std::move(machine));
        }
    }

    void read_sql_instance(XmlElement element) {
        if (element.has("UniqueId"))
            sql_.emplace(
                to_lower(element.attribute("UniqueId")), std::string(element.attribute("Name"))
            );
    }

    void read_service(XmlElement element) {
        ServiceFacts service;
        service.line = document_.line(element);
        service.version = element.attribute("ServiceVersion");
        const auto id = element.first("ServiceId");
        service.role = spaced(id ? id.attribute("RoleName") : element.attribute("RoleName"));

        std::string key;
        if (const auto installed = element.first("InstalledOn")) {
            auto cluster = installed.first("ClusterId");
            // A store is installed on an instance, which is on a cluster.
            if (const auto sql = installed.first("SqlInstanceId")) cluster = sql.first("ClusterId");
            key = cluster_key(cluster);
        } else {
            key = to_lower(element.attribute("InstalledOn"));
        }
        if (const auto registrar = element.first("RegistrarService"))
            service.director = to_lower(registrar.attribute("IsDirector")) == "true";
        if (const auto web = element.first("WebService")) {
            service.external_web = to_lower(web.first("ExternalSettings").attribute("Host"));
            if (const auto components = web.first("WebComponents")) {
                // Where the components are listed, one that is missing does not run; without a list
                // all do.
                service.autodiscover = false;
                for (auto one = components.first(); one; one = one.next())
                    if (one.attribute("ComponentName") == "AutodiscoverService")
                        service.autodiscover = true;
            }
        }
        if (const auto office = element.first("WacService"))
            service.discovery_url = office.attribute("DiscoveryUrl");
        read_ports(element, service);

        const auto found = clusters_.find(key);
        if (found != clusters_.end()) {
            facts_.clusters[found->second].services.push_back(std::move(service));
            return;
        }
        // Topology Builder's form names the instance itself, which is no cluster.
        const bool on_sql = sql_.count(key) != 0;
        const auto what = fmt::format("the service {}", service.role);
        if (service.ports.empty())
            return leave_out(
                element, what,
                on_sql ? "a database, which has no port in the file" : "it has no port in the file"
            );
        for (const auto& port : service.ports)
            facts_.left_out.push_back(
                {fmt::format("port {} of {}", port.port, service.role),
                 "the file does not say on which machine it is", port.line}
            );
    }

    void read_ports(XmlElement element, ServiceFacts& service) {
        for (auto ports = element.first("Ports"); ports; ports = ports.next("Ports"))
            for (auto port = ports.first("Port"); port; port = port.next("Port")) {
                PortFacts facts;
                facts.owner = without_urn(port.attribute("Owner"));
                facts.usage = spaced(port.attribute("Usage"));
                facts.side = port.attribute("InterfaceSide");
                facts.interface_number = port.attribute("InterfaceNumber");
                facts.protocol = spaced(port.attribute("Protocol"));
                facts.published_fqdn = to_lower(port.attribute("ConfiguredFqdn"));
                facts.port = to_number<std::uint16_t>(port.attribute("Port")).value_or(0);
                facts.published_port =
                    to_number<std::uint16_t>(port.attribute("ConfiguredPort")).value_or(0);
                facts.line = document_.line(port);
                // A port that cannot be read is reported, not guessed.
                if (facts.port == 0)
                    leave_out(
                        port, fmt::format("a port of {}", facts.owner),
                        fmt::format("'{}' is no port number", spaced(port.attribute("Port")))
                    );
                else
                    service.ports.push_back(std::move(facts));
            }
    }

    // In the published form a cluster names its site, in Topology Builder's it stands inside.
    std::size_t site_of_cluster(XmlElement cluster) {
        std::string_view id;
        if (const auto own = cluster.first("ClusterId")) {
            id = own.attribute("SiteId");
        } else {
            for (auto up = cluster.parent(); up && id.empty(); up = up.parent())
                if (up.name() == "CentralSite" || up.name() == "RemoteSite")
                    id = up.attribute("SiteId");
        }
        const auto [found, added] = sites_.emplace(std::string(id), facts_.sites.size());
        // A cluster may name a site that the file does not describe.
        if (added) facts_.sites.push_back(fmt::format("site {}", spaced(id)));
        return found->second;
    }

    void leave_out(XmlElement element, std::string what, std::string reason) {
        facts_.left_out.push_back({std::move(what), std::move(reason), document_.line(element)});
    }

    const XmlDocument& document_;
    TopologyFacts facts_;
    std::map<std::string, std::size_t, std::less<>> sites_; // SiteId → index
    std::map<std::string, std::size_t> clusters_;           // key → index
    std::map<std::string, std::string> sql_; // UniqueId of a SQL instance → its name
    std::size_t machines_ = 0;
};

} // namespace

Result<TopologyFacts> read_topology_xml(std::string_view bytes) {
    auto document = XmlDocument::read(bytes, limits::kTopologyFile);
    if (!document) return document.error();
    return Reader(*document).run();
}

} // namespace lyncprobe::config
