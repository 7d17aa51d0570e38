"""Cases whose evidence takes a second or two hold; `make validate` runs them all."""

import pytest

from mbltn.validation.cases import CASES, run_case
from mbltn.validation.evidence import FromStudies

# With what shares their evidence. Studies of eigenstates take longer, too.
SLOW = {
    *("A-dot-relaxation", "A-folds", "A-golden-rule"),
    *("B-film", "B-pairs", "B-wire-lengths"),
    *("C-bubble-samples", "C-golden-rule"),
    *("D-admixtures", "D-chain-sizes", "D-equations", "D-late-times"),
    *("D-lattice-equations", "D-resonant-spin"),
    *("E-camel", "E-chain", "E-coupling", "E-hybridization", "E-universal", "E-widths"),
}
SLOW_EVIDENCE = {CASES[name].evidence for name in SLOW}
QUICK = {
    name: case
    for name, case in CASES.items()
    if not isinstance(case.evidence, FromStudies) and case.evidence not in SLOW_EVIDENCE
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize("case", QUICK.values(), ids=QUICK)
def test_a_quick_case_holds(case, folder):
    verdict = run_case(case, "small", folder)
    outside = [check.quantity for check in verdict.checks if not check.passed]
    assert verdict.passed, outside


def test_every_theory_has_a_quick_case():
    packages = {name.split("/")[0] for case in CASES.values() for name in case.theory}
    quick = {name.split("/")[0] for case in QUICK.values() for name in case.theory}
    assert packages == quick
