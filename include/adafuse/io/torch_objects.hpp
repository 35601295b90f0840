// The names in a checkpoint of PyTorch that mean something here, and what they make.
//
// The list is short and closed: mappings, tensors, parameters, the types of storages, sizes.
// Training scripts save whatever else they have beside the weights (options, paths, dates, curves),
// and every name of that stays opaque: nothing is made of it, nothing of it is executed.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/pickle_builder.hpp>
#include <array>
#include <map>
#include <set>
#include <variant>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A type of elements: the class that PyTorch names its storages by, the name that files of tensors
/// use, and bytes for each element.
struct TorchType {
  /// As PyTorch names the storage's class, and as safetensors names the type.
  std::string_view storage, dtype;
  std::uint64_t bytes;  ///< of each element
};

/// Those that are known; complex ones can be stepped over, and not read as tensors.
inline constexpr std::array<TorchType, 12> torch_types{{{"FloatStorage", "F32", 4},
                                                        {"DoubleStorage", "F64", 8},
                                                        {"HalfStorage", "F16", 2},
                                                        {"BFloat16Storage", "BF16", 2},
                                                        {"IntStorage", "I32", 4},
                                                        {"LongStorage", "I64", 8},
                                                        {"ByteStorage", "U8", 1},
                                                        {"BoolStorage", "BOOL", 1},
                                                        {"CharStorage", "I8", 1},
                                                        {"ShortStorage", "I16", 2},
                                                        {"ComplexFloatStorage", "C64", 8},
                                                        {"ComplexDoubleStorage", "C128", 16}}};

/// A run of elements outside of the pickle.
struct TorchStorage {
  std::string_view key;             ///< what the file calls the bytes
  const TorchType* type = nullptr;  ///< of the elements
  std::int64_t count = 0;           ///< elements under that key
  std::int64_t begin = 0;           ///< of these, the ones from here on ...
  std::int64_t size = 0;            ///< ... and so many of them
};

/// A strided window onto a storage.
struct TorchTensor {
  TorchStorage storage;     ///< the elements
  std::int64_t offset = 0;  ///< elements of the storage before the first
  /// Of each dimension, in elements.
  std::vector<std::int64_t> sizes, strides;
};

/// Makes what a checkpoint's names ask for, and keeps it.
class TorchObjects : public pickle::Builder {
  using Ref = pickle::Ref;
  using Values = pickle::Values;
  using Place = pickle::Place;

 public:
  /// Names that are not known and yet read over.
  static constexpr std::size_t most_foreign = 1000;

