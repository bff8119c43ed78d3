import {expect, test} from "@odoo/hoot";
import {getSpread, sortByLoad, sumLoad} from "@aftersales_planning/board/load.esm";

const DAYS = [{index: 1}, {index: 2}];
const row = (name, work, time) => ({name, work: [500, ...work], time: [480, ...time]});
const full = row("Full", [480, 240], [480, 480]);
const idle = row("Idle", [0, 0], [480, 480]);
const away = row("Away", [0, 0], [0, 0]);
const gone = row("Gone", [0, 0], [0, 0]);
const over = row("Over", [60, 0], [0, 0]);

test("the load is that of the days shown", () => {
    expect(sumLoad(full, DAYS)).toEqual({work: 720, time: 960});
});

test("the least loaded comes first, who does not work last", () => {
    const names = sortByLoad([away, over, gone, full, idle], DAYS).map(
        ({name}) => name
    );
    expect(names).toEqual(["Idle", "Full", "Over", "Away", "Gone"]);
});

test("rows without working time are compared by their work", () => {
    const names = sortByLoad([over, away], DAYS).map(({name}) => name);
    expect(names).toEqual(["Away", "Over"]);
});

test("the spread leaves out who does not work", () => {
    expect(getSpread([full, idle, away], DAYS)).toEqual({
        mean: 38,
        least: 0,
        most: 75,
        off: 38,
    });
    expect(getSpread([away], DAYS)).toBe(null);
});
