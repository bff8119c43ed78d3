from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What a column of whole numbers holds in PostgreSQL.
SMALLEST, LARGEST = -(2**31), 2**31 - 1
# More than any amount of money; beyond it, and for what is no number, nothing adds up.
MOST_MONEY = 10**15
NUMBERS = {
    "integer": (SMALLEST, LARGEST),
    "float": (-MOST_MONEY, MOST_MONEY),
    "monetary": (-MOST_MONEY, MOST_MONEY),
}
# Beyond these a day is a slip of the pen; calendars of Python and browsers end soon.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class AftersalesBoundedMixin(models.AbstractModel):
    """Numbers and days stay where arithmetic and the database can follow.

    A model names the bounds of its numbers in ``_bounds``; every other one is kept within
    what the database can store, and arithmetic can follow; days within our centuries.
    """

    _name = "aftersales.bounded.mixin"
    _description = "Settings With Bounds"

    # {field: (smallest, largest)}
    _bounds = {}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_bounds(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_bounds(vals)
        return super().write(vals)

    def _get_bounds(self, vals):
        """Hook: return ``{field: (smallest, largest)}`` for values about to be written.

        Siblings add the fields they add.
        """
        return self._bounds

    def _check_bounds(self, vals):
        """Refuse a number or a day out of bounds before the database or a calendar does.

        :raises ValidationError: naming the field and its bounds
        """
        bounds = self._get_bounds(vals)
        for name, value in vals.items():
            field = self._fields.get(name)
            if field and value and field.type in ("date", "datetime"):
                self._check_year(field, value)
            if not field or field.type not in NUMBERS or not value:
                continue
            smallest, largest = bounds.get(name, NUMBERS[field.type])
            if not _is_between(value, smallest, largest):
                raise ValidationError(
                    self.env._(
                        "%(field)s: enter a number from %(smallest)s to %(largest)s.",
                        field=field._description_string(self.env),
                        smallest=smallest,
                        largest=largest,
                    )
                )

    def _check_year(self, field, value):
        day = fields.Date.to_date(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(
                self.env._(
                    "%(field)s: enter a date from %(first)s to %(last)s.",
                    field=field._description_string(self.env),
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )


def _is_between(value, smallest, largest):
    try:
        return smallest <= float(value) <= largest
    except (OverflowError, TypeError, ValueError):
        return False
