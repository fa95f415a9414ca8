// SPDX-License-Identifier: MIT
// A document is cut into pieces as it is parsed: the members of the outermost object, and of its
// long ones the elements. Each piece becomes a JSON value of its own, is converted and forgotten.
#include "report/read_json.h"

#include "report/json_parts.h"

#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

namespace json = boost::json;
using Error = json::error_code;

constexpr std::size_t kPiece = 64u << 10; // bytes read at a time

// Document puts the pieces of one document into a Restored.
class Document {
  public:
    // One member of the outermost object; of those that are `split` each element, `entry` its key
    // in an object and `index` its place.
    void
    take(std::string_view member, std::string_view entry, std::size_t index, const json::value&);
    void take_line(const json::value&); // of NDJSON
    static bool split(std::string_view member);
    bool mistaken() const { return !restored_.mistake().empty(); }
    const std::string& mistake() const { return restored_.mistake(); }
    Result<ScanResult> finish();

  private:
    template <class Row, class Read>
    void row(const json::value& value, const JsonPlace& here, std::vector<Row>& rows, Read read) {
        members(value, here, [&](FromJson& in) { read(in, rows.emplace_back()); });
    }
    template <class Read>
    void members(const json::value& value, const JsonPlace& here, Read read) {
        const auto* object = value.if_object();
        if (!object) return restored_.expected("an object", here);
        FromJson in(*object, here, restored_);
        read(in);
    }
    void endpoint(const json::value&, const JsonPlace&);
    void resolve_ids();

    Restored restored_;
    // These name endpoints, which may come after them.
    json::value trust_, topology_, federation_, problems_;
    bool schema_ = false, kind_ = false, summary_ = false, rows_ = false;
};

bool Document::split(std::string_view member) {
    static constexpr std::array kSplit = std::to_array<std::string_view>(
        {"endpoints", "files", "domains", "identities", "certificates"}
    );
    return std::ranges::find(kSplit, member) != kSplit.end();
}

void Document::take(
    std::string_view member, std::string_view entry, std::size_t index, const json::value& value
) {
    auto& result = restored_.result;
    const JsonPlace top, whole{nullptr, member};
    const JsonPlace here{&whole, entry, index};
    if (member == "schema") {
        const auto* text = value.if_string();
        if (!text || *text != kSchema)
            restored_.mistaken(fmt::format(
                "schema: this version reads '{}', not {}", kSchema, json::serialize(value)
            ));
        schema_ = true;
    } else if (member == "kind") {
        FromJson(json::object{{"kind", value}}, top, restored_)("kind", result.kind);
        kind_ = true;
    } else if (member == "judged_at") {
        FromJson(json::object{{"judged_at", value}}, top, restored_)("judged_at", result.judged_at);
    } else if (member == "run") {
        members(value, whole, [&](FromJson& in) { run_part(in, result); });
    } else if (member == "summary") {
        members(value, whole, [&](FromJson& in) { summary_part(in, result); });
        if (const auto* object = value.if_object())
            if (const auto* problems = object->if_contains("problems"))
                problems_ = json::value(*problems, json::storage_ptr());
        summary_ = true;
    } else if (member == "endpoints") {
        endpoint(value, here);
    } else if (member == "files") {
        row(value, here, result.files, [](auto& in, auto& it) { file_members(in, it); });
    } else if (member == "domains") {
        row(value, here, result.domains, [](auto& in, auto& it) { domain_members(in, it); });
    } else if (member == "identities") {
        row(value, here, result.identities, [](auto& in, auto& it) { identity_members(in, it); });
    } else if (member == "certificates") {
        read_certificate(entry, value, here, restored_);
    } else if (member == "revocation") {
        members(value, whole, [&](FromJson& in) { revocation_part(in, result); });
        result.fetched = true;
    } else if (member == "declared") {
        members(value, whole, [&](FromJson& in) { declared_part(in, result); });
    } else if (member == "trust") {
        trust_ = json::value(value, json::storage_ptr());
    } else if (member == "topology_findings") {
        topology_ = json::value(value, json::storage_ptr());
    } else if (member == "federation") {
        federation_ = json::value(value, json::storage_ptr());
    }
}

