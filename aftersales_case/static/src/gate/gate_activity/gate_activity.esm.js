import {Component, onWillStart} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {gateItemProps} from "../gate_text/gate_text.esm";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Activities that must be done first, by whoever they are assigned to. */
export class GateActivity extends Component {
    static template = "aftersales_case.GateActivity";
    static props = gateItemProps;

    setup() {
        this.orm = useService("orm");
        onWillStart(async () => {
            const activities = await this.orm.searchRead(
                "mail.activity",
                [
                    ["res_model", "=", "aftersales.case"],
                    ["res_id", "=", this.props.caseId],
                ],
                ["summary", "activity_type_id", "date_deadline", "user_id"]
            );
            this.lines = activities.map((activity) => ({
                id: activity.id,
                what: activity.summary || activity.activity_type_id?.[1] || "",
                who: activity.user_id?.[1] || "",
                when: formatDate(deserializeDate(activity.date_deadline)),
            }));
        });
    }
}

registry
    .category("aftersales_gate_items")
    .add("no_activity", {component: GateActivity, waits: true});
