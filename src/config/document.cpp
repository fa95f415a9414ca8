// SPDX-License-Identifier: MIT
#include "config/document.h"

#include "model/limits.h"

#include <algorithm>
#include <array>
#include <istream>
#include <streambuf>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace lyncprobe::config {

namespace {

// More values than this in one entry (a target, an identity, a whole `policy:`) are no list that a
// person means.
constexpr std::size_t kNodesPerEntry = 100'000;

// Stop ends the parsing of a file; its mistake is already noted.
struct Stop {};

// TextBuffer lets the parser read text that is already in memory without a copy.
class TextBuffer : public std::streambuf {
  public:
    explicit TextBuffer(std::string_view text) {
        // streambuf wants char*, but a get area is only read.
        auto* begin = const_cast<char*>(text.data());
        setg(begin, begin, begin + text.size());
    }
};

Spot to_spot(const YAML::Mark& mark) {
    return {static_cast<std::size_t>(mark.pos), mark.line, mark.column};
}

// "?" and "!" are the parser's own marks for values without a tag.
bool is_plain(const std::string& tag) { return tag.empty() || tag == "?" || tag == "!"; }

// Events turns the parser's events into nodes and gives each to the sections as soon as it is
// complete.
class Events : public YAML::EventHandler {
  public:
    Events(ListFile& file, Sections& sections) : file_(file), sections_(sections) {}
    bool saw_document() const { return documents_ > 0; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1)
            stop(
                to_spot(mark), "a second YAML document begins here",
                "a target list is one document; is this line indented as meant?"
            );
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        complete({Node::Kind::nothing, to_spot(mark), {}, {}});
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        // Aliases are refused where their value is read: expanded, a short file can become a huge
        // tree.
        complete({Node::Kind::alias, to_spot(mark), {}, {}});
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& text
    ) override {
        const auto spot = to_spot(mark);
        // Here, while the place of the quote is known.
        demand_closing_quote(spot);
        complete({is_plain(tag) ? Node::Kind::scalar : Node::Kind::tagged, spot, text, {}});
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {
        open({is_plain(tag) ? Node::Kind::sequence : Node::Kind::tagged, to_spot(mark), {}, {}});
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {
        open({is_plain(tag) ? Node::Kind::mapping : Node::Kind::tagged, to_spot(mark), {}, {}});
    }

    void OnMapEnd() override { close(); }

  private:
    void open(Node node) {
        if (open_.empty() && node.kind != Node::Kind::mapping) top_level(node);
        // Everything behind this walks the tree by recursion.
        if (open_.size() >= static_cast<std::size_t>(limits::kYamlDepth))
            stop(node.spot, fmt::format("nested deeper than {} levels", limits::kYamlDepth), {});
        count(node.spot);
        open_.push_back(std::move(node));
    }

    void close() {
        auto node = std::move(open_.back());
        open_.pop_back();
        if (!open_.empty()) complete(std::move(node));
    }

    void complete(Node node) {
        if (open_.empty()) top_level(node);
        count(node.spot);
        // Directly below the document keys and values of the sections take turns.
        if (open_.size() == 1) {
            if (!key_read_) {
                take_ = sections_.section(node);
            } else {
                const bool handed_out =
                    take_ == Sections::Take::items && node.kind == Node::Kind::sequence;
                if (take_ != Sections::Take::skip && !handed_out) sections_.whole(node);
                take_ = Sections::Take::skip;
            }
            key_read_ = !key_read_;
            nodes_ = 0;
        } else if (open_.size() == 2 && take_ == Sections::Take::items && open_.back().kind == Node::Kind::sequence) {
            // One entry of a list of entries is handed on and forgotten, so that a list of 10,000
            // targets is never in memory as a tree.
            sections_.item(node);
            nodes_ = 0;
        } else if (take_ != Sections::Take::skip) {
            open_.back().children.push_back(std::move(node));
        }
    }

    // The whole document is something else than a mapping.
    [[noreturn]] void top_level(const Node& node) {
        const std::string form = "write 'targets:' and below it '- host: sip.contoso.com'";
        if (node.kind == Node::Kind::nothing) stop({}, "the file is empty", form);
        if (node.kind == Node::Kind::sequence)
            stop(node.spot, "a list without 'targets:' above it", form);
        stop(node.spot, "a target list is a mapping with the key 'targets'", form);
    }

    // yaml-cpp closes a forgotten quote at the end of the file, with half the list inside it.
    void demand_closing_quote(const Spot& spot) {
        const auto text = file_.text();
        if (spot.offset >= text.size()) return;
        const char quote = text[spot.offset];
        if (quote != '"' && quote != '\'') return;
        for (auto i = spot.offset + 1; i < text.size(); ++i) {
            if (quote == '"' && text[i] == '\\') {
                ++i;
            } else if (text[i] == quote) {
                // YAML 1.2 7.3.2: in single quotes a doubled quote is a quote.
                const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
                if (!doubled) return;
                ++i;
            }
        }
        stop(spot, "not valid YAML: this quote is never closed", {});
    }

    void count(const Spot& spot) {
        // What is skipped is not kept, so it need not be bounded.
        if (take_ != Sections::Take::skip && ++nodes_ > kNodesPerEntry)
            stop(spot, fmt::format("more than {} values in one entry", kNodesPerEntry), {});
    }

    [[noreturn]] void stop(const Spot& spot, std::string what, std::string hint) {
        file_.mistake(spot, std::move(what), std::move(hint));
        throw Stop{};
    }

    ListFile& file_;
    Sections& sections_;
    std::vector<Node> open_; // the top-level mapping, the section's value, …
    Sections::Take take_ = Sections::Take::skip;
    bool key_read_ = false; // of the top-level mapping: the value comes next
    std::size_t nodes_ = 0; // of the current entry
    int documents_ = 0;
};

bool indented_with_tab(std::string_view text, const Spot& spot) {
    const auto offset = std::min(spot.offset, text.size());
    // Only the blanks before the first character: a tab inside a line is harmless.
    const auto line = text.substr(offset - std::min(static_cast<std::size_t>(spot.column), offset));
    return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// The parser's message with what usually lies behind it.
void note_syntax(ListFile& file, const YAML::Exception& error) {
    struct Advice {
        std::string_view message, hint;
    };
    constexpr std::string_view kStar = "text that begins with * needs quotes";
    constexpr std::array kAdvice{
        Advice{
            "illegal map value",
            "text with ': ' in it needs quotes; is the line above indented alike?"},
        Advice{"end of map not found", "is this line indented like the keys beside it?"},
        Advice{"end of sequence not found", "is this line indented like the entry it belongs to?"},
        Advice{"end of sequence flow not found", "a '[' above is not closed"},
        Advice{"end of map flow not found", "a '{' above is not closed"},
        Advice{"the referenced anchor is not defined", kStar},
        Advice{"illegal character found while scanning alias", kStar},
        Advice{"alias not found after *", kStar},
        Advice{"unknown token", "text that begins with @, ` or % needs quotes"},
        // "C:\pki\root.pem", "C:\users\root.pem"
        Advice{"unknown escape character", kBackslashHint},
        Advice{"bad character found while scanning hex number", kBackslashHint},
    };
    const auto spot = error.mark.is_null() ? Spot{} : to_spot(error.mark);
    if (indented_with_tab(file.text(), spot))
        return file.mistake(spot, "not valid YAML: a tab in the indentation", "indent with spaces");
    const auto advice = std::ranges::find_if(kAdvice, [&error](const Advice& known) {
        return error.msg.starts_with(known.message);
    });
    const auto hint = advice == kAdvice.end() ? std::string_view() : advice->hint;
    // yaml-cpp 0.8 adds the name of an anchor, which is none: a star was meant.
    const auto said = hint == kStar ? std::string(advice->message) : error.msg;
    file.mistake(spot, "not valid YAML: " + said, std::string(hint));
}

} // namespace

void read_document(ListFile& file, Sections& sections) {
    TextBuffer buffer(file.text());
    std::istream in(&buffer);
    Events events(file, sections);
    try {
        YAML::Parser parser(in);
        // One document is allowed; the loop finds a second one, which OnDocumentStart refuses.
        while (parser.HandleNextDocument(events)) {
        }
        if (!events.saw_document())
            file.mistake(
                {}, "the file is empty", "a target list has at least 'targets:' with one 'host:'"
            );
    } catch (const Stop&) { // noted where it was thrown
    } catch (const YAML::Exception& error) {
        note_syntax(file, error);
    }
}

} // namespace lyncprobe::config
