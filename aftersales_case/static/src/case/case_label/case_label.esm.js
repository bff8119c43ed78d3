import {FormLabel} from "@web/views/form/form_label";

/** A label that names and explains the field as the type of the case does. */
export class CaseLabel extends FormLabel {
    static template = "aftersales_case.CaseLabel";

    get string() {
        const {record, fieldName, string} = this.props;
        return record.data.rule_labels?.[fieldName] || string;
    }

    get tooltipHelp() {
        const {record, fieldName} = this.props;
        return record.data.rule_helps?.[fieldName] || super.tooltipHelp;
    }

    get tooltipInfo() {
        // In debug mode core asks the view and the field, and nobody else.
        const info = JSON.parse(super.tooltipInfo);
        return JSON.stringify({
            ...info,
            field: {...info.field, help: this.tooltipHelp},
        });
    }
}
