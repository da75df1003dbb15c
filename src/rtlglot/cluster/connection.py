"""The cluster: reached, asked what it has, and its errors in our words."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator

import ray
from ray.exceptions import RayError, RayTaskError

from rtlglot.errors import EngineLost, RtlglotError, UsageError
from rtlglot.run.watch import Watch

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_USAGE_DISABLED": "1"}
"""Ray would tell its makers what is run, and look for a monitoring server to ask for more."""
_TIGHT = 0.25
"""Of a CPU, for a replica or a check where there are not more CPUs than replicas."""


@contextlib.contextmanager
def connected(address: str, watch: Watch) -> Iterator[None]:
    """Within it there is a connection. Raises UsageError."""
    if ray.is_initialized():
        yield
        return
    watch.stage(f"connecting to the cluster {address}")
    for name, quiet in _QUIET.items():
        os.environ.setdefault(name, quiet)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        ray.init(address, log_to_driver=False, logging_level="warning")
    except (ConnectionError, ValueError) as error:
        hint = "ray start --head; where one asks for a token: RAY_AUTH_MODE=token, with ~/.ray/auth_token"
        raise UsageError(f"there is no Ray cluster at {address}: {error}", hint=hint) from error
    try:
        yield
    finally:
        ray.shutdown()


def replicas_for(gpus: float) -> int:
    """One for each share of the cluster's GPUs, else for each of its nodes."""
    has = ray.cluster_resources().get("GPU", 0.0)
    nodes = sum(node["Alive"] for node in ray.nodes())
    return max(1, int(has // gpus) if gpus else nodes)


def cpus_of_each(replicas: int) -> float:
    """A whole CPU; less where replicas would leave none to a check, which would wait for ever. Raises
    UsageError where there are too few for that. A cluster that grows when it is asked may have none yet."""
    has = ray.cluster_resources().get("CPU", 0.0)
    share = 1.0 if replicas < has or not has else _TIGHT
    if has and (replicas + 1) * share > has:
        raise UsageError(f"{replicas} replicas are too many for {has:g} CPUs", hint="give fewer --replicas")
    return share


def note_missing_gpus(replicas: int, gpus: float, watch: Watch) -> None:
    """Tell which replicas wait for GPUs: nodes may have been lost, or come when they are asked for."""
    has = ray.cluster_resources().get("GPU", 0.0)
    if gpus * replicas > has:
        watch.note(
            f"{replicas} replicas need {gpus * replicas:g} GPUs and the cluster has {has:g}:"
            " those without start when there are more"
        )


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """What a task or a replica raised is raised here as it was there."""
    try:
        yield
    except RayError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, RtlglotError):
            cause = cause.cause if isinstance(cause, RayTaskError) else cause.__cause__
        if cause is not None:
            raise cause from error
        raise EngineLost(f"the cluster failed: {error}", hint="run the same command: it resumes") from error
