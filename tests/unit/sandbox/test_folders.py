"""The folders of runs: gone at the end, whatever was left in them."""

from pathlib import Path

from rtlglot.sandbox.folders import clear, fresh, inside


def test_a_folder_is_gone_with_all_that_is_in_it(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    with fresh(str(tmp_path / "run")) as folder:
        deep = Path(folder, "a", "b")
        deep.mkdir(parents=True)
        (deep / "file").write_text("x")
        Path(folder, "file").write_text("x")
        Path(folder, "link").symlink_to(kept)
        Path(folder, "a", "link").symlink_to(kept / "file")
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]
    assert (kept / "file").read_text() == "x"


def test_what_is_gone_already_is_cleared(tmp_path: Path) -> None:
    clear(str(tmp_path / "nothing"))


def test_work_goes_back_to_where_it_was(tmp_path: Path) -> None:
    before = Path.cwd()
    with inside(str(tmp_path)):
        assert Path.cwd() == tmp_path.resolve()
    assert Path.cwd() == before
