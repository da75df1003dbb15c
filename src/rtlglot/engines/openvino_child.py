"""The program in which OpenVINO GenAI runs: `python -m rtlglot.engines.openvino_child`.

A program of its own because OpenVINO's `step()` holds the interpreter lock for up to seconds. It is
spoken to over its standard input and output and ends when its input closes.
"""

from __future__ import annotations

import sys

from rtlglot.engines.channel import Channel, live_and_die_with_the_parent


def main() -> None:
    """Serves one parent."""
    live_and_die_with_the_parent()
    # Importing OpenVINO reports to its maker, unless its telemetry package cannot be imported.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    from rtlglot.engines.openvino_server import OpenVinoServer

    OpenVinoServer(Channel()).serve()


if __name__ == "__main__":
    main()
