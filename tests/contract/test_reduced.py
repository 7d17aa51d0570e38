"""Elimination of every second configuration: its factors, counts and repair, against numpy."""

import numpy as np
import pytest

import mbltn as mb
from mbltn.errors import InvalidInput, SolverFailure, UnfitMethod
from mbltn.operators import SIGMA_X, SIGMA_Z, HilbertSpace, Operator, Term, to_dense
from mbltn.solvers import Reduced
from mbltn.solvers.inertia import SingularShift
from mbltn.solvers.reduced import elimination, solver
from mbltn.solvers.reduced.elimination import Blocks

MODELS = {
    "star": mb.models.CentralGrain(3, 5, alpha=0.7),
    "sun": mb.models.QuantumSun(2, 5, alpha=0.8),
    "chain": mb.models.GrainChain(3, 5, exchange=0.3),
    "grain first": mb.models.CentralGrain(1, 7, alpha=0.9),
}


@pytest.fixture(params=MODELS)
def problem(request):
    model = MODELS[request.param]
    op = model.operator(model.draw(seed=3, realization=0))
    return op, to_dense(op)


def solved(factor, b):
    """In kron order, there and back."""
    x = factor.solve(factor.parts.from_kron(b[:, None])[:, 0])
    return factor.parts.to_kron(x[:, None])[:, 0]


def test_factor_solves_and_counts(problem, rng):
    op, dense = problem
    blocks, exact = Blocks.of(op), np.linalg.eigvalsh(dense)
    b = rng.standard_normal(op.dimension)
    for energy in rng.uniform(exact[0] - 0.1, exact[-1] + 0.1, 20):
        factor = blocks.factorise(energy)
        assert factor.negative == (exact < energy).sum()
        expected = np.linalg.solve(dense - energy * np.eye(len(dense)), b)
        np.testing.assert_allclose(solved(factor, b), expected, rtol=1e-8, atol=1e-9)


def test_no_term_links_two_eliminated_configurations(problem):
    op, dense = problem
    blocks = Blocks.of(op)
    d, gone = blocks.levels, np.flatnonzero(blocks.independent)
    tiles = dense[np.ix_(blocks.order, blocks.order)]
    tiles = abs(tiles).reshape(len(blocks.independent), d, -1, d).max(axis=(1, 3))
    between = tiles[np.ix_(gone, gone)]
    assert (between[~np.eye(len(gone), dtype=bool)] == 0).all()
    # and every other one has a neighbour among them: no more could be eliminated
    assert (tiles[:, gone].max(axis=1) > 0).all()


def test_a_configuration_whose_own_level_is_the_shift_is_kept(problem, rng):
    op, dense = problem
    blocks = Blocks.of(op)
    energy = float(blocks.levels_of_own[0][1, 2])
    factor = blocks.factorise(energy)
    assert len(factor.parts.kept_rows) > len(blocks.usual_parts.kept_rows)
    assert factor.negative == (np.linalg.eigvalsh(dense) < energy).sum()
    b = rng.standard_normal(op.dimension)
    expected = np.linalg.solve(dense - energy * np.eye(len(dense)), b)
    np.testing.assert_allclose(solved(factor, b), expected, rtol=1e-8, atol=1e-9)


def doublets(n=7):
    """Two equal spins that nothing couples: every level comes twice, up to rounding."""
    rng = np.random.default_rng(4)
    terms = [Term(float(h), ((i, SIGMA_Z),)) for i, h in enumerate(rng.uniform(0.5, 1.5, n))]
    terms += [Term(0.3, ((i, SIGMA_X), (i + 1, SIGMA_X))) for i in range(n - 1)]
    return Operator(HilbertSpace((2,) * (n + 1)), tuple(terms))


def test_exact_doublets_are_found_by_the_count():
    """One start vector sees one of each; the last site has no term at all."""
    op = doublets()
    pairs = mb.eigenpairs(op, mb.Target.energy(0.1, 12), Reduced())
    exact = np.linalg.eigvalsh(to_dense(op))
    nearest = np.sort(exact[np.argsort(abs(exact - 0.1), kind="stable")[:12]])
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-11)
    assert pairs.complete == "certified"


