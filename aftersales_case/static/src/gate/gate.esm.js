import {GateDialog} from "./gate_dialog/gate_dialog.esm";
import {GateRefused} from "./gate_refused/gate_refused.esm";
import {_t} from "@web/core/l10n/translation";
import {mergeAnswers} from "./merge_answers.esm";
import {registry} from "@web/core/registry";

const MODEL = "aftersales.case";
const EXCEPTION_CLASS = "aftersales_case.gate";

// What became of a case whose move was refused.
export const MOVED = "moved";
export const SAVED = "saved";

/**
 * @param {Error} error
 * @returns {object | undefined} what a refused move lacks, as the server tells it
 */
export function getGate(error) {
    const context = error?.data?.context;
    return context?.exception_class === EXCEPTION_CLASS ? context.gate : undefined;
}

/**
 * Ask for what refused moves lack, case by case, and try each move again.
 *
 * @param {object} env
 * @param {object} gate what the server told
 * @param {object} [pending] {case id: values of the refused write}, written along
 * @returns {Promise<object>} {case id: MOVED, SAVED or undefined}
 */
export async function passGate(env, gate, pending = {}) {
    const fillable = gate.cases.filter((item) => item.can_fill);
    const refused = gate.cases.filter((item) => !item.can_fill);
    const outcome = {};
    for (const [index, gateCase] of fillable.entries()) {
        const position = fillable.length > 1 ? `${index + 1}/${fillable.length}` : "";
        outcome[gateCase.id] = await ask(env, gate, gateCase, {
            pending: pending[gateCase.id] || {},
            position,
        });
    }
    if (refused.length) {
        await new Promise((onClose) =>
            env.services.dialog.add(GateRefused, {cases: refused}, {onClose})
        );
    }
    return outcome;
}

function ask(env, gate, gateCase, {pending, position}) {
    const title = _t("Before %(stage)s: %(case)s", {
        stage: gateCase.stage_name,
        case: gateCase.name,
    });
    const kinds = new Set(gateCase.kinds);
    let outcome;
    return new Promise((resolve) => {
        env.services.dialog.add(
            GateDialog,
            {
                resModel: MODEL,
                resId: gateCase.id,
                viewId: gate.view_id,
                title: position ? `${title} (${position})` : title,
                context: {
                    gate_fields: gateCase.fields,
                    gate_missing: gateCase.missing,
                    gate_stage_id: gateCase.stage_id,
                    gate_stage_name: gateCase.stage_name,
                    gate_properties: asksOwn(gateCase, "properties"),
                    gate_restricted_properties: asksOwn(
                        gateCase,
                        "restricted_properties"
                    ),
                    gate_checklist: kinds.has("checklist"),
                },
                onRecordSave: async (record) => {
                    outcome = await save(env, gateCase, pending, record);
                    return Boolean(outcome);
                },
            },
            {onClose: () => resolve(outcome)}
        );
    });
}

/**
 * Write fields and stage at once: the server judges them together.
 *
 * What only somebody else can give, as an approval, does not keep the answers from
 * being saved; the case stays where it is then.
 */
async function save(env, gateCase, pending, record) {
    if (!(await record.checkValidity({displayNotification: true}))) {
        return undefined;
    }
    const vals = mergeAnswers(pending, await record.getChanges(), gateCase.fields);
    const write = (values) =>
        record.model.orm.webSave(MODEL, [gateCase.id], values, {
            context: record.context,
            specification: {},
        });
    try {
        await write({...vals, stage_id: gateCase.stage_id});
        return MOVED;
    } catch (error) {
        const still = getGate(error)?.cases.find((item) => item.id === gateCase.id);
        if (!still) {
            throw error;
        }
        const items = registry.category("aftersales_gate_items");
        const waits = still.kinds.every((kind) => items.get(kind, {}).waits);
        delete vals.stage_id;
        const isSaved = waits && Object.keys(vals).length;
        if (isSaved) {
            await write(vals);
        }
        env.services.notification.add(
            still.missing.map((item) => item.text).join(" "),
            {
                title: isSaved
                    ? _t("Saved; not yet in %s", gateCase.stage_name)
                    : _t("Not yet in %s", gateCase.stage_name),
                type: isSaved ? "warning" : "danger",
            }
        );
        return isSaved ? SAVED : undefined;
    }
}

function asksOwn({fields}, name) {
    return fields.some((key) => key.startsWith(`${name}.`));
}
