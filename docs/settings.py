"""Writes the table of settings into docs/operating.md from portal/config.py: ``python -m docs.settings``."""

from __future__ import annotations

from pathlib import Path

from portal.config import PREFIX, Settings

PAGE = Path(__file__).parent / "operating.md"
BEGIN, END = "<!-- settings:begin", "<!-- settings:end -->"


def table() -> str:
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, info in Settings.model_fields.items():
        default = "required" if info.is_required() else f"`{info.default}`" if info.default not in ("", None) else "–"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {info.description} |")
    return "\n".join(lines)


def main() -> None:
    text = PAGE.read_text("utf-8")
    head, rest = text.split(BEGIN, 1)
    marker, _, tail = rest.partition("-->\n")
    PAGE.write_text(f"{head}{BEGIN}{marker}-->\n{table()}\n{END}{tail.split(END, 1)[1]}", "utf-8")


if __name__ == "__main__":
    main()
