"""Seconds of messages from latency and bandwidth, against sums done by hand."""

import math
from dataclasses import replace

import pytest

from mbltn.comm import Serial
from mbltn.errors import InvalidInput
from mbltn.machine import Machine
from mbltn.network import Network, Traffic, measured_network

SLOW = Network(latency=1.0, bandwidth=10.0)


@pytest.mark.parametrize(
    ("traffic", "ranks", "seconds"),
    [
        (Traffic(messages=3, sent=50), 8, 3 + 5),
        # Two times three hops; 7/8 of the array leaves a rank and comes back.
        (Traffic(sums=1, summed=80), 8, 6 + 2 * 70 / 10),
        (Traffic(casts=1, cast=80), 8, 6 + 2 * 70 / 10),
        (Traffic(gathers=1, gathered=80), 8, 3 + 70 / 10),
        (Traffic(deals=2, dealt=80), 8, 2 * 7 + 80 / 10),
        (Traffic(waits=4), 8, 4 * 3),
        (Traffic(waits=1), 5, 3),
        (Traffic(messages=3, sent=50, sums=1, summed=80, waits=4), 1, 0),
    ],
)
def test_seconds(traffic, ranks, seconds):
    assert SLOW.seconds(traffic, ranks) == pytest.approx(seconds)
    assert SLOW.seconds(2 * traffic, ranks) == pytest.approx(2 * seconds)
    assert SLOW.seconds(traffic + Traffic(waits=1), ranks) == pytest.approx(
        seconds + math.ceil(math.log2(ranks))
    )


def test_what_nodes_share_does_not_go_by_the_network():
    """Of three partners of each of eight ranks one is on the same node if there are four nodes."""
    traffic = Traffic(messages=3, sent=60)
    stated = Machine(ranks=8, network=SLOW)
    assert stated.seconds_of(traffic) == pytest.approx(3 + 6)
    assert replace(stated, nodes=8).seconds_of(traffic) == pytest.approx(3 + 6)
    assert replace(stated, nodes=4).seconds_of(traffic) == pytest.approx(2 + 4, rel=1e-6)


@pytest.mark.parametrize(
    "values", [(-1e-6, 1e9), (math.inf, 1e9), (math.nan, 1e9), (1e-6, 0.0), (1e-6, math.nan)]
)
def test_impossible_networks(values):
    with pytest.raises(InvalidInput, match="must be"):
        Network(*values)


def test_one_rank_has_no_network():
    with pytest.raises(InvalidInput, match="start two"):
        measured_network(Serial())
