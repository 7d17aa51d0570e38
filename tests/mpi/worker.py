"""What every rank does in these tests: ``mpirun -n N python worker.py OUTPUT``.

Rank 0 leaves a pickle of plain numpy arrays, one entry for each rank, to be judged elsewhere.
"""

import importlib.util
import math
import pickle
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import mbltn as mb
from mbltn.comm import Serial, by_halves, raised_on_all_ranks, together, world
from mbltn.dynamics import evolve, random_states
from mbltn.observables import (
    Measurement,
    Pauli,
    block_states,
    dynamical_moments,
    lanczos_spectral,
    measure_mps,
    memory_in_time,
    product_memory,
    trajectory,
)
from mbltn.rows import Rows
from mbltn.solvers import Windowed
from mbltn.solvers.windowed.frame import Frame
from mbltn.solvers.windowed.near import Near
from mbltn.solvers.windowed.precondition import coupling_of_near_part, near_part_of_coupling
from mbltn.streams import Streams
from mbltn.study import load_study, run_study
from mbltn.validation.failed_avalanches.exact_chains import Chains, chains_table

STUDY = Path(__file__).with_name("small.toml")
DIMENSIONS = (11, 3)  # 3 rows leave the fourth rank without any
OFFSETS = (0, 1, 2, 4, 7, 10, 11, 30, -1, -3, -7, -11, -30)
HAS_SLEPC = importlib.util.find_spec("slepc4py") is not None
SOLVERS = (
    *("auto", "dense", "reduced", "shift_invert", "windowed", "filtered"),
    *(("slepc",) if HAS_SLEPC else ()),
)
OBSERVABLES = (
    *("gap_ratio", "entropy_lbits", "sigma_z_lbits", "memory_lbits", "entropy_cuts"),
    *("participation", "schmidt_gap_cuts", "mutual_information_lbits", "negativity_lbits"),
)
OF_WINDOWS = (
    *("line_ratio_raw", "line_captured", "log_ipr_lbits", "captured_lbits"),
    "spectral_last_lbit",
)
PROBES = (
    *(*OF_WINDOWS, "thouless", "log_ipr_probe", "spectral_contact", "hybridization"),
    "bare_coupling",
)
OF_NETWORKS = (
    *("entropy_lbits", "sigma_z_lbits", "memory_lbits", "entropy_cuts", "schmidt_gap_cuts"),
    *("mutual_information_lbits", "negativity_lbits"),
)
K = 9
STARTS = mb.Target.energy(0.0, 9)
COUPLINGS = ("xx", "pm", "xxyy")
N_CORE, OMEGA = 4, 0.6
BLOCK_DIMS = (3, 2, 1, 3, 2)
BLOCKS = ([0], [4], [3, 1], [0, 4, 1], [], [0, 1, 2, 3, 4])


def whole_array(dimension):
    return np.random.default_rng(dimension).normal(size=(dimension, 3))


def problem():
    model = mb.models.CentralGrain(2, 4, alpha=0.6, first_coupling=0.9)
    return model, model.draw(seed=8, realization=1)


def rows_of(dimension, comm):
    rows = Rows(dimension, comm)
    whole = whole_array(dimension)
    local = whole[rows.start : rows.stop]
    return {
        "bounds": (rows.start, rows.stop),
        "shifted": {offset: rows.shifted(local, offset) for offset in OFFSETS},
        "whole_columns": rows.whole_columns(local),
        "sum": rows.sum(local.sum(axis=0)),
        "scatter": rows.scatter(whole if comm.rank == 0 else None),
        "gather": rows.gather(local),
    }


def pairs_of(solver, comm):
    model, sample = problem()
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(K), solver, comm)
    return {
        "energies": pairs.energies,
        "residuals": pairs.residuals,
        "orthonormality": pairs.stats["orthonormality"],
        "local_shape": pairs.vectors.shape,
        "vectors": pairs.gather(),
        **mb.measure(pairs, OBSERVABLES),
    }


def refusal_of(solver, comm):
    """An empty window raises on all ranks at once: else this would hang."""
    model, sample = problem()
    operator = model.operator(sample)
    levels = mb.eigenpairs(operator, mb.Target.middle(K), "dense", comm).energies
    widest = int(np.argmax(np.diff(levels)))
    gap = levels[widest + 1] - levels[widest]
    empty = mb.Target.window(levels[widest] + 0.3 * gap, levels[widest + 1] - 0.3 * gap)
    try:
        mb.eigenpairs(operator, empty, solver, comm)
    except mb.errors.InvalidInput as error:
        return str(error).splitlines()[0], raised_on_all_ranks(error)
    return "no error", False


