# SPDX-License-Identifier: MIT
"""Tensors and numpy's arrays share memory; what cannot be shared is refused or copied, and said."""
import array
import gc
import subprocess
import sys
import threading
import unittest
import weakref

import numpy
import adafuse_example as af

try:
    import torch
except ImportError:
    torch = None


def address(x):
    return numpy.asarray(x).ctypes.data


class Sharing(unittest.TestCase):
    def test_a_tensor_handed_to_numpy_and_back_has_the_same_address(self):
        first = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
        x = af.Tensor(first)
        again = af.Tensor(numpy.asarray(x))
        self.assertEqual({first.ctypes.data}, {address(x), address(again)})
        self.assertEqual(x.shape, (2, 3))
        self.assertEqual(numpy.asarray(x).dtype, numpy.float32)
        numpy.asarray(again)[1, 2] = 7
        self.assertEqual(first[1, 2], 7)
        x.mark_written()

    def test_either_side_may_be_freed_first(self):
        source = numpy.full(100_000, 3, numpy.float32)
        gone = weakref.ref(source)
        x = af.Tensor(source)
        del source
        gc.collect()
        self.assertIsNotNone(gone())  # the tensor keeps it
        y = numpy.asarray(x)
        del x
        gc.collect()
        self.assertTrue((y == 3).all())
        del y
        gc.collect()
        self.assertIsNone(gone())

    def test_a_copy_has_memory_of_its_own_and_outlives_nothing(self):
        source = numpy.arange(4, dtype=numpy.float32)
        references = sys.getrefcount(source)
        x = af.Tensor(source, copy=True)
        self.assertNotEqual(address(x), source.ctypes.data)
        self.assertEqual(sys.getrefcount(source), references)
        self.assertEqual(numpy.asarray(x).tolist(), [0, 1, 2, 3])

    def test_many_round_trips_leave_no_reference(self):
        source = numpy.arange(8, dtype=numpy.float32)
        references = sys.getrefcount(source)
        for _ in range(1000):
            x = af.Tensor(source)
            numpy.from_dlpack(x)
            x.__dlpack__()  # a capsule that nobody takes
            af.Tensor(numpy.asarray(x))
        del x
        self.assertEqual(sys.getrefcount(source), references)

    def test_a_tensor_may_be_freed_on_another_thread(self):
        source = numpy.zeros(1000, numpy.float32)
        references = sys.getrefcount(source)
        held = [af.Tensor(source)]
        thread = threading.Thread(target=held.clear)
        thread.start()
        thread.join()
        self.assertEqual(sys.getrefcount(source), references)

    def test_the_interpreter_may_end_while_tensors_hold_arrays(self):
        code = ("import sys, numpy, adafuse_example as af\n"
                "sys.kept = x = af.Tensor(numpy.ones(100000, numpy.float32))\n"
                "sys.array = numpy.asarray(x)\n"
                "sys.capsule = x.__dlpack__()\n")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_shapes_of_all_ranks_and_empty_ones(self):
        for shape in [(), (1,), (0,), (2, 0, 3), (1, 2, 1, 3, 1), (1,) * 8]:
            source = numpy.ones(shape, numpy.float32)
            x = af.Tensor(source)
            self.assertEqual(x.shape, shape)
            self.assertEqual(numpy.asarray(x).shape, shape)
            if source.size:
                self.assertEqual(address(x), source.ctypes.data)
        with self.assertRaisesRegex(ValueError, "at most 8 dimensions, got 9"):
            af.Tensor(numpy.ones((1,) * 9, numpy.float32))

    def test_elements_need_no_more_than_their_own_alignment(self):
        source = numpy.zeros(65, numpy.float32)[1:]
        self.assertEqual(address(af.Tensor(source)), source.ctypes.data)

    def test_the_buffer_protocol_without_numpy(self):
        source = array.array("f", [1, 2, 3])
        x = af.Tensor(source)
        source[1] = 9
        self.assertEqual(numpy.asarray(x).tolist(), [1, 9, 3])
        with self.assertRaises(BufferError):  # it is lent, so it stays where it is
            source.append(4)
        self.assertEqual(memoryview(x).shape, (3,))
        self.assertEqual(address(af.Tensor(x)), address(x))


