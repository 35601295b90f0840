#!/usr/bin/env python3
"""Prints include/adafuse/kernels/base/vector_polynomials.hpp: the constants of the vector functions.

Each polynomial is the interpolation at Chebyshev's nodes, in 60 digits, which comes within a factor
of three of the best one of its degree. Needs mpmath (Debian: python3-mpmath).

    /usr/bin/python3 scripts/soak/vector_polynomials.py > include/adafuse/kernels/base/vector_polynomials.hpp
"""
from mpmath import mp, mpf, exp, log, sin, cos, tan, atan, pi, sqrt, erf, erfc, floor, ldexp, frexp, taylor
import mpmath

mp.dps = 60


def fit(f, low, high, degree):
    """Coefficients, highest power first, and the largest error between the nodes."""
    low, high, n = mpf(low), mpf(high), degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    rows = mpmath.matrix([[x ** (degree - j) for j in range(n)] for x in nodes])
    c = mpmath.lu_solve(rows, mpmath.matrix([f(x) for x in nodes]))
    c = [mpf(float(v)) for v in c]
    points = [low + (high - low) * k / 500 for k in range(501)]
    error = max(abs(mpmath.polyval(c, x) - f(x)) for x in points)
    return c, error


def series(f, limit, taylor_terms):
    """f, but by its Taylor series where x is so small that f loses digits."""
    return lambda x: f(x) if abs(x) > limit else sum(c * x**k for k, c in enumerate(taylor_terms))


def cut(x, bits):
    """x without what lies below its first `bits` binary digits."""
    m, e = frexp(x)
    return ldexp(floor(ldexp(m, bits)), e - bits)


def artanh_rest(z):  # (2 artanh s - 2 s) / (s z), z = s^2
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) - 2 * s) / (s * z)


def artanh_rest_2(z):
    return (artanh_rest(z) - mpf(2) / 3) / z


tiny = mpf(10) ** -12
fact = mpmath.factorial
r = log(2) / 2 * (1 + mpf(2) ** -20)
z_log = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * (1 + mpf(2) ** -20)
z_tangent = tan(pi / 8) ** 2 * (1 + mpf(2) ** -16)
z_angle = (pi / 4) ** 2 * (1 + mpf(2) ** -16)
exp_rest = series(lambda x: (exp(x) - 1 - x) / x**2, tiny, [1 / fact(k + 2) for k in range(6)])
exp2_rest = series(lambda x: (mpf(2) ** x - 1) / x, tiny,
                   [log(2) ** (k + 1) / fact(k + 1) for k in range(6)])
log_rest = series(artanh_rest, tiny, [mpf(2) / (2 * k + 3) for k in range(6)])
log_rest_2 = series(artanh_rest_2, tiny, [mpf(2) / (2 * k + 5) for k in range(6)])
sin_rest = series(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, tiny,
                  [(-1) ** (k + 1) / fact(2 * k + 3) for k in range(6)])
cos_rest = series(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, tiny,
                  [(-1) ** k / fact(2 * k + 4) for k in range(6)])
atan_rest = series(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, tiny,
                   [mpf((-1) ** (k + 1)) / (2 * k + 3) for k in range(6)])
erf_rest = series(lambda z: erf(sqrt(z)) / sqrt(z) - 1, tiny,
                  [2 / sqrt(pi) * (-1) ** k / (fact(k) * (2 * k + 1)) - (1 if k == 0 else 0) for k in range(6)])


def tail(t):  # (1 + 1.5 w) e^(w^2 / 2) erfc(w / sqrt 2) / 2 for t = (w - 4) / (w + 4)
    w = 4 * (1 + t) / (1 - t)
    return (1 + 1.5 * w) * exp(w * w / 2) * erfc(w / sqrt(2)) / 2


def short_tail(t):
    w = (1 / t - 1) * 4
    return exp(w * w / 2) * erfc(w / sqrt(2)) / 2 / t


def tail_rest(t):
    t = t if abs(t) > tiny else tiny
    return (tail(t) - tail(mpf(0))) / t


