import {fill, make} from "./dom.esm";
import {load, makeKey, send} from "./send.esm";
import {Draft} from "./draft.esm";
import {Files} from "./files.esm";
import {Question} from "./question.esm";
import {judge} from "./answers.esm";
import {makeChooser, makeSent} from "./pages.esm";

// Faster, the server takes somebody for a robot.
const SHORTEST = 3500;
const [NAME, TRAP, START, TYPE] = ["reporter_name", "homepage", "start", "type"];

/** A form of a channel, in the shadow of an element of somebody else's page. */
export class Form {
    constructor(root, url, type, lang) {
        Object.assign(this, {root, url, lang, isFixed: Boolean(type)});
        this.draft = new Draft(`${url} ${type || ""}`);
        this.typed = {};
    }

    /** Show the form: with what this browser kept of it. */
    async open(type) {
        let kept = this.draft.read();
        try {
            await this.load(type || kept?.type);
        } catch (problem) {
            if (type || !kept?.type) {
                throw problem;
            }
            // What was kept is of a type that is not reported any more.
            kept = null;
            await this.load("");
        }
        this.typed = kept && (!kept.type || kept.type === this.type) ? kept.typed : {};
        this.show();
        this.restore();
        this.tell(kept ? "restored" : "");
        this.isQuick = Boolean(kept);
    }

    async load(type) {
        Object.assign(this, await load(this.url, type, this.lang));
        this.opened = Date.now();
    }

    // What stands there

    show() {
        this.questions = [];
        const parts = this.makeQuestions();
        this.files =
            this.schema && this.limits.files
                ? new Files(this, () => this.onInput())
                : null;
        this.makeControls();
        const chooser = !this.isFixed && makeChooser(this);
        this.form = make(
            "form",
            {
                change: () => this.onInput(),
                input: (event) => {
                    this.forgive(event.target);
                    this.onInput();
                },
                novalidate: true,
                submit: (event) => this.onSubmit(event),
            },
            this.errors,
            chooser,
            make("div", {class: "questions"}, ...parts),
            this.files?.element,
            make(
                "div",
                {"aria-hidden": "true", class: "trap"},
                make("label", {}, "Homepage", this.trap)
            ),
            this.schema && make("div", {class: "foot"}, this.button, this.progress),
            make("div", {class: "draft"}, this.told, this.discarder)
        );
        // Where one chooses, it stands there already.
        const lead = !chooser && this.schema?.description;
        this.page = make(
            "section",
            {"aria-label": this.title, class: "page", lang: this.lang},
            make("h2", {}, this.title),
            lead && make("p", {class: "lead"}, lead),
            this.form
        );
        const {color = "", on_color = ""} = this.colors || {};
        this.root.style.setProperty("--brand", color);
        this.root.style.setProperty("--on-brand", on_color);
        this.root.replaceChildren(this.page);
        this.judge();
    }

    makeQuestions() {
        const {properties = {}} = this.schema || {};
        const parts = [];
        let section = "";
        for (const [key, schema] of Object.entries(properties)) {
            const kind = this.kinds[key];
            if (key === "email") {
                parts.push(this.addQuestion(NAME, "name", properties[NAME]));
            }
            const title = schema["x-section"] || "";
            if (kind && title !== section) {
                section = title;
                parts.push(title && make("h3", {}, title));
            }
            parts.push(kind && this.addQuestion(key, kind, schema));
        }
        return parts;
    }

    makeControls() {
        const {texts} = this;
        this.errors = make("div", {
            class: "errors",
            hidden: true,
            role: "alert",
            tabindex: -1,
        });
        this.told = make("p", {class: "told", role: "status"});
        const discard = {click: () => this.discard(), hidden: true, type: "button"};
        this.discarder = make("button", {class: "light", ...discard}, texts.discard);
        this.progress = make("progress", {
            "aria-label": texts.sending,
            hidden: true,
            max: 1,
        });
        this.button = make("button", {class: "main", type: "submit"}, texts.send);
        // People do not see it; robots fill it in.
        this.trap = make("input", {autocomplete: "off", name: TRAP, tabindex: -1});
    }

    get title() {
        return this.schema?.title || this.texts.title;
    }

    addQuestion(key, kind, schema) {
        if (!schema || schema.not || schema.items?.not) {
            // Of nothing nothing can be chosen.
            return null;
        }
        const question = new Question(key, kind, schema, this.texts);
        this.questions.push(question);
        return question.element;
    }

    judge() {
        if (!this.schema) {
            return;
        }
        const answers = {};
        for (const {key, answer} of this.questions) {
            if (answer !== undefined) {
                answers[key] = answer;
            }
        }
        const {hidden, required} = judge(this.schema, answers);
        for (const question of this.questions) {
            question.setState(hidden.has(question.key), required.has(question.key));
        }
    }