class NotShared(unittest.TestCase):
    grid = numpy.arange(24, dtype=numpy.float32).reshape(4, 6)
    read_only = grid.copy()
    read_only.flags.writeable = False
    crooked = numpy.zeros(4 * 3 + 1, numpy.uint8)[1:].view(numpy.float32)
    cases = {
        "float64": (grid.astype(numpy.float64), "expects float32, got float64"),
        "float16": (grid.astype(numpy.float16), "expects float32, got float16"),
        "int32": (grid.astype(numpy.int32), "expects float32, got int32"),
        "bool": (grid > 3, "expects float32, got bool"),
        "big endian": (grid.astype(">f4"), "expects float32, got >f4"),
        "transposed": (grid.T, "contiguous elements in C order, got shape \\(6, 4\\) with strides"),
        "Fortran order": (numpy.asfortranarray(grid), "contiguous elements in C order"),
        "reversed": (grid[::-1], "strides \\(-24, 4\\)"),
        "every other": (grid[:, ::2], "strides \\(24, 8\\)"),
        "broadcast": (numpy.broadcast_to(grid[0], (3, 6)), "strides \\(0, 4\\)"),
        "read-only": (read_only, "can be written, got a read-only one"),
        "of bytes": (numpy.frombuffer(bytes(12), numpy.float32), "got a read-only one"),
        "misaligned": (crooked, "multiples of 4 bytes"),
    }

    def test_what_cannot_be_shared_is_refused_and_said(self):
        for name, (source, reason) in self.cases.items():
            with self.subTest(name), self.assertRaisesRegex(ValueError, reason + ".*a copy was not allowed"):
                af.Tensor(source)

    def test_or_copied_where_that_is_allowed(self):
        for name, (source, _) in self.cases.items():
            for copy in (None, True):
                with self.subTest(name, copy=copy):
                    x = numpy.asarray(af.Tensor(source, copy=copy))
                    self.assertEqual(x.dtype, numpy.float32)
                    self.assertTrue((x == source).all())
                    self.assertFalse(numpy.shares_memory(x, source))
                    self.assertTrue(x.flags.writeable)

    def test_a_copy_where_needed_copies_nothing_else(self):
        self.assertEqual(address(af.Tensor(self.grid, copy=None)), self.grid.ctypes.data)

    def test_what_no_copy_can_convert(self):
        for source in (self.grid.astype(numpy.complex64), numpy.array(["1"]), numpy.array([None])):
            with self.subTest(source.dtype), self.assertRaisesRegex(TypeError, "same_kind"):
                af.Tensor(source, copy=True)

    def test_what_holds_no_numbers(self):
        for source, name in (([1.0, 2.0], "list"), (1.0, "float"), (None, "NoneType"), ("1", "str")):
            with self.subTest(name), self.assertRaisesRegex(TypeError, "got " + name):
                af.Tensor(source)


class DLPack(unittest.TestCase):
    def test_numpy_takes_a_tensor(self):
        x = af.Tensor(numpy.arange(6, dtype=numpy.float32).reshape(3, 2))
        y = numpy.from_dlpack(x)
        self.assertEqual(y.ctypes.data, address(x))
        self.assertEqual(y.tolist(), [[0, 1], [2, 3], [4, 5]])
        del x
        gc.collect()
        self.assertEqual(y[2, 1], 5)

    def test_where_it_lies(self):
        x = af.Tensor(numpy.zeros(3, numpy.float32))
        self.assertEqual(x.__dlpack_device__(), (1, 0))
        with self.assertRaisesRegex(ValueError, "no stream"):
            x.__dlpack__(stream=1)

    def test_a_capsule_is_taken_once(self):
        class Once:
            def __init__(self, x):
                self.capsule = x.__dlpack__()

            def __dlpack_device__(self):
                return (1, 0)

            def __dlpack__(self):
                return self.capsule

        x = af.Tensor(numpy.arange(3, dtype=numpy.float32))
        once = Once(x)
        y = af.Tensor(once)
        self.assertEqual(address(y), address(x))
        self.assertIn('"used_dltensor"', repr(once.capsule))
        with self.assertRaisesRegex(ValueError, "dltensor"):
            af.Tensor(once)
        self.assertEqual(numpy.asarray(y).tolist(), [0, 1, 2])

    def test_memory_of_a_graphics_card_is_refused(self):
        class Elsewhere:
            def __dlpack_device__(self):
                return (2, 0)

            def __dlpack__(self):
                raise AssertionError("nobody should ask")

        with self.assertRaisesRegex(ValueError, "memory of the processor, got device 2"):
            af.Tensor(Elsewhere())


@unittest.skipUnless(torch, "PyTorch is not installed")
class PyTorch(unittest.TestCase):
    def test_torch_takes_a_tensor(self):
        x = af.Tensor(numpy.arange(6, dtype=numpy.float32).reshape(2, 3))
        y = torch.from_dlpack(x)
        self.assertEqual(y.data_ptr(), address(x))
        y[1, 0] = 9
        self.assertEqual(numpy.asarray(x)[1, 0], 9)
        del x
        gc.collect()
        self.assertEqual(y.tolist(), [[0, 1, 2], [9, 4, 5]])

    def test_a_tensor_of_torch_is_shared_and_kept(self):
        y = torch.arange(6, dtype=torch.float32).reshape(2, 3)
        where = y.data_ptr()
        x = af.Tensor(y)
        del y
        gc.collect()
        self.assertEqual(address(x), where)
        self.assertEqual(numpy.asarray(x).tolist(), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual(torch.from_dlpack(x).data_ptr(), where)

    def test_an_empty_one(self):
        self.assertEqual(af.Tensor(torch.zeros(0, 3)).shape, (0, 3))
        self.assertEqual(torch.from_dlpack(af.Tensor(numpy.zeros((0, 3), numpy.float32))).shape, (0, 3))

    def test_what_cannot_be_shared_is_refused_or_copied(self):
        grid = torch.arange(24, dtype=torch.float32).reshape(4, 6)
        for source, reason in ((grid.T, "contiguous"), (grid.double(), "expects float32, got float64"),
                               (grid.int(), "expects float32, got int32")):
            with self.subTest(reason):
                with self.assertRaisesRegex(ValueError, reason):
                    af.Tensor(source)
                x = numpy.asarray(af.Tensor(source, copy=None))
                self.assertTrue((x == source.numpy()).all())
        with self.assertRaisesRegex(ValueError, "bfloat16"):
            af.Tensor(grid.bfloat16())


if __name__ == "__main__":
    unittest.main()
