# Fields that got another name or help: an update keeps what is translated already, so
# the old words would stay in every other language.
RENAMED = [("aftersales.field.condition", "value")]


def migrate(cr, version):
    """Forget outdated translations; the new ones are loaded after this script."""
    if not version:
        return
    for model, name in RENAMED:
        cr.execute(
            "UPDATE ir_model_fields SET"
            " field_description = jsonb_build_object("
            "'en_US', field_description->'en_US'),"
            " help = CASE WHEN help IS NULL THEN NULL ELSE jsonb_build_object("
            "'en_US', help->'en_US') END"
            " WHERE model = %s AND name = %s",
            (model, name),
        )
