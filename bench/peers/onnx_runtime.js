// Runs an ONNX file in ONNX Runtime and prints how long a batch takes; onnx_runtime.py calls it.
// SPDX-License-Identifier: MIT
'use strict';
const path = require('path');

const given = JSON.parse(process.argv[2]);
const home = path.resolve(given.directory, 'node_modules/onnxruntime-node');
const ort = require(home);

const resident = () => process.memoryUsage().rss / 2 ** 20;
// Milliseconds: with one thread of processor time, all of this process.
const now = () => {
  if (given.threads > 1) return performance.now();
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e3;
};

async function main() {
  const baseline = resident();
  const session = await ort.InferenceSession.create(given.file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: given.threads,
    interOpNumThreads: 1,
  });
  const numbers = Float32Array.from(
      {length: given.shape.reduce((a, b) => a * b)}, () => 2 * Math.random() - 1);
  const feeds = {[session.inputNames[0]]: new ort.Tensor('float32', numbers, given.shape)};
  for (let warm = 0; warm < 3; ++warm) await session.run(feeds);
  const times = [];
  const end = performance.now() + 1e3 * given.seconds;
  while (times.length < 5 || performance.now() < end) {
    const start = now();
    await session.run(feeds);
    times.push(now() - start);
  }
  times.sort((a, b) => a - b);
  const middle = times.length >> 1;
  console.log(JSON.stringify({
    median_ms: times.length % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2,
    min_ms: times[0],
    peak_mb: process.resourceUsage().maxRSS / 1024 - baseline,
    version: require(path.join(home, 'package.json')).version,
  }));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