void Document::take_line(const json::value& line) {
    const auto* object = line.if_object();
    if (!object) return restored_.mistaken("expected an object a line");
    const auto* record = object->if_contains("record");
    const bool is_endpoint = record && *record == "endpoint";
    if (is_endpoint) endpoint(line, {nullptr, "endpoint"});
    for (const auto& [key, value] : *object) {
        if (is_endpoint && key != "schema" && key != "certificates") continue;
        const std::string_view member(key);
        std::size_t index = 0;
        if (const auto* inner = split(member) ? value.if_object() : nullptr)
            for (const auto& [entry, one] : *inner)
                take(member, entry, index++, one);
        else if (const auto* list = split(member) ? value.if_array() : nullptr)
            for (const auto& one : *list)
                take(member, {}, index++, one);
        else
            take(member, {}, 0, value);
    }
}

void Document::endpoint(const json::value& value, const JsonPlace& here) {
    members(value, here, [&](FromJson& in) {
        EndpointRow read;
        Target target;
        endpoint_members(in, read, target);
        if (read.id.empty() || target.host.empty())
            return restored_.expected("an endpoint with an id and a target", here);
        restored_.add(std::move(read), std::move(target));
    });
}

void Document::resolve_ids() {
    auto& result = restored_.result;
    const JsonPlace topology{nullptr, "topology_findings"}, trust{nullptr, "trust"},
        federation{nullptr, "federation"}, summary{nullptr, "summary"};
    const auto each = [&](const json::value& list, const JsonPlace& place, auto& rows, auto read) {
        if (list.is_null()) return;
        const auto* elements = list.if_array();
        if (!elements) return restored_.expected("an array", place);
        for (std::size_t i = 0; i < elements->size(); ++i)
            row((*elements)[i], {&place, {}, i}, rows, read);
    };
    each(topology_, topology, result.topology, [](auto& in, auto& it) {
        topology_members(in, it);
    });
    each(federation_, federation, result.federation, [](auto& in, auto& it) {
        federation_members(in, it);
    });
    each(problems_, {&summary, "problems"}, result.summary.problems, [](auto& in, auto& it) {
        problem_members(in, it);
    });
    if (!trust_.is_null()) members(trust_, trust, [&](FromJson& in) { trust_part(in, result); });
}

Result<ScanResult> Document::finish() {
    auto& result = restored_.result;
    if (!schema_ || !summary_)
        restored_.mistaken("no result of lyncprobe: it has no schema or no summary");
    if (!mistaken()) resolve_ids();
    if (const auto sha256 = restored_.undescribed())
        restored_.mistaken(fmt::format(
            "certificates: {} is named elsewhere and is not among them", to_hex(*sha256)
        ));
    if (mistaken()) return Problem{.what = mistake()};
    // Version 0.1.0 said the kind of a discovery only.
    if (!kind_ && !result.files.empty()) result.kind = ResultKind::check;
    if (!kind_ && !result.federation.empty()) result.kind = ResultKind::federation;
    return std::move(result);
}

// Pieces is a handler of the parser: it tells which value belongs to which piece.
class Pieces {
  public:
    // NOLINTBEGIN(readability-identifier-naming): names that Boost.JSON asks for
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    // NOLINTEND(readability-identifier-naming)

