"""`python -m tests.measured`: puts together what the processes of a run saw, and holds it to the floor."""

import sys
import zlib
from pathlib import Path

from coverage import Coverage, CoverageData
from coverage.exceptions import CoverageException

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Print the report; 2 where the floor in pyproject.toml is not reached."""
    folder = ROOT / "build" / "coverage"
    merged = folder.parent / "coverage.sqlite"
    whole = Coverage(data_file=str(merged), config_file=str(ROOT / "pyproject.toml"))
    whole.erase()
    for path in sorted(folder.iterdir()):
        part = CoverageData(no_disk=True)
        try:
            part.loads(path.read_bytes())
        except (CoverageException, zlib.error):
            pass  # a process that was killed wrote nothing, or not to the end
        else:
            whole.get_data().update(part)
        path.unlink()
    share = whole.report(skip_covered=True, skip_empty=True, sort="cover")
    floor = whole.config.fail_under
    print(f"{share:.1f} % of src, branches counted; the floor is {floor:g} %")
    return 0 if share >= floor else 2


if __name__ == "__main__":
    sys.exit(main())
