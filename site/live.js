// The living page: a hand or the data set makes eight frames, the library in WebAssembly runs a stream
// through them, and this file draws what it says. Nothing is decided here.
// SPDX-License-Identifier: MIT

const FRAMES = 8, SIDE = 32, BYTES = FRAMES * SIDE * SIDE * 3;
const ICONS = {
  swipe_left: "←", swipe_right: "→", swipe_up: "↑", swipe_down: "↓", zoom_in: "⊕", zoom_out: "⊖",
  turn_clockwise: "↻", turn_anticlockwise: "↺", still: "•",
};
const FIGURES = [  // as data/shapes.hpp draws them
  ["bar", "M0 7H24V17H0Z"], ["triangle", "M24 12L0 4.8V19.2Z"], ["ellipse", "M0 12A12 6 0 0 1 24 12A12 6 0 0 1 0 12Z"],
];
const POLICIES = [
  ["learned", "the agents", "As it was trained."],
  ["keep-all", "keep all", "All channels are computed, and no agent runs. The network knows maps of its own choices only: this is for the clock."],
  ["random", "lot, as often", "Drawn by lot, with the agents' shares of this clip."],
  ["random:0.34,0.33,0.33", "lot, in thirds", "Drawn by lot: computed, reused, skipped a third each."],
];
const $ = id => document.getElementById(id);
const text = name => name.replaceAll("_", " ");
const percent = (x, digits = 0) => (100 * x).toFixed(digits) + " %";
const width = x => Math.min(100, 100 * x).toFixed(2) + "%";

// ---- The library ----

/** The module's functions, by their names without page_. Each throws what the library says is wrong. */
async function loadLibrary() {
  const module = await adafuse_live();
  const wrap = (name, types) => {
    const call = module.cwrap("page_" + name, "string", types);
    return (...given) => {
      const answer = JSON.parse(call(...given));
      if (answer.error) throw new Error(answer.error);
      return answer;
    };
  };
  const pixels = module.cwrap("page_pixels", "number", [])();
  const draw = wrap("draw", ["number", "number", "number"]);
  return {
    open: wrap("open", ["string", "string", "number"]),
    gesture: wrap("gesture", ["number", "number"]),
    run: wrap("run", []),
    milliseconds: wrap("milliseconds", ["string", "number"]),
    margins: wrap("margins", []),
    draw(figure, poses, seed) {
      const memory = module._malloc(8 * 4 * FRAMES);
      module.HEAPF64.set(poses.flatMap(p => [p.x, p.y, p.radius, p.angle]), memory / 8);
      try {
        return draw(figure, memory, seed);
      } finally {
        module._free(memory);
      }
    },
    frames: () => module.HEAPU8.slice(pixels, pixels + BYTES),
    setFrames: bytes => module.HEAPU8.set(bytes, pixels),
    write(name, bytes) {
      module.FS.mkdirTree(name.slice(0, name.lastIndexOf("/")));
      module.FS.writeFile(name, bytes);
    },
  };
}

async function fetched(url, kind) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response[kind]();
}

// ---- What is shown ----

const page = { model: 0, policy: "learned", figure: 0, seed: 1, frames: null, played: 0, yours: true,
  pose: { x: 0, y: 0, radius: 0.4, angle: -0.5 } };
let library, models, card, result;

const cellOf = (now, before) => now === "r" && before !== undefined && before !== "k" ? "l" : now;

/** Shares of what happens to the channels of some blocks over a clip: k, l, r, s; l is reused, computed late. */
function shares(frames, blocks) {
  const count = { k: 0, l: 0, r: 0, s: 0 };
  let all = 0;
  for (const { name, channels } of blocks)
    for (let t = 0; t < frames.length; ++t)
      for (let c = 0; c < channels; ++c, ++all)
        ++count[cellOf(frames[t].decisions[name][c], frames[t - 1]?.decisions[name][c])];
  return Object.fromEntries(Object.entries(count).map(([key, n]) => [key, n / all]));
}

/** The policy's text; the lot's shares are those that the agents have on this clip. */
function policyText() {
  if (page.policy !== "random") return page.policy;
  const { blocks } = library.open(models[page.model].file, "learned", 0);
  library.setFrames(page.frames);
  const { k, l, r } = shares(library.run().frames, blocks);
  const keep = k.toFixed(4), reuse = (l + r).toFixed(4);
  return `random:${keep},${reuse},${Math.max(0, 1 - keep - reuse).toFixed(4)}`;
}