polynomials = [
    ("exp_float", "(e^r - 1 - r) / r^2, |r| <= ln 2 / 2", exp_rest, -r, r, 5),
    ("exp_double", "the same", exp_rest, -r, r, 10),
    ("exp2_float", "(2^f - 1) / f, |f| <= 1/2", exp2_rest, -mpf(1) / 2, mpf(1) / 2, 5),
    ("log_float", "(ln((1 + s) / (1 - s)) - 2 s) / s^3, in s^2", log_rest, 0, z_log, 4),
    ("log_double", "the same", log_rest, 0, z_log, 7),
    ("log_pair", "(ln((1 + s) / (1 - s)) - 2 s - 2/3 s^3) / s^5, in s^2", log_rest_2, 0, z_log, 7),
    ("sin_float", "(sin r - r) / r^3, in r^2, |r| <= pi / 4", sin_rest, 0, z_angle, 3),
    ("sin_double", "the same", sin_rest, 0, z_angle, 6),
    ("cos_float", "(cos r - 1 + r^2 / 2) / r^4, in r^2", cos_rest, 0, z_angle, 2),
    ("cos_double", "the same", cos_rest, 0, z_angle, 5),
    ("sin_normal", "(sin r - r) / r^3, in r^2, |r| <= pi / 4", sin_rest, 0, z_angle, 4),
    ("cos_normal", "(cos r - 1 + r^2 / 2) / r^4, in r^2", cos_rest, 0, z_angle, 3),
    ("atan_float", "(atan t - t) / t^3, in t^2, |t| <= tan(pi / 8)", atan_rest, 0, z_tangent, 5),
    ("atan_double", "the same", atan_rest, 0, z_tangent, 11),
    ("erf_float", "erf(x) / x - 1, in x^2, x <= 1", erf_rest, 0, 1, 8),
    ("erf_double", "the same", erf_rest, 0, 1, 13),
    ("tail_float", "e^(w^2 / 2) P(X > w) / t, in t = 1 / (1 + w / 4), w <= 20", short_tail, mpf(1) / 6,
     1, 10),
    ("tail_double", "((1 + 1.5 w) e^(w^2 / 2) P(X > w) - tail_at_4) / t, in t = (w - 4) / (w + 4), w <= 40", tail_rest, -1, mpf(36) / 44, 23),
]

print("""// The constants of the vector functions: made by scripts/soak/vector_polynomials.py.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::polynomials {

// clang-format off""")


def constant(name, value, what):
    print(f"inline constexpr double {name} = {float(value).hex()};  // {what}")


ln2_high = cut(log(2), 42)
constant("log2_e", 1 / log(2), "1 / ln 2")
log2_e_high = cut(1 / log(2), 32)
constant("log2_e_high", log2_e_high, "its first 32 bits")
constant("log2_e_low", 1 / log(2) - log2_e_high, "the rest")
constant("ln2", log(2), "ln 2")
constant("ln2_high", ln2_high, "its first 42 bits: n times it is exact")
constant("ln2_low", log(2) - ln2_high, "the rest")
constant("two_thirds", mpf(2) / 3, "2 / 3")
constant("two_thirds_low", mpf(2) / 3 - mpf(float(mpf(2) / 3)), "what that lacks")
constant("two_over_pi", 2 / pi, "2 / pi")
pieces, rest = [], pi / 2
for _ in range(3):
    pieces.append(cut(rest, 33))
    rest -= pieces[-1]
pieces.append(rest)
print("/// pi / 2 in pieces of 33 bits, and what is left.")
print("inline constexpr double half_pi[4] = {" + ", ".join(float(p).hex() for p in pieces) + "};")
constant("tan_eighth_pi", tan(pi / 8), "tan(pi / 8)")
quarter_pi_high = cut(pi / 4, 50)
constant("quarter_pi_high", quarter_pi_high, "the first 50 bits of pi / 4: up to 4 times it is exact")
constant("quarter_pi_low", pi / 4 - quarter_pi_high, "the rest")
for name, what, f, low, high, degree in polynomials:
    c, error = fit(f, low, high, degree)
    print(f"\n/// {what}: to {float(error):.1e}.")
    print(f"inline constexpr double {name}[{degree + 1}] = {{")
    for k in range(0, len(c), 3):
        print("    " + ", ".join(float(v).hex() for v in c[k:k + 3]) + ("," if k + 3 < len(c) else "};"))
constant("tail_at_4", tail(mpf(0)), "that at t = 0")
constant("tail_at_4_low", tail(mpf(0)) - mpf(float(tail(mpf(0)))), "what it lacks")
print("// clang-format on\n\n}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::polynomials")
