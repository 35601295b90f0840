# What Doxygen reads of a header: the same lines, with what the code says already made visible to it.
#   - The idea that opens the file heads a page of the header, which holds everything that it declares.
#   - The versioned inline namespace is left out: nobody names it.
#   - A function's errors are read from its calls of require: type and text.
#   - An operation gets the gradients of its row in docs/ops.md.
#   - Equations, which are indented, stay lines; what looks like a tag or a command is text.
#   - What all layers and files have alike (value_type, visit, config) is said here, once.
# Run by Doxygen in the project's root: awk -f docs/reference.awk FILE. Every line keeps its number.
# SPDX-License-Identifier: MIT

# The line without what stands in quotes, and without a comment at its end.
function code_of(line) {
  gsub(/\\./, "", line)
  gsub(/"[^"]*"/, "\"\"", line)
  gsub(/'[^']'/, "0", line)
  sub(/\/\/.*/, "", line)
  return line
}

# How much deeper `line` opens than it closes.
function depth_of(line, open, close_,    opened) {
  opened = gsub(open, "", line)
  return opened - gsub(close_, "", line)
}

# Text in which only what stands between backticks is left as it is.
function plain(text,    parts, count, i, made) {
  count = split(text, parts, "`")
  for (i = 1; i <= count; i++) {
    if (i % 2 == 1) {
      gsub(/\\/, "\\\\", parts[i])
      gsub(/@/, "\\@", parts[i])
      gsub(/</, "\\<", parts[i])
      gsub(/>/, "\\>", parts[i])
      gsub(/\*/, "\\*", parts[i])
      gsub(/#/, "\\#", parts[i])
      gsub(/&/, "\\\\&", parts[i])
      gsub(/\]:/, "]\\&zwj;:", parts[i])  # else it names a link
    }
    made = made (i > 1 ? "`" : "") parts[i]
  }
  return made
}

