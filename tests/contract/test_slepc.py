"""SLEPc with MUMPS: counts, repairs, refusals and options, against numpy on the oracle's matrix."""

import logging

import numpy as np
import pytest
from conftest import needs_slepc
from oracle import Z, central_grain, on_spin, real

import mbltn as mb
from mbltn import machine
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.operators import SIGMA_Z, HilbertSpace, Operator, Term
from mbltn.operators.operator import norm_bound
from mbltn.solvers import Slepc
from mbltn.solvers.inertia import SingularShift, radii_beyond
from mbltn.solvers.slepc import krylov, memory, memory_estimate, mumps, search
from mbltn.solvers.slepc.krylov import Krylov
from mbltn.solvers.slepc.options import raw_options

pytestmark = needs_slepc

MODEL = mb.models.CentralGrain(3, 5, alpha=0.7)


@pytest.fixture(scope="module")
def star():
    """Operator of D=256 and the exact energies."""
    sample = MODEL.draw(seed=5, realization=2)
    oracle = central_grain(sample.grain, sample.fields, sample.couplings, "pm", 1)
    return MODEL.operator(sample), np.linalg.eigvalsh(oracle)


def equal_spins(n_spins):
    """Spins in equal fields: the levels are n_spins - 2 m, C(n_spins, m) times each."""
    terms = tuple(Term(1.0, ((site, SIGMA_Z),)) for site in range(n_spins))
    oracle = sum(real(on_spin(Z, spin, n_spins)) for spin in range(1, n_spins + 1))
    return Operator(HilbertSpace((2,) * n_spins), terms), np.sort(np.diag(oracle))


def with_free_spins(star, n_free):
    """The same with spins that feel nothing: every level 2^n_free times."""
    op, exact = star
    space = HilbertSpace(op.space.dims + (2,) * n_free)
    return Operator(space, op.terms), np.sort(np.repeat(exact, 2**n_free))


def nearest(exact, centre, k):
    return np.sort(exact[np.argsort(abs(exact - centre), kind="stable")[:k]])


def solve(op, target, **options):
    return mb.eigenpairs(op, target, Slepc(**options))


# Counting


@pytest.mark.parametrize("factor", ["above", "middle", "below", "between"])
def test_inertia_is_the_number_of_levels_below(star, factor):
    op, exact = star
    between = 0.5 * (exact[100] + exact[101])
    shift = {"above": 1e3, "middle": 0.0123, "below": -1e3, "between": between}[factor]
    matrix = mb.operators.to_petsc(op)
    inverse = mumps.Factor(matrix, mumps.MumpsOptions(), mb.comm.Serial(), counts=True)
    inverse.factorise(shift)
    assert inverse.levels_below() == np.count_nonzero(exact < shift)
    inverse.destroy()


@pytest.mark.parametrize("options", [{}, {"factor": "lu"}, {"out_of_core": True}], ids=str)
def test_a_certificate_is_what_numpy_counts(star, options):
    op, exact = star
    pairs = solve(op, mb.Target.middle(12), **options)
    np.testing.assert_allclose(
        pairs.energies, nearest(exact, op.mean_energy(), 12), rtol=0, atol=1e-12
    )
    assert pairs.complete == "certified"
    seen = pairs.certificate
    inside = np.count_nonzero((exact >= seen.low) & (exact <= seen.high))
    assert seen.counted == seen.found == inside >= 12
    assert seen.low < pairs.energies[0] and pairs.energies[-1] < seen.high
    assert pairs.stats["factorisations"] == 3
    assert pairs.residuals.max() < 1e-11


def test_without_a_count_nothing_is_claimed(star):
    op, _ = star
    pairs = solve(op, mb.Target.middle(12), certify=False)
    assert (pairs.complete, pairs.certificate) == ("unknown", None)
    assert pairs.stats["factorisations"] == 1


def test_intervals_end_in_gaps_the_widest_first():
    distances = np.array([0.1, 0.2, 0.5, 0.6, 2.0])
    np.testing.assert_allclose(radii_beyond(distances, 2, 1.0), [1.3, 0.35, 0.55])
    (beyond,) = radii_beyond(distances[:2], 2, 1.0)
    assert 0.2 < beyond < 0.201


# Levels that Krylov does not see


