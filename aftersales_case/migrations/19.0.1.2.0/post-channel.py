def migrate(cr, version):
    """Say of the cases that were made of a mail that they came in by mail."""
    if not version:
        return
    cr.execute(
        "UPDATE aftersales_case SET channel = 'mail' WHERE channel = 'hand' AND EXISTS"
        " (SELECT FROM aftersales_intake AS mail WHERE mail.case_id = aftersales_case.id"
        " AND mail.state = 'case')"
    )
