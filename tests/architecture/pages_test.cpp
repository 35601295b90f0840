// What pages say of the project is there: headers, files, links, programs, options, rooms,
// operations.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <iterator>

#include "source_tree.hpp"

namespace pages_test {

using namespace architecture;

namespace {

const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();

/// A line of a page. `code`: what stands in backticks, or the line of a block of code; `prose`: the
/// line without its backticks' contents, empty in a block of code.
struct Line {
  int number;
  std::string code, prose;
  bool in_block = false;
};

struct Page {
  fs::path file;
  std::vector<Line> lines;

  std::string at(const Line& line) const {
    return file.lexically_relative(project).string() + ":" + std::to_string(line.number) + " ";
  }
};

std::vector<Line> parse_page(const std::vector<std::string>& text) {
  std::vector<Line> lines;
  bool in_block = false;
  for (const auto& line : text) {
    Line parsed{static_cast<int>(lines.size()) + 1, "", ""};
    if (line.starts_with("```")) {
      in_block = !in_block;
    } else if (in_block) {
      parsed.code = line;
      parsed.in_block = true;
    } else {
      bool in_code = false;
      for (const char c : line) {
        if (c == '`') in_code = !in_code;
        (in_code ? parsed.code : parsed.prose) += c == '`' ? ' ' : c;
      }
    }
    lines.push_back(std::move(parsed));
  }
  return lines;
}

/// Every page for people; CHANGELOG.md, which tells of what is gone as well, is none.
const std::vector<Page>& pages() {
  static const auto all = [] {
    std::vector<fs::path> files{project / "README.md", project / "CONTRIBUTING.md"};
    for (const char* folder : {"docs", "bench", "examples"})
      for (const auto& entry : fs::recursive_directory_iterator(project / folder))
        if (entry.path().extension() == ".md") files.push_back(entry.path());
    std::vector<Page> result;
    for (const auto& file : files) result.push_back({file, parse_page(read_lines(file))});
    return result;
  }();
  return all;
}

std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

/// Headers that are named: "infer/fold/fold.hpp". "*_rows.hpp" names none.
std::vector<std::string> headers_in(const std::string& code) {
  static const std::regex named(R"((?:^|[^*A-Za-z0-9_./])([A-Za-z0-9_./]+\.hpp))");
  return matches(code, named);
}
/// Files and folders of the project: "scripts/test", "tests/golden/rows.py".
std::vector<std::string> files_in(const std::string& code) {
  static const std::regex named(
      R"((?:^|[^A-Za-z0-9_./-])((?:scripts|tests|bench|cmake|docs|examples|\.ci)/[A-Za-z0-9_./-]*))");
  return matches(code, named);
}
/// Links within the project, without what follows a #.
std::vector<std::string> links_in(const std::string& prose) {
  static const std::regex link(R"(\]\(([^)#:\s]+)(?:#[^)]*)?\))");
  return matches(prose, link);
}
/// "--quick"
std::vector<std::string> options_in(const std::string& code) {
  static const std::regex option(R"((?:^|[^A-Za-z0-9_-])(--[a-z][a-z-]+))");
  return matches(code, option);
}
/// "bench_infer"
std::vector<std::string> benchmarks_in(const std::string& code) {
  static const std::regex name(R"(\b(bench_[a-z0-9_]+)\b)");
  return matches(code, name);
}

/// Identifiers that no word of English looks like: "live_in", "LiveChannels".
std::vector<std::string> identifiers_in(const std::string& code) {
  static const std::regex name(
      R"((?:^|[^A-Za-z0-9_])([A-Za-z]+(?:_[a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)\b)");
  return matches(code, name);
}

/// Whether a header of the project has this path, or ends in it: `fold.hpp` will do where the page
/// has said which room it speaks of.
bool is_header(const std::string& named) {
  static const auto all = [] {
    std::set<std::string> paths;
    for (const char* folder : {"include", "tests", "bench", "examples"})
      for (const auto& [path, header] : headers_under(folder, "")) paths.insert("/" + path);
    paths.insert("/adafuse/build/headers/adafuse_single.hpp");  // made when CMake runs
    return paths;
  }();
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& path) { return path.ends_with("/" + named); });
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// All that some folders hold, but for pages.
std::string text_of(const std::vector<std::string>& folders) {
  std::string text;
  for (const auto& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(project / folder))
      if (entry.is_regular_file() && entry.path().extension() != ".md" &&
          entry.path().extension() != ".safetensors")
        text += read_text(entry.path()) + "\n";
  return text;
}

/// The longest pieces of a text that consist of such characters alone.
template <class Predicate>
std::set<std::string> words_of(const std::string& text, const Predicate& belongs) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + ' ') {
    if (belongs(c)) {
      word += c;
    } else if (!word.empty()) {
      words.insert(word);
      word.clear();
    }
  }
  return words;
}

