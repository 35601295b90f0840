// SVG, and the HTML around it, as a tree of elements: built as values and written at the end, so it
// is well-formed whatever text is in it, and equal input gives equal bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <adafuse/report/text.hpp>
#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// `{"fill", "#333"}` or `{"x", 12.5}`.
struct Attribute {
  /// As they are written, but for escapes.
  std::string name, value;

  /// Text, which is escaped when it is written.
  Attribute(std::string_view attribute, std::string_view text) : name(attribute), value(text) {}
  /// A number, in few digits.
  template <class N>
  requires std::integral<N> || std::floating_point<N> Attribute(std::string_view attribute, N n)
      : name(attribute), value(number(static_cast<double>(n))) {}
};

/// `<name attributes>`, then text or children.
class Element {
 public:
  /// An element of this name, without children.
  explicit Element(std::string name, std::vector<Attribute> attributes = {},
                   std::string_view text = {})
      : name_(std::move(name)), attributes_(std::move(attributes)), text_(text) {}

  /// Adds a child behind the others.
  Element& add(Element child) {
    children_.push_back(std::move(child));
    return *this;
  }

  /// Adds an attribute behind the others.
  Element& set(Attribute attribute) {
    attributes_.push_back(std::move(attribute));
    return *this;
  }

  /// The element as XML, one line for each element, two spaces for each level.
  std::string xml() const {
    std::string out;
    write(out, 0, Form::xml);
    return out;
  }

  /// The element as HTML: only elements that never hold anything go without an end tag, and the
  /// text of `style` and `script` stands as it is. Within `svg` the form is XML, as HTML allows.
  std::string html() const {
    std::string out;
    write(out, 0, Form::html);
    return out;
  }

 private:
  enum class Form { xml, html };

  /// HTML's elements without an end tag, of those that pages here have.
  bool is_void() const {
    return name_ == "meta" || name_ == "br" || name_ == "img" || name_ == "input" ||
           name_ == "col" || name_ == "link";
  }

  std::string written_text(Form form) const {
    if (form == Form::xml || (name_ != "style" && name_ != "script")) return escape(text_);
    require<ValueError>(text_.find("</") == std::string::npos, "report: the text of ", name_,
                        " would end it early");
    return text_;
  }

  void write(std::string& out, std::size_t indent, Form form) const {
    if (name_ == "svg") form = Form::xml;
    out.append(indent, ' ').append("<").append(name_);
    for (const auto& [name, value] : attributes_)
      out.append(" ").append(name).append("=\"").append(escape(value)).append("\"");
    if (children_.empty() && text_.empty() && (form == Form::xml || is_void())) {
      out.append("/>\n");
      return;
    }
    out.append(">").append(written_text(form));
    if (!children_.empty()) out.append("\n");
    for (const auto& child : children_) child.write(out, indent + 2, form);
    if (!children_.empty()) out.append(indent, ' ');
    out.append("</").append(name_).append(">\n");
  }

  std::string name_;
  std::vector<Attribute> attributes_;
  std::string text_;
  std::vector<Element> children_;
};

/// The `d` of a path element, in absolute coordinates.
class Path {
 public:
  Path& move(double x, double y) { return step("M", {x, y}); }
  Path& line(double x, double y) { return step("L", {x, y}); }
  Path& close() { return step("Z", {}); }
  Path& rectangle(double x, double y, double width, double height) {
    return move(x, y).step("h", {width}).step("v", {height}).step("h", {-width}).close();
  }

  /// Whether nothing was drawn.
  bool empty() const { return d_.empty(); }
  const std::string& str() const { return d_; }

 private:
  Path& step(std::string_view command, std::initializer_list<double> numbers) {
    d_ += command;
    bool first = true;
    for (const double n : numbers) {
      if (!std::exchange(first, false)) d_ += ' ';
      d_ += number(n);
    }
    return *this;
  }

  std::string d_;
};

/// Writes a picture as a file. Throws IoError.
inline void write_svg(const std::filesystem::path& path, const Element& picture) {
  io::write_file(path, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + picture.xml());
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
