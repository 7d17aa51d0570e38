"""Strong and weak scaling from one rank to several, beside what the planner predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..machine import Machine, dgemm_gflops
from ..network import Network, Traffic, measured_network
from ..operators.tiles import stored_entries
from ..solvers.choice.scaling import on_ranks
from .campaign import Run, Voice, run_side_by_side
from .problem import Problem
from .processes import Layout, Limits, run_apart
from .rows import Row, best_of

STEPS = 50
_STEP = "filter step"


@dataclass(frozen=True)
class Case:
    """A piece of work on a problem, and on one of twice the dimension."""

    run: Run
    problem: Problem

    @property
    def sizes(self) -> tuple[Problem, Problem]:
        return self.problem, replace(self.problem, n_lbits=self.problem.n_lbits + 1)


def cases() -> tuple[Case, ...]:
    """The filter's step, where memory and messages tell most, and whole solves of seconds."""
    step = {"columns": 8, "steps": STEPS, "repetitions": 20}
    return (
        Case(Run(_STEP, None, "kernel", step), Problem(n_lbits=13, n_pairs=1)),
        Case(Run("filtered"), Problem(n_lbits=9, n_pairs=100)),
        Case(Run("windowed"), Problem(n_lbits=12, n_pairs=50)),
    )


@dataclass(frozen=True)
class Scaling:
    """Seconds of one case on one rank and on several, for both sizes, and the model's.

    Processor time is that of the busiest rank, waiting for the others included; unlike wall time it
    leaves out what other work takes on a busy machine.

    Attributes
    ----------
    measured, processor, predicted : {(D, ranks): seconds}
    busy_elsewhere : cores that other work took, the most of any run that counts
    """

    work: str
    dimensions: tuple[int, int]
    ranks: int
    measured: dict[tuple[int, int], float]
    processor: dict[tuple[int, int], float]
    predicted: dict[tuple[int, int], float]
    busy_elsewhere: float = 0.0

    def strong(self, dimension: int, seconds: dict[tuple[int, int], float]) -> float:
        """Speed-up: time of one rank over that of several, same problem."""
        return seconds[dimension, 1] / seconds[dimension, self.ranks]

    def weak(self, seconds: dict[tuple[int, int], float]) -> float:
        """Time of several ranks on the larger problem over that of one on the smaller."""
        small, large = self.dimensions
        return seconds[large, self.ranks] / seconds[small, 1]

    def growth(self, seconds: dict[tuple[int, int], float]) -> float:
        """Time of the larger problem over that of the smaller, both on one rank."""
        small, large = self.dimensions
        return seconds[large, 1] / seconds[small, 1]

    def as_json(self) -> dict[str, Any]:
        def listed(seconds: dict[tuple[int, int], float]) -> list[dict[str, float]]:
            return [{"D": d, "ranks": n, "seconds": s} for (d, n), s in seconds.items()]

        return {
            "work": self.work,
            "busy_elsewhere": self.busy_elsewhere,
            "measured": listed(self.measured),
            "processor": listed(self.processor),
            "predicted": listed(self.predicted),
        }


def run_scaling(
    ranks: int, rounds: int, limits: Limits, voice: Voice, chosen: Sequence[Case] | None = None
) -> tuple[list[Row], list[Scaling], Network]:
    """Every case on both sizes, on one rank and on several, in turn in every round; the best count.

    Rows of runs, the ratios of those that succeeded, and the network between the ranks.
    """
    chosen = cases() if chosen is None else chosen
    networks = []
    layouts = (Layout(1, 1), Layout(ranks, 1))
    # By method, dimension and ranks.
    found: dict[tuple[str, int, int], list[Row]] = {}
    for _ in range(rounds):
        networks.append(_network(ranks, limits))
        for case in chosen:
            for problem in case.sizes:
                runs = [replace(case.run, layout=layout) for layout in layouts]
                for row in run_side_by_side(problem, runs, Layout(), limits, voice):
                    found.setdefault((row.method, row.D, row.ranks), []).append(row)
    network = Network(min(n.latency for n in networks), max(n.bandwidth for n in networks))
    best = {key: best_of(rows) for key, rows in found.items()}
    machine = Machine(gflops=dgemm_gflops(), network=network)
    scalings = []
    for case in chosen:
        own = {key[1:]: row for key, row in best.items() if key[0] == case.run.method}
        if all(row.seconds is not None for row in own.values()):
            processor = {
                key[1:]: min(float(row.more["processor_seconds"]) for row in rows)
                for key, rows in found.items()
                if key[0] == case.run.method
            }
            scalings.append(_scaling(case, own, processor, machine, network, ranks))
    return list(best.values()), scalings, network


