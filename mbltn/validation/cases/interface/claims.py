"""What paper E shows and says, in its order."""

from __future__ import annotations

from ..case import Claim

CLAIMS = (
    Claim("E", "Fig 1", "an ergodic grain in its localized surroundings", reason="a sketch"),
    Claim("E", "Fig 2", "chain, l-bits, random matrix: three pictures", reason="a sketch"),
    Claim("E", "eq 1", "elements sqrt(v/rho) eta, eta random", ("E-coupling",)),
    Claim(
        "E",
        "section II A",
        "v(w) <= C exp(-|w|/xi), v ~ w^(d/2 - 1) of a diffusive bath",
        reason="cited bounds, which E uses nowhere; d of ten spins shows no diffusion",
    ),
    Claim("E", "eq 4", "hybridised for G = g sqrt(v(2h) rho) >> 1", ("E-coupling", "E-universal")),
    Claim("E", "section II C", "k Lorentzian, w = g^2 v(2h)", ("E-hybridization",)),
    Claim("E", "eq 6", "v' = k*v*k", ("E-structure-factors", "E-direct-sums")),
    Claim("E", "eq 8", "bumps of half width 2w at +-2h", ("E-structure-factors", "E-tails")),
    Claim("E", "eq 9", "the Schur complement", reason="an identity"),
    Claim("E", "eqs 13, 14", "peaks of weight W at +-2h", ("E-back-reaction", "E-direct-sums")),
    Claim(
        "E",
        "section II F",
        "g' sigma^z sigma^z: eigenstates are random superpositions as well",
        reason="no formula is given",
    ),
    Claim(
        "E",
        "section II G",
        "v too broad for sum g^2 > xi^2; proximity effects for (sum g^2)^(1/2) > bath energy",
        reason="orders of magnitude of what the theory leaves out",
    ),
    Claim("E", "section III A", "G' = G exp(-a), a = 1/zeta - log 2/2", ("E-flow",)),
    Claim("E", "eq 16", "l_c, and zeta log 2 l_b/2 of the grain alone", ("E-lengths",)),
    Claim("E", "below eq 16", "2/zeta <= log 2: no end", ("E-lengths",)),
    Claim(
        "E",
        "section III B",
        "subexponential couplings: G grows without end for a large grain",
        reason="no law of decay is given; alpha = 3/4, taken in its place, is E-growth",
    ),
    Claim(
        "E",
        "section III B",
        "alpha = 3/4 and eight l-bits: ergodic, of dimension 2^14",
        ("E-growth",),
    ),
    Claim("E", "section III C", "N_l sites within l", ("E-sites",)),
    Claim("E", "eq 17", "an end in d > 1 for small grains only", ("E-lengths",)),
    Claim("E", "section III C", "factors of the grain grow as l_b^(d/2)", reason="a remark"),
    Claim(
        "E",
        "eqs 18 to 20",
        "w_i of a chain without l-bits",
        ("E-without-lbits", "E-tails", "E-chain"),
    ),
    Claim("E", "eq 21", "w_i = xi (g/h)^(2i), exp(-zeta) = g/h", ("E-decay", "E-tails")),
    Claim("E", "end of section III D", "golden rule holds: w |v'| << v", ("E-without-lbits",)),
    Claim(
        "E", "section IV", "IPR = rho/int v^2, 4 rho w", ("E-spread", "E-lines", "E-bare-matrix")
    ),
    Claim("E", "eq 22", "D(sigma^x_i)", ("E-levels-under-lines", "E-interface")),
    Claim("E", "Fig 3", "growth of D(O_B) to log 2, of one spin below half", ("E-growth",)),
    Claim("E", "Fig 4", "slope 0.5 for 0.58", ("E-interface-slope",)),
    Claim("E", "Fig 5", "one curve of G; idle l-bits do not fit", ("E-universal",)),
    Claim(
        "E",
        "Fig 5",
        "with three absorbed l-bits growth exceeds log 2 near G = 1",
        reason="figure E5 has it, 0.787(10); ten minutes, too long for the smallest size",
    ),
    Claim(
        "E",
        "section V B",
        "G = 0.67 of the first l-bit",
        reason="not theory: 0.688(1) by E's way of counting, docs/physics.md (O19)",
    ),
    Claim("E", "Fig 6", "one curve at equal width; 1/xi at equal spacing", ("E-widths",)),
    Claim("E", "Fig 7", "two maxima beside a local chain", ("E-camel",)),
    Claim("E", "appendix A", "w ~ g^2/xi", ("E-hybridization", "E-widths")),
    Claim("E", "appendix B", "W = (g/max(xi, |h|))^2", ("E-back-reaction",)),
)
