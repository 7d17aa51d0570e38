"""The picture of a study while a job is writing into its folder."""

import numpy as np
import pandas as pd

from mbltn.report import comparison_of, draw
from mbltn.study import Store, run_study


def test_the_curve_is_fitted_to_the_points_beside_it(tiny, tmp_path, monkeypatch):
    for n in (2, 3):
        run_study(tiny(f"ensemble.0.realizations={n}"), tmp_path / str(n))
    curves = []
    monkeypatch.setattr(
        "mbltn.report.figure.draw_failed_avalanches",
        lambda *arguments, **options: curves.append(options["curves"]),
    )
    folder = tmp_path / "2"
    draw(folder)
    first = comparison_of(folder).curves
    draw(folder)
    here = Store(folder)
    for record in Store(tmp_path / "3").records():
        if record.id not in here.done():
            here.write(record)
    draw(folder)
    never_compared, written, anew = curves
    assert never_compared is None
    pd.testing.assert_frame_equal(written, first)
    pd.testing.assert_frame_equal(anew, comparison_of(tmp_path / "3").curves)
    assert not np.allclose(anew["theory"], written["theory"], rtol=1e-3)
