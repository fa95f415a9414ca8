// SPDX-License-Identifier: MIT
#include "codec/dns.h"

#include "codec/byte_reader.h"
#include "model/limits.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

// Types and class (RFC 1035 3.2, RFC 3596 2.1, RFC 2782).
constexpr std::uint32_t kA = 1, kCname = 5, kAaaa = 28, kSrv = 33, kInternet = 1;
// Response codes (RFC 1035 4.1.1).
constexpr std::uint32_t kFormatError = 1, kServerFailure = 2, kNameError = 3, kNotImplemented = 4,
                        kRefused = 5;

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kLongestName = 255; // bytes on the wire (RFC 1035 2.3.4)
constexpr std::size_t kMostJumps = 64;    // compression pointers in one name; honest ones need few

// Record is one resource record, its data still packed.
struct Record {
    std::string owner;
    std::uint32_t type = 0, ttl = 0;
    std::size_t data = 0, data_size = 0; // in the message
};

// Message reads names with the whole message at hand, since a name may point back into it.
class Message {
  public:
    explicit Message(std::string_view bytes) : bytes_(bytes) {}

    // The name at `at`, which moves behind it; absent where it is none.
    std::optional<std::string> name(std::size_t& at) const;
    std::optional<Record> record(std::size_t& at) const;
    std::string_view bytes(std::size_t at, std::size_t size) const {
        return at <= bytes_.size() && size <= bytes_.size() - at ? bytes_.substr(at, size)
                                                                 : std::string_view();
    }

  private:
    std::string_view bytes_;
};

void append_label(std::string& name, std::string_view label) {
    if (!name.empty()) name += '.';
    for (const char c : label) {
        const auto byte = static_cast<std::uint8_t>(c);
        // RFC 4343 2.1 escapes: a dot or a control character inside a label must not look like
        // structure.
        if (is_letter_or_digit(c) || c == '-' || c == '_')
            name += to_lower(c);
        else
            name += fmt::format("\\{:03}", byte);
    }
}

// A pointer must lead to a place before the one where it was followed last, so that no name is
// endless.
std::optional<std::string> Message::name(std::size_t& at) const {
    std::string name;
    std::size_t position = at, floor = at, wire_size = 1, jumps = 0;
    bool jumped = false;
    while (position < bytes_.size()) {
        const auto length = static_cast<std::uint8_t>(bytes_[position]);
        if ((length & 0xc0) == 0xc0) {
            if (position + 1 >= bytes_.size() || ++jumps > kMostJumps) return std::nullopt;
            const std::size_t to = static_cast<std::size_t>(length & 0x3f) << 8 |
                                   static_cast<std::uint8_t>(bytes_[position + 1]);
            // The record goes on behind the first pointer, wherever that leads.
            if (!jumped) at = position + 2;
            if (to >= floor || to < kHeaderSize) return std::nullopt;
            jumped = true;
            position = floor = to;
            continue;
        }
        if ((length & 0xc0) != 0) return std::nullopt; // no other kind of label is in use
        if (length == 0) {
            if (!jumped) at = position + 1;
            return name.empty() ? "." : name;
        }
        wire_size += length + 1u;
        if (wire_size > kLongestName || position + 1 + length > bytes_.size()) return std::nullopt;
        append_label(name, bytes_.substr(position + 1, length));
        position += length + 1u;
    }
    return std::nullopt;
}

std::optional<Record> Message::record(std::size_t& at) const {
    Record record;
    const auto owner = name(at);
    if (!owner || at > bytes_.size()) return std::nullopt;
    record.owner = *owner;
    ByteReader reader(bytes_.substr(at));
    record.type = reader.number(2);
    const auto its_class = reader.number(2);
    record.ttl = reader.number(4);
    record.data_size = reader.number(2);
    reader.take(record.data_size);
    if (!reader.good()) return std::nullopt;
    record.data = at + 10;
    at = record.data + record.data_size;
    if (its_class != kInternet) record.type = 0; // EDNS and other classes are not asked about
    return record;
}

std::uint32_t wire_type(RecordType type) {
    return type == RecordType::a ? kA : type == RecordType::aaaa ? kAaaa : kSrv;
}