/** Runs what is on the page, draws it, and measures. */
function answer() {
  const policy = policyText();
  card = library.open(models[page.model].file, policy, page.seed);
  library.setFrames(page.frames);
  result = library.run();
  drawFilm();
  drawCost();
  play();
  clearTimeout(page.measuring);
  page.measuring = setTimeout(() => guarded(() => drawTime(library.milliseconds(policy, 100).milliseconds,
      library.milliseconds("keep-all", 100).milliseconds)), 1500);  // once the frames have been played
}

function softmax(logits) {
  const most = Math.max(...logits), raised = logits.map(l => Math.exp(l - most));
  const sum = raised.reduce((a, b) => a + b);
  return raised.map(r => r / sum);
}

function drawAnswer(frame) {
  const scores = softmax(frame.logits), best = frame.logits.indexOf(Math.max(...frame.logits));
  $("answer").innerHTML = "";
  $("answer").append(text(card.classes[best]), Object.assign(document.createElement("small"),
      { textContent: percent(scores[best]) + (page.played < FRAMES ? `, after ${page.played} of ${FRAMES}` : "") }));
  [...$("scores").children].forEach((row, c) => {
    row.classList.toggle("best", c === best);
    row.querySelector("i").style.width = width(scores[c]);
    row.querySelector(".percent").textContent = percent(scores[c]);
  });
}

/** Rows of a block, in the order in which they are drawn: most work first. */
function rowsOf(block) {
  const weight = { k: 3, l: 2, r: 1, s: 0 };
  const rows = [];
  for (let c = 0; c < block.channels; ++c) {
    const letters = result.frames.map(frame => frame.decisions[block.name][c]);
    const cells = letters.map((letter, t) => cellOf(letter, letters[t - 1]));
    rows.push({ channel: c, cells, weight: cells.reduce((sum, cell) => sum + weight[cell], 0) });
  }
  return rows.sort((a, b) => b.weight - a.weight || a.channel - b.channel);
}

function element(name, given = {}, ...children) {
  const made = Object.assign(document.createElement(name), given);
  made.append(...children);
  return made;
}

const POINT = "Point at a channel to read what happens to it.";

function drawFilm() {
  const style = getComputedStyle(document.documentElement), ink = name => style.getPropertyValue(name).trim();
  const colours = { k: ink("--keep"), r: ink("--reuse"), s: ink("--skip") };
  const film = $("film"), columns = Array.from({ length: FRAMES }, () => []);
  const put = (t, node) => (columns[t].push(node), film.append(node));
  const title = (left, right) => film.append(element("div", { className: "title" }, element("span", {}, left), element("span", {}, right)));
  film.replaceChildren();
  result.frames.forEach((_, t) => put(t, frameCanvas(t)));
  for (const block of card.blocks) {
    const rows = rowsOf(block), height = block.channels > 40 ? 3 : block.channels > 20 ? 4 : 6;
    const of = shares(result.frames, [block]);
    title(`${block.name}, ${block.channels} channels`, `${percent(of.k + of.l)} computed`);
    for (let t = 0; t < FRAMES; ++t) {
      const canvas = element("canvas", { width: 60, height: 2 * height * rows.length });
      canvas.style.height = height * rows.length + "px";
      const pen = canvas.getContext("2d");
      rows.forEach(({ cells }, row) => {
        pen.fillStyle = colours[cells[t] === "l" ? "r" : cells[t]];
        pen.fillRect(0, 2 * height * row, 60, 2 * height - 2);
        if (cells[t] !== "l") return;
        pen.fillStyle = colours.k;
        pen.fillRect(0, 2 * height * row, 20, 2 * height - 2);
      });
      canvas.onpointermove = canvas.onpointerdown = event => explain(block, rows, t, Math.floor(event.offsetY / height));
      canvas.onpointerleave = () => { $("under").textContent = POINT; };
      put(t, canvas);
    }
  }
  title("multiply-adds of a frame", "of dense");
  const most = Math.max(1, ...result.frames.map(frame => frame.macs / card.dense_macs));
  result.frames.forEach((frame, t) => {
    const bar = element("i");
    bar.style.height = width(frame.macs / card.dense_macs / most);
    put(t, element("div", { className: "work" }, bar));
  });
  result.frames.forEach((frame, t) => put(t, element("div", { className: "number", textContent: percent(frame.macs / card.dense_macs) })));
  title("what it says so far", "");
  result.frames.forEach((frame, t) => put(t, element("div", { className: "said", textContent: ICONS[frame.class] ?? frame.class, title: text(frame.class) })));
  page.columns = columns;
  $("under").textContent = POINT;
}

