# Toolchain: Debian's cross compiler for Arm of 64 bits (g++-aarch64-linux-gnu), and an emulator that runs
# what it makes (qemu-user). Eigen, doctest and the like are headers, and those of this machine do.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
