"""A number or a curve beside its theory, and what would contradict it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from scipy.stats import chi2

Relation = Literal["agrees", "differs", "above", "below"]

# Chance exceeds the deviation, and undercuts the probability, once in 16000 times.
SIGMAS = 4.0
LEAST_PROBABILITY = 6e-5


@dataclass(frozen=True)
class Check:
    """Exact values beside those of a theory, at one point or along a curve.

    Parameters
    ----------
    quantity : what is compared, with its parameters
    exact, theory : the values, scalars or one-dimensional; broadcast against each other
    error : standard errors of the exact values (of the theory's too, if it has some: added in
        quadrature by whoever asks); 0 for what has no statistical error
    band : half width of the stated systematic error, in the unit of the values
    relation : "agrees": exact - theory is within band and `SIGMAS` errors, at every point.
        "differs": it is outside at every point, as of a formula that is known to fail.
        "above", "below": exact values lie there, farther from the theory than the band, at every
        point, by more than `SIGMAS` errors
    independent : the points' errors are independent, so that "agrees" asks for chi-squared, too
    x : abscissae of a curve, for its picture;  x_label : what they are

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, or negative errors or bands.

    Examples
    --------
    >>> Check("g", exact=0.97, theory=1.0, error=0.02).passed
    True
    >>> check = Check("S(n)", [0.9, 0.52], [1.0, 0.5], error=0.01, x=[1, 2], x_label="n")
    >>> round(check.deviation), check.passed
    (-10, False)
    >>> Check("printed formula", 0.9, 1.0, error=0.01, band=0.05, relation="differs").passed
    True
    """

    quantity: str
    exact: Any
    theory: Any
    error: Any = 0.0
    band: Any = 0.0
    relation: Relation = "agrees"
    independent: bool = False
    x: Any = field(default=())
    x_label: str = ""

    def __post_init__(self) -> None:
        names = ("exact", "theory", "error", "band")
        arrays = [np.atleast_1d(np.asarray(getattr(self, name), dtype=float)) for name in names]
        for name, values in zip(names, np.broadcast_arrays(*arrays), strict=True):
            if values.ndim != 1 or not np.isfinite(values).all():
                raise ValueError(f"{self.quantity}: {name}={values} is not a finite point or curve")
            object.__setattr__(self, name, values)
        if self.error.min() < 0 or self.band.min() < 0:
            raise ValueError(f"{self.quantity}: errors and bands must not be negative")
        x = np.asarray(self.x, dtype=float)
        if x.size not in (0, self.exact.size):
            raise ValueError(f"{self.quantity}: {x.size} abscissae for {self.exact.size} values")
        object.__setattr__(self, "x", x)

    @property
    def n_points(self) -> int:
        return int(self.exact.size)

    @property
    def deviation(self) -> float:
        """The largest difference in standard errors, with its sign; NaN where none has an error."""
        return self._worst(self.exact - self.theory)

    @property
    def beyond_band(self) -> float:
        """The largest difference beyond the band in standard errors; 0 inside."""
        return self._worst(self._outside)

    @property
    def chi_squared(self) -> float:
        """Sum over the points of ((|exact - theory| - band)_+/error)^2; NaN without errors.

        With points inside of the band it is below what chance alone would give: the test that uses
        it errs on the side of the theory by no more than the band that is stated.
        """
        if not (self.independent and self.error.min() > 0):
            return float("nan")
        return float(((self._outside / self.error) ** 2).sum())

    @property
    def probability(self) -> float:
        """Of a larger chi-squared by chance."""
        return float(chi2.sf(self.chi_squared, self.n_points))

    @property
    def passed(self) -> bool:
        difference, allowed = self.exact - self.theory, self.band + SIGMAS * self.error
        if self.relation == "differs":
            return bool((abs(difference) > allowed).all())
        if self.relation == "above":
            return bool((difference > allowed).all())
        if self.relation == "below":
            return bool((difference < -allowed).all())
        return bool((abs(difference) <= allowed).all()) and not (
            self.probability < LEAST_PROBABILITY
        )

    def row(self) -> dict[str, Any]:
        """For a table; of a curve the point that is nearest to failing."""
        difference = abs(self.exact - self.theory)
        allowed = self.band + SIGMAS * self.error
        with np.errstate(over="ignore"):
            share = difference / np.maximum(allowed, np.finfo(float).tiny)
        at = int(share.argmax() if self.relation == "agrees" else share.argmin())
        return {
            "quantity": self.quantity,
            "relation": self.relation,
            "points": self.n_points,
            "exact": float(self.exact[at]),
            "error": float(self.error[at]),
            "theory": float(self.theory[at]),
            "band": float(self.band[at]),
            "deviation": self.deviation,
            "chi_squared": self.chi_squared,
            "probability": self.probability,
            "passed": self.passed,
        }

    @property
    def _outside(self) -> np.ndarray:
        difference = self.exact - self.theory
        outside: np.ndarray = np.sign(difference) * np.clip(abs(difference) - self.band, 0, None)
        return outside

    def _worst(self, difference: np.ndarray) -> float:
        known = self.error > 0
        if not known.any():
            return float("nan")
        ratios = difference[known] / self.error[known]
        return float(ratios[np.argmax(abs(ratios))])
