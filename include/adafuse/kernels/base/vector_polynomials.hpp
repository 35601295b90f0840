// The constants of the vector functions: made by scripts/soak/vector_polynomials.py.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::polynomials {

// clang-format off
inline constexpr double log2_e = 0x1.71547652b82fep+0;  // 1 / ln 2
inline constexpr double log2_e_high = 0x1.7154765200000p+0;  // its first 32 bits
inline constexpr double log2_e_low = 0x1.705fc2eefa200p-33;  // the rest
inline constexpr double ln2 = 0x1.62e42fefa39efp-1;  // ln 2
inline constexpr double ln2_high = 0x1.62e42fefa3800p-1;  // its first 42 bits: n times it is exact
inline constexpr double ln2_low = 0x1.ef35793c76730p-45;  // the rest
inline constexpr double two_thirds = 0x1.5555555555555p-1;  // 2 / 3
inline constexpr double two_thirds_low = 0x1.5555555555555p-55;  // what that lacks
inline constexpr double two_over_pi = 0x1.45f306dc9c883p-1;  // 2 / pi
/// pi / 2 in pieces of 33 bits, and what is left.
inline constexpr double half_pi[4] = {0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e000000p-69, 0x1.b839a252049c1p-104};
inline constexpr double tan_eighth_pi = 0x1.a827999fcef32p-2;  // tan(pi / 8)
inline constexpr double quarter_pi_high = 0x1.921fb54442d18p-1;  // the first 50 bits of pi / 4: up to 4 times it is exact
inline constexpr double quarter_pi_low = 0x1.1a62633145c07p-55;  // the rest

/// (e^r - 1 - r) / r^2, |r| <= ln 2 / 2: to 1.4e-09.
inline constexpr double exp_float[6] = {
    0x1.a124e412bb9cfp-13, 0x1.6d43152a5e20ap-10, 0x1.1110e0f71a4a5p-7,
    0x1.5554e91133b7ep-5, 0x1.5555555a78251p-3, 0x1.0000000b8f670p-1};

/// the same: to 2.6e-18.
inline constexpr double exp_double[11] = {
    0x1.1f72fc83bcbc7p-29, 0x1.af4ddda1c08cdp-26, 0x1.27e4db67ac2b0p-22,
    0x1.71de0237484cdp-19, 0x1.a01a01a6d7831p-16, 0x1.a01a01abe6323p-13,
    0x1.6c16c16c162d6p-10, 0x1.11111111100dfp-7, 0x1.5555555555556p-5,
    0x1.5555555555557p-3, 0x1.0000000000000p-1};

/// (2^f - 1) / f, |f| <= 1/2: to 7.8e-09.
inline constexpr double exp2_float[6] = {
    0x1.4413896e1ad27p-13, 0x1.5f0890162a90ap-10, 0x1.3b2a53045179ap-7,
    0x1.c6af6cdbbdcc7p-5, 0x1.ebfbe00e63baep-3, 0x1.62e4302fc626ep-1};

/// (ln((1 + s) / (1 - s)) - 2 s) / s^3, in s^2: to 7.3e-12.
inline constexpr double log_float[5] = {
    0x1.8c8c1378bf76ep-3, 0x1.c67ad9ecb9497p-3, 0x1.249323e501d94p-2,
    0x1.999998cafbbe2p-2, 0x1.5555555564e97p-1};

/// the same: to 3.7e-17.
inline constexpr double log_double[8] = {
    0x1.0c039e172b8dfp-3, 0x1.0fbe95aaf31a8p-3, 0x1.3b1c355c3560fp-3,
    0x1.745cf9048617ap-3, 0x1.c71c7201592a1p-3, 0x1.2492492476ccbp-2,
    0x1.9999999999a38p-2, 0x1.5555555555555p-1};

/// (ln((1 + s) / (1 - s)) - 2 s - 2/3 s^3) / s^5, in s^2: to 2.6e-17.
inline constexpr double log_pair[8] = {
    0x1.e02d1cc03596ep-4, 0x1.df7ce956c7572p-4, 0x1.1118c749a1ccap-3,
    0x1.3b1395d4f2df4p-3, 0x1.745d177a8f30dp-3, 0x1.c71c71c6eaa8cp-3,
    0x1.2492492492521p-2, 0x1.999999999999ap-2};

/// (sin r - r) / r^3, in r^2, |r| <= pi / 4: to 2.8e-11.
inline constexpr double sin_float[4] = {
    0x1.6dbe041e2a35ep-19, -0x1.a013a78710fefp-13, 0x1.11110def24bd2p-7,
    -0x1.555555545e06ep-3};

/// the same: to 9.3e-18.
inline constexpr double sin_double[7] = {
    -0x1.ab17d0a0ca071p-41, 0x1.61217f05bf6c9p-33, -0x1.ae645412be1e9p-26,
    0x1.71de3a5460918p-19, -0x1.a01a01a019938p-13, 0x1.1111111111110p-7,
    -0x1.5555555555555p-3};

/// (cos r - 1 + r^2 / 2) / r^4, in r^2: to 2.0e-09.
inline constexpr double cos_float[3] = {
    0x1.9bd8978702912p-16, -0x1.6c12d2e7616a0p-10, 0x1.5555544175497p-5};

