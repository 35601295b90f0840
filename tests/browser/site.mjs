// What site.sh asks of the site in Chromium.
//   node site.mjs CHROMIUM SITE RUNS DIRECTORY
// SPDX-License-Identifier: MIT
import { existsSync, readFileSync, readdirSync, openSync, readSync } from "node:fs";
import { join, relative } from "node:path";
import { launch, serve } from "./chromium.mjs";

const [program, site, runs, directory] = process.argv.slice(2);
const TIE = 1e-4, BYTES = 8 * 32 * 32 * 3;
let failures = 0;
const fail = text => (++failures, console.log("FAILED: " + text));
const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const server = await serve(site), browser = await launch(program, join(directory, "profile"));
try {
  await lookAtPages();
  await useThePage();
  await askNonsense();
  await compareClips();
} finally {
  await browser.close();
  server.close();
}
console.log(failures ? `site: ${failures} failures` : "site: all is well");
process.exit(failures ? 1 : 0);

function htmlFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
      entry.isDirectory() ? htmlFiles(join(folder, entry.name)) : entry.name.endsWith(".html") ? [join(folder, entry.name)] : []);
}

/** What a page did wrong: messages, requests elsewhere, and what is wider than the window. */
async function faultsOf(page) {
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  const elsewhere = page.requests.filter(url => !url.startsWith(server.address) && !url.startsWith("data:"));
  return [...page.faults, ...elsewhere.map(url => "asks " + url), ...(over > 0 ? [`is ${over} pixels wider than the window`] : [])];
}

