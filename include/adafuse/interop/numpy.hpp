// numpy: tensors to and from Python without a copy, and errors as Python's. The door to pybind11.
//
// A tensor of an array keeps the array alive, and an array of a tensor keeps the tensor's memory:
// either side may be freed first. A tensor can be written, lies in C order and is of one type; an
// array that is not so is refused, or copied where that is allowed. All that is here is called with
// Python's lock (the GIL) held; what was made of an array may go on any thread. Writes that go
// through an array are told with `mark_written`. docs/python.md shows it whole.
// SPDX-License-Identifier: MIT
#pragma once

#include <pybind11/numpy.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/interop/dlpack.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::interop::inline ADAFUSE_SIMD {

/// Whether the elements may be copied, as numpy.array(copy=False, None, True) puts it.
enum class Copy { never, if_needed, always };

namespace detail {

/// An object of Python that C++ keeps alive. It may go on a thread that does not hold the GIL, and
/// after the interpreter has ended, which then has freed the object.
struct HeldObject {
  explicit HeldObject(pybind11::object held) : object(held.release().ptr()) {}
  HeldObject(const HeldObject&) = delete;
  HeldObject& operator=(const HeldObject&) = delete;
  ~HeldObject() {
    if (!Py_IsInitialized()) return;
    const PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF(object);
    PyGILState_Release(state);
  }
  PyObject* const object;
};

/// str(object)
inline std::string text_of(pybind11::handle object) { return pybind11::str(object); }

/// Why an array cannot be shared as a Tensor<T>; empty: it can.
template <Scalar T>
std::string why_not_shared(const pybind11::array& array) {
  using npy = pybind11::detail::npy_api;
  const auto expected = pybind11::dtype::of<T>();
  if (!array.dtype().equal(expected))
    return concat("expects ", text_of(expected), ", got ", text_of(array.dtype()));
  if (array.size() == 0) return "";
  if (!(array.flags() & npy::NPY_ARRAY_C_CONTIGUOUS_))
    return concat("expects contiguous elements in C order, got shape ",
                  text_of(array.attr("shape")), " with strides ", text_of(array.attr("strides")),
                  " in bytes");
  if (!(array.flags() & npy::NPY_ARRAY_ALIGNED_))
    return concat("expects elements at multiples of ", alignof(T), " bytes");
  if (!array.writeable()) return "expects an array that can be written, got a read-only one";
  return "";
}

inline void require_shared(const std::string& reason) {
  require<ValueError>(reason.empty(), "tensor: ", reason, "; a copy was not allowed");
}

inline Shape shape_of(const pybind11::array& array) {
  require<ShapeError>(array.ndim() <= Shape::max_rank, "tensor: expects at most ", Shape::max_rank,
                      " dimensions, got ", array.ndim());
  Shape shape;
  for (pybind11::ssize_t i = 0; i < array.ndim(); ++i) shape.push_back(array.shape(i));
  return shape;
}

inline std::vector<pybind11::ssize_t> sizes_of(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

}  // namespace detail

/// An array of the tensor's memory, of the same shape, which can be written. It keeps the memory
/// alive. Throws ValueError for an undefined tensor.
template <Scalar T>
pybind11::array_t<T> numpy_from_tensor(const Tensor<T>& tensor) {
  require<ValueError>(tensor.defined(), "numpy_from_tensor: the tensor is undefined");
  auto kept = std::make_unique<Tensor<T>>(tensor);
  T* const data = kept->data();
  const pybind11::capsule owner(kept.get(), [](void* p) { delete static_cast<Tensor<T>*>(p); });
  kept.release();
  return pybind11::array_t<T>(detail::sizes_of(tensor.shape()), data, owner);
}

/// A tensor of the array's memory, of the same shape: the array is kept alive. What cannot be
/// shared (another type or byte order, not contiguous in C order, read-only, misaligned) is copied
/// where `copy` allows it, and then converted as numpy's "same_kind" casting allows: float64 to
/// float, not float to int. Throws ValueError, saying what was expected and what it got; of a
/// conversion that numpy refuses, Python's TypeError.
template <Scalar T>
Tensor<T> tensor_from_numpy(const pybind11::array& array, Copy copy = Copy::never) {
  const Shape shape = detail::shape_of(array);
  const auto reason = detail::why_not_shared<T>(array);
  if (copy == Copy::never) detail::require_shared(reason);
  if (copy == Copy::always || !reason.empty()) {
    const auto tensor = Tensor<T>::uninitialized(shape);
    pybind11::module_::import("numpy").attr("copyto")(numpy_from_tensor(tensor), array,
                                                      pybind11::arg("casting") = "same_kind");
    return tensor;
  }
  if (shape.size() == 0) return Tensor<T>(shape);  // nothing to share
  return Tensor<T>::borrow(static_cast<T*>(const_cast<void*>(array.data())), shape,
                           std::make_shared<detail::HeldObject>(array));
}

/// The tensor as what `__dlpack__` returns: a capsule named "dltensor". Who takes it renames it
/// "used_dltensor" and calls the struct's deleter; of a capsule that nobody took, this does.
template <Scalar T>
pybind11::capsule dlpack_from_tensor(const Tensor<T>& tensor) {
  DLManagedTensor* const managed = to_dlpack(tensor);
  PyObject* const capsule = PyCapsule_New(managed, "dltensor", [](PyObject* self) {
    if (!PyCapsule_IsValid(self, "dltensor")) return;
    auto* left = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(self, "dltensor"));
    left->deleter(left);
  });
  if (!capsule) {
    managed->deleter(managed);
    throw pybind11::error_already_set();
  }
  return pybind11::reinterpret_steal<pybind11::capsule>(capsule);
}

