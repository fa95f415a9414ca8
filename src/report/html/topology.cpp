// SPDX-License-Identifier: MIT
// The deployment as a picture: sites from top to bottom, inside of the network on the left, its
// edge beside it, partners on the right; between pools what is known of their mutual trust.
#include "model/text/lists.h"
#include "report/html/drawing.h"
#include "report/html/sections.h"
#include "report/page.h"
#include "report/trust_matrix.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

constexpr std::size_t kMostServers = 300;            // more are counted, not drawn
constexpr std::size_t kMostBoxes = 150;              // more are no picture
constexpr std::size_t kTitleCut = 34, kNameCut = 14; // characters

// Pixels. Columns are inside, inside, perimeter, partners.
constexpr std::array<int, 4> kColumns{24, 340, 676, 970};
constexpr std::size_t kPerimeter = 2, kPartners = 3;
constexpr int kWidth = 1220, kBoxWidth = 236, kHead = 42, kChip = 114, kChipRow = 21, kGap = 18;
constexpr int kSiteHead = 30, kSiteLeft = 6, kSiteWidth = 922;

// Box is a pool, or a server that is in none.
struct Box {
    std::string_view name, site;
    Role role = Role::other;
    std::vector<std::size_t> servers;
    std::size_t column = 0;
    int x = 0, y = 0, height = 0;
    bool lines = false; // a server a line, else two
};

// Band is one site.
struct Band {
    std::string_view site;
    int y = 0, height = 0;
};

struct Edge {
    std::size_t from, to; // boxes, from < to
    Known known = 0;
    std::array<int, 2> y{}; // where it leaves each
};

class Picture {
  public:
    explicit Picture(const View&);
    std::vector<Box> boxes;
    std::vector<Band> bands;
    std::vector<Edge> edges;
    int height = 0;
    bool counted; // servers are too many to be drawn one by one

  private:
    void collect(const View&);
    void place();
    int place_site(std::string_view site, int y);
    void connect(const MutualTrust&);
    void spread();
    int box_height(const Box&) const;
};

std::size_t zone_of(Role role) {
    if (role == Role::partner) return kPartners;
    return role == Role::edge || role == Role::reverse_proxy ? kPerimeter : 0;
}

Picture::Picture(const View& view) : counted(view.servers.size() > kMostServers) {
    collect(view);
    if (boxes.size() > kMostBoxes) return;
    place();
    connect(view.run.trust);
    spread();
}

// The first label, which people call a server by; the whole name where it is no DNS name.
std::string_view first_label(std::string_view name) {
    const bool address = name.find(':') != std::string_view::npos ||
                         name.find_first_not_of("0123456789.") == std::string_view::npos;
    return address ? name : name.substr(0, name.find('.'));
}

// Two labels that are the same, or too long for half a line, need the whole name on a line.
bool needs_lines(const View& view, const Box& box) {
    std::set<std::string_view> seen;
    return std::ranges::any_of(box.servers, [&](std::size_t server) {
        const auto label = first_label(view.servers[server].name);
        return label.size() > kNameCut || !seen.insert(label).second;
    });
}

void Picture::collect(const View& view) {
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
    for (std::size_t i = 0; i < view.servers.size(); ++i) {
        const auto& server = view.servers[i];
        const auto name = server.pool.empty() ? server.name : server.pool;
        const auto [at, fresh] = index.try_emplace({server.site, name}, boxes.size());
        if (fresh) boxes.push_back({name, server.site, server.role, {}, zone_of(server.role)});
        boxes[at->second].servers.push_back(i);
    }
    for (auto& box : boxes)
        box.lines = needs_lines(view, box);
}

int Picture::box_height(const Box& box) const {
    const auto servers = static_cast<int>(box.servers.size());
    const auto rows = counted ? 3 : box.lines ? servers : (servers + 1) / 2;
    return kHead + rows * kChipRow + 4;
}

// What is inside goes where there is more room; gives the end of the site.
int Picture::place_site(std::string_view site, int y) {
    std::array<int, 3> end{y + kSiteHead, y + kSiteHead, y + kSiteHead};
    for (auto& box : boxes) {
        if (box.site != site || box.column == kPartners) continue;
        if (box.column == 0 && end[1] < end[0]) box.column = 1;
        box.x = kColumns[box.column];
        box.y = end[box.column];
        box.height = box_height(box);
        end[box.column] += box.height + kGap;
    }
    return *std::ranges::max_element(end);
}

