import {FormLabel} from "@web/views/form/form_label";

/** A label that reads as the type of the case names the field. */
export class CaseLabel extends FormLabel {
    static template = "aftersales_case.CaseLabel";

    get string() {
        const {record, fieldName, string} = this.props;
        return record.data.rule_labels?.[fieldName] || string;
    }
}
