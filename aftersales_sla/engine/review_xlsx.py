"""The sheet of a service review: values in, a file out, no ORM."""

import base64
import io

import xlsxwriter

# What stands in a sheet is at most so long.
MOST = 32000
WIDTHS = (18, 40, 30, 18, 18, 14, 20, 30, 18)
WIDTH_OF_PENALTY = 14


def write_review(review, labels):
    """Return the file of a review, as a binary field keeps it.

    :param review: what ``_get_review`` returns
    :param labels: ``{key: heading}``, in the user's language
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "sum": book.add_format({"bold": True, "num_format": "#,##0.00", "top": 1}),
            "number": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        }
        _write_figures(book, formats, review, labels)
        _write_missed(book, formats, review, labels)
    return base64.b64encode(buffer.getvalue())


def _write_figures(book, formats, review, labels):
    sheet = book.add_worksheet(labels["figures"][:31])
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 8, 12)
    _write_text(sheet, 0, 0, review["title"], formats["title"])
    for row, key in enumerate(("agreement", "customer", "period", "summary"), start=1):
        _write_text(sheet, row, 0, review[key])
    columns = ("target", "policy", "met", "missed", "open", "reached", "goal")
    _write_table(
        sheet, 6, (*columns, "median", "p90"), review["targets"], formats, labels
    )


def _write_missed(book, formats, review, labels):
    sheet = book.add_worksheet(labels["missed_list"][:31])
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    penalties = review["penalties"]
    sheet.set_column(len(WIDTHS), len(WIDTHS) + len(penalties), WIDTH_OF_PENALTY)
    columns = ("case", "name", "target", "due", "ended", "late", "held_by", "waited")
    columns = (*columns, "team", *(one["currency"] for one in penalties))
    labels = labels | {one["currency"]: one["heading"] for one in penalties}
    rows = [row | row["penalties"] for row in review["missed"]]
    sums = {one["currency"]: one["sum"] for one in penalties}
    _write_table(sheet, 0, columns, rows, formats, labels)
    if rows:
        _write_sums(sheet, len(rows) + 1, columns, sums, formats, labels)
    sheet.freeze_panes(1, 1)


def _write_sums(sheet, row, columns, sums, formats, labels):
    """Write a sum under each column that has one."""
    _write_text(sheet, row, 0, labels["sum"], formats["sum"])
    for column, key in enumerate(columns):
        if key in sums:
            sheet.write_number(row, column, sums[key], formats["sum"])


def _write_table(sheet, top, columns, rows, formats, labels):
    for column, key in enumerate(columns):
        _write_text(sheet, top, column, labels[key], formats["head"])
    for number, row in enumerate(rows, start=top + 1):
        for column, key in enumerate(columns):
            # Nothing is owed in the currency of a column.
            value = row.get(key)
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            elif isinstance(value, float):
                sheet.write_number(number, column, value, formats["number"])
            else:
                _write_text(sheet, number, column, value, formats["wrap"])


def _write_text(sheet, row, column, text, style=None):
    """Write a text as such: what begins with = or @ is no formula."""
    sheet.write_string(row, column, (text or "")[:MOST], style)
