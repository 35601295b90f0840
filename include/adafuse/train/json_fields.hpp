// JsonFields: one list of a struct's fields serves to write it and to read it back. Enums are their
// words.
//
//   template <class Fields>
//   void list_fields(Fields& f, Config& c) { f("epochs", c.epochs); f("seed", c.seed); }
//
//   io::Json json = to_json(config);
//   Config config = from_json<Config>(json, "config.json");
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/io/words.hpp>
#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <set>

namespace adafuse::train::inline ADAFUSE_SIMD {

template <class Struct>
io::Json to_json(const Struct& value);
template <class Struct>
Struct from_json(const io::Json& json, const std::string& name);

namespace detail {

/// Whether JSON holds this type as it is: a number, a text, a flag, or a list of those.
template <class X>
concept PlainField = std::is_arithmetic_v<X> || std::same_as<X, std::string> ||
    std::same_as<X, std::vector<std::string>> || std::same_as<X, std::vector<Index>> ||
    std::same_as<X, std::array<float, 3>>;

}  // namespace detail

/// What a list of fields is called with to write them. It lives in this namespace and no deeper
/// one, so that lists beside it are found through their argument.
class FieldWriter {
 public:
  /// Writes a field.
  template <class Field>
  void operator()(const char* key, const Field& field) {
    if constexpr (detail::PlainField<Field>)
      json[key] = field;
    else if constexpr (io::HasWords<Field>)
      json[key] = io::word_of(field);
    else
      json[key] = to_json(field);
  }
  /// Writes a field, though a reader may do without.
  template <class Field>
  void or_default(const char* key, const Field& field) {
    (*this)(key, field);
  }
  /// A field that is written only where it is not 0, so that files without it stay as they were.
  template <class Field>
  void where_set(const char* key, const Field& field) {
    if (!equals(field, Field{})) (*this)(key, field);
  }
  io::Json json = io::Json::object();  ///< what was written
};

/// What a list of fields is called with to read them. A list may then check what it has read.
class FieldReader {
 public:
  /// Reads the fields of an object, which errors call `name`. Throws FormatError for what is none.
  FieldReader(const io::Json& json, std::string name) : json_(json), name_(std::move(name)) {
    require<FormatError>(json.is_object(), name_, ": expected an object, got ", json.type_name());
  }

  /// Reads a field. Throws FormatError where it is missing or of another type.
  template <class Field>
  void operator()(const char* key, Field& field) {
    const auto found = json_.find(key);
    require<FormatError>(found != json_.end(), name_, ": \"", key, "\" is missing");
    known_.insert(key);
    if constexpr (detail::PlainField<Field>) {
      check_kind<Field>(*found, key);
      try {
        field = found->template get<Field>();
      } catch (const io::Json::exception& error) {
        throw FormatError(
            concat(name_, ": \"", key, "\": ", io::detail::parse_reason(error.what())));
      }
    } else if constexpr (io::HasWords<Field>) {
      std::string word;
      (*this)(key, word);
      field = io::parse_word<Field>(word);
    } else {
      field = from_json<Field>(*found, name_ + ": " + key);
    }
  }

  /// A field that older files do not have: left out, it keeps its value.
  template <class Field>
  void or_default(const char* key, Field& field) {
    if (json_.contains(key)) (*this)(key, field);
  }
  /// Reads a field, if it is there.
  template <class Field>
  void where_set(const char* key, Field& field) {
    or_default(key, field);
  }

  /// Throws FormatError for a name that was not asked for.
  void finish() const {
    for (const auto& entry : json_.items())
      require<FormatError>(known_.count(entry.key()) > 0, name_, ": ", io::in_quotes(entry.key()),
                           " is not known");
  }

 private:
  // The library would quietly turn 3.7 into 3, -1 into a huge count, true into 1, and drop what an
  // array has too many of.
  template <class Field>
  static bool fits(const io::Json& value) {
    if constexpr (std::is_same_v<Field, bool>)
      return value.is_boolean();
    else if constexpr (std::is_unsigned_v<Field>)
      return value.is_number_unsigned();
    else if constexpr (std::is_integral_v<Field>)
      return value.is_number_integer() &&
             (!value.is_number_unsigned() ||
              value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<Field>::max()});
    else if constexpr (std::is_floating_point_v<Field>)
      return value.is_number();
    else if constexpr (std::same_as<Field, std::array<float, 3>>)
      return value.is_array() && value.size() == 3 &&
             std::all_of(value.begin(), value.end(), [](const auto& x) {
               return x.is_number() && std::abs(x.template get<double>()) <=
                                           static_cast<double>(std::numeric_limits<float>::max());
             });
    else if constexpr (std::same_as<Field, std::vector<Index>>)
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const auto& x) { return fits<Index>(x); });
    else
      return true;  // the library checks
  }

  template <class Field>
  void check_kind(const io::Json& value, const char* key) const {
    require<FormatError>(fits<Field>(value), name_, ": \"", key, "\" does not take ",
                         io::json_quote(value));
  }

  const io::Json& json_;
  std::string name_;
  std::set<std::string> known_;
};

/// The fields of a struct, in the order of its list.
template <class Struct>
io::Json to_json(const Struct& value) {
  FieldWriter writer;
  Struct copy = value;  // the list takes a struct that it could also write to
  list_fields(writer, copy);
  return std::move(writer.json);
}

/// Reads a struct back. Throws FormatError, naming `name` and the key, for a key that is missing or
/// unknown and a value of another kind or without a meaning.
template <class Struct>
Struct from_json(const io::Json& json, const std::string& name) {
  Struct value{};
  FieldReader reader(json, name);
  try {
    list_fields(reader, value);
  } catch (const ValueError& error) {  // a word that names nothing
    throw FormatError(name + ": " + error.what());
  } catch (const ShapeError& error) {  // sizes that nothing has
    throw FormatError(name + ": " + error.what());
  }
  reader.finish();
  return value;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
