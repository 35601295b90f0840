// L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980): Newton's method
// with an inverse Hessian made of the last steps and of what they changed in the gradient, as in
// PyTorch. For functions without noise: the whole data, not batches.
//
//   optim::Lbfgs<double> lbfgs(nn::parameters(net), {.history = 10});
//   lbfgs.step(1, [&] {
//     lbfgs.zero_grad();
//     const auto loss = mse_loss(net(x), y);
//     backward(loss);
//     return loss;
//   });
//
// With s_k the steps, y_k the changes of the gradient g and r_k = 1 / (y_k . s_k), the direction is
//   q = -g;   newest to oldest:  a_k = r_k (s_k . q),  q <- q - a_k y_k;
//   d = q (y . s) / (y . y) of the newest;   oldest to newest:  d <- d + (a_k - r_k (y_k . d)) s_k
// (Nocedal and Wright, "Numerical optimization", algorithm 7.4).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/optim/strong_wolfe.hpp>
#include <deque>
#include <map>
#include <set>
#include <string>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// How the length of a step is found.
enum class LineSearch {
  none,         ///< Each step is the rate times the direction.
  strong_wolfe  ///< A step along which the function falls enough and flattens enough.
};

/// What Lbfgs is told.
struct LbfgsOptions {
  Index iterations = 20;   ///< At most so many in one step (PyTorch's max_iter).
  Index evaluations = -1;  ///< About so many of the function (max_eval); -1: iterations * 5 / 4.
  double tolerance_grad = 1e-7;    ///< The step ends when no element of the gradient is larger,
  double tolerance_change = 1e-9;  ///< or when neither parameters nor loss change by more.
  Index history = 100;             ///< How many steps are remembered (history_size).
  LineSearch line_search = LineSearch::none;  ///< How the length of a step is found.
};

/// L-BFGS: the header's idea says how a step is made.
template <class T>
class Lbfgs {
 public:
  /// Sets gradients to zero, computes the loss, a single number, walks back and returns it.
  using Closure = std::function<Variable<T>()>;

  /// Throws ValueError when something is no parameter, or is listed twice, or an option is not
  /// positive.
  explicit Lbfgs(std::vector<Variable<T>> parameters, LbfgsOptions options = {})
      : parameters_(std::move(parameters)), options_(options) {
    require<ValueError>(options.iterations > 0 && options.history > 0 && options.evaluations != 0,
                        "Lbfgs: iterations, evaluations and history must be positive, got ",
                        options.iterations, ", ", options.evaluations, " and ", options.history);
    if (options.evaluations < 0) options_.evaluations = options.iterations * 5 / 4;
    std::set<const Node<T>*> seen;
    for (const auto& p : parameters_) {
      require<ValueError>(p.is_leaf(), "Lbfgs: takes parameters only");
      require<ValueError>(seen.insert(p.node().get()).second, "Lbfgs: a parameter of shape ",
                          p.shape(), " is listed twice");
      size_ += p.size();
    }
  }

  /// Up to `iterations` iterations; the first step of a line search is `rate` (1 is natural).
  /// Returns the loss before. Frozen parameters stay.
  T step(double rate, const Closure& closure) {
    require<ValueError>(std::isfinite(rate), "Lbfgs: the rate is ", rate);
    ++steps_;
    const auto evaluate = [&] {
      const GradMode on(true);
      const T loss = closure().item();
      ++evaluated_;
      return static_cast<double>(loss);
    };
    const Index evaluated_before = evaluated_;
    double loss = evaluate();
    const T first_loss = static_cast<T>(loss);
    Tensor<T> gradient = flat_gradient();
    if (largest(gradient) <= options_.tolerance_grad) return first_loss;

    for (Index iteration = 1; iteration <= options_.iterations; ++iteration) {
      const bool first = !direction_.defined();
      if (first) {
        direction_ = scaled(gradient, -1);
      } else {
        remember(gradient);
        direction_ = newton_direction(gradient);
      }
      before_ = gradient.clone();
      const double loss_before = loss;
      // Before there is a history, the direction says nothing of the length.
      length_ = (first ? std::min(1.0, 1 / sum_of_magnitudes(gradient)) : 1.0) * rate;
      const double slope = dot(gradient, direction_);
      if (slope > -options_.tolerance_change) break;

      bool stale = false;  // whether loss and gradient are those from before the move
      if (options_.line_search == LineSearch::strong_wolfe) {
        const auto start = copies();
        const auto at = [&](double length) {
          move(length);
          LinePoint<T> point{.length = length, .loss = evaluate(), .gradient = flat_gradient()};
          point.slope = dot(point.gradient, direction_);
          put_back(start);
          return point;
        };
        auto found =
            strong_wolfe<T>(at, {.length = 0, .loss = loss, .gradient = gradient, .slope = slope},
                            length_, largest(direction_), options_.tolerance_change);
        length_ = static_cast<double>(static_cast<T>(found.length));  // as it is saved
        loss = found.loss;
        gradient = found.gradient;
        move(length_);
      } else {
        length_ = static_cast<double>(static_cast<T>(length_));
        move(length_);
        // Who draws another batch for each step has no use for the loss after the last move.
        stale = iteration == options_.iterations;
        if (!stale) loss = evaluate(), gradient = flat_gradient();
      }
      if (stale || evaluated_ - evaluated_before >= options_.evaluations ||
          largest(gradient) <= options_.tolerance_grad ||
          largest(direction_) * std::abs(length_) <= options_.tolerance_change ||
          std::abs(loss - loss_before) < options_.tolerance_change)
        break;
    }
    return first_loss;
  }

