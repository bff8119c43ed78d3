"""What customers type in forms, turned into values. Pure Python: text in, values out."""

import re
from datetime import date, datetime

# Kinds of questions.
TEXT, CHAR, WHOLE, NUMBER, CHOICE = "text", "char", "integer", "float", "selection"
YES_NO, DATE, MOMENT, MANY, ONE = "boolean", "date", "datetime", "many", "one"
EMAIL, PHONE, GOODS = "email", "phone", "goods"
# Kinds whose answer is a list of texts.
LISTS = (MANY, GOODS)

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
LARGEST = 2**31 - 1


class AnswerError(ValueError):
    """An answer that means nothing.

    :param code: the kind of what was expected
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def read_ids(typed):
    """Return the ids among texts of a form; what cannot be one is left out.

    >>> read_ids(["7", "x", "9" * 5000])
    [7]
    """
    digits = [one for one in typed if one.isdecimal() and len(one) <= len(str(LARGEST))]
    return [one for one in map(int, digits) if one <= LARGEST]


def read(kind, typed, options=()):
    """Return the value of what was typed, or None for no answer.

    :param kind: one of the kinds above
    :param typed: text, for lists a list of texts
    :param options: keys that may be chosen
    :raises AnswerError: when it is none

    >>> read(NUMBER, "1.234,50"), read(YES_NO, "no"), read(CHAR, " ")
    (1234.5, False, None)
    """
    if kind in LISTS:
        chosen = [one.strip() for one in typed if one.strip()]
        if set(chosen) - set(options):
            raise AnswerError(CHOICE)
        return list(dict.fromkeys(chosen)) or None
    typed = typed.strip()
    if not typed:
        return None
    if kind in (CHOICE, ONE):
        if typed not in options:
            raise AnswerError(CHOICE)
        return typed
    readers = {
        WHOLE: _read_whole,
        NUMBER: _read_number,
        YES_NO: _read_yes_no,
        DATE: _read_date,
        MOMENT: _read_moment,
        EMAIL: _read_email,
        CHAR: _read_line,
    }
    return readers[kind](typed) if kind in readers else typed


def _read_line(typed):
    return " ".join(typed.split())


def _read_whole(typed):
    try:
        number = _read_number(typed)
    except AnswerError:
        raise AnswerError(WHOLE) from None
    if number != int(number):
        raise AnswerError(WHOLE)
    return int(number)


def _read_number(typed):
    """Read a number as people of several countries write it."""
    plain = re.sub(r"[\s'\u2019\u00a0\u202f]", "", typed)
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "." if comma > point else ","
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,12}(\.\d{0,9})?", plain):
        raise AnswerError(NUMBER)
    number = float(plain)
    if abs(number) > LARGEST:
        raise AnswerError(NUMBER)
    return number


def _read_yes_no(typed):
    if typed not in ("yes", "no"):
        raise AnswerError(CHOICE)
    return typed == "yes"


def _read_date(typed):
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise AnswerError(DATE) from None
    if not 1900 <= day.year <= 2200:
        raise AnswerError(DATE)
    return day


def _read_moment(typed):
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise AnswerError(MOMENT) from None
    if moment.tzinfo or not 1900 <= moment.year <= 2200:
        raise AnswerError(MOMENT)
    return moment


def _read_email(typed):
    if not ADDRESS.fullmatch(typed):
        raise AnswerError(EMAIL)
    return typed