/// the same: to 2.3e-18.
inline constexpr double cos_double[6] = {
    -0x1.907da050fb6fcp-37, 0x1.1eeb68e4f1f61p-29, -0x1.27e4fa17d5eccp-22,
    0x1.a01a019f4eacep-16, -0x1.6c16c16c16967p-10, 0x1.5555555555555p-5};

/// (sin r - r) / r^3, in r^2, |r| <= pi / 4: to 2.8e-14.
inline constexpr double sin_normal[5] = {
    -0x1.aa285351d6858p-26, 0x1.71d9a9eb02ed2p-19, -0x1.a019fd9b29e6cp-13,
    0x1.1111110fd3cf4p-7, -0x1.555555555516bp-3};

/// (cos r - 1 + r^2 / 2) / r^4, in r^2: to 2.3e-12.
inline constexpr double cos_normal[4] = {
    -0x1.25244b668115ep-22, 0x1.a015c4751e5f3p-16, -0x1.6c16bf54e0e12p-10,
    0x1.5555555502ce0p-5};

/// (atan t - t) / t^3, in t^2, |t| <= tan(pi / 8): to 5.4e-10.
inline constexpr double atan_float[6] = {
    0x1.9d8a7e8a60d29p-5, -0x1.614428d1cdff3p-4, 0x1.c57ba8e6ced9ep-4,
    -0x1.248a1714a8b26p-3, 0x1.99997b13325fdp-3, -0x1.5555554c0abb3p-2};

/// the same: to 1.9e-17.
inline constexpr double atan_double[12] = {
    0x1.0ad287dde6febp-6, -0x1.1b3352fdf2ab3p-5, 0x1.74ddac50cdf57p-5,
    -0x1.ac7a8ad65781ap-5, 0x1.e19a128b5497dp-5, -0x1.110e87fd51058p-4,
    0x1.3b1392d92bee3p-4, -0x1.745d165ded7c5p-4, 0x1.c71c71c304952p-4,
    -0x1.249249248d7ebp-3, 0x1.9999999999953p-3, -0x1.5555555555555p-2};

/// erf(x) / x - 1, in x^2, x <= 1: to 8.4e-13.
inline constexpr double erf_float[9] = {
    0x1.1c41ab6eec487p-20, -0x1.d2b8522d6f7cbp-17, 0x1.f57e9cee106c1p-14,
    -0x1.bfe158a7be278p-11, 0x1.56588b32275a7p-8, -0x1.b82cbae7577a7p-6,
    0x1.ce2f20a7415c6p-4, -0x1.812746ade3c08p-2, 0x1.06eba821465c6p-3};

/// the same: to 1.2e-17.
inline constexpr double erf_double[14] = {
    -0x1.29b9f1b3df556p-38, 0x1.7f072188e194dp-34, -0x1.4e607b41a6416p-30,
    0x1.fc4356498c2d9p-27, -0x1.5f6d925a0bc7ap-23, 0x1.b9e6509b9867dp-20,
    -0x1.f4d2561aeafd4p-17, 0x1.f9a326c233146p-14, -0x1.c02db3feeb579p-11,
    0x1.565bcd0e6502dp-8, -0x1.b82ce312889bap-6, 0x1.ce2f21a042bdep-4,
    -0x1.812746b0379e7p-2, 0x1.06eba8214db69p-3};

/// e^(w^2 / 2) P(X > w) / t, in t = 1 / (1 + w / 4), w <= 20: to 7.3e-10.
inline constexpr double tail_float[11] = {
    -0x1.62ec9785c1780p-7, 0x1.4c00e920eb759p-4, -0x1.d9ec2dd764c17p-3,
    0x1.39b97570071c3p-2, -0x1.bd1e4b327c205p-3, 0x1.5db7e7331cd28p-3,
    0x1.295c6fb320527p-6, 0x1.77c7b8ca0ab9ap-4, 0x1.786998c6c5fa3p-4,
    0x1.9914954172dcep-4, 0x1.987ef518f11dap-4};

/// ((1 + 1.5 w) e^(w^2 / 2) P(X > w) - tail_at_4) / t, in t = (w - 4) / (w + 4), w <= 40: to 4.1e-14.
inline constexpr double tail_double[24] = {
    -0x1.f244ce1238205p-32, -0x1.2f13d00ec7ed8p-29, -0x1.1182d6a5b82bap-30,
    0x1.deb6f4591022ap-27, 0x1.b4ca4860259f1p-26, -0x1.66d3f261fd4d7p-25,
    -0x1.705b72adfc19fp-23, 0x1.26d18768b2a78p-25, 0x1.d670ac06dd848p-21,
    0x1.0c93909636616p-21, -0x1.1d48fd8cc7785p-18, -0x1.3d92d85b88019p-18,
    0x1.7b0a173be69fbp-16, 0x1.efeaa5fbe56b7p-16, -0x1.32670537fa5d9p-13,
    -0x1.f29167cdf4e75p-14, 0x1.29c77ef7c653bp-10, -0x1.8815990201bdfp-11,
    -0x1.fc62b7f08379cp-8, 0x1.fe5d6214e3431p-6, -0x1.0508dda4003e7p-4,
    0x1.4293d0f1800afp-4, -0x1.516e0f21746a0p-5, -0x1.ea57e00379985p-5};
inline constexpr double tail_at_4 = 0x1.525e241b02414p-1;  // that at t = 0
inline constexpr double tail_at_4_low = 0x1.342663bad1db0p-57;  // what it lacks
// clang-format on

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::polynomials
