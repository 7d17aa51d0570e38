"""`mbltn` with one rank that fails while all ranks work in a library: failing_rank.py KIND ..."""

import sys

from mbltn.cli import main
from mbltn.comm import world
from mbltn.solvers.slepc import inverse, krylov

applied = []


def fails_later(mult):
    def once_too_often(self, *arguments):
        applied.append(1)
        if len(applied) == 5:
            raise MemoryError("planted in an application of the inverse")
        return mult(self, *arguments)

    return once_too_often


def fails(*arguments):
    raise MemoryError("planted where eigenvectors are taken out")


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    if world().rank == 1:
        if kind == "solve":
            owner = next(
                each
                for module in (krylov, inverse)
                for each in vars(module).values()
                if isinstance(each, type) and "mult" in vars(each)
            )
            owner.mult = fails_later(owner.mult)
        else:
            krylov._extract = fails
    main()
