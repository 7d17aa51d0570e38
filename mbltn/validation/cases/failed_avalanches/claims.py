"""Every figure and quantitative claim of paper D."""

from __future__ import annotations

from ..case import Claim

_FIGURES = (
    Claim("D", "Fig 1a, b", "the model and its resonances", reason="sketches"),
    Claim(
        "D",
        "Fig 1c",
        "distribution of the entropy over eigenstates is bimodal",
        ("D-averages", "D-resonant-spin"),
    ),
    Claim("D", "Fig 1d", "enhancement eta(g)", ("D-averages", "D-second-spin")),
    Claim(
        "D",
        "Fig 2a",
        "end entropy against alpha: agreement below alpha_c, differences above",
        ("D-end-lbit", "D-end-lbit-thermal"),
    ),
    Claim(
        "D",
        "Fig 2b",
        "distribution of the end entropy",
        ("D-end-distribution", "D-end-distribution-thermal"),
    ),
    Claim("D", "Fig 3a", "50 l-bits at alpha_c - 0.07", ("D-failed-chain",)),
    Claim("D", "Fig 3b", "eta_tot grows as 1/|alpha - alpha_c|, nu = 1", ("D-exponent",)),
    Claim("D", "Fig 4", "W = 45 fails, W = 20 runs away", ("D-lattice-maps", "D-lattice-scale")),
    Claim("D", "Fig 5a", "quasiperiodic: all, some, none", ("D-lattice-phases",)),
    Claim("D", "Fig 5b", "random: some run away at any strength", ("D-lattice-random",)),
    Claim("D", "Fig 5c", "eta_tot above W_th does not depend on R", ("D-lattice-size",)),
    Claim("D", "Fig 5d", "sizes are N or below 14", ("D-lattice-phases",)),
)

_ONE_SPIN = (
    Claim("D", "eqs 3, 4", "g = rho [|V_ab|] = sqrt(2 rho v/pi)", ("D-bare-coupling",)),
    Claim("D", "eqs 5, A3", "distribution p(x) of admixtures", ("D-admixtures",)),
    Claim("D", "eqs 6, A4", "tail 2 g/g_a^2", ("D-admixtures", "D-resonant-spin")),
    Claim(
        "D",
        "eq 7a",
        "strong coupling: [S] = log 2, C = 0, corrections in 1/g",
        ("D-limits", "D-intermediate-coupling"),
    ),
    Claim("D", "eq 7b", "[S] = 2 pi g log 2, C = 1 - kappa g", ("D-limits", "D-resonant-spin")),
    Claim(
        "D",
        "section Single spin",
        "for g << 1/d_g all states stay perturbative",
        reason="the tail of D-admixtures and D-resonant-spin, one resonance in a sample",
    ),
    Claim(
        "D",
        "App A 1",
        "two-level forms of S and C for all g",
        ("D-sampled-averages", "D-averages", "D-intermediate-coupling"),
    ),
    Claim(
        "D",
        "eqs 8c, A19, A27",
        "resonances enhance the second coupling by exp(eta/2)",
        ("D-second-spin", "D-sampled-averages"),
    ),
    Claim("D", "text below eq 8c", "eta = -8 g log g and log 2 + O(g^-4)", ("D-limits",)),
)

_MANY = (
    Claim("D", "eqs 8a, 8b, 9", "two l-bits, weak to strong", ("D-two-spins",)),
    Claim(
        "D",
        "eqs 10, A2, A34",
        "enhancements of several l-bits add up",
        reason="follows from eq 11; exact chains test it as a whole: D-end-lbit, D-first-lbit",
    ),
    Claim("D", "eqs 11, 13, 14", "the mean field and its iteration", ("D-equations",)),
    Claim(
        "D",
        "eqs 9, 11",
        "back-action: each l-bit is helped by all others",
        ("D-first-lbit",),
    ),
    Claim("D", "eq 12", "alpha_c = 1/sqrt2", ("D-exponent",)),
    Claim("D", "text below eq 13", "g_10 is fitted", ("D-fit", "D-fitted-coupling")),
    Claim(
        "D",
        "text below Fig 2",
        "the crossover in alpha has a width of order 1/N",
        reason="n_* is proportional to 1/|alpha - alpha_c| (D-exponent) and the width is n_* = N",
    ),
    Claim(
        "D",
        "text below Fig 3",
        "the theory describes failed avalanches quantitatively",
        ("D-chain-sizes",),
    ),
    Claim("D", "eq A14, text below eq 6", "memory at late times", ("D-late-times",)),
    Claim("D", "eq 21", "equal couplings", ("D-equal-couplings", "D-bistable")),
    Claim("D", "eq 22", "g_c = 1/(4 N log N)", ("D-critical-coupling",)),
    Claim(
        "D",
        "Discussion",
        "no non-ergodic delocalized phase between g_c and 1/N in the mean field",
        reason="of other papers' models; nothing that D computes",
    ),
)

_LATTICES = (
    Claim("D", "eq 15", "the square lattice and its orbitals", ("D-lattice-equations",)),
    Claim("D", "eq 17", "bottleneck of an avalanche in two dimensions", ("D-bottleneck",)),
    Claim("D", "eq 18", "couplings g_0 |phi(0)|", ("D-lattice-equations",)),
    Claim("D", "eq 19", "[eta_tot] = N f log 2", ("D-lattice-phases",)),
    Claim("D", "text below eq 19", "W_th is near 45", ("D-lattice-scale",)),
    Claim("D", "eq 20", "stability radius", ("D-stability-radius", "D-lattice-equations")),
    Claim("D", "text above eq 20", "grains 2 R apart are harmless", ("D-grain-spacing",)),
    Claim(
        "D",
        "section Stability",
        "interactions between orbitals change only the collar of a failed avalanche",
        reason="an expectation; the model has none",
    ),
)

CLAIMS: tuple[Claim, ...] = (*_FIGURES, *_ONE_SPIN, *_MANY, *_LATTICES)
