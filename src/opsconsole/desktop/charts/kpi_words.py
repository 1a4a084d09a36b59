"""KPI tiles, changes and the digest, from the services' values to what the screen says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsconsole.desktop.charts.tile import TileContent

if TYPE_CHECKING:
    from opsconsole.services.kpis_changes import KpiChange
    from opsconsole.services.kpis_series import Series
    from opsconsole.services.kpis_tiles import KpiTile


def tile_content(tile: "KpiTile") -> TileContent:
    """Words of a tile; a change is colored only when it is a signal."""
    arrow = "" if not tile.delta else "▲ " if tile.delta > 0 else "▼ "
    tone = "muted" if tile.signal is None else "good" if tile.signal.good else "bad"
    shown = tile.value is not None
    sentences = [tile.definition, *([tile.signal.words] if tile.signal else [])]
    return TileContent(
        tile.key,
        tile.label,
        tile.text,
        shown,
        target=f"Target {tile.target_text}" if tile.target_text else "",
        met=tile.met,
        delta=f"{arrow}{tile.delta_text}" if tile.delta_text else "",
        delta_tone=tone,
        note=tile.note,
        values=tile.mini,
        limits=None if tile.mini_limits is None else _low_mean_high(tile.mini_limits),
        signal=tile.signal is not None and not tile.signal.good,
        tooltip="\n".join(sentences),
    )


def _low_mean_high(limits: tuple[float, float, float]) -> tuple[float, float, float]:
    low, mean, high = sorted(limits)
    return low, mean, high


def changes(changed: Sequence["KpiChange"], why_none: str = "") -> str:
    """What changed, as marked sentences with a blank line between; without any, why."""
    if not changed:
        return f"Nothing to report: no KPI has a value in this period. {why_none}".rstrip()
    return "\n\n".join(f"**{change.title}**\n{change.text}" for change in changed)


def digest(title: str, tiles: Sequence["KpiTile"], changed: Sequence["KpiChange"]) -> str:
    """The week in plain text, for a message or a mail."""
    lines = [title, ""]
    for tile in tiles:
        target = f" (target {tile.target_text})" if tile.target_text else ""
        verdict = {True: ", met", False: ", missed", None: ""}[tile.met]
        note = f", {tile.note.lower()}" if tile.note else ""
        lines.append(f"{tile.label}: {tile.text}{target}{verdict}{note}")
    lines += ["", *(f"{change.title}. {change.text}" for change in changed)]
    return "\n".join(lines)


def annotations(series: "Series") -> str:
    """The numbered marks of a chart in words."""
    if not series.annotations:
        return "None in this time."
    return "\n".join(
        f"**{mark.number}**  {mark.label}{': limits restart here' if mark.rebases else ''}"
        for mark in series.annotations
    )