def _network(ranks: int, limits: Limits) -> Network:
    report = run_apart({"kind": "network"}, Layout(ranks, 1), limits)
    return Network(report.values["latency"], report.values["bandwidth"])


def run_network(job: dict[str, Any], comm: Any) -> dict[str, Any]:
    """Latency and bandwidth between the ranks of a job."""
    network = measured_network(comm)
    return {"latency": network.latency, "bandwidth": network.bandwidth}


def _scaling(
    case: Case,
    rows: dict[tuple[int, int], Row],
    processor: dict[tuple[int, int], float],
    machine: Machine,
    network: Network,
    ranks: int,
) -> Scaling:
    measured = {key: row.seconds or 0.0 for key, row in rows.items()}
    small, large = case.sizes
    predicted: dict[tuple[int, int], float] = {}
    if case.run.kind == "kernel":
        # From one rank's time on the smaller problem: entries of H and rows, shared, and meetings.
        one = processor[small.dimension, 1]
        meetings = network.seconds(STEPS * Traffic(waits=1), ranks)
        for problem in case.sizes:
            work = _step_work(problem) / _step_work(small)
            predicted[problem.dimension, 1] = one * work
            predicted[problem.dimension, ranks] = one * work / ranks + meetings
    else:
        node = replace(machine, ranks=ranks)
        for problem in case.sizes:
            points = on_ranks(
                problem.operator(), problem.target(), case.run.method, node, (1, ranks)
            )
            for point in points:
                predicted[problem.dimension, point.ranks] = point.cost.seconds
    busy = max(row.busy_elsewhere or 0.0 for row in rows.values())
    dimensions = (small.dimension, large.dimension)
    return Scaling(case.run.method, dimensions, ranks, measured, processor, predicted, busy)


def _step_work(problem: Problem) -> float:
    op = problem.operator()
    return 2.0 * stored_entries(op) + 3.0 * op.dimension


def scaling_table(scalings: Sequence[Scaling], network: Network) -> str:
    """Speed-ups and ratios, measured and predicted side by side."""
    if not scalings:
        return "scaling: nothing was measured"
    ranks = scalings[0].ranks
    lines = [
        f"network between the ranks: {1e6 * network.latency:.2g} us, "
        f"{network.bandwidth / 1e9:.3g} GB/s; other work took up to "
        f"{max(s.busy_elsewhere for s in scalings):.1f} cores meanwhile",
        f"{'work':12s} {'D':>8s} {'1 rank':>9s} {f'{ranks} ranks':>9s} {'speed-up':>9s} "
        f"{'processor':>9s} {'predicted':>9s}",
    ]
    for s in scalings:
        for d in s.dimensions:
            one, several = s.measured[d, 1], s.measured[d, ranks]
            ups = (s.strong(d, times) for times in (s.measured, s.processor, s.predicted))
            lines.append(
                f"{s.work:12s} {d:8d} {one:7.3g} s {several:7.3g} s "
                + " ".join(f"{up:9.2f}" for up in ups)
            )
    lines.append(
        f"{ranks} ranks on the larger problem over 1 rank on the smaller (the larger on 1 rank):"
    )
    for s in scalings:
        ratios = [
            f"{name} {s.weak(times):.2f} ({s.growth(times):.2f})"
            for name, times in (
                *(("measured", s.measured), ("processor", s.processor)),
                ("predicted", s.predicted),
            )
        ]
        lines.append(f"{s.work:12s} {', '.join(ratios)}")
    return "\n".join(lines)