    explicit Pieces(Document& document) : document_(document) { renew(); }

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error& error) { return begin(error, true); }
    bool on_array_begin(Error& error) { return begin(error, false); }
    bool on_object_end(std::size_t size, Error& error) {
        if (inner_ > 0) stack_.push_object(size);
        return end(error);
    }
    bool on_array_end(std::size_t size, Error& error) {
        if (inner_ > 0) stack_.push_array(size);
        return end(error);
    }
    bool on_key_part(json::string_view part, std::size_t, Error&) {
        if (inner_ > 0)
            stack_.push_chars(part);
        else
            key_ += part;
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Error&) {
        if (inner_ > 0) {
            stack_.push_key(part);
            return true;
        }
        key_ += part;
        (in_member_ ? entry_ : member_) = std::exchange(key_, {});
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, Error&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, Error& error) {
        stack_.push_string(part);
        return scalar(error);
    }
    bool on_number_part(json::string_view, Error&) { return true; }
    bool on_int64(std::int64_t value, json::string_view, Error& error) {
        stack_.push_int64(value);
        return scalar(error);
    }
    bool on_uint64(std::uint64_t value, json::string_view, Error& error) {
        stack_.push_uint64(value);
        return scalar(error);
    }
    bool on_double(double value, json::string_view, Error& error) {
        stack_.push_double(value);
        return scalar(error);
    }
    bool on_bool(bool value, Error& error) {
        stack_.push_bool(value);
        return scalar(error);
    }
    bool on_null(Error& error) {
        stack_.push_null();
        return scalar(error);
    }
    bool on_comment_part(json::string_view, Error&) { return true; }
    bool on_comment(json::string_view, Error&) { return true; }

  private:
    bool begin(Error& error, bool object) {
        if (inner_ == 0 && !in_document_) {
            in_document_ = true;
            return object || stop(error);
        }
        if (inner_ == 0 && !in_member_ && Document::split(member_)) {
            in_member_ = true;
            index_ = 0;
            return true;
        }
        ++inner_;
        return true;
    }
    bool end(Error& error) {
        if (inner_ > 0) return --inner_ > 0 || piece(error);
        in_member_ = false; // or the document ends
        entry_.clear();
        return true;
    }
    bool scalar(Error& error) {
        if (!in_document_) return stop(error);
        return inner_ > 0 || piece(error);
    }
    bool piece(Error& error) {
        document_.take(member_, entry_, index_++, stack_.release());
        renew();
        return !document_.mistaken() || stop(error);
    }
    // A resource that is released and used again asks for ever larger blocks.
    void renew() {
        memory_.emplace(buffer_.data(), buffer_.size());
        stack_.reset(&*memory_);
    }
    static bool stop(Error& error) {
        error = make_error_code(boost::system::errc::invalid_argument);
        return false;
    }

    Document& document_;
    std::vector<unsigned char> buffer_ = std::vector<unsigned char>(kPiece);
    std::optional<json::monotonic_resource> memory_; // of the piece
    json::value_stack stack_;
    std::string key_, member_, entry_;
    std::size_t inner_ = 0; // containers that are open inside the piece
    std::size_t index_ = 0;
    bool in_document_ = false, in_member_ = false;
};

Problem damaged(std::string_view what, std::size_t line, std::size_t byte) {
    const auto place = line > 0 ? fmt::format("line {}, byte {}", line, byte + 1)
                                : fmt::format("byte {}", byte + 1);
    return {.what = fmt::format("no JSON at {}: {}", place, what)};
}

Result<ScanResult> read_document(std::istream& in, std::string piece, Document& document) {
    json::basic_parser<Pieces> parser(json::parse_options{}, document);
    std::size_t before = 0; // bytes of the pieces that were read
    for (;;) {
        Error error;
        const bool more = in.good();
        const auto read = parser.write_some(more, piece.data(), piece.size(), error);
        if (document.mistaken()) return Problem{.what = document.mistake()};
        if (error == boost::system::errc::invalid_argument)
            return Problem{.what = "no result of lyncprobe: expected an object"};
        if (error == json::error::incomplete)
            return damaged("the file ends too early", 0, before + read);
        if (error) return damaged(error.message(), 0, before + read);
        if (parser.done() && piece.find_first_not_of(" \t\r\n", read) != std::string::npos)
            return damaged("expected the end", 0, before + read);
        if (!more) return document.finish();
        before += piece.size();
        if (parser.done()) piece.clear();
        piece.resize(kPiece);
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(in.gcount()));
    }
}

Result<ScanResult> read_lines(std::istream& in, std::string line, Document& document) {
    for (std::size_t number = 1; !line.empty(); ++number) {
        Error error;
        json::stream_parser parser;
        const auto read = parser.write(line, error);
        if (!error) parser.finish(error);
        if (error) return damaged(error.message(), number, read);
        document.take_line(parser.release());
        if (document.mistaken())
            return Problem{.what = fmt::format("line {}: {}", number, document.mistake())};
        line.clear();
        std::getline(in, line);
    }
    return document.finish();
}

} // namespace

Result<ScanResult> read_json(std::istream& in) {
    constexpr std::string_view kOfLines = "\"record\":"; // compact, and soon after the schema
    Document document;
    std::string first;
    std::getline(in, first);
    if (std::string_view(first).substr(0, 200).find(kOfLines) != std::string_view::npos)
        return read_lines(in, std::move(first), document);
    if (in.good()) first += '\n';
    return read_document(in, std::move(first), document);
}

} // namespace lyncprobe::report
