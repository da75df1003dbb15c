"""Outputs of the reference that never become defined: about them a proof says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rtlglot.tools.abc.aig import Aig, AigSimulation, Builder, reduced, write_aiger
from rtlglot.tools.abc.difference import mask_of
from rtlglot.tools.abc.solve import Abc, Effort, counterexample


def undefined_within(miter: Aig, names: Sequence[str], effort: Effort, program: str) -> list[str]:
    """Those of the named outputs that stay x in every run of `effort.frames` frames."""
    abc = Abc(program, effort)
    left = list(names)
    while left:
        builder = Builder(miter)
        builder.results["defined"] = builder.either(miter.outputs[mask_of(name)] ^ 1 for name in left)
        graph = reduced(miter.with_outputs(builder, {}))
        if graph.outputs["defined"] == 0:
            break
        Path("defined.aig").write_bytes(write_aiger(graph))
        Path("defined.cex").unlink(missing_ok=True)
        search = "iprove" if not graph.nexts else f"bmc3 -F {effort.frames} -C {effort.conflicts}"
        abc(f"read_aiger defined.aig; {search}; write_cex -a defined.cex", 0.5)
        still = _still_undefined(miter, left, counterexample("defined.cex"))
        if len(still) == len(left):
            break
        left = still
    return left


def _still_undefined(miter: Aig, names: Sequence[str], stimulus: Sequence[Sequence[int]]) -> list[str]:
    simulation = AigSimulation(miter, 1)
    left = list(names)
    for frame in stimulus:
        simulation.frame(frame)
        left = [name for name in left if simulation.word(miter.outputs[mask_of(name)])]
    return left
