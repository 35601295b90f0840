#!/usr/bin/env bash
# A report in headless Chromium: its script runs without an error, nothing is wider than the window, at
# 375 and at 1200 pixels, and a filmstrip's controls work. Exit code 77: Chromium is not there.
#   report.sh PROGRAM EMPTY_DIRECTORY
# SPDX-License-Identifier: MIT
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: there is no chromium"
  exit 77
}
. "$(dirname "$0")/../cli/lib.bash"

works gestures --out data --train 9 --val 9 --size 16 --frames 4
works train --data data --out run --fusion adafuse --policy-hidden 4 --lambda-from 0 --frames 4 \
  --stem-stride 2 --epochs 2 --batch 9
works sweep --data data --out swept --fusion adafuse --policy-hidden 4 --frames 4 --stem-stride 2 --epochs 1 \
  --batch 9 --lambdas 0,1 --seeds 0
works report run swept --data data --out page.html

# The page with a script behind its own, which writes what it sees into the document's title.
cat >probe.js <<'PROBE'
window.addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll > *") &&
      e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName);
  const film = document.querySelector(".film"), before = film.querySelector("output").textContent;
  const slider = film.querySelector("input");
  slider.value = 2;
  slider.dispatchEvent(new Event("input"));
  const after = film.querySelector("output").textContent;
  const svg = film.querySelector("svg"), size = name => Number(film.dataset[name]);
  const at = new DOMPoint(size("left") + size("column") + size("gap") + 2, size("top") + 3.5 * size("row"))
      .matrixTransform(svg.getScreenCTM());
  svg.dispatchEvent(new PointerEvent("pointermove", { clientX: at.x, clientY: at.y }));
  const hovered = film.querySelector("output").textContent;
  const over = document.documentElement.scrollWidth - innerWidth;
  document.title = "window " + innerWidth + ", over: " + Math.max(over, 0) + ", wide: " + wide.join(" ") +
      ", steps: " + (before.startsWith("Frame 0:") && after.startsWith("Frame 2:")) +
      ", hovers: " + (hovered.startsWith("Frame 1:") && slider.value == 1) +
      ", curve: " + (document.querySelectorAll("svg circle title").length > 1);
});
PROBE
{
  sed '/^<\/html>/d' page.html
  echo "<script>"
  cat probe.js
  echo "</script></html>"
} >probed.html

for width in 375 1200; do
  # A window of Chromium is at least 500 wide: a frame is as wide as one likes.
  echo "<!DOCTYPE html><iframe id=f width=$width height=900 style='border:0' src=probed.html></iframe>
<script>f.onload = () => setTimeout(() => document.title = f.contentDocument.title, 100)</script>" >frame.html
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --allow-file-access-from-files --user-data-dir="$PWD/profile" --enable-logging=stderr \
    --virtual-time-budget=10000 --window-size=1400,1000 --dump-dom "file://$PWD/frame.html" \
    >dom.txt 2>log.txt || fail "chromium: exit code $?: $(tail -n 3 log.txt)"
  grep -F "CONSOLE" log.txt && fail "the console has messages at $width"
  title=$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' dom.txt | head -n 1)
  same "what the page says at $width" "window $width, over: 0, wide: , steps: true, hovers: true, curve: true" "$title"
done
finish
