"""vLLM in process: the engine, its replicas and how a model is split among them."""
