"""A prompt: renders a row to a chat, takes the text out of the reply, and asks for repairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from rtlglot.errors import RowError, UsageError
from rtlglot.prompts import sheet as sheets
from rtlglot.prompts.extract import EXTRACT_VERSION, Kind, extract
from rtlglot.prompts.given import Given, folded
from rtlglot.prompts.template import Fields, Template
from rtlglot.records import Candidate, Finish, Json, Message, Pair, Reason, Row
from rtlglot.verilog.masked import MARK

_USER = frozenset({"row", "interface"})
_SYSTEM = frozenset({"row", "examples"})
_REPAIR = frozenset({"findings", "extract", "field"})
_HEADER = "\n\nThe module must have exactly this header:\n\n```verilog\n{}\n```"
_CODE, _PLAIN = "```verilog\n{}\n```", "{}"
_ANSWERS: dict[Kind, str] = {
    "verilog": _CODE, "infill": _CODE, "prose": _PLAIN, "sentence": _PLAIN, "raw": _PLAIN,
}  # fmt: skip
"""How a text looks as an answer of the model."""


class Prompt:
    """One pair's prompt, compiled."""

    def __init__(self, pair: Pair, text: str, name: str, examples: Sequence[Mapping[str, Json]]) -> None:
        sheet = sheets.parse(text, name)
        self.pair = pair
        self.kind: Kind = sheets.pair_and_kind(sheet, pair, name)
        self.max_tokens = sheets.max_tokens(sheet, self.kind, name)
        """What `--max-tokens auto` asks for at most."""
        self._user = _template(sheet, "user", name, _USER)
        self._system = _template(sheet, "system", name, _SYSTEM) if "system" in sheet.sections else None
        if "repair" not in sheet.sections:
            sheet.sections["repair"] = sheets.Section(_builtin("repair.md"), 1)
        self._repair = _template(sheet, "repair", name, _REPAIR)
        self.source = json.dumps(
            [text, [dict(row) for row in examples], sheet.sections["repair"].text, EXTRACT_VERSION],
            ensure_ascii=False,
            default=str,
        )
        """All that decides the messages and what is taken out of replies, for the recipe's hash."""
        self._place(sheet.examples, examples, name)

    def _place(
        self, own: Sequence[Mapping[str, Json]], given: Sequence[Mapping[str, Json]], name: str
    ) -> None:
        """Put the examples where they belong: the file's own where its system message wants them."""
        in_system = self._system is not None and "examples" in self._system.names
        what = "the example" if given else f"the example in {name}"
        shots = self._turns(given or own, what)
        self._answers = {self._answer(a): q.content for q, a in zip(shots[::2], shots[1::2], strict=True)}
        """What an echo of an example looks like, and the question that it answers."""
        self._shown = [] if given or not in_system else [Fields(row) for row in own]
        self._shots = () if self._shown else shots
        self._head = self._head_for(Fields({})) if self._system is None or self._system.constant else None
        """System message and examples, where they are the same for every row."""

    @property
    def fields(self) -> frozenset[str] | None:
        """Fields of a row that the prompt reads; None where it handles the row as a whole."""
        parts = [template.fields for template in (self._user, self._system) if template is not None]
        known = [part for part in parts if part is not None]
        return frozenset().union(*known) if len(known) == len(parts) else None

    @property
    def needs(self) -> frozenset[str]:
        """Fields without which no row can be rendered; none where it handles the row as a whole."""
        parts = [template for template in (self._user, self._system) if template is not None]
        return frozenset().union(*(part.needs for part in parts)) if self.fields is not None else frozenset()

    def render(self, row: Row, interface: str | None = None) -> tuple[Message, ...]:
        """The chat for a row. `interface` is a module header that the answer must have.

        Raises RowError: missing_field, prompt_error, prompt_too_long.
        """
        fields = Fields(row.fields)
        if self.kind == "infill" and MARK not in str(fields.look_up(self.pair.source)):
            raise RowError(Reason.PROMPT_ERROR, f"there is no {MARK} in the field {self.pair.source!r}")
        head = self._head if self._head is not None else self._head_for(fields)
        text = self._user.render(row=fields, interface=interface)
        if interface and "interface" not in self._user.names:
            text += _HEADER.format(interface.strip())
        return (*head, Message("user", text))

    def extract(
        self,
        text: str,
        finish: Finish,
        messages: Sequence[Message] = (),
        interface: str | None = None,
        masked: str | None = None,
    ) -> Candidate:
        """The wanted text of a reply to `messages`. With `interface` a body alone may get that header;
        code that is an infill is put into `masked`."""
        asked = len(self._shots) + (self._system is not None)
        prompt = messages[asked].content if len(messages) > asked else ""
        given = Given(prompt, self._answers, interface, self.pair.target, masked or "")
        return extract(text, finish, self.kind, given)

    def repair(self, messages: Sequence[Message], candidate: str, findings: str) -> tuple[Message, ...]:
        """The chat with the model's own text and what is wrong with it, asking for the whole text again."""
        text = self._repair.render(findings=findings.strip(), extract=self.kind, field=self.pair.target)
        answer = _ANSWERS[self.kind].format(candidate.strip())
        return (*messages, Message("assistant", answer), Message("user", text))

    def _head_for(self, fields: Fields) -> tuple[Message, ...]:
        if self._system is None:
            return self._shots
        return (Message("system", self._system.render(row=fields, examples=self._shown)), *self._shots)

    def _answer(self, message: Message) -> str:
        return folded(extract(message.content, Finish.STOP, self.kind).text or message.content)

    def _turns(self, rows: Sequence[Mapping[str, Json]], what: str) -> tuple[Message, ...]:
        """Each row as the turn of a user and the turn of the model."""
        messages: list[Message] = []
        for number, row in enumerate(rows, 1):
            fields = Fields(row)
            answer = fields.look_up(self.pair.target)
            try:
                if not isinstance(answer, str):
                    raise RowError(Reason.MISSING_FIELD, f"no text in the field {self.pair.target!r}")
                asked = self._user.render(row=fields, interface=None)
            except RowError as error:
                raise UsageError(f"{what} (number {number}) cannot be used: {error}") from error
            answer = _ANSWERS[self.kind].format(answer.strip())
            messages += [Message("user", asked), Message("assistant", answer)]
        return tuple(messages)


