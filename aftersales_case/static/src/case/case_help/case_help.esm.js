import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** What the type explains of a field that has no label on the form. */
export class CaseHelp extends Component {
    static template = "aftersales_case.CaseHelp";
    static props = {...standardWidgetProps, fieldName: String};

    get text() {
        return this.props.record.data.rule_helps?.[this.props.fieldName];
    }
}

registry.category("view_widgets").add("aftersales_case_help", {
    component: CaseHelp,
    extractProps: ({options}) => ({fieldName: options.field}),
});
