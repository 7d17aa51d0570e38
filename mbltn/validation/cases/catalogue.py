"""Every case, and every figure and claim of the papers with its cases."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...errors import InvalidInput
from ..evidence import check_size
from . import bubble, continuum, failed_avalanches, interface, nearly_mbl_metal
from .case import Case, Claim
from .run import noted

_PAPERS = (nearly_mbl_metal, continuum, bubble, failed_avalanches, interface)

CASES: dict[str, Case] = {case.name: case for paper in _PAPERS for case in paper.CASES}
CLAIMS: tuple[Claim, ...] = tuple(claim for paper in _PAPERS for claim in paper.CLAIMS)


def chosen_cases(names: Sequence[str], size: str) -> list[Case]:
    """Cases by name or by the letter of their paper; without names all that have the size.

    Raises
    ------
    InvalidInput
        For an unknown name, with the nearest one, a case that is named and lacks the size, or a
        paper without any case that has it.

    Examples
    --------
    >>> chosen_cases(["D-admixtures"], "small")[0].paper
    'D'
    """
    if not names:
        check_size("the catalogue", _sizes(CASES.values()), size)
        return [case for case in CASES.values() if size in case.sizes]
    found: dict[str, Case] = {}
    for name in names:
        named = _cases_of(name)
        check_size(name, _sizes(named), size)
        found |= {case.name: case for case in named if size in case.sizes}
    return list(found.values())


def _cases_of(name: str) -> list[Case]:
    """One by its name, or those of a paper by its letter."""
    if name in CASES:
        return [CASES[name]]
    of_paper = [case for case in CASES.values() if case.paper == name]
    if not of_paper:
        near = difflib.get_close_matches(name, CASES, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InvalidInput(
            f"{name!r} is not a case{hint} (`mbltn validate --list` names them; a letter is all of "
            "a paper)"
        )
    return of_paper


def _sizes(cases: Iterable[Case]) -> list[str]:
    return list(dict.fromkeys(size for case in cases for size in case.sizes))


def listed(folder: Path, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A row for each claim and case of it: what the paper says, where, and how it stands.

    `status` is that of each size which FOLDER knows; a claim without a case has its `reason`. With
    `names`, of cases or the letters of papers, only theirs.

    Raises
    ------
    InvalidInput
        For an unknown name, with the nearest one.
    """
    asked = {case.name for name in names for case in _cases_of(name)}
    rows: list[dict[str, Any]] = []
    for claim in CLAIMS:
        if names and claim.paper not in names and not asked & set(claim.cases):
            continue
        about: dict[str, Any] = {"paper": claim.paper, "place": claim.place, "claim": claim.what}
        if not claim.cases:
            rows.append({**about, "case": None, "sizes": [], "status": {}, "reason": claim.reason})
        for name in claim.cases:
            if names and name not in asked:
                continue
            case = CASES[name]
            rows.append(
                {
                    **about,
                    "case": name,
                    "sizes": list(case.sizes),
                    "status": noted(case, folder),
                    "reason": "",
                }
            )
    return rows
