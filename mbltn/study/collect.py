"""Results of one study from many folders or clusters, in one folder."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import StudyError
from .record import Record
from .run import finish
from .schema import Ensemble, Study
from .store import Store
from .work import stored

# Two computers agree on an observable to about this, where no two levels all but coincide.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Collected:
    """How many realizations are there now, were new, and were in several folders."""

    total: int
    added: int
    repeated: int
    cautions: tuple[str, ...]


def collect(out: str | Path, folders: Sequence[str | Path]) -> Collected:
    """Bring the records of `folders` into `out`, and write its tables anew.

    `out` is a new folder or one of the same study, which keeps what it has; the others are only
    read, also while jobs write into them. A realization that is in several of them is kept once.

    Raises
    ------
    StudyError, FolderBusy
        If the folders hold different studies, or two of them different numbers for one
        realization; nothing was added then.
    """
    stores = [Store(folder) for folder in folders]
    target = Store(out)
    if twice := [s.folder for s in stores if s.folder.resolve() == target.folder.resolve()]:
        raise StudyError(
            f"{twice[0]} is the folder to collect into, and keeps what it has: name only others"
        )
    study = _joined([*([target] if target.study() is not None else []), *stores])
    target.claim(study)
    try:
        added = repeated = 0
        try:
            for copies in _by_id([target, *stores]):
                (first, record), *others = copies
                for other, again in others:
                    if reason := difference(record, again):
                        raise StudyError(_conflict(first, other, record, reason))
                repeated += bool(others)
                if first is not target:
                    stored(target, target.write, record)
                    added += 1
        except Exception:
            target.discard()
            raise
        cautions = stored(target, finish, target)
        return Collected(len(target.done()), added, repeated, cautions)
    finally:
        target.release()


def _by_id(stores: Sequence[Store]) -> Iterator[list[tuple[Store, Record]]]:
    """Every realization with all its records, in the order of the folders."""

    def labelled(number: int) -> Iterator[tuple[str, int, Record]]:
        return ((record.id, number, record) for record in stores[number].records())

    merged = heapq.merge(*map(labelled, range(len(stores))), key=lambda found: found[:2])
    for _, group in itertools.groupby(merged, key=lambda found: found[0]):
        yield [(stores[number], record) for _, number, record in group]


def _joined(stores: Sequence[Store]) -> Study:
    """The study of these folders, with every ensemble that any of them has."""
    studies = []
    for store in stores:
        study = store.study()
        if study is None:
            raise StudyError(f"{store.folder} is not a results folder: it has no study.json")
        studies.append(study)
    first = studies[0]
    for store, study in zip(stores, studies, strict=True):
        mine, others = first.identity(), study.identity()
        if different := [key for key in mine if mine[key] != others[key]]:
            key = different[0]
            raise StudyError(
                f"{store.folder} holds another study than {stores[0].folder}: its {key} is "
                f"{others[key]!r}, not {mine[key]!r}. Collect them into folders of their own"
            )
    ensembles = [ensemble for study in studies for ensemble in study.ensemble]
    return first.model_copy(update={"ensemble": _united(ensembles)})


def _united(ensembles: Sequence[Ensemble]) -> list[Ensemble]:
    """Ensembles that differ only in their realizations are one, where these leave no gap."""
    alike: dict[str, list[Ensemble]] = {}
    for ensemble in ensembles:
        key = ensemble.model_dump_json(exclude={"realizations", "first_realization"})
        alike.setdefault(key, []).append(ensemble)
    united: list[Ensemble] = []
    for group in alike.values():
        group.sort(key=lambda ensemble: ensemble.first_realization)
        united.append(group[0])
        for ensemble in group[1:]:
            before = united[-1]
            if ensemble.first_realization > before.numbers.stop:
                united.append(ensemble)
                continue
            stop = max(before.numbers.stop, ensemble.numbers.stop)
            longer = {"realizations": stop - before.first_realization}
            united[-1] = before.model_copy(update=longer)
    return united


def difference(one: Record, other: Record) -> str:
    """What differs between two records of one realization, or nothing.

    Disorder and shapes must be equal, and energies and observables within `TOLERANCE`: two
    computers round differently. Of a realization with doublets only the energies are compared,
    since any two orthogonal states of a doublet are right.
    """
    if one.facts["sample_digest"] != other.facts["sample_digest"]:
        return "the disorder"
    if one.arrays.keys() != other.arrays.keys():
        return f"which arrays there are ({', '.join(one.arrays.keys() ^ other.arrays.keys())})"
    degenerate = one.facts["doublets"] or other.facts["doublets"]
    for name, values in one.arrays.items():
        others = other.arrays[name]
        if values.shape != others.shape:
            return f"the number of states or components ({name}: {values.shape}, {others.shape})"
        if name == "residuals" or (degenerate and name != "energies"):
            continue
        close = np.isclose(values, others, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        if not close.all():
            off = np.nanmax(np.abs(np.subtract(values, others, dtype=complex)))
            return f"{name}, by up to {off:.2g}"
    return ""


def _conflict(first: Store, other: Store, record: Record, reason: str) -> str:
    where = ", ".join(f"{key}={value}" for key, value in record.task["parameters"].items())
    return (
        f"{first.folder} and {other.folder} differ in realization {record.task['realization']} of "
        f"{where} ({record.id}): {reason}. One of them is wrong, or of another version of mbltn: "
        "compare them by mbltn.load(FOLDER).records(), and leave one folder out. Nothing was added"
    )
