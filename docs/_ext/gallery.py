"""Writes docs/gallery: figures that the build computes, or draws from the tables that are kept.

Figures that take seconds are made by `mbltn figure`'s own function; those that are drawn from
studies of minutes to hours come from docs/validation. What was made is kept until the package
changes.
"""

import contextlib
import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.image
import pandas as pd
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.display import status_iterator

import mbltn
from mbltn.figures import FIGURES, draw, make
from mbltn.validation.papers import HEADINGS

DOCS = Path(__file__).resolve().parent.parent
FOLDER = DOCS / "gallery"
TABLES = DOCS / "validation"
# Four minutes on one core, and no table of it is kept.
TOO_LONG = ("B-film",)
GROUPS = {**HEADINGS, "s": "Planning"}
THUMBNAIL = 480

# Not by MPLBACKEND, which notebooks would inherit: their figures would not be shown.
matplotlib.use("Agg")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """A figure of the gallery: its name in `FIGURES`, and the size if a kept table has it."""

    name: str
    size: str = ""

    @property
    def file(self) -> str:
        return f"{self.name}-{self.size}" if self.size else self.name

    @property
    def title(self) -> str:
        return FIGURES[self.name].title

    @property
    def command(self) -> str:
        return f"mbltn figure {self.name}" + (f" --size {self.size}" if self.size else "")

    @property
    def origin(self) -> str:
        if self.size:
            return f"Drawn by this build from the table that `{self.command}` left"
        return "Computed and drawn by this build"

    def draw(self) -> None:
        if not self.size:
            # Its progress bars are not for the log of a build.
            with contextlib.redirect_stderr(io.StringIO()):
                make(self.name, FOLDER)
            return
        draw(self.name, pd.read_csv(TABLES / f"{self.file}.csv"), FOLDER / f"{self.file}.png")


def pictures() -> list[Picture]:
    """What the gallery shows, in the order of `FIGURES`."""
    found = []
    for name, figure in FIGURES.items():
        sizes = figure.evidence.sizes
        if sizes:
            kept = (size for size in sizes if (TABLES / f"{name}-{size}.csv").exists())
            found += [Picture(name, size) for size in kept]
        elif name not in TOO_LONG:
            found.append(Picture(name))
    return found


def write(app: Sphinx) -> None:
    """Draw what is missing, and write the pages."""
    FOLDER.mkdir(exist_ok=True)
    stamp = FOLDER / "made-by.txt"
    state = _state()
    if not stamp.exists() or stamp.read_text() != state:
        shutil.rmtree(FOLDER)
        FOLDER.mkdir()
    shown = pictures()
    for picture in status_iterator(
        shown, "drawing the gallery... ", length=len(shown), stringify_func=lambda p: p.file
    ):
        if not (FOLDER / f"{picture.file}-thumbnail.png").exists():
            picture.draw()
            _make_thumbnail(picture)
        _write(FOLDER / f"{picture.file}.md", _page(picture))
    _write(FOLDER / "index.md", _index(shown))
    stamp.write_text(state)


def _state() -> str:
    """Changes with the package and with the tables."""
    digest = hashlib.sha256()
    package = Path(mbltn.__file__).parent
    for path in sorted([*package.rglob("*.py"), *TABLES.glob("*.csv"), Path(__file__)]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _make_thumbnail(picture: Picture) -> None:
    """Of several panels in a row the first one, so that its labels can be read."""
    whole = matplotlib.image.imread(FOLDER / f"{picture.file}.png")
    height, width = whole.shape[:2]
    columns = max(1, round(width / height / 1.2))
    shown = whole[:, : width // columns]
    if columns > 1:
        shown = shown[height // 9 :]  # without the title, which goes across
    first = io.BytesIO()
    matplotlib.image.imsave(first, shown, format="png")
    first.seek(0)
    matplotlib.image.thumbnail(
        first, str(FOLDER / f"{picture.file}-thumbnail.png"), scale=THUMBNAIL / shown.shape[1]
    )


def _write(path: Path, text: str) -> None:
    """Only what changed, so that Sphinx reads no page twice."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _page(picture: Picture) -> str:
    return f"""# {picture.file}

{picture.title}

```{{image}} {picture.file}.png
:alt: {picture.title}
:class: figure
```

{picture.origin}: {{download}}`{picture.file}.csv`.

```
{picture.command}
```

Letters are those of [the papers](../papers.md), geometries of l-bits such as exp1d those of (M2) in
[physics](../physics.md); sizes and numbers of samples are with the
[tables beside theory](../validation/README.md).
"""


def _index(shown: list[Picture]) -> str:
    parts = [
        "# Gallery",
        "Every figure is made while this site is built: computed where that takes seconds, "
        "otherwise drawn from the [tables that are kept](../validation/README.md). "
        "`mbltn figure` lists them; what takes too long for a build is "
        + ", ".join(f"`mbltn figure {name}`" for name in TOO_LONG)
        + ".",
    ]
    for initial, heading in GROUPS.items():
        cards = "\n".join(_card(p) for p in shown if p.name.startswith(initial))
        parts.append(f"## {heading}\n\n::::{{grid}} 1 2 2 3\n:gutter: 2\n\n{cards}\n::::")
    hidden = "\n".join(picture.file for picture in shown)
    parts.append(f"```{{toctree}}\n:hidden:\n\n{hidden}\n```")
    return "\n\n".join(parts) + "\n"


def _card(picture: Picture) -> str:
    return f""":::{{grid-item-card}} {picture.file}
:img-top: {picture.file}-thumbnail.png
:img-alt: {picture.title}
:link: {picture.file}
:link-type: doc

{picture.title}

`{picture.command}`
:::"""


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
