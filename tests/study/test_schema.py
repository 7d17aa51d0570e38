"""Mistakes in a study file are named in the user's words."""

import pytest

from mbltn.errors import StudyError
from mbltn.study import load_study, parse_study, plan

UNKNOWN_KEYS = [
    ("observable=1", "observable is unknown; did you mean 'observables'?"),
    (
        "ensemble.1.realisations=3",
        "ensemble.1.realisations is unknown; did you mean 'realizations'",
    ),
    ("ensemble.0.grid.n_lbit=[2]", "ensemble.0.grid.n_lbit is unknown; did you mean 'n_lbits'?"),
    ("model.alfa=0.5", "model.alfa is unknown; did you mean 'alpha'?"),
    ("model.grain={scal=2.0}", "model.grain.scal is unknown; did you mean 'scale'?"),
    ("resources.share_from=8", "resources.share_from is unknown; did you mean 'shared_from'?"),
    ("theory.fit_alpa=0.4", "theory.fit_alpa is unknown; did you mean 'fit_alpha'?"),
]

WRONG_VALUES = [
    ("ensemble.0.grid.alpha=[0.5, 1.2]", "ensemble.0 with .*alpha=1.2 must lie in"),
    ("ensemble.1.grid.alpha=[0]", "ensemble.1 with .*alpha=0 must lie in"),
    ("ensemble.0.grid.alpha=[nan]", "alpha.0=nan: .*finite number"),
    (
        "ensemble.0.grid.n_lbits=[-1]",
        "ensemble.0 with .*n_lbits=-1 must be .* at least 0",
    ),
    ("ensemble.0.grid.n_lbits=[2.0]", "ensemble.0 with .*n_lbits=2.0 must be an integer"),
    ("ensemble.0.grid.alpha=[]", "ensemble.0.grid.alpha is empty"),
    ("ensemble.1.states=257", "ensemble.1 with .*k=257 .* D=64"),
    ("ensemble.1.states=0", "ensemble.1.states=0: .*greater than or equal to 1"),
    ("ensemble.1.states=most", "ensemble.1.states='most': .*'all', 'middle_quarter', 'paper_c' or"),
    ("ensemble.0.realizations=0", "ensemble.0.realizations=0"),
    ("ensemble.0.energy=0.5", "energy=0.5 has no meaning for states='middle_quarter'"),
    ("ensemble.1.energy=nan", "energy=nan: .*finite number"),
    ("ensemble.0.solver=dens", "solver 'dens' is unknown; did you mean 'dense'?"),
    ('observables=["gap_rato"]', "'gap_rato' is not an observable .*did you mean 'gap_ratio'?"),
    ("model.kind=Sun", "model.kind='Sun' is not one of CentralGrain"),
    ("model.kind=[1]", r"model.kind=\[1\] is not one of CentralGrain"),
    ("model.xi=2.0", "alpha=0.4 and xi=2.0: give exactly one"),
    ("model.n_grain=[2, 3]", "n_grain"),
    ("model.grain={kind='gue'}", "model.grain.kind='gue' is not one of goe"),
    ("model.grain={scale='big'}", "ensemble.0 with .*grain.scale='big'"),
    ("model.grain={kind='local_chain', exchange=nan}", "model.grain.exchange=nan must be finite"),
    ("seed=-1", "seed=-1: .*greater than or equal to 0"),
    ("name=../elsewhere", "name='../elsewhere'"),
]

BAD_OVERRIDES = [
    ("seed", "'seed' must read dotted.key=value"),
    ("=3", "'=3' must read dotted.key=value"),
    ("ensemble.2.states=4", "'2' must be a number 0..1"),
    ("ensemble.first.states=4", "'first' must be a number 0..1"),
    ("seed.big=4", "'seed.big' goes below 'seed', which is not a table"),
    ("seed.big.number=4", "'seed.big.number' goes below 'seed', which is not a table"),
]


@pytest.mark.parametrize(("override", "message"), UNKNOWN_KEYS)
def test_an_unknown_key_names_the_nearest_valid_one(tiny, override, message):
    with pytest.raises(StudyError) as caught:
        plan(tiny(override))
    assert message in str(caught.value)


@pytest.mark.parametrize(("override", "message"), WRONG_VALUES)
def test_a_wrong_value_names_its_place(tiny, override, message):
    with pytest.raises(StudyError, match=message):
        plan(tiny(override))


@pytest.mark.parametrize(("override", "message"), BAD_OVERRIDES)
def test_a_bad_override_says_why(tiny, override, message):
    with pytest.raises(StudyError) as caught:
        tiny(override)
    assert message in str(caught.value)


def test_overrides_reach_tables_lists_and_text(tiny):
    study = tiny(
        "seed=9", "ensemble.1.grid.alpha=[0.3, 0.5]", "name=other", "resources.shared_from=64"
    )
    assert (study.seed, study.name, study.resources.shared_from) == (9, "other", 64)
    assert study.ensemble[1].grid == {"n_lbits": [4], "alpha": [0.3, 0.5]}
    assert study.ensemble[0] == tiny().ensemble[0]


def test_grid_values_keep_their_types(tiny):
    grid = (
        tiny('ensemble.0.grid={n_lbits=[2], alpha=[0.5], coupling=["xx", "pm"], field_half=[true]}')
        .ensemble[0]
        .grid
    )
    assert grid["coupling"] == ["xx", "pm"]
    assert [type(grid[key][0]) for key in ("n_lbits", "alpha", "field_half")] == [int, float, bool]


def test_parsing_leaves_the_given_content_alone(tiny):
    content = tiny().model_dump()
    assert parse_study(content, ["model.n_grain=3"]).model["n_grain"] == 3
    assert content == tiny().model_dump()


@pytest.mark.parametrize("key", ["name", "seed", "observables", "model", "ensemble"])
def test_a_missing_table_is_named(tiny, key):
    content = tiny().model_dump()
    del content[key]
    with pytest.raises(StudyError, match=f"{key} is missing"):
        parse_study(content)


def test_a_file_that_is_no_toml(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text("name = tiny\n")
    with pytest.raises(StudyError, match=r"study\.toml is not a TOML file: .*line 1"):
        load_study(path)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "study.toml"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(StudyError, match=r"study\.toml cannot be read"):
        load_study(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(StudyError, match=r"there is no study file .*absent\.toml"):
        load_study(tmp_path / "absent.toml")