std::optional<Address> read_address(std::string_view data, bool v6) {
    Address address;
    address.v6 = v6;
    if (data.size() != (v6 ? 16u : 4u)) return std::nullopt;
    std::copy(data.begin(), data.end(), address.bytes.begin());
    return address;
}

std::optional<SrvTarget> read_target(const Message& message, const Record& record) {
    ByteReader reader(message.bytes(record.data, record.data_size));
    SrvTarget target;
    target.priority = static_cast<std::uint16_t>(reader.number(2));
    target.weight = static_cast<std::uint16_t>(reader.number(2));
    target.port = static_cast<std::uint16_t>(reader.number(2));
    // The name may point anywhere before itself; what it may not is end elsewhere than the record.
    std::size_t at = record.data + 6;
    const auto host = reader.good() ? message.name(at) : std::nullopt;
    if (!host || at != record.data + record.data_size) return std::nullopt;
    target.host = *host;
    return target;
}

struct Header {
    bool response = false, recursion = false;
    std::uint32_t code = 0, questions = 0, answers = 0;
};

std::optional<Header> read_header(std::string_view bytes) {
    ByteReader reader(bytes);
    Header header;
    // The id was compared by the resolver that asked.
    reader.take(2);
    const auto flags = reader.number(2);
    header.response = (flags & 0x8000) != 0;
    header.recursion = (flags & 0x0080) != 0;
    header.code = flags & 0x000f;
    header.questions = reader.number(2);
    header.answers = reader.number(2);
    reader.take(4);
    if (!reader.good()) return std::nullopt;
    return header;
}

std::optional<std::vector<Record>> read_records(
    const Message& message, const Header& header, const DnsQuestion& question
) {
    std::size_t at = kHeaderSize;
    // What answers another question is not an answer to ours, by mistake or by design (RFC
    // 5452 9.1).
    if (header.questions != 1) return std::nullopt;
    const auto asked = message.name(at);
    ByteReader reader(message.bytes(at, 4));
    const auto type = reader.number(2);
    if (!asked || *asked != question.name || !reader.good() || type != wire_type(question.type))
        return std::nullopt;
    at += 4;
    std::vector<Record> records; // a message is at most 64 KiB, a record at least 11 bytes
    for (std::uint32_t i = 0; i < header.answers; ++i) {
        auto record = message.record(at);
        if (!record) return std::nullopt;
        records.push_back(std::move(*record));
    }
    return records;
}

// Reading is one answer on its way from records to what they mean.
class Reading {
  public:
    Reading(const Message& message, DnsAnswer& answer) : message_(message), answer_(answer) {}

    void follow_aliases(const std::vector<Record>& records) {
        std::unordered_map<std::string, std::pair<std::string, std::uint32_t>> aliases;
        for (const auto& record : records) {
            if (record.type != kCname) continue;
            std::size_t at = record.data;
            const auto to = message_.name(at);
            if (!to || at != record.data + record.data_size) return fail("a broken alias");
            // Two aliases of one name are against RFC 2181 10.1; the first counts, as with most
            // resolvers.
            aliases.try_emplace(record.owner, *to, record.ttl);
        }
        owner_ = answer_.question.name;
        for (auto alias = aliases.find(owner_); alias != aliases.end();
             alias = aliases.find(owner_)) {
            if (answer_.aliases.size() == limits::kAliases) return loop("too many aliases");
            owner_ = alias->second.first;
            used(alias->second.second);
            const bool seen = owner_ == answer_.question.name ||
                              std::ranges::find(answer_.aliases, owner_) != answer_.aliases.end();
            answer_.aliases.push_back(owner_);
            if (seen) return loop("an alias leads back to itself");
        }
    }

    // Records of other owners are for caches, and cannot be trusted.
    void take(const Record& record) {
        if (answer_.status == DnsStatus::malformed || record.owner != owner_ ||
            record.type != wire_type(answer_.question.type))
            return;
        const auto data = message_.bytes(record.data, record.data_size);
        if (answer_.question.type == RecordType::srv) {
            // One broken record makes the whole answer one that cannot be relied on.
            const auto target = read_target(message_, record);
            if (!target) return fail("a broken SRV record");
            answer_.targets.push_back(*target);
        } else {
            const auto address = read_address(data, answer_.question.type == RecordType::aaaa);
            if (!address) return fail("an address of the wrong size");
            answer_.addresses.push_back(*address);
        }
        used(record.ttl);
    }

