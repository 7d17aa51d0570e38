"""Cases: what the papers say, exact numbers, theory, and the band in which they must agree.

A folder for each paper. `mbltn validate` runs them.
"""

from .case import Case, Claim
from .catalogue import CASES, CLAIMS, chosen_cases, listed
from .check import Check
from .run import Verdict, content_of, noted, run_case, run_cases

__all__ = [
    "CASES",
    "CLAIMS",
    "Case",
    "Check",
    "Claim",
    "Verdict",
    "chosen_cases",
    "content_of",
    "listed",
    "noted",
    "run_case",
    "run_cases",
]
