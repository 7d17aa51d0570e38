"""Which method is chosen, what it is said to cost, and what is refused."""

import logging
import tracemalloc

import numpy as np
import pytest
from conftest import needs_slepc

import mbltn as mb
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.machine import Machine, this_machine
from mbltn.operators import to_dense
from mbltn.solvers.choice import Cost, choose, costs, decide, levels
from mbltn.solvers.choice.costs import estimates
from mbltn.solvers.choice.rates import measured

# The model must hold at every point that it was fitted to.
FACTOR = 2.0
NOTICED = 5e7
ROOMY = Machine(memory=20e9)


def star(n_lbits, alpha=0.6, n_grain=3):
    model = mb.models.CentralGrain(n_grain, n_lbits, alpha=alpha, coupling="xx")
    return model.operator(model.draw(seed=0, realization=0))


def problem_of(point):
    """Operator and target of a measured point."""
    op = star(point["n_lbits"], point["alpha"], point["n_grain"])
    k = point["k"]
    return op, mb.Target.all() if k == op.dimension else mb.Target.middle(k)


def named(point):
    return f"{point['method']}-{point['dimension']}-{point['alpha']}-{point['k']}"


# -- costs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", measured(), ids=named)
def test_the_model_reproduces_what_was_measured(point):
    machine = Machine(memory=20e9, gflops=point["gflops"])
    (cost,) = estimates(*problem_of(point), machine, [point["method"]])
    assert 1 / FACTOR < cost.seconds / point["seconds"] < FACTOR
    if point["memory"] > NOTICED:
        assert 1 / FACTOR < cost.memory / point["memory"] < FACTOR


@pytest.mark.parametrize("point", measured(), ids=named)
def test_the_shipped_counts_are_those_of_the_formulas(point):
    work = costs.WORK[point["method"]](costs.Problem.of(*problem_of(point)), Machine())
    assert work.memory == pytest.approx(point["counted_memory"], rel=1e-3)
    assert work.operations == pytest.approx(point["operations"], rel=1e-3)


def test_every_method_was_measured_from_small_to_large():
    for method in mb.solvers.SOLVERS:
        dimensions = [point["dimension"] for point in measured() if point["method"] == method]
        assert min(dimensions) <= 16
        assert max(dimensions) >= 4096


def test_a_small_problem_takes_no_memory_to_speak_of():
    found = estimates(star(2), mb.Target.middle(4), ROOMY, costs.WORK)
    assert all(cost.memory < 1e6 for cost in found)


def test_large_problems_are_estimated_without_large_arrays():
    op = star(27)
    tracemalloc.start()
    found = estimates(op, mb.Target.middle(50), ROOMY, costs.WORK)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e8 < op.dimension
    assert all(cost.memory > 20e9 for cost in found)


def test_twice_the_rate_is_half_the_time():
    slow, fast = (
        estimates(star(9), mb.Target.middle(20), Machine(gflops=rate), costs.WORK)
        for rate in (10, 20)
    )
    assert [c.seconds for c in slow] == pytest.approx([2 * c.seconds for c in fast])


def test_ranks_shorten_what_they_share():
    def seconds(ranks):
        machine = Machine(ranks=ranks, memory=20e9)
        found = estimates(star(11), mb.Target.middle(20), machine, costs.WORK)
        return {cost.method: cost.seconds for cost in found}

    one, four = seconds(1), seconds(4)
    for method, solver in mb.solvers.SOLVERS.items():
        assert (four[method] < one[method]) == solver.parallel
        assert four[method] >= one[method] / 4


@pytest.mark.parametrize("energy", [-1.0, 0.0, 2.0])
def test_density_of_states(monkeypatch, energy):
    op = star(7)
    spectrum = np.linalg.eigvalsh(to_dense(op))
    exact = (abs(spectrum - energy) < 0.5).sum()
    smooth = levels.density_at(op, energy)
    monkeypatch.setattr(levels, "_LISTED", (1, op.dimension))
    listed = levels.density_at(op, energy)
    assert listed == pytest.approx(exact, rel=0.15)
    assert smooth == pytest.approx(exact, rel=0.15)


