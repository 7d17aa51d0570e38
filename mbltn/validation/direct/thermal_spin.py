"""One spin beside sampled random matrices: widths, lines and spreads of paper E."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import voigt_profile

from ..tables import Tick, nothing

# A bath of even levels in a band BAND, so that no density of levels bends a line.
LEVELS, BAND, FIELD, COUPLING = 400, 10.0, 1.2, 0.4
# v of a bath operator that does not couple: Gaussian peaks of this deviation at +-MIDDLE.
MIDDLE, DEVIATION = 1.6, 0.1
STATES, SAMPLES = 80, 100
DISTANCES = (0.04, 0.08, 0.16, 0.32)
# Of the golden rule: levels are pushed by a flat bath from the middle by this part of their energy,
# and widths grow by as much.
NEXT_ORDER = 4 * (COUPLING / BAND) ** 2

# E's appendix A with the peaks of the back-reaction inside of the band.
MATRIX, RADIUS, STRONG, FAR_FIELD = 320, 5.0, 0.8, 2.0
MATRICES, MIDDLE_STATES = 16, 40


def flat_bath(tick: Tick = nothing, samples: int = SAMPLES, seed: int = 21) -> pd.DataFrame:
    """A spin coupled to a bath of flat structure factor 1/BAND; columns `sample`, `what`, `w`,
    `value`.

    H = E_b + h sigma^z + g V sigma^x with <V_bb'^2> = 1/LEVELS. Of the STATES nearest to E = 0 the
    weights within w: `k`, on product states, of their energy; `line`, of sigma^x of the spin, of
    2h (1 + NEXT_ORDER); `operator`, of a bath operator whose v has peaks at +-MIDDLE, of these. And
    `participation`, the mean of sum_m |<m|sigma^x|n>|^4.
    """
    rng = np.random.default_rng(seed)
    levels = BAND * ((np.arange(LEVELS) + 0.5) / LEVELS - 0.5)
    bare = np.concatenate([levels + FIELD, levels - FIELD])
    apart = (abs(np.subtract.outer(levels, levels)) - MIDDLE) / DEVIATION
    v = np.exp(-(apart**2) / 2) / np.sqrt(8 * np.pi) / DEVIATION
    envelope = np.sqrt(v * BAND / LEVELS)
    splitting = 2 * FIELD * (1 + NEXT_ORDER)
    rows = []
    for sample in range(samples):
        V = _symmetric(rng, LEVELS) / np.sqrt(LEVELS)
        O_B = _symmetric(rng, LEVELS) * envelope
        energies, psi = np.linalg.eigh(np.diag(bare) + np.kron([[0, 1], [1, 0]], COUPLING * V))
        near = np.argsort(abs(energies))[:STATES]
        gap = energies[:, None] - energies[near]
        flipped = (psi.T @ np.roll(psi, LEVELS, axis=0)[:, near]) ** 2
        moved = (psi.T @ (np.kron(np.eye(2), O_B) @ psi[:, near])) ** 2
        for w in DISTANCES:
            spread = psi[:, near] ** 2 * (abs(bare[:, None] - energies[near]) < w)
            rows += [
                (sample, "k", w, spread.sum() / STATES),
                (sample, "line", w, (flipped * (abs(abs(gap) - splitting) < w)).sum() / STATES),
                (sample, "operator", w, (moved * (abs(abs(gap) - MIDDLE) < w)).sum() / STATES),
            ]
        rows.append((sample, "participation", np.nan, (flipped**2).sum() / STATES))
        tick(sample + 1, samples)
    return pd.DataFrame(rows, columns=["sample", "what", "w", "value"])


def _symmetric(rng: np.random.Generator, n: int) -> np.ndarray:
    """Unit variance off the diagonal, 2 on it."""
    A = rng.normal(size=(n, n))
    return np.asarray((A + A.T) / np.sqrt(2))


def gaussian_bath(tick: Tick = nothing, samples: int = MATRICES, seed: int = 11) -> pd.DataFrame:
    """Weight of the operator that couples, within 2 w_h of +-2h, beside a Gaussian matrix; columns
    `sample`, `coupled`, `participation`.

    The latter is sum_m <m|V|n>^4 of the middle tenth of the bare bath's levels.
    """
    rng = np.random.default_rng(seed)
    half_width = STRONG**2 * 2 / RADIUS**2 * np.sqrt(RADIUS**2 - FAR_FIELD**2)
    rows = []
    for sample in range(samples):
        H_B = RADIUS / (2 * np.sqrt(MATRIX)) * _symmetric(rng, MATRIX)
        levels, U = np.linalg.eigh(H_B)
        V = U.T @ np.roll(U, MATRIX // 2, axis=0)  # sigma^x of one bath spin
        bare = np.concatenate([levels + FAR_FIELD, levels - FAR_FIELD])
        energies, psi = np.linalg.eigh(np.diag(bare) + np.kron([[0, 1], [1, 0]], STRONG * V))
        near = np.argsort(abs(energies))[:MIDDLE_STATES]
        moved = (psi.T @ (np.kron(np.eye(2), V) @ psi[:, near])) ** 2
        gap = energies[:, None] - energies[near]
        peaks = abs(abs(gap) - 2 * FAR_FIELD) < 2 * half_width
        middle = slice(9 * MATRIX // 20, 11 * MATRIX // 20)
        fourth = (V[:, middle] ** 4).sum(axis=0).mean()
        rows.append((sample, moved[peaks].sum() / MIDDLE_STATES, fourth))
        tick(sample + 1, samples)
    return pd.DataFrame(rows, columns=["sample", "coupled", "participation"])


def spiked_line(tick: Tick = nothing) -> pd.DataFrame:
    """E eq 14 by direct sums, for a Gaussian v of deviation 2; columns `w`, `v`, `smooth`, `spin`,
    `renormalised`, `printed`, and those of its parameters `g`, `xi_v`, `h`, `w_h`.

    (1 - 2 W) k*v*k + W (k0*k0)(w -+ 2h), W = (g/xi_v)^2, k0 = k for |w| <= w_h, of weight 1 or
    of 1/2; `smooth` is k*v*k, `spin` eq 8.
    """
    g, xi_v, h, w_h = 0.5, 2.0, 1.0, 0.2
    w = 0.01 * np.arange(-10000, 10001)
    v = np.exp(-((w / 2) ** 2) / 2) / np.sqrt(8 * np.pi)
    # a Lorentzian twice is one of twice the width, and with a Gaussian Voigt's profile
    smooth = voigt_profile(w, 2.0, 2 * w_h)
    fine = w_h / 2000
    inside = fine * (np.arange(4000) + 0.5) - w_h
    cut = w_h / np.pi / (inside**2 + w_h**2)
    twice = np.convolve(cut, cut) * fine
    apart = fine * (np.arange(len(twice)) + 1) - 2 * w_h
    peaks = np.interp(abs(w) - 2 * h, apart, twice, left=0.0, right=0.0)
    W = (g / xi_v) ** 2
    tick(1, 1)
    return pd.DataFrame(
        {
            "w": w,
            "v": v,
            "smooth": smooth,
            "spin": sum(voigt_profile(w - flip, 0.0, 2 * w_h) for flip in (2 * h, -2 * h)) / 2,
            "renormalised": (1 - 2 * W) * smooth + W * 4 * peaks,
            "printed": (1 - 2 * W) * smooth + W * peaks,
        }
    ).assign(g=g, xi_v=xi_v, h=h, w_h=w_h)
