// Variable: a tensor with an optional history, so that derivatives can flow back through it.
//
// Without history it is a constant. A parameter is a leaf: it starts a history and collects the
// gradient. The result of an operation on either points to the Node that made it (below).
// Copies are handles onto one value and one node. A variable that was moved from is undefined. A
// value is written between a step and the next forward, if at all: one that is written between an
// operation that keeps it and its gradient makes that gradient an error (saved.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/no_grad.hpp>
#include <adafuse/autograd/saved.hpp>
#include <adafuse/core/tensor.hpp>
#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace adafuse {

template <class T>
struct Node;

inline namespace ADAFUSE_SIMD {
namespace detail {
/// "add" of "add<Variable<float>, float>".
inline std::string_view without_arguments(std::string_view function) {
  return function.substr(0, function.find('<'));
}
}  // namespace detail
}  // namespace ADAFUSE_SIMD

/// A handle on a tensor and on how it was computed. Copies are handles on the same.
template <class T>
class Variable {
 public:
  using value_type = T;

  /// No variable at all: `defined()` is false.
  ADAFUSE_INLINE Variable() = default;
  [[gnu::noinline]] ADAFUSE_INLINE Variable(const Variable&) = default;
  ADAFUSE_INLINE Variable(Variable&&) = default;
  [[gnu::noinline]] ADAFUSE_INLINE Variable& operator=(const Variable&) = default;
  [[gnu::noinline]] ADAFUSE_INLINE Variable& operator=(Variable&&) = default;
  [[gnu::noinline]] ADAFUSE_INLINE ~Variable() = default;
  /// A constant.
  ADAFUSE_INLINE Variable(Tensor<T> value) : value_(std::move(value)) {}
  /// A constant of rank 0.
  template <class N>
  requires std::is_arithmetic_v<N> ADAFUSE_INLINE Variable(N number)
      : value_(Tensor<T>::scalar(static_cast<T>(number))) {}
  /// What `node` computed; made by `record`.
  ADAFUSE_INLINE Variable(Tensor<T> value, std::shared_ptr<Node<T>> node)
      : value_(std::move(value)), node_(std::move(node)) {}

  /// Whether there is a value at all.
  ADAFUSE_INLINE bool defined() const { return value_.defined(); }
  explicit operator bool() const = delete;  // x.item() != 0 of one number, or x.defined()
  /// The elements. Throws ValueError, in the name of the caller, when there are none; within a
  /// pullback also when they were written after its operation.
  ADAFUSE_INLINE const Tensor<T>& value(const char* caller = __builtin_FUNCTION()) const& {
    require_readable(caller);
    return value_;
  }
  ADAFUSE_INLINE Tensor<T> value(const char* caller = __builtin_FUNCTION()) && {
    require_readable(caller);
    return std::move(value_);  // a loop over it must not outlive it
  }
  /// The sizes of the value.
  ADAFUSE_INLINE const Shape& shape() const { return value_.shape(); }
  /// How many dimensions it has.
  ADAFUSE_INLINE Index rank() const { return value_.rank(); }
  /// How many elements it has.
  ADAFUSE_INLINE Index size() const { return value_.size(); }
  /// The size of one dimension; negative positions count from the end.
  ADAFUSE_INLINE Index size(Index dim) const { return value_.size(dim); }
  /// The only element. Throws ShapeError when there are more or none.
  ADAFUSE_INLINE T item() const { return value_.item(); }

  /// Whether a derivative with respect to this can be asked for.
  ADAFUSE_INLINE bool requires_grad() const { return node_ && !node_->frozen; }
  /// Freezes a parameter (`requires_grad_(false)`), for all handles on it, or thaws it. Operations
  /// take a frozen one as a constant, `backward` leaves its gradient alone, and optimisers skip it.
  /// Throws ValueError for a constant that should require a gradient, which `parameter` makes, and
  /// for the result of an operation that should require none, which is `detach()`.
  ADAFUSE_INLINE const Variable& requires_grad_(bool wanted = true) const {
    require<ValueError>(is_leaf() || wanted == requires_grad(),
                        "requires_grad_: only a parameter can be frozen or thawed; a constant ",
                        "becomes one by parameter(tensor), a result a constant by detach()");
    if (is_leaf()) node_->frozen = !wanted;
    return *this;
  }
  /// Whether this is a parameter: its gradient is kept by `backward`, unless it is frozen.
  ADAFUSE_INLINE bool is_leaf() const { return node_ && !node_->recorded; }

