"""Stand-in: see ../README.md. A token is a byte; a folder's tokenizer.json says what it lacks."""

import json
from pathlib import Path


class AutoTokenizer:
    @classmethod
    def from_pretrained(cls, name, revision=None, trust_remote_code=False, local_files_only=False):
        assert local_files_only
        try:
            return cls(json.loads((Path(name) / "tokenizer.json").read_text()))
        except FileNotFoundError as error:
            raise OSError(f"Can't load tokenizer for '{name}'.\nSecond line") from error

    def __init__(self, facts):
        self.chat_template = facts.get("chat_template")

    def apply_chat_template(
        self, chat, chat_template=None, add_generation_prompt=False, tokenize=True, return_dict=True, **given
    ):
        assert add_generation_prompt
        assert tokenize
        assert not return_dict
        if any(message["role"] not in ("system", "user", "assistant") for message in chat):
            raise ValueError("Unexpected role")
        template = chat_template or self.chat_template
        text = "".join(template.replace("{}", message["content"]) for message in chat)
        return list((text + (" no thinking" if given.get("enable_thinking") is False else "")).encode())
