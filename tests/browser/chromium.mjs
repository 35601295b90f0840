// Chromium without a window, driven through the DevTools protocol over a pipe: no package of npm is needed.
//   const browser = await launch("chromium", "profile directory");
//   const page = await browser.open({ width: 375, height: 800, dark: false });
//   await page.go("http://localhost:1/");
//   await page.evaluate("document.title");
// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

/** Starts it. What it says on standard error is kept for whoever asks why it ended. */
export async function launch(program, profile) {
  const child = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    `--user-data-dir=${profile}`, "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "about:blank"], { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  const [, , errors, input, output] = child.stdio;
  const waiting = new Map(), listeners = [];
  let number = 0, said = "", rest = [];
  errors.on("data", data => { said = (said + data).slice(-4000); });
  child.on("exit", code => {
    for (const { reject } of waiting.values()) reject(new Error(`chromium ended with ${code}: ${said}`));
    waiting.clear();
  });
  input.on("error", () => {});
  output.on("data", data => {  // Messages end with a zero byte; bytes are joined once one is whole.
    for (let zero; (zero = data.indexOf(0)) >= 0; data = data.subarray(zero + 1)) {
      const message = JSON.parse(Buffer.concat([...rest, data.subarray(0, zero)]).toString());
      rest = [];
      const asked = waiting.get(message.id);
      if (asked) {
        waiting.delete(message.id);
        message.error ? asked.reject(new Error(`${asked.method}: ${message.error.message}`)) : asked.resolve(message.result);
      } else if (message.method) {
        for (const listen of listeners) listen(message);
      }
    }
    if (data.length) rest.push(data);
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(++number, { resolve, reject, method });
    input.write(JSON.stringify({ id: number, method, params, sessionId }) + "\0");
  });

  /** A page of its own, with everything that it says, fetches or fails in. */
  async function open({ width, height, dark = false }) {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    const faults = [], requests = [];
    const tell = (method, params) => send(method, params, sessionId);
    let loaded = () => {};
    listeners.push(message => {
      if (message.sessionId !== sessionId) return;
      const { method, params } = message;
      if (method === "Runtime.exceptionThrown")
        faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === "Runtime.consoleAPICalled") faults.push(`console.${params.type}: ${params.args.map(a => a.value ?? a.description).join(" ")}`);
      if (method === "Log.entryAdded") faults.push(`${params.entry.source}: ${params.entry.text} ${params.entry.url ?? ""}`);
      if (method === "Network.requestWillBeSent") requests.push(params.request.url);
      if (method === "Page.loadEventFired") loaded();
    });
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await tell(domain + ".enable");
    await tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    return {
      faults, requests, tell,
      async go(url) {
        const done = new Promise(resolve => { loaded = resolve; });
        const { errorText } = await tell("Page.navigate", { url });
        if (errorText) throw new Error(`${url}: ${errorText}`);
        await done;
      },
      async evaluate(expression) {
        const { result, exceptionDetails } = await tell("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      },
      async screenshot(whole = true) {
        const { data } = await tell("Page.captureScreenshot", { captureBeyondViewport: whole });
        return Buffer.from(data, "base64");
      },
      close: () => send("Target.closeTarget", { targetId }),
    };
  }
  const close = async () => {
    const ended = new Promise(resolve => child.on("exit", resolve));
    send("Browser.close").catch(() => {});
    await ended;
  };
  return { open, close };
}

/** Serves a directory; the address is that of a port that was free. */
export function serve(directory) {
  const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".svg": "image/svg+xml", ".wasm": "application/wasm", ".png": "image/png" };
  const server = createServer(async (request, response) => {
    try {
      const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
      const bytes = await readFile(join(directory, path.endsWith("/") ? path + "index.html" : path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? (path.endsWith("/") ? types[".html"] : "application/octet-stream") });
      response.end(bytes);
    } catch {
      response.writeHead(404).end("not there");
    }
  });
  return new Promise(resolve => server.listen(0, "127.0.0.1", () =>
      resolve({ address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() })));
}