  /// The gradient that `backward` has accumulated in a parameter; undefined before.
  ADAFUSE_INLINE Variable grad() const { return node_ ? node_->grad : Variable(); }
  /// Forgets the gradient that was accumulated.
  ADAFUSE_INLINE void zero_grad() const {
    if (node_) node_->grad = {};
  }
  /// Replaces the accumulated gradient of a parameter, by a copy unless nobody else has a handle on
  /// it. The gradient's own history is left behind: it holds the parameter, and a parameter that
  /// held it would never be released.
  ADAFUSE_INLINE void set_grad(Variable gradient) const {
    require<ValueError>(is_leaf(), "set_grad: only a parameter keeps a gradient");
    require<ShapeError>(gradient.defined() && gradient.shape() == shape(), "set_grad: expects ",
                        shape(), ", got ", gradient.shape());
    node_->grad = std::move(gradient).detach().with_own_memory();
  }

  /// The same value, as a constant.
  ADAFUSE_INLINE Variable detach() const& { return Variable(value_); }
  ADAFUSE_INLINE Variable detach() && { return Variable(std::move(value_)); }

  /// Calls `hook(g)` with each gradient that arrives here, complete, on its way back; what the hook
  /// returns goes on in its place (undefined: `g` itself).
  ADAFUSE_INLINE void add_hook(std::function<Variable(const Variable&)> hook) const {
    require<ValueError>(requires_grad(), "add_hook: no gradient ever arrives at a constant");
    node_->hooks.push_back(std::move(hook));
  }

  /// The same value with the same history, in memory that nobody else can write.
  ADAFUSE_INLINE Variable with_own_memory() && {
    if (defined() && !value_.unique()) value_ = value_.clone();
    return std::move(*this);
  }

  /// The elements, for writing: parameters only, under NoGrad, between a step and the next forward.
  ADAFUSE_INLINE Tensor<T> mutable_value() const {
    require<ValueError>(!grad_enabled(), "mutable_value: a variable is written under NoGrad only");
    value_.storage().announce_write();
    return value_;
  }

  /// The step of the history that made it; null for a constant.
  const std::shared_ptr<Node<T>>& node() const { return node_; }
  /// The memory of the value.
  ADAFUSE_INLINE const Storage<T>& storage() const { return value_.storage(); }

  // Operators are friends, so that `v + tensor` and `2 - v` convert. Their meaning is that of the
  // functions of these names, in ops/.
  /// y = a + b, as `add`.
  ADAFUSE_INLINE friend Variable operator+(const Variable& a, const Variable& b) {
    return add(a, b);
  }
  /// y = a - b, as `sub`.
  ADAFUSE_INLINE friend Variable operator-(const Variable& a, const Variable& b) {
    return sub(a, b);
  }
  /// y = a b, as `mul`.
  ADAFUSE_INLINE friend Variable operator*(const Variable& a, const Variable& b) {
    return mul(a, b);
  }
  /// y = a / b, as `div`.
  ADAFUSE_INLINE friend Variable operator/(const Variable& a, const Variable& b) {
    return div(a, b);
  }
  /// y = -a, as `neg`.
  ADAFUSE_INLINE friend Variable operator-(const Variable& a) { return neg(a); }

 private:
  [[gnu::always_inline]] ADAFUSE_INLINE void require_readable(const char* caller) const {
    if (!defined()) [[unlikely]]
      detail::fail<ValueError>(detail::without_arguments(caller),
                               ": needs a variable that is defined");
    detail::require_unchanged(value_);
  }

  Tensor<T> value_;
  std::shared_ptr<Node<T>> node_;
};

/// Whether X is a Variable.
template <class X>
inline constexpr bool is_variable = false;
/// Whether X is a Variable: yes.
template <class T>
inline constexpr bool is_variable<Variable<T>> = true;
/// Whether X is a Tensor.
template <class X>
inline constexpr bool is_tensor = false;
/// Whether X is a Tensor: yes.
template <class T>
inline constexpr bool is_tensor<Tensor<T>> = true;

