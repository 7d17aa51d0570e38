"""What paper C shows and says, in its order."""

from __future__ import annotations

from ..case import Claim

CLAIMS = (
    Claim("C", "Fig 1", "a bubble in its surroundings", reason="a sketch"),
    Claim("C", "Fig 2", "two geometries", reason="a sketch"),
    Claim(
        "C", "section II, eq 4", "hybridised if T = V (delta_b rho)^(1/2) >> delta_b", ("C-start",)
    ),
    Claim("C", "eq 4", "the ratio at R, smallest at R*", ("C-thresholds",)),
    Claim(
        "C", "section II", "grows for ever if N > N* ~ (1/xi)^(d/(d - 1))", ("C-critical-order",)
    ),
    Claim("C", "section II", "d = 1: xi_c = 2/A", ("C-couplings",)),
    Claim(
        "C",
        "section II",
        "the spectral function stays the same when an l-bit joins",
        ("C-typical", "C-absorbed"),
    ),
    Claim("C", "footnote 14", "bandwidth w N, w = 2.6", reason="a choice: every case has it"),
    Claim("C", "eq 5", "int rho = 2 pi (1 - <O>^2)", ("C-typical",)),
    Claim(
        "C",
        "Fig 3",
        "lines at +-2 eps: wide at large xi, a level wide at small",
        ("C-widths", "C-unresolved"),
    ),
    Claim("C", "section III A", "gamma_M ~ V_M^2/w", ("C-golden-rule",)),
    Claim(
        "C",
        "section III A",
        "delta_E = w (N + M - 1)/2^(N + M - 1)",
        ("C-level-density", "C-level-density-many"),
    ),
    Claim("C", "section III A", "V_M in three geometries", ("C-couplings",)),
    Claim(
        "C",
        "eqs 6, 7",
        "gamma/delta_E from that of the first l-bit",
        ("C-couplings", "C-printed-widths"),
    ),
    Claim(
        "C",
        "Fig 4a",
        "one dimension: excellent agreement with eq 6",
        ("C-widths", "C-printed-widths"),
    ),
    Claim(
        "C",
        "Fig 4b, c",
        "stretched exponentials and two dimensions: excellent agreement with eqs 6, 7",
        ("C-geometries",),
    ),
    Claim("C", "Fig 4b, c", "smallest at M*", ("C-couplings", "C-weakest")),
    Claim("C", "below eq 7", "gamma/delta_E grows for xi > 2/log 2 only", ("C-crossing",)),
    Claim(
        "C",
        "Fig 4c, inset",
        "V_1 = 2: excellent agreement with eq 7, the curve shifted upwards",
        ("C-strong-coupling", "C-strong-first"),
    ),
    Claim(
        "C",
        "eqs 8, 9, Fig 5",
        "spins absorbed: 1, or less where widths are floored",
        ("C-absorbed", "C-geometry-absorbed"),
    ),
    Claim(
        "C",
        "Fig 5, insets",
        "p(G) moves at a constant rate, or collapses and broadens",
        reason="figure C5 has the histograms; their means are C-absorbed",
    ),
    Claim(
        "C", "eqs 10, 11", "Hubbard bubble with random hopping and couplings", ("C-bubble-samples",)
    ),
    Claim("C", "above eq 12", "l-bits on circles of areal density n_L", ("C-circles",)),
    Claim(
        "C", "eqs 12, 13", "replica action", reason="what follows of it, eqs 14 and 16, is tested"
    ),
    Claim(
        "C",
        "eqs 14, 16",
        "Green functions of l-bits and the hybridisation",
        ("C-bubble-samples", "C-bubble-roots", "C-bubble-line"),
    ),
    Claim(
        "C",
        "eqs 15, 17 to 19",
        "iterated perturbation theory",
        ("C-bubble-imaginary-axis", "C-bubble-self-energy"),
    ),
    Claim("C", "above eq 17", "works at weak and strong coupling", ("C-bubble-atom",)),
    Claim(
        "C",
        "Fig 6a, c",
        "few l-bits: a semicircle with tails that becomes rugged",
        reason="theory alone: figure C6; of an interacting bubble nothing exact can be had",
    ),
    Claim(
        "C", "Fig 6", "V = 1.5: rho changes drastically with M; V = 0.5: not", ("C-back-action",)
    ),
    Claim("C", "Fig 6b, d", "V = 0.5 keeps U, V = 1.5 loses it at |w| < W", ("C-bubble-many",)),
    Claim(
        "C",
        "section IV",
        "back-action is enhanced by n_L, suppressed by 1/sqrt N",
        ("C-circles", "C-bubble-samples"),
    ),
    Claim("C", "eq 20", "thermalisation time", ("C-times",)),
    Claim("C", "eqs S2 to S6", "0 <= int rho_typ <= int rho = 2 pi", ("C-typical",)),
    Claim(
        "C",
        "below eq S6",
        "1 % of zeros lowers the typical function to 0.6, 10 % to 0.01 rho^0.9",
        reason="10^(-20 p), an identity",
    ),
    Claim(
        "C", "Fig S1", "thermal functions do not know localization, typical ones do", ("C-typical",)
    ),
    Claim("C", "Fig S1", "a plateau at low frequencies", reason="no number is given"),
    Claim("C", "Fig S2", "I grows to its bound, or vanishes", ("C-typical",)),
    Claim("C", "Figs S3b, S4b", "entropy of the last l-bit", ("C-entropies",)),
    Claim(
        "C",
        "Fig S3a, c",
        "the same in two dimensions and for stretched exponentials",
        ("C-geometry-entropies",),
    ),
    Claim(
        "C",
        "Fig S4a, c",
        "the same against xi; no crossing for stretched exponentials",
        reason="figure C-S4 has them: those of M and M + 1 do cross, at xi that falls with M; that "
        "they never meet in one point is not seen with few l-bits",
    ),
    Claim("C", "Fig S4b", "entropies cross at 2.9", ("C-crossing",)),
    Claim(
        "C",
        "section S1 f",
        "a bath spin has log 2 always; the gap ratio behaves as the entropy does",
        reason="no theory for either",
    ),
)
