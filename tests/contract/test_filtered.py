"""The filtered solver, its density of states and its certificate, against numpy on the oracle."""

from dataclasses import replace

import numpy as np
import pytest
from oracle import central_grain, grain_chain, quantum_sun

import mbltn as mb
from mbltn.comm import Serial
from mbltn.errors import InvalidInput
from mbltn.operators import SIGMA_X, SIGMA_Z, HilbertSpace, Operator, Term
from mbltn.operators.chebyshev import BlockOperator
from mbltn.solvers.filtered import Filtered, solver as filtered_module
from mbltn.solvers.filtered.delta_filter import CUTOFF, DeltaFilter, Scale
from mbltn.solvers.filtered.kpm import certify_by_kpm, density_of_states
from mbltn.solvers.spectrum import enclosing_energies
from mbltn.streams import Streams


def _star(coupling, n_lbits, alpha):
    model = mb.models.CentralGrain(3, n_lbits, alpha=alpha, coupling=coupling)
    s = model.draw(11, 0)
    return model.operator(s), central_grain(s.grain, s.fields, s.couplings, coupling, 1)


def _sun():
    model = mb.models.QuantumSun(3, 6, alpha=0.85)
    s = model.draw(11, 0)
    return model.operator(s), quantum_sun(s.grain, s.fields, s.couplings, s.coupled_spins)


def _chain():
    model = mb.models.GrainChain(4, 5, exchange=0.6)
    s = model.draw(11, 0)
    return model.operator(s), grain_chain(s.grain, s.fields, s.couplings)


PROBLEMS = {
    "localized": lambda: _star("xx", 6, 0.4),
    "thermal": lambda: _star("pm", 7, 0.9),
    "sun": _sun,
    "chain": _chain,
}


@pytest.fixture(params=PROBLEMS, scope="module")
def problem(request):
    op, oracle = PROBLEMS[request.param]()
    return op, oracle, *np.linalg.eigh(oracle)


@pytest.fixture(scope="module")
def star():
    op, oracle = _star("xx", 7, 0.75)
    return op, oracle, *np.linalg.eigh(oracle)


def nearest(levels, sigma, k):
    return np.sort(np.argsort(abs(levels - sigma), kind="stable")[:k])


@pytest.mark.parametrize(
    "target", [mb.Target.middle(25), mb.Target.energy(-1.3, 7), mb.Target.energy(0.4, 60)]
)
@pytest.mark.parametrize("block", [8, 16])
def test_energies_residuals_and_subspace(problem, target, block):
    op, oracle, levels, states = problem
    pairs = mb.eigenpairs(op, target, Filtered(block=block))
    sigma = np.trace(oracle) / len(oracle) if target.kind == "middle" else target.at
    exact = nearest(levels, sigma, target.k)
    np.testing.assert_allclose(pairs.energies, levels[exact], rtol=0, atol=1e-10)
    own = np.linalg.norm(oracle @ pairs.vectors - pairs.vectors * pairs.energies, axis=0)
    assert own.max() < 1e-9
    np.testing.assert_allclose(pairs.residuals, own, atol=1e-12)
    overlap = np.linalg.svd(states[:, exact].T @ pairs.vectors, compute_uv=False)
    assert overlap.min() > 1 - 1e-9
    assert pairs.complete == "estimated"
    assert pairs.certificate.found == pairs.certificate.counted == target.k


@pytest.mark.parametrize("place", [0.5, 0.02, 0.999])
def test_window_holds_all_its_levels(problem, place):
    op, _, levels, _ = problem
    i = int(place * (len(levels) - 12))
    low, high = levels[i] - 1e-3, levels[i + 11] + 1e-3
    inside = (levels > low) & (levels < high)
    pairs = mb.eigenpairs(op, mb.Target.window(low, high), Filtered())
    np.testing.assert_allclose(pairs.energies, levels[inside], rtol=0, atol=1e-10)
    assert pairs.complete == "estimated"


def test_empty_window(star):
    op, _, levels, _ = star
    i = int(np.argmax(np.diff(levels)[400:600])) + 400
    gap = mb.Target.window(
        0.6 * levels[i] + 0.4 * levels[i + 1], 0.4 * levels[i] + 0.6 * levels[i + 1]
    )
    with pytest.raises(InvalidInput, match=r"no level lies in the window .*widen it"):
        mb.eigenpairs(op, gap, Filtered())