function explain(block, rows, t, row) {
  if (!rows[row]) return;
  const says = { k: "is computed", r: t ? "is reused: the previous frame computed it, so it costs nothing" : "is reused: before the first frame there is nothing, so it is zero",
    l: "is reused, but was not computed a frame ago: it is computed late", s: "is skipped: zero, and nobody reads it" };
  $("under").textContent = `Frame ${t + 1}, ${block.name}, channel ${rows[row].channel} ${says[rows[row].cells[t]]}.`;
}

/** Frame t of the clip, as the network sees it. */
function paintFrame(pen, t) {
  const image = pen.createImageData(SIDE, SIDE);
  for (let p = 0, from = t * SIDE * SIDE * 3; p < SIDE * SIDE; ++p) {
    for (let c = 0; c < 3; ++c) image.data[4 * p + c] = page.frames[from++];
    image.data[4 * p + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}
function frameCanvas(t) {
  const canvas = element("canvas", { width: SIDE, height: SIDE, className: "frame" });
  paintFrame(canvas.getContext("2d"), t);
  return canvas;
}

function drawCost() {
  const macs = result.frames.reduce((sum, frame) => sum + frame.macs, 0), dense = FRAMES * card.dense_macs;
  const of = shares(result.frames, card.blocks), million = x => (x / 1e6).toFixed(2) + " M";
  $("macs").textContent = percent(macs / dense, 1) + " of dense";
  $("macs-bar").style.width = width(macs / dense);
  $("macs-hint").textContent = `${million(macs)} of ${million(dense)}, agents included.`;
  $("time").textContent = "…";
  $("time-bar").style.width = 0;
  $("time-hint").textContent = "is measured";
  $("share").textContent = percent(of.k + of.l) + " computed";
  document.querySelectorAll(".bar.shares i").forEach(bar => { bar.style.width = width(of[bar.className]); });
  $("share-hint").textContent = `${percent(of.k)} at once, ${percent(of.l)} late; ${percent(of.r)} reused for nothing, ${percent(of.s)} skipped.`;
}

function drawTime(milliseconds, dense) {
  const digits = dense < 10 ? 2 : 1;
  $("time").textContent = milliseconds.toFixed(digits) + " ms";
  $("time-bar").style.width = width(milliseconds / dense);
  $("time-hint").textContent = `for ${FRAMES} frames; ${dense.toFixed(digits)} ms with all channels computed, without agents.`;
}

/** Frames come one by one; who wants no motion sees the last. */
let playing = 0;
function play() {
  clearInterval(playing);
  const show = t => {
    page.played = t + 1;
    page.columns.forEach((column, k) => column.forEach(node => node.classList.toggle("late", k > t)));
    drawAnswer(result.frames[t]);
    if (!page.yours) paintStage(t);
  };
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(FRAMES - 1);
  let t = 0;
  show(0);
  playing = setInterval(() => (show(++t), t === FRAMES - 1 && clearInterval(playing)), 140);
}

// ---- The stage ----

const stage = $("stage"), pen = stage.getContext("2d"), small = element("canvas", { width: SIDE, height: SIDE });
const css = colour => `rgb(${colour.map(c => Math.round(255 * c)).join(" ")})`;
let colours = { colour: [0.8, 0.7, 0.9], ground: [0.12, 0.12, 0.14] };

function paintStage(t) {
  hint(false);
  paintFrame(small.getContext("2d"), t);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, stage.width, stage.height);
}
const ringOf = pose => ({ x: pose.x + pose.radius * Math.cos(pose.angle), y: pose.y + pose.radius * Math.sin(pose.angle) });

const hint = yours => {
  $("hint").innerHTML = yours ? "Drag to move. Pull the <b>ring</b> to turn and to grow." : "Press on the picture to draw your own.";
};

function paintYours() {
  hint(true);
  const { x, y, radius, angle } = page.pose, half = stage.width / 2;
  pen.fillStyle = css(colours.ground);
  pen.fillRect(0, 0, stage.width, stage.height);
  pen.save();
  pen.translate((x + 1) * half, (y + 1) * half);
  pen.rotate(angle);
  pen.scale(radius * half, radius * half);
  pen.fillStyle = css(colours.colour);
  pen.beginPath();
  if (page.figure === 0) pen.rect(-1, -0.3, 2, 0.6);
  if (page.figure === 1) pen.moveTo(1, 0), pen.lineTo(-1, -0.6), pen.lineTo(-1, 0.6);
  if (page.figure === 2) pen.ellipse(0, 0, 1, 0.5, 0, 0, 2 * Math.PI);
  pen.fill();
  pen.restore();
  const ring = ringOf(page.pose);
  pen.beginPath();
  pen.arc((ring.x + 1) * half, (ring.y + 1) * half, 20, 0, 2 * Math.PI);
  pen.lineWidth = 12, pen.strokeStyle = "rgb(0 0 0 / .45)", pen.stroke();
  pen.lineWidth = 6, pen.strokeStyle = "#fff", pen.stroke();
}

/** Poses at FRAMES even moments of a trail [{time, pose}], with the rests at its ends left out. */
function sampled(trail) {
  const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) + Math.abs(Math.log(a.radius / b.radius)) + 0.5 * Math.abs(a.angle - b.angle);
  const last = trail.length - 1;
  let begin = 0, end = last;
  while (begin < last && far(trail[begin + 1].pose, trail[0].pose) < 0.03) ++begin;
  while (end > begin + 1 && far(trail[end - 1].pose, trail[last].pose) < 0.03) --end;
  if (end <= begin) begin = 0, end = last;
  const span = trail[end].time - trail[begin].time, poses = [];
  for (let t = 0, k = begin; t < FRAMES; ++t) {
    const time = trail[begin].time + span * t / (FRAMES - 1);
    while (k < end - 1 && trail[k + 1].time < time) ++k;
    const a = trail[k], b = trail[Math.min(k + 1, end)], gap = b.time - a.time;
    const u = gap > 0 ? Math.min(1, Math.max(0, (time - a.time) / gap)) : 0, mix = name => a.pose[name] + u * (b.pose[name] - a.pose[name]);
    poses.push({ x: mix("x"), y: mix("y"), radius: mix("radius"), angle: mix("angle") });
  }
  return poses;
}

