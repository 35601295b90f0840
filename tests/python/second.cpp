// Another module of the same code: `import adafuse_second`, beside adafuse_example.
// SPDX-License-Identifier: MIT
#include <Python.h>

extern "C" PyObject* PyInit_adafuse_example();

extern "C" [[gnu::visibility("default")]] PyObject* PyInit_adafuse_second() {
  return PyInit_adafuse_example();
}
