import {Component, onWillUnmount, onWillUpdateProps, useState} from "@odoo/owl";
import {NEAR, ticker} from "./ticker.esm";
import {_t} from "@web/core/l10n/translation";

const ICONS = {
    cancelled: "fa-ban",
    error: "fa-exclamation-triangle",
    late: "fa-exclamation-circle",
    breached: "fa-times",
    met: "fa-check",
    paused: "fa-pause",
    running: "fa-clock-o",
};
const COLOURS = {
    error: "text-danger",
    late: "text-danger fw-bold",
    breached: "text-danger",
    met: "text-success",
    paused: "text-muted",
    warned: "text-warning-emphasis fw-bold",
};

/** Return a duration as people say it: its two largest parts. */
export function tellSpan(milliseconds) {
    const seconds = Math.floor(Math.abs(milliseconds) / 1000);
    const parts = {
        days: Math.floor(seconds / 86400),
        hours: Math.floor(seconds / 3600) % 24,
        minutes: Math.floor(seconds / 60) % 60,
        seconds: seconds % 60,
    };
    if (parts.days) {
        return _t("%(days)s d %(hours)s h", parts);
    }
    if (parts.hours) {
        return _t("%(hours)s h %(minutes)s min", parts);
    }
    if (seconds * 1000 <= NEAR) {
        return _t("%(minutes)s min %(seconds)s s", parts);
    }
    return _t("%(minutes)s min", parts);
}

let lastKey = 0;

/** How a deadline stands, in colour and in words, counting down. */
export class Countdown extends Component {
    static template = "aftersales_sla.Countdown";
    static props = {
        clock: Object,
        isShort: {type: Boolean, optional: true},
    };

    setup() {
        this.tick = useState(ticker.state);
        this.key = ++lastKey;
        this.follow(this.props.clock);
        onWillUpdateProps(({clock}) => this.follow(clock));
        onWillUnmount(() => ticker.remove(this.key));
    }

    follow(clock) {
        ticker.learn(clock.now);
        if (clock.due && ["running", "late"].includes(clock.state)) {
            ticker.add(this.key, clock.due);
        } else {
            ticker.remove(this.key);
        }
    }

    /** Milliseconds until it is due; what the ticker said last makes it drawn again. */
    get left() {
        return this.props.clock.due - Math.max(ticker.now, this.tick.now);
    }

    get state() {
        const {error, state, due} = this.props.clock;
        if (error) {
            return "error";
        }
        return state === "running" && due && this.left < 0 ? "late" : state;
    }

    get icon() {
        return ICONS[this.state];
    }

    get colour() {
        const {warn} = this.props.clock;
        const isWarned = this.state === "running" && warn && warn <= ticker.now;
        return COLOURS[isWarned ? "warned" : this.state] || "";
    }

    get text() {
        const {error, left} = this.props.clock;
        switch (this.state) {
            case "error":
                return _t("cannot be counted");
            case "late":
                return _t("late by %s", tellSpan(this.left));
            case "running":
                return _t("due in %s", tellSpan(this.left));
            case "paused":
                return _t("stands still, %s left", tellSpan(left * 1000));
            case "met":
                return _t("met");
            case "breached":
                return _t("missed");
            case "cancelled":
                return _t("cancelled");
        }
        return error;
    }

    get title() {
        const {what, waits, error, consequence, law} = this.props.clock;
        return [what, waits, error, consequence, law].filter(Boolean).join(". ");
    }
}
