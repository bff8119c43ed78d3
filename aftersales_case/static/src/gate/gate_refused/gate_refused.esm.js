import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

// What no form can mend: the flow of the type, or the user's roles.
const FORBIDS = ["move", "role"];

/** Says why a case may not be moved, when the user cannot do anything about it. */
export class GateRefused extends Component {
    static template = "aftersales_case.GateRefused";
    static components = {Dialog};
    static props = {cases: Array, close: Function};

    get title() {
        const stages = new Set(this.props.cases.map((item) => item.stage_name));
        return stages.size === 1
            ? _t("Not moved to %s", [...stages][0])
            : _t("Not moved");
    }

    getTexts(item) {
        const forbidden = item.missing.filter(({kind}) => FORBIDS.includes(kind));
        return (forbidden.length ? forbidden : item.missing).map(({text}) => text);
    }
}
