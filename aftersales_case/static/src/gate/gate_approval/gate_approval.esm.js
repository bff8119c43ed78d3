import {Component, onWillStart, useState} from "@odoo/owl";
import {gateItemProps} from "../gate_text/gate_text.esm";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const MODEL = "aftersales.approval";

/** An approval that is missing: ask for it, or give it when the role is ours. */
export class GateApproval extends Component {
    static template = "aftersales_case.GateApproval";
    static props = gateItemProps;

    setup() {
        this.orm = useService("orm");
        this.state = useState({approval: undefined});
        onWillStart(() => this.load());
    }

    async load() {
        [this.state.approval] = await this.orm.searchRead(
            MODEL,
            [
                ["case_id", "=", this.props.caseId],
                ["requirement_id", "=", parseInt(this.props.item.name, 10)],
            ],
            ["state", "user_id"],
            {limit: 1, order: "id desc"}
        );
    }

    async ask() {
        const {caseId, stageId} = this.props;
        await this.orm.call("aftersales.case", "action_ask_approval", [[caseId]], {
            stage_id: stageId,
        });
        await this.load();
    }

    async approve() {
        if (this.state.approval?.state !== "pending") {
            await this.ask();
        }
        await this.orm.call(MODEL, "action_approve", [[this.state.approval.id]]);
        await this.load();
    }
}

registry
    .category("aftersales_gate_items")
    .add("approval", {component: GateApproval, waits: true});
