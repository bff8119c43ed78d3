/** Steps that can be taken back; older ones are forgotten. */
export const MOST_STEPS = 5;

/** Moves back and forth: each step is the list of moves that takes it back. */
export class UndoStack {
    back = [];
    forth = [];

    /**
     * Something was done.
     * @param {object[]} before moves that take it back, with the new revisions
     * @param {object[]} sent the moves that did it
     */
    push(before, sent = []) {
        this._renew(before, sent);
        this.back = [...this.back, before].slice(-MOST_STEPS);
        this.forth = [];
    }

    /**
     * @param {boolean} isRedo
     * @returns {object[] | undefined} the moves to make
     */
    peek(isRedo = false) {
        return (isRedo ? this.forth : this.back).at(-1);
    }

    /**
     * The step that `peek` showed was taken.
     * @param {object[]} before moves that take it back again
     * @param {boolean} isRedo
     */
    taken(before, isRedo = false) {
        const sent = this.forget(isRedo);
        this._renew(before, sent);
        (isRedo ? this.back : this.forth).push(before);
    }

    /** A step that was refused stays refused. */
    forget(isRedo = false) {
        return (isRedo ? this.forth : this.back).pop();
    }

    /**
     * Own moves raise revisions: older steps of the same visits go on from there. Where
     * somebody else came between, the revision stays, and the server refuses the step.
     */
    _renew(before, sent) {
        const old = new Map(sent.map(({id, revision}) => [id, revision]));
        const now = new Map(before.map(({id, revision}) => [id, revision]));
        for (const move of [...this.back, ...this.forth].flat()) {
            if (now.has(move.id) && move.revision === old.get(move.id)) {
                move.revision = now.get(move.id);
            }
        }
    }
}