def test_bandwidth_is_bounded():
    op = star(5, 0.9)
    spectrum = np.linalg.eigvalsh(to_dense(op))
    exact = 0.5 * (spectrum[-1] - spectrum[0])
    assert exact <= levels.half_bandwidth(op) < 1.3 * exact


# -- choice ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "target", "name"),
    [
        (star(2), mb.Target.middle(4), "dense"),
        (star(9), mb.Target.all(), "dense"),
        (star(9), mb.Target.rank(64), "dense"),
        (star(9), mb.Target.middle(3000), "dense"),
        (star(13), mb.Target.middle(50), "windowed"),
        (star(13), mb.Target.window(-0.01, 0.01), "windowed"),
    ],
)
def test_choice(op, target, name):
    assert decide(op, target, ROOMY).cost.method == name


def test_strong_couplings_far_from_the_grain_are_none_for_the_window():
    choice = decide(star(15, alpha=1.0), mb.Target.middle(50), ROOMY)
    assert choice.cost.method == "filtered"
    assert "windowed" in choice.reason


def test_what_is_not_installed_is_not_chosen(monkeypatch):
    everything = decide(star(7), mb.Target.middle(20), ROOMY)
    monkeypatch.setattr(choose, "installed", lambda name: name != everything.cost.method)
    other = decide(star(7), mb.Target.middle(20), ROOMY)
    assert other.cost.method != everything.cost.method
    assert everything.cost.method not in other.reason


@pytest.mark.parametrize(("seconds", "name"), [(1.29, "windowed"), (1.31, "filtered")])
def test_a_count_of_levels_is_worth_thirty_percent(monkeypatch, seconds, name):
    found = (Cost("filtered", 1.0, 1e6), Cost("windowed", seconds, 1e6))
    monkeypatch.setattr(choose, "estimates", lambda *_: found)
    assert decide(star(2), mb.Target.middle(4), ROOMY).cost.method == name


def test_the_choice_does_not_depend_on_the_rate():
    for n_lbits in (3, 5, 7, 9):
        slow, fast = (
            decide(star(n_lbits), mb.Target.middle(8), Machine(memory=1e9, gflops=rate))
            for rate in (1, 1000)
        )
        assert slow.cost.method == fast.cost.method


def test_the_reason_is_logged(caplog):
    with caplog.at_level(logging.INFO, logger="mbltn"):
        solver = mb.choose_solver(star(9), mb.Target.middle(20))
    (said,) = [r.getMessage() for r in caplog.records if "solver" in r.getMessage()]
    assert said.startswith(f"solver {solver.name}: {solver.name} in about ")
    assert "; next " in said


def test_a_share_of_the_bandwidth_is_a_target_like_others():
    assert mb.choose_solver(star(4), mb.Target.density(0.5, 8)).name == "dense"


def test_more_pairs_than_levels():
    with pytest.raises(InvalidInput, match="k=65"):
        mb.choose_solver(star(3), mb.Target.middle(65))


# -- refusal -----------------------------------------------------------------------------------


def test_less_memory_another_method():
    op, target = star(12), mb.Target.middle(300)
    free = decide(op, target, ROOMY)
    tight = decide(op, target, Machine(memory=0.99 * free.cost.memory))
    assert not tight.refusal
    assert tight.cost.memory < free.cost.memory


@pytest.mark.parametrize("memory", [5e7, 1.9e8, 5e8, 2e9])
def test_the_chosen_method_takes_what_it_was_chosen_for(memory):
    op, target = star(9), mb.Target.middle(20)
    solver = choose.choose_solver(op, target, memory=memory)
    assert len(mb.eigenpairs(op, target, solver)) == 20


def test_operators_with_one_level_are_priced():
    op = mb.operators.Operator(mb.operators.HilbertSpace((2,) * 6), ())
    assert choose.decide(op, mb.Target.middle(4), ROOMY).refusal == ""


def test_levels_far_from_the_target_are_left_to_dense():
    choice = decide(star(9), mb.Target.middle(3000), ROOMY, ["windowed", "filtered", "dense"])
    assert choice.cost.method == "dense" and "of the spectrum" in choice.reason


