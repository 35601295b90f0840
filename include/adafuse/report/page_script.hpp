// The page's script: nothing is lost without it. It lets one step through the frames of a filmstrip
// and read a channel.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <string_view>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// JavaScript that stands in the page.
inline constexpr std::string_view page_script = R"js(
"use strict";
const names = ["keep", "reuse", "skip"];
for (const film of document.querySelectorAll(".film")) {
  const svg = film.querySelector("svg"), images = svg.querySelectorAll("image");
  const { frames, left, column, gap, top, row } =
      Object.fromEntries(Object.entries(film.dataset).map(([k, v]) => [k, Number(v)]));
  const channels = film.dataset.channels.split(","), actions = film.dataset.actions;
  const make = (tag, parent, set) => Object.assign(parent.appendChild(document.createElement(tag)), set);
  const mark = () => {
    const box = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    box.setAttribute("class", "mark");
    return box;
  };
  const place = (box, x, y, width, height) => {
    for (const [k, v] of Object.entries({ x, y, width, height })) box.setAttribute(k, v);
  };
  const columnMark = mark(), rowMark = mark();
  const bar = make("div", film, { className: "controls" });
  film.insertBefore(bar, film.querySelector("figcaption"));
  const picture = make("img", bar, { alt: "" });
  const side = make("div", bar, {});
  const slider = (text, max, show) => {
    const label = make("label", side, { textContent: text + " " });
    const input = make("input", label, { type: "range", min: 0, max, value: 0 });
    input.addEventListener("input", () => show(Number(input.value)));
    return input;
  };
  const said = make("output", side, {});
  let t = 0, r = 0;
  const of = (r, t) => Number(actions[r * frames + t]);
  const show = () => {
    const count = [0, 0, 0];
    for (let i = 0; i < channels.length; ++i) ++count[of(i, t)];
    const course = Array.from({ length: frames }, (_, u) => names[of(r, u)]);
    said.textContent = `Frame ${t}: ` + names.map((n, a) => `${n} ${count[a]}`).join(", ") +
        `. Channel ${channels[r]}: ` + course.join(", ") + ".";
    picture.src = images[t].getAttribute("href");
    picture.alt = `frame ${t}`;
    place(columnMark, left + t * (column + gap) - 2, top - 2, column + 4, row * channels.length + 4);
    place(rowMark, left - 2, top + r * row - 1, frames * (column + gap) - gap + 4, row + 1);
  };
  const frameSlider = slider("frame", frames - 1, value => { t = value; show(); });
  const channelSlider = slider("channel", channels.length - 1, value => { r = value; show(); });
  side.appendChild(said);
  svg.addEventListener("pointermove", event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const column_ = Math.floor((at.x - left) / (column + gap)), row_ = Math.floor((at.y - top) / row);
    if (column_ < 0 || column_ >= frames) return;
    t = column_;
    if (row_ >= 0 && row_ < channels.length) r = row_;
    frameSlider.value = t;
    channelSlider.value = r;
    show();
  });
  show();
}
)js";

}  // namespace adafuse::report::inline ADAFUSE_SIMD
