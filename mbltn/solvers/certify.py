"""What is known about levels that a solver may have missed."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInput

# A count with an error bar contradicts the found levels from this many standard errors on.
_CONTRADICTION = 3.0


@dataclass(frozen=True)
class Certificate:
    """Number of levels of H in an interval, counted independently of the found eigenpairs.

    By Sylvester's law the number of negative pivots of H - e (its inertia) is the number of levels
    below e; the difference between two ends is exact. A KPM trace gives it with an error bar.

    Attributes
    ----------
    method : how it was counted, for example "inertia (MUMPS)"
    low, high : float
        Ends of the interval, placed in gaps.
    counted : float
        Levels in it; a whole number if it is exact.
    found : int
        Eigenpairs in it that the solver returned or converged.
    error : float
        One standard error of `counted`; 0 if it is exact.
    note : what the count rests on, such as a norm that holds with high probability

    Examples
    --------
    >>> Certificate("inertia (MUMPS)", -0.1, 0.1, counted=52, found=52).verdict
    'certified'
    >>> Certificate("inertia (MUMPS)", -0.1, 0.1, counted=52, found=50).verdict
    'missing 2'
    >>> Certificate("kpm", -0.1, 0.1, counted=51.2, found=50, error=1.5).verdict
    'estimated'
    """

    method: str
    low: float
    high: float
    counted: float
    found: int
    error: float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InvalidInput(f"an interval [{self.low}, {self.high}] holds nothing to count")

    @property
    def missing(self) -> int:
        """Levels that the solver must have missed; 0 if the count does not contradict it."""
        lack = self.counted - self.found
        return max(1, round(lack)) if lack > _CONTRADICTION * self.error else 0

    @property
    def verdict(self) -> str:
        """The word for `Eigenpairs.complete`."""
        if self.missing:
            return f"missing {self.missing}"
        if self.found - self.counted > _CONTRADICTION * self.error:
            return "unknown"  # more were found than there are: one of the two is wrong
        return "estimated" if self.error else "certified"
