import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useAutofocus} from "@web/core/utils/hooks";

/** What speaks against a plan, and why it is made all the same. */
export class BoardReason extends Component {
    static template = "aftersales_planning.BoardReason";
    static components = {Dialog};
    static props = {texts: Array, onReason: Function, close: Function};

    setup() {
        this.state = useState({reason: ""});
        useAutofocus({refName: "reason"});
    }

    get reason() {
        return this.state.reason.trim();
    }

    submit() {
        if (this.reason) {
            this.props.onReason(this.reason);
            this.props.close();
        }
    }
}
