"""Where `rtlglot serve` listens and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass

from rtlglot.errors import UsageError
from rtlglot.options import flag, refuse_below

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSpec:
    """Where it listens and how much it takes; its fields are the flags of `rtlglot serve`."""

    host: str = flag("address to listen on; other than loopback only with --token-file", default="127.0.0.1")
    port: int = flag("0 takes a free one", default=8765)
    socket: str = flag("listen on a Unix socket instead", default="", metavar="PATH")
    token_file: str = flag(
        "clients must send the token in it (Authorization: Bearer)", default="", metavar="FILE"
    )
    ledger: str = flag(
        "keep verdicts in this file (default: forget them at the end)", default="", metavar="FILE"
    )
    table: str = flag("the table of rewards as JSON", default="", metavar="FILE.json")
    workers: int | None = flag("checks at once (default: all cores)", default=None)
    queue: int = flag("replies that may wait or be graded; more are told to come again", default=2_000)
    missing: float = flag("the number of a reply that gets no reward, for /verify", default=0.0)
    max_mb: float = flag("largest request", default=8.0)
    slow_s: float = flag("seconds for a client to send its request", default=15.0)
    drain_s: float = flag("seconds for what is in flight at the end", "--drain", default=30.0)

    def __post_init__(self) -> None:
        refuse_below(0, self, "", "workers", "queue", "max_mb", "slow_s", "drain_s")
        if self.host not in LOOPBACK and not self.socket and not self.token_file:
            raise UsageError(
                f"{self.host} can be reached by others", hint="give a --token-file, or listen on 127.0.0.1"
            )
