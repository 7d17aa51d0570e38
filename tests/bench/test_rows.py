"""Agreement, ratios, verdicts, text and figure, from rows that are written down here."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from mbltn.bench import (
    Layout,
    Limits,
    Problem,
    Run,
    Voice,
    campaign,
    compared,
    run_side_by_side,
    table_text,
    verdicts,
    yardstick_names,
)
from mbltn.bench.campaign import append_json, read_json
from mbltn.bench.kernel import flops_per_row
from mbltn.bench.methods import check_methods
from mbltn.bench.processes import Report
from mbltn.bench.rows import all_agree, best_of, digest, row_from
from mbltn.bench.yardsticks import YARDSTICKS
from mbltn.errors import InvalidInput
from mbltn.operators import to_csr
from mbltn.operators.chebyshev import BlockOperator
from mbltn.plotting.bench import draw_bench

LEVELS = (-0.3, 0.1, 0.25)
SCALE = 10.0


def row(method, seconds=1.0, peak_mb=100.0, energies=LEVELS, **more):
    report = Report("done", values={"seconds": seconds, "peak_mb": peak_mb, "scale": SCALE})
    report.values["energies"] = list(energies)
    report.values.update(more)
    problem = Problem(n_lbits=6, n_pairs=3)
    return row_from(method, problem, Layout(), report)


def failed(method, status, reason):
    return row_from(method, Problem(n_lbits=6, n_pairs=3), Layout(), Report(status, reason))


# -- rounds ------------------------------------------------------------------------------------


def test_the_best_of_several_rounds_counts_and_all_are_kept():
    turns = [row("dense", 3.0, 90.0), row("dense", 2.0, 100.0), row("dense", 4.0, 110.0)]
    best = best_of(turns)
    assert (best.seconds, best.peak_mb) == (2.0, 110.0)
    assert best.as_json()["more"]["rounds"] == [3.0, 2.0, 4.0]
    assert "best of 3 rounds: 3, 2, 4 s" in table_text([best])


def test_every_run_has_its_turn_in_each_round(monkeypatch):
    turns = []

    def turn(problem, run, own, *_):
        turns.append((run.method, own.ranks))
        return row(run.method) if own.ranks == 1 else failed(run.method, "failed", "why")

    monkeypatch.setattr(campaign, "_run_one", turn)
    runs = [Run("windowed", Layout(ranks, 1)) for ranks in (1, 2)]
    voice = Voice(io.StringIO())
    problem = Problem(n_lbits=6, n_pairs=3)
    rows = run_side_by_side(problem, runs, Layout(), Limits(), voice, rounds=3)
    assert turns == [("windowed", n) for n in (1, 2, 1, 1)]  # what failed is not tried again
    assert [row.status for row in rows] == ["done", "failed"]


def test_a_round_that_fails_is_the_row():
    best = best_of([row("quimb"), failed("quimb", "out of memory", "killed")])
    assert (best.status, best.seconds) == ("out of memory", None)


def test_rounds_that_contradict_each_other_give_no_figure():
    best = best_of([row("windowed"), row("windowed", 0.5, energies=np.add(LEVELS, 2e-8))])
    assert (best.status, best.seconds) == ("failed", None)
    assert "rounds differ by 2e-08" in best.reason


def test_levels_are_certified_only_if_they_are_in_every_round():
    rounds = [row("windowed", 1.0, complete="certified"), row("windowed", 2.0, complete="unknown")]
    assert best_of(rounds).complete == "unknown"
    assert best_of(rounds[:1] * 2).complete == "certified"


# -- agreement and ratios ----------------------------------------------------------------------


def test_methods_that_agree_share_a_digest_even_across_a_rounding_boundary():
    grain = 1e-9 * SCALE
    on_the_edge = [grain * (n + 0.5) for n in (3, 10, 40)]
    a, b = (
        row(name, energies=np.add(on_the_edge, shift))
        for name, shift in (("dense", 0.01 * grain), ("scipy", -0.01 * grain))
    )
    assert digest(a.energies, SCALE) != digest(b.energies, SCALE)
    first, second = compared([a, b])
    assert first.energies_digest == second.energies_digest
    assert second.energy_difference == pytest.approx(0.02 * grain, rel=1e-6)
    assert all_agree([first, second])


def test_a_method_that_is_off_has_its_own_digest():
    rows = compared([row("dense"), row("scipy", energies=np.add(LEVELS, [0, 0, 2e-8]))])
    assert [r.agrees for r in rows] == [True, False]
    assert rows[0].energies_digest != rows[1].energies_digest
    assert rows[1].energy_difference == pytest.approx(2e-8, rel=1e-6)
    assert not all_agree(rows)
    assert "energies DISAGREE: scipy" in table_text(rows)


def test_a_method_that_certifies_is_the_reference():
    missed = row("scipy", energies=(-0.3, 0.25, 0.4))
    rows = compared([missed, row("dense", complete="certified")])
    assert [r.agrees for r in rows] == [False, True]


def test_another_number_of_levels_is_no_agreement():
    rows = compared([row("dense"), row("filtered", energies=LEVELS[:2])])
    assert rows[1].agrees is False
    assert rows[1].reason == "2 levels, dense has 3"
    assert math.isinf(rows[1].energy_difference)
    assert rows[1].as_json()["energy_difference"] is None


def test_ratios_are_to_slepc_or_to_the_slowest_or_to_the_named_one():
    rows = [row("dense", 8.0, 400.0), row("slepc-ldlt", 4.0, 200.0), row("windowed", 0.5, 50.0)]
    assert [r.time_ratio for r in compared(rows)] == [0.5, 1.0, 8.0]
    assert [r.memory_ratio for r in compared(rows)] == [0.5, 1.0, 4.0]
    assert [r.time_ratio for r in compared(rows, "windowed")] == [0.0625, 0.125, 1.0]
    assert [r.time_per_pair_ratio for r in compared([rows[0], rows[2]])] == [1.0, 16.0]


def test_other_kinds_of_work_are_not_compared():
    step = replace(row("filter step", 2.0, energies=()), kind="kernel")
    faster = replace(step, seconds=1.0)
    rows = compared([step, row("windowed", 8.0), faster, row("windowed", 4.0)])
    assert [r.time_ratio for r in rows] == [1.0, 1.0, 2.0, 2.0]


def test_what_failed_is_a_row_and_stops_nothing():
    rows = compared([failed("slepc-lu", "over the limit", "9 s were not enough"), row("dense")])
    assert (rows[0].agrees, rows[0].seconds, rows[0].time_ratio) == (None, None, None)
    assert all_agree(rows)
    assert "slepc-lu: over the limit: 9 s were not enough" in table_text(rows)
    assert compared([rows[0]])[0].status == "over the limit"


# -- yardsticks --------------------------------------------------------------------------------


def test_the_marks_are_those_of_the_documents():
    marks = {
        name: [(f.must, f.aim) for f in yardstick.figures] for name, yardstick in YARDSTICKS.items()
    }
    assert marks == {
        "B1": [(30, 60), (15, 30)],
        "B2": [(25, 60)],
        "B3": [(90, 40), (4000, 2000)],
        "B4": [(900, 240), (12000, None)],
        "B5": [(900, 300), (12000, None)],
        "B6": [(20, None)],
        "B7": [(1.7, 1.9), (1.7, 1.9)],
        "B8": [(5, 10)],
        "B9": [(0.5, None)],
    }
    work = {name: [(p.dimension, p.n_pairs, p.alpha) for p in y.problems]
            for name, y in YARDSTICKS.items()}  # fmt: skip
    assert work == {
        "B1": [(2**16, 50, 0.6)],
        "B2": [(2**16, 500, 0.6), (2**16, 500, 0.72)],
        "B3": [(2**18, 100, 0.6)],
        "B4": [(2**18, 100, 0.75)],
        "B5": [(2**20, 50, 0.6)],
        "B6": [(2**18, 1, 0.6)],
        "B7": [(2**16, 50, 0.6)],
        "B8": [(2**10, 20, 0.6)],
        "B9": [(2**12, 1, 0.6)],
    }


@pytest.mark.parametrize(
    ("seconds", "peak", "expected"),
    [
        (10.0, 100.0, ["reached", "reached"]),
        (5.0, 50.0, ["aim reached", "aim reached"]),
        (11.0, 110.0, ["MISSED", "MISSED"]),
    ],
)
def test_verdicts_of_a_comparison(seconds, peak, expected):
    (problem,) = YARDSTICKS["B1"].problems
    rows = compared([row("slepc-plain", 310.0, 1600.0), row("windowed", seconds, peak)])
    found = verdicts("B1", problem, rows)
    assert [v.verdict for v in found] == expected
    assert [v.measured for v in found] == pytest.approx([310 / seconds, 1600 / peak])


def test_a_smaller_problem_gives_no_verdict():
    found = verdicts("B1", Problem(n_lbits=6), compared([row("slepc-plain", 9.0), row("windowed")]))
    assert found[0].measured == 9.0
    assert "no verdict" in found[0].verdict


def test_levels_that_must_be_certified_and_are_not_miss_the_mark():
    (problem,) = YARDSTICKS["B3"].problems
    uncertain, certain = (
        verdicts("B3", problem, compared([row("windowed", 30.0, 1000.0, complete=word)]))
        for word in ("estimated", "certified")
    )
    assert {v.verdict for v in uncertain} == {"MISSED, completeness is 'estimated'"}
    assert {v.verdict for v in certain} == {"aim reached"}


def test_what_is_not_measured_says_why():
    (problem,) = YARDSTICKS["B1"].problems
    rows = compared([failed("slepc-plain", "out of memory", "killed"), row("windowed")])
    assert verdicts("B1", problem, rows)[0].verdict == "not measured (slepc-plain out of memory)"
    wrong = compared([row("slepc-plain"), row("windowed", energies=(0.0, 1.0, 2.0))])
    assert verdicts("B1", problem, wrong)[0].verdict == "not measured (energies disagree)"


def test_speed_up_compares_the_layouts_of_one_method():
    (problem,) = YARDSTICKS["B7"].problems
    rows = [
        replace(row(method, seconds), ranks=ranks)
        for method, times in (("filter step", (20.0, 10.0)), ("windowed", (9.0, 6.0)))
        for ranks, seconds in zip((1, 2), times, strict=True)
    ]
    found = verdicts("B7", problem, compared(rows))
    assert [(v.measured, v.verdict) for v in found] == [(2.0, "aim reached"), (1.5, "MISSED")]


def test_the_better_baseline_of_an_ensemble_counts():
    (problem,) = YARDSTICKS["B8"].problems
    names = [run.method for run in YARDSTICKS["B8"].runs]
    rows = [row(name, seconds) for name, seconds in zip(names, (2.0, 16.0, 14.0), strict=True)]
    (found,) = verdicts("B8", problem, compared(rows))
    assert (found.measured, found.verdict) == (7.0, "reached")


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda: yardstick_names("B1,C2"), "'C2' is not a yardstick .* did you mean 'B2'"),
        (lambda: check_methods(["slepc-ldl"]), "did you mean 'slepc-ldlt'"),
        (lambda: check_methods([]), "no method was named"),
        (lambda: Problem(n_lbits=2, n_pairs=33), "k=33 eigenpairs were asked of .* D=32"),
        (lambda: Problem(n_lbits=2, n_pairs=3, model="sun", coupling="pm"), "only the star has"),
        (lambda: Problem(n_lbits=2, n_pairs=3, alpha=1.5), r"alpha=1.5 must lie in \(0, 1\]"),
    ],
)
def test_bad_names_and_numbers_are_refused_with_the_nearest_valid(ask, hint):
    with pytest.raises(InvalidInput, match=hint):
        ask()


# -- kernel, files, figure ---------------------------------------------------------------------


@pytest.mark.parametrize("model", ["star", "sun", "chain"])
def test_operations_are_counted_from_the_entries(model):
    operator = Problem(n_lbits=4, n_pairs=1, model=model).operator()
    matrix = to_csr(operator)
    matrix.eliminate_zeros()
    entries = matrix.nnz / operator.dimension
    assert flops_per_row(operator) == pytest.approx(2 * entries + 3)
    own_count = BlockOperator(operator).flops(1)
    assert flops_per_row(operator) * operator.dimension == pytest.approx(own_count)


def test_entries_are_appended(tmp_path):
    path = tmp_path / "new" / "rows.json"
    append_json(path, [row("dense").as_json()])
    append_json(path, [row("scipy").as_json()])
    assert [entry["method"] for entry in read_json(path)] == ["dense", "scipy"]
    path.write_text("{}")
    with pytest.raises(InvalidInput, match="not a list of benchmark rows"):
        append_json(path, [])
    assert path.read_text() == "{}"


def test_the_figure_has_a_line_for_each_method_in_both_panels(tmp_path):
    rows = [
        {**row(name, seconds * d, memory * d).as_json(), "D": d}
        for name, seconds, memory in (("dense", 1.0, 2.0), ("windowed", 0.01, 0.5))
        for d in (256, 512, 1024)
    ]
    draw_bench([*rows, failed("quimb", "failed", "why").as_json()], tmp_path / "bench.png")
    pixels = imread(tmp_path / "bench.png")[..., :3]
    half = pixels.shape[1] // 2
    for colour in ((0x1F, 0x77, 0xB4), (0xFF, 0x7F, 0x0E)):
        like = abs(pixels - np.array(colour) / 255).max(axis=2) < 0.02
        assert min(like[:, :half].sum(), like[:, half:].sum()) > 200


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_refreshes_one_line_of_a_terminal_and_few_lines_of_a_file(monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("mbltn.bench.campaign.time.monotonic", lambda: next(clock))
    screen, log = Terminal(), io.StringIO()
    for stream in (screen, log):
        voice = Voice(stream)
        for seconds in range(4):
            voice.live(lambda seconds=seconds: f"dense: {seconds} s")
        voice.note("done")
    assert screen.getvalue().count("\n") == 1
    assert screen.getvalue().endswith("\r" + " " * 10 + "\rdone\n")
    assert log.getvalue() == "dense: 2 s\ndone\n"
