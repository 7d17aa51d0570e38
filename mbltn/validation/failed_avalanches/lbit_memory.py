"""What l-bits remember: evolved vectors beside eigenstates and the mean field of paper D."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...comm import Serial, dealt
from ...dynamics import random_states
from ...observables.memory import infinite_time_correlator
from ...observables.memory_in_time import memory_in_time
from ...observables.time_mean import time_mean, window_deviation, window_times
from ...solvers import Dense, Target, eigenpairs
from ...streams import Streams
from ..tables import Tick, mean_and_error, nothing
from .exact_chains import model_of
from .unfitted_field import mean_field_of

PANELS = ("a: memory against time", "b: mean over long times", "c: their difference")
THEORY, EIGENSTATES = "mean field", "eigenstates"
LONG = "evolved vectors"
DEPARTURE = "difference"
BOUND, BELOW = "bound", ", below"
_SEED = 51


@dataclass(frozen=True)
class Memory:
    """What is computed.

    Attributes
    ----------
    n_lbits, alpha, realizations : of paper D's chain
    vectors : random vectors in each realization
    n_times : of the curve, up to the beginning of the window
    window, n_window : its beginning and length, and times in it
    shown : l-bits whose curves are drawn
    """

    n_lbits: int = 8
    alpha: float = 0.5
    realizations: int = 10
    vectors: int = 2
    n_times: int = 25
    window: tuple[float, float] = (1e3, 1e4)
    n_window: int = 60
    shown: tuple[int, ...] = (1, 2, 3, 5)


SIZES = {"small": Memory(), "paper": Memory(realizations=100, vectors=4, window=(1e3, 1e5))}


def lbit_memory(size: str, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """Memory of l-bits of a size, on all ranks; see `memory_table`."""
    return memory_table(SIZES[size], comm, tick)


def memory_table(memory: Memory, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """C_n(t) at infinite temperature, its long-time mean, and what it should be.

    Columns `panel`, `curve`, `t` or `n`, `value`, `error`. C_n(t) is that of random vectors
    (docs/physics.md, O29), its mean over a window at long times stands beside the infinite-time
    correlator of all eigenstates (O4) and the mean field's [C] (T6) with the couplings (T18),
    nothing fitted. Errors are over realizations. The last panel has the difference of the first
    two in the same realizations, whose error is that of times and vectors, and the bound of what
    the window leaves out.
    """
    comm = comm if comm is not None else Serial()
    model = model_of(memory.alpha, memory.n_lbits)
    start, length = memory.window
    early = np.geomspace(0.3, start, memory.n_times)

    def realization(number: int) -> tuple[np.ndarray, ...]:
        op = model.operator(model.draw(_SEED, number))
        pairs = eigenpairs(op, Target.all(), Dense())
        spectrum = pairs.energies, pairs.vectors, op.space, op.space.lbits
        streams = Streams(_SEED, number)
        late = window_times(start, length, memory.n_window, streams)
        vectors = random_states(op.space, memory.vectors, streams)
        found = memory_in_time(op, vectors, np.concatenate([early, late]))
        at_long_times = found.samples[len(early) :]
        mean = time_mean(at_long_times)
        tick(number + 1, memory.realizations)
        return (
            found.values[: len(early)],
            mean.mean,
            mean.error,
            infinite_time_correlator(*spectrum).mean(axis=0),
            window_deviation(*spectrum, length),
        )

    parts = zip(*dealt(comm, memory.realizations, realization), strict=True)
    curves, means, errors, exact, bounds = (np.array(part) for part in parts)
    return pd.concat(
        [
            _against_time(memory, early, curves),
            _against_n(PANELS[1], LONG, *mean_and_error(means)),
            _against_n(PANELS[1], EIGENSTATES, *mean_and_error(exact)),
            _against_n(PANELS[1], THEORY, mean_field_of(model).correlators),
            _against_n(
                PANELS[2],
                DEPARTURE,
                (means - exact).mean(axis=0),
                np.sqrt((errors**2).sum(axis=0)) / len(errors),
            ),
            _against_n(PANELS[2], BOUND, bounds.mean(axis=0)),
            _against_n(PANELS[2], BOUND + BELOW, -bounds.mean(axis=0)),
        ],
        ignore_index=True,
    )


def _against_time(memory: Memory, times: np.ndarray, curves: np.ndarray) -> pd.DataFrame:
    values, errors = mean_and_error(curves)
    parts = [
        pd.DataFrame(
            {
                "panel": PANELS[0],
                "curve": f"n = {n}",
                "t": times,
                "value": values[:, n - 1],
                "error": errors[:, n - 1],
            }
        )
        for n in memory.shown
    ]
    return pd.concat(parts, ignore_index=True)


def _against_n(
    panel: str, curve: str, values: np.ndarray, errors: np.ndarray | float = np.nan
) -> pd.DataFrame:
    numbers = np.arange(1, len(values) + 1)
    return pd.DataFrame(
        {"panel": panel, "curve": curve, "n": numbers, "value": values, "error": errors}
    )
