"""python -m tests.server [--port N] [--setup JSON] [--cert FILE --key FILE [--client-ca FILE]]

Prints its port as one line of JSON and serves until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys

from aiohttp import web

from tests.server.app import Endpoint
from tests.server.rules import Setup


async def serve(options: argparse.Namespace) -> None:
    setup = Setup()
    setup.change(json.loads(options.setup))
    # Cancelling the handler when the client goes is how a real engine notices an abort.
    runner = web.AppRunner(Endpoint(setup).app(), handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", options.port, ssl_context=tls(options), backlog=2048)
    await site.start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if not options.cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.cert, options.key)
    if options.client_ca:
        context.load_verify_locations(options.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--setup", default="{}")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    asyncio.run(serve(parser.parse_args()))


main()
