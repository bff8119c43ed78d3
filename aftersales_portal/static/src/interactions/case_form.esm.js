import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const YES = ["true", "yes", "1"];
const NO = ["false", "no", "0"];

// Says whether an answer fulfils a condition, as `engine/conditions.py` does.
export function holds({operator, wanted}, values, isYesNo) {
    if (operator === "set" || operator === "not set") {
        return Boolean(values.length) === (operator === "set");
    }
    const same = (value, text) => {
        if (isYesNo) {
            return (value === "yes" ? YES : NO).includes(text.toLowerCase());
        }
        if (value.toLowerCase() === text.toLowerCase()) {
            return true;
        }
        const [left, right] = [value, text].map((one) => Number(one.replace(",", ".")));
        return left === right;
    };
    const matches = values.some((value) => wanted.some((text) => same(value, text)));
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
            .map((input) => input.value.trim())
            .filter(Boolean);
        const isYesNo = inputs.some((input) => input.type === "radio");
        return holds(condition, values, isYesNo);
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
