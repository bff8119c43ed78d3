import {expect, test} from "@odoo/hoot";
import {findChanges} from "@aftersales_planning/board/diff.esm";

test("only what differs is drawn", () => {
    const first = findChanges(new Map(), [
        {id: "a", start: 1},
        {id: "b", start: 2},
    ]);
    expect(first.changed.map(({id}) => id)).toEqual(["a", "b"]);
    const then = findChanges(first.drawn, [
        {id: "b", start: 3},
        {id: "c", start: 4},
    ]);
    expect(then.changed.map(({id}) => id)).toEqual(["b", "c"]);
    expect(then.gone).toEqual(["a"]);
    const same = findChanges(then.drawn, [
        {id: "c", start: 4},
        {id: "b", start: 3},
    ]);
    expect(same.changed).toEqual([]);
    expect(same.gone).toEqual([]);
});
