// SPDX-License-Identifier: MIT
// The parts of an HTML page; each writes what stands under its heading.
#pragma once

#include "report/html/markup.h"
#include "report/html/view.h"

namespace lyncprobe::report::html {

// What the page carries inside, and the SHA-256 of each in base64, by which its Content Security
// Policy lets it pass.
extern const Literal kStyle, kScript;
inline constexpr Literal kPolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "style-src 'sha256-rr/pr4GW+jOGWEhgtapzYYTRIdFZFZeuH92kff+FHks='; "
    "script-src 'sha256-ktft2W4KAVbZqzvDflnk9xjr8BaOICtN494Xwlvs6vU='";

// Table is one in a frame of its own, which scrolls where the page is too narrow for it.
class Table {
  public:
    Table(Markup&, std::string_view caption);

  private:
    Markup::Element frame_, table_;
};

// "term: description" of a list of facts; nothing where there is no description.
void write_fact(Markup&, Literal term, std::string_view description);
// The first row of a table.
void write_head(Markup&, std::initializer_list<std::string_view> columns);

void write_finding(Markup&, const Finding&);     // an entry of a list, with fix and source
void write_importance(Markup&, const TodoItem&); // "A: sign-in, phones"
std::string todo_anchor(std::size_t item);

void write_header(Markup&, const View&);       // verdict, counts, the five worst
void write_todo(Markup&, const View&);         // what is to be done
void write_unjudged(Markup&, const View&);     // what could not be judged, and what would settle it
void write_files(Markup&, const View&);        // of `check`
void write_federation(Markup&, const View&);   // go or no-go
void write_records(Markup&, const View&);      // of `discover`
void write_matrix(Markup&, const View&);       // servers by kinds of check
void write_topology(Markup&, const View&);     // sites, pools, servers and what connects them
void write_trust(Markup&, const View&);        // who can connect to whom
void write_timeline(Markup&, const View&);     // what runs out when
void write_endpoints(Markup&, const View&);    // each with its tree of steps
void write_certificates(Markup&, const View&); // table and chains
void write_waived(Markup&, const View&);
void write_passed(Markup&, const View&);

} // namespace lyncprobe::report::html
