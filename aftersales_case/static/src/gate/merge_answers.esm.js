// The own fields of a type, and those that only chosen roles see.
const PROPERTY_FIELDS = ["properties", "restricted_properties"];

/**
 * Join the values of a refused write with what was answered in the small form.
 *
 * Commands of both are kept, the pending ones first. Own fields come as one list: of
 * those asked for the answer counts, of the others what was pending.
 *
 * @param {object} pending values of the refused write
 * @param {object} answers values of the small form
 * @param {string[]} keys the fields asked for; an own field is `<field of own fields>.<name>`
 * @returns {object} values to write
 */
export function mergeAnswers(pending, answers, keys) {
    const vals = {...pending, ...answers};
    for (const name of Object.keys(answers)) {
        if (PROPERTY_FIELDS.includes(name) && name in pending) {
            const given = Object.fromEntries(answers[name].map((p) => [p.name, p]));
            vals[name] = pending[name].map((property) =>
                keys.includes(`${name}.${property.name}`)
                    ? given[property.name]
                    : property
            );
        } else if (Array.isArray(answers[name]) && Array.isArray(pending[name])) {
            vals[name] = [...pending[name], ...answers[name]];
        }
    }
    return vals;
}