/// What an operation of one operand takes: a variable, or a tensor of floating-point numbers.
template <class X>
concept Operand = (is_variable<X> || is_tensor<X>)&&std::floating_point<typename X::value_type>;

/// What an operation of two operands takes: two operands of one scalar type, or one and a number.
template <class A, class B>
concept Operands = (Operand<A> && Operand<B> &&
                    std::same_as<typename A::value_type, typename B::value_type>) ||
                   (Operand<A> && std::is_arithmetic_v<B>) ||
                   (std::is_arithmetic_v<A> && Operand<B>);

/// Tensors or variables that no operation of two operands takes: one holds whole numbers, or they
/// hold two types of number.
template <class A, class B>
concept NoOperands = (is_variable<A> || is_tensor<A>)&&(is_variable<B> ||
                                                        is_tensor<B>)&&!Operands<A, B>;

/// The scalar type of an operand; void where X is none. `scalar_of` is how to ask.
template <class X>
struct scalar_of_operand {
  using type = void;  ///< void
};
/// The scalar type of an operand.
template <Operand X>
struct scalar_of_operand<X> {
  using type = typename X::value_type;  ///< what X holds
};

/// The scalar type of one operand, or of the one of two that is not a plain number.
template <class A, class B = A>
using scalar_of = typename scalar_of_operand<std::conditional_t<Operand<A>, A, B>>::type;

inline namespace ADAFUSE_SIMD {
/// The operand as a variable: a tensor becomes a constant.
template <Operand X>
Variable<typename X::value_type> as_variable(const X& x) {
  return x;
}
}  // namespace ADAFUSE_SIMD

// ---- Node: one step of a history
// --------------------------------------------------------------------

/// One gradient for each input of an operation, undefined for an input that needs none.
template <class T>
using Gradients = std::vector<Variable<T>>;

/// It knows the nodes of its inputs and how to pull a gradient back.
template <class T>
struct Node {
  const char* op = "parameter";  ///< The operation's name.
  std::uint64_t order =
      0;                  ///< the event at which it was made: after its inputs, before what follows
  Shape shape;            ///< of the value, and so of its gradient
  bool recorded = false;  ///< made by an operation; a parameter otherwise
  bool frozen = false;    ///< a parameter that is a constant for now

  std::vector<std::shared_ptr<Node>> inputs;  ///< null where no gradient is wanted
  /// From dL/dy, and y where `output` holds it, to one gradient for each input.
  std::function<Gradients<T>(const Variable<T>& dy, const Variable<T>& y)> pullback;
  Tensor<T> output;  ///< y, if the pullback reads it: captured in the pullback it would be a cycle
  std::array<const void*, 4> read{};  ///< the memory of the first inputs, to name one of them

  /// Called in this order with the gradient of y, before it goes on.
  std::vector<std::function<Variable<T>(const Variable<T>&)>> hooks;
  Variable<T> grad;  ///< of a parameter

  ADAFUSE_INLINE Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// A node that is destroyed iteratively: a chain of a million must not overflow the stack.
  ADAFUSE_INLINE static std::shared_ptr<Node> make() {
    std::shared_ptr<Node> node(new Node, &Node::bury);
    node->order = Events::next();
    return node;
  }

  /// Forgets inputs and captured values, which may release long stretches of the history.
  ADAFUSE_INLINE void release() {
    pullback = nullptr;
    output = {};
    inputs.clear();
  }

 private:
  // Deleting a node drops the last handle on its inputs, whose deleters then land here again. The
  // outermost call deletes; inner ones only queue.
  ADAFUSE_INLINE static void bury(Node* node) {
    Graveyard& yard = yard_;
    yard.waiting.push_back(node);
    if (yard.busy) return;
    yard.busy = true;
    while (!yard.waiting.empty()) {
      Node* next = yard.waiting.back();
      yard.waiting.pop_back();
      delete next;
    }
    yard.busy = false;
  }

  struct Graveyard {
    std::vector<Node*> waiting;
    bool busy = false;
  };
  static inline thread_local Graveyard yard_;
};

inline namespace ADAFUSE_SIMD {

/// A parameter: a leaf whose gradient `backward` accumulates.
template <class T>
Variable<T> parameter(Tensor<T> value) {
  auto node = Node<T>::make();
  node->shape = value.shape();
  return Variable<T>(std::move(value), std::move(node));
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
