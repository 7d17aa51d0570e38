"""small_disk.py FOLDER PAGES...: the tiny study on file systems of so many pages, each full at
another step: study.json, a journal, the pack, a table, the figure. Then there is more room.

Runs in a mount namespace of its own (`unshare -rm`), where no root is needed, and whose file
systems end with it. Prints what happened, as JSON.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from command_line import mbltn

from mbltn.study import Store
from mbltn.study.journal import encode

TINY = Path(__file__).parent.with_name("study") / "tiny.toml"


def mount(folder, *options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], check=True)


def stored(folder):
    there = (folder / "study.json").exists()
    return {r.id: encode(r) for r in Store(folder).records()} if there else {}


def one(folder, pages, right):
    mount(folder, "-o", f"size={4 * pages}k")
    out = folder / "out"
    try:
        job = mbltn("run", TINY, "--out", out, "--progress", "none")
        kept, listing = stored(out), sorted(p.name for p in out.rglob("*") if p.is_file())
        subprocess.run(["mount", "-o", "remount,size=8m", folder], check=True)
        again = mbltn("run", TINY, "--out", out, "--progress", "none")
        now = stored(out)
        return {
            "pages": pages,
            "code": job.returncode,
            "said": job.stderr,
            "files": listing,
            "kept": len(kept),
            "lost": sum(now.get(name) != content for name, content in kept.items()),
            "again": again.returncode,
            "found": f"14 realizations: {len(kept)} found, {14 - len(kept)} comp" in again.stderr,
            "equal": all(
                (out / name).read_bytes() == (right / name).read_bytes()
                for name in ("table.csv", "realizations.csv", "comparison.csv")
            ),
            "figure": (out / "figure.png").exists(),
            "left": [p.name for p in out.rglob("*") if p.suffix in (".part", ".damaged")],
        }
    finally:
        subprocess.run(["umount", folder], check=True)


def main(folder, *sizes):
    logging.disable(logging.CRITICAL)
    right = folder / "right"
    assert mbltn("run", TINY, "--out", right, "--progress", "none").returncode == 0
    small = folder / "small"
    small.mkdir()
    print(json.dumps([one(small, int(pages), right) for pages in sizes]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