void Picture::place() {
    int y = 8;
    for (const auto& box : boxes) {
        const auto known = std::ranges::find(bands, box.site, &Band::site) != bands.end();
        if (known || box.column == kPartners) continue;
        const auto end = place_site(box.site, y);
        bands.push_back({box.site, y, end - y});
        y = end + kGap;
    }
    int partners = 8 + kSiteHead;
    for (auto& box : boxes) {
        if (box.column != kPartners) continue;
        box.x = kColumns[kPartners];
        box.y = partners;
        box.height = box_height(box);
        partners += box.height + kGap;
    }
    height = std::max(y, partners);
}

void Picture::connect(const MutualTrust& trust) {
    std::map<std::string_view, std::size_t> by_name;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        by_name.try_emplace(boxes[i].name, i);
    const auto boxes_of = [&](const std::vector<std::size_t>& servers) {
        std::set<std::size_t> out;
        for (const auto server : servers)
            if (const auto at = by_name.find(trust.servers[server].pool); at != by_name.end())
                out.insert(at->second);
        return out;
    };
    std::map<std::pair<std::size_t, std::size_t>, Known> known;
    for (const auto& link : trust.links) {
        if (link.same_pool) continue;
        const auto to = boxes_of(link.to);
        for (const auto one : boxes_of(link.from))
            for (const auto other : to)
                if (one != other) known[std::minmax(one, other)] |= known_of(link.verdict);
    }
    for (const auto& [pair, what] : known)
        edges.push_back({pair.first, pair.second, what});
    // What cannot work is drawn last, over the others.
    std::ranges::stable_sort(edges, {}, [](const Edge& edge) {
        return std::pair((edge.known & kBroken) != 0, (edge.known & kOpen) == 0);
    });
}

bool leaves_right(const Picture& picture, const Edge& edge, bool from) {
    const auto& own = picture.boxes[from ? edge.from : edge.to];
    const auto& other = picture.boxes[from ? edge.to : edge.from];
    if (own.column == other.column) return own.column != kPerimeter;
    return own.column < other.column;
}

// Lines that leave a box at one side do so one below the other, in the order of where they lead.
void Picture::spread() {
    std::map<std::pair<std::size_t, bool>, std::vector<std::pair<std::size_t, bool>>> sides;
    for (std::size_t i = 0; i < edges.size(); ++i)
        for (const bool from : {true, false})
            sides[{from ? edges[i].from : edges[i].to, leaves_right(*this, edges[i], from)}]
                .emplace_back(i, from);
    for (auto& [side, list] : sides) {
        const auto& box = boxes[side.first];
        std::ranges::stable_sort(list, {}, [&](const auto& end) {
            const auto& edge = edges[end.first];
            return boxes[end.second ? edge.to : edge.from].y;
        });
        const auto step = box.height / (static_cast<int>(list.size()) + 1);
        for (std::size_t i = 0; i < list.size(); ++i)
            edges[list[i].first].y[list[i].second ? 0 : 1] =
                box.y + step * (static_cast<int>(i) + 1);
    }
}

std::string_view edge_class(Known known) {
    if ((known & kBroken) != 0) return "link broken";
    return (known & kOpen) != 0 ? "link unknown" : "link works";
}

std::string_view edge_words(Known known) {
    if ((known & kBroken) != 0) return "cannot connect on some port";
    return (known & kOpen) != 0 ? "cannot be told on every port" : "can connect";
}

void write_edge(Markup& page, const Picture& picture, const Edge& edge) {
    const auto end = [&](bool from) {
        const auto& box = picture.boxes[from ? edge.from : edge.to];
        return box.x + (leaves_right(picture, edge, from) ? kBoxWidth : 0);
    };
    const auto bent = [&](bool from) { return leaves_right(picture, edge, from) ? 56 : -56; };
    const int x1 = end(true), x2 = end(false), b1 = x1 + bent(true), b2 = x2 + bent(false);
    const auto link = page.open("a", {{"href", "#trust"}, {"class", edge_class(edge.known)}});
    page.leaf(
        "title", fmt::format(
                     "{} and {}: {}", picture.boxes[edge.from].name, picture.boxes[edge.to].name,
                     edge_words(edge.known)
                 )
    );
    page.empty(
        "path", {{"d", fmt::format(
                           "M{} {}C{} {} {} {} {} {}", x1, edge.y[0], b1, edge.y[0], b2, edge.y[1],
                           x2, edge.y[1]
                       )}}
    );
    // The middle of the curve.
    if ((edge.known & kBroken) != 0)
        write_shape(
            page, (x1 + 3 * b1 + 3 * b2 + x2) / 8, (edge.y[0] + edge.y[1]) / 2, Verdict::fail
        );
}

