import {make, setError} from "./dom.esm";
import {readAnswer} from "./answers.esm";

const INPUTS = {
    date: {type: "date"},
    datetime: {type: "datetime-local"},
    email: {type: "email", autocomplete: "email"},
    float: {inputmode: "decimal"},
    integer: {inputmode: "numeric"},
    name: {autocomplete: "name"},
    phone: {type: "tel", autocomplete: "tel"},
};
const GROUPS = ["boolean", "many"];

/** A question of a form, and what was answered. */
export class Question {
    constructor(key, kind, schema, texts) {
        Object.assign(this, {key, kind, schema, texts, id: `field-${key}`});
        this.required = make("span", {class: "required", hidden: true});
        this.required.textContent = ` ${texts.required}`;
        const [help, isGroup] = [schema.description, GROUPS.includes(kind)];
        const about = help ? `${this.id}-help` : "";
        const label = [schema.title || key, this.required];
        this.inputs = [];
        this.element = make(
            "div",
            isGroup
                ? {
                      "aria-describedby": about,
                      "aria-labelledby": `${this.id}-label`,
                      class: "question",
                      role: "group",
                  }
                : {class: "question"},
            isGroup
                ? make("div", {class: "label", id: `${this.id}-label`}, ...label)
                : make("label", {class: "label", for: this.id}, ...label),
            isGroup ? this.makeOptions() : this.makeInput(about),
            help && make("p", {class: "help", id: about}, help)
        );
    }

    /** Return `[key, label]` of what can be chosen. */
    getOptions() {
        const {oneOf = [], items} = this.schema;
        if (this.kind === "boolean") {
            return [
                ["yes", this.texts.yes],
                ["no", this.texts.no],
            ];
        }
        return (items?.oneOf || oneOf).map((option) => [option.const, option.title]);
    }

    makeOptions() {
        const type = this.kind === "many" ? "checkbox" : "radio";
        const options = this.getOptions().map(([value, label], number) => {
            const input = make("input", {
                id: `${this.id}-${number}`,
                name: this.key,
                type,
                value,
            });
            this.inputs.push(input);
            return make("label", {class: "option"}, input, make("span", {}, label));
        });
        return make("div", {class: "options"}, ...options);
    }

    makeInput(about) {
        const shared = {"aria-describedby": about, id: this.id, name: this.key};
        const {maxLength: maxlength} = this.schema;
        let input = null;
        if (["one", "selection"].includes(this.kind)) {
            const options = this.getOptions().map(([value, label]) =>
                make("option", {value}, label)
            );
            input = make("select", shared, make("option", {value: ""}), ...options);
        } else if (this.kind === "text") {
            input = make("textarea", {...shared, maxlength, rows: 5});
        } else {
            const more = INPUTS[this.kind] || {};
            input = make("input", {...shared, maxlength, type: "text", ...more});
        }
        this.inputs.push(input);
        return input;
    }

    /** Return what was typed or chosen. */
    get typed() {
        return this.inputs
            .filter(
                (input) =>
                    !input.matches("[type=radio], [type=checkbox]") || input.checked
            )
            .map((input) => input.value)
            .filter((text) => text.trim());
    }

    set typed(texts) {
        for (const input of this.inputs) {
            if (input.matches("[type=radio], [type=checkbox]")) {
                input.checked = texts.includes(input.value);
            } else {
                input.value = texts[0] || "";
            }
        }
    }

    get answer() {
        return readAnswer(this.kind, this.typed);
    }

    /** Return what is sent: a moment with its zone, everything else as it was typed. */
    get sent() {
        const {typed} = this;
        return this.kind === "datetime"
            ? typed.map((text) => `${new Date(text).toISOString().slice(0, 19)}Z`)
            : typed;
    }

    get isHidden() {
        return this.element.hidden;
    }

    setState(isHidden, isRequired) {
        this.element.hidden = isHidden;
        this.required.hidden = !isRequired;
        for (const input of this.inputs) {
            input.disabled = isHidden;
            if (!GROUPS.includes(this.kind)) {
                input.required = isRequired;
            }
        }
    }

    setError(text) {
        setError(this.element, this.id, text);
    }

    focus() {
        this.inputs[0]?.focus();
    }
}