/// A tensor of what has `__dlpack__`, a tensor of PyTorch for one: shared, refused or copied as an
/// array is. DLPack cannot say that memory is read-only; numpy does not export such arrays.
template <Scalar T>
Tensor<T> tensor_from_dlpack(const pybind11::object& source, Copy copy = Copy::never) {
  const pybind11::tuple device = source.attr("__dlpack_device__")();
  const int kind = pybind11::int_(device[0]);
  require<ValueError>(kind == kDLCPU, "tensor: expects memory of the processor, got device ", kind);
  const pybind11::object capsule = source.attr("__dlpack__")();
  require<ValueError>(PyCapsule_IsValid(capsule.ptr(), "dltensor") != 0,
                      "tensor: expects of __dlpack__ a capsule \"dltensor\" that nobody took, got ",
                      detail::text_of(capsule));
  auto* const managed =
      static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule.ptr(), "dltensor"));
  const auto reason = why_not_shared<T>(managed->dl_tensor);
  if (copy == Copy::never) detail::require_shared(reason);
  if (copy == Copy::always || !reason.empty()) {
    const auto numpy = pybind11::module_::import("numpy");
    return tensor_from_numpy<T>(numpy.attr("from_dlpack")(source), Copy::always);
  }
  auto tensor = from_dlpack<T>(managed);
  PyCapsule_SetName(capsule.ptr(), "used_dltensor");
  return tensor;
}

/// A tensor of whatever holds numbers: an array of numpy, what has `__dlpack__`, or what has the
/// buffer protocol (array.array, memoryview). Throws Python's TypeError for anything else, and as
/// `tensor_from_numpy` does.
template <Scalar T>
Tensor<T> tensor_from(const pybind11::object& source, Copy copy = Copy::never) {
  if (pybind11::isinstance<pybind11::array>(source))
    return tensor_from_numpy<T>(pybind11::reinterpret_borrow<pybind11::array>(source), copy);
  if (pybind11::hasattr(source, "__dlpack__")) return tensor_from_dlpack<T>(source, copy);
  if (PyObject_CheckBuffer(source.ptr()))
    return tensor_from_numpy<T>(pybind11::module_::import("numpy").attr("asarray")(source), copy);
  throw pybind11::type_error(concat(
      "tensor: expects an array of numpy, or what has __dlpack__ or the buffer protocol, got ",
      detail::text_of(pybind11::type::of(source).attr("__name__"))));
}

/// A class of Python for Tensor<T>, of this module alone: `Tensor(source, copy=False)` as
/// `tensor_from`, where copy is False, None (if needed) or True; `numpy.asarray(x)` and
/// `torch.from_dlpack(x)` share its memory; `x.shape`; `x.mark_written()` after a write through an
/// array, where a derivative may still need what was there.
template <Scalar T>
auto bind_tensor(pybind11::module_& module, const char* name) {
  namespace py = pybind11;
  return py::class_<Tensor<T>>(module, name, py::buffer_protocol(), py::module_local())
      .def(py::init([](const py::object& source, const py::object& copy) {
             const bool needed = copy.is_none();
             return tensor_from<T>(source, needed              ? Copy::if_needed
                                           : copy.cast<bool>() ? Copy::always
                                                               : Copy::never);
           }),
           py::arg("source"), py::arg("copy") = false)
      .def_buffer([](Tensor<T>& x) {
        auto sizes = detail::sizes_of(x.shape());
        auto strides = py::detail::c_strides(sizes, sizeof(T));
        return py::buffer_info(x.data(), std::move(sizes), std::move(strides));
      })
      .def(
          "__dlpack__",
          [](const Tensor<T>& x, const py::object& stream) {
            require<ValueError>(stream.is_none(),
                                "__dlpack__: memory of the processor has no stream");
            return dlpack_from_tensor(x);
          },
          py::arg("stream") = py::none())
      .def("__dlpack_device__", [](const Tensor<T>&) { return std::pair(int{kDLCPU}, 0); })
      .def("mark_written", &Tensor<T>::mark_written)
      .def_property_readonly("shape", [](const Tensor<T>& x) {
        py::tuple shape(static_cast<std::size_t>(x.rank()));
        for (Index i = 0; i < x.rank(); ++i) shape[static_cast<std::size_t>(i)] = x.size(i);
        return shape;
      });
}

/// From now on errors that leave this module are Python's: ShapeError, ValueError and FormatError
/// are ValueError, IoError is OSError, what std::filesystem throws is OSError with its number, so
/// FileNotFoundError where that fits. OutOfMemory is MemoryError by itself.
inline void translate_errors() {
  pybind11::register_local_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const ShapeError& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const ValueError& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const FormatError& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const IoError& e) {
      PyErr_SetString(PyExc_OSError, e.what());
    } catch (const std::filesystem::filesystem_error& e) {
      const auto values =
          pybind11::make_tuple(e.code().value(), e.code().message(), e.path1().string());
      PyErr_SetObject(PyExc_OSError, values.ptr());
    }
  });
}

/// Computes without the GIL, so that other threads of Python run meanwhile; for one thread at a
/// time, where it uses what `mutex` guards. Nothing of Python is touched inside. The GIL is let go
/// first: who waits for the mutex with it would keep the one who has the mutex from ending.
template <class F>
auto without_gil(std::mutex& mutex, const F& compute) {
  const pybind11::gil_scoped_release release;
  const std::lock_guard lock(mutex);
  return compute();
}

/// The path. Throws what becomes FileNotFoundError unless something is there.
inline const std::filesystem::path& existing(const std::filesystem::path& path) {
  const auto missing = std::make_error_code(std::errc::no_such_file_or_directory);
  if (!std::filesystem::exists(path))
    throw std::filesystem::filesystem_error("existing", path, missing);
  return path;
}

}  // namespace adafuse::interop::inline ADAFUSE_SIMD
