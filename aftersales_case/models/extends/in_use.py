from odoo.exceptions import UserError


def refuse_if_used(records, uses):
    """Refuse to delete what cases refer to, in words instead of a broken foreign key.

    :param records: what is about to be deleted
    :param uses: ``[(model, many2one to the records)]``
    :raises UserError: naming what is in use
    """
    used = records.browse()
    for model, name in uses:
        # sudo: cases of other companies, and confidential ones, refer to it as well
        users = records.env[model].sudo().with_context(active_test=False)
        for (record,) in users._read_group([(name, "in", records.ids)], [name]):
            used |= records.browse(record.id)
    if used:
        raise UserError(
            records.env._(
                "%(records)s cannot be deleted, because cases or their history refer to"
                " it. Archive it instead.",
                records=", ".join(used.mapped("display_name")),
            )
        )
