"""One examination for all solvers, against numpy on the oracle's matrix."""

import numpy as np
import pytest
from conftest import needs_slepc
from oracle import central_grain, grain_chain, quantum_sun

import mbltn as mb
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.solvers import Dense, Filtered, Reduced, ShiftInvert, Slepc, Windowed

SOLVERS = [
    pytest.param(Dense(), id="dense"),
    pytest.param(Reduced(), id="reduced"),
    pytest.param(ShiftInvert(), id="shift_invert"),
    pytest.param(Slepc(), id="slepc", marks=needs_slepc),
    pytest.param(Windowed(), id="windowed"),
    pytest.param(Windowed(mode="lanczos"), id="windowed-lanczos"),
    pytest.param(Filtered(), id="filtered"),
]


def _star(n_lbits, alpha):
    model = mb.models.CentralGrain(3, n_lbits, alpha=alpha)
    sample = model.draw(seed=11, realization=0)
    oracle = central_grain(sample.grain, sample.fields, sample.couplings, "pm", 1)
    return model.operator(sample), oracle


def _sun():
    model = mb.models.QuantumSun(3, 5, alpha=0.85)
    sample = model.draw(seed=11, realization=0)
    oracle = quantum_sun(sample.grain, sample.fields, sample.couplings, sample.coupled_spins)
    return model.operator(sample), oracle


def _chain():
    model = mb.models.GrainChain(3, 5, exchange=0.02)
    sample = model.draw(seed=11, realization=0)
    oracle = grain_chain(sample.grain, sample.fields, sample.couplings)
    return model.operator(sample), oracle


OPERATORS = {
    "localized": lambda: _star(5, 0.4),
    "thermal": lambda: _star(5, 0.9),
    "sun": _sun,
    "chain": _chain,
}


@pytest.fixture(params=OPERATORS, scope="module")
def problem(request):
    op, oracle = OPERATORS[request.param]()
    return op, oracle, np.linalg.eigh(oracle)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("target", [mb.Target.middle(20), mb.Target.energy(-1.3, 7)])
def test_energies_residuals_and_subspace(problem, solver, target):
    op, oracle, (exact, states) = problem
    pairs = mb.eigenpairs(op, target, solver)
    centre = np.trace(oracle) / len(oracle) if target.kind == "middle" else -1.3
    nearest = np.sort(np.argsort(abs(exact - centre))[: target.k])
    bandwidth = exact[-1] - exact[0]
    np.testing.assert_allclose(pairs.energies, exact[nearest], rtol=0, atol=1e-9 * bandwidth)
    own = np.linalg.norm(oracle @ pairs.vectors - pairs.vectors * pairs.energies, axis=0)
    assert own.max() < 1e-9
    np.testing.assert_allclose(pairs.residuals, own, atol=1e-12)
    gram = pairs.vectors.T @ pairs.vectors
    assert abs(gram - np.eye(target.k)).max() < 1e-10
    assert pairs.stats["orthonormality"] == pytest.approx(
        abs(gram - np.eye(target.k)).max(), abs=1e-14
    )
    overlap = np.linalg.svd(states[:, nearest].T @ pairs.vectors, compute_uv=False)
    assert overlap.min() > 1 - 1e-9


@pytest.mark.parametrize("solver", SOLVERS)
def test_entropies_are_those_of_the_dense_states(problem, solver):
    """observables.md 13: interior solver versus dense, |dE| < 1e-9 bandwidths, |dS| < 1e-8."""
    op, _, _ = problem
    reference = mb.measure(mb.eigenpairs(op, mb.Target.middle(16), "dense"), ["entropy_lbits"])
    found = mb.measure(mb.eigenpairs(op, mb.Target.middle(16), solver), ["entropy_lbits"])
    np.testing.assert_allclose(found["entropy_lbits"], reference["entropy_lbits"], atol=1e-8)


@pytest.mark.parametrize("solver", [s for s in SOLVERS if s.id != "shift_invert"])
def test_a_window_holds_its_levels_or_says_that_it_is_empty(problem, solver):
    op, _, (exact, _) = problem
    i = 100 + int(np.argmax(np.diff(exact[100:140])))
    inside = mb.Target.window(exact[i] - 0.2, exact[i] + 1e-6)
    pairs = mb.eigenpairs(op, inside, solver)
    wanted = exact[(exact >= exact[i] - 0.2) & (exact <= exact[i] + 1e-6)]
    np.testing.assert_allclose(pairs.energies, wanted, rtol=0, atol=1e-9)
    gap = exact[i + 1] - exact[i]
    empty = mb.Target.window(exact[i] + 0.3 * gap, exact[i + 1] - 0.3 * gap)
    with pytest.raises(InvalidInput, match=r"no level lies in the window .* and E=.*: widen it"):
        mb.eigenpairs(op, empty, solver)