void write_chip(Markup& page, const View& view, const Box& box, std::size_t number) {
    const auto server = box.servers[number];
    const auto& it = view.servers[server];
    const std::size_t columns = box.lines ? 1 : 2;
    const auto column = static_cast<int>(number % columns),
               row = static_cast<int>(number / columns);
    const auto x = box.x + 8 + column * kChip, y = box.y + kHead + row * kChipRow + 6;
    const auto link = page.open("a", {{"href", "#" + server_anchor(server)}});
    page.leaf("title", fmt::format("{}: {}", it.name, verdict_word(it.verdict)));
    write_shape(page, x + 8, y, it.verdict);
    write_text(
        page, x + 19, y + 4, "start",
        box.lines ? shortened(it.name, kTitleCut) : std::string(first_label(it.name))
    );
}

void write_counts(Markup& page, const View& view, const Box& box) {
    int y = box.y + kHead + 6;
    for (const auto verdict : {Verdict::fail, Verdict::warn, Verdict::pass}) {
        const auto count = std::ranges::count_if(box.servers, [&](std::size_t server) {
            return view.servers[server].verdict == verdict;
        });
        if (count == 0) continue;
        const auto first = std::ranges::find_if(box.servers, [&](std::size_t server) {
            return view.servers[server].verdict == verdict;
        });
        const auto link = page.open("a", {{"href", "#" + server_anchor(*first)}});
        write_shape(page, box.x + 16, y, verdict);
        write_text(
            page, box.x + 27, y + 4, "start",
            fmt::format(
                "{}: {}", counted(static_cast<std::size_t>(count), "server"), to_text(verdict)
            )
        );
        y += kChipRow;
    }
}

void write_rectangle(Markup& page, int x, int y, int width, int height, std::string_view classes) {
    page.empty(
        "rect", {{"class", classes},
                 {"x", fmt::format("{}", x)},
                 {"y", fmt::format("{}", y)},
                 {"width", fmt::format("{}", width)},
                 {"height", fmt::format("{}", height)},
                 {"rx", "6"}}
    );
}

void write_box(Markup& page, const View& view, const Picture& picture, const Box& box) {
    write_rectangle(page, box.x, box.y, kBoxWidth, box.height, "box");
    const auto group = page.open("g", {{"class", "pool"}});
    {
        const auto name = page.open("g", {{"class", "name"}});
        page.leaf("title", box.name);
        write_text(page, box.x + 10, box.y + 17, "start", shortened(box.name, kTitleCut));
    }
    write_text(page, box.x + 10, box.y + 31, "start", to_text(box.role));
    if (picture.counted) return write_counts(page, view, box);
    for (std::size_t i = 0; i < box.servers.size(); ++i)
        write_chip(page, view, box, i);
}

} // namespace

void write_topology(Markup& page, const View& view) {
    const Picture picture(view);
    if (picture.boxes.size() > kMostBoxes)
        return page.leaf(
            "p", fmt::format("{} pools are too many for a picture.", picture.boxes.size()),
            {{"class", "note"}}
        );
    page.leaf(
        "p",
        "Inside on the left, Edge and reverse proxy in the middle, partners on the right. Lines "
        "are mutual trust: solid where servers can connect, dotted where it cannot be told, dashed "
        "with a cross where they cannot on some port. Marks of servers: cross fail, triangle "
        "warning, diamond inconclusive, circle pass.",
        {{"class", "note"}}
    );
    const bool partners =
        std::ranges::any_of(picture.boxes, [](const Box& it) { return it.column == kPartners; });
    const Drawing drawing(
        page, "Topology of the deployment", partners ? kWidth : kSiteLeft + kSiteWidth + kSiteLeft,
        picture.height
    );
    for (const auto& band : picture.bands) {
        write_rectangle(page, kSiteLeft, band.y, kSiteWidth, band.height, "site");
        write_text(
            page, kSiteLeft + 18, band.y + 19, "start",
            band.site.empty() ? std::string("No site given") : fmt::format("Site {}", band.site)
        );
    }
    if (partners) write_text(page, kColumns[kPartners], 27, "start", "Partners");
    for (const auto& edge : picture.edges) {
        write_edge(page, picture, edge);
        page.line();
    }
    for (const auto& box : picture.boxes) {
        write_box(page, view, picture, box);
        page.line();
    }
}

} // namespace lyncprobe::report::html
