import {getBarKey} from "../key.esm";

/**
 * The visits of each row, each looked at once: there are hundreds, in dozens of rows.
 *
 * @param {object} board of the server; its visits are in the order of time
 * @returns {object[]} the rows that have any, with `cells`
 */
export function groupCells(board) {
    const {rows, visits} = board;
    const cells = new Map(rows.map(({id}) => [id, []]));
    for (const visit of visits) {
        for (const row of visit.rows) {
            cells.get(row)?.push({visit, row, key: getBarKey(visit, row)});
        }
    }
    return rows
        .map((row) => ({...row, cells: cells.get(row.id)}))
        .filter((row) => row.cells.length);
}

/**
 * Which cell is in the order of the tab key: the one that was there, or the first.
 *
 * @param {object[]} rows of `groupCells`
 * @param {string | null} key
 * @returns {string | undefined}
 */
export function findCurrent(rows, key) {
    const isThere = rows.some(({cells}) => cells.some((cell) => cell.key === key));
    return isThere ? key : rows[0]?.cells[0].key;
}