def windowed_of(coupling, comm):
    """The window method with states left out of P: one tail coupling, and pairs."""
    model = mb.models.CentralGrain(2, 6, alpha=0.5, first_coupling=0.4, coupling=coupling)
    operator = model.operator(model.draw(seed=8, realization=1))
    frame = Frame.build(operator, N_CORE, comm)
    near = Near.around(frame, 0.0, OMEGA)
    on_near = np.random.default_rng(3).standard_normal((near.count, 2))
    image = np.empty((*frame.shape, 2))
    coupling_of_near_part(near, on_near[near.own], image, np.empty_like(image))
    back = near_part_of_coupling(near, image, np.empty_like(image))
    whole = np.zeros((frame.n_levels, frame.n_outer, 2))
    mine = np.zeros((*frame.shape, 2))
    mine[near.places] = on_near[near.own]
    whole[:, frame.own] = mine
    solver = Windowed(n_core=N_CORE, omega=OMEGA)
    pairs = mb.eigenpairs(operator, mb.Target.energy(0.0, K), solver, comm)
    return {
        "basis": np.kron(frame.core_vectors, np.eye(frame.n_outer)),
        "x": whole,  # this rank's part of it, zero elsewhere
        "own": frame.own,
        "image": image,
        "back": back,
        "places": near.places,
        "energies": pairs.energies,
        "residuals": pairs.residuals,
        "complete": pairs.complete,
        "iterations": pairs.stats["iterations"],
        "near": near.count,
        "D": operator.dimension,
    }


def halves_of(comm):
    """Who works on which half, and how an error of the second half reaches everybody."""

    def ranks(name, own):
        return name, own.allgather(comm.rank)

    def failing(own):
        if own.size == 1:
            mb.Target.middle(-1)  # nobody of its half waits for it
        return together(own, lambda: mb.Target.middle(-own.size))

    try:
        by_halves(comm, [lambda own: ranks("first", own), failing])
    except mb.errors.InvalidInput as error:
        caught = str(error).splitlines()[0], raised_on_all_ranks(error)
    pieces = [lambda own: ranks("first", own), lambda own: ranks("second", own)]
    return {"results": by_halves(comm, pieces), "caught": caught}


def lattice_of(comm):
    """Orbitals dealt by rows, and what is measured on whole ones."""
    lattice = mb.models.SquareLattice(radius=3, W=1e3, theta_0=1.0)
    op = lattice.operator(lattice.draw(seed=1, realization=0))
    pairs = mb.eigenpairs(op, mb.Target.all(), "dense", comm)
    return mb.measure(pairs, ["grain_amplitude", "orbital_site"], lattice)


def probes_of(comm):
    """Observables of papers C and E, from the whole spectrum and from windows."""
    model = mb.models.CentralGrain(2, 4, alpha=0.6, first_coupling=0.9, coupling="xx")
    sample = model.draw(seed=8, realization=1)
    op = model.operator(sample)
    spectrum = mb.eigenpairs(op, mb.Target.all(), "dense", comm)
    options = Measurement(bin_width=0.3, reach=9.0)
    given = {"sample": sample, "levels": slice(25, 40), "options": options}

    def around(energy):
        return mb.eigenpairs(op, mb.Target.energy(energy, 9), "dense", comm)

    return {
        "whole": mb.measure(spectrum, PROBES, model, **given),
        "windows": mb.measure(spectrum, OF_WINDOWS, model, around=around, **given),
    }


def hybridization_of_few(comm):
    """One state, on one of the ranks; and five, of which one has no weight one."""
    model = mb.models.CentralGrain(2, 4, alpha=0.6, first_coupling=0.9, coupling="xx")
    sample = model.draw(seed=8, realization=1)
    spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense", comm)
    given = {"sample": sample, "options": Measurement(bin_width=0.3, reach=2.1)}
    one = mb.measure(spectrum.select([30]), ["hybridization"], model, **given)
    five = spectrum.select(slice(30, 35))
    spoilt = replace(five, vectors=five.vectors * [1, 1, 1, 1, 1.1])
    try:
        mb.measure(spoilt, ["hybridization"], model, **given)
    except mb.errors.InvalidInput as error:
        return one["hybridization"], str(error)
    return one["hybridization"], "no error"


def block_states_of(comm):
    """Density matrices from rows, whatever rows the ranks have."""
    rows = Rows(math.prod(BLOCK_DIMS), comm)
    real, imaginary = np.random.default_rng(5).standard_normal((2, rows.dimension, 3))
    local = (real + 1j * imaginary)[rows.start : rows.stop]
    return [block_states(local, BLOCK_DIMS, block, rows) for block in BLOCKS]


def small_grain_of(comm):
    """Grain with each l-bit where the density matrices come from rows: one grain spin."""
    model = mb.models.CentralGrain(1, 5, alpha=0.8, first_coupling=0.9)
    op = model.operator(model.draw(seed=3, realization=0))
    pairs = mb.eigenpairs(op, mb.Target.middle(5), "dense", comm)
    return mb.measure(pairs, ["mutual_information_lbits", "negativity_lbits"], model)


def dynamical_of(comm):
    """Moments of the grain's spin, whose partners lie on other rows, and of the outermost l-bit."""
    model, sample = problem()
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(K), "dense", comm)
    result = {}
    for pauli in (Pauli("x", 0, 1), Pauli("z", 4)):
        found = dynamical_moments(pairs, pauli, resolution=0.2)
        w, weights = lanczos_spectral(pairs, pauli, level=3, steps=6)
        result[pauli] = {
            "moments": found.moments,
            "expectation": found.expectation,
            "scale": found.scale,
            "w": w,
            "weights": weights,
        }
    return result