# Makes the comment of lines first..last, whose marker is `marker`, one that Doxygen reads. It is left open:
# "*/" is the caller's, who may have more to say.
function comment(first, last, marker,    i, text, item, verbatim) {
  verbatim = item = 0
  for (i = first; i <= last; i++) {
    match(line[i], /^ */)
    text = substr(line[i], RLENGTH + length(marker) + 1)
    sub(/^ /, "", text)
    gsub(/\*\//, "* /", text)
    if (text ~ /^[^ ]/) item = text ~ /^(- |[0-9]+\. )/
    if (text ~ /^  / && !item) {
      line[i] = verbatim ? text : "@lines" substr(text, 2)
      verbatim = 1
    } else {
      if (verbatim && text != "") {
        line[i - 1] = line[i - 1] "@endverbatim"
        verbatim = 0
      }
      line[i] = verbatim ? "" : plain(text)
    }
  }
  if (verbatim) line[last] = line[last] "@endverbatim"
  line[first] = "/** " line[first]
}

# The name of the function that is declared from line i on; "" where something else is.
function name_at(i,    open) {
  open = 0
  for (; i <= count; i++) {
    if (open > 0 || original[i] ~ /^ *template/) {
      open += depth_of(original[i], "<", ">")
      if (original[i] ~ /->/) open++
      continue
    }
    if (original[i] ~ /^ *(requires|\[\[)/) continue
    if (original[i] ~ /^ *(class|struct|enum|concept|using|namespace|friend)/) return ""
    if (match(original[i], /[a-zA-Z_0-9]+\(/)) return substr(original[i], RSTART, RLENGTH - 1)
    if (original[i] ~ /[;{]/ || original[i] ~ /^ *$/) return original[i] ~ /operator.*\(/ ? "operator" : ""
  }
  return ""
}

# `T a = 1, b = 2;` as declarations of their own, each with the comment `text`; "" for any other line.
function apart(declaration, text,    type, names, parts, i, made) {
  declaration = code_of(declaration)
  if (declaration !~ /^ +(const |static |constexpr |inline )*[A-Za-z_:0-9]+(<[^()]*>)?[*&]* +[*]?[a-z_0-9]+( = ([^(){},]+|\{\})|\{\})?(, [*]?[a-z_0-9]+( = ([^(){},]+|\{\})|\{\})?)+; *$/)
    return ""
  match(declaration, /^ +(const |static |constexpr |inline )*[A-Za-z_:0-9]+(<[^()]*>)?[*&]* +/)
  type = substr(declaration, 1, RLENGTH)
  names = substr(declaration, RLENGTH + 1)
  sub(/; *$/, "", names)
  made = ""
  for (i = split(names, parts, /, /); i >= 1; i--) made = "/** " text " */ " type parts[i] "; " made
  return made
}

# The errors of the function whose declaration begins at line i: "\throws E `text`", one after the other.
function throws_of(i,    level, begun, code, made, call, j, key) {
  made = ""
  split("", told)
  level = begun = 0
  for (; i <= count; i++) {
    code = code_of(original[i])
    if (!begun && code ~ /;[ ]*$/ && code !~ /\{/) return ""
    if (match(original[i], /require<[A-Za-z]*Error>\(/) && original[i] !~ /^ *\/\//) {
      call = original[i]
      for (j = i + 1; j <= count && depth_of(code_of(call), "[(]", "[)]") > 0; j++) {
        key = original[j]
        sub(/^ */, " ", key)
        call = call key
      }
      key = told_of(call)
      if (key != "" && !(key in told)) {
        told[key] = 1
        made = made " " key
      }
    }
    level += depth_of(code, "[{]", "[}]")
    if (code ~ /[{}] *$/) begun = 1  # not by a default, `options = {}`
    if (begun && level <= 0) return made
  }
  return made
}

# "\throws E `text`" of a call require<E>(condition, parts...).
function told_of(call,    type, text, at, c, level, quoted, literal, part, parts, condition) {
  match(call, /require<[A-Za-z]*Error>\(/)
  type = substr(call, RSTART + 8, RLENGTH - 10)
  call = substr(call, RSTART + RLENGTH)
  level = quoted = 0
  text = ""
  part = 0  # the condition
  literal = 0
  for (at = 1; at <= length(call); at++) {
    c = substr(call, at, 1)
    if (quoted) {
      if (c == "\\") {
        if (part && level == 0) text = text (substr(call, at + 1, 1) == "n" ? " " : substr(call, at + 1, 1))
        at++
      } else if (c == "\"") {
        quoted = 0
      } else if (part && level == 0) {
        text = text c
      }
      continue
    }
    if (c == "'") { at += (substr(call, at + 1, 1) == "\\") ? 3 : 2; continue }
    if (c == "\"") { quoted = 1; literal = 1; continue }
    if (c ~ /[({[]/) level++
    if (c ~ /[)}\]]/) { if (level == 0) break; level-- }
    if (c == "," && level == 0) {
      if (part && !literal) text = text "..."
      part++
      literal = 0
      continue
    }
  }
  if (part && !literal) text = text "..."
  while (gsub(/\.\.\.\.\.\./, "...", text)) {}
  gsub(/`/, "'", text)
  if (text == "") return ""
  return "\\throws " type " `" text "`"
}

# What a declaration without a comment says by its form; "" where that is not enough.
function alike_of(i,    declaration, text, name) {
  declaration = original[i]
  # The class that the idea of the header names.
  if (match(declaration, /^ *(class|struct) [A-Za-z0-9]+ .*\{/)) {
    name = declaration
    sub(/^ *(class|struct) /, "", name)
    sub(/[^A-Za-z0-9].*/, "", name)
    return original[1] ~ "(^|[^A-Za-z])" name "($|[^A-Za-z0-9])" ? "\\copydoc " id : ""
  }
  # A function that does nothing but return says what.
  if (declaration ~ /\) (const )?\{$/ && original[i + 1] ~ /^ *return [^;]*;$/ && original[i + 2] ~ /^ *\}$/) {
    text = original[i + 1]
    sub(/^ */, "", text)
    declaration = declaration " " text " }"
  }

  if (declaration ~ /^ *using value_type = /) return "The type of its numbers."
  if (declaration ~ /^ .*void visit\(/) return "Lists parameters, buffers and children by name: see nn::Visitor."
  if (declaration ~ /^void list_fields\(/) return "Lists the fields under the names that files have."
  if (declaration ~ /operator<<\(std::ostream& out,/) return "Writes it for people."
  if (declaration ~ /^ .*config\(\) const \{/) return "The configuration it was made of."
  if (declaration ~ /^ .*Variable<T> operator\(\)\(const Variable<T>& x\) const \{/) return "As `forward`, which needs no context here."
  if (declaration ~ /string_view [a-z_]+_words\[\] = /) return "The words for these choices, in the order of the enum."
  if (match(declaration, /\) (const )?\{ return [^;]*; \}$/)) {
    text = substr(declaration, RSTART, RLENGTH)
    sub(/^.*\{ return /, "", text)
    sub(/; \}$/, "", text)
    if (text ~ /^[a-z_]+_$/) {
      gsub(/_/, " ", text)
      sub(/ $/, "", text)
      return "Its " text "."
    }
    if (text !~ /_($|[^a-zA-Z0-9_])/ && text !~ /`/ && text !~ /\*\//) return "`" text "`"
  }
  return ""
}

# The page of a header, by its path below include/adafuse.
function id_of(path,    parts) {
  if (split(path, parts, "/") == 2 && parts[2] == parts[1] ".hpp") return "room_" parts[1]
  gsub(/[^a-z0-9_]/, "_", path)
  return path == "adafuse_hpp" ? "room_adafuse" : "header_" path
}

BEGIN {
  while ((getline row < "docs/ops.md") > 0) {
    if (row !~ /^\| `/) continue
    gsub(/\\\|/, "\001", row)
    split(row, cells, /\|/)
    names = cells[2]
    gsub(/\001/, "|", cells[4])
    while (match(names, /[a-z_0-9]+\(/)) {
      name = substr(names, RSTART, RLENGTH - 1)
      names = substr(names, RSTART + RLENGTH)
      file = cells[5]
      gsub(/[ `]/, "", file)
      gsub(/^ +| +$/, "", cells[4])
      # Of several rows, such as those of sum, the first.
      if (!((file, name) in gradients)) gradients[file, name] = cells[4]
      anchors[file, name] = "op_" name
    }
  }
}

# An operation's row of a page can be pointed to.
FILENAME ~ /ops\.md$/ && /^\| `/ {
  row = $0
  gsub(/\\\|/, "\001", row)
  split(row, cells, /\|/)
  marks = ""
  names = cells[2]
  while (match(names, /[a-z_0-9]+\(/)) {
    name = substr(names, RSTART, RLENGTH - 1)
    names = substr(names, RSTART + RLENGTH)
    if (!(name in marked)) marks = marks "@anchor op_" name " "
    marked[name] = 1
  }
  sub(/^\| /, "| " marks)
}
# A page's links to headers lead to their pages.
FILENAME ~ /\.md$/ {
  while (match($0, /\(\.\.\/include\/adafuse\/[a-z0-9_\/]+\.hpp\)/)) {
    path = substr($0, RSTART + 20, RLENGTH - 21)
    before = substr($0, 1, RSTART - 1)
    $0 = before "(@ref " id_of(path) ")" substr($0, RSTART + RLENGTH)
  }
  gsub(/\(ops\.md\)/, "(@ref page_ops)")
}
FILENAME ~ /ops\.md$/ && FNR == 1 { $0 = $0 " {#page_ops}" }

{ line[FNR] = original[FNR] = $0; count = FNR }

END {
  if (FILENAME ~ /\.md$/) {
    for (i = 1; i <= count; i++) print line[i]
    exit
  }
  path = FILENAME
  sub(/^.*include\/adafuse\//, "", path)
  room = path
  if (!sub(/\/.*/, "", room)) room = "adafuse"
  id = id_of(path)
  base = path
  sub(/.*\//, "", base)

  # The idea, as the page of the header; the header that includes all of a room is the room's page.
  idea = 0
  while (line[idea + 1] ~ /^\/\// && line[idea + 1] !~ /SPDX/) idea++
  if (base == room ".hpp") {
    page = "@room{" id "," room "} "
  } else {
    umbrella = "include/adafuse/" room "/" room ".hpp"
    page = (getline row < umbrella) > 0 ? "@header{" id "," path ",room_" room "} " : "@room{" id "," path "} "
  }
  if (idea) {
    comment(1, idea, "//")
    line[1] = "/** " page substr(line[1], 5)
    line[idea] = line[idea] " */"
  } else {
    line[1] = "/** " page "*/ " line[1]
  }

  for (i = idea + 1; i <= count; i++) {
    if (line[i] ~ /^ *#include/) line[i] = ""
    # Texts of several lines, such as scripts of pages, are none of Doxygen's business.
    if (match(line[i], /R"[a-z]*\(/)) {
      ending = ")" substr(line[i], RSTART + 2, RLENGTH - 3) "\""
      if (!index(line[i], ending)) {
        line[i] = substr(line[i], 1, RSTART - 1) "\"\""
        while (i < count && !index(line[++i], ending)) line[i] = ""
        line[i] = substr(line[i], index(line[i], ending) + length(ending))
      }
      continue
    }
    if (line[i] ~ /^namespace adafuse/) {
      gsub(/::inline ADAFUSE_(SIMD|RANKS)/, "", line[i])
      if (line[i] ~ /\{$/) line[i] = line[i] " /** @addtogroup " id " */ /** @{ */"
    }
    if (line[i] ~ /^}  \/\/ namespace adafuse/) line[i] = "/** @} */ " line[i]
    sub(/inline namespace ADAFUSE_SIMD \{/, "extern \"C++\" {", line[i])

    # A comment, and what it speaks of.
    if (line[i] ~ /^ *\/\/\/( |$)/) {
      first = i
      while (line[i + 1] ~ /^ *\/\/\/( |$)/) i++
      comment(first, i, "///")
      if (first == i && (text = apart(original[i + 1], substr(line[i], 5))) != "") {
        line[i] = ""
        line[++i] = text
        continue
      }
      name = documented = name_at(i + 1)
      if ((base, name) in gradients && room == "ops")
        line[i] = line[i] " @gradients{" name "," plain_argument(gradients[base, name]) "}"
      if (name != "") line[i] = line[i] throws_of(i + 1)
      line[i] = line[i] " */"
      continue
    }
    # A comment behind a member.
    if (line[i] ~ /\/\/\/< /) {
      at = index(line[i], "///< ")
      text = apart(line[i], plain(substr(line[i], at + 5)))
      line[i] = text != "" ? text : substr(line[i], 1, at + 4) plain(substr(line[i], at + 5))
      continue
    }
    # What is refused says why beside it; what is as the language has it needs no words.
    if (original[i - 1] !~ /^ *\/\/\// && original[i] ~ /\) *(const)? *(&|&&)? *(noexcept)? *= (default|delete);( *\/\/.*)?$/) {
      for (at = i; original[at - 1] ~ /^ *(template|requires)/; at--) {}
      if (at < i && original[at - 1] ~ /^ *\/\/\//) continue
      why = original[i]
      if (sub(/^.*= delete; +\/\/ /, "", why)) line[at] = "/** Refused: " plain(why) " */ " line[at]
      else if (at < i) line[at] = "/** Refused. */ " line[at]
      else line[i] = ""
      continue
    }
    # Beneath it, without a blank line between, the same in other words.
    if (line[i] ~ /^ *$/) documented = ""
    if (documented != "" && original[i] ~ /[^ ]/ && original[i - 1] ~ /[};]$/ &&
        original[i] !~ /^ *[}\/]/ && name_at(i) == documented) {
      line[i] = "/** \\overload */ " line[i]
      continue
    }
    if (original[i - 1] ~ /^ *\/\/\//) continue
    alike = alike_of(i)
    if (alike != "") {
      for (at = i; original[at - 1] ~ /^ *(template|requires)/; at--) {}
      if (original[at - 1] !~ /^ *\/\/\//) line[at] = "/** " alike " */ " line[at]
    }
    # What deduces a template's arguments has no name of its own.
    if (original[i] ~ /^[A-Z][A-Za-z]*\(.*\) -> .*;$/) line[i - 1] = line[i] = ""
  }
  for (i = 1; i <= count; i++) print line[i]
}

# Text as an argument of an alias: commas would part it.
function plain_argument(text) {
  text = plain(text)
  gsub(/,/, "\\,", text)
  return text
}
