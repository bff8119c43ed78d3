/**
 * What has to be done to things drawn, so that they are as they should be.
 *
 * Drawing all anew costs a hundred times more than the few that differ.
 *
 * @param {Map<string, string>} drawn id and signature of what stands there
 * @param {object[]} wanted with `id`; the other values are compared
 * @returns {{changed: object[], gone: string[], drawn: Map<string, string>}}
 */
export function findChanges(drawn, wanted) {
    const now = new Map();
    const changed = [];
    for (const item of wanted) {
        const signature = JSON.stringify(item);
        now.set(item.id, signature);
        if (drawn.get(item.id) !== signature) {
            changed.push(item);
        }
    }
    const gone = [...drawn.keys()].filter((id) => !now.has(id));
    return {changed, gone, drawn: now};
}
