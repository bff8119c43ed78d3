// What somebody typed, as the server reads it, and which questions that leads to.

// As `_read_number` of `engine/answers.py`: as people of several countries write it.
export function readNumber(typed) {
    let plain = typed.replace(/[\s'\u2019]/g, "");
    const [comma, point] = [plain.lastIndexOf(","), plain.lastIndexOf(".")];
    if (comma >= 0 && point >= 0) {
        plain = plain.replaceAll(comma > point ? "." : ",", "");
    }
    plain = plain.replaceAll(",", ".");
    return /^[+-]?\d{1,12}(\.\d{0,9})?$/.test(plain) ? Number(plain) : NaN;
}

/**
 * Return an answer as the schema of a form has it; undefined for none.
 *
 * @param {string} kind one of `engine/answers.py`
 * @param {string[]} typed
 * @returns {any}
 */
export function readAnswer(kind, typed) {
    const said = typed.map((text) => text.trim()).filter(Boolean);
    if (!said.length) {
        return undefined;
    }
    if (kind === "many") {
        return said;
    }
    if (kind === "boolean") {
        return said[0] === "yes";
    }
    if (kind === "integer" || kind === "float") {
        const number = readNumber(said[0]);
        const isOne = kind === "float" ? Number.isFinite : Number.isInteger;
        return isOne(number) ? number : undefined;
    }
    return kind === "char" ? said[0].replace(/\s+/g, " ") : said[0];
}

/**
 * Say whether a value fits a schema, as far as the conditions of forms use schemas:
 * see `engine/schema.py`.
 *
 * @param {object} schema
 * @param {any} value
 * @returns {boolean}
 */
export function fits(schema, value) {
    const {allOf = [], contains, enum: known, not, pattern, properties = {}} = schema;
    const {required = []} = schema;
    return (
        (!known || known.includes(value)) &&
        (!pattern || new RegExp(pattern).test(value)) &&
        (!contains || value.some((one) => fits(contains, one))) &&
        required.every((key) => value[key] !== undefined) &&
        Object.entries(properties).every(
            ([key, one]) => value[key] === undefined || fits(one, value[key])
        ) &&
        allOf.every((one) => fits(one, value)) &&
        !(not && fits(not, value))
    );
}

/**
 * Return the keys of the questions that do not come up, and of those to be answered.
 *
 * @param {object} schema of a form
 * @param {object} answers
 * @returns {{hidden: Set, required: Set}}
 */
export function judge(schema, answers) {
    const rules = schema.allOf || [];
    let hidden = new Set();
    let held = [];
    // What a question hides may hide others in turn.
    for (let round = 0; round <= rules.length; round++) {
        const entries = Object.entries(answers).filter(([key]) => !hidden.has(key));
        const counted = Object.fromEntries(entries);
        held = rules.filter((rule) => fits(rule.if, counted));
        const found = rules
            .filter((rule) => !held.includes(rule))
            .flatMap((rule) => Object.keys(rule.else.properties));
        const isSame =
            found.length === hidden.size && found.every((k) => hidden.has(k));
        hidden = new Set(found);
        if (isSame) {
            break;
        }
    }
    const always = schema.required || [];
    const then = held.flatMap((rule) => rule.then?.required || []);
    return {hidden, required: new Set([...always, ...then])};
}