    async choose(type) {
        this.typed = this.readTyped();
        this.wanted = type;
        // The person is here since then, whatever he reports.
        const {start} = this;
        try {
            const loaded = await load(this.url, type, this.lang);
            if (this.wanted !== type) {
                return;
            }
            Object.assign(this, loaded, {start});
        } catch {
            this.showErrors([{detail: this.texts.network}]);
            return;
        }
        const {files} = this.files || {};
        this.show();
        this.restore();
        if (files && this.files) {
            this.files.files = files;
            this.files.show();
        }
        this.form.querySelector(".types input:checked")?.focus();
        this.onInput();
    }

    // What was typed

    readTyped() {
        const typed = {...this.typed};
        for (const question of this.questions) {
            typed[question.key] = question.typed;
        }
        return typed;
    }

    restore() {
        for (const question of this.questions) {
            question.typed = this.typed[question.key] || [];
        }
        this.judge();
    }

    onInput() {
        this.judge();
        // What is sent is something else now.
        this.key = null;
        const typed = this.readTyped();
        if (Object.values(typed).some((texts) => texts.length)) {
            this.tell(this.draft.keep(this.type, typed) ? "kept" : "");
        }
    }

    /** Say where what was typed is; the same is said once. */
    tell(what) {
        const {files} = this.files || {};
        const note = what && files?.length ? ` ${this.texts.kept_no_files}` : "";
        const text = what ? this.texts[what] + note : "";
        if (this.told.textContent !== text) {
            this.told.textContent = text;
        }
        this.discarder.hidden = !what;
    }

    discard() {
        this.draft.discard();
        this.typed = {};
        this.show();
        this.form.querySelector("input, textarea, select").focus();
    }

    // Sending

    async onSubmit(event) {
        event.preventDefault();
        if (this.isSending || !this.schema) {
            return;
        }
        const missing = this.questions
            .filter((one) => !one.isHidden && !one.required.hidden && !one.typed.length)
            .map(({key, schema}) => ({
                field: key,
                detail: fill(this.texts.missing, schema.title || key),
            }));
        this.showErrors(missing);
        if (missing.length) {
            return;
        }
        this.setSending(true);
        try {
            await this.send();
        } catch {
            this.showErrors([{detail: this.texts.network}]);
        }
        this.setSending(false);
    }

    async send(isAgain = false) {
        this.key = this.key || makeKey();
        const rest = SHORTEST - (Date.now() - this.opened);
        if (rest > 0 && this.isQuick) {
            // What was kept is sent at once, and that by a person.
            await new Promise((resolve) => setTimeout(resolve, rest));
        }
        const {status, content} = await send(
            this.url,
            this.getBody(),
            {"Accept-Language": this.lang, "Idempotency-Key": this.key},
            (part) => {
                this.progress.value = part;
            }
        );
        const errors = content.errors || [];
        if (status === 201) {
            this.draft.discard();
            this.showSent(content);
        } else if (!isAgain && errors.some(({code}) => code === "expired")) {
            // The page was open for a day: that is no mistake of who filled it in.
            await this.load(this.type);
            this.isQuick = true;
            await this.send(true);
        } else {
            this.showErrors(errors.length ? errors : [content]);
        }
    }

    getBody() {
        const body = new FormData();
        body.append(TYPE, this.type);
        body.append(START, this.start);
        body.append(TRAP, this.trap.value);
        for (const question of this.questions) {
            for (const text of question.isHidden ? [] : question.sent) {
                body.append(question.key, text);
            }
        }
        for (const file of this.files?.files || []) {
            body.append("files", file, file.name);
        }
        return body;
    }

    setSending(isSending) {
        this.isSending = isSending;
        this.progress.hidden = !isSending;
        this.button.setAttribute("aria-disabled", isSending);
        this.button.textContent = isSending ? this.texts.sending : this.texts.send;
    }

    showSent(receipt) {
        this.page.replaceChildren(
            ...makeSent(receipt, this.texts, () => {
                this.typed = {};
                this.key = null;
                this.open(this.isFixed ? this.type : "").then(() =>
                    this.form.querySelector("input, textarea, select").focus()
                );
            })
        );
        this.page.querySelector("h2").focus();
    }

    /** Say what is wrong: at the fields, and above them with a way to each. */
    showErrors(errors) {
        const fields = [...this.questions, this.files].filter(Boolean);
        fields.forEach((field) => field.setError(""));
        const items = errors.map(({field: name, detail, title}) => {
            const field = fields.find((one) => (one.key || "files") === name);
            const text = detail || title || this.texts.network;
            if (!field || field.isHidden) {
                return make("li", {}, text);
            }
            field.setError(text);
            const go = (event) => {
                event.preventDefault();
                field.focus();
            };
            return make("li", {}, make("a", {click: go, href: `#${field.id}`}, text));
        });
        this.errors.replaceChildren(
            make("p", {}, this.texts.not_sent),
            make("ul", {}, ...items)
        );
        this.errors.hidden = !errors.length;
        if (errors.length) {
            this.errors.focus();
        }
    }

    /** Take back what is said of a field that is being answered: it is not so now. */
    forgive(input) {
        const question = this.questions.find(({inputs}) => inputs.includes(input));
        question?.setError("");
        this.errors.querySelector(`[href="#${question?.id}"]`)?.parentElement.remove();
        this.errors.hidden = !this.errors.querySelector("li");
    }
}
