import {Component} from "@odoo/owl";
import {GateText} from "../gate_text/gate_text.esm";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

// Drawn as fields of the form itself.
const FORM_KINDS = ["field", "checklist"];

/**
 * What a move lacks besides fields: one component per kind of requirement.
 *
 * Siblings add their kinds to the registry ``aftersales_gate_items``; the others are
 * shown as text. ``waits`` says that somebody else may have to act first.
 */
export class GateItems extends Component {
    static template = "aftersales_case.GateItems";
    static props = {...standardWidgetProps};

    get items() {
        const {gate_missing: missing = [], gate_stage_id: stageId} =
            this.props.record.context;
        const kinds = registry.category("aftersales_gate_items");
        return missing
            .filter((item) => !FORM_KINDS.includes(item.kind))
            .map((item) => ({
                key: `${item.kind} ${item.name}`,
                Component: kinds.get(item.kind, {component: GateText}).component,
                props: {item, stageId, caseId: this.props.record.resId},
            }));
    }
}

registry.category("view_widgets").add("aftersales_gate_items", {component: GateItems});
