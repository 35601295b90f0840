// A small reader of XML for tests of pictures: checks that it is well-formed, and lists its
// elements.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace xml {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  // that follows the opening tag, with its entities resolved

  double number(const std::string& attribute) const { return std::stod(attributes.at(attribute)); }
};

/// Text with its entities resolved. Throws for an ampersand or an angle bracket that stands alone.
inline std::string resolve(const std::string& text) {
  static const std::map<std::string, char> entities{
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') throw std::runtime_error("a bare bracket in: " + text);
    if (text[i] != '&') {
      out += text[i];
      continue;
    }
    const auto end = text.find(';', i);
    if (end == std::string::npos) throw std::runtime_error("a bare ampersand in: " + text);
    out += entities.at(text.substr(i + 1, end - i - 1));
    i = end;
  }
  return out;
}

/// The attributes of a tag, ` name="value" name="value"`.
inline std::map<std::string, std::string> attributes_of(const std::string& tag) {
  std::map<std::string, std::string> attributes;
  for (std::size_t at = 0; (at = tag.find_first_not_of(" \n", at)) != std::string::npos;) {
    const auto equals = tag.find("=\"", at);
    const auto end = equals == std::string::npos ? equals : tag.find('"', equals + 2);
    if (end == std::string::npos) throw std::runtime_error("not an attribute: " + tag.substr(at));
    const auto name = tag.substr(at, equals - at), value = tag.substr(equals + 2, end - equals - 2);
    if (name.find_first_of(" \n\"") != std::string::npos)
      throw std::runtime_error("not a name: " + name);
    if (value.find('<') != std::string::npos) throw std::runtime_error("a bare bracket: " + value);
    if (!attributes.emplace(name, resolve(value)).second)
      throw std::runtime_error("an attribute twice: " + name);
    at = end + 1;
  }
  return attributes;
}

/// All elements in the order of their opening tags. Throws unless tags are balanced, there is one
/// root, attributes are quoted and named once, and text is escaped.
inline std::vector<Element> read(const std::string& document) {
  std::vector<Element> elements;
  std::vector<std::string> open;
  std::size_t at = document.rfind("<?xml", 0) == 0 ? document.find("?>") + 2 : 0;
  while ((at = document.find('<', at)) != std::string::npos) {
    std::size_t end = at;  // of the tag: the first '>' outside of quotes
    for (bool quoted = false; document.at(end) != '>' || quoted; ++end)
      quoted ^= document[end] == '"';
    std::string tag = document.substr(at + 1, end - at - 1);
    at = end + 1;
    const auto text = resolve(document.substr(at, document.find('<', at) - at));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) throw std::runtime_error("closes: " + tag);
      open.pop_back();
      continue;
    }
    if (open.empty() && !elements.empty()) throw std::runtime_error("a second root: " + tag);
    const bool closed = tag.back() == '/';
    if (closed) tag.pop_back();
    const auto name = tag.substr(0, tag.find_first_of(" \n"));
    elements.push_back({name, attributes_of(tag.substr(name.size())), closed ? "" : text});
    if (!closed) open.push_back(name);
  }
  if (!open.empty()) throw std::runtime_error("left open: " + open.back());
  return elements;
}

/// The elements of one name.
inline std::vector<Element> named(const std::vector<Element>& all, const std::string& name) {
  std::vector<Element> found;
  for (const auto& element : all)
    if (element.name == name) found.push_back(element);
  return found;
}

inline bool has_text(const std::vector<Element>& all, const std::string& text) {
  for (const auto& element : all)
    if (element.name == "text" && element.text == text) return true;
  return false;
}

}  // namespace xml
