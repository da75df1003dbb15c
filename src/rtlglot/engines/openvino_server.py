"""OpenVINO GenAI behind messages; runs only in the child program. Messages in:

    convert   a GGUF file into a folder that loads faster; answered with `ok`
    open      the model's tokenizer; answered with `ok`
    load      the whole pipeline; answered with what it can hold
    count     tokens of a chat; answered with `tokens`
    generate  one chat; answered with `text`, `finish` and counts
    cancel    forget a `generate`; not answered

Every answer carries the number `n` of its message; `error` says 'config' or 'row' where it failed.
An exception out of `step()` leaves the pipeline unusable: the program then says why and ends.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import openvino_genai as genai

from rtlglot.engines.admission import Admission, BatchRequest
from rtlglot.engines.channel import Channel, Message
from rtlglot.engines.lengths import fit
from rtlglot.errors import ConfigError, RowError
from rtlglot.records import Reason

_SAVE = {"enable_save_ov_model": True}


class OpenVinoServer:
    """Answers messages; steps the pipeline while there is work."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._tokenizer: Any = None
        self._pipeline: Any = None
        self._stop_ids: set[int] = set()
        self._admission: Admission | None = None
        self._context_tokens: int | None = None
        self._request_ids = itertools.count()

    def serve(self) -> None:
        """Runs until the input closes or the pipeline breaks."""
        while True:
            idle = self._admission is None or self._admission.idle
            for message in self._channel.take(wait=idle):
                self._answer(message)
            if self._admission is not None and not self._admission.idle:
                self._advance(self._admission)

    def _answer(self, message: Message) -> None:
        answer: Message | None
        try:
            answer = getattr(self, f"_on_{message['op']}")(message)
        except ConfigError as error:
            answer = {"error": "config", "message": str(error), "hint": error.hint}
        except RowError as error:
            answer = {"error": "row", "reason": error.reason, "message": str(error)}
        if answer is not None:
            self._channel.send({"n": message["n"], **answer})

    def _on_convert(self, message: Message) -> Message:
        model = Path(message["path"])
        with _explained(f"convert {model}"):
            tokenizer = genai.Tokenizer(model, **_SAVE)  # writes beside the file: a link in our folder
            genai.ContinuousBatchingPipeline(model, tokenizer, genai.SchedulerConfig(), "CPU", **_SAVE)
        return {"ok": True}

    def _on_open(self, message: Message) -> Message:
        with _explained(f"read the tokenizer of {message['path']}"):
            self._tokenizer = genai.Tokenizer(Path(message["path"]))
            if message["chat_template"] is not None:
                self._tokenizer.set_chat_template(message["chat_template"])
        if not self._tokenizer.chat_template:
            raise ConfigError(
                f"{message['path']} has no chat template, so it is no model for instructions",
                hint="--set engine.chat_template=FILE.jinja gives it one",
            )
        return {"ok": True}

    def _on_load(self, message: Message) -> Message:
        scheduler = genai.SchedulerConfig()
        scheduler.num_kv_blocks = message["kv_blocks"]
        scheduler.max_num_batched_tokens = message["max_num_batched_tokens"]
        scheduler.enable_prefix_caching = message["prefix_caching"]
        path = Path(message["path"])
        with _explained(f"load {path} on {message['device']}"):
            self._pipeline = genai.ContinuousBatchingPipeline(
                path, self._tokenizer, scheduler, message["device"], **message["properties"]
            )
        config = self._pipeline.get_config()
        ids = {config.eos_token_id, self._tokenizer.get_eos_token_id(), *config.stop_token_ids}
        self._stop_ids = {token for token in ids if token >= 0}
        self._admission = Admission(
            blocks=message["kv_blocks"],
            block_tokens=message["block_tokens"],
            max_in_flight=message["max_in_flight"],
            prefix_caching=message["prefix_caching"],
        )
        self._context_tokens = message["context_tokens"]
        return {"ok": True}

    def _on_count(self, message: Message) -> Message:
        return {"tokens": len(self._ids(message))}

    def _on_generate(self, message: Message) -> None:
        assert self._admission is not None
        ids = self._ids(message)
        max_tokens = fit(len(ids), message["max_tokens"], self._context_tokens)
        self._admission.offer(BatchRequest(message["n"], ids, max_tokens, message))

    def _on_cancel(self, message: Message) -> None:
        job = self._admission.leave(message["n"]) if self._admission is not None else None
        if job is not None and job.handle is not None:
            job.handle.cancel()

    def _ids(self, message: Message) -> Any:
        if not message["messages"]:
            raise RowError(Reason.BAD_REQUEST, "the chat has no messages")
        chat = [{"role": role, "content": content} for role, content in message["messages"]]
        extra = {} if message["thinking"] is None else {"enable_thinking": message["thinking"]}
        try:
            text = self._tokenizer.apply_chat_template(chat, True, extra_context=extra)
            return self._tokenizer.encode(text, add_special_tokens=False).input_ids.data[0].copy()
        except RuntimeError as error:
            raise RowError(Reason.BAD_REQUEST, f"the chat template refuses this chat: {error}") from error

    def _advance(self, admission: Admission) -> None:
        for job in admission.admit():
            self._enter(admission, job)
        try:
            self._pipeline.step()
        except Exception as error:  # noqa: BLE001 - whatever it was, the pipeline is poisoned
            self._channel.send({"n": None, "error": "dead", "message": f"OpenVINO's step failed: {error}"})
            os._exit(3)
        for job in list(admission.running.values()):
            self._look(admission, job)

    def _enter(self, admission: Admission, job: BatchRequest) -> None:
        tensor = openvino.Tensor(job.ids[np.newaxis, :])
        try:
            job.handle = self._pipeline.add_request(next(self._request_ids), tensor, self._config(job))
        except (RuntimeError, TypeError) as error:  # an option it does not accept: this row's alone
            admission.leave(job.number)
            self._refuse(job, Reason.BAD_REQUEST, f"OpenVINO refuses the request: {error}")

    def _config(self, job: BatchRequest) -> Any:
        asked = job.request
        config = genai.GenerationConfig()
        config.apply_chat_template = False
        config.max_new_tokens = job.max_tokens
        config.stop_token_ids = self._stop_ids
        config.stop_strings = set(asked["stop"])
        if asked["temperature"] > 0:
            config.do_sample = True
            config.temperature = asked["temperature"]
            config.top_p = asked["top_p"]
            seed = asked["seed"]
            config.rng_seed = random.getrandbits(63) if seed is None else seed
        return config

    def _look(self, admission: Admission, job: BatchRequest) -> None:
        status = job.handle.get_status()
        if status == genai.GenerationStatus.RUNNING:
            if not job.prefilled and job.handle.can_read():
                admission.prefilled(job)
            return
        admission.leave(job.number)
        if status == genai.GenerationStatus.FINISHED:
            self._finish(job)
        elif not job.alone:
            # Thrown out because the cache was full: once more, with nothing beside it.
            admission.offer(BatchRequest(job.number, job.ids, job.max_tokens, job.request, alone=True))
        else:
            self._refuse(
                job, Reason.ENGINE_ERROR, f"OpenVINO gave the request up ({status.name}), also alone"
            )

    def _finish(self, job: BatchRequest) -> None:
        (output,) = job.handle.read_all()
        try:
            text = self._tokenizer.decode(output.generated_ids)
        except (RuntimeError, UnicodeDecodeError) as error:
            self._refuse(job, Reason.ENGINE_ERROR, f"the reply's tokens are no text: {error}")
            return
        for stop in job.request["stop"]:
            text = text.partition(stop)[0]
        cut = output.finish_reason == genai.GenerationFinishReason.LENGTH
        answer = {"text": text, "finish": "length" if cut else "stop"}
        counts = {"prompt_tokens": len(job.ids), "completion_tokens": len(output.generated_ids)}
        self._channel.send({"n": job.number, **answer, **counts})

    def _refuse(self, job: BatchRequest, reason: Reason, message: str) -> None:
        self._channel.send({"n": job.number, "error": "row", "reason": reason, "message": message})


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    """OpenVINO has one exception for all that goes wrong while loading."""
    try:
        yield
    except (RuntimeError, TypeError, ValueError) as error:
        raise ConfigError(f"OpenVINO cannot {what}: {error}") from error
