import {expect, test} from "@odoo/hoot";
import {findCurrent, groupCells} from "@aftersales_planning/board/grid/cells.esm";

/** A board whose visits count how often somebody asks on which rows they are. */
function makeBoard(number) {
    const board = {asked: 0, rows: [], visits: []};
    for (let id = 1; id <= number; id++) {
        board.rows.push({id, name: `Row ${id}`});
        board.visits.push({
            id,
            get rows() {
                board.asked++;
                return [id];
            },
        });
    }
    return board;
}

test("a visit stands in each of its rows", () => {
    const rows = groupCells({
        rows: [{id: 1}, {id: 2}, {id: 3}, {id: false}],
        visits: [
            {id: 7, rows: [1, 3]},
            {id: 8, rows: [3, 99]},
            {id: 9, rows: [false]},
        ],
    });
    expect(rows.map(({id, cells}) => [id, cells.map(({key}) => key)])).toEqual([
        [1, ["visit:7:1"]],
        [3, ["visit:7:3", "visit:8:3"]],
        [false, ["visit:9:-1"]],
    ]);
});

test("each visit is looked at once, be there as many as may be", () => {
    const board = makeBoard(50);
    findCurrent(groupCells(board), null);
    expect(board.asked).toBe(50);
});

test("one cell can be reached by the tab key", () => {
    const rows = groupCells(makeBoard(3));
    expect(findCurrent(rows, "visit:2:2")).toBe("visit:2:2");
    expect(findCurrent(rows, "visit:9:9")).toBe("visit:1:1");
    expect(findCurrent([], null)).toBe(undefined);
});
