// A restricted unpickler: it builds values, and asks a builder about every name. It executes
// nothing.
//
// A pickle is a program for a small stack machine: push a number, make a tuple of what lies above
// the mark, remember the top. Python's own machine also imports whatever a pickle names (GLOBAL)
// and calls it (REDUCE), which is why opening a pickle of somebody else runs their code. Here a
// name means what the builder says. One that it does not know stays opaque, and so does whatever
// would come of it: an instance, a state, items that are put into it.
//
// Read are the instructions that pickle protocols 2 to 5 write; no text forms (protocols 0 and 1),
// no extensions, no buffers outside of the pickle.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/bits_as.hpp>
#include <adafuse/io/byte_reader.hpp>
#include <adafuse/io/pickle_builder.hpp>
#include <adafuse/io/pickle_op.hpp>
#include <unordered_map>

namespace adafuse::io::inline ADAFUSE_SIMD::pickle {

namespace detail {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"  // each switch names its own instructions
/// The machine: a stack, marks in it, and a memo.
class Machine {
 public:
  Machine(ByteReader& in, Values& values, Builder& builder)
      : in_(in), values_(values), builder_(builder) {}

  Ref run() {
    for (;;) {
      start_ = in_.position();
      const auto op = static_cast<Op>(in_.number<std::uint8_t>());
      if (op == Op::stop) break;
      if (!scalar(op) && !text(op) && !container(op) && !memory(op) && !name(op)) refuse(op);
    }
    check(stack_.size() == 1 && marks_.empty(), "the pickle ends with ", stack_.size(),
          " values, expected one");
    return stack_.front();
  }

 private:
  Place here() const { return {in_.name(), start_}; }

  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    require<FormatError>(ok, here(), parts...);
  }

  [[noreturn]] void refuse(Op op) const {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<std::uint8_t>(op);
    throw FormatError(concat(here(), "pickle instruction 0x", digits[code / 16], digits[code % 16],
                             " is not one of protocols 2 to 5, or stands for what lies elsewhere; "
                             "nothing was executed"));
  }

  // ---- The stack: nothing below the last mark can be reached ----