def test_levels_of_high_multiplicity_are_found_by_repair():
    """One start vector sees one combination of each multiplet."""
    op, exact = equal_spins(8)
    pairs = solve(op, mb.Target.energy(0.1, 10))
    seen = pairs.certificate
    assert seen.counted == np.count_nonzero((exact > seen.low) & (exact < seen.high)) >= 70
    assert pairs.complete == "certified"
    assert pairs.stats["repairs"] >= 1
    np.testing.assert_allclose(pairs.energies, np.zeros(10), atol=1e-12)
    assert pairs.stats["orthonormality"] < 1e-12


@pytest.mark.parametrize("n_free", [1, 2, 3])
def test_exact_multiplets_of_free_spins(star, n_free):
    op, exact = with_free_spins(star, n_free)
    pairs = solve(op, mb.Target.middle(20))
    centre = op.mean_energy()
    np.testing.assert_allclose(
        abs(pairs.energies - centre).sum(), abs(nearest(exact, centre, 20) - centre).sum()
    )
    assert pairs.complete == "certified"
    window = solve(op, mb.Target.window(centre - 0.3, centre + 0.3))
    inside = exact[abs(exact - centre) <= 0.3]
    np.testing.assert_allclose(window.energies, inside, rtol=0, atol=1e-11)


def losing(monkeypatch, lost, runs):
    """Krylov that loses the level `lost` in its first `runs` runs."""
    extract, so_far = krylov._extract, []

    def forgetful(*arguments):
        found = extract(*arguments)
        so_far.append(len(found))
        if len(so_far) > runs:
            return found
        return found.select(np.flatnonzero(abs(found.energies - lost) > 1e-9))

    monkeypatch.setattr(krylov, "_extract", forgetful)
    return so_far


@pytest.mark.parametrize("window", [False, True])
def test_a_lost_level_is_counted_and_found_again(star, monkeypatch, window):
    op, exact = star
    centre = 0.5 * (exact[120] + exact[121])
    wanted = nearest(exact, centre, 10)
    runs = losing(monkeypatch, wanted[4], runs=1)
    if window:
        target = mb.Target.window(wanted[0] - 1e-6, wanted[-1] + 1e-6)
    else:
        target = mb.Target.energy(centre, 10)
    pairs = solve(op, target)
    assert len(runs) == 2 and pairs.stats["repairs"] == 1
    np.testing.assert_allclose(pairs.energies, wanted, rtol=0, atol=1e-12)
    assert pairs.complete == "certified"
    assert pairs.require(max_residual=1e-10, complete=True) is pairs


def test_the_last_level_of_all_is_found_again(star, monkeypatch):
    op, exact = star
    runs = losing(monkeypatch, exact[100], runs=1)
    pairs = solve(op, mb.Target.middle(253))
    assert len(runs) == 2
    np.testing.assert_allclose(pairs.energies, nearest(exact, op.mean_energy(), 253), atol=1e-11)
    assert pairs.complete == "certified"


@pytest.mark.parametrize("window", [False, True])
def test_a_level_that_stays_lost_is_told(star, monkeypatch, caplog, window):
    op, exact = star
    centre = 0.5 * (exact[120] + exact[121])
    wanted = nearest(exact, centre, 10)
    losing(monkeypatch, wanted[4], runs=99)
    inside = mb.Target.window(wanted[0] - 1e-6, wanted[-1] + 1e-6)
    pairs = solve(op, inside if window else mb.Target.energy(centre, 10))
    assert pairs.complete == "missing 1"
    assert "by inertia" in pairs.reason and "raise ncv" in pairs.reason
    assert "missing 1" in caplog.text
    with pytest.raises(SolverFailure, match="by inertia"):
        pairs.require(complete=True)


def failing_from(monkeypatch, number):
    """MUMPS that fails in its factorisation of this number and all later ones."""
    factorise, so_far = mumps.Factor.factorise, []

    def fails(factor, shift):
        so_far.append(shift)
        if len(so_far) >= number:
            raise SolverFailure("MUMPS ran out of memory")
        factorise(factor, shift)

    monkeypatch.setattr(mumps.Factor, "factorise", fails)
    return so_far