function drag() {
  let grip = null, trail = [];
  const at = event => {
    const box = stage.getBoundingClientRect();
    return { x: 2 * (event.clientX - box.left) / box.width - 1, y: 2 * (event.clientY - box.top) / box.height - 1 };
  };
  const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
  stage.onpointerdown = event => {
    if (!result || grip) return;
    clearInterval(playing);
    const point = at(event);
    if (!page.yours) Object.assign(page.pose, point);
    page.yours = true;
    press("gestures", null);
    press("shapes", $("shapes").children[page.figure]);
    const ring = ringOf(page.pose), onRing = Math.hypot(point.x - ring.x, point.y - ring.y) < 0.16;
    grip = { id: event.pointerId, onRing, from: point, pose: { ...page.pose }, angle: Math.atan2(point.y - page.pose.y, point.x - page.pose.x),
      reach: Math.hypot(point.x - page.pose.x, point.y - page.pose.y) };
    trail = [{ time: event.timeStamp, pose: { ...page.pose } }];
    stage.setPointerCapture(event.pointerId);
    paintYours();
  };
  stage.onpointermove = event => {
    if (grip?.id !== event.pointerId) return;
    const point = at(event), pose = page.pose;
    if (grip.onRing) {
      const x = point.x - pose.x, y = point.y - pose.y;
      let turned = Math.atan2(y, x) - grip.angle;  // the shorter way round
      turned -= 2 * Math.PI * Math.round(turned / (2 * Math.PI));
      grip.angle += turned;
      pose.angle += turned;
      pose.radius = clamp(grip.pose.radius * Math.hypot(x, y) / Math.max(grip.reach, 0.05), 0.15, 0.9);
    } else {
      pose.x = clamp(grip.pose.x + point.x - grip.from.x, -1.2, 1.2);
      pose.y = clamp(grip.pose.y + point.y - grip.from.y, -1.2, 1.2);
    }
    trail.push({ time: event.timeStamp, pose: { ...pose } });
    paintYours();
  };
  stage.onpointerup = stage.onpointercancel = event => {
    if (grip?.id !== event.pointerId) return;
    grip = null;
    trail.push({ time: event.timeStamp, pose: { ...page.pose } });
    show(() => library.draw(page.figure, sampled(trail), page.seed));
  };
}

// ---- Controls ----

function press(group, chosen, attribute = "aria-pressed") {
  for (const button of $(group).children) button.setAttribute(attribute, button === chosen);
}