def test_levels_that_stay_missing_are_reported(monkeypatch):
    original = solver._Search._lanczos

    def forgetful(self, k, start):
        energies, vectors = original(self, k, start)
        # The same level is overlooked whatever the start vector.
        kept = np.arange(len(energies)) != int(abs(energies - hidden).argmin())
        if abs(energies - hidden).min() > 1e-9:
            kept[:] = True
        return energies[kept], vectors[:, kept]

    model = MODELS["star"]
    op = model.operator(model.draw(seed=3, realization=0))
    hidden = np.linalg.eigvalsh(to_dense(op))[op.dimension // 2]
    monkeypatch.setattr(solver._Search, "_lanczos", forgetful)
    pairs = mb.eigenpairs(op, mb.Target.energy(float(hidden) + 1e-3, 10), Reduced())
    assert pairs.complete == "missing 1"
    assert "by inertia" in pairs.reason


def test_what_did_not_converge_is_said():
    model = mb.models.CentralGrain(3, 6, alpha=0.7)
    op = model.operator(model.draw(seed=3, realization=0))
    few = Reduced(ncv=14, max_restarts=2)
    try:
        pairs = mb.eigenpairs(op, mb.Target.middle(10), few)
    except SolverFailure as error:
        assert "raise ncv" in str(error)
    else:
        assert pairs.missing and "raise ncv" in pairs.reason


def test_target_on_a_level_moves_the_shift(monkeypatch):
    op = doublets(5)
    level = float(np.linalg.eigvalsh(to_dense(op))[20])
    pairs = mb.eigenpairs(op, mb.Target.energy(level, 6), Reduced())
    assert pairs.stats["target"] != level
    assert abs(pairs.energies - level).min() < 1e-12
    assert pairs.complete == "certified"

    def singular(*_):
        raise SingularShift("level")

    monkeypatch.setattr(elimination.Blocks, "factorise", singular)
    with pytest.raises(SolverFailure, match="beside it: move the target"):
        mb.eigenpairs(op, mb.Target.energy(0.0, 6), Reduced())


def test_where_there_is_nothing_to_eliminate():
    one = Operator(HilbertSpace((16,)), (Term(1.0, ((0, np.diag(np.arange(16.0))),)),))
    with pytest.raises(UnfitMethod, match="no other sites"):
        mb.eigenpairs(one, mb.Target.energy(3.1, 4), Reduced())
    model = mb.models.CentralGrain(3, 11, alpha=0.7)
    with pytest.raises(UnfitMethod, match="up to which"):
        mb.eigenpairs(model.operator(model.draw(3, 0)), mb.Target.middle(4), Reduced())
    small = doublets(3)
    with pytest.raises(UnfitMethod, match="use 'dense'"):
        mb.eigenpairs(small, mb.Target.middle(14), Reduced())


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_a_window_returns_what_its_certificate_counts(first):
    """Ends on levels to rounding: inside or not, but the same for the count and the pairs."""
    op = MODELS["sun"].operator(MODELS["sun"].draw(seed=3, realization=0))
    exact = np.linalg.eigvalsh(to_dense(op))[first : first + 8]
    pairs = mb.eigenpairs(op, mb.Target.window(exact[0], exact[-1]), Reduced())
    assert pairs.complete == "certified"
    assert len(pairs) == pairs.certificate.counted == 8


@pytest.mark.parametrize("distance", [1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11])
def test_a_target_near_a_level_spoils_no_pair(distance):
    model = mb.models.CentralGrain(3, 5, alpha=0.7)
    op = model.operator(model.draw(seed=1, realization=0))
    exact = np.linalg.eigvalsh(to_dense(op))
    level = exact[130] + distance * Blocks.of(op).norm
    pairs = mb.eigenpairs(op, mb.Target.energy(float(level), 20), Reduced())
    assert pairs.residuals.max() < 1e-10
    assert abs(pairs.energies[:, None] - exact).min(axis=1).max() < 1e-12


def test_sites_that_nothing_flips(rng):
    """All configurations are independent; and all may have a level of their own at the target."""
    grain = rng.standard_normal((8, 8))
    space = HilbertSpace((8, 2, 2, 2, 2))
    diagonal = [Term(1.0, ((0, grain + grain.T),))]
    diagonal += [Term(0.3 * i, ((i, SIGMA_Z),)) for i in range(1, 5)]
    coupled = diagonal[:1] + [Term(0.2, ((0, grain @ grain.T), (i, SIGMA_X))) for i in range(1, 5)]
    for terms in (diagonal, coupled):
        op = Operator(space, tuple(terms))
        exact = np.linalg.eigvalsh(to_dense(op))
        for energy in (0.1, float(np.linalg.eigvalsh(grain + grain.T)[3])):
            pairs = mb.eigenpairs(op, mb.Target.energy(energy, 10), Reduced())
            distances = np.sort(abs(exact - energy))[:10]
            np.testing.assert_allclose(np.sort(abs(pairs.energies - energy)), distances, atol=1e-11)
            assert pairs.complete == "certified"


@pytest.mark.parametrize(
    "option", [{"tol": np.nan}, {"ncv": 12.5}, {"ncv": 0}, {"max_restarts": 0}]
)
def test_options_that_cannot_be(option):
    (name,) = option
    with pytest.raises(InvalidInput, match=f"{name}=.* must be"):
        Reduced(**option)
