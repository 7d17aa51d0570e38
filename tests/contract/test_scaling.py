"""One problem on 1 to 4096 ranks, as predicted: limits that any model must keep."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from conftest import needs_slepc

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.machine import Machine
from mbltn.network import Network
from mbltn.operators import SIGMA_X, HilbertSpace, Operator, Term
from mbltn.operators.tiles import Cut, tiles
from mbltn.operators.traffic import tile_traffic, useful_ranks
from mbltn.solvers.choice.scaling import UNCOUNTED, on_ranks
from mbltn.solvers.filtered.traffic import solve_traffic

METHODS = ("windowed", "filtered")
FREE = Network(latency=0.0, bandwidth=math.inf)
NODES = Machine(ranks=16, nodes=16)


def star(n_lbits, **options):
    model = mb.models.CentralGrain(3, n_lbits, alpha=0.6, coupling="xx", **options)
    return model.operator(model.draw(seed=0, realization=0))


def chain(n_lbits):
    model = mb.models.GrainChain(3, n_lbits, exchange=0.3)
    return model.operator(model.draw(seed=0, realization=0))


def points(method, machine, op=None, target=None):
    op = star(15) if op is None else op
    return on_ranks(op, mb.Target.middle(50) if target is None else target, method, machine)


@pytest.mark.parametrize("method", METHODS)
def test_without_messages_ranks_never_lose(method):
    found = points(method, replace(NODES, network=FREE))
    assert [point.ranks for point in found] == [2**p for p in range(13)]
    assert all(point.communication == 0 for point in found)
    for before, after in pairwise(found):
        assert after.cost.seconds <= before.cost.seconds * (1 + 1e-12)
        assert after.efficiency <= before.efficiency * (1 + 1e-12)


def test_what_every_rank_does_again_stays():
    """The near block is factorised by all: without messages, too, time does not fall for ever."""
    found = points("windowed", replace(NODES, network=FREE))
    assert found[1].efficiency < 0.99
    assert found[-2].cost.seconds < 1.2 * found[-1].cost.seconds


@pytest.mark.parametrize("method", METHODS)
def test_messages_are_added_to_that(method):
    free = points(method, replace(NODES, network=FREE))
    slow = points(method, replace(NODES, network=Network(1e-5, 1e8)))
    assert free[0].efficiency == slow[0].efficiency == 1.0
    for one, other in zip(free[1:], slow[1:], strict=True):
        assert other.cost.seconds - other.cost.communication == pytest.approx(one.cost.seconds)
        assert other.cost.communication > 0


def test_more_ranks_than_configurations_have_nothing_to_do():
    """The core has at least eight levels, so that 2^9 states are at most 2^6 ranks' work."""
    few = star(6)
    found = {p.ranks: p for p in points("filtered", replace(NODES, network=FREE), few)}
    assert found[64].cost.seconds < found[32].cost.seconds
    assert found[128].cost.seconds == pytest.approx(found[64].cost.seconds, rel=1e-9)
    assert useful_ranks(few, 4096) == 64


def test_on_one_node_the_filter_sends_nothing():
    node = Machine(ranks=64)
    within, beyond = points("filtered", node)[6:8]
    assert (within.machine.nodes, beyond.machine.nodes) == (1, 2)
    assert within.communication < 0.1 < beyond.communication


def test_a_tile_that_two_terms_ask_for_is_sent_once():
    """Spin 1 flips where spin 2 is up, and where spin 3 is: three quarters of eight tiles."""
    up = np.diag([1.0, 0.0])
    terms = tuple(Term(0.5, ((1, SIGMA_X), (site, up))) for site in (2, 3))
    traffic = tile_traffic(Operator(HilbertSpace((8, 2, 2, 2, 2)), terms), 2)
    assert traffic.messages.tolist() == [1, 1]
    assert traffic.tiles.tolist() == [6, 6]


def test_ranks_that_divide_nothing_evenly():
    with pytest.raises(InvalidInput, match="a power of two for spins"):
        tile_traffic(star(9), 3)


@pytest.mark.parametrize("ranks", [3, 5, 6, 7, 12, 24])
@pytest.mark.parametrize("name", ["star", "chain"])
def test_estimate_for_ranks_that_divide_nothing_evenly(name, ranks):
    """Against the tiles of other ranks that the rows of each refer to, as they are stored."""
    op = star(7) if name == "star" else chain(7)
    cut = Cut.of(op.space)
    outside = []
    for own in np.array_split(np.arange(cut.configurations), ranks):
        stored = tiles(op, cut, own[0], own[-1] + 1).neighbours
        outside.append(len(np.setdiff1d(np.concatenate([a.indices for a in stored]), own)))
    step = solve_traffic(op, ranks, vectors=0, order=0, block=8, steps=1)
    assert max(outside) / 1.5 < step.sent / (8 * 8 * cut.levels) < 1.5 * max(outside)


@needs_slepc
def test_what_is_not_counted_is_not_predicted_far():
    found = points("slepc", NODES, star(9))
    assert found[-1].ranks == UNCOUNTED


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_solved_is_not_predicted(method):
    assert points(method, NODES, star(6), mb.Target.all()) == []
