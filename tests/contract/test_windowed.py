"""The energy-window solver: its parts against dense matrices, its limits, what it refuses."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from oracle import central_grain, grain_chain, quantum_sun

import mbltn as mb
from mbltn.comm import Serial
from mbltn.errors import InvalidInput, SolverFailure, UnfitMethod
from mbltn.solvers import Windowed, windowed
from mbltn.solvers.windowed import result, slices
from mbltn.solvers.windowed.cost import Setting, cheapest_within
from mbltn.solvers.windowed.count import levels_below
from mbltn.solvers.windowed.frame import Frame
from mbltn.solvers.windowed.ldl import block_ldl
from mbltn.solvers.windowed.near import Near, schur_complement, slope
from mbltn.solvers.windowed.pencil import near_levels
from mbltn.solvers.windowed.piece import at_borders
from mbltn.solvers.windowed.precondition import Preconditioner
from mbltn.solvers.windowed.ritz import ritz_in_place
from mbltn.solvers.windowed.split import split
from mbltn.solvers.windowed.sqmr import Vectors, sqmr


def star(coupling="xx", n_lbits=7, alpha=0.6):
    model = mb.models.CentralGrain(3, n_lbits, alpha=alpha, coupling=coupling)
    sample = model.draw(seed=5, realization=1)
    dense = central_grain(sample.grain, sample.fields, sample.couplings, coupling, 1)
    return model.operator(sample), dense


def sun(alpha=0.7):
    model = mb.models.QuantumSun(3, 6, alpha=alpha)
    sample = model.draw(seed=5, realization=1)
    dense = quantum_sun(sample.grain, sample.fields, sample.couplings, sample.coupled_spins)
    return model.operator(sample), dense


def chain(exchange=0.02):
    model = mb.models.GrainChain(3, 6, exchange=exchange)
    sample = model.draw(seed=5, realization=1)
    return model.operator(sample), grain_chain(sample.grain, sample.fields, sample.couplings)


PROBLEMS = {
    "xx": star,
    "pm": lambda: star("pm"),
    "sun": sun,
    "chain": chain,
}


@pytest.fixture(params=PROBLEMS, scope="module")
def problem(request):
    return PROBLEMS[request.param]()


def product_basis(frame):
    """Columns: core level x outer configuration, in kron order."""
    return np.kron(frame.core_vectors, np.eye(frame.n_outer))


def near_states(near):
    """Numbers of the near states in the product basis, in the order of `Near`."""
    numbers = np.empty(near.count, dtype=int)
    for s in range(near.frame.n_outer):
        levels = np.arange(near.low[s], near.high[s])
        numbers[near.part(s)] = levels * near.frame.n_outer + s
    return numbers


@pytest.fixture(scope="module")
def parts(problem):
    """Frame, near states, and the dense H in the product basis."""
    op, dense = problem
    frame = Frame.build(op, 4, Serial())
    basis = product_basis(frame)
    h = basis.T @ dense @ basis
    near = Near.around(frame, 0.1, max(0.6, 1.5 * frame.tail.tail_norm))
    return frame, near, h


def test_frame_applies_h_in_the_core_basis(parts):
    frame, _, h = parts
    x = np.random.default_rng(0).standard_normal((*frame.shape, 3))
    shifts = np.array([0.0, 0.3, -1.0])
    out = frame.apply(x, shifts, np.empty_like(x), np.empty_like(x)).reshape(-1, 3)
    flat = x.reshape(-1, 3)
    np.testing.assert_allclose(out, h @ flat - flat * shifts, atol=1e-12)


def test_tail_norm_bounds_the_couplings_left_out(parts):
    frame, _, h = parts
    w = h - np.diag(frame.diagonal.ravel())
    norm = np.linalg.norm(w, 2)
    assert norm <= frame.tail.tail_norm * (1 + 1e-12)
    assert norm > 0.2 * frame.tail.tail_norm


def test_split_of_all_sites_leaves_nothing_out(problem):
    op, dense = problem
    cut = split(op, len(op.space.dims))
    assert cut.tail_norm == 0 and not cut.couplings
    np.testing.assert_allclose(mb.operators.to_dense(cut.core), dense, atol=1e-13)


def test_vectors_leave_in_kron_order(parts, problem):
    frame, _, h = parts
    energies, states = np.linalg.eigh(h)
    x = np.ascontiguousarray(states[:, 40:45]).reshape(*frame.shape, 5)
    rows = frame.to_rows(x, np.array([1, 3]))
    residual = problem[1] @ rows - rows * energies[[41, 43]]
    assert abs(residual).max() < 1e-11


def test_schur_complement_and_slope_against_dense_blocks(parts):
    frame, near, h = parts
    p = near_states(near)
    q = np.setdiff1d(np.arange(len(h)), p)
    gaps = frame.diagonal.ravel()[q] - 0.07
    w = h[np.ix_(p, q)]
    expected = h[np.ix_(p, p)] - 0.07 * np.eye(len(p)) - (w / gaps) @ w.T
    np.testing.assert_allclose(schur_complement(near, 0.07), expected, atol=1e-12)
    np.testing.assert_allclose(slope(near, 0.07), (w / gaps**2) @ w.T, atol=1e-12)


def test_preconditioner_inverts_all_but_the_couplings_among_far_states(parts):
    frame, near, h = parts
    p = near_states(near)
    q = np.setdiff1d(np.arange(len(h)), p)
    m = h - 0.1 * np.eye(len(h))
    m[np.ix_(q, q)] = np.diag(frame.diagonal.ravel()[q] - 0.1)
    factor = block_ldl(schur_complement(near, 0.1))
    precondition = Preconditioner(near, 0.1, factor.solve, np.float64)
    r = np.random.default_rng(1).standard_normal((*frame.shape, 4))
    z = precondition(r.copy(), *(np.empty_like(r) for _ in range(3)))
    np.testing.assert_allclose(m @ z.reshape(-1, 4), r.reshape(-1, 4), atol=1e-9)


def test_sqmr_solves_shifted_systems_column_by_column(parts):
    frame, near, h = parts
    shifts = np.array([0.1, 0.1003, 0.0996])
    factor = block_ldl(schur_complement(near, 0.1))
    precondition = Preconditioner(near, 0.1, factor.solve, np.float64)
    work = Vectors((*frame.shape, 3), np.dtype(float))
    b = np.random.default_rng(2).standard_normal((*frame.shape, 3))
    work.residual[...] = b
    image, flipped = np.empty_like(b), np.empty_like(b)
    left, done = sqmr(
        lambda v, out: frame.apply(v, shifts, out, flipped),
        lambda r, z: precondition(r, z, image, flipped),
        work,
        frame.sum,
        60,
        1e-13,
    )
    assert done < 60 and left.max() < 1e-13
    exact = np.stack(
        [
            np.linalg.solve(h - shift * np.eye(len(h)), b.reshape(-1, 3)[:, i])
            for i, shift in enumerate(shifts)
        ],
        axis=1,
    )
    np.testing.assert_allclose(work.solution.reshape(-1, 3), exact, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
def test_block_ldl_against_numpy(n, rng):
    a = rng.standard_normal((n, n)) * 0.1
    a = a + a.T + np.diag(rng.uniform(-2, 2, n))
    factor = block_ldl(a)
    assert factor.negative == (np.linalg.eigvalsh(a) < 0).sum()
    b = rng.standard_normal((n, 5))
    np.testing.assert_allclose(factor.solve(b), np.linalg.solve(a, b), atol=1e-9)
    rows = slice(n // 3, n // 3 + 1)
    np.testing.assert_allclose(factor.rows_of_inverse(rows), np.linalg.inv(a)[rows], atol=1e-9)
    assert factor.single().solve(b.astype(np.float32)).dtype == np.float32


def test_rows_are_reordered_where_the_first_pivots_are_singular(rng):
    a = rng.standard_normal((300, 300))
    a = a + a.T - np.diag(2 * a.diagonal())
    a[:64, :64] = 5.0
    factor = block_ldl(a)
    assert factor.negative == (np.linalg.eigvalsh(a) < 0).sum()
    b = rng.standard_normal((300, 3))
    np.testing.assert_allclose(factor.solve(b), np.linalg.solve(a, b), atol=1e-7)


def test_singular_matrix_is_refused():
    with pytest.raises(SolverFailure, match="move"):
        block_ldl(np.zeros((3, 3)))


def test_far_from_the_levels_the_pencil_is_exact_without_far_couplings(problem):
    """With the core taken whole there are no couplings among far states: levels to 2nd order."""
    op, dense = problem
    frame = Frame.build(op, len(op.space.dims), Serial())
    near = Near.around(frame, 0.0, 1.0)
    schur, mass = schur_complement(near, 0.0), slope(near, 0.0)
    levels = near_levels(schur, mass, block_ldl(schur), 0.0, 10)
    exact = np.linalg.eigvalsh(dense)
    nearest = np.sort(exact[np.argsort(abs(exact))[:10]])
    np.testing.assert_allclose(levels.energies, nearest, atol=1e-11)


def test_counts_are_those_of_dense_matrices(parts):
    frame, near, h = parts
    exact = np.linalg.eigvalsh(h)
    inside = exact[abs(exact - 0.1) < 0.5 * (near.omega - frame.tail.tail_norm)]
    middles = 0.5 * (inside[1:] + inside[:-1])
    widest = middles[np.argsort(-np.diff(inside))[:6]]
    assert len(widest) == 6
    for energy in widest:
        counted = levels_below(near, float(energy))
        assert counted.below == (exact < energy).sum()
        s0 = schur_complement(near, float(energy))
        # The Lanczos norms against the exact ones.
        if not counted.solved:
            assert counted.margin == pytest.approx(abs(np.linalg.eigvalsh(s0)).min(), rel=1e-2)
        p = near_states(near)
        q = np.setdiff1d(np.arange(len(h)), p)
        w = h[np.ix_(p, q)]
        s = h[np.ix_(p, p)] - energy * np.eye(len(p))
        s -= w @ np.linalg.solve(h[np.ix_(q, q)] - energy * np.eye(len(q)), w.T)
        error = np.linalg.norm(s - s0, 2)
        assert 0.5 * error < counted.error_norm < 1.2 * error + 1e-15


def test_counts_where_the_schur_complement_without_far_couplings_may_be_wrong():
    """A narrow window: its error is larger than the distance to the nearest level."""
    op, dense = star(alpha=0.75)
    exact = np.linalg.eigvalsh(dense)
    frame = Frame.build(op, 4, Serial())
    inside = exact[abs(exact - 0.1) < 0.2]
    solved = wrong = 0
    for low, high in itertools.pairwise(inside):
        energy = float(low + 0.3 * (high - low))
        near = Near.around(frame, energy, 1.3 * frame.tail.tail_norm)
        count = levels_below(near, energy)
        wrong += levels_below(near, energy, prove=False).below != (exact < energy).sum()
        if count.proven:
            assert count.below == (exact < energy).sum()
            solved += count.solved > 0
    assert solved >= 5
    assert wrong >= 1


def test_energies_and_completeness_of_all_models(problem):
    op, dense = problem
    exact = np.linalg.eigvalsh(dense)
    pairs = mb.eigenpairs(op, mb.Target.energy(0.05, 30), "windowed")
    nearest = np.sort(exact[np.argsort(abs(exact - 0.05))[:30]])
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-12)
    assert pairs.complete == "certified"
    low, high = pairs.certificate.low, pairs.certificate.high
    assert pairs.certificate.counted == ((exact > low) & (exact < high)).sum()
    assert low < pairs.energies[0] and high > pairs.energies[-1]


@pytest.mark.parametrize("precision", ["single", "double"])
def test_slices_meet_without_a_gap_or_a_double_level(precision, monkeypatch):
    op, dense = star(n_lbits=7)
    monkeypatch.setattr(windowed.cost, "_SLICES", (30,))
    solver = Windowed(precision=precision, buffer=8)
    pairs = mb.eigenpairs(op, mb.Target.middle(110), solver)
    exact = np.linalg.eigvalsh(dense)
    nearest = np.sort(exact[np.argsort(abs(exact - op.mean_energy()))[:110]])
    assert pairs.stats["slices"] >= 4
    assert pairs.complete == "certified"
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-12)
    assert pairs.stats["orthonormality"] < 1e-12


@pytest.mark.parametrize("width", [0.05, 0.6])
def test_window(width):
    op, dense = star()
    exact = np.linalg.eigvalsh(dense)
    pairs = mb.eigenpairs(op, mb.Target.window(0.2, 0.2 + width), "windowed")
    inside = exact[(exact > 0.2) & (exact < 0.2 + width)]
    np.testing.assert_allclose(pairs.energies, inside, rtol=0, atol=1e-12)
    assert pairs.complete == "certified"
    assert pairs.certificate.low < 0.2 and pairs.certificate.high > 0.2 + width


def test_a_window_without_levels_names_the_nearest():
    op, dense = star()
    exact = np.linalg.eigvalsh(dense)
    middle = exact[len(exact) // 2 - 20 : len(exact) // 2 + 20]
    i = np.argmax(np.diff(middle))
    low, high = middle[i] + 1e-4, middle[i + 1] - 1e-4
    with pytest.raises(InvalidInput, match="no level") as error:
        mb.eigenpairs(op, mb.Target.window(low, high), "windowed")
    for level in middle[i : i + 2]:
        assert f"E={level:.8g}"[:10] in str(error.value)


def test_a_missed_level_is_caught_and_found_by_the_second_attempt(monkeypatch):
    op, dense = star()
    original, calls = slices.near_levels, []

    def forgetful(*arguments):
        calls.append(arguments)
        return without_one(original(*arguments)) if len(calls) == 1 else original(*arguments)

    monkeypatch.setattr(slices, "near_levels", forgetful)
    pairs = mb.eigenpairs(op, mb.Target.middle(20), "windowed")
    exact = np.linalg.eigvalsh(dense)
    nearest = np.sort(exact[np.argsort(abs(exact - op.mean_energy()))[:20]])
    assert pairs.stats["attempts"] == 2
    assert pairs.complete == "certified"
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-12)


def test_a_level_that_stays_missing_is_reported(monkeypatch):
    op, _ = star()
    original = slices.near_levels
    monkeypatch.setattr(slices, "near_levels", lambda *a: without_one(original(*a)))
    pairs = mb.eigenpairs(op, mb.Target.middle(20), "windowed")
    assert pairs.complete == "missing 1"
    assert "buffer" in pairs.reason
    with pytest.raises(SolverFailure, match="missing 1"):
        pairs.require(complete=True)


def without_one(levels):
    """A pencil solver that overlooks the level in the middle, and keeps it in P."""
    kept = np.arange(len(levels.energies)) != len(levels.energies) // 2
    return slices.NearLevels(
        levels.sigma, levels.energies[kept], levels.vectors[:, kept], levels.weighted[:, kept]
    )


@pytest.mark.parametrize("looks", [1, 3, 6, 9])
def test_what_was_found_before_the_time_limit_is_kept_and_right(looks, monkeypatch):
    op, dense = star(n_lbits=7)
    exact = np.linalg.eigvalsh(dense)
    monkeypatch.setattr(windowed.cost, "_SLICES", (40,))
    asked = iter([False] * looks)
    monkeypatch.setattr(slices.Watch, "expired", lambda self: next(asked, True))
    pairs = mb.eigenpairs(op, mb.Target.middle(150), Windowed(time_limit=1.0))
    assert pairs.missing == 150 - len(pairs) > 0 and "time limit" in pairs.reason
    nearest = np.sort(np.argsort(abs(exact - op.mean_energy()))[:150])
    distances = abs(pairs.energies[:, None] - exact[nearest]).min(axis=1)
    assert distances.max(initial=0.0) < 1e-11
    assert len(pairs) > 0 or looks == 1


@pytest.mark.parametrize("seed", range(12))
def test_windows_of_a_few_levels(seed):
    op, dense = star()
    exact = np.linalg.eigvalsh(dense)
    rng = np.random.default_rng(seed)
    j, n = rng.integers(20, len(exact) - 30), rng.integers(1, 8)
    low, high = 0.5 * (exact[j - 1] + exact[j]), 0.5 * (exact[j + n - 1] + exact[j + n])
    pairs = mb.eigenpairs(op, mb.Target.window(low, high), "windowed")
    np.testing.assert_allclose(pairs.energies, exact[j : j + n], rtol=0, atol=1e-11)
    assert pairs.complete == "certified"
    assert pairs.certificate.low <= low and pairs.certificate.high >= high


@pytest.mark.parametrize("levels", [slice(0, 5), slice(0, 60), slice(-5, None), slice(-61, None)])
def test_windows_beyond_the_edges_of_the_spectrum(levels):
    op, dense = star()
    exact = np.linalg.eigvalsh(dense)
    inside = exact[levels]
    low = inside[0] - (1.0 if levels.start == 0 else 1e-6)
    high = inside[-1] + (1.0 if levels.stop is None else 1e-6)
    pairs = mb.eigenpairs(op, mb.Target.window(low, high), "windowed")
    np.testing.assert_allclose(pairs.energies, inside, rtol=0, atol=1e-11)
    assert pairs.complete == "certified"


@pytest.mark.parametrize("k", [5, 60])
@pytest.mark.parametrize("beyond", [-0.1, 0.1])
def test_levels_nearest_to_an_energy_beyond_the_spectrum(beyond, k):
    op, dense = star()
    exact = np.linalg.eigvalsh(dense)
    energy = exact[0 if beyond < 0 else -1] + beyond
    nearest = np.sort(exact[np.argsort(abs(exact - energy))[:k]])
    pairs = mb.eigenpairs(op, mb.Target.energy(energy, k), "windowed")
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-11)
    assert pairs.complete == "certified"


@pytest.mark.parametrize("buffer", [5, 20])
@pytest.mark.parametrize("edges", [(700, -20), (700, None), (10, 400)])
@pytest.mark.parametrize("alpha", [0.5, 0.7])
def test_no_level_is_lost_where_the_density_of_levels_changes_within_a_slice(alpha, edges, buffer):
    """Without a count that would tell: a piece claims only what its block reached."""
    op, dense = star(alpha=alpha)
    exact = np.linalg.eigvalsh(dense)
    inside = exact[slice(*edges)]
    low = inside[0] - 0.5 * (inside[0] - exact[edges[0] - 1])
    high = inside[-1] + (0.2 if edges[1] is None else 0.5 * (exact[edges[1]] - inside[-1]))
    solver = Windowed(buffer=buffer, certify=buffer == 20)
    pairs = mb.eigenpairs(op, mb.Target.window(low, high), solver)
    np.testing.assert_allclose(pairs.energies, inside, rtol=0, atol=1e-10)
    assert pairs.complete == ("certified" if solver.certify else "unknown")


@pytest.mark.parametrize("alpha", [0.5, 0.6, 0.7])
def test_blocks_that_do_not_reach_claim_no_more_than_they_know(alpha, monkeypatch):
    """Blocks are not made wider: what lies between two of them is found or said to be missing."""
    op, dense = star(alpha=alpha)
    exact = np.linalg.eigvalsh(dense)
    monkeypatch.setattr(slices, "_TRIALS", 1)
    low, high = (0.5 * (exact[i - 1] + exact[i]) for i in (700, len(exact) - 20))
    solver = Windowed(buffer=2, certify=False)
    pairs = mb.eigenpairs(op, mb.Target.window(low, high), solver)
    inside = exact[(exact > low) & (exact < high)]
    assert len(pairs) == len(inside) or pairs.missing


def test_a_piece_ends_at_a_border_only_if_it_knows_what_lies_before_it():
    known = (0.0, 1.0)
    assert at_borders([0.3], [0.8], known, None, None) == ([0.3], [0.8])
    assert at_borders([0.3], [0.8], known, 0.1, None) == ([0.1], [0.8])
    assert at_borders([0.3], [0.8], known, -0.1, None) == ([], [0.8])
    assert at_borders([0.3], [0.8], known, None, 0.9) == ([0.3], [0.9])
    assert at_borders([0.3], [0.8], known, None, 1.1) == ([0.3], [])


def two_bands():
    """A field of 5 on one l-bit, and the top level of the lower band."""
    model = mb.models.CentralGrain(3, 6, alpha=0.5, coupling="xx")
    sample = model.draw(seed=5, realization=1)
    fields = sample.fields.copy()
    fields[0] = 12.0
    op = model.operator(model.sample(**{**dict(sample), "fields": fields}))
    exact = np.linalg.eigvalsh(mb.operators.to_dense(op))
    gap = int(np.argmax(np.diff(exact)))
    assert exact[gap + 1] - exact[gap] > 3.0
    return op, exact, float(exact[gap])


@pytest.mark.parametrize("below, above", [(12.3, 11.7), (0.4, 1.5), (3.0, 0.7), (40.0, 40.0)])
def test_pieces_in_a_gap_of_the_spectrum_end_at_their_neighbours(below, above, monkeypatch):
    op, exact, top = two_bands()
    pieces = []
    original = slices.Slices.covers

    def covers(self, target):
        pieces[:] = self.pieces
        return original(self, target)

    monkeypatch.setattr(slices.Slices, "covers", covers)
    target = mb.Target.window(top - below, top + above)
    pairs = mb.eigenpairs(op, target, Windowed(omega=0.5, certify=False))
    for lower, upper in itertools.pairwise(pieces):
        assert lower.high_ends[0] == upper.low_ends[0]
    inside = exact[(exact > top - below) & (exact < top + above)]
    found = pairs.energies
    assert abs(found[:, None] - inside).min(axis=1).max() < 1e-10
    assert len(found) == len(inside) or pairs.missing


def test_levels_that_are_never_found_end_the_search():
    op, exact, top = two_bands()
    pairs = mb.eigenpairs(op, mb.Target.energy(top - 0.3, 120), Windowed(omega=0.5, certify=False))
    nearest = np.sort(exact[np.argsort(abs(exact - top + 0.3))[:120]])
    assert pairs.missing or abs(pairs.energies - nearest).max() < 1e-10


@pytest.mark.parametrize("alpha", [0.3, 0.4, 0.5])
def test_target_on_a_level(alpha):
    op, dense = star(n_lbits=7, alpha=alpha)
    exact = np.linalg.eigvalsh(dense)
    energy = float(exact[len(exact) // 2])
    nearest = np.sort(exact[np.argsort(abs(exact - energy))[:90]])
    pairs = mb.eigenpairs(op, mb.Target.energy(energy, 90), Windowed(omega=0.6))
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-11)
    assert pairs.complete == "certified"


def test_wide_blocks_only_where_memory_is_plentiful():
    """The cheapest that fits, and half of the memory left free by blocks that could be narrower."""
    wide, narrow, small = (
        Setting(4, 0.5, 0.1, 100, 128, 50, 1, 90, 14.0, operations, 0.1, 1e3, memory, width)
        for operations, memory, width in ((1.0, 6.0, 32), (2.0, 5.0, 16), (3.0, 1.0, 16))
    )
    settings = [wide, narrow, small]
    assert cheapest_within(settings, 12.0, narrow=16) is wide
    assert cheapest_within(settings, 8.0, narrow=16) is narrow
    assert cheapest_within(settings, 8.0, narrow=32) is wide  # as the user said
    assert cheapest_within(settings, 2.0, narrow=16) is small
    assert cheapest_within(settings, 0.5, narrow=16) is None


def test_ends_that_residuals_could_reach_across_are_not_counted(monkeypatch):
    """A residual as large as the distance to the end may hide a level on the other side."""
    op, _ = star()
    tried = []

    def count(near, energy):
        tried.append(energy)
        return levels_below(near, energy)

    monkeypatch.setattr(result, "levels_below", count)
    original = slices.Polisher.refine

    def coarse(self, *arguments):
        found = original(self, *arguments)
        residuals = found.residuals.copy()
        residuals[found.energies < sigma] = 1e-1
        return replace(found, residuals=residuals)

    sigma = op.mean_energy()
    target = mb.Target.middle(20)
    assert Windowed().solve(op, target, Serial()).certificate is not None
    assert min(tried) < sigma < max(tried)
    tried.clear()
    monkeypatch.setattr(slices.Polisher, "refine", coarse)
    assert Windowed().solve(op, target, Serial()).certificate is None
    assert all(energy > sigma for energy in tried)


def test_targets_far_from_all_levels():
    op, _ = star()
    with pytest.raises(InvalidInput, match="no level lies in the window"):
        mb.eigenpairs(op, mb.Target.window(100.0, 101.0), "windowed")
    with pytest.raises(SolverFailure, match="no product state lies within omega"):
        mb.eigenpairs(op, mb.Target.energy(100.0, 5), "windowed")


@pytest.mark.parametrize("alpha", [0.9, 0.96, 1.0])
def test_thermal_side(alpha):
    """Tails as strong as these make the near window wide, and the method dear, but not wrong."""
    model = mb.models.CentralGrain(3, 7, alpha=alpha, coupling="xx")
    op = model.operator(model.draw(seed=5, realization=1))
    pairs = mb.eigenpairs(op, mb.Target.middle(20), "windowed")
    exact = mb.eigenpairs(op, mb.Target.middle(20), "dense")
    np.testing.assert_allclose(pairs.energies, exact.energies, atol=1e-10)
    assert pairs.complete == "certified"


def test_ritz_vectors_beside_converged_ones(rng):
    """Five columns of twelve are perturbed: turned alone, they become Ritz vectors of them all."""
    op, dense = star(n_lbits=4)
    frame = Frame.build(op, len(op.space.dims), Serial())
    energies, vectors = np.linalg.eigh(dense)
    x, found = vectors[:, 20:32].copy(), energies[20:32].copy()
    active = np.array([1, 2, 5, 8, 11])
    x[:, active] += 1e-4 * rng.standard_normal((len(x), 5))
    q = np.linalg.qr(np.hstack([np.delete(x, active, axis=1), x[:, active]]))[0]
    expected = np.linalg.eigvalsh(q.T @ dense @ q)
    image = dense @ x
    ritz_in_place(frame, x, image, found, active)
    np.testing.assert_allclose(x.T @ x, np.eye(12), atol=1e-12)
    np.testing.assert_allclose(x.T @ dense @ x, np.diag(found), atol=1e-11)
    np.testing.assert_allclose(image, dense @ x, atol=1e-12)
    np.testing.assert_allclose(np.sort(found), expected, atol=1e-12)


def test_slow_decay_is_unfit():
    model = mb.models.CentralGrain(3, 10, alpha=1.0, coupling="xx")
    op = model.operator(model.draw(seed=5, realization=1))
    with pytest.raises(UnfitMethod, match=r"couplings left out have norm .*'filtered'"):
        mb.eigenpairs(op, mb.Target.middle(4), Windowed(max_memory=2e8))


def test_omega_below_the_tail_norm():
    op, _ = star()
    with pytest.raises(UnfitMethod, match=r"omega=0.01 does not exceed the norm 0\.\d+"):
        mb.eigenpairs(op, mb.Target.middle(4), Windowed(n_core=4, omega=0.01))


def test_too_little_memory_is_refused_with_numbers():
    op, _ = star()
    with pytest.raises(UnfitMethod, match=r"GB \(allowed: 0.001 GB\)"):
        mb.eigenpairs(op, mb.Target.middle(4), Windowed(max_memory=1e6))


@pytest.mark.parametrize("target", [mb.Target.all(), mb.Target.rank(5)])
def test_targets_without_an_energy(target):
    with pytest.raises(UnfitMethod, match="use 'dense'"):
        mb.eigenpairs(star()[0], target, "windowed")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "davidson"}, "mode='davidson'"),
        ({"precision": "half"}, "precision='half'"),
        ({"width": 0}, "width=0"),
        ({"mode": "lanczos", "width": 64}, "width=64 is more than"),
        ({"buffer": 0}, "buffer=0"),
        ({"omega": -1.0}, "omega=-1.0"),
        ({"tol": 0.0}, "tol=0.0"),
    ],
)
def test_nonsense_options(options, message):
    with pytest.raises(InvalidInput, match=message):
        Windowed(**options)


def test_threads_do_not_change_the_result():
    from threadpoolctl import threadpool_limits

    op, _ = star()
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            results.append(mb.eigenpairs(op, mb.Target.middle(40), "windowed"))
    np.testing.assert_allclose(results[0].energies, results[1].energies, rtol=0, atol=1e-13)


def test_degenerate_doublets_of_a_decoupled_lbit():
    """An l-bit without coupling and field doubles every level; both partners must be there."""
    model = mb.models.CentralGrain(3, 6, alpha=0.6, coupling="xx")
    couplings = np.array([*model.couplings()[:5], 0.0])
    sample = model.sample(seed=2, couplings=couplings, fields=[1.0, 0.95, 1.05, 0.9, 1.1, 0.0])
    dense = central_grain(sample.grain, sample.fields, sample.couplings, "xx", 1)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.energy(0.01, 16), "windowed")
    exact = np.linalg.eigvalsh(dense)
    nearest = np.sort(exact[np.argsort(abs(exact - 0.01), kind="stable")[:16]])
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-12)
