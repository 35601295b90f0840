// einsum: sums of products, named by letters: einsum("bij,bjk->bik", a, b).
//
// Each operand's term names its dimensions. The result has those behind the arrow; over all others
// the products are summed. It is made of diagonal, sum, permute, reshape, mul and matmul, so it has
// gradients of any order.
//
// Operands are taken in one by one from the left. What two of them share and nobody needs any more
// is summed by a product of matrices:
//
//   a [shared, only in a, summed], b [shared, summed, only in b]  ->  [shared, only in a, only in
//   b]
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/reduce.hpp>
#include <map>
#include <string>
#include <string_view>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// The dimensions of a term, a result or a step in between: a letter as its code, and what "..."
/// stands for as -1 for the last of them, -2 for the one before.
using Labels = std::vector<int>;

inline bool has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// An equation without its operands.
struct EinsumTerms {
  std::string text;  // as it was given, cut where it is long
  std::vector<std::string> inputs;
  std::string output;  // without letters where there is no arrow
  bool has_arrow = false;

  template <class E = ValueError, class... Parts>
  void require_that(bool holds, const Parts&... parts) const {
    require<E>(holds, "einsum: \"", text, "\": ", parts...);
  }
};

/// Throws ValueError unless the equation is terms of letters with at most one "..." each, separated
/// by commas, and perhaps an arrow and one more.
inline EinsumTerms einsum_terms(std::string_view equation) {
  constexpr std::size_t longest = 100;  // bytes that an error quotes
  EinsumTerms terms{std::string(equation.substr(0, longest)), {""}, "", false};
  for (char& c : terms.text)
    if (c < ' ' || c > '~') c = '?';
  for (std::size_t i = 0; i < equation.size(); ++i) {
    const char c = equation[i];
    std::string& term = terms.has_arrow ? terms.output : terms.inputs.back();
    if (c == ' ') continue;
    if (c == ',' && !terms.has_arrow) {
      terms.inputs.emplace_back();
    } else if (equation.substr(i, 2) == "->" && !terms.has_arrow) {
      terms.has_arrow = true;
      ++i;
    } else if (equation.substr(i, 3) == "...") {
      terms.require_that(term.find('.') == term.npos, "a term has two ellipses");
      term += '.';
      i += 2;
    } else {
      terms.require_that(
          ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'),
          "expects terms of letters and \"...\", separated by commas, perhaps \"->\" "
          "and one more; byte ",
          i, " is none of it");
      term += c;
    }
  }
  return terms;
}

/// An operand, or what some of them have become, and what its dimensions are called.
template <class T>
struct Labelled {
  Variable<T> x;
  Labels labels;

  Index axis(int label) const {
    return std::find(labels.begin(), labels.end(), label) - labels.begin();
  }
  Index size(int label) const { return x.size(axis(label)); }
};

/// The operand number `k` with its labels; where a letter stands twice, the diagonal.
template <class T>
Labelled<T> labelled_operand(const EinsumTerms& terms, std::size_t k, const Variable<T>& x) {
  const std::string& term = terms.inputs[k];
  terms.require_that(x.defined(), "operand ", k, " is undefined");
  const auto letters = static_cast<Index>(term.size()) - (term.find('.') != term.npos ? 1 : 0);
  const bool fits = term.find('.') != term.npos ? letters <= x.rank() : letters == x.rank();
  terms.require_that<ShapeError>(fits, "operand ", k, " is ", x.shape(), ", its term names ",
                                 letters, " dimensions");
  Labelled<T> operand{x, {}};
  for (const char c : term)
    if (c != '.')
      operand.labels.push_back(c);
    else
      for (Index d = x.rank() - letters; d > 0; --d) operand.labels.push_back(static_cast<int>(-d));
  for (Index at = 0; at < std::ssize(operand.labels);) {
    auto& labels = operand.labels;
    const int label = labels[static_cast<std::size_t>(at)];
    const auto again = std::find(labels.begin() + at + 1, labels.end(), label);
    if (again == labels.end()) {
      ++at;
      continue;
    }
    const Index other = again - labels.begin();
    terms.require_that<ShapeError>(operand.x.size(at) == operand.x.size(other), "operand ", k,
                                   " is ", x.shape(), ", and its dimensions '",
                                   static_cast<char>(label), "' differ");
    operand.x = diagonal(operand.x, {.dim1 = at, .dim2 = other});
    labels.erase(again);
    labels.erase(labels.begin() + at);
    labels.push_back(label);
  }
  return operand;
}

