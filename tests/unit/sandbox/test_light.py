"""What a child costs grows with what its zygote holds: nothing that no tool of the ladder needs."""

import subprocess
import sys

UNNEEDED = (
    "asyncio concurrent email importlib.metadata logging pathlib random shutil socket ssl tempfile threading"
)


def test_the_zygote_of_the_ladder_is_light() -> None:
    code = "import sys, rtlglot.sandbox.zygote, rtlglot.tools.yosys.synth, rtlglot.tools.slang.diagnose"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(UNNEEDED.split()) & set(loaded)
