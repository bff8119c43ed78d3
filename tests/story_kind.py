"""The story of a kind of cases that the company makes for itself, like Complaint.

Marieke makes it in a dialog, while somebody looks on; the first case of it is stopped
at the gate that she put up, and passes when what was missing is there.
"""

from story_dunning import check

from odoo.exceptions import UserError
from odoo.tests import Form

BATCH = "24-118"


def make_a_new_kind(story):
    """Marieke makes a kind like Complaint, with a field that must be filled in."""
    env, progress = story.env(user=story.marieke.id), story.ref("stage_progress")
    with Form(env["aftersales.type.assistant"]) as form:
        form.source_id = story.ref("type_complaint")
        form.name = "Recall"
    wizard = form.save()
    wizard.action_next()
    wizard.action_next()
    needed = wizard.stage_line_ids.filtered(lambda line: line.stage_id == progress)
    with Form(wizard) as form, form.field_line_ids.new() as line:
        line.name = "Batch"
        line.required_from_id = needed
    wizard.action_next()
    wizard.action_next()
    made = wizard.action_finish()["context"]["default_type_id"]
    kind = story.kind = story.env["aftersales.case.type"].browse(made)
    stages = kind.link_ids.stage_id
    check(stages == story.ref("type_complaint").link_ids.stage_id, "its flow differs.")
    story.shown = kind
    return (
        f"Marieke makes a kind of cases like Complaint, in a dialog: {kind.name}, with"
        f" its {len(stages)} stages and a field Batch, needed from {progress.name}."
    )


def stop_at_the_gate(story):
    """The first case of it does not go on without what is asked for."""
    case = story.recall = (
        story.env["aftersales.case"]
        .with_user(story.agnieszka)
        .create(
            {
                "name": "Burrs of one batch wear out",
                "type_id": story.kind.id,
                "contact_id": story.fleur.id,
                "user_id": story.agnieszka.id,
            }
        )
    )
    refusal = None
    try:
        with story.env.cr.savepoint():
            case.stage_id = story.ref("stage_progress")
    except UserError as error:
        refusal = " ".join(str(error).split())
    check(refusal, "nothing stops it.")
    check("Batch" in refusal, f"it is not told what is missing: {refusal}")
    case.invalidate_recordset()
    check(case.stage_id == story.ref("stage_new"), f"it is in {case.stage_id.name}.")
    story.shown = case
    return f"Agnieszka moves its first case, {case.number}, on: “{refusal}”"


def pass_the_gate(story):
    """With the answer it goes on."""
    case = story.recall
    case.properties = {"batch": BATCH}
    case.stage_id = story.ref("stage_progress")
    check(case.stage_id == story.ref("stage_progress"), "it did not go on.")
    story.shown = case
    return f"She fills in batch {BATCH}, and {case.number} is in {case.stage_id.name}."


MAKE, USE = (make_a_new_kind,), (stop_at_the_gate, pass_the_gate)
