"""What benchmarks/gpu.py measures with: model folders without weights, and rows of the usual lengths.

Nothing is fetched: shapes are those the planner knows, the tokenizer is trained here on the prompts
themselves. Its size is chosen so that the beginning that all prompts share has about 400 tokens.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rtlglot.engines.vllm.chat import Chat
from rtlglot.jobs.bench_prompts import EXTRAS, made_up_chats, made_up_instruction
from rtlglot.plan.known import KNOWN
from rtlglot.prompts import load
from rtlglot.records import Message, Pair, Row

MEAN_PROMPT_TOKENS = 568.8
"""17,040.96 / 29.96: the original's own table, Llama-3.1-8B on one H100."""
TRAINED_VOCABULARY = 2000
TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")


def model_folder(folder: Path, name: str) -> Path:
    """A folder with config.json and tokenizer of a known model, and no weights."""
    folder.mkdir(parents=True, exist_ok=True)
    known = KNOWN[name]
    config = {
        **known,
        "architectures": ["LlamaForCausalLM"],
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "rope_theta": 500_000.0,
        "rope_scaling": {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
        "bos_token_id": None,
        "eos_token_id": known["vocab_size"] - 1,
        "attention_bias": False,
        "mlp_bias": False,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    _write_tokenizer(folder, known)
    return folder


def _write_tokenizer(folder: Path, known: Mapping[str, Any]) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TRAINED_VOCABULARY,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [message.content for chat in made_up_chats(300) for message in chat[-1:]]
    tokenizer.train_from_iterator([made_up_chats(1)[0][0].content, *texts], trainer)
    described = json.loads(tokenizer.to_str())
    vocabulary = described["model"]["vocab"]
    # Random weights draw from the model's whole vocabulary: every number is some word.
    for number in range(len(vocabulary), known["vocab_size"] - len(ROLES)):
        vocabulary[f"Ġword{number}"] = number
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.add_special_tokens(list(ROLES))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": ROLES[-1],
            "chat_template": TEMPLATE,
            "clean_up_tokenization_spaces": False,
        })
    )  # fmt: skip


def chats_of(instructions: Sequence[str]) -> list[tuple[Message, ...]]:
    """As `rtlglot bench --input` makes them of rows."""
    prompt = load(Pair("instruction", "description"))
    return [tuple(prompt.render(Row("row", {"instruction": text}, 0))) for text in instructions]


def write_rows(path: Path, folder: Path, count: int) -> list[str]:
    """Rows whose prompts have the original's mean length, each another; JSONL. The instructions."""
    chat, lengths = Chat.load(str(folder), {}), random.Random(11)
    instructions = [made_up_instruction(number) for number in range(count)]
    begun = [len(chat.ids(messages)) for messages in chats_of(instructions)]
    bare = begun[0]
    more = [len(chat.ids(chats_of([f"{instructions[0]} {extra}"])[0])) - bare for extra in EXTRAS]
    total = 0
    for number, tokens in enumerate(begun):
        # What came out too long or too short so far is made up for by the next one.
        wanted = MEAN_PROMPT_TOKENS * (number + 1) - total + lengths.gauss(0, 20)
        draw = random.Random(number)
        while tokens < wanted - 8:
            chosen = draw.randrange(len(EXTRAS))
            instructions[number] += f" {EXTRAS[chosen]}"
            tokens += more[chosen]
        total += tokens
    lines = (json.dumps({"id": n, "instruction": text}) for n, text in enumerate(instructions))
    path.write_text("\n".join(lines) + "\n")
    return instructions


def designs(path: Path) -> Sequence[tuple[str, str]]:
    """Name and Verilog of VerilogEval's references, from its JSONL."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [(str(row["task_id"]), str(row["ref"]).strip()) for row in rows]
