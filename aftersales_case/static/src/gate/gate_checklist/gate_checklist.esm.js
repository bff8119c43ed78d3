import {CheckBox} from "@web/core/checkbox/checkbox";
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** The items of the checklist that a move lacks, to be ticked off in the small form. */
export class GateChecklist extends Component {
    static template = "aftersales_case.GateChecklist";
    static components = {CheckBox};
    static props = {...standardFieldProps};

    get items() {
        const {record, name} = this.props;
        const asked = (record.context.gate_missing || [])
            .filter(({kind}) => kind === "checklist")
            .map((item) => parseInt(item.name, 10));
        return record.data[name].records.filter(({data}) =>
            asked.includes(data.requirement_id?.id)
        );
    }
}

registry.category("fields").add("aftersales_gate_checklist", {
    component: GateChecklist,
    supportedTypes: ["one2many"],
    relatedFields: [
        {name: "name", type: "char", readonly: true},
        {name: "done", type: "boolean", readonly: false},
        {
            name: "requirement_id",
            type: "many2one",
            relation: "aftersales.stage.requirement",
            readonly: true,
        },
    ],
});
