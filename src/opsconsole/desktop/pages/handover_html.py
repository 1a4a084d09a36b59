"""The hand-over as rich text for paper: figures with what they count, the worst, owners, incidents, automation."""

from collections import Counter
from collections.abc import Mapping
from html import escape

from opsconsole.desktop.figure_rows import words_of
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import marked
from opsconsole.domain.figures import Figure
from opsconsole.domain.handover import HandOver, OwnerLine, Worst

_MOST = 12


def html_of(told: HandOver, formats: Formats, colors: Mapping[str, str], *, on_paper: bool = True) -> str:
    """The whole document in ``colors`` by role.

    On paper it has the figures with what they count, and room to sign; on the screen orders lead to their exception by
    the address ``exception:ID``.
    """
    parts = [
        f"<style>{_style(colors)}</style>",
        f'<p class="title">{escape(told.title)}</p>',
        f'<p class="muted">{escape(_stated(told, formats))}</p>',
        _section("Figures", _figures(told, formats)) if on_paper else "",
        _section(_worst_title(told), "".join(_worst(worst, formats, on_paper) for worst in told.worst)),
        _section("By owner", _owners(told, formats)),
        _section("Open incidents", _incidents(told, formats)),
        _section("What automation did", _automation(told)),
        _signatures() if on_paper else "",
    ]
    return "".join(parts)


def _style(colors: Mapping[str, str]) -> str:
    muted, line, strong, bad = (colors[role] for role in ("text_muted", "line", "line_strong", "bad"))
    accent, text = colors["accent"], colors["text"]
    return f"""
    p, td {{ color: {text}; }}
    p {{ margin: 0; }}
    a {{ color: {accent}; text-decoration: none; }}
    .title {{ font-size: 20pt; font-weight: 600; }}
    .muted, td.muted, span.muted {{ color: {muted}; }}
    .bad {{ color: {bad}; font-weight: 600; }}
    .strong {{ font-weight: 600; }}
    h2 {{ font-size: 11pt; font-weight: 600; margin-top: 18px; margin-bottom: 6px; }}
    .counts {{ padding-left: 12px; }}
    table {{ border-collapse: collapse; }}
    th {{ font-size: 8pt; font-weight: 600; color: {muted}; text-align: left; padding: 2px 8px 2px 0;
          border-bottom: 1px solid {strong}; }}
    td {{ padding: 3px 8px 3px 0; border-bottom: 1px solid {line}; vertical-align: top; }}
    td.plain {{ border-bottom: 0; padding: 4px 8px 0 0; }}
    """


def _stated(told: HandOver, formats: Formats) -> str:
    name = f"{told.company}. " if told.company else ""
    return f"{name}{told.span.words}, until {formats.instant_full(told.as_of)}."


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>{body}"


def _table(headers: str, rows: str) -> str:
    head = f"<thead><tr>{headers}</tr></thead>" if headers else ""
    return f'<table width="100%" cellspacing="0">{head}<tbody>{rows}</tbody></table>'


def _head(words: str, width: str = "", right: bool = False, css: str = "") -> str:
    side = ' align="right"' if right else ""
    room = f' width="{width}"' if width else ""
    return f'<th class="{css}"{room}{side}>{escape(words)}</th>'


def _cell(words: str, css: str = "", right: bool = False) -> str:
    side = ' align="right"' if right else ""
    return f'<td class="{css}"{side}>{words}</td>'


def _figures(told: HandOver, formats: Formats) -> str:
    headers = (
        _head("", "19%")
        + _head("Count", "8%", True)
        + _head("At risk", "13%", True)
        + _head("What it counts", css="counts")
    )
    return _table(headers, "".join(_figure(figure, formats) for figure in told.figures))


def _figure(figure: Figure, formats: Formats) -> str:
    css = "bad" if figure.key == "overdue" and figure.value else "strong"
    cells = _cell(escape(figure.label), css) + _cell(words_of(figure, formats), css, True)
    return f"<tr>{cells}{_cell(escape(figure.note), '', True)}{_cell(escape(figure.definition), 'muted counts')}</tr>"