  pickle::Value global(std::string_view module, std::string_view name,
                       const Place& place) override {
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].module == module && known[i].name == name) return pickle::Global{i};
    for (std::size_t i = 0; i < torch_types.size(); ++i)
      if (module == "torch" && torch_types[i].storage == name)
        return pickle::Global{known.size() + i};
    foreign_.emplace(module, name);
    require<FormatError>(foreign_.size() <= most_foreign, place, "asks for more than ",
                         most_foreign, " classes and functions that are not known");
    return pickle::Opaque{module, name};
  }

  Ref call(Values& values, Ref callable, Ref arguments, const Place& place) override {
    const auto* global = values.as<pickle::Global>(callable);
    require<FormatError>(global && global->number < known.size(), place,
                         "calls something that is no function; nothing was executed");
    const Known& callee = known[global->number];
    const auto& tuple = require_value<pickle::Tuple>(values, arguments, "arguments", place).items;
    require<FormatError>(callee.least <= tuple.size() && tuple.size() <= callee.most, place,
                         callee.name, ": expected ", callee.least, " to ", callee.most,
                         " arguments, got ", tuple.size());
    const std::vector<Ref> given = tuple;  // what is added to the values moves the tuple
    switch (callee.what) {
      case What::ordered_dict:
        return ordered_dict(values, given, place);
      case What::tensor:
        return rebuild_tensor(values, given, place);
      case What::parameter:
        if (!values.as<pickle::Opaque>(given[0])) require_tensor(values, given[0], place);
        return given[0];
      case What::size:
        require_value<pickle::Tuple>(values, given[0], "a tuple of sizes", place);
        return given[0];
      case What::default_dict:
        break;
    }
    return values.add(pickle::Dict{});
  }

  /// The state of an ordered dict is what hangs on it beside its items (`_metadata`): not weights.
  void set_state(Values& values, Ref object, Ref, const Place& place) override {
    require<FormatError>(values.as<pickle::Dict>(object), place, "sets the state of ",
                         kind_of(values[object]), "; nothing was executed");
  }

  /// ('storage', type, key, device, count) and, in the stream form, None or (key, begin, size) of a
  /// window onto it.
  Ref persistent(Values& values, Ref id, const Place& place) override {
    const auto& items = require_value<pickle::Tuple>(values, id, "a storage's tuple", place).items;
    require<FormatError>(items.size() == 5 || items.size() == 6, place,
                         "expected a storage's 5 or 6 fields, got ", items.size());
    const auto tag = require_value<pickle::Text>(values, items[0], "text", place).text;
    if (tag == "module" && values.as<pickle::Opaque>(items[1])) return items[1];  // and its source
    require<FormatError>(tag == "storage", place, "expected a storage, got ", in_quotes(tag));
    if (values.as<pickle::Opaque>(items[1])) return items[1];  // of a type that is not known
    const auto type =
        require_value<pickle::Global>(values, items[1], "a storage type", place).number;
    require<FormatError>(type >= known.size(), place, "expected a storage type, got a function");
    TorchStorage storage;
    storage.type = &torch_types[type - known.size()];
    storage.key = require_value<pickle::Text>(values, items[2], "a storage's key", place).text;
    storage.count = storage.size = count(values, items[4], place);
    if (items.size() == 6 && !values.as<pickle::NoneValue>(items[5])) {
      const auto& window = require_value<pickle::Tuple>(values, items[5], "a window", place).items;
      require<FormatError>(window.size() == 3, place, "expected (key, begin, size), got ",
                           window.size(), " fields");
      storage.begin = count(values, window[1], place);
      storage.size = count(values, window[2], place);
      require<FormatError>(
          storage.begin <= storage.count && storage.size <= storage.count - storage.begin, place,
          "a window of ", storage.size, " elements from ", storage.begin, " onto a storage of ",
          storage.count);
    }
    remember(storage, place);
    return add(values, storage);
  }

  /// The tensor that a value is, or null when it is none.
  const TorchTensor* tensor(const Values& values, Ref ref) const {
    const auto* object = values.as<pickle::Object>(ref);
    return object ? std::get_if<TorchTensor>(&objects_[object->number]) : nullptr;
  }

  /// What was read over: "argparse.Namespace", in the order of the alphabet.
  std::vector<std::string> foreign() const {
    std::vector<std::string> names;
    for (const auto& [module, name] : foreign_) names.push_back(concat(module, '.', name));
    return names;
  }

  /// Every storage that was named, by key.
  const std::map<std::string_view, TorchStorage>& storages() const { return storages_; }

 private:
  enum class What { ordered_dict, default_dict, tensor, parameter, size };
  struct Known {
    std::string_view module, name;
    What what;
    std::size_t least, most;  // arguments
  };
  static constexpr std::array<Known, 6> known{{
      {"collections", "OrderedDict", What::ordered_dict, 0, 1},
      {"collections", "defaultdict", What::default_dict, 0, 1},
      {"torch._utils", "_rebuild_tensor", What::tensor, 4, 4},
      {"torch._utils", "_rebuild_tensor_v2", What::tensor, 6, 7},
      {"torch._utils", "_rebuild_parameter", What::parameter, 3, 3},
      {"torch", "Size", What::size, 1, 1},
  }};

  using Made = std::variant<TorchStorage, TorchTensor>;

  Ref add(Values& values, Made object) {
    objects_.push_back(std::move(object));
    return values.add(pickle::Object{objects_.size() - 1});
  }

  template <class V>
  static const V& require_value(const Values& values, Ref ref, std::string_view expected,
                                const Place& place) {
    const V* value = values.as<V>(ref);
    require<FormatError>(value, place, "expected ", expected, ", got ", kind_of(values[ref]));
    return *value;
  }

  static std::int64_t count(const Values& values, Ref ref, const Place& place) {
    const auto value = require_value<std::int64_t>(values, ref, "a count", place);
    require<FormatError>(value >= 0, place, "expected a count, got ", value);
    return value;
  }

  static std::vector<std::int64_t> counts(const Values& values, Ref ref, const Place& place) {
    const auto& items = require_value<pickle::Tuple>(values, ref, "a tuple", place).items;
    require<FormatError>(std::ssize(items) <= Shape::max_rank, place, "a tensor of rank ",
                         items.size(), ", expected at most ", Shape::max_rank);
    std::vector<std::int64_t> result;
    for (const Ref item : items) result.push_back(count(values, item, place));
    return result;
  }

  void require_tensor(const Values& values, Ref ref, const Place& place) const {
    require<FormatError>(tensor(values, ref), place, "expected a tensor, got ",
                         kind_of(values[ref]));
  }

  /// OrderedDict() or OrderedDict([(key, value), ...]), the pairs tuples or lists.
  Ref ordered_dict(Values& values, const std::vector<Ref>& given, const Place& place) {
    pickle::Dict dict;
    if (!given.empty()) {
      const auto& pairs = require_value<pickle::List>(values, given[0], "a list", place).items;
      copied_pairs_ += pairs.size();  // a few bytes may ask for a long list again and again
      require<FormatError>(copied_pairs_ <= Values::most, place, "more than ", Values::most,
                           " items in ordered dicts");
      for (const Ref ref : pairs) {
        const auto* tuple = values.as<pickle::Tuple>(ref);
        const auto& pair =
            tuple ? tuple->items
                  : require_value<pickle::List>(values, ref, "a key and a value", place).items;
        require<FormatError>(pair.size() == 2, place, "expected a key and a value, got ",
                             pair.size(), " values");
        dict.items.emplace_back(pair[0], pair[1]);
      }
    }
    return values.add(std::move(dict));
  }

  /// (storage, offset, sizes, strides, ...): what follows is for training. Of a storage that is not
  /// known comes a tensor that is not known.
  Ref rebuild_tensor(Values& values, const std::vector<Ref>& given, const Place& place) {
    if (values.as<pickle::Opaque>(given[0])) return given[0];
    const auto* object = values.as<pickle::Object>(given[0]);
    const auto* storage = object ? std::get_if<TorchStorage>(&objects_[object->number]) : nullptr;
    require<FormatError>(storage, place, "expected a storage, got ", kind_of(values[given[0]]));
    TorchTensor made{.storage = *storage,
                     .offset = count(values, given[1], place),
                     .sizes = counts(values, given[2], place),
                     .strides = counts(values, given[3], place)};
    require<FormatError>(made.sizes.size() == made.strides.size(), place, "a tensor with ",
                         made.sizes.size(), " sizes and ", made.strides.size(), " strides");
    return add(values, std::move(made));
  }

  void remember(const TorchStorage& storage, const Place& place) {
    const auto& first = storages_.emplace(storage.key, storage).first->second;
    require<FormatError>(first.type == storage.type && first.count == storage.count, place,
                         "storage ", in_quotes(storage.key), " has ", storage.count, " ",
                         storage.type->dtype, " here and ", first.count, " ", first.type->dtype,
                         " elsewhere");
  }

  std::vector<Made> objects_;
  std::set<std::pair<std::string_view, std::string_view>> foreign_;  // module and name
  std::size_t copied_pairs_ = 0;
  std::map<std::string_view, TorchStorage> storages_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
