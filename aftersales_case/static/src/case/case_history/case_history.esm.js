import {Component, markup, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

/**
 * The past of a case, read when its tab is opened and after each save.
 *
 * To replay it for every look at a case would cost as much as the rest of the form.
 */
export class CaseHistory extends Component {
    static template = "aftersales_case.CaseHistory";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({html: ""});
        useRecordObserver(async (record) => {
            // What is read here is observed: the record has other data after each save.
            if (record.data && record.resId && !record.dirty) {
                await this.read(record.resModel, record.resId);
            }
        });
    }

    async read(model, id) {
        const [found] = await this.orm.read(model, [id], ["history_html"]);
        if (found && this.props.record.resId === id) {
            this.state.html = markup(found.history_html);
        }
    }
}

registry.category("view_widgets").add("aftersales_case_history", {
    component: CaseHistory,
});