def test_a_count_that_fails_loses_no_pairs(star, monkeypatch):
    op, exact = star
    failing_from(monkeypatch, 2)
    pairs = solve(op, mb.Target.energy(0.1, 10))
    np.testing.assert_allclose(pairs.energies, nearest(exact, 0.1, 10), rtol=0, atol=1e-12)
    assert pairs.complete == "unknown"
    assert pairs.stats["not_counted"] == "MUMPS ran out of memory"


def test_a_repair_that_fails_loses_no_pairs(star, monkeypatch):
    op, exact = star
    centre = 0.5 * (exact[120] + exact[121])
    wanted = nearest(exact, centre, 10)
    losing(monkeypatch, wanted[4], runs=99)
    asked = failing_from(monkeypatch, 4)
    pairs = solve(op, mb.Target.energy(centre, 10))
    assert len(asked) == 4
    assert pairs.complete == "missing 1"
    assert "MUMPS ran out of memory" in pairs.reason
    found = abs(pairs.energies[:, None] - exact).min(axis=1)
    assert len(pairs) >= 9 and found.max() < 1e-12


# Targets


@pytest.mark.parametrize("by_residuals", [False, True])
@pytest.mark.parametrize("level", [0, 100, 255])
def test_the_target_may_be_an_exact_level(star, monkeypatch, level, by_residuals):
    """Found by inverse iteration before the solve, else by the residuals after it."""
    if by_residuals:
        monkeypatch.setattr(search, "_TOO_NEAR", 0.0)
        monkeypatch.setattr(search, "_SPOILT", 1e-13)
    op, exact = star
    pairs = solve(op, mb.Target.energy(exact[level], 8))
    np.testing.assert_allclose(pairs.energies, nearest(exact, exact[level], 8), rtol=0, atol=1e-11)
    assert pairs.complete == "certified"
    step = 1e-2 / 256 * norm_bound(op)
    assert pairs.stats["shift"] == pytest.approx(exact[level] + step, abs=1e-3 * step)
    assert pairs.residuals.max() < 1e-9


def test_a_shift_that_makes_h_singular(star):
    op, _ = equal_spins(5)
    pairs = solve(op, mb.Target.energy(1.0, 10))
    np.testing.assert_allclose(pairs.energies, np.ones(10), atol=1e-12)
    assert pairs.complete == "certified"
    assert "shift" in pairs.stats
    assert "shift" not in solve(*(star[0], mb.Target.middle(4))).stats


@pytest.mark.parametrize("factor", ["ldlt", "lu"])
@pytest.mark.parametrize(("low", "high"), [(-0.5, 0.4), (-3.0, -2.0), (-50.0, 50.0), (4.0, 99.0)])
def test_all_levels_of_a_window(star, low, high, factor):
    op, exact = star
    inside = exact[(exact >= low) & (exact <= high)]
    assert len(inside) > 3
    pairs = solve(op, mb.Target.window(low, high), factor=factor)
    np.testing.assert_allclose(pairs.energies, inside, rtol=0, atol=1e-11)
    assert pairs.complete == "certified"
    assert pairs.certificate.counted == len(inside)


def test_a_window_that_ends_on_levels_holds_them(star):
    op, exact = star
    pairs = solve(op, mb.Target.window(exact[80], exact[95]))
    np.testing.assert_allclose(pairs.energies, exact[80:96], rtol=0, atol=1e-12)


def test_an_empty_window_names_the_levels_beside_it(star):
    op, exact = star
    j = 60 + np.argmax(np.diff(exact[60:200]))
    gap = exact[j + 1] - exact[j]
    with pytest.raises(InvalidInput, match=r"no level .*E=.* and E=.*widen") as caught:
        solve(op, mb.Target.window(exact[j] + 0.4 * gap, exact[j] + 0.6 * gap))
    for level in exact[j : j + 2]:
        assert f"E={level:.8g}"[:10] in str(caught.value)


def test_a_target_beyond_rounding_fails_in_words(star):
    with pytest.raises(SolverFailure, match=r"slepc found pairs near E=1e\+18.*too far from all"):
        solve(star[0], mb.Target.energy(1e18, 5))


