import {expect, test} from "@odoo/hoot";
import {
    getMargin,
    getNights,
    getWindow,
    readMoment,
    snap,
    tellAxis,
    tellHours,
    writeMoment,
} from "@aftersales_planning/board/time.esm";

const ZONE = "Europe/Amsterdam";
const {DateTime} = luxon;
const day = (text) => DateTime.fromISO(text, {zone: ZONE});

test("a moment is read in the planner's zone and written in UTC", () => {
    const moment = readMoment("2026-03-29 07:00:00", ZONE);
    expect(moment.toFormat("HH:mm")).toBe("09:00");
    expect(writeMoment(moment)).toBe("2026-03-29 07:00:00");
    expect(readMoment("2026-03-28 08:00:00", ZONE).toFormat("HH:mm")).toBe("09:00");
});

test("a window has whole days, also when the clocks change", () => {
    const {start, end} = getWindow("week", day("2026-03-25"));
    expect(writeMoment(start)).toBe("2026-03-22 23:00:00");
    expect(writeMoment(end)).toBe("2026-03-29 22:00:00");
    const month = getWindow("month", day("2026-10-31"));
    expect(month.end.diff(month.start).as("hours")).toBe(31 * 24 + 1);
    const hours = getWindow("day", day("2026-03-25"));
    expect(writeMoment(hours.start)).toBe("2026-03-25 05:00:00");
});

test("half of the window is loaded on either side", () => {
    const margin = getMargin(getWindow("week", day("2026-03-04")));
    expect(writeMoment(margin.start)).toBe("2026-02-25 23:00:00");
    expect(writeMoment(margin.end).slice(0, 10)).toBe("2026-03-12");
});

test("nights are left out by the clock on the wall, in summer and when clocks change", () => {
    const tell = (text) =>
        getNights([7, 19], getWindow("week", day(text)))
            .slice(7, 14)
            .map(({start, end}) =>
                [start, end].map((one) => one.toISOString().slice(5, 16)).join(" ")
            );
    expect(tell("2026-03-25").slice(-2)).toEqual([
        "03-28T18:00 03-29T05:00",
        "03-29T17:00 03-30T05:00",
    ]);
    expect(tell("2026-10-25").slice(-2)).toEqual([
        "10-24T17:00 10-25T06:00",
        "10-25T18:00 10-26T06:00",
    ]);
    expect(tell("2026-07-01")[0]).toBe("06-29T17:00 06-30T05:00");
    expect(getNights([0, 24], getWindow("week", day("2026-07-01")))).toEqual([]);
    const early = getNights([6, 24], getWindow("week", day("2026-07-01")))[7];
    expect(early.start.toISOString()).toBe("2026-06-29T22:00:00.000Z");
});

test("it snaps to the nearest quarter", () => {
    const at = (text) => new Date(`2026-03-02T${text}Z`);
    expect(snap(at("09:07:29")).toISOString()).toBe(at("09:00:00").toISOString());
    expect(snap(at("09:07:31")).toISOString()).toBe(at("09:15:00").toISOString());
});

test("the axis speaks the language of the planner", () => {
    const moment = day("2026-03-02T09:00").setLocale("nl");
    expect(tellAxis("minor", "weekday", moment)).toBe("ma 2");
    expect(tellAxis("major", "weekday", moment)).toBe("maart 2026");
    expect(tellAxis("minor", "hour", moment)).toBe("09:00");
    expect(tellAxis("major", "millisecond", moment)).toBe("ma 2 maart");
});

test("hours are told as people write them", () => {
    expect(tellHours(0)).toBe("0:00");
    expect(tellHours(95)).toBe("1:35");
    expect(tellHours(59.9)).toBe("1:00");
});
