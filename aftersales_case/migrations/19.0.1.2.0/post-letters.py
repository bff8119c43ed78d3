import hashlib
import logging

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, file_open
from odoo.tools.convert import xml_import

_logger = logging.getLogger(__name__)

MODULE = "aftersales_case"
FILE = "data/mail_templates.xml"
# What the shipped messages said in these fields.
SHIPPED = {
    "email_from": "{{ object.type_id.alias_email or object.company_id.email_formatted"
    " or user.email_formatted }}",
    "lang": "{{ (object.contact_id or object.partner_id).lang }}",
}
# Digests of their texts, in all shipped languages and earlier versions.
BODIES = {
    "template_received": (
        "137f25bad728109b",
        "5203db7ae9c4833c",
        "0807f2969ba3679f",
        "c2d59908c2872be7",
        "8cf3d43776f4fe3d",
        "0ee3818273c27026",
        "1c109c06986d2a36",
        "de9b1aeb5235a007",
        "20055c479425704e",
        "f83f918484bc3f4d",
        "e0f7977514597ba2",
        "1d119b1306a57b9b",
    ),
    "template_taken": (
        "0dd0c36405844174",
        "4e79421bfb1c2f79",
        "0e7acee787a03072",
        "665965017006844b",
        "458fc8c4defe04eb",
        "124305592075c8d0",
        "51d1d5ca2ca1b705",
        "1f4673b7c9b2f5f5",
        "4bba9ad45f63029b",
        "8f94349d2970c333",
        "98da4645a2cfe388",
        "5603c13d0e163b9e",
    ),
    "template_closed": (
        "95c1aeb0fb65648f",
        "10f78304c3c2eaf3",
        "6296ce60f7991746",
        "1352c5fc68690501",
        "69c35b71af65226c",
        "32f5c07154e97a5b",
        "0328fcdae658da8d",
        "c23e17c790493ecd",
        "563f7de7c965e5e3",
        "511ec16664fd3e99",
        "81fab85809c0c58e",
        "4c8a30ec2aa1d6de",
    ),
    "template_rejected": (
        "54c2639ec81191fd",
        "f9550517b7c74caa",
        "c3bd12637d2669b2",
        "c9272ee2de1be355",
        "dde0807bf97a82d9",
        "eb41ccca6f35d195",
        "0a0a3ab24fd91b08",
        "acabc05c0abd760e",
        "9af199eed5e3a177",
        "38a03343db94dc09",
        "44301511cb30208f",
        "6bce8d4e1d773f5f",
    ),
}


def migrate(cr, version):
    """Exchange programs for placeholders in the shipped messages that nobody changed.

    They belong to the users and are not updated. Until now no manager could save one.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    unchanged, changed = _sort(cr)
    for name, template_id in unchanged.items():
        # Other languages come from the files of translations, after this script.
        cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US',"
            " body_html->'en_US') WHERE id = %s",
            (template_id,),
        )
        _logger.info("Message %s has placeholders only", name)
    if unchanged:
        env.invalidate_all()
        _load(env, unchanged)
    for name, template_id in changed.items():
        _exchange_expressions(cr, template_id)
        _logger.warning(
            "Message %s was changed and stays as it is: who is no editor of templates"
            " cannot save it until its placeholders are those of the list",
            name,
        )
    env.invalidate_all()


def _sort(cr):
    """Return ``{name: id}`` of shipped messages that nobody changed, and of the others."""
    cr.execute(
        "SELECT data.name, template.id, template.body_html, template.email_from,"
        " template.lang FROM mail_template AS template JOIN ir_model_data AS data ON"
        " data.model = 'mail.template' AND data.res_id = template.id WHERE"
        " data.module = %s AND data.name = ANY(%s) ORDER BY data.name",
        (MODULE, list(BODIES)),
    )
    unchanged, changed = {}, {}
    for name, template_id, bodies, email_from, lang in cr.fetchall():
        same = (email_from, lang) == (SHIPPED["email_from"], SHIPPED["lang"]) and all(
            _get_digest(body) in BODIES[name] for body in (bodies or {}).values()
        )
        (unchanged if same else changed)[name] = template_id
    return unchanged, changed


def _get_digest(body):
    return hashlib.sha256("".join((body or "").split()).encode()).hexdigest()[:16]


def _exchange_expressions(cr, template_id):
    """Exchange sender and language of a changed message where they are the shipped."""
    for column, new in (
        ("email_from", "{{ object.letter_sender }}"),
        ("lang", "{{ object.letter_language }}"),
    ):
        cr.execute(
            SQL(
                "UPDATE mail_template SET %(column)s = %(new)s WHERE id = %(id)s AND"
                " %(column)s = %(old)s",
                column=SQL.identifier(column),
                new=new,
                old=SHIPPED[column],
                id=template_id,
            )
        )


def _load(env, names):
    """Load these messages anew from the file, and nothing else of it."""
    with file_open(f"{MODULE}/{FILE}", "rb") as file:
        root = etree.parse(file).getroot()
    for node in list(root):
        if node.get("id") not in names:
            root.remove(node)
    xml_import(env, MODULE, {}, "init", noupdate=True).parse(root)
