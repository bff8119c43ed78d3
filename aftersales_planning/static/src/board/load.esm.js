/**
 * @param {object} row of the board, with minutes of `work` and working `time` by day
 * @param {object[]} days of `getShownDays`
 * @returns {{work: number, time: number}} minutes in these days
 */
export function sumLoad(row, days) {
    const sum = (values) => days.reduce((all, {index}) => all + values[index], 0);
    return {work: sum(row.work), time: sum(row.time)};
}

/**
 * @param {object[]} rows
 * @param {object[]} days
 * @returns {object[]} the rows, the least loaded first; who does not work comes last
 */
export function sortByLoad(rows, days) {
    const loads = new Map(rows.map((row) => [row, sumLoad(row, days)]));
    // Customers and regions have no working time: their work alone is compared.
    const isTimed = [...loads.values()].some(({time}) => time);
    const share = (row) => {
        const {work, time} = loads.get(row);
        if (!isTimed) {
            return work;
        }
        return time ? work / time : work ? Number.MAX_VALUE : Infinity;
    };
    return [...rows].sort((one, other) => compare(share(one), share(other)));
}

// Not by their difference: of two infinite ones there is none.
function compare(one, other) {
    return one === other ? 0 : one < other ? -1 : 1;
}

/**
 * How evenly the work is spread.
 * @param {object[]} rows
 * @param {object[]} days
 * @returns {object | null} percent of working time: `mean`, `least`, `most`, and `off`,
 *     how far they are from the mean
 */
export function getSpread(rows, days) {
    const shares = rows
        .map((row) => sumLoad(row, days))
        .filter(({time}) => time)
        .map(({work, time}) => (100 * work) / time);
    if (!shares.length) {
        return null;
    }
    const average = (values) =>
        values.reduce((all, one) => all + one, 0) / values.length;
    const mean = average(shares);
    return {
        mean: Math.round(mean),
        least: Math.round(Math.min(...shares)),
        most: Math.round(Math.max(...shares)),
        off: Math.round(Math.sqrt(average(shares.map((one) => (one - mean) ** 2)))),
    };
}