def test_what_would_fit_does_fit():
    op, target = star(17), mb.Target.middle(50)
    choice = decide(op, target, Machine(ranks=2, memory=1e8))
    assert "into 100 MB on 2 ranks: dense needs " in choice.refusal
    assert "ranks with 50 MB each" in choice.refusal
    assert not decide(op, target, Machine(memory=choice.cost.memory)).refusal
    dimension = int(choice.refusal.rpartition("D=")[2].partition(",")[0])
    smaller = choose.without_last_sites(op, int(np.log2(op.dimension // dimension)))
    assert smaller.dimension == dimension
    assert not decide(smaller, target, Machine(ranks=2, memory=1e8)).refusal


def test_what_would_fit_beside_other_ranks_does_fit():
    op, target = star(17), mb.Target.middle(50)
    whole = Machine(ranks=4, memory=8e9)
    said = decide(op, target, whole.share(1)).refusal
    assert "into 2 GB on 1 rank while 3 of 4 ranks work on other problems" in said
    assert "more ranks on one problem" in said and not decide(op, target, whole).refusal
    needed = float(said.partition("What would fit: ")[2].partition(" GB of memory on all 4")[0])
    assert not decide(op, target, Machine(ranks=4, memory=1e9 * needed).share(1)).refusal
    fewer = int(said.partition("the same memory with ")[2].partition(" rank")[0])
    assert not decide(op, target, Machine(ranks=fewer, memory=8e9).share(1)).refusal


def test_memory_is_asked_for_on_every_node_where_a_method_uses_one():
    op = star(9)
    said = decide(op, mb.Target.all(), Machine(ranks=2, memory=6e8, nodes=2), ["dense"]).refusal
    needed = float(said.partition("What would fit: ")[2].partition(" GB of memory")[0])
    assert not decide(
        op, mb.Target.all(), Machine(ranks=2, memory=1e9 * needed, nodes=2), ["dense"]
    ).refusal


def test_the_whole_spectrum_of_a_large_space_is_refused():
    said = decide(star(13), mb.Target.rank(100), ROOMY).refusal
    assert "dense needs 14" in said
    assert "not Target.rank" in said


def test_choose_solver_refuses_with_numbers():
    with pytest.raises(SolverFailure, match=r"D=1024 .* into 1 kB .* dense needs 3\d\.?\d* MB"):
        mb.choose_solver(star(7), mb.Target.middle(20), memory=1e3)


def test_one_rank_methods_have_one_node():
    op, target = star(11), mb.Target.all()
    assert not decide(op, target, Machine(ranks=2, memory=10e9)).refusal
    assert decide(op, target, Machine(ranks=2, memory=10e9, nodes=2)).refusal


@needs_slepc
def test_the_chosen_method_solves():
    """SLEPc certifies and is the fastest at this size; eigenpairs takes what was chosen."""
    op, target = star(7), mb.Target.middle(20)
    pairs = mb.eigenpairs(op, target)
    assert pairs.solver == decide(op, target, this_machine()).cost.method
    exact = np.linalg.eigvalsh(to_dense(op))
    np.testing.assert_allclose(pairs.energies, exact[target.nearest(exact, op)], atol=1e-10)


# -- machines ----------------------------------------------------------------------------------


def test_this_machine_is_the_same_each_time():
    assert this_machine() == this_machine()
    assert this_machine().ranks == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"ranks": 0}, "ranks=0"), ({"memory": -1.0}, "memory=-1"), ({"gflops": 0.0}, "gflops=0")],
)
def test_impossible_machines(changes, message):
    with pytest.raises(InvalidInput, match=message):
        Machine(**changes)


def test_a_site_that_is_all_of_the_space_is_priced_by_its_own_graph():
    """A film of 10^4 points is nothing to a direct solver: its factor has n log n entries."""
    film = mb.models.ContinuumGrid(shape=(100, 100), dx=0.5, w=0.3)
    op = film.operator(film.draw(seed=1, realization=0))
    machine = Machine(memory=8e9, gflops=30.0)
    choice = decide(op, mb.Target.energy(0.5, 10), machine, ["slepc", "filtered", "dense"])
    assert choice.cost.method == "slepc"
    assert choice.cost.memory < 1e8
