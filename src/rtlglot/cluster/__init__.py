"""A transformation on a Ray cluster: the only room that imports Ray."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from rtlglot.errors import UsageError
from rtlglot.run.spec import Spec
from rtlglot.run.watch import Summary, Watch


def run(spec: Spec, watch: Watch | None = None, command: Sequence[str] = ()) -> Summary:
    """As `rtlglot.run.run.run`, on the cluster that the spec names; the output is a folder of parts."""
    if find_spec("ray") is None:
        raise UsageError("a cluster needs Ray, which is not installed", hint="pip install 'rtlglot[ray]'")
    from rtlglot.cluster.driver import drive

    return drive(spec, watch, command)
