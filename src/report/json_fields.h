// SPDX-License-Identifier: MIT
// The members of a JSON object said once for writing and for reading. For each type one function
//
//     void fields(auto& json, Is<Timings> auto& it) {
//         json("resolve", it.resolve);
//         ...
//     }
//
// is called with a ToJson, which writes the members in that order, or with a FromJson, which fills
// in those that are there and leaves the others as they are.
#pragma once

#include "model/facts.h"
#include "model/host.h"
#include "model/time.h"
#include "model/vocabulary.h"
#include "report/json_writer.h"
#include "report/restored.h"

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace lyncprobe::report {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

// Is it a FromJson?
template <class Json>
inline constexpr bool kReading = std::remove_cvref_t<Json>::kReads;

// Where the value is the empty one of its type (no text, 0, unknown), null stands in the file.
template <class T>
struct OrNull {
    T& value;
};
template <class T>
OrNull<T> or_null(T& value) {
    return {value};
}

// true and false as two words.
template <class T>
struct TwoWords {
    T& value;
    std::string_view yes, no;
};
template <class T>
TwoWords<T> two_words(T& value, std::string_view yes, std::string_view no) {
    return {value, yes, no};
}

// Endpoints by their ids; in memory they are indices. `value`: one, an optional one, or a list.
template <class T>
struct Ids {
    T& value;
};
template <class T>
Ids<T> ids(T& value) {
    return {value};
}

// Text that is not cut, however long it is.
template <class T>
struct Whole {
    T& value;
};
template <class T>
Whole<T> whole(T& value) {
    return {value};
}

// What has a text form of its own. `read` gives nothing where the text is none.
template <class T>
struct TextForm;
template <class T>
requires std::is_enum_v<T>
struct TextForm<T> {
    static constexpr std::string_view kExpected = "a word of the schema";
    static std::string_view write(T value) { return to_text(value); }
    static std::optional<T> read(std::string_view text) { return from_text<T>(text); }
};
template <>
struct TextForm<Time> {
    static constexpr std::string_view kExpected = "a time like 2026-11-22T21:08:49Z";
    static std::string write(Time value) { return to_rfc3339(value); }
    static std::optional<Time> read(std::string_view text) {
        const auto time = parse_time(text);
        // With an offset it may lie before the year 0.
        return time && *time >= kYear0 ? time : std::nullopt;
    }
    static constexpr Time kYear0{std::chrono::sys_days(std::chrono::year(0) / 1 / 1)};
};
template <>
struct TextForm<Address> {
    static constexpr std::string_view kExpected = "an IP address";
    static std::string write(const Address& value) { return to_text(value); }
    static std::optional<Address> read(std::string_view text) { return parse_address(text); }
};
template <>
struct TextForm<Fingerprint> {
    static constexpr std::string_view kExpected = "64 hex digits";
    static std::string write(const Fingerprint& value) { return to_hex(value); }
    static std::optional<Fingerprint> read(std::string_view text) { return fingerprint_of(text); }
};
template <class T>
concept HasTextForm = requires(const T& value) {
    TextForm<T>::write(value);
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// ToJson writes. A member whose value has a `write_value` of its own (found by its type) is written
// by that.
class ToJson {
  public:
    static constexpr bool kReads = false;

    // `run` explains indices of endpoints. Both outlive this.
    ToJson(JsonWriter& out, const ScanResult& run) : out_(out), run_(run) {}

    template <class T>
    void operator()(std::string_view key, const T& value) {
        out_.key(key);
        put(value);
    }
    template <class T>
    void unless_empty(std::string_view key, const T& value) {
        if (!value.empty()) (*this)(key, value);
    }
    // What follows from other members; a reader passes over it.
    template <class T>
    void derived(std::string_view key, const T& value) {
        (*this)(key, value);
    }
    // An object whose members `write` writes, or null where it is not `there`.
    template <class Members>
    bool object(std::string_view key, bool there, Members write) {
        out_.key(key);
        if (!there) {
            out_.null();
            return false;
        }
        object(write);
        return true;
    }
    template <class Members>
    void object(Members write) {
        out_.begin_object();
        write(*this);
        out_.end_object();
    }

    // A list of objects; `write(json, entry)` writes the members of one.
    template <class List, class Members>
    void each(std::string_view key, const List& list, Members write) {
        out_.key(key).begin_array();
        for (const auto& entry : list)
            object([&](ToJson& json) { write(json, entry); });
        out_.end_array();
    }

    template <class T>
    void put(const T& value) {
        if constexpr (requires { write_value(*this, value); })
            write_value(*this, value);
        else if constexpr (std::same_as<T, bool>)
            out_.boolean(value);
        else if constexpr (std::integral<T>)
            out_.integer(static_cast<std::int64_t>(value));
        else if constexpr (std::floating_point<T>)
            out_.milliseconds(value);
        else if constexpr (std::same_as<T, Milliseconds>)
            out_.integer(value.count());
        else if constexpr (std::convertible_to<const T&, std::string_view>)
            out_.text(value);
        else if constexpr (HasTextForm<T>)
            out_.text(TextForm<T>::write(value));
        else if constexpr (kIsOptional<T>)
            value ? put(*value) : out_.null();
        else
            put_object(value);
    }
    template <class T>
    void put(const std::vector<T>& list) {
        out_.begin_array();
        for (const auto& entry : list)
            put(entry);
        out_.end_array();
    }
    template <class T>
    void put(const OrNull<T>& form) {
        form.value == std::remove_const_t<T>() ? out_.null() : put(form.value);
    }
    template <class T>
    void put(const TwoWords<T>& form) {
        out_.text(form.value ? form.yes : form.no);
    }
    template <class T>
    void put(const Whole<T>& form) {
        out_.text(form.value, std::string_view::npos);
    }
    template <class T>
    void put(const Ids<T>& form) {
        if constexpr (std::integral<T>)
            out_.text(run_.endpoints[form.value].id);
        else if constexpr (kIsOptional<std::remove_const_t<T>>)
            form.value ? put(Ids{*form.value}) : out_.null();
        else {
            out_.begin_array();
            for (const auto& index : form.value)
                put(Ids{index});
            out_.end_array();
        }
    }
    template <class T>
    void put_object(const T& value) {
        object([&](ToJson& json) { fields(json, value); });
    }

    JsonWriter& out() { return out_; }
    const ScanResult& run() const { return run_; }

  private:
    JsonWriter& out_;
    const ScanResult& run_;
};

// FromJson reads the members of one object. What has the wrong form is told to `restored`, the
// first of all only; the rest is then read on and thrown away.
class FromJson {
  public:
    static constexpr bool kReads = true;
    using Object = boost::json::object;
    using Json = boost::json::value;

    FromJson(const Object& object, const JsonPlace& place, Restored& restored)
        : object_(object), place_(place), restored_(restored), next_(object.begin()) {}

    template <class T>
    void operator()(std::string_view key, T&& value) {
        if (const auto* found = find(key)) get(*found, {&place_, key}, value);
    }
    template <class T>
    void unless_empty(std::string_view key, T& value) {
        (*this)(key, value);
    }
    template <class T>
    void derived(std::string_view, const T&) {}
    template <class Members>
    bool object(std::string_view key, bool, Members read) {
        const auto* found = find(key);
        if (!found || found->is_null()) return false;
        const JsonPlace here{&place_, key};
        const auto* inner = found->if_object();
        if (!inner) {
            restored_.expected("an object", here);
            return false;
        }
        FromJson members(*inner, here, restored_);
        read(members);
        return true;
    }

    // A list of objects is appended to `rows`; `read(json, row)` reads the members of one.
    template <class List, class Members>
    void each(std::string_view key, List& rows, Members read) {
        const auto* found = find(key);
        if (!found) return;
        const JsonPlace here{&place_, key};
        const auto* list = found->if_array();
        if (!list) return restored_.expected("an array", here);
        for (std::size_t i = 0; i < list->size(); ++i) {
            const JsonPlace at{&here, {}, i};
            const auto* members = (*list)[i].if_object();
            if (!members) return restored_.expected("an object", at);
            FromJson one(*members, at, restored_);
            read(one, rows.emplace_back());
        }
    }

    const Json* find(std::string_view key) {
        // Files of ours have the members in the order in which they are asked for.
        if (next_ != object_.end() && next_->key() == key) return &(next_++)->value();
        const auto at = object_.find(key);
        if (at == object_.end()) return nullptr;
        next_ = at + 1;
        return &at->value();
    }
    const Object& members() const { return object_; }
    const JsonPlace& place() const { return place_; }
    Restored& restored() { return restored_; }

    template <class T>
    void get(const Json& json, const JsonPlace& here, T& value) {
        if constexpr (requires { read_value(json, here, restored_, value); })
            read_value(json, here, restored_, value);
        else if constexpr (std::same_as<T, bool>) {
            if (const auto* read = json.if_bool())
                value = *read;
            else
                restored_.expected("true or false", here);
        } else if constexpr (std::integral<T>) {
            const auto* read = json.if_int64();
            if (read && std::in_range<T>(*read))
                value = static_cast<T>(*read);
            else
                restored_.expected("a whole number in its range", here);
        } else if constexpr (std::floating_point<T>) {
            if (!json.is_number() && !json.is_null()) return restored_.expected("a number", here);
            value = json.is_null() ? T() : json.to_number<T>();
            if (!(value >= 0 && value <= JsonWriter::kLongestMilliseconds)) value = T();
        } else if constexpr (std::same_as<T, Milliseconds>) {
            std::uint32_t count = 0; // of a timeout
            get(json, here, count);
            value = Milliseconds(count);
        } else if constexpr (std::same_as<T, std::string>) {
            if (const auto* text = json.if_string())
                value.assign(text->data(), text->size());
            else
                restored_.expected("text", here);
        } else if constexpr (HasTextForm<T>) {
            const auto* text = json.if_string();
            const auto read = text ? TextForm<T>::read(*text) : std::nullopt;
            if (read)
                value = *read;
            else
                restored_.expected(TextForm<T>::kExpected, here);
        } else if constexpr (kIsOptional<T>) {
            value.reset();
            if (json.is_null()) return;
            // Not emplace(): clang takes a nested class with initialisers for one without them
            // here.
            typename T::value_type read{};
            get(json, here, read);
            value = std::move(read);
        } else {
            const auto* members = json.if_object();
            if (!members) return restored_.expected("an object", here);
            FromJson inner(*members, here, restored_);
            fields(inner, value);
        }
    }
    template <class T>
    void get(const Json& json, const JsonPlace& here, std::vector<T>& list) {
        const auto* array = json.if_array();
        if (!array) return restored_.expected("an array", here);
        list.clear();
        list.reserve(array->size());
        for (std::size_t i = 0; i < array->size(); ++i)
            get((*array)[i], {&here, {}, i}, list.emplace_back());
    }
    template <class T>
    void get(const Json& json, const JsonPlace& here, OrNull<T>& form) {
        form.value = T();
        if (!json.is_null()) get(json, here, form.value);
    }
    template <class T>
    void get(const Json& json, const JsonPlace& here, TwoWords<T>& form) {
        const auto* text = json.if_string();
        if (!text || (*text != form.yes && *text != form.no))
            return restored_.expected(std::string(form.yes) + " or " + std::string(form.no), here);
        form.value = *text == form.yes;
    }
    template <class T>
    void get(const Json& json, const JsonPlace& here, Whole<T>& form) {
        get(json, here, form.value);
    }
    template <class T>
    void get(const Json& json, const JsonPlace& here, Ids<T>& form) {
        if constexpr (std::integral<T>) {
            const auto* id = json.if_string();
            if (const auto index = id ? restored_.endpoint(*id) : std::nullopt)
                form.value = *index;
            else
                restored_.expected("the id of an endpoint", here);
        } else if constexpr (kIsOptional<T>) {
            form.value.reset();
            if (json.is_null()) return;
            Ids<std::size_t> one{form.value.emplace()};
            get(json, here, one);
        } else {
            const auto* array = json.if_array();
            if (!array) return restored_.expected("an array", here);
            form.value.clear();
            for (std::size_t i = 0; i < array->size(); ++i) {
                Ids<std::size_t> one{form.value.emplace_back()};
                get((*array)[i], {&here, {}, i}, one);
            }
        }
    }

  private:
    const Object& object_;
    const JsonPlace& place_;
    Restored& restored_;
    Object::const_iterator next_;
};

} // namespace lyncprobe::report
