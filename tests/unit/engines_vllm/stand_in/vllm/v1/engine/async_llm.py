"""A "model" that obeys its prompt: `id 7` is answered with what it was asked and how.

Words in a prompt: `die` ends the engine for everyone, `exit` ends the program, `hang` waits, `slow`
takes a while, `stumble` fails without harm, `refuse` is refused as vLLM refuses a request, `story`
gets one without an end.
"""

import asyncio
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

from vllm.exceptions import VLLMValidationError
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

TALE = "Once upon a time a latch met a flip-flop. "


class AsyncLLM:
    @classmethod
    def from_vllm_config(cls, config: Any, disable_log_stats: Any = False) -> Any:
        if config.arguments.load_format == "broken":
            print("torch.OutOfMemoryError: CUDA out of memory.", file=sys.stderr, flush=True)
            raise RuntimeError("Engine core initialization failed. See root cause above.")
        return cls(config)

    def __init__(self, config: Any) -> None:
        self.errored = False
        self._config = config
        self._log = os.environ.get("STAND_IN_LOG")
        self._note(start=config.arguments.__dict__, devices=os.environ.get("CUDA_VISIBLE_DEVICES"))

    def shutdown(self) -> None:
        self._note(shutdown=True)

    async def generate(self, prompt: Any, sampling: Any, request_id: Any, *, lora_request: Any = None) -> Any:
        if self.errored:
            raise EngineDeadError
        assert sampling.output_kind is RequestOutputKind.FINAL_ONLY
        ids = prompt["prompt_token_ids"]
        if len(ids) > self._config.model_config.max_model_len:
            raise VLLMValidationError("The decoder prompt is longer than the maximum model length.")
        text = bytes(ids).decode()
        self._note(ask=text, max_tokens=sampling.max_tokens, seed=sampling.seed, lora=bool(lora_request))
        try:
            await self._obey(text, sampling.max_tokens)
        except asyncio.CancelledError:
            self._note(aborted=text)
            raise
        said = f"pid {os.getpid()} said {text}"
        words = (TALE * 200 if "story" in text else said).encode()
        cut = len(words) > sampling.max_tokens
        words = words[: sampling.max_tokens]
        for stop in sampling.stop:
            before, found, _ = words.partition(stop.encode())
            words, cut = before, cut and not found
        yield SimpleNamespace(
            prompt_token_ids=ids,
            num_cached_tokens=4,
            outputs=[
                SimpleNamespace(
                    text=words.decode(),
                    token_ids=list(words),
                    finish_reason="length" if cut else "stop",
                )
            ],
        )

    async def _obey(self, text: str, max_tokens: Any) -> None:
        if "refuse" in text:
            raise VLLMValidationError("no such thing")
        if "stumble" in text:
            raise EngineGenerateError("for once")
        if "exit" in text:
            os._exit(9)
        if "die" in text:
            self.errored = True
        steps = 6 + max_tokens // 25 if "story" in text else 1
        for _ in range(1200 if "hang" in text else 20 if "slow" in text else steps):
            if self.errored:
                raise EngineDeadError
            await asyncio.sleep(0.05)

    def _note(self, **what: Any) -> None:
        if self._log:
            with open(self._log, "a") as file:
                file.write(json.dumps({"pid": os.getpid(), **what}, default=str) + "\n")
