const {DateTime} = luxon;

/** Moments of the plan snap to a quarter of an hour. */
export const QUARTER = 15 * 60 * 1000;
const FORMAT = "yyyy-MM-dd HH:mm:ss";
const AXIS = {
    minute: {minor: "HH:mm", major: "ccc d LLLL"},
    hour: {minor: "HH:mm", major: "ccc d LLLL"},
    weekday: {minor: "ccc d", major: "LLLL yyyy"},
    day: {minor: "d", major: "LLLL yyyy"},
    week: {minor: "d", major: "LLLL yyyy"},
    month: {minor: "LLL", major: "yyyy"},
    year: {minor: "yyyy", major: "yyyy"},
};

/**
 * @param {string} text naive UTC, as the server says it
 * @param {string} zone
 * @returns {DateTime} the moment in that zone
 */
export function readMoment(text, zone) {
    return DateTime.fromSQL(text, {zone: "utc"}).setZone(zone);
}

/**
 * @param {DateTime} moment
 * @returns {string} naive UTC, as the server reads it
 */
export function writeMoment(moment) {
    return moment.toUTC().toFormat(FORMAT);
}

/**
 * @param {DateTime} moment
 * @returns {string} day and time, as all of the board says them
 */
export function tellMoment(moment) {
    return moment.toFormat("ccc d LLL HH:mm");
}

/**
 * @param {DateTime} start
 * @param {DateTime} stop
 * @returns {string} day, and from when until when
 */
export function tellSpan(start, stop) {
    return `${tellMoment(start)}–${stop.toFormat("HH:mm")}`;
}

/**
 * @param {Date | number} moment
 * @returns {Date} the nearest quarter of an hour
 */
export function snap(moment) {
    return new Date(Math.round(moment / QUARTER) * QUARTER);
}

/**
 * The first window of a scale around a day.
 * @param {string} scale
 * @param {DateTime} day in the zone of the planner
 * @returns {{start: DateTime, end: DateTime}}
 */
export function getWindow(scale, day) {
    if (scale === "day") {
        const start = day.startOf("day");
        return {start: start.set({hour: 6}), end: start.set({hour: 20})};
    }
    if (scale === "month") {
        const start = day.startOf("month");
        return {start, end: start.plus({months: 1})};
    }
    const start = day.startOf("week");
    return {start, end: start.plus({weeks: scale === "weeks" ? 2 : 1})};
}

/**
 * What is loaded for a window: it, and half of it on either side.
 * @param {{start: DateTime, end: DateTime}} window
 * @returns {{start: DateTime, end: DateTime}}
 */
export function getMargin({start, end}) {
    const half = end.diff(start).milliseconds / 2;
    return {start: start.minus(half).startOf("day"), end: end.plus(half).endOf("day")};
}

/**
 * The nights around a window, which are not drawn: between the last hour of each day and
 * the first of the next by the clock on the wall, also when the clocks change.
 * @param {number[]} hours of the day that are drawn: [first, last]
 * @param {{start: DateTime, end: DateTime}} window in the zone of the planner
 * @returns {{start: Date, end: Date}[]} those of its weeks, of one before and of one after
 */
export function getNights([first, last], {start, end}) {
    const nights = [];
    if (last - first >= 24) {
        return nights;
    }
    const stop = end.endOf("week").plus({weeks: 1});
    let day = start.startOf("week").minus({weeks: 1});
    while (day < stop) {
        const next = day.plus({days: 1});
        nights.push({
            start: (last < 24 ? day.set({hour: last}) : next).toJSDate(),
            end: next.set({hour: first}).toJSDate(),
        });
        day = next;
    }
    return nights;
}

/**
 * @param {string} part of the axis: "minor", the line below, or "major"
 * @param {string} scale of vis: "hour", "weekday" and so on
 * @param {DateTime} moment
 * @returns {string} its label, in the language of the planner: vis knows English alone
 */
export function tellAxis(part, scale, moment) {
    return moment.toFormat(AXIS[scale]?.[part] || AXIS.minute[part]);
}

/**
 * Hours as people write them: 1.5 is 1:30.
 * @param {number} minutes
 * @returns {string}
 */
export function tellHours(minutes) {
    const rest = String(Math.round(minutes) % 60).padStart(2, "0");
    return `${Math.floor(Math.round(minutes) / 60)}:${rest}`;
}