# Incomplete results


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_restarts": 1, "ncv": 22, "tol": 1e-15}, "in 1 restarts: raise max_restarts or ncv"),
        ({"time_limit": 1e-9}, "the time limit of 1e-09 s was reached: raise time_limit"),
        ({"petsc_options": {"eps_max_it": 1}}, "in 1 restarts"),
    ],
    ids=["restarts", "time", "raw option"],
)
def test_what_has_converged_comes_back_marked_incomplete(star, caplog, options, reason):
    op, exact = star
    pairs = solve(op, mb.Target.middle(20), **options)
    assert 0 < len(pairs) < 20
    assert pairs.missing == 20 - len(pairs)
    assert pairs.complete == f"missing {pairs.missing}"
    assert f"{len(pairs)} of 20 levels" in pairs.reason and reason in pairs.reason
    assert reason in caplog.text
    distance = abs(pairs.energies[:, None] - exact[None, :]).min(axis=1)
    assert distance.max() < 1e-12
    assert pairs.residuals.max() < 1e-10
    assert pairs.vectors.shape == (256, len(pairs))
    with pytest.raises(SolverFailure, match="not 'certified'"):
        pairs.require(complete=True)


def test_nothing_found_is_an_error(star):
    with pytest.raises(SolverFailure, match=r"no level near .* time limit"):
        solve(star[0], mb.Target.middle(2), time_limit=1e-9, ncv=6, tol=1e-16)


def test_late_counts_are_left_out(star, monkeypatch):
    """The pairs are there when time is up: they come back, not counted."""
    monkeypatch.setattr(search.Inverse, "krylov", _krylov_that_takes_all_time())
    pairs = solve(star[0], mb.Target.middle(5), time_limit=3600.0)
    assert (len(pairs), pairs.complete) == (5, "unknown")
    assert "time limit" in pairs.stats["not_counted"]


def _krylov_that_takes_all_time():
    original = search.Inverse.krylov

    def krylov(self, *arguments):
        found = original(self, *arguments)
        self.watch._begin -= 7200.0
        return found

    return krylov


# Memory


def test_what_does_not_fit_is_refused_before_it_is_factorised(star, monkeypatch):
    def factorise(self, shift):
        raise AssertionError("it factorised")

    monkeypatch.setattr(mumps.Factor, "factorise", factorise)
    with pytest.raises(SolverFailure, match=r"needs about .* GB .* 1e-05 GB memory_limit") as no:
        solve(star[0], mb.Target.middle(5), memory_limit=1e4)
    assert "more ranks" in str(no.value) and "'windowed'" in str(no.value)
    monkeypatch.setattr(memory, "available_bytes", lambda: 1e4)
    with pytest.raises(SolverFailure, match=r"but 1e-05 GB are available on the fullest node"):
        solve(star[0], mb.Target.middle(5))


def test_a_count_that_does_not_fit_is_left_out(star, monkeypatch):
    """After LU the count takes another factor; here the memory is gone by then."""
    left = iter([1e12, 0.0])
    monkeypatch.setattr(memory, "available_bytes", lambda: next(left))
    pairs = solve(star[0], mb.Target.middle(5), factor="lu")
    assert (len(pairs), pairs.complete) == (5, "unknown")
    assert "needs about" in pairs.stats["not_counted"]


def test_the_estimate_is_near_to_what_mumps_then_uses():
    model = mb.models.CentralGrain(3, 9, alpha=0.6, coupling="xx")
    op = model.operator(model.draw(0, 0))
    need = memory_estimate(op, k=10)
    used = solve(op, mb.Target.middle(10), certify=False).stats
    assert 0.5 * need.factor < used["factor_memory"] <= need.factor
    assert used["memory_estimate"] == need.total
    sizes = Slepc().sizes(10, 4096)
    assert need.vectors == 8 * 4096 * (sizes.ncv + 2 * sizes.asked)
    assert need.fits and need.busiest == need.total
    small = memory_estimate(op, k=10, solver=Slepc(memory_limit=1e6))
    assert not small.fits and small.available == 1e6


@pytest.mark.parametrize("version", [1, 2])
def test_limits_of_control_groups(tmp_path, version):
    limit, use, cache = machine._FILES[version]
    top = tmp_path / "memory" if version == 1 else tmp_path
    for folder, bytes_allowed in ((top / "job", "1000"), (top / "job" / "step", "max")):
        folder.mkdir(parents=True)
        (folder / limit).write_text(f"{bytes_allowed}\n")
        (folder / use).write_text("700\n")
        (folder / "memory.stat").write_text(f"anon 1\n{cache} 300\n")
    membership = tmp_path / "cgroup"
    line = "5:cpu,memory:/job/step" if version == 1 else "0::/job/step"
    membership.write_text(f"7:pids:/other\n{line}\n")
    assert machine._groups_say(membership, tmp_path) == [600.0]
    assert machine._groups_say(tmp_path / "absent", tmp_path) == []


