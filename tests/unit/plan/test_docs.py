"""docs/plan.md says what the planner says."""

import re
from pathlib import Path

from rtlglot.plan import Gpus, Need, load_shape, plan, shown_gib
from rtlglot.plan.choose import ENOUGH_ROWS
from rtlglot.plan.observed import SEEN_IT_S

PAGE = Path(__file__).parents[3] / "docs" / "plan.md"
ROW = re.compile(r"^\| (\d) \| ([\d,]+) \| (Llama-\S+) \|(.*)\|$", re.MULTILINE)


def test_the_table() -> None:
    rows = ROW.findall(PAGE.read_text())
    assert len(rows) == 18
    for tensor, context, name, rest in rows:
        model, tokens = f"meta-llama/{name}-Instruct", int(context.replace(",", ""))
        made = plan(load_shape(model), Gpus(int(tensor), shown_gib(80)), Need(tokens))
        split = next(s for s in made.alternatives if s.tensor_parallel == int(tensor))
        spent = split.budget
        assert spent
        said = "does not fit"
        if split.fits:
            said = "fits" if split.rows_in_flight >= ENOUGH_ROWS else "fits, under 128 rows"
        *cells, seen = (cell.strip() for cell in rest.split("|"))
        assert cells == [
            f"{spent.weights_gib:.1f} GiB",
            f"{spent.kv_gib:.1f} GiB" if spent.kv_gib > 0 else "none",
            f"{spent.kv_tokens:,}",
            f"{spent.kv_tokens / tokens:.1f}",
            f"{split.rows_in_flight:,}",
            said,
        ]
        rate = SEEN_IT_S.get((model.lower(), int(tensor), tokens))
        if rate is None:
            assert seen == ("not tried" if split.fits else "not enough memory")
        else:
            assert seen.startswith(f"{rate:.2f} it/s")
            assert ("preempted" in seen) == ("under" in said)