  /// Forgets all gradients.
  void zero_grad() const {
    for (const auto& p : parameters_) p.zero_grad();
  }

  /// How many steps were taken, and how often the closure was called in them.
  Index steps() const { return steps_; }
  /// How often the closure was called, in all steps.
  Index evaluated() const { return evaluated_; }

  /// Copies of what the next step reads, by name: "direction" and "gradient" [n], "length" [1], and
  /// "steps" and "changes" [k, n], the history, oldest first; n counts the elements of all
  /// parameters. Empty before the first step.
  std::map<std::string, Tensor<T>> state() const {
    std::map<std::string, Tensor<T>> state;
    if (!direction_.defined()) return state;
    state["direction"] = direction_.clone();
    state["gradient"] = before_.clone();
    state["length"] = Tensor<T>::of({static_cast<T>(length_)});
    const auto rows = static_cast<Index>(history_.size());
    Tensor<T> moved({rows, size_}), changed({rows, size_});
    for (Index k = 0; k < rows; ++k) {
      const Pair& pair = history_[static_cast<std::size_t>(k)];
      std::copy(pair.s.begin(), pair.s.end(), moved.data() + k * size_);
      std::copy(pair.y.begin(), pair.y.end(), changed.data() + k * size_);
    }
    state["steps"] = moved;
    state["changes"] = changed;
    return state;
  }

  /// Continues from a saved state, of which it takes copies. Throws ValueError for names that do
  /// not fit, ShapeError for a shape; nothing is changed then.
  void restore(Index steps, const std::map<std::string, Tensor<T>>& saved) {
    require<ValueError>(steps >= 0, "Lbfgs: steps must not be negative, got ", steps);
    if (!saved.empty()) check(saved);
    steps_ = steps;
    history_.clear();
    direction_ = before_ = {};
    length_ = 0;
    if (saved.empty()) return;
    direction_ = saved.at("direction").clone();
    before_ = saved.at("gradient").clone();
    length_ = static_cast<double>(saved.at("length").item());
    const Tensor<T>&moved = saved.at("steps"), &changed = saved.at("changes");
    for (Index k = 0; k < moved.size(0); ++k)
      history_.push_back(paired(moved[k].clone(), changed[k].clone()));
  }

 private:
  /// A step, the change of the gradient along it, y . s and y . y.
  struct Pair {
    Tensor<T> s, y;
    double ys, yy;
  };
  static Pair paired(Tensor<T> s, Tensor<T> y) {
    const double ys = dot(y, s), yy = dot(y, y);
    return {std::move(s), std::move(y), ys, yy};
  }

  void check(const std::map<std::string, Tensor<T>>& saved) const {
    const auto at = [&](const char* name) -> const Tensor<T>& {
      const auto found = saved.find(name);
      require<ValueError>(found != saved.end(), "Lbfgs: '", name, "' is not there");
      return found->second;
    };
    const auto expect = [&](const char* name, const Shape& shape) {
      require<ShapeError>(at(name).shape() == shape, "Lbfgs: '", name, "' expects ", shape,
                          ", got ", at(name).shape());
    };
    expect("direction", {size_});
    expect("gradient", {size_});
    expect("length", {1});
    const Index rows = at("steps").rank() == 2 ? at("steps").size(0) : 0;
    expect("steps", {rows, size_});
    expect("changes", {rows, size_});
    require<ValueError>(saved.size() == 5, "Lbfgs: expects 5 tensors, got ", saved.size());
    require<ValueError>(rows <= options_.history, "Lbfgs: remembers ", options_.history,
                        " steps, got ", rows);
  }