# MUMPS errors


def test_too_little_workspace_is_raised_once(star):
    op, exact = star
    pairs = solve(op, mb.Target.middle(12), petsc_options={"st_mat_mumps_icntl_14": -70})
    assert pairs.stats["workspace"] == 100
    np.testing.assert_allclose(
        pairs.energies, nearest(exact, op.mean_energy(), 12), rtol=0, atol=1e-12
    )
    assert solve(op, mb.Target.middle(12), workspace=44).stats["workspace"] == 44


def test_a_factorisation_that_fails_is_an_error_in_words():
    """1 MB is not enough for D=4096, whatever the workspace."""
    model = mb.models.CentralGrain(3, 9, alpha=0.6, coupling="xx")
    op = model.operator(model.draw(0, 0))
    with pytest.raises(SolverFailure, match=r"D=4096: .*INFOG\(1\)=-19.*st_mat_mumps_icntl_23"):
        solve(op, mb.Target.middle(5), petsc_options="st_mat_mumps_icntl_23 1")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, r"workspace is too small.*raise Slepc\(workspace"),
        (-13, r"memory ran out.*more ranks on more nodes.*out_of_core=True"),
        (-10, r"singular.*move the target"),
        (-90, r"disk.*MUMPS_OOC_TMPDIR"),
        (-777, r"INFOG\(1\)=-777"),
    ],
)
def test_mumps_codes_in_words(star, code, words):
    matrix = mb.operators.to_petsc(star[0])
    factor = mumps.Factor(matrix, mumps.MumpsOptions(), mb.comm.Serial(), counts=True)
    factor.code = code
    with pytest.raises(SolverFailure, match=words) as caught:
        factor._require_success()
    assert isinstance(caught.value, SingularShift) == (code == -10)
    factor.destroy()


# Block low-rank


def test_block_low_rank_factors_are_not_counted(star):
    op, exact = star
    pairs = solve(op, mb.Target.middle(12), blr=1e-8)
    np.testing.assert_allclose(
        pairs.energies, nearest(exact, op.mean_energy(), 12), rtol=0, atol=1e-12
    )
    assert pairs.complete == "unknown"
    assert "block low-rank" in pairs.stats["not_counted"]
    with pytest.raises(InvalidInput, match=r"blr=1e-08 .*counted by inertia"):
        solve(op, mb.Target.window(-1.0, 1.0), blr=1e-8)


def test_bad_residuals_are_blamed_on_compression(star, monkeypatch):
    """As with a factor that has lost the fourth digit."""
    exact_solve = mumps.Factor.solve

    def coarse(self, right, solution):
        exact_solve(self, right, solution)
        values = solution.getArray()
        values *= 1.0 + 1e-4 * np.cos(np.arange(len(values)))

    monkeypatch.setattr(mumps.Factor, "solve", coarse)
    with pytest.raises(SolverFailure, match=r"residuals up to .*blr=0.001.*too coarse"):
        solve(star[0], mb.Target.middle(5), blr=1e-3)


def test_solves_of_a_compressed_factor_are_refined(star, monkeypatch):
    """A factor that is wrong in the fourth digit, and what refinement makes of it."""
    matrix = mb.operators.to_petsc(star[0])
    factor = mumps.Factor(matrix, mumps.MumpsOptions(blr=1e-8), mb.comm.Serial(), counts=False)
    factor.factorise(0.01)
    right, solution, back = (matrix.createVecRight() for _ in range(3))
    right.setArray(np.random.default_rng(1).normal(size=256))

    class Coarse:
        inner = factor._factor

        def solve(self, x, y):
            self.inner.solve(x, y)
            y.scale(1.0001)

    monkeypatch.setattr(factor, "_factor", Coarse())
    factor.solve(right, solution)
    factor._shifted.mult(solution, back)
    assert np.linalg.norm(back.getArray() - right.getArray()) < 1e-12 * right.norm()
    monkeypatch.undo()
    factor.destroy()