/** Every page, at 375 pixels, in the dark; of the reference and of the sources some. */
async function lookAtPages() {
  const files = htmlFiles(site).map(file => relative(site, file));
  const some = [...files.filter(f => !/^(source|reference)\//.test(f)), ...files.filter(f => /^source\//.test(f)).filter((_, i) => i % 20 === 0),
    ...["index.html", "modules.html"].map(f => "reference/html/" + f).filter(f => files.includes(f))];
  const page = await browser.open({ width: 375, height: 800, dark: true });
  for (const file of some) {
    page.faults.length = page.requests.length = 0;
    await page.go(server.address + file);
    if (file === "live/index.html") await page.evaluate("adafuse.ready");
    for (const fault of await faultsOf(page)) fail(`${file} at 375: ${fault}`);
  }
  await page.close();
  console.log(`site: ${some.length} pages at 375 pixels`);
}

/** A hand drags the shape to the right; then the frames are played backwards. */
async function useThePage() {
  for (const width of [375, 1200]) {
    const page = await browser.open({ width, height: 1000 });
    await page.go(server.address + "live/index.html");
    await page.evaluate("adafuse.ready");
    const says = async () => {
      await wait(2000);
      return page.evaluate("document.getElementById('answer').firstChild.textContent");
    };
    const shown = await says();
    if (shown !== "swipe right") fail(`${width}: at first the page shows a swipe right and says ${shown}`);
    await page.evaluate("document.querySelector('#shapes button').click()");
    const box = await page.evaluate("(b => ({ x: b.x, y: b.y, w: b.width, h: b.height }))(document.getElementById('stage').getBoundingClientRect())");
    const mouse = (type, u) => page.tell("Input.dispatchMouseEvent", { type, x: box.x + u * box.w, y: box.y + 0.5 * box.h, button: "left", buttons: 1, clickCount: 1 });
    await mouse("mousePressed", 0.5);
    for (let u = 0.5; u >= 0.15; u -= 0.05) await mouse("mouseMoved", u);
    await mouse("mouseReleased", 0.15);
    await wait(500);
    await mouse("mousePressed", 0.15);
    for (let k = 0; k <= 35; ++k) await mouse("mouseMoved", 0.15 + 0.02 * k), await wait(25);
    await mouse("mouseReleased", 0.85);
    const drawn = await says();
    if (drawn !== "swipe right") fail(`${width}: a shape dragged to the right is ${drawn}`);
    await page.evaluate("document.getElementById('backwards').click()");
    const turned = await says();
    if (turned !== "swipe left") fail(`${width}: played backwards it is ${turned}`);
    const milliseconds = await page.evaluate("document.getElementById('time').textContent");
    if (!/^\d+\.\d+ ms$/.test(milliseconds)) fail(`${width}: the clock says ${milliseconds}`);
    for (const control of ["#policies button:nth-child(2)", "#policies button:nth-child(3)", "#policies button:nth-child(4)", "#gestures button:nth-child(5)"]) {
      await page.evaluate(`document.querySelector("${control}").click()`);
      const macs = await page.evaluate("document.getElementById('macs').textContent");
      if (control.endsWith("(2)") && macs !== "100.0 % of dense") fail(`${width}: with all channels kept the work is ${macs}`);
      if (!(await page.evaluate("document.getElementById('fault').hidden"))) fail(`${width}: ${control}: ${await page.evaluate("document.getElementById('fault').textContent")}`);
    }
    await page.evaluate("(s => { s.value = s.max; s.dispatchEvent(new Event('input')); })(document.getElementById('lambda'))");
    for (const fault of await faultsOf(page)) fail(`live/index.html at ${width}: ${fault}`);
    await page.close();
  }
  console.log("site: a hand can use the page");
}

/** What is wrong is said, and the page goes on. */
async function askNonsense() {
  const page = await browser.open({ width: 1200, height: 1000 });
  await page.go(server.address + "live/index.html");
  await page.evaluate("adafuse.ready");
  const model = JSON.stringify((await page.evaluate("adafuse.models()"))[0].file);
  for (const [call, expected] of [
    ['open("nowhere", "learned", 0)', "nowhere: cannot open"],
    [`open(${model}, "learnt", 0)`, "policy: expects learned, keep-all, random:k,r,s"],
    [`open(${model}, "magnitude:1,0,0", 0)`, "policy: sessions take learned, keep-all"],
    ["gesture(9, 0)", "gesture 9 does not exist"],
    ["draw(3, [], 0)", "figure 3 does not exist"],
    ['write("/junk/x", new Uint8Array(9)), adafuse.library().open("/junk/x", "learned", 0)', "not safetensors"],
  ]) {
    const said = await page.evaluate(`(() => { try { adafuse.library().${call}; return "nothing"; } catch (error) { return error.message; } })()`);
    if (!said.includes(expected)) fail(`${call}: expected "${expected}", got "${said}"`);
  }
  if (!(await page.evaluate("adafuse.library().run().frames.length === 8"))) fail("after mistakes the page does not run");
  await page.close();
}

/** The first place where what the page says differs from the lines of stream; null where all is equal. */
function difference(frames, lines) {
  for (const [t, line] of lines.entries()) {
    for (const [block, letters] of Object.entries(line.decisions))
      for (let c = 0; c < letters.length; ++c)
        if (frames[t].decisions[block][c] !== letters[c]) return { t, block, c, kind: "decision", stream: letters[c], page: frames[t].decisions[block][c] };
    const sorted = [...frames[t].logits].sort((a, b) => b - a);
    if (frames[t].class !== line.class) return { t, kind: "class", stream: line.class, page: frames[t].class, margin: sorted[0] - sorted[1] };
  }
  return null;
}

async function compareClips() {
  const page = await browser.open({ width: 1200, height: 1000 });
  await page.go(server.address + "live/index.html");
  await page.evaluate("adafuse.ready");
  const models = await page.evaluate("adafuse.models()");
  const pixels = openSync(join(directory, "pixels.rgb")), bytes = Buffer.alloc(BYTES);
  let compared = 0;
  for (const run of readdirSync(runs)) {
    const said = join(directory, run + ".txt");
    if (!existsSync(said)) continue;
    const best = readFileSync(join(runs, run, "best.safetensors"));
    const model = models.findIndex(m => best.equals(readFileSync(join(site, "live", m.file))));
    if (model < 0) { fail(`${run}: no model of the site is this run's`); continue; }
    const opened = await page.evaluate(`adafuse.open(${model}, "learned", 0)`);
    const clips = readFileSync(said, "utf8").trim().split("\n").map(JSON.parse)
        .reduce((all, line) => (line.clip ? all.push({ name: line.clip, lines: [] }) : "frame" in line && all.at(-1).lines.push(line), all), []);
    let decisions = 0, ties = 0, differences = 0, widest = 0;
    for (const [n, { name, lines }] of clips.entries()) {
      if (lines.length !== 8) { fail(`${run}, ${name}: stream answered ${lines.length} frames`); continue; }
      readSync(pixels, bytes, 0, BYTES, n * BYTES);
      const { frames } = await page.evaluate(`adafuse.answer("${bytes.toString("base64")}")`);
      const differs = difference(frames, lines);
      decisions += lines.length * Object.values(lines[0].decisions).join("").length;
      frames.forEach((frame, t) => {  // Work follows decisions: equal but for the last digits of a share.
        if (!differs) widest = Math.max(widest, Math.abs(frame.macs / opened.dense_macs - lines[t].macs_fraction));
      });
      if (!differs) continue;
      if (differs.kind === "decision") {
        const { margins } = await page.evaluate("adafuse.margins()");
        differs.margin = margins[differs.block][differs.t][differs.c];
      }
      const text = `${run}, ${name}: ${JSON.stringify(differs)}`;
      if (differs.margin < TIE) ++ties, console.log("tie: " + text);
      else ++differences, fail(text);
    }
    if (widest > 1e-9) fail(`${run}: shares of work differ by ${widest}`);
    const classes = clips.reduce((sum, { lines }) => sum + lines.length, 0);
    console.log(`site: ${run}: ${clips.length} clips, ${classes} classes and ${decisions} decisions against stream's: ` +
        `${differences} clips differ, ${ties} more by ties closer than ${TIE}`);
    ++compared;
  }
  if (!compared) fail("nothing was compared");
  for (const fault of await faultsOf(page)) fail(`live/index.html: ${fault}`);
}
