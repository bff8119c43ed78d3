import {Interaction} from "@web/public/interaction";
import {readNumber} from "@aftersales_portal/embed/answers.esm";
import {registry} from "@web/core/registry";

const YES = ["true", "yes", "1"];
const NO = ["false", "no", "0"];

// What was typed, as the server reads it; what means nothing is no answer.
const READERS = {
    integer: (typed) => [readNumber(typed)].find(Number.isInteger),
    float: (typed) => [readNumber(typed)].find(Number.isFinite),
    char: (typed) => typed.replace(/\s+/g, " "),
};

function same(value, text, kind) {
    if (kind === "boolean") {
        return (value === "yes" ? YES : NO).includes(text.toLowerCase());
    }
    if (typeof value === "number") {
        const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
        return isNumber && Number(text) === value;
    }
    return value.toLowerCase() === text.toLowerCase();
}

// Says whether what was typed or chosen fulfils a condition, as `engine/conditions.py`
// does; `test_conditions.py` compares them.
export function holds({operator, wanted}, typed, kind) {
    const read = READERS[kind] || ((text) => text);
    const values = typed
        .map((text) => text.trim())
        .filter(Boolean)
        .map(read)
        .filter((value) => value !== undefined);
    if (operator === "set" || operator === "not set") {
        return Boolean(values.length) === (operator === "set");
    }
    const matches = values.some((value) =>
        wanted.some((text) => same(value, text, kind))
    );
    return ["=", "in"].includes(operator) ? matches : !matches;
}

/**
 * A form of a case: shows the questions that answers lead to, and is sent once. Without
 * it the server asks these questions in a next step.
 */
export class CaseForm extends Interaction {
    static selector = ".o_aftersales_form";
    dynamicContent = {
        _root: {
            "t-on-input": this.showQuestions,
            "t-on-change": this.showQuestions,
            "t-on-submit": this.onSubmit,
        },
    };

    start() {
        this.showQuestions();
        this.el.ownerDocument.querySelector(".o_aftersales_errors")?.focus();
    }

    showQuestions() {
        const questions = [...this.el.querySelectorAll("fieldset[data-conditions]")];
        // What a question hides may hide others in turn.
        for (let round = 0; round <= questions.length; round++) {
            for (const question of questions) {
                const conditions = JSON.parse(question.dataset.conditions);
                const isAsked = conditions.every((condition) => this.isTrue(condition));
                question.hidden = question.disabled = !isAsked;
            }
        }
    }

    isTrue(condition) {
        const inputs = [...this.el.elements].filter(
            (input) => input.name === condition.name && !input.matches(":disabled")
        );
        const values = inputs
            .filter(
                (input) => !["checkbox", "radio"].includes(input.type) || input.checked
            )
            // Of goods the product counts, whichever delivery it came with.
            .map((input) => input.dataset.product || input.value);
        const kind = inputs[0]?.closest("fieldset")?.dataset.kind;
        return holds(condition, values, kind);
    }

    onSubmit(event) {
        if (this.isSent) {
            event.preventDefault();
        }
        this.isSent = true;
        // Whoever comes back to the page, or lost the network, can send again.
        this.waitForTimeout(() => {
            this.isSent = false;
        }, 10000);
    }
}

registry.category("public.interactions").add("aftersales_portal.case_form", CaseForm);
