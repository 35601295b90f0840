# Makes one C++ file of all blocks of code, ```cpp, of the pages it is given, in which compilers'
# errors name the page and its line. -v root=DIR: what page names are relative to.
#
#   ```cpp               a program or declarations, which later blocks of the page see; main is run
#   ```cpp statements    what stands inside of a function; compiled, not run: it may read files
#   ```cpp row           a row of the gradcheck table; checked
# SPDX-License-Identifier: MIT

function fail(what) { print FILENAME ":" FNR ": " what > "/dev/stderr"; failed = 1; exit 1 }

# What stands around a block, and a test of it where it does something.
function block(frame, name, code,    test) {
  test = "TEST_CASE(\"code blocks: " page ":" first " runs\") { " space "::" name "(); }\n"
  code = "#line " (first + 1) " \"" page "\"\n" code
  if (frame == "statements") return "[[maybe_unused]] void " name "() {\n" code "}\n"
  if (frame == "row") {
    tests = tests test
    return "void " name "() {\n  const std::vector<GradcheckRow> rows = {\n" code \
           "  };\n  for (const auto& row : rows) check(row);\n}\n"
  }
  if (sub(/int main\(\) \{/, "void " name "() {", code)) tests = tests test
  return code
}

FNR == 1 {
  if (page != "") bodies = bodies "}\n"
  page = FILENAME
  if (index(page, root "/") == 1) page = substr(page, length(root) + 2)
  space = page
  gsub(/[^A-Za-z0-9]/, "_", space)
  bodies = bodies "namespace " space " {\n"
}

!inside && !other && /^```cpp/ {
  frame = substr($0, 7)
  gsub(/ /, "", frame)
  if (frame != "" && frame != "statements" && frame != "row") fail("no such block: " $0)
  inside = 1; first = FNR; code = ""
  next
}
!inside && /^```/ {
  if (!other && $0 !~ /^```(sh|cmake|make|python|json|text)?$/) fail("no such block: " $0)
  other = !other
  next
}
inside && /^```/ {
  bodies = bodies block(frame, "line_" first, code)
  inside = 0
  next
}
inside && /^#include/ { includes = includes $0 "\n"; code = code "\n"; next }
inside { code = code $0 "\n" }

END {
  if (failed) exit 1
  print "// Made of the blocks of code in pages by tests/docs/code_blocks.awk."
  print "#include <doctest/doctest.h>\n\n#include <iostream>"
  print "#include \"" root "/tests/ops/gradcheck_table.hpp\"\n" includes
  print "namespace code_blocks {\nusing namespace adafuse;\n"
  print "void check(const GradcheckRow& row) {"
  print "  CHECK(gradcheck(row.op, row.f, row.inputs));"
  print "  CHECK(gradgradcheck(row.op, row.f, row.inputs));\n}\n"
  print bodies "}\n" tests "}"
}