@pytest.mark.parametrize("end", [0, -1])
@pytest.mark.parametrize("beyond", [0.0, 5.0])
def test_the_edges_of_the_spectrum(star, end, beyond):
    op, _, levels, _ = star
    sigma = levels[end] + (beyond if end else -beyond)
    pairs = mb.eigenpairs(op, mb.Target.energy(sigma, 9), Filtered())
    np.testing.assert_allclose(pairs.energies, levels[nearest(levels, sigma, 9)], atol=1e-10)
    assert pairs.complete == "estimated"


def test_exact_doublets(rng):
    """A spin without a field and without coupling: every level twice."""
    model = mb.models.CentralGrain(3, 5, alpha=0.8)
    fields, couplings = np.array([1.0, 0.9, 0.0, 1.1, 0.95]), [0.4, 0.3, 0.0, 0.2, 0.1]
    s = model.sample(seed=3, fields=fields, couplings=couplings)
    levels = np.linalg.eigvalsh(central_grain(s.grain, fields, couplings, "pm", 1))
    assert np.diff(levels)[::2].max() < 1e-12
    pairs = mb.eigenpairs(model.operator(s), mb.Target.energy(0.2, 20), Filtered())
    np.testing.assert_allclose(pairs.energies, levels[nearest(levels, 0.2, 20)], atol=1e-10)
    assert pairs.complete == "estimated"


@pytest.mark.parametrize(("n_lbits", "k"), [(1, 16), (1, 3), (3, 64), (3, 63), (6, 400), (6, 512)])
def test_small_spaces_and_many_pairs(n_lbits, k):
    op, oracle = _star("pm", n_lbits, 0.7)
    levels = np.linalg.eigvalsh(oracle)
    pairs = mb.eigenpairs(op, mb.Target.energy(0.1, k), Filtered())
    np.testing.assert_allclose(pairs.energies, levels[nearest(levels, 0.1, k)], atol=1e-10)
    assert pairs.complete == "certified"


def test_one_energy_and_no_dimension_to_speak_of():
    one = Operator(HilbertSpace((1,)), (Term(2.0, ()),))
    np.testing.assert_allclose(mb.eigenpairs(one, mb.Target.middle(1), Filtered()).energies, [2.0])
    same = Operator(HilbertSpace((2,) * 4), (Term(2.0, ()),))
    found = mb.eigenpairs(same, mb.Target.middle(5), Filtered())
    np.testing.assert_allclose(found.energies, [2.0] * 5)


def test_a_target_on_an_exact_level_and_a_diagonal_hamiltonian():
    fields = 2.0 ** -np.arange(9)
    terms = tuple(Term(h, ((i, SIGMA_Z),)) for i, h in enumerate(fields))
    op = Operator(HilbertSpace((2,) * 9), terms)
    pairs = mb.eigenpairs(op, mb.Target.energy(fields[-1], 7), Filtered())
    np.testing.assert_allclose(pairs.energies, fields[-1] * np.arange(-5, 9, 2), atol=1e-12)


def test_the_same_pairs_whatever_the_memory(star):
    op = star[0]
    tight = Filtered(max_memory=8 * 1024 * 390)
    pairs = mb.eigenpairs(op, mb.Target.middle(60), tight)
    free = mb.eigenpairs(op, mb.Target.middle(60), Filtered())
    np.testing.assert_allclose(pairs.energies, free.energies, atol=1e-11)
    assert pairs.stats["memory_bytes"] <= tight.max_memory < free.stats["memory_bytes"]
    assert pairs.stats["restarts"] > free.stats["restarts"]


def test_too_little_memory_is_refused_with_what_fits(star):
    op = star[0]
    with pytest.raises(InvalidInput, match=r"60 pairs of D=1024 need .* about \d+ pairs fit") as e:
        mb.eigenpairs(op, mb.Target.middle(60), Filtered(max_memory=8 * 1024 * 220))
    fits = int(str(e.value).split("about ")[1].split()[0])
    assert 0 < fits < 60
    mb.eigenpairs(op, mb.Target.middle(fits), Filtered(max_memory=8 * 1024 * 220))
    with pytest.raises(InvalidInput, match="not even one pair fits"):
        mb.eigenpairs(op, mb.Target.middle(60), Filtered(max_memory=1000))