    void finish() {
        merge_equal(answer_.targets);
        keep(answer_.targets, answer_.targets_skipped, limits::kSrvTargets, [](const auto& t) {
            return std::tie(t.priority, t.host, t.port, t.weight);
        });
        keep(
            answer_.addresses, answer_.addresses_skipped, limits::kAddressesOfName,
            [](const Address& address) { return address; }
        );
        // An answer of aliases alone: the name exists, the record does not.
        const bool found = !answer_.targets.empty() || !answer_.addresses.empty();
        answer_.status = found ? DnsStatus::found : DnsStatus::no_such_record;
    }

  private:
    void used(std::uint32_t ttl) { answer_.ttl = std::min(answer_.ttl.value_or(ttl), ttl); }
    void fail(std::string_view why) {
        answer_.status = DnsStatus::malformed;
        answer_.detail = why;
    }
    void loop(std::string_view why) {
        answer_.status = DnsStatus::alias_loop;
        answer_.detail = why;
    }

    // Equal SRV records are counted, since they are a mistake worth telling.
    static void merge_equal(std::vector<SrvTarget>& list) {
        std::ranges::sort(list);
        std::vector<SrvTarget> merged;
        for (auto from = list.begin(); from != list.end();) {
            const auto to =
                std::find_if(from, list.end(), [&](const auto& it) { return it != *from; });
            merged.push_back(*from);
            merged.back().times = static_cast<std::uint32_t>(to - from);
            from = to;
        }
        list = std::move(merged);
    }

    template <class T, class Key>
    static void keep(std::vector<T>& list, std::size_t& skipped, std::size_t limit, Key key) {
        std::ranges::sort(list, {}, key);
        const auto twice = std::ranges::unique(list);
        list.erase(twice.begin(), twice.end());
        // Sorted before it is cut, so that the same answer in another order is judged the same.
        if (list.size() <= limit) return;
        skipped = list.size() - limit;
        list.resize(limit);
    }

    const Message& message_;
    DnsAnswer& answer_;
    std::string owner_; // whose records count: the name asked for, or what it is an alias of
};

DnsStatus status_of(std::uint32_t code) {
    switch (code) {
    case kNameError: return DnsStatus::no_such_name;
    case kRefused: return DnsStatus::refused;
    default: return DnsStatus::server_failure;
    }
}

std::string detail_of(std::uint32_t code) {
    switch (code) {
    case kFormatError: return "the name server misread the question (FORMERR)";
    case kServerFailure: return "the name server could not answer (SERVFAIL)";
    case kNameError: return {};
    case kNotImplemented: return "the name server does not know the question (NOTIMP)";
    case kRefused: return "the name server does not answer us (REFUSED)";
    default: return fmt::format("the name server says code {}", code);
    }
}

} // namespace

DnsAnswer read_dns_answer(const DnsQuestion& question, std::string_view bytes) {
    DnsAnswer answer;
    answer.question = question;
    answer.status = DnsStatus::malformed;
    const auto header = read_header(bytes);
    if (!header || !header->response) {
        answer.detail = "no DNS answer at all";
        return answer;
    }
    // A server that does not recurse says "no such name" of what it does not serve.
    answer.recursion = header->recursion;
    // The records of a failed answer mean nothing.
    if (header->code != 0 && header->code != kNameError) {
        answer.status = status_of(header->code);
        answer.detail = detail_of(header->code);
        return answer;
    }
    const Message message(bytes);
    const auto records = read_records(message, *header, question);
    if (!records) {
        answer.detail = "its records cannot be read";
        return answer;
    }
    answer.status = DnsStatus::found;
    Reading reading(message, answer);
    reading.follow_aliases(*records);
    if (answer.status != DnsStatus::found) return answer;
    // The code is about the end of the alias chain (RFC 6604 2.1).
    if (header->code == kNameError) {
        answer.status = DnsStatus::no_such_name;
        return answer;
    }
    for (const auto& record : *records)
        reading.take(record);
    if (answer.status == DnsStatus::found)
        reading.finish();
    else
        answer.targets.clear(), answer.addresses.clear();
    return answer;
}

} // namespace lyncprobe::codec
