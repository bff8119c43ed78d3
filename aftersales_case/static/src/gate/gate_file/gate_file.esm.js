import {Component, onWillStart, useState} from "@odoo/owl";
import {FileInput} from "@web/core/file_input/file_input";
import {gateItemProps} from "../gate_text/gate_text.esm";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const MODEL = "aftersales.case";
const OFFERED = 20;

/** Files that are missing: upload them, or say which file of the case it is. */
export class GateFile extends Component {
    static template = "aftersales_case.GateFile";
    static components = {FileInput};
    static props = gateItemProps;

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.model = MODEL;
        this.state = useState({files: [], others: []});
        onWillStart(() => this.load());
    }

    get kindId() {
        return this.props.item.attachment_kind_id;
    }

    get isComplete() {
        return this.state.files.length >= this.props.item.minimum;
    }

    async load() {
        const files = await this.orm.searchRead(
            "ir.attachment",
            [
                ["res_model", "=", MODEL],
                ["res_id", "=", this.props.caseId],
            ],
            ["name", "aftersales_kind_id"]
        );
        const kindId = this.kindId;
        this.state.files = files.filter(
            ({aftersales_kind_id: kind}) => !kindId || kind?.[0] === kindId
        );
        this.state.others = files
            .filter(({aftersales_kind_id: kind}) => kindId && !kind)
            .slice(0, OFFERED);
    }

    async onUpload(files) {
        for (const {error} of files.filter((file) => file.error)) {
            this.notification.add(error, {type: "danger"});
        }
        await this.setKind(files.filter(({id}) => id).map(({id}) => id));
    }

    async setKind(ids) {
        if (ids.length && this.kindId) {
            await this.orm.write("ir.attachment", ids, {
                aftersales_kind_id: this.kindId,
            });
        }
        await this.load();
    }
}

registry.category("aftersales_gate_items").add("attachment", {component: GateFile});
