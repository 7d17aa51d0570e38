"""Wires and films that tests of the continuum share: those of the tables of the notes."""

from hypothesis import strategies as st

from mbltn.theory import continuum as c


def wire(kind="white", d=0.3, convention="paper", **changes):
    correlator = c.Correlator(kind, w=1.0, d=0.0 if kind == "white" else d)
    return c.Wire(
        **{"eps_F": 5.0, "u": 0.3, "convention": convention, "correlator": correlator, **changes}
    )


WHITE, LORENTZIAN, EXPONENTIAL = (wire(kind) for kind in ("white", "lorentzian", "exponential"))
FILM = c.Film(eps_F=1.0, tau=1.0, alpha=0.1)
UNITARY = c.Film(eps_F=0.6, tau=1.0, alpha=0.1, field=True)

kinds = st.sampled_from(["white", "lorentzian", "exponential"])
correlated = st.sampled_from(["lorentzian", "exponential"])
conventions = st.sampled_from(["paper", "full"])
fractions = st.floats(1e-3, 0.5)  # of Delta_c