  /// Adds the last step to the history, if the function curves upwards along it.
  void remember(const Tensor<T>& gradient) {
    Tensor<T> y = gradient.clone();
    add(y, -1, before_);
    Pair pair = paired(scaled(direction_, length_), std::move(y));
    if (!(pair.ys > 1e-10)) return;  // the bound is PyTorch's
    if (static_cast<Index>(history_.size()) == options_.history) history_.pop_front();
    history_.push_back(std::move(pair));
  }

  Tensor<T> newton_direction(const Tensor<T>& gradient) const {
    Tensor<T> d = scaled(gradient, -1);
    std::vector<double> a(history_.size());
    for (std::size_t k = history_.size(); k-- > 0;) {
      const Pair& pair = history_[k];
      a[k] = dot(pair.s, d) / pair.ys;
      add(d, -a[k], pair.y);
    }
    if (!history_.empty()) d = scaled(d, history_.back().ys / history_.back().yy);
    for (std::size_t k = 0; k < history_.size(); ++k) {
      const Pair& pair = history_[k];
      add(d, a[k] - dot(pair.y, d) / pair.ys, pair.s);
    }
    return d;
  }

  /// The gradients of all parameters in a row, [n]; zeros where there is none.
  Tensor<T> flat_gradient() const {
    Tensor<T> flat({size_});
    Index at = 0;
    for (const auto& p : parameters_) {
      if (const Variable<T> grad = p.grad(); p.requires_grad() && grad.defined())
        std::copy(grad.value().begin(), grad.value().end(), flat.data() + at);
      at += p.size();
    }
    return flat;
  }

  /// p <- p + length direction.
  void move(double length) const {
    const NoGrad guard;
    Index at = 0;
    for (const auto& p : parameters_) {
      if (p.requires_grad()) {
        T* const weights = p.mutable_value().data();
        const T* const d = direction_.data() + at;
        for (Index i = 0; i < p.size(); ++i) weights[i] += static_cast<T>(length) * d[i];
      }
      at += p.size();
    }
  }

  std::vector<Tensor<T>> copies() const {
    std::vector<Tensor<T>> values;
    for (const auto& p : parameters_) values.push_back(p.value().clone());
    return values;
  }
  void put_back(const std::vector<Tensor<T>>& values) const {
    const NoGrad guard;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (parameters_[i].requires_grad()) parameters_[i].mutable_value().copy_from(values[i]);
  }

  static double dot(const Tensor<T>& a, const Tensor<T>& b) {
    double sum = 0;
    for (Index i = 0; i < a.size(); ++i)
      sum += static_cast<double>(a.data()[i]) * static_cast<double>(b.data()[i]);
    return sum;
  }
  static double largest(const Tensor<T>& a) {
    double most = 0;
    for (const T x : a) {
      if (std::isnan(x)) return static_cast<double>(x);
      most = std::max(most, std::abs(static_cast<double>(x)));
    }
    return most;
  }
  static double sum_of_magnitudes(const Tensor<T>& a) {
    double sum = 0;
    for (const T x : a) sum += std::abs(static_cast<double>(x));
    return sum;
  }
  static Tensor<T> scaled(const Tensor<T>& a, double factor) {
    Tensor<T> result = a.clone();
    for (T& x : result) x *= static_cast<T>(factor);
    return result;
  }
  static void add(Tensor<T>& a, double factor, const Tensor<T>& b) {
    T* const sums = a.data();
    const T* const terms = b.data();
    for (Index i = 0; i < a.size(); ++i) sums[i] += static_cast<T>(factor) * terms[i];
  }

  std::vector<Variable<T>> parameters_;
  LbfgsOptions options_;
  Index size_ = 0;
  Index steps_ = 0, evaluated_ = 0;
  std::deque<Pair> history_;  // oldest first
  Tensor<T> direction_;       // [n], of the last iteration
  Tensor<T> before_;          // [n], the gradient where that iteration began
  double length_ = 0;         // the step was length * direction
};

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
