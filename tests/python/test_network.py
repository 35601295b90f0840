# SPDX-License-Identifier: MIT
"""Networks of runs: the same numbers as the command line's and PyTorch's, threads, forks, errors."""
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy
import adafuse_example as af
import adafuse_second as second

try:
    import torch
except ImportError:
    torch = None

ADAFUSE = os.environ["ADAFUSE"]
PICTURES = ["--train", "18", "--val", "4", "--size", "32", "--frames", "4", "--seed", "1"]
TRAINING = ["--frames", "4", "--stem-stride", "2", "--epochs", "1", "--batch", "9", "--seed", "3"]
RUNS = {"learned": ["--fusion", "adafuse", "--policy-hidden", "4"],
        "random": ["--fusion", "adafuse", "--policy", "random:0.4,0.3,0.3"],
        "shift": ["--fusion", "tsm"]}


def adafuse(*arguments):
    done = subprocess.run([ADAFUSE, *arguments], cwd=here.name, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"adafuse {arguments}: {done.stderr}")
    return done.stdout


def setUpModule():
    global here
    here = tempfile.TemporaryDirectory()
    adafuse("gestures", "--out", "data", *PICTURES)
    for run, options in RUNS.items():
        adafuse("train", "--data", "data", "--out", run, *options, *TRAINING)


def tearDownModule():
    here.cleanup()


def path(*parts):
    return os.path.join(here.name, *parts)


def clip(name):
    folder = path("data", "frames", name)
    return numpy.stack([af.read_image(os.path.join(folder, f)) for f in sorted(os.listdir(folder))])


CLIPS = [f"val_{i:06}" for i in range(4)]
SAME = ("class", "score", "macs_fraction")


class TheSameNumbers(unittest.TestCase):
    def test_predict_is_that_of_the_command_line_bit_for_bit(self):
        for run in RUNS:
            said = json.loads(adafuse("predict", run, "--json", *(f"data/frames/{c}" for c in CLIPS)))
            model = af.Model(path(run))
            self.assertEqual(len(said["clips"]), len(CLIPS))
            for name, expected in zip(CLIPS, said["clips"]):
                got = model.predict(clip(name))
                with self.subTest(run=run, clip=name):
                    self.assertEqual({k: got[k] for k in SAME}, {k: expected[k] for k in SAME})
                    self.assertEqual(got["logits"].shape, (9,))

    def test_lots_follow_the_number_of_a_clip(self):
        said = json.loads(adafuse("predict", "random", "--json", "data/val.txt"))["clips"]
        model = af.Model(path("random"))
        for number, expected in enumerate(said):
            got = model.predict(clip(os.path.basename(expected["clip"])), number=number)
            self.assertEqual({k: got[k] for k in SAME}, {k: expected[k] for k in SAME})

    def test_a_stream_is_that_of_the_command_line_bit_for_bit(self):
        for run, options, wait in (("learned", [], None), ("shift", ["--future", "wait"], True),
                                   ("shift", ["--future", "zero"], False)):
            lines = adafuse("stream", run, f"data/frames/{CLIPS[0]}", "--json", *options).splitlines()
            expected = [json.loads(line) for line in lines][:-1]
            stream = af.Stream(af.Model(path(run)), wait=wait)
            answers = [stream.step(frame) for frame in clip(CLIPS[0])]
            self.assertEqual(answers[0] is None, bool(wait))
            while (last := stream.drain()) is not None:
                answers.append(last)
            got = [{k: a[k] for k in SAME} for a in answers if a is not None]
            with self.subTest(run=run, wait=wait):
                self.assertEqual(got, [{k: e[k] for k in SAME} for e in expected])

    def test_a_stream_says_where_it_needs_the_next_frame(self):
        stream = af.Stream(af.Model(path("shift")))
        with self.assertRaisesRegex(ValueError, "stream: .*next frame"):
            stream.step(clip(CLIPS[0])[0])

    def test_frames_may_be_read_only_or_views(self):
        model, frames = af.Model(path("learned")), clip(CLIPS[0])
        expected = model.predict(frames)["logits"].tolist()
        read_only = numpy.frombuffer(frames.tobytes(), numpy.uint8).reshape(frames.shape)
        reversed_twice = numpy.ascontiguousarray(frames[::-1])[::-1]
        for same in (read_only, reversed_twice, numpy.asfortranarray(frames)):
            self.assertEqual(model.predict(same)["logits"].tolist(), expected)

    def test_an_answer_is_nobody_elses(self):
        model = af.Model(path("learned"))
        first = model.predict(clip(CLIPS[0]))["logits"]
        before = first.tolist()
        model.predict(clip(CLIPS[1]))
        self.assertEqual(first.tolist(), before)

    @unittest.skipUnless(torch, "PyTorch is not installed")
    def test_a_convolution_and_its_gradients_are_those_of_pytorch(self):
        random = numpy.random.default_rng(1)
        x, w = (random.standard_normal(s, numpy.float32) for s in ((2, 3, 9, 8), (4, 3, 3, 3)))
        a, b = (torch.from_numpy(v).requires_grad_() for v in (x, w))
        y = torch.nn.functional.conv2d(a, b)
        dy = torch.from_numpy(random.standard_normal(y.shape, numpy.float32))
        y.backward(dy)
        results = af.conv2d_with_gradients(x, w, dy)
        for ours, theirs in zip(results, (y.detach(), a.grad, b.grad)):
            numpy.testing.assert_allclose(numpy.asarray(ours), theirs.numpy(), rtol=1e-4, atol=1e-4)


