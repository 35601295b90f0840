// stb itself: static functions in a namespace of ours, which leaves no macro behind. A program may
// have another stb, in the same file too, before or after.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/intrinsics.hpp>
#include <adafuse/io/stb_macros.hpp>

// What stb includes, outside of its namespace.
#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// The largest block that stb gets in this thread.
inline thread_local size_t stb_largest_block = 0;

inline void* stb_allocate(size_t bytes) {
  return bytes <= stb_largest_block ? malloc(bytes) : nullptr;
}
inline void* stb_reallocate(void* block, size_t bytes) {
  return bytes <= stb_largest_block ? realloc(block, bytes) : nullptr;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail

#if defined(__GNUC__)
#pragma GCC system_header  // What warnings say of stb, they say of the names below.
#endif
ADAFUSE_STB_MACROS(ADAFUSE_PUSH_MACRO)
ADAFUSE_STB_FUNCTIONS(ADAFUSE_PUSH_MACRO)
#undef FAST_BITS
#undef INCLUDE_STB_IMAGE_WRITE_H
#undef STBIDEF
#undef STBIWDEF
#undef STBIW_ASSERT
#undef STBIW_CRC32
#undef STBIW_FREE
#undef STBIW_MALLOC
#undef STBIW_MEMMOVE
#undef STBIW_REALLOC
#undef STBIW_REALLOC_SIZED
#undef STBIW_UCHAR
#undef STBIW_WINDOWS_UTF8
#undef STBIW_ZLIB_COMPRESS
#undef STBI_ASSERT
#undef STBI_EXTERN
#undef STBI_FAILURE_USERMSG
#undef STBI_FREE
#undef STBI_HAS_LROTL
#undef STBI_INCLUDE_STB_IMAGE_H
#undef STBI_MALLOC
#undef STBI_MAX_DIMENSIONS
#undef STBI_MINGW_ENABLE_SSE2
#undef STBI_NEON
#undef STBI_NOTUSED
#undef STBI_NO_BMP
#undef STBI_NO_FAILURE_STRINGS
#undef STBI_NO_GIF
#undef STBI_NO_HDR
#undef STBI_NO_JPEG
#undef STBI_NO_LINEAR
#undef STBI_NO_PIC
#undef STBI_NO_PNG
#undef STBI_NO_PNM
#undef STBI_NO_PSD
#undef STBI_NO_SIMD
#undef STBI_NO_STDIO
#undef STBI_NO_TGA
#undef STBI_NO_THREAD_LOCALS
#undef STBI_NO_ZLIB
#undef STBI_ONLY_BMP
#undef STBI_ONLY_GIF
#undef STBI_ONLY_HDR
#undef STBI_ONLY_JPEG
#undef STBI_ONLY_PIC
#undef STBI_ONLY_PNG
#undef STBI_ONLY_PNM
#undef STBI_ONLY_PSD
#undef STBI_ONLY_TGA
#undef STBI_REALLOC
#undef STBI_REALLOC_SIZED
#undef STBI_SIMD_ALIGN
#undef STBI_SSE2
#undef STBI_SUPPORT_ZLIB
#undef STBI_THREAD_LOCAL
#undef STBI_VERSION
#undef STBI_WINDOWS_UTF8
#undef STBI_WRITE_NO_STDIO
#undef STBI__BYTECAST
#undef STBI__COMBO
#undef STBI__IDCT_1D
#undef STBI__MARKER_none
#undef STBI__PNG_TYPE
#undef STBI__RESTART
#undef STBI__X64_TARGET
#undef STBI__X86_TARGET
#undef STBI__ZFAST_BITS
#undef STBI__ZFAST_MASK
#undef STBI__ZNSYMS
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#undef stbi__DNL
#undef stbi__EOI
#undef stbi__SOF
#undef stbi__SOF_progressive
#undef stbi__SOI
#undef stbi__SOS
#undef stbi__de_iphone_flag
#undef stbi__div16
#undef stbi__div4
#undef stbi__err
#undef stbi__errpf
#undef stbi__errpuc
#undef stbi__f2f
#undef stbi__float2fixed
#undef stbi__fsh
#undef stbi__unpremultiply_on_load
#undef stbi__vertically_flip_on_load
#undef stbi_inline
#undef stbi_lrot
#undef stbiw__ZHASH
#undef stbiw__max
#undef stbiw__sbcount
#undef stbiw__sbfree
#undef stbiw__sbgrow
#undef stbiw__sbm
#undef stbiw__sbmaybegrow
#undef stbiw__sbn
#undef stbiw__sbneedgrow
#undef stbiw__sbpush
#undef stbiw__sbraw
#undef stbiw__wp32
#undef stbiw__wpng4
#undef stbiw__wptag
#undef stbiw__zlib_add
#undef stbiw__zlib_flush
#undef stbiw__zlib_huff
#undef stbiw__zlib_huff1
#undef stbiw__zlib_huff2
#undef stbiw__zlib_huff3
#undef stbiw__zlib_huff4
#undef stbiw__zlib_huffa
#undef stbiw__zlib_huffb
#undef STBIW_EXTERN
#undef STBI__CASE
#undef STBI__HDR_BUFLEN
#undef dct_bfly32o
#undef dct_const
#undef dct_interleave16
#undef dct_interleave8
#undef dct_long_mac
#undef dct_long_mul
#undef dct_pass
#undef dct_rot
#undef dct_trn16
#undef dct_trn32
#undef dct_trn64
#undef dct_trn8_16
#undef dct_trn8_32
#undef dct_trn8_8
#undef dct_wadd
#undef dct_widen
#undef dct_wsub
#undef stbi__float2int
#define stbi_convert_iphone_png_to_rgb adafuse_stbi_convert_iphone_png_to_rgb
#define stbi_convert_iphone_png_to_rgb_thread adafuse_stbi_convert_iphone_png_to_rgb_thread
#define stbi_convert_wchar_to_utf8 adafuse_stbi_convert_wchar_to_utf8
#define stbi_failure_reason adafuse_stbi_failure_reason
#define stbi_hdr_to_ldr_gamma adafuse_stbi_hdr_to_ldr_gamma
#define stbi_hdr_to_ldr_scale adafuse_stbi_hdr_to_ldr_scale
#define stbi_image_free adafuse_stbi_image_free
#define stbi_info adafuse_stbi_info
#define stbi_info_from_callbacks adafuse_stbi_info_from_callbacks
#define stbi_info_from_file adafuse_stbi_info_from_file
#define stbi_info_from_memory adafuse_stbi_info_from_memory
#define stbi_is_16_bit adafuse_stbi_is_16_bit
#define stbi_is_16_bit_from_callbacks adafuse_stbi_is_16_bit_from_callbacks
#define stbi_is_16_bit_from_file adafuse_stbi_is_16_bit_from_file
#define stbi_is_16_bit_from_memory adafuse_stbi_is_16_bit_from_memory
#define stbi_is_hdr adafuse_stbi_is_hdr
#define stbi_is_hdr_from_callbacks adafuse_stbi_is_hdr_from_callbacks
#define stbi_is_hdr_from_file adafuse_stbi_is_hdr_from_file
#define stbi_is_hdr_from_memory adafuse_stbi_is_hdr_from_memory
#define stbi_ldr_to_hdr_gamma adafuse_stbi_ldr_to_hdr_gamma
#define stbi_ldr_to_hdr_scale adafuse_stbi_ldr_to_hdr_scale
#define stbi_load adafuse_stbi_load
#define stbi_load_16 adafuse_stbi_load_16
#define stbi_load_16_from_callbacks adafuse_stbi_load_16_from_callbacks
#define stbi_load_16_from_memory adafuse_stbi_load_16_from_memory
#define stbi_load_from_callbacks adafuse_stbi_load_from_callbacks
#define stbi_load_from_file adafuse_stbi_load_from_file
#define stbi_load_from_file_16 adafuse_stbi_load_from_file_16
#define stbi_load_from_memory adafuse_stbi_load_from_memory
#define stbi_load_gif_from_memory adafuse_stbi_load_gif_from_memory
#define stbi_loadf adafuse_stbi_loadf
#define stbi_loadf_from_callbacks adafuse_stbi_loadf_from_callbacks
#define stbi_loadf_from_file adafuse_stbi_loadf_from_file
#define stbi_loadf_from_memory adafuse_stbi_loadf_from_memory
#define stbi_set_flip_vertically_on_load adafuse_stbi_set_flip_vertically_on_load
#define stbi_set_flip_vertically_on_load_thread adafuse_stbi_set_flip_vertically_on_load_thread
#define stbi_set_unpremultiply_on_load adafuse_stbi_set_unpremultiply_on_load
#define stbi_set_unpremultiply_on_load_thread adafuse_stbi_set_unpremultiply_on_load_thread
#define stbi_zlib_decode_buffer adafuse_stbi_zlib_decode_buffer
#define stbi_zlib_decode_malloc adafuse_stbi_zlib_decode_malloc
#define stbi_zlib_decode_malloc_guesssize adafuse_stbi_zlib_decode_malloc_guesssize
#define stbi_zlib_decode_malloc_guesssize_headerflag \
  adafuse_stbi_zlib_decode_malloc_guesssize_headerflag
#define stbi_zlib_decode_noheader_buffer adafuse_stbi_zlib_decode_noheader_buffer
#define stbi_zlib_decode_noheader_malloc adafuse_stbi_zlib_decode_noheader_malloc
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_NO_LINEAR
#define STBI_NO_STDIO
#define STBI_MALLOC(bytes) adafuse::io::detail::stb_allocate(bytes)
#define STBI_REALLOC(block, bytes) adafuse::io::detail::stb_reallocate(block, bytes)
#define STBI_FREE(block) free(block)
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
namespace adafuse::io::inline ADAFUSE_SIMD::detail::stb {
using ::abs;  // adafuse::abs is another
using ::pow;
#if __has_include(<stb/stb_image.h>)
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#else
#include <stb_image.h>
#include <stb_image_write.h>
#endif
}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail::stb
ADAFUSE_STB_MACROS(ADAFUSE_POP_MACRO)
ADAFUSE_STB_FUNCTIONS(ADAFUSE_POP_MACRO)
