"""Prompt files: what can be in them, what they become, and what is said about a faulty one."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from tests.unit.prompts.golden import FOLDER, ROW, ROWS, file_of, rendered

from rtlglot.errors import RowError, UsageError
from rtlglot.prompts import builtin_pairs, load
from rtlglot.records import Finish, Json, Message, Pair, Reason, Row

FIELDS = ("instruction", "description", "verilog")
I2V = Pair("instruction", "verilog")
INVERTER = "module inv (input a, output y);\n    assign y = ~a;\nendmodule"


def written(folder: Path, text: str) -> Path:
    path = folder / "own.md"
    path.write_text(text, encoding="utf-8")
    return path


def row(**fields: Json) -> Row:
    return Row("r1", fields, 0)


def test_all_six_pairs_are_built_in() -> None:
    assert set(builtin_pairs()) == {Pair(a, b) for a, b in product(FIELDS, FIELDS) if a != b}


@pytest.mark.parametrize("pair", builtin_pairs(), ids=str)
def test_a_rendered_prompt_is_what_it_was(pair: Pair) -> None:
    assert rendered(pair) == file_of(pair).read_text(encoding="utf-8"), "changed on purpose? run golden.py"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {file_of(pair).name for pair in builtin_pairs()}


@pytest.mark.parametrize("pair", builtin_pairs(), ids=str)
def test_everything_constant_comes_before_the_row(pair: Pair) -> None:
    prompt = load(pair)
    chats = [prompt.render(Row(id, fields, 0)) for id, fields in ROWS.items()]
    assert len({chat[:-1] for chat in chats}) == 1
    assert all(chat[0].role == "system" and chat[-1].role == "user" for chat in chats)
    for chat, fields in zip(chats, ROWS.values(), strict=True):
        assert fields[pair.source].strip() in chat[-1].content
    assert prompt.fields == frozenset({pair.source})


@pytest.mark.parametrize("pair", builtin_pairs(), ids=str)
def test_the_constant_part_is_short(pair: Pair) -> None:
    head = load(pair).render(ROW)[:-1]
    assert 150 < sum(len(message.content) for message in head) / 3.2 < 700


@pytest.mark.parametrize("pair", builtin_pairs(), ids=str)
def test_a_row_without_the_field_is_its_own_failure(pair: Pair) -> None:
    for fields in ({}, {pair.source: None}, {pair.source: "  "}, {pair.source: [""]}):
        with pytest.raises(RowError, match=pair.source) as caught:
            load(pair).render(row(**fields))
        assert caught.value.reason is Reason.MISSING_FIELD


def test_a_list_of_one_text_is_the_text() -> None:
    prompt = load(I2V)
    assert prompt.render(row(instruction=["Do x."])) == prompt.render(row(instruction="Do x."))


def test_braces_in_a_row_stay_what_they_are() -> None:
    text = "{{ 7*7 }} {% raw %} {# x #} {8{a}}"
    assert text in load(I2V).render(row(instruction=text))[-1].content


def test_the_required_header_is_in_the_last_message() -> None:
    plain, asked = load(I2V).render(ROW), load(I2V).render(ROW, "module m (input a);\n")
    assert asked[:-1] == plain[:-1]
    assert asked[-1].content.startswith(plain[-1].content)
    assert "exactly this header" in asked[-1].content
    assert "```verilog\nmodule m (input a);\n```" in asked[-1].content


def test_an_own_prompt_may_place_the_header_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "{% if interface %}Header: {{ interface }}\n{% endif %}{{ row.x }}")
    prompt = load(Pair("x", "verilog"), path)
    assert prompt.render(row(x="1"), "module m;")[-1].content == "Header: module m;\n1"
    assert prompt.render(row(x="1"))[-1].content == "1"


def test_an_unknown_pair_says_what_there_is_and_what_to_do() -> None:
    with pytest.raises(
        UsageError, match=r"no built-in prompt for spec -> c; .*instruction -> verilog"
    ) as caught:
        load(Pair("spec", "c"))
    assert "--prompt FILE.md" in caught.value.hint


def test_an_own_file_for_any_pair(tmp_path: Path) -> None:
    text = (
        "---\nfrom: spec\nto: summary\nmax_tokens: 99\nextract: prose\n---\n# system\nBe brief.\n\n"
        "# example\n## spec\nLong.\n## summary\nShort.\n\n# user\nSummarise: {{ row.spec }} ({{ row.id }})\n"
    )
    text = text.replace("## spec\nLong.", "## id\n7\n## spec\nLong.")
    prompt = load(Pair("spec", "summary"), written(tmp_path, text))
    assert prompt.render(row(spec="S", id=3)) == (
        Message("system", "Be brief."),
        Message("user", "Summarise: Long. (7)"),
        Message("assistant", "Short."),
        Message("user", "Summarise: S (3)"),
    )
    assert (prompt.max_tokens, prompt.kind, prompt.fields) == (99, "prose", frozenset({"spec", "id"}))


def test_a_file_without_sections_is_the_user_message(tmp_path: Path) -> None:
    prompt = load(Pair("spec", "verilog"), written(tmp_path, "\ufeffWrite it:\r\n{{ row.spec }}\r\n"))
    assert prompt.render(row(spec="S")) == (Message("user", "Write it:\nS"),)
    assert (prompt.kind, prompt.max_tokens) == ("verilog", 2048)


def test_headings_in_a_fence_are_text(tmp_path: Path) -> None:
    example = "# example\n## a\n```verilog\n# user\n## b\n```\n## b\nB\n"
    text = f"# system\n```\n# user\n```\n{example}# user\n{{{{ row.a }}}}"
    prompt = load(Pair("a", "b"), written(tmp_path, text))
    assert prompt.render(row(a="A")) == (
        Message("system", "```\n# user\n```"),
        Message("user", "# user\n## b"),
        Message("assistant", "B"),
        Message("user", "A"),
    )


def test_a_system_message_may_read_the_row(tmp_path: Path) -> None:
    prompt = load(Pair("a", "b"), written(tmp_path, "# system\nFor {{ row.who }}.\n# user\n{{ row.a }}"))
    assert prompt.render(row(a="A", who="W"))[0] == Message("system", "For W.")
    assert prompt.fields == frozenset({"a", "who"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# system\nx\n# user\n\n{{ row.a }}\n{{ rov.a }}", "'rov' is not defined"),
        ("# system\nx\n# user\n\n{{ row.a }}\n{% if %}", "line 6: Expected an expression"),
        ("# system\nx", "no text under '# user'"),
        ("", "no text under '# user'"),
        ("# user\na\n# user\nb", "line 4: a second section '# user'"),
        ("---\nfrom: a\n# user\nb", "does not end"),
        ("---\nform: a\n---\nb", "line 2: 'form: a' is not a header line"),
        ("---\nfrom: z\n---\nb", "written for from: z, but the run has from: a"),
        ("---\nto: z\n---\nb", "written for to: z, but the run has to: b"),
        ("---\nextract: code\n---\nb", "extract is 'code'"),
        ("---\nmax_tokens: many\n---\nb", "max_tokens is 'many'"),
        ("---\nmax_tokens: 0\n---\nb", "max_tokens is '0'"),
        ("# user\n{{ row.a }}\n# example\n## a\nA", "cannot be used: no text in the field 'b'"),
        ("# user\n{{ row.a }}\n# example\n## b\nB", "cannot be used: .*'a'"),
        ("# user\n{{ row.a }}\n# example\nstray", "'stray' belongs to no field"),
        ("# user\n{{ row.a }}\n# repair\n{{ finding }}", "'finding' is not defined"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load(Pair("a", "b"), written(tmp_path, text))
    assert "own.md" in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.md cannot be read"):
        load(Pair("a", "b"), tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(b"gr\xfc\xdfe")
    with pytest.raises(UsageError, match=r"latin\.md cannot be read"):
        load(Pair("a", "b"), tmp_path / "latin.md")


def test_given_examples_take_the_place_of_the_files_own() -> None:
    shots = [ROWS["half_adder"], ROWS["alu8"]]
    prompt = load(I2V, examples=shots)
    chat = prompt.render(ROW)
    assert [message.role for message in chat] == ["system", "user", "assistant", "user", "assistant", "user"]
    for number, shot in enumerate(shots):
        assert shot["instruction"] in chat[1 + 2 * number].content
        assert chat[2 + 2 * number].content == f"```verilog\n{shot['verilog'].strip()}\n```"
    assert "credit_counter" not in json.dumps(chat)


@pytest.mark.parametrize("missing", ["instruction", "verilog"])
def test_an_example_without_both_fields_is_named(missing: str) -> None:
    shots = [ROWS["half_adder"], {**ROWS["alu8"], missing: " "}]
    with pytest.raises(UsageError, match=f"number 2.*{missing}"):
        load(I2V, examples=shots)


def test_the_source_changes_with_everything_that_changes_the_messages(tmp_path: Path) -> None:
    own = load(I2V)
    assert own.source == load(I2V).source
    others = [
        load(Pair("description", "verilog")).source,
        load(I2V, examples=[ROWS["alu8"]]).source,
        load(I2V, written(tmp_path, "{{ row.instruction }}")).source,
    ]
    assert len({own.source, *others}) == 4


def test_a_repair_shows_the_text_and_the_findings() -> None:
    prompt = load(I2V)
    chat = prompt.render(ROW)
    longer = prompt.repair(chat, INVERTER + "\n", "line 2: {{ b }} is not declared\n")
    assert longer[: len(chat)] == chat
    assert longer[-2] == Message("assistant", f"```verilog\n{INVERTER}\n```")
    assert longer[-1].role == "user"
    assert "line 2: {{ b }} is not declared" in longer[-1].content
    assert len(prompt.repair(longer, INVERTER, "x")) == len(longer) + 2


def test_a_repair_of_prose_asks_for_prose() -> None:
    prompt = load(Pair("verilog", "description"))
    *_, answer, asked = prompt.repair(prompt.render(ROW), "It adds.", "names a port that is not there")
    assert answer.content == "It adds."
    assert "description" in asked.content
    assert "```" not in asked.content


def test_an_own_repair_section(tmp_path: Path) -> None:
    path = written(tmp_path, "# user\n{{ row.a }}\n# repair\nWrong: {{ findings }}. Again.")
    chat = load(Pair("a", "b"), path).repair((Message("user", "A"),), "B", "x")
    assert chat[-1] == Message("user", "Wrong: x. Again.")


class TestExtract:
    """The prompt knows what it asked, so it knows an echo."""

    def test_the_text_is_taken_out(self) -> None:
        candidate = load(I2V).extract(f"Sure!\n```verilog\n{INVERTER}\n```", Finish.STOP)
        assert (candidate.text, candidate.reason) == (INVERTER, Reason.OK)

    def test_a_copied_example_is_an_echo(self) -> None:
        prompt = load(I2V, examples=[ROWS["half_adder"]])
        chat = prompt.render(ROW)
        candidate = prompt.extract(chat[2].content, Finish.STOP, chat)
        assert (candidate.text, candidate.reason) == (None, Reason.ECHO)

    def test_the_example_itself_may_be_asked_for(self) -> None:
        prompt = load(I2V, examples=[ROWS["half_adder"]])
        chat = prompt.render(Row("h", ROWS["half_adder"], 0))
        assert (
            prompt.extract(chat[2].content, Finish.STOP, chat).text == ROWS["half_adder"]["verilog"].strip()
        )

    def test_a_copied_description_is_an_echo(self) -> None:
        prompt = load(Pair("instruction", "description"), examples=[ROWS["half_adder"]])
        chat = prompt.render(ROW)
        assert prompt.extract(chat[2].content, Finish.STOP, chat).reason is Reason.ECHO
        assert prompt.extract(ROW.fields["instruction"], Finish.STOP, chat).reason is Reason.ECHO
        assert prompt.extract(ROW.fields["description"], Finish.STOP, chat).text == ROW.fields["description"]

    def test_a_repaired_text_is_compared_with_the_row_not_with_the_models_own(self) -> None:
        prompt = load(I2V)
        chat = prompt.repair(prompt.render(ROW), INVERTER, "no register")
        assert prompt.extract(f"```verilog\n{INVERTER}\n```", Finish.STOP, chat).text == INVERTER

    def test_a_body_gets_the_header_that_was_asked_for(self) -> None:
        prompt = load(I2V)
        body, header = "    assign y = ~a;\nendmodule", "module inv (input a, output y);"
        assert prompt.extract(body, Finish.STOP).reason is Reason.NO_MODULE
        candidate = prompt.extract(body, Finish.STOP, (), header)
        assert candidate.notes == ("header",)
        assert candidate.text is not None
        assert candidate.text.startswith(header)
