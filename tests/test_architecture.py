"""The house keeps its shape: imports one way, tables and folders agree, the door is light."""

import ast
import importlib.resources
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rtlglot
from rtlglot.checks import CHECKS, VERILOG_ONLY
from rtlglot.cli import COMMANDS
from rtlglot.engines import ENGINES
from rtlglot.exports import EXPORTS
from rtlglot.formats import FORMATS
from rtlglot.prompts import builtin_pairs
from rtlglot.records import Reason, Status

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "rtlglot"
HEAVY = (
    "torch",
    "vllm",
    "openvino",
    "openvino_genai",
    "ray",
    "pyslang",
    "pyosys",
    "pyarrow",
    "numpy",
    "jinja2",
    "fsspec",
    "s3fs",
)


def test_imports_go_one_way() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("statement", ["import rtlglot", "import rtlglot.cli; rtlglot.cli.parser()"])
def test_the_door_loads_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in loaded if name.partition(".")[0] in HEAVY]


@pytest.mark.parametrize("check", ["none", "default"])
def test_a_job_of_texts_loads_no_prover_and_no_parser_of_verilog(tmp_path: Path, check: str) -> None:
    (tmp_path / "in.jsonl").write_text('{"instruction": "Write a gate."}\n')
    job = f"transform in.jsonl --from instruction --to description --check {check} -o o.jsonl"
    command = [*job.split(), "--engine", "scripted", "--model", "sentence"]
    code = f"import sys; from rtlglot.cli import main; main({command!r}); print(*sorted(sys.modules));"
    code += "import resource as r; print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss, 'KiB in children')"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = run.stdout.split()
    assert "rtlglot.run.session" in loaded
    heavy = ["pyslang", "pyosys", "rtlglot.tools.prover", "rtlglot.checks.equivalence"]
    heavy += ["rtlglot.checks.fidelity.judge", "rtlglot.prompts.code", "rtlglot.prose.asked", "rtlglot.plan"]
    assert not [name for name in loaded if name.startswith(tuple(heavy))]
    assert "0 KiB in children" in run.stdout  # nothing of it needs the sandbox


def test_the_ladder_of_a_text_loads_no_prover() -> None:
    code = "import sys; from rtlglot.checks.ladder import ladder; ladder('default', 'description')"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = run.stdout.split()
    assert "rtlglot.checks.wording" in loaded
    dear = ("rtlglot.tools.prover", "rtlglot.tools.simulator", "rtlglot.checks.equivalence")
    assert not [name for name in loaded if name.startswith(dear)]
    assert {name for name in CHECKS if CHECKS.load(name).fields == ("verilog",)} == VERILOG_ONLY


@pytest.mark.parametrize("table", [ENGINES, CHECKS, FORMATS, EXPORTS], ids=lambda table: table.kind)
def test_every_entry_of_a_table_can_be_loaded_or_says_what_to_install(table: object) -> None:
    assert isinstance(table, type(ENGINES))
    for name in table:
        part = table.load(name)
        assert inspect.getdoc(part), f"{table.kind} {name} has no docstring"


def test_the_public_names_are_all_there_and_sorted() -> None:
    assert list(rtlglot.__all__) == sorted(rtlglot.__all__)
    for name in rtlglot.__all__:
        assert getattr(rtlglot, name) is not None


def test_all_six_pairs_have_a_prompt() -> None:
    fields = ("instruction", "description", "verilog")
    assert set(builtin_pairs()) == {(a, b) for a in fields for b in fields if a != b}


def test_every_reason_is_documented() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text()
    rows = set(re.findall(r"^\| (accepted|rejected|failed) \| `(\w+)`", page, re.MULTILINE))
    assert {reason for _, reason in rows} == {reason.value for reason in Reason}
    assert {status for status, _ in rows} == {status.value for status in Status}


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for command in COMMANDS:
        assert f"`rtlglot {command}`" in readme or command == "demo"


def test_public_things_have_docstrings() -> None:
    missing = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree) and tree.body:
            missing.append(f"{path.relative_to(ROOT)}")
        for node in tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            if not node.name.startswith("_") and not ast.get_docstring(node):
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not missing


def test_files_functions_and_signatures_stay_small() -> None:
    large = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if (lines := text.count("\n")) > 300:
            large.append(f"{path.relative_to(ROOT)} has {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > 40:
                large.append(f"{where} has {lines} lines")
            given = ast.walk(node.args)
            names = [arg.arg for arg in given if isinstance(arg, ast.arg) and arg.arg not in ("self", "cls")]
            if len(names) > 6:
                large.append(f"{where} has {len(names)} parameters")
    assert not large


def test_no_drawer_files_no_registry_hosts_no_paths_of_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = tracked.splitlines()
    assert not [
        name
        for name in names
        if name.startswith("src") and re.search(r"(util|helper|common|misc)s?\.py$", name)
    ]
    assert not [name for name in names if name.endswith((".lock", "lock.json")) and "uv" in name]
    hosts = re.compile(r"(pypi\.org|pythonhosted|npmjs|debian\.org/debian)" + r"|/root/|/work/main")
    found = [name for name in names if name != "tests/test_architecture.py" and _holds(ROOT / name, hosts)]
    assert not found


def _holds(path: Path, pattern: re.Pattern[str]) -> bool:
    if not path.is_file() or path.stat().st_size > 2_000_000:
        return False
    return pattern.search(path.read_text(errors="replace")) is not None


def test_the_packages_data_is_in_the_package() -> None:
    assert importlib.resources.files("rtlglot.ledger").joinpath("schema.sql").is_file()
    assert (SOURCE / "py.typed").is_file()


@pytest.mark.parametrize(("library", "room"), [("pyslang", "slang"), ("pyosys", "yosys")])
def test_a_tool_is_imported_in_its_room_only(library: str, room: str) -> None:
    wanted = re.compile(rf"^\s*(?:import|from) {library}\b", re.MULTILINE)
    found = [path for path in SOURCE.rglob("*.py") if wanted.search(path.read_text())]
    assert found
    assert {path.parent for path in found} == {SOURCE / "tools" / room}


def test_no_check_loads_a_tool_into_our_own_process() -> None:
    code = (
        "import sys; from rtlglot.checks import CHECKS; [CHECKS.load(name) for name in CHECKS];"
        "print(*(name for name in ('pyslang', 'pyosys') if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