def _template(sheet: sheets.Sheet, section: str, name: str, known: frozenset[str]) -> Template:
    part = sheet.sections[section]
    return Template(part.text, name, line=part.line, known=known)


def load(pair: Pair, path: str | Path | None = None, examples: Sequence[Mapping[str, Json]] = ()) -> Prompt:
    """The prompt for a pair: our own, or the file at `path`.

    `examples` are rows that have both fields; they take the place of the file's own and are shown as
    turns of the chat. Raises UsageError for a pair without a prompt, a file that cannot be read, an
    undefined name.
    """
    if path is not None:
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the prompt file {path} cannot be read: {error}") from error
        return Prompt(pair, text, str(path), examples)
    builtin = (*builtin_pairs(), *builtin_pairs(_PARTS))
    if pair not in builtin:
        known = ", ".join(f"{p.source} -> {p.target}" for p in builtin)
        raise UsageError(
            f"there is no built-in prompt for {pair.source} -> {pair.target}; there are {known}",
            hint="give your own with --prompt FILE.md; in it {{ row.FIELD }} stands for a field of the row",
        )
    name = f"{pair.source}_to_{pair.target}.md"
    folder = "" if pair in builtin_pairs() else _PARTS
    return Prompt(pair, _builtin(name, folder), name, examples)


_PARTS = "parts"
"""The folder of the prompts that are about a part of a design."""


def builtin_pairs(folder: str = "") -> tuple[Pair, ...]:
    """The pairs that have a prompt of our own: one Markdown file each."""
    names = sorted(file.name for file in resources.files("rtlglot.prompts").joinpath(folder).iterdir())
    stems = [
        name.removesuffix(".md").split("_to_") for name in names if name.endswith(".md") and "_to_" in name
    ]
    return tuple(Pair(source, target) for source, target in stems)


def _builtin(name: str, folder: str = "") -> str:
    return resources.files("rtlglot.prompts").joinpath(folder, name).read_text(encoding="utf-8")
