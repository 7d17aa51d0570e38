"""Tasks: what their ids depend on, that none is lost, and how they are dealt to ranks."""

import pytest

from mbltn.errors import StudyError
from mbltn.study import parse_study, plan
from mbltn.study.plan import deal, estimate, is_shared


def ids(study):
    return {task.id for task in plan(study)}


def reordered(value):
    """The same content with every table's keys in the opposite order."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "override",
    [
        "resources={shared_from=16, ranks_per_problem=2}",
        'observables=["memory_lbits", "sigma_z_lbits", "entropy_lbits", "gap_ratio"]',
        "name=other",
        "theory.fit_alpha=0.6",
    ],
)
def test_ids_do_not_depend_on_what_leaves_the_answer_alone(tiny, override):
    assert ids(tiny(override)) == ids(tiny())


def test_ids_do_not_depend_on_the_order_of_keys(tiny):
    turned = parse_study(reordered(tiny("model.grain={kind='goe', scale=2.0}").model_dump()))
    assert list(turned.model) != list(tiny().model)
    assert ids(turned) == ids(tiny("model.grain={kind='goe', scale=2.0}"))


@pytest.mark.parametrize(
    "override",
    [
        "seed=6",
        "model.first_coupling=1.3",
        "model.grain={kind='goe', scale=2.0}",
        "ensemble.0.grid.alpha=[0.41, 0.61]",
        "ensemble.0.states=4",
        "ensemble.0.states=all",
        "ensemble.0.solver=dense",
        'observables=["gap_ratio"]',
    ],
)
def test_ids_change_with_what_changes_the_answer(tiny, override):
    changed = {task.id for task in plan(tiny(override)) if task.dimension < 64}
    assert len(changed) == 4 * 3
    assert not changed & ids(tiny())


def test_the_energy_belongs_to_the_answer(tiny):
    moved = {task.id for task in plan(tiny("ensemble.1.energy=0.5")) if task.dimension == 64}
    assert len(moved) == 2
    assert not moved & ids(tiny())


def test_realizations_have_ids_of_their_own(tiny):
    assert len(ids(tiny())) == 4 * 3 + 2
    assert ids(tiny()) < ids(tiny("ensemble.0.realizations=4"))


def test_overlapping_ensembles_give_each_task_once(tiny):
    same = "ensemble.1={grid={alpha=[0.6, 0.8], n_lbits=[2]}, realizations=5, "
    tasks = plan(tiny(same + "states='middle_quarter'}"))
    assert len(tasks) == len({task.id for task in tasks}) == 4 * 3 + 2 + 5


@pytest.mark.parametrize("hands", [1, 2, 3, 5, 40])
def test_deal_hands_out_every_task_once_and_evenly(tiny, hands):
    tasks = plan(tiny("ensemble.0.grid.n_lbits=[2, 5, 8]"))
    dealt = deal(tasks, hands)
    assert len(dealt) == hands
    assert sorted(t.id for hand in dealt for t in hand) == sorted(t.id for t in tasks)
    seconds = [task.cost.seconds for task in tasks]
    # Graham's bound for handing each task to the least loaded.
    longest = max(sum(task.cost.seconds for task in hand) for hand in dealt)
    assert longest <= sum(seconds) / hands + max(seconds)


def test_deal_does_not_depend_on_the_order_of_tasks(tiny):
    tasks = plan(tiny())
    assert deal(tasks, 3) == deal(tasks[::-1], 3)


def test_large_problems_are_shared_from_the_given_dimension(tiny):
    by_slepc = ["ensemble.0.states=4", "ensemble.0.solver=slepc", "ensemble.1.solver=slepc"]
    study = tiny("resources.shared_from=32", *by_slepc)
    assert {task.dimension: is_shared(task, study) for task in plan(study)} == {
        16: False,
        32: True,
        64: True,
    }
    assert not any(is_shared(task, tiny(*by_slepc)) for task in plan(tiny(*by_slepc)))


def test_ranks_share_only_what_a_method_can_share(tiny):
    study = tiny("resources.shared_from=1", "ensemble.1.solver=shift_invert")
    assert not any(is_shared(task, study) for task in plan(study))


def test_levels_are_counted_by_rank_only_in_the_full_spectrum(tiny):
    with pytest.raises(StudyError, match=r"middle_quarter.*full spectrum"):
        plan(tiny("ensemble.0.solver=shift_invert"))


@pytest.mark.parametrize("solver", ["dense", "shift_invert", "slepc"])
def test_estimates_grow_with_the_dimension(solver):
    small, large = estimate(solver, 1024, 50), estimate(solver, 8192, 50)
    assert large.memory > 20 * small.memory > 0
    assert large.seconds > 2 * small.seconds > 0


def test_the_dense_estimate_holds_the_matrix_and_its_vectors():
    assert estimate("dense", 1024, 1024).memory >= 2 * 8 * 1024**2
