/** The row of what nobody has; vis takes no row without an id. */
export const NOBODY = -1;

/**
 * @param {object} visit
 * @param {number | false} row in which it is drawn
 * @returns {string} the key of its bar there
 */
export function getBarKey(visit, row) {
    return `visit:${visit.id}:${row || NOBODY}`;
}

/**
 * @param {string} key of a bar
 * @returns {number} its row
 */
export function readRow(key) {
    return Number(key.split(":")[2]);
}
