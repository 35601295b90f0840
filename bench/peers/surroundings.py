# SPDX-License-Identifier: MIT
"""What PyTorch is given to run in, so that it is as fast as it can be made from outside.

The allocator: by default glibc gives the memory of large tensors back to the system and asks for
it again at the next convolution, and each page of it costs a fault. "keep" lets it keep what it
has; "default" is what a user gets who sets nothing.

The matrix product: OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, where somebody set them, are taken
away, so that OpenBLAS takes the kernels of this processor. `check` refuses the reference BLAS,
which is fifty times as slow, and products that are wrong.
"""
import os

ALLOCATORS = ("keep", "default")
KEPT = {"MALLOC_TRIM_THRESHOLD_": str(2**32), "MALLOC_MMAP_THRESHOLD_": str(2**32)}
NARROWED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def variables(allocator, threads=None):
    """The environment of a process in which PyTorch is timed."""
    assert allocator in ALLOCATORS, allocator
    result = {name: value for name, value in os.environ.items()
              if name not in KEPT and name not in NARROWED}
    if allocator == "keep":
        result.update(KEPT)
    if threads is not None:
        result["OMP_NUM_THREADS"] = str(threads)
    return result


def check(torch):
    """Raises RuntimeError where PyTorch's products of matrices are not to be compared with."""
    a, b = torch.randn(33, 257), torch.randn(257, 65)
    right = (a.double()[:, :, None] * b.double()[None]).sum(1)
    if not torch.allclose(torch.mm(a, b).double(), right, atol=1e-3):
        raise RuntimeError("PyTorch's products are wrong: set OPENBLAS_CORETYPE in surroundings.py")
    with open("/proc/self/maps") as maps:
        loaded = maps.read()
    if "libblas.so" in loaded and not any(name in loaded for name in ("openblas", "mkl", "blis")):
        raise RuntimeError("PyTorch multiplies with the reference BLAS; scripts/bench --install")