def test_time_limit_returns_what_was_found(star, monkeypatch):
    """The clock stops it once some pairs have converged, but not all."""
    op, _, levels, _ = star
    steps = []

    def expired(self):
        steps.append(1)
        return len(steps) > 28

    monkeypatch.setattr(filtered_module.Watch, "expired", expired)
    pairs = mb.eigenpairs(op, mb.Target.middle(60), Filtered(time_limit=1e6))
    assert 0 < len(pairs) < 60
    assert pairs.complete == f"missing {60 - len(pairs)}"
    assert "time limit of 1e+06 s" in pairs.reason
    error = abs(pairs.energies[:, None] - levels).min(axis=1)
    assert error.max() < 1e-10


def test_a_planted_miss_is_noticed_and_repaired(star, monkeypatch):
    """One found pair of the first attempt is hidden from the certificate."""
    op, _, levels, _ = star
    harvest = filtered_module.Harvest
    original = harvest.of.__func__
    calls = []

    def without_one(cls, problem, ritz):
        found = original(cls, problem, ritz)
        calls.append(1)
        if len(calls) > limit:
            return found
        lost = int(np.argmin(abs(found.energies - 0.01)))
        return replace(
            found,
            energies=np.delete(found.energies, lost),
            residuals=np.delete(found.residuals, lost),
            vectors=np.delete(found.vectors, lost, axis=1),
            accurate=np.delete(found.accurate, lost),
        )

    monkeypatch.setattr(harvest, "of", classmethod(without_one))
    limit = 1
    pairs = mb.eigenpairs(op, mb.Target.energy(0.0, 40), Filtered())
    assert len(calls) == 2
    assert pairs.complete == "estimated"
    np.testing.assert_allclose(pairs.energies, levels[nearest(levels, 0.0, 40)], atol=1e-10)
    limit = 4
    pairs = mb.eigenpairs(op, mb.Target.energy(0.0, 40), Filtered())
    assert len(calls) == 4
    assert pairs.complete == "missing 1"
    assert "random vectors" in pairs.reason


def test_without_a_count_it_claims_nothing(star):
    pairs = mb.eigenpairs(star[0], mb.Target.middle(10), Filtered(certify=False))
    assert pairs.complete == "unknown"
    assert pairs.certificate is None


def test_density_of_states_and_counts(star):
    op, _, levels, _ = star
    h = BlockOperator(op)
    streams = Streams(0, 0)
    scale = Scale(*enclosing_energies(h, streams))
    assert scale.low < levels[0] and levels[-1] < scale.high
    assert scale.high - scale.low < 1.01 * (levels[-1] - levels[0])
    density = density_of_states(h, scale, 200, streams)
    for low, high in ((-1.0, 1.0), (scale.low, scale.high), (2.0, 6.0)):
        count, error = density.count(low, high)
        exact = ((levels > low) & (levels < high)).sum()
        assert abs(count - exact) < 4 * error + 0.02 * exact
        assert error < 0.1 * exact
    energies = np.linspace(scale.low, scale.high, 2001)[1:-1]
    area = np.mean([density.at(e)[0] for e in energies]) * (energies[-1] - energies[0])
    assert area == pytest.approx(len(levels), rel=0.01)
    width = density.half_width(0.5, 100)
    assert density.count(0.5 - width, 0.5 + width)[0] == pytest.approx(100, rel=1e-6)


@pytest.mark.parametrize("missed", [0, 1, 3])
def test_certificate_counts_what_lies_outside_the_found_space(star, missed):
    op, _, levels, states = star
    h = BlockOperator(op)
    scale = Scale(*enclosing_energies(h, Streams(0, 0)))
    low, high = levels[460] - 1e-4, levels[539] + 1e-4
    known = levels[430] - 1e-6, levels[569] + 1e-6
    kept = np.delete(np.arange(430, 570), np.arange(50, 50 + missed))
    certificate = certify_by_kpm(
        h, scale, h.deal.from_public(states[:, kept]), levels[460 : 540 - missed], (low, high),
        known, 140 / (known[1] - known[0]), 200_000, Streams(1, 0),
    )  # fmt: skip
    assert certificate.found == 80 - missed
    assert certificate.error < 0.1
    if missed == 0:
        assert certificate.verdict == "estimated"
    else:
        assert certificate.verdict.startswith("missing")
        assert abs(certificate.missing - missed) <= 4 * missed * np.sqrt(2 / 8 / missed)


