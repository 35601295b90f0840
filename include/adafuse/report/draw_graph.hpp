// A graph of operations, drawn from the history that `backward` walks: what was computed of what.
//
// Layers go from top to bottom. A node stands one layer above the first that reads it; the loss is
// the last. An edge that passes a layer gets a lane of its own there, so lines cross neither boxes
// nor text: they are vertical beside both, and slant only in the gap between layers.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <adafuse/report/theme.hpp>
#include <algorithm>
#include <unordered_map>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// What a picture of a graph calls one of its variables.
template <class T>
struct GraphName {
  Variable<T> variable;  ///< a parameter, or what was computed on the way
  std::string name;      ///< stands before the operation's name; a parameter has nothing else
};

namespace detail {

/// A box, or the lane of an edge that passes a layer.
struct GraphPlace {
  std::string text, shape;  // both empty: a lane
  bool parameter = false;
  std::vector<std::size_t> above;  // what it reads, one layer up
  std::vector<std::size_t> below;  // what reads it, one layer down
  double width = 0, x = 0;         // x is the centre
};

/// Places, and which of them are in each layer, from left to right.
struct GraphLayers {
  std::vector<GraphPlace> places;
  std::vector<std::vector<std::size_t>> layers;
};

inline constexpr double graph_box = 26, graph_label = 22, graph_gap = 34, graph_space = 18;

template <class T>
GraphLayers graph_layers(const Variable<T>& y, const std::vector<GraphName<T>>& names) {
  // Later nodes first: whoever reads a node comes before it.
  std::vector<const Node<T>*> nodes{y.node().get()};
  std::unordered_map<const Node<T>*, std::size_t> depth{{nodes.front(), 0}};  // below it, to y
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    require<ValueError>(!nodes[i]->recorded || nodes[i]->pullback, "draw_graph: the history of '",
                        nodes[i]->op, "' was used before; pass retain_graph to backward");
    for (const auto& input : nodes[i]->inputs)
      if (input && depth.try_emplace(input.get(), 0).second) nodes.push_back(input.get());
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const auto* a, const auto* b) { return a->order > b->order; });
  std::size_t deepest = 0;
  for (const auto* node : nodes) {
    deepest = std::max(deepest, depth.at(node));
    for (const auto& input : node->inputs)
      if (input) depth[input.get()] = std::max(depth[input.get()], depth.at(node) + 1);
  }

  GraphLayers graph;
  graph.layers.resize(deepest + 1);
  std::unordered_map<const Node<T>*, std::size_t> place_of;
  for (auto at = nodes.rbegin(); at != nodes.rend(); ++at) {
    const Node<T>& node = **at;
    GraphPlace place;
    place.text = node.op;
    place.shape = concat(node.shape);
    place.parameter = !node.recorded;
    for (const auto& [variable, name] : names)
      if (variable.node().get() == &node)
        place.text = node.recorded ? name + " = " + node.op : name;
    place.width = std::max(text_width(place.text, theme::body_size) + 20,
                           2 * text_width(place.shape, theme::small_size) + 16);
    const std::size_t layer = deepest - depth.at(&node), own = graph.places.size();
    place_of[&node] = own;
    graph.places.push_back(std::move(place));
    graph.layers[layer].push_back(own);
    std::vector<const Node<T>*> drawn;
    for (const auto& input : node.inputs) {
      if (!input || std::count(drawn.begin(), drawn.end(), input.get()) > 0) continue;
      drawn.push_back(input.get());
      std::size_t from = place_of.at(input.get());
      for (std::size_t l = deepest - depth.at(input.get()) + 1; l < layer; ++l) {
        const std::size_t lane = graph.places.size();
        graph.places.emplace_back().above = {from};
        graph.places.back().width = 4;
        graph.places[from].below.push_back(lane);
        graph.layers[l].push_back(lane);
        from = lane;
      }
      graph.places[from].below.push_back(own);
      graph.places[own].above.push_back(from);
    }
  }
  return graph;
}