bool is_letter(char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); }
bool is_digit(char c) { return '0' <= c && c <= '9'; }

/// Whether an identifier stands anywhere in the project's code.
bool is_identifier(const std::string& name) {
  static const auto all =
      words_of(text_of({"include", "tests", "bench", "examples", "cmake", "scripts"}),
               [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  return all.contains(name);
}

/// Names of styles, and of oneDNN's.
const std::set<std::string> other_identifiers = {"snake_case", "PascalCase", "avx512_core"};

/// Options of CMake and CTest, git, pkg-config.
const std::set<std::string> options_of_others = {"--preset",   "--build", "--target",
                                                 "--test-dir", "--depth", "--cflags"};

/// Whether a program of ours has this option: the command line, a benchmark, a script.
bool is_option(const std::string& option) {
  static const auto all = words_of(text_of({"examples", "bench", "scripts"}),
                                   [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  return options_of_others.contains(option) || all.contains(option);
}

/// The cells of a row of a table, without the ends; "\|" is no end of a cell.
std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells{""};
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '|' && row[i - 1] != '\\')
      cells.emplace_back();
    else
      cells.back() += row[i];
  }
  cells.pop_back();
  return cells;
}

}  // namespace

TEST_CASE("pages: every header that is named is there") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& header : headers_in(line.code))
        if (!is_header(header))
          FAIL_CHECK(page.at(line) << "names " << header << ", which is not there");
}

TEST_CASE("pages: every header that a comment of the library names is there") {
  for (const auto& [path, header] : library())
    for (const auto& line : header.lines)
      if (const auto comment = line.find("//"); comment != line.npos)
        for (const auto& named : headers_in(line.substr(comment)))
          if (!is_header(named)) FAIL_CHECK(path << " names " << named << ", which is not there");
}

TEST_CASE("pages: every file and folder of the project that is named is there") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& file : files_in(line.code))
        if (!fs::exists(project / file) && !fs::exists(project / "include/adafuse" / file))
          FAIL_CHECK(page.at(line) << "names " << file << ", which is not there");
}

TEST_CASE("pages: every link within the project leads somewhere") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& link : links_in(line.prose))
        if (!fs::exists(page.file.parent_path() / link))
          FAIL_CHECK(page.at(line) << "links to " << link << ", which is not there");
}

TEST_CASE("pages: every identifier that is named in a sentence stands in the code") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& name : identifiers_in(line.in_block ? "" : line.code))
        if (!other_identifiers.contains(name) && !is_identifier(name))
          FAIL_CHECK(page.at(line) << "names " << name << ", which is nowhere");
}

TEST_CASE("pages: every option that is named is one of a program") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& option : options_in(line.code))
        if (!is_option(option)) FAIL_CHECK(page.at(line) << "names " << option);
}

