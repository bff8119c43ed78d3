import {
    RemainingDaysField,
    remainingDaysField,
} from "@web/views/fields/remaining_days/remaining_days_field";
import {Component} from "@odoo/owl";
import {Countdown} from "./countdown.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A due time that counts down, by what the view reads beside it; else as a date. */
export class DueField extends Component {
    static template = "aftersales_sla.DueField";
    static components = {Countdown, RemainingDaysField};
    static props = {
        ...standardFieldProps,
        clock: {type: String, optional: true},
        isShort: {type: Boolean, optional: true},
    };
    static defaultProps = {clock: "next_clock"};

    get clock() {
        return this.props.record.data[this.props.clock];
    }

    get dateProps() {
        const {id, name, readonly, record} = this.props;
        return {id, name, readonly, record};
    }
}

export const dueField = {
    ...remainingDaysField,
    component: DueField,
    extractProps: ({options}) => ({clock: options.clock, isShort: options.short}),
};

registry.category("fields").add("aftersales_due", dueField);