class Errors(unittest.TestCase):
    def test_files(self):
        with self.assertRaises(FileNotFoundError) as caught:
            af.Model(path("nowhere"))
        self.assertEqual(caught.exception.filename, path("nowhere", "best.safetensors"))
        with self.assertRaises(FileNotFoundError):
            af.read_image(path("nowhere.png"))
        with self.assertRaisesRegex(OSError, "expected a file, got a directory|is a directory|a directory"):
            af.read_image(path("data"))
        os.makedirs(path("broken"), exist_ok=True)
        with open(path("broken", "best.safetensors"), "wb") as file:
            file.write(b"no weights")
        with self.assertRaisesRegex(ValueError, "best.safetensors: "):
            af.Model(path("broken"))

    def test_values_and_shapes(self):
        model = af.Model(path("learned"))
        with self.assertRaisesRegex(ValueError, "expects pictures \\[T,H,W,3\\], got \\[32,32,3\\]"):
            model.predict(clip(CLIPS[0])[0])
        with self.assertRaisesRegex(TypeError, "same_kind"):
            model.predict(clip(CLIPS[0]).astype(numpy.float32))
        with self.assertRaisesRegex(ValueError, "set_num_threads: at least 1, got 0"):
            af.set_num_threads(0)
        x = numpy.zeros((1, 2, 4, 4), numpy.float32)
        with self.assertRaisesRegex(ValueError, "conv2d: "):
            af.conv2d_with_gradients(x, numpy.zeros((1, 3, 1, 1), numpy.float32), x)

    def test_memory(self):
        x = numpy.broadcast_to(numpy.float32(0), (1 << 45,))
        with self.assertRaisesRegex(MemoryError, "asked for"):
            af.Tensor(x, copy=True)

    def test_ctrl_c_ends_a_long_loop_and_the_stream_goes_on(self):
        stream, frame = af.Stream(af.Model(path("learned"))), clip(CLIPS[0])[0]
        steps = 0
        with self.assertRaises(KeyboardInterrupt):
            for steps in range(10_000_000):
                stream.step(frame)
                if steps == 20:
                    os.kill(os.getpid(), signal.SIGINT)
        self.assertLess(steps, 1000)
        self.assertIsNotNone(stream.step(frame))


class Threads(unittest.TestCase):
    def test_another_thread_of_python_runs_during_a_computation(self):
        # No thread has to give the GIL away within 1000 s: another one runs only where it is let go.
        model = af.Model(path("learned"))
        frames = numpy.repeat(clip(CLIPS[0]), 8, axis=1).repeat(8, axis=2)
        model.predict(frames)
        interval = sys.getswitchinterval()
        go, came = threading.Event(), []
        other = threading.Thread(target=lambda: (go.wait(), came.append(True)))
        other.start()
        sys.setswitchinterval(1000)
        try:
            go.set()
            self.assertFalse(came)
            for _ in range(1000):
                model.predict(frames)
                if came:
                    break
            self.assertTrue(came)
        finally:
            sys.setswitchinterval(interval)
        other.join()

    def test_threads_share_a_model(self):
        model, clips = af.Model(path("learned")), [clip(c) for c in CLIPS]
        expected = [model.predict(c)["logits"].tolist() for c in clips]
        wrong = []

        def work():
            for _ in range(5):
                wrong.extend(i for i, c in enumerate(clips) if model.predict(c)["logits"].tolist() != expected[i])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_the_child_of_a_fork_computes_and_ends(self):
        af.set_num_threads(2)
        frames = clip(CLIPS[0]).repeat(4, axis=1).repeat(4, axis=2)
        model = af.Model(path("learned"))
        expected = model.predict(frames)["logits"].tolist()
        child = os.fork()
        if child == 0:
            same = model.predict(frames)["logits"].tolist() == expected
            os._exit(0 if same else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            results = pool.map(logits_of, [frames] * 4)
        self.assertEqual([r == expected for r in results], [True] * 4)

    def test_two_modules_have_threads_of_their_own(self):
        code = ("import os, numpy, adafuse_example as one, adafuse_second as two\n"
                "def work(module):\n"
                "    module.set_num_threads(3)\n"
                "    x, w = numpy.ones((8, 16, 64, 64), 'f'), numpy.ones((16, 16, 3, 3), 'f')\n"
                "    module.conv2d_with_gradients(x, w, numpy.ones((8, 16, 62, 62), 'f'))\n"
                "    return len(os.listdir('/proc/self/task'))\n"
                "counts = len(os.listdir('/proc/self/task')), work(one), work(one), work(two), work(one)\n"
                "print(*counts)\n")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        none, first, again, both, still = map(int, done.stdout.split())
        self.assertGreaterEqual(first, none + 2)
        self.assertEqual((again, still), (first, both))
        self.assertEqual(both - first, first - none)


class TwoModules(unittest.TestCase):
    def test_a_tensor_of_one_is_shared_with_the_other(self):
        x = af.Tensor(numpy.arange(3, dtype=numpy.float32))
        y = second.Tensor(x)
        self.assertIsNot(type(x), type(y))
        self.assertEqual(numpy.asarray(y).ctypes.data, numpy.asarray(x).ctypes.data)
        del x
        self.assertEqual(numpy.asarray(y).tolist(), [0, 1, 2])

    def test_both_give_the_same_bits_and_errors(self):
        answers = [m.Model(path("learned")).predict(clip(CLIPS[0]))["logits"].tolist() for m in (af, second)]
        self.assertEqual(*answers)
        for module in (af, second):
            with self.assertRaises(FileNotFoundError):
                module.Model("nowhere")
            with self.assertRaises(ValueError):
                module.Tensor(numpy.zeros(3))


def logits_of(frames):
    return af.Model(path("learned")).predict(frames)["logits"].tolist()


if __name__ == "__main__":
    unittest.main()