def evolution_of(comm):
    """Random and product states in time."""
    model, sample = problem()
    op = model.operator(sample)
    rows = Rows(op.dimension, comm)
    states = random_states(op.space, 3, Streams(2, 0), rows)
    *_, last = evolve(op, states, [0.0, 4.0, 9.5], 1e-11, rows)
    memory = memory_in_time(op, states, [2.0, 9.5], tolerance=1e-11, rows=rows)
    starts = mb.models.uncoupled_states(model, sample, 3, rows=rows)
    names = ("sigma_z_lbits", "entropy_lbits", "entropy_cuts")
    vectors = starts.vectors(rows)
    path = trajectory(op, vectors, [0.0, 9.5], names, 1e-11, rows)
    return {
        "random": rows.gather(states),
        "evolved": rows.gather(last.vectors),
        "memory": memory.samples,
        "drifts": np.array([last.norm_drift, last.energy_drift]),
        "starts": rows.gather(vectors),
        "product": product_memory(op, starts, [9.5], 1e-11, rows).samples,
        **path.values,
    }


def poor_start_of(comm):
    """A state with a NaN on the last rank alone raises on all."""
    model, sample = problem()
    op = model.operator(sample)
    rows = Rows(op.dimension, comm)
    states = np.ones((rows.stop - rows.start, 1))
    if comm.rank == comm.size - 1:
        states[-1] = np.nan
    try:
        next(evolve(op, states, [1.0], 1e-8, rows))
    except mb.errors.InvalidInput as error:
        return str(error).splitlines()[0]
    return "no error"


class Interrupted(mb.solvers.DmrgX):
    """One of its searches ends with an error, on the rank that has it."""

    def state(self, op, start):
        if start == mb.solvers.product_states(op, STARTS)[5]:
            raise np.linalg.LinAlgError("SVD did not converge")
        return super().state(op, start)


def dmrgx_of(comm):
    """Starts dealt to the ranks: one ends with an error, two lead to the same state."""
    model, sample = problem()
    op = model.operator(sample)
    states = mb.solvers.mps_eigenstates(op, STARTS, Interrupted(), comm)
    pairs = states.eigenpairs()
    try:
        states.state(5)
    except mb.errors.SolverFailure as error:
        refusal = str(error)
    return {
        "energies": states.energies,
        "variances": states.variances,
        "overlaps": states.overlaps,
        "outcomes": states.outcomes,
        "reasons": states.reasons,
        "same_as": states.same_as,
        "distinct": states.distinct,
        "ranks": states.ranks,
        "own": sorted(states.own),
        "refusal": refusal,
        "third": states.state(3).mps.to_dense().ravel(),
        "vectors": pairs.gather(),
        "pair_energies": pairs.energies,
        "orthonormality": pairs.stats["orthonormality"],
        **measure_mps(states, OF_NETWORKS),
    }


def exact_chains_of(comm):
    """States of one realization dealt, realizations of short chains dealt."""
    chains = Chains(
        alphas=(0.4,), realizations=1, states=3, n_lbits=5, short_alphas=(0.5,), short_lbits=3,
        short_realizations=5, short_states=4, theory_lbits=(),
    )  # fmt: skip
    table = chains_table(chains, comm)
    return {
        "curves": table["curve"].tolist(),
        "numbers": table.drop(columns=["panel", "curve"]).to_numpy(float),
    }


def study_of(folder, comm, *overrides):
    solver = "slepc" if HAS_SLEPC else "shift_invert"
    study = load_study(STUDY, [f"ensemble.1.solver={solver}", *overrides])
    outcome = run_study(study, folder, comm)
    return {"computed": outcome.computed, "failures": outcome.failures}


def main(output):
    comm = world()
    result = {
        "rows": {dimension: rows_of(dimension, comm) for dimension in DIMENSIONS},
        "pairs": {solver: pairs_of(solver, comm) for solver in SOLVERS},
        "empty": {s: refusal_of(s, comm) for s in SOLVERS if s != "shift_invert"},
        "windowed": {name: windowed_of(name, comm) for name in COUPLINGS},
        "halves": halves_of(comm),
        "lattice": lattice_of(comm),
        "block_states": block_states_of(comm),
        "small_grain": small_grain_of(comm),
        "dynamical": dynamical_of(comm),
        "dmrgx": dmrgx_of(comm),
        "exact_chains": exact_chains_of(comm),
        "probes": probes_of(comm),
        "hybridization_of_few": hybridization_of_few(comm),
        "evolution": evolution_of(comm),
        "poor_start": poor_start_of(comm),
        "study": study_of(output / "all_ranks", comm, f"resources.ranks_per_problem={comm.size}"),
        "study_by_pairs": study_of(output / "pairs", comm, "resources.ranks_per_problem=2"),
    }
    every = [result] if isinstance(comm, Serial) else comm.gather(result)
    if comm.rank == 0:
        (output / "result.pickle").write_bytes(pickle.dumps(every))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
