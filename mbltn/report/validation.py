"""Verdicts of cases, and the list of what the papers say, as text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from ..validation.cases import Check, Verdict
from ..validation.papers import PAPERS

_WIDTH = 100


def verdict_text(verdict: Verdict) -> str:
    """A case with all its checks.

    One line a check: what is compared, exact value with its error, theory with its band, the
    difference in standard errors, chi-squared over the number of points where it is asked for.
    """
    case = verdict.case
    lines = [
        f"{case.name} ({verdict.size}): {'passed' if verdict.passed else 'FAILED'}",
        *_paragraph("paper", f"{case.paper} {case.place}: {case.claim}"),
        *_paragraph("found", case.finding),
        *_paragraph("band", case.band),
    ]
    width = max((len(check.quantity) for check in verdict.checks), default=0)
    lines += [f"  {_check_text(check, width)}" for check in verdict.checks]
    lines += [f"  failed: {reason}" for reason in verdict.failures]
    return "\n".join(lines)


def summary_text(verdicts: Sequence[Verdict]) -> str:
    """How many checks passed, and the cases that did not."""
    checks = sum(len(verdict.checks) for verdict in verdicts)
    failed = [verdict.case.name for verdict in verdicts if not verdict.passed]
    said = f"{len(verdicts) - len(failed)} of {len(verdicts)} cases passed, {checks} checks"
    return said + (f"; outside of their bands: {', '.join(failed)}" if failed else "")


def list_text(rows: Sequence[dict[str, Any]]) -> str:
    """Claims by paper, each with its cases and how they stand, or why there is none; numbers."""
    lines = []
    paper = before = ""
    for row in rows:
        if row["paper"] != paper:
            paper = row["paper"]
            lines.append(f"paper {paper}, {PAPERS[paper]}")
        claim = f"{row['place']}: {row['claim']}"
        if claim != before:
            lines += _wrapped(claim, "  ", "    ")
            before = claim
        if row["case"] is None:
            lines += _wrapped(f"no case: {row['reason']}", " " * 6, " " * 8)
            continue
        status = [" ".join((size, row["status"].get(size, ""))).rstrip() for size in row["sizes"]]
        lines.append(f"      {row['case']}  [{', '.join(status)}]")
    claims = {(row["paper"], row["place"], row["claim"]): row["case"] for row in rows}
    bare = sum(case is None for case in claims.values())
    cases = len({row["case"] for row in rows} - {None})
    lines.append(f"{len(claims)} figures and claims, {bare} of them without a case; {cases} cases")
    return "\n".join(lines)


def _paragraph(what: str, text: str) -> list[str]:
    start = f"  {what + ':':7s}"
    return _wrapped(text, start, " " * len(start))


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=others)


def _check_text(check: Check, width: int) -> str:
    row = check.row()
    mark = "ok  " if row["passed"] else "OUT "
    error = f" +- {row['error']:.2g}" if row["error"] else ""
    band = f" +- {row['band']:.2g}" if row["band"] else ""
    relation = "theory" if row["relation"] == "agrees" else f"{row['relation']} theory"
    text = f"{mark}{row['quantity']:<{width}}  {row['exact'] + 0.0:.5g}{error}, {relation} "
    text += f"{row['theory'] + 0.0:.5g}{band}"
    if not math.isnan(row["deviation"]):
        text += f", {row['deviation']:+.1f} sigma"
    if row["points"] > 1:
        text += f", the nearest to failing of {row['points']} points"
    if not math.isnan(row["chi_squared"]):
        text += f", chi^2 {row['chi_squared']:.3g} (p = {row['probability']:.2g})"
    return text