def _worst_title(told: HandOver) -> str:
    if not told.worst:
        return "Nothing is open"
    return f"The {len(told.worst)} worst: most severe, over time, most money"


def _worst(worst: Worst, formats: Formats, on_paper: bool) -> str:
    late = worst.time_left is not None and worst.time_left.seconds < 0
    left = "" if worst.time_left is None else formats.time_left(worst.time_left.seconds)
    money = "" if worst.value_at_risk is None else formats.money(worst.value_at_risk, worst.currency)
    severity = f'<span class="{"bad" if worst.severity == "S1" else "strong"}">{worst.severity}</span>'
    order = escape(worst.order) if on_paper else f'<a href="exception:{worst.id}">{escape(worst.order)}</a>'
    what = f'{severity} <span class="strong">{escape(worst.label)}</span>, {order}'
    owner = escape(worst.owner) if worst.owner else '<span class="muted">Unassigned</span>'
    first = (
        f'<td class="plain" width="46%">{what}</td><td class="plain" width="16%">{owner}</td>'
        f'<td class="plain" width="20%" align="right"><span class="{"bad" if late else ""}">{left}</span></td>'
        f'<td class="plain" width="18%" align="right">{money}</td>'
    )
    why = f"{marked(worst.why)}<br><span class='strong'>Next:</span> {marked(worst.next_step)}."
    return _table("", f'<tr>{first}</tr><tr><td colspan="4">{why}</td></tr>')


def _owners(told: HandOver, formats: Formats) -> str:
    headers = _head("Owner") + "".join(
        _head(words, "13%", True) for words in ("Open now", "Overdue", "Opened", "Closed", "At risk")
    )
    return _table(headers, "".join(_owner(line, told, formats) for line in told.owners))


def _owner(line: OwnerLine, told: HandOver, formats: Formats) -> str:
    name = _cell(escape(line.owner), "strong") if line.owner else _cell("Unassigned", "muted")
    counts = "".join(
        _cell(formats.count(number), "bad" if number and late else "" if number else "muted", True)
        for number, late in ((line.open_now, False), (line.overdue, True), (line.opened, False), (line.closed, False))
    )
    return f"<tr>{name}{counts}{_cell(formats.money(line.value_at_risk, told.currency), '', True)}</tr>"


def _incidents(told: HandOver, formats: Formats) -> str:
    if not len(told.incidents):
        return '<p class="muted">None is open.</p>'
    headers = (
        _head("Incident")
        + _head("Since", "20%")
        + "".join(_head(words, "13%", True) for words in ("Exceptions", "Orders", "At risk"))
    )
    rows = ""
    for row in told.incidents.rows():
        counts = _cell(formats.count(row["exceptions"]), "", True) + _cell(formats.count(row["orders"]), "", True)
        money = _cell(formats.money(row["value_at_risk"] or 0, row["currency"]), "", True)
        rows += (
            f"<tr>{_cell(escape(row['title']), 'strong')}{_cell(formats.instant(row['started']))}{counts}{money}</tr>"
        )
    return _table(headers, rows)


def _automation(told: HandOver) -> str:
    if not len(told.automation):
        return '<p class="muted">Nothing in this span.</p>'
    deeds = Counter((row["rule"], row["words"]) for row in told.automation.rows())
    rows = "".join(
        f"<tr>{_cell(escape(rule), 'strong')}{_cell(escape(words))}{_cell(f'{count:,}', '', True)}</tr>"
        for (rule, words), count in deeds.most_common(_MOST)
    )
    if len(deeds) > _MOST:
        rows += f"<tr>{_cell(f'and {len(deeds) - _MOST:,} other kinds of deeds', 'muted')}{_cell('')}{_cell('')}</tr>"
    return _table(_head("Automation", "30%") + _head("What it did") + _head("Times", "10%", True), rows)


def _signatures() -> str:
    cells = "".join(f'<td width="50%" class="muted"><br><br>{words}</td>' for words in ("Handed over by", "Taken by"))
    return f'<h2></h2><table width="100%" cellspacing="0"><tr>{cells}</tr></table>'