/** New frames: `make` writes them into the library. */
function show(make) {
  guarded(() => {
    colours = { ...colours, ...make() };
    page.frames = library.frames();
    if (page.yours) paintYours();
    answer();
  });
}

function guarded(act) {
  try {
    act();
    $("fault").hidden = true;
  } catch (error) {
    $("fault").textContent = error.message;
    $("fault").hidden = false;
  }
}

function makeControls() {
  for (const [figure, [name, path]] of FIGURES.entries()) {
    const button = element("button", { type: "button", title: name, ariaLabel: name, innerHTML: `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>` });
    button.onclick = () => {
      press("shapes", button);
      press("gestures", null);
      page.figure = figure, page.yours = true, ++page.seed;
      Object.assign(page.pose, { x: 0, y: 0, radius: 0.4, angle: -0.5 });
      show(() => library.draw(figure, Array(FRAMES).fill(page.pose), page.seed));
    };
    $("shapes").append(button);
  }
  card.classes.forEach((name, label) => {
    const button = element("button", { type: "button", title: text(name), ariaLabel: text(name), textContent: ICONS[name] ?? name });
    button.onclick = () => {
      press("gestures", button);
      press("shapes", null);
      page.yours = false;
      show(() => library.gesture(label, ++page.seed));
    };
    $("gestures").append(button);
    $("scores").append(element("li", {}, element("span", { className: "icon", textContent: ICONS[name] ?? "" }), element("span", { textContent: text(name) }),
        element("span", { className: "bar" }, element("i")), element("span", { className: "percent" })));
  });
  for (const [policy, name, hint] of POLICIES) {
    const button = element("button", { type: "button", role: "radio", textContent: name });
    button.onclick = () => {
      press("policies", button, "aria-checked");
      page.policy = policy;
      $("policy-hint").textContent = hint;
      guarded(answer);
    };
    $("policies").append(button);
  }
  press("policies", $("policies").firstChild, "aria-checked");
  $("policy-hint").textContent = POLICIES[0][2];
  const slider = $("lambda");
  slider.max = models.length - 1;
  slider.value = page.model;
  slider.oninput = () => {
    page.model = Number(slider.value);
    describeModel();
    guarded(answer);
  };
  $("ticks").append(...models.map(model => element("span", { textContent: model.lambda })));
  describeModel();
  $("backwards").onclick = () => {
    const bytes = BYTES / FRAMES, turned = new Uint8Array(BYTES);
    for (let t = 0; t < FRAMES; ++t) turned.set(page.frames.subarray(t * bytes, (t + 1) * bytes), (FRAMES - 1 - t) * bytes);
    page.frames = turned;
    page.yours = false;
    press("gestures", null);
    press("shapes", null);
    guarded(answer);
  };
}

function describeModel() {
  const model = models[page.model];
  $("lambda-value").textContent = model.lambda;
  $("lambda").setAttribute("aria-valuetext", `lambda ${model.lambda}`);
  $("trained").textContent = `This model is right on ${model.top1.toFixed(1)} % of the validation clips, with ${percent(model.macs_fraction, 1)} of the dense network's multiply-adds.`;
}

// ---- The beginning ----

/** For the test, and for a console: the library, and what it says of frames [8, 32, 32, 3] in base64. */
window.adafuse = {
  models: () => models,
  library: () => library,
  open: (model, policy, seed) => library.open(models[model].file, policy, seed),
  answer(base64) {
    library.setFrames(Uint8Array.from(atob(base64), c => c.charCodeAt(0)));
    return library.run();
  },
  margins: () => library.margins(),
};
window.adafuse.ready = (async () => {
  [library, models] = await Promise.all([loadLibrary(), fetched("models.json", "json")]);
  await Promise.all(models.map(async model => library.write(model.file, new Uint8Array(await fetched(model.file, "arrayBuffer")))));
  page.model = Math.max(0, models.findIndex(model => model.first));
  card = library.open(models[page.model].file, "learned", 0);
  makeControls();
  drag();
  page.yours = false;
  const right = Math.max(0, card.classes.indexOf("swipe_right"));
  press("gestures", $("gestures").children[right]);
  show(() => library.gesture(right, page.seed));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (drawFilm(), play()));
  $("live").setAttribute("aria-busy", "false");
})();
window.adafuse.ready.catch(error => {
  $("fault").textContent = `This page could not start: ${error.message}`;
  $("fault").hidden = false;
});
