import {Component} from "@odoo/owl";

export const gateItemProps = {item: Object, caseId: Number, stageId: Number};

/** A missing thing of which the form knows no more than its text. */
export class GateText extends Component {
    static template = "aftersales_case.GateText";
    static props = gateItemProps;
}
