"""Vector instructions for numba loops, written out with llvmlite.

The compiler does not find them by itself in these loops: it cannot know that the arrays do not
overlap. The scalar version of the same loops is three to four times slower.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

# Doubles in one vector variable: one AVX-512 register, two of AVX2; blocks are multiples of it.
LANES = 8
ROWS_TOGETHER = 4
VECTORS_TOGETHER = 4

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_INT64 = ir.IntType(64)
_MAY_FUSE = ("contract",)


def _int(n: int) -> ir.Constant:
    return ir.Constant(_INT64, n)


def _address(builder: Any, base: Any, index: Any) -> Any:
    return builder.bitcast(builder.gep(base, [index]), _VECTOR.as_pointer())


def _load(builder: Any, base: Any, index: Any) -> Any:
    value = builder.load(_address(builder, base, index))
    value.align = 8
    return value


def _store(builder: Any, value: Any, base: Any, index: Any) -> None:
    builder.store(value, _address(builder, base, index)).align = 8


def _all_lanes(builder: Any, number: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    single = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(single, nothing, zeros)


def _multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return builder.fadd(builder.fmul(a, b, flags=_MAY_FUSE), c, flags=_MAY_FUSE)


def _add_to(builder: Any, place: Any, factor: Any, value: Any) -> None:
    builder.store(_multiply_add(builder, factor, value, builder.load(place)), place)


def _zeros(builder: Any, count: int) -> list[Any]:
    places = [cgutils.alloca_once(builder, _VECTOR) for _ in range(count)]
    for place in places:
        builder.store(ir.Constant(_VECTOR, [0.0] * LANES), place)
    return places


def _pointers(context: Any, builder: Any, signature: Any, args: Any, count: int) -> list[Any]:
    return [
        context.make_array(signature.args[k])(context, builder, args[k]).data for k in range(count)
    ]


def _mixed(builder: Any, u: Any, mix: Any, numbers: Any, i: Any, width: Any, d: Any) -> list[Any]:
    """Sums over the entries of ``mix = (columns, values, count)`` for the rows `numbers`."""
    columns, values, count = mix
    sums = _zeros(builder, len(numbers))
    with cgutils.for_range(builder, count) as loop:
        first = builder.mul(loop.index, d)
        for number, total in zip(numbers, sums, strict=True):
            entry = builder.add(first, number)
            column = builder.load(builder.gep(columns, [entry]))
            factor = _all_lanes(builder, builder.load(builder.gep(values, [entry])))
            value = _load(builder, u, builder.add(builder.mul(column, width), i))
            _add_to(builder, total, factor, value)
    return sums


def sum_of_tiles(vectors: int) -> Any:
    """An intrinsic for `vectors` vector variables of the tiles."""

    @intrinsic
    def generated(  # type: ignore[no-untyped-def]
        typing, u, x, columns, values, to, at, length, first, last
    ):
        """``u[to + i] = sum_e values[e] x[columns[e] * length + at + i]``, e in first..last."""
        signature = types.void(u, x, columns, values, *[types.int64] * 5)

        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            u, x, columns, values = _pointers(context, builder, signature, args, 4)
            to, at, length, first, last = args[4:]
            sums = _zeros(builder, vectors)
            with cgutils.for_range(builder, builder.sub(last, first)) as loop:
                entry = builder.add(first, loop.index)
                column = builder.sext(builder.load(builder.gep(columns, [entry])), _INT64)
                factor = _all_lanes(builder, builder.load(builder.gep(values, [entry])))
                place = builder.add(builder.mul(column, length), at)
                for k, total in enumerate(sums):
                    value = _load(builder, x, builder.add(place, _int(k * LANES)))
                    _add_to(builder, total, factor, value)
            for k, total in enumerate(sums):
                _store(builder, builder.load(total), u, builder.add(to, _int(k * LANES)))
            return context.get_dummy_value()

        return signature, generate

    return generated


def tile_rows(rows: int) -> Any:
    """An intrinsic for `rows` levels of the core."""

    @intrinsic
    def generated(  # type: ignore[no-untyped-def]
        typing, y, z, x, u, core, columns, values, row, i, width, d, inner, count, here, a, e, f, g
    ):
        """``y = a (core x + C u) + e x + f y + g z``; `inner` is 0 without core, else d."""
        arrays = (y, z, x, u, core, columns, values)
        signature = types.void(*arrays, *[types.int64] * 7, *[types.float64] * 4)

        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            y, z, x, u, core, columns, values = _pointers(context, builder, signature, args, 7)
            row, i, width, d, inner, count, here = args[7:14]
            a, e, f, g = (_all_lanes(builder, number) for number in args[14:])
            numbers = [builder.add(row, _int(r)) for r in range(rows)]
            sums = _mixed(builder, u, (columns, values, count), numbers, i, width, d)
            starts = [builder.mul(number, d) for number in numbers]
            with cgutils.for_range(builder, inner) as loop:
                place = builder.add(builder.add(here, builder.mul(loop.index, width)), i)
                value = _load(builder, x, place)
                for start, total in zip(starts, sums, strict=True):
                    number = builder.load(builder.gep(core, [builder.add(start, loop.index)]))
                    _add_to(builder, total, _all_lanes(builder, number), value)
            for number, total in zip(numbers, sums, strict=True):
                place = builder.add(builder.add(here, builder.mul(number, width)), i)
                result = builder.fmul(a, builder.load(total))
                for factor, array in ((e, x), (f, y), (g, z)):
                    result = _multiply_add(builder, factor, _load(builder, array, place), result)
                _store(builder, result, y, place)
            return context.get_dummy_value()

        return signature, generate

    return generated


def add_tile_rows(rows: int) -> Any:
    """An intrinsic for `rows` levels of the core."""

    @intrinsic
    def generated(  # type: ignore[no-untyped-def]
        typing, y, u, columns, values, row, i, width, d, count, here, a
    ):
        """``y += a C u``."""
        signature = types.void(y, u, columns, values, *[types.int64] * 6, types.float64)

        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            y, u, columns, values = _pointers(context, builder, signature, args, 4)
            row, i, width, d, count, here, a = args[4:]
            a = _all_lanes(builder, a)
            numbers = [builder.add(row, _int(r)) for r in range(rows)]
            sums = _mixed(builder, u, (columns, values, count), numbers, i, width, d)
            for number, total in zip(numbers, sums, strict=True):
                place = builder.add(builder.add(here, builder.mul(number, width)), i)
                result = _multiply_add(builder, a, builder.load(total), _load(builder, y, place))
                _store(builder, result, y, place)
            return context.get_dummy_value()

        return signature, generate

    return generated
