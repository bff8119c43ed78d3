import {Component, onWillStart, useState} from "@odoo/owl";
import {readMoment, tellSpan} from "../time.esm";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;

/** Where and when, without a mouse: the best slots first, or any row and time. */
export class BoardPlace extends Component {
    static template = "aftersales_planning.BoardPlace";
    static components = {Dialog};
    static props = {
        card: Object,
        model: Object,
        start: {optional: true},
        hours: Number,
        place: Function,
        close: Function,
    };

    setup() {
        const {card, model, hours} = this.props;
        const start = this.props.start || this.getFirst();
        this.state = useState({
            day: start.toISODate(),
            time: start.toFormat("HH:mm"),
            hours,
            resourceId: (card.resource_ids || [])[0] || false,
            slots: null,
            others: [],
            error: "",
        });
        this.technicians = [];
        onWillStart(async () => {
            this.technicians = await model.getTechnicians();
            this.state.resourceId ||= this.technicians[0]?.id || false;
            // The form does not wait for them.
            model.getSlots(card).then((found) => {
                this.state.slots = found.filter((slot) => slot.start);
                this.state.others = found.filter((slot) => !slot.start);
            });
        });
    }

    /** The next hour, or the morning of what is shown when that is another time. */
    getFirst() {
        const {window, zone} = this.props.model;
        const next = DateTime.now().setZone(zone).startOf("hour").plus({hours: 1});
        if (window.start <= next && next < window.end) {
            return next;
        }
        return window.start.startOf("day").set({hour: 9});
    }

    tellSlot({resource, start, stop, reason}) {
        const zone = this.props.model.zone;
        const span = tellSpan(readMoment(start, zone), readMoment(stop, zone));
        return [span, resource, reason].filter(Boolean).join(" · ");
    }

    async takeSlot({resource_id, start, stop}) {
        const zone = this.props.model.zone;
        const begins = readMoment(start, zone);
        await this.place({
            resourceId: resource_id,
            start: begins,
            hours: readMoment(stop, zone).diff(begins).as("hours"),
        });
    }

    async submit() {
        const {day, time, hours, resourceId} = this.state;
        const start = DateTime.fromISO(`${day}T${time}`, {zone: this.props.model.zone});
        if (!start.isValid || !(hours > 0) || !resourceId) {
            this.state.error = _t("Choose a technician, a day, a time and the hours.");
            return;
        }
        await this.place({resourceId: Number(resourceId), start, hours: Number(hours)});
    }

    async place(spot) {
        this.state.error = "";
        const done = await this.props.place(spot, (text) => (this.state.error = text));
        if (done) {
            this.props.close();
        }
    }
}
