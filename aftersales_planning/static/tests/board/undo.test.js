import {MOST_STEPS, UndoStack} from "@aftersales_planning/board/undo.esm";
import {expect, test} from "@odoo/hoot";

const move = (id, revision, start = "") => ({id, revision, start});

test("the last step is taken back first, and done again", () => {
    const undo = new UndoStack();
    undo.push([move(1, 2, "a")]);
    undo.push([move(2, 2, "b")]);
    expect(undo.peek()).toEqual([move(2, 2, "b")]);
    undo.taken([move(2, 3, "c")]);
    expect(undo.peek()).toEqual([move(1, 2, "a")]);
    expect(undo.peek(true)).toEqual([move(2, 3, "c")]);
    undo.taken([move(2, 4, "b")], true);
    expect(undo.peek()).toEqual([move(2, 4, "b")]);
    expect(undo.peek(true)).toBe(undefined);
});

test("a new step ends what could be done again, and the oldest is forgotten", () => {
    const undo = new UndoStack();
    undo.push([move(1, 2)]);
    undo.taken([move(1, 3)]);
    undo.push([move(9, 1)]);
    expect(undo.forth).toHaveLength(0);
    for (let step = 0; step < MOST_STEPS; step++) {
        undo.push([move(step, 1)]);
    }
    expect(undo.back).toHaveLength(MOST_STEPS);
    expect(undo.back[0]).toEqual([move(0, 1)]);
});

test("own moves raise the revision of older steps of the same visit", () => {
    const undo = new UndoStack();
    undo.push([move(1, 2, "first")], [move(1, 1)]);
    undo.push([move(1, 3, "second")], [move(1, 2)]);
    undo.taken([move(1, 4, "third")]);
    expect(undo.peek()).toEqual([move(1, 4, "first")]);
});

test("what somebody else changed between is not taken back", () => {
    const undo = new UndoStack();
    undo.push([move(1, 2, "first")], [move(1, 1)]);
    // The other one made revision 3, this move started from there.
    undo.push([move(1, 4, "second")], [move(1, 3)]);
    undo.taken([move(1, 5, "third")]);
    expect(undo.peek()).toEqual([move(1, 2, "first")]);
});
