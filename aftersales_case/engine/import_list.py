"""A list that is imported: its rows, which of them are left out, and where it goes on.

Values in, values out, no ORM. Core reads the list in parts; it counts the rows that it
makes records of, and would take a row that is left out for the end of the list.
"""

import re
from dataclasses import dataclass, field

# The column with the names of files.
FILES = "file_ids"
BETWEEN_FILES = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class ImportRun:
    """Says in the context that a person imports a file, as core's import does it.

    :param rehearsal: whether all of it is taken back
    :param offset: rows of the file that are passed over before this part of it
    """

    rehearsal: bool = False
    offset: int = 0


@dataclass(eq=False)
class Row:
    """What one record of the list says, and what was found out about it.

    :param place: which record of this part of the list it is, from 0
    :param cells: ``{column: what the list says}``; what we have found is taken out
    :param span: the rows of the list that it fills, in core's form
    :param files: names of its files
    """

    place: int
    cells: dict
    span: dict
    files: list
    # Values that were found, and records that are only looked at: {field: id}.
    vals: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    # What is wrong: (column, text, more for the client).
    mistakes: list = field(default_factory=list)
    is_new: bool = True

    def get_id(self, name):
        """Return the id of the record that a column means, or None."""
        return self.vals.get(name) or self.known.get(name)

    def get_name(self, column):
        """Return the name by which a column calls a record, or an empty text."""
        cell = self.cells.get(column)
        if not isinstance(cell, list) or len(cell) != 1 or cell[0].keys() != {None}:
            return ""
        return str(cell[0][None] or "").strip()

    def get_references(self, column):
        """Return ``(kind of id, value)`` of what a column calls by an id."""
        cell = self.cells.get(column)
        cell = cell[0] if isinstance(cell, list) and len(cell) == 1 else {}
        return [(kind, cell[kind]) for kind in (".id", "id") if cell.get(kind)]


class ImportList:
    """One part of a list on its way into the database.

    Travels in the context, where it counts only by its class: see ``get_private``.

    :param past: whether cases come with their past
    :param run: the ``ImportRun`` this belongs to, if it comes by core's import
    """

    def __init__(self, past=False, run=None):
        self.past = past
        self.run = run or ImportRun()
        self.skipped = 0
        self._files = []
        self._end = 0

    def take_files(self, columns, rows):
        """Take the names of files out of a list.

        :returns: columns and rows without those of files
        """
        places = [place for place, name in enumerate(columns) if name == FILES]
        if not places:
            return columns, rows
        self._files = [_split_names(row[p] for p in places) for row in rows]
        kept = [place for place in range(len(columns)) if place not in places]
        return (
            [columns[place] for place in kept],
            [[row[place] for place in kept] for row in rows],
        )

    def read_rows(self, records):
        """Return the rows of a part of the list.

        :param records: pairs of cells and span, as core extracts them
        """
        rows = []
        for place, (cells, span) in enumerate(records):
            first, last = span["rows"]["from"], span["rows"]["to"]
            self._end = last + 1
            files = [name for names in self._files[first : first + 1] for name in names]
            rows.append(Row(place, cells, span, files))
        return rows

    def get_next_row(self, limit):
        """Return the row at which the next part begins, or 0 at the end of the list.

        :param limit: how many rows a part has; None for the whole list
        """
        return self._end if limit is not None and self._end >= limit else 0

    def get_row_number(self, row):
        """Return the number of a row for people, who count below the titles."""
        return self.run.offset + row.span["rows"]["from"] + 1


def _split_names(cells):
    """Return the names of files in some cells, each once and in their order."""
    names = [
        name.strip()
        for cell in cells
        for name in BETWEEN_FILES.split(str(cell or ""))
        if name.strip()
    ]
    return list(dict.fromkeys(names))
