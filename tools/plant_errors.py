"""Plant one error at a time in a copy of the package and see a test turn red.

    python tools/plant_errors.py            all of them, about ten minutes
    python tools/plant_errors.py goe bit    those whose name contains one of the words

Exit code 1 if an error survives. Each is a slip that is easy to make and hard to see: a wrong
normalisation, sign, or bit order.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Slip(NamedTuple):
    name: str
    file: str
    right: str
    wrong: str


SLIPS = [
    Slip("goe normalisation", "models/grains.py", "(2 * np.sqrt(d))", "np.sqrt(2 * d)"),
    Slip("rms without the dimension", "models/grains.py", "/ len(matrix))", "/ 1.0)"),
    Slip("pm twice as strong", "models/central_grain.py", "2.0 if self", "2.0 if not self"),
    Slip("field sign", "operators/spins.py", "[0.0, -1.0]])", "[0.0, 1.0]])"),
    Slip("plus and minus swapped", "operators/spins.py", "[[0.0, 1.0], [0.0", "[[0.0, 0.0], [1.0"),
    Slip(
        "bit order of grain spins",
        "operators/spins.py",
        "np.eye(2 ** (spin - 1)), matrix), np.eye(2 ** (n_spins - spin))",
        "np.eye(2 ** (n_spins - spin)), matrix), np.eye(2 ** (spin - 1))",
    ),
    Slip("bit order of sites", "operators/space.py", "dims[site + 1 :]", "dims[:site]"),
    Slip("bit order of local levels", "operators/sparse.py", "here * d +", "here +"),
    Slip("spin one half in the sun", "models/quantum_sun.py", "Term(0.25", "Term(0.5"),
    Slip("first coupling decays too", "models/geometry.py", "exp(-(n - 1) / xi)", "exp(-n / xi)"),
    Slip(
        "stretched length inside",
        "models/geometry.py",
        "np.sqrt(n - 1) / xi",
        "np.sqrt((n - 1) / xi)",
    ),
    Slip(
        "diagonal counted twice",
        "operators/apply.py",
        "off = block.rows != block.columns",
        "off = block.rows >= 0",
    ),
    Slip("residual without the energy", "solvers/verify.py", "- block * energies[part]", "- block"),
    Slip(
        "shift sign", "solvers/shift_invert.py", "sigma + 1.0 / inverses", "sigma - 1.0 / inverses"
    ),
    Slip(
        "pivots of two rows count twice",
        "solvers/reduced/elimination.py",
        "(~alone).sum()) // 2",
        "(~alone).sum())",
    ),
    Slip(
        "eliminated levels not counted",
        "solvers/reduced/elimination.py",
        "int((gaps < 0).sum()) + _negative",
        "_negative",
    ),
    Slip("furthest instead of nearest", "solvers/base.py", "order[:k]", "order[-k:]"),
    Slip(
        "gap ratio upside down",
        "observables/levels.py",
        "divide(smaller, larger",
        "divide(larger, smaller",
    ),
    Slip("entropy in bits", "observables/entanglement.py", "float(bits)) * LOG2", "float(bits))"),
    Slip(
        "coherence twice",
        "observables/entanglement.py",
        "np.abs(np.asarray(coherence)) ** 2",
        "4 * np.abs(np.asarray(coherence)) ** 2",
    ),
    Slip(
        "up is down",
        "observables/local_spins.py",
        "return pairs[:, 0], pairs[:, 1], pairs[:, 1]",
        "return pairs[:, 1], pairs[:, 0], pairs[:, 0]",
    ),
    Slip(
        "memory not squared",
        "observables/memory.py",
        "rows.sum(weights).real ** 2",
        "rows.sum(weights).real",
    ),
    Slip("density at the edge", "observables/coupling.py", "len(energies) // 2)", "len(energies))"),
    Slip("resonance density prefactor", "theory/_quadrature.py", "np.pi**3", "np.pi**2"),
    Slip(
        "feedback doubled",
        "theory/central_grain.py",
        "(enhancement.sum() - enhancement) / 2",
        "(enhancement.sum() - enhancement)",
    ),
    Slip(
        "spin feeds itself",
        "theory/central_grain.py",
        "(enhancement.sum() - enhancement) / 2",
        "enhancement.sum() / 2 + 0 * enhancement",
    ),
    Slip("streams forget the site", "streams.py", "word, int(site))", "word, 0)"),
    Slip(
        "error of states, not realizations",
        "study/statistics.py",
        '("value", "sem")',
        '("value", "std")',
    ),
    Slip("missing levels ignored", "solvers/certify.py", "self.counted - self.found", "0.0"),
    Slip("far states not counted", "solvers/windowed/count.py", "round(float(far[0]))", "0"),
    Slip(
        "levels of S0 counted once more",
        "solvers/windowed/count.py",
        "- int((values < 0).sum())",
        "- 0",
    ),
    Slip(
        "schur complement sign",
        "solvers/windowed/near.py",
        "((below, 1.0), (above, -1.0))",
        "((below, -1.0), (above, 1.0))",
    ),
    Slip(
        "slope of the first power",
        "solvers/windowed/near.py",
        "1.0 / gaps[rows] if slope",
        "1.0 / np.sqrt(abs(gaps[rows])) if slope",
    ),
    Slip(
        "pivot blocks not inverted",
        "solvers/windowed/ldl.py",
        "(vectors / values) @ vectors.T\n            panel",
        "(vectors * values) @ vectors.T\n            panel",
    ),
    Slip(
        "correction with the wrong sign",
        "solvers/windowed/polish.py",
        "-1.0 / norms",
        "1.0 / norms",
    ),
    Slip("tail couplings twice", "solvers/windowed/blas.py", "real(1.0)))", "real(2.0)))"),
    Slip("one end of the count", "solvers/slepc/inverse.py", "below[1] - below[0]", "below[1]"),
    Slip(
        "last step of Clenshaw",
        "operators/chebyshev.py",
        "self.step(older, newer, x, 1.0 / half",
        "self.step(older, newer, x, 2.0 / half",
    ),
    Slip(
        "even and odd moments",
        "operators/chebyshev.py",
        "(first if k % 2 == 0 else second)",
        "(second if k % 2 == 0 else first)",
    ),
    Slip(
        "filter without the half weight",
        "solvers/filtered/delta_filter.py",
        "weights = np.where(k == 0, 1.0, 2.0) * shape\n        return",
        "weights = 2.0 * shape\n        return",
    ),
    Slip(
        "residuals from the first block",
        "solvers/krylov_basis.py",
        "rotation[m - self._coupling.shape[1] :]",
        "rotation[: self._coupling.shape[1]]",
    ),
    Slip(
        "counts are worth nothing",
        "solvers/choice/choose.py",
        "_WORTH_OF_A_COUNT = 1.3",
        "_WORTH_OF_A_COUNT = 1.0",
    ),
    # The disordered continuum (B).
    Slip("exponent of white noise twice", "theory/continuum/white_noise.py", "(4 * e)", "(2 * e)"),
    Slip("states of white noise, one pi", "theory/continuum/white_noise.py", "np.pi**2", "np.pi"),
    Slip("disorder at k, not 2k", "theory/continuum/disorder.py", "(8 * m", "(2 * m"),
    Slip(
        "correlators swapped",
        "theory/continuum/disorder.py",
        'self.kind == "lorentzian" else',
        'self.kind == "exponential" else',
    ),
    Slip(
        "Mott length once",
        "theory/continuum/cold_bath.py",
        "like_input(2 * par.xi_c * depth)",
        "like_input(par.xi_c * depth)",
    ),
    Slip(
        "spacing of a film as in a wire",
        "theory/continuum/systems.py",
        "self.dim * self.ln_xi(eps)",
        "self.ln_xi(eps)",
    ),
    Slip(
        "continuum conventions swapped",
        "theory/continuum/systems.py",
        '1.0 if self.convention == "paper"',
        '1.0 if self.convention == "full"',
    ),
    Slip(
        "one logarithm in a film",
        "theory/continuum/hot_cold.py",
        "par.dim * np.log(depth)",
        "np.log(depth)",
    ),
    Slip(
        "decay not squared",
        "theory/continuum/hot_cold.py",
        "np.exp(2 * (ln_v",
        "np.exp(1 * (ln_v",
    ),
    Slip(
        "unitary threshold as without a field",
        "theory/continuum/thresholds.py",
        "2 * rest if par.field else rest",
        "rest",
    ),
    Slip(
        "leading form below not noticed",
        "theory/continuum/thresholds.py",
        "~reached & (ln_eps <= np.log(par.eps_F))",
        "~reached & (ln_eps < -1e300)",
    ),
    Slip(
        "activation without the logarithm",
        "theory/continuum/conductivity.py",
        "(4 - 1 / depth)",
        "4",
    ),
    Slip(
        "hot electrons abound",
        "theory/continuum/conductivity.py",
        "np.log(T) - (eps",
        "np.log(T) + (eps",
    ),
    Slip("film hops twice", "models/continuum_grid.py", "1 / (2 * self.m", "1 / (self.m"),
    Slip(
        "pairs counted twice",
        "observables/pair_density.py",
        "np.triu_indices(len(energies), 1)",
        "np.nonzero(~np.eye(len(energies), dtype=bool))",
    ),
    Slip("fastest wave of a strip", "observables/transfer_matrix.py", "size[-1, -1]", "size[0, 0]"),
    Slip(
        "strip with open rims",
        "observables/transfer_matrix.py",
        "after[0] -= psi[-1]",
        "after[0] -= 0.0",
    ),
    Slip(
        "participation of amplitudes",
        "observables/participation.py",
        "weight = vectors**2",
        "weight = abs(vectors)",
    ),
    # Slow baths and the nearly localized metal (A).
    Slip(
        "bath quanta without entropy",
        "theory/slow_bath/channels.py",
        "lambertw(s * Delta / W)",
        "lambertw(Delta / W)",
    ),
    Slip(
        "bath surface of a block",
        "theory/slow_bath/channels.py",
        "(depth / s) ** (1 / d)",
        "(depth / s) ** d",
    ),
    Slip(
        "bath per site and per l-bit swapped",
        "theory/slow_bath/gaussian_bath.py",
        "return Xi if convention",
        "return s * Xi if convention",
    ),
    Slip(
        "bath worse of two whole orders",
        "theory/slow_bath/lorentzian_bath.py",
        "rate(below) >= rate(above)",
        "rate(below) <= rate(above)",
    ),
    Slip(
        "bath linewidth forgets the dimension",
        "theory/slow_bath/width.py",
        "/ d - np.log(d))",
        "/ d)",
    ),
    Slip(
        "metal one way to share an order",
        "theory/metal/orders.py",
        "np.minimum(m - 1, 2 * eq.N + 1 - m)",
        "np.ones_like(m)",
    ),
    Slip(
        "metal saturation late by gamma",
        "theory/metal/self_consistency.py",
        "np.minimum(steps, -x)",
        "np.minimum(steps, ln_gamma - x)",
    ),
    Slip(
        "metal amplitude, not probability",
        "theory/metal/self_consistency.py",
        "2 * (ln_gamma + eps * steps)",
        "2 * ln_gamma + eps * steps",
    ),
    Slip(
        "metal line not squared",
        "theory/metal/self_consistency.py",
        "np.logaddexp(0.0, 2 * (x",
        "np.logaddexp(0.0, (x",
    ),
    Slip(
        "metal largest root",
        "theory/metal/roots.py",
        "eq.ln_gamma - 0.5 * eq.d, eq.ln_gamma)",
        "eq.ln_gamma + 10.0, eq.ln_gamma + 10.0)",
    ),
    Slip(
        "metal n_c without d^d",
        "theory/metal/saddle.py",
        "np.log(eq.s * eq.N) + eq.d * np.log(eq.d)",
        "np.log(eq.s * eq.N)",
    ),
    Slip(
        "metal neighbours counted twice",
        "theory/metal/conditions.py",
        "np.sqrt(z) * levels",
        "z * levels",
    ),
    Slip(
        "metal logarithm of the line once",
        "theory/metal/conditions.py",
        "** (2 * eq.d)",
        "** eq.d",
    ),
    Slip(
        "metal Xi of T twice",
        "theory/metal_temperature/dot_array.py",
        "0.5 / np.maximum(ln_strength",
        "1.0 / np.maximum(ln_strength",
    ),
]


def survives(slip: Slip) -> bool:
    """Whether all tests stay green with this error in place."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("mbltn", "tests", "pyproject.toml", "mpi_jobs"):
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / part)
        target = copy / "mbltn" / slip.file
        text = target.read_text()
        if slip.right not in text:
            raise SystemExit(
                f"{slip.name}: {slip.right!r} is no longer in {slip.file}; mend the list"
            )
        target.write_text(text.replace(slip.right, slip.wrong))
        suites = [f"{name}/test_*.py" for name in ("contract", "models", "physics", "theory")]
        suites += ["study/test_statistics.py"]
        paths = [path for suite in suites for path in sorted((copy / "tests").glob(suite))]
        # Tests that share words with the spoilt file see most and are asked first.
        words = Path(slip.file).with_suffix("").parts
        paths.sort(key=lambda path: -sum(word in str(path.relative_to(copy)) for word in words))
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", *paths],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        red = [line for line in result.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        if result.returncode not in (0, 1):
            raise SystemExit(f"{slip.name}: the tests did not run: {result.stdout}{result.stderr}")
        print(f"{slip.name:36s} {red[0][:100] if red else 'SURVIVES'}", flush=True)
        return not red


def main() -> None:
    words = sys.argv[1:]
    chosen = [slip for slip in SLIPS if not words or any(word in slip.name for word in words)]
    alive = [slip.name for slip in chosen if survives(slip)]
    print(f"{len(chosen) - len(alive)} of {len(chosen)} planted errors were seen")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