@pytest.mark.parametrize("sigma", [-0.97, 0.0, 0.6])
@pytest.mark.parametrize("half_width", [0.5, 0.03, 0.002])
@pytest.mark.parametrize("stretch", [1.0, 1.4])
def test_filter(sigma, half_width, stretch):
    scale = Scale(-1.0, 1.0)
    p = DeltaFilter.over(sigma - half_width, sigma + half_width, scale, stretch)
    x = np.cos(np.linspace(0, np.pi, 100_001))
    values = p(x)
    assert values.max() == pytest.approx(1.0, abs=0.1)
    assert values[abs(x - np.cos(p.angle)).argmin()] == pytest.approx(1.0, abs=0.01)
    ends = np.array([e for e in (sigma - half_width, sigma + half_width) if abs(e) < 1])
    if p.order > 2:
        assert p(ends).min() >= (0.3 if stretch > 1 else CUTOFF)
        if len(ends) == 2:
            assert p(ends)[0] == pytest.approx(p(ends)[1], abs=0.1)
        assert values[abs(x - sigma) > 5 * half_width].max(initial=0.0) <= CUTOFF
        if stretch == 1:
            assert replace(p, order=p.order + 1)(ends).min() < CUTOFF
    low, high = p.lobe_above(0.5)
    inside = x[values > 0.5]
    assert low == pytest.approx(inside.min(), abs=1e-4 + 0.01 * half_width) or low == -np.inf
    assert high == pytest.approx(inside.max(), abs=1e-4 + 0.01 * half_width) or high == np.inf
    assert (low == -np.inf) == (inside.min() == -1)


def test_flanks_of_the_spectrum(problem):
    """Where the density changes by much within the window."""
    op, _, levels, _ = problem
    for sigma in (levels[3], levels[len(levels) // 12], levels[-len(levels) // 9]):
        pairs = mb.eigenpairs(op, mb.Target.energy(sigma, 30), Filtered())
        exact = levels[nearest(levels, sigma, 30)]
        np.testing.assert_allclose(pairs.energies, exact, rtol=0, atol=1e-10)
        assert pairs.complete == "estimated"


def test_a_window_beyond_the_spectrum(star):
    with pytest.raises(InvalidInput, match="the spectrum lies between"):
        mb.eigenpairs(star[0], mb.Target.window(100.0, 101.0), Filtered())


def test_pairs_that_are_not_accurate_are_not_returned(star):
    """Lanczos ends far too early; what lacks is said, and what comes is right."""
    op, _, levels, _ = star
    pairs = mb.eigenpairs(op, mb.Target.middle(60), Filtered(tol=1e-2))
    assert pairs.complete in (f"missing {60 - len(pairs)}", "estimated")
    assert pairs.residuals.max(initial=0.0) < 1e-8
    assert abs(pairs.energies[:, None] - levels).min(axis=1).max(initial=0.0) < 1e-9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"block": 5}, "block=5"),
        ({"tol": 0.0}, "tol=0"),
        ({"order_factor": -1}, "order_factor=-1"),
        ({"krylov_factor": np.nan}, "krylov_factor=nan"),
        ({"time_limit": 0}, "time_limit=0"),
    ],
)
def test_refused_options(star, options, message):
    with pytest.raises(InvalidInput, match=message):
        mb.eigenpairs(star[0], mb.Target.middle(5), Filtered(**options))


def test_rank_targets_are_refused(star):
    with pytest.raises(InvalidInput, match="only in the full spectrum"):
        Filtered().solve(star[0], mb.Target.rank(5), Serial())


def test_couplings_that_commute(rng):
    """H of sigma^x alone on every site: highly degenerate levels."""
    terms = tuple(Term(0.5, ((i, SIGMA_X),)) for i in range(8))
    op = Operator(HilbertSpace((2,) * 8), terms)
    pairs = mb.eigenpairs(op, mb.Target.window(-0.5, 0.5), Filtered())
    np.testing.assert_allclose(pairs.energies, np.zeros(70), atol=1e-11)
