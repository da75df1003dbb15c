"""A real OpenAI-compatible endpoint on the loopback interface, with faults on demand.

As a process of its own (`python -m tests.server --port 8000`) or from a test:

    with Stub.running() as stub:
        stub.setup(rules=[{"when": "row 7", "do": "status", "status": 500, "times": 2}])
        ...
        assert stub.stats()["requests"] == 12

`app` answers, `rules` decides who meets which fault, `process` runs it as a child, `tunnel` is a proxy.
"""

from tests.server.process import Stub

__all__ = ["Stub"]
