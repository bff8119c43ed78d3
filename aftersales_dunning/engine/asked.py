"""What a payment may pay of an invoice. Values in, values out; no records, no Odoo."""


def get_payable(asked, kept_off, open_amount, out):
    """Say how much of an invoice a payment pays that was asked for some time ago.

    What was asked for is booked, whatever was held since. What was in review when it was
    asked for, and still is, the payment keeps off: the customer did not mean to pay it.

    :param asked: what was asked for
    :param kept_off: what was in review then, as far as it was not asked for
    :param open_amount: what is open now
    :param out: what is in review now
    """
    return max(min(asked, open_amount - min(kept_off, out)), 0.0)
