"""C section IV without grids of real frequencies: imaginary ones, real times, roots, samples."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.polynomial import Polynomial

from ...streams import Streams
from ..bubble.random_hopping import CIRCLES, COUPLINGS, MANY, Energies, W, single_particle
from ..tables import Tick, nothing

N, HOPPING, REPULSION, TEMPERATURE = 30, 1.0, 3.0, 1.0
# Not even in energy, and as strong as the hopping.
SQUARED = np.array([3.0, 2.0, 4.0, 1.0, 2.5])
LEVELS = np.array([-1.2, -0.4, 0.1, 0.7, 1.4])
_SPINS = 2
_FREQUENCIES, _TIMES = 256, 1200
_ROUNDS = 400


def lbits_share(
    G: np.ndarray, z: np.ndarray, squared: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """What l-bits add to the hybridisation of a site, all pulled by 2 N sites.

    From <|V_ia|^2> = V_a^2/(2 sqrt N): M l-bits beside a site, 2 N sites beside an l-bit.
    """
    variance = squared / (2 * np.sqrt(N))
    of_sites = _SPINS * N * variance[:, None] * G
    return np.asarray((variance[:, None] / (z - levels[:, None] - of_sites)).sum(axis=0))


def imaginary_axis(tick: Tick = nothing) -> pd.DataFrame:
    """G and Sigma at the first fermionic frequencies, and electrons of a spin on a site.

    Iterated perturbation theory in imaginary time: Sigma(tau) = U^2 G_0(tau)^2 G_0(1/T - tau).
    Columns `quantity`, `omega`, `re`, `im`.
    """
    beta = 1 / TEMPERATURE
    x, weights = np.polynomial.legendre.leggauss(_TIMES)
    tau, step = beta * (x + 1) / 2, beta * weights / 2
    omega = np.pi * TEMPERATURE * (2 * np.arange(_FREQUENCIES) + 1)
    z, phases = 1j * omega, np.exp(1j * np.outer(omega, tau))
    second = HOPPING**2 + (SQUARED / (2 * np.sqrt(N))).sum()
    known = -0.5 + second * tau * (beta - tau) / 4  # of 1/z and second/z^3
    G = 1 / z
    for done in range(_ROUNDS):
        G_0 = 1 / (z - HOPPING**2 * G - lbits_share(G, z, SQUARED, LEVELS))
        rest = G_0 - 1 / z - second / z**3
        in_time = known + 2 * TEMPERATURE * (rest @ phases.conj()).real
        Sigma = phases @ (step * REPULSION**2 * in_time**2 * in_time[::-1])
        G_new = 1 / (1 / G_0 - Sigma)
        change = float(abs(G_new - G).max())
        G = 0.5 * (G + G_new)
        tick(done + 1, _ROUNDS)
        if change < 1e-12:
            break
    else:
        raise ArithmeticError(f"G still changes by {change:.1g}")
    # G(tau = 0-) with the discontinuity of 1/z taken out
    n = 0.5 + 2 * TEMPERATURE * float(G.real.sum())
    rows = [("G", w, g.real, g.imag) for w, g in zip(omega[:4], G[:4], strict=True)]
    rows += [("Sigma", w, s.real, s.imag) for w, s in zip(omega[:4], Sigma[:4], strict=True)]
    rows.append(("electrons", 0.0, n, 0.0))
    return pd.DataFrame(rows, columns=["quantity", "omega", "re", "im"])


SEMICIRCLE = {"t": 1.0, "U": 2.0, "T": 0.5}
AT = (0.0, 0.4, 1.1, 2.3, 4.0)


def real_time(tick: Tick = nothing) -> pd.DataFrame:
    """Sigma(w) of second order in U for a semicircle: `w`, `re`, `im`.

    -i U^2 int e^(iwt) [a+(t)^2 a-(-t) + a-(t)^2 a+(-t)] dt over t > 0, a+-(t) the transforms of
    the empty and the occupied density, by Gauss' rules for the semicircle and for t.
    """
    t, U, T = (SEMICIRCLE[name] for name in ("t", "U", "T"))
    nodes, end = 400, 100.0
    angle = np.pi * np.arange(1, nodes + 1) / (nodes + 1)
    e, share = 2 * t * np.cos(angle), 2 / (nodes + 1) * np.sin(angle) ** 2
    filled = 1 / (1 + np.exp(e / T))
    x, weights = np.polynomial.legendre.leggauss(1000)
    times, step = end * (x + 1) / 2, end * weights / 2
    phases = np.exp(-1j * np.outer(times, e))
    empty, occupied = phases @ (share * (1 - filled)), phases @ (share * filled)
    in_time = empty**2 * occupied.conj() + occupied**2 * empty.conj()
    rows = []
    for w in AT:
        Sigma = -1j * U**2 * (step * np.exp(1j * w * times)) @ in_time
        rows.append({"w": w, "re": Sigma.real, "im": Sigma.imag})
    return pd.DataFrame(rows)


ROOT_FREQUENCIES = np.linspace(-3.0, 3.0, 25)
ROOT_HEIGHT = 0.05


def polynomial_roots(tick: Tick = nothing) -> pd.DataFrame:
    """G(w + i eta) of the bubble at U = 0: the root of a polynomial with Im G < 0."""
    pull = _SPINS * N * SQUARED / (2 * np.sqrt(N))
    variance = SQUARED / (2 * np.sqrt(N))
    rows = []
    for w in ROOT_FREQUENCIES:
        z = w + 1j * ROOT_HEIGHT
        # G z - t^2 G^2 - 1 = G sum_a variance/(z - eps_a - pull G)
        factors = [Polynomial([z - e, -p]) for p, e in zip(pull, LEVELS, strict=True)]
        whole = reduce(mul, factors)
        shares = sum(
            (v * reduce(mul, factors[:a] + factors[a + 1 :]) for a, v in enumerate(variance)),
            Polynomial([0]),
        )
        equation = Polynomial([-1, z, -(HOPPING**2)]) * whole - Polynomial([0, 1]) * shares
        below = [root for root in equation.roots() if root.imag < -1e-9]
        if len(below) != 1:
            raise ArithmeticError(f"{len(below)} roots below the axis at w={w}")
        rows.append({"w": w, "re": below[0].real, "im": below[0].imag})
    return pd.DataFrame(rows)


class Sampled(NamedTuple):
    """A bubble that is diagonalised; V_a^2 `squared` of all l-bits, in +-half_width."""

    N: int = 60
    t: float = 0.5
    squared: float = 8.0
    n_lbits: int = 30
    half_width: float = 1.5
    eta: float = 0.7


STRONG, WEAK = Sampled(), Sampled(60, 1.0, 0.02, 1, 0.5, 0.3)
# A quarter of the sites, so that l-bits count twice in the hybridisation.
FEWER = Sampled(N=15)
SAMPLE_FREQUENCIES = (0.0, 0.5, 1.25, 2.5, 4.0)
_SAMPLES = {STRONG: 300, FEWER: 300, WEAK: 1000}


def energies_of(of: Sampled) -> np.ndarray:
    if of.n_lbits == 1:
        return np.array([of.half_width])
    return np.linspace(-of.half_width, of.half_width, of.n_lbits)


def sampled_bubbles(tick: Tick = nothing) -> pd.DataFrame:
    """Green functions at w + i eta of single particles, U = 0, averaged over hopping and couplings.

    Columns `bubble`, `sample`, `w`, and `re`, `im` of a site and `re_lbit`, `im_lbit`.
    """
    rows, done = [], 0
    for name, of in (("strong", STRONG), ("fewer sites", FEWER), ("weak", WEAK)):
        frequencies = (of.half_width,) if of is WEAK else SAMPLE_FREQUENCIES
        given = Energies(of.N, of.t, np.full(of.n_lbits, of.squared), energies_of(of))
        for sample in range(_SAMPLES[of]):
            E, psi = np.linalg.eigh(single_particle(given, Streams(65, sample)))
            weights = abs(psi) ** 2
            sites = weights[: 2 * of.N].mean(axis=0)
            lbits = weights[2 * of.N :].mean(axis=0)
            for w in frequencies:
                lines = 1 / (w + 1j * of.eta - E)
                G, G_a = sites @ lines, lbits @ lines
                rows.append((name, sample, w, G.real, G.imag, G_a.real, G_a.imag))
            done += 1
            tick(done, sum(_SAMPLES.values()))
    columns = ["bubble", "sample", "w", "re", "im", "re_lbit", "im_lbit"]
    return pd.DataFrame(rows, columns=columns)


MANY_ETA = 0.04
MANY_FREQUENCIES = np.arange(-1.95, 2.0, 0.1)


def _around(V: float) -> tuple[np.ndarray, np.ndarray]:
    """V_a^2 and eps_a of the l-bits on circles, n of them on circle n."""
    xi, n_L = CIRCLES["xi"], CIRCLES["n_L"]
    r = np.array([(n - 1) / np.sqrt(2 * np.pi * n_L) for n in range(1, MANY + 1) for _ in range(n)])
    levels = Streams(6, 0)("lbit energies").uniform(-W, W, len(r))
    return (V / xi) ** 2 * np.exp(-r / xi), levels


def free_bubble(tick: Tick = nothing) -> pd.DataFrame:
    """rho(w) of C Fig 6 at U = 0, V = 0.5 and 1.5, 10011 l-bits; each frequency iterated.

    Columns `V`, `w`, `value`, and `alone` without l-bits.
    """
    rows = []
    for V in COUPLINGS:
        squared, levels = _around(V)
        z = MANY_FREQUENCIES + 1j * MANY_ETA
        G = 1 / (z + 1j)
        for _ in range(_ROUNDS):
            share = lbits_share(G, z, squared, levels)
            G_new = 1 / (z - HOPPING**2 * G - share)
            change = float(abs(G_new - G).max())
            G = 0.5 * (G + G_new)
            if change < 1e-7:
                break
        else:
            raise ArithmeticError(f"G still changes by {change:.1g}")
        root = np.sqrt(z - 2 * HOPPING) * np.sqrt(z + 2 * HOPPING)
        alone = (z - root) / (2 * HOPPING**2)
        columns = {"w": MANY_FREQUENCIES, "value": -G.imag / np.pi, "alone": -alone.imag / np.pi}
        rows.append(pd.DataFrame({"V": V, **columns}))
        tick(len(rows), len(COUPLINGS))
    return pd.concat(rows, ignore_index=True)


PLANE = {"V": 1.5, "xi": 10.0}
DENSITIES = (1.0, 4.0)


def plane(tick: Tick = nothing) -> pd.DataFrame:
    """`value`: sum of V_a^2 over l-bits that fill the plane evenly, by an integral over shells.

    For each `n_L` of DENSITIES.
    """
    V, xi = PLANE["V"], PLANE["xi"]
    x, weights = np.polynomial.legendre.leggauss(200)
    r = 30 * xi * (x + 1)
    shells = 2 * np.pi * r * (V / xi) ** 2 * np.exp(-r / xi)
    whole = 30 * xi * float(weights @ shells)
    return pd.DataFrame([{"n_L": n_L, "value": n_L * whole} for n_L in DENSITIES])


ATOM = {"U": 4.0, "T": 0.5}
ATOM_POINTS = (0.0 + 1.0j, 0.5 + 1.0j, 1.5 + 1.0j, 2.0 + 0.5j, 3.0 + 1.0j)


def atom(tick: Tick = nothing) -> pd.DataFrame:
    """G(z) of one site by its four states: U (n_up - 1/2)(n_down - 1/2) at temperature T."""
    lower = np.array([[0.0, 1.0], [0.0, 0.0]])
    up, down = np.kron(lower, np.eye(2)), np.kron(np.diag([1.0, -1.0]), lower)
    n_up, n_down = up.T @ up, down.T @ down
    H = ATOM["U"] * (n_up - 0.5 * np.eye(4)) @ (n_down - 0.5 * np.eye(4))
    E, psi = np.linalg.eigh(H)
    elements = (psi.T @ up @ psi) ** 2
    occupied = np.exp(-E / ATOM["T"])
    occupied /= occupied.sum()
    rows = []
    for z in ATOM_POINTS:
        poles = z - (E[None, :] - E[:, None])
        G = (elements * (occupied[:, None] + occupied[None, :]) / poles).sum()
        rows.append({"x": z.real, "y": z.imag, "re": G.real, "im": G.imag})
    return pd.DataFrame(rows)