# Options


def test_raw_options_count_and_are_taken_out_again(star, caplog):
    from petsc4py import PETSc

    database = PETSc.Options()
    database.setValue("eps_ncv", "41")
    try:
        with caplog.at_level(logging.WARNING):
            pairs = solve(
                *(star[0], mb.Target.middle(5)),
                petsc_options=("eps_ncv 40", "-no_such_option 3", ("st_mat_mumps_icntl_7", 5)),
            )
        assert pairs.stats["unused_options"] == ("no_such_option",)
        assert "no_such_option" in caplog.text and "eps_ncv" not in caplog.text
        assert database.getString("eps_ncv") == "41"
        assert not database.hasName("st_mat_mumps_icntl_7")
        assert not database.hasName("no_such_option")
    finally:
        database.delValue("eps_ncv")


def test_options_of_the_user_reach_eps_and_mumps(star):
    from petsc4py import PETSc

    database = PETSc.Options()
    database.setValue("eps_max_it", "1")
    database.setValue("st_mat_mumps_icntl_14", "-70")
    try:
        pairs = solve(star[0], mb.Target.middle(20))
    finally:
        database.delValue("eps_max_it")
        database.delValue("st_mat_mumps_icntl_14")
    assert pairs.stats["workspace"] == 100
    assert pairs.stats["restarts"] == 1 and pairs.missing > 0


def test_forms_of_raw_options():
    expected = (("a", "1"), ("b", ""))
    for given in ({"a": 1, "-b": None}, ["-a 1", "b"], (("b", ""), ("a", "1"))):
        assert raw_options(given) == expected
    solver = Slepc(petsc_options={"a": 1, "b": None})
    assert solver == Slepc(petsc_options=expected)
    assert hash(solver) == hash(Slepc(petsc_options=expected))
    for wrong in ({"": 1}, {"a b": 1}, [3], [("a", 1, 2)]):
        with pytest.raises(InvalidInput, match="PETSc option"):
            raw_options(wrong)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factor": "qr"}, "factor='qr'"),
        ({"tol": 0.0}, "tol=0.0 must be positive"),
        ({"time_limit": -1.0}, "time_limit=-1.0"),
        ({"memory_limit": 0}, "memory_limit=0"),
        ({"blr": -1e-3}, "blr=-0.001"),
        ({"workspace": -1}, "workspace=-1"),
        ({"max_restarts": 0}, "max_restarts=0"),
    ],
)
def test_options_outside_their_domain(options, message):
    with pytest.raises(InvalidInput, match=message):
        Slepc(**options)


def test_sizes_of_the_krylov_space(star):
    assert Slepc().sizes(50, 10**6) == Krylov(54, 108, None, 200, 1e-12)
    many = Slepc().sizes(2000, 10**6)
    assert (many.ncv - many.asked, many.mpd) == (200, 200)
    assert Slepc().sizes(60, 60).ncv == 60
    assert Slepc(ncv=22).sizes(20, 256).asked == 21
    for options in ({"ncv": 10}, {"ncv": 200, "mpd": 30}):
        with pytest.raises(InvalidInput, match="ncv"):
            solve(star[0], mb.Target.middle(20), **options)


def test_many_pairs_in_bounded_memory(star):
    op, exact = star
    pairs = solve(op, mb.Target.middle(120), mpd=20)
    np.testing.assert_allclose(
        pairs.energies, nearest(exact, op.mean_energy(), 120), rtol=0, atol=1e-11
    )
    assert pairs.complete == "certified"


def test_an_operator_without_a_diagonal():
    x = np.array([[0.0, 1.0], [1.0, 0.0]])
    terms = tuple(Term(0.3 + 0.2 * site, ((site, x),)) for site in range(4))
    op = Operator(HilbertSpace((2,) * 4), terms)
    signs = np.array(np.meshgrid(*[[1, -1]] * 4)).reshape(4, -1)
    exact = np.sort(np.array([0.3, 0.5, 0.7, 0.9]) @ signs)
    pairs = solve(op, mb.Target.all())
    np.testing.assert_allclose(pairs.energies, exact, atol=1e-12)
    assert pairs.complete == "certified"