def test_all_levels(problem):
    op, _, (exact, _) = problem
    pairs = mb.eigenpairs(op, mb.Target.all())
    np.testing.assert_allclose(pairs.energies, exact, atol=1e-11)
    assert pairs.complete == "certified"
    assert pairs.require(max_residual=1e-11, complete=True) is pairs


def test_interior_solvers_do_not_claim_completeness(problem):
    pairs = mb.eigenpairs(problem[0], mb.Target.middle(5), "shift_invert")
    assert pairs.complete == "unknown"
    with pytest.raises(SolverFailure, match="unknown"):
        pairs.require(complete=True)
    with pytest.raises(SolverFailure, match="residual"):
        pairs.require(max_residual=0.0)


def test_arpack_that_stops_early_returns_what_converged(problem):
    op, _, (exact, _) = problem
    pairs = mb.eigenpairs(op, mb.Target.middle(20), ShiftInvert(ncv=24, max_restarts=2))
    assert 0 < len(pairs) < 20
    assert pairs.complete == f"missing {20 - len(pairs)}"
    assert "raise ncv" in pairs.reason
    assert abs(pairs.energies[:, None] - exact).min(axis=1).max() < 1e-9


def test_one_rank_shift_invert_cannot_fill_a_window(problem):
    with pytest.raises(InvalidInput, match=r"cannot count the levels of Target.*'slepc'"):
        mb.eigenpairs(problem[0], mb.Target.window(-0.1, 0.1), "shift_invert")


def test_target_at_an_exact_level_is_no_silent_garbage():
    """A diagonal Hamiltonian whose level is hit exactly."""
    space = mb.operators.HilbertSpace((2,) * 5)
    fields = [1.0, 0.5, 0.25, 0.125, 0.0625]
    z = mb.operators.SIGMA_Z
    terms = tuple(mb.operators.Term(h, ((i, z),)) for i, h in enumerate(fields))
    op = mb.operators.Operator(space, terms)
    with pytest.raises(SolverFailure, match="move the target"):
        mb.eigenpairs(op, mb.Target.energy(0.0625, 4), "shift_invert")


@pytest.mark.parametrize(
    ("target", "message"),
    [(lambda: mb.Target.middle(1000), "k=1000"), (lambda: mb.Target.energy(0.0, 257), "k=257")],
)
def test_more_pairs_than_levels(problem, target, message):
    with pytest.raises(InvalidInput, match=message):
        mb.eigenpairs(problem[0], target())


@pytest.mark.parametrize("k", [0, -1, 2.5, True])
def test_nonsense_counts(k):
    with pytest.raises(InvalidInput, match="positive integer"):
        mb.Target.middle(k)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "window", "interval": (1.0, 0.0)}, "the smaller one first"),
        ({"kind": "window", "k": 3}, "given by interval, not with k=3"),
        ({"kind": "middle"}, "given by k, not with k=None"),
        ({"kind": "energy", "k": 3, "at": np.inf}, "must be finite"),
        ({"kind": "density", "k": 3, "at": 1.5}, r"must lie in \[0, 1\]"),
        ({"kind": "all", "k": 3}, "given by nothing, not with k=3"),
        ({"kind": "lowest", "k": 3}, "'lowest' is not one of"),
    ],
)
def test_targets_check_themselves(given, message):
    with pytest.raises(InvalidInput, match=message):
        mb.Target(**given)


def test_unknown_solver(problem):
    with pytest.raises(InvalidInput, match=r"'lapack' is not one of"):
        mb.eigenpairs(problem[0], mb.Target.all(), "lapack")


def test_middle_by_rank(problem):
    op, _, (exact, _) = problem
    pairs = mb.eigenpairs(op, mb.Target.rank(64))
    np.testing.assert_allclose(pairs.energies, exact[96:160], atol=1e-11)
    with pytest.raises(InvalidInput, match="only in the full spectrum"):
        mb.eigenpairs(op, mb.Target.rank(8), "shift_invert")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "an Operator and a Target"),
        ((mb.Target.all(), Dense), "such as Dense\\(\\)"),
        ((mb.Target.all(), None), "solver=None"),
    ],
)
def test_mistaken_arguments(problem, arguments, message):
    with pytest.raises(InvalidInput, match=message):
        mb.eigenpairs(problem[0], *arguments)


@needs_slepc
def test_index_overflow_is_refused_before_assembly():
    model = mb.models.CentralGrain(3, 26, alpha=0.6)
    op = model.operator(model.draw(0, 0))
    with pytest.raises(InvalidInput, match=r"D=536870912 times \d+ entries a row"):
        mb.operators.petsc.check_index_width(op, np.int32)
    mb.operators.petsc.check_index_width(op, np.int64)
    if mb.operators.petsc.import_petsc().IntType == np.int32:
        with pytest.raises(InvalidInput, match="64-bit indices"):
            mb.eigenpairs(op, mb.Target.middle(4), "slepc")
