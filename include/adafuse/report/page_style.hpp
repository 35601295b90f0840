// The page's style: light and dark, wide and narrow, on screen and in print. Pictures keep the inks
// of theme.hpp in their files; the page maps each ink to a colour of its scheme.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/theme.hpp>
#include <string>

namespace adafuse::report::inline ADAFUSE_SIMD {

namespace detail {

/// An ink of pictures, what the page calls it, and what it is in the dark.
struct Ink {
  std::string_view colour, name, dark;
};

inline constexpr Ink inks[] = {
    {theme::paper, "paper", "#16191d"},
    {theme::ink, "ink", "#e8eaed"},
    {theme::quiet, "quiet", "#a3abb5"},
    {theme::grid, "grid", "#2c3238"},
    {theme::axis, "axis", "#59626c"},
    {theme::compared, "plain", "#8a929b"},
    {theme::accent, "accent", "#4ba6e0"},
    {theme::warning, "warning", "#f0875c"},
    {action_looks[1].colour, "reuse", "#e0a030"},
    {action_looks[2].colour, "skip", "#343b43"},
};

inline constexpr std::string_view page_rules = R"css(
* { box-sizing: border-box; }
html { color-scheme: light dark; background: var(--paper); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; color: var(--ink); line-height: 1.5;
  font-size: 16px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--grid); }
.brief h2 { font-size: 1.1rem; margin-top: 1.5rem; }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h4 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; }
h1, h2, h3, h4, p, figcaption, li { overflow-wrap: anywhere; }
p, figcaption { max-width: 46rem; }
p.quiet, figcaption, caption, summary { color: var(--quiet); }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .75rem 0; list-style: none; }
figure { margin: 1rem 0; }
figcaption { font-size: .875rem; margin-top: .25rem; }
svg { display: block; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll > svg { min-width: min(var(--natural, 30rem), 30rem); }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 1.5rem;
  max-width: 60rem; }
.curves .scroll > svg { min-width: 0; width: 100%; max-width: 30rem; }
.films { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem 2rem; }
table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .25rem 0; caption-side: top; }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: baseline; white-space: nowrap;
  border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th { font-weight: 600; vertical-align: bottom; border-bottom-color: var(--axis); }
th.n, td.n { text-align: right; padding: .3rem 0 .3rem 1rem; }
td.bad { color: var(--warning); }
tr:has(> .sum) > * { font-weight: 600; }
.confusion th.n span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 12rem; }
.confusion th.n { text-align: center; padding: .3rem; }
.confusion td { text-align: center; padding: .3rem; min-width: 2.4rem; }
.confusion td.right { background: rgb(0 114 178 / calc(var(--v) * .9)); }
.confusion td.wrong { background: rgb(213 94 0 / calc(var(--v) * .9)); }
.confusion td.dark { color: #fff; }
details { margin: .5rem 0 1rem; }
summary { cursor: pointer; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0; }
.controls img { width: 6rem; image-rendering: pixelated; border-radius: 4px; }
.controls > div { flex: 1 1 14rem; min-width: 0; }
.controls label { display: grid; grid-template-columns: 4rem minmax(0, 1fr); align-items: center; font-size: .875rem; color: var(--quiet); }
.controls input { min-width: 0; width: 100%; max-width: 16rem; accent-color: var(--accent); }
.controls output { display: block; font-size: .875rem; min-height: 3em; overflow-wrap: anywhere; }
.mark { fill: none; stroke: var(--ink); stroke-width: 1.5; pointer-events: none; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .controls, .mark { display: none; }
  h2 { break-before: page; }
  h2.first, .brief h2 { break-before: auto; }
  figure, tr { break-inside: avoid; }
  table { font-size: 7pt; }
  th, td { padding: .15rem .4rem .15rem 0; }
  th.n, td.n { padding: .15rem 0 .15rem .5rem; }
  thead th { white-space: normal; }
  .scroll { overflow: visible; }
  .scroll > svg { min-width: 0; }
  .confusion td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace detail

/// The CSS that stands in the page.
inline std::string page_style() {
  std::string light, dark, fills;
  for (const auto& [colour, name, in_the_dark] : detail::inks) {
    light += concat(" --", name, ": ", colour, ";");
    dark += concat(" --", name, ": ", in_the_dark, ";");
    for (const char* property : {"fill", "stroke"})
      fills +=
          concat("svg [", property, "=\"", colour, "\"] { ", property, ": var(--", name, "); }\n");
  }
  return concat("\n:root {", light, " font-family: ", theme::font,
                "; }\n@media screen and (prefers-color-scheme: dark) { :root {", dark, " } }\n",
                fills, detail::page_rules);
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
