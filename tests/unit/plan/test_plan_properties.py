"""What must hold for every model, GPU and need."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtlglot.plan import Gpus, ModelShape, Need, Plan, load_shape, plan
from rtlglot.plan.choose import ENOUGH_ROWS
from rtlglot.plan.known import KNOWN

known = st.sampled_from(sorted(KNOWN)).map(load_shape)


@st.composite
def invented(draw: st.DrawFn) -> ModelShape:
    """Any shape whose heads divide as transformers' heads do."""
    kv_heads = draw(st.integers(1, 16))
    heads = kv_heads * draw(st.integers(1, 8))
    head_dim = draw(st.sampled_from([64, 96, 128]))
    return ModelShape(
        name="invented",
        layers=draw(st.integers(1, 120)),
        hidden=heads * head_dim,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        intermediate=draw(st.integers(1, 64)) * 512,
        vocabulary=draw(st.integers(1000, 260_000)),
        context_tokens=131_072,
        tied=draw(st.booleans()),
        experts=draw(st.sampled_from([0, 0, 8])),
    )


shapes = known | invented()
memories = st.floats(4, 200)
needs = st.builds(Need, st.integers(1, 8192), row_tokens=st.integers(1, 4000))


def rows(made: Plan) -> int:
    return made.chosen.rows_in_flight_total if made.chosen else 0


@given(shapes, st.integers(1, 24), st.sampled_from([1, 2, 4, 8]), memories, memories, needs)
def test_more_memory_never_fits_less(
    shape: Any, count: int, per_node: int, one: Any, other: Any, need: Any
) -> None:
    less, more = sorted((one, other))
    small, large = (plan(shape, Gpus(count, gib, per_node), need) for gib in (less, more))
    assert (large.chosen is not None) >= (small.chosen is not None)
    for before, after in zip(small.alternatives, large.alternatives, strict=True):
        assert after.fits >= before.fits
        assert after.rows_in_flight >= before.rows_in_flight


@given(shapes, st.integers(1, 24), st.sampled_from([1, 2, 4, 8]), memories, st.integers(1, 24), needs)
def test_more_gpus_never_fewer_rows(
    shape: Any, count: int, per_node: int, gib: Any, extra: Any, need: Any
) -> None:
    few = plan(shape, Gpus(count, gib, per_node), need)
    many = plan(shape, Gpus(count + extra, gib, per_node), need)
    assert rows(many) >= rows(few)


@given(shapes, st.integers(1, 16), memories, st.integers(1, 8192), st.integers(1, 8192))
def test_a_longer_context_never_fits_more(shape: Any, count: int, gib: Any, one: Any, other: Any) -> None:
    short, long = sorted((one, other))
    first, second = (plan(shape, Gpus(count, gib), Need(tokens)) for tokens in (short, long))
    assert (first.chosen is not None) >= (second.chosen is not None)
    for before, after in zip(first.alternatives, second.alternatives, strict=True):
        assert before.fits >= after.fits
        assert before.rows_in_flight >= after.rows_in_flight


@given(shapes, st.integers(1, 16), memories, needs)
def test_lighter_weights_never_fit_less(shape: Any, count: int, gib: Any, need: Any) -> None:
    full = plan(shape, Gpus(count, gib), need)
    light = plan(replace(shape, weight_bits=8.0), Gpus(count, gib), need)
    for before, after in zip(full.alternatives, light.alternatives, strict=True):
        assert after.fits >= before.fits


@given(shapes, st.integers(1, 24), st.sampled_from([1, 2, 4, 8]), memories, needs)
def test_every_split_is_one_that_an_engine_can_make(
    shape: Any, count: int, per_node: int, gib: Any, need: Any
) -> None:
    made = plan(shape, Gpus(count, gib, per_node), need)
    for split in made.alternatives:
        assert split.tensor_parallel <= per_node
        assert split.gpus * split.data_parallel <= count
        assert split.pipeline_parallel == 1 or split.gpus > per_node
        if split.budget is not None:
            assert shape.heads % split.tensor_parallel == 0
            assert split.fits == (split.budget.kv_tokens >= need.max_model_len)
        else:
            assert not split.fits


@given(shapes, st.integers(1, 24), memories, needs)
def test_the_choice_is_busy_where_any_is(shape: Any, count: int, gib: Any, need: Any) -> None:
    made = plan(shape, Gpus(count, gib), need)
    if made.chosen is None:
        assert not any(split.fits for split in made.alternatives)
        return
    enough = [s.gpus for s in made.alternatives if s.fits and s.rows_in_flight >= ENOUGH_ROWS]
    assert made.chosen in made.alternatives
    assert made.chosen.gpus <= min(enough, default=count)