TEST_CASE("pages: benchmarks that are named are there, and bench/README.md names all") {
  for (const auto& page : pages())
    for (const auto& line : page.lines)
      for (const auto& name : benchmarks_in(line.code))
        if (!fs::exists(project / "bench" / (name + ".cpp")))
          FAIL_CHECK(page.at(line) << "names " << name << ", which is not there");
  const std::string text = read_text(project / "bench/README.md");
  for (const char* folder : {"bench", "bench/peers"})
    for (const auto& entry : fs::directory_iterator(project / folder)) {
      const auto& path = entry.path();
      const bool program =
          path.extension() == ".cpp" || path.extension() == ".py" || path.extension() == ".js";
      const auto name = path.extension() == ".cpp" ? path.stem() : path.filename();
      if (program && text.find(name.string()) == std::string::npos)
        FAIL_CHECK("bench/README.md does not name " << name.string());
    }
}

TEST_CASE("pages: docs/ops.md names each operation's file") {
  static const std::regex name(R"(`([a-z_0-9]+)\()");
  int rows = 0;
  for (const auto& line : read_lines(project / "docs/ops.md")) {
    const auto cells = line.starts_with("| ") ? cells_of(line) : std::vector<std::string>{};
    if (cells.size() != 4) continue;
    const auto files = headers_in(cells[3]);
    if (files.empty()) continue;
    ++rows;
    const fs::path rooms = project / "include/adafuse";
    const fs::path file =
        fs::exists(rooms / "ops" / files[0]) ? rooms / "ops" / files[0] : rooms / files[0];
    const std::string text = fs::exists(file) ? read_text(file) : "";
    for (const auto& operation : matches(cells[0], name))
      if (!std::regex_search(text, std::regex("\\b" + operation + "\\(")))
        FAIL_CHECK(files[0] << " has no " << operation);
  }
  CHECK(rows > 50);
}

TEST_CASE("pages: docs/conventions.md lists every room, and no other") {
  std::set<std::string> listed;
  static const std::regex level(R"(^\| \d \| (.*?) \|.*)"), room(R"(`([a-z]+)`)");
  for (const auto& line : read_lines(project / "docs/conventions.md")) {
    std::smatch match;
    if (!std::regex_match(line, match, level)) continue;
    for (const auto& name : matches(match[1], room)) listed.insert(name);
  }
  std::set<std::string> rooms;
  for (const auto& [path, header] : library())
    if (!room_of(path).empty()) rooms.insert(room_of(path));
  CHECK(listed == rooms);
}

TEST_CASE("pages: what they name is found as they write it") {
  const auto lines = parse_page({"Read `core/tensor.hpp`, see [a](b.md#part).", "```sh",
                                 "scripts/test --preset asan  # [no](link)", "```", "`x[](T)`"});
  CHECK(headers_in(lines[0].code) == std::vector<std::string>{"core/tensor.hpp"});
  CHECK(links_in(lines[0].prose) == std::vector<std::string>{"b.md"});
  CHECK(files_in(lines[2].code) == std::vector<std::string>{"scripts/test"});
  CHECK(options_in(lines[2].code) == std::vector<std::string>{"--preset"});
  CHECK(links_in(lines[2].prose).empty());
  CHECK(links_in(lines[4].prose).empty());
  CHECK(links_in("[e](https://example.org), ![c](d.svg)") == std::vector<std::string>{"d.svg"});
  CHECK(identifiers_in("conv2d, `live_in` of LiveChannels; Index, x_1") ==
        std::vector<std::string>{"live_in", "LiveChannels", "x_1"});
  CHECK(is_identifier("live_in"));
  CHECK(!is_identifier("live_" + std::string("outside")));
  CHECK(is_header("core/tensor.hpp"));
  CHECK(is_header("tensor.hpp"));
  CHECK(!is_header("sor.hpp"));
  CHECK(!is_header("kernels/tensor.hpp"));
  CHECK(is_option("--overwrite"));
  CHECK(!is_option("--over"));
  CHECK(cells_of(R"(| a | \|x\| |)") == std::vector<std::string>{" a ", R"( \|x\| )"});
}

}  // namespace pages_test