  void push_ref(Ref ref) {
    check(stack_.size() < Values::most, "more than ", Values::most, " values on the stack");
    stack_.push_back(ref);
  }
  bool push(Value value) {
    push_ref(values_.add(std::move(value)));
    return true;
  }
  Ref top() const {
    check(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "expected a value on the stack");
    return stack_.back();
  }
  Ref pop() {
    const Ref ref = top();
    stack_.pop_back();
    return ref;
  }
  /// The last `count` values, in order.
  std::vector<Ref> pop_last(std::size_t count) {
    const std::size_t above = stack_.size() - (marks_.empty() ? 0 : marks_.back());
    check(count <= above, "expected ", count, " values on the stack, got ", above);
    std::vector<Ref> refs(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return refs;
  }
  /// The values above the last mark, in order; the mark goes as well.
  std::vector<Ref> pop_to_mark() {
    check(!marks_.empty(), "expected a mark on the stack");
    auto refs = pop_last(stack_.size() - marks_.back());
    marks_.pop_back();
    return refs;
  }
  template <class V>
  V& top_as(std::string_view expected) {
    const Ref ref = top();
    V* value = values_.as<V>(ref);
    check(value, "expected ", expected, ", got ", kind_of(values_[ref]));
    return *value;
  }
  std::string_view pop_text(std::string_view expected) {
    const auto text = top_as<Text>(expected).text;
    stack_.pop_back();
    return text;
  }

  // ---- The instructions, by kind; each tells whether it was one of its own ----

  bool scalar(Op op) {
    switch (op) {
      case Op::none:
        return push(NoneValue{});
      case Op::new_true:
        return push(true);
      case Op::new_false:
        return push(false);
      case Op::binint:
        return push(std::int64_t{in_.number<std::int32_t>()});
      case Op::binint1:
        return push(std::int64_t{in_.number<std::uint8_t>()});
      case Op::binint2:
        return push(std::int64_t{in_.number<std::uint16_t>()});
      case Op::long1:
        return push(integer(in_.take(in_.number<std::uint8_t>())));
      case Op::long4:
        return push(integer(in_.take(in_.number<std::uint32_t>())));
      case Op::binfloat:  // the only big-endian number
        return push(bits_as<double>(__builtin_bswap64(in_.number<std::uint64_t>())));
      default:
        return false;
    }
  }

  static Value integer(std::string_view bytes) {
    if (bytes.size() > sizeof(std::int64_t)) return BigInteger{bytes};
    const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
    std::int64_t value = negative ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  bool text(Op op) {
    switch (op) {
      case Op::short_binunicode:
      case Op::short_binstring:
        return push(Text{in_.take(in_.number<std::uint8_t>())});
      case Op::binunicode:
      case Op::binstring:
        return push(Text{in_.take(in_.number<std::uint32_t>())});
      case Op::binunicode8:
        return push(Text{in_.take(in_.number<std::uint64_t>())});
      case Op::short_binbytes:
        return push(Bytes{in_.take(in_.number<std::uint8_t>())});
      case Op::binbytes:
        return push(Bytes{in_.take(in_.number<std::uint32_t>())});
      case Op::binbytes8:
      case Op::bytearray8:
        return push(Bytes{in_.take(in_.number<std::uint64_t>())});
      default:
        return false;
    }
  }

  bool container(Op op) {
    switch (op) {
      case Op::empty_tuple:
        return push(Tuple{});
      case Op::empty_list:
        return push(List{});
      case Op::empty_dict:
        return push(Dict{});
      case Op::tuple1:
        return push(Tuple{pop_last(1)});
      case Op::tuple2:
        return push(Tuple{pop_last(2)});
      case Op::tuple3:
        return push(Tuple{pop_last(3)});
      case Op::tuple:
        return push(Tuple{pop_to_mark()});
      case Op::append:
        return append(pop_last(1));
      case Op::appends:
        return append(pop_to_mark());
      case Op::empty_set:
        return push(Opaque{"builtins", "set"});
      case Op::add_items:
        return append(pop_to_mark());
      case Op::frozen_set:
        return pop_to_mark(), push(Opaque{"builtins", "frozenset"});
      case Op::setitem:
        return set_items(pop_last(2));
      case Op::setitems:
        return set_items(pop_to_mark());
      default:
        return false;
    }
  }

  bool is_opaque(Ref ref) const { return values_.as<Opaque>(ref) != nullptr; }

  bool append(const std::vector<Ref>& refs) {
    if (is_opaque(top())) return true;
    auto& items = top_as<List>("a list to append to").items;
    items.insert(items.end(), refs.begin(), refs.end());
    return true;
  }

  bool set_items(const std::vector<Ref>& refs) {
    check(refs.size() % 2 == 0, "expected keys and values, got ", refs.size(), " of them");
    if (is_opaque(top())) return true;
    auto& items = top_as<Dict>("a dict to add to").items;
    for (std::size_t i = 0; i < refs.size(); i += 2) items.emplace_back(refs[i], refs[i + 1]);
    return true;
  }

  bool memory(Op op) {
    switch (op) {
      case Op::mark:
        check(marks_.size() < Values::most, "more than ", Values::most, " marks");
        marks_.push_back(stack_.size());
        return true;
      case Op::pop:
        return pop(), true;
      case Op::pop_mark:
        return pop_to_mark(), true;
      case Op::dup:
        return push_ref(top()), true;
      case Op::binput:
        return remember(in_.number<std::uint8_t>());
      case Op::long_binput:
        return remember(in_.number<std::uint32_t>());
      case Op::memoize:
        return remember(static_cast<std::uint32_t>(memo_.size()));
      case Op::binget:
        return recall(in_.number<std::uint8_t>());
      case Op::long_binget:
        return recall(in_.number<std::uint32_t>());
      case Op::proto:
        return check_protocol(in_.number<std::uint8_t>()), true;
      case Op::frame: {
        const auto bytes = in_.number<std::uint64_t>();
        check(bytes <= in_.left(), "truncated: a frame of ", bytes, " bytes, got ", in_.left());
        return true;
      }
      default:
        return false;
    }
  }

  bool remember(std::uint32_t slot) {
    check(memo_.size() < Values::most, "more than ", Values::most, " memo entries");
    memo_[slot] = top();
    return true;
  }

  bool recall(std::uint32_t slot) {
    const auto found = memo_.find(slot);
    check(found != memo_.end(), "memo entry ", slot, " was never set");
    push_ref(found->second);
    return true;
  }

  void check_protocol(int protocol) const {
    check(2 <= protocol && protocol <= 5, "pickle protocol ", protocol, ", expected 2 to 5");
  }

  bool name(Op op) {
    switch (op) {
      case Op::global: {
        const auto module = in_.line(), name = in_.line();
        return push(builder_.global(module, name, here()));
      }
      case Op::stack_global: {
        const auto name = pop_text("the name of a class or function");
        const auto module = pop_text("the name of a module");
        return push(builder_.global(module, name, here()));
      }
      case Op::new_object_ex:
        pop();  // arguments by name: only what is opaque has any
        check(stack_.size() >= 2 && is_opaque(stack_[stack_.size() - 2]),
              "arguments by name for what takes none");
        return call();
      case Op::reduce:
      case Op::new_object:
        return call();
      case Op::build: {
        const Ref state = pop();
        if (!is_opaque(top())) builder_.set_state(values_, top(), state, here());
        return true;
      }
      case Op::binpersid:
        push_ref(builder_.persistent(values_, pop(), here()));
        return true;
      default:
        return false;
    }
  }

  bool call() {
    const Ref arguments = pop(), callable = pop();
    check(values_.as<Tuple>(arguments), "expected a tuple of arguments, got ",
          kind_of(values_[arguments]));
    push_ref(is_opaque(callable) ? callable : builder_.call(values_, callable, arguments, here()));
    return true;
  }

  ByteReader& in_;
  Values& values_;
  Builder& builder_;
  std::size_t start_ = 0;  // of the instruction at hand
  std::vector<Ref> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Ref> memo_;
};
#pragma GCC diagnostic pop

}  // namespace detail

/// Reads one pickle from where the reader stands, and leaves it behind its end. Throws FormatError,
/// with the position, for anything that is not such a pickle. Nothing is ever executed.
inline Ref unpickle(ByteReader& in, Values& values, Builder& builder) {
  return detail::Machine(in, values, builder).run();
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::pickle
