"""Where texts stand on paper, for tests of PDFs."""

import io

from pypdf import PdfReader

# As high as a head gets: what companies must print about themselves.
LETTERHEAD = (
    "Kaapse Brander B.V.",
    "Branderskade 14",
    "2316 XA Leiden",
    "Netherlands",
    "+31 71 555 0140",
    "info@kaapse-brander.example",
    "Chamber of Commerce 28000000",
)


def use_letterhead(company):
    company.company_details = f"<p>{'<br/>'.join(LETTERHEAD)}</p>"


def find_tops(content, number=0):
    """Return ``{text: how far below the top of a page it stands}``, in points."""
    page = PdfReader(io.BytesIO(content)).pages[number]
    tops = {}

    def visit(text, matrix, text_matrix, *_font):
        if text.strip():
            x, y = text_matrix[4:]
            up = x * matrix[1] + y * matrix[3] + matrix[5]
            tops.setdefault(text.strip(), float(page.mediabox.top) - up)

    page.extract_text(visitor_text=visit)
    return tops
