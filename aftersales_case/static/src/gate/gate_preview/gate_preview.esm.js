import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** On a card: what the next stage asks for, before anybody drags the case. */
export class GatePreview extends Component {
    static template = "aftersales_case.GatePreview";
    static props = {...standardWidgetProps};

    get text() {
        const {gate_preview: labels, next_stage_id: stage} = this.props.record.data;
        if (!labels?.length || !stage) {
            return "";
        }
        return _t("Before %(stage)s: %(missing)s", {
            stage: stage.display_name,
            missing: labels.join(", "),
        });
    }
}

registry
    .category("view_widgets")
    .add("aftersales_gate_preview", {component: GatePreview});
