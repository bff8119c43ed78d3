import {Component} from "@odoo/owl";
import {getBarKey} from "../key.esm";

/** What can be done with the card that is picked, or with the visits that are chosen. */
export class BoardBar extends Component {
    static template = "aftersales_planning.BoardBar";
    static props = {
        picked: {type: [Object, {value: null}, {value: undefined}], optional: true},
        visits: Array,
        canPlan: Boolean,
        tell: Function,
        onChoose: Function,
        onCopy: Function,
        onDrop: Function,
        onLock: Function,
        onOpen: Function,
        onPick: Function,
        onUnplan: Function,
    };

    get one() {
        return this.props.visits.length === 1 ? this.props.visits[0] : null;
    }

    /** The key of the only visit chosen, by its first row. */
    get key() {
        return getBarKey(this.one, this.one.rows[0]);
    }

    get canWrite() {
        return this.props.visits.every((visit) => visit.can_write);
    }

    get canMove() {
        return this.props.visits.every((visit) => visit.can_move);
    }
}
