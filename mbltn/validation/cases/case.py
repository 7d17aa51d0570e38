"""What a paper says, what is computed, and the band in which both must agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from ..evidence import Evidence
from .check import Check


@dataclass(frozen=True)
class Case:
    """Exact numbers beside one theory.

    Attributes
    ----------
    name : begins with the letter of the paper
    place : figure, equation or section of the paper
    claim : what the paper says
    finding : what the numbers say
    band : where the bands come from: never from what came out
    theory : modules of `mbltn.theory` that are tested
    evidence : where the exact numbers come from
    checks : joins the evidence's table with the theory
    figure : of `mbltn figure`, drawn beside the checks if it has the same evidence
    """

    name: str
    place: str
    claim: str
    finding: str
    band: str
    theory: tuple[str, ...]
    evidence: Evidence
    checks: Callable[[pd.DataFrame], Sequence[Check]]
    figure: str = ""

    @property
    def paper(self) -> str:
        return self.name[0]

    @property
    def sizes(self) -> tuple[str, ...]:
        """An evidence without sizes is always the same, and small."""
        return self.evidence.sizes or ("small",)


@dataclass(frozen=True)
class Claim:
    """A figure or quantitative statement of a paper: the cases that test it, or why there is none.

    Attributes
    ----------
    paper : its letter
    place : figure, equation or section
    what : is stated there
    cases : names of cases
    reason : where there is no case
    """

    paper: str
    place: str
    what: str
    cases: tuple[str, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if bool(self.cases) == bool(self.reason):
            raise ValueError(f"{self.paper} {self.place}: name cases, or the reason for none")
