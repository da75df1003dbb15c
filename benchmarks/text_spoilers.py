"""Spoils the wording of true texts, one defect at a time; see text_mutations.py."""

from __future__ import annotations

from text_mutations import Mutation, Subject


def pasted_code(subject: Subject) -> str | None:
    """The code behind the text, fenced or bare."""
    fenced = subject.pick.random() < 0.5
    return (
        f"{subject.text}\n\n```verilog\n{subject.verilog}\n```"
        if fenced
        else f"{subject.text}\n\n{subject.verilog}"
    )


def pasted_body(subject: Subject) -> str | None:
    """The statements of the code in place of half of the text."""
    body = subject.verilog.partition(");")[2].replace("endmodule", "").strip()
    return (
        f"{subject.text[: len(subject.text) // 3].rpartition('.')[0]}.\n{body}\n" if len(body) > 200 else None
    )


_REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I cannot provide a description without seeing the code. Please provide the Verilog code.",
    "As an AI language model, I am unable to generate this instruction.",
    "Sorry, I can't assist with writing this.",
)


def refusal(subject: Subject) -> str | None:
    """A refusal in place of the text."""
    return subject.pick.choice(_REFUSALS)


def here_is(subject: Subject) -> str | None:
    """An introduction before the text."""
    opening = subject.pick.choice(
        (
            f"Here is the {subject.field}:\n\n",
            f"Sure! Here's a {subject.field} of the module: ",
            f"**{subject.field.capitalize()}:** ",
            "Certainly! ",
        )
    )
    return opening + subject.text


def closing_offer(subject: Subject) -> str | None:
    """An offer behind the text."""
    offer = subject.pick.choice(
        ("Let me know if you need any changes!", "I hope this helps.", "Feel free to ask for more details.")
    )
    return f"{subject.text}\n\n{offer}"


def imperative(subject: Subject) -> str | None:
    """The request in place of the description."""
    return subject.instruction if subject.field == "description" else None


def truncated(subject: Subject) -> str | None:
    """Cut off within a word or behind one."""
    cut = subject.pick.randrange(len(subject.text) // 2, len(subject.text) - 12)
    text = subject.text[:cut].rstrip()
    return text if text[-1] not in ".!?:;" else None


def loop(subject: Subject) -> str | None:
    """The last sentence again and again."""
    last = subject.text.rstrip(".").rpartition(". ")[2] + "."
    return subject.text + f" {last}" * subject.pick.randrange(5, 12)


def drifting_loop(subject: Subject) -> str | None:
    """One sentence again and again under a changing number."""
    name = subject.pick.choice(subject.ports)
    return f"{subject.text} " + " ".join(
        f"If {name} is {n}, the output of the module is set to the value {n}." for n in range(40)
    )


WORDING: dict[Mutation, set[str]] = {
    pasted_code: {"pasted-code"},
    pasted_body: {"pasted-code"},
    refusal: {"refusal"},
    here_is: {"wrapping"},
    closing_offer: {"wrapping"},
    imperative: {"imperative"},
    truncated: {"truncated"},
    loop: {"loop"},
    drifting_loop: {"loop"},
}
"""The codes of the findings that each mutation makes true."""
ALSO_RIGHT = frozenset({"port-missing"})
"""Where a text is cut off or replaced by a refusal, this is true besides."""
