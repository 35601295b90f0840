// What a file calls the World, compiled with MPI and without.
// SPDX-License-Identifier: MIT
#include <adafuse/train/world.hpp>
#include <typeinfo>

const char* ADAFUSE_TEST_FILE() { return typeid(adafuse::distributed::World).name(); }
