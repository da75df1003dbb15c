"""A chat into token ids: the model's tokenizer and chat template, outside of vLLM.

So that the length of a prompt is known before it is sent, also before the model is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rtlglot.errors import ConfigError, RowError
from rtlglot.plan.hub import snapshots
from rtlglot.records import Json, Message, Reason


def local_folder(model: str) -> Path | None:
    """The folder with a model's files: a path, or a snapshot in the local hub cache."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    return next(iter(snapshots(model)), None)


class Chat:
    """A tokenizer with its chat template."""

    def __init__(self, tokenizer: Any, template: str | None, variables: Mapping[str, Json]) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._variables = dict(variables)

    @classmethod
    def load(
        cls,
        folder: str,
        arguments: Mapping[str, Json],
        *,
        template: str | None = None,
        thinking: bool | None = None,
        download: bool = False,
    ) -> Chat:
        """Raises ConfigError where there is no tokenizer or no chat template; fetches only if told to."""
        from transformers import AutoTokenizer

        name = str(arguments.get("tokenizer") or folder)
        revision = arguments.get("tokenizer_revision") or arguments.get("revision")
        trust = str(arguments.get("trust_remote_code", "")).lower() in ("true", "1", "on", "yes")
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                name, revision=revision, trust_remote_code=trust, local_files_only=not download
            )
        except (OSError, ValueError) as error:
            raise ConfigError(f"the tokenizer of {name!r} cannot be loaded: {_first_line(error)}") from error
        if not template and not tokenizer.chat_template:
            raise ConfigError(
                f"{name!r} has no chat template: it is a base model",
                hint="name the -Instruct model, or give one with --set engine.chat_template=FILE",
            )
        return cls(tokenizer, template, {} if thinking is None else {"enable_thinking": thinking})

    def ids(self, messages: Sequence[Message]) -> list[int]:
        """The prompt's tokens. RowError where the template refuses the chat."""
        (ids,) = self.ids_of_all([messages])
        return ids

    def ids_of_all(self, chats: Sequence[Sequence[Message]]) -> list[list[int]]:
        """Of each chat the prompt's tokens, found in one call of the tokenizer, which takes every core.

        RowError where the template refuses any of them.
        """
        if not all(chats):
            raise RowError(Reason.BAD_REQUEST, "the chat has no messages")
        spoken = [[{"role": one.role, "content": one.content} for one in chat] for chat in chats]
        try:
            ids: list[list[int]] = self._tokenizer.apply_chat_template(
                spoken,
                chat_template=self._template,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
                **self._variables,
            )
            if len(ids) != len(spoken):
                raise ValueError(f"{len(spoken)} chats became {len(ids)} prompts")
        except Exception as error:  # whatever a template's own code or the tokenizer raises
            raise RowError(
                Reason.BAD_REQUEST, f"the chat template refuses this chat: {_first_line(error)}"
            ) from error
        return ids


def weights_identity(folder: Path) -> str:
    """A hash of what a model folder says and holds, in milliseconds where it holds gigabytes.

    Small files go in whole; of a weight file its name, its size and 64 KiB at each of 16 places.
    """
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        size = file.stat().st_size
        digest.update(f"{file.name}\0{size}\0".encode())
        with file.open("rb") as content:
            if size <= _SMALL_BYTES:
                digest.update(content.read())
                continue
            for place in range(_PLACES):
                content.seek((size - _PIECE_BYTES) * place // (_PLACES - 1))
                digest.update(content.read(_PIECE_BYTES))
    return digest.hexdigest()


_SMALL_BYTES = 16 << 20
_PLACES = 16
_PIECE_BYTES = 64 << 10


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
