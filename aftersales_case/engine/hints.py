"""What a text tells about its sender: phone numbers and document numbers in it.

Pure Python: text in, values out.
"""

import re

import phonenumbers

# Letters and digits with separators, at least one digit: S00042, KB/OUT/01233, INV-7.
DOCUMENT = re.compile(r"\b(?=[\w/-]*\d)[A-Za-z][\w]*(?:[/-][\w]+)*\b")
SHORTEST_DOCUMENT = 4
MOST_DOCUMENTS = 50
MOST_TEXT = 20_000


def find_phones(text, country_code):
    """Return the phone numbers in a text, in E.164, each once, in order.

    :param text: plain text, such as the body of a mail with its signature
    :param country_code: ISO code of the country for numbers without prefix, or None
    """
    matches = phonenumbers.PhoneNumberMatcher((text or "")[:MOST_TEXT], country_code)
    numbers = (
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in matches
    )
    return list(dict.fromkeys(numbers))


def find_documents(text):
    """Return the words of a text that may be the number of a document, each once."""
    words = DOCUMENT.findall((text or "")[:MOST_TEXT])
    likely = (word for word in words if len(word) >= SHORTEST_DOCUMENT)
    return list(dict.fromkeys(likely))[:MOST_DOCUMENTS]
