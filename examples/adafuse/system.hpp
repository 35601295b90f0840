// The operating system, for the command line: terminal, standard files, modules. Its door, with
// stop_signals.cpp; files are adafuse/core/system_files.hpp's. On Windows the functions compile and
// do what is said of each; the command line as a whole was not built there.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace adafuse::cli {

/// Whether somebody looks at what is printed.
bool output_is_terminal();

/// Columns of the terminal that standard output is; 80 where it does not say, and on Windows.
std::size_t terminal_columns();

/// Started with a standard file closed (`>&-`), the next file that is opened would get its number,
/// and what is printed would go into a model. So each is taken, by what fails in that direction.
/// Nothing on Windows.
void hold_standard_files();

/// Whether standard output is a pipe that nobody reads any more. Never on Windows.
bool output_reader_left();

/// What a read of standard input has come to: bytes, 0 at its end; or -1, and errno, which is
/// EAGAIN where nothing came within so many milliseconds. Windows waits as long as it takes.
std::ptrdiff_t read_input(char* to, std::size_t bytes, int patience_ms);

/// The file of this program. Throws std::filesystem::filesystem_error where the system does not
/// tell: elsewhere than on Linux.
std::filesystem::path program_file();

/// A symbol of a module that is loaded for as long as the program runs; null, and why, where it
/// cannot be. Windows' modules cannot use the program's symbols: none is loaded there.
void* load_symbol(const std::filesystem::path& module, const char* name, std::string& reason);

}  // namespace adafuse::cli
