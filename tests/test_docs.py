"""The documentation builds without a warning, is current, and its examples run."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_the_docs_build_without_a_warning_or_a_dead_link(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(DOCS), str(tmp_path)],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "From a folder of Verilog" in (tmp_path / "tutorial.html").read_text()


def test_the_command_line_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("cli_reference", DOCS / "cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (DOCS / "cli.md").read_text()
    assert page == module.render(), "run: python docs/cli_reference.py"


def test_relative_links_of_the_readme_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
            assert (ROOT / target).exists(), f"{name} links to {target}"


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert run.returncode == 0, run.stderr
    assert " of 61 rows;" in run.stdout


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_commands_in_the_docs_have_flags_that_exist(page: Path) -> None:
    known = (DOCS / "cli.md").read_text()
    text = page.read_text().replace("\\\n", " ")
    for line in re.findall(r"^(?:\$ )?rtlglot (.+)$", text, re.MULTILINE):
        for flag in re.findall(r"(?<=\s)--[a-z][\w-]*", line):
            assert flag in known, f"{page.name}: {flag} in: rtlglot {line}"
