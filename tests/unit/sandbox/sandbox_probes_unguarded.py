"""A script that runs a box when imported, as one without a guard does."""

import asyncio

from rtlglot.sandbox import open_box


async def main() -> None:
    async with open_box(workers=1) as box:
        await box.run("sandbox_probes_unguarded:tool", {}, cpu_s=20)


asyncio.run(main())
