"""Where replicas go: the planner's choice, within what the user fixes."""

from typing import Any

import pytest

from rtlglot.engines.vllm.layout import layout
from rtlglot.engines.vllm.options import VllmOptions
from rtlglot.errors import ConfigError
from rtlglot.plan import load_shape

GPUS = {str(number): 79.1 for number in range(4)}
LARGE = load_shape("meta-llama/Llama-3.1-70B-Instruct")
MIDDLE = load_shape("meta-llama/Llama-3.1-8B-Instruct")


def place(shape: Any, gpus: Any = 4, data_tokens: Any = None, arguments: Any = None, **options: Any) -> Any:
    visible = dict(list(GPUS.items())[:gpus])
    return layout(VllmOptions(**options), arguments or {}, visible, shape, data_tokens)


def test_a_model_that_fits_one_gpu_is_replicated() -> None:
    where = place(MIDDLE)
    assert (where.tensor_parallel, where.devices) == (1, ("0", "1", "2", "3"))
    assert where.max_model_len == 131_072


def test_a_large_one_is_split() -> None:
    where = place(LARGE)
    assert (where.tensor_parallel, where.devices) == (4, ("0,1,2,3",))


def test_the_context_comes_from_the_data() -> None:
    where = place(LARGE, gpus=2, data_tokens=1900)
    assert (where.tensor_parallel, where.max_model_len) == (2, 2048)
    assert "preemption" in where.note


def test_without_data_it_is_cut_to_what_fits() -> None:
    where = place(LARGE, gpus=2)
    assert where.max_model_len == 29_516 // 256 * 256
    assert "context cut" in where.note
    assert where.max_num_seqs == 256


def test_a_context_asked_for_is_never_cut() -> None:
    with pytest.raises(ConfigError, match="131,072") as caught:
        place(LARGE, gpus=2, max_model_len="131072")
    assert "--gpus 4" in caught.value.hint
    assert "29516" in caught.value.hint


def test_what_the_user_fixes_is_kept() -> None:
    assert place(MIDDLE, tensor_parallel=2).devices == ("0,1", "2,3")
    assert place(MIDDLE, tensor_parallel=2, data_parallel=1).devices == ("0,1",)
    assert place(MIDDLE, data_parallel=2).replicas == 2
    assert place(MIDDLE, gpus=2).devices == ("0", "1")
    piped = place(LARGE, tensor_parallel=2, pipeline_parallel=2)
    assert (piped.tensor_parallel, piped.pipeline_parallel, piped.devices) == (2, 2, ("0,1,2,3",))


def test_what_cannot_be_is_refused_with_what_could() -> None:
    with pytest.raises(ConfigError, match="tensor_parallel 1") as caught:
        place(LARGE, tensor_parallel=1)
    assert "tensor_parallel 4" in caught.value.hint
    with pytest.raises(ConfigError, match="5 GPUs"):
        layout(VllmOptions(gpus=5), {}, GPUS, MIDDLE)
    with pytest.raises(ConfigError, match="does not fit"):
        place(MIDDLE, tensor_parallel=4, data_parallel=2)


def test_memory_can_be_given_where_no_gpu_is_seen() -> None:
    with pytest.raises(ConfigError, match=r"does not fit 1 GPU of 24\.0 GiB"):
        place(LARGE, gpus=0, gpu_memory=24.0)
    assert place(MIDDLE, gpus=0, gpu_memory=79.1).devices == ("",)


def test_vllm_arguments_count() -> None:
    assert place(LARGE, gpus=2, data_tokens=1900, arguments={"gpu_memory_utilization": "0.95"})
    with pytest.raises(ConfigError, match="does not fit"):
        place(LARGE, gpus=2, data_tokens=1900, arguments={"gpu_memory_utilization": "0.85"})
    with pytest.raises(ConfigError, match="gpu_memory_utilization"):
        place(LARGE, arguments={"gpu_memory_utilization": "most"})


def test_vllms_own_data_parallel_stays_inside_one_replica() -> None:
    own = {"data_parallel_size": "2"}
    assert place(MIDDLE, arguments=own).devices == ("0,1", "2,3")
    assert place(MIDDLE, arguments={"data_parallel_size": 4}).devices == ("0,1,2,3",)
    assert place(None, arguments=own).tensor_parallel == 2
    assert place(None, arguments=own).devices == ("0,1,2,3",)


def test_on_a_cpu_nothing_is_planned() -> None:
    where = place(LARGE, gpus=0)
    assert (where.tensor_parallel, where.devices, where.max_model_len) == (1, ("",), None)
    assert place(MIDDLE, gpus=0, data_parallel=2).devices == ("", "")
    assert layout(VllmOptions(gpus=4), {}, {}, LARGE).devices == ("",)


def test_a_model_without_sums_takes_all_gpus() -> None:
    where = place(None)
    assert (where.tensor_parallel, where.devices) == (4, ("0,1,2,3",))
    assert "no sums" in where.note
    assert place(None, tensor_parallel=2, data_parallel=2).devices == ("0,1", "2,3")
    with pytest.raises(ConfigError, match="3 replicas of 2"):
        place(None, tensor_parallel=2, data_parallel=3)