/// Orders each layer by where its neighbours stand, and puts places as near to them as they fit.
inline void arrange(GraphLayers& graph) {
  const auto pull = [&](std::vector<std::size_t>& layer, bool reorder) {
    const auto wish = [&](std::size_t p) {
      double sum = 0;
      const GraphPlace& place = graph.places[p];
      for (const auto* side : {&place.above, &place.below})
        for (const std::size_t other : *side) sum += graph.places[other].x;
      const auto count = static_cast<double>(place.above.size() + place.below.size());
      return count > 0 ? sum / count : place.x;
    };
    std::vector<std::pair<double, std::size_t>> wishes;
    for (const std::size_t p : layer) wishes.push_back({wish(p), p});
    if (reorder)
      std::stable_sort(wishes.begin(), wishes.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    double edge = -1e9, apart = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      GraphPlace& place = graph.places[layer[i] = wishes[i].second];
      place.x = std::max(wishes[i].first, edge + place.width / 2);
      edge = place.x + place.width / 2 + graph_space;
      apart += place.x - wishes[i].first;
    }
    for (const std::size_t p : layer)
      graph.places[p].x -= apart / static_cast<double>(layer.size());
  };
  for (auto& layer : graph.layers) {
    double x = 0;
    for (const std::size_t p : layer) {
      graph.places[p].x = x + graph.places[p].width / 2;
      x += graph.places[p].width + graph_space;
    }
  }
  for (int round = 0; round < 24; ++round) {
    for (auto& layer : graph.layers) pull(layer, round < 16);
    for (auto layer = graph.layers.rbegin(); layer != graph.layers.rend(); ++layer)
      pull(*layer, round < 16);
  }
}

}  // namespace detail

/// The history of y as a picture: a box for each operation and parameter, and under it the shape of
/// what goes along its edges. Constants have no history and are left out; an input that is read
/// twice has one edge. Throws ValueError where y has no history, or it was used up.
template <class T>
Element draw_graph(const Variable<T>& y, const std::vector<GraphName<T>>& names = {}) {
  require<ValueError>(y.requires_grad(), "draw_graph: nothing behind y requires a gradient");
  auto graph = detail::graph_layers(y, names);
  detail::arrange(graph);
  constexpr double margin = 20, box = detail::graph_box, label = detail::graph_label;
  constexpr double pitch = box + label + detail::graph_gap;
  double left = 1e9, right = -1e9;
  for (const auto& place : graph.places) {
    left = std::min(left, place.x - place.width / 2);
    right = std::max(right, place.x + place.width / 2);
  }
  const double height = static_cast<double>(graph.layers.size()) * pitch - detail::graph_gap;
  Element svg = sheet(right - left + 2 * margin, height + 2 * margin, "graph of operations");
  Element lines("g", {{"fill", "none"}, {"stroke", theme::compared}});
  Element boxes("g");
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    const double top = margin + static_cast<double>(l) * pitch, end = top + box + label;
    for (const std::size_t p : graph.layers[l]) {
      const auto& place = graph.places[p];
      const double x = place.x - left + margin;
      const bool lane = place.text.empty();
      for (const std::size_t next : place.below)
        lines.add(
            Element("path", {{"d", Path()
                                       .move(x, lane ? top : top + box)
                                       .line(x, end)
                                       .line(graph.places[next].x - left + margin, top + pitch)
                                       .str()}}));
      if (lane) continue;
      boxes.add(Element("rect", {{"x", x - place.width / 2},
                                 {"y", top},
                                 {"width", place.width},
                                 {"height", box},
                                 {"rx", 5},
                                 {"fill", place.parameter ? theme::grid : theme::paper},
                                 {"stroke", place.parameter ? theme::axis : theme::accent}}));
      boxes.add(text_line(x, top + 17.5, place.text, {.anchor = "middle"}));
      boxes.add(text_line(x + 5, top + box + 15, place.shape,
                          {.fill = theme::quiet, .size = theme::small_size}));
    }
  }
  svg.add(std::move(lines)).add(std::move(boxes));
  return svg;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
