"""What was measured, as a Markdown table, as a plot and as a spec file. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from rtlglot.jobs.bench import CONCURRENCY, Measured, best, describe

HEAD = (
    "setting",
    "rows",
    "it/s",
    "input tok/s",
    "output tok/s",
    "cached",
    "first row",
    "load",
    "MFU",
    "peak memory",
)


def as_json(lines: Sequence[Measured]) -> list[dict[str, Any]]:
    """One object a setting; rates a second, times in seconds, memory in bytes."""
    return [
        {
            "setting": dict(line.setting),
            "trouble": line.trouble or None,
            "rows": line.rows,
            "failed": line.failed,
            "it_s": round(line.it_s, 3),
            "input_tokens_s": round(line.input_tokens_s, 1),
            "output_tokens_s": round(line.output_tokens_s, 1),
            "cached_tokens": line.cached_tokens,
            "first_row_s": round(line.first_row_s, 3),
            "load_s": round(line.load_s, 2),
            "seconds": round(line.seconds, 3),
            "in_flight": line.in_flight,
            "peak_rss_bytes": line.peak_rss_bytes,
            "peak_gpu_bytes": line.peak_gpu_bytes,
            "mfu": None if line.mfu is None else round(line.mfu, 4),
            "no_mfu": line.no_mfu or None,
            "note": line.note,
            "best": line is best(lines),
        }
        for line in lines
    ]


def markdown(lines: Sequence[Measured]) -> str:
    """A table, its columns padded so that it can be read as it is."""
    cells = [HEAD, *(_cells(line, line is best(lines)) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    rule = ["-" * width if column == 0 else f"{'-' * (width - 1)}:" for column, width in enumerate(widths)]
    rows = [cells[0], rule, *cells[1:]]
    table = [f"| {' | '.join(_padded(row, widths))} |" for row in rows]
    # One reason holds for all settings, as a rule.
    reasons = dict.fromkeys(line.no_mfu for line in lines if line.no_mfu)
    return "\n".join([*table, *(f"no MFU (share of the cards' bf16 arithmetic): {why}" for why in reasons)])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]


def _cells(line: Measured, is_best: bool) -> tuple[str, ...]:  # noqa: FBT001 - private, one caller
    name = describe(line.setting) or "as it is"
    if line.trouble:
        return (f"{name}: {line.trouble}", *[""] * (len(HEAD) - 1))
    memory = line.peak_gpu_bytes or line.peak_rss_bytes
    return (
        f"{name} (best)" if is_best else name,
        f"{line.rows:,}" if not line.failed else f"{line.rows:,} ({line.failed:,} failed)",
        f"{line.it_s:.2f}",
        f"{line.input_tokens_s:,.0f}",
        f"{line.output_tokens_s:,.0f}",
        f"{100 * line.cached_tokens / line.input_tokens:.0f} %" if line.input_tokens else "",
        f"{line.first_row_s:.2f} s",
        f"{line.load_s:.1f} s",
        "" if line.mfu is None else f"{100 * line.mfu:.1f} %",
        f"{memory / 2**30:.2f} GiB {'GPU' if line.peak_gpu_bytes else 'RSS'}",
    )


BAR, GAP, LEFT, RIGHT, WIDTH, TOP = 22, 10, 300, 90, 860, 62


def svg(lines: Sequence[Measured], title: str) -> str:
    """A bar a setting: rows a second, with the output tokens a second written at its end."""
    height = TOP + len(lines) * (BAR + GAP) + 16
    most = max((line.it_s for line in lines), default=0.0) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
        '<text x="16" y="44" fill="#555">rows a second; at the bar\'s end output tokens a second</text>',
    ]
    for number, line in enumerate(lines):
        parts += _bar(line, TOP + number * (BAR + GAP), most, is_best=line is best(lines))
    return "\n".join([*parts, "</svg>", ""])


def _bar(line: Measured, y: float, most: float, *, is_best: bool) -> list[str]:
    name = describe(line.setting) or "as it is"
    label = name if len(name) <= 42 else f"{name[:41]}…"
    middle = y + BAR * 0.7
    parts = [f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(label)}</text>']
    if line.trouble:
        trouble = line.trouble if len(line.trouble) <= 70 else f"{line.trouble[:69]}…"
        return [*parts, f'<text x="{LEFT}" y="{middle:.0f}" fill="#b00">{escape(trouble)}</text>']
    colour = "#2a6" if is_best else "#79b"
    width = (WIDTH - LEFT - RIGHT - 90) * line.it_s / most
    said = f"{line.it_s:.2f}  ({line.output_tokens_s:,.0f} tok/s)"
    return [
        *parts,
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<text x="{LEFT + width + 8:.1f}" y="{middle:.0f}">{escape(said)}</text>',
    ]


def spec_file(line: Measured, model: str, engine: str, options: Mapping[str, Any]) -> str:
    """What `transform --spec` takes: the model, the engine and this setting's options."""
    setting = dict(line.setting)
    concurrency = setting.pop(CONCURRENCY, None)
    # Random weights are for measuring only.
    kept = {n: v for n, v in {**options, **setting}.items() if n not in ("dummy_weights", "load_format")}
    texts = [
        f"# {line.it_s:.2f} it/s over {line.rows:,} rows in rtlglot bench: the best of its sweep.",
        f"model = {json.dumps(model)}",
        f"engine = {json.dumps(engine)}",
        *([f"concurrency = {int(concurrency)}"] if concurrency else []),
        "",
        "[set.engine]",
        *(f"{json.dumps(name)} = {_toml(value)}" for name, value in kept.items()),
    ]
    return "\n".join([*texts, ""])


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(str(n))} = {_toml(v)}' for n, v in value.items())} }}"
    text = str(value)
    plain = text.isdecimal() or re.fullmatch(r"\d+\.\d+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
