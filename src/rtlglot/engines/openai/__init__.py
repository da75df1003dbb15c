"""The openai engine: any endpoint that speaks the OpenAI chat API.

The walk of one request: `lengths` says how long the reply may be, `cost` whether it can be afforded,
`wire` makes the body, `endpoint` carries it, and what comes back becomes a Reply (`wire`) or an error of
the right class (`faults`). `batchfile` is the same without a network: requests out to a file, results in.

No retries here: that policy is the supervisor's, the same for every engine.
"""
