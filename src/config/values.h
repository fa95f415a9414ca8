// SPDX-License-Identifier: MIT
// Values of a target list: each function reads one kind, and notes the mistake where there is one.
#pragma once

#include "config/document.h"
#include "config/list_file.h"
#include "model/deployment.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

inline constexpr std::uint32_t kLargestPort = 65535;

// Entry is one key with its value, or one element of the key's list.
struct Entry {
    const Node& key;
    const Node& value;
    ListFile& file;
    bool element = false; // of a list

    void mistake(std::string what, std::string hint = {}) const;
};

std::optional<std::string> read_text(const Entry&);
std::optional<bool> read_yes_or_no(const Entry&);
std::optional<Milliseconds> read_duration(const Entry&); // longer than nothing
std::optional<Milliseconds> read_duration_or_zero(const Entry&);
std::optional<std::uint32_t> read_number(
    const Entry&, std::uint32_t smallest, std::uint32_t largest
);
std::optional<std::uint32_t> parse_number(
    std::string_view, std::uint32_t smallest, std::uint32_t largest
);
std::optional<std::uint16_t> read_port(const Entry&);
std::optional<std::string> read_host_name(const Entry&);
std::optional<std::string> read_host(const Entry&); // a DNS name, or an address as RFC 5952 writes
                                                    // it
std::optional<Address> read_address(const Entry&);
std::optional<std::string> read_path(const Entry&); // joined to the list's folder
// A rule's id, or a glob that matches one.
std::optional<std::string> read_rule(const Entry&);

// The keys of a mapping with their values, in the order of the file.
std::vector<Entry> entries_of(const Node& mapping, ListFile&);
// The value of a key; null where the mapping has none of this name.
const Node* value_of(const Node& mapping, std::string_view key);

// The elements of a list, each as an entry of its own; `example` shows how the list is written.
std::vector<Entry> read_list(const Entry&, std::string_view example);
// The same where one value may stand without brackets.
std::vector<Entry> read_one_or_more(const Entry&, std::string_view example);
// Appends the addresses of these elements; one that is there already is a mistake.
void read_addresses_into(const std::vector<Entry>& elements, std::vector<Address>&);

// The word of a closed list; those in `refused` are unknown here.
template <class E>
std::optional<E> read_word(const Entry&, std::initializer_list<E> refused = {});
// Any word of the list, as a function that a table of keys can name.
template <class E>
std::optional<E> any_word(const Entry& entry) {
    return read_word<E>(entry);
}

// Is the value a mapping? Notes the mistake where it is not.
bool expect_mapping(const Entry&);

// The position of a key among the known ones, once. Notes unknown and repeated keys.
class KnownKeys {
  public:
    KnownKeys(std::span<const std::string_view> names, ListFile& file)
        : names_(names), file_(file) {}
    std::optional<std::size_t> find(const Node& key);
    std::uint64_t seen() const { return seen_; }

  private:
    std::span<const std::string_view> names_;
    ListFile& file_;
    std::uint64_t seen_ = 0;
};

// "did you mean 'timeout'?", or all the known words where none is near.
std::string suggestion(std::string_view text, std::span<const std::string_view> known);

// The names of a table of keys, for KnownKeys.
template <class Row, std::size_t N>
constexpr std::array<std::string_view, N> names_of(const std::array<Row, N>& table) {
    static_assert(N < 64); // a position behind the last one is still a bit that can be asked for
    std::array<std::string_view, N> names{};
    for (std::size_t i = 0; i < N; ++i)
        names[i] = table[i].name;
    return names;
}

// The position of a key in a table; the table's size where it has none of this name.
template <const auto& Table>
constexpr std::size_t index_of(std::string_view key) {
    std::size_t index = 0;
    while (index < Table.size() && Table[index].name != key)
        ++index;
    return index;
}

// Reads a mapping by a table whose rows have `name` and `read(entry, out)`; the keys seen, as bits
// in the order of the table.
template <const auto& Table, class Out>
std::uint64_t read_mapping(const Node& mapping, ListFile& file, Out& out) {
    static constexpr auto kNames = names_of(Table);
    KnownKeys keys(kNames, file);
    for (const auto& entry : entries_of(mapping, file))
        if (const auto index = keys.find(entry.key)) Table[*index].read(entry, out);
    return keys.seen();
}

// The same for a value that must be a mapping; notes the mistake where it is none.
template <const auto& Table, class Out>
void read_mapping(const Entry& entry, Out& out) {
    if (expect_mapping(entry)) read_mapping<Table>(entry.value, entry.file, out);
}

// Was this key of the table among those seen?
template <const auto& Table>
constexpr bool has_key(std::uint64_t seen, std::string_view key) {
    return (seen >> index_of<Table>(key) & 1u) != 0;
}

// Keeps a value that could be read.
template <class T, class U>
void keep(T& out, std::optional<U> value) {
    if (value) out = std::move(*value);
}

// Key is one key of a mapping that is read into an Out.
template <class Out>
struct Key {
    std::string_view name;
    void (*read)(const Entry&, Out&);
};

template <auto Member, auto Read, class Out>
void read_member(const Entry& entry, Out& out) {
    keep(out.*Member, Read(entry));
}

} // namespace lyncprobe::config
