import logging

_logger = logging.getLogger(__name__)

# Whom the shipped messages greeted: also somebody in whose name a stranger wrote.
GREETED = "object.contact_id.name or object.partner_id.name or 'customer'"
# Whose address the message goes to, else nobody by name.
ADDRESSEE = "object.addressee_name or 'customer'"


def migrate(cr, version):
    """Let the messages of an existing database greet nobody but their addressee.

    They belong to the users and are not updated; only this expression is exchanged, in
    every language, and where somebody changed it nothing is.
    """
    if not version:
        return
    cr.execute(
        "UPDATE mail_template SET body_html = replace(body_html::text, %s, %s)::jsonb"
        " WHERE model = 'aftersales.case' AND strpos(body_html::text, %s) > 0"
        " RETURNING id",
        (GREETED, ADDRESSEE, GREETED),
    )
    if changed := [template_id for (template_id,) in cr.fetchall()]:
        _logger.info("Messages %s greet their addressee only", changed)
