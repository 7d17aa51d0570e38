"""Paper B, films: how far their states reach, exact numbers beside theory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models import ContinuumGrid
from ...observables import lyapunov_strip, participation_volume
from ...solvers import Target, eigenpairs
from ...streams import Streams
from ...theory import continuum
from ..tables import Tick, nothing

# m = tau = 1, so that w2 = 1/(m tau) = 1; k dx = 0.6 at the highest energy.
DX = 0.4
ENERGIES = (-0.75, -0.4, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
ROWS = (24, 48, 96)
# Of the square's area: states that take more of it are held together by its size.
_SMALL = 0.05


def film_lengths(
    tick: Tick = nothing,
    steps: int = 80_000,
    side: int = 200,
    samples: int = 4,
    energies: Sequence[float] = ENERGIES,
    rows: Sequence[int] = ROWS,
) -> pd.DataFrame:
    """Localization length against energy in a film, m = tau = 1: strips and states beside B eq 20.

    "strips": transfer matrices of three widths, brought to one curve by finite-size scaling.
    "states": sqrt(3 V/(8 pi)) with the median participation volume V, which is xi where |psi|^2 is
    exp(-r/xi) times a random wave; only where V is a small part of the square. Columns `curve`,
    `eps`, `value`, `error`.
    """
    inverse, errors = np.empty((2, len(energies), len(rows)))
    total, done = len(energies) * (len(rows) + samples), 0
    states = []
    for i, eps in enumerate(energies):
        for j, width in enumerate(rows):
            strip = ContinuumGrid(shape=(steps, width), dx=DX, w=1.0)
            inverse[i, j], errors[i, j] = lyapunov_strip(
                strip.potentials(Streams(1, i), 1)[0], eps, DX
            )
            done += 1
            tick(done, total)
        volumes = []
        for sample in range(samples):
            volumes.append(_volumes(side, eps, sample))
            done += 1
            tick(done, total)
        states.append(_length_of_states(np.array(volumes)))
    ln_xi, ln_error = scaled_lengths(DX * np.array(rows), inverse, errors)
    at = np.array(energies)
    lengths, spreads = np.transpose(states)
    small = 8 * np.pi / 3 * lengths**2 < _SMALL * (side * DX) ** 2
    strips = np.exp(ln_xi) / 2  # of |psi|^2
    inside = at >= 0
    rate, start = np.polyfit(at[inside], np.log(strips[inside]), 1)
    fine = np.linspace(0.2, at[-1], 50)
    fit = np.exp(start + rate * at[inside])
    return pd.concat(
        [
            _rows("strips", at, strips, strips * ln_error),
            _rows("states", at[small], lengths[small], spreads[small]),
            _rows(f"fit exp({rate:.2f} eps tau)", at[inside], fit),
            _rows("B eq 20", fine, np.exp(continuum.ln_xi_2d(fine, tau=1.0))),
        ],
        ignore_index=True,
    )


def scaled_lengths(
    widths: np.ndarray, inverse: np.ndarray, errors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """ln of the length of the film and its error, from the exponents of strips of several widths.

    One parameter scaling: exponent times width depends on width over length alone, so that from
    one energy to the next the curves are shifted in ln width; the first length is extrapolated, its
    exponent being linear in 1/width.

    Parameters
    ----------
    widths : (k,), ascending;  inverse, errors : (energies, k)
        Of energies whose lengths ascend, the first one below the widths.

    Returns
    -------
    ln_lengths, ln_errors : (energies,)

    Raises
    ------
    InvalidInput
        If the curves of two energies that follow each other do not overlap.

    Examples
    --------
    >>> widths, lengths = np.array([20.0, 40.0, 80.0]), np.array([[3.0], [5.0], [9.0]])
    >>> exponents = 1 / lengths + 1 / widths
    >>> np.exp(scaled_lengths(widths, exponents, 0 * exponents)[0]).round(1)
    array([3., 5., 9.])
    """
    ln_width, y = np.log(widths), np.log(inverse * widths)
    ratio = widths[-1] / widths[-2]
    first = (ratio * inverse[0, -1] - inverse[0, -2]) / (ratio - 1)
    shifts, spreads = [-np.log(first)], [errors[0, -1] / inverse[0, -1]]
    for near, far, near_error, far_error in zip(
        y[:-1], y[1:], (errors / inverse)[:-1], (errors / inverse)[1:], strict=True
    ):
        low, high = max(near[0], far[0]), min(near[-1], far[-1])
        if not low < high:
            raise InvalidInput(
                f"exponents times widths {np.exp(near)} and {np.exp(far)} of two energies do not "
                "overlap, so that no shift is known: take energies nearer to each other, or more "
                "widths"
            )
        level = np.linspace(low, high, 20)
        shift = np.interp(level, far, ln_width) - np.interp(level, near, ln_width)
        shifts.append(shift.mean())
        steepness = (far[-1] - far[0]) / (ln_width[-1] - ln_width[0])
        spreads.append(np.hypot(near_error, far_error).mean() / steepness / np.sqrt(len(widths)))
    return np.cumsum(shifts), np.sqrt(np.cumsum(np.square(spreads)))


def _volumes(side: int, eps: float, sample: int) -> np.ndarray:
    """Participation volumes of the ten states nearest to an energy."""
    film = ContinuumGrid(shape=(side, side), dx=DX, w=1.0, periodic=True)
    op = film.operator(film.draw(seed=1, realization=sample))
    pairs = eigenpairs(op, Target.energy(eps, 10), "shift_invert")
    return participation_volume(pairs.vectors, DX**2)


def _length_of_states(volumes: np.ndarray) -> tuple[float, float]:
    ln_lengths = 0.5 * np.log(3 * volumes / (8 * np.pi))
    length = float(np.exp(np.median(ln_lengths)))
    return length, length * float(ln_lengths.std() / np.sqrt(ln_lengths.size))


def _rows(
    curve: str, eps: np.ndarray, value: np.ndarray, error: np.ndarray | float = 0.0
) -> pd.DataFrame:
    return pd.DataFrame({"curve": curve, "eps": eps, "value": value, "error": error})
