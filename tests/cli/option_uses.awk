# Which options scripts give to which command: a line "command --option" for each, read from the
# scripts' text. What must fail (mistake ...) and what is looked for in a help text (mentions ...) is
# no use. Variables, lists of for loops and functions around the program are followed as these scripts
# have them.
#   awk -v commands="train eval data:extract" -f option_uses.awk script.sh ...
# SPDX-License-Identifier: MIT
BEGIN {
  split(commands, list, " ")
  for (i in list) is_command[list[i]] = 1
  launcher["works"] = launcher["run"] = launcher["start"] = launcher["$adafuse"] = 1
}

# The text with each $name, ${name...} replaced by all that the name ever was.
function expanded(text,    before, name) {
  before = ""
  while (match(text, /\$\{?[A-Za-z_][A-Za-z_0-9]*/)) {
    name = substr(text, RSTART, RLENGTH)
    gsub(/[${]/, "", name)
    before = before substr(text, 1, RSTART - 1)
    text = substr(text, RSTART + RLENGTH)
    before = before (name in value ? value[name] : "$" name)
  }
  return before text
}

# Adds to `found` the commands that words[i] and those behind it name: a variable may stand for several.
function commands_at(words, i, n,    found, name) {
  found = ""
  for (; i <= n; ++i) {
    name = words[i]
    if (name == "data") name = "data:" words[++i]
    if (!(name in is_command)) break
    found = found name " "
  }
  return found
}

function take(segment,    words, n, i, k, count, found, names, option) {
  n = split(segment, words, /[ \t]+/)
  i = words[1] == "" ? 2 : 1
  while (words[i] ~ /^(then|do|if|!)$/) ++i
  if (words[i] == "mistake" || words[i] == "mentions") return
  found = words[i] in around ? around[words[i]] : ""
  for (; i <= n; ++i) {
    if (words[i] in launcher) found = found commands_at(words, i + 1, n)
    if (words[i] !~ /^--[a-z]/) continue
    option = words[i]
    sub(/=.*/, "", option)
    count = split(found, names, " ")
    for (k = 1; k <= count; ++k) print names[k], option
  }
  if (in_function != "") around[in_function] = around[in_function] found
}

FNR == 1 { in_function = ""; delete value; delete around }
/^ *#/ { next }
{
  line = held $0
  held = ""
  if (line ~ /\\$/) {
    held = substr(line, 1, length(line) - 1) " "
    next
  }
  if (match(line, /^[a-z_]+\(\) *\{/)) {
    in_function = substr(line, 1, index(line, "(") - 1)
  } else if (line ~ /^\}/) {
    in_function = ""
  }
  line = expanded(line)
  gsub(/["'{}]/, " ", line)
  if (match(line, /^ *(local )?[a-z_]+=[ (]/)) {
    name = line
    sub(/=.*/, "", name)
    sub(/^ *(local )?/, "", name)
    text = line
    sub(/^[^=]*=/, "", text)
    value[name] = value[name] " " text
  }
  if (match(line, /^ *for [a-z_]+ in /)) {
    name = line
    sub(/^ *for /, "", name)
    sub(/ in .*/, "", name)
    text = line
    sub(/^.* in /, "", text)
    sub(/; do.*/, "", text)
    value[name] = text
  }
  count = split(line, segments, /;|&&|\|\||\||\$\(/)
  for (s = 1; s <= count; ++s) take(segments[s])
  if ($0 ~ /^[a-z_]+\(\) *\{.*\}$/) in_function = ""
}
