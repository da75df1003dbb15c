"""Stand-in: see ../README.md. A token is a byte; a folder's tokenizer.json says what it lacks."""

import json
from pathlib import Path
from typing import Any


class AutoTokenizer:
    @classmethod
    def from_pretrained(
        cls, name: str, revision: Any = None, trust_remote_code: Any = False, local_files_only: Any = False
    ) -> Any:
        assert local_files_only
        try:
            return cls(json.loads((Path(name) / "tokenizer.json").read_text()))
        except FileNotFoundError as error:
            raise OSError(f"Can't load tokenizer for '{name}'.\nSecond line") from error

    def __init__(self, facts: Any) -> None:
        self.chat_template = facts.get("chat_template")

    def apply_chat_template(
        self,
        chats: Any,
        chat_template: Any = None,
        add_generation_prompt: Any = False,
        tokenize: Any = True,
        return_dict: Any = True,
        **given: Any,
    ) -> Any:
        assert add_generation_prompt
        assert tokenize
        assert not return_dict
        template = chat_template or self.chat_template
        ending = " no thinking" if given.get("enable_thinking") is False else ""
        if any(message["role"] not in ("system", "user", "assistant") for chat in chats for message in chat):
            raise ValueError("Unexpected role")
        texts = ["".join(template.replace("{}", message["content"]) for message in chat) for chat in chats]
        return [list((text + ending).encode()) for text in texts]