/// The size of each label: sizes of 1 stretch.
template <class T>
std::map<int, Index> einsum_sizes(const EinsumTerms& terms,
                                  const std::vector<Labelled<T>>& operands) {
  std::map<int, Index> sizes;
  for (std::size_t k = 0; k < operands.size(); ++k)
    for (const int label : operands[k].labels) {
      const Index size = operands[k].size(label);
      Index& known = sizes.emplace(label, size).first->second;
      terms.require_that<ShapeError>(
          size == known || size == 1 || known == 1, "dimension '",
          label > 0 ? std::string(1, static_cast<char>(label)) : std::string("..."), "' is ", known,
          ", and ", size, " in operand ", k);
      if (known == 1) known = size;
    }
  return sizes;
}

/// The labels of the result. Without an arrow: "..." and the letters that stand once, in the order
/// of their codes.
inline Labels einsum_output(const EinsumTerms& terms, const std::map<int, Index>& sizes) {
  Labels output;
  const auto add_ellipsis = [&] {
    for (const auto& [label, size] : sizes)
      if (label < 0) output.push_back(label);
  };
  if (!terms.has_arrow) {
    add_ellipsis();
    std::string all;
    for (const auto& term : terms.inputs) all += term;
    for (const auto& [label, size] : sizes)
      if (label > 0 && std::count(all.begin(), all.end(), static_cast<char>(label)) == 1)
        output.push_back(label);
    return output;
  }
  for (const char c : terms.output) {
    if (c == '.') {
      add_ellipsis();
      continue;
    }
    terms.require_that(sizes.count(c) == 1, "'", c, "' of the result is in no operand");
    terms.require_that(!has(output, c), "'", c, "' stands twice in the result");
    output.push_back(c);
  }
  return output;
}

/// x without the labels that are not `kept`, which are summed over.
template <class T>
Labelled<T> summed(const Labelled<T>& operand, const Labels& kept) {
  std::vector<Index> dims;
  Labelled<T> result{operand.x, {}};
  for (std::size_t d = 0; d < operand.labels.size(); ++d)
    if (has(kept, operand.labels[d]))
      result.labels.push_back(operand.labels[d]);
    else
      dims.push_back(static_cast<Index>(d));
  if (!dims.empty()) result.x = sum(operand.x, dims);
  return result;
}

/// x with its dimensions in the order of `labels`, which are its own.
template <class T>
Variable<T> in_order(const Labelled<T>& operand, const Labels& labels) {
  if (operand.labels == labels) return operand.x;
  std::vector<Index> order;
  for (const int label : labels) order.push_back(operand.axis(label));
  return permute(operand.x, order);
}

/// Where a size of 1 stretches, x without that dimension: the product is the same.
template <class T>
Labelled<T> without_stretched(const Labelled<T>& operand, const std::map<int, Index>& sizes) {
  Labelled<T> result{operand.x, {}};
  Shape shape;
  for (const int label : operand.labels)
    if (operand.size(label) == sizes.at(label)) {
      result.labels.push_back(label);
      shape.push_back(sizes.at(label));
    }
  if (result.labels.size() < operand.labels.size()) result.x = reshape(operand.x, shape);
  return result;
}

inline Labels joined_labels(Labels first, const Labels& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The product of a and b, summed over what both have and is not `kept`. What one of them has alone
/// is kept.
template <class T>
Labelled<T> contracted(const Labelled<T>& a, const Labelled<T>& b, const Labels& kept,
                       const std::map<int, Index>& sizes) {
  Labels shared, over, of_a, of_b;
  for (const int label : a.labels)
    (!has(b.labels, label) ? of_a : has(kept, label) ? shared : over).push_back(label);
  for (const int label : b.labels)
    if (!has(a.labels, label)) of_b.push_back(label);
  const auto count = [&](const Labels& labels) {
    Index product = 1;
    for (const int label : labels) product *= sizes.at(label);
    return product;
  };
  // An operand whose matrices lie the other way round is not copied.
  const auto matrices = [&](const Labelled<T>& operand, const Labels& rows, const Labels& columns) {
    const auto x = in_order(operand, joined_labels(joined_labels(shared, rows), columns));
    if (shared.empty()) return reshape(x, {count(rows), count(columns)});
    return reshape(x, {count(shared), count(rows), count(columns)});
  };
  Labelled<T> result{{}, joined_labels(joined_labels(shared, of_a), of_b)};
  if (over.empty()) {
    result.x = matrices(a, of_a, {}) * matrices(b, {}, of_b);
  } else {
    const bool a_transposed =
        a.labels == joined_labels(joined_labels(shared, over), of_a) && !of_a.empty();
    const bool b_transposed =
        b.labels == joined_labels(joined_labels(shared, of_b), over) && !of_b.empty();
    result.x = matmul(a_transposed ? matrices(a, over, of_a) : matrices(a, of_a, over),
                      b_transposed ? matrices(b, of_b, over) : matrices(b, over, of_b),
                      {.transpose_a = a_transposed, .transpose_b = b_transposed});
  }
  Shape shape;
  for (const int label : result.labels) shape.push_back(sizes.at(label));
  result.x = reshape(result.x, shape);
  return result;
}

template <class T>
Variable<T> einsum(std::string_view equation, const std::vector<Variable<T>>& given) {
  const auto terms = einsum_terms(equation);
  terms.require_that(terms.inputs.size() == given.size(), "names ", terms.inputs.size(),
                     " operands, got ", given.size());
  std::vector<Labelled<T>> operands;
  for (std::size_t k = 0; k < given.size(); ++k)
    operands.push_back(labelled_operand(terms, k, given[k]));
  const auto sizes = einsum_sizes(terms, operands);
  const auto output = einsum_output(terms, sizes);
  for (auto& operand : operands) operand = without_stretched(operand, sizes);

  // What the result and the operands behind number k need.
  const auto needed_behind = [&](std::size_t k) {
    Labels needed = output;
    for (std::size_t i = k + 1; i < operands.size(); ++i)
      needed = joined_labels(needed, operands[i].labels);
    return needed;
  };
  auto y = summed(operands[0], needed_behind(0));
  for (std::size_t k = 1; k < operands.size(); ++k) {
    const auto needed = needed_behind(k);
    y = contracted(y, summed(operands[k], joined_labels(needed, y.labels)), needed, sizes);
  }
  return in_order(summed(y, output), output);
}

}  // namespace detail

/// y[output] = the sum, over all letters that the result lacks, of the product of the operands at
/// their letters, as torch.einsum: `einsum("ij,jk->ik", a, b)` is matmul, "ii->i" the diagonal,
/// "ii" the trace, "bhld,bhsd->bhls" the scores of attention. "..." stands for any dimensions,
/// which stretch; without an arrow the result has these and the letters that stand once, in the
/// order of the alphabet, capitals first. Sizes of 1 stretch. Spaces are passed over. Throws
/// ValueError for an equation that is none or names another number of operands, ShapeError for
/// operands that do not fit it.
template <Operand First, OperandLike<First>... Rest>
Variable<scalar_of<First>> einsum(std::string_view equation, const First& first,
                                  const Rest&... rest) {
  using T = scalar_of<First>;
  return detail::einsum<T>(equation, {Variable<T>(first), Variable<T>(rest)...});
}

/// The same of a list of operands.
template <Operand X>
Variable<scalar_of<X>> einsum(std::string_view equation, const std::vector<X>& operands) {
  using T = scalar_of<X>;
  return detail::einsum<T>(equation, std::vector<Variable<T>>(operands.begin(), operands.end()));
}

}  // namespace adafuse::inline ADAFUSE_SIMD
